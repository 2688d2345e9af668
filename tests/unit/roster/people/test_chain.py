"""Who approves at a destination: HR's people, and those whom only the destination knows."""

import pandas as pd
import pytest

from roster.people.chain import approval_chain, names_of
from roster.people.matching import pseudonyms
from roster.settings import Approvers
from tests.unit.roster.frames import KEY, accounts, acknowledged, person, roster


def chain(people, there=None, known=None, means="unchanged", **settings):
    there, known = accounts() if there is None else there, acknowledged() if known is None else known
    return approval_chain(people, there, known, Approvers(**settings), means, KEY)


def approver(made, number):
    return made.approver_of(pd.Series([number], dtype="str"))[0]


def address(made, name):
    return made.address_of(pd.Series([name], dtype="str"))[0]


def repair(made, number):
    return made.approvals.set_index("employee_id").loc[number, "repair"]


def alias(account):
    return pseudonyms(pd.Series([account], dtype="str"), KEY)[0]


def test_hrs_manager_approves_under_their_own_address():
    made = chain(roster(person("1"), person("2", manager_id="1")))
    assert approver(made, "2") == "1"
    assert address(made, "1") == "1@acme.example"


def test_approver_a_manager_in_no_row_approves_if_they_have_an_active_account():
    people = roster(person("2", manager_id="9"))
    assert approver(chain(people, accounts(("k", "9", "nine@x"))), "2") == "9"
    assert repair(chain(people, accounts(("k", "9", "nine@x", False))), "2") == "unknown"


def test_approver_someone_whose_row_was_rejected_still_approves_under_their_last_known_address():
    made = chain(roster(person("2", manager_id="9")), accounts(("k", "9", "nine@x")), means="leaver")
    assert (approver(made, "2"), address(made, "9")) == ("9", "nine@x")


@pytest.mark.parametrize(("means", "expected"), [("leaver", "2"), ("unchanged", "9"), ("error", "9")])
def test_approver_someone_absent_approves_unless_absence_makes_a_leaver(means, expected):
    made = chain(roster(person("2", manager_id="9")), accounts(("k", "9", "nine@x")), acknowledged(("9", "k", True)), means)
    assert approver(made, "2") == expected


def test_approver_of_whoever_names_a_number_that_was_typed_wrong_in_its_own_row_stays():
    there = accounts(("k2", "2", "2@acme.example"), ("k9", "9", "9@acme.example")).assign(approver=pd.Series(["k9", None], dtype="str"))
    kept = '{"manager_id":"1"}'
    remembered = acknowledged(("9", "k9", True)).assign(fields=pd.Series([kept], dtype="str"))
    people = [person("1"), person("2", manager_id="9")]
    typed_wrong = chain(roster(*people, person("90", email="9@acme.example", manager_id="1")), there, remembered, "leaver")
    assert (approver(typed_wrong, "2"), repair(typed_wrong, "2")) == ("90", "kept"), "it is their account"
    assert approver(chain(roster(*people), there, remembered, "leaver"), "2") == "1", "who is absent has left"


def test_approver_someone_outside_scope_approves_only_with_an_account_and_under_its_address():
    people = roster(person("1", in_scope=False, email="new@x"), person("2", manager_id="1"))
    assert repair(chain(people), "2") == "not_here"
    made = chain(people, accounts(("k", "1", "old@x")))
    assert (approver(made, "2"), address(made, "1")) == ("1", "old@x")
    made = chain(people, accounts(("k", None, "NEW@x")))
    assert (approver(made, "2"), address(made, "1")) == ("1", "new@x")


def test_a_manager_known_by_address_alone_goes_by_a_name_that_shows_no_address():
    made = chain(roster(person("2", manager_email="Boss@x")), accounts(("boss@x", None, "boss@X")))
    assert approver(made, "2") == alias("boss@x")
    assert address(made, alias("boss@x")) == "boss@X"
    assert not made.approvals.astype(str).apply(lambda column: column.str.contains("@")).any(axis=None)


def test_an_address_leads_to_the_number_of_the_account_that_has_it():
    made = chain(roster(person("1"), person("2", manager_email="old.one@x")), accounts(("k", "1", "Old.One@x")))
    assert approver(made, "2") == "1"


def test_an_address_that_nobody_has_is_an_unknown_manager_and_not_none_at_all():
    people = roster(person("1"), person("2", manager_email="nobody@x"))
    made = chain(people, fallback="1", top="2")
    assert (approver(made, "2"), repair(made, "2")) == ("1", "unknown")
    assert not made.approvals["asked"].str.contains("@").any()


def test_an_account_with_neither_number_nor_address_is_nobodys_manager():
    made = chain(roster(person("1"), person("2")), accounts(("k", None, None)))
    assert made.approvals["repair"].tolist() == ["top", "top"]


def test_a_number_that_is_an_address_is_not_used_as_a_name():
    assert names_of(accounts(("a", "a@x", "a@x"), ("b", "7", "b@x"), ("c", None, "c@x")), KEY).tolist() == [alias("a"), "7", alias("c")]


def test_two_accounts_with_one_number_are_one_approver():
    made = chain(roster(person("2", manager_id="9")), accounts(("a", "9", "a@x"), ("b", "9", "b@x")))
    assert approver(made, "2") == "9"


def test_whoever_is_active_and_here_may_approve_by_number_or_address_and_an_address_of_nobodys_too():
    people = roster(person("1"), person("2", employment="left"), person("3", employment="leave"))
    made = chain(people, accounts(("k", "9", "nine@x")))
    named = pd.Series(["1", "9", "2", "3", "404", "1@ACME.example", "2@acme.example", "board@x", None], dtype="str")
    assert made.may_approve(named).tolist() == [True, True, False, False, False, True, False, True, False]


def test_nobody_at_all_is_an_empty_chain():
    assert chain(roster()).approvals.empty
    assert chain(roster(), accounts(("k", "9", "a@x"))).approvals.empty
