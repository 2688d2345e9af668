"""One SFTP session: connect, know the server by its pinned key, log in, and end, within one call.

Belongs here: time-outs, host keys, the login and the private key for it, and trying again. Does not belong here: how a host key is written
in the settings (``resources.ssh.settings``), what is done with files (``resources.hr.sftp``, a destination's own module), what a failure is
called (``resources.ssh.failures``).
No text of a key, and no text of a library about one, gets into an error.
"""

import contextlib
import io
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeVar

import paramiko
import tenacity
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from resources.environment import Secret
from resources.failures import Failed, Permanent
from resources.http import Retry
from resources.ssh.failures import RESUMED, WIRE, Lost, old_rsa_only, while_connecting, while_logging_in, while_opening, while_working
from resources.ssh.settings import HostKey, PrivateKey, SshServer

RSA_ALGORITHMS: Final = ("rsa-sha2-512", "rsa-sha2-256")

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


class OldRSAKey(paramiko.RSAKey):
    """An RSA key that signs and is verified by SHA-1, which paramiko gave up in its version 5: for a server that knows nothing else."""

    HASHES = {**paramiko.RSAKey.HASHES, "ssh-rsa": hashes.SHA1}  # type: ignore[misc]  # noqa: RUF012 - not as final as the stubs have it


class _Transport(paramiko.Transport):
    """A transport that can also tell a server that signs by ssh-rsa (SHA-1) only: it comes last, so nobody else is asked for it."""

    _preferred_keys = (*paramiko.Transport._preferred_keys, "ssh-rsa")  # type: ignore[attr-defined]
    _key_info = {**paramiko.Transport._key_info, "ssh-rsa": OldRSAKey}  # type: ignore[attr-defined]  # noqa: RUF012

    def sign_by_sha1(self) -> None:
        """Log in with an RSA key by ssh-rsa: a server that old says of nothing else that it would take it."""
        others = (name for name in paramiko.Transport._preferred_pubkeys if name not in RSA_ALGORITHMS)  # type: ignore[attr-defined]
        self._preferred_pubkeys = (*others, "ssh-rsa")


def server_name(host: str, port: int) -> str:
    """What failures call a server."""
    return f"The SFTP server {host}" if port == 22 else f"The SFTP server {host}:{port}"


@contextmanager
def session(settings: SshServer, patience: Patience) -> Iterator[paramiko.SFTPClient]:
    """An SFTP session that lasts as long as the block.

    Raises:
        Lost: It could not be had at present; nothing was done.
        Permanent: The server is not the pinned one, or does not let us in, or a secret is missing.
    """
    server, pinned = server_name(settings.host, settings.port_number()), settings.pinned()
    with _connected(settings.host, settings.port_number(), pinned, patience) as transport:
        shown = _host_key(transport)
        if shown not in pinned:
            raise _unpinned(server, shown, pinned)
        if transport.host_key_type == "ssh-rsa" and not settings.ssh_rsa:
            raise old_rsa_only(server)
        _log_in(transport, settings, server, patience)
        yield _opened(transport, server, patience)


