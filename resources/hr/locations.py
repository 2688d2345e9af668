"""What a company's YAML says about where HR's export is, and by which variables the secrets come that open it.

Belongs here: the strict models of that, and how a host key is written and shown. Does not belong here: how the file's bytes become rows
(``roster.settings``), getting a key from a server (``resources.hr.ssh``), and the clients.
"""

import base64
import binascii
import hashlib
import posixpath
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from resources.environment import EnvText, FromEnv, Secret
from resources.failures import Permanent
from roster.settings import CsvFormat, Strict


class CsvSource(CsvFormat):
    """HR's export as a file on this machine."""

    path: str = Field(min_length=1)
    """A file, or a pattern such as ``inbox/*.csv``, relative to the company's folder."""
    newest: Literal["name", "modified"] = "name"
    """Which of several matching files is the newest: the last by name, or the last modified."""


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


class SftpSource(CsvFormat):
    """HR's export as a file on an SFTP server."""

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
    """The password that logs in; either this or a key."""
    host_keys: list[EnvText] = Field(default=[])
    """The keys by which the server is known, as ``rollcall sftp pin`` prints them. Several while it changes its key; none: no login."""
    ssh_rsa: bool = False
    """Let this one server sign by ssh-rsa (SHA-1), which is broken and which only old servers still need."""
    path: str = Field(min_length=1)
    """A file, or a pattern in one folder such as ``out/people_*.csv``; without a slash in front it begins where the login ends up."""
    newest: Literal["name", "modified"] = "name"
    """Which of several matching files is the newest: the last by name, or the last modified."""
    done_marker: str | None = None
    """Name of a file that says that the export is complete; ``{name}`` is the export's name, ``{stem}`` that without its ending."""
    afterwards: Literal["leave", "archive", "delete"] = "leave"
    """What becomes of the file once it has landed."""
    archive: str | None = None
    """The folder for `afterwards: archive`, beside the file unless it begins with a slash."""

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

    @field_validator("path")
    @classmethod
    def _one_folder(cls, value: str) -> str:
        folder, name = posixpath.split(value)
        if not name or any(character in folder for character in "*?["):
            raise ValueError("a file, or a pattern in one folder: * ? [ may stand in the last part only")
        return value

    @field_validator("done_marker")
    @classmethod
    def _marker_name(cls, value: str | None) -> str | None:
        if value is not None and (not value or "/" in value or value == "{name}"):
            raise ValueError("the name of another file in the same folder, such as {name}.done")
        return value

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if (self.key is None) == (self.password is None):
            raise ValueError("exactly one of key and password is needed")
        if self.passphrase and not self.key:
            raise ValueError("passphrase is for a key")
        if (self.afterwards == "archive") != bool(self.archive):
            raise ValueError("archive names the folder for `afterwards: archive`, and belongs to nothing else")
        return self
