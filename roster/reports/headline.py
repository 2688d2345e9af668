"""The run in one sentence, and what else somebody should know at once: what needs somebody comes first.

In this order: who has left and still has access; what waits, and what to do about it; what was refused; what has no answer; new faults of
HR's file; the rest, and last what went well. Of a run that is about some people only, a release, an undo or one person's, what it did or
plans with them goes before all that is true of others. Page, terminal and Dagster's UI have it from here.

Belongs here: which statement comes first and how it is put. Does not belong here: who has access (``access``), tables and layout.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, Literal

import pandas as pd

from roster.parts import whole_of
from roster.plan.decision import RELEASABLE
from roster.reading.lines import line_text
from roster.reports import things
from roster.reports.access import CAUSES, SENT, still_there
from roster.reports.model import BEFORE, HR_FILE, PEOPLE, REPAIRS, DestinationReport, RunReport
from roster.reports.reasons import NOT_EXPECTED, reason
from roster.reports.since import alike, keys
from roster.reports.skipped import VALUE

FEW: Final = 5
"""So many people are named in a sentence."""
Tone = Literal["good", "attention", "stopped", "preview"]
ABOUT_SOME: Final = {"release": ("sent",), "one": ("sent", "waiting"), "undo": ("waiting",)}
"""The jobs that are about some people only → what of a report is theirs: of whom was written, or what waits by their plan."""


@dataclass(frozen=True)
class Headline:
    """What happened, in one sentence; then further sentences, the most urgent first."""

    tone: Tone
    sentence: str
    also: list[str]


def headline(report: RunReport, left_out: pd.DataFrame) -> Headline:
    """Say what of the run needs somebody, and how it went.

    Args:
        report: The run.
        left_out: As `roster.reports.skipped.left_out` gives it.
    """
    stopped = _stopped(report)
    failed = {one.name: one.failure for one in report.destinations if one.failure and one.failure != report.failure}
    failed.update(report.failed_parts)
    broken = [stopped] if stopped else []
    broken += [f"{name} did not get through: {text}" for name, text in failed.items() if not stopped or name != _part_of_failure(report)]
    rows, values = _new_faults(report, left_out)
    access, needs, others = _by_urgency(report, left_out, rows)
    progress, *more = _progress(report)
    more += [f"Released by {report.released}"] if report.released else []
    more += [sentence for one in report.destinations for sentence in things.progress(one)]
    more += [f"{one.name}: {sentence}" for one in report.destinations for sentence in one.to_know]
    more += [*values, *_values(report, left_out), *_read_again(report)]
    more += [f"Attempt {number} had stopped: {failure}" for number, failure in enumerate(report.earlier, start=1)]
    if broken:
        first, *further = [*access, *broken]
        # What stopped it stands beside who has access still: neither may wait for the next line.
        first, further = (f"{first}; {broken[0]}", [*access[1:], *broken[1:]]) if access else (first, further)
        return Headline("stopped", first, [*further, progress, *more, *needs, *others])
    if needs := [*access, *needs]:
        return Headline("attention", f"{needs[0]}; {_lower(progress)}", [*needs[1:], *more, *others])
    if others:
        return Headline("attention", progress, [*more, *others])
    only_planned = any(one.stage == "planned" for one in report.destinations)
    return Headline("preview" if only_planned else "good", progress, more)


def _by_urgency(report: RunReport, left_out: pd.DataFrame, new_faults: list[str]) -> tuple[list[str], list[str], list[str]]:
    """Who has access still; what else needs somebody; and, of a run that is about some people only, what is true of others."""
    waiting, answered = _waiting(report), _after_sending(report)
    rest = [*new_faults, *_attention(report, left_out)]
    theirs = ABOUT_SOME.get(report.job.rpartition("_")[2])
    if theirs is None:
        return who_stays(report, left_out), [*waiting, *answered, *rest], []
    access = who_stays(report, left_out, SENT) if "sent" in theirs else []
    needs = [*(waiting if "waiting" in theirs else []), *answered]
    others = who_stays(report, left_out, CAUSES.keys() - SENT)
    return access, needs, [*others, *([] if "waiting" in theirs else waiting), *rest]


def counted(count: int, one: str, many: str) -> str:
    """``1 person``, ``1,200 people``."""
    return f"{count:,} {one if count == 1 else many}"


def _stopped(report: RunReport) -> str | None:
    failed = [check for check in report.gate if not check.passed]
    if failed and report.status == "stopped":
        more = f" (and {counted(len(failed) - 1, 'further check', 'further checks')})" if len(failed) > 1 else ""
        return f"Stopped at the gate: {failed[0].seen or failed[0].name}{more}"
    if report.status == "stopped":
        part = _part_of_failure(report)
        return f"Stopped{f' at {part}' if part else ''}: {report.failure}" if report.failure else "Stopped before the end"
    return None


def _part_of_failure(report: RunReport) -> str | None:
    """The part of a destination for which the run's own failure stands; its text does not name it."""
    return next((name for name, text in report.failed_parts.items() if text == report.failure), None)


