"""How HR's references to managers come out, counted: how many lead to somebody, how many to nobody, how many people have none.

Belongs here: the counts, and for the first references that lead to nobody whose they probably are. Does not belong here: finding the
manager (``roster.intake.links``), what follows for whoever has none (``roster.people.approvers``), how many there may be
(``roster.intake.gate``).
"""

import difflib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

import pandas as pd

from roster.intake.links import own_key
from roster.membership import among
from roster.settings import People
from roster.vocabulary import MANAGER_COLUMNS

_SHOWN: Final = 3
_CLOSE: Final = 0.8
_MOST_COMPARED: Final = 5000
"""Of a file with more people nobody is looked for by likeness: only what a known damage turns into somebody's number is told."""
_REMARK: Final = re.compile(r"\s*[(\[].*$")
_NUMBER: Final = r"[A-Za-z]{0,4}[-_/.]?[0-9]+(?:[-_/.][0-9]+)*"
_FRACTION: Final = re.compile(r"[.,]0+$")


@dataclass(frozen=True)
class Managers:
    """What the references to managers come to, of people in scope who are employed."""

    mapped: bool = False
    """Whether the settings say where managers stand."""
    given: int = 0
    """People with a manager other than themself."""
    lost: int = 0
    """Those of them whose manager is nobody that the file or the ledger knows."""
    tops: int = 0
    """People who have no manager by HR's own word: an empty cell, or themself."""
    lines: tuple[int, ...] = ()
    """The first lines whose reference leads to nobody."""
    nearest: tuple[str | None, ...] = ()
    """Whose number each of these would be, None where nobody's is near. For who looks at the file: it is never stored."""

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Managers":
        """What was written as JSON."""
        return cls(**{**stored, "lines": tuple(stored.get("lines", ()))})

    def to_json(self) -> dict[str, Any]:
        """As JSON: counts and lines, and nobody's number."""
        plain = asdict(self)
        del plain["nearest"]
        return plain


def count(
    roster: pd.DataFrame,
    rows: pd.DataFrame,
    raw: pd.DataFrame,
    people: People,
    remembered: pd.Series | None,
    unread: Mapping[str, pd.Series] | None = None,
) -> Managers:
    """Count them.

    Args:
        roster: The roster frame.
        rows: All canonical rows by line.
        raw: The file's columns for the same rows.
        people: The settings.
        remembered: Employee numbers and addresses that the ledger knows.
        unread: Column → the code of what is there and cannot be read (`roster.intake.mapping.Mapped.unread`).
    """
    name = next((name for name in MANAGER_COLUMNS if name in people.columns), None)
    if name is None:
        return Managers()
    wanting = roster.loc[roster["in_scope"] & roster["employment"].isin(["active", "leave"]), ["line", "employee_id", "manager_id"]]
    reference = rows.loc[wanting["line"], name].set_axis(wanting.index)
    itself = wanting["manager_id"].eq(wanting["employee_id"])
    has = reference.notna() & ~itself
    if remembered is not None and name != "manager_email":
        remembered = remembered[~remembered.str.contains("@", regex=False, na=True)]  # by an address nobody is found there
    somebody = rows["employee_id"] if remembered is None else pd.concat([rows["employee_id"], remembered])
    found = among(wanting["manager_id"], somebody)
    if remembered is not None and name == "manager_email":
        found |= among(reference.str.lower(), remembered.str.lower())
    if unread and name in unread:
        found &= unread[name].loc[wanting["line"]].isna().to_numpy()
    lost = reference[has & ~found]
    keys = _keys(name, rows, raw, people) if len(lost) else pd.Series(dtype="str")
    first, bare = lost.head(_SHOWN), keys.index.astype("str").str.lstrip("0")
    lines = tuple(int(line) for line in wanting.loc[first.index, "line"])
    return Managers(True, int(has.sum()), len(lost), int((~has).sum()), lines, tuple(_nearest(text, keys, bare) for text in first))


def _keys(name: str, rows: pd.DataFrame, raw: pd.DataFrame, people: People) -> pd.Series:
    """What a reference may say, without case → whose number that is. A number is told only if it looks like one: something else may have
    got into that column, a name or an address."""
    source = people.columns[name]
    if name == "manager_email":
        key = rows["email"]
    elif name == "manager_name" and source.refers_to is None:
        key = (rows["first_name"] + " " + rows["last_name"]).astype("str")
    else:
        key = own_key(source, raw) if source.refers_to else rows["employee_id"]
    number = rows["employee_id"].where(rows["employee_id"].str.fullmatch(_NUMBER, na=False))
    known = pd.DataFrame({"key": key.str.lower(), "number": number}).dropna()
    again = known["key"].duplicated(keep=False)
    several = known[again].drop_duplicates().drop_duplicates("key", keep=False)  # of several whose it could be, none is nearest
    return known[~again | known.index.isin(several.index)].set_index("key")["number"]


def _nearest(text: str, keys: pd.Series, without_noughts: pd.Index) -> str | None:
    bare = _folded(_FRACTION.sub("", text.strip().lstrip("'")))
    forms = [_folded(text), _folded(_REMARK.sub("", text)), bare]
    forms += keys.index[without_noughts == bare.lstrip("0")].tolist()
    near: str | None = next((keys[form] for form in forms if form in keys.index), None)
    if near is None and len(keys) <= _MOST_COMPARED:
        near = next((keys[key] for key in difflib.get_close_matches(forms[0], keys.index, 1, _CLOSE)), None)
    return near


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
