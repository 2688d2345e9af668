"""What a company's YAML says of Expensify: how to reach it, and where each field of an employee record comes from.

Belongs here: the strict models of that, names of fields and options as Expensify writes them. Does not belong here: the client that uses
it (``client``), what the rules come to (``records``).
"""

import re
from collections.abc import Iterable
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, Field, field_validator, model_validator

from destinations.expensify.roads.settings import Delivery
from resources.environment import EnvText, Secret
from resources.rates import RateLimit
from roster.settings import LONGEST_DAYS, Rule, Strict

OWN_FIELDS: Final = ("employeeEmail", "managerEmail", "employeeID", "firstName", "lastName", "workerStatus", "isTerminated")
"""Fields of a record that Rollcall fills by itself."""
OWN_KEYS: Final = ("type", "credentials", "dry-run", "dataSource", "inputSettings", "onFinish", "test", "limit")
"""Keys of a job that Rollcall fills by itself, or that say what becomes of it."""
CLEARABLE: Final = ("approvalLimit", "approvesTo", "customField2", "domainGroupID", "defaultTags")
"""Fields of their own rule of which an empty cell may take the value away. `overLimitApprover` goes with `approvalLimit`."""

URL = "https://integrations.expensify.com/Integration-Server/ExpensifyIntegrations"
MEMBERS_URL = "https://integrations.expensify.com/Integration-Server/api"


LIMITS: Final = (RateLimit(5, 10.0), RateLimit(20, 60.0))
"""Published: 5 requests in 10 seconds and 20 in 60 (Expensify's Integration Server manual, since December 2024)."""


def is_address(text: str) -> bool:
    """Whether it can be the address of an account: an employee number, or a partner id, would be nobody's, and protect nobody."""
    return re.fullmatch(r"[^@\s]+@[^@\s]+", text) is not None


def _address(value: EnvText) -> EnvText:
    if isinstance(value.root, str) and not is_address(value.root):
        raise ValueError("an e-mail address, or {env: NAME}: by it Expensify shows who is who")
    return value


Address = Annotated[EnvText, AfterValidator(_address)]
"""The address of an account. What a variable holds is looked at when it is used."""


class Window(Strict):
    """At most so many requests in any span of so many seconds."""

    requests: int = Field(gt=0)
    """How many."""
    seconds: float = Field(gt=0)
    """In how long."""


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
    chunk_bytes: int = Field(default=3_000_000, gt=0)
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
    fixFirstLevelManagersOnly: bool = False
    """With `shouldFixApprovalChains`: invite a person's manager only, and not the managers above. Sent only when true."""
    account: Address | None = None
    """The e-mail address of the account that `partner_user_id` is of: its role is never lowered, and it is never taken out. Without it
    Rollcall tells it from what Expensify shows, or by a refusal."""
    extra: dict[str, Any] = Field(default={})
    """Further keys of the job, beside `inputSettings`, for what Expensify may add later: sent as they stand."""

    members_api: Literal["official", "policyMembers"] = "official"
    """`policyMembers`: members may also be deleted, by a dialect that one guide has and the vendor's manual has not."""
    members_url: EnvText = EnvText(MEMBERS_URL)
    """Where that dialect is spoken, by that guide."""
    rate_limits: list[Window] = Field(default=[Window(requests=limit.calls, seconds=limit.seconds) for limit in LIMITS], min_length=1)
    """How many requests Expensify takes in which time: the published windows, unless it gave the account others. All must hold."""

    @field_validator("extra")
    @classmethod
    def _new_keys(cls, value: dict[str, Any]) -> dict[str, Any]:
        own, settings = _by_letters(OWN_KEYS), _by_letters(cls.model_fields)
        for name in value:
            if name.lower() in own:
                raise ValueError(f"'{own[name.lower()]}' is filled by Rollcall")
            if name.lower() in settings:
                raise ValueError(f"'{settings[name.lower()]}' is a setting of its own: give it beside extra")
            if not name.strip():
                raise ValueError("a key without a name")
        return value

    @model_validator(mode="after")
    def _chains_to_fix(self) -> Self:
        if self.fixFirstLevelManagersOnly and not self.shouldFixApprovalChains:
            raise ValueError("fixFirstLevelManagersOnly says how shouldFixApprovalChains is done, which is false")
        return self

    @property
    def limits(self) -> list[RateLimit]:
        """The rate windows, as they are counted."""
        return [RateLimit(window.requests, window.seconds) for window in self.rate_limits]


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
    """An amount in the unit that `limit_unit` says; sent in cents."""
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
    limitApprover: Rule | None = None
    """Expensify's other name of overLimitApprover. Give one of them."""
    limit_unit: Literal["whole", "cents"] = "whole"
    """What HR's approval limits are in: whole currency units with at most two decimals, or cents."""
    extra: dict[str, Rule] = Field(default={})
    """Further fields of the record, for what Expensify may add later: its name → where it comes from. Sent when HR changes them."""
    clear: list[str] = Field(default=[])
    """Fields in which an empty cell of HR's takes the value away that Rollcall has written. By default it stays."""
    clear_with: Literal["", 0] | None = None
    """How a value is taken away, which no document of Expensify's says: null, an empty text, or (of a limit) 0."""

    @field_validator("extra")
    @classmethod
    def _new_fields(cls, value: dict[str, Rule]) -> dict[str, Rule]:
        own, rules = _by_letters(OWN_FIELDS), _by_letters(cls.model_fields)
        for name in value:
            if name.lower() in own:
                raise ValueError(f"'{own[name.lower()]}' is filled by Rollcall")
            if name.lower() in rules:
                raise ValueError(f"'{rules[name.lower()]}' has a rule of its own: give it beside extra")
            if not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]*", name) or f" {name.lower()} " in _TAKEN:
                raise ValueError(f"field {list(value).index(name) + 1} of extra cannot be called so")
        return value

    @model_validator(mode="after")
    def _one_name_each(self) -> Self:
        if self.overLimitApprover and self.limitApprover:
            raise ValueError("overLimitApprover and limitApprover are one field: give one of them")
        for name in self.clear:
            if name in ("overLimitApprover", "limitApprover"):
                raise ValueError(f"'{name}' goes with approvalLimit: name that in clear")
            if name not in CLEARABLE and name not in self.extra:
                raise ValueError(f"clear names '{name}', which cannot be taken away; there are: {', '.join((*CLEARABLE, *self.extra))}")
            if self.rule(name) is None:
                raise ValueError(f"clear names '{name}', which has no rule")
        return self

    def rule(self, field: str) -> Rule | None:
        """The rule of a field of the record, also where it stands under its other name, or in `extra`."""
        if field == "overLimitApprover":
            return self.overLimitApprover or self.limitApprover
        found: Rule | None = self.extra.get(field) or getattr(self, field, None)
        return found


