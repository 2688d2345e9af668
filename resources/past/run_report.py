"""One run, as the ledger remembers it: what the reports are made from.

Belongs here: reading the ledger into `roster.reports.model`. Does not belong here: words and layout (``roster.reports``). Everything comes
from the ledger, so that a run that stopped early, or on another machine, has the same report.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import PurePath
from typing import Any

import pandas as pd

from resources.failures import Permanent
from resources.hr.sets import file_names
from resources.ledger import Ledger
from resources.past.beside import SEPARATOR
from roster.intake.facts import ExportFacts
from roster.intake.gate import from_json, without_names
from roster.parts import whole_of, with_parts
from roster.plan import own_account, releasing
from roster.plan.decision import CHANGE_COLUMNS
from roster.plan.facts import REPAIRS, PlanFacts
from roster.plan.outcomes import OutcomeFacts
from roster.plan.strangers import HELD, NOT_IN_HR
from roster.reports.model import HR_FILE, ROWS, THINGS, VALUES, DestinationReport, ReportedExport, RunReport
from roster.reports.skipped import LEFT_OUT
from roster.vocabulary import WRITES

NO_REASON = "it ended without a word. Where its page in the Dagster UI does not say why, its process has died: rollcall recover marks it."

_EMPTY = pd.DataFrame(columns=list(REPAIRS), dtype="str")
_NO_CHANGES = pd.DataFrame(columns=list(CHANGE_COLUMNS), dtype="str")


def assemble(ledger: Ledger, root_run_id: str, titles: Mapping[str, str], *, left_out_only: bool = False) -> RunReport:
    """The report of a root run and all its re-executions.

    Args:
        ledger: The company's ledger.
        root_run_id: The first run of the chain.
        titles: The destinations, name → as people write it, in the order in which they are shown.
        left_out_only: Whether it is for who was left out alone (`roster.reports.skipped.left_out`): of all others it then has neither
            people nor changes, of which a first load has everybody's.

    Raises:
        Permanent: The ledger knows no such run.
    """
    runs = ledger.runs.all()
    mine = runs[runs["root_run_id"] == root_run_id]
    if mine.empty:
        raise Permanent(f"The ledger knows no run {root_run_id} of {ledger.company}.", "It may have stopped before it read HR's file.")
    gate = ledger.intakes.gate(root_run_id)
    export = gate.export if gate else None
    last = mine.iloc[-1]
    failures = ledger.runs.failures(str(last["run_id"]))
    # Of a part that never came as far as a plan the failure alone knows.
    titles = with_parts(titles, [*ledger.plans.destinations(), *(asset.partition("/")[0] for asset in failures)])
    destinations = [_destination(ledger, root_run_id, name, title, failures, left_out_only) for name, title in titles.items()]
    found = [report for report in destinations if report]
    began = _moment(mine["began"].iloc[0]) or datetime.now(UTC)
    stopped = last["status"] == "stopped" or (last["status"] != "finished" and not _complete(found, str(last["job"])))
    return RunReport(
        company=ledger.company,
        run_id=str(last["run_id"]),
        root_run_id=root_run_id,
        job=str(last["job"]),
        status="stopped" if stopped else "finished",
        failure=next(iter(failures.values()), NO_REASON) if stopped else None,
        attempts=[str(run_id) for run_id in mine["run_id"]],
        earlier=[_stop(ledger.runs.failures(str(run_id))) for run_id in mine["run_id"].iloc[:-1]],
        started=began,
        ended=_moment(last["ended"]),
        as_of=export.as_of if export else None,
        intake=_export(export) if export else None,
        gate=from_json(gate.facts.get("checks", [])) if gate else [],
        accepted=export.accepted if export else None,
        released=ledger.releases.by(root_run_id) if str(last["job"]).endswith("_release") else None,
        dispositions=ledger.intakes.disposition_counts(root_run_id),
        standing=export.standing if export else {},
        separator=str(gate.facts.get(SEPARATOR, "")) if gate else "",
        rejects=_named(ledger.intakes.rejects(root_run_id), gate.facts.get("unknown", []) if gate else []),
        notes=pd.DataFrame(gate.facts.get("notes", []) if gate else [], columns=list(ROWS)),
        destinations=[report for report, _ in found],
        failed_parts=_failed_parts(titles, failures),
        unread=_unread(titles, failures, [report.key for report, _ in found]),
        skips=_skips(ledger, root_run_id, began, titles),
        repairs=pd.concat([_EMPTY, *(facts.repairs for _, facts in found)], ignore_index=True).drop_duplicates(),
    )


def _named(rejects: pd.DataFrame, unknown: Sequence[int]) -> pd.DataFrame:
    """Rejected rows by their numbers, but for the lines whose number nobody had; ``number`` has it all the same, to follow them by."""
    return rejects.assign(number=rejects["employee_id"], employee_id=rejects["employee_id"].mask(rejects["line"].isin(unknown)))


def _stop(failures: dict[str, str]) -> str:
    """What stopped an attempt, in its first sentence: what it says to do has been done."""
    return without_names(next(iter(failures.values()), NO_REASON)).partition(". ")[0].rstrip(".")


def _failed_parts(titles: Mapping[str, str], failures: Mapping[str, str]) -> dict[str, str]:
    """Title → what its step said, of the parts of which one failed."""
    found: dict[str, str] = {}
    for asset, text in failures.items():
        name = asset.partition("/")[0]
        if name in titles and whole_of(name) != name:
            found.setdefault(titles[name], text)
    return found


def _unread(titles: Mapping[str, str], failures: Mapping[str, str], planned: Sequence[str]) -> list[str]:
    """The destinations of which there is no plan because a step of theirs failed."""
    failed = {asset.partition("/")[0] for asset in failures}
    return [title for name, title in titles.items() if name in failed and name not in planned]


def _complete(found: Sequence[tuple[DestinationReport, PlanFacts]], job: str) -> bool:
    """Whether a run that nobody closed came as far as it was meant to."""
    last = "planned" if job.endswith("_preview") else "landed"
    return bool(found) and all(report.stage in (last, "landed") for report, _ in found)


def newest_root(ledger: Ledger) -> str:
    """The first run of the newest chain of runs.

    Raises:
        Permanent: The ledger knows no run.
    """
    runs = ledger.runs.all()
    if runs.empty:
        raise Permanent(f"The ledger knows no run of {ledger.company} yet.", "Run its sync job first.")
    return str(runs["root_run_id"].iloc[-1])


def _export(facts: ExportFacts) -> ReportedExport:
    return ReportedExport(
        number=facts.number or 0,
        name=", ".join(file_names(facts.path).values()) or PurePath(facts.path).name or facts.file,  # the page is its owner's
        size=facts.size,
        sha256=facts.sha256,
        seen_before=facts.seen_before,
        rows=facts.rows,
    )


def _destination(
    ledger: Ledger, root_run_id: str, name: str, title: str, failures: dict[str, str], left_out_only: bool
) -> tuple[DestinationReport, PlanFacts] | None:
    run_id = ledger.plans.of_root(root_run_id, name)
    verdict = ledger.plans.verdict(name, run_id) if run_id else None
    if run_id is None or verdict is None:
        return None
    answers, requests = ledger.deliveries.answer_counts(name, run_id), ledger.deliveries.requests(name, run_id)
    ended = ledger.deliveries.outcome_facts(name, run_id)
    planned, became = _left_out_people(ledger, name, run_id) if left_out_only else _all_people(ledger, name, run_id)
    facts, outcomes = verdict.facts, ended or OutcomeFacts()
    left_out = _values(facts.faults, planned)
    numbers = outcomes.numbers
    report = DestinationReport(
        name=title,
        key=name,
        stage="landed" if ended else "sent" if answers or ledger.things.sent(name, run_id) else "planned",
        intended=numbers.get("intended", sum(facts.actions.get(action, 0) for action in WRITES)),
        accepted=numbers.get("accepted", answers.get("accepted", 0)),
        **{part: numbers.get(part, 0) for part in ("landed", "not_visible", "missing", "answered", "unanswered")},
        actions=dict(facts.actions),
        outcomes=dict(outcomes.outcomes),
        people=_people(planned, became, ledger.deliveries.exceptions(name, run_id), facts.faults),
        values=left_out,
        changes=_NO_CHANGES if left_out_only else ledger.plans.changes(name, run_id),
        held_digest=verdict.held_digest,
        held=facts.actions.get("hold", 0),
        limits=facts.limits,
        adoption=dict(facts.adoption),
        would_refuse={} if ended or answers else dict(facts.dry_run.would_refuse),
        own_account=own_account_of(facts, requests),
        drift=outcomes.drift,
        without_approver=outcomes.without_approver,
        things=ledger.things.of(name, run_id)[list(THINGS)],
        about_things=facts.things,
        things_drift=outcomes.things_drift,
        labels=facts.wording.labels,
        headings=facts.wording.headings,
        id_names=facts.wording.id_names,
        hundredths=facts.wording.hundredths,
        only_added=facts.wording.only_added,
        leaving=facts.wording.leaving,
        still_in=outcomes.still_in,
        staying=outcomes.staying,
        in_common=outcomes.in_common,
        to_know=_to_know(facts),
        unremembered=facts.unremembered,
        more_like_hrs=facts.more_like_hrs,
        strangers=int(planned["reason"].isin([NOT_IN_HR, HELD]).sum()),
        calls=sum(request["calls"] for request in requests),
        bytes=sum(request["bytes"] for request in requests),
        seconds=sum(request["seconds"] for request in requests),
        failure=next((text for asset, text in failures.items() if asset.startswith(f"{name}/")), None),
        warnings=list(
            dict.fromkeys(
                [
                    *_released(facts),
                    *([] if facts.undoes else facts.notices),
                    *facts.dry_run.disagreements,
                    *outcomes.warnings,
                    *_left_out(left_out),
                    *_stay(facts.stay),
                ]
            )
        ),
    )
    return report, facts


def _all_people(ledger: Ledger, name: str, run_id: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    return ledger.plans.people(name, run_id), ledger.deliveries.outcomes(name, run_id)


def _left_out_people(ledger: Ledger, name: str, run_id: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    return ledger.plans.left_out(name, run_id, LEFT_OUT), ledger.deliveries.left_out(name, run_id, LEFT_OUT)


def own_account_of(facts: PlanFacts, requests: Sequence[Mapping[str, Any]]) -> list[own_account.Beside]:
    """What a destination says of itself: the dry run of a plan beside all requests that were sent for it, of earlier attempts too."""
    write = own_account.together(own_account.from_json(request.get("account", ())) for request in requests)
    return own_account.beside(facts.dry_run.account, write, requested=facts.dry_run.requests > 0, written=len(requests) > 0)


def _people(planned: pd.DataFrame, outcomes: pd.DataFrame, answers: pd.DataFrame, faults: pd.DataFrame) -> pd.DataFrame:
    """Everyone for whom something was planned: with their outcome if there is one, else with what was planned; and which field it is for
    which nothing of theirs goes."""
    people = planned[["person", "employee_id", "action", "kinds", "reason", "detail"]].merge(
        outcomes[["person", "outcome", "reason", "landed"]], on="person", how="left", suffixes=("", "_after")
    )
    answered = people["person"].map(answers.set_index("person")["reason"])
    people["reason"] = people["reason_after"].where(people["outcome"].notna(), people["reason"])
    people["detail"] = answered.where(answered.notna(), people["detail"])
    why = faults.drop_duplicates(["employee_id", "reason"])
    return people.drop(columns="reason_after").merge(why, on=["employee_id", "reason"], how="left")


def _to_know(facts: PlanFacts) -> list[str]:
    """What is to be known of a plan before anything of it."""
    sentences = [facts.other_settings.sentence()] if facts.other_settings else []
    return [*sentences, *(facts.notices if facts.undoes else ())]


def _released(facts: PlanFacts) -> list[str]:
    """What became of a released set, unless all of it is applied."""
    return [f"Of what was released: {releasing.in_words(facts.released)}"] if facts.released.keys() - {"applied"} else []


def _values(faults: pd.DataFrame, planned: pd.DataFrame) -> pd.DataFrame:
    """Values that the rules could not give; who has no record at all for want of one is told as a skipped person."""
    skipped = planned[["employee_id", "reason"]].drop_duplicates().assign(skipped=True)
    rest = faults.merge(skipped, on=["employee_id", "reason"], how="left")
    return rest[rest["skipped"].isna()].reindex(columns=list(VALUES)).astype("str").drop_duplicates(ignore_index=True)


def _left_out(values: pd.DataFrame) -> list[str]:
    """How many people lack a value, by field and reason."""
    tally = values.groupby(["field", "reason"]).size().reset_index(name="people")
    rows = zip(tally["field"], tally["reason"], tally["people"], strict=True)
    return [f"{field} was left out for {_so_many(people)}: {str(reason).replace('_', ' ')}" for field, reason, people in rows]


def _stay(counts: Mapping[str, int]) -> list[str]:
    """How many people keep a value that HR gives no more."""
    return [f"{field} stays as it is for {_so_many(people)} although HR's cell is empty" for field, people in counts.items()]


def _so_many(people: int) -> str:
    return "1 person" if people == 1 else f"{people:,} people"


def _skips(ledger: Ledger, root_run_id: str, began: datetime, titles: Mapping[str, str]) -> pd.DataFrame:
    skips = ledger.skips.at(root_run_id, began).rename(columns={"times": "times_seen"})
    return skips.assign(destination=skips["destination"].replace({**titles, "hr": HR_FILE}))


def _moment(value: Any) -> datetime | None:
    if value is None or pd.isna(value):
        return None
    return value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
