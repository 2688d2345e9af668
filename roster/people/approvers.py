"""Who approves for whom, where HR's manager is away, gone, not there yet, unknown, or part of a circle.

Belongs here: the rules that turn HR's manager links into links to active approvers, and the name of each repair. Does not belong here:
how a link is read from the file (``roster.intake.links``) or written as a destination's field (each destination's ``records``).

A manager who cannot be found is not the same as none. Only who has no manager by HR's own word, an empty cell or themself, is a top;
whose manager leads nowhere keeps the approver that they have.

People are integers in the order of their employee numbers, so that nothing depends on the order of the rows, and one integer more stands
for nobody. A chain of any depth is then followed by squaring an array of next steps: twenty rounds reach the end of a million links.
"""

from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from roster.membership import places
from roster.settings import Approvers

Links = NDArray[np.intp]
"""At each person's position, the position of another. The last position is nobody, who leads to nobody."""

COLUMNS: Final = ("employee_id", "approver_id", "repair", "asked", "via")

TOPS: Final = ("top", "self")
"""The repairs of those who have no manager by HR's own word."""

_AWAY: Final = {"leave": "on_leave", "left": "left", "pending": "not_started", "elsewhere": "elsewhere"}


class NoApprover(ValueError):
    """The settings name an approver who cannot approve, and nobody above them can in their place."""


def resolve(people: pd.DataFrame, settings: Approvers) -> pd.DataFrame:
    """Give an active approver to everyone who needs one; what comes out has no circle but the loop of a top onto themself.

    A manager who is active and eligible is left alone. Otherwise the manager's manager is asked, and so on up. Whose manager is in no row
    keeps the approver that they have, or has the next one up from there. A circle is opened at its smallest employee number, or at whoever
    has no manager of HR's. Nobody's approver depends on who else needs one, so a row that is missing today moves no one.

    Args:
        people: One row a person, also of those who only carry a chain: `employee_id` (unique), `manager_id`, `employment`
            (``vocabulary.Employment``), `eligible` (will exist at the destination and may approve), `needs` (wants an approver), and
            `current`, if it is there: who approves for them today.
        settings: Who approves at the top of the chain, and where a chain breaks off.

    Returns:
        `COLUMNS`, a row for each person who needs one, in the order given. `repair` is NaN (HR's manager stands), or what was wrong with
        HR's manager, whose number is in `asked`: ``on_leave``, ``left``, ``not_started``, ``not_here`` (not eligible), ``cycle``,
        ``kept`` (in no row: today's approver stays), ``unknown`` (in no row, and today's approver cannot approve); or `TOPS`, none given,
        which is no fault. `approver_id` is missing where the manager is unknown and nobody is known in their place. `via` is that manager
        where they are on leave and the approver was found up the chain from them.

    Raises:
        NoApprover: Someone whom the settings name can neither approve nor be stood in for.
    """
    chart = _Chart.of(people)
    lost = chart.lost
    itself = chart.boss == np.arange(chart.boss.size)
    itself[-1] = False
    boss = np.where(itself, chart.nobody, chart.boss)

    links = _first_able(boss, chart.able)
    opened = _openings(links, lost)
    links[opened] = chart.nobody
    kept = lost & (((links == boss) & (links != chart.nobody)) | itself)
    repair = _repairs(chart.people, boss, chart.able, itself, opened)
    repair[lost[:-1]] = "unknown"
    repair[kept[:-1]] = "kept"
    met = links[:-1] != chart.nobody
    links = _ends_met(
        links, chart.named("fallback", settings.fallback), chart.named("top", settings.top), np.isin(repair, TOPS), lost, kept
    )

    manager = chart.people["manager_id"].astype("str")
    answer = pd.DataFrame(
        {
            "employee_id": chart.people["employee_id"],
            "approver_id": chart.people["employee_id"].reindex(links[:-1]).set_axis(chart.people.index),
            "repair": pd.Series(repair, dtype="str"),
            "asked": manager,
            "via": manager.where((repair == "on_leave") & met),
        }
    )
    given = _positions(chart.ids, people["employee_id"])[:-1]
    return answer.take(given[people["needs"].to_numpy(bool)]).reset_index(drop=True)


def stand_ins(people: pd.DataFrame, settings: Approvers) -> pd.DataFrame:
    """Those whom the settings name and who cannot approve today; as for everyone who is away, their next manager up does.

    Args:
        people: As for `resolve`.
        settings: As for `resolve`.

    Returns:
        `COLUMNS`, with the repair ``stand_in``.
    """
    if settings.fallback is None and settings.top == "self":
        return pd.DataFrame(columns=list(COLUMNS), dtype="str")
    chart = _Chart.of(people)
    wanted: tuple[tuple[Literal["fallback", "top"], str | None], ...] = (("fallback", settings.fallback), ("top", settings.top))
    found = {str(number): chart.named(setting, number) for setting, number in wanted}
    rows = [(number, chart.ids[at], "stand_in") for number, at in found.items() if at != chart.nobody and chart.ids[at] != number]
    return pd.DataFrame(rows, columns=["employee_id", "approver_id", "repair"]).reindex(columns=list(COLUMNS)).astype("str")


