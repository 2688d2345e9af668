"""How a text that somebody else wrote is shown: on a terminal, on a page of Dagster, in a spreadsheet. There it is read, and does nothing.

Belongs here: what makes a text harmless wherever it is shown, whatever it holds. Does not belong here: which texts are shown to whom, and
how a text is written where it goes on to a destination (``roster.characters``).
"""

import json
import re
from typing import Final

from roster.characters import INVISIBLE

_HARMFUL: Final = re.compile(f"[{INVISIBLE}\x0b-\x0d\x1a\x80-\x9f\u2028\u2029\ud800-\udfff]")
# What begins a block, a mark, a link or a tag. An underscore between letters means nothing; a bare address is a link.
_MARKDOWN: Final = re.compile(
    r"[\\`*\[\]<|~&]|!(?=\[)|^(?=[-+>#=])|(?<![^\W_])_|_(?![^\W_])|(?<=[A-Za-z]):(?=//)|(?<=\b[wW]{3})\.|(?<=\S)@(?=\S)"
)
_ESCAPED: Final = re.compile(r"\\([!-/:-@\[-`{-~])")
_SIGN: Final = r"[=+\-@\uff1d\uff0b\uff0d\uff20]"
_PASSED_OVER: Final = r"[\s\"'\u200b-\u200f\u2060\ufeff]*"
# The sign at the beginning of a cell, behind whatever a spreadsheet passes over; or behind what is a separator to another spreadsheet.
_FORMULA: Final = re.compile(rf"^(?={_PASSED_OVER}{_SIGN}|[\t\r\n])|(?<=[,;|\t\r\n])(?={_PASSED_OVER}{_SIGN})")


def harmless(text: str) -> str:
    """The text with what a reader would not see, or a terminal would obey, written out: an escape as ``\\x1b``.

    Control characters, escape sequences with them, marks of direction, what has no width, halves of letters. Line ends and tabs stay.
    """
    return _HARMFUL.sub(lambda found: found.group().encode("unicode_escape").decode("ascii"), text)


def in_json(text: str) -> str:
    """A text that is JSON, with what `harmless` writes out written as JSON does: whoever reads it gets the same value."""
    return _HARMFUL.sub(lambda found: json.dumps(found.group())[1:-1], text)


def one_line(text: str) -> str:
    """`harmless`, on one line: a value cannot pass for the next line of ours."""
    return " ".join(harmless(text).split())


def in_markdown(text: str) -> str:
    """The text as Markdown that shows it as it is: no link, picture, tag, table or mark of its own, on one line."""
    return _MARKDOWN.sub(lambda found: f"\\{found.group()}", one_line(text))


def from_markdown(text: str) -> str:
    """What `in_markdown` was given, for a reader who has no Markdown."""
    return _ESCAPED.sub(r"\1", text)


def in_spreadsheet(text: str) -> str:
    """The text as a cell that no spreadsheet takes for a formula, whichever separator it opens the file with.

    An apostrophe stands before what would be one: it is how a spreadsheet itself marks text. A number below zero or with a plus is marked
    as well, since nothing in these lists is reckoned with.
    """
    return _FORMULA.sub("'", text)
