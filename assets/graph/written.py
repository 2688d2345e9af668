"""What was sent and answered, and what reading back shows: the assets of a destination from the write on.

Belongs here: ``sync_result`` and ``landed``. Does not belong here: the order of guard, sending and ledger (``resources.delivery``).
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

import dagster as dg
import pandas as pd

from assets.company import Company, root_run_id
from assets.failures import told
from assets.graph import metadata
from assets.graph.destination import Bundle, Destination
from resources.delivery import Write
from resources.failures import Permanent
from resources.ledger import Ledger
from resources.stored.run_storage import RunStorage, producer
from roster import accounting
from roster.plan import landing, outcomes
from roster.plan.decision import from_bundle


def sync_result(company: Company, destination: Destination) -> dg.AssetsDefinition:
    """``<company>/<destination>/sync_result``."""
    key = company.key(destination.name, "sync_result")
    access, ledger = company.resource(destination.name), company.resource("ledger")

    @dg.asset(
        key=key,
        ins={"plan": dg.AssetIn(company.key(destination.name, "plan"))},
        check_specs=[
            dg.AssetCheckSpec("agreement", asset=key, description=f"{destination.title}'s own account of the write, held against the plan.")
        ],
        io_manager_key=company.resource("io"),
        required_resource_keys={access, ledger},
        **company.labels(
            destination.name, f"What was sent to {destination.title} and what it answered, person by person.", {destination.name}
        ),
    )
    def asset(context: dg.AssetExecutionContext, plan: Bundle) -> Iterator[dg.MaterializeResult]:
        made, source, facts = from_bundle(plan), producer(plan), plan["facts"]
        with told(), getattr(context.resources, ledger).open() as book:
            if source.newest:
                raise Permanent("The newest stored plan is for looking: a write takes the plan of its own run.", "Run the whole sync job.")
            write = Write(
                destination=destination.name,
                plan_run_id=source.run_id,
                run_id=context.run.run_id,
                plan=made,
                acknowledgements=plan["acknowledgements"],
                intake=facts["number"],
                dated=date.fromisoformat(facts["dated"]) if facts["dated"] else None,
                everyone=facts["everyone"],
            )
            if not facts["idle"]:
                destination.send(getattr(context.resources, access), book, write)
            answers = book.deliveries.answers(destination.name, source.run_id)
            requests = book.deliveries.requests(destination.name, source.run_id)
        # Of an earlier attempt only the answers are left, so what this one sent is held against what it was told.
        sent = answers.loc[answers["request"].isin([reply["request"] for reply in write.replies]), "person"]
        again = context.run.run_id != source.run_id
        disagreements = destination.disagreements(made.records[made.records["person"].isin(sent)], write.replies, again)
        yield dg.MaterializeResult(
            value={"answers": answers, "replies": write.replies, "disagreements": disagreements},
            check_results=[
                dg.AssetCheckResult(
                    passed=not disagreements,
                    check_name="agreement",
                    asset_key=key,
                    severity=dg.AssetCheckSeverity.WARN,
                    description="; ".join(disagreements) or "It says what the plan says, or has given no account of its own.",
                    metadata={"disagreements": len(disagreements), "requests": len(requests)},
                )
            ],
            metadata=_of_answers(answers, requests),
        )

    return asset


def _of_answers(answers: pd.DataFrame, requests: list[dict[str, Any]]) -> dict[str, Any]:
    refused = answers[answers["status"].ne("accepted")]
    return metadata.of_result(
        answers,
        {
            "answers": metadata.counts(answers["status"].value_counts().to_dict(), "answer"),
            "not accepted": metadata.table(refused[["person", "status", "reason"]]),
            "requests": len(requests),
            "calls": sum(request["calls"] for request in requests),
            "payload (bytes)": sum(request["bytes"] for request in requests),
            "waited for answers (s)": round(sum(request["seconds"] for request in requests), 2),
        },
    )


def landed(company: Company, destination: Destination) -> dg.AssetsDefinition:
    """``<company>/<destination>/landed``."""
    key = company.key(destination.name, "landed")
    access, ledger, io = company.resource(destination.name), company.resource("ledger"), company.resource("io")

    @dg.asset(
        key=key,
        ins={
            "sync_result": dg.AssetIn(company.key(destination.name, "sync_result")),
            "plan": dg.AssetIn(company.key(destination.name, "plan")),
            "known": dg.AssetIn(company.key(destination.name, "known")),
            "roster": dg.AssetIn(company.key("hr", "roster")),
        },
        check_specs=[
            dg.AssetCheckSpec("landed", asset=key, description="Everything that was accepted is there when read back."),
            dg.AssetCheckSpec("accounting", asset=key, blocking=True, description="Everyone in the plan has exactly one outcome."),
        ],
        io_manager_key=io,
        required_resource_keys={access, ledger, io},
        **company.labels(
            destination.name,
            f"What {destination.title} shows after the write: one outcome for everyone, drift, strangers.",
            {destination.name},
        ),
    )
    def asset(
        context: dg.AssetExecutionContext, sync_result: Bundle, plan: Bundle, known: Bundle, roster: pd.DataFrame
    ) -> Iterator[dg.MaterializeResult]:
        looking = producer(plan).newest
        with told(), getattr(context.resources, ledger).open() as book:
            if looking:
                plan = _last_written(book, getattr(context.resources, io), company, destination)
            made, source, idle = from_bundle(plan), producer(plan), plan["facts"]["idle"]
            answers = book.deliveries.answers(destination.name, source.run_id)
            # What was read before is what is there, if nothing was sent since.
            current = known if idle or not (len(answers) or looking or producer(known).newest) else None
            sent = answers.loc[~answers["status"].isin(["refused", "stale"]), "person"]
            # What was written long ago has had its time.
            patience = 0 if looking else destination.patience
            differing = destination.read_back(getattr(context.resources, access), book, made, plan, roster, sent, current, patience)
            table = outcomes.outcomes(made, answers, differing["employee_id"])
            drift = landing.drift(made, differing)
            numbers = outcomes.numbers(made, table, answers)
            faults = accounting.after_write(made, table)
            if not looking and not idle:
                _record(book, destination, source.run_id, root_run_id(context), plan["facts"], table, numbers, drift, sync_result)
        yield dg.MaterializeResult(
            value={"outcomes": table, "drift": drift, "numbers": numbers},
            check_results=list(_checks(key, numbers, table, faults)),
            metadata=_of_outcomes(table, numbers, drift),
        )

    return asset


def _last_written(book: Ledger, storage: RunStorage, company: Company, destination: Destination) -> Bundle:
    """The plan that the destination was last brought to; a newer one may only have been looked at."""
    applied = book.applied.of(destination.name)
    if applied is None:
        raise Permanent(f"Nothing was ever written to {destination.title} for {company.name}.", "Run the sync job first.")
    plan: Bundle = storage.of_run(applied.plan_run_id, company.key(destination.name, "plan"))
    return plan


def _record(
    book: Ledger,
    destination: Destination,
    plan_run_id: str,
    root: str,
    facts: Bundle,
    table: pd.DataFrame,
    numbers: dict[str, int],
    drift: pd.DataFrame,
    sync_result: Bundle,
) -> None:
    counted = {str(name): int(count) for name, count in table["outcome"].value_counts().items()}
    counts = {
        "outcomes": counted,
        "numbers": numbers,
        "drift": drift.to_dict("records"),
        "strangers": int(table["reason"].eq("not_in_hr").sum()),
        "warnings": sync_result["disagreements"],
    }
    book.deliveries.record_outcomes(destination.name, plan_run_id, table, counts)
    if table["reason"].eq("not_selected").any():
        return  # of whoever was left alone, this run knows nothing: they stay out as long as before
    out = table[table["outcome"].isin(["skipped", "held", "refused", "unknown"])]
    book.skips.record(destination.name, out[["employee_id", "reason"]], date.fromisoformat(facts["as_of"]), root)


def _checks(key: dg.AssetKey, numbers: dict[str, int], table: pd.DataFrame, faults: list[str]) -> list[dg.AssetCheckResult]:
    late = table[table["landed"].eq("missing") | table["outcome"].isin(["refused", "unknown"]) | table["reason"].eq("stale")]
    return [
        dg.AssetCheckResult(
            passed=late.empty,
            check_name="landed",
            asset_key=key,
            severity=dg.AssetCheckSeverity.WARN,
            description="{intended:,} intended, {accepted:,} accepted, {landed:,} landed, {not_visible:,} not visible.".format(**numbers),
            metadata={
                **{name.replace("_", " "): count for name, count in numbers.items()},
                **metadata.filled({"not landed": metadata.table(late[["person", "outcome", "reason"]])}),
            },
        ),
        dg.AssetCheckResult(
            passed=not faults,
            check_name="accounting",
            asset_key=key,
            description="; ".join(faults) or f"{len(table):,} people in the plan, each with exactly one outcome.",
            metadata={"people": len(table), **{f"outcome: {name}": int(count) for name, count in table["outcome"].value_counts().items()}},
        ),
    ]


def _of_outcomes(table: pd.DataFrame, numbers: dict[str, int], drift: pd.DataFrame) -> dict[str, Any]:
    out = table[table["outcome"].isin(["skipped", "held", "refused", "unknown"])]
    parts = ("intended", "accepted", "landed", "not_visible", "missing")
    return metadata.of_result(
        table,
        {
            **{part.replace("_", " "): numbers[part] for part in parts},
            "outcomes": metadata.counts(table["outcome"].value_counts().to_dict(), "outcome"),
            "reasons": metadata.counts(out["reason"].dropna().value_counts().to_dict(), "reason"),
            "not brought in": metadata.reasons(out),
            "drift": metadata.table(drift),
            "strangers": int(table["reason"].eq("not_in_hr").sum()),
        },
    )
