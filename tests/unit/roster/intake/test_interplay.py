"""What settings and repairs do to a value together: words for nothing, damage, scope, managers and leavers in one file.

Belongs here: two or more of them at once. Does not belong here: one of them alone, which has a file of its own.
"""

from datetime import date

import pandas as pd
import pytest

from roster.intake.take_in import IntakeResult, has_unidentified_rejects, take_in
from roster.people.chain import is_unreadable
from roster.settings import CsvFormat, People
from tests.unit.roster.intake.test_intake import AS_OF, COLUMNS, HEADER, dispositions, line

WORDS = ["NULL", "-"]
GONE = {"Status": "T", "To": "2026-01-31"}
BY_NUMBER = {name: source for name, source in COLUMNS.items() if name != "manager_email"} | {"manager_id": "Boss"}


def taken(
    *lines: str,
    empty: list[str] | None = None,
    format: dict[str, object] | None = None,
    remembered: list[str] | None = None,
    **people: object,
) -> IntakeResult:
    given = People.model_validate({"columns": COLUMNS, "absent_means": "leaver"} | people)
    settings = CsvFormat.model_validate({"empty": empty or []} | (format or {}))
    known = pd.Series(remembered, dtype="str") if remembered is not None else None
    return take_in("\n".join([HEADER, *lines]).encode(), settings, given, AS_OF, remembered=known)


def person(result: IntakeResult, number: str) -> dict[str, object]:
    return dict(result.roster.set_index("employee_id").loc[number].dropna())


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("columns", [COLUMNS, BY_NUMBER], ids=["by address", "by number"])
def test_approver_a_word_for_nothing_is_no_manager_only_where_the_settings_name_it(word: str, columns: dict[str, object]) -> None:
    rows = [line("1"), line("2", boss=word)]
    said, unsaid = taken(*rows, empty=WORDS, columns=columns), taken(*rows, columns=columns)
    assert (said.facts.managers.lost, said.facts.managers.tops) == (0, 2)
    assert not is_unreadable(said.roster).any()
    assert said.notes.empty
    assert (unsaid.facts.managers.given, unsaid.facts.managers.lost, unsaid.facts.managers.tops) == (1, 1, 1)
    assert person(unsaid, "2").get("manager_id") != "2"
    if columns is COLUMNS:
        assert is_unreadable(unsaid.roster).tolist() == [False, True]


@pytest.mark.parametrize("column", ["manager_id", "manager_email"])
def test_approver_a_word_for_no_manager_may_be_named_for_that_column_alone(column: str) -> None:
    others = {name: source for name, source in COLUMNS.items() if name != "manager_email"}
    columns = others | {column: {"column": "Boss", "values": {"none": "", "-": ""}}}
    result = taken(line("1", boss="none"), line("2", boss="-"), line("3", boss="nobody"), columns=columns)
    assert (result.facts.managers.lost, result.facts.managers.tops) == (1, 2)
    assert set(result.notes["line"]) <= {4}


@pytest.mark.parametrize("word", WORDS)
def test_approver_nobody_has_a_word_for_nothing_as_their_number_and_so_as_their_manager(word: str) -> None:
    rows = [line("1"), line(word, mail="x@x.se", boss=word), line("2", boss=word)]
    for empty, code in ((WORDS, "missing"), ([], "nothing")):
        result = taken(*rows, empty=empty, columns=BY_NUMBER)
        assert dispositions(result)[3] == (None, "rejected", code)
        assert has_unidentified_rejects(result.dispositions)
        assert result.facts.managers.lost == (0 if empty else 1)


