"""The steps of a sync at one destination, in their order: known → desired → plan, and written → landed. No Dagster.

Belongs here: what each step asks of the destination, the rules and the ledger. Does not belong here: what is particular to a destination,
the rules (``roster``), storing values and showing them (``assets``).
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd

from destinations import beside, circumstances, first, parts, plan_facts, reading_back, releases, skips, things
from destinations.abilities import DryRun, StillIn
from destinations.base import Attempt, Desired, Destination, Drawn, Known, Landed, Policy, Request, Taken
from destinations.delivery import Write
from resources.failures import Failed
from resources.ledger import Held, Ledger
from roster import accounting
from roster.intake.renumbered import pairs_of
from roster.membership import among
from roster.parts import FIELD as PART
from roster.people.chain import AbsentMeans, Chain, approval_chain
from roster.plan import barred, landing, outcomes, releasing
from roster.plan import things as thing_rules
from roster.plan.acknowledgements import acknowledgements
from roster.plan.builder import draw
from roster.plan.comparison import HrSide
from roster.plan.decision import Plan
from roster.plan.facts import PlanFacts
from roster.plan.in_common import InCommon
from roster.plan.outcomes import OutcomeFacts
from roster.plan.strangers import HELD, NOT_IN_HR
from roster.vocabulary import WRITES


def read(destination: Destination, access: Any, ledger: Ledger, roster: pd.DataFrame) -> Known:
    """What is there now, completed from the ledger."""
    # Before anything is read: what is acknowledged from now on, a plan drawn from this does not know.
    epoch = ledger.acknowledged.epoch(destination.name)
    frames = destination.read(access, ledger, roster)
    return Known(frames, ledger.acknowledged.all(destination.name), epoch, skips.staying_out(ledger, destination.name))


def desire(destination: Destination, policy: Policy, taken: Taken, known: Known, key: bytes, *, everyone: bool = True) -> Desired:
    """What should be there, in full, approvers resolved.

    Args:
        destination: Which.
        policy: The company's.
        taken: HR's file.
        known: What is there.
        key: The ledger's secret for pseudonyms.
        everyone: Whether the run is for everyone: else nobody is a leaver by absence, as an approver either.
    """
    taken = parts.seen(destination, taken)
    remembered, out = known.acknowledged, known.out
    # Someone whose row was rejected, or may have been, is no leaver: they go on approving with their last known values.
    staying = taken.rejected if everyone and not taken.unreadable_reject else remembered["employee_id"]
    there = accounts(destination, taken, known, key)
    active = there.loc[there["active"], "number"]
    while True:
        chain = approval_chain(taken.roster, there, remembered, policy.approvers, policy.absent_means, key, staying=staying, out=out)
        records, faults = parts.desired(destination, taken.roster, chain, known.read)
        # Nobody may be named an approver who is not brought in: whose own record lacks what none can be without.
        lacking = faults.loc[faults["field"].isin([*destination.required, PART]), "employee_id"]
        lacking = lacking[among(lacking, chain.able.to_series()) & ~among(lacking, pd.concat([out, active]))]
        if lacking.empty:
            structure = things.wanted(destination, taken.roster, chain, known.read)
            return Desired(records, faults, chain.repairs, there, structure, chain if structure else None)
        out = pd.concat([out, lacking])


def accounts(destination: Destination, taken: Taken, known: Known, key: bytes) -> pd.DataFrame:
    """Everyone there, in the common form."""
    former = {**taken.formerly, **pairs_of(taken.roster)}
    numbers = HrSide(taken.roster, taken.rejected, known.acknowledged, key).numbers()
    if not former:
        return destination.accounts(known.read, numbers, known.acknowledged)
    there = destination.accounts(known.read, pd.concat([numbers, pd.Series([*former], dtype="str")], ignore_index=True), known.acknowledged)
    return there.assign(number=there["number"].replace(former))  # until it has their new one, it has the former


def plan(
    destination: Destination,
    policy: Policy,
    ledger: Ledger,
    attempt: Attempt,
    taken: Taken,
    known: Known,
    desired: Desired,
    request: Request,
    held: Held | None = None,
    *,
    of_this_run: bool = True,
) -> Drawn:
    """A plan drawn afresh; in a release, what of it the released set allows. In one of another destination's set it is idle: nobody's.

    Args:
        destination: Which.
        policy: The company's.
        ledger: The company's.
        attempt: The run.
        taken: HR's file.
        known: What is there.
        desired: What should be there.
        request: What the run asks for.
        held: The set that is released, if it is one of this destination's.
        of_this_run: Whether all that it is drawn from was made in this very run, or in one that it goes on with.

    Raises:
        Permanent: A run for some people before the first sync; nothing of a released set is left to apply.
        AbsentPeople: Someone known is absent and that is an error by the settings.
    """
    key = ledger.keys.of_fields(destination.name)
    away, kept = parts.elsewhere(destination, taken.roster), parts.kept(destination, ledger, taken.roster, known.acknowledged)
    taken = parts.seen(destination, taken)
    people = HrSide(taken.roster, taken.rejected, known.acknowledged, key)
    stage = first.stage(ledger, destination.name, known.acknowledged)
    conditions = circumstances.of_run(destination, policy, ledger, taken, stage, request, held)
    desired, needed = things.settled(destination, policy, ledger, known, desired, request, held)
    conditions = replace(conditions, elsewhere=frozenset(away), kept=barred.together(kept, needed))
    drawn = draw(destination, people, known.read, desired.accounts, desired.records, desired.faults, desired.repairs, conditions)
    drawn, of_things = things.planned(destination, policy, ledger, desired, request, held, replace(drawn, part=parts.name(destination)))
    gate = ledger.intakes.gate(attempt.root_run_id)
    gate_passed = gate is not None and gate.passed and gate.number == taken.number and of_this_run
    released: dict[str, int] = {}
    if held:
        gate_passed = releases.passed(ledger, held)
        before = set(drawn.things["thing"])
        drawn, released = releases.let_go(ledger, destination.name, attempt, held, drawn, request, key)
        of_things = replace(of_things, others=tuple(sorted({*of_things.others, *before} - set(drawn.things["thing"]))))
    facts = plan_facts.of(destination, ledger, taken, known, desired, drawn, stage, request, released)
    sums = accounting.before_write(drawn, taken.roster, desired.accounts["account"])
    return Drawn(
        plan=drawn,
        facts=replace(facts, things=of_things, wording=plan_facts.wording(destination, policy, known, drawn)),
        desired=desired.records,
        acknowledgements=acknowledgements(destination, drawn, desired.records, people, known.read),
        faults=[*sums, *thing_rules.before_write(drawn.things, things.kinds(destination))],
        gate_passed=gate_passed,
        chain=desired.chain if of_things.words else None,
    )


def dry_run(destination: Destination, access: Any, ledger: Ledger, drawn: Drawn) -> Drawn:
    """The plan with what the destination says to it, where it has such a thing and the plan adds up."""
    if drawn.faults or not isinstance(destination, DryRun):
        return drawn
    reply = destination.dry_run(access, ledger, drawn.plan)
    return replace(drawn, facts=replace(drawn.facts, dry_run=reply))


def save(destination: Destination, policy: Policy, ledger: Ledger, attempt: Attempt, drawn: Drawn) -> None:
    """Keep a plan in the ledger, with what it holds. Nobody's plan is not kept."""
    if drawn.facts.idle:
        return
    made = drawn.plan
    ledger.runs.begin(attempt.run_id, attempt.root_run_id, attempt.job)  # a release has no intake that would have said so
    ledger.plans.save(
        destination.name,
        attempt.run_id,
        root_run_id=attempt.root_run_id,
        facts=drawn.facts,
        digest=made.digest(),
        accounting_passed=not drawn.faults,
        gate_passed=drawn.gate_passed,
        people=releasing.with_digests(made, ledger.keys.of_fields(destination.name)),
        changes=made.changes,
        of_things=thing_rules.with_digests(made.things, ledger.keys.of_fields(destination.name)),
    )
    if digest := made.held_digest():
        held = made.people.loc[made.people["action"].eq("hold"), "kinds"].dropna().unique()
        waiting = made.things.loc[~made.things["apply"].astype("bool"), "kind"]
        kinds = sorted({kind for kinds in [*held, *waiting] for kind in kinds.split("|")})
        until = datetime.now(UTC) + timedelta(hours=policy.release_hours)
        ledger.releases.save_held(destination.name, attempt.run_id, digest, until, kinds)


