"""The order in which a plan goes to Findity, where whoever approves has to be there before anyone can name them.

Belongs here: who goes first, approvers by person id, and deleting users one by one, never by a list. Does not belong here: who may be
deleted (``roster.plan.deletion``, ``comparison``), guard, lease and ledger (``destinations.delivery``), the wire (``client``).
"""

from collections.abc import Collection, Container, Iterator, Mapping
from typing import Final

import numpy as np
import orjson
import pandas as pd

from destinations.delivery import Send, Write, noted
from destinations.findity import comparison
from destinations.findity.client import Findity
from destinations.findity.records import FIELDS
from destinations.findity.structure import staying
from destinations.findity.taking_away import to_send
from destinations.replies import Answer, statuses
from destinations.sending import Evidence
from resources.failures import Outage, Refused, Transient, Unanswered
from resources.ledger import Ledger
from roster.membership import among
from roster.plan.decision import Plan
from roster.plan.outcomes import STILL_NEEDED
from roster.records import TAKEN_AWAY

NO_APPROVER = "no_approver_there"
ACTIVE_AGAIN: Final = "active_again"
"""Why somebody was not deleted whose deletion was planned: they are active by what Findity shows right before."""


def to_findity(client: Findity, ledger: Ledger, write: Write, clear_with: str | None = None, not_taken: Collection[str] = ()) -> Send:
    """How a plan's records go to Findity: whom others name as their approver first, then, by the ids that reading shows, everyone else.

    So only approvers are sent twice, nobody waits for theirs longer than that takes, and a leaver goes when nobody has them as approver.
    `clear_with`: what stands for a value that is taken away. `not_taken`: the plan's things that Findity did not take; whoever was to be
    replaced by one of them stays.
    """

    def send(records: pd.DataFrame) -> Iterator[pd.DataFrame]:
        needed = staying.not_taken(records, write.plan, not_taken)
        if len(needed):
            yield pd.DataFrame({"person": needed["person"], "status": "stale", "reason": STILL_NEEDED, "request": 0})
            records = records.drop(needed.index)
        ended = records[records["action"].eq("delete")]
        if len(ended) == len(records):
            yield from _deletions(client, ledger, write, ended)
            return
        records = records[records["action"].ne("delete")]
        names = dict(zip(records["externalSourceId"].to_numpy(), records["person"].to_numpy(), strict=True))
        records = records.assign(
            approverIds=records["approverIds"] if "approverIds" in records else pd.Series(np.nan, records.index, "str")
        )
        named = _named(records, write.plan)
        first, complete = _without_approvers(records[named]), frozenset(_complete(records).to_numpy())
        statuses: dict[str, str] = {}
        failed: Transient | None = None
        tried = records[records["person"].isin(list(write.alone))]
        alone, so_far = dict(zip(tried["externalSourceId"], tried["person"].map(write.alone), strict=True)), Evidence()
        try:
            for answer in client.deliver(to_send(first, FIELDS, clear_with), alone, so_far, last=False):
                answers = noted(ledger, write, answer, names)
                statuses.update(zip(answers["person"], answers["status"], strict=True))
                # Whoever is still to be given an approver is not answered yet.
                yield _answered(answers, complete)
        except Outage:  # the others would meet it too
            raise
        except Transient as failure:  # no reason for the others to wait
            failed = failure
        accepted = pd.Series([person for person, status in statuses.items() if status == "accepted"], dtype="str")
        rest = _rest(records, first, accepted)
        if rest["approverIds"].notna().any():
            created = records[records["action"].eq("create") & among(records["person"], accepted)]
            users = client.users(awaited=set(created["externalSourceId"]))
            unanswered = set(first["person"]) - {person for person, status in statuses.items() if status != "unknown"}
            rest, lacking = _by_person_id(rest, _person_ids(users, write, ledger), unanswered)
            yield _lacking(lacking, rest, accepted)
        else:
            lacking = rest.head(0)
        complete |= frozenset(rest["person"].to_numpy())
        for answer in client.deliver(to_send(rest, FIELDS, clear_with), alone, so_far):
            answers = noted(ledger, write, answer, names)
            # Who failed alone before the others and was taken now still lacks their approver: a re-execution gives them one.
            answers = _answered(answers, complete)
            without = answers["status"].eq("accepted") & among(answers["person"], lacking["person"])
            yield answers.assign(reason=answers["reason"].mask(without, NO_APPROVER))
        yield from _deletions(client, ledger, write, ended)
        if failed:
            raise failed

    return send


def _named(records: pd.DataFrame, plan: Plan) -> pd.Series:
    """Whose record goes first: whom another one names as approver, unless they leave."""
    numbers = {number for text in _named_in(records) for number in orjson.loads(text)}
    people = plan.people.loc[among(plan.people["employee_id"], pd.Series(sorted(numbers), dtype="str")), "person"]
    return records["action"].ne("deactivate") & among(records["person"], people)


