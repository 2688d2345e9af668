"""Who approves for whom, where HR's manager is away, gone, not there yet, unknown, or part of a circle.

Belongs here: the rules that turn HR's manager links into links to active approvers, and the name of each repair. Does not belong here:
how a link is read from the file (``roster.people``) or written as a destination's field (``roster.expensify``, ``roster.findity``).

People are integers in the order of their employee numbers, so that nothing depends on the order of the rows, and one integer more stands
for nobody. A chain of any depth is then followed by squaring an array of next steps: twenty rounds reach the end of a million links.
"""

from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from roster.settings import Approvers

Links = NDArray[np.intp]
"""At each person's position, the position of another. The last position is nobody, who leads to nobody."""

_AWAY: Final = {"leave": "on_leave", "left": "left", "pending": "not_started"}


def resolve(people: pd.DataFrame, settings: Approvers) -> pd.DataFrame:
    """Give an active approver to everyone who needs one; what comes out has no circle but the loop of a top onto themself.

    A manager who is active and eligible is left alone. Otherwise the manager's manager is asked, and so on up. A circle is opened at its
    smallest employee number. Nobody's approver depends on who else needs one, so a row that is missing today moves no one.

    Args:
        people: One row a person, also of those who only carry a chain: `employee_id` (unique), `manager_id`, `employment`
            (``vocabulary.Employment``), `eligible` (will exist at the destination and may approve), `needs` (wants an approver).
        settings: Who approves at the top of the chain, and where a chain breaks off.

    Returns:
        A row for each person who needs one, in the order given: `employee_id`, `approver_id`, `repair` and `asked`, the manager
        HR gave. `repair` is NaN (HR's manager stands), or what was wrong with HR's manager: ``on_leave``, ``left``, ``not_started``,
        ``not_here`` (not eligible), ``unknown`` (in no row), ``self``, ``cycle``; or ``top`` (none given), which is no fault.
    """
    ordered = people.sort_values("employee_id", ignore_index=True)
    ids = pd.Index(ordered["employee_id"])
    able = np.append((ordered["employment"] == "active").to_numpy(bool) & ordered["eligible"].to_numpy(bool), False)
    boss = _positions(ids, ordered["manager_id"])
    itself = boss == np.arange(boss.size)
    itself[-1] = False
    boss[itself] = len(ids)

    links = _first_able(boss, able)
    opened = _openings(links)
    links[opened] = len(ids)
    repair = _repairs(ordered, boss, able, itself, opened)
    links = _ends_met(links, settings, repair == "top", able, ids)

    answer = pd.DataFrame(
        {
            "employee_id": ordered["employee_id"],
            "approver_id": ordered["employee_id"].take(links[:-1]).reset_index(drop=True),
            "repair": pd.Series(repair, dtype="str"),
            "asked": ordered["manager_id"].astype("str"),
        }
    )
    given = ids.get_indexer(pd.Index(people["employee_id"]))
    return answer.take(given[people["needs"].to_numpy(bool)]).reset_index(drop=True)


def _positions(ids: pd.Index, wanted: pd.Series) -> Links:
    """Where each of `wanted` stands in `ids`; nobody for those who do not, and for nobody."""
    found = ids.get_indexer(pd.Index(wanted))
    return np.append(np.where(found < 0, len(ids), found), len(ids))


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


def _openings(links: Links) -> NDArray[np.bool_]:
    """Of each circle, the member with the smallest employee number."""
    here = np.arange(links.size)
    on_circle = np.zeros(links.size, dtype=bool)
    on_circle[_far_along(links)] = True
    on_circle[-1] = False
    smallest = here
    for _ in range(links.size.bit_length()):
        smallest = np.minimum(smallest, smallest[links])
        links = links[links]
    first: NDArray[np.bool_] = smallest == here
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


def _ends_met(links: Links, settings: Approvers, top: NDArray[np.bool_], able: NDArray[np.bool_], ids: pd.Index) -> Links:
    """Give those whose chain ends in nobody the approver that the settings name, unless that approver's own chain ends in them.

    Both steps join the ends of whole trees to somebody in another tree, which cannot close a circle. The tree of the named approver
    keeps its end, and what is left after both steps approves for itself.
    """
    nobody, here = links.size - 1, np.arange(links.size)
    broken_off = ~np.append(top, True)
    for named, applies in ((settings.fallback, broken_off), (settings.top, np.full(links.size, True))):
        approver = _positions(ids, pd.Series([named], dtype="str"))[0]
        if able[approver]:
            end = _far_along(np.where(links == nobody, here, links))[approver]
            links = np.where((links == nobody) & applies & (here != end), approver, links)
    return np.where(links == nobody, here, links)
