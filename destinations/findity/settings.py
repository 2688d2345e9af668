"""What a company's YAML says of Findity: how to reach it, and where each field of a user comes from.

Belongs here: the strict models of that, names of fields as Findity writes them. Does not belong here: the client that uses it (``client``),
what the rules come to (``records``).
"""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BeforeValidator, Field, PrivateAttr, field_validator, model_validator

from destinations.findity.structure.settings import Approval, Departments, Dimension
from resources.environment import EnvText, Secret
from roster.settings import LONGEST_DAYS, Rule, Strict

ADMIN_URL = "https://expense.findity.com/api/admin"
TOKEN_URL = "https://expense.findity.com/api/oauth/token/"  # noqa: S105 - an address, no token
EXPENSE_URL = "https://expense.findity.com/api/v1/expense"
"""As an example's address of a picture has it; no page says that it is the production system's."""
STAGE: Final = {
    "admin_url": "https://stage-expense.findity.com/api/admin",
    "token_url": "https://stage-api.findity.com/oauth/token",
    "expense_url": "https://stage-api.findity.com/api/v1/expense",
}
"""The test system's addresses, by the vendor's page on getting started. Its data is reset now and then."""


PERSONAL: Final = frozenset({"email", "first_name", "last_name", "phone", "bank_account", "manager_email", "manager_name", "street"})
"""Columns that say who somebody is."""
CLEARABLE: Final = (
    "organizationalUnitId",
    "locale",
    "phone",
    "personnelNumber",
    "approverIds",
    "bankAccount",
    "address",
    "dimensionPresets",
)
"""Fields that ``clear`` may name. A role is not among them: nobody loses rights because a cell is empty."""

DimensionId = Annotated[str, Field(min_length=1, pattern=r"^[^/]+$")]


def in_list(value: Any) -> Any:
    """One stands for a list of one."""
    return [value] if isinstance(value, str) else value


class FindityConnection(Strict):
    """How to reach Findity's Admin API for one organization."""

    environment: Literal["production", "stage"] = "production"
    """Which of Findity's systems: it gives those of the addresses that are not set by themselves."""
    admin_url: EnvText = EnvText(ADMIN_URL)
    """Base address of the Admin API."""
    token_url: EnvText = EnvText(TOKEN_URL)
    """Where tokens are issued. Findity's own pages differ."""
    expense_url: EnvText = EnvText(EXPENSE_URL)
    """Base address of the Expense API, which a person's own account is at. White-label systems have others."""
    api_version: int = Field(default=3, gt=0)
    """Version of the Admin API that is asked for."""
    organization: EnvText
    """The organization's external id."""
    client_id: EnvText
    """The API key's client id."""
    client_secret: Secret
    """The API key's client secret."""
    send_invitation_mail: bool = False
    """Let Findity e-mail an invitation to everyone who is created. Findity's own default would be to do so."""
    invitation_mail_checked: bool = False
    """Whether somebody has looked that people who are created without an invitation get none, which no document confirms. Until then one
    person is created, and all others wait for a release."""
    chunk_size: int = Field(default=1_000, gt=0)
    """How many people go out in one request."""
    timeout: float = Field(default=60, gt=0)
    """Seconds without a sign of life after which a request counts as unanswered."""
    read_back_seconds: float = Field(default=60, ge=0)
    """How long to go on reading until what was accepted shows."""
    reads_at_once: int = Field(default=2, gt=0, le=16)
    """How many calls that only read may be on their way at the same time: pages of the list, units beside users."""
    writes_at_once: int = Field(default=1, gt=0, le=16)
    """How many chunks may be. Outcomes are the same with more; a user saw calls throttled from some 15 quick ones on."""
    list_also: list[str] = Field(default=[])
    """Query parameters by which the list of users shows more people (partner admins, accounting consultants, users of the administration
    only), as Findity's reference writes them; each goes out as `true`."""

    @model_validator(mode="before")
    @classmethod
    def _addresses(cls, given: Any) -> Any:
        return {**STAGE, **given} if isinstance(given, dict) and given.get("environment") == "stage" else given


