"""Who is who, and who approves for whom.

`matching` pairs people with accounts, `census` lists everyone once, `identity` asks whether a number is still the same person's; `chain`
is who approves for whom at one destination, `approvers` resolves what HR's own chain leaves open. Does not belong here: what changes.
"""
