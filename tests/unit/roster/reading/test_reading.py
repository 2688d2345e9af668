import codecs
from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from roster.reading.file import RawTable, read
from roster.settings import CsvFormat
from roster.unfit import Unfit


def table(text: str | bytes, wanted: str = "id name", **format: object) -> RawTable:
    data = text.encode() if isinstance(text, str) else text
    return read(data, CsvFormat.model_validate(format), set(wanted.split()))


def rows(result: RawTable) -> dict[int, list[str | None]]:
    return {int(line): [None if pd.isna(v) else v for v in values] for line, *values in result.frame.itertuples()}


def unfit(text: str | bytes, wanted: str = "id name", **format: object) -> Unfit:
    with pytest.raises(Unfit) as caught:
        table(text, wanted, **format)
    return caught.value


def test_fields_are_text_trimmed_and_empty_ones_missing() -> None:
    result = table('id,name,x\n007, Ann  ,1\n8,"",NaN\n9,NULL,\n')
    assert rows(result) == {2: ["007", "Ann"], 3: ["8", None], 4: ["9", "NULL"]}
    assert list(result.frame.dtypes) == ["str", "str"]


def test_columns_that_nobody_wants_are_dropped() -> None:
    result = table("id,national_id,name\n1,850101-1234,Ann\n")
    assert list(result.frame.columns) == ["id", "name"]
    assert result.header == ["id", "national_id", "name"]


def test_header_names_match_exactly_after_trimming() -> None:
    assert rows(table('" id" ; name\n1;Ann\n', delimiter=";")) == {2: ["1", "Ann"]}
    assert unfit("ID,name\n1,Ann\n").code == "header"


def test_the_index_is_the_line_in_the_file_whatever_lies_between() -> None:
    text = '\n# made by HR\nid,name,note\n1,Ann,"a\nb\n\nc"\n\n2,"Bo\nEk",\n# 3,"Cy,\n4,"Di\n# not a comment",\n,,\n5,Ed,x\n'
    result = table(text, comment="#")
    assert rows(result) == {4: ["1", "Ann"], 9: ["2", "Bo\nEk"], 12: ["4", "Di\n# not a comment"], 15: ["5", "Ed"]}
    assert result.rows == 4


def test_a_line_with_too_many_or_too_few_fields_is_malformed_with_its_line() -> None:
    result = table('id,name,note\n1,Ann,"a\nb"\n2,Bo,x,y\n3\n4,"Di\nEk"\n5,Ed,\n')
    assert rows(result) == {2: ["1", "Ann"], 8: ["5", "Ed"]}
    assert result.malformed.to_dict() == {4: 4, 5: 1, 6: 2}
    assert result.rows == 5


def test_a_spreadsheets_rows_of_delimiters_are_nobody_but_a_row_without_wanted_values_counts() -> None:
    result = table("id,name,note\n1,Ann,\n,,\n,,left over\n , ,\n")
    assert rows(result) == {2: ["1", "Ann"], 4: [None, None]}


@pytest.mark.parametrize("text", ['id,name,x\n1,"Ann,a\n2,Bo,b\n3,"Cy",c\n', 'id,name,x\n1,Ann,a\n2,"Bo,b\n3,Cy,c\n4,Di,d\n'])
def test_a_quote_that_swallows_the_next_person_makes_the_file_unfit(text: str) -> None:
    assert unfit(text).code == "quotes"


def test_without_quoting_a_quote_is_a_character_like_any_other() -> None:
    assert rows(table('id|name\n1|"Ann\n2|B"o\n', delimiter="|", quote=None)) == {2: ["1", '"Ann'], 3: ["2", 'B"o']}


def test_a_file_without_header_line_takes_its_names_from_the_settings() -> None:
    assert rows(table("1,Ann\n2,Bo\n", columns=["id", "name"])) == {1: ["1", "Ann"], 2: ["2", "Bo"]}


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_any_line_end_will_do(ends: str) -> None:
    assert rows(table('id,name\n1,"A\nB"\n2,Bo'.replace("\n", ends))) == {2: ["1", "A\nB"], 4: ["2", "Bo"]}


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16", "utf-16-le", "iso-8859-1"])
def test_the_set_encoding_is_used(encoding: str) -> None:
    result = table("id,name\n1,Åsa\n".encode(encoding), encoding=encoding)
    assert rows(result) == {2: ["1", "Åsa"]}


