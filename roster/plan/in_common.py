"""What a destination shows of people in terms that all destinations have, kept so that two can be held against each other later.

Belongs here: what is kept of one destination, and making it from what was read back. Does not belong here: comparing two
(``roster.reports.parity``).

Only what departs from HR's file is kept, since of all others two destinations show the same: who is not there, and whose approver, address
or name is another one. Addresses and names are kept as keyed hashes.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Final

import pandas as pd

from roster.digests import record_column
from roster.membership import among, looked_up, rows_at

FIELDS: Final = ("approver", "email", "name")
DEPARTS: Final = ("employee_id", "field", "approver_id", "value")
"""Whose field is not as HR's file says: the number of the approver, or a hash of whoever has none; a hash of an address or name; neither
where nothing is shown."""
SHOWN: Final = ("employee_id", "field", "value")
"""Whose address or name is not as HR's file says, and what stands there."""
_OF_HR: Final = ("manager_id", "email", "last_name", "first_name")
STORED: Final = "in_common_shown"
"""Under which name a run stores `InCommon.shown`, beside a plan and beside what landed."""


@dataclass(frozen=True, eq=False)
class InCommon:
    """What one destination shows of HR's people after a write."""

    fields: Sequence[str] = ()
    """Of `FIELDS`, what it shows at all."""
    not_wanted: Sequence[str] = ()
    """HR's people whom its rules do not want there: employee numbers."""
    not_there: Sequence[str] = ()
    """Whom they want, and who is not active there."""
    not_as_wanted: Sequence[str] = ()
    """Who is there and shows something else than its rules want."""
    departs: pd.DataFrame = field(default_factory=partial(pd.DataFrame, columns=list(DEPARTS)))
    """`DEPARTS`, of those who are there."""
    shown: pd.DataFrame | None = None
    """`SHOWN` of the same people, for pages that are their owner's alone: never in `to_json`, and so never in the ledger. None where only
    that is known."""

    def held_against(self, differing: pd.Series) -> "InCommon":
        """The same, with who is not as they should be: employee numbers."""
        return replace(self, not_as_wanted=sorted(differing.dropna().unique()))

    def to_json(self) -> dict[str, Any]:
        """As JSON."""
        lists = {name: list(getattr(self, name)) for name in ("fields", "not_wanted", "not_there", "not_as_wanted")}
        rows = self.departs.astype("object").where(self.departs.notna(), None).to_dict("records")
        return {**lists, "departs": [{name: value for name, value in row.items() if value is not None} for row in rows]}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any] | None) -> "InCommon | None":
        """What `to_json` wrote; None where an earlier version, or a run for some people, wrote none."""
        if stored is None:
            return None
        lists: dict[str, Any] = {name: tuple(stored.get(name, ())) for name in ("fields", "not_wanted", "not_there", "not_as_wanted")}
        return cls(**lists, departs=pd.DataFrame(stored.get("departs", []), columns=list(DEPARTS), dtype="str"))


def to_store(of: InCommon | None) -> dict[str, pd.DataFrame]:
    """What a run stores of it beside a value, where it is known."""
    return {} if of is None or of.shown is None else {STORED: of.shown}


