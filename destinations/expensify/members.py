"""The dialect by which members of policies are read, put in and deleted: `policyMembers`, and `employees` inside `inputSettings`.

Belongs here: its four calls. Does not belong here: the official jobs (``client``), when anything goes by it (``delivery``). One guide alone
has it, with an address of its own; the vendor's manual knows none of it, so it is used only where the settings say so.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self

from destinations.expensify.replies import as_object, code_of, judge, no_answer, refusal
from destinations.expensify.settings import ExpensifyConnection
from destinations.replies import Records
from resources.failures import Permanent
from resources.http import Http, Reply, Retry, checked_url
from resources.rates import RateWindows

RECORD: Mapping[str, str] = {"employeeEmail": "email"}
"""Field of an employee record → how the dialect writes it; the policy stands beside the records, any other field keeps its name."""


class Members:
    """A client of the dialect for one set of partner credentials. Use it as a context manager.

    Args:
        settings: Where and as whom.
        windows: Waits until a call may start: calls of the official jobs with the same credentials count with these.
        retry: How to repeat.
    """

    def __init__(self, settings: ExpensifyConnection, windows: RateWindows, retry: Retry) -> None:
        self._settings, self._windows = settings, windows
        self._url = checked_url(settings.members_url.resolve(), "Expensify members_url")
        self._http = Http("Expensify", self._url, settings.timeout, retry)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.__exit__()

    @property
    def calls(self) -> int:
        """HTTP attempts so far."""
        return self._http.attempts

    def get(self, policy_ids: Iterable[str]) -> dict[str, dict[str, str | None]]:
        """Policy → address → role, of all members: there are no pages.

        Raises:
            Permanent: No members are shown of one of them. It must not pass for an empty policy.
        """
        wanted = list(policy_ids)
        if not wanted:
            return {}
        body, _ = self._ask({"type": "get", "inputSettings": {"type": "policyMembers", "policyIDList": wanted}})
        shown = as_object(body.get("policyMembers"))
        for policy_id in wanted:
            if not isinstance(shown.get(policy_id), dict):
                raise Permanent(f"Expensify shows no members of policy {policy_id}.", "Is the id right, and is the account its admin?")
        return {policy: {email: as_object(one).get("role") for email, one in shown[policy].items()} for policy in wanted}

    def update(self, policy_id: str, members: Records) -> Reply:
        """Put members into a policy, or give them another role: an upsert that removes nobody.

        Args:
            policy_id: Which.
            members: ``email`` and, if it is to be set, ``role``.
        """
        _, reply = self._ask(self._writing("policyMembers", policy_id, members), members)
        return reply

    def delete(self, policy_id: str, emails: Sequence[str]) -> Reply:
        """Take members out of a policy; they lose access at once.

        Raises:
            Refused: The request was refused as a whole.
            Unanswered: It may have been applied.
        """
        members = [{"email": email} for email in emails]
        _, reply = self._ask(self._writing("policyMembers", policy_id, members, action="delete"), members)
        return reply

    def update_list(self, policy_id: str, records: Records) -> Reply:
        """The employee list of a policy, as the dialect writes it.

        Args:
            policy_id: Which.
            records: Under the names of the official job.
        """
        employees = [{RECORD.get(name, name): value for name, value in one.items() if name != "policyID"} for one in records]
        _, reply = self._ask(self._writing("employees", policy_id, employees), employees)
        return reply

    def _writing(self, kind: str, policy_id: str, employees: Records, **more: str) -> dict[str, Any]:
        return {"type": "update", "inputSettings": {"type": kind, "policyID": policy_id, "employees": employees, **more}}

    def _ask(self, job: dict[str, Any], records: Records | None = None) -> tuple[dict[str, Any], Reply]:
        credentials = {
            "partnerUserID": self._settings.partner_user_id.resolve(),
            "partnerUserSecret": self._settings.partner_user_secret.resolve(),
        }
        writes = records is not None
        form = {"requestJobDescription": json.dumps({**job, "credentials": credentials})}
        reply = self._http.send("POST", self._url, judge=judge, before=self._windows.acquire, writes=writes, data=form)
        body, code = reply.json, code_of(reply.json)
        if code is None:
            raise no_answer(reply, writes=writes)
        if code != 200:
            named = [{"employeeID": str(at), **one} for at, one in enumerate(records or [])]  # it knows no employee numbers
            raise refusal(code, str(body.get("responseMessage") or ""), named, credentials.values())
        return body, reply
