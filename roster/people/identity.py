"""Whether an employee number is still the same person's.

Belongs here: what is remembered of who had a number, and the suspicion that it was given to somebody else. Does not belong here: pairing
people with accounts (``roster.people.matching``), what is done about the suspicion (``roster.plan.decision``).

No destination says since when somebody has been with the company, and some show no names. So with every acknowledgement the ledger keeps
keyed hashes of last name and start date: enough to see that they are others now, and nothing to read them from.
"""

import unicodedata
from collections.abc import Callable

import pandas as pd

from roster.digests import digest_column
from roster.membership import among, looked_up
from roster.people.matching import owners

_BETWEEN = "."
_NAMES = ("last_name", "first_name")
_NEEDED = ("employee_id", "email", *_NAMES, "start_date")


def identities(roster: pd.DataFrame, key: bytes) -> pd.Series:
    """What is remembered of each person: by employee number, keyed hashes of last name and start date.

    A missing value leaves its place empty.
    """
    values = _last(roster, key).fillna("") + _BETWEEN + _start(roster, key).fillna("")
    return pd.Series(values.to_numpy(), index=pd.Index(roster["employee_id"]), dtype="str")


def reused(
    everyone: pd.DataFrame,
    roster: pd.DataFrame,
    moved: pd.Series,
    addresses: pd.Series,
    acknowledged: pd.DataFrame,
    key: bytes,
    names: pd.DataFrame | None = None,
) -> pd.Series:
    """Who seems, or for all that is known may seem, to have a number that was somebody else's.

    That is whoever has another e-mail address than the account with their number, and another start date than whoever had it before; or,
    where a start date is not known of both, another last name. Who marries keeps their start date; who moves keeps their name.

    Where nothing is remembered of who had it, as on a first sync, only the names at the account can confirm that it is theirs: first and
    last.

    Args:
        everyone: the census.
        roster: the roster frame.
        moved: the employee numbers of people whose account has another address.
        addresses: account → its e-mail address.
        acknowledged: the ledger's people; ``identity`` is what `identities` gave when they were last in step.
        key: the ledger's key.
        names: account → ``last_name`` and ``first_name`` there, where the destination shows names.

    Returns:
        Employee numbers.
    """
    elsewhere = among(everyone["employee_id"], moved)
    # Of leavers nothing is compared, and whoever was there before and is gone had an address too, where accounts go by addresses.
    former = everyone["account"].isna() & everyone["acknowledged"] & everyone["matched_by"].isna()
    questionable = (elsewhere | everyone["standing"].eq("left")) & everyone["matched_by"].eq("number")
    people = everyone.loc[questionable | former, ["employee_id", "account"]]
    if people.empty:
        return people["employee_id"]
    before = acknowledged[among(acknowledged["employee_id"], people["employee_id"])].set_index("employee_id")
    before = before.reindex(columns=["account", "identity"]).astype("str")
    account = people["account"].fillna(people["employee_id"].map(before["account"]).astype("str"))
    address = account.map(addresses).astype("str").fillna(account.where(account.str.contains("@", na=False)))
    shown = {f"{name}_there": account.map(names[name] if names is not None else {}).astype("str") for name in _NAMES}
    people = people.assign(address=address.str.lower(), **shown).dropna(subset="address")
    people = people.merge(roster.loc[among(roster["employee_id"], people["employee_id"]), [*_NEEDED]], on="employee_id")
    people = people[people["email"].notna() & (people["email"].str.lower() != people["address"])]
    if people.empty:
        return people["employee_id"]
    past = people["employee_id"].map(before["identity"]).astype("str").str.split(_BETWEEN, n=1, expand=True)
    past = past.reindex(columns=[0, 1]).astype("str")
    start, other = _start(people, key), _other_names(people)
    renamed = other["last_name"].where(people["last_name_there"].notna(), _differs(past[0], _last(people, key)))
    dated = start.notna() & past[1].fillna("").ne("")
    suspect = _differs(past[1], start).where(dated, renamed).astype("bool")
    # Whoever is to come back under an address of their own comes into nobody's account.
    unknown = past[0].fillna("").eq("") & past[1].fillna("").eq("") & people["account"].notna()
    return people.loc[suspect.where(~unknown, other.any(axis=1)), "employee_id"]


