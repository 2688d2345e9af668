"""Columns that are none of an expense tool's business: told by heading or by values, and not where that is an accident."""

import random

import pandas as pd
import pytest
from stdnum import luhn
from stdnum.de import idnr
from stdnum.dk import cpr
from stdnum.fi import hetu
from stdnum.fr import nir
from stdnum.nl import bsn
from stdnum.no import fodselsnummer

from roster.intake import gate
from roster.intake.facts import FileFacts
from roster.intake.private import by_heading, by_values
from roster.settings import Gate
from tests.unit.roster.intake.test_intake import COLUMNS, intake, line

SOME = 200


def digits(source, *places):
    """Digits, below what each place says."""
    return "".join(f"{source.randrange(1, most):0{len(str(most - 1))}d}" for most in places)


def swedish(source):
    number = f"{source.randrange(50, 99)}" + digits(source, 13, 29, 1000)
    return "19" + number + luhn.calc_check_digit(number)


def norwegian(source):
    while True:
        number = digits(source, 29, 13) + f"{source.randrange(50, 99)}" + digits(source, 500)
        check = fodselsnummer.calc_check_digit1(number + "00")
        number += check + fodselsnummer.calc_check_digit2(number + check + "0")
        if fodselsnummer.is_valid(number):
            return number


def danish(source):
    while True:
        number = digits(source, 29, 13) + f"{source.randrange(50, 99)}" + digits(source, 4, 1000)
        if cpr.is_valid(number) and cpr.checksum(number) == 0:
            return f"{number[:6]}-{number[6:]}"


def finnish(source):
    number = digits(source, 29, 13) + f"{source.randrange(50, 99)}-" + f"{source.randrange(2, 900):03d}"
    return number + hetu._calc_checksum(number.replace("-", ""))


def tried(make, is_valid):
    def one(source):
        while True:
            if is_valid(number := make(source)):
                return number

    return one


def french(source):
    number = "1" + f"{source.randrange(50, 99)}" + digits(source, 13) + "75" + digits(source, 1000, 1000)
    return number + nir.calc_check_digits(number)


KINDS = {
    "Swedish personal identity numbers": swedish,
    "Norwegian national identity numbers": norwegian,
    "Danish CPR numbers": danish,
    "Finnish personal identity codes": finnish,
    "German tax identification numbers": tried(lambda source: f"{source.randrange(10**10, 10**11)}", idnr.is_valid),
    "US social security numbers": lambda source: f"{source.randrange(100, 600)}-{source.randrange(10, 99)}-{source.randrange(1000, 9999)}",
    "British national insurance numbers": lambda source: f"AB {source.randrange(10, 99)} {source.randrange(10, 99)} 12 C",
    "Dutch citizen service numbers": tried(lambda source: f"{source.randrange(10**8, 10**9)}", bsn.is_valid),
    "French social security numbers": french,
}


def column(make, count=SOME):
    source = random.Random(1)
    return pd.Series([make(source) for _ in range(count)], dtype="str")


@pytest.mark.parametrize("kind", KINDS)
def test_identity_numbers_are_told_by_their_check_digits_or_form(kind):
    assert by_values(column(KINDS[kind])) == kind
    assert by_values(column(KINDS[kind], 3)) == kind


def test_half_a_column_of_identity_numbers_is_one():
    assert by_values(pd.concat([column(swedish), column(lambda source: f"E{source.randrange(10**4)}")])) is not None


@pytest.mark.parametrize(
    "make",
    [
        *(lambda source, size=size: f"{source.randrange(10**size):0{size}d}" for size in range(4, 14)),
        lambda source: digits(source, 26, 13, 29, 10000),
        lambda source: digits(source, 29, 13, 26, 10000),
        lambda source: "20" + digits(source, 26, 13, 29, 10000),
        lambda source: f"+46{source.randrange(10**9):09d}",
        lambda source: f"SE-{source.randrange(10**6)}",
        lambda source: source.choice(["Sales", "Finance", "Union Street 4", "Health"]),
    ],
)
def test_numbers_of_other_kinds_are_none_although_some_would_pass(make):
    assert by_values(column(make)) is None


def test_one_number_that_passes_among_many_is_an_accident():
    assert by_values(pd.concat([column(lambda source: f"E{source.randrange(10**6)}"), column(swedish, 5)])) is None


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("Personnummer", "identity numbers"),
        ("FØDSELSNUMMER", "identity numbers"),
        ("CPR-nr.", "identity numbers"),
        ("Henkilötunnus", "identity numbers"),
        ("Steuer-ID", "identity numbers"),
        ("Burgerservicenummer", "identity numbers"),
        ("No. de sécurité sociale", "identity numbers"),
        ("Monthly salary (SEK)", "pay"),
        ("Lön per månad", "pay"),
        ("Bruttolohn", "pay"),
        ("Palkka", "pay"),
        ("Sjukdagar", "health"),
        ("Schwerbehinderung", "health"),
        ("Konfession", "faith"),
        ("Fackförbund", "union membership"),
        ("Gewerkschaft", "union membership"),
        ("Race/Ethnicity", "ethnic origin"),
        ("Date of birth", "birth dates"),
        ("Kjønn", "gender"),
    ],
)
def test_headings_are_known_in_hrs_languages(heading, kind):
    assert by_heading(heading) == kind


@pytest.mark.parametrize(
    "heading",
    [
        "Lönnummer",
        "Lønnr",
        "Salary group",
        "Payroll ID",
        "Personal-Nr.",
        "Pers.-Nr.",
        "Person number",
        "Union Street",
        "Health centre",
        "Title",
        *("Personal", "Employee", "Annual", "Cost centre", "Tax code of company", "Sexton", "Läge", "Manager", "Status", "Agent"),
    ],
)
def test_headings_that_only_resemble_one_are_none(heading):
    assert by_heading(heading) is None


def test_faiths_are_told_by_their_words():
    assert by_values(pd.Series(["evangelisch", "Römisch-katholisch", "konfessionslos", "andere"], dtype="str")) == "faith"


def test_quiet_a_mapped_column_is_warned_of_by_our_name_alone_and_stops_nothing():
    numbers = column(swedish, 6).tolist()
    rows = [line(number, mail=f"m{at}@x.se", Kind="7000") for at, number in enumerate(numbers)]
    result = intake(*rows, columns=COLUMNS | {"extra_pay": "Kind", "extra_other": {"template": "{Personnummer}"}})
    assert result.facts.private == {"employee_id": "Swedish personal identity numbers", "extra_other": "identity numbers"}
    (check,) = [one for one in gate.run_checks(result.facts, None, {}, Gate()) if one.name == "private"]
    assert check.seen == "employee_id looks like Swedish personal identity numbers; extra_other looks like identity numbers"
    assert check.verdict == "warning" and check.passed and "private" not in gate.STOPPING
    assert FileFacts.from_json(result.facts.to_json()).private == result.facts.private


def test_a_key_that_managers_are_named_by_is_looked_at_too():
    numbers = column(danish, 6).tolist()
    rows = [line(f"E{at}", mail=f"m{at}@x.se", Kind=number) for at, number in enumerate(numbers)]
    by_key = {name: source for name, source in COLUMNS.items() if name != "manager_email"}
    result = intake(*rows, columns=by_key | {"manager_id": {"column": "Boss", "refers_to": "Kind"}})
    assert result.facts.private == {"manager_id": "Danish CPR numbers"}


def test_a_roster_without_any_is_not_warned_of():
    assert intake(*(line(str(1000 + at), mail=f"m{at}@x.se") for at in range(20))).facts.private == {}
