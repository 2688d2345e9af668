"""Findity's user array: what each person's user should be, and in what it differs from what is there.

Belongs here: the fields of the Admin API's users, the desired users, the comparison with the users that were read. Does not belong here:
what is done about a difference (``roster.plan.decision``) and the wire (``resources.findity``).
"""

import json
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

from roster.membership import among
from roster.people.chain import Chain, names_of
from roster.people.matching import owners
from roster.plan.differences import compare, together
from roster.records import FieldType, compact
from roster.rules import evaluate
from roster.settings import FindityUsers, Rule
from roster.vocabulary import Kind

FIELDS: Final[Mapping[str, FieldType]] = {
    "externalSourceId": "text",
    "firstName": "text",
    "lastName": "text",
    "email": "text",
    "personnelNumber": "text",
    "organizationalUnitId": "text",
    "role": "text",
    "locale": "text",
    "active": "boolean",
    "approverIds": "json",
    "phone": "text",
    "bankAccount": "json",
    "address": "json",
    "dimensionPresets": "json",
}
"""A user of the Admin API with its JSON types, as the vendor's page on users lists them."""

PLAIN: Final = ("firstName", "lastName", "personnelNumber", "organizationalUnitId", "role", "locale", "phone")
NESTED: Final = ("bankAccount", "address", "dimensionPresets")

UNSEEN: Final = ("bankAccount",)
"""Fields that a reply may leave out: where the user as read has none, the ledger's digest is compared instead."""

KINDS: Final[Mapping[str, Kind]] = {
    "email": "email",
    "approverIds": "manager",
    "role": "role",
    "organizationalUnitId": "unit",
    "bankAccount": "bank_account",
}
"""The kind of change of each field; any other is ``other``."""

UNADDRESSED: Final = "id:"
"""What the account of a user without ``externalSourceId`` begins with."""

_PRESET_KEY = "dimensionExternalSourceId"


def account_of(users: pd.DataFrame) -> pd.Series:
    """The ``externalSourceId``, which addresses the user in every call; ``id:`` and the id of one without, who can only be looked at."""
    return users["externalSourceId"].fillna(UNADDRESSED + users["id"])


def accounts(users: pd.DataFrame, employee_ids: pd.Series, acknowledged: pd.DataFrame | None = None) -> pd.DataFrame:
    """Findity's users in the common form of `roster.people.matching`.

    Args:
        users: the users as read.
        employee_ids: the numbers that HR and the ledger know.
        acknowledged: the ledger's people of Findity, if it has any.

    Returns:
        ``number`` is the ``externalSourceId`` where that is somebody's employee number, else whom the ledger knows by that account, else
        the ``personnelNumber`` (which a rule may fill with something else), else the ``externalSourceId`` of whatever system gave it.
    """
    external, account = users["externalSourceId"], account_of(users)
    number = external.where(among(external, employee_ids))
    if acknowledged is not None:
        number = number.fillna(account.map(owners(acknowledged)).astype("str"))
    return pd.DataFrame(
        {
            "account": account,
            "number": number.fillna(users["personnelNumber"]).fillna(external),
            "email": users["email"],
            "active": users["active"].fillna(True).astype("bool"),
        }
    )


