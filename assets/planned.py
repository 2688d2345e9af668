"""What is there, what should be, and the plan from one to the other: the assets of a destination before anything is written.

Belongs here: ``known``, ``employee_feed`` / ``users``, ``plan``. Does not belong here: sending and reading back (``assets.written``).
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import dagster as dg
import pandas as pd

from assets import metadata
from assets.company import Company, root_run_id
from assets.destination import Bundle, Destination, PlanConfig
from assets.failures import told
from assets.release import released
from resources.failures import Permanent
from resources.ledger import Ledger
from resources.storage import producer
from roster import accounting
from roster.plan import Circumstances, Plan, to_bundle
from roster.planning import People

HELD_FOR = timedelta(hours=24)
"""How long what is held may be released."""


def known(company: Company, destination: Destination) -> dg.AssetsDefinition:
    """``<company>/<destination>/known``."""
    access, ledger = company.resource(destination.name), company.resource("ledger")

    @dg.asset(
        key=company.key(destination.name, "known"),
        ins={"roster": dg.AssetIn(company.key("hr", "roster"))},
        io_manager_key=company.resource("io"),
        required_resource_keys={access, ledger},
        **company.labels(
            destination.name,
            f"Who is at {destination.title} now: read from its API, and what the ledger remembers of fields that it cannot show.",
            {destination.name},
        ),
    )
    def asset(context: dg.AssetExecutionContext, roster: pd.DataFrame) -> dg.MaterializeResult:
        with told(), getattr(context.resources, ledger).open() as book:
            frames = destination.read(getattr(context.resources, access), book, roster)
            remembered = book.acknowledged(destination.name)
        rows = {name: len(frame) for name, frame in frames.items()}
        first = next(iter(frames.values()))
        return dg.MaterializeResult(
            value={**frames, "acknowledged": remembered},
            metadata={**metadata.of_frame(first), **rows, "people in the ledger": len(remembered)},
        )

    return asset


def desired(company: Company, destination: Destination) -> dg.AssetsDefinition:
    """``<company>/expensify/employee_feed`` or ``<company>/findity/users``."""

    @dg.asset(
        key=company.key(destination.name, destination.desired),
        ins={
            "roster": dg.AssetIn(company.key("hr", "roster")),
            "rejects": dg.AssetIn(company.key("hr", "rejects")),
            "known": dg.AssetIn(company.key(destination.name, "known")),
        },
        io_manager_key=company.resource("io"),
        **company.labels(
            destination.name, f"Who should be at {destination.title}, in full, as its API writes it; approvers resolved.", {"pandas"}
        ),
    )
    def asset(roster: pd.DataFrame, rejects: Bundle, known: Bundle) -> dg.MaterializeResult:
        remembered = known["acknowledged"]
        # Someone whose row was rejected is no leaver: they go on approving with their last known values.
        leavable = remembered[~remembered["employee_id"].isin(rejects["rejects"]["employee_id"])]
        with told():
            value = destination.desire(roster, known, leavable)
        repairs = value["approvals"].dropna(subset="repair")
        return dg.MaterializeResult(
            value=value,
            metadata={
                **metadata.of_frame(value["desired"]),
                "approvers put in place by rule": metadata.counts(repairs["repair"].value_counts().to_dict(), "HR's manager was"),
                "who": metadata.table(repairs[repairs["repair"].ne("top")]),
                "values left out": metadata.table(value["faults"]),
            },
        )

    return asset


def plan(company: Company, destination: Destination) -> dg.AssetsDefinition:
    """``<company>/<destination>/plan``."""
    key = company.key(destination.name, "plan")
    access, ledger, io = company.resource(destination.name), company.resource("ledger"), company.resource("io")

    @dg.asset(
        key=key,
        ins={
            "roster": dg.AssetIn(company.key("hr", "roster")),
            "rejects": dg.AssetIn(company.key("hr", "rejects")),
            "known": dg.AssetIn(company.key(destination.name, "known")),
            "desired": dg.AssetIn(company.key(destination.name, destination.desired)),
        },
        check_specs=[
            dg.AssetCheckSpec("accounting", asset=key, blocking=True, description="Everyone is in the plan exactly once."),
            dg.AssetCheckSpec("held", asset=key, description="Changes that wait for a release. They do not stop the rest."),
            dg.AssetCheckSpec("dry_run", asset=key, description=f"What {destination.title} says to the plan before it is written."),
        ],
        io_manager_key=io,
        required_resource_keys={access, ledger, io},
        **company.labels(destination.name, f"What must change at {destination.title}: who, what, old and new, apply or hold.", {"pandas"}),
    )
    def asset(
        context: dg.AssetExecutionContext, config: PlanConfig, roster: pd.DataFrame, rejects: Bundle, known: Bundle, desired: Bundle
    ) -> Iterator[dg.AssetCheckResult | dg.MaterializeResult]:
        with told(), getattr(context.resources, ledger).open() as book:
            people = _people(book, destination, roster, rejects, known)
            held_before = config.release and released(book, getattr(context.resources, io), key, destination.name, config)
            if held_before:
                made, bundle = held_before
            else:
                made = destination.plan(people, known, desired, _circumstances(book, company, destination, rejects, config))
                bundle = _bundle(destination, made, people, known, desired, rejects)
            faults = [] if held_before else accounting.before_write(made, roster, destination.accounts(people, known))
            said = {} if faults else destination.dry_run(getattr(context.resources, access), book, made)
            gate = _gate_passed(book, context, bundle["facts"], rejects, held_before is not None and bool(held_before))
            _save(book, destination, context, made, bundle["facts"], said, not faults, gate)
            value = to_bundle(made, **{**bundle["facts"], "dry_run": said}) | {
                name: bundle[name] for name in ("desired", "acknowledgements")
            }
            yield from _checks(key, made, faults, said)
            if faults:
                raise Permanent(
                    f"The plan for {destination.title} does not add up: {'; '.join(faults)}.", "Nothing was written. Report it."
                )
        yield dg.MaterializeResult(value=value, data_version=dg.DataVersion(made.digest()), metadata=_shown(made, said))

    return asset


def _people(book: Ledger, destination: Destination, roster: pd.DataFrame, rejects: Bundle, known: Bundle) -> People:
    key = book.key(f"{destination.name} fields")
    return People(roster, rejects["rejects"]["employee_id"], known["acknowledged"], key)


def _circumstances(book: Ledger, company: Company, destination: Destination, rejects: Bundle, config: PlanConfig) -> Circumstances:
    lost = rejects["dispositions"]
    # A release that is not of this destination leaves everyone here alone.
    only = frozenset() if config.release else frozenset(config.only) or None
    return Circumstances(
        absent_means=company.settings.hr.people.absent_means,
        hold_all=company.settings.first_sync == "hold" and book.applied(destination.name) is None,
        unreadable_reject=bool((lost["disposition"].eq("rejected") & lost["employee_id"].isna()).any()),
        only=only,
    )


def _bundle(destination: Destination, made: Plan, people: People, known: Bundle, desired: Bundle, rejects: Bundle) -> Bundle:
    """What a write, a reading-back and a report need besides the plan itself."""
    repairs = desired["approvals"].dropna(subset="repair")
    return {
        "desired": desired["desired"],
        "acknowledgements": destination.acknowledge(made, desired, people),
        "facts": {
            **rejects["facts"],
            "repairs": repairs.loc[repairs["repair"].ne("top"), ["employee_id", "repair"]].to_dict("records"),
            "faults": desired["faults"].to_dict("records"),
            "matched": {str(how): int(count) for how, count in made.people["matched_by"].value_counts().items()},
            "accounts": len(destination.accounts(people, known)),
        },
    }


def _gate_passed(book: Ledger, context: dg.AssetExecutionContext, facts: Bundle, rejects: Bundle, release: bool) -> bool:
    """Whether the export behind this plan passed the gate in this very sync, or, for a release, in the sync that held it."""
    if release:
        return True
    gate = book.gate(root_run_id(context))
    return gate is not None and gate.passed and gate.number == facts["number"] and not producer(rejects).newest


def _save(
    book: Ledger,
    destination: Destination,
    context: dg.AssetExecutionContext,
    made: Plan,
    facts: Bundle,
    said: Bundle,
    accounting_passed: bool,
    gate_passed: bool,
) -> None:
    run_id = context.run.run_id
    told_of = {name: facts[name] for name in ("repairs", "faults", "matched", "accounts", "dated")}
    book.save_plan(
        destination.name,
        run_id,
        root_run_id=root_run_id(context),
        number=facts["number"],
        digest=made.digest(),
        accounting_passed=accounting_passed,
        gate_passed=gate_passed,
        counts={"actions": made.counts(), "people": len(made.people), "dry_run": said, **told_of},
        people=made.people,
        changes=made.changes,
    )
    if digest := made.held_digest():
        held = made.people.loc[made.people["action"].eq("hold"), "kinds"].dropna().unique()
        kinds = sorted({kind for kinds in held for kind in kinds.split("|")})
        book.save_held(destination.name, run_id, digest, datetime.now(UTC) + HELD_FOR, kinds)


def _checks(key: dg.AssetKey, made: Plan, faults: list[str], said: Bundle) -> Iterator[dg.AssetCheckResult]:
    warn = dg.AssetCheckSeverity.WARN
    yield dg.AssetCheckResult(
        passed=not faults,
        check_name="accounting",
        asset_key=key,
        metadata={"people": len(made.people), "faults": "; ".join(faults) or "none"},
    )
    held = made.people[made.people["action"].eq("hold")]
    yield dg.AssetCheckResult(
        passed=held.empty,
        check_name="held",
        asset_key=key,
        severity=warn,
        metadata={
            "people held": len(held),
            "digest": made.held_digest() or "nothing is held",
            "why": metadata.counts(held["reason"].value_counts().to_dict(), "reason"),
        },
    )
    refused, disagreements = said.get("would_refuse", {}), said.get("disagreements", [])
    yield dg.AssetCheckResult(
        passed=not refused and not disagreements,
        check_name="dry_run",
        asset_key=key,
        severity=warn,
        metadata={
            "would be refused": metadata.table(pd.DataFrame(list(refused.items()), columns=["employee_id", "reason"])),
            "disagreements": "; ".join(disagreements) or "none",
            "requests": said.get("requests", 0),
        },
    )


def _shown(made: Plan, said: Bundle) -> dict[str, Any]:
    people, changes = made.people, made.changes
    return {
        **metadata.of_frame(people),
        "actions": metadata.counts(made.counts(), "action"),
        "kinds of change": metadata.counts(people["kinds"].dropna().str.split("|").explode().value_counts().to_dict(), "kind"),
        "fields that change": metadata.counts(changes["field"].value_counts().to_dict(), "field"),
        "skipped and held": metadata.reasons(people[people["action"].isin(["skip", "hold"])]),
        "digest": made.digest(),
        "held digest": made.held_digest() or "nothing is held",
        "payload bytes": said.get("bytes", 0),
    }
