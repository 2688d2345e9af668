"""The Expense API's refusals: each code of the vendor's list as a type of its own, with what it means.

Belongs here: from an answer that refuses to an exception. Does not belong here: tokens that are not accepted (``client``).

The text of such an exception is the code and our own words. What the API says besides is left out, of the owner's log too: it may repeat
what was sent, which is somebody's address, code or password.
"""

import re
from typing import Any, ClassVar, Final

from destinations.replies import texts
from resources.failures import Permanent, Refused, masked
from resources.http import Reply


class ExpenseRefused(Refused):
    """The Expense API refused a request, for a reason that no type here is for."""

    meaning: ClassVar[str] = ""


class BodyNotTaken(ExpenseRefused):
    """What was sent could not be read, or nothing of it may be changed.

    The vendor's page has one code for each, and its descriptions look exchanged; so both are this.
    """

    meaning = "It could not read what was sent, or nothing of that may be changed."


class EmailMissing(ExpenseRefused):
    """No address was given."""

    meaning = "An e-mail address is needed."


class EmailInvalid(ExpenseRefused):
    """What was given is no address."""

    meaning = "The e-mail address is not valid."


class EmailTaken(ExpenseRefused):
    """Somebody's account has the address."""

    meaning = "Another account has this e-mail address."


class PhoneInvalid(ExpenseRefused):
    """What was given is no telephone number in international form."""

    meaning = "The phone number must be in international form, with + and the country's code."


class PhoneTaken(ExpenseRefused):
    """Somebody's account has the telephone number."""

    meaning = "Another account has this phone number."


class CodeWrong(ExpenseRefused):
    """The verification code is not the one that was sent, or was used already."""

    meaning = "The verification code is not the one that was sent."


class CodeExpired(ExpenseRefused):
    """The verification code's time is over."""

    meaning = "The verification code has expired: ask for a new one."


class PasswordTooSimple(ExpenseRefused):
    """The new password lacks something."""

    meaning = "A password needs eight characters or more, among them a digit, a capital and a small letter."


class PasswordWrong(ExpenseRefused):
    """The current password was not the one that was given."""

    meaning = "The current password is another one."


class NoOrganization(ExpenseRefused):
    """The person is in no organization, so there is nothing to count."""

    meaning = "The person belongs to no organization."


class NotPermitted(Permanent):
    """The person may not do this (403)."""


BY_CODE: Final[dict[str, type[ExpenseRefused]]] = {
    "NO_KNOWN_JSON_PROPERTIES": BodyNotTaken,
    "INVALID_JSON_BODY": BodyNotTaken,
    "EMAIL_IS_BLANK": EmailMissing,
    "INVALID_EMAIL": EmailInvalid,
    "EMAIL_ALREADY_IN_USE": EmailTaken,
    "INVALID_PHONE_NUMBER": PhoneInvalid,
    "PHONE_NUMBER_ALREADY_USED": PhoneTaken,
    "INVALID_VERIFICATION_CODE": CodeWrong,
    "EXPIRED_VERIFICATION_CODE": CodeExpired,
    "PASSWORD_VALIDATION_ERROR": PasswordTooSimple,
    "INCORRECT_CURRENT_PASSWORD": PasswordWrong,
    "ORGANIZATION_NOT_FOUND": NoOrganization,
}

_CODE: Final = re.compile(r"[A-Z]{2,}(?:_[A-Z]{2,})+")


def refusal(reply: Reply, what: str, sent: dict[str, Any]) -> Permanent:
    """What an answer of 400 and above is.

    Args:
        reply: The answer.
        what: What was asked for, in our words.
        sent: What was sent; nothing of it gets into a text.
    """
    # Where an error keeps its code is not published: one counts wherever it stands.
    codes = sorted(text for text in texts(reply.json) if _CODE.fullmatch(text))
    known = [code for code in codes if code in BY_CODE]
    kind = BY_CODE[known[0]] if known else ExpenseRefused
    code = next(iter(known), "") or next((masked(code, texts(sent)) for code in codes), "")
    if reply.status == 403 and not known:
        return NotPermitted(f"Findity does not allow this person to {what} (403).", "Ask whoever administers Findity for the right.")
    if reply.status in (404, 405) and not known:
        message = f"Findity's Expense API does not know what was asked for, to {what} ({reply.status})."
        return Permanent(message, "Check expense_url in the settings, if nothing else of it works either.")
    text = " ".join(part for part in (str(reply.status), code) if part)
    return kind(f"Findity refused to {what}: {text}. {kind.meaning}".rstrip(), code or str(reply.status), "")
