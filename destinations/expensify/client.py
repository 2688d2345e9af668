"""Expensify's Integration Server: the employee job and the two getters that show what is there.

Belongs here: what goes over the wire, what an answer means, chunks. Does not belong here: who is sent what (``records``) and
anything of Dagster.

Every job is one POST with form fields to one address; job-level keys stand beside `inputSettings`, where a misplaced one is ignored
without a word (vendor manual). The answer's code is `responseCode` in the body, mostly under HTTP 200, whatever the Content-Type.
"""

import json
import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal, Self, TypeGuard

import numpy as np
import orjson
import pandas as pd

from destinations.chunks import in_turn
from destinations.expensify import lowered, policies
from destinations.expensify.membership import SUBMITS_TO_NOBODY
from destinations.expensify.replies import (
    PARTIAL,
    Logins,
    UpdateAnswer,
    as_lists,
    as_object,
    by_person,
    check_dry_run,
    code_of,
    folded,
    judge,
    no_answer,
    refusal,
    silent_in,
    skips,
    whole_number,
)
from destinations.expensify.reports import Created, Report, meaning
from destinations.expensify.roads.road import NO_FEED, ByRequest, Offer, Road, of_fetching
from destinations.expensify.settings import ExpensifyConnection
from destinations.replies import Answer, Record, Records
from destinations.sending import NOBODY, Sending
from resources.failures import Permanent, Refused, Transient
from resources.http import Http, Reply, Retry, checked_url
from resources.rates import RateLimit, RateWindows

MEMBER_COLUMNS = ["policyID", "email", "role", "submitsTo", "employeeID", "customField1", "customField2"]
POLICY_COLUMNS = ["id", "name", "owner", "role", "outputCurrency", "type"]
PolicyField = Literal["employees", "tags", "categories", "reportFields", "tax"]
"""What the policy getter may be asked for."""

PATIENCE = Retry(first_wait=5.0)
"""Expensify names no Retry-After; four doubled waits from here outlast its longer window of 60 seconds."""


def patience(limits: Sequence[RateLimit]) -> Retry:
    """`PATIENCE`, and for windows that are longer than the published ones as much more of it."""
    longest = max(limit.seconds for limit in limits)
    return replace(PATIENCE, first_wait=max(PATIENCE.first_wait, longest / 12), longest_wait=max(PATIENCE.longest_wait, longest))


NARROWING_CALLS = 400
"""How many further requests a delivery may spend on finding the people for whom whole chunks were refused: twenty minutes' worth."""


