"""One folder for each destination, and what is the same for all.

`registry` (which there are) · `base` (what each fulfils) · `engine` (the steps: known → desired → plan → written → landed) · `delivery`
(lease, guard, sending) · `replies` (what a destination answers). Does not belong here: Dagster (``assets``), rules about people
(``roster``).
"""
