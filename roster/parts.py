"""A destination in several parts, such as organizations: how they are called, and what is decided about whoever belongs to another one.

Belongs here: names of parts, HR's side as one part sees it, whom a part does not let go. Does not belong here: which part somebody belongs
to (each destination's settings), asking destination and ledger (``destinations.parts``). Pure.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Final

import pandas as pd

from roster.membership import among
from roster.plan import barred
from roster.plan.facts import FAULTS
from roster.plan.leaving import WAITING

FIELD: Final = "organization"
"""The field of a fault of whoever belongs to no part that is known: there is no record without it."""
HERE: Final = "here"
ELSEWHERE: Final = "elsewhere"
"""Where somebody belongs: to this part, or to others of which each is known. Any other word is the reason why that is not known."""
PLACED: Final = ("employee_id", "place", "parts", "word", "candidates")
"""Of everyone who works here by HR's word; ``parts`` is a JSON list of the names of those destinations to which they belong; ``word`` is
what HR's file says of it that leads nowhere, and ``candidates`` what may have been meant, both missing where nothing is told."""

JOINING: Final = "joins_elsewhere_first"
"""Why somebody who belongs elsewhere is left in a part: another has not taken them yet."""
NOT_PUT: Final = "belongs_elsewhere"
"""Why somebody who belongs elsewhere is left in a part: it was not Rollcall that brought them in, nor ever knew them there."""

_BETWEEN: Final = "_"


def part_name(destination: str, part: str) -> str:
    """The name of a part in keys and ledger: ``book_north``; of a destination that is one whole (no `part`) its own."""
    return f"{destination}{_BETWEEN}{part}" if part else destination


def whole_of(name: str) -> str:
    """The destination that a part is of; no destination's own name has an underscore."""
    return name.partition(_BETWEEN)[0]


def part_title(title: str, part: str) -> str:
    """A part as people read it: ``Book north``."""
    return f"{title} {part}" if part else title


def with_parts(titles: Mapping[str, str], used: Iterable[str]) -> dict[str, str]:
    """Name → title of destinations, with each destination's parts behind it.

    Args:
        titles: The destinations'.
        used: Names that somebody has met, of parts too.
    """
    parts = sorted({name for name in used if _BETWEEN in name})
    found = {}
    for name, title in titles.items():
        found[name] = title
        found |= {part: part_title(title, part.partition(_BETWEEN)[2]) for part in parts if whole_of(part) == name}
    return found


def works(roster: pd.DataFrame) -> pd.Series:
    """Who is in scope and works here: only they belong somewhere."""
    return roster["in_scope"].astype(bool) & roster["employment"].isin(["active", "leave"])


def as_seen(roster: pd.DataFrame, placed: pd.DataFrame) -> pd.DataFrame:
    """The roster as one part sees it: whoever belongs elsewhere has left, at once, and ``elsewhere`` says of whom that is so.

    Args:
        roster: the roster frame.
        placed: `PLACED`.
    """
    away = among(roster["employee_id"], placed.loc[placed["place"].eq(ELSEWHERE), "employee_id"])
    seen = roster.assign(employment=roster["employment"].mask(away, "left"), elsewhere=away & roster["employment"].ne("left"))
    return seen.assign(end_date=seen["end_date"].mask(away)) if "end_date" in seen else seen


def unplaced(placed: pd.DataFrame) -> pd.DataFrame:
    """Faults (`roster.plan.facts.FAULTS`) of those of whom it is not known whether they belong here."""
    open = placed[~placed["place"].isin([HERE, ELSEWHERE])].rename(columns={"place": "reason"})
    return open.assign(field=FIELD)[list(FAULTS)].reset_index(drop=True).astype("str")


def arrived(active: pd.Series, planned: pd.DataFrame, outcomes: pd.DataFrame) -> pd.Series:
    """Who is in a part: to be accepted is not to be there, only reading back shows that.

    Args:
        active: employee numbers of those who are active by what was acknowledged before the last outcomes were recorded.
        planned: of the plan of those outcomes, everyone for whom something was planned: ``person``, ``employee_id``, ``action``,
            ``intended``, ``reason``.
        outcomes: what became of them: ``person``, ``landed``.
    """
    effect = planned["intended"].where(planned["action"].eq("hold"), planned["action"])
    landed = among(planned["person"], outcomes.loc[outcomes["landed"].eq("landed"), "person"])
    # Whom it would let go, it had.
    had = planned["reason"].isin([JOINING, WAITING]) & planned["action"].eq("skip")
    there = had | effect.eq("update") | (effect.isin(["create", "reactivate"]) & landed)
    found: pd.Series = active[~among(active, planned.loc[~there, "employee_id"])]
    return found


def kept(placed: pd.DataFrame, acknowledged: pd.Series, there: Mapping[str, pd.Series]) -> pd.DataFrame:
    """Whom a part does not let go though they belong elsewhere (`roster.plan.barred.BARRED`).

    Args:
        placed: `PLACED`.
        acknowledged: employee numbers that the ledger knows in this part.
        there: part → employee numbers that the ledger knows to be in it and active, by reading back.
    """
    away = placed[placed["place"].eq(ELSEWHERE)]
    if away.empty:
        return barred.nobody()
    lists = {text: json.loads(text) for text in away["parts"].unique()}
    late = pd.Series(False, index=away.index)
    for text, parts in lists.items():
        for part in parts:
            late |= away["parts"].eq(text) & ~among(away["employee_id"], there[part])
    ours = among(away["employee_id"], acknowledged)
    reason = pd.Series(NOT_PUT, index=away.index, dtype="str").mask(ours, JOINING)
    found = pd.DataFrame({"person": away["employee_id"], "reason": reason, "wholly": False})
    return found[late | ~ours].reset_index(drop=True)
