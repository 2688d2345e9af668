"""Rows that say that somebody has left: a number and a word are enough, and they never stand against whoever is here."""

from datetime import date

import pandas as pd
import pytest

from roster.intake.leavers import rejected_leavers
from roster.intake.take_in import IntakeResult, has_unidentified_rejects
from tests.unit.roster.intake.test_intake import COLUMNS, dispositions, intake, line

GONE = {"Status": "T", "To": "2026-01-31"}


def person(result: IntakeResult, number: str) -> dict[str, object]:
    return dict(result.roster.set_index("employee_id").loc[number].dropna())


@pytest.mark.parametrize(
    "row",
    [
        line("2", mail="", **GONE),
        line("2", mail="taken away", **GONE),
        line("2", First="", Last="", **GONE),
        line("2", mail="", First="", Last="", Status="T"),
        line("2", mail="", Status="A", To="2026-01-31"),
        line("2", mail="", Status="Somewhere", To="2026-01-31"),
        line("2", mail="", Status="T", From="31 Feb"),
        line("2", First="Str\ufffdm", Last="H?kansson", **GONE),
        line("2", mail="bo\ufffd@acme.example", Last="GrÃ¸ndal", Status="T"),
        line("2", mail="", Phone="x", Country="zz", **GONE),
    ],
)
def test_leaving_needs_a_number_and_a_word(row: str) -> None:
    result = intake(line("1"), row)
    assert dispositions(result)[3] == ("2", "used", None)
    assert person(result, "2")["employment"] == "left"
    assert result.rejects.empty
    assert not set(result.notes["column"]) & {"email", "first_name", "last_name", "worker_status"}


@pytest.mark.parametrize(
    ("row", "codes"),
    [
        (line("2", mail="", Status="A"), "missing"),
        (line("2", mail="", Status="A", To="2026-03-01"), "missing"),
        (line("2", Status="A", From="31 Feb", To="2026-01-31"), "date"),
        (line("", **GONE), "missing|says_left"),
        (line("2 2", mail="", **GONE), "employee_id|missing|says_left"),
        (line("2", Status="T", To="31 Feb"), "date|says_left_undated"),
    ],
    ids=["here", "the last day", "a first day that may be later", "no number", "bad number", "a last day that may be to come"],
)
def test_no_surprise_without_them_the_row_is_rejected(row: str, codes: str) -> None:
    result = intake(line("1"), row)
    assert dispositions(result)[3][1:] == ("rejected", codes)


def test_no_surprise_a_rejected_row_that_says_left_holds_nobody_else() -> None:
    assert not has_unidentified_rejects(intake(line("1"), line("", **GONE)).dispositions)
    assert has_unidentified_rejects(intake(line("1"), line("", Status="T", To="31 Feb")).dispositions)
    assert has_unidentified_rejects(intake(line("1"), line("", mail="x")).dispositions)


UNREAD = {"mail": "p2@x.se", "First": "Bo", "Last": "Ek"}


@pytest.mark.parametrize(
    ("other", "doubted"),
    [
        (line("2 2", **UNREAD), True),
        (line("#REF!", **UNREAD | {"First": "BO", "mail": "bo.ek@x.se"}), True),
        (line("", **UNREAD | {"mail": ""}), True),
        (line("2 2", **UNREAD | {"First": "", "Last": ""}), True),
        (line("2 2", **UNREAD, Status="T", To="31 Feb"), True),
        (line("2 2", **UNREAD, Status="Z"), True),
        (line("2 2", **UNREAD, From="2026-02-02"), True),
        (line("2 2", **UNREAD, From="2026-06-01"), False),
        (line("2 2", **UNREAD | GONE), False),
        (line("2 2", **UNREAD | {"First": "Eva", "Last": "Berg"}), False),
        (line("2 2", mail="c@x.se", First="Cai", Last="Dal"), False),
    ],
    ids=[
        "address",
        "name",
        "empty number",
        "address alone",
        "end unreadable",
        "status unreadable",
        "at once",
        "later",
        "left",
        "given on",
        "other",
    ],
)
def test_no_surprise_nobody_leaves_beside_a_row_that_may_be_theirs_and_whose_number_cannot_be_read(other: str, doubted: bool) -> None:
    result = intake(line("1"), line("2", **UNREAD | GONE), other)
    came = dispositions(result)[3]
    assert came == (("2", "rejected", "number_unread_beside") if doubted else ("2", "used", None))
    assert dispositions(result)[4][1] == "rejected"
    assert not rejected_leavers(result.rejects)


JON = line("10", mail="jon@x.se", First="Jon", Last="Vik", **GONE)


