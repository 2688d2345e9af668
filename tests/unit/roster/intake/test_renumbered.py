"""Who has another number now, by the pairs that the settings state: rows, managers, and two people who are said to be one."""

import pytest

from roster.intake.renumbered import FORMERLY, pairs_of
from roster.intake.take_in import IntakeResult
from roster.settings import People
from tests.unit.roster.intake import test_intake
from tests.unit.roster.intake.test_intake import dispositions, line

COLUMNS = {name: one for name, one in test_intake.COLUMNS.items() if name != "manager_email"} | {"manager_id": "Boss"}
GONE = {"Status": "T", "To": "2026-01-31"}
"""Left a month before the day of the export, which is the first of March 2026, a Sunday."""


def intake(*rows: str, pairs: dict[str, str] | None = None, **people: object) -> IntakeResult:
    given = {"columns": COLUMNS, "same_person": {"2": "12"} if pairs is None else pairs} | people
    return test_intake.intake(line("1"), *rows, **given)


def came_of(result: IntakeResult) -> list[tuple[str | None, ...]]:
    return [found for at, found in sorted(dispositions(result).items()) if at > 2]


def standing(result: IntakeResult) -> dict[str, str]:
    return dict(zip(result.roster["employee_id"], result.roster["employment"], strict=True))


@pytest.mark.parametrize(
    ("rows", "found", "numbers"),
    [
        ([line("12")], [("12", "used", None)], {"2": "12"}),
        ([line("2")], [("2", "used", None)], {}),
        ([line("2", **GONE), line("12")], [("2", "superseded", "same_person"), ("12", "used", None)], {"2": "12"}),
        ([line("2", **GONE), line("12", **GONE)], [("2", "superseded", "same_person"), ("12", "used", None)], {"2": "12"}),
        ([line("2"), line("12", From="2026-06-01")], [("2", "used", None), ("12", "superseded", "not_begun")], {}),
        (
            [line("2", To="2026-02-27"), line("12", From="2026-03-02")],
            [("2", "superseded", "same_person"), ("12", "used", None)],
            {"2": "12"},
        ),
        ([line("2", To="2026-02-02"), line("12", From="2026-03-02")], [("2", "used", None), ("12", "used", None)], {}),
        ([line("12", From="2026-03-02")], [("12", "used", None)], {"2": "12"}),
    ],
    ids=["new alone", "former alone", "former left", "both left", "new to come", "over a weekend", "long between", "former not there"],
)
def test_a_person_has_the_last_number_that_has_begun(rows: list[str], found: list[tuple[str | None, ...]], numbers: dict[str, str]) -> None:
    result = intake(*rows)
    assert came_of(result) == found
    assert result.renumbered == numbers == pairs_of(result.roster)


def test_over_a_weekend_between_two_numbers_somebody_is_here() -> None:
    assert standing(intake(line("2", To="2026-02-27"), line("12", From="2026-03-02")))["12"] == "active"
    assert standing(intake(line("2", To="2026-02-02"), line("12", From="2026-03-02"))) == {"1": "active", "2": "left", "12": "pending"}


def test_no_surprise_two_people_who_are_here_are_not_made_one_and_others_go_on() -> None:
    result = intake(line("2"), line("12"), line("3"))
    assert came_of(result) == [("2", "rejected", "same_person"), ("12", "rejected", "same_person"), ("3", "used", None)]
    assert "lines 3 and 4" in result.rejects["message"].iloc[0]
    assert result.renumbered == {}


@pytest.mark.parametrize(
    ("rows", "numbers"),
    [
        ([line("32")], {"2": "32", "12": "32", "22": "32"}),
        ([line("12", **GONE), line("32")], {"2": "32", "12": "32", "22": "32"}),
        ([line("12")], {"2": "12"}),
        ([line("12"), line("32", From="2026-06-01")], {"2": "12"}),
    ],
    ids=["the last", "one between has left", "one between", "the last is to come"],
)
def test_chains_lead_to_whoever_is_in_the_file(rows: list[str], numbers: dict[str, str]) -> None:
    result = intake(*rows, pairs={"12": "22", "22": "32", "2": "12"})
    assert result.renumbered == numbers