def test_a_byte_order_mark_is_no_part_of_the_first_header() -> None:
    for encoding in ("utf-8", "cp1252"):
        result = table(codecs.BOM_UTF8 + "id,name\n1,Åsa\n".encode(), encoding=encoding)
        assert rows(result) == {2: ["1", "Åsa"]}
        assert result.encoding == "utf-8-sig"


def test_a_wrong_encoding_is_never_guessed_but_named_with_line_and_alternatives() -> None:
    error = unfit("id,name\n1,Ann\n2,Åsa\n".encode("cp1252"))
    assert error.code == "encoding"
    assert "line 3" in error.message
    assert "cp1252" in error.advice
    assert "Åsa" not in str(error)
    assert "utf-16" in unfit("id,name\n1,Ann\n".encode("utf-16")).advice
    assert "utf-16" in unfit("id,name\n1,Ann\n".encode("utf-16-le")).advice
    assert "utf-8" in unfit("id,name\n1,Åsa\n", encoding="cp1252").advice
    assert unfit("id,name\n1,Ann\n", encoding="utf-9").code == "encoding"


def test_another_delimiter_is_named() -> None:
    error = unfit("id;name\n1;Ann\n")
    assert error.code == "delimiter"
    assert "';'" in error.message
    assert unfit("1\tAnn\n", columns=["id", "name"]).message.endswith("'tab'.")


def test_missing_headers_are_named_with_those_that_resemble_them() -> None:
    error = unfit("id,Names\n1,Ann\n")
    assert error.code == "header"
    assert "wanted and not there: name." in error.message
    assert "Of the 2 that are there, these resemble them: column 2 (name)." in error.message


def test_quiet_a_heading_that_resembles_none_that_is_wanted_is_not_shown() -> None:
    assert unfit("id,for Eva Lind\n1,Ann\n").message.endswith("not there: name. There are 2, and none resembles them.")


def test_a_first_line_that_is_no_header_is_not_shown() -> None:
    error = unfit("1,Ann\n2,Bo\n")
    assert error.code == "header"
    assert "Ann" not in str(error)


def test_a_wanted_header_that_stands_twice_is_unfit_and_an_unwanted_one_is_not() -> None:
    assert "name" in unfit("id,name,name\n1,Ann,Bo\n").message
    assert rows(table("id,name,x,x\n1,Ann,,\n")) == {2: ["1", "Ann"]}


@pytest.mark.parametrize("text", ["", "\n\n", "id,name\n", "id,name\n\n,\n"])
def test_a_file_without_rows_is_unfit(text: str) -> None:
    assert unfit(text).code == "empty"


def test_a_trailer_is_no_row_and_its_count_must_be_right() -> None:
    trailer = r"^TRAILER,(?P<rows>\d+),(?P<date>\d+)$"
    result = table("id,name\n1,Ann\n2,Bo,x\n\nTRAILER,2,20260301\n\n", trailer=trailer)
    assert rows(result) == {2: ["1", "Ann"]}
    assert result.trailer_date == date(2026, 3, 1)
    assert "counts 3 rows, the file has 1" in unfit("id,name\n1,Ann\nTRAILER,3,20260301\n", trailer=trailer).message
    assert unfit("id,name\n1,Ann\n", trailer=trailer).code == "trailer"
    assert unfit("id,name\n1,Ann\nTRAILER,1,20261301\n", trailer=trailer).code == "trailer"


CELL = st.text(st.sampled_from('abÅ ,"\n#'), max_size=4)