@pytest.mark.parametrize(
    ("other", "doubted"),
    [
        ("10,jon@x.se,Jon,Vik", True),
        ("10,jon@x.se,Jon,Vik, Jr,,A,,,,,,1985", True),
        ("10,eva@x.se,Eva,Berg, Jr,,A,,,,,,1985", True),
        ('"10,jon@x.se",Jon,Vik,,A,,,,,,1985', True),
        ('=""10"",jon@x.se,Jon', True),
        ("x,10,jon@x.se,Jon,Vik,,A,,,,,,1985", True),
        ("11,jon@x.se,Jon,Vik", True),
        (",,Jon,Vik, Jr,,A,,,,,,1985", True),
        ('12,eva@x.se,Eva,"Berg\n10,jon@x.se",Jon', True),
        ("12,eva@x.se,Eva,Berg,,A,,,,,,1985,10,jon@x.se,Jon,Vik,,A,,,,,,1985", True),
        ("12,eva@x.se,Eva,Berg, Jr,jon@x.se,A,,,,,,1985", False),
        ("12,eva@x.se,Eva", False),
        ("12,jon@x.se,Eva,Berg", False),
        ("12,jv@x.se,Jon,Vik", False),
        ("100,eva@x.se,Eva", False),
        ("12,eva@x.se,10,Berg", False),
    ],
    ids=[
        "cut short",
        "one too many",
        "number alone",
        "number and address in one",
        "number as text",
        "moved from the start",
        "another number",
        "name alone",
        "within a quote",
        "two in one",
        "manager",
        "other cut short",
        "address given on",
        "namesake",
        "number within another",
        "number elsewhere",
    ],
)
def test_no_surprise_nobody_leaves_beside_a_line_that_may_be_theirs_and_has_not_the_headers_fields(other: str, doubted: bool) -> None:
    result = intake(line("1"), JON, other)
    assert dispositions(result)[3] == (("10", "rejected", "line_unread_beside") if doubted else ("10", "used", None))
    assert dispositions(result)[4] == (None, "rejected", "fields")


@pytest.mark.parametrize("more", [{"history": {"newest_by": "start_date"}}, {"jobs": {"primary": {"Kind": "first"}}}])
def test_no_surprise_where_people_have_several_rows_a_line_that_may_be_one_of_them_leaves_its_person_as_they_are(more: object) -> None:
    rows = [line("1"), line("2", From="2020-01-01"), "2,p2@x.se,Ann,Li"]
    assert dispositions(intake(*rows, **more))[3] == ("2", "rejected", "line_unread_beside")
    assert dispositions(intake(*rows))[3] == ("2", "used", None)
    assert dispositions(intake(*rows, **more))[2] == ("1", "used", None)


def test_no_surprise_a_first_day_that_cannot_be_read_may_have_come() -> None:
    columns = COLUMNS | {"worker_status": {"column": "Status", "values": {"A": "Active", "T": "Terminated", "P": "Pending"}}}
    again = line("2", Status="P", From="31 Feb")
    result = intake(line("1", Status="A"), line("2", **GONE), again, columns=columns)
    assert [dispositions(result)[at][1:] for at in (3, 4)] == [("superseded", "rehired"), ("rejected", "date")]


def test_leavers_of_years_count_neither_as_rejects_nor_as_emptier_columns() -> None:
    rows = [line(str(number), mail="", First="", Last="", Status="T", To="2019-01-31") for number in range(10, 60)]
    facts = intake(line("1", Kind="IT"), *rows, line("", **GONE), columns=COLUMNS | {"department": "Kind"}).facts
    assert facts.fill_rates["department"] == 1.0
    assert (facts.used, facts.rejected, facts.rejected_leavers, facts.collided) == (51, 1, 1, 0)
    assert (facts.fill_rates["email"], facts.fill_rates["first_name"]) == (1.0, 1.0)


def test_an_address_that_was_given_on_belongs_to_whoever_is_here() -> None:
    old = line("1", mail="ann@x.se", **GONE)
    result = intake(old, line("2", mail="Ann@x.se"), line("3", boss="ann@x.se"))
    assert {number: (row[1], row[2]) for number, row in dispositions(result).items()} == dict.fromkeys([2, 3, 4], ("used", None))
    assert "email" not in person(result, "1")
    assert person(result, "2")["email"] == "Ann@x.se"
    assert person(result, "3")["manager_id"] == "2"


