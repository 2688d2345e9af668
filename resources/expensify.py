"""Expensify's Integration Server: the employee job and the two getters that show what is there.

Belongs here: what goes over the wire, what an answer means, chunks. Does not belong here: who is sent what (``roster.expensify``) and
anything of Dagster.

Every job is one POST with form fields to one address; job-level keys stand beside `inputSettings`, where a misplaced one is ignored
without a word (vendor manual). The answer's code is `responseCode` in the body, mostly under HTTP 200, whatever the Content-Type.
"""

import json
import re
import time
from collections.abc import Iterable, Iterator
from typing import Any, Self

import pandas as pd

from resources.answers import Answer, Records, Skip, UpdateAnswer, in_turn, statuses, without_people
from resources.failures import Permanent, Refused, Unanswered
from resources.http import Http, Reply, Retry, Verdict, by_status, checked_url
from resources.rates import RateWindows
from resources.settings import ExpensifyConnection

MEMBER_COLUMNS = ["policyID", "email", "role", "submitsTo", "employeeID", "customField1", "customField2"]
POLICY_COLUMNS = ["id", "name", "owner", "role", "outputCurrency", "type"]

PATIENCE = Retry(first_wait=5.0)
"""Expensify names no Retry-After; four doubled waits from here outlast its longer window of 60 seconds."""

NARROWING_CALLS = 40
"""How many further requests a delivery may spend on finding the people for whom whole chunks were refused: two minutes' worth."""

_ACCESS_CODES = (401, 403, 404)
_ACCESS_WORDS = re.compile(r"authoriz|authentic|credential|permission|partneruser", re.IGNORECASE)


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
        diff = _object(body.get("diff"))
        return UpdateAnswer(
            code=200,
            dry_run=bool(body.get("dry-run", dry_run)),
            updated_count=_number(body.get("updatedEmployeesCount")),
            diff_to_add=_lists(diff.get("diffToAdd")),
            diff_to_remove=_lists(diff.get("diffToRemove")),
            groups=_lists(body.get("securityGroupEmployeesMap")),
            skipped=[_skip(item) for item in _list(body.get("skippedEmployees"))],
            request_bytes=reply.sent_bytes,
            seconds=time.monotonic() - started,
            calls=self._http.attempts - calls,
        )

    def chunks(self, records: Records) -> Iterator[Records]:
        """Records in feeds of at most `chunk_bytes`, in their order.

        The records of one person stay together, and so do someone on leave and all who name them as manager, even beyond
        `chunk_bytes`: Expensify says nowhere that it remembers a leave from another call. Those with and without a domainGroupID do not
        meet otherwise: Expensify assigns no groups at all in a call in which one record lacks it.
        """
        together = _units(records)
        in_groups = [unit for unit in together if all(record.get("domainGroupID") for record in unit)]
        others = [unit for unit in together if not all(record.get("domainGroupID") for record in unit)]
        for part in (in_groups, others):
            yield from self._by_size(part)

    def deliver(self, records: Records, dry_run: bool = False) -> Iterator[Answer]:
        """Send all records in chunks and give each answer as it comes; a refused chunk is narrowed down to the people at fault.

        See `resources.answers.in_turn` for the order and for what is raised.
        """

        def send(chunk: Records) -> Answer:
            return _by_person(chunk, self.update_employees(chunk, dry_run))

        return in_turn(self.chunks(records), "employeeID", send, NARROWING_CALLS, _units)

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
        info = _object(body.get("policyInfo"))
        rows: Records = []
        for policy_id in wanted:
            members = _object(info.get(policy_id)).get("employees")
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

    def _by_size(self, units: list[Records]) -> Iterator[Records]:
        chunk: Records = []
        size = 0
        for mine in units:
            length = sum(len(json.dumps(record)) + 2 for record in mine)
            if chunk and size + length > self._settings.chunk_bytes:
                yield chunk
                chunk, size = [], 0
            chunk.extend(mine)
            size += length
        if chunk:
            yield chunk

    def _run(self, job: dict[str, Any], records: Records | None = None, writes: bool = False) -> tuple[dict[str, Any], Reply]:
        credentials = {
            "partnerUserID": self._settings.partner_user_id.resolve(),
            "partnerUserSecret": self._settings.partner_user_secret.resolve(),
        }
        # json.dumps writes ASCII only, so that no charset has to be guessed; httpx encodes '+', '&' and '%' of form fields.
        form = {"requestJobDescription": json.dumps({**job, "credentials": credentials})}
        if records is not None:
            form["data"] = json.dumps(records if self._settings.feed_root == "array" else {"Employees": records}, allow_nan=False)
        reply = self._http.send("POST", self._url, judge=_judge, before=self._windows.acquire, writes=writes, data=form)
        body = reply.json
        code = _code(body)
        if code is None:
            raise _no_answer(reply, writes=writes)
        if code != 200:
            refusal = _refusal(code, str(body.get("responseMessage") or ""), records or [], credentials.values())
            if records is None and isinstance(refusal, Refused):
                raise Permanent(str(refusal), "Nothing was changed. Run again; if it stays, ask Expensify, naming the code.")
            raise refusal
        return body, reply


