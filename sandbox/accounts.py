"""The accounts of Findity's people: what `/me` shows and changes, the codes that go out by mail and text message, passwords.

Belongs here: what an account holds and the rules about it. Does not belong here: the wire (`sandbox.me`), signing in (`sandbox.sign_in`).
"""

import re
import secrets
import time
from typing import Any, Final

from sandbox.switches import Switches

# [S] the table of updatable fields.
UPDATABLE: Final = (
    "firstName",
    "lastName",
    "defaultCurrency",
    "language",
    "bankAccountNumber",
    "IBAN",
    "BIC",
    "formattingRegion",
    "address",
)
ADDRESS: Final = ("street1", "postalCode", "city", "countryCode")  # [S]
PASSWORD: Final = "Sandbox-password1"  # noqa: S105 - everybody's, until they change it
MEANING: Final = {  # [S] the codes and what the page says of each; two of them look swapped there
    "NO_KNOWN_JSON_PROPERTIES": "Failed to parse the JSON body. Check your request payload.",
    "INVALID_JSON_BODY": "No known or only read-only properties received. Verify you're sending updatable fields.",
    "EMAIL_IS_BLANK": "Email address is required but was empty.",
    "INVALID_EMAIL": "The provided email address is not valid.",
    "EMAIL_ALREADY_IN_USE": "An account already exists with this email address.",
    "INVALID_PHONE_NUMBER": "The phone number format is invalid. Use international format with plus-code.",
    "PHONE_NUMBER_ALREADY_USED": "The phone number is already associated with another account.",
    "INVALID_VERIFICATION_CODE": "The verification code is incorrect.",
    "EXPIRED_VERIFICATION_CODE": "The verification code has expired. Request a new one.",
    "PASSWORD_VALIDATION_ERROR": "Password doesn't meet requirements (8+ chars, 1 number, 1 uppercase, 1 lowercase).",
    "INCORRECT_CURRENT_PASSWORD": "The current password provided doesn't match.",
    "ORGANIZATION_NOT_FOUND": "Person does not belong to any organization.",
}


class AccountError(Exception):
    """A request that the account's rules refuse."""

    def __init__(self, code: str, status: int = 400) -> None:
        super().__init__(code)
        self.code, self.status = code, status


