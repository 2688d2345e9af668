from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from roster.intake.take_in import IntakeResult, has_unidentified_rejects, take_in
from roster.rules import MissingColumn
from roster.settings import CsvFormat, People
from roster.unfit import Unfit

AS_OF = date(2026, 3, 1)
HEADER = "No,Mail,First,Last,Boss,Status,From,To,Phone,Country,Kind,Personnummer"
COLUMNS = {
    "employee_id": "No",
    "email": "Mail",
    "first_name": "First",
    "last_name": "Last",
    "manager_email": "Boss",
    "worker_status": {"column": "Status", "values": {"": "Active", "A": "Active", "T": "Terminated"}, "default": "Active"},
    "start_date": "From",
    "end_date": "To",
    "phone": "Phone",
    "country": "Country",
}


def line(no: str, mail: str | None = None, boss: str = "", **more: str) -> str:
    fields = {
        "No": no,
        "Mail": f"p{no}@x.se" if mail is None else mail,
        "First": "Ann",
        "Last": "Li",
        "Boss": boss,
        "Personnummer": "19850101",
    } | more
    return ",".join(fields.get(name, "") for name in HEADER.split(","))


def intake(*lines: str, as_of: date = AS_OF, **people: object) -> IntakeResult:
    given = People.model_validate({"columns": COLUMNS, "absent_means": "leaver"} | people)
    return take_in("\n".join([HEADER, *lines]).encode(), CsvFormat(), given, as_of)


def dispositions(result: IntakeResult) -> dict[int, tuple[str | None, ...]]:
    rows = result.dispositions[["line", "employee_id", "disposition", "reason"]].itertuples(index=False)
    return {int(number): tuple(None if pd.isna(value) else str(value) for value in rest) for number, *rest in rows}


def test_valid_people_come_out_in_canonical_columns() -> None:
    result = intake(line("1"), line("2", boss="P1@x.se", Phone="070-1234567", Country="se", From="2030-01-01"))
    assert list(result.roster["employee_id"]) == ["1", "2"]
    assert list(result.roster["line"]) == [2, 3]
    assert list(result.roster["manager_id"].fillna("")) == ["", "1"]
    assert list(result.roster["phone"].fillna("")) == ["", "+46701234567"]
    assert list(result.roster["employment"]) == ["active", "pending"]
    assert result.roster["in_scope"].all()
    assert "extra_kind" not in result.roster
    assert not result.roster.astype(str).isin(["19850101"]).any(axis=None)


def test_a_bad_row_is_rejected_with_line_header_and_cell_and_the_rest_is_used() -> None:
    result = intake(line("1"), line("2", mail="nonsense", To="31/12/2025"), line("3"))
    assert dispositions(result)[3] == ("2", "rejected", "date|email")
    assert list(result.roster["employee_id"]) == ["1", "3"]
    assert result.rejects["employee_id"].isna().all(), "nobody in the file or the ledger has that number"
    entries = result.rejects[["line", "number", "column", "source", "code", "value"]]
    assert [tuple(row) for row in entries.itertuples(index=False)] == [
        (3, "2", "email", "Mail", "email", "nonsense"),
        (3, "2", "end_date", "To", "date", "31/12/2025"),
    ]
    assert not result.rejects["message"].str.contains("nonsense").any()


def test_a_bad_optional_value_is_dropped_and_noted() -> None:
    result = intake(line("1", Phone="x"), line("2"))
    assert list(result.notes["column"]) == ["phone"]
    assert list(result.notes["value"]) == ["x"]
    assert result.roster["phone"].isna().all()
    assert result.rejects.empty


def test_a_line_with_a_field_too_many_is_rejected_without_a_guess_at_the_person() -> None:
    result = intake(line("1"), line("2") + ",more")
    assert dispositions(result)[3] == (None, "rejected", "fields")
    assert list(result.rejects["message"]) == ["The line has 13 fields, the header 12."]
    assert result.rejects["value"].isna().all()


