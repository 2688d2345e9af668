"""What must change at a destination, what of it is held, and what became of it.

In the order of a run: `differences` and `write_only` (what differs) → `decision` (one action for everyone, the plan) → `barred` (whom
nobody may take out), `shrunk` (most of what people are written by is gone) → `limits` with `few`, `domains`, `emptied` and `dependants`
(what is held) → `builder` (these steps in their order, asked of a destination through `comparison`) → `releasing` (letting go) →
`acknowledgements` (what the ledger is to remember) → `outcomes` and `landing` (afterwards); `adoption` counts who is there before a first
sync, `first` says when that is to wait and whom it is of, `pilot` who is created before the others, `restored` whom an older ledger does
not know; `leaving` says when leavers lose their access, `deletion` who is deleted long after, `strangers` who is taken out without being
HR's; `things` is all of this for units, dimensions and values, which are no people; `memory` is what is kept of people beside the fields
of their record; `because` holds two plans against each other, which other settings give; `other_settings` says how much of a plan comes of
settings that were changed, `undo` what of a run can be taken back; `facts` is what is known of a plan as a whole, and its JSON;
`own_account` is what a destination says that it did, `in_common` what it shows in terms that all have, `wording` what people call its
fields and ids (`entries` takes lists of them apart).

Does not belong here: the fields of any one destination.
"""
