"""From a packed HR file to the one file in it: ``.gz`` and ``.zip``, told by their first bytes, whatever they are called.

Belongs here: taking apart in memory, within limits. Does not belong here: what is in the file (``roster.reading.file``); spreadsheets are
archives too, and stay whole for ``roster.reading.workbook``.
"""

import gzip
import io
import lzma
import struct
import zipfile
import zlib
from typing import Protocol

from roster.reading import foreign
from roster.unfit import Unfit

GZIP, ZIP = b"\x1f\x8b", b"PK\x03\x04"

LARGEST = 1 << 30
"""Bytes that a file may have once unpacked. A roster of a million people and twenty columns has a fifth of it."""
RATIO = 200
"""Times that a file may grow. Exports shrink to a fifth, very regular ones to a fiftieth; beyond this somebody made it so."""
SMALL = 16 << 20
"""Bytes below which the ratio is not asked: padding compresses without limit, and this much harms nobody."""
CHUNK = 1 << 20
DAMAGED = (zipfile.BadZipFile, OSError, EOFError, ValueError, struct.error, zlib.error, lzma.LZMAError)
"""What Python raises for a damaged archive: by the place of the damage, and by how it is packed."""
UNKNOWN = (NotImplementedError, RuntimeError)
"""And for one that is packed in a way that it does not know, or locked."""


class _Stream(Protocol):
    def read(self, size: int, /) -> bytes: ...


_RESEND = "Have HR send the whole file again."
_SEND_ALONE = "Have HR send the export alone, packed once or not at all."


def unpack(data: bytes) -> bytes:
    """The file itself: what is packed is taken out, a workbook and anything else comes back as it is.

    Raises:
        Unfit: The archive is damaged, locked, holds another number of files than one or another archive, or unpacks to too much; or
            the file is nothing that could be a table (``roster.reading.foreign``).
    """
    if is_workbook(data) or not data.startswith((GZIP, ZIP)):
        content = data
    else:
        content = _gunzip(data) if data.startswith(GZIP) else _unzip(data)
        if content.startswith((GZIP, ZIP)) and not is_workbook(content):
            raise Unfit("archive", "The file is an archive within an archive.", _SEND_ALONE)
    if is_workbook(content):
        _measure(content)
        try:
            foreign.refuse_strict(content)
        except (*DAMAGED, *UNKNOWN):
            raise foreign.damaged_workbook() from None
    else:
        foreign.refuse(content)
    return content


def is_workbook(data: bytes) -> bool:
    """Whether these bytes are an Excel workbook (.xlsx)."""
    if not data.startswith(ZIP):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except (*DAMAGED, *UNKNOWN):
        return False


def _gunzip(data: bytes) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
            return _bounded(stream, len(data))
    except (OSError, EOFError, zlib.error):
        raise Unfit("archive", "The .gz file is damaged or cut short.", _RESEND) from None


def _unzip(data: bytes) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            # What Macs put beside each file is not HR's.
            members = [each for each in archive.infolist() if not each.is_dir() and not each.filename.startswith("__MACOSX/")]
            names = set(archive.namelist())
            if (
                "[Content_Types].xml" in names
                or "mimetype" in names
                or any(name.endswith(".iwa") for name in names)
                or "Index.zip" in names
            ):
                raise foreign.office_document(names, archive.read("mimetype") if "mimetype" in names else b"")
            if len(members) != 1:
                raise Unfit("archive", f"The .zip file holds {len(members)} files, and one is wanted.", _SEND_ALONE)
            if members[0].flag_bits & 1:
                raise Unfit("archive", "The .zip file has a password.", "Have HR send it without one, over a connection that is encrypted.")
            with archive.open(members[0]) as stream:
                return _bounded(stream, len(data))
    except DAMAGED:
        raise Unfit("archive", "The .zip file is damaged or cut short.", _RESEND) from None
    except UNKNOWN:
        raise Unfit("archive", "The .zip file is packed in a way that few programs know.", _SEND_ALONE) from None


def _bounded(stream: _Stream, packed: int) -> bytes:
    """Everything in the stream, read piece by piece: a size that is only declared proves nothing."""
    pieces, size = [], 0
    while piece := stream.read(CHUNK):
        size += len(piece)
        check_size(size, packed)
        pieces.append(piece)
    return b"".join(pieces)


def _measure(data: bytes) -> None:
    """A workbook's parts by their declared sizes: Python's zipfile, by which they are read, gives no byte more than is declared."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        check_size(sum(each.file_size for each in archive.infolist()), len(data))


def check_size(size: int, packed: int) -> None:
    """Let pass what a roster may unpack to.

    Args:
        size: Bytes that have come out so far.
        packed: Bytes that went in.

    Raises:
        Unfit: It is too much.
    """
    if size > LARGEST:
        raise Unfit("archive", f"Unpacked, the file is larger than {LARGEST >> 20} MiB.", "No roster is so large: ask HR what this is.")
    if size > SMALL and size > RATIO * packed:
        raise Unfit("archive", f"Unpacked, the file is more than {RATIO} times as large.", "No roster packs so well: ask HR what this is.")