def test_an_unreadable_employee_number_is_not_passed_on_as_one() -> None:
    result = intake(line("1"), line("2 2", mail="b@x.se"))
    assert dispositions(result)[3] == (None, "rejected", "employee_id")
    assert list(result.rejects["value"]) == ["2 2"]


@pytest.mark.parametrize(
    ("lines", "anybodys"),
    [
        ([line("2", First="")], False),
        ([line("2 2")], True),
        ([line("2") + ",more"], True),
        ([line("2"), line("2", mail="other@x.se")], True),
        ([line("2"), line("2", First="Other")], False),
    ],
    ids=["a fault", "no readable number", "too many fields", "a colleague's number", "one person twice"],
)
def test_no_surprise_a_row_without_a_number_of_its_own_could_be_anybodys(lines: list[str], anybodys: bool) -> None:
    assert has_unidentified_rejects(intake(line("1"), *lines).dispositions) is anybodys
    assert not has_unidentified_rejects(intake(line("1")).dispositions)


def test_people_who_collide_are_all_rejected_even_if_one_is_invalid_anyway() -> None:
    result = intake(line("1"), line("2"), line("2", mail="other@x.se", First=""), line("3", mail="P1@X.se"), line("4"))
    assert dispositions(result) == {
        2: ("1", "rejected", "duplicate_email"),
        3: ("2", "rejected", "duplicate_employee_id"),
        4: ("2", "rejected", "duplicate_employee_id|missing"),
        5: ("3", "rejected", "duplicate_email"),
        6: ("4", "used", None),
    }


def test_a_row_that_stands_twice_is_used_once_where_only_unused_columns_differ() -> None:
    result = intake(line("1", Kind="a"), line("1", Kind="b"))
    assert dispositions(result) == {2: ("1", "used", None), 3: ("1", "superseded", "identical")}


def test_superseded_rows_are_not_judged_and_still_lead_to_their_person() -> None:
    rows = [line("1", mail="old@x.se", Kind="old", Phone="x", To="never"), line("1"), line("2", boss="old@x.se")]
    result = intake(*rows, history={"superseded": {"Kind": "old"}})
    assert dispositions(result) == {2: ("1", "superseded", "history"), 3: ("1", "used", None), 4: ("2", "used", None)}
    assert list(result.roster["manager_id"].fillna("")) == ["", "1"]
    assert result.notes.empty


def test_people_out_of_scope_keep_only_what_a_chain_of_approvers_needs() -> None:
    columns = COLUMNS | {"extra_kind": "Kind"}
    rows = [line("1", Kind="board", Phone="x"), line("2", boss="p1@x.se"), line("3", boss="p2@x.se", Kind="board", mail="?")]
    result = intake(*rows, columns=columns, scope={"exclude": {"extra_kind": "board"}})
    assert dispositions(result) == {2: ("1", "out_of_scope", "scope"), 3: ("2", "used", None), 4: ("3", "rejected", "email")}
    outsider = result.roster.set_index("employee_id").loc["1"]
    assert not outsider["in_scope"]
    assert outsider[["first_name", "last_name", "extra_kind", "country"]].isna().all()
    assert outsider["email"] == "p1@x.se"
    assert list(result.roster["manager_id"].fillna("")) == ["", "1"]
    assert result.notes.empty


def test_scope_can_name_who_is_in_and_only_mapped_columns() -> None:
    result = intake(
        line("1", Country="SE"), line("2", Country="no"), scope={"include": {"country": ["SE", "NO"]}, "exclude": {"country": "SE"}}
    )
    assert list(result.roster["in_scope"]) == [False, True]
    with pytest.raises(MissingColumn, match=r"people\.scope\.include names the column 'department'"):
        intake(line("1"), scope={"include": {"department": "x"}})


def test_a_manager_whose_row_is_rejected_is_still_the_manager() -> None:
    result = intake(line("1", First=""), line("2", boss="p1@x.se"))
    assert list(result.roster["manager_id"]) == ["1"]


