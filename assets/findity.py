"""Findity as a destination.

Belongs here: how the five steps of ``assets.graph.destination`` are done at Findity. Does not belong here: the rules (``roster``) and the
wire (``resources.findity``).
"""

from functools import partial

import pandas as pd

from assets.company import Company, FindityAccess
from assets.graph.destination import Bundle, Destination
from resources import delivery
from resources.delivery_findity import to_findity
from resources.ledger import Ledger
from roster import findity
from roster.people.chain import approval_chain
from roster.plan import builder as planning
from roster.plan import landing
from roster.plan.builder import People, Unseen
from roster.plan.decision import Plan
from roster.settings import FindityUsers

_UNSEEN = Unseen(findity.UNSEEN, ())


def destination(company: Company) -> Destination | None:
    """Findity for one company, if it uses it."""
    settings = company.settings.findity
    if settings is None:
        return None
    return Destination(
        name="findity",
        title="Findity",
        desired="users",
        read=_read,
        desire=partial(_desire, company, settings.users),
        plan=lambda people, known, desired, circumstances: planning.plan_findity(people, known["users"], desired["desired"], circumstances),
        accounts=lambda people, known: findity.accounts(known["users"], people.roster["employee_id"])["account"],
        acknowledge=_acknowledge,
        dry_run=None,
        send=_send,
        differences=lambda plan, desired, known, key: landing.differences_at_findity(plan, desired["desired"], known["users"], key),
        disagreements=lambda *_: [],
        patience=settings.connection.read_back_seconds,
    )


def _read(access: FindityAccess, ledger: Ledger, roster: pd.DataFrame) -> Bundle:
    with access.open() as client:
        return {"users": client.users(), "units": client.units()}


def _desire(
    company: Company, rules: FindityUsers, roster: pd.DataFrame, rejected: pd.Series, known: Bundle, leavable: pd.DataFrame, key: bytes
) -> Bundle:
    settings = company.settings
    numbers = pd.concat([roster["employee_id"], rejected, known["acknowledged"]["employee_id"]])
    accounts = findity.accounts(known["users"], numbers, known["acknowledged"])
    chain = approval_chain(roster, accounts, leavable, settings.approvers, settings.hr.people.absent_means, key)
    users, faults = findity.users(roster, chain, known["units"], rules)
    return {"desired": users, "faults": faults, "repairs": chain.repairs}


def _acknowledge(plan: Plan, desired: Bundle, people: People) -> pd.DataFrame:
    users = desired["desired"]
    there = plan.people.dropna(subset="employee_id").set_index("employee_id")["account"]
    accounts = users["employee_id"].map(there).fillna(users["externalSourceId"])
    return planning.acknowledgements(plan, users, accounts, people, _UNSEEN)


def _send(access: FindityAccess, ledger: Ledger, write: delivery.Write) -> None:
    with access.open() as client:
        delivery.deliver(ledger, write, to_findity(client, ledger, write))
