"""Whose unit is which: from what HR's file says to a unit's id at Findity.

Belongs here: names, paths, external ids and ids of units; why there is none, and what somebody may have meant. Does not belong here:
reading units (``units``), the other fields of a user (``records``). Pure.
"""

from difflib import get_close_matches
from typing import Final, Literal

import pandas as pd

By = Literal["name", "externalSourceId", "id"]

UNKNOWN: Final = "unit_unknown"
AMBIGUOUS: Final = "unit_ambiguous"
PLACED: Final = ("id", "reason", "candidates")
"""The unit's id; why there is none; what may have been meant: paths, separated by `; `."""

_NEAREST, _LOOKED_FOR, _SHOWN = 3, 200, 10
"""So many near names are told, for so many different words: to look for them takes time. Of several units of one name, so many."""


def nameless(units: pd.DataFrame, by: By) -> bool:
    """Whether no unit at all has what the settings name units by."""
    return not units[by].notna().any()


def placed(named: pd.Series, units: pd.DataFrame, by: By) -> pd.DataFrame:
    """The unit of each.

    Args:
        named: what stands for each person's unit; missing where nothing does.
        units: `destinations.findity.units.UNIT_COLUMNS`.
        by: what names a unit; by ``name`` its path does too, `Sales/Nordics`, where no unit has that very name.

    Returns:
        `PLACED`, aligned with `named`.
    """
    codes, distinct = pd.factorize(named)
    words = pd.Series(distinct, dtype="str")
    paths = _paths(units)
    pool = pd.DataFrame({"word": units[by], "id": units["id"]}).dropna()
    if by == "name":
        further = paths.rename(columns={"path": "word"})
        pool = pd.concat([pool, further[~further["word"].isin(pool["word"])]], ignore_index=True)
    found = pool[pool["word"].isin(words)].drop_duplicates()
    single = found.drop_duplicates("word", keep=False).set_index("word")["id"]
    several = found[~found["word"].isin(single.index)]
    lost = words[~words.isin(found["word"])]
    shown = _shown(units, paths, by)
    meant = {str(word): _meant(str(word), shown) for word in lost.head(_LOOKED_FOR)}
    meant |= {str(word): _each(each, paths) for word, each in several.groupby("word")["id"]}
    reasons = dict.fromkeys(lost, UNKNOWN) | dict.fromkeys(several["word"], AMBIGUOUS)
    columns = (words.map(single), words.map(reasons), _filled(words.map(meant)))
    table = pd.DataFrame(dict(zip(PLACED, columns, strict=True))).astype("str").reindex([*words.index, -1])
    return table.take(codes).set_axis(named.index)  # the code -1 (nothing) takes the last, which is empty


def _filled(texts: pd.Series) -> pd.Series:
    return texts.where(texts.ne(""))


def _shown(units: pd.DataFrame, paths: pd.DataFrame, by: By) -> dict[str, str]:
    """What a unit may be called → how it is shown to whoever may have meant it: its path, and the key where that is no name."""
    names = units["id"].map(_longest(paths)).astype("str").fillna(units["id"])
    keys = units["name"] if by == "name" else units[by]
    shown = names if by == "name" else keys + " (" + names + ")"
    pairs = pd.DataFrame({"key": keys, "shown": shown}).dropna()
    called = dict(zip(pairs["key"].str.casefold(), pairs["shown"], strict=True))
    return called if by != "name" else {**{path.casefold(): path for path in paths["path"]}, **called}


def _meant(word: str, shown: dict[str, str]) -> str:
    alike = [key for key in shown if ("/" in key) == ("/" in word)]  # who writes no path has meant a name
    return "; ".join(dict.fromkeys(shown[near] for near in get_close_matches(word.casefold(), alike, n=_NEAREST, cutoff=0.6)))


def _each(ids: pd.Series, paths: pd.DataFrame) -> str:
    """Units of one name by their paths; by their ids too where even these are the same."""
    path = ids.map(_longest(paths)).astype("str").fillna("")
    shown = path.where(~path.duplicated(keep=False), path + " (" + ids + ")")
    return "; ".join(sorted(shown)[:_SHOWN])


def _longest(paths: pd.DataFrame) -> pd.Series:
    """Unit's id → its path from the root."""
    return paths.drop_duplicates("id", keep="last").set_index("id")["path"]


def _paths(units: pd.DataFrame) -> pd.DataFrame:
    """Each unit's name, with those of the units above it before it: `Nordics`, `Sales/Nordics`, up to the root; ``path``, ``id``."""
    parent, name = units.set_index("id")["parentId"], units.set_index("id")["name"]
    path, above, found = units["name"], units["parentId"], []
    for _ in range(len(units)):  # a tree is no deeper than it has units; a circle, which is none, ends too
        found.append(pd.DataFrame({"path": path, "id": units["id"]}).dropna())
        path = above.map(name) + "/" + path
        if path.isna().all():
            break
        above = above.map(parent)
    return pd.concat(found, ignore_index=True).astype("str") if found else pd.DataFrame({"path": [], "id": []}, dtype="str")
