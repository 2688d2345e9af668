"""One run, as the ledger remembers it: what the reports are made from.

Belongs here: reading the ledger into `roster.reports.model`. Does not belong here: words and layout (``roster.reports``). Everything comes
from the ledger, so that a run that stopped early, or on another machine, has the same report.
"""

from datetime import UTC, date, datetime
from typing import Any

import pandas as pd

from resources.failures import Permanent
from resources.ledger import Gate, Ledger
from roster.intake.gate import from_json
from roster.plan import releasing
from roster.reports.model import FIGURES, HR_FILE, ROWS, Accepted, DestinationReport, ReportedExport, RunReport

UNTOLD = "it ended before its reports; its page in the Dagster UI says why."

DESTINATIONS = {"expensify": "Expensify", "findity": "Findity"}


def assemble(ledger: Ledger, root_run_id: str) -> RunReport:
    """The report of a root run and all its re-executions.

    Args:
        ledger: The company's ledger.
        root_run_id: The first run of the chain.

    Raises:
        Permanent: The ledger knows no such run.
    """
    runs = ledger.runs()
    mine = runs[runs["root_run_id"] == root_run_id]
    if mine.empty:
        raise Permanent(f"The ledger knows no run {root_run_id} of {ledger.company}.", "It may have stopped before it read HR's file.")
    gate = ledger.gate(root_run_id)
    last = mine.iloc[-1]
    failures = ledger.failures(str(last["run_id"]))
    destinations = [_destination(ledger, root_run_id, name, failures) for name in DESTINATIONS]
    found = [report for report in destinations if report]
    stopped = last["status"] == "stopped" or (last["status"] != "finished" and not _complete(found, str(last["job"])))
    return RunReport(
        company=ledger.company,
        run_id=str(last["run_id"]),
        root_run_id=root_run_id,
        job=str(last["job"]),
        status="stopped" if stopped else "finished",
        failure=next(iter(failures.values()), UNTOLD) if stopped else None,
        earlier=[_stop(ledger.failures(str(run_id))) for run_id in mine["run_id"].iloc[:-1]],
        started=_moment(mine["began"].iloc[0]) or datetime.now(UTC),
        ended=_moment(last["ended"]),
        as_of=date.fromisoformat(gate.facts["as_of"]) if gate and "as_of" in gate.facts else None,
        intake=_intake(gate) if gate and "sha256" in gate.facts else None,
        gate=from_json(gate.facts.get("checks", [])) if gate else [],
        accepted=_accepted(gate.facts) if gate else None,
        dispositions=ledger.disposition_counts(root_run_id),
        rejects=ledger.rejects(root_run_id),
        notes=pd.DataFrame(gate.facts.get("notes", []) if gate else [], columns=list(ROWS)),
        destinations=[report for report, _ in found],
        skips=_skips(ledger),
        repairs=pd.DataFrame([entry for _, repairs in found for entry in repairs], columns=["employee_id", "repair"]).drop_duplicates(),
    )


def _stop(failures: dict[str, str]) -> str:
    """What stopped an attempt, in its first sentence: what it says to do has been done."""
    return next(iter(failures.values()), UNTOLD).partition(". ")[0].rstrip(".")


def _complete(found: list[tuple[DestinationReport, list[dict[str, Any]]]], job: str) -> bool:
    """Whether a run that nobody closed came as far as it was meant to."""
    last = "planned" if job.endswith("_preview") else "landed"
    return bool(found) and all(report.stage in (last, "landed") for report, _ in found)


def newest_root(ledger: Ledger) -> str:
    """The first run of the newest chain of runs.

    Raises:
        Permanent: The ledger knows no run.
    """
    runs = ledger.runs()
    if runs.empty:
        raise Permanent(f"The ledger knows no run of {ledger.company} yet.", "Run its sync job first.")
    return str(runs["root_run_id"].iloc[-1])


def _intake(gate: Gate) -> ReportedExport:
    facts = gate.facts
    return ReportedExport(
        number=gate.number,
        name=facts["file"],
        size=facts["size"],
        sha256=facts["sha256"],
        seen_before=facts["seen_before"],
        rows=facts["rows"],
    )


