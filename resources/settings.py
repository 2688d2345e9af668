"""What a company's YAML says about the outside: where its file and its destinations are, and by which variables their secrets come.

Belongs here: the strict models of those settings. Does not belong here: what the YAML says about people (``roster.settings``) and
the clients that use this.
"""

import os
from typing import Any, Literal

from pydantic import ConfigDict, Field, RootModel, model_validator

from resources.failures import Permanent
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
    chunk_size: int = Field(default=500, gt=0)
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