def _named_in(records: pd.DataFrame) -> list[str]:
    """The lists of approvers, without those that are taken away."""
    texts: list[str] = records["approverIds"][records["approverIds"].ne(TAKEN_AWAY)].dropna().unique().tolist()
    return texts


def _complete(records: pd.DataFrame) -> pd.Series:
    """Who is given no approver, and so has everything with their first record."""
    return records.loc[records["approverIds"].isna(), "person"]


def _answered(answers: pd.DataFrame, complete: Container[str]) -> pd.DataFrame:
    """The answers without those of whoever was accepted and has not everything yet."""
    return answers[answers["status"].ne("accepted") | np.array([one in complete for one in answers["person"].to_numpy()], bool)]


def _without_approvers(records: pd.DataFrame) -> pd.DataFrame:
    """The records without approvers; whoever gets nothing else new need not be sent twice."""
    rest = records.drop(columns="approverIds")
    return rest[_has_more(rest) | records["action"].ne("update")]


def _has_more(records: pd.DataFrame) -> pd.Series:
    """Which records say more than who approves."""
    other = records.columns.difference(["person", "action", "apply", "externalSourceId", "active", "approverIds"])
    more: pd.Series = records[other].notna().any(axis="columns")
    return more


def _rest(records: pd.DataFrame, first: pd.DataFrame, accepted: pd.Series) -> pd.DataFrame:
    """What is still to be sent: of those who went first only their approver, and nothing if they were not accepted."""
    went, done = among(records["person"], first["person"]), among(records["person"], accepted)
    kept = ["person", "action", "apply", "externalSourceId", "approverIds"]
    rest = records.copy()
    rest.loc[went, rest.columns.difference(kept)] = np.nan
    rest["active"] = rest["active"].mask(went, "true")  # so that this update too leaves nobody to a default
    rest["action"] = rest["action"].mask(went, "update")
    return rest[~went | (done & rest["approverIds"].notna())]


def _person_ids(users: pd.DataFrame, write: Write, ledger: Ledger) -> dict[str, str]:
    """How a plan names each person → the id by which Findity does."""
    pairs = write.plan.people[["employee_id", "account"]].dropna(subset="employee_id")
    written = pairs["employee_id"].map(comparison.addressed(write.plan.records)).astype("str")
    pairs = pairs.assign(account=pairs["account"].fillna(written)).dropna(subset="account")
    return {name: person for person, name in comparison.person_names(users, pairs, ledger.keys.of_fields(write.destination)).items()}


def _by_person_id(records: pd.DataFrame, ids: Mapping[str, str], unanswered: Container[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The records with their approvers' ids, and those of them whose approver has none there.

    Whoever's approver is there or not, nobody knows yet, is left for a re-execution.
    """
    texts = _named_in(records)
    waiting = [text for text in texts if any(name in unanswered and name not in ids for name in orjson.loads(text))]
    records = records[~among(records["approverIds"], pd.Series(waiting, dtype="str"))]
    given = (
        records["approverIds"].map({TAKEN_AWAY: TAKEN_AWAY, **{text: comparison.as_person_ids(text, ids) for text in texts}}).astype("str")
    )
    lacking = records[records["approverIds"].notna() & given.isna()]
    records = records.assign(approverIds=given)
    return records[records["approverIds"].notna() | records["action"].ne("update") | _has_more(records)], lacking


def _lacking(lacking: pd.DataFrame, sent: pd.DataFrame, accepted: pd.Series) -> pd.DataFrame:
    """Answers for those to whom nothing but an approver was to be sent who is not there."""
    unsent = lacking.loc[~among(lacking["person"], sent["person"]), "person"]
    status = among(unsent, accepted).map({True: "accepted", False: "refused"})
    return pd.DataFrame({"person": unsent, "status": status, "reason": NO_APPROVER, "request": 0})


def _deletions(client: Findity, ledger: Ledger, write: Write, records: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """The answers, as they come. Of whoever got none it is unknown, and the others go on.

    Args:
        client: The organization's.
        ledger: The company's.
        write: The plan on its way.
        records: Those of its records whose action is `delete`.
    """
    for person, account in zip(records["person"], records["externalSourceId"], strict=True):
        yield noted(ledger, write, _deleted(client, account), {account: person})


def _deleted(client: Findity, account: str) -> Answer:
    there = client.user(account)
    if there.empty:  # somebody else was quicker, or an attempt whose answer was lost
        return Answer(statuses([account]), code="404")
    if there["active"].fillna(True).astype("bool").all():
        return Answer(statuses([account], "refused", ACTIVE_AGAIN))
    try:
        return client.delete_user(account)
    except Refused as refused:
        return Answer(statuses([account], "refused", str(refused)), code=refused.code)
    except Unanswered:
        return Answer(statuses([account], "unknown", "no answer came"))
