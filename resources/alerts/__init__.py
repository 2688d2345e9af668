"""Telling people who read no logs: what a company's YAML says of it, the words, and the way out.

- `settings`: who is told what, and when not?
- `wording`: how is a state put, without anybody's name?
- `sending`: how does a message leave, and in how much time?

Does not belong here: which states there are (``resources.past.open_states``, ``assets.runs.alerts``), what was told already
(``resources.ledger.alerts``).
"""