Movers = Literal["stay", "terminate", "unassigned"]
"""What becomes of whoever is in a policy that their record does not name any more."""


class ExpensifyLeaving(Strict):
    """How and when leavers lose their access."""

    how: Literal["terminate", "delete"] = "terminate"
    """`terminate`: a record with `isTerminated` for each policy they are in. `delete`: they are deleted as members, by `members_api`."""
    after_days: int | None = Field(default=None, ge=0, le=LONGEST_DAYS)
    """So many days after the last day that HR gives, or after the first night on which somebody is absent, they keep their access; by
    default what the company's own `leaving.after_days` says."""


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
    protected: list[Address] = Field(default=[])
    """E-mail addresses of accounts of which nothing is ever written: neither created, changed nor taken out."""
    delivery: Delivery = Delivery()
    """By which road the feed gets there: ``request``, or one of `sftp` and `download`."""
    leaving: ExpensifyLeaving = ExpensifyLeaving()
    """How and when leavers lose their access."""
    scim_managed: bool = False
    """Whether SCIM, or another system, deactivates people: then nobody is taken out, and who should have gone is told."""
    strangers: Literal["report", "remove"] = "report"
    """Members whom HR does not know: told, or also taken out of the policies once that is released."""

    @model_validator(mode="after")
    def _can_remove(self) -> Self:
        if self.leaving.how == "delete" and self.connection.members_api != "policyMembers":
            raise ValueError("leaving.how: delete needs connection.members_api: policyMembers, by which alone members are deleted")
        if self.scim_managed and (self.leaving.how == "delete" or self.strangers == "remove"):
            raise ValueError("scim_managed leaves taking people out to another system: neither leaving.how: delete nor strangers: remove")
        return self


_TAKEN: Final = (
    " person action apply effect intended last reason detail kind kinds delete account active address variable assigned further kept now"
    " old new field fields value record key id policy owner shown status request where why terminate unassigned present landed employment"
    " email submitsto "
)
"""Columns beside those of records wherever these are planned, compared or sent, in small letters, each between blanks: ours, and what
Expensify shows of a member. `tests/unit/destinations/expensify/test_settings.py` looks for more of them in the code."""


def _by_letters(names: Iterable[str]) -> dict[str, str]:
    return {name.lower(): name for name in names}


Settings = Expensify
"""What the registry asks of every destination for."""
