"""Where an SFTP server is, as whom to log in, and by which keys it is known, as a company's YAML says it.

Belongs here: the strict models of that, and how a host key is written and shown. Does not belong here: what lies on the server
(``resources.hr.locations``, a destination's own settings), getting a key from a server (``resources.ssh.session``).
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass
from typing import Annotated, Any, Self

from pydantic import Field, field_validator, model_validator

from resources.environment import EnvText, FromEnv, Secret
from resources.failures import Permanent
from roster.settings import Strict


@dataclass(frozen=True)
class HostKey:
    """The public key by which a server is known."""

    type: str
    """Such as ssh-ed25519."""
    base64: str

    @property
    def fingerprint(self) -> str:
        """SHA256:…, as OpenSSH shows it."""
        digest = hashlib.sha256(base64.b64decode(self.base64)).digest()
        return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")

    @property
    def line(self) -> str:
        """How it is written in the settings."""
        return f"{self.type} {self.base64}"


def host_key(line: str) -> HostKey:
    """Read ``ssh-ed25519 AAAA…``; a comment after it is passed over.

    Raises:
        ValueError: The line is no host key.
    """
    words = line.split()
    try:
        kind, blob = words[0], base64.b64decode(words[1], validate=True)
        length = int.from_bytes(blob[:4], "big")
        if blob[4 : 4 + length] != kind.encode() or len(blob) <= 4 + length:
            raise ValueError
    except (IndexError, binascii.Error, ValueError):
        raise ValueError("no host key: write it as `ssh-ed25519 AAAA…`, the line that `rollcall sftp pin` prints") from None
    return HostKey(kind, words[1])


class PrivateKey(Strict):
    """A private key: ``{env: NAME}``, a variable that holds its text, or ``{file: path}``."""

    env: str | None = Field(default=None, pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")
    """Name of the environment variable that holds the key's text."""
    file: str | None = Field(default=None, pattern=r"^(/|~/)")
    """The key's file: an absolute path, or one that begins with ~/."""

    @model_validator(mode="before")
    @classmethod
    def _never_plain(cls, value: Any) -> Any:
        if isinstance(value, str):
            raise ValueError("a private key is never written here: give {env: NAME} or {file: path}")
        return value

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.env is None) == (self.file is None):
            raise ValueError("exactly one of env and file is needed")
        return self


class SshLogin(Strict):
    """A server that speaks SSH, by which keys it is known, and the login there."""

    host: str = Field(pattern=r"^[^\s/@]+$")
    """The server's name or address."""
    port: Annotated[int, Field(ge=1, le=65535)] | FromEnv = 22
    """Its port; a number, or ``{env: NAME}``."""
    user: EnvText
    """Who logs in."""
    key: PrivateKey | None = None
    """The private key that logs in (ed25519, ECDSA or RSA); either this or a password."""
    passphrase: Secret | None = None
    """What the private key is encrypted with."""
    password: Secret | None = None
    """The password that logs in; either this or a key. A server that asks for it at a prompt gets it there, once and where it is hidden."""
    host_keys: list[EnvText] = Field(default=[])
    """The keys by which the server is known, as ``rollcall sftp pin`` prints them. Several while it changes its key; none: no login."""
    ssh_rsa: bool = False
    """Let this one server sign by ssh-rsa (SHA-1), which is broken and which only old servers still need."""

    @field_validator("host_keys")
    @classmethod
    def _host_keys(cls, value: list[EnvText]) -> list[EnvText]:
        for number, line in enumerate(value, start=1):
            try:
                if isinstance(line.root, str):
                    host_key(line.root)
            except ValueError as error:
                raise ValueError(f"line {number} is {error}") from None
        return value

    def port_number(self) -> int:
        """The port.

        Raises:
            Permanent: The variable that holds it is not set, or holds no port.
        """
        if isinstance(self.port, int):
            return self.port
        text = self.port.resolve()
        if not text.isdecimal() or not 0 < int(text) < 65536:
            raise Permanent(f"The environment variable {self.port.env} holds no port number.", "Set it to one, such as 22.")
        return int(text)

    def pinned(self) -> list[HostKey]:
        """The host keys.

        Raises:
            Permanent: A variable that holds one is not set, or holds none.
        """
        try:
            return [host_key(line.resolve()) for line in self.host_keys]
        except ValueError as error:
            raise Permanent(f"A variable named under host_keys holds {error}.", "Set it to that line.") from None

    @model_validator(mode="after")
    def _one_login(self) -> Self:
        if (self.key is None) == (self.password is None):
            raise ValueError("exactly one of key and password is needed")
        if self.passphrase and not self.key:
            raise ValueError("passphrase is for a key")
        return self


class SshServer(SshLogin):
    """An SFTP server, the login there, and the way to it."""

    jump: SshLogin | None = None
    """The host from which the server is reached, where it is not reached from here. It is pinned and logged in to by itself."""