def test_a_key_of_hrs_own_that_was_given_on_leads_to_whoever_has_it() -> None:
    columns = {name: source for name, source in COLUMNS.items() if name != "manager_email"}
    columns["manager_id"] = {"column": "Boss", "refers_to": "Kind"}
    rows = [line("1", Kind="key", **GONE), line("2", Kind="key", mail="b@x.se"), line("3", boss="key")]
    assert person(intake(*rows, columns=columns), "3")["manager_id"] == "2"


def test_of_leavers_with_one_address_the_last_one_keeps_it() -> None:
    rows = [line(number, mail="left@x.se", Status="T", To=day) for number, day in (("1", "2025-01-31"), ("2", "2026-01-31"), ("3", ""))]
    result = intake(line("9"), *rows)
    assert result.rejects.empty
    assert ["email" in person(result, number) for number in "123"] == [False, True, False]


def test_an_address_is_a_leavers_until_whoever_gets_it_has_begun() -> None:
    result = intake(line("9"), line("1", mail="ann@x.se", **GONE), line("2", mail="ann@x.se", From="2026-06-01"))
    assert ("email" in person(result, "1"), "email" in person(result, "2")) == (True, False)


def test_no_surprise_two_people_who_are_here_and_share_an_address_collide_whoever_else_has_left() -> None:
    result = intake(line("1", mail="a@x.se", **GONE), line("2", mail="a@x.se"), line("3", mail="a@x.se"), line("4"))
    assert [row[1] for row in dispositions(result).values()] == ["used", "rejected", "rejected", "used"]


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        (line("1", mail="p1@x.se", First="Ane", Last="Berg"), "rehired"),
        (line("1", mail="new@x.se"), "rehired"),
        (line("1", mail="bo@x.se", First="Bo", Last="Ek", From="2026-02-01"), "number_given_on"),
    ],
    ids=["the same address", "the same name", "somebody who began later"],
)
def test_of_one_number_the_row_of_whoever_is_here_counts(other: str, reason: str) -> None:
    for rows in ([line("1", **GONE), other], [other, line("1", **GONE)]):
        result = intake(line("9"), *rows)
        assert sorted(dispositions(result).values(), key=str)[0] == ("1", "superseded", reason)
        assert person(result, "1")["employment"] == "active"
        assert result.rejects.empty
        # Somebody else's number may be typed wrong, and whoever is missing then has not left.
        assert has_unidentified_rejects(result.dispositions) is (reason == "number_given_on")


def test_no_surprise_a_colleagues_number_typed_wrong_supersedes_nobody() -> None:
    result = intake(line("9"), line("1", **GONE), line("1", mail="bo@x.se", First="Bo", Last="Ek", From="2020-01-01"))
    assert [row[1] for row in dispositions(result).values()] == ["used", "rejected", "rejected"]
    assert has_unidentified_rejects(result.dispositions)
    assert rejected_leavers(result.rejects) == frozenset()


def test_of_several_rows_that_say_left_the_last_one_counts() -> None:
    result = intake(line("9"), line("1", mail="", Status="T", To="2026-01-31"), line("1", Status="T", To="2024-01-31"))
    assert dispositions(result) == {2: ("9", "used", None), 3: ("1", "used", None), 4: ("1", "superseded", "older")}


def test_whoever_has_left_and_is_to_come_back_has_left() -> None:
    result = intake(line("9"), line("1", **GONE), line("1", From="2026-06-01"))
    assert dispositions(result)[4] == ("1", "superseded", "not_begun")
    assert person(result, "1")["employment"] == "left"


def test_superseded_rows_of_leavers_are_not_judged() -> None:
    result = intake(line("9"), line("1", First="Ann", Phone="x", Status="T", From="31 Feb", To="2026-01-31"), line("1"))
    assert result.rejects.empty
    assert result.notes.empty


def test_leavers_in_rejected_rows_are_known_by_number() -> None:
    rows = [line("1", Status="T", To="31 Feb"), line("2", mail=""), line("", **GONE), line("4")]
    assert rejected_leavers(intake(*rows).rejects) == {"1"}
    assert rejected_leavers(intake(line("4")).rejects) == frozenset()


def test_the_day_decides() -> None:
    rows = [line("1"), line("2", mail="", Status="T", To="2026-03-01")]
    assert [row[1] for row in dispositions(intake(*rows)).values()] == ["used", "rejected"]
    assert [row[1] for row in dispositions(intake(*rows, as_of=date(2026, 3, 2))).values()] == ["used", "used"]


def test_texts_stay_texts() -> None:
    roster = intake(line("1"), line("2", mail="", First="", **GONE)).roster
    assert {str(roster[name].dtype) for name in ("email", "first_name", "worker_status")} == {"str"}
    assert pd.isna(roster["email"]).tolist() == [False, True]