@pytest.mark.parametrize("word", WORDS)
def test_words_for_nothing_are_empty_cells_in_columns_of_status_dates_numbers_and_names(word: str) -> None:
    row = line("2", Status=word, From=word, To=word, Phone=word, Country=word)
    said = taken(line("1"), row, line("3", mail=word), line("4", First=word), line("5", mail=word, First=word, **GONE), empty=WORDS)
    assert dispositions(said) == {
        2: ("1", "used", None),
        3: ("2", "used", None),
        4: ("3", "rejected", "missing"),
        5: ("4", "rejected", "missing"),
        6: ("5", "used", None),
    }
    assert set(person(said, "2")) & {"start_date", "end_date", "phone", "country"} == set()
    assert (person(said, "2")["employment"], person(said, "5")["employment"]) == ("active", "left")
    assert said.notes.empty
    unsaid = taken(line("1"), row, line("3", Phone=word))
    assert dispositions(unsaid)[3] == ("2", "rejected", "date|worker_status")
    assert unsaid.notes[["line", "column", "code"]].to_numpy().tolist() == [[4, "phone", "nothing"]]


def test_a_word_for_nothing_is_one_whatever_nobody_sees_in_it() -> None:
    rows = [line("1"), *(line(str(number), Phone=cell) for number, cell in enumerate(["NULL\u200b", "\u00a0NULL", "'-", " - "], 2))]
    result = taken(*rows, empty=WORDS)
    assert result.facts.used == 5
    assert result.notes.empty


@pytest.mark.parametrize(
    ("scope", "in_scope"),
    [
        ({"include": {"extra_kind": "Employee"}}, [True, False, False]),
        ({"exclude": {"extra_kind": ""}}, [True, False, False]),
        ({"include": {"extra_kind": ["Employee", ""]}}, [True, True, True]),
    ],
)
def test_a_column_of_the_scope_that_a_word_empties_is_empty(scope: dict[str, object], in_scope: list[bool]) -> None:
    rows = [line("1", Kind="Employee"), line("2", Kind="NULL"), line("3", Kind="")]
    result = taken(*rows, empty=WORDS, columns=COLUMNS | {"extra_kind": "Kind"}, scope=scope)
    assert result.roster["in_scope"].tolist() == in_scope
    assert result.notes.empty


@pytest.mark.parametrize(
    ("scope", "disposition"),
    [
        ({"exclude": {"extra_kind": ""}}, "rejected"),
        ({"include": {"extra_kind": ["Employee", ""]}}, "rejected"),
        ({"include": {"extra_kind": "Employee"}}, "out_of_scope"),
        ({"include": {"extra_kind": ["Employee", "NULL"]}}, "used"),
        ({"exclude": {"extra_kind": "NULL"}}, "out_of_scope"),
        ({"exclude": {"extra_kind": "Board"}}, "used"),
    ],
)
def test_no_surprise_where_a_word_for_nothing_decides_who_is_in_scope_it_is_not_taken_for_empty(
    scope: dict[str, object], disposition: str
) -> None:
    result = taken(line("1", Kind="Employee"), line("2", Kind="NULL"), columns=COLUMNS | {"extra_kind": "Kind"}, scope=scope)
    assert dispositions(result)[3][1] == disposition


@pytest.mark.parametrize(("cell", "disposition"), [("zz", "rejected"), ("SE", "used"), ("", "out_of_scope")])
def test_no_surprise_a_country_that_is_none_is_not_taken_for_an_empty_one_where_that_decides_the_scope(cell: str, disposition: str) -> None:
    result = taken(line("1", Country="SE"), line("2", Country=cell), scope={"exclude": {"country": ""}})
    assert dispositions(result)[3][1] == disposition


@pytest.mark.parametrize("scope", [{"include": {"extra_kind": "Employee", "country": "SE"}}, {"exclude": {"extra_kind": ""}}])
@pytest.mark.parametrize("kind", ["", "NULL", "Empl\ufffdyee"])
def test_whoever_was_brought_in_and_has_left_is_not_out_of_scope_for_what_their_row_lacks(scope: dict[str, object], kind: str) -> None:
    leaver, other = line("2", Kind=kind, Country="SE", **GONE), line("3", Kind="", Country="SE")
    settings = {"columns": COLUMNS | {"extra_kind": "Kind"}, "scope": scope, "empty": ["NULL"]}
    rows = [line("1", Kind="Employee", Country="SE"), leaver, other]
    known, unknown = taken(*rows, remembered=["2", "3"], **settings), taken(*rows, remembered=["1"], **settings)
    assert (dispositions(known)[3][1], person(known, "2")["employment"]) == ("used", "left")
    assert dispositions(known)[4][1] == "out_of_scope", "who is here is out of scope by an empty cell as by any other"
    if kind != "Empl\ufffdyee" or "include" in scope:
        assert dispositions(unknown)[3][1] == "out_of_scope"


