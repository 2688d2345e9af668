"""What is told of approvals and dimensions as soon as they are read, before anything is planned.

Belongs here: the checks of Findity's own. Does not belong here: what changes (``planning``). Pure.

Whether approval is switched on for the organization can be seen nowhere in the Admin API: it is switched on in the admin web client, and no
call shows it. What can be seen is whether anybody is assigned at all.
"""

from collections.abc import Mapping
from typing import Final

import pandas as pd

from destinations.abilities import Finding
from destinations.findity.settings import Settings
from roster.plan.differences import Frames

APPROVAL, STRUCTURE = "approval", "structure_read"
_DESCRIPTIONS: Final[Mapping[str, str]] = {
    APPROVAL: "Where the settings say who approves for values or units, somebody is assigned. Whether approval is switched on, none sees.",
    STRUCTURE: "Dimensions, values and approvers that the settings are about can be read.",
}


def described(settings: Settings) -> Mapping[str, str]:
    """The checks that these settings have."""
    configured = bool(settings.dimensions or settings.users.dimensionPresets)
    found = {APPROVAL} if {"dimensions", "departments"} & set(settings.approval) else set()
    found |= {STRUCTURE} if configured or "departments" in settings.approval else set()
    return {name: text for name, text in _DESCRIPTIONS.items() if name in found}


def findings(settings: Settings, read: Frames) -> list[Finding]:
    """A finding for each of them of which something is known."""
    configured = described(settings)
    found = []
    if APPROVAL in configured:
        found.append(_approval(settings, read))
    if STRUCTURE in configured and "structure_unread" in read:
        unread = read["structure_unread"]
        table = unread.set_axis(["what", "why"], axis=1)
        sentence = (
            f"{len(unread)} of the lists could not be read: nothing is planned from them, and presets that need them stay as they are."
            if len(unread)
            else "All lists of dimensions, values and approvers that the settings are about could be read."
        )
        found.append(Finding(STRUCTURE, unread.empty, sentence, table, {"unread": len(unread)}))
    return found


def _approval(settings: Settings, read: Frames) -> Finding:
    tables = {"dimensions": "value_approvers", "departments": "unit_approvers"}
    rows = [
        (model, len(read.get(tables[model], pd.DataFrame())), int(read[tables[model]]["at"].nunique()) if tables[model] in read else 0)
        for model in settings.approval
        if model in tables
    ]
    none = [model for model, assigned, _ in rows if not assigned]
    table = pd.DataFrame(rows, columns=["approval", "assignments", "values or units"])
    sentence = (
        f"Nobody is assigned yet by {' and '.join(none)}: reports that depend on it have no approver by that."
        if none
        else f"{sum(assigned for _, assigned, _ in rows):,} assignments are there."
    )
    sentence += " Whether approval is switched on cannot be read: see it in the admin web client."
    return Finding(APPROVAL, not none, sentence, table, {"assignments": sum(assigned for _, assigned, _ in rows)})
