"""What can go wrong outside the process, sorted by what to do about it.

Belongs here: the few kinds of failure and the masking of texts that come from elsewhere. Does not belong here: deciding which kind a
reply is (each client does) and Dagster's own failures (``assets``).

A failure's text says what happened and what to do. It names no person, holds no secret and no query of a URL: texts of httpx, of a
destination or of a library are never part of it unless they went through `masked`.
"""

import re
from collections.abc import Iterable

_ADDRESS = re.compile(r"[^\s'\"<>(),;:]+@[^\s'\"<>(),;:]+")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{2,4}){3,8}\b")
_NUMBER = re.compile(r"(?<![\w.])\+?\d(?:[ -]?\d){6,}(?!\w)")
_LONGEST = 300


class Failed(Exception):
    """Something outside the process did not do what was asked of it.

    Attributes:
        advice: What to do about it, a sentence; may be empty.
    """

    def __init__(self, what: str, advice: str = "") -> None:
        super().__init__(f"{what} {advice}".strip())
        self.advice = advice


class Transient(Failed):
    """Time heals it, and nothing was changed: run again."""


class Unanswered(Transient):
    """A request was sent and no answer came: it may have been applied or not. Only reading back can tell."""


class Permanent(Failed):
    """It stays as it is until somebody changes a setting, a credential or the data."""


class NoFile(Permanent):
    """There is no file that the settings mean. A run fails of it; whoever looks again soon has only to wait."""


class Refused(Permanent):
    """The destination read the request and refused it as a whole.

    Attributes:
        code: The destination's own code, as text.
        reason: Its message, masked.
    """

    def __init__(self, what: str, code: str, reason: str, advice: str = "") -> None:
        super().__init__(what, advice)
        self.code = code
        self.reason = reason


def masked(text: str, values: Iterable[str] = ()) -> str:
    """Take out of a destination's text what may say who somebody is.

    Args:
        text: A message as the destination wrote it.
        values: What the request said about people; each is taken out wherever the message repeats it.

    Returns:
        The message on one line, with placeholders for those values, e-mail addresses, account numbers and phone numbers.
    """
    for pattern, placeholder in ((_ADDRESS, "<address>"), (_IBAN, "<account>"), (_NUMBER, "<number>")):
        text = pattern.sub(placeholder, text)
    for value in sorted({value.strip() for value in values}, key=len, reverse=True):
        if len(value) > 1 and value in text:
            text = re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", "<value>", text)
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
