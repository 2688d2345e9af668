"""What is there, what should be, and the plan from one to the other: the assets of a destination before anything is written.

Belongs here: ``known``, ``employee_feed`` / ``users``, ``plan``. Does not belong here: sending and reading back (``assets.graph.written``).
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import dagster as dg
import pandas as pd

from assets.company import Company, root_run_id
from assets.failures import told
from assets.graph import holds, metadata
from assets.graph.destination import Bundle, DesireConfig, Destination, Drawn, Inputs, PlanConfig, ReleaseConfig
from assets.graph.release import asked, let_go, passed, planned_from
from resources.failures import Permanent
from resources.ledger import Held, Ledger
from resources.stored.run_storage import RunStorage, producer
from roster import accounting
from roster.intake.take_in import has_unidentified_rejects
from roster.plan import releasing
from roster.plan.builder import People
from roster.plan.decision import Circumstances, to_bundle


def known(company: Company, destination: Destination) -> dg.AssetsDefinition:
    """``<company>/<destination>/known``."""
    key = company.key(destination.name, "known")
    access, ledger, io = company.resource(destination.name), company.resource("ledger"), company.resource("io")

    @dg.asset(
        key=key,
        ins={"roster": dg.AssetIn(company.key("hr", "roster"))},
        io_manager_key=io,
        required_resource_keys={access, ledger, io},
        **company.labels(
            destination.name,
            f"Who is at {destination.title} now: read from its API, and what the ledger remembers of fields that it cannot show.",
            {destination.name},
        ),
    )
    def asset(context: dg.AssetExecutionContext, config: ReleaseConfig, roster: pd.DataFrame) -> dg.MaterializeResult:
        with told(), getattr(context.resources, ledger).open() as book:
            storage = getattr(context.resources, io)
            if config.release and asked(book, destination, context, config) is None:
                return dg.MaterializeResult(
                    value=storage.newest(key), metadata={"read": "not in this run: another destination is released"}
                )
            if config.release:
                roster, _ = planned_from(book, storage, company, destination.name)
            # Before anything is read: what is acknowledged from now on, a plan drawn from this does not know.
            epoch = book.epoch(destination.name)
            frames = destination.read(getattr(context.resources, access), book, roster)
            remembered = book.acknowledged(destination.name)
        rows = {name: len(frame) for name, frame in frames.items()}
        first = next(iter(frames.values()))
        return dg.MaterializeResult(
            value={**frames, "acknowledged": remembered, "epoch": epoch},
            metadata={**metadata.of_frame(first), **rows, "people in the ledger": len(remembered)},
        )

    return asset


def desired(company: Company, destination: Destination) -> dg.AssetsDefinition:
    """``<company>/expensify/employee_feed`` or ``<company>/findity/users``."""
    ledger = company.resource("ledger")

    @dg.asset(
        key=company.key(destination.name, destination.desired),
        ins={
            "roster": dg.AssetIn(company.key("hr", "roster")),
            "rejects": dg.AssetIn(company.key("hr", "rejects")),
            "known": dg.AssetIn(company.key(destination.name, "known")),
        },
        io_manager_key=company.resource("io"),
        required_resource_keys={ledger},
        **company.labels(
            destination.name, f"Who should be at {destination.title}, in full, as its API writes it; approvers resolved.", {"pandas"}
        ),
    )
    def asset(
        context: dg.AssetExecutionContext, config: DesireConfig, roster: pd.DataFrame, rejects: Bundle, known: Bundle
    ) -> dg.MaterializeResult:
        with told(), getattr(context.resources, ledger).open() as book:
            value = _desire(book, destination, roster, rejects, known, everyone=not config.only)
        repairs = value["repairs"]
        return dg.MaterializeResult(
            value=value,
            metadata={
                **metadata.of_frame(value["desired"]),
                **metadata.filled(
                    {
                        "approvers by rule": metadata.counts(repairs["repair"].value_counts().to_dict(), "HR's manager"),
                        "whose": metadata.table(repairs.loc[repairs["repair"].ne("top"), ["employee_id", "repair"]]),
                        "values left out": metadata.table(value["faults"]),
                    }
                ),
            },
        )

    return asset


def _desire(book: Ledger, destination: Destination, roster: pd.DataFrame, rejects: Bundle, known: Bundle, *, everyone: bool) -> Bundle:
    rejected, remembered = rejects["rejects"]["employee_id"], known["acknowledged"]
    # Someone whose row was rejected, or may have been, is no leaver: they go on approving with their last known values.
    leavable = remembered[~remembered["employee_id"].isin(rejected) & everyone & (not has_unidentified_rejects(rejects["dispositions"]))]
    return destination.desire(roster, rejected, known, leavable, book.fields_key(destination.name))


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
            *_dry_run_spec(key, destination),
        ],
        io_manager_key=io,
        required_resource_keys={access, ledger, io},
        **company.labels(destination.name, f"What must change at {destination.title}: who, what, old and new, apply or hold.", {"pandas"}),
    )
    def asset(
        context: dg.AssetExecutionContext, config: PlanConfig, roster: pd.DataFrame, rejects: Bundle, known: Bundle, desired: Bundle
    ) -> Iterator[dg.AssetCheckResult | dg.MaterializeResult]:
        inputs = Inputs(roster, rejects, known, desired)
        with told(), getattr(context.resources, ledger).open() as book:
            held = asked(book, destination, context, config) if config.release else None
            if held:
                inputs = _planned_last(book, getattr(context.resources, io), company, destination, known)
            drawn = _drawn(book, company, destination, context, inputs, config, held)
            ask = None if drawn.faults else destination.dry_run
            said = ask(getattr(context.resources, access), book, drawn.plan) if ask else {}
            if not drawn.idle:
                _save(book, company, destination, context, drawn, said)
            yield _accounting_check(key, drawn)
            yield _waits_on(book, key, destination) if drawn.idle else holds.check(key, company, drawn.plan)
            if destination.dry_run:
                yield _dry_run_check(key, destination, said)
            if drawn.faults:
                raise Permanent(
                    f"The plan for {destination.title} does not add up: {'; '.join(drawn.faults)}.", "Nothing was written. Report it."
                )
        yield dg.MaterializeResult(
            value={**to_bundle(drawn.plan, **{**drawn.facts, "dry_run": said, "idle": drawn.idle}), **drawn.kept},
            data_version=dg.DataVersion(drawn.plan.digest()),
            metadata=_shown(drawn, said),
        )

    return asset


def _planned_last(book: Ledger, storage: RunStorage, company: Company, destination: Destination, known: Bundle) -> Inputs:
    """What a release is drawn from: the file that the destination was last planned from, and what is there now."""
    roster, rejects = planned_from(book, storage, company, destination.name)
    return Inputs(roster, rejects, known, _desire(book, destination, roster, rejects, known, everyone=True))


def _drawn(
    book: Ledger,
    company: Company,
    destination: Destination,
    context: dg.AssetExecutionContext,
    inputs: Inputs,
    config: PlanConfig,
    held: Held | None,
) -> Drawn:
    """A plan drawn afresh; in a release, what of it the released set allows. In one of another destination's set it is idle: nobody's."""
    known, desired, rejects = inputs.known, inputs.desired, inputs.rejects
    key = book.fields_key(destination.name)
    people = People(inputs.roster, rejects["rejects"]["employee_id"], known["acknowledged"], key)
    plan = destination.plan(people, known, desired, _circumstances(book, company, destination, rejects, config, held))
    gate = book.gate(root_run_id(context))
    gate_passed = gate is not None and gate.passed and gate.number == rejects["facts"]["number"] and inputs.of_this_run
    counts: dict[str, int] = {}
    if held:
        gate_passed = passed(book, held)
        plan, counts = let_go(book, destination.name, context, held, plan, config)
    accounts = destination.accounts(people, known)
    repairs = desired["repairs"]
    return Drawn(
        plan=plan,
        facts={
            **rejects["facts"],
            "everyone": not plan.people["reason"].eq("not_selected").any(),
            "taken_in": producer(inputs.roster).run_id,
            "epoch": known.get("epoch", 0),
            "released": counts,
            "repairs": repairs.loc[repairs["repair"].ne("top"), ["employee_id", "repair"]].to_dict("records"),
            "faults": desired["faults"].to_dict("records"),
            "matched": {str(how): int(count) for how, count in plan.people["matched_by"].value_counts().items()},
            "accounts": len(accounts),
            "holds": holds.facts(plan, config, first=holds.first_sync(book, destination.name)),
        },
        kept={"desired": desired["desired"], "acknowledgements": destination.acknowledge(plan, desired, people)},
        faults=accounting.before_write(plan, inputs.roster, accounts),
        gate_passed=gate_passed,
        idle=bool(config.release) and held is None,
    )


def _circumstances(
    book: Ledger, company: Company, destination: Destination, rejects: Bundle, config: PlanConfig, held: Held | None
) -> Circumstances:
    hold_all = company.settings.first_sync == "hold" and _never_synced(book, destination.name)
    if hold_all and config.only:
        raise Permanent(
            f"{destination.title} has never been synced, and the first sync is of everyone.",
            "Run the sync job and release what it holds; then run it for some people.",
        )
    return Circumstances(
        absent_means=company.settings.hr.people.absent_means,
        hold_all=hold_all,
        unreadable_reject=has_unidentified_rejects(rejects["dispositions"]),
        same=frozenset(config.only if config.same_person else []),
        limits=holds.in_force(book, company, destination.name),
        # A release that is not of this destination leaves everyone here alone.
        only=frozenset() if config.release and not held else frozenset(config.only) or None,
    )


def _never_synced(book: Ledger, destination: str) -> bool:
    """Whether the first sync is still to come, or a release has let go of a part of it only."""
    applied = book.applied(destination)
    return applied is None or book.holds(destination, applied.plan_run_id, "first_sync")


def _save(book: Ledger, company: Company, destination: Destination, context: dg.AssetExecutionContext, drawn: Drawn, said: Bundle) -> None:
    run_id, made = context.run.run_id, drawn.plan
    told_of = {name: drawn.facts[name] for name in ("repairs", "faults", "matched", "accounts", "dated", "taken_in", "released")}
    book.begin_run(run_id, root_run_id(context), context.run.job_name)  # a release has no intake that would have said so
    book.save_plan(
        destination.name,
        run_id,
        root_run_id=root_run_id(context),
        number=drawn.facts["number"],
        digest=made.digest(),
        accounting_passed=not drawn.faults,
        gate_passed=drawn.gate_passed,
        counts={"actions": made.counts(), "people": len(made.people), "dry_run": said, **told_of, **drawn.facts["holds"]},
        people=releasing.with_digests(made, book.fields_key(destination.name)),
        changes=made.changes,
        epoch=drawn.facts["epoch"],
    )
    if digest := made.held_digest():
        held = made.people.loc[made.people["action"].eq("hold"), "kinds"].dropna().unique()
        kinds = sorted({kind for kinds in held for kind in kinds.split("|")})
        until = datetime.now(UTC) + timedelta(hours=company.settings.release_hours)
        book.save_held(destination.name, run_id, digest, until, kinds)


def _accounting_check(key: dg.AssetKey, drawn: Drawn) -> dg.AssetCheckResult:
    made, faults = drawn.plan, drawn.faults
    return dg.AssetCheckResult(
        passed=not faults,
        check_name="accounting",
        asset_key=key,
        description="; ".join(faults) or f"{len(made.people):,} people, each in the plan exactly once.",
        metadata={"people": len(made.people), **{f"planned: {action}": count for action, count in made.counts().items() if count}},
    )


def _waits_on(book: Ledger, key: dg.AssetKey, destination: Destination) -> dg.AssetCheckResult:
    """The check ``held`` of a destination that a release of another one leaves alone."""
    newest = book.newest_plan(destination.name)
    verdict = book.plan_verdict(destination.name, newest) if newest else None
    waits = verdict is not None and verdict.held_digest is not None
    told = "Another destination is released; what is held here goes on waiting." if waits else "Nothing is held."
    return dg.AssetCheckResult(passed=not waits, check_name="held", asset_key=key, severity=dg.AssetCheckSeverity.WARN, description=told)


def _dry_run_spec(key: dg.AssetKey, destination: Destination) -> list[dg.AssetCheckSpec]:
    """A destination that has no dry run has no check of it either: it would always pass."""
    description = f"What {destination.title} says to the plan before it is written."
    return [dg.AssetCheckSpec("dry_run", asset=key, description=description)] if destination.dry_run else []


def _dry_run_check(key: dg.AssetKey, destination: Destination, said: Bundle) -> dg.AssetCheckResult:
    refused, disagreements = said.get("would_refuse", {}), said.get("disagreements", [])
    return dg.AssetCheckResult(
        passed=not refused and not disagreements,
        check_name="dry_run",
        asset_key=key,
        severity=dg.AssetCheckSeverity.WARN,
        description="; ".join(disagreements) or f"{destination.title} would refuse {len(refused) or 'nobody'}.",
        metadata={
            "people refused": len(refused),
            "requests": said.get("requests", 0),
            "payload (bytes)": said.get("bytes", 0),
            **metadata.filled({"would be refused": metadata.table(pd.DataFrame(list(refused.items()), columns=["employee_id", "reason"]))}),
        },
    )


def _shown(drawn: Drawn, said: Bundle) -> dict[str, Any]:
    made = drawn.plan
    people, changes = made.people, made.changes
    held = made.held_digest()
    return metadata.of_result(
        people,
        {
            "actions": metadata.counts(made.counts(), "action"),
            "kinds of change": metadata.counts(people["kinds"].dropna().str.split("|").explode().value_counts().to_dict(), "kind"),
            "who is there already": holds.there_already(drawn.facts["holds"]["adoption"]),
            "fields that change": metadata.counts(changes["field"].value_counts().to_dict(), "field"),
            **({"of what is released": releasing.told(counts)} if (counts := drawn.facts["released"]) else {}),
            "held": metadata.reasons(people[people["action"].eq("hold")]),
            "skipped": metadata.reasons(people[people["action"].eq("skip")]),
            **({"digest for a release": held} if held else {}),
            "digest of the plan": made.digest(),
            **({"payload (bytes)": said["bytes"]} if "bytes" in said else {}),
        },
    )
