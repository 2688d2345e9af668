"""Managers whom HR names by their name, by how they log in, or by two columns together."""

from datetime import date

import pandas as pd
import pytest

from roster.intake import gate
from roster.intake.take_in import take_in
from roster.people.chain import is_unreadable
from roster.rules import evaluate
from roster.settings import CsvFormat, Gate, People, Rule

NAMES = ("Alva Strömberg", "Birk Håkansson", "Celie Nygård", "Anna Maria van der Berg", "Per Möller", "Per Moller", "Bo Ek", "bo  EK")
COLUMNS = {
    "employee_id": "No",
    "email": "Mail",
    "first_name": "First",
    "last_name": "Last",
    "worker_status": {"column": "S", "default": "Active"},
}


def taken(*rows, manager=None, **people):
    """Rows of number, name, manager, and what else; the first word of a name is the first name."""
    header = ["No", "First", "Last", "Mail", "S", "Boss", "Login", "Company", "Boss company"]
    lines = []
    for number, name, boss, *more in rows:
        first, _, last = name.partition(" ")
        cells = {"No": number, "First": first, "Last": last, "Mail": f"m{len(lines)}@x.example", "Boss": boss} | (more[0] if more else {})
        lines.append(";".join(cells.get(each, "") for each in header))
    settings = People(columns=COLUMNS | (manager or {"manager_name": "Boss"}), absent_means="leaver", **people)
    return take_in("\n".join([";".join(header), *lines]).encode(), CsvFormat(delimiter=";"), settings, date(2026, 11, 21))


def company(boss, **more):
    """Eight people from 1, and one of whom this is the manager."""
    return taken(*((str(at), name, "") for at, name in enumerate(NAMES, 1)), ("99", "Ny Person", boss, more))


def manager(result, number="99"):
    found = result.roster.set_index("employee_id")
    return found.loc[number, "manager_id"], bool(is_unreadable(result.roster).set_axis(found.index)[number])


@pytest.mark.parametrize(
    ("boss", "number"),
    [
        ("Alva Strömberg", "1"),
        ("Strömberg, Alva", "1"),
        ("Strömberg,Alva", "1"),
        ("Strömberg Alva", "1"),
        ("ALVA  STRÖMBERG", "1"),
        ("Alva Stro\u0308mberg", "1"),
        ("Alva Stromberg", "1"),
        ("Celie Nygard", "3"),
        ("van der Berg, Anna Maria", "4"),
        ("Per Möller", "5"),
        ("Per Moller", "6"),
        ("Alva Strömberg (On Leave)", "1"),
        ("Stromberg, Alva [föräldraledig]", "1"),
        ("Celie Nygård - LEFT", "3"),
        ("Per Möller (slutat 2026-10-31)", "5"),
    ],
)
def test_a_name_is_the_same_in_either_order_and_whatever_its_case_blanks_and_accents_while_only_one_has_it(boss, number):
    assert manager(company(boss)) == (number, False)


def test_a_footnotes_mark_beside_either_name_makes_no_other_name() -> None:
    result = taken(("1", "Ann Berg*", ""), ("2", "Bo Ek", "Ann Berg"), ("3", "Cai Li", "Berg†, Ann"), ("4", "Dag Vik", "Ann Berg - Lund"))
    assert result.roster["manager_id"].fillna("").tolist()[:3] == ["", "1", "1"]
    assert manager(result, "4")[1], "another remark may tell two people apart"


@pytest.mark.parametrize(
    "boss",
    [
        "Alva Strömberg (Sales)",
        "Alva Strömberg (On Leave) (Sales)",
        "Alva",
        "Alva S",
        "Strömberg",
        "Alva, Strömberg",
        "Anna van der Berg",
        "Per Mollér X",
    ],
)
def test_approver_a_name_of_nobody_is_unresolved_and_never_absent(boss):
    result = company(boss)
    number, unreadable = manager(result)
    assert pd.isna(number) and unreadable
    assert result.notes[["column", "source", "code", "value"]].to_numpy().tolist() == [["manager_name", "Boss", "unknown", boss]]
    assert (result.facts.managers.lost, result.facts.managers.lines) == (1, (10,))


