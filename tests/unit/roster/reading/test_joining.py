"""People and what another file says of them are one table, in which every line of both is accounted for."""

from datetime import date

import pandas as pd
import pytest

from roster.accounting import of_rows
from roster.intake.take_in import IntakeResult, take_in
from roster.reading.lines import line_text
from roster.reading.several import packed
from roster.settings import CsvFormat, Joined, People

COLUMNS = {
    "employee_id": "No",
    "email": "Mail",
    "first_name": "First",
    "last_name": "Last",
    "worker_status": {"column": "State", "values": {"A": "Active", "T": "Terminated"}},
    "department": "Team",
    "start_date": "Since",
    "phone": "Phone",
    "country": "Land",
}
PEOPLE = People.model_validate({"columns": COLUMNS, "absent_means": "leaver", "history": {"newest_by": "start_date"}})
BOTH = CsvFormat().of_files(
    {
        "people": CsvFormat(),
        "jobs": CsvFormat(delimiter=";").joined_by(Joined(by={"Pers": "No"}, gives=["Team", "Since"])),
    }
)
FIRST = "No,Mail,First,Last,State,Team,Phone,Land\n"
SECOND = "Pers;Team;Since\n"


def person(number: str, mail: str | None = None, state: str = "A", phone: str = "", land: str = "SE") -> str:
    return f"{number},{mail or f'p{number}@x.se'},A,B,{state},not this one,{phone},{land}\n"


def taken(rows: str, jobs: str, format: CsvFormat = BOTH, people: People = PEOPLE) -> IntakeResult:
    return take_in(packed({"people": (FIRST + rows).encode(), "jobs": (SECOND + jobs).encode()}), format, people, date(2026, 12, 1))


def lines(result: IntakeResult) -> dict[str, tuple[str, str | None]]:
    assert of_rows(result.dispositions, result.facts.rows) == []
    rows = result.dispositions[["line", "disposition", "reason"]].itertuples(index=False)
    return {line_text(line): (what, None if pd.isna(why) else why) for line, what, why in rows}


def test_accounting_a_person_has_the_columns_of_both_and_both_lines_are_used() -> None:
    result = taken(person("1") + person("2"), "2;Sales;2020-01-01\n1;Finance;2020-01-01\n")
    assert dict(result.roster[["employee_id", "department"]].itertuples(index=False)) == {"1": "Finance", "2": "Sales"}
    assert set(lines(result).values()) == {("used", None)}
    assert len(lines(result)) == 4


def test_keys_are_the_same_whatever_nobody_sees_in_them_or_a_spreadsheet_puts_before_them() -> None:
    jobs = "\u00a01;Sales;2020-01-01\n'2;Finance;2020-01-01\n3\u00ad;Legal;2020-01-01\n"
    result = taken(person("1") + person("\u200b2") + person("3"), jobs)
    assert dict(result.roster[["employee_id", "department"]].itertuples(index=False)) == {"1": "Sales", "2": "Finance", "3": "Legal"}
    assert set(lines(result).values()) == {("used", None)}


def test_of_several_rows_of_a_person_history_says_which_counts_and_the_person_s_line_is_used() -> None:
    result = taken(person("1"), "1;Sales;2020-01-01\n1;Finance;2022-01-01\n")
    assert result.roster["department"].tolist() == ["Finance"]
    assert lines(result) == {"2 of file 1": ("used", None), "2 of file 2": ("superseded", "older"), "3 of file 2": ("used", None)}


def test_accounting_a_person_without_a_row_and_a_row_without_a_person_are_rejected_with_a_word() -> None:
    result = taken(person("1") + person("2"), "1;Sales;2020-01-01\n9;Sales;2020-01-01\n;Sales;2020-01-01\n")
    found = lines(result)
    assert found["3 of file 1"] == ("rejected", "no_row_beside")
    assert found["3 of file 2"][0] == "rejected"
    assert "no_person" in str(found["3 of file 2"][1])
    assert found["4 of file 2"][0] == "rejected"
    numbers = dict(result.dispositions[["line", "employee_id"]].itertuples(index=False))
    assert {line_text(line): number for line, number in numbers.items()}["3 of file 2"] == "9", "so that they are not absent"


def test_no_surprise_who_has_left_by_their_own_line_leaves_without_a_row_beside() -> None:
    result = taken(person("1") + person("2", state="T"), "1;Sales;2020-01-01\n")
    assert dict(result.roster[["employee_id", "employment"]].itertuples(index=False)) == {"1": "active", "2": "left"}