def in_session(settings: SshServer, patience: Patience, work: Callable[[paramiko.SFTPClient], _Result], advice: str = RESUMED) -> _Result:
    """Do `work` on a connection of its own, and again on another if time may heal what went wrong: it must be safe to repeat.

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

    def attempt() -> _Result:
        with session(settings, patience) as sftp:
            try:
                return work(sftp)
            except (*WIRE, UnicodeDecodeError) as error:
                raise while_working(error, server, advice) from None

    again = tenacity.Retrying(
        stop=tenacity.stop_after_attempt(retry.attempts),
        wait=tenacity.wait_exponential(retry.first_wait, retry.longest_wait) + tenacity.wait_random(0, retry.first_wait),
        retry=tenacity.retry_if_exception_type(Lost),
        sleep=retry.sleep,
        reraise=True,
    )
    return again(attempt)


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


def _unpinned(server: str, shown: HostKey, pinned: Sequence[HostKey]) -> Permanent:
    """What to say about a server whose key is not among those pinned."""
    difference = "has another host key than those pinned" if pinned else "has a host key that is not pinned yet"
    caution = "Somebody may be posing as it: ask" if pinned else "Ask"
    return Permanent(
        f"{server} {difference}: {shown.fingerprint}.",
        f"{caution} whoever runs it for the fingerprint, and only if it is the same, add under host_keys: `- {shown.line}`.",
    )


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
            raise while_connecting(error, server_name(host, port)) from None
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


def _log_in(transport: _Transport, settings: SshServer, server: str, patience: Patience) -> None:
    transport.auth_timeout = patience.login
    user = settings.user.resolve()
    key = private_key(settings.key, settings.passphrase, settings.ssh_rsa) if settings.key else None
    password = settings.password.resolve() if settings.password else ""
    if settings.ssh_rsa:
        transport.sign_by_sha1()
    try:
        remaining = transport.auth_publickey(user, key) if key else transport.auth_password(user, password)
        if remaining:
            raise paramiko.BadAuthenticationType("", remaining)
    except Exception as error:  # as above
        # Servers that know more than SHA-1 say so, at least since OpenSSH 7.2 of 2016.
        old_rsa = isinstance(key, paramiko.RSAKey) and "server-sig-algs" not in transport.server_extensions  # type: ignore[attr-defined]
        raise while_logging_in(error, server, "key" if key else "password", old_rsa and not settings.ssh_rsa) from None


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


def private_key(setting: PrivateKey, passphrase: Secret | None, old_rsa: bool = False) -> paramiko.PKey:
    """The key that the settings mean, ready to sign.

    Args:
        setting: Where it is.
        passphrase: What it is encrypted with.
        old_rsa: Whether an RSA key must be able to sign by SHA-1.

    Raises:
        Permanent: It is not there, not readable, encrypted otherwise, or of no known kind.
    """
    secret = passphrase.resolve().encode() if passphrase else None
    private = _read_key(_key_text(setting), secret)
    if isinstance(private, RSAPrivateKey):
        return (OldRSAKey if old_rsa else paramiko.RSAKey)(key=private)
    kind: type[paramiko.PKey]
    if isinstance(private, Ed25519PrivateKey):
        kind = paramiko.Ed25519Key
    elif isinstance(private, EllipticCurvePrivateKey):
        kind = paramiko.ECDSAKey
    else:
        raise Permanent("The SFTP private key is of a kind that is not supported.", "Use an ed25519, ECDSA or RSA key.")
    # paramiko reads keys from text only, and not every format that cryptography does.
    text = private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption())
    return kind.from_private_key(io.StringIO(text.decode()))


def _key_text(setting: PrivateKey) -> bytes:
    if setting.env is not None:
        text = Secret(env=setting.env).resolve(lines=True)
        # Many places that hold environment variables allow one line only.
        return (text if "\n" in text.strip() else text.replace("\\n", "\n")).strip().encode() + b"\n"
    path = Path(setting.file or "").expanduser()
    try:
        return path.read_bytes()
    except OSError as error:
        missing = isinstance(error, FileNotFoundError)
        problem = "does not exist" if missing else "cannot be read by this user"
        raise Permanent(f"The SFTP private key file {path} {problem}.", "Correct `key`, or the file's owner.") from None


def _read_key(content: bytes, passphrase: bytes | None) -> object:
    if b"PRIVATE KEY-----" not in content:
        hint = "It looks like the public key: give the private one." if content.startswith((b"ssh-", b"ecdsa-")) else ""
        advice = hint or "Convert it to OpenSSH's format: `ssh-keygen` makes such keys, `puttygen -O private-openssh` converts PuTTY's."
        raise Permanent("What the SFTP setting `key` names is no private key in PEM or OpenSSH format.", advice)
    load_key = serialization.load_ssh_private_key if b"OPENSSH" in content else serialization.load_pem_private_key
    try:
        return load_key(content, password=passphrase)
    except TypeError:
        # One is missing, or given for a key that is not encrypted.
        if passphrase:
            return _read_key(content, None)
        raise Permanent("The SFTP private key is encrypted, and the settings have no passphrase.", "Set `passphrase`.") from None
    except (ValueError, UnsupportedAlgorithm):
        hint = "Check `passphrase`, and that the key is whole." if passphrase else "Check that the key is whole and of a supported kind."
        raise Permanent("The SFTP private key cannot be read.", hint) from None
