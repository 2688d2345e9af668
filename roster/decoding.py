"""From the bytes of an HR file to UTF-8 text with plain line ends.

Belongs here: character encodings and what to say when the file is in another one. Does not belong here: rows and fields
(``roster.reading``).
"""

import codecs

from roster.unfit import Unfit

CANDIDATES = ("utf-8", "utf-16", "cp1252", "cp850")
"""What HR systems write in practice: offered as advice, never tried in the place of the set one."""


def decode(data: bytes, encoding: str) -> tuple[bytes, str]:
    """The file as UTF-8 with ``\\n`` as its only line end, and the encoding it was read with.

    A UTF-8 byte-order mark overrules the set encoding: nothing else begins with it.

    Raises:
        Unfit: The bytes are not in the set encoding. Nothing is ever read in another one instead.
    """
    if data.startswith(codecs.BOM_UTF8):
        data, encoding, used = data[3:], "utf-8", "utf-8-sig"
    else:
        used = _known(encoding)
    _check(data, encoding)
    # Re-coding costs a copy of the file, so the usual case goes without.
    text = data if codecs.lookup(encoding).name == "utf-8" else data.decode(encoding).removeprefix("\ufeff").encode("utf-8")
    if b"\0" in text:
        raise Unfit("encoding", f"Read as {used}, the file holds NUL characters.", "UTF-16 files look like that: set `encoding: utf-16`.")
    if b"\r" in text:
        text = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return text, used


def _known(encoding: str) -> str:
    try:
        return codecs.lookup(encoding).name
    except LookupError:
        raise Unfit("encoding", f"The settings name the encoding '{encoding}', which does not exist.", "Write utf-8 or cp1252.") from None


def _check(data: bytes, encoding: str) -> None:
    name = codecs.lookup(encoding).name
    try:
        data.decode(encoding)
    except UnicodeDecodeError as error:
        line, unit = data.count(b"\n", 0, error.start) + 1, error.start
        fits = [candidate for candidate in CANDIDATES if candidate != name and _fits(data, candidate)]
        advice = f"It would fit {' or '.join(fits)}: set `encoding`, or" if fits else "No usual encoding fits:"
        raise Unfit(
            "encoding",
            f"The file is not {name}: the first bad byte is on line {line} (byte {unit}).",
            f"{advice} have HR export it as {name}.",
        ) from None
    if not name.startswith("utf") and not data.isascii() and _fits(data, "utf-8"):
        # A codec with one byte per character accepts nearly anything, and would bring in garbled names.
        raise Unfit("encoding", f"The settings say {name}, but the file is UTF-8.", "Set `encoding: utf-8`.")


def _fits(data: bytes, encoding: str) -> bool:
    if encoding == "utf-16" and not data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return False
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return False
    special = [character for character in text if not character.isascii()]
    return sum(character.isalpha() for character in special) >= 0.9 * len(special)
