"""``<company>/<destination>/plan``: what must change there, and its checks ``accounting``, ``held``, ``dry_run``.

Belongs here: the asset, and how its checks and page are put. Does not belong here: drawing the plan (``destinations.engine``), what is
held (``roster.plan.limits``, ``roster.plan.dependants``, ``roster.plan.decision``), letting it go (``destinations.releases``).
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import dagster as dg
import pandas as pd

from assets import settings_then
from assets.company import Company, attempt, root_run_id
from assets.failures import reported
from assets.graph import links, metadata, people, undo
from assets.graph.given import PlanConfig, of_this_run, planned_from, taken
from assets.typed import given, schema
from destinations import engine, releases, undoing
from destinations.abilities import DryRun
from destinations.base import Attempt, Desired, Destination, Drawn, Known, Request
from resources.failures import Permanent
from resources.ledger import Ledger
from resources.past.run_report import own_account_of
from resources.stored.run_storage import StoredValue
from resources.to_type import to_type
from roster.plan import releasing
from roster.plan.adoption import WAYS
from roster.plan.decision import Plan
from roster.plan.facts import DryRunReply, PlanFacts
from roster.plan.undo import WHY
from roster.reports.headline import counted
from roster.reports.held import against, barred, beyond, paste, waiting
from roster.reports.reasons import reason
from roster.shown import in_markdown


def build(company: Company, destination: Destination) -> dg.AssetsDefinition:
    """The asset."""
    key = company.key(destination.name, "plan")
    access, ledger, io = company.resource(destination.name), company.resource("ledger"), company.resource("io")

    @dg.asset(
        key=key,
        ins={
            "roster": dg.AssetIn(company.key("hr", "roster")),
            "rejects": dg.AssetIn(company.key("hr", "rejects")),
            "known": dg.AssetIn(company.key(destination.name, "known")),
            "desired": dg.AssetIn(company.key(destination.name, destination.desired_name)),
        },
        check_specs=_checks(key, destination),
        io_manager_key=io,
        required_resource_keys={access, ledger, io},
        config_schema=schema(PlanConfig),
        **company.labels(
            destination.name,
            f"What must change at {destination.title}. Look at *who changes*, then at the check *held*: what waits and its release.",
            {"pandas"},
        ),
    )
    def asset(
        context: dg.AssetExecutionContext,
        roster: pd.DataFrame,
        rejects: StoredValue,
        known: StoredValue,
        desired: StoredValue,
    ) -> Iterator[dg.AssetCheckResult | dg.MaterializeResult]:
        with reported(), getattr(context.resources, ledger).open() as book:
            inputs, request = _Inputs(roster, rejects, known, desired), given(context, PlanConfig).request(context)
            drawn = _drawn(company, destination, book, attempt(context), getattr(context.resources, io), request, inputs)
            drawn = settings_then.named(company, drawn, destination.name)
            drawn = engine.dry_run(destination, getattr(context.resources, access), book, drawn)
            engine.save(destination, company.policy(), book, attempt(context), drawn)
            held = _waits_on(book, key, destination) if drawn.facts.idle else _held_check(key, company, destination, drawn)
            results = [_accounting_check(key, drawn), held]
            if isinstance(destination, DryRun):
                results.append(_dry_run_check(key, destination, drawn.facts.dry_run))
            if drawn.faults:
                yield from results  # of no materialization: there will be none
                raise Permanent(
                    f"The plan for {destination.title} does not add up: {'; '.join(drawn.faults)}.", "Nothing was written. Report it."
                )
        yield dg.MaterializeResult(
            value={**drawn.to_stored(), **settings_then.stored(company)},
            data_version=dg.DataVersion(drawn.plan.digest()),
            metadata={**_shown(destination, drawn), **links.to(company.name, "nights", root_run_id(context))},
            check_results=results,  # with it, they belong to it; before it, they would to the one of another run
        )

    return asset


class _Inputs(NamedTuple):
    """What the steps before this one left."""

    roster: pd.DataFrame
    rejects: StoredValue
    known: StoredValue
    desired: StoredValue


def _drawn(
    company: Company, destination: Destination, book: Ledger, run: Attempt, storage: Any, request: Request, inputs: _Inputs
) -> Drawn:
    """The plan of what the steps before this one left; of a release, from the file that the destination was last planned from."""
    policy, there = company.policy(), Known.from_stored(inputs.known)
    held = releases.requested(book, destination.name, run, request, company.four_eyes())
    key = book.keys.of_fields(destination.name)
    if undoes := request.undo or (undoing.undone_by(book, held) if held else ""):
        return undo.drawn(company, destination, book, run, storage, replace(request, undo=undoes), there, held)
    if held:
        file = planned_from(book, storage, company, destination.name)
        wanted = engine.desire(destination, policy, file, there, key)
        return engine.plan(destination, policy, book, run, file, there, wanted, request, held)
    file = taken(inputs.roster, inputs.rejects)
    accounts = None if "accounts" in inputs.desired else engine.accounts(destination, file, there, key)
    wanted = Desired.from_stored(inputs.desired, accounts)
    made = engine.plan(destination, policy, book, run, file, there, wanted, request, of_this_run=of_this_run(*inputs))
    return made if request.only else settings_then.compared(company, destination, book, storage, made, file, there)


def _checks(key: dg.AssetKey, destination: Destination) -> list[dg.AssetCheckSpec]:
    specs = [
        dg.AssetCheckSpec("accounting", asset=key, blocking=True, description="Everyone is in the plan exactly once."),
        dg.AssetCheckSpec(
            "held",
            asset=key,
            description="Changes that wait for a release and do not stop the rest. Look at *what waits*; paste *config to release*.",
        ),
    ]
    if isinstance(destination, DryRun):  # a destination that has no dry run has no check of it either: it would always pass
        description = f"What {destination.title} says to the plan before it is written."
        specs.append(dg.AssetCheckSpec("dry_run", asset=key, description=description))
    return specs


def _accounting_check(key: dg.AssetKey, drawn: Drawn) -> dg.AssetCheckResult:
    made, faults = drawn.plan, drawn.faults
    things = {"things": len(made.things)} if len(made.things) else {}
    return dg.AssetCheckResult(
        passed=not faults,
        check_name="accounting",
        asset_key=key,
        description=in_markdown("; ".join(faults)) or f"{len(made.people):,} people, each in the plan exactly once.",
        metadata={
            "people": len(made.people),
            **things,
            **{f"planned: {action}": count for action, count in made.counts().items() if count},
        },
    )


def _held_check(key: dg.AssetKey, company: Company, destination: Destination, drawn: Drawn) -> dg.AssetCheckResult:
    """How many, why, the figures, and what to paste. It warns; what is held stops nothing else."""
    plan, facts = drawn.plan, drawn.facts
    held, things = plan.people[plan.people["action"].eq("hold")], plan.things[~plan.things["apply"].astype("bool")]
    digest = plan.held_digest()
    groups = pd.DataFrame(waiting(plan.people).rows, columns=["why", "kind", "people", "who"])
    limits = "".join(f" {sentence}." for sentence in [*beyond(plan.figures), *facts.things.beyond])
    both = [counted(len(held), "person", "people")] if len(held) else []
    both += [counted(len(things), "thing that is no person", "things that are no people")] if len(things) else []
    waits, stay = f"{' and '.join(both)} {'waits' if len(held) + len(things) == 1 else 'wait'}", barred(plan.people)
    may_go = digest if len(held) + len(things) > stay else None
    until = "until somebody settles it"
    if may_go:
        until = f"for a release, but for {stay:,} of them {until}" if stay else "for a release"
    return dg.AssetCheckResult(
        passed=held.empty and things.empty,
        check_name="held",
        asset_key=key,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"{waits} {until}.{limits}" if len(held) + len(things) else "Nothing is held.",
        metadata={
            "people held": len(held),
            **({"things held": metadata.counts(things["kind"].value_counts().to_dict(), "kind")} if len(things) else {}),
            **({"digest for a release": may_go, **_to_paste(company, may_go)} if may_go else {}),
            **(links.to(company.name, "waiting", digest) if digest else {}),
            **metadata.filled(
                {
                    "why": metadata.counts({reason(code).words: n for code, n in held["reason"].value_counts().items()}, "reason"),
                    "reasons and kinds": metadata.markdown(groups) if len(groups) else metadata.table(groups),
                    "what waits": people.old_and_new(destination, drawn),
                    "limits": metadata.table(against(plan.figures)),
                }
            ),
        },
    )


def _to_paste(company: Company, digest: str) -> dict[str, Any]:
    command, config = paste(company.name, digest)
    return {"command to release": to_type(command), "config to release": dg.MetadataValue.md(f"```yaml\n{config}```")}


def _waits_on(book: Ledger, key: dg.AssetKey, destination: Destination) -> dg.AssetCheckResult:
    """The check ``held`` of a destination that a release of another one leaves alone."""
    newest = book.plans.newest(destination.name)
    verdict = book.plans.verdict(destination.name, newest) if newest else None
    waits = verdict is not None and verdict.held_digest is not None
    description = "This run is of another destination; what is held here goes on waiting." if waits else "Nothing is held."
    return dg.AssetCheckResult(
        passed=not waits, check_name="held", asset_key=key, severity=dg.AssetCheckSeverity.WARN, description=description
    )


def _dry_run_check(key: dg.AssetKey, destination: Destination, reply: DryRunReply) -> dg.AssetCheckResult:
    refused = reply.would_refuse
    return dg.AssetCheckResult(
        passed=not refused and not reply.disagreements,
        check_name="dry_run",
        asset_key=key,
        severity=dg.AssetCheckSeverity.WARN,
        description=in_markdown("; ".join(reply.disagreements)) or f"{destination.title} would refuse {len(refused) or 'nobody'}.",
        metadata={
            "people refused": len(refused),
            "requests": reply.requests,
            "payload (bytes)": reply.bytes,
            **metadata.filled({"would be refused": metadata.table(pd.DataFrame(list(refused.items()), columns=["employee_id", "reason"]))}),
        },
    )


def _shown(destination: Destination, drawn: Drawn) -> dict[str, Any]:
    made, facts = drawn.plan, drawn.facts
    changes, held = made.changes, made.held_digest()
    return metadata.of_result(
        made.people,
        {
            "actions": metadata.counts(made.counts(), "action"),
            "kinds of change": metadata.counts(made.people["kinds"].dropna().str.split("|").explode().value_counts().to_dict(), "kind"),
            "who changes": people.by_kind(made.people),
            "there already": _there_already(facts.adoption),
            "fields that change": people.by_field(changes, facts.wording),
            **({"other settings": facts.other_settings.sentence()} if facts.other_settings else {}),
            **_undone(facts),
            **({"of what is released": releasing.in_words(facts.released)} if facts.released else {}),
            "held": metadata.reasons(made.people[made.people["action"].eq("hold")]),
            "skipped": metadata.reasons(made.people[made.people["action"].eq("skip")]),
            "its own account": metadata.own_account(own_account_of(facts, [])),
            "approvers by rule": metadata.repairs(facts.repairs),
            **_things(made, facts),
            **({"digest for a release": held} if held else {}),
            "digest": made.digest(),
            **({"payload (bytes)": facts.dry_run.bytes} if facts.dry_run.requests else {}),
        },
    )


def _undone(facts: PlanFacts) -> dict[str, Any]:
    """Which run is taken back, and what of it stays: by person, field and reason."""
    if not facts.undoes:
        return {}
    stays = facts.not_undone.assign(why=facts.not_undone["reason"].map(WHY))[["employee_id", "field", "why"]]
    return {"takes back run": facts.undoes, **metadata.filled({"not taken back": metadata.table(stays)})}


def _things(made: Plan, facts: PlanFacts) -> dict[str, Any]:
    """Of things that are no people how many change, by kind: which values they are is HR's word, and stands in the reports."""
    counts = (made.things["kind"] + ": " + made.things["action"]).value_counts().to_dict()
    numbers = {"mended by rule, of things": len(facts.things.repairs), "things left as they are": len(facts.things.left)}
    return {
        **({"things that change": metadata.counts(counts, "change")} if counts else {}),
        **{name: number for name, number in numbers.items() if number},
    }


def _there_already(counts: Mapping[str, int]) -> dg.MetadataValue:
    """Who is there already, before a first sync."""
    return metadata.table(pd.DataFrame([(WAYS[way], counts[way]) for way in WAYS if way in counts], columns=["who", "people"]))
