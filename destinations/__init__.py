"""One folder for each destination, and what is the same for all.

- `registry`: which are there?
- `base`: what does each fulfil, and what passes between its steps?
- `identity`: what of it may only one company write? `claims`: whose is it?
- `engine`: which steps, in which order: known → desired → plan, written → landed?
- `forgotten`: does the ledger know what it must have known?
- `delivery`: what must a plan have passed, who is still to be sent, and what is kept of each answer?
- `replies`: what is an answer, person by person, and what becomes of a chunk that is refused?
- `releases`: what of a held set is applied now?

A destination's own folder has a map of its own. Does not belong here: Dagster (``assets``), rules about people (``roster``).
"""
