"""Findity's Admin API: users and units of one organization.

Belongs here: what goes over the wire, what an answer means, chunks. Does not belong here: who is sent what (``records``) and
anything of Dagster.

Users are addressed by externalSourceId. PUT merges: fields that a record lacks stay as they are, and so do people who are not sent. The
shape of its answers and errors is not published, so several are understood; reading back tells what landed.
"""

import time
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any, Self
from urllib.parse import quote

import orjson
import pandas as pd

from destinations.chunks import in_turn
from destinations.findity.partly import Partly, partly
from destinations.findity.replies import (
    concerns_records,
    error_of,
    has_more,
    identity,
    most,
    put_together,
    refusal,
    total,
    unreadable,
    users_of,
    whole,
)
from destinations.findity.settings import FindityConnection
from destinations.findity.tokens import Shared, Tokens
from destinations.findity.units import unit_table
from destinations.findity.users import user_table
from destinations.replies import Answer, Records, statuses
from destinations.sending import NOBODY, Evidence, Sending, chunked
from resources.failures import Permanent, Transient
from resources.http import Http, Reply, Retry, Verdict, by_status, checked_url
from resources.pace import Pace

LISTED_ON_REQUEST = "onlyIfAsked"
"""Column of the users, if the settings ask for more than the plain list: who is not in that."""

PATIENCE = Retry()
"""Findity publishes no limit; one user saw calls throttled that came quicker than every three seconds."""

NARROWING_CALLS = 1000
"""How many further requests a delivery may spend on finding the people for whom whole chunks were refused."""

_USERS = "list of users"
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 15.0


