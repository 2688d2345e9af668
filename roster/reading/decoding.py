"""From the bytes of an HR file to UTF-8 text with plain line ends.

Belongs here: character encodings, which one a file seems to be in, and what to say when it is not the set one. Does not belong here:
rows and fields (``roster.reading.delimited``).
"""

import codecs
import re
import unicodedata
from collections import Counter
from itertools import islice

import chardet
import numpy as np
import pyarrow as pa

from roster.reading import letters
from roster.unfit import Unfit

AUTO = "auto"
CANDIDATES = ("utf-8", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "iso8859-15", "cp850", "mac-roman")
"""What HR systems of western and northern Europe write in practice. Every further one makes a wrong guess likelier: such a one is set."""
ONE_BYTE, OLD = CANDIDATES[4:], CANDIDATES[6:]
ELSEWHERE = (
    "cp1250",
    "cp1251",
    "cp1253",
    "cp1254",
    "cp1255",
    "cp1257",
    "iso8859-2",
    "iso8859-5",
    "iso8859-7",
    "iso8859-9",
    "koi8-r",
    "cp852",
    "cp857",
    "cp850",
)
"""What a file is perhaps in where none of them can be told: a hint for whoever sets it, never taken."""
JOINED = b"\n" + codecs.BOM_UTF8
"""A byte-order mark at the beginning of a line: several files were put one behind the other."""
IN_WORDS = frozenset("’´–\u00a0€°§")
"""What stands in names, addresses and job titles without being a letter."""
CONTROL = re.compile("[\x80-\x9f]")
"""Control characters that no export has: a neighbouring code page has letters and quotes there."""
FOREIGN = re.compile(r"[^\x00-\x7f\W]{4,}")
"""Words of nothing but accented letters: another alphabet's, in a code page that is none of the candidates."""
EURO = re.compile(rb"[\x80-\x9f\xa4\xa6\xa8\xb4\xb8\xbc-\xbe]")
"""The bytes that Windows-1252 and ISO 8859-15 read differently."""
CONFIRMED = 0.9
"""The share of characters beyond ASCII that must make sense before an encoding that nobody set is taken."""
REFUTED = 0.5
"""The share below which a set encoding is not believed, if another one would be confirmed."""
SAMPLED = 5000
"""Characters beyond ASCII, with what stands around them, that the detector is shown."""


def decode(data: bytes, encoding: str) -> tuple[bytes, str]:
    """The file as UTF-8 with ``\\n`` as its only line end, and the encoding it was read with.

    A UTF-8 byte-order mark overrules the set encoding: nothing else begins with it.

    Raises:
        Unfit: The bytes are not in the set encoding, which is then never replaced by another one; or with ``auto`` none is confirmed.
    """
    if data.startswith(codecs.BOM_UTF8):
        data, encoding, used = data[3:], "utf-8", "utf-8-sig"
    else:
        encoding = used = _detected(data) if encoding == AUTO else _codec_name(encoding)
    if encoding == "utf-16" and not data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16-be" if data[:1] == b"\0" else "utf-16-le"
    text = _text(data, encoding)
    if b"\0" in text:
        raise Unfit("encoding", f"Read as {used}, the file holds NUL characters.", "UTF-16 files look like that: set `encoding: utf-16`.")
    if b"\r" in text:
        text = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if JOINED in text:
        text = text.replace(JOINED, b"\n")
    return text, used


def proposed(data: bytes) -> str | None:
    """The encoding that the file seems to be in; None if there is no telling. Nothing is confirmed by this."""
    if data.startswith(codecs.BOM_UTF8):
        return "utf-8"
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\0" in data[:1000]:
        return "utf-16-be" if data[:1] == b"\0" else "utf-16-le"
    if data.isascii() or fits(data, "utf-8"):
        return "utf-8"
    found = chardet.detect(_beyond_ascii(data), include_encodings=ONE_BYTE)["encoding"]
    name = codecs.lookup(found).name if found else None
    if name == "iso8859-15" and not EURO.search(data):
        return "cp1252"  # the same text, and the name that more people know
    return name


def perhaps(data: bytes) -> list[str]:
    """What a file could be in whose encoding cannot be told, the likeliest first."""
    found = chardet.detect(_beyond_ascii(data), include_encodings=ELSEWHERE)["encoding"]
    names = [codecs.lookup(found).name] if found else []
    return names + [name for name in (proposed(data), *ELSEWHERE) if name and name not in names]


def fits(data: bytes, encoding: str) -> bool:
    """Whether the whole file can be read so, and what comes out looks like people's names and not like noise."""
    if encoding == "utf-16" and not data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return False
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return False
    if encoding.startswith("utf"):
        return "\0" not in text and (not encoding.startswith("utf-16") or "\n" in text or "\r" in text)
    return _plausible(text) >= CONFIRMED


