"""Expensify, whole.

`settings` (what the YAML says) · `client` and `replies` (the wire, and its own account held against the plan) · `records` (what should be
there) · `comparison` (what is different, whose change needs whose) · `leave` (who goes with whom) · `delivery` (in which order) · `adapter`
(what the engine asks) · `identity` (what only one company may write) · `draft` (its part of a proposed YAML) · `reports` and
`commands` (a report on somebody's behalf). `records`, `comparison` and
`leave` are pure.
"""

from typing import Final

NAME: Final = "expensify"
TITLE: Final = "Expensify"
COMMANDS: Final = "Expensify: reports on behalf of people."
