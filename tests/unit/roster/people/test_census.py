"""Everyone once: HR's people, those of rejected rows, and whoever else has an account."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from roster.people.census import CENSUS_COLUMNS, STANDINGS, census
from roster.people.matching import pseudonyms
from tests.unit.roster.frames import KEY, accounts, acknowledged, person, roster, stored


def counted(people=None, there=None, rejected=(), known=None):
    return census(
        roster() if people is None else people,
        pd.Series(list(rejected), dtype="str"),
        accounts() if there is None else there,
        acknowledged() if known is None else known,
        KEY,
    )


def standing(everyone):
    return dict(zip(everyone["person"], everyone["standing"], strict=True))


def alias(account):
    return pseudonyms(pd.Series([account], dtype="str"), KEY)[0]


@pytest.mark.parametrize(
    ("employment", "in_scope", "expected"),
    [
        ("active", True, "wanted"),
        ("leave", True, "wanted"),
        ("left", True, "left"),
        ("pending", True, "pending"),
        ("active", False, "out_of_scope"),
        ("left", False, "out_of_scope"),
    ],
)
def test_how_a_person_stands_follows_from_their_row(employment, in_scope, expected):
    assert standing(counted(roster(person("1", employment=employment, in_scope=in_scope)))) == {"1": expected}


def test_a_rejected_row_stands_for_its_person_unless_another_row_of_theirs_is_valid():
    everyone = counted(roster(person("1")), rejected=["1", "2", "2", None])
    assert standing(everyone) == {"1": "wanted", "2": "rejected"}


def test_someone_rejected_keeps_their_account():
    everyone = counted(there=accounts(("a", "2", "a@x")), rejected=["2"])
    assert everyone[["person", "account", "present"]].values.tolist() == [["2", "a", True]]


def test_an_account_is_absent_if_the_ledger_knows_it_and_else_a_strangers():
    everyone = counted(there=accounts(("a", "1", "a@x"), ("b", "2", "b@x"), ("c", None, "c@x")), known=acknowledged(("1", "a", True)))
    assert standing(everyone) == {"1": "absent", alias("b"): "stranger", alias("c"): "stranger"}
    assert everyone["employee_id"].isna().tolist() == [False, True, True]


def test_whoever_the_ledger_knows_but_no_account_and_no_row_has_is_nobody_here():
    assert counted(known=acknowledged(("1", "a", True))).empty


def test_the_other_account_of_a_conflict_is_disputed():
    everyone = counted(roster(person("1")), accounts(("a", "1", "a@x"), ("b", "1", "b@x"), ("c", None, "1@ACME.example")))
    assert standing(everyone) == {"1": "wanted", alias("b"): "disputed", alias("c"): "disputed"}


def test_two_accounts_of_someone_absent_are_both_disputed_and_nobody_leaves():
    everyone = counted(there=accounts(("a", "1", "a@x"), ("b", "1", "b@x")), known=acknowledged(("1", "a", True)))
    assert standing(everyone) == {alias("a"): "disputed", alias("b"): "disputed"}


@pytest.mark.parametrize(
    ("employment", "last_name", "address", "expected"),
    [
        ("active", "Li", "A@x.se", "conflict"),
        ("leave", "LI", "a@x.se", "conflict"),
        ("active", "Berg", "a@x.se", "number"),
        ("pending", "Li", "a@x.se", "number"),
        ("left", "Li", "a@x.se", "number"),
        ("active", "Li", "b@x.se", "number"),
    ],
    ids=["moved by HR", "and on leave", "given to another", "still to begin", "left as well", "another address"],
)
def test_no_surprise_who_left_and_is_here_under_another_number_by_address_and_name_is_in_doubt(employment, last_name, address, expected):
    left = person("1", email=None, employment="left", last_name="Li")
    people = roster(left, person("2", email=address, employment=employment, first_name="F1", last_name=last_name))
    everyone = counted(people, accounts(("a", "1", "a@x.se")), known=acknowledged(("1", "a", True)))
    assert everyone.set_index("person")["matched_by"]["1"] == expected


def test_no_surprise_of_who_left_without_a_name_the_address_alone_is_doubt_enough_and_without_an_account_nothing_is():
    people = roster(person("1", email=None, employment="left", first_name=None, last_name=None), person("2", email="a@x.se"))
    there = accounts(("a", "1", "a@x.se"))
    assert counted(people, there).set_index("person")["matched_by"]["1"] == "conflict"
    assert counted(people, there.assign(active=False)).set_index("person")["matched_by"]["1"] == "number"


def test_present_means_an_active_account_and_acknowledged_a_place_in_the_ledger():
    known = acknowledged(("1", "a", True), ("3", "c", False))
    everyone = counted(roster(person("1"), person("2"), person("3")), accounts(("a", "1", "a@x", False), ("b", "2", "b@x")), known=known)
    assert everyone["present"].tolist() == [False, True, False]
    assert everyone["acknowledged"].tolist() == [True, False, True]


def test_an_address_that_serves_as_a_strangers_number_is_not_shown():
    everyone = counted(there=accounts(("a@x", "a@x", "a@x")))
    assert not everyone[["person", "employee_id", "matched_by"]].astype(str).apply(lambda column: column.str.contains("@")).any(axis=None)


def test_an_empty_world_has_nobody_in_it():
    everyone = counted()
    assert everyone.empty
    assert everyone.columns.tolist() == list(CENSUS_COLUMNS)
    assert everyone["present"].dtype == "bool"


@st.composite
def worlds(draw):
    ids = st.sampled_from(["1", "2", "3", "4"])
    addresses = st.sampled_from(["1@acme.example", "2@ACME.example", "3@acme.example", "z@x"])
    rows = [
        person(number, employment=draw(st.sampled_from(["active", "leave", "left", "pending"])), in_scope=draw(st.booleans()))
        for number in draw(st.lists(ids, unique=True))
    ]
    there = draw(st.lists(st.tuples(st.none() | ids, st.none() | addresses, st.booleans()), max_size=5))
    known = draw(st.lists(ids, unique=True))
    return (
        roster(*rows),
        accounts(*((f"k{n}", *row) for n, row in enumerate(there))),
        draw(st.lists(st.none() | ids, max_size=2)),
        acknowledged(*((number, f"k{number}", draw(st.booleans())) for number in known)),
    )


@given(worlds())
def test_accounting_everyone_and_every_account_is_there_once(world):
    people, there, rejected, known = world
    everyone = counted(*world)
    assert everyone["person"].is_unique and everyone["person"].notna().all()
    assert sorted(everyone["account"].dropna()) == sorted(there["account"])
    assert set(people["employee_id"]) | {number for number in rejected if number} <= set(everyone["person"])
    assert set(everyone["standing"]) <= set(STANDINGS)
    again = census(stored(people), pd.Series(rejected, dtype="str"), stored(there), stored(known), KEY)
    pd.testing.assert_frame_equal(again, everyone)