@pytest.mark.parametrize(
    "scope",
    [{"include": {"extra_kind": "Employee", "country": ["SE", ""]}}, {"exclude": {"extra_kind": "Board"}}, {"exclude": {"country": "NO"}}],
)
def test_no_surprise_a_leaver_whose_row_says_that_they_are_out_of_scope_is(scope: dict[str, object]) -> None:
    rows = [line("1", Kind="Employee"), line("2", Kind="Board", Country="NO", **GONE), line("3", Kind="Board", Country="NO")]
    result = taken(*rows, remembered=["1", "2", "3"], columns=COLUMNS | {"extra_kind": "Kind"}, scope=scope)
    assert result.roster["in_scope"].tolist() == [True, False, False]


@pytest.mark.parametrize("decimal", [None, ",", "."])
@pytest.mark.parametrize("cell", ["1.5E+04", "1,5E+04", "15?000", "15\ufffd000,50", "15Â\u00a0000,50", "15000 â‚¬", "#####", "#VALUE!"])
def test_no_surprise_a_damaged_amount_is_read_with_no_decimal_sign(decimal: str | None, cell: str) -> None:
    rows = [line("1", Kind='"15000"'), line("2", Kind=f'"{cell}"')]
    result = taken(*rows, columns=COLUMNS | {"approval_limit": "Kind"}, format={"decimal": decimal})
    assert result.roster["approval_limit"].fillna("").tolist() == ["15000", ""]
    assert result.notes["column"].tolist() == ["approval_limit"]


def test_a_word_for_nothing_is_no_limit_beside_a_decimal_sign() -> None:
    rows = [line("1", Kind='"15.000,50"'), line("2", Kind="-"), line("3", Kind='"-,50"')]
    result = taken(*rows, empty=WORDS, columns=COLUMNS | {"approval_limit": "Kind"}, format={"decimal": ","})
    assert result.roster["approval_limit"].fillna("").tolist() == ["15000.50", "", ""]
    assert result.notes[["line", "column"]].to_numpy().tolist() == [[4, "approval_limit"]]


def test_only_people_who_are_employed_and_in_scope_count_as_references_and_tops() -> None:
    rows = [
        line("1"),
        line("2", boss="1"),
        line("3", boss="404", **GONE),
        line("4", **GONE),
        line("5", boss="404", From="2027-01-01"),
        line("6", boss="404", Kind="board"),
        line("7", Kind="board"),
        line("8", boss="3", Status="On Leave"),
        line("9", boss="3", First=""),
    ]
    status = {"column": "Status", "values": {"A": "Active", "T": "Terminated"}, "default": "Active"}
    columns = BY_NUMBER | {"extra_kind": "Kind", "worker_status": status}
    result = taken(*rows, columns=columns, scope={"exclude": {"extra_kind": "board"}})
    managers = result.facts.managers
    assert (managers.given, managers.lost, managers.tops) == (2, 0, 1), "somebody who has left is somebody"


def test_approver_a_leaver_whose_manager_cannot_be_made_out_only_leaves() -> None:
    result = taken(line("1"), line("2", mail="", boss="what is this", **GONE), line("3", boss="p1@x.se"))
    assert dispositions(result)[3] == ("2", "used", None)
    assert person(result, "2")["employment"] == "left"
    assert result.facts.managers.lost == 0


TITLES = ["Fjordvik – anställda;;;", "Per den 21.11.2026;;;", ";;;"]
BODY = ["No\u00a0;Mail;First  name;Last;", "1;p1@x.se;Åsa;Öberg;", "2;p2@x.se;Sjöfn;Dahlström;"]
PLAIN = {"employee_id": "No", "email": "Mail", "first_name": "First name", "last_name": "Last"}


