"""What HR's file is called where others than its owner read it: whoever exports may write anything into a name, a person's too.

Belongs here: what of a name may be shown. Does not belong here: which file is read (``resources.hr.newest``), the day in a name
(``roster.reading.naming``).
"""

import re
import unicodedata
from pathlib import PurePosixPath
from typing import Final

from roster.reading.months import ANY, unaccented

HIDDEN: Final = "…"
"""Stands for what is not shown."""
_DAY: Final = (
    r"20\d\d(?P<a>[-._ ]?)(?:0[1-9]|1[0-2])(?:(?P=a)(?:0[1-9]|[12]\d|3[01]))?"
    r"|(?:0?[1-9]|[12]\d|3[01])(?P<b>[-._ /])(?:0?[1-9]|1[0-2])(?P=b)(?:20)?\d\d"
    r"|(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])20\d\d"
    rf"|\d{{1,2}}[-._ ]?{ANY}[-._ ]?20\d\d|20\d\d[-._ ]?{ANY}[-._ ]?\d{{1,2}}|20\d\d[-._ ]?W[0-5]\d"
)
_TIME: Final = r"[-T_. ]?(?:[01]\d|2[0-3])[-_.:h]?[0-5]\d(?:[-_.:m]?[0-5]\d)?(?:[.,]\d{1,6})?Z?"
_ENDING: Final = r"\.(?:csv|txt|tsv|dat|xlsx|zip|gz|pgp|gpg|asc)(?=\.|$)"
_SHOWN: Final = re.compile(
    rf"(?P<day>(?<!\d)(?:{_DAY})(?:{_TIME})?(?!\d))|(?P<ending>{_ENDING})"
    rf"|(?P<number>(?<![^\W_])\d{{1,3}}(?![^\W_]))|(?P<between>(?:(?!{_ENDING})[-_. ()])+)",
    re.IGNORECASE,
)
_HIDDENS: Final = re.compile(rf"{HIDDEN}(?:[-_. ()]*{HIDDEN})+")
_WILD: Final = re.compile(r"\*+|\?|\[!?[^\]]+\]")


def called(name: str, pattern: str) -> str:
    """The name, with ``…`` for what neither the settings say nor a day, a time, a short number or a known ending is.

    Args:
        name: The file's name.
        pattern: How the settings name the file; of a path the last part counts.
    """
    # An ``@`` of the settings is hidden too: run config, in which this stands, takes no address.
    name, wanted = (unicodedata.normalize("NFC", text) for text in (name, PurePosixPath(pattern).name))
    literals = _WILD.split(wanted)
    found = re.fullmatch("(.*)".join(map(re.escape, literals)), name, re.DOTALL)
    if found is None:
        return _quiet(name)
    shown = [literals[0]]
    for wild, literal in zip(found.groups(), literals[1:], strict=True):
        shown += [_quiet(wild, literals[-1] == "" and literal == ""), literal]
    return re.sub("[@\uff20\ufe6b]", HIDDEN, "".join(shown))


def _quiet(text: str, last: bool = True) -> str:
    """Only what is shown of any name: an ending where the name ends, and one short number, since several may be a telephone's."""
    pieces = list(_SHOWN.finditer(unaccented(text)))
    hidden = set() if last else {"ending"}
    hidden |= {"number"} if sum(bool(piece["number"]) for piece in pieces) > 1 else set()
    shown, at = [], 0
    for piece in pieces:
        known = "day" if piece["day"] else next(name for name in ("ending", "number", "between") if piece[name])
        if known in hidden:
            continue
        shown += [HIDDEN] if piece.start() > at else []
        shown.append(text[piece.start() : piece.end()])
        at = piece.end()
    return _HIDDENS.sub(HIDDEN, "".join([*shown, *([HIDDEN] if at < len(text) else [])]))
