"""What happened, in words: of one run for everybody who asks, of who was left out for HR, of one person for whoever answers for them.

- `model`: what is known of a run? What all reports are made from.
- `parity`: in what do the destinations differ from each other, and what explains it?
- `reasons`: what does a reason code mean, what is to be done, and who does it?
- `skipped`: who was not brought in? And how is a list written as CSV?
- `list_for_hr`, `workbook`: what has the list for HR, and how does it look in a spreadsheet?
- `since`: what is new, solved and still open since the last night?
- `nights`: what came of the last thirty nights? The chart.
- `look_ahead`: who joins, leaves, goes on leave or changes approver in the next days?
- `access`: who has left and still has access, where, and why?
- `headline`: what of the run needs somebody, and how did it go, in one sentence?
- `in_words`: what changed of people, as somebody says it who knows no API?
- `change_table`: which changes has the page, and which of those who have left and still have access?
- `words`: what do kinds, outcomes and actions mean in words?
- `tables`: which rows and sums has the page?
- `held`: what waits for a release, and how is it released?
- `things`: what became of things that are no people?
- `page` (and ``templates``): how does the page look?
- `story`: what did each run do about one person?
- `thing_story`: what did each run do about one thing that is no person?

Does not belong here: reading the ledger (``resources.past``), where files are put (``resources.past.report_files``), terminals (``cli``).
"""
