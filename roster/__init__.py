"""What an employee is and what must happen to them: pure functions on frames.

Belongs here: reading a file's bytes into rows, mapping, validation, approvers, the desired records of each destination, plans,
accounting, outcomes. Does not belong here: Dagster, the network, the clock, the environment, the ledger.
"""
