"""Findity, whole.

`settings` (what the YAML says) · `client`, `replies`, `units` and `tokens` (the wire) · `records` (what should be there) · `comparison`
(what is different, whose change needs whose) · `delivery` (in which order) · `adapter` (what the engine asks) · `draft` (its part of a
proposed YAML) · `identity` (what only one company may write) · `belonging` (who belongs to which of several organizations) · `expense` (its
Expense API, as one person) · `commands` (`rollcall findity …`). `records`, `comparison` and `belonging` are pure.
"""

from collections.abc import Mapping
from typing import Final

from roster.reports.reasons import Reason

NAME: Final = "findity"
TITLE: Final = "Findity"
COMMANDS: Final = "Findity: its Expense API, as the person who signs in."
REASONS: Final[Mapping[str, Reason]] = {
    "organization_unknown": Reason(
        "HR's word for their organization is not known",
        "Correct it, or have the word added to the settings. Whoever is in an organization already stays as they are.",
        "HR",
    ),
    "organization_empty": Reason(
        "HR's file does not say to which organization they belong",
        "Fill it in. Whoever is in an organization already stays as they are.",
        "HR",
    ),
    "organization_unreadable": Reason(
        "What says to which organization they belong cannot be read",
        "Correct it. Whoever is in an organization already stays as they are.",
        "HR",
    ),
}