def _units(records: Records) -> list[Records]:
    """Records that one call must hold, in the order of their first: a person's, and those of a manager on leave and all under them."""
    numbers = dict.fromkeys(record["employeeID"] for record in records)
    away = {_folded(record["employeeEmail"]): record["employeeID"] for record in records if record.get("workerStatus") == "On Leave"}
    under = {record["employeeID"]: away.get(_folded(record["managerEmail"])) for record in records if not record.get("isTerminated")}
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


def _judge(reply: Reply) -> Verdict:
    """The body's code goes before the HTTP status; 429 may come as either (nothing says which)."""
    code = _code(reply.json)
    if code is None:
        return by_status(reply)
    if code in (502, 503, 504):  # not Expensify's own codes: something before it that imitates its answers
        return "broken"
    return "busy" if code == 429 else "answer"


def _code(body: Any) -> int | None:
    """responseCode, which has been seen as a number, as text and as a fraction."""
    return _number(body.get("responseCode")) if isinstance(body, dict) else None


def _number(value: Any) -> int | None:
    try:
        return None if value is None else int(float(value))
    except (TypeError, ValueError, OverflowError):
        return None


def _no_answer(reply: Reply, writes: bool) -> Permanent | Unanswered:
    what = f"Expensify's answer (HTTP {reply.status}) holds no responseCode."
    if writes and reply.status < 400:
        return Unanswered(f"{what} What was sent may have been applied or not.", "Run again: it is safe to repeat.")
    return Permanent(what, "Check the url in the settings and what stands between this machine and Expensify.")


def _refusal(code: int, message: str, records: Records, secrets: Iterable[str]) -> Permanent:
    said = without_people(message, records, secrets)
    what = f"Expensify refused: {code} {said}".rstrip(" .") + "."
    if code in _ACCESS_CODES or _ACCESS_WORDS.search(message):
        return Permanent(what, "Check the partner credentials (they end with the account's password) and the account's rights.")
    return Refused(what, str(code), said)


def _by_person(chunk: Records, update: UpdateAnswer) -> Answer:
    """Expensify answers by address; we account by number. A person is accepted if none of their records was skipped."""
    by_email: dict[str, Records] = {}
    for record in chunk:
        by_email.setdefault(_folded(record["employeeEmail"]), []).append(record)
    refused: dict[str, str] = {}
    other: list[Skip] = []
    for email, reason in update.skipped:
        theirs = by_email.get(_folded(email), [])
        refused.update(dict.fromkeys((record["employeeID"] for record in theirs), without_people(reason, theirs)))
        if not theirs:
            other.append((email, reason))
    return Answer(
        statuses((record["employeeID"] for record in chunk), refused=refused),
        code=str(update.code),
        request_bytes=update.request_bytes,
        seconds=update.seconds,
        calls=update.calls,
        update=update,
        other_skips=other,
    )


def _folded(email: str) -> str:
    return email.strip().casefold()


def _skip(item: Any) -> Skip:
    found = _object(item)
    return str(found.get("email") or ""), str(found.get("reason") or "no reason given")


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _lists(value: Any) -> dict[str, list[str]]:
    return {str(key): [str(item) for item in items] for key, items in _object(value).items() if isinstance(items, list)}


def _table(rows: list[Any], columns: list[str]) -> pd.DataFrame:
    """Text columns; what is absent, null or empty is NaN."""
    found = [_object(row) for row in rows]
    cells = {name: [None if row.get(name) in (None, "") else str(row[name]) for row in found] for name in columns}
    return pd.DataFrame(cells, columns=columns).astype("str")
