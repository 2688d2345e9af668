"""What HR's references to managers come to: how many lead to somebody, how many to nobody, how many people have none."""

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from roster.intake import gate
from roster.intake.take_in import take_in
from roster.people.chain import is_unreadable
from roster.settings import CsvFormat, Gate, People

HEADER = "number,first,last,mail,boss,key\n"
COLUMNS = {"employee_id": "number", "first_name": "first", "last_name": "last", "email": "mail"}
ROW = "{n},F,L,{n}@acme.example,{boss},{key}\n"


def taken(*bosses: str, manager: dict[str, object] | None = None, remembered: list[str] | None = None):
    """Numbers from 201, each with a key of their own, and with these managers."""
    rows = "".join(ROW.format(n=201 + at, boss=boss, key=f"Person {201 + at}") for at, boss in enumerate(bosses))
    people = People(columns={**COLUMNS, **(manager or {"manager_id": "boss"})}, absent_means="leaver")
    known = pd.Series(remembered, dtype="str") if remembered is not None else None
    return take_in((HEADER + rows).encode(), CsvFormat(), people, date(2026, 11, 20), remembered=known)


def check(result):
    return next(one for one in gate.run_checks(result.facts, None, {}, Gate()) if one.name == "managers")


BY_KEY = {"manager_id": {"column": "boss", "refers_to": "key"}}
BY_ADDRESS = {"manager_email": "boss"}


@pytest.mark.parametrize(
    ("manager", "written", "nearest"),
    [
        (None, "201.0", "201"),
        (None, "00201", "201"),
        (None, "201 (acting)", "201"),
        (None, "9", None),
        (BY_KEY, "Prson 201", "201"),
        (BY_KEY, "Person 201 (Sales)", "201"),
        (BY_KEY, "Nobody At All", None),
        (BY_ADDRESS, "201@acme.exampel", "201"),
        (BY_ADDRESS, "201@acme,example", "201"),
        (BY_ADDRESS, "the boss", None),
    ],
)
def test_approver_a_reference_that_leads_to_nobody_is_counted_and_told_by_line_with_the_nearest_number(manager, written, nearest):
    written = f'"{written}"' if "," in written else written
    result = taken("", written, manager=manager)
    assert (result.facts.managers.given, result.facts.managers.lost, result.facts.managers.tops) == (1, 1, 1)
    assert (result.facts.managers.lines, result.facts.managers.nearest) == ((3,), (nearest,))
    assert written.strip('"') not in check(result).seen
    assert "line 3" in check(result).seen


@pytest.mark.parametrize("manager", [BY_KEY, BY_ADDRESS])
def test_approver_a_reference_that_nobody_can_make_out_is_not_the_same_as_none(manager):
    result = taken("", "what is this", manager=manager)
    mine = result.roster.set_index("employee_id").loc["202"]
    assert pd.isna(mine["manager_id"]) and pd.isna(mine["manager_email"])
    assert is_unreadable(result.roster).tolist() == [False, True]


def test_themselves_and_an_empty_cell_are_hrs_own_word_for_none():
    managers = taken("", "202", "201").facts.managers
    assert (managers.given, managers.lost, managers.tops) == (1, 0, 2)


def test_a_manager_whom_the_ledger_knows_is_somebody():
    assert taken("", "77").facts.managers.lost == 1
    assert taken("", "77", remembered=["77"]).facts.managers.lost == 0
    assert taken("", "Gone@acme.example", manager=BY_ADDRESS, remembered=["gone@acme.example"]).facts.managers.lost == 0
    assert taken("", "gone@acme.example", remembered=["gone@acme.example"]).facts.managers.lost == 1, "an address is no number"


def test_without_an_earlier_file_too_the_gate_stops_what_makes_many_their_own_approvers():
    assert check(taken("", *["201"] * 12)).passed
    assert check(taken("", *["201"] * 7, *["404"] * 5)).passed
    stopped = check(taken("", *["201"] * 6, *["404"] * 6))
    assert not stopped.passed
    assert stopped.seen.startswith("6 of 12 references to a manager lead to nobody (line 9, line 10, line 11, …); 1 of 13 people have no")
    assert check(taken("", "", "", *["201"] * 9)).passed
    assert not check(taken("", "", "", "", *["201"] * 9)).passed
    nothing_mapped = take_in(
        (HEADER + ROW.format(n=1, boss="", key="")).encode(),
        CsvFormat(),
        People(columns=COLUMNS, absent_means="leaver"),
        date(2026, 11, 20),
    )
    assert check(nothing_mapped).seen == "the settings map no manager"


def test_what_was_counted_is_the_same_after_storage():
    facts = taken("", "404").facts
    again = type(facts).from_json(facts.to_json()).managers
    assert again == replace(facts.managers, nearest=()), "whose number it would be is not stored"
    assert "nearest" not in str(facts.to_json())


@pytest.mark.parametrize("numbers", ["E-{}Ström", "Ström{}berg"])
def test_quiet_what_is_no_number_is_not_told_as_the_nearest(numbers):
    rows = [ROW.format(n=numbers.format(at), boss=numbers.format(at - 1) + "x" if at else "", key="") for at in range(3)]
    people = People(columns={**COLUMNS, "email": "mail", "manager_id": "boss"}, absent_means="leaver")
    text = HEADER + "".join(rows).replace("@acme.example@", "@")
    found = take_in(text.encode(), CsvFormat(), people, date(2026, 11, 20))
    assert found.facts.managers.lost == 2
    assert (found.facts.managers.lines, found.facts.managers.nearest) == ((3, 4), (None, None))
