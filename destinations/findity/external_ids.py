"""Under which ``externalSourceId`` somebody comes in, where Findity's ids are not HR's numbers.

Belongs here: the ids that the settings' rule gives, whose they are, and who can have none. Does not belong here: everybody who is there
already, who keeps theirs and is addressed by it in every call (``comparison``). Pure.

Two people must never share one: a PUT would write the one over the other.
"""

from typing import Final

import pandas as pd

from destinations.findity.settings import FindityUsers
from roster.membership import among
from roster.people.matching import match, owners
from roster.plan.differences import Frames
from roster.rules import evaluate

FIELD: Final = "externalSourceId"
MISSING, TAKEN, ADDRESS = "external_id_missing", "external_id_taken", "external_id_is_address"


def given(rules: FindityUsers, roster: pd.DataFrame) -> pd.DataFrame:
    """``employee_id`` and ``externalSourceId`` of everybody in HR's file, by the rule; missing where it gives none."""
    assert rules.externalSourceId is not None, "asked only where there is a rule"  # noqa: S101
    return pd.DataFrame({"employee_id": roster["employee_id"], FIELD: evaluate(rules.externalSourceId, roster)}).astype("str")


def numbers_by_id(ids: pd.DataFrame, acknowledged: pd.DataFrame | None) -> pd.Series:
    """externalSourceId → the employee number whose it is to be, of those for whom the ledger knows none and who share it with nobody."""
    known = acknowledged["employee_id"] if acknowledged is not None else ids["employee_id"].head(0)
    own = ids[~among(ids["employee_id"], known)].dropna().drop_duplicates(FIELD, keep=False)
    return own.set_index(FIELD)["employee_id"]


def numbers(users: pd.DataFrame, account: pd.Series, acknowledged: pd.DataFrame | None, ids: pd.DataFrame) -> pd.Series:
    """The employee number of each user: by the ledger, by the rule, by the personnel number. An id by itself is nobody's number."""
    found = account.map(owners(acknowledged)).astype("str") if acknowledged is not None else account.mask(account.notna())
    return found.fillna(users[FIELD].map(numbers_by_id(ids, acknowledged)).astype("str")).fillna(users["personnelNumber"])


def settled(
    desired: pd.DataFrame, faults: pd.DataFrame, read: Frames, accounts: pd.DataFrame, acknowledged: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The users and the faults, without whoever is to come in and can have no id.

    Args:
        desired: the users; ``externalSourceId`` by the rule.
        faults: `roster.plan.facts.FAULTS`.
        read: what was read of Findity.
        accounts: everyone there, in the common form.
        acknowledged: the ledger's people of Findity.
    """
    there = match(desired[["employee_id", "email"]], accounts)["employee_id"]
    new = ~among(desired["employee_id"], pd.concat([there, acknowledged.dropna(subset="account")["employee_id"]]))
    value = desired[FIELD].str.casefold()
    used = pd.concat([read["users"][FIELD], acknowledged["account"]]).dropna().str.casefold()
    twice = value.where(new)
    taken = value.notna() & (among(value, used) | twice.duplicated(keep=False))
    reason = pd.Series(MISSING, index=desired.index, dtype="str").where(new & value.isna())
    reason = reason.mask(new & taken, TAKEN).mask(new & value.str.contains("@", regex=False, na=False), ADDRESS)
    lost = pd.DataFrame({"employee_id": desired["employee_id"], "field": FIELD, "reason": reason}).dropna(subset="reason")
    all_faults = pd.concat([faults, lost.reindex(columns=faults.columns)], ignore_index=True).astype("str")
    return desired[reason.isna()].reset_index(drop=True), all_faults
