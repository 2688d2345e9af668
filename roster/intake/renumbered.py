"""People who have another employee number now, by pairs that the settings state.

Belongs here: which pairs hold for a file, and what becomes of rows under a former number. Does not belong here: whether a number is still
the same person's (``roster.people.identity``), two rows of one number (``roster.intake.leavers``).
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

import pandas as pd

from roster.intake.faults import fault_rows
from roster.intake.history import line_list
from roster.intake.leavers import NEXT, NOT_BEGUN, Leavers

FORMERLY: Final = "formerly"
"""Column of the roster, and of rejected rows, where a company states pairs: the former numbers of somebody, a JSON list; empty of most."""
SAME_PERSON: Final = "same_person"
"""Why a row is superseded: its person has another number now. And the code of rows that are rejected, since two numbers that are said to be
one person's are of two people who are here."""


@dataclass(frozen=True)
class Renumbered:
    """What the pairs come to for one file."""

    numbers: Mapping[str, str] = field(default_factory=dict)
    """Former number → the number by which their person is known now."""
    until: Mapping[str, str] = field(default_factory=dict)
    """Number that is still to begin → the one that its person has until then."""
    superseded: Mapping[int, str] = field(default_factory=dict)
    """Line → why it counts no longer: `SAME_PERSON`, or `leavers.NOT_BEGUN`."""
    bridged: frozenset[int] = frozenset()
    """Lines of those who are to begin under the new number, and have left under the former one only just."""
    refused: pd.DataFrame = field(default_factory=lambda: fault_rows([], "", "missing"))
    """Fault rows of numbers that are said to be one person's and of whom two are here."""


def of_file(pairs: Mapping[str, str], frame: pd.DataFrame, saying: Leavers) -> Renumbered:
    """Which pairs hold, and what becomes of rows under a former number.

    Somebody has the last number of their chain that is in the file. As long as that is still to begin and they are here under a former
    one, that one is theirs; so it is where they have left under every later one. Where two are here, nothing is decided about either.

    Args:
        pairs: Former number → the next one. Without cycles.
        frame: The canonical rows that count, numbers NaN where unreadable.
        saying: Which of them say that somebody has left.
    """
    if not pairs:
        return Renumbered()
    number = frame["employee_id"]
    ours = {*pairs, *pairs.values()}
    lines = {str(name): list(at) for name, at in number[number.isin(ours)].groupby(number).groups.items()}
    here, left = ~saying.certain & ~saying.pending, saying.certain
    numbers: dict[str, str] = {}
    until: dict[str, str] = {}
    superseded: dict[int, str] = {}
    bridged: set[int] = set()
    refused = [fault_rows([], "", "missing")]
    for former, last in _chains(pairs, set(lines)):
        theirs = [one for one in former if one in lines]
        chain = [*theirs, last]
        active = [one for one in chain if here[lines[one]].any()]
        if len(active) > 1:
            at = sorted(line for one in active for line in lines[one] if here[line])
            refused.append(
                fault_rows(at, "employee_id", SAME_PERSON, f"The settings call the people on lines {line_list(pd.Index(at))} one.")
            )
            continue
        old, new = [line for one in theirs for line in lines[one]], lines[last]
        to_begin = [line for line in new if saying.pending[line]]
        if active and active[0] != last:
            others = [line for one in chain if one != active[0] for line in lines[one]]
            later = chain[chain.index(active[0]) + 1 :]
            ahead = [one for one in later if saying.pending[lines[one]].any()]
            to_follow = [line for one in ahead for line in lines[one] if saying.pending[line]]
            superseded |= dict.fromkeys(others, SAME_PERSON) | dict.fromkeys(to_follow, NOT_BEGUN)
            numbers |= dict.fromkeys([*former[: former.index(active[0])], *(one for one in later if one not in ahead)], active[0])
            until |= dict.fromkeys(ahead, active[0])
            continue
        if not active and len(to_begin) == len(new) and old:
            if not _just_left(frame.loc[[line for line in old if left[line]]], frame.loc[new]):
                continue
            bridged |= set(new)
        superseded |= dict.fromkeys(old, SAME_PERSON)
        numbers |= dict.fromkeys(former, last)
    return Renumbered(numbers, until, superseded, frozenset(bridged), pd.concat(refused, ignore_index=True))


def _chains(pairs: Mapping[str, str], there: set[str]) -> Iterator[tuple[list[str], str]]:
    """For each number that somebody of the file has last, the former ones that lead to it, the oldest first."""
    last_of: dict[str, str] = {}
    for old in pairs:
        at, chain = old, []
        while at in pairs:
            at = pairs[at]
            chain.append(at)
        if known := [one for one in chain if one in there]:
            last_of[old] = known[-1]
    for last in dict.fromkeys(last_of.values()):
        former = [old for old, found in last_of.items() if found == last]
        yield sorted(former, key=lambda old: -_steps(pairs, old, last)), last


def _steps(pairs: Mapping[str, str], old: str, last: str) -> int:
    count = 0
    while old != last:
        old, count = pairs[old], count + 1
    return count


def _just_left(left: pd.DataFrame, begins: pd.DataFrame) -> bool:
    """Whether the one row begins within `NEXT` days after the last of the others has ended."""
    if left.empty or begins["start_date"].isna().any():
        return False
    apart = pd.to_datetime(begins["start_date"]).min() - pd.to_datetime(left["end_date"]).max()
    return bool(pd.Timedelta(days=1) <= apart <= pd.Timedelta(days=NEXT))


def formerly(employee_id: pd.Series, numbers: Mapping[str, str]) -> pd.Series:
    """`FORMERLY` of each person."""
    former: dict[str, list[str]] = {}
    for old, new in numbers.items():
        former.setdefault(new, []).append(old)
    return employee_id.map({new: json.dumps(sorted(old), ensure_ascii=False) for new, old in former.items()}).astype("str")


def pairs_of(roster: pd.DataFrame, number: str = "employee_id") -> dict[str, str]:
    """Former number → number now, by a roster's `FORMERLY`, or by that of rejected rows, whose people have accounts all the same.

    Args:
        roster: The rows.
        number: The column of the number now; ``number`` in rejects.
    """
    if FORMERLY not in roster:
        return {}
    known = roster.dropna(subset=FORMERLY)
    return {old: str(new) for new, text in zip(known[number], known[FORMERLY], strict=True) for old in json.loads(text)}