def _progress(report: RunReport) -> list[str]:
    """What was done; where that takes two sentences, the second says what of it was seen."""
    reached = [one for one in report.destinations if one.stage != "none"]
    written = [one for one in reached if one.stage != "planned"]
    if not reached:
        return ["Nothing was planned and nothing was written"]
    held, planned = _sum(reached, "held"), _sum(reached, "intended")
    beside = any(things.applied(one) for one in written)
    if not written or (held and not planned and not beside):
        return ["Nothing was written" if held and not planned else f"{counted(planned, 'change', 'changes')} planned, nothing sent"]
    intended, accepted, landed, not_visible = (_sum(written, name) for name in ("intended", "accepted", "landed", "not_visible"))
    changes = counted(intended, "planned change", "planned changes")
    if not intended:
        return ["No person had to be written" if beside and not held else "No person was written" if beside else "Nothing had to change"]
    if landed == intended:
        return [f"All {changes} landed" if intended > 1 else "The one planned change landed"]
    some = f"All {changes} accepted" if accepted == intended > 1 else f"{accepted:,} of {changes} accepted"
    if any(one.stage == "sent" for one in written):
        return [some, "Not everything was read back"]
    return [some, f"{landed:,} landed" + (f", {not_visible:,} in fields that cannot be read back" if not_visible else "")]


def _waiting(report: RunReport) -> list[str]:
    """What waits at each destination, and what is to be done about it: of a hold that no release lifts, that."""
    found = []
    for one in report.destinations:
        people = one.people.reindex(columns=list(PEOPLE))
        held = people[people["outcome"].eq("held") | (people["outcome"].isna() & people["action"].eq("hold"))]
        code = held["reason"].astype("str").fillna("limit")
        counts = code.map({one: reason(one).what_to_do for one in code.unique()}).value_counts()
        groups = {str(what_to_do): int(count) for what_to_do, count in counts.items()}
        released = set(code[code.isin(RELEASABLE)].map({one: reason(one).what_to_do for one in code.unique()}))
        if unnamed := one.held - len(held):
            groups[reason("limit").what_to_do] = groups.get(reason("limit").what_to_do, 0) + unnamed
            released.add(reason("limit").what_to_do)
        for what_to_do, count in groups.items():
            waits = "for a release" if what_to_do in released else "until somebody settles it"
            who = counted(count, f"person waits {waits}", f"people wait {waits}")
            found.append(f"{who} at {one.name}: {_lower(what_to_do).rstrip('.')}")
        found += things.held(one)
    return found


def _after_sending(report: RunReport) -> list[str]:
    """What was refused, and of what nobody knows whether it is there."""
    found = []
    for one in report.destinations:
        if refused := one.outcomes.get("refused", 0):
            found.append(f"{one.name} refused {counted(refused, 'person', 'people')}: its reasons are in the report")
        if one.would_refuse:
            found.append(f"{one.name} would refuse {counted(len(one.would_refuse), 'person', 'people')}")
    for one in report.destinations:
        if unknown := one.outcomes.get("unknown", 0):
            found.append(f"{counted(unknown, 'person', 'people')} without an answer from {one.name}")
        if one.missing:
            found.append(f"{counted(one.missing, 'accepted change is', 'accepted changes are')} not seen at {one.name}")
    return found