@given(st.lists(st.tuples(st.text("abc", min_size=1, max_size=3), CELL), min_size=1, max_size=8))
def test_every_row_that_is_properly_quoted_is_read_back_on_its_line(people: list[tuple[str, str]]) -> None:
    # Three fields, so that no single cell can look like a swallowed row.
    people = [(key, cell if cell.count(",") < 2 else "") for key, cell in people]
    text, expected, line = "id,name,x\n", {}, 2
    for key, cell in people:
        record = key + ',"' + cell.replace('"', '""') + '",\n'
        expected[line] = [key, cell.strip() or None]
        text, line = text + record, line + record.count("\n")
    assert rows(table(text)) == expected


INVISIBLE = ["Emp\u00a0No", "Emp  No", " Emp No\u00a0", "Emp\u202fNo", "\ufeffEmp No", "Emp\u200b No", "Emp\u00ad No", "Emp\tNo"]


@pytest.mark.parametrize("heading", [*INVISIBLE, '"Emp\nNo"', '"Emp\u00a0\nNo"'])
def test_a_heading_is_known_whatever_blanks_and_invisible_characters_are_in_it(heading: str) -> None:
    result = read(f"{heading};Prénom\n1;Ann\n".encode(), CsvFormat(delimiter=";"), {"Emp No", "Pre\u0301nom"})
    assert result.frame.to_dict("list") == {"Emp No": ["1"], "Pre\u0301nom": ["Ann"]}
    other = read(f"x;{heading}\n1;2\n".encode(), CsvFormat(delimiter=";"), {"Emp\u00a0 No"})
    assert other.frame["Emp\u00a0 No"].tolist() == ["2"]


def test_a_heading_that_is_there_as_it_is_written_is_preferred() -> None:
    assert read("Emp\u00a0No,Emp No\n1,2\n".encode(), CsvFormat(), {"Emp No"}).frame["Emp No"].tolist() == ["2"]


def test_headings_that_are_one_but_for_blanks_are_told_as_one_that_is_repeated() -> None:
    with pytest.raises(Unfit, match="more than once: Emp No"):
        read("Emp\u00a0No,Emp  No\n1,2\n".encode(), CsvFormat(), {"Emp No"})


def test_an_unknown_files_headings_are_read_as_one_would_type_them() -> None:
    assert read("Emp\u00a0No,\u200bName\n1,2\n".encode(), CsvFormat(), None).header == ["Emp No", "Name"]


def test_the_words_for_nothing_are_empty_cells_in_every_column_as_they_are_written() -> None:
    data = b"id,name\n1,NULL\n2,null\n-,n/a\n"
    given = read(data, CsvFormat.model_validate({"empty": ["NULL", "-", "n/a"]}), {"id", "name"})
    assert rows(given) == {2: ["1", None], 3: ["2", "null"], 4: [None, None]}
    assert list(given.frame.dtypes) == ["str", "str"]
    assert rows(read(data, CsvFormat(), {"id", "name"})) == {2: ["1", "NULL"], 3: ["2", "null"], 4: ["-", "n/a"]}


def test_a_file_whose_lines_stand_in_quotes_as_a_whole_is_read_as_without_them() -> None:
    lines = ['"Emp No,Name,Town"', '"20401,Ann Li,"', "", '"20402,""Bo, ""The Ek"" Ek"",Oslo"'.replace('""The Ek""', '""""The Ek""""')]
    frame = read("\n".join(lines).encode(), CsvFormat(), {"Emp No", "Name"}, {"Emp No"}).frame
    assert frame.reset_index().to_numpy().tolist() == [[2, "20401", "Ann Li"], [4, "20402", 'Bo, "The Ek" Ek']]


def test_where_not_every_line_stands_in_quotes_as_a_whole_the_line_is_named() -> None:
    with pytest.raises(Unfit, match="The header stands in quotes as a whole, with its delimiters, and line 3 does not"):
        read(b'"Emp No,Name"\n"20401,Ann"\n20402,Bo\n', CsvFormat(), {"Emp No", "Name"}, {"Emp No"})


def test_a_file_of_nothing_but_an_error_is_called_so() -> None:
    with pytest.raises(Unfit, match=r"Line 1 .* broke off"):
        read(b"ERROR 1045 (28000): Access denied for user\n", CsvFormat(), {"Emp No", "Name"}, {"Emp No"})
