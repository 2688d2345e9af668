"""What is known of runs that were, read from the ledger and stored values.

One run: `run_report`, its files `report_files`, what they show beside the ledger `beside`, the nights before it `last_night`. One company:
`status`; what of it people are told: `open_states`. One person: `story`, `erasure` (handing out, forgetting). One thing that is no person:
`thing_story`. What is over: `retention`, and the room that it held: `compacting`. A company with another name, or none any more:
`companies`.

Does not belong here: words and layout (``roster.reports``).
"""