class FindityUsers(Strict):
    """Where each field of a Findity user comes from (by roster columns)."""

    organizationalUnitId: Rule | None = None
    """The person's unit, named as `unit_by` says."""
    unit_by: Literal["name", "externalSourceId", "id"] = "name"
    """What `organizationalUnitId` gives: the unit's name, its external id, or its id."""
    role: Rule | None = None
    """Passed on as it is; Findity publishes no values."""
    locale: Rule | None = None
    """Such as sv_SE."""
    phone: Rule | None = None
    """The person's phone number."""
    personnelNumber: Rule = Rule(column="employee_id")
    """The employee number that Findity shows and exports."""
    bankAccount: dict[str, Rule] | None = None
    """Key of Findity's bankAccount object → where it comes from. Its keys are not published; IBAN and BIC are seen elsewhere in its API."""
    address: dict[str, Rule] | None = None
    """Key of the address object (street1, postalCode, city, countryCode) → where it comes from."""
    dimensionPresets: dict[str, Rule] | None = None
    """externalSourceId of a dimension → where the person's value id comes from."""
    furtherApprovers: list[Rule] = Field(default=[])
    """Who approves behind the first approver, in this order: rules that give an employee number or an address."""
    externalSourceId: Rule | None = None
    """Under which external id somebody comes in; by default their employee number. Whoever is there keeps theirs."""
    clear: list[str] = Field(default=[])
    """Fields in which an empty cell of HR's takes the value away that is at Findity. By default it stays."""
    clear_with: Literal[""] | None = None
    """How a value is taken away, which no page of Findity's says: null, or an empty one of its type."""

    @field_validator("externalSourceId")
    @classmethod
    def _names_nobody(cls, value: Rule | None) -> Rule | None:
        if value and (personal := sorted(value.reads() & PERSONAL)):
            raise ValueError(f"an external id stands in addresses of calls and in messages: it cannot come from {', '.join(personal)}")
        if value and not value.reads():
            raise ValueError("an external id has to come from a column: else all would share it")
        return value

    @model_validator(mode="after")
    def _clearable(self) -> Self:
        for name in self.clear:
            if name not in CLEARABLE:
                raise ValueError(f"clear names '{name}', which cannot be taken away; there are: {', '.join(CLEARABLE)}")
            if name != "approverIds" and not getattr(self, name):
                raise ValueError(f"clear names '{name}', which has no rule")
        return self


class FindityExpense(Strict):
    """How a person signs in to Findity's Expense API. No nightly run needs it. The first three are in no public page: ask Findity."""

    authorize_url: EnvText
    """Where a person signs in, in a browser."""
    client_id: EnvText
    """The client for which they sign in: an authorization-code client, which an API key need not be."""
    scope: EnvText
    """What they allow it."""
    client_secret: Secret | None = None
    """The client's secret, if it has one; without, the exchange is protected by PKCE alone."""
    redirect_port: int = Field(default=0, ge=0, le=65535)
    """The port of this machine to which the browser comes back; 0: any free one. A client may be registered for one."""
    kept_in: Literal["file", "keyring"] = "file"
    """Where the tokens are kept: in an owner-only file below ROLLCALL_HOME, or in the operating system's keyring."""
    person_ids: bool = False
    """Let a sync ask, as whoever signed in, for the personIds that the list of users does not show. Approvers are named by them."""


class FindityLeaving(Strict):
    """When leavers lose their access, and whether they are ever deleted."""

    after_days: int | None = Field(default=None, ge=0, le=LONGEST_DAYS)
    """So many days after the last day that HR gives, or after the first night on which somebody is absent, they keep their access; by
    default what the company's own `leaving.after_days` says."""
    delete_after_days: int | None = Field(default=None, gt=0, le=LONGEST_DAYS)
    """So many days after Findity took over that somebody is inactive they are deleted, each time only once that is released; by default
    never."""


def _none() -> Any:
    """What the settings have as their connection before `Findity._one_or_several` has refused that."""
    return None


class FindityOrganization(Strict):
    """One of a company's several organizations."""

    connection: FindityConnection
    """Where it is and which credentials open it."""
    users: FindityUsers | None = None
    """Where each field of a user comes from in this one, in place of all of `findity.users`; likewise each of what follows."""
    approval: Annotated[list[Approval], BeforeValidator(in_list, json_schema_input_type=Any), Field(min_length=1)] | None = None
    """By what Findity finds who approves there."""
    dimensions: dict[DimensionId, Dimension] | None = None
    """External id of a dimension there → what it should be."""
    departments: Departments | None = None
    """Who approves for its units."""


class FindityBelonging(Strict):
    """Who belongs to which of several organizations."""

    organization: Rule
    """The organization's word in `organizations`, or several: as a list, or as text with `separator` between them."""
    separator: str = Field(default=";", min_length=1)
    """What stands between several words of one cell."""
    consultant_in: Rule | None = None
    """The words of those organizations in which somebody is a consultant only; `all` for whichever they are in."""
    withheld: list[Literal["bankAccount", "address", "phone"]] = Field(default=["bankAccount", "address"])
    """The fields that a consultant does not get there. What is there already stays."""