class Findity:
    """A client for one organization. Use it as a context manager.

    Args:
        settings: Where and as whom.
        retry: How to repeat.
        clock: Seconds on a clock that never goes back, by which tokens end.
        complete: Fills in what a list of users lacks.
        shared: The token that the company's other clients have; by default it has its own.
    """

    def __init__(
        self,
        settings: FindityConnection,
        retry: Retry = PATIENCE,
        clock: Callable[[], float] = time.monotonic,
        complete: Callable[[pd.DataFrame], pd.DataFrame] = lambda users: users,
        shared: Shared | None = None,
    ) -> None:
        self._settings, self._complete, self._retry = settings, complete, retry
        base = checked_url(settings.admin_url.resolve(), "Findity admin_url").rstrip("/")
        # Every path of the Admin API ends in a slash; without it a redirect would follow.
        self._base = f"{base}/organizations/externalid/{quote(settings.organization.resolve(), safe='')}"
        self._http = Http("Findity", base, settings.timeout, retry, pace=Pace(retry.sleep))
        self._tokens = Tokens(settings, self._http, clock, shared)
        self._clock = clock
        self.unit_answer: Any = None
        """The units as they came last: they tell more than `units` gives."""
        self._settled = False
        """Whether an HTTP 500 has outlasted its repeats: then the next one is taken for an answer at once."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.__exit__()

    def users(self, awaited: Collection[str] = ()) -> pd.DataFrame:
        """Everyone in the organization, invited strangers too.

        Args:
            awaited: externalSourceIds of people just created, who must be in the list: it is read again until they are.

        Returns:
            `destinations.findity.users.user_table`.

        Raises:
            Transient: The list came incomplete, or did not show the awaited for as long as reading back is tried.
        """
        deadline, pause = self._clock() + self._settings.read_back_seconds, _FIRST_PAUSE
        rows = self._all_users()
        while set(awaited) - {str(user.get("externalSourceId")) for user in rows}:
            if self._clock() + pause > deadline:
                raise Transient("Findity does not yet show people whom it has just created.", "Run again later: it is safe to repeat.")
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
            rows = self._all_users()
        users = self._complete(user_table(rows))
        if not self._settings.list_also:
            return users
        usual = {identity(user) for user in self._all_users(with_optional=False)}
        return users.assign(**{LISTED_ON_REQUEST: [identity(user) not in usual for user in rows]})

    def everything(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """`users` and `units`, side by side if the settings let several reads be on their way."""
        if self._settings.reads_at_once == 1:
            return self.users(), self.units()
        with ThreadPoolExecutor(1, "units") as pool:
            units = pool.submit(copy_context().run, self.units)
            users = self.users()
            return users, units.result()

    def units(self) -> pd.DataFrame:
        """The organization's units (`destinations.findity.units.unit_table`)."""
        self.unit_answer = self._read("/organizationalunits/")
        return unit_table(self.unit_answer)

    def put_users(self, records: Records) -> Answer:
        """Create or update people in one request.

        The upsert is keyed by externalSourceId, so it is repeated after a lost reply.

        Args:
            records: User objects under Findity's names; only the fields to change, and externalSourceId.

        Returns:
            Who was accepted: everyone, except those for whom the answer holds an error, or of whom it says nothing known.

        Raises:
            Refused: Findity refused the records as a whole.
            Unanswered: They may have been applied.
            Transient: They were not.
            Permanent: Credentials, rights or the address are wrong; or a record would delete.
        """
        content = orjson.dumps(records)
        if b'"delete"' in content.lower() and any(_deletes(record) for record in records):
            raise Permanent("A record holds `delete`, which would remove the person with their access.", "Leavers get active: false.")
        started, calls = time.monotonic(), self._http.attempts
        params = {"sendInvitationMail": str(self._settings.send_invitation_mail).lower()}
        judge = self._judging(records)
        reply = self._call("PUT", "/users/", judge=judge, records=records, params=params, content=content)
        if reply.status >= 400:
            raise refusal(reply, records)
        found = partly(reply, records)
        return Answer(
            statuses((record["externalSourceId"] for record in records), refused=found.refused, unknown=found.unknown),
            code=str(reply.status),
            request_bytes=reply.sent_bytes,
            seconds=time.monotonic() - started,
            calls=self._http.attempts - calls,
        )

    def user(self, account: str) -> pd.DataFrame:
        """One user by their externalSourceId.

        Returns:
            As `users`, one row; none if there is nobody of that id.

        Raises:
            Permanent: The organization is not known, or what came is no user.
        """
        reply = self._of_user("GET", account)
        if reply.status in (404, 410):
            return user_table([])
        if reply.status >= 400:
            code, reason = error_of(reply.json, [])
            raise Permanent(f"Findity refused to show one user: {reply.status} {code} {reason}".rstrip(), "Check the settings and rights.")
        body = reply.json
        if not isinstance(body, dict) or str(body.get("externalSourceId")) != account:
            raise unreadable("answer for one user")
        return self._complete(user_table([body]))

    def delete_user(self, account: str) -> Answer:
        """Remove one user with their access. Who is not there any more counts as removed: the call may be repeated.

        Raises:
            Refused: Findity did not remove them.
            Unanswered: They may be removed.
            Transient: They are not.
            Permanent: Credentials, rights or the organization are wrong.
        """
        started, calls = time.monotonic(), self._http.attempts
        reply = self._of_user("DELETE", account)
        if reply.status >= 400 and reply.status not in (404, 410):
            raise refusal(reply, [{"externalSourceId": account}])
        found = partly(reply, [{"externalSourceId": account}]) if reply.status < 400 else Partly()
        seconds, calls = time.monotonic() - started, self._http.attempts - calls
        table = statuses([account], refused=found.refused, unknown=found.unknown)
        return Answer(table, code=str(reply.status), seconds=seconds, calls=calls)

    def _of_user(self, method: str, account: str) -> Reply:
        """A call about one user, of which 404 says that there is none, unless it says that there is no such organization."""
        reply = self._call(method, f"/users/externalid/{quote(account, safe='')}/", of_user=True)
        if reply.status == 404 and "ORGANIZATION" in error_of(reply.json, [])[0].upper():
            raise _elsewhere(reply)
        return reply

    def deliver(
        self, records: Records, alone: Mapping[str, str] = NOBODY, so_far: Evidence | None = None, last: bool = True
    ) -> Iterator[Answer]:
        """Send all records in chunks and give each answer as it comes; a refused chunk is narrowed down to the people at fault.

        See `destinations.chunks.in_turn` for the order and for what is raised.

        Args:
            records: Under Findity's names.
            alone: The externalSourceIds of those who failed alone before, and so go alone, with what they were refused for.
            so_far: What the passes of the same delivery before this one have shown.
            last: Whether this is its last pass.
        """
        chunks = chunked(records, "externalSourceId", alone, self._settings.chunk_size)
        sending = Sending("Findity", "externalSourceId", self.put_users, NARROWING_CALLS, at_once=self._settings.writes_at_once)
        return in_turn(sending, chunks, alone, so_far, last=last)

    def _judging(self, records: Records) -> Callable[[Reply], Verdict]:
        """What an answer to a PUT of these records is.

        HTTP 500 says that the server broke, over all of it or over one user whom it cannot take. It is repeated first; one that stays is
        narrowed down like a refusal, which an upsert allows, else one user would cost everybody in their request every night. One that
        says what of a record it broke over need not be repeated.
        """
        left = self._retry.attempts

        def judge(reply: Reply) -> Verdict:
            nonlocal left
            left -= 1
            if reply.status != 500:
                return by_status(reply)
            self._settled = self._settled or left == 0
            return "answer" if self._settled or refusal(reply, records).of_record else "broken"

        return judge

    def _all_users(self, *, with_optional: bool = True) -> Records:
        """The list as it comes without paging; the rest page by page if what came is an envelope that has more.

        Args:
            with_optional: Whether those are asked for, too, whom a plain list leaves out.
        """
        also = dict.fromkeys(self._settings.list_also if with_optional else (), "true")
        body = self._read("/users/", also)
        page = users_of(body)
        found: dict[str, dict[str, Any]] = {}
        put_together(found, page)
        if isinstance(body, list):
            return list(found.values())
        size, there = len(page), total(body, _USERS)
        if there and 0 < size < there and self._settings.reads_at_once > 1:
            pages = [{**also, "max": str(size), "offset": str(at)} for at in range(size, there, size)]
            with ThreadPoolExecutor(self._settings.reads_at_once, "page") as pool:
                ways = [pool.submit(copy_context().run, self._read, "/users/", params) for params in pages]
                for body in [way.result() for way in ways]:
                    put_together(found, users_of(body))
                    there = most(there, total(body, _USERS))
            page = [] if len(found) >= (there or 0) else page  # people may have come or gone meanwhile: then one after another
        while page and (there is None or len(found) < there):
            body = self._read("/users/", {**also, "max": str(size), "offset": str(len(found))})
            shown = users_of(body)
            page = [user for user in shown if identity(user) not in found]
            put_together(found, shown)
            there = most(there, total(body, _USERS))
        # Where somebody was taken away between two pages, those after them moved up, and one of them may be on none.
        if len(found) < (there or 0) or has_more(body):
            raise Transient("Findity's list of users is shorter than it says.", "Run again; nothing was planned from the incomplete list.")
        return list(found.values())

    def _read(self, path: str, params: dict[str, str] | None = None) -> Any:
        reply = self._call("GET", path, params=params or {})
        if reply.status >= 400:
            code, reason = error_of(reply.json, [])
            raise Permanent(f"Findity refused to show {path}: {reply.status} {code} {reason}".rstrip(), "Check the settings and rights.")
        return whole(reply, f"answer for {path}")

    def request(self, method: str, path: str, **content: Any) -> Reply:
        """One request of any path of the organization, with a renewed token and once more if the token was refused.

        Where several calls are on their way, another of them may have come first with the renewed token, and ended it: then it is renewed
        again. A new token that nothing else was sent with is not good at all.
        """
        for attempt in range(2 + 2 * max(self._settings.reads_at_once, self._settings.writes_at_once)):
            token = self._tokens.current()
            reply = self._authorized(method, path, token, content)
            if reply.status != 401:
                return reply
            if attempt and self._tokens.used_once(token):
                break
            self._tokens.renew(refused=token)
        raise Permanent("Findity does not accept its own new token (401).", "Check that the API key belongs to the organization.")

    def _call(self, method: str, path: str, records: Records | None = None, *, of_user: bool = False, **content: Any) -> Reply:
        """The same, of a path that every organization has and every key may ask for.

        Args:
            method: GET, PUT or DELETE.
            path: Below the organization's.
            records: Of a write: whom an answer may be about.
            of_user: Whether 404 may be about a user, and is the caller's to read.
            **content: See `Http.send`.
        """
        reply = self.request(method, path, **content)
        if records and reply.status in (403, 404) and concerns_records(reply, records):
            return reply
        if reply.status == 403:
            raise Permanent("Findity grants no access (403).", "Check the API key's rights and that API connectivity is switched on.")
        if reply.status == 405 or (reply.status == 404 and not of_user):
            raise _elsewhere(reply)
        return reply

    def _authorized(self, method: str, path: str, token: str, content: dict[str, Any]) -> Reply:
        headers = {
            "X-Findity-ApiVersion": str(self._settings.api_version),
            "Content-Type": "application/json",
            "Authorization": f"Bearer {token}",
        }
        return self._http.send(method, f"{self._base}{path}", headers=headers, writes=method != "GET", **content)


def _elsewhere(reply: Reply) -> Permanent:
    what = f"Findity does not know this organization or path ({reply.status})."
    return Permanent(what, "Check organization and admin_url in the settings.")


def _deletes(value: Any) -> bool:
    if isinstance(value, dict):
        return any(str(key).lower() == "delete" or _deletes(inner) for key, inner in value.items())
    return isinstance(value, list) and any(_deletes(inner) for inner in value)
