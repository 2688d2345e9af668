"""Expensify, whole.

`settings` (what the YAML says) · `client` and `replies` (the wire) · `records` (what should be there) · `comparison` (what is different) ·
`needs`, `leave` (who goes with whom) · `agreement` (its own account, held against the plan) · `delivery` (in which order) · `adapter`
(what the engine asks) · `draft` (its part of a proposed YAML). `records`, `comparison`, `needs` and `leave` are pure.
"""

from typing import Final

NAME: Final = "expensify"
TITLE: Final = "Expensify"