def _other_names(people: pd.DataFrame) -> pd.DataFrame:
    """Whether each name is another one than that at the account, or cannot be compared with it."""
    here, there = (people[[f"{name}{end}" for name in _NAMES]].apply(_folded) for end in ("", "_there"))
    there.columns = here.columns
    return (here != there) | here.isna() | there.isna()


def _folded(names: pd.Series) -> pd.Series:
    return names.map(_fold, na_action="ignore").astype("str")


def inherited(everyone: pd.DataFrame, roster: pd.DataFrame, acknowledged: pd.DataFrame) -> pd.Series:
    """Who would come in under the address of somebody else who was here: where accounts go by addresses, that is into their account.

    Args:
        everyone: the census.
        roster: the roster frame.
        acknowledged: the ledger's people.

    Returns:
        Employee numbers.
    """
    new = everyone.loc[everyone["account"].isna() & ~everyone["acknowledged"], "employee_id"]
    people = roster[among(roster["employee_id"], new)]
    owner = people["email"].str.lower().map(owners(acknowledged)).astype("str")
    return people.loc[owner.notna() & (owner != people["employee_id"]), "employee_id"]


def remembered(people: pd.Series, known: pd.Series, acknowledged: pd.DataFrame) -> pd.Series:
    """What is to be remembered of people who are acknowledged now, aligned with them.

    Args:
        people: employee numbers.
        known: `identities` of whom HR's file has.
        acknowledged: the ledger's people, for everyone else.
    """
    found = looked_up(people, known)
    # A leaver's row need not have a name any more: what it lacks is as it was.
    partial = found.isna() | found.str.startswith(_BETWEEN) | found.str.endswith(_BETWEEN)
    rest = people[partial.fillna(True)]
    if rest.empty:
        return found
    before = acknowledged[among(acknowledged["employee_id"], rest)].set_index("employee_id").reindex(columns=["identity"])
    past = rest.map(before["identity"]).astype("str")
    now, then = _parts(found[rest.index]), _parts(past)
    known_of = now[0].where(now[0].ne(""), then[0]) + _BETWEEN + now[1].where(now[1].ne(""), then[1])
    return found.mask(partial.fillna(True), known_of.where(past.notna() & found[rest.index].notna(), found[rest.index].fillna(past)))


def _parts(identity: pd.Series) -> pd.DataFrame:
    """Hashes of last name and start date; empty where one is not known."""
    return identity.fillna(_BETWEEN).str.split(_BETWEEN, n=1, expand=True).reindex(columns=[0, 1]).fillna("").astype("str")


def _last(people: pd.DataFrame, key: bytes) -> pd.Series:
    return _hashed(people["last_name"], key, _fold)


def _start(people: pd.DataFrame, key: bytes) -> pd.Series:
    return _hashed(people["start_date"], key, str)


def _fold(name: str) -> str:
    """A name without case, accents, blanks and hyphens."""
    return "".join(letter for letter in unicodedata.normalize("NFKD", name).casefold() if letter.isalnum())


def _hashed(values: pd.Series, key: bytes, fold: Callable[[str], str]) -> pd.Series:
    """A keyed hash of each value, folded; each distinct value is looked at once."""
    codes, distinct = pd.factorize(values.astype("str"))
    folded = pd.Series([fold(value) for value in distinct], dtype="str")
    hashes = digest_column(folded.to_frame(str(values.name)), key)
    return pd.Series(hashes.array.take(codes, allow_fill=True), index=values.index, dtype="str")


def _differs(before: pd.Series, now: pd.Series) -> pd.Series:
    """Where both are known and not the same."""
    return before.fillna("").ne("") & now.notna() & (before != now)
