"""Every usual way of writing one and the same roster reads back as that roster."""

import codecs
import csv
import gzip
import io
import itertools
import zipfile

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from roster.reading.file import RawTable, read
from roster.settings import CsvFormat
from roster.unfit import Unfit
from tests.soak import chosen, pairs

HEADER = ["Nr", "Namn", "Stad; Ort", "Anm"]
PEOPLE = [
    ["001001", "Åsa Öberg", "Göteborg", ""],
    ["001002", "D'Hers, Søren", "Århus; Nord", 'kallas "Sørry"'],
    ["001003", "Väinö\nHämäläinen", "Jyväskylä", "a|b\tc"],
    ["001004", "Größler", "", "slutar\n\nsnart"],
]
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "iso8859-15", "cp850", "mac-roman"]
DELIMITERS, LINE_ENDS, QUOTING = [",", ";", "\t", "|"], ["\n", "\r\n", "\r"], [csv.QUOTE_MINIMAL, csv.QUOTE_ALL]


def written(delimiter: str, end: str, quoting: int = csv.QUOTE_MINIMAL, people: list[list[str]] = PEOPLE, escape: str = "doubled") -> str:
    text = io.StringIO(newline="")
    doubled = escape == "doubled"
    writer = csv.writer(
        text, delimiter=delimiter, lineterminator="\n", quoting=quoting, doublequote=doubled, escapechar=None if doubled else "\\"
    )
    writer.writerows([HEADER, *people])
    return text.getvalue().replace("\n", end)


def table(data: bytes, **format: object) -> RawTable:
    return read(data, CsvFormat.model_validate(format), set(HEADER))


def people(result: RawTable) -> list[list[str]]:
    assert result.malformed.empty
    return result.frame[HEADER].fillna("").to_numpy().tolist()


# A chosen case for any two of encoding, delimiter, line end and quoting together.
@pytest.mark.exhaustive("formats")
@pytest.mark.parametrize(
    ("encoding", "delimiter", "end", "quoting"),
    chosen(itertools.product(ENCODINGS, DELIMITERS, LINE_ENDS, QUOTING), pairs),
    ids=repr,
)
def test_however_it_is_written_the_roster_is_the_same(encoding: str, delimiter: str, end: str, quoting: int) -> None:
    data = written(delimiter, end, quoting).encode(encoding)
    for setting in (encoding.removesuffix("-sig"), "auto"):
        result = table(data, delimiter=delimiter, encoding=setting)
        assert people(result) == PEOPLE
        assert result.frame.index.tolist() == [2, 3, 4, 6]


# A chosen case for any two of encoding, delimiter of the file and delimiter of the settings together.
@pytest.mark.exhaustive("formats")
@pytest.mark.parametrize(
    ("encoding", "written_with", "set_one"),
    chosen([case for case in itertools.product(ENCODINGS[:4], DELIMITERS, DELIMITERS) if case[1] != case[2]], pairs),
)
def test_a_wrong_delimiter_is_named_and_never_makes_a_roster(encoding: str, written_with: str, set_one: str) -> None:
    with pytest.raises(Unfit) as caught:
        table(written(written_with, "\n").encode(encoding), delimiter=set_one, encoding="auto")
    assert caught.value.code == "delimiter"
    assert f"'{'tab' if written_with == chr(9) else written_with}'" in caught.value.message
    assert "Öberg" not in str(caught.value)


def test_a_wrong_delimiter_is_named_in_a_file_without_header_too() -> None:
    data = b"1,Ann;Ek,x\n2,Bo;Ek,y\n"
    with pytest.raises(Unfit) as caught:
        read(data, CsvFormat(delimiter=";", columns=["id", "name", "x"]), {"id"})
    assert "looks separated by ','" in caught.value.message


