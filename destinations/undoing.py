"""Drawing the plan that takes back what an earlier run wrote at one destination, at first and again when it is released.

Belongs here: what of that run, of the ledger and of what is there now goes into it, and that all of it is held. Does not belong here: what
can be taken back (``roster.plan.undo``), the plan's steps (``destinations.engine``), what is stored of the run (``assets.graph.undo``).

HR's file is the newest that was planned from: an undo goes back in what a run wrote, and in nothing that came since.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from destinations import engine, parts, releases
from destinations.base import Attempt, Desired, Destination, Drawn, Known, Policy, Request, Taken
from resources.failures import Permanent
from resources.ledger import Held, Ledger
from roster.membership import among
from roster.parts import works
from roster.people.approvers import NoApprover
from roster.people.census import census
from roster.plan import undo as rules
from roster.plan.decision import DETAILS, UNDO, Plan
from roster.settings import Approvers
from roster.vocabulary import OUTCOME_OF, WRITES


@dataclass(frozen=True)
class Stored:
    """What is stored of the run that is taken back; None where it is not any more."""

    desired: pd.DataFrame | None
    """The records that it wanted there."""
    roster: pd.DataFrame | None
    """`rows_before`: HR's rows of those whom it took out."""


def plans_of(ledger: Ledger, destination: str, root_run_id: str) -> list[str]:
    """The runs that made the plans which are to be taken back, newest first: of a run that was re-executed as a whole, each that wrote."""
    plans = ledger.plans.all_of_root(root_run_id, destination)
    return [run_id for run_id in plans if len(written(ledger, destination, run_id))]


def own(ledger: Ledger, destination: str, plans: Sequence[str]) -> dict[str, pd.DataFrame]:
    """Plan → `written` of whom it was the last of these plans, newest first, to write."""
    found: dict[str, pd.DataFrame] = {}
    seen = pd.Series(dtype="str")
    for plan_run_id in plans:
        table = written(ledger, destination, plan_run_id)
        found[plan_run_id] = table[~among(table["person"], seen)].reset_index(drop=True)
        seen = pd.concat([seen, table["person"]])
    return found


def written(ledger: Ledger, destination: str, plan_run_id: str) -> pd.DataFrame:
    """``person``, ``employee_id``, ``action``, ``outcome`` of whom a plan wrote, or may have; by its answers if nothing was read back."""
    columns = ["person", "employee_id", "action", "outcome"]
    if ledger.deliveries.outcome_facts(destination, plan_run_id) is not None:
        table = ledger.deliveries.outcomes(destination, plan_run_id)[columns]
    else:
        answers = ledger.deliveries.answers(destination, plan_run_id)
        sent = answers.loc[answers["status"].isin(["accepted", "unknown"]), "person"]
        people = ledger.plans.people(destination, plan_run_id)
        table = people[among(people["person"], sent)].assign(outcome=people["action"].map(OUTCOME_OF).astype("str"))[columns]
    return table[table["outcome"].isin(rules.WRITTEN)].reset_index(drop=True)


def rows_before(ledger: Ledger, destination: str, plan_run_id: str, roster_of: Callable[[str], pd.DataFrame | None]) -> pd.DataFrame | None:
    """HR's rows of those whom a plan took out, each from the newest file before it in which they worked here; None where there are none.

    The file of the plan before is not enough: that may be a preview of the same file, or the plan that held what a release then let go.

    Args:
        ledger: The company's.
        destination: Its name.
        plan_run_id: The run that made the plan.
        roster_of: HR's people as a run took them in; None where they are not stored any more.
    """
    outcomes = written(ledger, destination, plan_run_id)
    open_still = outcomes.loc[outcomes["action"].eq("deactivate"), "employee_id"].dropna()
    found: list[pd.DataFrame] = []
    files: set[str] = set()
    newer = plan_run_id
    while len(open_still) and (run_id := ledger.plans.before(destination, newer)):
        newer, verdict = run_id, ledger.plans.verdict(destination, run_id)
        if verdict is None or verdict.facts.taken_in in files:
            continue
        files.add(verdict.facts.taken_in)
        if (roster := roster_of(verdict.facts.taken_in)) is None:
            break  # what is older is not stored either
        found.append(roster[among(roster["employee_id"], open_still) & works(roster)])
        open_still = open_still[~among(open_still, found[-1]["employee_id"])]
    return pd.concat(found, ignore_index=True) if found else None


def undone_by(ledger: Ledger, held: Held) -> str:
    """Which run a held set takes back; empty for any other set."""
    verdict = ledger.plans.verdict(held.destination, held.plan_run_id)
    return verdict.facts.undoes if verdict else ""


