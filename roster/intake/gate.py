"""What the gate asks of a file that could be read: its figures against limits, and against those of the file that was last applied.

Belongs here: the questions and their answers in words, from counts alone. Does not belong here: what makes a file unreadable (raised
where it is read, as `Unfit`), counting (``roster.intake.take_in``), which file was last applied (the ledger), limits on what changes at a
destination.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any, Final, Literal

from roster.intake import by_file, largest
from roster.intake.facts import ExportFacts, FileFacts, rows_of
from roster.intake.references import Managers
from roster.reading.lines import line_text
from roster.settings import Gate, Limit
from roster.unfit import Unfit

CheckVerdict = Literal["passed", "warning", "failed", "let pass"]

STOPPING: Final = (
    "rows",
    "growth",
    "files",
    "changes",
    "deletions",
    "companies",
    "departments",
    "rejects",
    "duplicates",
    "damaged",
    "dates",
    "managers",
    "fill",
    "older",
    "as_of",
    "same_file",
)
"""The checks that can stop a file, by the names by which they can be let pass."""
GROUPS: Final = {"companies": "company_code", "departments": "department"}
"""Check → the column by whose values rows are counted."""
_SHOWN = 10
_NAMED: Final = re.compile(rf"(?:^|(?<=\); ))(?:accounting|{'|'.join(STOPPING)}): ")
"""The name before what a check saw, in the text of `refusal`."""


@dataclass(frozen=True)
class GateCheck:
    """One question, what was seen, what was expected, how it ended. No word of it is about a person."""

    name: str
    seen: str
    expected: str
    verdict: CheckVerdict = "passed"
    advice: str = ""
    """What to do, where it failed."""

    @property
    def passed(self) -> bool:
        """Whether the file may be used as far as this goes."""
        return self.verdict != "failed"


@dataclass(frozen=True)
class LastApplied:
    """What a destination was last brought to."""

    number: int
    dated: date | None
    as_of: date | None = None
    """The day that counted as today."""


def run_checks(
    facts: FileFacts,
    last: FileFacts | None,
    applied: Mapping[str, LastApplied],
    limits: Gate,
    week: Sequence[ExportFacts] = (),
    as_of: date | None = None,
) -> list[GateCheck]:
    """Ask everything there is to ask of a file.

    Args:
        facts: The file's.
        last: Those of the file that was last applied to everyone; None if there is none.
        applied: Destination, as people call it → what it was last brought to.
        limits: The company's.
        week: Those of the files that were applied to everyone in the last seven days, newest first.
        as_of: The day that counts as today.
    """
    rows, counted = facts.people_rows(), sum(facts.dispositions().values())
    checks = [
        GateCheck("accounting", f"{counted:,} of {facts.rows:,} rows have a disposition", "all of them", _verdict(counted != facts.rows)),
        _share("rejects", "were rejected", facts.rejected - facts.rejected_leavers, rows, limits.rejects),
        _share("duplicates", "share a number or an address", facts.collided, rows, limits.duplicates),
        _managers(facts.managers, limits),
        _share("damaged", "have a value that was damaged on its way", facts.damaged, rows, limits.damaged),
        _dates(facts, limits.dates),
        _older(facts, applied),
        _as_of(as_of, applied),
        _nights(facts.nights, limits.same_file),
        _private(facts.private),
        *_files(facts, last, week, limits),
        *_changes(facts.changes, limits),
        *([GateCheck("names", ". ".join(facts.remarks), "names that tell the newest file", "warning")] if facts.remarks else []),
        *_hidden(facts),
    ]
    if last is None:
        return [*checks, GateCheck("last file", "none was applied yet", "nothing to compare with")]
    before, highest = last.people_rows(), largest.rows(last, week)
    most, least = before + limits.growth.most(before), highest - limits.rows.most(highest)
    seen = f"{rows:,} rows, {before:,} last time"
    in_days = f", {highest:,} at most in seven days" if highest > before else ""
    return [
        *checks,
        GateCheck("rows", f"{seen}{in_days}", f"{least:,} or more", _verdict(rows < least)),
        GateCheck("growth", seen, f"{most:,} or fewer", _verdict(rows > most)),
        *(
            _groups(name, facts, last, largest.groups(column, name, last, week), limits)
            for name, column in GROUPS.items()
            if column in facts.groups
        ),
        _fill(facts, largest.fill_rates(last, week), limits.fill),
        _header(facts.header, last.header),
        _same("encoding", facts.encoding, last.encoding),
        *_content(facts, last),
    ]


def _hidden(facts: FileFacts) -> list[GateCheck]:
    """Rows that somebody's filter hides count as the others do: whoever looks at the file may not know of them."""
    hides = facts.hides()
    verdict: CheckVerdict = "warning" if facts.hidden.get("rows") else "passed"
    return [GateCheck("hidden", hides, "what is read is shown to whoever opens the file", verdict)] if hides else []