class Expensify:
    """A client for one set of partner credentials. Use it as a context manager.

    Args:
        settings: Where and as whom.
        windows: Waits until a call may start, before each attempt.
        retry: How to repeat.
        road: How feeds get there; by default in the request.
    """

    def __init__(self, settings: ExpensifyConnection, windows: RateWindows, retry: Retry = PATIENCE, road: Road | None = None) -> None:
        self._settings = settings
        self._road = road or ByRequest()
        self._windows = windows
        self._url = checked_url(settings.url.resolve(), "Expensify url")
        self._http = Http("Expensify", self._url, settings.timeout, retry)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.__exit__()

    def update_employees(self, records: Records, dry_run: bool) -> UpdateAnswer:
        """Run the employee job once.

        The job is an upsert keyed by address and number, so it is repeated after a lost reply.

        Args:
            records: Employee records under Expensify's names.
            dry_run: Let Expensify say what it would do, and do nothing.

        Raises:
            Refused: The records were refused as a whole.
            Unanswered: They may have been applied.
            Transient: They were not.
            Permanent: Credentials, rights or the address are wrong, or the feed cannot be laid where Expensify would fetch it.
        """
        settings = self._settings
        offer = self._road.offer(self.feed(records))
        job: dict[str, Any] = {
            "type": "update",
            "dry-run": dry_run,
            "dataSource": offer.source,
            "inputSettings": {"type": "employees", "entity": "generic"},
            "setEmployeePrimaryPolicy": settings.setEmployeePrimaryPolicy,
            "shouldFixApprovalChains": settings.shouldFixApprovalChains,
            "shouldSkipNotificationEmail": settings.shouldSkipNotificationEmail,
            **({"fixFirstLevelManagersOnly": True} if settings.fixFirstLevelManagersOnly else {}),
            **settings.extra,
        }
        if settings.on_finish_recipients and not dry_run:
            recipients = ",".join(recipient.resolve() for recipient in settings.on_finish_recipients)
            job["onFinish"] = [{"actionName": "email", "recipients": recipients}]
        started, calls = time.monotonic(), self._http.attempts
        body, reply = self._run(job, records, writes=not dry_run, offer=offer)
        check_dry_run(body, dry_run)
        diff = as_object(body.get("diff"))
        return UpdateAnswer(
            code=code_of(body) or 200,
            dry_run=dry_run,
            updated_count=whole_number(body.get("updatedEmployeesCount")),
            diff_to_add=as_lists(diff.get("diffToAdd")),
            diff_to_remove=as_lists(diff.get("diffToRemove")),
            groups=as_lists(body.get("securityGroupEmployeesMap")),
            silent=silent_in(body),
            skipped=skips(body, reply, writes=not dry_run),
            request_bytes=reply.sent_bytes + offer.size,
            seconds=time.monotonic() - started,
            calls=self._http.attempts - calls,
        )

    def feed(self, records: Records) -> str:
        """The JSON of one feed: ASCII only, so that no charset has to be guessed on any road."""
        return json.dumps(records if self._settings.feed_root == "array" else {"Employees": records}, allow_nan=False)

    def chunks(self, records: Records, alone: Collection[str] = (), apart: Collection[str] = ()) -> Iterator[Records]:
        """Records in feeds of at most `chunk_bytes`, in their order; whoever is in `alone` by number has one of their own, and those in
        `apart` are with nobody else.

        The records of one person stay together, and so do someone on leave and all who name them as manager, even beyond
        `chunk_bytes`: Expensify says nowhere that it remembers a leave from another call. Those with and without a domainGroupID do not
        meet otherwise: Expensify assigns no groups at all in a call in which one record lacks it.
        """
        together = _units(records)
        in_groups = [unit for unit in together if all(record.get("domainGroupID") for record in unit)]
        others = [unit for unit in together if not all(record.get("domainGroupID") for record in unit)]
        for part in (in_groups, others):
            yield from self._by_size(part, alone, apart)

    def deliver(
        self,
        records: Records,
        dry_run: bool = False,
        alone: Mapping[str, str] = NOBODY,
        apart: Collection[str] = (),
        logins: Logins = dict,
    ) -> Iterator[Answer]:
        """Send all records in chunks and give each answer as it comes; a refused chunk is narrowed down to the people at fault.

        See `destinations.chunks.in_turn` for the order and for what is raised.

        Args:
            records: Under Expensify's names.
            dry_run: Let Expensify say what it would do, and do nothing.
            alone: The numbers of those who failed alone before, and so go alone, with what they were refused for.
            apart: The numbers of those who were in doubt, and so go with nobody else.
            logins: Whose other addresses are known (`by_person`).
        """

        def send(chunk: Records) -> Answer:
            return lowered.sent(chunk, lambda some: by_person(some, self.update_employees(some, dry_run), logins))

        sending = Sending("Expensify", "employeeID", send, NARROWING_CALLS, _units, _without)
        return in_turn(sending, self.chunks(records, alone, apart), alone)

    def members(self, policy_ids: Iterable[str]) -> pd.DataFrame:
        """Who is in the policies: one row a policy and member.

        Returns:
            Columns policyID, email, role, submitsTo, employeeID, customField1, customField2, all text; missing is NaN; and
            `membership.SUBMITS_TO_NOBODY`.

        Raises:
            Permanent: Expensify showed no member list for one of them. It must not pass for an empty policy.
        """
        wanted = list(policy_ids)
        info = self.policy_info(wanted, ["employees"])
        return members_of(info, wanted)

    def policy_info(self, policy_ids: Iterable[str], fields: Sequence[PolicyField]) -> dict[str, dict[str, Any]]:
        """What the policy getter says of policies, all of them in one call: policyID → the fields, as they came.

        A policy that it leaves out is not in it. What the fields are as frames: `destinations.expensify.policies`, `members_of`.
        """
        wanted = list(policy_ids)
        if not wanted:
            return {}
        body, _ = self._run({"type": "get", "inputSettings": {"type": "policy", "policyIDList": wanted, "fields": list(fields)}})
        info = as_object(body.get("policyInfo"))
        return {policy_id: as_object(info[policy_id]) for policy_id in wanted if policy_id in info}

    def tags(self, policy_ids: Iterable[str]) -> pd.DataFrame:
        """The tags of policies: `destinations.expensify.policies.tags`."""
        return policies.tags(self.policy_info(policy_ids, ["tags"]))

    def categories(self, policy_ids: Iterable[str]) -> pd.DataFrame:
        """The categories of policies: `destinations.expensify.policies.categories`."""
        return policies.categories(self.policy_info(policy_ids, ["categories"]))

    def report_fields(self, policy_ids: Iterable[str]) -> pd.DataFrame:
        """The report fields of policies: `destinations.expensify.policies.report_fields`."""
        return policies.report_fields(self.policy_info(policy_ids, ["reportFields"]))

    def tax(self, policy_ids: Iterable[str]) -> pd.DataFrame:
        """The tax rates of policies: `destinations.expensify.policies.tax`."""
        return policies.tax(self.policy_info(policy_ids, ["tax"]))

    def policies(self) -> pd.DataFrame:
        """The policies that the account sees.

        Returns:
            Columns id, name, owner, role, outputCurrency, type, all text; missing is NaN.

        Raises:
            Permanent: The answer holds no list. It must not pass for an account without policies.
        """
        body, _ = self._run({"type": "get", "inputSettings": {"type": "policyList"}})
        listed = body.get("policyList")
        if not isinstance(listed, list):
            raise Permanent("Expensify shows no list of policies.", "Check the url and the account's rights.")
        table = policies.table(listed, POLICY_COLUMNS)
        is_text = pd.Series([isinstance(as_object(one).get("owner"), str) for one in listed], index=table.index, dtype="bool")
        return table.assign(owner=table["owner"].str.strip().where(is_text))

    def create_report(self, report: Report) -> Created:
        """Create a report with expenses on somebody's behalf. It is no upsert, so that it is not repeated after a lost reply.

        Args:
            report: Which.

        Raises:
            Unanswered: It may have been created or not.
            Transient: It was not.
            Permanent: It was refused.
        """
        credentials = self._credentials()
        job = {"type": "create", "credentials": credentials, "inputSettings": {"type": "report", **report.settings}}
        form = {"requestJobDescription": json.dumps(job)}
        reply = self._http.send("POST", self._url, judge=judge, before=self._windows.acquire, repeat_lost=False, data=form)
        code = code_of(reply.json)
        if code is None:
            raise no_answer(reply, writes=True)
        return meaning(reply.json, code, report, tuple(credentials.values()))

    def _credentials(self) -> dict[str, str]:
        return {
            "partnerUserID": self._settings.partner_user_id.resolve(),
            "partnerUserSecret": self._settings.partner_user_secret.resolve(),
        }

    def _by_size(self, units: list[Records], alone: Collection[str], apart: Collection[str]) -> Iterator[Records]:
        chunk: Records = []
        size, doubtful = 0, False
        for mine in units:
            if mine[0]["employeeID"] in alone and len({record["employeeID"] for record in mine}) == 1:
                if chunk:
                    yield chunk
                yield mine
                chunk, size = [], 0
                continue
            length = sum(_length(record) + 2 for record in mine)
            before, doubtful = doubtful, any(record["employeeID"] in apart for record in mine)
            if chunk and (size + length > self._settings.chunk_bytes or before != doubtful):
                yield chunk
                chunk, size = [], 0
            chunk.extend(mine)
            size += length
        if chunk:
            yield chunk

    def _run(
        self, job: dict[str, Any], records: Records | None = None, writes: bool = False, offer: Offer = NO_FEED
    ) -> tuple[dict[str, Any], Reply]:
        credentials = self._credentials()
        # json.dumps writes ASCII only, so that no charset has to be guessed; `resources.forms` encodes '+', '&' and '%'.
        form = {"requestJobDescription": json.dumps({**job, "credentials": {**credentials, **offer.credentials}})}
        if offer.data is not None:
            form["data"] = offer.data
        reply = self._http.send("POST", self._url, judge=judge, before=self._windows.acquire, writes=writes, data=form)
        body = offer.cleared(reply.json)
        code = code_of(body)
        if code is None:
            raise no_answer(reply, writes=writes)
        if code == PARTIAL and records is None:
            what = "Expensify shows a part only of what was to be read (207)."
            raise Transient(what, "Run again; nothing was planned from the incomplete list.")
        if code not in (200, PARTIAL):
            message = str(body.get("responseMessage") or "")
            refused = refusal(code, message, records or [], [*credentials.values(), *offer.hidden()])
            if records is None and isinstance(refused, Refused):
                raise Permanent(str(refused), "Nothing was changed. Run again; if it stays, ask Expensify, naming the code.")
            raise of_fetching(refused, message, offer, records or [], code)
        return body, reply


