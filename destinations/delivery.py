"""Writing a plan: what it must have passed, who still has to be sent, and keeping every answer as it arrives.

Belongs here: the order of lease, guard, sending and ledger. Does not belong here: the wire (each destination's ``client``), in which order
its records go out (its ``delivery``), the decision who is sent what (``roster.plan.decision``).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import numpy as np
import pandas as pd

from destinations import registry
from destinations.doubts import Doubts
from destinations.replies import Answer
from resources.failures import Permanent, Transient
from resources.ledger import Lease, Ledger, PlanVerdict
from roster.membership import among
from roster.plan import dependants, own_account, write_only
from roster.plan.decision import ENDED, Plan
from roster.plan.outcomes import NOT_IN_ANSWER

Send = Callable[[pd.DataFrame], Iterator[pd.DataFrame]]
"""Sends records; yields answers (``person``, ``status``, ``reason``, ``request``) as they arrive."""


@dataclass(frozen=True)
class Write:
    """One plan on its way to one destination."""

    destination: str
    plan_run_id: str
    """The run that made the plan."""
    run_id: str
    """The run that writes it: the same one, or a re-execution."""
    plan: Plan
    acknowledgements: pd.DataFrame
    """``employee_id``, ``account``, ``active``, ``digest``, ``fields``, ``record``: what the ledger is to remember of everyone in step."""
    intake: int
    dated: date | None
    everyone: bool = True
    """Whether the plan is for everyone, not for some people only."""
    replies: list[dict[str, object]] = field(default_factory=list, repr=False)
    """What the destination said beyond persons' answers, as it said it; with addresses, so for owner-only files."""
    alone: dict[str, str] = field(default_factory=dict, repr=False)
    """Who failed alone when they were last answered, and so goes in a request of their own, with what they were refused for, empty if they
    were in doubt; `deliver` says who."""
    apart: set[str] = field(default_factory=set, repr=False)
    """Who was in doubt then, and so goes with nobody else; likewise."""

    def to_remember(self, people: pd.Series) -> pd.DataFrame:
        """The acknowledgements of some people, in their order. Each answer asks, so that not all are looked through each time."""
        found = self._numbers.get_indexer_for(_index(people))
        return self.acknowledgements.iloc[np.unique(found[found >= 0])]

    @cached_property
    def _numbers(self) -> pd.Index:
        return _index(self.acknowledgements["employee_id"])


def _index(numbers: pd.Series) -> pd.Index:
    index: pd.Index = pd.Index(numbers.to_numpy(dtype="object"), dtype="object")
    return index


def check(ledger: Ledger, write: Write) -> PlanVerdict:
    """Refuses a plan that is not the one the ledger knows as passed, whatever was clicked.

    Returns:
        What the ledger knows of it.

    Raises:
        Permanent: The plan is unknown or altered, or its gate or accounting did not pass, or its export or its day is
            older than the last applied.
    """
    verdict = ledger.plans.verdict(write.destination, write.plan_run_id)
    again, called = "Nothing was written. Run the whole sync job again, so that it plans anew.", registry.title(write.destination)
    if verdict is None:
        raise Permanent(f"The ledger knows no plan for {called} by run {write.plan_run_id}.", again)
    if verdict.digest != write.plan.digest() or verdict.number != write.intake:
        raise Permanent(f"The plan for {called} is not the one that run {write.plan_run_id} saved.", again)
    for passed, what in ((verdict.gate_passed, "gate"), (verdict.accounting_passed, "accounting")):
        if not passed:
            raise Permanent(f"The plan for {called} did not pass its {what}.", again)
    ledger.applied.refuse_older(write.destination, write.intake, write.dated, write.plan_run_id, verdict.facts.as_of, called=called)
    return verdict


def deliver(ledger: Ledger, write: Write, send: Send, in_answer: Sequence[str] = ()) -> None:
    """Sends what the plan applies and was not answered yet, and keeps each answer before the next request goes out.

    Args:
        ledger: The company's.
        write: The plan on its way.
        send: How its records go out.
        in_answer: Fields that only the answer shows: of whom it does not show them, they are not remembered as taken over.

    Raises:
        Permanent: See `check`; or the destination will not take anything.
        Transient: Some people have no answer; a re-execution sends just those.
    """
    with ledger.leases.hold(write.run_id) as lease:
        # Under the lease, so that no newer export is written between the check and the first call.
        verdict = check(ledger, write)
        doubts = Doubts.of(ledger, write.destination, verdict.facts.dry_run)
        write.alone.update(doubts.alone)
        write.apart.update(doubts.apart)
        if not write.plan.holds_everything():
            ledger.applied.mark(write.destination, write.intake, write.dated, write.plan_run_id, lease, everyone=write.everyone)
        before = ledger.deliveries.answers(write.destination, write.plan_run_id)
        records = write.plan.records[write.plan.records["apply"]]
        later = ledger.acknowledged.since(write.destination, verdict.epoch)
        # Of the accepted, a run that was killed may have kept the answer and not yet what it acknowledges.
        settled = pd.concat([_in_step(write.plan), _departed(write), _with(before, ["accepted"])])
        _remember(ledger, write, lease, settled[~among(settled, later["employee_id"])], _lacking(before), in_answer)
        overtaken = _overtaken(write, _open(records, before)["person"], later)
        ledger.deliveries.record_answers(write.destination, write.plan_run_id, overtaken, lease)
        for answers in send(doubts.in_order(_open(records, pd.concat([before, overtaken])))):
            ledger.deliveries.record_answers(write.destination, write.plan_run_id, answers, lease)
            _remember(ledger, write, lease, _with(answers, ["accepted"]), _lacking(answers), in_answer)
            lease.check()
        if count := _open(records, ledger.deliveries.answers(write.destination, write.plan_run_id))["person"].nunique():
            subject = f"{count} people of the plan for {registry.title(write.destination)}"
            raise Transient(f"{subject} have no answer.", "Re-execute the run: it sends just those.")


