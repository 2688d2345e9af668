"""Who approves for whom, where HR's manager is away, gone, not there yet, unknown, or part of a circle.

Belongs here: the rules that turn HR's manager links into links to active approvers, and the name of each repair. Does not belong here:
how a link is read from the file (``roster.intake.links``) or written as a destination's field (each destination's ``records``).

A manager who cannot be found is not the same as none. Only who has no manager by HR's own word, an empty cell or themself, is a top;
whose manager leads nowhere keeps the approver that they have.

People are integers in the order of their employee numbers, so that nothing depends on the order of the rows, and one integer more stands
for nobody. A chain of any depth is then followed by squaring an array of next steps: twenty rounds reach the end of a million links.
"""

from dataclasses import dataclass
from typing import Final, Literal

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
_REPAIRS: Final = (*_AWAY.values(), "not_here", "unknown", *TOPS, "cycle", "kept")
_CODE: Final = {name: code for code, name in enumerate(_REPAIRS)}
_NONE: Final = -1
"""The code of those whose manager stands."""


class NoApprover(ValueError):
    """The settings name an approver who cannot approve, and nobody above them can in their place."""


def resolve(chart: "Chart", settings: Approvers) -> pd.DataFrame:
    """Give an active approver to everyone who needs one; what comes out has no circle but the loop of a top onto themself.

    A manager who is active and eligible is left alone. Otherwise the manager's manager is asked, and so on up. Whose manager is in no row
    keeps the approver that they have, or has the next one up from there. A circle is opened at its smallest employee number, or at whoever
    has no manager of HR's. Nobody's approver depends on who else needs one, so a row that is missing today moves no one.

    Args:
        chart: The organisation.
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
    lost = chart.lost
    itself = chart.boss == np.arange(chart.boss.size)
    itself[-1] = False
    boss = np.where(itself, chart.nobody, chart.boss)

    links = _first_able(boss, chart.able)
    opened = _openings(links, lost)
    links[opened] = chart.nobody
    kept = lost & (((links == boss) & (links != chart.nobody)) | itself)
    repair = _repairs(chart.people, boss, chart.able, itself, opened)
    repair[lost[:-1]] = _CODE["unknown"]
    repair[kept[:-1]] = _CODE["kept"]
    met = links[:-1] != chart.nobody
    links = _ends_met(
        links,
        chart.named("fallback", settings.fallback),
        chart.named("top", settings.top),
        np.isin(repair, [_CODE[name] for name in TOPS]),
        lost,
        kept,
    )

    manager = chart.people["manager_id"].astype("str")
    answer = pd.DataFrame(
        {
            "employee_id": chart.people["employee_id"],
            "approver_id": chart.people["employee_id"].reindex(links[:-1]).set_axis(chart.people.index),
            "repair": pd.Series([*_REPAIRS, None], dtype="str").take(repair).set_axis(chart.people.index),
            "asked": manager,
            "via": manager.where((repair == _CODE["on_leave"]) & met),
        }
    )
    given = np.empty_like(chart.order)
    given[chart.order] = np.arange(len(chart.order))
    return answer.take(given[chart.people["needs"].to_numpy(bool)[given]]).reset_index(drop=True)


def stand_ins(chart: "Chart", settings: Approvers) -> pd.DataFrame:
    """Those whom the settings name and who cannot approve today; as for everyone who is away, their next manager up does.

    Args:
        chart: The organisation.
        settings: As for `resolve`.

    Returns:
        `COLUMNS`, with the repair ``stand_in``.
    """
    if settings.fallback is None and settings.top == "self":
        return pd.DataFrame(columns=list(COLUMNS), dtype="str")
    wanted: tuple[tuple[Literal["fallback", "top"], str | None], ...] = (("fallback", settings.fallback), ("top", settings.top))
    found = {str(number): chart.named(setting, number) for setting, number in wanted}
    rows = [(number, chart.ids[at], "stand_in") for number, at in found.items() if at != chart.nobody and chart.ids[at] != number]
    return pd.DataFrame(rows, columns=["employee_id", "approver_id", "repair"]).reindex(columns=list(COLUMNS)).astype("str")


def nearest(people: pd.DataFrame, wanted: pd.Series, ready: pd.Index, fallback: str | None) -> pd.Series:
    """Who approves where the settings or HR name somebody, at the index of `wanted`: they, or the next one up the chain who is ready.

    Args:
        people: As for `Chart.of`.
        wanted: Employee numbers.
        ready: The employee numbers of those who can approve where it is asked for.
        fallback: Who approves where a chain ends before one is met; if they can.

    Returns:
        Employee numbers; missing where there is nobody.
    """
    chart = Chart.of(people)
    able = chart.able & np.append(chart.ids.isin(ready), False)
    end = _nearest_able(chart.boss, able)
    found = np.where(able[end], end, chart.nobody)
    if fallback is not None:
        instead = found[_positions(chart.ids, pd.Series([fallback], dtype="str"))[0]]
        found = np.where(found == chart.nobody, instead, found)
    named = pd.Series(chart.ids, dtype="str").reindex(found[_positions(chart.ids, wanted)[:-1]])
    return pd.Series(named.to_numpy(), index=wanted.index, dtype="str")


@dataclass(frozen=True)
class Chart:
    """An organisation by position."""

    order: Links
    """Where each of them stands in what was given."""
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
    def of(cls, people: pd.DataFrame) -> "Chart":
        """The organisation of some people.

        Args:
            people: One row a person, also of those who only carry a chain: `employee_id` (unique), `manager_id`, `employment`
                (``vocabulary.Employment``), `eligible` (will exist at the destination and may approve), `needs` (wants an approver), and
                `current`, if it is there: who approves for them today.
        """
        order = np.asarray(people["employee_id"].argsort(), dtype=np.intp)
        ordered = people.take(order).reset_index(drop=True)
        ids = pd.Index(ordered["employee_id"])
        able = np.append((ordered["employment"] == "active").to_numpy(bool) & ordered["eligible"].to_numpy(bool), False)
        boss = _positions(ids, ordered["manager_id"])
        lost = np.append(ordered["manager_id"].notna().to_numpy(bool), False) & (boss == len(ids))
        today = ordered.reindex(columns=["current"])["current"].astype("str")
        boss[lost] = _positions(ids, today[lost[:-1]])[:-1]
        return cls(order, ordered, ids, boss, lost, able)

    @property
    def nobody(self) -> int:
        """The position that is nobody's."""
        return len(self.ids)

    def named(self, setting: Literal["fallback", "top"], number: str | None) -> int:
        """Who approves by a setting: the person it names, or the next one up from them; nobody where it names none."""
        if number is None or (setting == "top" and number == "self") or not len(self.ids):
            return self.nobody
        at = int(_positions(self.ids, pd.Series([number], dtype="str"))[0])
        found = int(_nearest_able(self.boss, self.able)[at])
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
        before, links = links, links[links]
        if np.array_equal(before, links):  # all are at an end, and a company has few levels
            break
    return links


