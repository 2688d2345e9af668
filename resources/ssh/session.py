"""One SFTP session: connect, know the server by its pinned key, log in, and end, within one call.

Belongs here: time-outs, host keys, the login, the way through another host, and trying again. Does not belong here: how a host key is
written in the settings (``resources.ssh.settings``), the private key that logs in (``resources.ssh.keys``), what is done with files
(``resources.hr.sftp``, a destination's own module), what a failure is called (``resources.ssh.failures``).
"""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final, TypeVar

import paramiko
import tenacity

from resources.failures import Failed, Permanent
from resources.http import Retry
from resources.ssh.failures import (
    RESUMED,
    WIRE,
    Lost,
    PromptRefused,
    old_rsa_only,
    while_connecting,
    while_going_on,
    while_logging_in,
    while_opening,
    while_working,
)
from resources.ssh.keys import OldRSAKey, private_key
from resources.ssh.settings import HostKey, SshLogin, SshServer
from resources.ssh.sharing import is_open, session_of

RSA_ALGORITHMS: Final = ("rsa-sha2-512", "rsa-sha2-256")
_NOTICED: Final = 0.5
"""Seconds within which it is known here that a connection is over."""

_Result = TypeVar("_Result")


@dataclass(frozen=True)
class Patience:
    """How long to wait for a server, in seconds, and how often to try again.

    paramiko's own limits are 15 for the greeting, 15 for the handshake and 30 for the login. Ours lie above them, and the whole above the
    sum of its parts: were a part the longer one, the error would name the wrong cause.
    """

    connect: float = 15
    greeting: float = 20
    handshake: float = 20
    login: float = 45
    reply: float = 60
    """For each reply of an open session."""
    retry: Retry = field(default_factory=lambda: Retry(attempts=4, first_wait=2.0, longest_wait=30.0))

    @property
    def negotiation(self) -> float:
        """For greeting and handshake together."""
        return 1.25 * (self.greeting + self.handshake)


class _Transport(paramiko.Transport):
    """A transport that can also tell a server that signs by ssh-rsa (SHA-1) only: it comes last, so nobody else is asked for it."""

    _preferred_keys = (*paramiko.Transport._preferred_keys, "ssh-rsa")  # type: ignore[attr-defined]
    _key_info = {**paramiko.Transport._key_info, "ssh-rsa": OldRSAKey}  # type: ignore[attr-defined]  # noqa: RUF012

    def sign_by_sha1(self) -> None:
        """Log in with an RSA key by ssh-rsa: a server that old says of nothing else that it would take it."""
        others = (name for name in paramiko.Transport._preferred_pubkeys if name not in RSA_ALGORITHMS)  # type: ignore[attr-defined]
        self._preferred_pubkeys = (*others, "ssh-rsa")


class _Prompts(paramiko.auth_handler.AuthHandler):
    """The second way in that is tried on one connection. paramiko would ask for leave to log in once more, and strict servers hang up."""

    def _request_auth(self) -> None:
        granted = paramiko.Message()
        granted.add_string("ssh-userauth")
        granted.rewind()
        self._parse_service_accept(granted)  # type: ignore[attr-defined]


def server_name(host: str, port: int) -> str:
    """What failures call a server."""
    return f"The SFTP server {host}" if port == 22 else f"The SFTP server {host}:{port}"


def jump_name(jump: SshLogin) -> str:
    """What failures call a host that is only on the way."""
    return server_name(jump.host, jump.port_number()).replace("SFTP server", "jump host")


@contextmanager
def session(settings: SshServer, patience: Patience) -> Iterator[paramiko.SFTPClient]:
    """An SFTP session that lasts as long as the block.

    Raises:
        Lost: It could not be had at present; nothing was done.
        Permanent: The server is not the pinned one, or does not let us in, or a secret is missing.
    """
    server = server_name(settings.host, settings.port_number())
    with _way(settings.jump, patience) as via, _let_in(settings, server, patience, via) as transport:
        yield _opened(transport, server, patience)


@contextmanager
def _way(jump: SshLogin | None, patience: Patience) -> Iterator["_Via | None"]:
    """The host from which a server is reached; None: from here."""
    if jump is None:
        yield None
        return
    with _let_in(jump, jump_name(jump), patience) as transport:
        yield _Via(transport, jump_name(jump))