class Findity(Strict):
    """Findity as a destination."""

    connection: FindityConnection = Field(default_factory=_none, validate_default=False)
    """Where Findity is and which credentials open it. With `organizations` each has its own, and there is none here."""
    users: FindityUsers
    """Where each field of a user comes from."""
    expense: FindityExpense | None = None
    """How a person signs in to the Expense API; only for the commands that need one."""
    leaving: FindityLeaving = FindityLeaving()
    """When leavers lose their access, and whether they are ever deleted."""

    approval: Annotated[list[Approval], BeforeValidator(in_list, json_schema_input_type=Any)] = Field(default=["approverIds"], min_length=1)
    """By what Findity finds who approves: each user's `approverIds`, the `departments`, the `dimensions`; one or several. Of the others
    nothing is read or sent."""
    approver_by: Literal["personId", "approverExternalId"] = "personId"
    """How whoever approves for a value is named: Findity's pages differ. For a unit it is always the personId."""
    value_by: Literal["externalSourceId", "id"] = "externalSourceId"
    """What names a value in presets and approvals: its external id, as HR has it, or Findity's own id of it."""
    dimensions: dict[DimensionId, Dimension] = Field(default_factory=dict)
    """External id of a dimension → what it should be."""
    departments: Departments = Departments()
    """Who approves for units."""
    units: Literal["create"] | None = None
    """Create units that HR names and Findity does not have. Each of them waits until it is released."""

    def _approved_by_what_is_configured(self) -> None:
        routed = any(one.approvers or one.approvers_of for one in self.dimensions.values())
        if routed != ("dimensions" in self.approval):
            raise ValueError("approval: dimensions and approvers of a dimension's values go together")
        if bool(self.departments.approvers or self.departments.approvers_of) != ("departments" in self.approval):
            raise ValueError("approval: departments and departments.approvers go together")
        if self.units and (self.users.organizationalUnitId is None or self.users.unit_by == "id"):
            raise ValueError("units: create needs users.organizationalUnitId, by name or externalSourceId")

    organizations: dict[Annotated[str, Field(pattern="^[a-z][a-z0-9]*$")], FindityOrganization] | None = Field(default=None, min_length=1)
    """Several organizations of one company: a word of small letters and digits, which is in asset keys too → its connection and rules."""
    belonging: FindityBelonging | None = None
    """Who belongs to which of `organizations`."""

    _part: str = PrivateAttr("")
    _words: tuple[str, ...] = PrivateAttr(())

    @model_validator(mode="before")
    @classmethod
    def _one_or_several(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        several = given.get("organizations")
        if isinstance(several, dict) and not all(isinstance(word, str) for word in several):
            raise ValueError('an organization\'s word that YAML reads as true, false or a number goes in quotes, as "no" does')
        if several is None:
            if "connection" not in given:
                raise ValueError("connection is needed, or organizations with one each")
            if given.get("belonging") is not None:
                raise ValueError("belonging goes with organizations")
            return given
        if "connection" in given:
            raise ValueError("with organizations each has a connection of its own: there is none beside them")
        if given.get("belonging") is None:
            raise ValueError("with organizations, belonging must say who belongs to which")
        return given

    @model_validator(mode="after")
    def _each_organization_by_itself(self) -> Self:
        seen: dict[tuple[str, str], str] = {}
        for word, one in (self.organizations or {}).items():
            place = _written(one.connection.admin_url), _written(one.connection.organization)
            if place in seen:
                raise ValueError(f"organizations {seen[place]} and {word} are the same organization")
            seen[place] = word
        if self.organizations:
            # The commands of a person ask the Expense API, which is one for all organizations: any one's connection leads there.
            self.__dict__["connection"] = next(iter(self.organizations.values())).connection
        for word, own in parts(self).items():
            try:
                own._approved_by_what_is_configured()
            except ValueError as mistake:
                raise ValueError(f"{f'of organization {word}, ' if word else ''}{mistake}") from None
        return self

    @property
    def part(self) -> str:
        """Of settings that `parts` gives: the organization's word; empty where there is only one organization."""
        return self._part

    @property
    def words(self) -> tuple[str, ...]:
        """Of settings that `parts` gives: the words of all organizations."""
        return self._words


Settings = Findity
"""What the registry asks of every destination for."""


def _written(text: EnvText) -> str:
    return text.root.casefold() if isinstance(text.root, str) else f"env {text.root.env}"


def parts(settings: Findity) -> Mapping[str, Findity]:
    """The settings of each organization by its word; of a company with one organization its own, by an empty one."""
    if not settings.organizations:
        return {"": settings}
    found = {}
    for word, one in settings.organizations.items():
        own = {name: given for name in type(one).model_fields if (given := getattr(one, name)) is not None}
        found[word] = settings.model_copy(update={**own, "organizations": None})
        found[word]._part, found[word]._words = word, tuple(settings.organizations)
    return found