def _length(record: Record) -> int:
    """How many bytes `Expensify.feed` makes of a record at most: `json.dumps` puts a blank after each comma and colon, and takes three
    times as long."""
    dense = orjson.dumps(record)
    plain = dense.isascii() and b"\x7f" not in dense
    return len(dense) + dense.count(b",") + dense.count(b":") if plain else len(json.dumps(record))


def _units(records: Records) -> list[Records]:
    """Records that one call must hold, in the order of their first: a person's, and those of a manager on leave and all under them."""
    numbers = dict.fromkeys(record["employeeID"] for record in records)
    away = {folded(record["employeeEmail"]): record["employeeID"] for record in records if record.get("workerStatus") == "On Leave"}
    under = {record["employeeID"]: away.get(folded(record["managerEmail"])) for record in records if not record.get("isTerminated")}
    units: dict[Any, Records] = {}
    tops: dict[str, str] = {}
    for number in numbers if away else ():
        top, passed = number, {number}
        while (above := under.get(top)) and above not in passed:
            passed.add(above)
            top = above
        tops[number] = top
    for record in records:
        units.setdefault(tops.get(record["employeeID"], record["employeeID"]), []).append(record)
    return list(units.values())


def _without(unit: Records, named: Collection[str]) -> Records:
    """What of a unit may go without some of its people: nothing, if one of them is on leave and the others hang on them."""
    left = [record for record in unit if record["employeeID"] not in named]
    away = any(record.get("workerStatus") == "On Leave" for record in unit if record["employeeID"] in named)
    return [] if away else left


