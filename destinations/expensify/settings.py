"""What a company's YAML says of Expensify: how to reach it, and where each field of an employee record comes from.

Belongs here: the strict models of that, names of fields and options as Expensify writes them. Does not belong here: the client that uses
it (``client``), what the rules come to (``records``).
"""

from typing import Literal

from pydantic import Field

from resources.environment import EnvText, Secret
from roster.settings import Rule, Strict

URL = "https://integrations.expensify.com/Integration-Server/ExpensifyIntegrations"


class ExpensifyConnection(Strict):
    """How to reach Expensify, and the options of its employee job. Options keep the names that Expensify gives them."""

    url: EnvText = EnvText(URL)
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


class ExpensifyFeed(Strict):
    """Where each field of an Expensify employee record comes from (by roster columns)."""

    policyID: Rule
    """The policy the person belongs to."""
    additionalPolicyIDs: Rule | None = None
    """Further policies; a list, or text with commas between."""
    role: Rule | None = None
    """user, auditor or admin."""
    customField1: Rule | None = None
    """Expensify shows the employee number here unless something else is given."""
    customField2: Rule | None = None
    """Whatever the company shows as the second custom field of a member."""
    approvalLimit: Rule | None = None
    """In whole currency units with at most two decimals, as HR writes it; sent in cents."""
    overLimitApprover: Rule | None = None
    """Employee number or e-mail address; needed wherever approvalLimit is given."""
    approvesTo: Rule | None = None
    """Employee number or e-mail address."""
    domainGroupID: Rule | None = None
    """Expensify assigns groups only if every record of a request has one: people without one go in requests of their own."""
    defaultTags: Rule | None = None
    """Tags that a person's expenses begin with; a list, or text with commas between."""
    shouldRemoveFromUnassignedPolicies: bool = False
    """Let Expensify remove people from policies that the record does not name."""


Movers = Literal["stay", "terminate", "unassigned"]
"""What becomes of whoever is in a policy that their record does not name any more."""


class Expensify(Strict):
    """Expensify as a destination."""

    connection: ExpensifyConnection
    """Where Expensify is and which partner credentials open it."""
    feed: ExpensifyFeed
    """Where each field of an employee record comes from."""
    movers: Movers = "stay"
    """Whether whoever moves to another policy, or is to have a further one no longer, stays in the old one, which the report says; or
    leaves it, by a record of its own that terminates them there, or by letting Expensify remove them from every policy that their record
    does not name. Only of policies that Rollcall put them into."""


Settings = Expensify
"""What the registry asks of every destination for."""
