"""A company's part of Expensify for a trial: pointed at the sandbox, which has the policies that its rules name.

Belongs here: what of the YAML leads elsewhere and is replaced, and what the sandbox must have. Does not belong here: which companies are
tried, and how (``assets.trial``).
"""

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from destinations.expensify.records import policies_of
from destinations.expensify.settings import Settings

ENVIRONMENT: Final = {
    "ROLLCALL_TRIAL_EXPENSIFY": "{sandbox}/Integration-Server/ExpensifyIntegrations",
    "ROLLCALL_TRIAL_EXPENSIFY_SECRET": "trial",
}
"""Variable → its value; in braces what is known once the sandbox listens."""
_ADMIN: Final = "expenses-admin@trial.example"
_KEPT: Final = frozenset({"feed_root", "chunk_bytes", "setEmployeePrimaryPolicy", "shouldFixApprovalChains", "fixFirstLevelManagersOnly"})
"""Options of the connection that lead nowhere and tell nobody."""


def pointed(part: Mapping[str, Any]) -> dict[str, Any]:
    """The YAML's part with nothing in it that leads out of the trial."""
    connection = {name: value for name, value in (part.get("connection") or {}).items() if name in _KEPT}
    own = {
        "url": {"env": "ROLLCALL_TRIAL_EXPENSIFY"},
        "partner_user_id": "trial",
        "partner_user_secret": {"env": "ROLLCALL_TRIAL_EXPENSIFY_SECRET"},
        "read_back_seconds": 0,
    }
    return {**{name: value for name, value in part.items() if name != "delivery"}, "connection": {**connection, **own}}


def seed(settings: Settings, roster: pd.DataFrame) -> dict[str, Any]:
    """What the sandbox has at the start: every policy that the rules name or give anyone, and no employee."""
    member = {"email": _ADMIN, "role": "admin", "submitsTo": _ADMIN}
    policies = {one: {"name": one, "owner": _ADMIN, "members": [member]} for one in policies_of(settings.feed, roster)}
    return {"partners": {"trial": {"secret": "trial", "email": _ADMIN}}, "policies": policies}