def _new_faults(report: RunReport, left_out: pd.DataFrame) -> tuple[list[str], list[str]]:
    """Faults of HR's file that no run before had: of rows that cannot be used; and of values without which a row is used."""
    if not any(one.stage != "none" for one in report.destinations):
        return [], []  # nobody was brought in or left out
    new = left_out[left_out["where"].eq(HR_FILE) & left_out["times_seen"].eq(1)]
    new = new[~_there_before(report, new)]
    whole = new["outcome"].ne(VALUE)
    parts = []
    for some, one, many in (
        (new[whole], "new fault in HR's file", "new faults in HR's file"),
        (new[~whole], "new value in HR's file cannot be used", "new values in HR's file cannot be used"),
    ):
        lines = some["line"].dropna().unique()
        where = ", ".join(line_text(line) for line in lines[:FEW]) + (" …" if len(lines) > FEW else "")
        parts.append([f"{counted(len(some), one, many)} (line{'' if len(lines) == 1 else 's'} {where})"] if len(some) else [])
    return parts[0], parts[1]


def _there_before(report: RunReport, rows: pd.DataFrame) -> pd.Series:
    """Rows that were there last night though no history says so: it follows none without a number, and begins anew with what returns."""
    before = report.before.reindex(columns=list(BEFORE))
    unnumbered = rows["number"].isna()
    if report.intake is not None and report.intake.seen_before:
        like = unnumbered  # of a file that was taken in before
    else:
        like = unnumbered & alike(rows).isin(set(alike(before[before["number"].isna()])))
    return like | (~unnumbered & keys(rows).isin(set(keys(before))))


def _attention(report: RunReport, left_out: pd.DataFrame) -> list[str]:
    """What else somebody should look at."""
    found = []
    for one in report.destinations:
        if one.without_approver:
            found.append(f"{counted(len(one.without_approver), 'person is', 'people are')} without an active approver at {one.name}")
        found += _forgotten(one)
        found += things.attention(one)
    open_cases = left_out[left_out["owner"].ne("nobody") & ~left_out["code"].isin(NOT_EXPECTED) & ~_stays(left_out)]
    people = open_cases[~open_cases["outcome"].isin(["held", "missing", "unknown", VALUE])]
    count = people["number"].nunique() + people.loc[people["number"].isna(), "line"].nunique()
    if count and any(one.stage != "none" for one in report.destinations):
        found.append(f"{counted(int(count), 'person', 'people')} could not be brought in")
    repairs = report.repairs.reindex(columns=list(REPAIRS))
    lost = repairs.loc[repairs["repair"].isin(["kept", "unknown"]), "employee_id"].nunique()
    if lost:
        found.append(f"HR names a manager whom no row has for {counted(lost, 'person', 'people')}")
    found += _without_limit(report)
    found += [
        _capitalised(check.seen) for check in report.gate if check.verdict == "warning" and check.name in ("names", "same_day", "hidden")
    ]
    if accepted := report.accepted:
        found.append(f"{accepted.by} let the file pass the gate ({', '.join(accepted.checks)}): {accepted.reason}")
    return found


def _forgotten(one: DestinationReport) -> list[str]:
    """What a ledger that was lost knew, and the one that was put in its place does not."""
    found = []
    if count := len(one.unremembered):
        who = ", ".join(one.unremembered[:FEW]) + (" …" if count > FEW else "")
        carry = counted(count, "account carries HR's number", "accounts carry HR's numbers")
        found.append(f"{carry} at {one.name} and the ledger does not know them ({who}): was an older ledger restored?")
    if count := one.more_like_hrs:
        carry = counted(count, "active account has a number", "active accounts have numbers")
        found.append(f"{carry} like HR's at {one.name}, which neither HR's file nor the ledger knows: whoever has left keeps their access")
    return found