def write(destination: Destination, access: Any, ledger: Ledger, write: Write, *, idle: bool = False) -> list[str]:
    """Send what a plan applies: first of things that are no people, then the people.

    Args:
        destination: Which.
        access: How to reach it.
        ledger: The company's.
        write: The plan on its way.
        idle: Nobody's plan: nothing is sent.

    Returns:
        Where the destination's own account is not the plan, a sentence each.

    Raises:
        Failed: See `destinations.delivery.deliver`.
    """
    if not idle:
        things.send(destination, access, ledger, write)
        destination.send(access, ledger, write)
    answers = ledger.deliveries.answers(destination.name, write.plan_run_id)
    # Of an earlier attempt only the answers are left, so what this one sent is held against what it was answered.
    sent = answers.loc[answers["request"].isin([reply["request"] for reply in write.replies]), "person"]
    records = write.plan.records
    return destination.disagreements(records[among(records["person"], sent)], write.replies, write.run_id != write.plan_run_id)


def sent(destination: Destination, ledger: Ledger, plan_run_id: str) -> bool:
    """Whether anything of a plan was sent: else what was read before it is what is there."""
    return ledger.deliveries.answered(destination.name, plan_run_id) or ledger.things.sent(destination.name, plan_run_id)


def landed(
    destination: Destination,
    access: Any,
    ledger: Ledger,
    made: Plan,
    plan_run_id: str,
    desired: pd.DataFrame,
    roster: pd.DataFrame | None,
    *,
    current: Known | None = None,
    planned_from: bool = False,
    without_approver: Sequence[str] = (),
    in_common: InCommon | None = None,
    patience: float | None = None,
    absent_means: AbsentMeans = "leaver",
    chain: Chain | None = None,
    others: Sequence[str] = (),
) -> Landed:
    """What became of everyone, by what was answered and what reading back shows.

    Args:
        destination: Which.
        access: How to reach it.
        ledger: The company's.
        made: The plan.
        plan_run_id: The run that made it.
        desired: The records that should be there.
        roster: HR's people; needed to read.
        current: What was read already, if nothing was sent since; then nothing is read.
        planned_from: Whether the plan was drawn from it: any difference of who is left alone would be a change then, and none is sought.
        without_approver: Who had no active approver by what was read already; `in_common`: what it showed of people.
        patience: Seconds for which reading is tried; by default the destination's.
        absent_means: The company's: whether who is absent has left.
        chain: Who approves, as it was planned with: what of things that are no people should change is asked by it again.
        others: The things that the plan left for the next sync.
    """
    roster = roster if roster is None else parts.roster(destination, roster)
    answers = ledger.deliveries.answers(destination.name, plan_run_id)
    # Whom to wait for: everyone who was sent and not refused.
    sent = answers.loc[~answers["status"].isin(["refused", "stale"]), "person"]
    key = ledger.keys.of_fields(destination.name)
    structure = None
    if current is not None:
        read, alone = current.read, planned_from and not made.people["action"].isin(WRITES).any()
        differing = landing.NOTHING if alone else landing.not_as_wanted(destination, made, desired, read, key)
    elif roster is not None:
        wait = destination.read_back_seconds if patience is None else patience
        accepted = things.accepted(ledger, destination, plan_run_id)
        expected = reading_back.Expected(made, desired, roster, sent, chain, accepted)
        differing, read, structure = reading_back.read_back(destination, access, ledger, expected, key, wait)
        there = beside.accounts(destination, ledger, made, read)
        without_approver = landing.without_approver(there, landing.here(made, desired))
        in_common = beside.in_common(destination, ledger, made, desired, read, roster, there)
    else:
        raise ValueError("reading back needs HR's people")
    with suppress(Failed):  # it goes after some hours; the retention job says if it cannot
        destination.tidy(access, ledger, None if among(differing["employee_id"], sent).any() else made)
    of_things = things.outcomes(ledger, destination, plan_run_id, made, structure)
    table = outcomes.outcomes(made, answers, differing["employee_id"], destination.write_only.in_answer)
    return Landed(
        outcomes=table,
        drift=landing.drift(made, differing),
        numbers=outcomes.numbers(made, table, answers),
        faults=[*accounting.after_write(made, table), *thing_rules.after_write(made.things, of_things)],
        things=of_things,
        things_drift=things.drift(made, structure, others),
        without_approver=list(without_approver),
        in_common=in_common.held_against(differing["employee_id"]) if in_common else None,
        **(reading_back.places(destination, ledger, made, desired, read, absent_means) if isinstance(destination, StillIn) else {}),
    )


def record(
    destination: Destination,
    ledger: Ledger,
    attempt: Attempt,
    plan_run_id: str,
    facts: PlanFacts,
    found: Landed,
    disagreements: Sequence[str],
) -> None:
    """Keep in the ledger what became of everyone, and who stays out."""
    table = found.outcomes
    counted = OutcomeFacts(
        outcomes={str(name): int(count) for name, count in table["outcome"].value_counts().items()},
        numbers=found.numbers,
        drift=found.drift,
        strangers=int(table["reason"].isin([NOT_IN_HR, HELD]).sum()),
        warnings=disagreements,
        without_approver=found.without_approver,
        things_drift=found.things_drift,
        in_common=found.in_common,
        **{name: places for name in ("still_in", "staying") if (places := getattr(found, name)) is not None},
    )
    ledger.deliveries.record_outcomes(destination.name, plan_run_id, table, counted)
    ledger.things.record_outcomes(destination.name, plan_run_id, found.things)
    if not table["reason"].eq("not_selected").any():  # of whoever was left alone, this run knows nothing: they stay out as long as before
        skips.record(ledger, destination.name, table, facts, attempt)
