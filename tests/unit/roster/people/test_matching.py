"""Who in HR is who at a destination: by number, else by address, and never by guessing."""

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from roster.people.matching import match, owners, pseudonyms
from tests.unit.roster.frames import KEY, accounts, acknowledged, texts


def people(*rows):
    return texts([dict(zip(("employee_id", "email"), row, strict=True)) for row in rows], ("employee_id", "email"))


def pairs(people, accounts):
    """Number → (account, how); None for no account."""
    found = match(people, accounts)
    assert set(found.dtypes.astype(str)) == {"str"}
    account = found["account"].astype(object).where(found["account"].notna(), None)
    return dict(zip(found["employee_id"], zip(account, found["matched_by"], strict=True), strict=True))


def test_the_employee_number_goes_before_the_address():
    assert pairs(people(("1", "new@x")), accounts(("a", "1", "old@x"))) == {"1": ("a", "number")}


def test_an_account_without_a_number_is_found_by_its_address_whatever_the_case():
    assert pairs(people(("1", "Ann@X")), accounts(("a", None, "ann@x"))) == {"1": ("a", "email")}


def test_someone_without_number_or_address_there_has_no_pair():
    assert pairs(people(("1", "a@x")), accounts(("a", None, None), ("b", "2", "b@x"))) == {}
    assert pairs(people(("1", None)), accounts(("a", None, None))) == {}


def test_two_accounts_with_ones_number_are_a_conflict_over_one_of_them():
    assert pairs(people(("1", "a@x")), accounts(("a", "1", "a@x"), ("b", "1", "b@x"))) == {"1": ("a", "conflict")}


def test_number_and_address_on_two_accounts_are_a_conflict():
    assert pairs(people(("1", "new@x")), accounts(("a", "1", "old@x"), ("b", None, "new@x"))) == {"1": ("a", "conflict")}


def test_an_address_on_an_account_with_a_number_of_nobodys_is_a_conflict():
    assert pairs(people(("1", "a@x")), accounts(("a", "99", "a@x"))) == {"1": ("a", "conflict")}


def test_an_address_handed_over_leaves_the_account_with_its_owner():
    found = pairs(people(("1", "new@x"), ("2", "old@x")), accounts(("a", "1", "old@x")))
    assert found == {"1": ("a", "number"), "2": (None, "conflict")}


def test_two_people_who_swap_addresses_keep_their_accounts_in_conflict():
    found = pairs(people(("1", "b@x"), ("2", "a@x")), accounts(("a", "1", "a@x"), ("b", "2", "b@x")))
    assert found == {"1": ("a", "conflict"), "2": ("b", "conflict")}


def test_leading_zeros_tell_two_numbers_apart():
    assert pairs(people(("007", "a@x"), ("7", "b@x")), accounts(("a", "7", "c@x"))) == {"7": ("a", "number")}


def test_nobody_and_no_accounts_give_no_pairs():
    for found in (match(people(), accounts()), match(people(("1", "a@x")), accounts()), match(people(), accounts(("a", "1", "a@x")))):
        assert found.empty
        assert found.columns.tolist() == ["employee_id", "account", "matched_by"]


def test_of_several_former_owners_of_an_account_the_ledger_means_the_active_one():
    assert owners(acknowledged(("1", "a@x", False), ("2", "a@x", True), ("3", None, True))).to_dict() == {"a@x": "2"}


def test_a_pseudonym_is_stable_shows_nothing_and_leaves_a_missing_account_missing():
    named = pseudonyms(pd.Series(["boss@x", None, "boss@x", "b@x"], dtype="str"), KEY)
    assert named.isna().tolist() == [False, True, False, False]
    assert named[0] == named[2] != named[3]
    assert "boss" not in named[0]
    assert named.dropna().str.fullmatch("~[0-9a-f]{12}").all()


def test_quiet_without_the_ledgers_key_no_address_can_be_tested_against_a_pseudonym():
    account = pd.Series(["boss@x"], dtype="str")
    assert pseudonyms(account, KEY)[0] != pseudonyms(account, KEY[::-1])[0]


NUMBERS, ADDRESSES = st.sampled_from("1234"), st.sampled_from(["a@x", "B@x", "c@x", "d@x"])


@st.composite
def both_sides(draw):
    numbers = draw(st.lists(NUMBERS, unique=True))
    addresses = draw(st.permutations(["A@x", "b@x", "c@x", "d@x"]))
    there = draw(st.lists(st.tuples(st.none() | NUMBERS | st.just("99"), st.none() | ADDRESSES), max_size=5))
    return people(*zip(numbers, addresses[: len(numbers)], strict=True)), accounts(*((f"k{n}", *row) for n, row in enumerate(there)))


@given(both_sides())
def test_nobody_and_no_account_is_paired_twice(sides):
    found = match(*sides)
    assert found["employee_id"].is_unique
    assert found["account"].dropna().is_unique


@given(both_sides(), st.randoms())
def test_who_is_sure_does_not_depend_on_the_order_of_the_rows(sides, chance):
    def sure(people, accounts):
        return {number: pair for number, pair in pairs(people, accounts).items() if pair[1] != "conflict"}

    people, there = sides
    rows = list(range(len(there)))
    chance.shuffle(rows)
    assert sure(people, there) == sure(people.iloc[::-1], there.take(rows))
