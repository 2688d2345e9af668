"""One way to talk HTTP: what is repeated, for how long, and what a failure is called.

Belongs here: retries, telling "never sent" from "sent, no answer", and how much of an answer is read. Does not belong here: what a reply
means (the clients), and waiting for a rate window (``resources.rates``; a client passes its `acquire` in).

httpx is used in this module only. Its own error texts carry addresses with their queries, so none of them gets out.
"""

import ipaddress
import random
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any, Literal, Self

import httpx
import tenacity

from resources import forms, traffic, waiting
from resources.bodies import BEYOND, DEEPEST, parsed
from resources.failures import Failed, Permanent, Transient, Unanswered
from resources.pace import Pace, Steps, retry_after

Verdict = Literal["answer", "busy", "broken"]
"""What a reply is: an answer to read; "not now", so nothing was done; or broken on the way, so it may have been applied."""

NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)


@dataclass(frozen=True)
class Bounds:
    """How much of an answer is read. What goes beyond is given up and not asked for again at once."""

    size: int = 512 * 2**20
    """Bytes, unpacked."""
    seconds: float = 600.0
    """From the sending of a request to the end of its answer, however steadily that drips: at 1 Mbit/s that is 75 MB."""


@dataclass(frozen=True)
class Retry:
    """How often and how patiently a request is repeated. Waits double, with jitter; a Retry-After header goes before them."""

    attempts: int = 5
    first_wait: float = 2.0
    """Seconds."""
    longest_wait: float = 60.0
    """Seconds; a longer Retry-After is cut to this."""
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True)
class Reply:
    """One answer, read to its end. Its repr shows nothing of what it says."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)
    sent_bytes: int = 0
    """Length of the request's body."""

    @property
    def json(self) -> Any:
        """The parsed body; None if it is empty or no JSON, whatever its Content-Type says, or nested too deep."""
        return None if self.too_deep else self._parsed

    @cached_property
    def too_deep(self) -> bool:
        """Whether the body is lists or objects in each other, deeper than `resources.bodies.DEEPEST`."""
        return self._parsed is BEYOND

    @cached_property
    def _parsed(self) -> Any:
        return parsed(self.content)


def by_status(reply: Reply) -> Verdict:
    """The verdict that the HTTP status alone allows."""
    if reply.status in (408, 429):
        return "busy"
    return "broken" if reply.status >= 500 else "answer"


def checked_url(url: str, label: str) -> str:
    """The address, if secrets may be sent to it.

    Raises:
        Permanent: It is no https address (http will do on loopback only), or it holds a user name or a query.
    """
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL:
        raise Permanent(f"The {label} is no valid address.", "Correct it in the settings.") from None
    if parsed.userinfo or parsed.query or parsed.fragment:
        raise Permanent(f"The {label} must hold neither a user name nor a query.", "Secrets have settings of their own.")
    if not parsed.host or not (parsed.scheme == "https" or (parsed.scheme == "http" and is_loopback(parsed.host))):
        raise Permanent(f"The {label} must begin with https://.", "Secrets travel with every request; plain http is for loopback only.")
    return url


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine itself."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class _Unreadable(Exception):
    """An answer that is not read to its end: its text says why. It never leaves this module."""


class _Repeatable(Exception):
    """This attempt failed in a way that another may not. It never leaves this module."""

    def __init__(self, failure: Failed, wait: float | None = None, lost: bool = False, final: bool = False) -> None:
        self.failure = failure
        self.wait = wait
        self.lost = lost
        self.final = final
        """The next attempt would only take as long again."""


@cache
def _trusted(trust_env: bool) -> ssl.SSLContext:
    """The certificates to trust. Reading them takes as long as a call, and a run opens a connection at each step that needs one."""
    return httpx.create_ssl_context(trust_env=trust_env)