def members_of(info: Mapping[str, Mapping[str, Any]], policy_ids: Iterable[str]) -> pd.DataFrame:
    """The members of some of the policies that `Expensify.policy_info` gave, as `Expensify.members` gives them.

    Raises:
        Permanent: It has no member list of one of them.
    """
    rows: Records = []
    for policy_id in policy_ids:
        members = info.get(policy_id, {}).get("employees")
        if not is_member_list(members):
            raise Permanent(f"Expensify shows no members of policy {policy_id}.", "Is the id right, and is the account its admin?")
        rows += [{**member, "policyID": policy_id} for member in members]
    table = policies.table(rows, MEMBER_COLUMNS)
    # Typed by hand there: blanks around an address or a number make nobody another, nor do capitals make another role.
    table = table.assign(**{name: table[name].str.strip() for name in ("email", "role", "submitsTo", "employeeID")})
    approver = table["submitsTo"]
    # Few are no plain address, and only of these it is asked whether they are a text.
    odd = np.flatnonzero(~approver.str.match(r"[^{\[]+@", na=False))
    texts = [at for at in odd if isinstance(rows[at].get("submitsTo"), str)]
    approver = approver.mask(table.index.isin(np.setdiff1d(odd, texts)))
    nobody = pd.Series("true", index=table.index, dtype="str").where(table.index.isin(texts))
    return table.assign(role=table["role"].str.lower(), submitsTo=approver, **{SUBMITS_TO_NOBODY: nobody.where(approver.isna())})


def is_member_list(members: Any) -> TypeGuard[list[dict[str, Any]]]:
    """Whether this is a policy's members: a list, every one of them with an address."""
    if not isinstance(members, list) or not all(isinstance(member, dict) for member in members):
        return False
    addresses = [member.get("email") for member in members]
    return {*map(type, addresses)} <= {str} and all(map(str.strip, addresses))
