"""What the Expense API shows, as types. Their reprs show nothing of a person.

Belongs here: from parsed JSON to a type. Does not belong here: calling (``client``), errors (``refusals``).

Field names are the API's. What was not shown is None; what else was shown is not looked at.
"""

from dataclasses import dataclass, field, fields
from typing import Any, Self, TypedDict

from destinations.findity.replies import unreadable


class Address(TypedDict, total=False):
    """Of a person."""

    street1: str
    postalCode: str
    city: str
    countryCode: str


class Profile(TypedDict, total=False):
    """What of one's own profile may be changed: the vendor's list, and nothing else."""

    firstName: str
    lastName: str
    defaultCurrency: str
    language: str
    bankAccountNumber: str
    IBAN: str
    BIC: str
    formattingRegion: str
    address: Address


@dataclass(frozen=True)
class Capabilities:
    """What the person may do in the whole system. None: it was not shown, which is not no."""

    canImpersonate: bool | None = None
    canViewAdmin: bool | None = None


@dataclass(frozen=True)
class ExtraRecipient:
    """A further address to which notices go, once it is confirmed."""

    id: str
    email: str = field(repr=False)
    status: str
    """``CONFIRMED`` or ``NOT_CONFIRMED``."""

    @classmethod
    def read(cls, given: Any) -> Self:
        """One object of the list."""
        row = _object(given, "extra recipient")
        return cls(_text(row, "id"), _text(row, "email"), _text(row, "status"))


@dataclass(frozen=True)
class Me:
    """The person whose token it is."""

    id: str
    email: str | None = field(repr=False)
    profile: Profile = field(repr=False)
    """What of it may be changed."""
    mobilePhone: str | None = field(repr=False)
    capabilities: Capabilities
    preferences: dict[str, Any] | None = field(repr=False)
    extraRecipients: list[ExtraRecipient] | None
    temporaryApprovers: list[Any] | None = field(repr=False)

    @classmethod
    def read(cls, given: Any) -> Self:
        """The answer of ``GET /me``."""
        body = _object(given, "account")
        if not isinstance(body.get("id"), str):
            raise unreadable("account")
        meta = body.get("meta")
        shown = meta.get("capabilities") if isinstance(meta, dict) else None
        recipients = body.get("extraRecipients")
        return cls(
            body["id"],
            body.get("email"),
            Profile(**{name: body[name] for name in Profile.__annotations__ if body.get(name) is not None}),  # type: ignore[typeddict-item]
            body.get("mobilePhone"),
            Capabilities(**{name: shown[name] for name in _CAPABILITIES if isinstance(shown.get(name), bool)})
            if isinstance(shown, dict)
            else Capabilities(),
            body.get("preferences") if isinstance(body.get("preferences"), dict) else None,
            [ExtraRecipient.read(one) for one in recipients] if isinstance(recipients, list) else None,
            body.get("temporaryApprovers") if isinstance(body.get("temporaryApprovers"), list) else None,
        )


@dataclass(frozen=True)
class Counters:
    """How much waits for the person in one organization."""

    organizationId: str
    expenses: int | None = None
    approvals: int | None = None
    rejections: int | None = None
    notifications: int | None = None
    transactions: int | None = None
    inbox: int | None = None

    @classmethod
    def read(cls, given: Any) -> Self:
        """One object of the list."""
        row = _object(given, "list of counters")
        counts = {name: row[name] for name in _COUNTS if isinstance(row.get(name), int) and not isinstance(row[name], bool)}
        return cls(_text(row, "organizationId"), **counts)


@dataclass(frozen=True)
class Image:
    """A picture and what it is, such as ``image/png``."""

    content: bytes = field(repr=False)
    content_type: str


@dataclass(frozen=True)
class Target:
    """Somebody for whom the person may act."""

    personId: str
    firstName: str = field(repr=False)
    lastName: str = field(repr=False)
    email: str = field(repr=False)
    impersonatorType: str
    """``PERSON``: in all of their organizations; ``EMPLOYEE``: in one. Others are passed on as they are."""

    @classmethod
    def read(cls, given: Any) -> Self:
        """One object of the search."""
        row = _object(given, "list of people")
        names = ("firstName", "lastName", "email", "impersonatorType")
        return cls(_text(row, "personId"), *(str(row.get(name) or "") for name in names))


_CAPABILITIES = tuple(one.name for one in fields(Capabilities))
_COUNTS = tuple(one.name for one in fields(Counters))[1:]


def _object(given: Any, what: str) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise unreadable(what)
    return given


def _text(row: dict[str, Any], name: str) -> str:
    if not isinstance(row.get(name), str):
        raise unreadable(f"answer without {name}")
    return str(row[name])
