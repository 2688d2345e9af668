"""``<company>/<destination>/landed``: what reading back shows, and its checks ``landed`` and ``accounting``."""

from collections.abc import Iterator
from typing import Any

import dagster as dg
import pandas as pd

from assets.company import Company, attempt
from assets.failures import reported
from assets.graph import checks, metadata
from assets.graph.given import last_written
from destinations import engine
from destinations.base import Destination, Finding, Known, Landed, StillIn
from resources.ledger import Ledger
from resources.stored.run_storage import WHEN_NEEDED, StoredValue, producer
from roster.plan.decision import from_stored
from roster.plan.facts import PlanFacts
from roster.plan.strangers import HELD, NOT_IN_HR
from roster.shown import in_markdown


def build(company: Company, destination: Destination) -> dg.AssetsDefinition:
    """The asset."""
    key = company.key(destination.name, "landed")
    access, ledger, io = company.resource(destination.name), company.resource("ledger"), company.resource("io")

    @dg.asset(
        key=key,
        ins={
            "sync_result": dg.AssetIn(company.key(destination.name, "sync_result")),
            "plan": dg.AssetIn(company.key(destination.name, "plan")),
            "known": dg.AssetIn(company.key(destination.name, "known")),
            "roster": dg.AssetIn(company.key("hr", "roster"), metadata=WHEN_NEEDED),
        },
        check_specs=_specs(key, destination),
        io_manager_key=io,
        required_resource_keys={access, ledger, io},
        **company.labels(
            destination.name,
            f"What {destination.title} shows after the write: one outcome for everyone, drift, strangers.",
            {destination.name},
        ),
    )
    def asset(
        context: dg.AssetExecutionContext, sync_result: StoredValue, plan: StoredValue, known: StoredValue, roster: StoredValue
    ) -> Iterator[dg.MaterializeResult]:
        looking = producer(plan).newest
        with reported(), getattr(context.resources, ledger).open() as book:
            if looking:
                plan = last_written(book, getattr(context.resources, io), company, destination)
            facts = PlanFacts.from_json(plan["facts"])
            found = _found(company, destination, getattr(context.resources, access), book, plan, facts, known, roster, looking)
            if not looking and not facts.idle:
                engine.record(destination, book, attempt(context), producer(plan).run_id, facts, found, sync_result["disagreements"])
        yield dg.MaterializeResult(
            value={"outcomes": found.outcomes, "drift": found.drift, "numbers": dict(found.numbers)},
            check_results=_checks(key, found),
            metadata=_shown(found),
        )

    return asset


def _found(
    company: Company,
    destination: Destination,
    access: Any,
    book: Ledger,
    plan: StoredValue,
    facts: PlanFacts,
    known: StoredValue,
    roster: StoredValue,
    looking: bool,
) -> Landed:
    """What became of a plan: of the one of this run, or, when merely looking, of one that was written long ago and has had its time."""
    plan_run_id = producer(plan).run_id
    sent = len(book.deliveries.answers(destination.name, plan_run_id))
    # What was read before is what is there, if nothing was sent since.
    still = facts.idle or not (sent or looking or producer(known).newest)
    return engine.landed(
        destination,
        access,
        book,
        from_stored(plan),
        plan_run_id,
        plan["desired"],
        None if still else roster["value"],
        current=Known.from_stored(known) if still else None,
        without_approver=facts.without_approver,
        in_common=facts.in_common,
        patience=0 if looking else None,
        absent_means=company.policy().absent_means,
    )


def _specs(key: dg.AssetKey, destination: Destination) -> list[dg.AssetCheckSpec]:
    leavers = {"leavers": "Nobody who has left is still there."} if isinstance(destination, StillIn) else {}
    return [
        dg.AssetCheckSpec("landed", asset=key, description="Everything that was accepted is there when read back."),
        dg.AssetCheckSpec("accounting", asset=key, blocking=True, description="Everyone in the plan has exactly one outcome."),
        *checks.specs(key, leavers),
    ]


def _checks(key: dg.AssetKey, found: Landed) -> list[dg.AssetCheckResult]:
    table, numbers, faults = found.outcomes, found.numbers, found.faults
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
            description=in_markdown("; ".join(faults)) or f"{len(table):,} people in the plan, each with exactly one outcome.",
            metadata={"people": len(table), **{f"outcome: {name}": int(count) for name, count in table["outcome"].value_counts().items()}},
        ),
        *([] if found.still_in is None else checks.results(key, [_leavers(found.still_in)])),
    ]


def _leavers(still_in: pd.DataFrame) -> Finding:
    people = still_in["employee_id"].nunique()
    who = f"{people:,} {'person who has left is' if people == 1 else 'people who have left are'}"
    sentence = f"{who} still there, or may be." if people else "Nobody who has left is still there."
    return Finding("leavers", not people, sentence, still_in, {"people": people})


def _shown(found: Landed) -> dict[str, Any]:
    table, numbers, drift = found.outcomes, found.numbers, found.drift
    out = table[table["outcome"].isin(["skipped", "held", "refused", "unknown"])]
    parts = ("intended", "accepted", "landed", "not_visible", "missing", *(name for name in ("answered", "unanswered") if name in numbers))
    return metadata.of_result(
        table,
        {
            **{part.replace("_", " "): numbers[part] for part in parts},
            "outcomes": metadata.counts(table["outcome"].value_counts().to_dict(), "outcome"),
            "reasons": metadata.counts(out["reason"].dropna().value_counts().to_dict(), "reason"),
            "not brought in": metadata.reasons(out),
            "drift": metadata.table(drift),
            "strangers": int(table["reason"].isin([NOT_IN_HR, HELD]).sum()),
        },
    )
