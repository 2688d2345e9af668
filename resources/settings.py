"""What a company's YAML says about the outside: where its file and its destinations are, and by which variables their secrets come.

Belongs here: the strict models of those settings. Does not belong here: what the YAML says about people (``roster.settings``) and
the clients that use this.
"""

import os
import posixpath
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, RootModel, field_validator, model_validator

from resources.failures import Permanent
from resources.host_keys import HostKey, parsed
from roster.settings import CsvFormat, Strict

EXPENSIFY_URL = "https://integrations.expensify.com/Integration-Server/ExpensifyIntegrations"
FINDITY_ADMIN_URL = "https://expense.findity.com/api/admin"
FINDITY_TOKEN_URL = "https://expense.findity.com/api/oauth/token/"  # noqa: S105 - an address, no token


class FromEnv(Strict):
    """A value that is read from the environment when it is used, never when the YAML is loaded."""

    env: str = Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")
    """Name of the environment variable."""

    def resolve(self) -> str:
        """The variable's value.

        Raises:
            Permanent: The variable is not set, or empty.
        """
        value = os.environ.get(self.env, "")
        if not value:
            raise Permanent(f"The environment variable {self.env} is not set.", "Set it for the process that runs the job.")
        return value


class Secret(FromEnv):
    """A secret, given by the name of an environment variable: ``{env: NAME}``."""

    @model_validator(mode="before")
    @classmethod
    def _never_plain(cls, value: Any) -> Any:
        if isinstance(value, str):
            raise ValueError("a secret is never written here: give the name of an environment variable as {env: NAME}")
        return value


class EnvText(RootModel[str | FromEnv]):
    """Plain text, or ``{env: NAME}`` for text that comes from the environment."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    def resolve(self) -> str:
        """The text, or the variable's value.

        Raises:
            Permanent: The variable is not set, or empty.
        """
        return self.root if isinstance(self.root, str) else self.root.resolve()

    def __repr__(self) -> str:
        return "<text>" if isinstance(self.root, str) else repr(self.root)


class ExpensifyConnection(Strict):
    """How to reach Expensify, and the options of its employee job. Options keep the names that Expensify gives them."""

    url: EnvText = EnvText(EXPENSIFY_URL)
    """The Integration Server's one address."""
    partner_user_id: EnvText
    """partnerUserID of the account that runs the job: an admin of the policies and of the domain."""
    partner_user_secret: Secret
    """partnerUserSecret of that account. It changes when the account's password does."""
    feed_root: Literal["array", "Employees"] = "array"
    """Whether the feed is a bare list of records, or the older object with a key `Employees`."""
    chunk_bytes: int = Field(default=1_000_000, gt=0)
    """The longest feed, in bytes of its JSON, that goes out in one request."""
    timeout: float = Field(default=300, gt=0)
    """Seconds without a sign of life after which a request counts as unanswered."""
    read_back_seconds: float = Field(default=60, ge=0)
    """How long to go on reading until what was accepted shows."""
    setEmployeePrimaryPolicy: Literal["none", "new_employees", "all_employees"] = "none"
    """For whom `policyID` becomes the primary policy."""
    shouldFixApprovalChains: bool = True
    """Let Expensify invite managers, and theirs, to policies in which they approve: people who are not in the feed may be added."""
    shouldSkipNotificationEmail: bool = False
    """Send no notification e-mails to the people concerned."""
    on_finish_recipients: list[EnvText] = Field(default=[])
    """E-mail addresses to which Expensify sends its summary of each real (not dry) request."""


class FindityConnection(Strict):
    """How to reach Findity's Admin API for one organization."""

    admin_url: EnvText = EnvText(FINDITY_ADMIN_URL)
    """Base address of the Admin API."""
    token_url: EnvText = EnvText(FINDITY_TOKEN_URL)
    """Where tokens are issued. Findity's own pages differ; https://stage-api.findity.com/oauth/token is its test system's."""
    organization: EnvText
    """The organization's external id."""
    client_id: EnvText
    """The API key's client id."""
    client_secret: Secret
    """The API key's client secret."""
    send_invitation_mail: bool = False
    """Let Findity e-mail an invitation to everyone who is created. Findity's own default would be to do so."""
    chunk_size: int = Field(default=1_000, gt=0)
    """How many people go out in one request."""
    timeout: float = Field(default=60, gt=0)
    """Seconds without a sign of life after which a request counts as unanswered."""
    read_back_seconds: float = Field(default=60, ge=0)
    """How long to go on reading until what was accepted shows."""


class CsvSource(CsvFormat):
    """HR's export as a file on this machine."""

    path: str = Field(min_length=1)
    """A file, or a pattern such as ``inbox/*.csv``, relative to the company's folder."""
    newest: Literal["name", "modified"] = "name"
    """Which of several matching files is the newest: the last by name, or the last modified."""


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
                    parsed(line.root)
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
            return [parsed(line.resolve()) for line in self.host_keys]
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
