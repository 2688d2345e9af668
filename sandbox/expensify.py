"""Expensify's Integration Server: one URL, form-encoded jobs, errors under HTTP 200, two rate windows.

Belongs here: the wire, credentials, rate windows and the two getters. Does not belong here: what the employee updater does with its records
(`sandbox.employees`), getting a feed that is elsewhere (`sandbox.fetching`).
"""

import asyncio
import json
import time
from collections import defaultdict, deque
from typing import Any
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox import members
from sandbox.box import Answer, Box, Call
from sandbox.employees import EmployeeUpdate, records_of
from sandbox.faults import Fault
from sandbox.fetching import UnfetchedError, fetched
from sandbox.reports import NotCreated, create

PATH = "/Integration-Server/ExpensifyIntegrations"  # [D E1] the one URL
LEGACY_PATH = "/Integration-Server/api"  # [S] named in one guide only
WINDOWS = ((5, 10.0), (20, 60.0))  # [D E1] requests, seconds; both hold at once
# [O E3] JSON comes under text/plain for some answers and application/json for others; which ones is a guess [I].
PLAIN = "text/plain;charset=utf-8"
EMPTY_FIELDS: dict[str, Any] = {"categories": [], "reportFields": [], "tags": [], "tax": {}}  # [D E1] `tax` is {} where there is none