def test_whoever_names_a_manager_by_the_former_number_has_the_same_manager() -> None:
    columns = COLUMNS | {"over_limit_approver": "Kind"}
    result = intake(line("12"), line("3", boss="2", Kind="2"), columns=columns)
    three = result.roster.set_index("employee_id").loc["3"]
    assert three[["manager_id", "over_limit_approver"]].tolist() == ["12", "12"]
    assert result.facts.managers.lost == 0


@pytest.mark.parametrize("two", [GONE, {"To": "2026-02-27"}, {}], ids=["left", "over a weekend", "new to come"])
@pytest.mark.parametrize(
    ("manager", "boss"),
    [
        ({"manager_name": "Boss"}, "Eva Ek"),
        ({"manager_email": "Boss"}, "eva@x.se"),
        ({"manager_id": "Boss"}, "2"),
        ({"manager_id": "Boss"}, "12"),
        ({"manager_id": {"column": "Boss", "refers_to": "Mail"}}, "eva@x.se"),
    ],
    ids=["name", "address", "former number", "new number", "key"],
)
def test_a_manager_whose_two_numbers_are_in_the_file_is_one_person(manager: dict[str, object], boss: str, two: dict[str, str]) -> None:
    begins = "2026-06-01" if not two else "2026-03-02" if two != GONE else "2026-02-01"
    eva = {"mail": "eva@x.se", "First": "Eva", "Last": "Ek"}
    columns = {name: one for name, one in COLUMNS.items() if name != "manager_id"} | manager
    result = intake(line("2", **eva | two), line("12", **eva | {"From": begins}), line("3", boss=boss), columns=columns)
    three = result.roster.set_index("employee_id").loc["3"]
    assert three["manager_id"] == ("12" if two else "2")
    assert result.notes.empty
    assert result.facts.managers.lost == 0


@pytest.mark.parametrize(
    ("rows", "found", "numbers"),
    [
        (
            [line("2", **GONE), line("12"), line("22", From="2026-06-01")],
            [("2", "superseded", "same_person"), ("12", "used", None), ("22", "superseded", "not_begun")],
            {"2": "12"},
        ),
        (
            [line("2"), line("12", From="2026-06-01"), line("22", From="2026-09-01")],
            [("2", "used", None), ("12", "superseded", "not_begun"), ("22", "superseded", "not_begun")],
            {},
        ),
        ([line("2"), line("12", **GONE)], [("2", "used", None), ("12", "superseded", "same_person")], {"12": "2"}),
    ],
    ids=["one before has left", "two are to come", "back under the former"],
)
def test_whoever_is_here_is_neither_a_leaver_nor_a_joiner_by_another_number_of_theirs(
    rows: list[str], found: list[tuple[str | None, ...]], numbers: dict[str, str]
) -> None:
    result = intake(*rows, pairs={"2": "12", "12": "22"})
    assert came_of(result) == found
    assert result.renumbered == numbers == pairs_of(result.roster)


@pytest.mark.parametrize("rows", [[line("12", mail="nix")], [line("2", **GONE), line("12", mail="nix")]], ids=["new alone", "former left"])
def test_whose_row_of_now_is_rejected_still_has_the_account_under_the_former_number(rows: list[str]) -> None:
    result = intake(*rows)
    assert "12" not in set(result.roster["employee_id"])
    assert pairs_of(result.rejects, "number") == {"2": "12"}


def test_without_pairs_nothing_is_said_of_former_numbers() -> None:
    assert FORMERLY not in intake(line("2"), pairs={}).roster


@pytest.mark.parametrize(
    ("pairs", "mistake"),
    [({"2": "2"}, "leads back"), ({"2": "3", "3": "2"}, "leads back"), ({"2": 12}, "no text"), ({2: "12"}, "no text")],
)
def test_pairs_that_make_no_sense_are_refused(pairs: object, mistake: str) -> None:
    with pytest.raises(ValueError, match=mistake):
        People.model_validate({"columns": COLUMNS, "absent_means": "leaver", "same_person": pairs})