def read(lines: list[str], encoding: str = "utf-8", **format: object) -> IntakeResult:
    settings = CsvFormat.model_validate({"delimiter": ";", "encoding": encoding} | format)
    data = "\r\n".join(lines).encode("utf-8" if encoding == "auto" and "written" in format else encoding)
    return take_in(data, settings, People.model_validate({"columns": PLAIN, "absent_means": "leaver"}), date(2026, 11, 21))


@pytest.mark.parametrize("named", [None, 4])
def test_a_header_under_titles_is_found_whatever_blanks_and_delimiters_are_in_it(named: int | None) -> None:
    result = read([*TITLES, *BODY], header_line=named)
    assert result.facts.header_line == 4
    assert result.roster["line"].tolist() == [5, 6]
    assert result.roster["first_name"].tolist() == ["Åsa", "Sjöfn"]


@pytest.mark.parametrize("written", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "iso8859-15"])
def test_an_encoding_is_told_by_letters_in_titles_too(written: str) -> None:
    titles = [title.replace("–", "-") for title in TITLES]
    people = People.model_validate({"columns": PLAIN, "absent_means": "leaver"})
    for body in (BODY, [row.translate(str.maketrans("ÅÖö", "AOo")) for row in BODY]):
        data = "\n".join([*titles, *body]).encode(written)
        result = take_in(data, CsvFormat(delimiter=";", encoding="auto"), people, date(2026, 11, 21))
        assert (result.facts.used, result.facts.header_line) == (2, 4)


@pytest.mark.parametrize(
    "footer",
    [
        "Totalt antal anst\ufffdllda: 2",
        "Totalt antal anst?llda: 2",
        "Genererad av l\ufffdnesystemet 2026-11-21",
        "Genererad av lÃ¶nesystemet",
        "Utskriven\u00a02026-11-21",
        "Summa;;;2\u200b",
        "Rapporten h\ufffdmtades av l\ufffdnekontoret",
    ],
)
def test_accounting_a_footer_with_damaged_letters_is_nobodys_and_no_damage(footer: str) -> None:
    result = read([*BODY, footer])
    assert dispositions(result)[4] == (None, "nobody", "footer")
    assert (result.facts.damaged, len(result.rejects), has_unidentified_rejects(result.dispositions)) == (0, 0, False)


def test_accounting_a_total_whose_other_cells_are_words_for_nothing_is_nobodys() -> None:
    assert dispositions(read([*BODY, "Total;NULL;NULL;NULL;2"], empty=["NULL"]))[4] == (None, "nobody", "footer")


def test_values_that_are_unread_are_told_apart_from_those_that_are_empty() -> None:
    result = taken(line("1", Phone="NULL"), line("2", Phone="-"), line("3"), empty=["-"])
    assert result.roster["unread"].fillna("").tolist() == ["phone", "", ""]
    assert pd.isna(result.roster["phone"]).all()


@pytest.mark.parametrize("word", ["NULL", "(null)", "-", "n/a", "\\N", "NONE", "TBD", "Saknas", "not available", "---"])
def test_no_surprise_a_word_for_nothing_is_neither_written_nor_an_empty_cell_until_the_settings_say_so(word: str) -> None:
    columns = {"employee_id": "Nr", "email": "Mail", "first_name": "First", "last_name": "Last", "cost_center": "Kst"}
    people = People.model_validate({"columns": columns, "absent_means": "unchanged"})
    rows = f"Nr,Mail,First,Last,Kst\n1,a@x.se,Ann,B,{word}\n2,b@x.se,Bo,C,5100\n".encode()
    said, unsaid = (
        take_in(rows, CsvFormat(empty=[word]), people, date(2026, 11, 21)),
        take_in(rows, CsvFormat(), people, date(2026, 11, 21)),
    )
    assert said.roster["cost_center"].fillna("").tolist() == unsaid.roster["cost_center"].fillna("").tolist() == ["", "5100"]
    assert said.notes.empty
    assert unsaid.notes[["line", "column", "code"]].to_numpy().tolist() == [[2, "cost_center", "nothing"]]
