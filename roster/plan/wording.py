"""How a destination's fields and values are called by people who do not read its API: kept with a plan, for whoever reads of it later.

Belongs here: these words, and the one way in which they are written and read as JSON. Does not belong here: any destination's own words
(its ``words``), what a report makes of them (``roster.reports.in_words``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import pandas as pd

from roster.plan.entries import entries

FEW: Final = 200
"""So many names are kept whether a change mentions them or not: a place that is left is told by name too."""


@dataclass(frozen=True)
class Wording:
    """The words of one destination. What has none goes by the API's name, or by its id."""

    labels: Mapping[str, str] = field(default_factory=dict)
    """Field of the API, or key within one → what a finance person calls it. Fields with one label are one thing: a name has two parts."""
    hundredths: Sequence[str] = ()
    """Fields that hold an amount in hundredths of the currency."""
    only_added: Sequence[str] = ()
    """Fields with a list of all that somebody is in as the old value, where the new one takes them out of nothing that it does not name."""
    leaving: Sequence[str] = ()
    """Fields that say that somebody goes, or is to be there, and no more: ``true`` or ``false``."""
    headings: Mapping[str, str] = field(default_factory=dict)
    """Field → the columns of HR's file that give it, as HR calls them."""
    id_names: Mapping[str, str] = field(default_factory=dict)
    """Id, or an entry of a list as compact JSON text → name, as it was read there."""

    def to_json(self) -> dict[str, Any]:
        """As JSON."""
        lists = {name: list(getattr(self, name)) for name in ("hundredths", "only_added", "leaving")}
        return {"labels": dict(self.labels), **lists, "headings": dict(self.headings), "id_names": dict(self.id_names)}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Wording":
        """What `to_json` wrote; an earlier version kept nothing."""
        given: dict[str, Any] = {name: tuple(stored.get(name, ())) for name in ("hundredths", "only_added", "leaving")}
        return cls(**given, **{name: stored.get(name, {}) for name in ("labels", "headings", "id_names")})


def mentioned(changes: pd.DataFrame) -> list[str]:
    """Every id, or entry of a list, that changes mention as an old or a new value, each once."""
    texts = pd.concat([changes["old"], changes["new"]]).dropna()
    distinct = pd.Series(texts.unique(), dtype="str")
    lists = distinct.str.startswith("[")
    inside = [one for text in distinct[lists] for one in entries(text) or ()]
    return list(dict.fromkeys([*distinct[~lists], *inside]))


def kept(names: Mapping[str, str], changes: pd.DataFrame) -> dict[str, str]:
    """Of all names that a destination has, those that somebody may read of in a report of these changes."""
    if len(names) <= FEW:
        return dict(names)
    return {one: names[one] for one in mentioned(changes) if one in names}