def _detected(data: bytes) -> str:
    encoding = proposed(data)
    found = [encoding] if encoding and fits(data, encoding) else []
    # Old Mac and DOS files are rare: where a current code page makes sense too, the detector alone does not decide.
    found += [other for other in ("cp1252", *OLD) if encoding in OLD and other != encoding and fits(data, other)]
    if len(found) != 1:
        looks = f"it may be {' or '.join(found)}" if found else "none of the usual ones fits"
        raise Unfit(
            "encoding",
            f"The encoding cannot be told for sure: {looks}.",
            "Ask HR which it is and set `encoding`, or have it sent as UTF-8.",
        )
    taken = found[0]
    if taken in ONE_BYTE and not letters.belong(data.decode(taken)):
        raise Unfit(
            "encoding",
            f"The encoding cannot be told for sure: read as {taken}, letters stand where no western language has them. "
            "It may be a Turkish, Baltic or central European code page.",
            f"Ask HR which it is and set `encoding` (cp1254, cp1257, cp1250, or {taken} if it is that all the same), "
            "or have it sent as UTF-8.",
        )
    return taken


def _codec_name(encoding: str) -> str:
    try:
        return codecs.lookup(encoding).name
    except LookupError:
        raise Unfit("encoding", f"The settings name the encoding '{encoding}', which does not exist.", "Write utf-8 or cp1252.") from None


def _text(data: bytes, encoding: str) -> bytes:
    """The file as UTF-8, if it is in this encoding."""
    name = codecs.lookup(encoding).name
    if name == "utf-8" and _is_utf_8(data):
        return data  # a copy of a long file is not free
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = max(data.count(end, 0, error.start) for end in (b"\n", b"\r")) + 1
        raise _wrong_encoding(data, name, f"the first bad byte is on line {line} (byte {error.start})") from None
    if name.startswith("utf-16") and "\n" not in text and "\r" not in text:
        raise _wrong_encoding(data, name, "read so, it has no line end")
    if not name.startswith("utf") and not data.isascii():
        if fits(data, "utf-8"):
            # A codec with one byte per character accepts nearly anything, and would bring in garbled names.
            raise Unfit("encoding", f"The settings say {name}, but the file is UTF-8.", "Set `encoding: utf-8`.")
        if CONTROL.search(text):
            raise _wrong_encoding(data, name, "read so, it has control characters")
        refuted = name in ONE_BYTE and _plausible(text) < REFUTED
        if refuted and (proposed(data) in _alternatives(data, name) or _is_of_another_alphabet(text)):
            raise _wrong_encoding(data, name, "read so, its letters make no sense")
    return text.removeprefix("\ufeff").encode("utf-8")


def _is_of_another_alphabet(text: str) -> bool:
    """Whether most of what is not ASCII stands in words of nothing else, as Greek and Cyrillic do that is read as western letters."""
    return 2 * sum(map(len, FOREIGN.findall(text))) > len(re.findall(r"[^\x00-\x7f]", text))


def _is_utf_8(data: bytes) -> bool:
    """Whether it is, by Arrow: Python's decoder makes characters of it, of which nothing is kept."""
    whole = pa.Array.from_buffers(pa.large_utf8(), 1, [None, pa.py_buffer(np.array([0, len(data)], "int64")), pa.py_buffer(data)])
    try:
        whole.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _wrong_encoding(data: bytes, name: str, symptom: str) -> Unfit:
    found = _alternatives(data, name)
    if found:
        advice = f"It would fit {' or '.join(found)}: set `encoding`, or have HR export it as {name}."
    else:
        # What has letters of another alphabet can be exported as nothing western.
        advice = "No usual encoding fits: ask HR which it is and set `encoding` (such as cp1251 or cp1253), or have it sent as UTF-8."
    return Unfit("encoding", f"The file is not {name}: {symptom}.", advice)


def _alternatives(data: bytes, name: str) -> list[str]:
    """Other encodings that fit, the detector's first."""
    first = proposed(data)
    ordered = sorted(CANDIDATES, key=lambda candidate: candidate != first)
    return [candidate for candidate in ordered if codecs.lookup(candidate).name != name and fits(data, candidate)]


def _beyond_ascii(data: bytes) -> bytes:
    """What is not ASCII, with its surroundings: in a long file the first such name may come late."""
    pieces, end = [], 0
    for found in islice(re.finditer(rb"[\x80-\xff]", data), SAMPLED):
        if found.start() >= end:
            end = found.start() + 40
            pieces.append(data[max(found.start() - 40, 0) : end])
    return b"\n".join(pieces)


def _plausible(text: str) -> float:
    """The share of characters beyond ASCII that stand where people write them: letters, capitals and small ones not mixed."""
    if CONTROL.search(text):
        return 0.0
    special = Counter(re.findall(r"[^\x00-\x7f]", text))
    good = sum(count for character, count in special.items() if character in IN_WORDS or unicodedata.category(character) in ("Lu", "Ll"))
    after_small, before_capital = (Counter(re.findall(pattern, text)) for pattern in (r"(?<=[a-z])[^\x00-\x7f]", r"[^\x00-\x7f](?=[A-Z])"))
    good -= sum(count for character, count in after_small.items() if character.isupper())
    good -= sum(count for character, count in before_capital.items() if character.islower())
    good -= sum(map(len, FOREIGN.findall(text)))
    return good / special.total() if special else 1.0
