import codecs
import gzip
from collections.abc import Sequence
from datetime import date

import pytest
from pydantic import ValidationError

from roster import accounting
from roster.intake.take_in import has_unidentified_rejects, take_in
from roster.reading.file import read
from roster.reading.table import RawTable
from roster.settings import CsvFormat, People
from roster.unfit import Unfit

PLACES = {"No": "1-6", "Name": "8-19", "Team": "20-31", "Status": "32-38", "Born": "39-48"}
HEADER = ("No", "Name", "Team", "Status", "Born")
PEOPLE = [
    (str(20401 + each), ["Märta", "Olof", "Ann-Marie", "Bjørk Åsa"][each % 4], ["Finance", "Sales"][each % 2], "Active", "1980-01-01")
    for each in range(30)
]
WANTED = {"No", "Name", "Team", "Status"}


def line(cells: Sequence[str]) -> str:
    return f"{cells[0]:<6} {cells[1]:<12}{cells[2]:<12}{cells[3]:<7}{cells[4]:<12}"


LINES = [line(HEADER), *map(line, PEOPLE)]


def fixed(lines: Sequence[str] | bytes, end: str = "\n", **format: object) -> RawTable:
    data = lines if isinstance(lines, bytes) else ("\n".join(lines) + end).encode()
    return read(data, CsvFormat.model_validate({"positions": PLACES, **format}), WANTED, ["No"])


def unfit(lines: Sequence[str] | bytes, **format: object) -> Unfit:
    with pytest.raises(Unfit) as caught:
        fixed(lines, **format)
    return caught.value


def test_cells_are_cut_by_character_and_what_is_not_wanted_is_dropped() -> None:
    result = fixed(LINES)
    assert result.frame.loc[2].tolist() == ["20401", "Märta", "Finance", "Active"]
    assert (list(result.frame), result.header, result.rows) == ([*HEADER[:4]], list(HEADER), 30)
    assert (result.header_line, len(result.malformed), len(result.nobody)) == (1, 0, 0)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_letter_is_one_character_in_every_encoding(encoding: str) -> None:
    data = "\r\n".join(LINES).encode(encoding)
    assert fixed(data, encoding=encoding.removesuffix("-sig")).frame["Team"].tolist() == [cells[2] for cells in PEOPLE]


def test_letters_of_any_width_count_one_each() -> None:
    names = ["山田太郎", "𝒜nna", "Anna\u0308"]
    result = fixed([*LINES[:20], *(line((f"3{at:04}", name, "Sales", "Active", "")) for at, name in enumerate(names))])
    assert result.frame["Name"].tolist()[-3:] == names
    assert result.frame["Team"].tolist()[-3:] == ["Sales"] * 3


@pytest.mark.parametrize("change", [str.rstrip, lambda each: each + "  ", lambda each: "\f" + each])
def test_blanks_at_line_ends_and_form_feeds_mean_nothing(change) -> None:  # type: ignore[no-untyped-def]
    result = fixed([change(each) for each in LINES])
    assert (len(result.frame), len(result.malformed), result.frame["Status"].unique().tolist()) == (30, 0, ["Active"])


def test_accounting_short_lines_are_rows_with_empty_cells_where_an_editor_took_the_blanks_away() -> None:
    trimmed = [each.rstrip() for each in [*LINES, line(("20500", "Bo", "Sales", "", ""))]]
    result = fixed(trimmed)
    assert result.frame.loc[32].isna().tolist() == [False, False, False, True]
    assert len(result.malformed) == 0


@pytest.mark.parametrize(
    ("at", "changed"),
    [
        (5, LINES[5].replace("ä", "Ã¤")),  # written twice in another encoding
        (5, LINES[5].replace("ä", "")),
        (5, LINES[5].replace("ä", "Ã¤").rstrip()),
        (5, LINES[5][:25]),
        (5, LINES[5].replace("    ", "\t", 1)),
        (5, LINES[5] + "and more"),
        (5, LINES[5][:6] + "9" + LINES[5][7:]),
    ],
)
@pytest.mark.parametrize("trimmed", [False, True])
def test_no_surprise_a_line_that_is_not_cut_as_the_others_are_is_one_rejected_row(at: int, changed: str, trimmed: bool) -> None:
    if trimmed and len(changed) == 25:
        return  # then nothing tells it from a row whose other cells are empty
    lines = [each.rstrip() if trimmed else each for each in [*LINES[:at], changed, *LINES[at + 1 :]]]
    result = fixed(lines)
    assert result.malformed.index.tolist() == [at + 1]
    assert (len(result.frame), result.rows) == (29, 30)