@pytest.mark.parametrize(
    ("boss", "number"),
    [
        ("Alva Strömberg (1)", "1"),
        ("Strömberg, Alva - 1", "1"),
        ("1 Alva Strömberg", "1"),
        ("1: Strömberg, Alva", "1"),
        ("[1] ALVA STROMBERG", "1"),
        ("Alva Strömberg, #1", "1"),
        ("van der Berg, Anna Maria (4)", "4"),
        ("Bo Ek (7)", "7"),
        ("8 - Bo Ek", "8"),
        ("Per Moller [6]", "6"),
    ],
)
def test_a_number_beside_the_name_says_who_is_meant_where_the_name_confirms_it(boss, number):
    assert manager(company(boss)) == (number, False)


@pytest.mark.parametrize(
    "boss", ["Alva Strömberg (2)", "Alva Strömberg (11)", "Alva (1)", "(1)", "1", "01 Alva Strömberg", "Alva Strömberg (1) (2)"]
)
def test_approver_a_number_and_a_name_that_are_not_one_persons_are_unresolved(boss):
    result = company(boss)
    assert pd.isna(manager(result)[0]) and manager(result)[1]
    assert result.notes[["column", "code", "value"]].to_numpy().tolist() == [["manager_name", "unknown", boss]]


def test_approver_a_long_cell_is_not_looked_at_for_a_number():
    assert manager(company("- " * 40_000 + "(1)"))[1]


def test_no_surprise_a_rule_that_reads_the_managers_number_gives_nothing_where_the_name_is_nobodys():
    roster = company("Alva").roster
    given = evaluate(Rule.model_validate({"column": "manager_id", "default": "none"}), roster)
    assert given.fillna("").tolist() == [*["none"] * len(NAMES), ""]


def test_approver_a_name_of_two_is_told_with_their_numbers_and_is_unresolved():
    result = company("Bo Ek")
    assert pd.isna(manager(result)[0]) and manager(result)[1]
    assert result.notes[["code", "message"]].to_numpy().tolist() == [
        ["ambiguous", "This stands for more than one person in the file: 7, 8."]
    ]
    assert (result.facts.managers.given, result.facts.managers.lost) == (1, 1)
    check = next(one for one in gate.run_checks(result.facts, None, {}, Gate()) if one.name == "managers")
    assert "1 of 1 references to a manager lead to nobody (line 10)" in check.seen and "Ek" not in check.seen


def test_approver_a_name_that_both_orders_give_to_different_people_is_unresolved():
    rows = [("1", "Thomas Martin", ""), ("2", "Martin Thomas", ""), ("3", "Bo Ek", "Thomas Martin"), ("4", "Li Ek", "Martin, Thomas")]
    result = taken(*rows)
    assert pd.isna(manager(result, "3")[0]) and manager(result, "3")[1]
    assert manager(result, "4") == ("1", False)


@pytest.mark.parametrize("status", ["Terminated", "On Leave"])
def test_approver_a_name_of_two_of_whom_one_has_left_stands_for_both(status):
    result = taken(("1", "Bo Ek", ""), ("2", "Bo Ek", "", {"S": status}), ("3", "Li Vik", "Bo Ek"))
    assert pd.isna(manager(result, "3")[0]) and manager(result, "3")[1]


@pytest.mark.parametrize("more", [{"No": ""}, {"Mail": "nonsense"}, {"Mail": "", "S": "Terminated"}])
def test_approver_whoever_has_no_usable_row_has_the_name_still(more):
    result = taken(("1", "Bo Ek", ""), ("2", "Bo Ek", "", more), ("3", "Li Vik", "Bo Ek"))
    assert pd.isna(manager(result, "3")[0]) and manager(result, "3")[1]
    told = result.notes.loc[result.notes["code"].eq("ambiguous"), "message"].item()
    assert told.endswith("1, line 3.") if more.get("S") is None else told.endswith("1, 2.")


def test_themselves_by_name_is_hrs_own_word_for_no_manager():
    result = taken(("1", "Bo Ek", "Ek, Bo"), ("2", "Li Vik", "Bo Ek"))
    assert (result.facts.managers.tops, result.facts.managers.given, result.facts.managers.lost) == (1, 1, 0)


def test_approver_a_name_that_is_their_own_and_another_ones_makes_nobody_their_own_approver():
    result = taken(("1", "Bo Ek", "Bo Ek"), ("2", "Bo Ek", ""))
    assert (result.facts.managers.tops, result.facts.managers.lost) == (1, 1)
    assert manager(result, "1")[1]


def test_a_manager_out_of_scope_and_one_who_has_left_are_found():
    rows = [
        ("1", "Bo Ek", "", {"Company": "X"}),
        ("2", "Li Vik", "", {"S": "Terminated"}),
        ("3", "Al Ro", "Bo Ek"),
        ("4", "Ed Ry", "Vik, Li"),
    ]
    manager_and_company = {"manager_name": "Boss", "company_code": "Company"}
    result = taken(*rows, manager=manager_and_company, scope={"exclude": {"company_code": "X"}})
    assert [manager(result, number)[0] for number in ("3", "4")] == ["1", "2"]


