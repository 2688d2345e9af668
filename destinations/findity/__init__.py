"""Findity, whole.

`settings` (what the YAML says) · `client`, `replies`, `partly`, `units` and `tokens` (the wire) · `records` (what should be there) ·
`comparison` (what is different, whose change needs whose) · `delivery` (in which order) · `adapter` (what the engine asks) · `draft` (its
part of a proposed YAML) · `identity` (what only one company may write) · `expense` (its Expense API, as one person) · `commands`
(`rollcall findity …`). `records` and `comparison` are pure.
"""

from typing import Final

NAME: Final = "findity"
TITLE: Final = "Findity"
COMMANDS: Final = "Findity: its Expense API, as the person who signs in."
