"""Codes of the plan in words, for pages that people read who know no codes.

Belongs here: kinds of change, outcomes, actions. Does not belong here: reason codes (``reasons``), what a destination calls its fields
(``roster.plan.wording``). Commands, run config and files keep the codes.
"""

from collections.abc import Mapping
from typing import Final

KINDS: Final[Mapping[str, str]] = {
    "join": "joins",
    "leave": "leaves",
    "rejoin": "comes back",
    "email": "e-mail",
    "manager": "approver",
    "self_approval": "approves for themselves",
    "role": "role",
    "policy": "policy",
    "unit": "unit",
    "limit": "limit",
    "bank_account": "bank account",
    "other": "other",
    "stranger": "not in HR",
    "deletion": "deletion",
}
OUTCOMES: Final[Mapping[str, str]] = {
    "created": "came in",
    "updated": "changed",
    "reactivated": "came back",
    "deactivated": "taken out",
    "deleted": "deleted",
    "unchanged": "unchanged",
    "held": "waiting",
    "skipped": "left out",
    "refused": "refused",
    "unknown": "without an answer",
}
ACTIONS: Final[Mapping[str, str]] = {
    "create": "to come in",
    "update": "to change",
    "reactivate": "to come back",
    "deactivate": "to be taken out",
    "delete": "to be deleted",
    "none": "nothing to do",
    "hold": "waiting",
    "skip": "left out",
}
DISPOSITIONS: Final[Mapping[str, str]] = {"nobody": "no person's"}


def kinds(codes: object) -> str:
    """Kinds of change, ``|`` between them, as a list in words; a code that has none is shown without underscores."""
    return ", ".join(KINDS.get(code, code.replace("_", " ")) for code in str(codes).split("|"))


def action(code: str) -> str:
    """What is meant to be done, in words."""
    return ACTIONS.get(code, code)


def outcome(code: str) -> str:
    """An outcome in words."""
    return OUTCOMES.get(code, code.replace("_", " "))
