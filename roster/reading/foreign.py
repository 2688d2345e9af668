"""What is no table that can be read, called by its name: encrypted files, web pages, XML, JSON, old workbooks, other archives.

Belongs here: telling such a file by how it begins, and what to do about it. Does not belong here: archives that are opened
(``roster.reading.unpacking``), text that is a table and has another delimiter or encoding than the settings say
(``roster.reading.delimited``, ``roster.reading.decoding``).
"""

import base64
import codecs
import io
import re
import zipfile
from dataclasses import dataclass
from typing import Final

from roster.unfit import Unfit

LOOKED_AT: Final = 4096
"""Bytes at the beginning that tell."""

_DECRYPTED = "Have it decrypted before it is put here, or have HR send it unencrypted over SFTP, which is encrypted itself."
_AGREED = "If that is agreed, say so (`openpgp` beside `path`) and name the key; else have it decrypted before it is put here."
_AS_TABLE = "Have HR export the rows as CSV or .xlsx."
_SAVED = "Have HR open it, save it as .xlsx (Excel Workbook) or CSV, and send that."
_AS_IT_IS = "Have HR send the export as it is, not encoded (Base64), as mail gateways and interfaces do."
_PACKED = "Have HR send the export alone, as it is or packed as .zip or .gz."


@dataclass(frozen=True)
class _Kind:
    begins: re.Pattern[bytes]
    code: str
    message: str
    advice: str


def _kind(begins: bytes, code: str, message: str, advice: str) -> _Kind:
    return _Kind(re.compile(begins, re.DOTALL | re.IGNORECASE), code, message, advice)


BINARY: Final = (
    _kind(rb"age-encryption\.org/", "encrypted", "The file is encrypted (age).", _DECRYPTED),
    _kind(rb"Salted__", "encrypted", "The file is encrypted (OpenSSL).", _DECRYPTED),
    # SignedData or EnvelopedData of CMS, as bytes.
    _kind(
        rb"\x30[\x80-\x84].{0,4}\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07[\x02\x03]",
        "encrypted",
        "The file is encrypted (S/MIME).",
        _DECRYPTED,
    ),
    _kind(rb"AES[\x00-\x03]", "encrypted", "The file is encrypted (AES Crypt).", _DECRYPTED),
    _kind(
        rb"\xc0\xb9\x07\x2e\x4f\x93\xf1\x46\xa0\x15\x79\x2c\xa1\xd9\xe8\x21", "encrypted", "The file is encrypted (AxCrypt).", _DECRYPTED
    ),
    _kind(rb"\.pfile[\x00-\x08]", "encrypted", "The file is encrypted (Microsoft .pfile).", _DECRYPTED),
    _kind(rb"%PDF-", "kind", "The file is a PDF document.", _AS_TABLE),
    _kind(rb"\{\\rtf", "kind", "The file is a text document (RTF).", _AS_TABLE),
    _kind(rb"\x09[\x00\x02\x04\x08]..[\x00\x05]", "workbook", "The file is an old Excel workbook (.xls).", _SAVED),
    _kind(rb"PAR1", "kind", "The file is Parquet.", _AS_TABLE),
    _kind(rb"SQLite format 3\0", "kind", "The file is a database (SQLite).", _AS_TABLE),
    _kind(rb"\x00\x01\x00\x00Standard (?:Jet|ACE) DB", "kind", "The file is a database (Access).", _AS_TABLE),
    _kind(rb"\x89PNG\r\n|\xff\xd8\xff|GIF8[79]a", "kind", "The file is a picture.", _AS_TABLE),
    _kind(rb"7z\xbc\xaf\x27\x1c", "archive", "The file is a 7-Zip archive.", _PACKED),
    _kind(rb"Rar!\x1a\x07", "archive", "The file is a RAR archive.", _PACKED),
    _kind(rb"BZh[1-9]\x31\x41\x59\x26\x53\x59", "archive", "The file is packed with bzip2.", _PACKED),
    _kind(rb"\xfd7zXZ\0", "archive", "The file is packed with xz.", _PACKED),
    _kind(rb"\x28\xb5\x2f\xfd", "archive", "The file is packed with zstd.", _PACKED),
    _kind(rb"\x1f[\x9d\xa0]", "archive", "The file is packed with compress (.Z).", _PACKED),
    _kind(rb".{257}ustar", "archive", "The file is a tar archive.", _PACKED),
    _kind(rb"PK\x05\x06", "archive", "The .zip file holds 0 files, and one is wanted.", _PACKED),
)
"""What is told by bytes, as they are."""

