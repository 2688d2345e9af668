"""One SFTP session: connect, know the server by its pinned key, log in, and end, within one call.

Belongs here: time-outs, host keys, the login. Does not belong here: what is done with files (``resources.hr.sftp``), and what a failure is
called (``resources.hr.ssh_failures``).
"""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

import paramiko

from resources.failures import Failed
from resources.hr import private_keys
from resources.hr.host_keys import HostKey, refused
from resources.hr.locations import SftpSource
from resources.hr.ssh_failures import old_rsa_only, while_connecting, while_logging_in, while_opening
from resources.http import Retry

RSA_ALGORITHMS: Final = ("rsa-sha2-512", "rsa-sha2-256")


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
    _key_info = {**paramiko.Transport._key_info, "ssh-rsa": private_keys.OldRSAKey}  # type: ignore[attr-defined]  # noqa: RUF012

    def sign_by_sha1(self) -> None:
        """Log in with an RSA key by ssh-rsa: a server that old says of nothing else that it would take it."""
        others = (name for name in paramiko.Transport._preferred_pubkeys if name not in RSA_ALGORITHMS)  # type: ignore[attr-defined]
        self._preferred_pubkeys = (*others, "ssh-rsa")


def named(host: str, port: int) -> str:
    """What failures call a server."""
    return f"The SFTP server {host}" if port == 22 else f"The SFTP server {host}:{port}"


@contextmanager
def session(settings: SftpSource, patience: Patience) -> Iterator[paramiko.SFTPClient]:
    """An SFTP session that lasts as long as the block.

    Raises:
        Lost: It could not be had at present; nothing was done.
        Permanent: The server is not the pinned one, or does not let us in, or a secret is missing.
    """
    server, pinned = named(settings.host, settings.port_number()), settings.pinned()
    with _connected(settings.host, settings.port_number(), pinned, patience) as transport:
        seen = _host_key(transport)
        if seen not in pinned:
            raise refused(server, seen, pinned)
        if transport.host_key_type == "ssh-rsa" and not settings.ssh_rsa:
            raise old_rsa_only(server)
        _log_in(transport, settings, server, patience)
        yield _opened(transport, server, patience)


def pin(host: str, port: int = 22, patience: Patience | None = None) -> HostKey:
    """The key that a server shows, got without logging in. Whether it is the right one is for a person to say.

    Raises:
        Lost: It could not be reached at present.
        Permanent: There is no such host, or no algorithm in common.
    """
    with _connected(host, port, [], patience or Patience()) as transport:
        return _host_key(transport)


def _host_key(transport: paramiko.Transport) -> HostKey:
    key = transport.get_remote_server_key()
    return HostKey(key.get_name(), key.get_base64())


@contextmanager
def _connected(host: str, port: int, pinned: Sequence[HostKey], patience: Patience) -> Iterator[_Transport]:
    """A connection on which the server has proved that it holds its host key; nobody has logged in."""
    line: socket.socket | None = None
    transport: _Transport | None = None
    try:
        try:
            line = socket.create_connection((host, port), timeout=patience.connect)
            # Without it, each short request waits some 40 ms for the acknowledgement of the one before.
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            transport = _Transport(line)
            transport.banner_timeout, transport.handshake_timeout = patience.greeting, patience.handshake
            options = transport.get_security_options()
            options.key_types = sorted(options.key_types, key=_order({key.type for key in pinned}))
            transport.start_client(timeout=patience.negotiation)
            transport.get_remote_server_key()  # start_client returns without a word when its time is up; this raises then
        except Exception as error:  # paramiko's thread hands on whatever it met
            raise while_connecting(error, named(host, port)) from None
        yield transport
    finally:
        if line is not None:
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)  # wakes paramiko's thread at once
        if transport is not None:
            transport.close()
        if line is not None:
            line.close()


def _order(types: set[str]) -> Callable[[str], tuple[bool, bool]]:
    """Pinned types of key first, so that a server with several shows one that we can know; ssh-rsa's SHA-1 stays last."""
    return lambda name: (name == "ssh-rsa", ("ssh-rsa" if name in RSA_ALGORITHMS else name) not in types)


def _log_in(transport: _Transport, settings: SftpSource, server: str, patience: Patience) -> None:
    transport.auth_timeout = patience.login
    user = settings.user.resolve()
    key = private_keys.load(settings.key, settings.passphrase, settings.ssh_rsa) if settings.key else None
    password = settings.password.resolve() if settings.password else ""
    if settings.ssh_rsa:
        transport.sign_by_sha1()
    try:
        further = transport.auth_publickey(user, key) if key else transport.auth_password(user, password)
        if further:
            raise paramiko.BadAuthenticationType("", further)
    except Exception as error:  # as above
        # Servers that know more than SHA-1 say so, at least since OpenSSH 7.2 of 2016.
        unsaid = isinstance(key, paramiko.RSAKey) and "server-sig-algs" not in transport.server_extensions  # type: ignore[attr-defined]
        raise while_logging_in(error, server, "key" if key else "password", unsaid and not settings.ssh_rsa) from None


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