class Accounts:
    """Everybody's account, over one state. An account is made of the person's users when it is first needed.

    Args:
        findity: That part of the state.
        switches: How what is silent goes.
    """

    def __init__(self, findity: dict[str, Any], switches: Switches) -> None:
        self._findity, self._switches = findity, switches
        self._kept: dict[str, Any] = findity.setdefault("accounts", {})
        self.codes: list[dict[str, Any]] = findity.setdefault("codes", [])

    def people(self) -> list[dict[str, Any]]:
        """Everybody who has a user anywhere, once each, by personId."""
        found: dict[str, dict[str, Any]] = {}
        for one in self._findity["organizations"].values():
            for user in one["users"].values():
                found.setdefault(user["personId"], user)
        return [self.of(person) for person in sorted(found)]

    def of(self, person: str) -> dict[str, Any]:
        """A person's account.

        Raises:
            KeyError: Nobody has this personId.
        """
        if person not in self._kept:
            users = [user for one in self._findity["organizations"].values() for user in one["users"].values()]
            user = next((user for user in users if user["personId"] == person), None)
            if user is None:
                raise KeyError(person)
            given = self._findity.get("capabilities", {}).get(user["email"].lower(), {})
            self._kept[person] = _made(user) | {"capabilities": {"canImpersonate": False, "canViewAdmin": False} | given}
        account: dict[str, Any] = self._kept[person]
        return account

    def organizations(self, person: str) -> list[dict[str, Any]]:
        """Where the person has an active user: a person can have users in several organizations [S]."""
        return [
            one
            for one in self._findity["organizations"].values()
            if any(user["personId"] == person and user["active"] for user in one["users"].values())
        ]

    def update(self, account: dict[str, Any], body: Any) -> None:
        """Take what of a profile may be changed.

        Raises:
            AccountError: Nothing of it may.
        """
        if not isinstance(body, dict):
            raise AccountError("NO_KNOWN_JSON_PROPERTIES" if self._switches.findity_swapped_codes else "INVALID_JSON_BODY")
        known = {name: value for name, value in body.items() if name in UPDATABLE}
        if not known:  # [S] though by its name it is the other of the two
            raise AccountError("INVALID_JSON_BODY" if self._switches.findity_swapped_codes else "NO_KNOWN_JSON_PROPERTIES")
        if isinstance(known.get("address"), dict):
            # [?] whether an address is replaced or completed: completed, as the Admin API's objects are merged [S].
            known["address"] = (account["address"] or {}) | {name: value for name, value in known["address"].items() if name in ADDRESS}
        account.update(known)  # [I] fields that it lacks stay, and others are passed over

    # --- two steps

    def ask(self, account: dict[str, Any], what: str, value: Any) -> None:
        """Send a code to a new address or telephone number, or to an extra recipient.

        Raises:
            AccountError: It is none, or somebody's.
        """
        text = value.strip() if isinstance(value, str) else ""
        others = [one for one in self.people() if one is not account]
        if what == "phone":
            if not re.fullmatch(r"\+[1-9]\d{6,14}", text):  # [S] international, with plus-code
                raise AccountError("INVALID_PHONE_NUMBER")
            if any(one["mobilePhone"] == text for one in others):
                raise AccountError("PHONE_NUMBER_ALREADY_USED")
        else:
            if not text:
                raise AccountError("EMAIL_IS_BLANK")
            if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", text):
                raise AccountError("INVALID_EMAIL")
            if what == "email" and any(one["email"].lower() == text.lower() for one in others):
                raise AccountError("EMAIL_ALREADY_IN_USE")
        code = f"{secrets.randbelow(10**6):06d}"  # [S] "123456" in the example
        ends = time.time() + self._switches.findity_code_seconds
        account["pending"][what] = {"value": text, "code": code, "ends": ends}  # [I] a new one takes the place of the last
        self.codes.append({"to": text, "code": code, "for": what})

    def verify(self, account: dict[str, Any], what: str, code: Any) -> str:
        """The value that a code was sent to.

        Raises:
            AccountError: It is not the code, or its time is over.
        """
        pending = account["pending"].get(what)
        if pending is None or pending["code"] != code:
            raise AccountError("INVALID_VERIFICATION_CODE")
        del account["pending"][what]
        if time.time() >= pending["ends"]:
            raise AccountError("EXPIRED_VERIFICATION_CODE")
        return str(pending["value"])

    def add_recipient(self, account: dict[str, Any], address: Any) -> dict[str, Any]:
        """An extra recipient, not confirmed yet [S]."""
        self.ask(account, "recipient", address)
        recipient = {"id": secrets.token_hex(16), "email": address, "status": "NOT_CONFIRMED"}  # [?] its keys but for `status`
        account["extraRecipients"].append(recipient)
        return recipient

    def confirm_recipient(self, account: dict[str, Any], code: Any) -> dict[str, Any]:
        """The recipient whose code it is, confirmed [S]."""
        address = self.verify(account, "recipient", code)
        recipient: dict[str, Any] = next(one for one in reversed(account["extraRecipients"]) if one["email"] == address)
        recipient["status"] = "CONFIRMED"
        return recipient

    def change_password(self, account: dict[str, Any], old: Any, new: Any) -> None:
        """Another password.

        Raises:
            AccountError: The old one is wrong, or the new one too simple.
        """
        if old != account["password"]:
            raise AccountError("INCORRECT_CURRENT_PASSWORD")
        if not isinstance(new, str) or len(new) < 8 or not all(re.search(part, new) for part in ("[0-9]", "[A-Z]", "[a-z]")):  # [S]
            raise AccountError("PASSWORD_VALIDATION_ERROR")
        account["password"] = new


def _made(user: dict[str, Any]) -> dict[str, Any]:
    # [I] `id` is the personId that the Admin API and the search show: the document calls both a person's.
    names = {"id": user["personId"], "email": user["email"], "firstName": user.get("firstName"), "lastName": user.get("lastName")}
    money = {"defaultCurrency": "SEK", "IBAN": None, "BIC": None, "bankAccountNumber": None}
    place = {"mobilePhone": user.get("phone"), "language": user.get("locale") or "en_US", "formattingRegion": "sv_SE", "address": None}
    hidden = {"password": PASSWORD, "pending": {}, "image": None, "supportAccess": False, "appTheme": "SYSTEM", "appPrompts": None}
    lists: dict[str, Any] = {"extraRecipients": [], "temporaryApprovers": [], "preferences": {}}
    return names | money | place | hidden | lists
