"""The run in one sentence, and what else somebody should know at once.

Belongs here: which statement comes first and how it is put. Does not belong here: tables and layout.
"""

from dataclasses import dataclass
from typing import Final, Literal

import pandas as pd

from roster.reports import things
from roster.reports.model import HR_FILE, REPAIRS, DestinationReport, RunReport
from roster.reports.reasons import FIRST, NOT_EXPECTED, reason
from roster.reports.skipped import VALUE

FEW: Final = 5
"""So many people are named in a sentence."""
Tone = Literal["good", "attention", "stopped", "preview"]


@dataclass(frozen=True)
class Headline:
    """What happened, in one sentence; then further sentences, the most urgent first."""

    tone: Tone
    sentence: str
    also: list[str]


def headline(report: RunReport, left_out: pd.DataFrame) -> Headline:
    """Say how the run went.

    Args:
        report: The run.
        left_out: As `roster.reports.skipped.left_out` gives it.
    """
    stopped = _stopped(report)
    failed = {one.name: one.failure for one in report.destinations if one.failure and one.failure != report.failure}
    failed.update(report.failed_parts)
    urgent = [f"{name} did not get through: {text}" for name, text in failed.items() if not stopped or name != _part_of_failure(report)]
    attention = _attention(report, left_out)
    progress, *rest = _progress(report)
    rest += [sentence for one in report.destinations for sentence in things.progress(one)]
    rest += [f"{one.name}: {sentence}" for one in report.destinations for sentence in one.to_know]
    rest += [*_values(report, left_out), *_read_again(report)]
    rest += [f"Attempt {number} had stopped: {failure}" for number, failure in enumerate(report.earlier, start=1)]
    if stopped:
        return Headline("stopped", stopped, [*urgent, progress, *rest, *attention])
    if urgent:
        return Headline("stopped", urgent[0], [*urgent[1:], progress, *rest, *attention])
    if attention:
        return Headline("attention", f"{progress}; {attention[0]}", [*attention[1:], *rest])
    only_planned = any(one.stage == "planned" for one in report.destinations)
    return Headline("preview" if only_planned else "good", progress, rest)


def counted(count: int, one: str, many: str) -> str:
    """``1 person``, ``1,200 people``."""
    return f"{count:,} {one if count == 1 else many}"


def _stopped(report: RunReport) -> str | None:
    failed = [check for check in report.gate if not check.passed]
    if failed and report.status == "stopped":
        more = f" (and {counted(len(failed) - 1, 'further check', 'further checks')})" if len(failed) > 1 else ""
        seen = f": {failed[0].seen}" if failed[0].seen else ""
        return f"Stopped at the gate: {failed[0].name}{seen}{more}"
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
        waiting = f"Nothing was written: {counted(held, 'change waits', 'changes wait')} for a release"
        return [waiting if held and not planned else f"{counted(planned, 'change', 'changes')} planned, nothing sent"]
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


def _attention(report: RunReport, left_out: pd.DataFrame) -> list[str]:
    found = [*_with_access(left_out), *_staying(left_out)]
    for one in report.destinations:
        if one.missing:
            found.append(f"{counted(one.missing, 'accepted change is', 'accepted changes are')} not seen at {one.name}")
        if unknown := one.outcomes.get("unknown", 0):
            found.append(f"{counted(unknown, 'person', 'people')} without an answer from {one.name}")
        if gone := one.still_in["employee_id"].nunique():
            found.append(f"{counted(gone, 'person who has left is', 'people who have left are')} still in {one.name}, or may be")
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
    refusing = [one for one in report.destinations if one.would_refuse]
    found += [f"{one.name} would refuse {counted(len(one.would_refuse), 'person', 'people')}" for one in refusing]
    found += [f"{counted(one.held, 'person waits', 'people wait')} for a release at {one.name}" for one in report.destinations if one.held]
    found += _without_limit(report)
    found += [_capitalised(check.seen) for check in report.gate if check.verdict == "warning" and check.name in ("names", "same_day")]
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


def _with_access(left_out: pd.DataFrame) -> list[str]:
    """Who has left by HR's own word and could not be removed."""
    access = left_out[left_out["code"].eq("still_has_access")]
    unnamed = left_out[left_out["code"].isin(FIRST) & left_out["employee_id"].isna()]
    found = []
    if people := access["employee_id"].nunique():
        who = counted(people, "person who has left still has", "people who have left still have")
        found.append(f"{who} access: their rows were rejected")
    if lines := unnamed["line"].nunique():
        found.append(f"{counted(lines, 'row says', 'rows say')} that somebody has left, and not who: they may still have access")
    return found


def _stays(left_out: pd.DataFrame) -> pd.Series:
    """Who has left and is kept for something there."""
    return left_out["code"].isin([code for code in left_out["code"].dropna().unique() if reason(code).stays])


def _staying(left_out: pd.DataFrame) -> list[str]:
    """Who has left and keeps their access, since something there needs them."""
    kept = left_out[_stays(left_out)]
    found = []
    for where, people in kept.groupby("where", sort=False)["number"]:
        numbers = list(people.drop_duplicates())
        who = ", ".join(numbers[:FEW]) + (" …" if len(numbers) > FEW else "")
        who_goes = counted(len(numbers), "person who is to lose it keeps", "people who are to lose it keep")
        found.append(f"{who_goes} their access at {where} ({who}): nobody else approves there yet")
    return found


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


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]


def _sum(destinations: list[DestinationReport], name: str) -> int:
    return sum(int(getattr(one, name)) for one in destinations)