def test_a_manager_who_cannot_be_told_is_noted() -> None:
    result = intake(line("1", mail="a@x.se"), line("2", mail="a@x.se"), line("3", boss="a@x.se"))
    assert list(result.notes["code"]) == ["ambiguous"]
    assert result.roster["manager_id"].isna().all()
    assert result.roster["manager_email"].isna().all()


def test_where_nobody_is_valid_the_file_is_unfit() -> None:
    with pytest.raises(Unfit, match=r"None of the 2 rows can be used\. Faults by kind: email 2") as caught:
        intake(line("1", mail="x1"), line("2", mail="x2"))
    assert caught.value.code == "nobody"


def test_where_nobody_is_valid_each_row_is_told_by_the_number_that_the_ledger_knows() -> None:
    rows = "\n".join([HEADER, line("1", mail="secret"), line("2", mail="x2")]).encode()
    people = People.model_validate({"columns": COLUMNS, "absent_means": "leaver"})
    with pytest.raises(Unfit) as caught:
        take_in(rows, CsvFormat(), people, AS_OF, remembered=pd.Series(["2"]))
    rejects = caught.value.rejects
    assert rejects is not None
    told = rejects[["line", "employee_id", "number", "source"]].astype("object")
    assert told.where(told.notna(), None).to_numpy().tolist() == [[2, None, "1", "Mail"], [3, "2", "2", "Mail"]]
    assert "secret" not in str(caught.value)


def test_where_nobody_is_valid_the_columns_at_fault_are_named_with_a_line_and_a_word_that_may_stand_for_nothing() -> None:
    columns = {"employee_id": "Nr", "email": "Mail", "first_name": "First", "last_name": "Last", "end_date": "Left"}
    people = People.model_validate({"columns": columns, "absent_means": "unchanged"})
    rows = b"Nr,Mail,First,Last,Left\n1,a@x.se,Ann,B,NULL\n2,b@x.se,Bo,C,NULL\n3,secret,Cy,,NULL\n"
    with pytest.raises(Unfit) as caught:
        take_in(rows, CsvFormat(), people, date(2026, 11, 21))
    assert caught.value.message == (
        "None of the 3 rows can be used. Faults by kind: date 3 (end_date, which is 'Left': the first on line 2), "
        "email 1 (email, which is 'Mail': the first on line 4), missing 1 (last_name, which is 'Last': the first on line 4)."
    )
    assert caught.value.advice == "Cells say NULL: if that stands for nothing, set `empty: ['NULL']`. Else correct the settings, or ask HR."
    assert take_in(rows, CsvFormat(empty=["NULL"]), people, date(2026, 11, 21)).facts.used == 2


def test_facts_count_what_came_of_the_rows() -> None:
    result = intake(line("1", Country="SE"), line("2"), line("2"), line("3", mail="?"))
    assert {name: getattr(result.facts, name) for name in ("rows", "used", "superseded", "out_of_scope", "rejected")} == {
        "rows": 4, "used": 2, "superseded": 1, "out_of_scope": 0, "rejected": 1,
    }  # fmt: skip
    assert result.facts.fill_rates["country"] == 0.5
    assert result.facts.header == HEADER.split(",")


ADVENTURE_WORKS = Path(__file__).parents[5] / "shared/data/adventureworks/DimEmployee.psv"
ITS_COLUMNS = """
    EmployeePhoto EmployeeKey ParentEmployeeKey EmployeeNationalIDAlternateKey ParentEmployeeNationalIDAltKey SalesTerritoryKey FirstName
    LastName MiddleName NameStyle Title HireDate BirthDate LoginID EmailAddress Phone MaritalStatus EmergencyContactName
    EmergencyContactPhone SalariedFlag Gender PayFrequency BaseRate VacationHours SickLeaveHours CurrentFlag SalesPersonFlag
    DepartmentName StartDate EndDate Status
"""


