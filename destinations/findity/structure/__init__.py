"""What of a Findity organization is no person: dimensions, their values, units, and who approves for them.

`settings` (what the YAML says) · `answers` (what Findity's answers say) · `reading` (which of it is asked for) · `wanted` (what HR and the
YAML want) · `naming` (who is who) · `approvers` (who approves, once whoever cannot is replaced) · `staying` (who goes on approving, since
nobody is put in their place) · `definitions`, `units` (changes of dimensions with their values, and of units) · `planning` (all of it in
order) · `sending` (how it is written) · `presets` (values of people that are not there) · `routed` (who approves for whom by them) ·
`checks` (what is told before anything is planned). All but `reading` and `sending` are pure.
"""