TEXT: Final = (
    _kind(rb"-----BEGIN PGP SIGNED MESSAGE-----", "encrypted", "The file is signed (PGP), and its rows stand inside.", _AGREED),
    _kind(rb"-----BEGIN PGP (?:MESSAGE|ENCRYPTED)", "encrypted", "The file is encrypted (PGP).", _AGREED),
    _kind(rb"-----BEGIN PGP ", "encrypted", "The file is a key or a signature (PGP), and no export.", _AS_TABLE),
    _kind(rb"-----BEGIN AGE ENCRYPTED", "encrypted", "The file is encrypted (age).", _DECRYPTED),
    # EnvelopedData of CMS and what OpenSSL writes, as text (Base64).
    _kind(
        rb"(?-i:MI[A-Za-z0-9+/]{0,7}(?:KoZIhvcNAQcD|GCSqGSIb3DQEHA|gkqhkiG9w0BBwO))",
        "encrypted",
        "The file is encrypted (S/MIME).",
        _DECRYPTED,
    ),
    _kind(rb"(?-i:U2FsdGVkX1)", "encrypted", "The file is encrypted (OpenSSL).", _DECRYPTED),
    # JSON Web Encryption has five parts, the first of which is JSON as Base64 (RFC 7516); a signed one has three (RFC 7515).
    _kind(rb"(?-i:eyJ[\w-]+\.[\w-]*\.[\w-]+\.)", "encrypted", "The file is encrypted (JWE).", _DECRYPTED),
    _kind(rb"(?-i:eyJ[\w-]{9,}\.[\w-]{60,})", "encrypted", "The file is signed (JWS), and its rows stand inside.", _AS_IT_IS),
    _kind(rb"-----BEGIN (?:PKCS7|CMS)-----", "encrypted", "The file is encrypted (S/MIME).", _DECRYPTED),
    _kind(
        rb"(?:[\w-]+:[^\n]*\n[ \t]?)*?Content-Type: *application/(?:x-)?pkcs7-mime",
        "encrypted",
        "The file is encrypted (S/MIME).",
        _DECRYPTED,
    ),
    _kind(rb"-----BEGIN [A-Z0-9 ]+-----", "kind", "The file is a key or a certificate, and no export.", _AS_TABLE),
    _kind(rb"\$ANSIBLE_VAULT;", "encrypted", "The file is encrypted (Ansible Vault).", _DECRYPTED),
    _kind(
        rb"(?:[\w-]+:[^\n]*\n[ \t]?)*?Content-Type: *multipart/related",
        "kind",
        "The file is a web archive (MHTML), and no table.",
        _AS_TABLE,
    ),
    _kind(
        rb"(?:<\?xml[^>]*\?>\s*)?<(?:html|!doctype\s+html).{0,3000}?(?:urn:schemas-microsoft-com:office:excel|<x:ExcelWorkbook)",
        "workbook",
        "The file is a web page (HTML) that a program passes off as an Excel workbook.",
        _SAVED,
    ),
    _kind(
        rb"(?:<\?xml[^>]*\?>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|table|meta|script|style|div|center)[\s>]",
        "kind",
        "The file is a web page (HTML), and no table: perhaps a sign-in or error page that was saved in place of the export.",
        "Have HR export the file again as CSV or .xlsx; a table that was saved as a web page has to be saved as a workbook.",
    ),
    _kind(
        rb"<\?xml.{0,2000}?(?:urn:schemas-microsoft-com:office:spreadsheet|progid=.Excel\.Sheet)",
        "workbook",
        "The file is an XML Spreadsheet (Excel 2003).",
        _SAVED,
    ),
    _kind(rb"<\?xml.{0,500}?<office:document\s", "workbook", "The file is an OpenDocument document (.fods).", _SAVED),
    _kind(rb"<\?xml[\s?]|<!doctype\s|<([a-z_][\w.:-]*)(?:\s[^>]*)?>.*(?:</|/>)", "kind", "The file is XML, and no table.", _AS_TABLE),
    _kind(rb"[\[{]\s*(?:[\[{\"]|[\]}]\s*$)|\[\s*(?:-?\d|null|true|false)[^\n]*\]", "kind", "The file is JSON, and no table.", _AS_TABLE),
    _kind(rb"(?:version: [^\n]*\n\s*)?dn::? [^\n]*=", "kind", "The file is an export of a directory (LDIF), and no table.", _AS_TABLE),
    _kind(rb"BEGIN:V(?:CARD|CALENDAR)", "kind", "The file holds contact cards (vCard), and no table.", _AS_TABLE),
    _kind(rb"(?:ID;P\w*;[NE]|ID;PWXL)[;\n]", "workbook", "The file is an old spreadsheet (SYLK).", _SAVED),
    _kind(rb"(?:UNA.{6}\s*)?UNB[+:]", "kind", "The file is an EDIFACT message, and no table.", _AS_TABLE),
    _kind(rb"(?:--[^\n]*\n\s*)*(?:INSERT INTO|CREATE TABLE|SET NAMES)\s", "kind", "The file is SQL, and no table.", _AS_TABLE),
    _kind(rb"(?:Received|Return-Path|MIME-Version|Delivered-To): |From \S+@\S+ ", "kind", "The file is an e-mail.", _AS_TABLE),
)
"""What is told by its first characters, blanks before them left out."""

