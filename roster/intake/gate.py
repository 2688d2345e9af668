"""What the gate asks of a file that could be read: its figures against limits, and against those of the file that was last applied.

Belongs here: the questions and their answers in words, from counts alone. Does not belong here: what makes a file unreadable (raised
where it is read, as `Unfit`), counting (``roster.intake.take_in``), which file was last applied (the ledger), limits on what changes at a
destination.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any, Final, Literal

from roster.settings import Gate, Limit
from roster.unfit import Unfit
from roster.vocabulary import DISPOSITIONS

Facts = Mapping[str, Any]
"""Of one file, as `roster.intake.take_in` counts them, with ``number`` and ``dated`` where it has been numbered."""
Verdict = Literal["passed", "warning", "failed", "let pass"]

STOPPING: Final = ("rows", "growth", "companies", "departments", "rejects", "duplicates", "fill", "older")
"""The checks that can stop a file, by the names by which they can be let pass."""
GROUPS: Final = {"companies": "company_code", "departments": "department"}
"""Check → the column by whose values rows are counted."""
_SHOWN = 10


@dataclass(frozen=True)
class Check:
    """One question, what was seen, what was expected. No word of it is about a person."""

    name: str
    seen: str
    expected: str
    verdict: Verdict = "passed"


@dataclass(frozen=True)
class Last:
    """What a destination was last brought to."""

    number: int
    dated: date | None


def ask(facts: Facts, last: Facts | None, applied: Mapping[str, Last], limits: Gate) -> list[Check]:
    """Ask everything there is to ask of a file.

    Args:
        facts: The file's.
        last: Those of the file that was last applied to everyone; None if there is none.
        applied: Destination → what it was last brought to.
        limits: The company's.
    """
    rows, counted = facts["rows"], sum(facts[name] for name in DISPOSITIONS)
    checks = [
        Check("accounting", f"{counted:,} of {rows:,} rows have a disposition", "all of them", _failing(counted != rows)),
        _share("rejects", facts["rejected"], rows, limits.rejects),
        _share("duplicates", facts["collided"], rows, limits.duplicates),
        _older(facts, applied),
    ]
    if last is None:
        return [*checks, Check("last file", "none was applied yet", "nothing to compare with")]
    before = last["rows"]
    most, least = before + limits.growth.most(before), before - limits.rows.most(before)
    seen = f"{rows:,} rows, {before:,} last time"
    return [
        *checks,
        Check("rows", seen, f"{least:,} or more", _failing(rows < least)),
        Check("growth", seen, f"{most:,} or fewer", _failing(rows > most)),
        *(_groups(name, facts, last, limits) for name, column in GROUPS.items() if column in facts["groups"]),
        _fill(facts, last, limits.fill),
        _header(facts["header"], last["header"]),
        _same("encoding", facts["encoding"], last["encoding"]),
        _content(facts, last),
    ]


def why_older(number: int, day: date | None, last: Last | None) -> str | None:
    """Why a file is older than what was last applied: a lower intake number, or other content with an older day. None if it is not."""
    if last is None or number == last.number:
        return None
    if number < last.number:
        return f"intake {last.number} was seen after it"
    if day is not None and last.dated is not None and day < last.dated:
        return f"its day, {day}, is before {last.dated}"
    return None


def let_pass(checks: Iterable[Check], accepted: Sequence[str]) -> list[Check]:
    """The checks, of which those that failed and are named pass all the same."""
    return [replace(one, verdict="let pass") if one.verdict == "failed" and one.name in accepted else one for one in checks]


def named(checks: Iterable[Check], verdict: Verdict) -> list[str]:
    """The names of the checks that ended so."""
    return [one.name for one in checks if one.verdict == verdict]


def refusal(checks: Sequence[Check], advice: str) -> Unfit | None:
    """The error that tells every check that failed; None if none did."""
    failed = [one for one in checks if one.verdict == "failed"]
    if not failed:
        return None
    said = "; ".join(f"{one.name}: {one.seen} (expected: {one.expected})" for one in failed)
    return Unfit(", ".join(one.name for one in failed), f"{said}.", advice)


def as_json(checks: Iterable[Check], advice: str = "") -> list[dict[str, Any]]:
    """The checks as the ledger keeps them; the advice with those that failed."""
    return [{**asdict(one), "passed": one.verdict != "failed", "advice": advice if one.verdict == "failed" else ""} for one in checks]


def _failing(wrong: bool) -> Verdict:
    return "failed" if wrong else "passed"


def _share(name: str, count: int, rows: int, limit: Limit) -> Check:
    return Check(name, f"{count:,} of {rows:,} rows", f"at most {limit.most(rows):,}", _failing(not limit.allows(count, rows)))


def _older(facts: Facts, applied: Mapping[str, Last]) -> Check:
    number, day = facts.get("number", 0), facts.get("dated")
    whys = {name: why_older(number, date.fromisoformat(day) if day else None, last) for name, last in applied.items()}
    seen = "; ".join(f"intake {number} is older than what {name} was last brought to: {why}" for name, why in whys.items() if why)
    return Check("older", seen or "not older than what was last applied", "nothing older", _failing(bool(seen)))


def _groups(name: str, facts: Facts, last: Facts, limits: Gate) -> Check:
    """Where rows are fewer than last time. Only what many people share is told by its name."""
    limit: Limit = getattr(limits, name)
    now, before = facts["groups"][GROUPS[name]], last["groups"].get(GROUPS[name], {})
    fewer = []
    for group, had in sorted(before.items(), key=lambda each: -each[1]):
        has = now.get(group, 0)
        if not has and had > limits.missing:
            fewer.append(f"{group} is missing (had {had:,})")
        elif not limit.allows(had - has, had):
            fewer.append(f"{group} has {has:,} (had {had:,})")
    expected = f"none of more than {limits.missing} rows missing, none smaller by more than {limit.count} rows or {limit.share:.0%}"
    return Check(name, _few(fewer) or "none is much smaller than last time", expected, _failing(bool(fewer)))


def _fill(facts: Facts, last: Facts, limit: Limit) -> Check:
    used, now, before = facts["used"], facts["fill_rates"], last["fill_rates"]
    emptier = [
        f"{column} is filled for {now[column]:.1%} (was {before[column]:.1%})"
        for column in now
        if column in before and not limit.allows(round((before[column] - now[column]) * used), used)
    ]
    expected = f"nothing emptier by more than {limit.most(used):,} of {used:,} people"
    return Check("fill", _few(emptier) or "every column is about as full as last time", expected, _failing(bool(emptier)))


def _header(now: Sequence[str], before: Sequence[str]) -> Check:
    """Columns are read by name, so this stops nothing. Names are not told: HR may have written anything there, a person too."""
    new = [str(place) for place, name in enumerate(now, 1) if name not in before]
    gone = [str(place) for place, name in enumerate(before, 1) if name not in now]
    moved = [name for name in now if name in before] != [name for name in before if name in now]
    seen = [
        *([f"new: column {_few(new)}"] if new else []),
        *([f"gone, of last time's: column {_few(gone)}"] if gone else []),
        *(["in another order"] if moved else []),
    ]
    return Check("header", "; ".join(seen) or f"{len(now)} columns, the same", "the columns of last time", "warning" if seen else "passed")


def _same(name: str, now: str, before: str) -> Check:
    return Check(name, now, f"{before}, as last time", "passed" if now == before else "warning")


def _content(facts: Facts, last: Facts) -> Check:
    again = "number" in facts and facts["number"] == last.get("number")
    return Check("content", "the very file that was last applied" if again else "new", "a new file", "warning" if again else "passed")


def _few(texts: Sequence[str]) -> str:
    more = f" and {len(texts) - _SHOWN} more" if len(texts) > _SHOWN else ""
    return ", ".join(texts[:_SHOWN]) + more