def _with(answers: pd.DataFrame, statuses: list[str]) -> pd.Series:
    return answers.loc[answers["status"].isin(statuses), "person"]


def _open(records: pd.DataFrame, answers: pd.DataFrame) -> pd.DataFrame:
    """The records of people whose fate is not known."""
    return records[~among(records["person"], _with(answers, ["accepted", "refused", "done", "stale"]))]


def _overtaken(write: Write, waiting: pd.Series, later: pd.DataFrame) -> pd.DataFrame:
    """Answers for those whom another run has written since the plan was drawn: they are not sent.

    If that run brought what this plan would bring, there is nothing left to do. Else the plan's old values are not what is there now, and
    whoever needs that person's change waits with them for a plan that knows.
    """
    if later.empty:
        return pd.DataFrame(columns=["person", "status", "reason", "request"], dtype="str")
    ours = write.acknowledgements.reindex(columns=list(later.columns))
    both = ours[among(ours["employee_id"], waiting)].merge(later, on="employee_id", suffixes=("", "_there"))
    same = both["active"].eq(both["active_there"]) & (both["account"] == both["account_there"]) & (both["record"] == both["record_there"])
    same = same.fillna(False).astype("bool")
    people = write.plan.people
    going = people.assign(action=people["action"].mask(among(people["person"], both.loc[~same, "employee_id"]), "hold"))
    left = dependants.held_with(going, write.plan.needs)["action"].eq("hold") & people["action"].ne("hold")
    stale = people.loc[left & among(people["person"], waiting), "person"]
    status = pd.concat([pd.Series("done", index=both.loc[same, "employee_id"]), pd.Series("stale", index=stale)])
    status = status[~status.index.duplicated(keep="last")]
    reason = status.map({"done": "done_meanwhile", "stale": "stale"})
    return pd.DataFrame({"person": status.index, "status": status.to_numpy(), "reason": reason.to_numpy(), "request": pd.NA})


def _in_step(plan: Plan) -> pd.Series:
    """Who was found as they should be; not those whom the plan leaves alone for another reason."""
    return plan.people.loc[plan.people["action"].eq("none") & plan.people["reason"].isna(), "person"]


def _departed(write: Write) -> pd.Series:
    """Who had left before this plan and is not there any more, and of whom there is something else to remember now."""
    people = write.plan.people
    others = people.loc[~(people["action"].eq("none") & people["reason"].isin(ENDED)), "employee_id"]
    departed: pd.Series = write.acknowledgements.loc[~among(write.acknowledgements["employee_id"], others), "employee_id"]
    return departed


def _lacking(answers: pd.DataFrame) -> pd.Series:
    """Who was accepted without what only the answer could have shown."""
    return answers.loc[answers["status"].eq("accepted") & answers["reason"].eq(NOT_IN_ANSWER), "person"]


def _remember(ledger: Ledger, write: Write, lease: Lease, people: pd.Series, lacking: pd.Series, in_answer: Sequence[str]) -> None:
    known = write.to_remember(people)
    kept = write_only.without(known, in_answer, among(known["employee_id"], lacking))
    ledger.acknowledged.record(write.destination, kept, write.run_id, lease)


def noted(
    ledger: Ledger, write: Write, answer: Answer, names: dict[str, str] | None = None, account: own_account.Account = ()
) -> pd.DataFrame:
    """Keeps what is known of the call, and gives its answers by person.

    Args:
        ledger: The company's.
        write: The plan on its way.
        answer: What was answered.
        names: What names a person in the answer → in the plan, where that is not the same.
        account: What the destination says that it did, where it says so.
    """
    request = len(ledger.deliveries.requests(write.destination, write.plan_run_id)) + 1
    meta: dict[str, object] = {
        "run_id": write.run_id,
        "code": answer.code,
        "people": len(answer.statuses),
        "bytes": answer.request_bytes,
        "seconds": round(answer.seconds, 3),
        "calls": answer.calls,
        **({"whole": True} if answer.whole else {}),
        **answer.counts(),
        **({"account": own_account.to_json(account)} if account else {}),
    }
    if reply := answer.reply():
        write.replies.append({"request": request, **reply})
    ledger.deliveries.record_request(write.destination, write.plan_run_id, request, meta)
    found = answer.statuses
    # Not `map` with the names: that makes a column of all of them for each answer.
    person = pd.Series([names.get(key) for key in found["key"].to_numpy()], found.index, "str") if names else found["key"]
    return pd.DataFrame({"person": person, "status": found["status"], "reason": found["reason"], "request": request})
