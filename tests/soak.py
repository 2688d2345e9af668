"""Exhaustive sets: `make test` runs a chosen tenth of each, `make soak` the whole.

A set is what carries the mark `exhaustive("its name")`. Its cases are given through `chosen`, together with what makes a kind of case: no
kind is ever left to the soak alone. A property of hypothesis is a set by itself, of random cases.

Belongs here: the choice, and what a soak says at its end. Does not belong here: any set.
"""

import os
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from itertools import combinations
from typing import Any, TypeVar

Case = TypeVar("Case")
Kinds = Callable[[Case], Iterable[Hashable]]

VARIABLE = "ROLLCALL_SOAK"
WHOLE = bool(os.environ.get(VARIABLE))
"""Whether this is a soak."""
SHARE = 10
EXAMPLES = 100 if WHOLE else 100 // SHARE
"""Over how many random cases a property is held, where it says nothing else."""
SET, CASES = "exhaustive set", "cases"
"""What a report carries: the name of its set, and how many cases it was, where that is not one."""


def chosen(cases: Iterable[Case], kinds: Kinds[Case], cost: Callable[[Case], float] | None = None) -> list[Case]:
    """The cases that are run here: all of them in a soak, else `tenth`."""
    return list(cases) if WHOLE else tenth(list(cases), kinds, cost)


def tenth(cases: Sequence[Case], kinds: Kinds[Case], cost: Callable[[Case], float] | None = None) -> list[Case]:
    """A tenth of the cases, or as many as it takes to have each kind of them, in their order.

    The choice is always the same: again and again the case that has most kinds which no chosen one has yet, by what it costs, the first of
    equals; then the rest, evenly, until it is a tenth.

    Args:
        cases: All of them.
        kinds: What a case is an example of. Every kind of any case is one of a chosen case too.
        cost: How long a case takes beside the others; all the same if left out.
    """
    picked = _covering(cases, kinds, cost)
    rest = [number for number in range(len(cases)) if number not in picked]
    if (lacking := len(cases) // SHARE - len(picked)) > 0:
        picked |= {rest[number * len(rest) // lacking] for number in range(lacking)}
    return [cases[number] for number in sorted(picked)]


def fewest(cases: Sequence[Case], kinds: Kinds[Case], cost: Callable[[Case], float] | None = None) -> list[Case]:
    """As many cases as it takes to have each kind of them, in their order: for what is run whole elsewhere."""
    return list(cases) if WHOLE else [cases[number] for number in sorted(_covering(cases, kinds, cost))]


def _covering(cases: Sequence[Case], kinds: Kinds[Case], cost: Callable[[Case], float] | None) -> set[int]:
    of = [set(kinds(case)) for case in cases]
    price = [cost(case) if cost else 1 for case in cases]
    missing: set[Hashable] = set().union(*of)
    picked: set[int] = set()
    while missing:
        best = max(range(len(of)), key=lambda number: (len(of[number] & missing) / price[number], -number))
        picked.add(best)
        missing -= of[best]
    return picked


def pairs(case: Iterable[Hashable]) -> Iterator[Hashable]:
    """As kinds: each two features of a case together."""
    return combinations(enumerate(case), 2)


def summary(reports: Iterable[Any]) -> list[tuple[str, int, float]]:
    """Set → how many cases of it ran, and in how many seconds, by the reports of a session."""
    count: dict[str, int] = defaultdict(int)
    seconds: dict[str, float] = defaultdict(float)
    for report in reports:
        properties = dict(getattr(report, "user_properties", ()))
        if name := properties.get(SET):
            seconds[name] += report.duration
            if report.when == "call" and not report.skipped:
                count[name] += properties.get(CASES, 1)
    return [(name, count[name], seconds[name]) for name in sorted(seconds)]