def who_stays(report: RunReport, left_out: pd.DataFrame, causes: Collection[str] = CAUSES) -> list[str]:
    """Who has left and still has access, in a sentence each for those who have left and those who may only belong elsewhere by now; of
    `causes` alone."""
    found = still_there(report, left_out)
    found = found[found["cause"].isin(list(causes))]
    parts = [one.name for one in report.destinations if whole_of(one.key) != one.key]
    unnamed = found["employee_id"].isna() & found["line"].notna()
    of_part, sure = found[found["where"].isin(parts)], found[~found["where"].isin(parts) & ~unnamed]
    sentences = []
    if people := sure["person"].nunique():
        sentences.append(f"{counted(people, 'person who has left still has', 'people who have left still have')} access {_where(sure)}")
    if people := of_part["person"].nunique():
        who = counted(people, "person who is to lose it still has", "people who are to lose it still have")
        sentences.append(f"{who} access {_where(of_part)}")
    if lines := found.loc[unnamed, "line"].nunique():
        says = counted(lines, "row says", "rows say")
        sentences.append(f"{says} that somebody has left, and not who: they may still have access")
    return sentences


def _where(found: pd.DataFrame) -> str:
    """The first few by number; where and by what how many of them have it."""
    numbers = found["person"].drop_duplicates()
    who = ", ".join(numbers.head(FEW)) + (" …" if len(numbers) > FEW else "")
    places = {str(where): some.groupby("cause", sort=False)["person"].nunique() for where, some in found.groupby("where", sort=False)}
    if len(places) == 1 and len(causes := next(iter(places.values()))) == 1:
        return f"({who}) at {next(iter(places))}: {CAUSES[str(causes.index[0])]}"
    remarks = [
        f"at {where}: " + ", ".join(f"{CAUSES[str(cause)]} ({count:,})" for cause, count in causes.items())
        for where, causes in places.items()
    ]
    return f"({who}) " + "; ".join(remarks)


def _stays(left_out: pd.DataFrame) -> pd.Series:
    """Who has left and is kept for something there."""
    return left_out["code"].isin([code for code in left_out["code"].dropna().unique() if reason(code).stays])


def _without_limit(report: RunReport) -> list[str]:
    """Whose approval limit could not be read: they approve without it, or with the one that the destination has."""
    people = report.notes.loc[report.notes["column"].eq("approval_limit"), "line"].nunique()
    if not people or not any(one.stage != "none" for one in report.destinations):
        return []
    verb = "approves" if people == 1 else "approve"
    return [f"{counted(people, 'person', 'people')} {verb} without the limit that HR gave them: the amount cannot be read (see `decimal`)"]


def _values(report: RunReport, left_out: pd.DataFrame) -> list[str]:
    """How many single values were left out of records that go without them; HR's own cells that cannot be used are not news each night."""
    values = left_out[left_out["outcome"].eq(VALUE) & left_out["where"].ne(HR_FILE)]
    if values.empty or not any(one.stage != "none" for one in report.destinations):
        return []
    people = counted(int(values["number"].nunique()), "person", "people")
    was = "value was" if len(values) == 1 else "values were"
    return [f"{len(values):,} {was} left out of the records of {people}: the list for HR says which and why"]


def _read_again(report: RunReport) -> list[str]:
    """Whether HR's file is no new one, and since when."""
    seen = {check.name: check for check in report.gate}
    if "same_file" in seen and seen["same_file"].verdict == "passed" and "in a row" in seen["same_file"].seen:
        return [f"HR has sent nothing new: {seen['same_file'].seen}"]
    if "content" in seen and "last applied" in seen["content"].seen:
        return ["HR has sent nothing new: this is the very file that was last applied"]
    return []


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]


def _sum(destinations: list[DestinationReport], name: str) -> int:
    return sum(int(getattr(one, name)) for one in destinations)
