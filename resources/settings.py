"""What a company's YAML says about the outside: where its destinations are, and by which variables their secrets come."""

from typing import Literal

from pydantic import Field

from resources.environment import EnvText, Secret
from roster.settings import Strict

EXPENSIFY_URL = "https://integrations.expensify.com/Integration-Server/ExpensifyIntegrations"
FINDITY_ADMIN_URL = "https://expense.findity.com/api/admin"
FINDITY_TOKEN_URL = "https://expense.findity.com/api/oauth/token/"  # noqa: S105 - an address, no token


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