@pytest.mark.parametrize(("number", "end", "column"), [("", "", "employee_id"), ("2", "2026-13-45", "end_date")])
def test_no_surprise_who_says_to_have_left_needs_a_number_and_a_readable_last_day_though_no_row_beside(
    number: str, end: str, column: str
) -> None:
    ending = People.model_validate({"columns": {**COLUMNS, "end_date": "Land"}, "absent_means": "leaver"})
    result = taken(person("1", land="") + person(number, "p2@x.se", state="T", land=end), "1;Sales;2020-01-01\n", people=ending)
    assert result.roster["employee_id"].tolist() == ["1"]
    assert column in set(result.rejects["column"])
    assert lines(result)["3 of file 1"][0] == "rejected"


def test_several_people_with_one_key_are_not_guessed_between() -> None:
    result = taken(person("1") + person("3") + person("3", mail="q@x.se"), "1;Sales;2020-01-01\n3;Sales;2020-01-01\n")
    assert result.roster["employee_id"].tolist() == ["1"]
    assert "key_repeated" in str(lines(result)["3 of file 2"][1])
    assert "key_repeated" in str(lines(result)["4 of file 1"][1])


def test_what_is_wrong_is_told_at_the_line_of_the_file_in_which_the_cell_stands() -> None:
    people = person("1", mail="none") + person("2", phone="x") + person("3")
    result = taken(people, "1;Sales;2020-01-01\n2;Sales;2020-01-01\n3;Sales;20\n")
    rejects = {(line_text(line), column) for line, column in result.rejects[["line", "column"]].itertuples(index=False)}
    assert ("2 of file 1", "email") in rejects
    assert ("4 of file 2", "start_date") in rejects
    assert [line_text(line) for line in result.notes["line"]] == ["3 of file 1"]
    assert lines(result)["2 of file 1"] == ("rejected", "email")
    assert lines(result)["2 of file 2"] == ("rejected", "email")


def test_both_by_several_columns_and_by_one_name() -> None:
    assert Joined.model_validate({"by": "No", "gives": ["Team"]}).by == {"No": "No"}
    two = CsvFormat().of_files(
        {"people": CsvFormat(), "jobs": CsvFormat(delimiter=";").joined_by(Joined(by={"Pers": "No", "Since": "Last"}, gives=["Team"]))}
    )
    people = People.model_validate({"columns": {**COLUMNS, "start_date": "Last", "last_name": "First"}, "absent_means": "leaver"})
    text = FIRST + "1,a@x.se,A,2020-01-01,A,x,,SE\n"
    jobs = SECOND + "1;Sales;2020-01-01\n1;Finance;2021-01-01\n"
    result = take_in(packed({"people": text.encode(), "jobs": jobs.encode()}), two, people, date(2026, 12, 1))
    assert result.roster["department"].tolist() == ["Sales"]


def test_an_empty_word_is_no_key() -> None:
    empty = CsvFormat(empty=["-"])
    both = CsvFormat().of_files({"people": empty, "jobs": CsvFormat(delimiter=";", empty=["-"]).joined_by(BOTH.files["jobs"].join)})
    result = taken(person("-") + person("1"), "-;Sales;2020-01-01\n1;Sales;2020-01-01\n", both)
    assert result.roster["employee_id"].tolist() == ["1"]


def test_of_several_jobs_in_the_other_file_the_first_makes_the_person() -> None:
    columns = COLUMNS | {"extra_teams": {"column": "Team", "of_jobs": "all"}}
    people = People.model_validate({"columns": columns, "absent_means": "leaver", "jobs": {"primary": {"First job": "Y"}}})
    gives = ["Team", "Since", "First job"]
    both = CsvFormat().of_files({"people": CsvFormat(), "jobs": CsvFormat().joined_by(Joined(by={"Pers": "No"}, gives=gives))})
    jobs = "Pers,Team,Since,First job\n1,Sales,2020-01-01,N\n1,Finance,2020-01-01,Y\n2,Legal,2020-01-01,Y\n"
    data = packed({"people": (FIRST + person("1") + person("2")).encode(), "jobs": jobs.encode()})
    result = take_in(data, both, people, date(2026, 12, 1))
    assert dict(result.roster[["employee_id", "department"]].itertuples(index=False)) == {"1": "Finance", "2": "Legal"}
    assert lines(result)["2 of file 2"] == ("superseded", "other_job")
    assert {lines(result)[line] for line in ("2 of file 1", "3 of file 1", "3 of file 2", "4 of file 2")} == {("used", None)}
    assert result.roster["extra_teams"].tolist() == ['["Sales","Finance"]', "Legal"]
