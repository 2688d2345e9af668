"""A company's part of Findity for a trial: pointed at the sandbox, which has the units and dimensions that its rules name.

Belongs here: what of the YAML leads elsewhere and is replaced, and what the sandbox must have. Does not belong here: which companies are
tried, and how (``assets.trial``).
"""

import hashlib
from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from destinations.findity.settings import FindityUsers, Settings
from roster.rules import evaluate
from roster.settings import Rule

ENVIRONMENT: Final = {
    "ROLLCALL_TRIAL_FINDITY_ADMIN": "{sandbox}/api/admin",
    "ROLLCALL_TRIAL_FINDITY_TOKEN": "{sandbox}/api/oauth/token/",
    "ROLLCALL_TRIAL_FINDITY_SECRET": "trial",
}
"""Variable → its value; in braces what is known once the sandbox listens."""
_ONLY: Final = "trial"
"""The organization of a company that has one."""
_KEPT: Final = frozenset({"chunk_size", "api_version", "send_invitation_mail", "reads_at_once", "writes_at_once"})
"""Options of the connection that lead nowhere."""


def pointed(part: Mapping[str, Any]) -> dict[str, Any]:
    """The YAML's part with nothing in it that leads out of the trial."""
    kept = {name: value for name, value in part.items() if name not in ("connection", "expense", "organizations")}
    if several := part.get("organizations"):
        own = {word: {**one, "connection": _connection(one.get("connection"), word)} for word, one in several.items()}
        return {**kept, "organizations": own}
    return {**kept, "connection": _connection(part.get("connection"), _ONLY)}


def _connection(given: Mapping[str, Any] | None, organization: str) -> dict[str, Any]:
    return {
        **{name: value for name, value in (given or {}).items() if name in _KEPT},
        "admin_url": {"env": "ROLLCALL_TRIAL_FINDITY_ADMIN"},
        "token_url": {"env": "ROLLCALL_TRIAL_FINDITY_TOKEN"},
        "expense_url": {"env": "ROLLCALL_TRIAL_FINDITY_ADMIN"},
        "organization": organization,
        "client_id": "trial",
        "client_secret": {"env": "ROLLCALL_TRIAL_FINDITY_SECRET"},
        "invitation_mail_checked": True,
        "read_back_seconds": 0,
    }


def seed(settings: Settings, roster: pd.DataFrame) -> dict[str, Any]:
    """What the sandbox has at the start: every unit and dimension value that the rules give anyone, and no user."""
    people = roster[roster["in_scope"]].reset_index(drop=True)
    organization = settings.part or _ONLY
    made = {"name": organization, "units": _units(settings.users, people, organization), "users": [], **_dimensions(settings.users, people)}
    return {"clients": {"trial": {"secret": "trial", "organizations": [organization]}}, "organizations": {organization: made}}


def _units(users: FindityUsers, people: pd.DataFrame, root: str) -> list[dict[str, Any]]:
    key = "id" if users.unit_by == "id" else "externalSourceId"
    given = _values(users.organizationalUnitId, people) if users.organizationalUnitId else []
    return [{"name": root, "externalSourceId": root, "parentId": None}] + [{"name": one, key: one, "parentId": root} for one in given]


def _dimensions(users: FindityUsers, people: pd.DataFrame) -> dict[str, Any]:
    given = {key: _values(rule, people) for key, rule in (users.dimensionPresets or {}).items()}
    about = {"level": "EXPENSE", "controlType": "list", "presetLocation": "EMPLOYEE"}
    definitions = [{"id": _opaque(key), "externalSourceId": key, "name": key, **about} for key in given]
    values = {key: [{"id": _opaque(key, one), "externalSourceId": one, "name": one} for one in own] for key, own in given.items()}
    return {"customDimensions": definitions, "dimensionValues": values}


def _values(rule: Rule, people: pd.DataFrame) -> list[str]:
    return sorted(evaluate(rule, people).dropna().astype("str").unique())


def _opaque(*parts: str) -> str:
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:12]