def older_reason(number: int, day: date | None, last: LastApplied | None) -> str | None:
    """Why a file is older than what was last applied: a lower intake number, or other content with an older day. None if it is not."""
    if last is None or number == last.number:
        return None
    if number < last.number:
        return f"intake {last.number} was seen after it"
    if day is not None and last.dated is not None and day < last.dated:
        return f"its day, {day}, is before {last.dated}"
    return None


def went_back(as_of: date | None, last: LastApplied | None) -> str | None:
    """Why the day that counts as today cannot be right: a destination was written for a later one. None if it can."""
    if as_of is None or last is None or last.as_of is None or as_of >= last.as_of:
        return None
    return f"{as_of} counts as today, which is before {last.as_of}, the day for which it was last written"


def accept(checks: Iterable[GateCheck], accepted: Sequence[str]) -> list[GateCheck]:
    """The checks, of which those that failed and are named pass all the same."""
    return [replace(one, verdict="let pass") if not one.passed and one.name in accepted else one for one in checks]


def names_by_verdict(checks: Iterable[GateCheck], verdict: CheckVerdict) -> list[str]:
    """The names of the checks that ended so."""
    return [one.name for one in checks if one.verdict == verdict]


def refusal(checks: Sequence[GateCheck], advice: str) -> Unfit | None:
    """The error that tells every check that failed; None if none did."""
    failed = [one for one in checks if not one.passed]
    if not failed:
        return None
    failures = "; ".join(f"{one.name}: {one.seen} (expected: {one.expected})" for one in failed)
    return Unfit(", ".join(one.name for one in failed), f"{failures}.", advice)


def without_names(failure: str) -> str:
    """The text of a failure, for whoever does not know the checks: of one that `refusal` made what was seen alone; any other as it is."""
    return _NAMED.sub("", failure)


def as_json(checks: Iterable[GateCheck], advice: str = "") -> list[dict[str, Any]]:
    """The checks as the ledger keeps them; the advice with those that failed."""
    return [{**asdict(one), "passed": one.passed, "advice": "" if one.passed else advice} for one in checks]


def from_json(entries: Iterable[Mapping[str, Any]]) -> list[GateCheck]:
    """The checks that `as_json` gave; those of an earlier version may lack what was seen and how they ended."""
    return [
        GateCheck(
            name=entry["name"],
            seen=str(entry.get("seen") or ""),
            expected=str(entry.get("expected") or ""),
            verdict=entry.get("verdict") or _verdict(failed=not entry["passed"]),
            advice=entry.get("advice") or "",
        )
        for entry in entries
    ]


def _verdict(failed: bool) -> CheckVerdict:
    return "failed" if failed else "passed"


def _share(name: str, what: str, count: int, rows: int, limit: Limit) -> GateCheck:
    seen = f"{count:,} of {rows:,} rows {what}"
    return GateCheck(name, seen, f"at most {limit.most(rows):,}", _verdict(not limit.allows(count, rows)))