def users(roster: pd.DataFrame, chain: Chain, units: pd.DataFrame, rules: FindityUsers) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The user that each person in scope should be.

    Args:
        roster: the roster frame.
        chain: who approves for whom.
        units: ``id``, ``name``, ``externalSourceId``, ``parentId`` of the organisation's units.
        rules: where each field comes from.

    Returns:
        The users (``employee_id`` and `FIELDS`; ``approverIds`` holds employee numbers, or pseudonyms), and the faults
        (``employee_id``, ``field``, ``reason``): a value at fault is left out of the user.
    """
    people = roster[roster["in_scope"] & roster["employment"].isin(["active", "leave"])].reset_index(drop=True)

    def given(rule: Rule | None) -> pd.Series:
        return evaluate(rule, people) if rule else pd.Series(np.nan, index=people.index, dtype="str")

    named = given(rules.organizationalUnitId)
    unit = _unit_ids(named, units, rules.unit_by)
    desired = pd.DataFrame(
        {
            "employee_id": people["employee_id"],
            "externalSourceId": people["employee_id"],
            "firstName": people["first_name"],
            "lastName": people["last_name"],
            "email": people["email"],
            "personnelNumber": given(rules.personnelNumber),
            "organizationalUnitId": unit,
            "role": given(rules.role),
            "locale": given(rules.locale),
            "active": "true",
            "approverIds": chain.approver_of(people["employee_id"]).map(lambda name: compact([name]), na_action="ignore"),
            "phone": given(rules.phone),
            "bankAccount": _objects({key: given(rule) for key, rule in (rules.bankAccount or {}).items()}, people.index),
            "address": _objects({key: given(rule) for key, rule in (rules.address or {}).items()}, people.index),
            "dimensionPresets": _presets({key: given(rule) for key, rule in (rules.dimensionPresets or {}).items()}, people.index),
        }
    ).astype("str")
    lost = named.notna() & unit.isna()
    faults = pd.DataFrame({"employee_id": people.loc[lost, "employee_id"], "field": "organizationalUnitId", "reason": "unit_unknown"})
    return desired, faults.reset_index(drop=True).astype("str")


def _unit_ids(named: pd.Series, units: pd.DataFrame, by: str) -> pd.Series:
    """The id of each named unit; missing where no unit, or more than one, has that name."""
    certain = units.dropna(subset=by).drop_duplicates(by, keep=False)
    return named.map(certain.set_index(by, drop=False)["id"]).astype("str")


def _objects(parts: Mapping[str, pd.Series], index: pd.Index) -> pd.Series:
    """JSON objects of what is given for each key; missing where nothing is."""
    rows = zip(*(part.to_numpy(dtype="object") for part in parts.values()), strict=True)
    texts = [compact({key: cell for key, cell in zip(parts, row, strict=True) if isinstance(cell, str)}) for row in rows]
    return pd.Series(texts if parts else np.nan, index=index, dtype="str").replace("{}", np.nan).astype("str")


def _presets(parts: Mapping[str, pd.Series], index: pd.Index) -> pd.Series:
    """JSON lists of dimension presets; missing where nothing is given."""

    def entries(row: tuple[Any, ...]) -> str:
        return compact(
            [{_PRESET_KEY: key, "dimensionValueId": cell} for key, cell in zip(parts, row, strict=True) if isinstance(cell, str)]
        )

    texts = [entries(row) for row in zip(*(part.to_numpy(dtype="object") for part in parts.values()), strict=True)]
    return pd.Series(texts if parts else np.nan, index=index, dtype="str").replace("[]", np.nan).astype("str")


def visible_changes(desired: pd.DataFrame, there: pd.DataFrame, pairs: pd.DataFrame, key: bytes) -> pd.DataFrame:
    """In what the users that were read differ from what they should be, for people who have an account.

    Args:
        desired: desired users.
        there: the users as read.
        pairs: ``employee_id`` → ``account``, also of people who only approve.
        key: for pseudonyms.

    Returns:
        `roster.plan.differences.CHANGE_COLUMNS`. A nested value is compared in the keys that the rules give, and its ``new`` is the whole
        value with what else is there, so that sending it takes nothing away.
    """
    known = there.assign(account=account_of(there), approverIds=approver_numbers(there, pairs, key))
    known["active"] = known["active"].map({True: "true", False: "false"}).astype("str")
    both = desired.merge(pairs[["employee_id", "account"]].dropna(), on="employee_id").merge(known, on="account", suffixes=("", "_there"))
    ids = both["employee_id"]
    parts = [compare(ids, field, both[field], both[f"{field}_there"]) for field in (*PLAIN, "active", "approverIds")]
    parts.append(compare(ids, "email", both["email"], both["email_there"], fold=True))
    for field in NESTED:
        shown = both[both[f"{field}_there"].notna()] if field in UNSEEN else both
        parts.append(compare(shown["employee_id"], field, _completed(shown[field], shown[f"{field}_there"]), shown[f"{field}_there"]))
    return together(parts)


def approver_numbers(there: pd.DataFrame, pairs: pd.DataFrame, key: bytes) -> pd.Series:
    """The users' ``approverIds`` as JSON lists of employee numbers instead of person ids, where the person is known.

    An account that is nobody's in HR is named as in `roster.people.chain`.
    """
    names = person_names(there, pairs, key)
    texts = there["approverIds"]

    def named(text: str) -> str:
        return compact(sorted(names.get(person, f"person:{person}") for person in json.loads(text)))

    return texts.map({text: named(text) for text in texts.dropna().unique()}).replace("[]", np.nan).astype("str")


def person_names(there: pd.DataFrame, pairs: pd.DataFrame, key: bytes) -> dict[str, str]:
    """``personId`` → how the chain names that person: by employee number, by the account's own number, or by a pseudonym."""
    people = accounts(there, pairs["employee_id"])
    ours = people["account"].map(pairs.dropna(subset="account").set_index("account")["employee_id"]).astype("str")
    known = pd.DataFrame({"person": there["personId"], "name": ours.fillna(names_of(people, key)), "strange": ours.isna()}).dropna()
    # One person may have several users: the one that is paired with somebody says who it is.
    known = known.sort_values("strange", kind="stable").drop_duplicates("person")
    return dict(zip(known["person"], known["name"], strict=True))


def _completed(wanted: pd.Series, there: pd.Series) -> pd.Series:
    """Nested values with what else is there, equal to what is there where every wanted key already is as wanted."""
    result = wanted.copy()
    for at in wanted.index[wanted.notna() & there.notna() & (wanted != there)]:
        ours, theirs = json.loads(wanted[at]), json.loads(there[at])
        if isinstance(ours, dict):
            result[at] = compact(theirs | ours)
        else:
            given = {entry[_PRESET_KEY]: entry for entry in ours}
            same = [old | given.pop(old.get(_PRESET_KEY), {}) for old in theirs]
            result[at] = compact([*same, *given.values()])
    return result


def addressed(records: pd.DataFrame) -> pd.Series:
    """The ``externalSourceId`` under which a plan's records write each person."""
    return records.drop_duplicates("person").set_index("person")["externalSourceId"]


def as_person_ids(approvers: str, ids: Mapping[str, str]) -> str | None:
    """A JSON list of approvers by number as one of person ids; None where one of them has none."""
    names = json.loads(approvers)
    return compact([ids[name] for name in names]) if all(name in ids for name in names) else None
