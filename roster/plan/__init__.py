"""What must change at a destination, what of it is held, and what became of it.

In the order of a run: `differences` and `write_only` (what differs) → `decision` (one action for everyone, the plan) → `limits` with
`few`, `domains` and `dependants` (what is held) → `builder` (these steps in their order) → `releasing` (letting go) → `outcomes` and
`landing` (afterwards); `adoption` counts who is there before a first sync, `first` says when that is to wait and whom it is of, `restored`
whom an older ledger does not know; `memory` is what is kept of people beside the fields of their record; `facts` is what is known of a plan
as a whole, and its JSON.

Does not belong here: the fields of any one destination.
"""