@pytest.mark.parametrize(
    "changed", [line(("20500", "Marta", "Sales", "Active", "")).replace("Marta ", "Marta"), line(PEOPLE[0]).replace("ä", "ae")]
)
def test_no_surprise_a_line_that_moved_shows_by_where_its_words_begin_if_no_length_tells(changed: str) -> None:
    result = fixed([*(each.rstrip() for each in LINES), changed.rstrip()])
    assert result.malformed.index.tolist() == [32]
    assert result.misplaced is not None
    assert "does not keep to the columns' positions" in result.misplaced[32]


def test_numbers_that_end_at_one_place_and_hand_typed_blanks_are_no_fault() -> None:
    places = {"No": "1-6", "Name": "8-19", "Limit": "20-25"}
    rows = [f"{each:>6} {'Anna':<12}{10 * each:>6}" for each in (*range(9990, 10030), 7)] + [f"{10050:>6}  {'Bo':<11}{500:>6}"]
    result = read("\n".join(rows).encode(), CsvFormat(positions=places), set(places), ["No"])
    assert (len(result.frame), len(result.malformed), result.frame.loc[42].tolist()) == (42, 0, ["10050", "Bo", "500"])


def test_a_file_that_ends_within_a_line_says_so() -> None:
    result = fixed([*(each.rstrip() for each in LINES), "20500  Bo"], end="")
    assert result.misplaced is not None
    assert result.misplaced.to_dict() == {32: "The file ends within this line."}
    assert len(fixed([*LINES, LINES[1].replace("20401", "20500")], end="").malformed) == 0


def in_bytes(cells: Sequence[str]) -> str:
    def padded(text: str, width: int) -> str:
        return text + " " * (width - len(text.encode()))

    return f"{cells[0]:<6} {padded(cells[1], 12)}{padded(cells[2], 12)}{cells[3]:<7}{cells[4]:<12}"


def test_no_surprise_columns_that_are_counted_in_bytes_are_said_to_be() -> None:
    error = unfit([line(HEADER), *map(in_bytes, PEOPLE)])
    assert (error.code, "in bytes and not in characters" in error.message) == ("positions", True)
    few = fixed([*(each for each in LINES if each.isascii()), in_bytes(("20500", "Åsa", "Sales", "Active", ""))])
    assert few.misplaced is not None
    assert "counted in bytes" in few.misplaced.iloc[0]


def test_the_header_may_have_titles_above_a_line_below_and_stand_on_every_page() -> None:
    page = ["ACME      People by number     2026-11-20   Page {}", "", line(HEADER), "------ -----------  ----------  ------ ----------"]
    lines = [page[0].format(1), *page[1:], *LINES[1:], "\f" + page[0].format(2), *page[1:], line(("20500", "Bo", "Sales", "Active", ""))]
    result = fixed([*lines, "", "31 rows selected.", "\x1a"])
    assert result.nobody.to_dict() == {4: "footer", 35: "title", 37: "header", 38: "footer", 41: "footer", 42: "end"}
    assert (result.header_line, len(result.frame), len(result.malformed), result.rows) == (3, 31, 0, 37)


def test_a_header_once_more_is_nobodys_in_capitals_or_not() -> None:
    result = fixed([*LINES[:9], LINES[0].upper(), *LINES[9:]])
    assert (result.nobody.to_dict(), len(result.frame), len(result.malformed)) == ({10: "header"}, 30, 0)


def test_without_a_header_the_first_line_is_a_row_and_a_heading_may_be_cut_by_its_column() -> None:
    assert (fixed(LINES[1:]).header_line, len(fixed(LINES[1:]).frame)) == (None, 30)
    places = {"Number": "1-6", "Name of person": "8-19", "Team": "20-31"}
    rows = [f"{'NUMBER':<6} {'Name of pers':<12}Team", *LINES[1:]]
    assert read("\n".join(rows).encode(), CsvFormat(positions=places), set(places)).header_line == 1


@pytest.mark.parametrize("lines", [[" " + each for each in LINES], [each[:19] + "  " + each[19:] for each in LINES]])
def test_no_surprise_a_header_that_stands_elsewhere_stops_the_file(lines: list[str]) -> None:
    error = unfit(lines)
    assert (error.code, "`positions`" in error.message, "Märta" in str(error)) == ("header", True, False)