@pytest.mark.skipif(not ADVENTURE_WORKS.exists(), reason="the AdventureWorks roster does not come with the project")
def test_a_roster_that_nobody_here_wrote_is_taken_in_whole() -> None:
    people = People.model_validate(
        {
            "columns": {
                "employee_id": "EmployeeNationalIDAlternateKey",
                "email": "EmailAddress",
                "first_name": "FirstName",
                "last_name": "LastName",
                "manager_id": {"column": "ParentEmployeeKey", "refers_to": "EmployeeKey"},
                "start_date": "HireDate",
                "phone": "Phone",
            },
            "absent_means": "leaver",
            "history": {"superseded": {"Status": ""}},
            "phone_region": "US",
        }
    )
    format = CsvFormat(delimiter="|", quote=None, columns=ITS_COLUMNS.split())
    result = take_in(ADVENTURE_WORKS.read_bytes(), format, people, AS_OF)
    counts = {name: getattr(result.facts, name) for name in ("rows", "used", "superseded", "out_of_scope", "rejected")}
    assert counts == {"rows": 296, "used": 290, "superseded": 6, "out_of_scope": 0, "rejected": 0}
    assert result.notes.empty
    assert set(result.roster["employment"]) == {"active"}
    assert result.roster["manager_id"].isna().sum() == 1
    assert result.roster["manager_id"].dropna().isin(result.roster["employee_id"]).all()
    assert result.roster["manager_id"].nunique() == 47
    assert result.roster["email"].str.contains("françois0@").any()


def test_rows_are_counted_by_company_and_department_whatever_becomes_of_them() -> None:
    columns = {**COLUMNS, "department": {"column": "Kind", "values": {"HR": "People"}}}
    rows = [line("1", Kind="HR"), line("2", Kind="HR", mail="none"), line("3", Kind="IT"), line("4", Kind="IT"), line("5")]
    result = intake(*rows, columns=columns, scope={"exclude": {"department": "IT"}})
    assert result.facts.groups == {"department": {"People": 2, "IT": 2}}


def test_a_column_in_which_hardly_two_are_alike_groups_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("roster.intake.counts.MOST_GROUPS", 2)
    result = intake(*(line(str(number), Kind=f"of {number}") for number in range(3)), columns={**COLUMNS, "department": "Kind"})
    assert result.facts.groups == {"department": {}}


def test_rows_that_collide_are_counted_once_each() -> None:
    result = intake(line("1"), line("1", mail="P2@x.se"), line("2"), line("3"), line("4", mail="none"))
    assert result.facts.collided == 3


def test_history_is_a_row_of_the_file_and_of_no_department() -> None:
    rows = [line("1", Kind="IT", Phone="old"), line("1", Kind="IT"), line("2", Kind="IT", First=""), line("3", Kind="IT", Status="T")]
    settings = {"columns": {**COLUMNS, "department": "Kind"}, "history": {"superseded": {"Phone": "old"}}}
    facts = intake(*rows, "Total: 4", **settings).facts
    assert facts.groups == {"department": {"IT": 3}}
    assert (facts.rows, facts.people_rows()) == (5, 4)


def test_quiet_a_remark_behind_a_name_goes_no_further_and_others_find_the_person_by_the_whole_name() -> None:
    named = {**{name: rule for name, rule in COLUMNS.items() if name != "manager_email"}, "manager_name": "Boss"}
    named["email"] = {"template": "{First}.{Last}@x.se"}
    result = intake(
        line("1", Last="Berg (Sales)"),
        line("2", Last="Berg (On Leave)", First="Bo"),
        line("3", Last="Ek", boss="Ann Berg (Sales)"),
        line("4", Last="Li", boss="Bo Berg"),
        columns=named,
    )
    assert result.roster["last_name"].to_list() == ["Berg", "Berg", "Ek", "Li"]
    assert result.roster["email"].to_list()[:2] == ["ann.berg@x.se", "bo.berg@x.se"]
    assert result.roster["manager_id"].fillna("").to_list() == ["", "", "1", "2"]
    assert result.notes.empty