def _nearest_able(boss: Links, able: NDArray[np.bool_]) -> Links:
    """Each person, or the next one up the chain, who can approve; the end of the chain, or anybody in a circle, where there is none."""
    return _far_along(np.where(able, np.arange(boss.size), boss))


def _first_able(boss: Links, able: NDArray[np.bool_]) -> Links:
    """The nearest manager up the chain who can approve; nobody where the chain ends or circles before one is met."""
    nobody = boss.size - 1
    end = _nearest_able(boss, able)
    return np.where(able[end], end, nobody)[boss]


def _openings(links: Links, lost: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Of each circle, the member with the smallest employee number; of those without a manager of HR's, where there are such."""
    on_circle = np.zeros(links.size, dtype=bool)
    on_circle[_far_along(links)] = True
    on_circle[-1] = False
    if not on_circle.any():
        return on_circle
    order = np.arange(links.size) + np.where(lost, 0, links.size)
    smallest = order
    for _ in range(links.size.bit_length()):
        smallest = np.minimum(smallest, smallest[links])
        links = links[links]
    first: NDArray[np.bool_] = smallest == order
    return on_circle & first


def _repairs(
    people: pd.DataFrame, boss: Links, able: NDArray[np.bool_], itself: NDArray[np.bool_], opened: NDArray[np.bool_]
) -> NDArray[np.int8]:
    """What was wrong with each person's manager, by its place in `_REPAIRS`: the first link that does not hold gives the name."""
    away = np.full(boss.size, _CODE["not_here"], dtype="int8")
    for employment, name in _AWAY.items():
        away[:-1][people["employment"].eq(employment).to_numpy(bool)] = _CODE[name]
    away[-1] = _CODE["unknown"]
    repair: NDArray[np.int8] = np.where(able, np.int8(_NONE), away)[boss[:-1]]
    repair[people["manager_id"].isna().to_numpy()] = _CODE["top"]
    repair[itself[:-1]] = _CODE["self"]
    repair[opened[:-1]] = _CODE["cycle"]
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