_ARMOUR: Final = re.compile(rb"^(?:> ?)?-----BEGIN PGP (?:SIGNED )?MESSAGE-----$", re.MULTILINE)
_BASE64: Final = re.compile(rb"[A-Za-z0-9+/]{60,}={0,2}(?:\n|\Z)")
"""A first line of Base64: so long a heading without a blank or a delimiter there is none."""
_PGP_TEXT: Final = re.compile(rb"-----BEGIN PGP (?:SIGNED )?MESSAGE-----")
_MARKERS: Final = (b"\xa8\x03PGP", b"\xca\x03PGP")
"""A packet that says nothing (RFC 9580, 5.8): some programs of PGP begin with it."""
OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED_PACKAGE: Final = "EncryptedPackage".encode("utf-16-le")
BOF: Final = re.compile(rb"\x09\x08[\x08\x10]\x00\x00[\x05\x06]\x05\x00")
"""How an old workbook's own stream begins."""
FILEPASS, BEFORE_FILEPASS = 0x2F, 4
"""The record that says that all others are encrypted, and how many stand before it at most: BOF, WriteProtect."""
STRICT: Final = b"purl.oclc.org/ooxml"


def refuse(content: bytes) -> None:
    """Let pass what may be a table: delimited text, or a workbook.

    Args:
        content: The file, unpacked.

    Raises:
        Unfit: It is something else.
    """
    if content.startswith(OLE):
        raise _ole(content)
    if _is_packet(content):
        raise Unfit("encrypted", "The file is encrypted (PGP).", _AGREED)
    beginning = content[:LOOKED_AT]
    text = _as_ascii(beginning)
    found = next((kind for kind in BINARY if kind.begins.match(beginning)), None) or next(
        (kind for kind in TEXT if kind.begins.match(text)), None
    )
    if found:
        raise Unfit(found.code, found.message, found.advice)
    if _ARMOUR.search(text):
        raise Unfit("encrypted", "The file is encrypted or signed (PGP), below lines of text.", _DECRYPTED)
    if (decoded := _decoded(text)) is not None:
        _refuse_encoded(decoded)


