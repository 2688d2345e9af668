"""The order in which a plan goes to Expensify: whole records, leavers last; after them whoever is deleted by the dialect."""

from collections.abc import Iterator, Mapping

import pandas as pd

from destinations.delivery import Send, Write, noted
from destinations.expensify import leave, membership, movers
from destinations.expensify.client import Expensify
from destinations.expensify.comparison import DELETION, WRITE_ONLY
from destinations.expensify.members import Members
from destinations.expensify.own_account import People, Sent, of_changes, own_account
from destinations.expensify.records import to_send
from destinations.expensify.settings import ExpensifyFeed
from destinations.replies import Answer, statuses
from resources.failures import Outage, Refused
from resources.ledger import Ledger
from roster.membership import among


def to_expensify(
    client: Expensify, ledger: Ledger, write: Write, rules: ExpensifyFeed | None = None, members: Members | None = None
) -> Send:
    """How a plan's records go to Expensify: whole records, leavers last.

    Args:
        client: Of the official jobs.
        ledger: The company's.
        write: The plan on its way.
        rules: Where each field comes from; without them nothing is added to the records or taken away.
        members: Of the dialect, where the settings have it.
    """

    def send(records: pd.DataFrame) -> Iterator[pd.DataFrame]:
        feed = official(records)
        names = numbered(feed)
        tried = feed[feed["person"].isin(list(write.alone))]
        alone = dict(zip(tried["employeeID"], tried["person"].map(write.alone), strict=True))
        apart = set(feed.loc[feed["person"].isin(list(write.apart)), "employeeID"])

        people = People.of(write.plan)

        def logins() -> Mapping[str, str]:
            return membership.logins(ledger.acknowledged.all(write.destination), write.plan)

        def answered(some: pd.DataFrame) -> Iterator[pd.DataFrame]:
            for answer in client.deliver(to_send(some, rules), False, alone, apart, logins) if len(some) else ():
                mine = some[among(some["employeeID"], answer.statuses["key"])]
                account = own_account(Sent.of(mine, people), reply) if (reply := answer.reply()) else ()
                yield of_changes(noted(ledger, write, answer, names, account), write.plan, WRITE_ONLY.in_answer)

        staying, going = movers.steps(leave.self_contained(feed))
        arrived: dict[str, object] = {}
        for answers in answered(staying):
            # Answered once they have left too: a rerun sends both again.
            halfway = answers["status"].eq("accepted") & answers["person"].isin(going["person"].tolist())
            arrived.update(zip(answers.loc[halfway, "person"], answers.loc[halfway, "reason"], strict=True))
            yield answers[~halfway]
        for answers in answered(going[going["person"].isin(list(arrived))]):
            yield answers.assign(reason=answers["reason"].astype("str").fillna(answers["person"].map(arrived).astype("str")))
        if members is not None and len(feed) < len(records):
            yield from _deleted(members, ledger, write, records[records[DELETION].eq("true")])

    return send


def official(records: pd.DataFrame) -> pd.DataFrame:
    """The records that go by the official job; somebody has all of theirs by the one or by the other."""
    return records[records[DELETION].ne("true").fillna(True)] if DELETION in records else records


def numbered(records: pd.DataFrame) -> dict[str, str]:
    """The number in each record → how the plan names its person: the same, but for strangers."""
    return dict(zip(records["employeeID"].to_numpy(), records["person"].to_numpy(), strict=True)) if len(records) else {}


def _deleted(members: Members, ledger: Ledger, write: Write, records: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Deletes policy by policy. Somebody is accepted once every policy of theirs has taken it, so they are answered at the end.

    Raises:
        Outage: Several were sent, and all were refused alike: that says nothing of any of them.
    """
    refused: dict[str, str] = {}
    taken = False
    for policy, mine in records.groupby("policyID", sort=True):
        answer = _delete(members, str(policy), dict(zip(mine["employeeEmail"], mine["person"], strict=True)), refused)
        noted(ledger, write, answer)
        taken = taken or bool(answer.statuses["status"].eq("accepted").any())
    if not taken and len(refused) > 1 and len(set(refused.values())) == 1:
        reason = next(iter(refused.values()))
        raise Outage(
            f"Expensify's members_api refuses whatever is sent ({reason}): nobody counts as refused.",
            "Check members_url, and whether the account has that dialect; then re-execute the run.",
        )
    table = statuses(records["person"], refused=refused)
    last = len(ledger.deliveries.requests(write.destination, write.plan_run_id))
    yield table.rename(columns={"key": "person"}).assign(request=last)


def _delete(members: Members, policy: str, people: dict[str, str], refused: dict[str, str]) -> Answer:
    """One policy's; where that is refused as a whole, each alone, for nobody is refused but alone."""
    before, sent, whole = members.calls, 0, False
    try:
        sent = members.delete(policy, list(people)).sent_bytes
    except Refused as failure:
        if not failure.of_record:  # of nobody that was sent
            raise
        whole = len(people) == 1
        if whole:
            refused.update(dict.fromkeys(people.values(), failure.reason))
        for email, person in people.items() if not whole else ():
            try:
                sent += members.delete(policy, [email]).sent_bytes
            except Refused as single:
                refused[person] = single.reason
    here = {person: reason for person, reason in refused.items() if person in people.values()}
    return Answer(statuses(people.values(), refused=here), code="200", request_bytes=sent, calls=members.calls - before, whole=whole)
