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
from typing import Any, Self

import pandas as pd

from destinations.chunks import in_turn
from destinations.expensify.replies import (
    ANSWERED,
    UpdateAnswer,
    as_list,
    as_lists,
    as_object,
    by_person,
    code_of,
    folded,
    judge,
    no_answer,
    refusal,
    skip,
    whole_number,
)
from destinations.expensify.reports import Created, Report, meaning
from destinations.expensify.settings import ExpensifyConnection
from destinations.replies import Answer, Records
from destinations.sending import NOBODY, Sending
from resources.failures import Permanent, Refused
from resources.http import Http, Reply, Retry, checked_url
from resources.rates import RateLimit, RateWindows

MEMBER_COLUMNS = ["policyID", "email", "role", "submitsTo", "employeeID", "customField1", "customField2"]
POLICY_COLUMNS = ["id", "name", "owner", "role", "outputCurrency", "type"]

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
    """

    def __init__(self, settings: ExpensifyConnection, windows: RateWindows, retry: Retry = PATIENCE) -> None:
        self._settings = settings
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
            Permanent: Credentials, rights or the address are wrong.
        """
        settings = self._settings
        job: dict[str, Any] = {
            "type": "update",
            "dry-run": dry_run,
            "dataSource": "request",
            "inputSettings": {"type": "employees", "entity": "generic"},
            "setEmployeePrimaryPolicy": settings.setEmployeePrimaryPolicy,
            "shouldFixApprovalChains": settings.shouldFixApprovalChains,
            "shouldSkipNotificationEmail": settings.shouldSkipNotificationEmail,
        }
        if settings.on_finish_recipients and not dry_run:
            recipients = ",".join(recipient.resolve() for recipient in settings.on_finish_recipients)
            job["onFinish"] = [{"actionName": "email", "recipients": recipients}]
        started, calls = time.monotonic(), self._http.attempts
        body, reply = self._run(job, records, writes=not dry_run)
        diff = as_object(body.get("diff"))
        return UpdateAnswer(
            code=code_of(body) or 200,
            dry_run=bool(body.get("dry-run", dry_run)),
            updated_count=whole_number(body.get("updatedEmployeesCount")),
            diff_to_add=as_lists(diff.get("diffToAdd")),
            diff_to_remove=as_lists(diff.get("diffToRemove")),
            groups=as_lists(body.get("securityGroupEmployeesMap")),
            skipped=[skip(item) for item in as_list(body.get("skippedEmployees"))],
            request_bytes=reply.sent_bytes,
            seconds=time.monotonic() - started,
            calls=self._http.attempts - calls,
        )

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
        self, records: Records, dry_run: bool = False, alone: Mapping[str, str] = NOBODY, apart: Collection[str] = ()
    ) -> Iterator[Answer]:
        """Send all records in chunks and give each answer as it comes; a refused chunk is narrowed down to the people at fault.

        See `destinations.chunks.in_turn` for the order and for what is raised.

        Args:
            records: Under Expensify's names.
            dry_run: Let Expensify say what it would do, and do nothing.
            alone: The numbers of those who failed alone before, and so go alone, with what they were refused for.
            apart: The numbers of those who were in doubt, and so go with nobody else.
        """

        def send(chunk: Records) -> Answer:
            return by_person(chunk, self.update_employees(chunk, dry_run))

        sending = Sending("Expensify", "employeeID", send, NARROWING_CALLS, _units, _without)
        return in_turn(sending, self.chunks(records, alone, apart), alone)

    def members(self, policy_ids: Iterable[str]) -> pd.DataFrame:
        """Who is in the policies: one row a policy and member.

        Returns:
            Columns policyID, email, role, submitsTo, employeeID, customField1, customField2, all text; missing is NaN.

        Raises:
            Permanent: Expensify showed no member list for one of them. It must not pass for an empty policy.
        """
        wanted = list(policy_ids)
        if not wanted:
            return _table([], MEMBER_COLUMNS)
        body, _ = self._run({"type": "get", "inputSettings": {"type": "policy", "policyIDList": wanted, "fields": ["employees"]}})
        info = as_object(body.get("policyInfo"))
        rows: Records = []
        for policy_id in wanted:
            members = as_object(info.get(policy_id)).get("employees")
            if not isinstance(members, list) or not all(isinstance(member, dict) and member.get("email") for member in members):
                raise Permanent(f"Expensify shows no members of policy {policy_id}.", "Is the id right, and is the account its admin?")
            rows += [{**member, "policyID": policy_id} for member in members]
        return _table(rows, MEMBER_COLUMNS)

    def policies(self) -> pd.DataFrame:
        """The policies that the account sees.

        Returns:
            Columns id, name, owner, role, outputCurrency, type, all text; missing is NaN.

        Raises:
            Permanent: The answer holds no list. It must not pass for an account without policies.
        """
        body, _ = self._run({"type": "get", "inputSettings": {"type": "policyList"}})
        policies = body.get("policyList")
        if not isinstance(policies, list):
            raise Permanent("Expensify shows no list of policies.", "Check the url and the account's rights.")
        return _table(policies, POLICY_COLUMNS)

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
            length = sum(len(json.dumps(record)) + 2 for record in mine)
            before, doubtful = doubtful, any(record["employeeID"] in apart for record in mine)
            if chunk and (size + length > self._settings.chunk_bytes or before != doubtful):
                yield chunk
                chunk, size = [], 0
            chunk.extend(mine)
            size += length
        if chunk:
            yield chunk

    def _run(self, job: dict[str, Any], records: Records | None = None, writes: bool = False) -> tuple[dict[str, Any], Reply]:
        credentials = self._credentials()
        # json.dumps writes ASCII only, so that no charset has to be guessed; httpx encodes '+', '&' and '%' of form fields.
        form = {"requestJobDescription": json.dumps({**job, "credentials": credentials})}
        if records is not None:
            form["data"] = json.dumps(records if self._settings.feed_root == "array" else {"Employees": records}, allow_nan=False)
        reply = self._http.send("POST", self._url, judge=judge, before=self._windows.acquire, writes=writes, data=form)
        body = reply.json
        code = code_of(body)
        if code is None:
            raise no_answer(reply, writes=writes)
        if code not in ANSWERED:
            refused = refusal(code, str(body.get("responseMessage") or ""), records or [], credentials.values())
            if records is None and isinstance(refused, Refused):
                raise Permanent(str(refused), "Nothing was changed. Run again; if it stays, ask Expensify, naming the code.")
            raise refused
        return body, reply


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


def _table(rows: list[Any], columns: list[str]) -> pd.DataFrame:
    """Text columns; what is absent, null or empty is NaN."""
    found = [as_object(row) for row in rows]
    cells = {name: [None if row.get(name) in (None, "") else str(row[name]) for row in found] for name in columns}
    return pd.DataFrame(cells, columns=columns).astype("str")