def draw(
    destination: Destination,
    policy: Policy,
    ledger: Ledger,
    attempt: Attempt,
    taken: Taken,
    known: Known,
    undoes: str,
    stored: Mapping[str, Stored],
    request: Request,
    held: Held | None = None,
) -> Drawn:
    """The plan that takes a run back: all of it held, or of a set that is released what of it is still the same.

    Args:
        destination: Which.
        policy: The company's.
        ledger: The company's.
        attempt: The run that draws it.
        taken: HR's file that the destination was last planned from.
        known: What is there now.
        undoes: The run that is taken back: the first of its attempts.
        stored: What is stored of each of its plans (`plans_of`).
        request: What this run asks for.
        held: The set that is released, if it is one of this destination's.

    Raises:
        Permanent: That run wrote nothing there; nothing of it can be taken back; nothing of a released set is left.
    """
    plans = plans_of(ledger, destination.name, undoes)
    if not plans:
        raise Permanent(f"Run {undoes} has written nothing at {destination.title}.", "Nothing was planned.")
    key = ledger.keys.of_fields(destination.name)
    accounts = engine.accounts(destination, taken, known, key)
    roster = parts.roster(destination, taken.roster)
    everyone = census(roster, taken.rejected, accounts, known.acknowledged, key)
    pairs = everyone.loc[everyone["matched_by"].isin(["number", "email"]), ["employee_id", "account"]].dropna()
    working = everyone.loc[everyone["standing"].eq("wanted"), "employee_id"]
    people = own(ledger, destination.name, plans)
    found = rules.undo(destination, _past(ledger, destination.name, people, stored, attempt), known.read, accounts, pairs, working, key)
    before = _together([stored[one].roster for one in plans if one in stored])
    before = before if before is None else before.drop_duplicates("employee_id", ignore_index=True)
    kept = found.back_in if before is None else found.back_in[~among(found.back_in, before["employee_id"])]
    found = found.without(list(kept), "not_stored")
    found = replace(found, left=pd.concat([found.left, _by_several(ledger, destination.name, people)], ignore_index=True))
    found = _not_against_newer(ledger, destination.name, people, taken, found)
    while True:
        if not found.people():
            why = " ".join(f"{sentence}." for sentence in rules.sentences(found.left))
            raise Permanent(f"Nothing of run {undoes} can be taken back at {destination.title}. {why}", "Nothing was planned.")
        drawn = _planned(destination, policy, ledger, attempt, taken, known, found, before, replace(request, only=found.people()), held)
        planned = drawn.plan.people[drawn.plan.people["action"].isin([*WRITES, "hold"])]
        lost = set(found.people()) - set(planned["person"])
        if held or not lost:
            break
        found = found.without(sorted(lost), "cannot_be_written")
    facts = replace(
        drawn.facts,
        undoes=undoes,
        not_undone=found.left,
        notices=[*drawn.facts.notices, *_notices(undoes, found), *_beside(ledger, destination, plans)],
    )
    if held:
        return replace(drawn, facts=facts)
    newest = releases.newest_plan(ledger, destination.name)
    passed = newest.gate_passed and newest.accounting_passed
    plan = _held(drawn)
    return replace(drawn, plan=plan, facts=replace(facts, actions=plan.counts(), idle=False), gate_passed=passed)


def _not_against_newer(ledger: Ledger, destination: str, people: Mapping[str, pd.DataFrame], taken: Taken, found: rules.Undo) -> rules.Undo:
    """Who comes back, without those of whom a file that came since the plan has a row: that says who has their number now, and how."""
    for plan_run_id, of_plan in people.items():
        verdict = ledger.plans.verdict(destination, plan_run_id)
        if verdict is None or taken.number <= verdict.number:
            continue
        back_in = found.back_in[among(found.back_in, of_plan["employee_id"])]
        rows = taken.roster.loc[among(taken.roster["employee_id"], back_in)]
        left = rows["employment"].eq("left")
        found = found.without(list(rows.loc[left, "employee_id"]), "not_wanted").without(list(rows.loc[~left, "employee_id"]), "newer_row")
    return found


