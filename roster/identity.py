"""Whether an employee number is still the same person's.

Belongs here: what is remembered of who had a number, and the suspicion that it was given to somebody else. Does not belong here: pairing
people with accounts (``roster.matching``), what is done about the suspicion (``roster.plan``).

Neither API says since when somebody has been with the company, and Expensify shows no names. So with every acknowledgement the ledger keeps
keyed hashes of last name and start date: enough to see that they are others now, and nothing to read them from.
"""

import unicodedata

import pandas as pd

from roster.digests import digest_column
from roster.membership import among

_BETWEEN = "."


def identities(roster: pd.DataFrame, key: bytes) -> pd.Series:
    """What is remembered of each person: by employee number, keyed hashes of last name and start date.

    A missing value leaves its place empty.
    """
    last, start = (_hashed(values, name, key) for name, values in _told(roster).items())
    return pd.Series((last.fillna("") + _BETWEEN + start.fillna("")).to_numpy(), index=pd.Index(roster["employee_id"]), dtype="str")


def reused(
    everyone: pd.DataFrame,
    roster: pd.DataFrame,
    addresses: pd.Series,
    acknowledged: pd.DataFrame,
    key: bytes,
    last_names: pd.Series | None = None,
) -> pd.Series:
    """Who seems to have a number that was somebody else's.

    That is whoever has another e-mail address than the account with their number, and another start date than whoever had it before; or,
    where a start date is not known of both, another last name. Who marries keeps their start date; who moves keeps their name.

    Args:
        everyone: the census.
        roster: the roster frame.
        addresses: account → its e-mail address.
        acknowledged: the ledger's people; ``identity`` is what `identities` gave when they were last in step.
        key: the ledger's key.
        last_names: account → its last name, where the destination shows names.

    Returns:
        Employee numbers.
    """
    before = acknowledged.set_index("employee_id").reindex(columns=["account", "identity"]).astype("str")
    people = everyone.loc[everyone["matched_by"].eq("number") | everyone["account"].isna(), ["employee_id", "account"]]
    # Someone who was there before and is gone had an address too, where addresses are what accounts go by.
    account = people["account"].fillna(people["employee_id"].map(before["account"]).astype("str"))
    known = account.map(addresses).astype("str").fillna(account.where(account.str.contains("@", na=False)))
    names = account.map(last_names) if last_names is not None else account.map({})
    people = people.assign(address=known.str.lower(), shown=names.astype("str")).dropna(subset="address")
    people = people.merge(roster[["employee_id", "email", "last_name", "start_date"]], on="employee_id")
    people = people[people["email"].notna() & (people["email"].str.lower() != people["address"])]
    if people.empty:
        return people["employee_id"]
    past = people["employee_id"].map(before["identity"]).astype("str").str.split(_BETWEEN, n=1, expand=True)
    past = past.reindex(columns=[0, 1]).astype("str")
    last, start = (_hashed(values, name, key) for name, values in _told(people).items())
    shown = _folded(people["shown"]).notna()
    renamed = (_folded(people["shown"]) != _folded(people["last_name"])).where(shown, _differs(past[0], last))
    dated = start.notna() & past[1].fillna("").ne("")
    return people.loc[_differs(past[1], start).where(dated, renamed).astype("bool"), "employee_id"]


def remembered(people: pd.Series, roster: pd.DataFrame, acknowledged: pd.DataFrame, key: bytes) -> pd.Series:
    """What is to be remembered of people who are acknowledged now, aligned with them: as HR says, else as it was."""
    before = acknowledged.set_index("employee_id").reindex(columns=["identity"])["identity"]
    known = identities(roster[among(roster["employee_id"], people)], key)
    return people.map(known).astype("str").fillna(people.map(before).astype("str"))


def _told(people: pd.DataFrame) -> dict[str, pd.Series]:
    return {"last_name": _folded(people["last_name"]), "start_date": people["start_date"].astype("str")}


def _folded(names: pd.Series) -> pd.Series:
    """Names without case, accents, blanks and hyphens."""

    def fold(name: str) -> str:
        return "".join(letter for letter in unicodedata.normalize("NFKD", name).casefold() if letter.isalnum())

    texts = names.astype("str")
    return texts.map({name: fold(name) for name in texts.dropna().unique()}).astype("str")


def _hashed(values: pd.Series, name: str, key: bytes) -> pd.Series:
    """A keyed hash of each value; of each distinct one only once."""
    distinct = values.dropna().drop_duplicates().reset_index(drop=True)
    hashes = digest_column(distinct.to_frame(name), key)
    return values.map(dict(zip(distinct, hashes, strict=True))).astype("str")


def _differs(before: pd.Series, now: pd.Series) -> pd.Series:
    """Where both are known and not the same."""
    return before.fillna("").ne("") & now.notna() & (before != now)
