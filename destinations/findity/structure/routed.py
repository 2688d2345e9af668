"""Who approves for each user by the value that they are preset to, or by their unit, and who does so for any at all.

Belongs here: these two questions, asked where a company has approvals by dimensions or departments. Does not belong here: who should
approve (``approvers``). Pure.
"""

import json

import pandas as pd

from destinations.findity.comparison import account_of
from destinations.findity.settings import Settings
from destinations.findity.taking_away import PRESET_KEY
from roster.membership import among
from roster.plan.differences import Frames


def approver(read: Frames) -> pd.Series:
    """The account of the first who approves for each user so, at the index of the users; missing where nobody does."""
    users = read["users"]
    account = account_of(users)
    by_person = pd.Series(account.to_numpy(), index=users["personId"]).dropna()
    by_person = by_person[by_person.index.notna() & ~by_person.index.duplicated()]
    found = pd.Series(pd.NA, index=users.index, dtype="str")
    if "value_approvers" in read:
        found = found.fillna(_by_value(users, _first(read["value_approvers"], ["dimension", "at"], by_person), read["dimension_values"]))
    if "unit_approvers" in read:
        first = _first(read["unit_approvers"], ["at"], by_person)
        found = found.fillna(users["organizationalUnitId"].map(first.set_index("at")["account"]).astype("str"))
    return found


def assigned(read: Frames, settings: Settings) -> pd.Series:
    """Which of the users approve for some value or unit, at the index of the users; where such a list could not be read, each may."""
    users = read["users"]
    found = pd.Series(hidden(read, dimensions="dimensions" in settings.approval), index=users.index)
    for table in (read[name] for name in ("value_approvers", "unit_approvers") if name in read):
        found |= among(users["personId"], table["personId"].dropna())
        found |= among(users["externalSourceId"], table["approverExternalId"].dropna())
    return found


def hidden(read: Frames, *, dimensions: bool = True) -> bool:
    """Whether some list of who approves could not be read; without `dimensions` none of values is asked for."""
    unread = read["structure_unread"]["what"] if "structure_unread" in read else pd.Series(dtype="str")
    found = unread.str.startswith("approvers/") | unread.eq("unit approvers") | (unread.eq("dimensions") & dimensions)
    return bool(found.any())


def _first(assignments: pd.DataFrame, keys: list[str], by_person: pd.Series) -> pd.DataFrame:
    """The first step of each value or unit, with the ``account`` that it names."""
    account = assignments["personId"].map(by_person).astype("str").fillna(assignments["approverExternalId"])
    return assignments.assign(account=account).drop_duplicates(keys)


def _by_value(users: pd.DataFrame, first: pd.DataFrame, values: pd.DataFrame) -> pd.Series:
    accounts = {(dimension, at): account for dimension, at, account in first[["dimension", "at", "account"]].itertuples(index=False)}
    for dimension, external, own in values[["dimension", "externalSourceId", "id"]].itertuples(index=False):
        for one, other in ((external, own), (own, external)):  # presets and assignments may name a value by either
            if (dimension, one) not in accounts and (dimension, other) in accounts:
                accounts[dimension, one] = accounts[dimension, other]
    texts = users["dimensionPresets"]
    named = {text: [(one.get(PRESET_KEY), one.get("dimensionValueId")) for one in json.loads(text)] for text in texts.dropna().unique()}
    found = {text: next((accounts[key] for key in keys if key in accounts), None) for text, keys in named.items()}
    return texts.map(found).astype("str")
