"""The fictional export: the demo's copy of it is up to date, it is fiction throughout, and it holds every case that it is there to show."""

import datetime as dt
from pathlib import Path

import phonenumbers
import pytest

from benchmarks.roster import export, write

DAY = dt.date(2026, 11, 20)
DEMO = Path(__file__).parents[3] / "pipelines" / "demo" / "data" / f"acme_people_{DAY}.csv"


@pytest.fixture(scope="module")
def rows():
    return export(250, DAY)


@pytest.fixture(scope="module")
def current(rows):
    return rows[rows["Row state"] == "Current"]


def test_the_demos_export_is_what_the_generator_writes(rows, tmp_path):
    write(rows, tmp_path / "again.csv", DAY)
    assert (tmp_path / "again.csv").read_bytes() == DEMO.read_bytes()


def test_another_size_has_that_many_people_each_with_an_address_of_their_own():
    people = export(5000, DAY)
    current = people[people["Row state"] == "Current"]
    assert len(current) == 5000
    assert current["Work e-mail"].is_unique


def test_mobile_numbers_are_valid_and_kept_free_for_fiction(current):
    written = current.loc[current["Mobile"].notna() & (current["Mobile"] != "via växeln")]
    numbers = [phonenumbers.parse(mobile, country) for mobile, country in zip(written["Mobile"], written["Country"], strict=True)]
    assert all(phonenumbers.is_valid_number(number) for number in numbers)
    free = {46: range(701740605, 701740700), 49: range(1713920000, 1713920100)}
    assert all(number.national_number in free[number.country_code] for number in numbers)
    assert len(numbers) == len({phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) for number in numbers})


def test_accounts_have_the_length_of_their_country_and_check_digits_that_hold(current):
    digits = current["IBAN"].map(lambda iban: int("".join(str(int(sign, 36)) for sign in iban[4:] + iban[:4])))
    assert (digits % 97 == 1).all()
    lengths = current["IBAN"].str.len()
    assert (lengths == current["Country"].map({"SE": 24, "NO": 15, "DK": 18, "FI": 18, "DE": 22})).all()


def test_addresses_lie_in_a_reserved_domain_and_are_ascii(current):
    assert current["Work e-mail"].str.fullmatch(r"[A-Za-z.\-]+\d*(@|\(at\))acme\.example").all()


def test_every_way_of_being_employed_occurs_also_among_those_who_have_reports(current):
    assert {"A", "LOA", "T", "P", "S"} == set(current["Status"])
    managers = current[current["Employee No"].isin(current["Manager No"]) & (current["Grade"] == "M1")]
    assert {"A", "LOA", "T"} == set(managers["Status"])
    assert "Contractor" in set(managers["Worker type"])


def test_each_slip_of_hrs_is_there_once(current):
    number, manager = current["Employee No"], current["Manager No"]
    assert number.isna().sum() == 1
    assert number.duplicated(keep=False).sum() == 2
    assert current["Work e-mail"].str.contains("@").value_counts()[False] == 1
    assert (current["Mobile"] == "via växeln").sum() == 1
    assert (number == manager).sum() == 1
    assert manager[manager.notna() & ~manager.isin(number)].tolist() == ["999999"]
    boss = dict(zip(number, manager, strict=True))
    assert sum(boss.get(above) == below and above != below for below, above in boss.items()) == 2  # each other's manager


def test_who_manages_carries_a_limit_and_someone_above_it(current):
    limited = current[current["Approval limit"].notna()]
    assert set(limited["Grade"]) == {"M1", "M2"}
    above = current.set_index("Employee No").loc[limited["Over-limit approver"]]
    assert (above["Status"] == "A").all()
    assert set(above["Grade"]) == {"M2", "M3"}
