import gzip
import io
import zipfile
import zlib

import pytest

from roster.reading import unpacking
from roster.reading.unpacking import unpack
from roster.unfit import Unfit

FILE = b"id,name\n1,Ann\n"


def zipped(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        for name, content in members:
            # Not of this moment: a case is named by its bytes, and each worker must give it the same name.
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return packed.getvalue()


def unfit(data: bytes) -> Unfit:
    with pytest.raises(Unfit) as caught:
        unpack(data)
    return caught.value


@pytest.mark.parametrize(
    "data",
    [FILE, gzip.compress(FILE, mtime=0), gzip.compress(FILE[:5], mtime=0) + gzip.compress(FILE[5:], mtime=0), zipped(("a.csv", FILE))],
)
def test_an_archive_is_known_by_its_first_bytes_and_anything_else_comes_back_as_it_is(data: bytes) -> None:
    assert unpack(data) == FILE


def test_what_a_mac_puts_beside_a_file_is_not_counted() -> None:
    assert unpack(zipped(("people/", b""), ("people/a.csv", FILE), ("__MACOSX/people/._a.csv", b"x"))) == FILE


@pytest.mark.parametrize(("members", "count"), [([], "0"), ([("a.csv", FILE), ("b.csv", FILE)], "2")])
def test_a_zip_has_one_file(members: list[tuple[str, bytes]], count: str) -> None:
    # An archive without any file begins with other bytes; one with only a folder does not.
    assert f"holds {count} files" in unfit(zipped(("folder/", b""), *members)).message


@pytest.mark.parametrize(
    "data",
    [gzip.compress(zipped(("a", FILE)), mtime=0), zipped(("a.gz", gzip.compress(FILE, mtime=0))), zipped(("a", zipped(("b", FILE))))],
)
def test_an_archive_within_an_archive_is_refused(data: bytes) -> None:
    assert "within an archive" in unfit(data).message


@pytest.mark.parametrize("packed", [gzip.compress(FILE * 50, mtime=0), zipped(("a.csv", FILE * 50))])
def test_a_damaged_archive_is_refused_however_it_is_damaged(packed: bytes) -> None:
    for wrong in (packed[:-9], packed[:40] + b"\xff\xff\xff\xff" + packed[44:], packed[: len(packed) // 2]):
        assert "damaged or cut short" in unfit(wrong).message


@pytest.mark.parametrize("packing", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_zip_that_has_any_one_byte_wrong_is_refused_or_says_what_it_said(packing: int) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", packing) as archive:
        archive.writestr("a.csv", FILE)
    packed = made.getvalue()
    for place in range(4, len(packed)):
        for change in (0x01, 0x40, 0xFF):
            wrong = packed[:place] + bytes([packed[place] ^ change]) + packed[place + 1 :]
            try:
                assert unpack(wrong) == FILE, (place, change)
            except Unfit as error:
                assert error.code in ("archive", "workbook"), (place, change)


def test_a_zip_with_a_password_is_refused() -> None:
    locked = bytearray(zipped(("a.csv", FILE)))
    for mark in (b"PK\x03\x04", b"PK\x01\x02"):
        at = locked.index(mark) + (6 if mark.endswith(b"\x04") else 8)
        locked[at] |= 1
    assert "password" in unfit(bytes(locked)).message


@pytest.mark.parametrize("pack", [gzip.compress, lambda content: zipped(("a.csv", content))])
def test_a_bomb_is_refused_by_its_size_and_by_its_ratio(pack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacking, "SMALL", 100_000)
    assert "200 times" in unfit(pack(bytes(2_000_000))).message
    monkeypatch.setattr(unpacking, "LARGEST", 150_000)
    assert "larger than" in unfit(pack(bytes(2_000_000))).message


def test_a_bomb_is_given_up_before_it_is_unpacked_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacking, "SMALL", 0)
    read: list[int] = []
    once = gzip.GzipFile.read
    monkeypatch.setattr(gzip.GzipFile, "read", lambda self, size: read.append(size) or once(self, size))
    unfit(gzip.compress(bytes(50_000_000)))
    assert sum(read) < 15_000_000


def test_a_declared_size_that_lies_does_not_help_a_bomb(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacking, "SMALL", 100_000)
    content = bytes(2_000_000)
    packed = bytearray(zipped(("a.csv", content)))
    for mark, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        here = packed.index(mark) + at
        packed[here : here + 4] = (50).to_bytes(4, "little")
    assert unfit(bytes(packed)).code == "archive"


def test_a_small_file_may_pack_as_well_as_it_likes() -> None:
    assert unpack(gzip.compress(b" " * 1_000_000, mtime=0)) == b" " * 1_000_000


def test_a_workbook_stays_whole_and_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    book = zipped(("[Content_Types].xml", b"x"), ("xl/workbook.xml", b"x"), ("xl/worksheets/sheet1.xml", bytes(1_000_000)))
    assert unpack(book) == unpack(zipped(("people.xlsx", book))) == book
    monkeypatch.setattr(unpacking, "SMALL", 1000)
    assert unfit(book).code == "archive"


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "password"),
        (zipped(("mimetype", b"x"), ("content.xml", b"x")), "another kind"),
        (zipped(("[Content_Types].xml", b"x"), ("xl/workbook.bin", b"x")), "binary Excel workbook"),
        (zipped(("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", b"x")), "OpenDocument spreadsheet"),
        (zipped(("[Content_Types].xml", b"x"), ("word/document.xml", b"x")), "text document"),
    ],
)
def test_office_files_of_other_kinds_are_named(data: bytes, told: str) -> None:
    error = unfit(data)
    assert error.code == "workbook"
    assert told in error.message


def test_a_packing_that_python_does_not_know_is_refused() -> None:
    packed = bytearray(zipped(("a.csv", FILE)))
    for mark, at in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        packed[packed.index(mark) + at] = 9  # Deflate64, which Windows takes for files of more than 2 GB
    assert "few programs" in unfit(bytes(packed)).message


def test_no_message_holds_a_members_name() -> None:
    packed = zlib.compress(FILE)  # neither of the two kinds: a file like any other
    assert unpack(packed) == packed
    assert "Ann" not in str(unfit(zipped(("Ann.csv", FILE), ("Bo.csv", FILE))))