def _managers(managers: Managers, limits: Gate) -> GateCheck:
    """Whether references lead to somebody. A reference is told by its line alone: HR may write names there."""
    if not managers.mapped:
        return GateCheck("managers", "the settings map no manager", "nothing to look for")
    employed = managers.given + managers.tops
    first = ", ".join(f"line {line_text(line)}" for line in managers.lines)
    where = f" ({first}{', …' if managers.lost > len(managers.lines) else ''})" if first else ""
    lost = f"{managers.lost:,} of {managers.given:,} references to a manager lead to nobody{where}"
    tops = f"{managers.tops:,} of {employed:,} people have no manager"
    expected = (
        f"at most {limits.managers.most(managers.given):,} that lead to nobody, at most {limits.tops.most(employed):,} without a manager"
    )
    fits = limits.managers.allows(managers.lost, managers.given) and limits.tops.allows(managers.tops, employed)
    return GateCheck("managers", f"{lost}; {tops}", expected, _verdict(not fits))


def _private(columns: Mapping[str, str]) -> GateCheck:
    """Whether a mapped column seems to be what nobody should bring here: by our name for it and what it seems to be, never by a cell."""
    seen = "; ".join(f"{column} looks like {kind}" for column, kind in columns.items())
    return GateCheck("private", seen or "no column looks like that", "nothing that no expense tool needs", "warning" if seen else "passed")


def _dates(facts: FileFacts, limit: Limit) -> GateCheck:
    people, odd = sum(facts.standing.get("both", {}).values()), facts.contradicting
    seen = f"status and dates of {odd:,} of {people:,} people contradict each other"
    return GateCheck("dates", seen, f"at most {limit.most(people):,}", _verdict(not limit.allows(odd, people)))


def _older(facts: FileFacts, applied: Mapping[str, LastApplied]) -> GateCheck:
    number, day = facts.number or 0, facts.dated
    reasons = {name: older_reason(number, day, last) for name, last in applied.items()}
    older = [f"intake {number} is older than what {name} was last brought to: {reason}" for name, reason in reasons.items() if reason]
    return GateCheck("older", "; ".join(older) or "not older than what was last applied", "nothing older", _verdict(bool(older)))


def _as_of(as_of: date | None, applied: Mapping[str, LastApplied]) -> GateCheck:
    """Whether the clock went back: whoever has left since would count as still to leave, and whoever has begun as still to begin."""
    reasons = {name: went_back(as_of, last) for name, last in applied.items()}
    back = [f"{name}: {reason}" for name, reason in reasons.items() if reason]
    return GateCheck("as_of", "; ".join(back) or "not before the day of the last write", "that day, or a later one", _verdict(bool(back)))


def _groups(name: str, facts: FileFacts, last: FileFacts, before: Mapping[str, int], limits: Gate) -> GateCheck:
    """Where rows are fewer than before. Only what many people share is told by its name.

    Missing is what the last file had: a department of three may come to its end in one week, one by one.
    """
    limit: Limit = getattr(limits, name)
    now, last_time = facts.groups[GROUPS[name]], last.groups.get(GROUPS[name], {})
    fewer = []
    for group, rows_before in sorted(before.items(), key=lambda each: -each[1]):
        rows_now = now.get(group, 0)
        if not rows_now and last_time.get(group, 0) > limits.missing:
            fewer.append(f"{group} is missing (had {rows_before:,})")
        elif not limit.allows(rows_before - rows_now, rows_before):
            fewer.append(f"{group} has {rows_now:,} rows (had {rows_before:,})")
    expected = f"none of more than {limits.missing} rows missing, none smaller by more than {limit.count} rows or {limit.share:.0%}"
    return GateCheck(name, _first_few(fewer) or "none is much smaller than last time", expected, _verdict(bool(fewer)))


