"""``<company>/<destination>/landed``: what reading back shows, and its checks ``landed`` and ``accounting``."""

from collections.abc import Iterator
from typing import Any, Final

import dagster as dg
import pandas as pd

from assets.company import Company, attempt
from assets.failures import reported
from assets.graph import checks, metadata
from assets.graph.given import last_written
from destinations import engine
from destinations.abilities import Finding, StillIn
from destinations.base import Destination, Known, Landed
from resources.ledger import Ledger
from resources.stored.run_storage import WHEN_NEEDED, StoredValue, producer
from roster.people.chain import Chain
from roster.plan.decision import from_stored
from roster.plan.facts import PlanFacts
from roster.plan.in_common import to_store
from roster.plan.strangers import HELD, NOT_IN_HR
from roster.shown import in_markdown

_SUM: Final = "{intended:,} intended, {accepted:,} accepted, {landed:,} landed, {not_visible:,} not visible."


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
            f"What {destination.title} shows after the write. Look at *missing*, *outcomes* and *not brought in*.",
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
            reach, storage = getattr(context.resources, access), getattr(context.resources, io)
            found = _found(company, destination, reach, storage, book, plan, facts, known, roster, looking)
            if not looking and not facts.idle:
                engine.record(destination, book, attempt(context), producer(plan).run_id, facts, found, sync_result["disagreements"])
        yield dg.MaterializeResult(
            value={
                "outcomes": found.outcomes,
                "drift": found.drift,
                "numbers": dict(found.numbers),
                **_things(found),
                **to_store(found.in_common),
            },
            check_results=_checks(key, found),
            metadata=_shown(found),
        )

    return asset


def _found(
    company: Company,
    destination: Destination,
    access: Any,
    storage: Any,
    book: Ledger,
    plan: StoredValue,
    facts: PlanFacts,
    known: StoredValue,
    roster: StoredValue,
    looking: bool,
) -> Landed:
    """What became of a plan: of the one of this run, or, when merely looking, of one that was written long ago and has had its time."""
    plan_run_id = producer(plan).run_id
    sent = engine.sent(destination, book, plan_run_id)
    chain = Chain.from_stored(plan)
    # What was read before is what is there, if nothing was sent since.
    still = facts.idle or not (sent or looking or producer(known).newest)
    return engine.landed(
        destination,
        access,
        book,
        from_stored(plan),
        plan_run_id,
        plan["desired"],
        None if still else _file(company, storage, facts, roster, chain),
        current=Known.from_stored(known) if still else None,
        planned_from=producer(known).run_id == plan_run_id,
        without_approver=facts.without_approver,
        in_common=facts.in_common,
        patience=0 if looking else None,
        absent_means=company.policy().absent_means,
        chain=chain,
        others=facts.things.others,
    )


def _file(company: Company, storage: Any, facts: PlanFacts, roster: StoredValue, chain: Chain | None) -> pd.DataFrame:
    """HR's people. Of things that are no people, what should change is asked of the very file that was planned from: a newer one may only
    have been looked at."""
    if chain is None or producer(roster).run_id == facts.taken_in:
        return pd.DataFrame(roster["value"])
    return pd.DataFrame(storage.of_run(facts.taken_in, company.key("hr", "roster")))


def _things(found: Landed) -> dict[str, Any]:
    """What became of things that are no people, where there are any."""
    if found.things.empty and not found.things_drift:
        return {}
    return {"things": found.things, "things_drift": list(found.things_drift)}


def _things_shown(found: Landed) -> dict[str, Any]:
    """The same as figures: which value of HR's it is, the reports say."""
    counts = (found.things["kind"] + ": " + found.things["outcome"]).value_counts().to_dict()
    drift = {"things that somebody else changed": len(found.things_drift)} if found.things_drift else {}
    return {**({"things": metadata.counts(counts, "outcome")} if counts else {}), **drift}


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
    things = int(found.things["outcome"].isin(["missing", "refused", "unknown"]).sum())
    words = f" {things} things that are no people did not land." if things else ""
    return [
        dg.AssetCheckResult(
            passed=late.empty and not things,
            check_name="landed",
            asset_key=key,
            severity=dg.AssetCheckSeverity.WARN,
            description=_SUM.format(**numbers) + words,
            metadata={
                **{name.replace("_", " "): count for name, count in numbers.items()},
                **({"things not landed": things} if things else {}),
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
            **_things_shown(found),
            "strangers": int(table["reason"].isin([NOT_IN_HR, HELD]).sum()),
        },
    )
