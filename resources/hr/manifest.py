"""The small file beside an export that says what must be in it: its hash, its number of rows.

Belongs here: its name, reading it in the forms that are common, and holding an export against it. Does not belong here: the settings
(``resources.hr.agreed``), getting either file (``resources.hr.sources``).

Forms, told by how it begins: lines as ``sha256sum`` and ``md5sum`` write them (also with ``--tag``), a hash alone, JSON, ``name=value`` or
``name: value`` in lines, a table with a header line.
"""

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any, Final

from resources.hr.agreed import Manifest
from resources.hr.meant import name_beside
from roster.unfit import Unfit

LARGEST: Final = 1 << 20
"""Bytes that a manifest may have."""
KINDS: Final = {"md5": 32, "sha1": 40, "sha256": 64, "sha512": 128}
"""Kind of hash → its hexadecimal digits."""
_LINE: Final = re.compile(r"\\?(?P<hash>[0-9a-fA-F]{32,128})(?:[ \t]+\*?(?P<name>.+))?")
_TAGGED: Final = re.compile(r"[A-Z0-9-]+ \((?P<name>.+)\) = (?P<hash>[0-9a-fA-F]{32,128})")
_PAIR: Final = re.compile(r"\s*(?P<field>[^=:;,|\t]+?)\s*[=:]\s*(?P<value>.*?)\s*")
_RESEND: Final = "Have HR send both again, the export first."
_UNREADABLE: Final = "Ask HR what it looks like, and correct `manifest` in the settings: docs/files.md names the forms."
_SUM: Final = ""
"""What the hash is called where it is called nothing."""


def name_of(manifest: Manifest, export: str) -> str:
    """What the manifest of an export is called."""
    return name_beside(manifest.name, export)


def check_hash(agreed: Manifest | None, manifest: bytes | None, name: str, came: bytes, plain: bytes) -> None:
    """Let pass an export whose hash is the one in its manifest.

    Args:
        agreed: What the settings say of it; None: nothing is agreed.
        manifest: Its content; None: it was not looked for.
        name: The export's name.
        came: The export as it came.
        plain: What is in it, if it came encrypted: whichever was hashed.

    Raises:
        Unfit: The hash is another, or there is none.
    """
    if agreed is None or manifest is None or agreed.hash is None:
        return
    wanted = str(_found(agreed, manifest, name, [agreed.hash_field or agreed.hash, _SUM])).strip().lower()
    if not re.fullmatch(rf"[0-9a-f]{{{KINDS[agreed.hash]}}}", wanted):
        raise Unfit("manifest", f"What the manifest has as {agreed.hash} is none.", _UNREADABLE)
    if wanted not in {hashlib.new(agreed.hash, content, usedforsecurity=False).hexdigest() for content in (came, plain)}:
        message = f"The file has another {agreed.hash} than its manifest says: it is not whole, or not the one that the manifest is of."
        raise Unfit("manifest", message, _RESEND)


def check_rows(agreed: Manifest | None, manifest: bytes | None, name: str, rows: int) -> None:
    """Let pass an export that has as many rows as its manifest says.

    Args:
        agreed: What the settings say of it; None: nothing is agreed.
        manifest: Its content; None: it was not looked for.
        name: The export's name.
        rows: Rows that are, or may be, a person's.

    Raises:
        Unfit: It has another number, or the manifest has none.
    """
    if agreed is None or manifest is None or agreed.rows_field is None:
        return
    wanted = str(_found(agreed, manifest, name, [agreed.rows_field])).strip()
    if not wanted.isdecimal():
        raise Unfit("manifest", "What the manifest has as the number of rows is none.", _UNREADABLE)
    if int(wanted) != rows:
        raise Unfit("manifest", f"The manifest counts {int(wanted):,} rows, the file has {rows:,}.", _RESEND)


def _found(agreed: Manifest, manifest: bytes, name: str, fields: list[str]) -> Any:
    """What the manifest says of an export under the first of these names that it has."""
    entries = list(_entries(manifest))
    keys = [field.casefold() for field in fields]
    having = [entry for entry in entries if any(key in entry for key in keys)]
    if not having:
        what = f"`{fields[0]}`"
        raise Unfit("manifest", f"The manifest says nothing that is called {what}.", _UNREADABLE)
    mine = [entry for entry in having if any(PurePosixPath(str(value).replace("\\", "/")).name == name for value in entry.values())]
    # One that is about one file need not name it; a line of `sha256sum` always does.
    if not mine and len(having) == 1 and not (_SUM in having[0] and having[0].get("name")):
        mine = having
    if len(mine) != 1:
        raise Unfit("manifest", "The manifest is of another file, or of several of which none or more than one is this.", _RESEND)
    return next(mine[0][key] for key in keys if key in mine[0])


def _entries(manifest: bytes) -> Iterator[Mapping[str, Any]]:
    """What it says of each file, by field in small letters."""
    try:
        text = manifest.decode("utf-16" if manifest[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig").strip()
    except UnicodeDecodeError:
        raise Unfit("manifest", "The manifest is no text in UTF-8.", _UNREADABLE) from None
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    sums = [_TAGGED.fullmatch(line) or _LINE.fullmatch(line) for line in lines]
    if text.startswith(("{", "[")):
        yield from _of_json(text)
    elif lines and all(sums):
        yield from ({_SUM: found["hash"], "name": found["name"] or ""} for found in sums if found)
    elif lines and all(pairs := [_PAIR.fullmatch(line) for line in lines]):
        yield {found["field"].casefold(): found["value"].strip("\"'") for found in pairs if found}
    else:
        delimiter = max(";,\t|", key=lines[0].count) if lines else ","
        for row in csv.DictReader(io.StringIO("\n".join(lines)), delimiter=delimiter):
            yield {str(field).strip().casefold(): value.strip() for field, value in row.items() if isinstance(value, str)}


def _of_json(text: str) -> Iterator[Mapping[str, Any]]:
    """Each object that has no others in lists, with what stands in the objects around it."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise Unfit("manifest", "The manifest begins like JSON and is none.", _UNREADABLE) from None
    yield from _objects(document, {})


def _objects(value: Any, around: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, list):
        for each in value:
            yield from _objects(each, around)
        return
    if not isinstance(value, dict):
        return
    own = {**around, **_flat(value)}
    listed = [each for each in value.values() if isinstance(each, list) and any(isinstance(one, dict) for one in each)]
    for each in listed:
        yield from _objects(each, own)
    if not listed:
        yield own


def _flat(value: Mapping[str, Any]) -> dict[str, Any]:
    """The plain values of an object and of the objects in it."""
    found: dict[str, Any] = {}
    for field, each in value.items():
        found |= _flat(each) if isinstance(each, dict) else {} if isinstance(each, list) else {field.casefold(): each}
    return found