class JobError(Exception):
    """A job that is refused as a whole, with the responseCode that says so."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class RateWindows:
    """Sliding windows over the requests of each partnerUserID. What the limit counts by is [?]; a refused request does not count [I]."""

    def __init__(self) -> None:
        self._times: dict[str, deque[float]] = defaultdict(lambda: deque(maxlen=max(count for count, _ in WINDOWS)))

    def admit(self, partner: str, scale: float) -> bool:
        """Whether one more request fits in every window."""
        times, now = self._times[partner], time.monotonic()
        for count, seconds in WINDOWS:
            if sum(now - at < seconds * scale for at in times) >= count:
                return False
        times.append(now)
        return True


def refusal(code: int, message: str, status: int = 200) -> Response:
    """An error as Expensify writes it."""
    # [O E3] errors come under HTTP 200; the body's responseCode is what counts.
    return JSONResponse({"responseCode": code, "responseMessage": message}, status_code=status, media_type=PLAIN)


def routes(box: Box) -> list[Route]:
    """The routes of the Integration Server."""
    rates = RateWindows()

    async def endpoint(request: Request) -> Response:
        if request.url.path == LEGACY_PATH and not box.switches.expensify_legacy_path:
            return Response("Not Found", status_code=404)
        # [D E1] form-encoded fields in the body. Fields in the query string are not read [I]: they would leak the secret into logs.
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode(), keep_blank_values=True).items()}
        job = _job(form)
        if box.switches.expensify_rate_limits and not rates.admit(_partner(job), box.switches.rate_scale):
            box.record(_call(job, form.get("data")), 429, applied=False)
            return _too_many(box)
        feed = await _feed(box, job, form)
        dialect = request.url.path == LEGACY_PATH
        return await box.answer(_call(job, feed), lambda refused: _do(box, job, feed, refused, dialect=dialect), _fault_body)

    return [Route(path, endpoint, methods=["POST"]) for path in (PATH, LEGACY_PATH)]


def _job(form: dict[str, str]) -> dict[str, Any]:
    try:
        job = json.loads(form.get("requestJobDescription", ""))
    except ValueError:
        return {}
    return job if isinstance(job, dict) else {}


def _settings(job: dict[str, Any]) -> dict[str, Any]:
    settings = job.get("inputSettings")
    return settings if isinstance(settings, dict) else {}


def _credentials(job: dict[str, Any]) -> dict[str, Any]:
    credentials = job.get("credentials")
    return credentials if isinstance(credentials, dict) else {}


def _partner(job: dict[str, Any]) -> str:
    return str(_credentials(job).get("partnerUserID"))


async def _feed(box: Box, job: dict[str, Any], form: dict[str, str]) -> str | UnfetchedError | None:
    """The employee feed, wherever it is; for whom it is fetched is known first [I], and for a dry run it is fetched too [I]."""
    source = job.get("dataSource")
    if source not in ("download", "sftp"):
        return form.get("data")
    if f"{job.get('type')} {_settings(job).get('type')}" != "update employees" or _known(box, job) is None:
        return None
    try:
        return await asyncio.to_thread(fetched, source, _credentials(job))
    except UnfetchedError as why:
        return why


def _known(box: Box, job: dict[str, Any]) -> dict[str, Any] | None:
    """The partner, if the secret is theirs."""
    given = _credentials(job)
    partner: dict[str, Any] | None = box.state["expensify"]["partners"].get(given.get("partnerUserID"))
    return partner if partner is not None and partner["secret"] == given.get("partnerUserSecret") else None


def _call(job: dict[str, Any], feed: str | UnfetchedError | None) -> Call:
    name = f"{job.get('type')} {_settings(job).get('type')}"
    if name == "update policyMembers" or (name == "update employees" and "employees" in _settings(job)):
        return Call("expensify", "update policyMembers" if "Members" in name else "update employees by the dialect", writes=True)
    if name != "update employees":
        return Call("expensify", name, writes=name == "create report")
    try:
        people = [] if isinstance(feed, UnfetchedError) else [str(record.get("employeeID")) for record in records_of(feed)]
    except (ValueError, AttributeError):
        people = []
    return Call("expensify", name, dry_run=job.get("dry-run") is True, writes=job.get("dry-run") is not True, people=people)


def _too_many(box: Box) -> Response:
    # The wording is from the vendor's older page on the older limit [D]; no Retry-After is documented [?].
    text = "You have been rate-limited. Please try again later or contact help@expensify.com for assistance."
    kind = box.switches.expensify_rate_answer
    if kind == "http":
        return Response("Too Many Requests", status_code=429, media_type="text/plain")
    return refusal(429, text, 429 if kind == "both" else 200)


def _fault_body(fault: Fault) -> Response:
    code = fault.code or fault.status or 500
    return refusal(int(code), "An unexpected error occurred", fault.status or 200)


def _do(box: Box, job: dict[str, Any], feed: str | UnfetchedError | None, refused: dict[str, str], *, dialect: bool) -> Answer:
    try:
        return _dispatch(box, job, feed, refused, dialect=dialect)
    except JobError as error:
        return Answer(refusal(error.code, error.message), error.code)


def _dispatch(box: Box, job: dict[str, Any], feed: str | UnfetchedError | None, refused: dict[str, str], *, dialect: bool) -> Answer:
    state = box.state["expensify"]
    if not job.get("type"):
        raise JobError(410, "Argument 'type' is missing or malformed")  # [D E1]
    partner = _known(box, job)
    if partner is None:
        raise JobError(box.switches.expensify_bad_credentials, "Authentication error")  # [?] body and code
    kind = _settings(job).get("type")
    if dialect and (kind == "policyMembers" or (kind == "employees" and "employees" in _settings(job))):
        return _by_dialect(box, job, partner["email"])
    match job["type"], kind:
        case "update", "employees":
            return _update_employees(box, job, feed, partner["email"], refused)
        case "get", "policyList":
            return _policy_list(state, job, partner["email"])
        case "get", "policy":
            return _policies(box, job, partner["email"])
        case "create", "report":
            return _create_report(box, job, partner["email"])
    raise JobError(410, "Argument 'type' is missing or malformed")  # [D E1] the message; that it covers unknown types too: [I]


def _by_dialect(box: Box, job: dict[str, Any], caller: str) -> Answer:
    """The jobs that one guide alone has [S], under its own address."""
    state, settings = box.state["expensify"], _settings(job)
    try:
        if job["type"] == "get":
            shown = members.get(box.lag["expensify"].on_read(state), caller, settings)
            return Answer(JSONResponse({"responseCode": 200} | shown), 200)
        if job["type"] != "update":
            raise JobError(410, "Argument 'type' is missing or malformed")
        box.lag["expensify"].before_write(state, box.switches.expensify_lag_reads, box.switches.expensify_lag_seconds)
        members.update(state, caller, settings)
    except members.Malformed as error:
        raise JobError(410, str(error)) from None
    except PermissionError:
        raise JobError(403, "You do not have permission to update the members of this policy") from None  # [I]
    except KeyError:
        raise JobError(404, "Policy not found") from None  # [I], as the policy updater
    return Answer(JSONResponse({"responseCode": 200}), 200, changed=True)  # [S] nothing else


def _update_employees(box: Box, job: dict[str, Any], data: str | UnfetchedError | None, caller: str, refused: dict[str, str]) -> Answer:
    if _settings(job).get("entity") != "generic":  # [D E1] without it, it is the deprecated CSV updater
        raise JobError(410, "The deprecated employee updater is not part of this sandbox")
    source = job.get("dataSource")  # [D E1] beside inputSettings; inside it, it is passed over like every misplaced key [O E4]
    if source not in ("request", "download", "sftp"):
        raise JobError(410, "Argument 'dataSource' is missing or malformed")
    if not isinstance(job.get("dry-run", False), bool):
        raise JobError(410, "Argument 'dry-run' is missing or malformed")  # [D E1] boolean; what a text gives: [?]
    primary = job.get("setEmployeePrimaryPolicy", "none")
    if primary not in ("none", "new_employees", "all_employees"):  # [D E1] the values
        raise JobError(410, "Argument 'setEmployeePrimaryPolicy' is missing or malformed")
    if isinstance(data, UnfetchedError):  # [?] code and words
        words = f"Could not fetch the employee feed by {source}: {data}"
        raise JobError(
            box.switches.expensify_unfetched_code, words if box.switches.expensify_unfetched_words else "An unexpected error occurred"
        )
    try:
        records = records_of(data)
    except ValueError:
        raise JobError(410, "Employee data is missing or malformed") from None  # [D E1] the code and the case, [I] the text
    state = box.state["expensify"]
    for record in records:
        policy = state["policies"].get(str(record.get("policyID")))
        if policy and policy["members"].get(caller.lower(), {}).get("role") != "admin":
            raise JobError(403, "You do not have permission to update the employees of this policy")  # [O E4] the code
    dry = job.get("dry-run", False)
    if not dry:
        box.lag["expensify"].before_write(state, box.switches.expensify_lag_reads, box.switches.expensify_lag_seconds)
    chains = {"fix_chains": job.get("shouldFixApprovalChains", True), "first_level_only": job.get("fixFirstLevelManagersOnly") is True}
    update = EmployeeUpdate(state, box.switches, caller, dry_run=dry, primary=primary, **chains)
    answer = update.run(records, refused)
    return Answer(JSONResponse(answer), answer["responseCode"], changed=not dry and answer["responseCode"] == 200)


def _create_report(box: Box, job: dict[str, Any], caller: str) -> Answer:
    try:
        answer = create(box.state["expensify"], box.switches, caller, _settings(job))
    except NotCreated as error:
        raise JobError(error.code, str(error)) from None
    return Answer(JSONResponse(answer), 200, changed=True)


def _policy_list(state: dict[str, Any], job: dict[str, Any], caller: str) -> Answer:
    # [D E1] the keys; [O E3] the types seen beyond team and corporate. Which policies a caller sees without adminOnly: own memberships [I].
    listed = []
    for policy_id, policy in state["policies"].items():
        role = policy["members"].get(caller.lower(), {}).get("role")
        if role and (role == "admin" or not _settings(job).get("adminOnly")):
            entry = {"id": policy_id, "name": policy["name"], "owner": policy["owner"], "role": role}
            listed.append(entry | {"outputCurrency": policy["outputCurrency"], "type": policy["type"]})
    return Answer(JSONResponse({"policyList": listed, "responseCode": 200}), 200)


def _policies(box: Box, job: dict[str, Any], caller: str) -> Answer:
    settings = _settings(job)
    wanted, fields = settings.get("policyIDList"), settings.get("fields")
    if not isinstance(wanted, list):
        raise JobError(410, "Required parameter 'policyIDList' is missing")  # [D E1]
    if not isinstance(fields, list) or not fields:
        raise JobError(410, "Required parameter 'fields' is missing")  # [2] E3 takes an empty list for an error too
    shown = box.lag["expensify"].on_read(box.state["expensify"])
    policies, accounts = shown["policies"], shown["accounts"]
    info: dict[str, Any] = {}
    for policy_id in wanted:
        policy = policies.get(policy_id)
        if policy is None or caller.lower() not in policy["members"]:
            if box.switches.expensify_unknown_policy == "404":
                raise JobError(404, "Policy not found")  # [D E1] for the policy updater; for the getter [?]
            continue
        # [D E1] no pagination: every member at once. No names, no status, no approval limits in it.
        info[policy_id] = {name: policy.get(name, EMPTY_FIELDS[name]) for name in fields if name in EMPTY_FIELDS}
        if "employees" in fields:
            members = policy["members"].items()
            info[policy_id]["employees"] = [_member(box, one) for key, member in members for one in _logins(box, member, accounts.get(key))]
    return Answer(JSONResponse({"policyInfo": info, "responseCode": 200}, media_type=PLAIN), 200)


def _logins(box: Box, member: dict[str, Any], account: dict[str, Any] | None) -> list[dict[str, Any]]:
    """A member as often as one of their logins is shown."""
    old = [member | {"email": login} for login in (account or {}).get("secondary", [])]
    kind = box.switches.expensify_old_login
    return [member] if kind == "hidden" or not old else [member, *old] if kind == "beside" else old[-1:]


def _member(box: Box, member: dict[str, Any]) -> dict[str, str]:
    # [D E1] an array of these; keys without a value are left out of the vendor's sample.
    shown = ("email", "role", "submitsTo", "employeeID", "customField1", "customField2")
    entry = {name: member[name] for name in shown if member.get(name)}
    return entry | {"email": entry["email"].lower()} if box.switches.expensify_email_case == "lower" else entry