def test_a_column_with_the_name_may_be_what_managers_are_named_by():
    by = {"manager_name": {"column": "Boss", "refers_to": "{Last}, {First}"}}
    result = taken(("1", "Bo Ek", ""), ("2", "Li Vik", "EK,  bo"), ("3", "Al Ro", "Bo Ek"), ("4", "Ed Ry", "Ek Bo"), manager=by)
    assert [manager(result, number) for number in ("2", "3")] == [("1", False), ("1", False)]
    assert manager(result, "4")[1]


BY_LOGIN = {"manager_id": {"column": "Boss", "refers_to": "Login"}}


@pytest.mark.parametrize(("boss", "number"), [("boek", "1"), ("BOEK", "1"), ("LiVik", "2"), ("livik", "3")])
def test_a_login_is_found_letter_by_letter_and_else_whatever_its_case(boss, number):
    logins = [("1", "Bo Ek", "", {"Login": "BoEk"}), ("2", "Li Vik", "", {"Login": "LiVik"}), ("3", "Liv Ik", "", {"Login": "livik"})]
    assert manager(taken(*logins, ("4", "Al Ro", boss), manager=BY_LOGIN), "4") == (number, False)


def test_approver_a_login_of_two_whatever_its_case_is_unresolved():
    logins = [("2", "Li Vik", "", {"Login": "LiVik"}), ("3", "Liv Ik", "", {"Login": "livik"})]
    result = taken(*logins, ("4", "Al Ro", "LIVIK"), manager=BY_LOGIN)
    assert pd.isna(manager(result, "4")[0]) and manager(result, "4")[1]
    assert "2, 3." in result.notes["message"].item()


JOINED = {
    "employee_id": {"template": "{Company}-{No}"},
    "manager_id": {"template": "{Boss company}-{Boss}"},
}
BY_BOTH = {"manager_id": {"template": "{Boss company}-{Boss}", "refers_to": "{Company}-{Login}"}}
OWN_COMPANY = {"manager_id": {"template": "{Company}-{Boss}", "refers_to": "{Company}-{Login}"}}


def in_two_companies(how, *cells):
    rows = [("1", "Bo Ek", "", {"Company": "SE", "Login": "7"}), ("2", "Li Vik", "", {"Company": "NO", "Login": "7"})]
    return taken(*rows, ("3", "Al Ro", "", cells[0]), manager=how)


def test_two_columns_joined_lead_to_whoever_has_both():
    assert manager(in_two_companies(BY_BOTH, {"Company": "SE", "Boss company": "NO", "Boss": "7"}), "3") == ("2", False)
    assert manager(in_two_companies(OWN_COMPANY, {"Company": "SE", "Boss": "7"}), "3") == ("1", False)
    assert manager(in_two_companies(JOINED, {"Company": "SE", "Boss company": "NO", "Boss": "2"}), "SE-3") == ("NO-2", False)


@pytest.mark.parametrize("how", [BY_BOTH, JOINED])
@pytest.mark.parametrize("half", [{"Boss": "1"}, {"Boss company": "SE"}, {"Boss": "7"}])
def test_approver_half_of_a_reference_is_not_the_same_as_none(how, half):
    result = in_two_companies(how, {"Company": "SE", **half})
    mine = result.roster.iloc[-1]
    assert pd.isna(mine["manager_id"]) and is_unreadable(result.roster).tolist() == [False, False, True]
    assert result.notes["code"].tolist() == ["partial"]
    assert (result.facts.managers.lost, result.facts.managers.tops) == (1, 2)


def test_their_own_company_alone_names_no_manager():
    result = in_two_companies(OWN_COMPANY, {"Company": "SE"})
    assert (result.facts.managers.lost, result.facts.managers.tops) == (0, 3)


def test_approver_a_word_that_the_table_does_not_have_is_not_the_same_as_none():
    by_table = {"manager_id": {"column": "Boss", "lookup": {"North": "1", "none": ""}}}
    result = taken(("1", "Bo Ek", "none"), ("2", "Li Vik", "North"), ("3", "Al Ro", "South"), manager=by_table)
    assert result.roster["manager_id"].fillna("").tolist() == ["", "1", ""]
    assert is_unreadable(result.roster).tolist() == [False, False, True]
