"""Things at a destination that are no people, on their way: asked for, planned, sent before the people, read back.

Belongs here: what each step of a sync does about them, and what the ledger keeps of it. Does not belong here: the rules
(``roster.plan.things``), what there should be and how it is written (each destination), people (``destinations.engine``,
``destinations.delivery``).

A failure here stops no people: what is not accepted is told, and the next night plans it anew from what is there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, Protocol, runtime_checkable

import pandas as pd

from destinations import first
from destinations.abilities import Structured
from destinations.base import Desired, Destination, Known, Policy, Request
from destinations.delivery import Write, check
from resources.failures import Failed
from resources.ledger import Held, Ledger
from roster.people.chain import Chain
from roster.plan import barred
from roster.plan import things as rules
from roster.plan.decision import Plan
from roster.plan.differences import Frames
from roster.plan.first import HARDLY_ANY
from roster.plan.things import Structure, ThingFacts, ThingKind, ThingLimits

UNANSWERED: Final = "no answer came"
OVERTAKEN: Final = "another run has written it since this plan was made"


@runtime_checkable
class Doubted(Protocol):
    """A destination that can be asked of single things before they are sent again."""

    def still_wanted(self, access: Any, ledger: Ledger, changes: pd.DataFrame) -> pd.Series:
        """Which of these changes (`roster.plan.things.THING_COLUMNS`), that were sent and not answered, are not there: their ``thing``."""


@runtime_checkable
class Needing(Protocol):
    """A destination of which people's records may need things that are created before they are sent."""

    def settled(self, records: pd.DataFrame, read: Frames, applied: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
        """The desired records without what of them needs a thing that is neither there nor among what is `applied`
        (`roster.plan.things.THING_COLUMNS`), and the values left out for that, as `destinations.base.Destination.desired` gives faults."""

    def staying(self, waiting: pd.DataFrame) -> pd.DataFrame:
        """Whom nobody may take out while these changes (`roster.plan.things.THING_COLUMNS`) are not applied (`roster.plan.barred.BARRED`):
        somebody's access is needed for what is there still. Who is needed for what nothing should change is in `Structure.staying`."""


def kinds(destination: Destination) -> Mapping[str, ThingKind]:
    """Its kinds of things; empty where it has none, or the settings ask for none."""
    return destination.thing_kinds if isinstance(destination, Structured) else {}


def wanted(destination: Destination, roster: pd.DataFrame, chain: Chain | None, read: Frames) -> Structure | None:
    """What of its things should change; None where there are none, or nobody knows who approves."""
    return destination.structure(roster, chain, read) if isinstance(destination, Structured) and kinds(destination) and chain else None


def settled(
    destination: Destination, policy: Policy, ledger: Ledger, known: Known, desired: Desired, request: Request, held: Held | None
) -> tuple[Desired, pd.DataFrame]:
    """What should be there of people, without what needs a thing that is not applied before they are sent; and whom nobody may take out
    for one that is not (`roster.plan.barred.BARRED`)."""
    if not isinstance(destination, Needing):
        return desired, barred.nobody()
    nothing = Plan(pd.DataFrame(), pd.DataFrame(), pd.DataFrame())
    decided = planned(destination, policy, ledger, desired, request, held, nothing)[0].things
    applied = decided["apply"].astype("bool")
    records, faults = destination.settled(desired.records, known.read, decided[applied])
    whole = pd.concat([desired.faults, faults], ignore_index=True).astype("str")
    left = replace(desired, records=records, faults=whole)
    if (structure := desired.structure) is None:
        return left, barred.nobody()
    sure = decided.loc[applied, "thing"]
    if held:  # what the set does not have, or has otherwise, is not written by this run
        waiting = ledger.things.held(destination.name, held.plan_run_id)
        let_go = rules.released(decided, waiting, request.kinds, ledger.keys.of_fields(destination.name))[0]
        sure = sure[sure.isin(let_go.loc[let_go["apply"].astype("bool"), "thing"])]
    late = structure.changes[~structure.changes["thing"].isin(sure)]
    return left, barred.together(destination.staying(late), structure.staying)


def planned(
    destination: Destination, policy: Policy, ledger: Ledger, desired: Desired, request: Request, held: Held | None, drawn: Plan
) -> tuple[Plan, ThingFacts]:
    """A plan with its things, and what is known of them. A run for some people touches none, nor does another destination's release."""
    structure = desired.structure
    if structure is None or request.only or (request.release and not held):
        return drawn, ThingFacts()
    limits = policy.limits
    decided, beyond = rules.planned(
        structure,
        kinds(destination),
        ThingLimits(
            changed=limits.weekly(limits.things),
            removed=limits.weekly(limits.things_removed),
            # Where hardly an account is HR's, it may be somebody else's place.
            hold_all=(policy.first_sync == "hold" and first.never_released(ledger, destination.name))
            or bool(drawn.people.reindex(columns=["reason"])["reason"].eq(HARDLY_ANY).any()),
            first=policy.first_sync == "apply" and first.to_begin(ledger, destination.name),
            week=ledger.things.week(destination.name),
        ),
    )
    left = structure.left[["thing", "reason"]].astype("str").to_numpy().tolist()
    facts = ThingFacts(
        words={kind: one.word for kind, one in kinds(destination).items()},
        repairs=tuple(structure.repairs),
        left=tuple((thing, reason) for thing, reason in left),
        others=tuple(thing for thing, _ in left),  # what is left now and is not later is nobody else's doing
        beyond=beyond,
    )
    return replace(drawn, things=decided), facts


def send(destination: Destination, access: Any, ledger: Ledger, write: Write) -> None:
    """Sends what a plan applies of things and was not answered yet. What it says of them, and not how it went, decides: it never raises for
    what the destination did.

    Raises:
        Permanent: See `destinations.delivery.check`.
        Failed: The lease is no longer this run's.
    """
    things = write.plan.things[write.plan.things["apply"].astype("bool")]
    if things.empty or not isinstance(destination, Structured):
        return
    with ledger.leases.hold(write.run_id) as lease:
        check(ledger, write)
        # Things alone bring nobody to an export: the gate does not compare the next one with it then.
        everyone = write.everyone and not write.plan.holds_everything()
        ledger.applied.mark(write.destination, write.intake, write.dated, write.plan_run_id, lease, everyone=everyone)
        before = ledger.things.of(write.destination, write.plan_run_id).set_index("thing")["outcome"]
        things = things[~things["thing"].map(before).isin(["accepted", "missing", "refused"])]
        late = things["thing"].isin(list(ledger.things.overtaken(write.destination, write.plan_run_id)))
        _keep(ledger, write, things[late], "refused", OVERTAKEN, lease)
        things = things[~late]
        doubted = things[things["thing"].map(before).eq("unknown")]
        if len(doubted) and isinstance(destination, Doubted):
            there = doubted[~doubted["thing"].isin(destination.still_wanted(access, ledger, doubted[rules.THING_COLUMNS]))]
            _keep(ledger, write, there, "accepted", "reading shows it", lease)
            things = things[~things["thing"].isin(there["thing"])]
        if things.empty:
            return
        # Kept before anything goes out: whoever is killed in between leaves a doubt, and no silence.
        _keep(ledger, write, things, "unknown", UNANSWERED, lease)
        try:
            answers = destination.send_structure(access, ledger, things[rules.THING_COLUMNS].reset_index(drop=True))
        except Failed as failure:
            _keep(ledger, write, things, "unknown", str(failure), lease)
        else:
            known = answers["thing"].isin(things["thing"]) & answers["outcome"].isin(["accepted", "refused", "unknown"])
            ledger.things.record(write.destination, write.plan_run_id, answers[known], lease)


def _keep(ledger: Ledger, write: Write, things: pd.DataFrame, outcome: str, reason: str, lease: Any) -> None:
    answers = things[["thing"]].assign(outcome=outcome, reason=reason)
    ledger.things.record(write.destination, write.plan_run_id, answers, lease)


def accepted(ledger: Ledger, destination: Destination, plan_run_id: str) -> frozenset[str]:
    """The things of a plan that the destination accepted."""
    answers = ledger.things.of(destination.name, plan_run_id)
    return frozenset(answers.loc[answers["outcome"].isin(["accepted", "missing"]), "thing"])


def outcomes(ledger: Ledger, destination: Destination, plan_run_id: str, made: Plan, structure: Structure | None) -> pd.DataFrame:
    """What became of a plan's things (`roster.plan.things.outcomes`), by what was answered and what still should change."""
    answers = pd.DataFrame(columns=["thing", "outcome"], dtype="str")
    if len(made.things):
        answers = ledger.things.of(destination.name, plan_run_id)[["thing", "outcome"]].dropna()
    still = list(structure.changes["thing"]) if structure is not None else None
    return rules.outcomes(made.things, answers, still)


def drift(made: Plan, structure: Structure | None, others: Sequence[str] = ()) -> list[str]:
    """The things that should change by what is there now, and that neither the plan had to change nor it left for later: somebody else
    did."""
    if structure is None:
        return []
    return sorted(set(structure.changes["thing"]) - {*made.things["thing"], *others})