def _accepted(facts: dict[str, Any]) -> Accepted | None:
    let = facts.get("accepted")
    return Accepted(checks=let["checks"], by=let["by"], reason=let["reason"]) if let else None


def _destination(
    ledger: Ledger, root_run_id: str, name: str, failures: dict[str, str]
) -> tuple[DestinationReport, list[dict[str, Any]]] | None:
    run_id = ledger.plan_for(root_run_id, name)
    verdict = ledger.plan_verdict(name, run_id) if run_id else None
    if run_id is None or verdict is None:
        return None
    answers, counts, requests = ledger.answers(name, run_id), ledger.outcome_counts(name, run_id), ledger.requests(name, run_id)
    planned, numbers = ledger.planned(name, run_id), counts.get("numbers", {})
    said = verdict.counts.get("dry_run", {})
    report = DestinationReport(
        name=DESTINATIONS[name],
        stage="landed" if counts else "sent" if len(answers) else "planned",
        intended=numbers.get("intended", sum(verdict.counts["actions"].get(action, 0) for action in _WRITES)),
        accepted=numbers.get("accepted", int(answers["status"].eq("accepted").sum())),
        **{part: numbers.get(part, 0) for part in ("landed", "not_visible", "missing")},
        actions=verdict.counts["actions"],
        outcomes=counts.get("outcomes", {}),
        people=_people(planned, ledger.outcomes(name, run_id), answers),
        changes=ledger.planned_changes(name, run_id),
        held_digest=verdict.held_digest,
        held=verdict.counts["actions"].get("hold", 0),
        limits=pd.DataFrame(verdict.counts.get("limits", []), columns=list(FIGURES)),
        adoption=verdict.counts.get("adoption", {}),
        would_refuse={} if counts or len(answers) else said.get("would_refuse", {}),
        drift=pd.DataFrame(counts.get("drift", []), columns=["person", "field"]),
        strangers=int(planned["reason"].eq("not_in_hr").sum()),
        calls=sum(request["calls"] for request in requests),
        bytes=sum(request["bytes"] for request in requests),
        seconds=sum(request["seconds"] for request in requests),
        failure=next((text for asset, text in failures.items() if asset.startswith(f"{name}/")), None),
        warnings=list(
            dict.fromkeys(
                [*_released(verdict.counts), *said.get("disagreements", []), *counts.get("warnings", []), *_faults(verdict.counts)]
            )
        ),
    )
    return report, verdict.counts.get("repairs", [])


_WRITES = ("create", "update", "reactivate", "deactivate")


def _people(planned: pd.DataFrame, outcomes: pd.DataFrame, answers: pd.DataFrame) -> pd.DataFrame:
    """Everyone for whom something was planned: with their outcome if there is one, else with what was planned."""
    people = planned[["person", "employee_id", "action", "kinds", "reason", "detail"]].merge(
        outcomes[["person", "outcome", "reason", "landed"]], on="person", how="left", suffixes=("", "_after")
    )
    answered = people["person"].map(answers.set_index("person")["reason"])
    people["reason"] = people["reason_after"].where(people["outcome"].notna(), people["reason"])
    people["detail"] = answered.where(answered.notna(), people["detail"])
    return people.drop(columns="reason_after")


def _released(counts: dict[str, Any]) -> list[str]:
    """What became of a released set, unless all of it is applied."""
    found = counts.get("released") or {}
    return [f"Of what was released: {releasing.told(found)}"] if found.keys() - {"applied"} else []


def _faults(counts: dict[str, Any]) -> list[str]:
    """Values that the rules could not give, by field and reason."""
    faults = pd.DataFrame(counts.get("faults", []), columns=["employee_id", "field", "reason"])
    tally = faults[faults["reason"].ne("no_policy")].groupby(["field", "reason"]).size().reset_index(name="people")
    rows = tally.itertuples(index=False)
    return [f"{row.field} was left out for {row.people} people: {str(row.reason).replace('_', ' ')}" for row in rows]


def _skips(ledger: Ledger) -> pd.DataFrame:
    skips = ledger.skips().rename(columns={"times": "times_seen"})
    return skips.assign(destination=skips["destination"].replace({**DESTINATIONS, "hr": HR_FILE}))


def _moment(value: Any) -> datetime | None:
    if value is None or pd.isna(value):
        return None
    return value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