def in_common(
    roster: pd.DataFrame, wanted: pd.Series, accounts: pd.DataFrame, pairs: pd.DataFrame, names: pd.DataFrame | None, key: bytes
) -> InCommon:
    """What a destination shows.

    Args:
        roster: HR's people.
        wanted: the employee numbers of those who should be there.
        accounts: everyone there (`roster.people.matching.ACCOUNT_COLUMNS`).
        pairs: ``employee_id`` → ``account`` once the plan was written.
        names: account → ``last_name``, ``first_name``, where names are shown.
        key: the company's, the same for all destinations.

    Returns:
        All but `InCommon.not_as_wanted`.
    """
    active = accounts[accounts["active"]].drop_duplicates("account").set_index("account")
    account = _accounts(wanted, active, pairs)
    here = account.dropna()
    # Of two people who are paired with one account, its own number says whose it is.
    numbers = pd.Series(here.index, index=here.to_numpy(), dtype="str")
    numbers = numbers[~numbers.index.duplicated(keep=False)]
    people = pd.DataFrame({"employee_id": here.index, "account": here.to_numpy()}).astype("str")
    rows = roster.drop_duplicates("employee_id").set_index("employee_id")
    hr = rows_at(people["employee_id"], rows[[name for name in _OF_HR if name in rows]])
    shows = rows_at(people["account"], active[["approver", "email"]])
    approver, there = shows["approver"], shows["email"]
    theirs = rows_at(approver, active[["number", "email"]])
    by_number = looked_up(approver, numbers).fillna(theirs["number"])
    unnumbered = theirs["email"].fillna(approver).where(by_number.isna())
    found = [_departing(people, "approver", hr.get("manager_id"), by_number, unnumbered, key)]
    found.append(_departing(people, "email", hr.get("email"), None, there, key))
    plain = [people[["employee_id"]].assign(field="email", value=there)]
    if names is not None:
        shown = looked_up(people["account"], _whole(names[~names.index.duplicated()]))
        found.append(_departing(people, "name", _whole(hr), None, shown, key))
        plain.append(people[["employee_id"]].assign(field="name", value=shown))
    # Who has left is wanted nowhere, and a file may have many of them; who belongs to another part alone is wanted there, and not here.
    elsewhere = roster.get("elsewhere", pd.Series(False, index=roster.index))
    possible = roster[roster["in_scope"] & (roster["employment"].ne("left") | elsewhere)]
    departs = pd.concat(found, ignore_index=True)
    return InCommon(
        fields=FIELDS if names is not None else FIELDS[:2],
        not_wanted=sorted(possible.loc[~among(possible["employee_id"], wanted), "employee_id"]),
        not_there=sorted(account[account.isna()].index),
        departs=departs,
        shown=pd.concat(plain, ignore_index=True).merge(departs[["employee_id", "field"]]).dropna(subset="value").astype("str"),
    )


def _accounts(wanted: pd.Series, active: pd.DataFrame, pairs: pd.DataFrame) -> pd.Series:
    """Employee number → active account: the one they are paired with, else the one with their number."""
    wanted = wanted.drop_duplicates()
    paired = looked_up(wanted, pairs.dropna().drop_duplicates("employee_id").set_index("employee_id")["account"])
    numbered = active.dropna(subset="number").reset_index().drop_duplicates("number").set_index("number")["account"]
    found = paired.where(among(paired, active.index.to_series())).fillna(looked_up(wanted, numbered))
    return pd.Series(found.to_numpy(), index=wanted.to_numpy(), dtype="str")


def _departing(
    people: pd.DataFrame, what: str, hr: pd.Series | None, number: pd.Series | None, shown: pd.Series, key: bytes
) -> pd.DataFrame:
    """`DEPARTS` of one field: where `shown` (or a number, where there is one) is not what HR's file says."""
    reference = pd.Series(pd.NA, people.index, dtype="str") if hr is None else hr.astype("str")
    # What is the same letter by letter is so in plain form too: of most people, who are not looked at any further.
    some = shown.fillna("").ne(reference.fillna("")) if number is None else number.isna() | number.ne(reference)
    shown, reference, number = shown[some], reference[some], None if number is None else number[some]
    shown, reference = _plain(shown), reference if number is not None else _plain(reference)
    compared = shown if number is None else number.fillna("@" + shown)  # which is no employee number
    departs = compared.fillna("").ne(reference.fillna(""))
    values = {"employee_id": people.loc[some, "employee_id"], "field": what, "approver_id": number, "value": shown}
    rows = pd.DataFrame(values)[departs]
    return rows.assign(value=_hashed(rows["value"], key))[list(DEPARTS)].astype("str")


def _whole(names: pd.DataFrame) -> pd.Series:
    """First and last name in one text; missing where either is."""
    return names["first_name"].astype("str").str.strip() + " " + names["last_name"].astype("str").str.strip()


def _plain(texts: pd.Series) -> pd.Series:
    """Texts as they are compared: without case, blanks around them, and in one form of their accents."""
    return texts.map({text: unicodedata.normalize("NFC", text).strip().casefold() for text in texts.dropna().unique()}).astype("str")


def _hashed(texts: pd.Series, key: bytes) -> pd.Series:
    """A keyed hash of each text."""
    return record_column(pd.DataFrame({"value": texts}), key).where(texts.notna())