def test_a_header_line_that_the_settings_name_must_have_the_headings() -> None:
    assert fixed(["What a nice day", *LINES], header_line=2).header_line == 2
    assert unfit(LINES, header_line=2).code == "header"


def test_comments_trailers_and_words_for_nothing_mean_what_they_mean_in_text() -> None:
    lines = ["* made by HR", *LINES, "", line(("20500", "Bo", "NULL", "Active", "")), "TRL 00031 20261120"]
    result = fixed(lines, comment="*", trailer=r"^TRL (?P<rows>\d+) (?P<date>\d+)$", empty=["NULL"])
    assert (len(result.frame), result.trailer_date) == (31, date(2026, 11, 20))
    assert result.frame.loc[34].isna().tolist() == [False, False, True, False]
    assert unfit(LINES, trailer="^TRL").code == "trailer"
    assert unfit([*LINES, "TRL 00031"], trailer=r"^TRL (?P<rows>\d+)$").code == "trailer"


def test_no_surprise_what_may_be_a_person_is_never_nobodys() -> None:
    odd = [
        "20500",
        line(("", "Total", "Sales", "Active", "")),
        line(("", "Fin", "", "", "")),
        "20501,Bo,Sales",
        line(("Date", "Anna", "Sales", "Active", "")),
    ]
    result = fixed([*LINES, *odd])
    assert sorted([*result.frame.index, *result.malformed.index]) == list(range(2, 37))
    assert len(result.nobody) == 0


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"\n \n", "empty"),
        (line(HEADER).encode(), "empty"),
        ("".join(LINES).encode(), "positions"),
        ("\n".join(each.replace("  ", "\t") for each in LINES).encode(), "positions"),
        ("\n".join(each[:20] for each in LINES[1:]).encode(), "positions"),
        ("\n".join(LINES).encode("cp1252"), "encoding"),
        (b"<html><body>Sign in</body></html>", "kind"),
    ],
)
def test_what_is_no_such_file_is_said(data: bytes, code: str) -> None:
    error = unfit(data)
    assert (error.code, bool(error.advice)) == (code, True)


def test_no_surprise_utf_8_that_is_read_as_another_encoding_moves_nothing_unseen() -> None:
    assert unfit("\n".join(LINES).encode(), encoding="cp1252").code == "encoding"
    assert len(fixed(codecs.BOM_UTF8 + "\n".join(LINES).encode(), encoding="cp1252").frame) == 30
    assert len(fixed(gzip.compress("\n".join(LINES).encode())).frame) == 30


@pytest.mark.parametrize(
    "format",
    [
        {"positions": {"No": "0-6"}},
        {"positions": {"No": "6-1"}},
        {"positions": {"No": 6}},
        {"positions": {"No": "1:6"}},
        {"positions": {"No": "1-6", "Name": "6-9"}},
        {"positions": {}},
        {"positions": {"No": "1-6"}, "delimiter": ";"},
        {"positions": {"No": "1-6"}, "columns": ["No"]},
        {"positions": {"No": "1-6"}, "sheet": "People"},
    ],
)
def test_positions_that_make_no_sense_are_refused_in_the_settings(format: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        CsvFormat.model_validate(format)


def test_a_column_that_no_position_is_given_for_is_missing() -> None:
    with pytest.raises(Unfit, match="not there: City"):
        read("\n".join(LINES).encode(), CsvFormat(positions=PLACES), {"No", "City"})


def test_accounting_every_line_has_one_disposition_and_hr_reads_what_is_the_matter() -> None:
    columns = {"employee_id": "No", "first_name": "Name", "last_name": "Team", "worker_status": "Status"}
    email = {"template": "{No}@acme.example"}
    people = People.model_validate({"columns": {**columns, "email": email}, "absent_means": "leaver"})
    lines = [*LINES[:9], LINES[9].replace("ä", "Ã¤"), *LINES[10:], "30 people"]
    result = take_in("\n".join(lines).encode(), CsvFormat(positions=PLACES), people, date(2026, 11, 20))
    assert accounting.of_rows(result.dispositions, result.facts.rows) == []
    assert result.facts.dispositions() == {"used": 29, "superseded": 0, "out_of_scope": 0, "nobody": 1, "rejected": 1}
    assert result.rejects["line"].tolist() == [10]
    assert result.rejects["message"][0].startswith("The line has 51 characters, and nearly all others have 50:")
    assert has_unidentified_rejects(result.dispositions)
