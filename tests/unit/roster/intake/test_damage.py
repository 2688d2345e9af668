"""What machines have done to values is put right where that is no guess, and told where it would be one."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from roster.characters import plain
from roster.intake import damage, garbling, numbers, whole_names
from roster.intake.take_in import has_unidentified_rejects
from roster.unfit import Unfit
from tests.unit.roster.intake.test_intake import COLUMNS, dispositions, intake, line


def value(column: str, cell: str, **people: object) -> str | None:
    """What becomes of a cell, by the canonical column that it is mapped to: NaN as None."""
    result = intake(line("1"), line("2", Kind=cell), columns={**COLUMNS, column: "Kind"}, **people)
    found = result.roster.set_index("employee_id").loc["2", column]
    return None if pd.isna(found) else str(found)


@pytest.mark.parametrize(
    ("written", "reads"),
    [
        ("Lindqvist\u200b", "Lindqvist"),
        ("Gus\u00adtav", "Gustav"),
        ("\ufeffAnn", "Ann"),
        ("\u202dAnn\u202c", "Ann"),
        ("\u00a0Ann\u2003Li\u202f", "Ann Li"),
        ("\u2800Ann\u2800Li\u2800", "Ann Li"),
        ("Ann\u2011Li", "Ann-Li"),
        ("Ann\u2010Li", "Ann-Li"),
        ("Ann\u2013Li", "Ann\u2013Li"),
        ("Ann\tLi\x07", "Ann Li"),
        ("Storgatan 1\nLgh 3", "Storgatan 1 Lgh 3"),
        ("A\u030asa O\u0308berg", "Åsa Öberg"),
        ("\u212bsa", "Åsa"),
        ("می\u200cخواهم", "میخواهم"),
        ("O'Brien", "O'Brien"),
        ("'s-Hertogenbosch", "'s-Hertogenbosch"),
        ("\x1a\x1a", "\x1a\x1a"),
    ],
)
def test_what_no_reader_sees_goes_and_what_they_see_stays(written: str, reads: str) -> None:
    assert plain(written) == reads
    assert plain(reads) == reads


@pytest.mark.parametrize("code", ["10-Dec", "01.mar", "3-maj", "2026-12-10", "2026-12-10 00:00:00"])
@pytest.mark.parametrize("column", ["cost_center", "department", "company_code"])
def test_no_surprise_a_code_of_which_a_spreadsheet_has_made_a_day_is_not_used(column: str, code: str) -> None:
    assert value(column, code) is None


@pytest.mark.parametrize("code", ["10-12", "10-DEC", "2026-12", "DEC", "Mars", "1-design", "R&D 2026-12-10"])
def test_a_code_that_is_like_a_day_stays(code: str) -> None:
    assert value("cost_center", code) == code


def test_an_address_with_an_invisible_character_is_the_address_without_it() -> None:
    result = intake(
        line("1", mail="\u200bann@x.se"), line("2", mail="bo@x.se\u200b", boss="ann\u00ad@x.se"), line("3\u200b", Last="Li\u200b")
    )
    assert list(result.roster["email"]) == ["ann@x.se", "bo@x.se", "p3@x.se"]
    assert list(result.roster["manager_id"].fillna("")) == ["", "1", ""]
    assert list(result.roster["last_name"]) == ["Li", "Li", "Li"]
    assert result.rejects.empty
    assert result.notes.empty


def test_words_of_the_settings_are_compared_as_the_rows_are_written() -> None:
    columns = {**COLUMNS, "department": {"column": "Kind", "lookup": {"Fo\u0308rsa\u0308ljning": "Sales"}}}
    result = intake(line("1", Kind="Försäljning"), columns=columns, scope={"include": {"department": "Sales\u200b"}})
    assert list(result.roster["department"]) == ["Sales"]
    assert result.roster["in_scope"].all()


@pytest.mark.parametrize(
    ("column", "cell", "reads"),
    [
        ("bank_account", "'SE7650010000000000000001", "SE7650010000000000000001"),
        ("phone", "'+46701234567", "+46701234567"),
        ("over_limit_approver", "'E17", "E17"),
        ("email", "'e1@acme.example", "e1@acme.example"),
        ("email", "\u2018e1@acme.example\u2019", "e1@acme.example"),
        ("email", "'Ann Li' <e1@acme.example>", "e1@acme.example"),
        ("email", "o'brien@acme.example", "o'brien@acme.example"),
        ("postal_code", "'01234", "01234"),
        ("city", "'s-Hertogenbosch", "'s-Hertogenbosch"),
        ("job_title", "'t Hart", "'t Hart"),
    ],
)
def test_an_apostrophe_goes_where_only_a_spreadsheet_puts_one(column: str, cell: str, reads: str) -> None:
    assert value(column, cell) == reads


def test_a_number_behind_an_apostrophe_is_the_number_for_its_people_too() -> None:
    columns = {**COLUMNS, "manager_id": "Boss"}
    del columns["manager_email"]
    result = intake(line("'E1", mail="a@x.se"), line("'02", mail="b@x.se", boss="'E1"), line("3", boss="E1"), columns=columns)
    assert list(result.roster["employee_id"]) == ["E1", "02", "3"]
    assert list(result.roster["manager_id"].fillna("")) == ["", "E1", "E1"]


@pytest.mark.parametrize(
    "name", ["Str\ufffdmberg", "H?kansson", "?berg", "GrÃ¸ndal", "Str&ouml;mberg", "#N/A", "Bj\x1ark", "MartÃ\u00adnez"]
)
def test_no_surprise_a_damaged_name_rejects_its_row_and_is_counted(name: str) -> None:
    result = intake(line("1"), line("2", Last=name), line("3", First=name))
    assert dispositions(result)[3] == ("2", "rejected", "damaged")
    assert list(result.roster["employee_id"]) == ["1"]
    assert result.facts.damaged == 2
    assert not result.rejects["message"].str.contains(name, regex=False).any()


def test_no_surprise_numbers_with_points_between_thousands_are_nobodys() -> None:
    result = intake(line("20.401"), line("20.402", mail="b@x.se"), line("1.020.403", mail="c@x.se"), line("20404", mail="d@x.se"))
    assert list(result.roster["employee_id"]) == ["20404"]
    assert set(result.rejects["code"]) == {"damaged"}


@pytest.mark.parametrize("other", ["20.41", "1.20", "020.402", "20.4022"])
def test_numbers_of_parts_with_points_are_numbers(other: str) -> None:
    result = intake(line("20.401"), line(other, mail="b@x.se"))
    assert list(result.roster["employee_id"]) == ["20.401", other]


def test_no_surprise_numbers_that_a_spreadsheet_has_rounded_make_the_file_unfit() -> None:
    rows = [line(f"2023010000204{at:02}000", mail=f"p{at}@x.se") for at in range(1, 4)]
    with pytest.raises(Unfit, match=r"has rounded 3 numbers in .*, the first on line 2"):
        intake(*rows, line("17", mail="s@x.se"))
    columns = {name: column for name, column in COLUMNS.items() if name != "manager_email"} | {"manager_id": "Boss"}
    with pytest.raises(Unfit, match="has rounded"):
        intake(*(line(str(at), mail=f"p{at}@x.se", boss=f"2023010000204{at:02}000") for at in range(1, 4)), columns=columns)


def test_a_long_number_may_end_in_noughts_where_others_do_not() -> None:
    result = intake(line("202301000020401000"), line("202301000020402001", mail="b@x.se"), line("2023010000204030", mail="c@x.se"))
    assert len(result.roster) == 3
    assert len(intake(line("2023010000204030"), line("17", mail="b@x.se")).roster) == 2


@pytest.mark.parametrize("number", ["204?1", "?20401", "20401?"])
def test_a_number_of_which_a_digit_was_lost_is_nobodys(number: str) -> None:
    result = intake(line("20401"), line(number, mail="p2@x.se"))
    assert result.rejects[["column", "code"]].to_numpy().tolist() == [["employee_id", "damaged"]]
    assert has_unidentified_rejects(result.dispositions)


@pytest.mark.parametrize("column", ["department", "cost_center", "job_title", "city", "street", "extra_team", "company_code"])
@pytest.mark.parametrize("cell", ["F?rs\ufffdljning", "FÃ¶rsÃ¤ljning", "1.2E+05", "R&amp;D", "51000.0"])
def test_any_other_damaged_text_is_dropped_and_noted(column: str, cell: str) -> None:
    result = intake(line("1"), line("2", Kind=cell), columns={**COLUMNS, column: "Kind"})
    assert result.roster[column].isna().all()
    assert [tuple(row) for row in result.notes[["employee_id", "column", "code"]].itertuples(index=False)] == [("2", column, "damaged")]
    assert result.facts.damaged == 1


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("bank_account", "5.00000E+13"),
        ("phone", "4.67012E+10"),
        ("phone", "46701740999.0"),
        ("bank_account", "5,00E+13"),
        ("bank_account", "12345.0"),
        ("phone", "46701740999,0"),
    ],
)
def test_a_shortened_account_or_phone_number_is_dropped_and_noted(column: str, cell: str) -> None:
    result = intake(line("1"), line("2", Kind=f'"{cell}"'), columns={**COLUMNS, column: "Kind"}, phone_region="SE")
    assert result.roster[column].isna().all()
    assert list(result.notes["code"]) == ["damaged"]


def test_a_limit_with_decimals_is_a_good_number() -> None:
    assert value("approval_limit", "12000.0") == "12000.0"


@pytest.mark.parametrize("number", ["2.02301E+11", "2E+11", "2.02301e+11", "2.02301E11"])
def test_no_surprise_a_file_with_shortened_numbers_is_unfit(number: str) -> None:
    with pytest.raises(Unfit) as caught:
        intake(line("1"), line(number, mail="b@x.se"))
    assert caught.value.code == "numbers"
    assert "spreadsheet" in caught.value.message
    assert "original export" in caught.value.advice
    assert number not in str(caught.value)


def test_no_surprise_a_file_with_shortened_managers_numbers_is_unfit() -> None:
    columns = {name: source for name, source in COLUMNS.items() if name != "manager_email"}
    for source in ("Boss", {"column": "Boss", "refers_to": "Kind"}):
        with pytest.raises(Unfit, match="on line 3"):
            intake(line("1", Kind="7"), line("2", boss="2.02301E+11", Kind="8"), columns={**columns, "manager_id": source})
    with pytest.raises(Unfit, match="Kind"):
        intake(line("1", Kind="2.02301E+11"), columns={**columns, "manager_id": {"column": "Boss", "refers_to": "Kind"}})


def test_numbers_that_only_resemble_shortened_ones_are_numbers() -> None:
    result = intake(
        line("5E11", mail="a@x.se"), line("1E10", mail="b@x.se"), line("E+11", mail="c@x.se"), line("5E00000000000001", mail="d@x.se")
    )
    assert list(result.roster["employee_id"]) == ["5E11", "1E10", "E+11", "5E00000000000001"]


@pytest.mark.parametrize("number", ["20401.0", '"20401,0"', '"20,401"', "20'401", "E?42", "#N/A", "E\ufffd42"])
def test_no_surprise_a_damaged_number_is_nobodys_and_could_be_anybodys(number: str) -> None:
    result = intake(line("1"), line(number, mail="b@x.se"))
    assert dispositions(result)[3] == (None, "rejected", "damaged")
    assert has_unidentified_rejects(result.dispositions)


def test_an_account_of_several_people_is_used_for_none_of_them_unless_the_settings_say_so() -> None:
    rows = [
        line("1", Kind="SE7650010000000000000001"),
        line("2", Kind="se76 5001 0000 0000 0000 0001"),
        line("3", Kind="SE2450020000000000000002"),
    ]
    columns = {**COLUMNS, "bank_account": "Kind"}
    result = intake(*rows, columns=columns)
    assert list(result.roster["bank_account"].fillna("")) == ["", "", "SE2450020000000000000002"]
    assert list(result.notes["code"]) == ["shared_account"] * 2
    assert intake(*rows, columns=columns, one_account_each=False).roster["bank_account"].notna().all()


def test_somebody_who_left_may_have_come_back_with_their_account() -> None:
    rows = [line("1", Status="T", Kind="SE7650010000000000000001"), line("2", Kind="SE7650010000000000000001")]
    result = intake(*rows, columns={**COLUMNS, "bank_account": "Kind"})
    assert result.roster["bank_account"].notna().all()
    assert result.notes.empty


def test_a_damaged_value_that_decides_who_is_in_scope_rejects_its_row() -> None:
    columns = {**COLUMNS, "extra_kind": "Kind"}
    result = intake(
        line("1", Kind="x"), line("2", Kind="Styrelsem\ufffdte"), columns=columns, scope={"exclude": {"extra_kind": "Styrelsemöte"}}
    )
    assert dispositions(result)[3] == ("2", "rejected", "damaged")


def test_damage_shows_through_templates_and_tables() -> None:
    columns = {**COLUMNS, "email": {"template": "{Kind}@x.se"}, "role": {"column": "Phone", "lookup": {"Chef": "admin"}, "default": "user"}}
    result = intake(
        line("1", Kind="ann", Phone="Chef"), line("2", Kind="str\ufffdm", Phone=""), line("3", Kind="bo", Phone="Ch?f"), columns=columns
    )
    assert dispositions(result)[3] == ("2", "rejected", "damaged")
    assert list(result.roster["role"].fillna("")) == ["admin", ""]


def test_what_was_dropped_is_known_as_unread() -> None:
    columns = {**COLUMNS, "department": "Kind", "bank_account": "Personnummer"}
    result = intake(line("1", Kind="F\ufffds", Phone="x"), line("2"), line("3", Personnummer=""), columns=columns)
    assert list(result.roster["unread"].fillna("")) == ["department|phone|bank_account", "bank_account", ""]


CELLS = st.text(st.characters(codec="utf-8", exclude_characters='\n\r",\x00'), max_size=12)
HARM = st.sampled_from(["\ufffd", "?", "Ã¸", "\u200b", "\u00ad", "\u00a0", "\x1a", "\x92", "&ouml;", "o\u0308", "\u202e", "'"])


@given(cells=st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=6), harm=st.lists(HARM, max_size=6), data=st.data())
def test_no_surprise_no_text_goes_out_but_what_a_reader_of_the_file_saw(
    cells: list[tuple[str, str, str]], harm: list[str], data: st.DataObject
) -> None:
    rows = [[f"A{first}"[:40], f"B{last}"[:40], kind] for first, last, kind in cells]
    for piece in harm:
        row, column = data.draw(st.integers(0, len(rows) - 1)), data.draw(st.integers(0, 2))
        place = data.draw(st.integers(0, len(rows[row][column])))
        rows[row][column] = rows[row][column][:place] + piece + rows[row][column][place:]
    lines = [line(f"{number}", First=first, Last=last, Kind=kind) for number, (first, last, kind) in enumerate(rows, start=10)]
    result = intake(line("1"), *lines, columns={**COLUMNS, "department": "Kind"})
    for person in result.roster[result.roster["employee_id"].ne("1")].itertuples():
        written = rows[int(str(person.employee_id)) - 10]
        for out, cell in zip((person.first_name, person.last_name, person.department), written, strict=True):
            if isinstance(out, str):
                assert garbling.kind(out) is None
                assert out == plain(out)
                seen = pd.Series([plain(cell), plain(cell).strip("'").strip()], dtype="str")
                assert out in {*seen, *whole_names.without_asides(seen)}


@pytest.mark.parametrize("written", ["Str_mberg", "Str*mberg", "H#kansson", "_berg", "Ann_", 'An"n', 'An "Ann" n" n', '"Ann'])
def test_no_surprise_a_sign_in_the_place_of_a_letter_or_a_quotation_mark_amiss_is_no_name(written: str) -> None:
    cell = '"' + written.replace('"', '""') + '"'
    told = intake(line("1"), line("2", Last=cell)).rejects["message"].to_list()
    assert told == ([] if written == "Ann_" else [damage.MESSAGES["quotes" if '"' in written else "lost"]])
    assert value("department", cell) == written, "elsewhere it may part two words"


def test_an_apostrophe_that_a_program_has_curled_goes_from_numbers_and_stays_in_names() -> None:
    result = intake(line("1"), line("’2", Last="’t Hooft"))
    assert result.roster[["employee_id", "last_name"]].to_numpy().tolist() == [["1", "Li"], ["2", "’t Hooft"]]


@given(st.from_regex(damage._SUSPECT))
def test_a_column_that_is_not_looked_through_could_have_nothing_suspect(text: str) -> None:
    assert text.encode("utf-8", "replace").translate(None, damage._UNSUSPECTED)


@given(st.from_regex(numbers.OTHER, fullmatch=True))
def test_a_column_of_digits_alone_has_no_address_phone_link_or_account(text: str) -> None:
    assert not text.isdigit()
