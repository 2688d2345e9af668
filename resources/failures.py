"""What can go wrong outside the process, sorted by what to do about it.

Belongs here: the few kinds of failure and the masking of texts that come from elsewhere. Does not belong here: deciding which kind a
reply is (each client does) and Dagster's own failures (``assets``).

A failure's text says what happened and what to do. It names no person, holds no secret and no query of a URL: texts of httpx, of a
destination or of a library are never part of it unless they went through `masked`.
"""

import logging
import re
from collections.abc import Iterable
from typing import Final

from resources.plain_words import PLAIN

_ADDRESS = re.compile(r"[^\s'\"<>(),;:]+@[^\s'\"<>(),;:]+")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{2,4}){3,8}\b")
_NUMBER = re.compile(r"(?<![\w.])\+?\d(?:[ -]?\d){6,}(?!\w)")
# A placeholder of ours, or a word with what may join its parts.
_WORD = re.compile(r"(<(?:address|account|number|value)>)|([^\W_](?:[\w'’-]*[^\W_])?|_+)")
_PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_SHORT = re.compile(r"[0-9]{1,5}|[0-9]{1,2}-[0-9]{1,2}-[0-9]{1,2}")
_UNKNOWN = "<…>"
_UNKNOWNS = re.compile(r"<…>(?:\s*[,.'’-]?\s*<…>)+")
_LONGEST = 300

PRIVATE: Final = "rollcall.private"
"""The logger for what only the owner may read. Whoever starts a process gives it an owner-only file; without one it says nothing."""
private = logging.getLogger(PRIVATE)
private.setLevel(logging.INFO)
private.propagate = False
private.addHandler(logging.NullHandler())


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


def masked(text: str, values: Iterable[str] = (), public: Iterable[str] = ()) -> str:
    """Take out of a destination's text what may say who somebody is.

    A message may also name people who are not in the request, and nothing tells their names from other words. So only words that are known
    to be plain stay; the whole message goes to the owner-only log.

    Args:
        text: A message as the destination wrote it.
        values: What the request said about people; each is taken out wherever the message repeats it.
        public: What else the request said; words of it may stay.

    Returns:
        The message on one line, with placeholders for those values, e-mail addresses, account numbers, phone numbers and other words.
    """
    shown = text
    for pattern, placeholder in ((_ADDRESS, "<address>"), (_IBAN, "<account>"), (_NUMBER, "<number>")):
        shown = pattern.sub(placeholder, shown)
    for value in sorted({value.strip() for value in values}, key=len, reverse=True):
        if len(value) > 1 and value in shown:
            shown = re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", "<value>", shown)
    allowed = {word.casefold() for said in public for word in _words(said)}
    shown = _WORD.sub(lambda found: found.group() if found.group(1) or _is_plain(found.group(2), allowed) else _UNKNOWN, shown)
    shown = " ".join(_UNKNOWNS.sub(_UNKNOWN, shown).split())
    if shown != " ".join(text.split()):
        private.info("a destination said: %s", text)
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…"


def _words(text: str) -> list[str]:
    return [found.group(2) for found in _WORD.finditer(text) if found.group(2)]


def _is_plain(word: str, allowed: set[str]) -> bool:
    if word.casefold() in allowed or _SHORT.fullmatch(word):
        return True
    # Codes such as REQUIRED_FIELD and names such as overLimitApprover.
    parts = [part.casefold() for part in _PARTS.findall(word)]
    return "".join(parts) == re.sub(r"[_'’-]", "", word).casefold() and all(part in PLAIN for part in parts)
