"""`rollcall serve`: nights, people and what waits, for whoever answers for them, and the button that releases it.

- `server`: on which socket?
- `app`: which pages are there, and what does each request come by before any of them is made?
- `who`: who asks, and what may they see and do?
- `page_request`: what has a page at hand: who asks, whose ledger, what was sent?
- `shown`: how does a page become HTML?
- `nights`: companies, a company, a night, its report, faults by owner, what comes, who was shown what
- `people`: finding somebody, and their story
- `tonight`: what would happen to one person?
- `waiting`: what waits, with old and new
- `releasing`: proposing and releasing, and what came of it
- `run_release`: the run itself, in a process of its own

Does not belong here: what a page is about (``resources.past``, ``roster.reports``), the release (``destinations.releases``), the
guard that it has in common with the Dagster UI (``web.guard``).
"""
