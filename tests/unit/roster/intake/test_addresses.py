"""E-mail addresses as people and programs put them into a cell."""

import pandas as pd
import pytest

from roster.intake.addresses import bare, of_two_scripts, several
from tests.fuzz.judging import within
from tests.unit.roster.intake.test_intake import dispositions, intake, line


def read(cell):
    given = pd.Series([cell], dtype="str")
    return bare(given)[0], bool(several(given)[0])


@pytest.mark.parametrize(
    "cell",
    [
        "Anna Meyer <anna@acme.example>",
        '"Meyer, Anna" <anna@acme.example>',
        "Anna Meyer <mailto:anna@acme.example>",
        "<anna@acme.example>",
        "mailto:anna@acme.example",
        "MAILTO:anna@acme.example?subject=Hi",
        "SMTP:anna@acme.example",
        "anna@acme.example.",
        "anna@acme.example;",
        "anna@acme.example , ",
        "anna@acme.example <anna@acme.example>",
        "Anna@acme.example<mailto:anna@acme.example>",
    ],
)
def test_what_stands_around_one_address_says_nothing_else(cell):
    assert read(cell) == ("anna@acme.example", False)


@pytest.mark.parametrize(
    "cell",
    [
        "a@acme.example; b@acme.example",
        "a@acme.example,b@acme.example",
        "a@acme.example b@acme.example",
        "a@acme.example/b@acme.example",
        "Anna <a@acme.example>; Bo <b@acme.example>",
        "a@acme.example <b@acme.example>",
    ],
)
def test_no_surprise_of_two_addresses_none_is_taken(cell):
    assert read(cell) == (cell, True)


@pytest.mark.parametrize("cell", ["Anna a@acme.example", "a@acme.example (work)", "a@@acme.example", "anna", "'a@acme.example'"])
def test_what_is_no_address_stays_as_it_is(cell):
    assert read(cell) == (cell, False)


def test_an_address_with_a_letter_that_only_looks_latin_is_told_as_that_whoever_it_is_of():
    result = intake(
        line("1", mail="\u0430nn@x.se"),  # a Cyrillic a
        line("2", mail="berg@\u03bfrn.se"),  # a Greek o
        line("3", mail="\u0438\u0432\u0430\u043d.ivanov@\u043f\u043e\u0447\u0442\u0430.example"),  # words of one script each
        line("4", mail="jos\u00e9@x.se", boss="jos\u0435@x.se"),
    )
    assert result.roster["employee_id"].tolist() == ["3", "4"]
    assert {dispositions(result)[row][2] for row in (2, 3)} == {"two_scripts"}
    assert result.notes[["line", "column", "code"]].to_numpy().tolist() == [[5, "manager_email", "two_scripts"]]
    assert result.facts.managers.lost == 1


def test_addresses_of_people_and_managers_are_read_and_two_in_a_cell_are_told():
    result = intake(
        line("1", mail="Ann Li <p1@x.se>"),
        line("2", mail="mailto:p2@x.se", boss="Ann Li <P1@x.se>;"),
        line("3", boss="p1@x.se;p2@x.se"),
        line("4", mail="p4@x.se;p5@x.se"),
    )
    assert result.roster["email"].tolist() == ["p1@x.se", "p2@x.se", "p3@x.se"]
    assert result.roster["manager_id"].fillna("").tolist() == ["", "1", ""]
    assert dispositions(result)[5][1:] == ("rejected", "addresses")
    assert result.notes[["line", "column", "code"]].to_numpy().tolist() == [[4, "manager_email", "addresses"]]
    assert (result.facts.managers.lost, result.facts.managers.tops) == (1, 1)


@pytest.mark.parametrize("cell", ["a@b" + ".;" * 30_000 + "c", "a@b" + " " * 30_000 + "c", "\u00e9" * 30_000 + "?"])
def test_a_cell_that_is_far_too_long_for_an_address_takes_no_time(cell):
    with within(2):
        assert read(cell) == (cell, False)
        assert not of_two_scripts(pd.Series([cell], dtype="str")).any()
