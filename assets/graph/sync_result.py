"""``<company>/<destination>/sync_result``: what was sent and what it answered, and its check ``agreement``.

Belongs here: the asset. Does not belong here: the order of guard, sending and ledger (``destinations.delivery``).
"""

from collections.abc import Iterator
from typing import Any

import dagster as dg
import pandas as pd

from assets.company import Company, root_run_id
from assets.failures import reported
from assets.graph import links, metadata, people
from destinations import claims, engine
from destinations.base import Destination
from destinations.delivery import Write
from resources.failures import Permanent
from resources.past.report_files import WHOLE
from resources.past.run_report import own_account_of
from resources.stored.run_storage import StoredValue, producer
from roster.plan.decision import from_stored
from roster.plan.facts import PlanFacts
from roster.shown import in_markdown


def build(company: Company, destination: Destination) -> dg.AssetsDefinition:
    """The asset."""
    key = company.key(destination.name, "sync_result")
    access, ledger = company.resource(destination.name), company.resource("ledger")
    description = f"{destination.title}'s own account of the write, held against the plan."

    @dg.asset(
        key=key,
        ins={"plan": dg.AssetIn(company.key(destination.name, "plan"))},
        check_specs=[dg.AssetCheckSpec("agreement", asset=key, description=description)],
        io_manager_key=company.resource("io"),
        required_resource_keys={access, ledger},
        **company.labels(
            destination.name,
            f"What was sent to {destination.title} and what it answered. Look at *not accepted*, then at *person by person*.",
            {destination.name},
        ),
    )
    def asset(context: dg.AssetExecutionContext, plan: StoredValue) -> Iterator[dg.MaterializeResult]:
        source = producer(plan)
        with reported(), getattr(context.resources, ledger).open() as book:
            if source.newest:
                raise Permanent("The newest stored plan is for looking: a write takes the plan of its own run.", "Run the whole sync job.")
            facts = PlanFacts.from_json(plan["facts"])
            if not facts.idle:
                company.refuse_shared(destination)
                claims.check(destination, book)
            write = _write(destination, plan, facts, context.run.run_id)
            disagreements = engine.write(destination, getattr(context.resources, access), book, write, idle=facts.idle)
            answers = book.deliveries.answers(destination.name, source.run_id)
            requests = book.deliveries.requests(destination.name, source.run_id)
            things = book.things.of(destination.name, source.run_id)
        yield dg.MaterializeResult(
            value={
                "answers": answers,
                "replies": write.replies,
                "disagreements": disagreements,
                WHOLE: destination.whole_reasons(write.plan.records, write.replies),
            },
            check_results=[_agreement_check(key, disagreements, len(requests))],
            metadata={
                **_shown(destination, write.plan.people, answers, requests, facts),
                **_things(things),
                **links.to(company.name, "nights", root_run_id(context)),
            },
        )

    return asset


def _write(destination: Destination, plan: StoredValue, facts: PlanFacts, run_id: str) -> Write:
    assert facts.number is not None, "a stored plan has it"  # noqa: S101
    return Write(
        destination=destination.name,
        plan_run_id=producer(plan).run_id,
        run_id=run_id,
        plan=from_stored(plan),
        acknowledgements=plan["acknowledgements"],
        intake=facts.number,
        dated=facts.dated,
        everyone=facts.whole,
    )


def _things(things: pd.DataFrame) -> dict[str, Any]:
    """What was answered of things that are no people, where there are any: by kind alone."""
    sent = (things["kind"] + ": " + things["outcome"]).dropna()
    return {"things, answers": metadata.counts(sent.value_counts().to_dict(), "answer")} if len(sent) else {}


def _agreement_check(key: dg.AssetKey, disagreements: list[str], requests: int) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        passed=not disagreements,
        check_name="agreement",
        asset_key=key,
        severity=dg.AssetCheckSeverity.WARN,
        description=in_markdown("; ".join(disagreements)) or "It says what the plan says, or has given no account of its own.",
        metadata={"disagreements": len(disagreements), "requests": requests},
    )


def _why(answers: pd.DataFrame) -> "pd.Series[str]":
    """In one column: beside a third one a destination's codes would stick out of the page."""
    return metadata.fitting(answers["status"].astype("str") + (": " + answers["reason"].astype("str")).fillna(""))


def _shown(
    destination: Destination, planned: pd.DataFrame, answers: pd.DataFrame, requests: list[dict[str, Any]], facts: PlanFacts
) -> dict[str, Any]:
    refused = answers[answers["status"].ne("accepted")]
    return metadata.of_result(
        answers,
        {
            "answers": metadata.counts(answers["status"].value_counts().to_dict(), "answer"),
            "not accepted": metadata.table(pd.DataFrame({"person": refused["person"], "why": _why(refused)})),
            "person by person": people.answered(planned, answers),
            "its own account": metadata.own_account(own_account_of(facts, requests)),
            "approvers by rule": metadata.repairs(facts.repairs),
            "requests": len(requests),
            "calls": sum(request["calls"] for request in requests),
            "payload (bytes)": sum(request["bytes"] for request in requests),
            "waited (s)": round(sum(request["seconds"] for request in requests), 2),
        },
    )
