"""Who approves for a value or a unit once whoever cannot is replaced, and in what that differs from who does there.

Belongs here: the rule of replacement, told in sentences, and the comparison. Does not belong here: whom HR or the YAML name
(``wanted``), who is who (``naming``). Pure.

Whoever has left, is on leave, was never brought in or cannot be named there yet is replaced by the next one up the chain, as every other
approver is. Two steps in a row are never one person: the later one stays, with its limit. Where nobody is left for a step, nothing of that
value or unit is sent: a shorter row of steps would let through what nobody agreed to.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from destinations.findity.structure.naming import THEN, UP_TO, Approving, limit_text, shown
from roster.people.chain import Chain
from roster.records import compact

_WHY: Final = {"leave": "is on leave", "left": "has left", "pending": "has not started yet", "elsewhere": "does not belong there"}


@dataclass(frozen=True)
class Found:
    """Who approves where."""

    steps: pd.DataFrame
    """``at``, ``number``, ``limit``, in their order; two in a row are never the same person."""
    repairs: list[str]
    """A sentence for each who is replaced."""
    left: dict[str, str]
    """At → why nothing is sent for it."""


def found(wanted: pd.DataFrame, chain: Chain, ready: pd.Index, title: Callable[[str], str]) -> Found:
    """Replace whoever cannot approve.

    Args:
        wanted: `destinations.findity.structure.wanted.STEP_COLUMNS`, whole for each `at`.
        chain: who approves for whom.
        ready: the employee numbers of those whom an assignment can name.
        title: what people call an `at`.
    """
    instead = chain.nearest(wanted["number"], ready)
    nobody = wanted[instead.isna()]
    left = {at: f"{_why(chain, number)}, and nobody up the chain can approve" for at, number in reversed(_pairs(nobody))}
    stays = ~wanted["at"].isin(list(left))
    steps, named = wanted[stays].assign(number=instead[stays]), wanted.loc[stays, "number"]
    replaced = steps["number"].ne(named)
    words = {number: _why(chain, number) for number in named[replaced].unique()}
    repairs = [
        f"{new} approves for {title(at)}, since {words[old]}."
        for at, new, old in zip(steps.loc[replaced, "at"], steps.loc[replaced, "number"], named[replaced], strict=True)
    ]
    following = steps["at"].eq(steps["at"].shift(-1)) & steps["number"].eq(steps["number"].shift(-1))
    return Found(steps.loc[~following, ["at", "number", "limit"]].reset_index(drop=True), repairs, left)


def _pairs(steps: pd.DataFrame) -> list[tuple[str, str]]:
    return list(zip(steps["at"], steps["number"], strict=True))


def _why(chain: Chain, number: str) -> str:
    """Why somebody is replaced. What is nobody's number is not shown: HR's cell may hold anything."""
    links = chain.links
    assert links is not None, "a chain of a run has its links"  # noqa: S101
    mine = links.loc[links["employee_id"].eq(number), ["employment", "eligible"]]
    if mine.empty:
        return "whoever is named is nobody whom HR or Findity knows by that number"
    employment, eligible = mine.iloc[0]
    why = _WHY.get(str(employment)) or ("cannot be named there yet" if eligible else "is not brought in there")
    return f"{number} {why}"


def texts(steps: pd.DataFrame) -> pd.Series:
    """At → the steps as one comparable JSON text: number and limit each."""
    limits = [limit_text(None if isinstance(limit, float) and np.isnan(limit) else limit) for limit in steps["limit"]]
    each = pd.Series(list(zip(steps["number"], limits, strict=True)), index=steps["at"].to_numpy(), dtype="object")
    return each.groupby(level=0, sort=False).agg(lambda rows: compact([list(row) for row in rows])).astype("str")


def there(assignments: pd.DataFrame, approving: Approving) -> pd.Series:
    """The same of what was read (`destinations.findity.structure.answers.APPROVERS`)."""
    rows = pd.DataFrame(
        {"at": assignments["at"], "number": approving.numbers(assignments), "limit": assignments["amountLimit"].astype("object")}
    )
    rows["limit"] = rows["limit"].where(rows["limit"].notna(), None)
    return texts(rows)


def readable(steps: list[list[str | None]]) -> str:
    """Steps as people read them: ``E7 up to 5000, then E9``."""
    return THEN.join(f"{shown(str(number))}{f'{UP_TO}{limit}' if limit is not None else ''}" for number, limit in steps)
