import base64
import codecs
import gzip
import io
import zipfile
from pathlib import Path

import openpyxl
import pytest

from roster.proposal.propose import propose
from roster.reading.file import read
from roster.settings import CsvFormat
from roster.unfit import Unfit

PEOPLE = b"Emp No,Name\n1,Ann\n"
BOF = b"\x09\x08\x10\x00\x00\x06\x05\x00" + bytes(12)
KEY_ID = bytes.fromhex("0b549de62f78c10a")
JWE_HEADER = b"eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ"


def unfit(data: bytes) -> Unfit:
    with pytest.raises(Unfit) as caught:
        read(data, CsvFormat(), {"Emp No", "Name"})
    with pytest.raises(Unfit) as proposed:
        propose(data, "people.csv")
    assert proposed.value.message == caught.value.message
    return caught.value


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"-----BEGIN PGP MESSAGE-----\r\n\r\nhQEMA\r\n-----END PGP MESSAGE-----\r\n", "encrypted (PGP)"),
        (codecs.BOM_UTF8 + b"\n-----BEGIN PGP MESSAGE-----\n", "encrypted (PGP)"),
        (b"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n1,Ann\n", "signed (PGP)"),
        (b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n", "a key or a signature (PGP)"),
        (b"\x85\x01\x0c\x03" + KEY_ID + bytes(60), "encrypted (PGP)"),
        (b"\x84\x5e\x03" + KEY_ID + bytes(60), "encrypted (PGP)"),
        (b"\xc1\xc0\x4c\x03" + KEY_ID + bytes(60), "encrypted (PGP)"),
        (b"\x8c\x0d\x04\x09\x03\x02" + bytes(60), "encrypted (PGP)"),
        (b"\xd2\xea\x01" + bytes(60), "encrypted (PGP)"),
        (b"\xa3\x01" + bytes(60), "encrypted (PGP)"),
        (b"age-encryption.org/v1\n-> X25519 abc\n", "encrypted (age)"),
        (b"\xa8\x03PGP\x84\x5e\x03" + KEY_ID + bytes(60), "encrypted (PGP)"),
        (b"\xca\x03PGP\x84\x5e\x03" + KEY_ID + bytes(60), "encrypted (PGP)"),
        (b"Salted__" + bytes(60), "encrypted (OpenSSL)"),
        (b"AES\x02\x00\x00\x1bCREATED_BY\x00" + bytes(range(256)), "encrypted (AES Crypt)"),
        (b"AES\x03\x00" + bytes(range(256)), "encrypted (AES Crypt)"),
        (bytes.fromhex("c0b9072e4f93f146a015792ca1d9e821") + bytes(range(256)), "encrypted (AxCrypt)"),
        (b".pfile\x03\x00\x00\x00" + bytes(range(256)), "encrypted (Microsoft .pfile)"),
        (JWE_HEADER + b".OKOawDo13gRp2ojaHV7LFpZcgV7T6DVZ.48V1_ALb6US04U3b." + b"5eym8TW_" * 900 + b".XFBoMYUZodetZdvT", "encrypted (JWE)"),
        (JWE_HEADER + b"..48V1_ALb6US04U3b.5eym8TW_.XFBoMYUZodetZdvT", "encrypted (JWE)"),
        (b"eyJhbGciOiJSUzI1NiJ9." + b"RW1wbG95ZWUs" * 900 + b".cC4hiUPoj9Eetdgtv3hF80EG", "signed (JWS)"),
        (b"-----BEGIN PKCS7-----\nMIIB\n", "encrypted (S/MIME)"),
        (b"MIIBpgYJKoZIhvcNAQcDoIIBlzCCAZMC\n", "encrypted (S/MIME)"),
        (b"MIAGCSqGSIb3DQEHA6CAMIACAQAxggFO\n", "encrypted (S/MIME)"),
        (b"U2FsdGVkX18xMjM0NTY3ODkwMTIzNDU2\n", "encrypted (OpenSSL)"),
        (b"MIME-Version: 1.0\nContent-Type: application/x-pkcs7-mime; smime-type=enveloped-data\n\nMIIB\n", "encrypted (S/MIME)"),
    ],
)
def test_a_file_that_is_encrypted_is_called_so(data: bytes, told: str) -> None:
    error = unfit(data)
    assert error.code == "encrypted"
    assert told in error.message