class Http:
    """A connection to one destination.

    Args:
        name: What failures call the destination.
        url: Any of its addresses, checked: on loopback, proxies of the environment are left aside.
        timeout: Seconds without a sign of life.
        retry: How to repeat.
        headers: Sent with every request.
        bounds: How much of an answer is read.
        pace: Learnt from the answers, and kept to.

    Several threads may use it: each has a connection of its own.
    """

    def __init__(
        self,
        name: str,
        url: str,
        timeout: float,
        retry: Retry,
        headers: Mapping[str, str] | None = None,
        bounds: Bounds = Bounds(),
        pace: Pace | None = None,
    ) -> None:
        self.name = name
        self._retry, self._bounds, self._pace = retry, bounds, pace or Pace(retry.sleep, Steps(0.0, 0.0))
        self._mine = threading.local()
        self._clients: list[httpx.Client] = []
        trust_env = not is_loopback(httpx.URL(url).host)
        self._settings: dict[str, Any] = {
            "timeout": timeout,
            "headers": {"Accept-Encoding": "gzip, deflate", **(headers or {})},
            "follow_redirects": False,
            "trust_env": trust_env,
            "verify": _trusted(trust_env),
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for client in self._clients:
            client.close()

    @property
    def attempts(self) -> int:
        """How many requests this thread has sent."""
        return getattr(self._mine, "attempts", 0)

    @property
    def _client(self) -> httpx.Client:
        """This thread's."""
        if not hasattr(self._mine, "client"):
            self._mine.client = httpx.Client(**self._settings)
            self._clients.append(self._mine.client)
        found: httpx.Client = self._mine.client
        return found

    def send(
        self,
        method: str,
        url: str,
        *,
        judge: Callable[[Reply], Verdict] = by_status,
        before: Callable[[], None] = lambda: None,
        writes: bool = True,
        repeat_lost: bool = True,
        **content: Any,
    ) -> Reply:
        """Send a request until it is answered.

        Args:
            method: GET, PUT or POST.
            url: The exact address; a redirect is a failure, since following one may lose the method, the body or the secret.
            judge: Tells an answer from "not now" and from a breakdown.
            before: Called before each attempt, to wait for a rate window.
            writes: Whether the request asks for a change. A read that got no answer leaves nothing in doubt.
            repeat_lost: Whether the request may be sent again when it may have been applied already. Reads may, and so may both
                destinations' upserts, which are idempotent by key. A grant that works once may not.
            **content: `data` (texts), `content`, `params` or `headers` as httpx takes them.

        Raises:
            Transient: It was never accepted, for as long as `retry` allows.
            Unanswered: At least one attempt to write may have been applied, and none was answered.
            Permanent: A redirect, or no trusted connection.
        """
        lost = False
        with traffic.window(self.name):
            self._pace.wait()

        def attempt() -> Reply:
            nonlocal lost
            with traffic.window(self.name):
                before()
            self._mine.attempts = self.attempts + 1
            try:
                with traffic.call(self.name):
                    return self._once(method, url, judge, content)
            except _Repeatable as failed:
                lost = lost or failed.lost
                if lost and not repeat_lost:
                    raise self._lost(failed.failure, writes) from None
                raise

        try:
            return self._retrying()(attempt)
        except _Repeatable as last:
            # One attempt that may have been applied decides, even if the last one never left this machine.
            unanswered = lost and not last.lost
            raise self._lost(self._unanswered("") if unanswered else last.failure, writes) from None

    def _retrying(self) -> tenacity.Retrying:
        return tenacity.Retrying(
            stop=tenacity.stop_after_attempt(self._retry.attempts),
            wait=self._wait,
            retry=tenacity.retry_if_exception(lambda error: isinstance(error, _Repeatable) and not error.final),
            before_sleep=self._tell,
            sleep=self._retry.sleep,
            reraise=True,
        )

    def _once(self, method: str, url: str, judge: Callable[[Reply], Verdict], content: dict[str, Any]) -> Reply:
        try:
            request = self._client.build_request(method, url, extensions={"trace": self._note_stream}, **forms.written(content))
            response, body = self._read(request)
        except (UnicodeError, httpx.LocalProtocolError):
            raise self._unsendable() from None
        except NEVER_SENT as error:
            if _distrusted(error):
                raise Permanent(
                    f"{self.name}'s certificate is not trusted.", "Check the address and this machine's certificates."
                ) from None
            raise _Repeatable(Transient(f"{self.name} could not be reached.", "Nothing was sent. Run again later.")) from None
        except httpx.UnsupportedProtocol:
            raise Permanent(f"{self.name}'s address is of no known kind.", "It must begin with https://.") from None
        except httpx.HTTPError as error:
            raise _Repeatable(self._unanswered(f" ({type(error).__name__})"), lost=True) from None
        except _Unreadable as why:
            raise _Repeatable(self._unreadable(str(why)), lost=True, final=True) from None
        reply = Reply(response.status_code, response.headers, body, len(request.content))
        if reply.too_deep:
            raise _Repeatable(self._unreadable(f"is nested deeper than {DEEPEST} levels"), lost=True, final=True)
        if response.is_redirect:
            raise self._redirected(response)
        verdict = judge(reply)
        self._pace.heard(throttled=reply.status == 429)
        if verdict == "busy":
            wait = retry_after(reply.headers.get("Retry-After"))
            message = f"{self.name} takes no more requests at present (429)." if reply.status != 408 else f"{self.name} timed out (408)."
            raise _Repeatable(Transient(message, "Nothing was done. Run again later."), wait)
        if verdict == "broken":
            raise _Repeatable(self._unanswered(f" (HTTP {reply.status})"), retry_after(reply.headers.get("Retry-After")), lost=True)
        return reply

    def _read(self, request: httpx.Request) -> tuple[httpx.Response, bytes]:
        """An answer, and its body as far as the bounds allow.

        Raises:
            _Unreadable: It goes beyond one of them.
        """
        over = threading.Event()
        watch = threading.Timer(self._bounds.seconds, self._give_up, [over, self._mine.__dict__])
        watch.daemon = True
        watch.start()
        body = bytearray()
        try:
            response = self._client.send(request, stream=True)
            with closing(response):
                # Two packings in each other make a bomb of a few bytes that no limit on what comes out of them stops in time.
                if response.headers.get("Content-Encoding", "identity").strip().lower() not in ("identity", "gzip", "deflate"):
                    raise _Unreadable("is packed in a way that was not asked for")
                for piece in response.iter_bytes(2**16):
                    body += piece
                    if len(body) > self._bounds.size:
                        raise _Unreadable(f"is larger than {self._bounds.size / 2**20:,.0f} MB")
        except httpx.HTTPError:
            if over.is_set():
                raise _Unreadable(f"was not complete after {self._bounds.seconds:,.0f} s") from None
            raise
        finally:
            watch.cancel()
        decompressor = getattr(getattr(response, "_decoder", None), "decompressor", None)
        if response.num_bytes_downloaded and not getattr(decompressor, "eof", True):
            raise httpx.RemoteProtocolError("the packed body breaks off")  # httpx gives what there is of it for the whole
        if over.is_set():  # an answer without a length ends where its connection does
            raise _Unreadable(f"was not complete after {self._bounds.seconds:,.0f} s")
        return response, bytes(body)

    def _note_stream(self, event: str, info: Mapping[str, Any]) -> None:
        """Keeps the connection, as httpx traces it, so that it can be cut from outside."""
        if event.endswith((".connect_tcp.complete", ".start_tls.complete")):
            self._mine.stream = info["return_value"]

    def _give_up(self, over: threading.Event, holder: Mapping[str, Any]) -> None:
        over.set()
        if (stream := holder.get("stream")) is not None:
            with suppress(OSError, AttributeError):
                stream.get_extra_info("socket").shutdown(socket.SHUT_RDWR)

    def _tell(self, state: tenacity.RetryCallState) -> None:
        failure = state.outcome.exception() if state.outcome else None
        assert isinstance(failure, _Repeatable) and state.next_action  # noqa: S101 - nothing else is repeated
        why = str(failure.failure).partition(". ")[0].partition(":")[0].rstrip(".")
        waiting.tell(f"{why}: attempt {state.attempt_number} of {self._retry.attempts}.", state.next_action.sleep)

    def _wait(self, state: tenacity.RetryCallState) -> float:
        failure = state.outcome.exception() if state.outcome else None
        if isinstance(failure, _Repeatable) and failure.wait is not None:
            return min(failure.wait, self._retry.longest_wait)
        doubled = self._retry.first_wait * 2.0 ** (state.attempt_number - 1)
        return min(doubled + random.uniform(0, self._retry.first_wait), self._retry.longest_wait)  # noqa: S311 - jitter

    def _unanswered(self, detail: str) -> Unanswered:
        message = f"{self.name} did not answer{detail}: the request may have been applied or not."
        return Unanswered(message, "Run again: it is safe to repeat.")

    def _unreadable(self, why: str) -> Unanswered:
        message = f"{self.name}'s answer {why} and is not read further: the request may have been applied or not."
        return Unanswered(message, "Run again: it is safe to repeat. If it stays, ask whoever runs the server, or what stands before it.")

    def _unsendable(self) -> Permanent:
        return Permanent(
            f"What was to be sent to {self.name} holds a character that no header can carry. Nothing was sent.",
            "Check the values that come from the environment: none may hold a line end.",
        )

    def _lost(self, failure: Failed, writes: bool) -> Failed:
        if writes or not isinstance(failure, Unanswered):
            return failure
        return Transient(f"{str(failure).partition(':')[0]}.", "Nothing was changed. Run again later.")

    def _redirected(self, response: httpx.Response) -> Permanent:
        # Of what the server says, only what we said before: its path may repeat a person or a secret.
        url, requested = response.next_request.url if response.next_request else None, response.request.url
        path = url.path if url and url.path.rstrip("/") == requested.path.rstrip("/") else "/…"
        target = f" to {url.scheme}://{url.netloc.decode()}{path}" if url else ""
        message = f"{self.name} redirects ({response.status_code}){target}: that is not followed, since it may lose what is sent."
        return Permanent(message, "Put the exact address into the settings.")


def _distrusted(error: BaseException) -> bool:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return True
        cause = cause.__cause__ or cause.__context__
    return False