def _decoded(text: bytes) -> bytes | None:
    """The beginning of a file that is Base64 throughout its beginning; None where it is not."""
    if not _BASE64.match(text):
        return None
    joined = re.sub(rb"\n(?:=[A-Za-z0-9+/]{4})?", b"", text)  # a line of its own may be OpenPGP's checksum
    try:
        return base64.b64decode(joined[: len(joined) // 4 * 4], validate=True)
    except ValueError:
        return None


def _refuse_encoded(decoded: bytes) -> None:
    try:
        refuse(decoded)
    except Unfit as unfit:
        raise Unfit(
            unfit.code, f"{unfit.message.removesuffix('.')}, written as Base64.", _DECRYPTED if unfit.code == "encrypted" else _AS_IT_IS
        ) from None
    raise Unfit("kind", "The file is Base64: its bytes are written as letters, and no table can be read.", _AS_IT_IS)


def is_pgp(content: bytes) -> bool:
    """Whether it is an OpenPGP message, encrypted or signed, as bytes or as text."""
    return _is_packet(content) or bool(_PGP_TEXT.match(_as_ascii(content[:LOOKED_AT])))


def refuse_strict(workbook: bytes) -> None:
    """Let pass a workbook in the form that Excel writes by default.

    Raises:
        Unfit: It is in the strict form, whose names no reader here knows.
    """
    with zipfile.ZipFile(io.BytesIO(workbook)) as archive, archive.open("xl/workbook.xml") as part:
        if STRICT in part.read(LOOKED_AT):
            message = "The file is a Strict Open XML workbook, which few programs read."
            raise Unfit("workbook", message, "Have HR save it as Excel Workbook (.xlsx), without Strict.")


def damaged_workbook() -> Unfit:
    """The error for a workbook of which a part cannot be read."""
    return Unfit("workbook", "The workbook is damaged.", "Have HR save and send it again.")


def office_document(names: set[str], mimetype: bytes) -> Unfit:
    """The error for an archive that is a document of an office program, and no workbook that can be read.

    Args:
        names: The files in it.
        mimetype: What its own file ``mimetype`` says, if it has one.
    """
    if any(name.endswith(".iwa") for name in names) or "Index.zip" in names:
        what = "a Numbers document of a Mac, or another one of its office programs"
    elif "xl/workbook.bin" in names:
        what = "a binary Excel workbook (.xlsb)"
    elif b"spreadsheet" in mimetype:
        what = "an OpenDocument spreadsheet (.ods)"
    elif any(name.startswith("word/") for name in names) or b"opendocument.text" in mimetype:
        what = "a text document"
    else:
        what = "an office document of another kind than .xlsx"
    return Unfit("workbook", f"The file is {what}.", "Have HR save it as .xlsx or CSV.")


def fixed_width(lines: list[str]) -> bool:
    """Whether these lines look like columns of fixed width: no delimiter, and wide gaps at the same places or lines of one length."""
    filled = [line.rstrip("\n") for line in lines if line.strip()]
    if not filled or any(character in "".join(filled) for character in ";\t|"):
        return False
    gaps = [{found.end() for found in re.finditer(r"(?<=\S) {2,}(?=\S)", line)} for line in filled]
    shared = set.intersection(*gaps) if all(gaps) else set()
    one_length = len(filled) > 1 and len({len(line) for line in filled}) == 1 and len(filled[0]) >= 20
    return bool(shared) or (one_length and "," not in filled[0])


def not_delimited() -> Unfit:
    """The error for columns of fixed width."""
    return Unfit(
        "kind", "The file has columns of fixed width, and no delimiter.", "Have HR export the rows with a delimiter (CSV), or as .xlsx."
    )


def _ole(content: bytes) -> Unfit:
    if ENCRYPTED_PACKAGE in content:
        return Unfit("workbook", "The file is an Excel workbook with a password.", "Have HR save it as .xlsx without a password.")
    if _has_password(content):
        return Unfit(
            "workbook", "The file is an old Excel workbook (.xls) with a password.", "Have HR save it as .xlsx without a password."
        )
    streams = {"WordDocument": "a text document (.doc)", "Workbook": "an old Excel workbook (.xls)", "Book": "an old Excel workbook (.xls)"}
    known = [what for name, what in streams.items() if name.encode("utf-16-le") in content]
    if known:
        return Unfit("workbook", f"The file is {known[0]}.", _SAVED)
    message = "The file is an old Excel workbook (.xls) or one with a password."
    return Unfit("workbook", message, "Have HR save it as .xlsx without a password.")


def _has_password(content: bytes) -> bool:
    """Whether the records at the beginning of an old workbook say that what follows is encrypted (MS-XLS, 2.4.117 FilePass)."""
    begin = BOF.search(content)
    at = begin.start() if begin else len(content)
    for _ in range(BEFORE_FILEPASS):
        kind, size = int.from_bytes(content[at : at + 2], "little"), int.from_bytes(content[at + 2 : at + 4], "little")
        if kind == FILEPASS:
            return True
        at += 4 + size
    return False


def _as_ascii(beginning: bytes) -> bytes:
    """The first characters, whatever their width, without mark and blanks before them."""
    if beginning.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        beginning = beginning.decode("utf-16", "ignore").encode("ascii", "replace")
    elif b"\0" in beginning[:4]:
        beginning = beginning.replace(b"\0", b"")
    return beginning.removeprefix(codecs.BOM_UTF8).replace(b"\r\n", b"\n").replace(b"\r", b"\n").lstrip()


def _is_packet(content: bytes) -> bool:
    """Whether it begins with a packet of an OpenPGP message (RFC 9580): a session key, encrypted or compressed data, a signature, a marker.

    The packet's version, which follows its length, is a control character that no text has at that place.
    """
    if len(content) < 16 or not content[0] & 0x80:
        return False
    if content.startswith(_MARKERS):
        return True
    if content[0] & 0x40:
        tag, first = content[0] & 0x3F, content[1]
        body = 2 if first < 192 or 224 <= first < 255 else 3 if first < 224 else 6
    else:
        tag, body = content[0] >> 2 & 0xF, {0: 2, 1: 3, 2: 5, 3: 1}[content[0] & 3]
    versions = {1: (3, 6), 2: (3, 4, 6), 3: (4, 5, 6), 4: (3, 6), 8: (1, 2, 3), 18: (1, 2)}
    return content[body] in versions.get(tag, ())
