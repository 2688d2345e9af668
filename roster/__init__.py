"""What an employee is and what must happen to them: pure functions on frames. In the order in which the data passes:

- `reading`: which rows are in a file's bytes?
- `intake`: which people are in the rows, and may the file be used at all?
- `people`: who is who at a destination, and who approves for whom?
- `plan`: what must change there, what of it is held, and what became of it?
- `reports`: how is that told?
- `proposal`: what does an HR file that nobody has described seem to be?

For all of them: `vocabulary` (the words, each once), `settings` (what a company's YAML says of people), `file_settings` (and of how files
read), `strict` (what all settings are), `rules` (what its rules give), `yes_or_no` and `statuses` (which words are these?), `shipped` (the
lists that come with the code), `moments` (of which zone?), `characters` (how a text is written), `shown` (how one that others wrote is
shown), `records` (rows as JSON), `arrow` (text columns as Arrow has them), `digests` (keyed hashes), `membership` (is one text among
others?), `accounting` (do the sums add up?), `lacking` (a value that a record goes without), `taking_away` (one that an empty cell takes
away), `parts` (a destination in several), `unfit` (a file that cannot be used).

Does not belong here: Dagster, the network, the clock, the environment, the ledger, the fields of any destination.
"""