@contextmanager
def _let_in(settings: SshLogin, server: str, patience: Patience, via: "_Via | None" = None) -> Iterator["_Transport"]:
    """A connection to a server that is the pinned one and has let us in."""
    pinned = settings.pinned()
    with _connected(settings.host, settings.port_number(), server, pinned, patience, via) as transport:
        shown = _host_key(transport)
        if shown not in pinned:
            raise _unpinned(server, shown, pinned)
        if transport.host_key_type == "ssh-rsa" and not settings.ssh_rsa:
            raise old_rsa_only(server)
        _log_in(transport, settings, server, patience)
        yield transport


def in_session(settings: SshServer, patience: Patience, work: Callable[[paramiko.SFTPClient], _Result], advice: str = RESUMED) -> _Result:
    """Do `work` on a connection of its own, and again on another if time may heal what went wrong: it must be safe to repeat.

    Within `resources.ssh.sharing.one_login` the connection is that of an earlier visit.

    Args:
        settings: Which server.
        patience: How long to wait and how often to try.
        work: What to do.
        advice: What to say where the server fails meanwhile.

    Raises:
        Lost: The server could not be had at present.
        Permanent: See `session`; or it does not allow what `work` asks.
        Failed: Whatever `work` raises.
    """
    server, retry = server_name(settings.host, settings.port_number()), patience.retry
    login = settings.model_dump_json(include=set(SshServer.model_fields))

    def attempt() -> _Result:
        was_open = is_open(login)
        try:
            return once()
        except Lost:
            if not was_open:
                raise
            return once()  # the server may let nobody stay after a visit

    def once() -> _Result:
        with session_of(login, lambda: session(settings, patience)) as sftp:
            try:
                return work(sftp)
            except (*WIRE, UnicodeDecodeError) as error:
                raise while_working(error, _broken(sftp, settings) or server, advice) from None

    again = tenacity.Retrying(
        stop=tenacity.stop_after_attempt(retry.attempts),
        wait=tenacity.wait_exponential(retry.first_wait, retry.longest_wait) + tenacity.wait_random(0, retry.first_wait),
        retry=tenacity.retry_if_exception_type(Lost),
        sleep=retry.sleep,
        reraise=True,
    )
    return again(attempt)


def _broken(sftp: paramiko.SFTPClient, settings: SshServer) -> str | None:
    """The jump host, if it is the one that failed; what comes through it ends with it."""
    line = sftp.get_channel().get_transport().sock  # type: ignore[union-attr]
    if settings.jump is None or not isinstance(line, paramiko.Channel):
        return None
    on_the_way = line.get_transport()
    on_the_way.join(_NOTICED)
    return None if on_the_way.is_active() else jump_name(settings.jump)


def pin(host: str, port: int = 22, patience: Patience | None = None, jump: SshLogin | None = None) -> HostKey:
    """The key that a server shows, got without logging in there. Whether it is the right one is for a person to say.

    Args:
        host: The server.
        port: Its port.
        patience: How long to wait.
        jump: From where it is reached: that host must be pinned, and is logged in to.

    Raises:
        Lost: It could not be reached at present.
        Permanent: There is no such host, or no algorithm in common.
    """
    waits = patience or Patience()
    with _way(jump, waits) as via, _connected(host, port, server_name(host, port), [], waits, via) as transport:
        return _host_key(transport)


def _host_key(transport: paramiko.Transport) -> HostKey:
    key = transport.get_remote_server_key()
    return HostKey(key.get_name(), key.get_base64())


def _unpinned(server: str, shown: HostKey, pinned: Sequence[HostKey]) -> Permanent:
    """What to say about a server whose key is not among those pinned."""
    difference = "has another host key than those pinned" if pinned else "has a host key that is not pinned yet"
    caution = "Somebody may be posing as it: ask" if pinned else "Ask"
    return Permanent(
        f"{server} {difference}: {shown.fingerprint}.",
        f"{caution} whoever runs it for the fingerprint, and only if it is the same, add under host_keys: `- {shown.line}`.",
    )