def _changes(counts: Mapping[str, int], limits: Gate) -> list[GateCheck]:
    """Whether a file of changes has more than a few, for the roster on which it is put."""
    if not counts:
        return []
    before, deleted = counts["before"], counts["deleted"]
    other = counts["added"] + counts["changed"]
    seen = f"{counts['changed']:,} people changed and {counts['added']:,} added, of {before:,}"
    return [
        GateCheck("changes", seen, f"at most {limits.changes.most(before):,}", _verdict(not limits.changes.allows(other, before))),
        GateCheck(
            "deletions",
            f"{deleted:,} of {before:,} people are marked as gone",
            f"at most {limits.deletions.most(before):,}",
            _verdict(not limits.deletions.allows(deleted, before)),
        ),
    ]


def _files(facts: FileFacts, last: FileFacts | None, week: Sequence[ExportFacts], limits: Gate) -> list[GateCheck]:
    """Whether each of several files is about as large as last time, and of use."""
    if not facts.files:
        return []
    found = by_file.strange(facts, last, week, limits)
    seen = _first_few(found) or ", ".join(
        f"file {place}, {name}: {rows_of(counted):,} rows" for place, (name, counted) in enumerate(facts.files.items(), 1)
    )
    return [GateCheck("files", seen, "of each file as little as of all: rejects, rows, growth", _verdict(bool(found)))]


def _fill(facts: FileFacts, before: Mapping[str, float], limit: Limit) -> GateCheck:
    # A person of several files may have a row in each.
    used, now = sum(facts.standing.get("both", {}).values()) if facts.files else facts.used, facts.fill_rates
    emptier = [
        f"{column} is filled for {now[column]:.1%} (was {before[column]:.1%})"
        for column in now
        if column in before and not limit.allows(round((before[column] - now[column]) * used), used)
    ]
    expected = f"nothing emptier by more than {limit.most(used):,} of {used:,} people"
    return GateCheck("fill", _first_few(emptier) or "every column is about as full as last time", expected, _verdict(bool(emptier)))


def _header(now: Sequence[str], before: Sequence[str]) -> GateCheck:
    """Columns are read by name, so this stops nothing. Names are not told: HR may have written anything there, a person too."""
    new = [str(place) for place, name in enumerate(now, 1) if name not in before]
    removed = [str(place) for place, name in enumerate(before, 1) if name not in now]
    moved = [name for name in now if name in before] != [name for name in before if name in now]
    seen = [
        *([f"new: column {_first_few(new)}"] if new else []),
        *([f"gone, of last time's: column {_first_few(removed)}"] if removed else []),
        *(["in another order"] if moved else []),
    ]
    verdict: CheckVerdict = "warning" if seen else "passed"
    return GateCheck("header", "; ".join(seen) or f"{len(now)} columns, the same", "the columns of last time", verdict)


def _same(name: str, now: str, before: str) -> GateCheck:
    return GateCheck(name, now, f"{before}, as last time", "passed" if now == before else "warning")


def _nights(nights: int, most: int) -> GateCheck:
    """Whether HR's system has sent nothing new for too long: then nobody comes in and nobody leaves, on green runs."""
    seen = "read for the first time" if nights < 2 else f"the very same file was read on {nights} days in a row"
    return GateCheck("same_file", seen, f"at most {most} days", _verdict(nights > most))


def _content(facts: FileFacts, last: FileFacts) -> list[GateCheck]:
    """Reading a file again is no fault; another one of the same day is somebody's to know, for one of the two is wrong."""
    if facts.number is not None and facts.number == last.number:
        return [GateCheck("content", "the very file that was last applied", "new, or the same")]
    checks = [GateCheck("content", "new", "new, or the same")]
    if facts.dated is not None and facts.dated == last.dated:
        seen = f"the file that was last applied is of {facts.dated}, too, and says otherwise"
        checks.append(GateCheck("same_day", seen, "one file a day", "warning"))
    return checks


def _first_few(texts: Sequence[str]) -> str:
    more = f" and {len(texts) - _SHOWN} more" if len(texts) > _SHOWN else ""
    return ", ".join(texts[:_SHOWN]) + more
