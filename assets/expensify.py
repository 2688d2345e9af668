"""Expensify as a destination.

Belongs here: how the five steps of ``assets.graph.destination`` are done at Expensify. Does not belong here: the rules (``roster``) and
the wire (``resources.expensify``).
"""

from dataclasses import asdict
from functools import partial
from typing import Any

import pandas as pd

from assets.company import Company, ExpensifyAccess
from assets.graph.destination import Bundle, Destination
from resources import delivery
from resources.failures import Permanent
from resources.ledger import Ledger
from roster import agreement, expensify, leave
from roster.people.chain import approval_chain
from roster.plan import builder as planning
from roster.plan import landing
from roster.plan.builder import People, Unseen
from roster.plan.decision import Circumstances, Plan
from roster.records import to_records
from roster.settings import ExpensifyFeed

_UNSEEN = Unseen(expensify.UNSEEN, expensify.SHOWN)


def destination(company: Company) -> Destination | None:
    """Expensify for one company, if it uses it."""
    settings = company.settings.expensify
    if settings is None:
        return None
    return Destination(
        name="expensify",
        title="Expensify",
        desired="employee_feed",
        read=partial(_read, settings.feed),
        desire=partial(_desire, company, settings.feed),
        plan=_plan,
        accounts=lambda people, known: expensify.accounts(known["members"], people.acknowledged)["account"],
        acknowledge=_acknowledge,
        dry_run=partial(_dry_run, settings.connection.shouldFixApprovalChains),
        send=_send,
        differences=lambda plan, desired, known, _key: landing.differences_at_expensify(plan, desired["desired"], known["members"]),
        disagreements=partial(agreement.disagreements, invites=settings.connection.shouldFixApprovalChains),
        patience=settings.connection.read_back_seconds,
    )


def _read(rules: ExpensifyFeed, access: ExpensifyAccess, ledger: Ledger, roster: pd.DataFrame) -> Bundle:
    wanted = expensify.policies_of(rules, roster)
    with access.open(ledger) as client:
        try:
            return {"members": client.members(wanted)}
        except Permanent:
            # One id that is no policy, in a cell of HR's, must not stop everyone else: who needs it is refused by name.
            there = [policy for policy in wanted if policy in set(client.policies()["id"])]
            if there in ([], wanted):  # of none of them there is nothing to compare with: nobody may pass for new
                raise
            return {"members": client.members(there)}


def _desire(
    company: Company, rules: ExpensifyFeed, roster: pd.DataFrame, rejected: pd.Series, known: Bundle, leavable: pd.DataFrame, key: bytes
) -> Bundle:
    settings = company.settings
    accounts = expensify.accounts(known["members"], known["acknowledged"])
    chain = approval_chain(roster, accounts, leavable, settings.approvers, settings.hr.people.absent_means, key)
    feed, faults = expensify.employee_feed(roster, chain, rules)
    return {"desired": feed, "faults": faults, "repairs": chain.repairs}


def _plan(people: People, known: Bundle, desired: Bundle, circumstances: Circumstances) -> Plan:
    return planning.plan_expensify(people, known["members"], desired["desired"], desired["faults"], circumstances)


def _acknowledge(plan: Plan, desired: Bundle, people: People) -> pd.DataFrame:
    feed = desired["desired"]
    return planning.acknowledgements(plan, feed, feed["employeeEmail"].str.lower(), people, _UNSEEN)


def _dry_run(invites: bool, access: ExpensifyAccess, ledger: Ledger, plan: Plan) -> dict[str, Any]:
    records = plan.records[plan.records["apply"]]
    if records.empty:
        return {}
    with access.open(ledger) as client:
        answers = list(client.deliver(to_records(leave.self_contained(records), expensify.FIELDS), dry_run=True))
    refused = pd.concat([answer.statuses for answer in answers])
    refused = refused[refused["status"].ne("accepted")]
    replies = [asdict(answer.update) for answer in answers if answer.update]
    return {
        "requests": len(answers),
        "bytes": sum(answer.request_bytes for answer in answers),
        "would_refuse": dict(zip(refused["key"], refused["reason"].fillna("no reason given"), strict=True)),
        "disagreements": agreement.disagreements(records, replies, invites=invites),
    }


def _send(access: ExpensifyAccess, ledger: Ledger, write: delivery.Write) -> None:
    with access.open(ledger) as client:
        delivery.deliver(ledger, write, delivery.to_expensify(client, ledger, write))