def zipped(data: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("people.csv", data)
    return packed.getvalue()


@pytest.mark.parametrize("pack", [gzip.compress, zipped])
def test_a_packed_roster_is_the_same_roster(pack) -> None:
    assert people(table(pack(written(";", "\r\n").encode("cp1252")), delimiter=";", encoding="cp1252")) == PEOPLE


@pytest.mark.parametrize("end", LINE_ENDS)
def test_quotes_after_a_backslash(end: str) -> None:
    data = written(";", end, escape="backslash").encode()
    result = table(data, delimiter=";", escape="backslash")
    assert people(result) == PEOPLE
    assert result.frame.index.tolist() == [2, 3, 4, 6]
    with pytest.raises(Unfit) as caught:
        table(data, delimiter=";")
    assert caught.value.code == "quotes"
    assert "line 3" in caught.value.message
    assert "escape: backslash" in caught.value.advice


def test_a_backslash_at_the_end_of_a_field_is_no_escape_unless_the_settings_say_so() -> None:
    frame = table(b'Nr;Namn;"Stad; Ort";Anm\n1;"a\\";"b\\""c";"\\"\n', delimiter=";").frame
    assert frame.loc[2].tolist() == ["1", "a\\", 'b\\"c', "\\"]


def test_without_quotes_a_backslash_keeps_a_delimiter_and_a_line_end_in_their_field() -> None:
    result = read(b"id;name;x\n1;A\\;B\\\nC;\n2;Bo;\n", CsvFormat(delimiter=";", quote=None, escape="backslash"), {"id", "name"})
    assert {line: list(row) for line, *row in result.frame.itertuples()} == {2: ["1", "A;B\nC"], 4: ["2", "Bo"]}


def test_a_comment_is_told_from_a_quoted_field_also_where_quotes_follow_backslashes() -> None:
    data = b'id;name\n# "a\\"\n1;"A \\"\n# B"\n# "\n2;Bo\n'
    result = read(data, CsvFormat(delimiter=";", escape="backslash", comment="#"), {"id", "name"})
    assert {line: list(row) for line, *row in result.frame.itertuples()} == {3: ["1", 'A "\n# B'], 6: ["2", "Bo"]}


def test_apostrophes_may_be_the_quotes() -> None:
    result = read(b"'id';'name'\n'1';'D''Hers; \"x\"'\n", CsvFormat(delimiter=";", quote="'"), {"id", "name"})
    assert result.frame.loc[2].tolist() == ["1", 'D\'Hers; "x"']


def test_quotes_that_the_settings_do_not_name_are_told() -> None:
    with pytest.raises(Unfit) as caught:
        read(b"'id';'name'\n'1';'Ann'\n", CsvFormat(delimiter=";"), {"id", "name"})
    assert caught.value.code == "quotes"


def test_the_hint_that_systems_write_for_excel_is_no_header() -> None:
    for first in ("sep=;", '"sep=;"', "SEP=;"):
        result = read(f"{first}\r\nid;name\r\n1;Ann\r\n".encode(), CsvFormat(delimiter=";"), {"id", "name"})
        assert result.frame.index.tolist() == [3]
    with pytest.raises(Unfit) as caught:
        read(b"sep=;\nid;name\n1;Ann\n", CsvFormat(), {"id", "name"})
    assert "';'" in caught.value.message


def test_what_keeps_excel_from_dropping_zeros_is_no_part_of_the_number() -> None:
    result = read(b'id,name,x\n="001",Ann,\n"=""002""","=B",\n', CsvFormat(), {"id", "name"})
    assert result.frame.to_numpy().tolist() == [["001", "Ann"], ["002", "=B"]]


def test_a_byte_order_mark_of_any_kind_is_no_part_of_the_first_header() -> None:
    text = written(";", "\n")
    for mark, encoding in ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        for setting in ("auto", encoding.removesuffix("-le").removesuffix("-be")):
            assert table(mark + text.encode(encoding), delimiter=";", encoding=setting).header == HEADER


CELL = st.text(st.sampled_from("abÅøé ,;\t|\"'\\\n#="), max_size=5).filter(
    lambda cell: (cell.count("\n") == 0 or not set(cell) & set(",;\t|")) and not cell.strip().startswith('="')  # which is Excel's text
)
ROSTERS = st.lists(st.tuples(st.text("abc", min_size=1, max_size=3), CELL, CELL, CELL).map(list), min_size=1, max_size=6)


@given(
    ROSTERS,
    st.sampled_from(["utf-8", "utf-16", "cp1252"]),
    st.sampled_from(DELIMITERS),
    st.sampled_from(LINE_ENDS),
    st.sampled_from(["doubled", "backslash"]),
)
def test_a_written_roster_reads_back_the_same(rows: list[list[str]], encoding: str, delimiter: str, end: str, escape: str) -> None:
    data = written(delimiter, end, csv.QUOTE_ALL, rows, escape).encode(encoding)
    result = table(data, delimiter=delimiter, encoding=encoding, escape=escape)
    assert people(result) == [[cell.strip() for cell in row] for row in rows]
    assert result.frame.index.is_monotonic_increasing
    assert result.rows == len(rows)
    assert not any(pd.isna(name) for name in result.header)