@pytest.mark.parametrize(
    ("data", "code", "told"),
    [
        (b"<!DOCTYPE html>\n<html><body>Sign in</body></html>", "kind", "web page (HTML)"),
        (b"\n  <HTML>\n<table><tr><td>1</td></tr></table></HTML>", "kind", "web page (HTML)"),
        (b'<?xml version="1.0"?><!DOCTYPE html><html lang="en"></html>', "kind", "web page (HTML)"),
        (b"<table><tr><td>Emp No</td></tr></table>", "kind", "web page (HTML)"),
        (b'<?xml version="1.0"?>\n<people><person no="1"/></people>', "kind", "XML"),
        ('<?xml version="1.0"?><people/>'.encode("utf-16"), "kind", "XML"),
        (b"<wd:Report_Data xmlns:wd='urn:x'><wd:Entry>1</wd:Entry></wd:Report_Data>", "kind", "XML"),
        (b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook/>', "workbook", "XML Spreadsheet"),
        (b'[{"Emp No": "1"}]', "kind", "JSON"),
        (b'{"data": [\n{"Emp No": 1}]}', "kind", "JSON"),
        (b'{"Emp No": 1}\n{"Emp No": 2}\n', "kind", "JSON"),
        (b"%PDF-1.7\n", "kind", "PDF"),
        (b'<html xmlns:x="urn:schemas-microsoft-com:office:excel">\n<table>', "workbook", "passes off as an Excel workbook"),
        (b'<?xml version="1.0"?>\n<office:document xmlns:office="urn:x">', "workbook", "(.fods)"),
        (b"{\\rtf1\\ansi", "kind", "RTF"),
        (b"dn: uid=1,dc=x\nuid: 1\n", "kind", "LDIF"),
        (b"BEGIN:VCARD\nFN:Ann\n", "kind", "vCard"),
        (b"-- dump\nINSERT INTO people VALUES (1,'Ann');\n", "kind", "SQL"),
        (b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=x\n\n--x\n", "kind", "web archive (MHTML)"),
        (b"Received: from x\nSubject: people\n", "kind", "e-mail"),
        (b"ID;PWXL;N;E\nC;Y1;X1\n", "workbook", "SYLK"),
        (b"\x09\x08\x10\x00\x00\x06\x05\x00" + bytes(60), "workbook", "old Excel workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "Workbook".encode("utf-16-le"), "workbook", "old Excel workbook (.xls)."),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "workbook", "with a password"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "Book".encode("utf-16-le"), "workbook", "old Excel workbook (.xls)."),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + BOF + b"\x2f\x00\x36\x00", "workbook", "(.xls) with a password"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + BOF + b"\x86\0\0\0\x2f\0\x04\0", "workbook", "(.xls) with a password"),
        (b"PAR1" + bytes(60), "kind", "Parquet"),
        (b"SQLite format 3\0" + bytes(60), "kind", "SQLite"),
        (b"\x89PNG\r\n\x1a\n", "kind", "picture"),
        (b"7z\xbc\xaf\x27\x1c" + bytes(60), "archive", "7-Zip"),
        (b"Rar!\x1a\x07\x01\x00", "archive", "RAR"),
        (b"\x28\xb5\x2f\xfd" + bytes(60), "archive", "zstd"),
        (b"people.csv".ljust(257, b"\0") + b"ustar\0" + bytes(60), "archive", "tar"),
    ],
)
def test_what_is_no_table_is_called_by_its_name(data: bytes, code: str, told: str) -> None:
    error = unfit(data)
    assert error.code == code
    assert told in error.message
    assert "Have HR" in error.advice


ARMOUR = b"-----BEGIN PGP MESSAGE-----\n\nhQEMAwAA\n=u7Qk\n-----END PGP MESSAGE-----\n"
PACKET = bytes([0x85, 0x01, 0x0C, 0x03]) + bytes(range(200))
TABLE = b"Emp No,Given,Surname,Mail\n" + b"20401,Ann,Li,ann@x.se\n" * 9


@pytest.mark.parametrize(
    ("data", "code", "named"),
    [
        (b"Dear customer, find the export attached\n\n" + ARMOUR, "encrypted", "(PGP), below lines of text"),
        (b"Name,Mail\r\n> " + ARMOUR.replace(b"\n", b"\r\n> "), "encrypted", "(PGP), below lines of text"),
        (base64.encodebytes(b"Salted__12345678" + bytes(300)), "encrypted", "(OpenSSL)"),
        (base64.encodebytes(PACKET), "encrypted", "(PGP), written as Base64"),
        (base64.b64encode(PACKET), "encrypted", "(PGP), written as Base64"),
        (base64.encodebytes(PACKET) + b"=u7Qk\n", "encrypted", "(PGP), written as Base64"),
        (base64.encodebytes(TABLE), "kind", "is Base64"),
        (base64.encodebytes(TABLE * 400), "kind", "is Base64"),
        (base64.encodebytes(gzip.compress(TABLE + bytes(range(256)))), "kind", "is Base64"),
        (base64.encodebytes(b"%PDF-1.7\n" + bytes(200)), "kind", "PDF document, written as Base64"),
    ],
)
def test_what_stands_below_text_or_is_written_in_letters_is_called_so(data: bytes, code: str, named: str) -> None:
    found = unfit(data)
    assert found.code == code
    assert named in found.message


def test_a_long_heading_is_no_base64() -> None:
    heading = "NumberOfTheEmployeeInTheSystemOfTheCompanyThatPaysThemEachMonth"
    assert len(read(f"{heading},Mail\n20401,ann@x.se\n".encode(), CsvFormat(), {heading}, {heading}).frame) == 1


def test_columns_of_fixed_width_are_told(tmp_path: Path) -> None:
    lines = ["Emp No  Name            Team", "20401   Alva Strom      Finance", "20402   Birk Hakansson  Sales"]
    for data in ("\n".join(lines), "\n".join(["20401Alva      Strom     Finance", "20402Birk      HakanssonSales  "])):
        with pytest.raises(Unfit, match="columns of fixed width, and no delimiter"):
            read(data.encode(), CsvFormat(), {"Emp No", "Name"})


def test_a_strict_workbook_is_named_with_what_to_do() -> None:
    written, strict = io.BytesIO(), io.BytesIO()
    openpyxl.Workbook().save(written)
    with zipfile.ZipFile(written) as old, zipfile.ZipFile(strict, "w") as new:
        for name in old.namelist():
            new.writestr(
                name,
                old.read(name).replace(b"schemas.openxmlformats.org/spreadsheetml/2006/main", b"purl.oclc.org/ooxml/spreadsheetml/main"),
            )
    error = unfit(strict.getvalue())
    assert "Strict Open XML" in error.message
    assert "without Strict" in error.advice


@pytest.mark.parametrize(
    "first",
    ["Årsanställd", "Ärende", "Öre", "É", "…", "<Emp>", "[Emp No]", "{Emp}", "ID", "Received", "From: 2026-11-01", "---", "--", "Ã", "dn"],
)
def test_a_table_is_a_table_whatever_its_first_letters_are(first: str) -> None:
    for encoding in ("utf-8", "cp1252"):
        data = f"{first},Emp No,Name\nx,1,Ann\n".encode(encoding)
        assert read(data, CsvFormat(encoding=encoding), {"Emp No", "Name"}).rows == 1


def test_what_is_no_table_is_called_so_inside_an_archive_too() -> None:
    assert "web page" in unfit(gzip.compress(b"<html><body>Sign in</body></html>", mtime=0)).message