def nearest(people: pd.DataFrame, wanted: pd.Series, ready: pd.Index, fallback: str | None) -> pd.Series:
    """Who approves where the settings or HR name somebody, at the index of `wanted`: they, or the next one up the chain who is ready.

    Args:
        people: As for `resolve`.
        wanted: Employee numbers.
        ready: The employee numbers of those who can approve where it is asked for.
        fallback: Who approves where a chain ends before one is met; if they can.

    Returns:
        Employee numbers; missing where there is nobody.
    """
    chart = _Chart.of(people)
    able = chart.able & np.append(chart.ids.isin(ready), False)
    end = _far_along(np.where(able, np.arange(chart.boss.size), chart.boss))
    found = np.where(able[end], end, chart.nobody)
    if fallback is not None:
        instead = found[_positions(chart.ids, pd.Series([fallback], dtype="str"))[0]]
        found = np.where(found == chart.nobody, instead, found)
    named = pd.Series(chart.ids, dtype="str").reindex(found[_positions(chart.ids, wanted)[:-1]])
    return pd.Series(named.to_numpy(), index=wanted.index, dtype="str")


@dataclass(frozen=True)
class _Chart:
    """An organisation by position."""

    people: pd.DataFrame
    """In the order of employee numbers."""
    ids: pd.Index
    boss: Links
    """Everyone's manager as HR gives them; of whose manager is in no row, who approves for them today."""
    lost: NDArray[np.bool_]
    """Whose manager is given and in no row."""
    able: NDArray[np.bool_]
    """Who may approve today; nobody may not."""

    @classmethod
    def of(cls, people: pd.DataFrame) -> "_Chart":
        ordered = people.sort_values("employee_id", ignore_index=True)
        ids = pd.Index(ordered["employee_id"])
        able = np.append((ordered["employment"] == "active").to_numpy(bool) & ordered["eligible"].to_numpy(bool), False)
        boss = _positions(ids, ordered["manager_id"])
        lost = np.append(ordered["manager_id"].notna().to_numpy(bool), False) & (boss == len(ids))
        today = _positions(ids, ordered.reindex(columns=["current"])["current"].astype("str"))
        return cls(ordered, ids, np.where(lost, today, boss), lost, able)

    @property
    def nobody(self) -> int:
        return len(self.ids)

    def named(self, setting: Literal["fallback", "top"], number: str | None) -> int:
        """Who approves by a setting: the person it names, or the next one up from them; nobody where it names none."""
        if number is None or (setting == "top" and number == "self") or not len(self.ids):
            return self.nobody
        at = int(_positions(self.ids, pd.Series([number], dtype="str"))[0])
        found = int(_far_along(np.where(self.able, np.arange(self.boss.size), self.boss))[at])
        if self.able[found]:
            return found
        why = (
            "in no valid row of HR's file and without an account here" if at == self.nobody else "not active here, and no manager above is"
        )
        raise NoApprover(f"`approvers.{setting}` names {number}, who is {why}. Nothing was planned. Name somebody else in the settings.")


def _positions(ids: pd.Index, wanted: pd.Series) -> Links:
    """Where each of `wanted` stands in `ids`; nobody for those who do not, and for nobody."""
    found = places(wanted, ids.to_series()).fill_null(len(ids)).to_numpy()
    return np.append(found, len(ids)).astype(np.intp)


def _far_along(links: Links) -> Links:
    """Where each person is after at least as many steps as there are people: at the end of their chain, or inside a circle."""
    for _ in range(links.size.bit_length()):
        links = links[links]
    return links


def _first_able(boss: Links, able: NDArray[np.bool_]) -> Links:
    """The nearest manager up the chain who can approve; nobody where the chain ends or circles before one is met."""
    nobody = boss.size - 1
    end = _far_along(np.where(able, np.arange(boss.size), boss))
    return np.where(able[end], end, nobody)[boss]


def _openings(links: Links, lost: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Of each circle, the member with the smallest employee number; of those without a manager of HR's, where there are such."""
    order = np.arange(links.size) + np.where(lost, 0, links.size)
    on_circle = np.zeros(links.size, dtype=bool)
    on_circle[_far_along(links)] = True
    on_circle[-1] = False
    smallest = order
    for _ in range(links.size.bit_length()):
        smallest = np.minimum(smallest, smallest[links])
        links = links[links]
    first: NDArray[np.bool_] = smallest == order
    return on_circle & first


def _repairs(
    people: pd.DataFrame, boss: Links, able: NDArray[np.bool_], itself: NDArray[np.bool_], opened: NDArray[np.bool_]
) -> NDArray[Any]:
    """What was wrong with each person's manager: the first link that does not hold gives the name."""
    away = np.append(people["employment"].map(_AWAY).fillna("not_here").to_numpy(object), "unknown")
    repair: NDArray[Any] = np.where(able, np.nan, away)[boss[:-1]]
    repair[people["manager_id"].isna().to_numpy()] = "top"
    repair[itself[:-1]] = "self"
    repair[opened[:-1]] = "cycle"
    return repair


def _ends_met(links: Links, fallback: int, top: int, is_top: NDArray[np.bool_], lost: NDArray[np.bool_], kept: NDArray[np.bool_]) -> Links:
    """Give those whose chain ends in nobody the approver that the settings name, unless that approver's own chain ends in them.

    Both steps join the ends of whole trees to somebody in another tree, which cannot close a circle. The tree of the named approver
    keeps its end, and what is left after both steps approves for itself; but whose manager is unknown (`lost`) has nobody then, unless
    they approved for themself before (`kept`).
    """
    nobody, here = links.size - 1, np.arange(links.size)
    broken_off = ~np.append(is_top, True) & ~kept
    for approver, applies in ((fallback, broken_off), (top, ~lost)):
        if approver != nobody:
            end = _far_along(np.where(links == nobody, here, links))[approver]
            links = np.where((links == nobody) & applies & (here != end), approver, links)
    return np.where((links == nobody) & ~(lost & ~kept), here, links)
