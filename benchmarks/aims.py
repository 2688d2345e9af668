"""The aims: for each case how much is enough, and what a run reached.

Belongs here: what is compared with what. Does not belong here: measuring, and how a table looks (``benchmarks.table``).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from benchmarks import growth
from benchmarks.cases import FINDITY_ALONE, HUNDRED, IMPORTS, LOOP, NO_IMPORTS, OURS, Row
from benchmarks.measure import Measured

EXPONENT: Final = 1.1


@dataclass(frozen=True)
class Aim:
    """One of them."""

    case: str
    aim: str
    reached: str = "not measured"
    met: bool | None = None
    """None: its cases were not run."""


def reached(rows: Sequence[Row]) -> list[Aim]:
    """All of them, with what was reached where their cases were run. Seconds count as on a machine whose `LOOP` takes 1.0 s."""

    def at(what: str, people: int = 0, step: str = "", delay_ms: int = 0) -> Measured | None:
        return next(
            (row.measured for row in rows if (row.what, row.people, row.step, row.delay_ms) == (what, people, step, delay_ms)), None
        )

    loop = at(LOOP)
    pace = loop.cpu if loop else 1.0
    quiet, first, changes = "no change", "first load", "2.5 % changes"
    still, big = at(OURS, 10_000, quiet), at(OURS, 100_000, quiet)
    loads = {delay: at(OURS, 100_000, first, delay) for delay in (0, 100)}
    found = [
        _ratio(
            "quiet night, 10,000: CPU beside `dagster job execute` of an empty job", 2.2, still, at("the same by `dagster job execute`")
        ),
        _imports(at(IMPORTS), at(NO_IMPORTS), pace),
        _seconds("quiet night, 100,000: CPU", 9, big and big.cpu, pace),
        _most("quiet night, 100,000: peak", 450, "MiB", big and big.peak_mib),
        *(_seconds(f"first load, 100,000, {delay} ms a call: CPU", 25, load and load.cpu, pace) for delay, load in loads.items()),
    ]
    for people, ours, least in ((100_000, OURS, (3, 3)), (10_000, FINDITY_ALONE, (2, 1.5))):
        mine = at(ours, people, first, 100)
        for peer, enough in zip(("drt-core + dagster-drt", "dlt"), least, strict=True):
            case = f"first load, {people:,}, 100 ms{', Findity alone' if ours == FINDITY_ALONE else ''}: faster than {peer}"
            found.append(_faster(case, enough, at(f"{peer}, {HUNDRED} a call", people, "every run", 100), mine))
    million, theirs = at("transform alone", 1_000_000), at("polars: same CSV to JSON, no checks", 1_000_000)
    approvers, demo, usage, check = at("approvers", 300_000), at("demo"), at("help"), at("check", 1_000)
    return [
        *found,
        _ratio("2.5 % changes, 100,000: CPU beside the quiet night", 1.3, at(OURS, 100_000, changes), big),
        _ratio("transform, 1,000,000: CPU beside polars", 6, million, theirs),
        _most("transform, 1,000,000: peak", 1.5, "GiB", million and million.peak_mib / 1024),
        _seconds("approvers, 300,000: CPU", 0.6, approvers and approvers.cpu, pace),
        _seconds("`make run` again", 4, demo and demo.seconds, pace),
        _seconds("`rollcall --help`", 0.15, usage and usage.seconds, pace),
        _seconds("`rollcall check` of 1,000 rows", 1.5, check and check.seconds, pace),
        *_growth(rows),
    ]


def _most(case: str, most: float, unit: str, value: float | None) -> Aim:
    aim = f"at most {most:g} {unit}"
    return Aim(case, aim) if value is None else Aim(case, aim, f"{value:.{0 if value >= 100 else 2}f} {unit}", value <= most)


def _seconds(case: str, most: float, value: float | None, pace: float) -> Aim:
    aim = f"at most {most:g} s"
    if value is None:
        return Aim(case, aim)
    return Aim(case, aim, f"{value:.2f} s{f', as {value / pace:.2f} s' if pace != 1 else ''}", value / pace <= most)


def _ratio(case: str, most: float, above: Measured | None, below: Measured | None) -> Aim:
    """In processor time, which a busy machine blurs less."""
    return _most(case, most, "×", above.cpu / below.cpu if above and below else None)


def _faster(case: str, least: float, theirs: Measured | None, ours: Measured | None) -> Aim:
    """In wall time: it is about waiting for answers."""
    if not (theirs and ours):
        return Aim(case, f"at least {least:g} ×")
    ratio = theirs.seconds / ours.seconds
    return Aim(case, f"at least {least:g} ×", f"{ratio:.2f} ×", ratio >= least)


def _imports(ours: Measured | None, floor: Measured | None, pace: float) -> Aim:
    return _seconds("imports beyond those of an empty job's run: CPU", 0.9, ours.cpu - floor.cpu if ours and floor else None, pace)


def _growth(rows: Iterable[Row]) -> list[Aim]:
    aim, of_each = f"exponent at most {EXPONENT}", growth.series(rows)
    if not of_each:
        return [Aim("growth with people", aim)]
    by_case = {what: growth.exponent(points) for what, points in of_each.items()}
    return [Aim(f"growth, {what}", aim, f"{found:.2f}", found <= EXPONENT) for what, found in by_case.items()]