@contextmanager
def _connected(
    host: str, port: int, server: str, pinned: Sequence[HostKey], patience: Patience, via: "_Via | None" = None
) -> Iterator[_Transport]:
    """A connection on which the server has proved that it holds its host key; nobody has logged in."""
    line: socket.socket | paramiko.Channel | None = None
    transport: _Transport | None = None
    try:
        try:
            line = via.line(host, port, server, patience) if via else _line(host, port, patience)
            transport = _Transport(line)
            transport.banner_timeout, transport.handshake_timeout = patience.greeting, patience.handshake
            options = transport.get_security_options()
            options.key_types = sorted(options.key_types, key=_order({key.type for key in pinned}))
            transport.start_client(timeout=patience.negotiation)
            transport.get_remote_server_key()  # start_client returns without a word when its time is up; this raises then
        except Failed:
            raise
        except Exception as error:  # paramiko's thread hands on whatever it met
            raise while_connecting(error, server) from None
        yield transport
    finally:
        if line is not None:
            with contextlib.suppress(OSError, EOFError):
                line.shutdown(socket.SHUT_RDWR)  # wakes paramiko's thread at once
        if transport is not None:
            transport.close()
        if line is not None:
            line.close()


def _line(host: str, port: int, patience: Patience) -> socket.socket:
    line = socket.create_connection((host, port), timeout=patience.connect)
    # Without it, each short request waits some 40 ms for the acknowledgement of the one before.
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return line


@dataclass(frozen=True)
class _Via:
    """A host that has let us in and goes on to others."""

    transport: _Transport
    name: str

    def line(self, host: str, port: int, server: str, patience: Patience) -> paramiko.Channel:
        """A connection from there."""
        try:
            return self.transport.open_channel("direct-tcpip", (host, port), ("127.0.0.1", 0), timeout=patience.connect)
        except Exception as error:  # as above
            raise while_going_on(error, self.name, server) from None


def _order(types: set[str]) -> Callable[[str], tuple[bool, bool]]:
    """Pinned types of key first, so that a server with several shows one that we can know; ssh-rsa's SHA-1 stays last."""
    return lambda name: (name == "ssh-rsa", ("ssh-rsa" if name in RSA_ALGORITHMS else name) not in types)


def _log_in(transport: _Transport, settings: SshLogin, server: str, patience: Patience) -> None:
    transport.auth_timeout = patience.login
    user = settings.user.resolve()
    key = private_key(settings.key, settings.passphrase, settings.ssh_rsa) if settings.key else None
    password = settings.password.resolve() if settings.password else ""
    if settings.ssh_rsa:
        transport.sign_by_sha1()
    try:
        remaining = transport.auth_publickey(user, key) if key else _by_password(transport, user, password)
        if remaining:
            raise paramiko.BadAuthenticationType("", remaining)
    except Exception as error:  # as above
        # Servers that know more than SHA-1 say so, at least since OpenSSH 7.2 of 2016.
        old_rsa = isinstance(key, paramiko.RSAKey) and "server-sig-algs" not in transport.server_extensions  # type: ignore[attr-defined]
        raise while_logging_in(error, server, "key" if key else "password", old_rsa and not settings.ssh_rsa) from None


def _by_password(transport: _Transport, user: str, password: str) -> list[str]:
    """Log in by a password, also where a server takes it at a prompt only."""
    try:
        return transport.auth_password(user, password, fallback=False)
    except paramiko.BadAuthenticationType as error:
        if "keyboard-interactive" not in error.allowed_types or "password" in error.allowed_types:
            raise
    given: list[str] = []

    def answer(_title: str, _text: str, prompts: list[tuple[str, bool]]) -> list[str]:
        """paramiko's own would answer whatever is asked, as often as it is asked."""
        if not prompts:  # something is only to be read
            return []
        if given or len(prompts) > 1 or prompts[0][1]:
            raise PromptRefused(again=bool(given), several=len(prompts) > 1)
        given.append(password)
        return given

    transport.auth_handler, done = _Prompts(transport), threading.Event()
    transport.auth_handler.auth_interactive(user, answer, done)
    return list(transport.auth_handler.wait_for_response(done))


def _opened(transport: _Transport, server: str, patience: Patience) -> paramiko.SFTPClient:
    # paramiko waits for ever for the answer to a request for a subsystem.
    watch = threading.Timer(patience.reply, transport.close)
    watch.daemon = True
    watch.start()
    try:
        channel = transport.open_session(timeout=patience.reply)
        channel.settimeout(patience.reply)
        channel.invoke_subsystem("sftp")
        return paramiko.SFTPClient(channel)
    except Failed:
        raise
    except Exception as error:  # as above
        raise while_opening(error, server, transport.is_active()) from None
    finally:
        watch.cancel()
