"""How a text is written in Rollcall, wherever it comes from: NFC, ordinary blanks and none around it, no character without a width.

Belongs here: what can be put right without a guess, one text at a time. Does not belong here: whole columns and what is past mending
(``roster.intake.damage``), bytes (``roster.reading``).
"""

import re
import unicodedata
from typing import Final

INVISIBLE: Final = (
    "\x00-\x08\x0e-\x19\x1b-\x1f\x7f"  # control characters but for blanks, and but for U+001A, which some systems write for a lost letter
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
"""Soft hyphens, joiners, marks of direction, selectors and fillers (Unicode's ``Default_Ignorable_Code_Point``), and control characters."""
BLANK: Final = "\t-\r\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u2800\u3000"
"""Blanks of any width, among them the braille pattern of no dot, and line ends."""

_HYPHENS: Final = "\u2010\u2011"
"""What word processors write for the hyphen of a keyboard."""
_DASHES: Final = "\u2010-\u2015\u2212"
_INVISIBLE = re.compile(f"[{INVISIBLE}]+")
_BLANK = re.compile(f"[{BLANK}]")
_HYPHEN = re.compile(f"[{_HYPHENS}]")


def ascii_like(text: str) -> str:
    """The text as a reader takes it: full width and small forms, dashes and digits of any script in ASCII. To compare, not to keep."""
    seen = re.sub(f"[{_DASHES}]", "-", unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)))
    return "".join(str(unicodedata.decimal(each, each)) for each in seen)


def plain(text: str) -> str:
    """The text as Rollcall writes it: what a reader sees stays, and equal texts are equal."""
    seen = _HYPHEN.sub("-", _BLANK.sub(" ", _INVISIBLE.sub("", text)))
    return unicodedata.normalize("NFC", seen).strip(" ")