def _by_several(ledger: Ledger, destination: str, people: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Whom more than one attempt of the run wrote by a plan of its own, as `roster.plan.facts.LEFT`: of them the newest is taken back."""
    each = [written(ledger, destination, one)["employee_id"].dropna().drop_duplicates() for one in people]
    every = pd.concat([pd.Series(dtype="str"), *each])
    return rules.all_of(every[every.duplicated()].drop_duplicates(), "other_attempt")


def _past(
    ledger: Ledger, destination: str, people: Mapping[str, pd.DataFrame], stored: Mapping[str, Stored], attempt: Attempt
) -> rules.Past:
    """What is kept of the plans, of each for whom it was the last to write."""
    changes, desired, since = [], [], [pd.Series(dtype="str")]
    for plan_run_id, mine in people.items():
        made = ledger.plans.changes(destination, plan_run_id)
        changes.append(made[among(made["person"], mine["person"])])
        wanted = stored[plan_run_id].desired if plan_run_id in stored else None
        desired.append(None if wanted is None else wanted[among(wanted["employee_id"], mine["employee_id"].dropna())])
        later = ledger.deliveries.written_since(destination, plan_run_id, attempt.root_run_id)
        since.append(later[among(later, mine["person"])])
    return rules.Past(pd.concat(people.values(), ignore_index=True), pd.concat(changes), _together(desired), pd.concat(since))


def _together(frames: Sequence[pd.DataFrame | None]) -> pd.DataFrame | None:
    """All of them as one; None where there is none."""
    there = [one for one in frames if one is not None]
    return pd.concat(there, ignore_index=True) if there else None


def _planned(
    destination: Destination,
    policy: Policy,
    ledger: Ledger,
    attempt: Attempt,
    taken: Taken,
    known: Known,
    found: rules.Undo,
    before: pd.DataFrame | None,
    request: Request,
    held: Held | None,
) -> Drawn:
    """The plan for the people of whom something is taken back: the engine's own, of HR's people as they would have to be for it."""
    taken = replace(taken, roster=_as_before(taken.roster, found, before))
    wanted = _desired(destination, policy, taken, known, ledger.keys.of_fields(destination.name), found)
    others = wanted.records[~among(wanted.records["employee_id"], found.records["employee_id"])]
    records = pd.concat([others, found.records.reindex(columns=others.columns)], ignore_index=True)
    faults = wanted.faults[~among(wanted.faults["employee_id"], found.records["employee_id"])]
    repairs = wanted.repairs[~among(wanted.repairs["employee_id"], found.records["employee_id"])]
    desired = Desired(records, faults, repairs, wanted.accounts)  # things that are no people stay as they are
    return engine.plan(destination, policy, ledger, attempt, taken, known, desired, request, held)


def _desired(destination: Destination, policy: Policy, taken: Taken, known: Known, key: bytes, found: rules.Undo) -> Desired:
    """What should be there. Whom the settings name for those without an approver may go out again too, and nobody who stays is written."""
    try:
        return engine.desire(destination, policy, taken, known, key, everyone=False)
    except NoApprover:
        if len(found.back_in):  # of these somebody may need them
            raise
        return engine.desire(destination, replace(policy, approvers=Approvers()), taken, known, key, everyone=False)


def _as_before(roster: pd.DataFrame, found: rules.Undo, before: pd.DataFrame | None) -> pd.DataFrame:
    """HR's people, those who come back as they were, those who go out again as if they had left."""
    out = among(roster["employee_id"], found.back_out)
    roster = roster.assign(employment=roster["employment"].mask(out, "left"))
    departed = found.back_out[~among(found.back_out, roster["employee_id"])]  # absence alone lets nobody go in a run for some
    if len(departed):
        rows = pd.DataFrame({"employee_id": departed, "employment": "left", "in_scope": True, "line": 0}).reindex(columns=roster.columns)
        roster = pd.concat([roster, rows.astype(roster.dtypes.to_dict())], ignore_index=True)
    if before is None or found.back_in.empty:
        return roster
    back = before[among(before["employee_id"], found.back_in)]
    return pd.concat([roster[~among(roster["employee_id"], found.back_in)], back.reindex(columns=roster.columns)], ignore_index=True)


def _held(drawn: Drawn) -> Plan:
    """The plan with everything held that is not held already: nothing is taken back before somebody says so."""
    plan = drawn.plan
    going = plan.people["action"].isin(WRITES)
    people = plan.people.assign(
        intended=plan.people["intended"].mask(going, plan.people["action"]),
        action=plan.people["action"].mask(going, "hold"),
        reason=plan.people["reason"].mask(going, UNDO),
        detail=plan.people["detail"].mask(going, DETAILS[UNDO]),
    ).astype("str")
    return replace(plan, people=people, changes=plan.changes.assign(apply=False), records=plan.records.assign(apply=False))


def _beside(ledger: Ledger, destination: Destination, plans: Sequence[str]) -> list[str]:
    """What else of that run stays, and is nobody's of HR's file."""
    things = sum(int(ledger.things.of(destination.name, one)["outcome"].isin(["accepted", "missing", "unknown"]).sum()) for one in plans)
    others = sum(int(written(ledger, destination.name, one)["employee_id"].isna().sum()) for one in plans)
    found = [f"Not taken back: {things} units, dimensions or values, which are no people"] if things else []
    return found + ([f"Not taken back: {others} accounts that HR's file does not know"] if others else [])


def _notices(undoes: str, found: rules.Undo) -> list[str]:
    """What whoever reads this should know: for whom it is, what stays, and what the next sync does."""
    people = len(found.people())
    return [
        f"This takes back what run {undoes} wrote, of {people} {'person' if people == 1 else 'people'}",
        "The next sync does the same again, unless HR's file or the settings are others by then: mend them, or turn off what starts it, "
        "before this is released",
        *rules.sentences(found.left),
    ]
