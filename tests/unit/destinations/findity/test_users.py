"""Findity's users as they should be, and in what those that were read differ from them."""

import json

import pandas as pd
import pytest

from destinations.findity import comparison as findity_comparison
from destinations.findity import placing
from destinations.findity import records as findity
from destinations.findity.settings import FindityUsers
from roster.people.chain import approval_chain
from roster.settings import Approvers
from tests.unit.roster.frames import KEY, acknowledged, person, roster, units, user, users
from tests.unit.roster.frames import accounts as common

UNITS = units(
    {"id": "u1", "name": "Sales", "externalSourceId": "S"},
    {"id": "u2", "name": "Legal", "externalSourceId": "L1"},
    {"id": "u3", "name": "Legal", "externalSourceId": "L2"},
)


def desired(people, there=None, **rules):
    chain = approval_chain(people, common() if there is None else there, acknowledged(), Approvers(), "unchanged", KEY)
    return findity.users(people, chain, UNITS, FindityUsers(**rules))


def one(people, **rules):
    (row,) = desired(people, **rules)[0].to_dict("records")
    return {name: value for name, value in row.items() if not pd.isna(value)}


def pairs(**known):
    return pd.DataFrame(known.items(), columns=["employee_id", "account"]).astype("str")


def differences(people, there, known=None, **rules):
    found = findity_comparison.visible_changes(desired(people, **rules)[0], there, known if known is not None else pairs(**{"1": "1"}), KEY)
    blank = found.astype(object).where(found.notna(), None)
    return {(row.field, row.old, row.new) for row in blank.itertuples()}


def numbers(there, ids=("1", "2"), known=None):
    return findity_comparison.accounts(there, pd.Series(list(ids), dtype="str"), known)["number"].fillna("none").tolist()


# Accounts


def test_an_account_is_the_external_id_that_addresses_it_and_else_one_that_cannot_be_written():
    there = users(user("1"), user("2", externalSourceId=None, active=None), user("3", active=False))
    found = findity_comparison.accounts(there, pd.Series(["1"], dtype="str"))
    assert found["account"].tolist() == ["1", "id:i2", "3"]
    assert found["active"].tolist() == [True, True, False]
    assert found["active"].dtype == "bool"


@pytest.mark.parametrize(
    ("cells", "number"),
    [
        ({"externalSourceId": "1", "personnelNumber": "2"}, "1"),
        ({"externalSourceId": "X", "personnelNumber": "2"}, "2"),
        ({"externalSourceId": "X", "personnelNumber": None}, "X"),
        ({"externalSourceId": None, "personnelNumber": "2"}, "2"),
        ({"externalSourceId": None, "personnelNumber": None}, "none"),
    ],
)
def test_the_number_is_the_external_id_if_it_is_ours_and_else_the_personnel_number(cells, number):
    assert numbers(users(user("9", **cells))) == [number]


def test_whom_the_ledger_knows_by_an_external_id_is_not_mistaken_for_the_owner_of_their_personnel_number():
    there = users(user("9", externalSourceId="X", personnelNumber="2"))
    assert numbers(there, known=acknowledged(("1", "X", True))) == ["1"]


# Users


def test_who_is_employed_and_in_scope_is_a_user_and_nobody_else():
    people = roster(
        person("1"), person("2", employment="leave"), person("3", employment="left"),
        person("4", employment="pending"), person("5", in_scope=False),
    )  # fmt: skip
    found, _ = desired(people)
    assert found["employee_id"].tolist() == ["1", "2"]
    assert found["active"].tolist() == ["true", "true"]


@pytest.mark.parametrize(("by", "named", "unit"), [("name", "Sales", "u1"), ("externalSourceId", "L2", "u3"), ("id", "u2", "u2")])
def test_a_unit_is_named_as_the_settings_say(by, named, unit):
    assert one(roster(person("1", department=named)), organizationalUnitId="department", unit_by=by)["organizationalUnitId"] == unit


TREE = units(
    {"id": "r", "name": "ACME"},
    {"id": "a", "name": "Sales", "parentId": "r"},
    {"id": "b", "name": "Support", "parentId": "r"},
    {"id": "an", "name": "Nordics", "parentId": "a"},
    {"id": "bn", "name": "Nordics", "parentId": "b"},
    {"id": "ann", "name": "Nordics", "parentId": "an"},
    {"id": "ab", "name": "Baltics", "parentId": "a"},
    {"id": "s", "name": "Sales/Baltics", "parentId": "b"},
    {"id": "t", "name": "Sales/Baltics/East", "parentId": "b"},
    {"id": "u", "name": "Sales/Baltics/East", "parentId": "a"},
    {"id": "abe", "name": "East", "parentId": "ab"},
)


@pytest.mark.parametrize(
    ("named", "unit"),
    [
        ("Support", "b"),
        ("Support/Nordics", "bn"),
        ("ACME/Sales/Nordics", "an"),
        ("Sales/Nordics/Nordics", "ann"),
        ("Sales/Baltics", "s"),  # one unit's very name comes before another's path
        ("ACME/Sales/Baltics/East", "abe"),
        ("Sales/Baltics/East", None),  # two units' very name
        ("Nordics", None),
        ("Sales/Support", None),
        ("Elsewhere/Support", None),
    ],
)
def test_a_unit_whose_name_repeats_is_named_with_those_above_it(named, unit):
    people = roster(person("1", department=named))
    chain = approval_chain(people, common(), acknowledged(), Approvers(), "unchanged", KEY)
    found, faults = findity.users(people, chain, TREE, FindityUsers(organizationalUnitId="department"))
    assert found["organizationalUnitId"].fillna("").tolist() == [unit or ""]
    assert len(faults) == (unit is None)


def test_units_that_stand_above_each_other_end():
    around = units({"id": "a", "name": "A", "parentId": "b"}, {"id": "b", "name": "B", "parentId": "a"})
    people = roster(person("1", department="A/B"), person("2", department="C/B"))
    chain = approval_chain(people, common(), acknowledged(), Approvers(), "unchanged", KEY)
    found, _ = findity.users(people, chain, around, FindityUsers(organizationalUnitId="department"))
    assert found["organizationalUnitId"].fillna("").tolist() == ["b", ""]


UNIT = "organizationalUnitId"


@pytest.mark.parametrize(
    ("cells", "rule", "told"),
    [
        ({"department": "Salse"}, "department", ["unit_unknown", "Salse", "Sales"]),
        ({"department": "Legal"}, "department", ["unit_ambiguous", "Legal", "Legal (u2); Legal (u3)"]),
        ({"department": "S9"}, {"column": "department", "lookup": {"S1": "Sales"}}, ["unit_not_mapped", "S9", None]),
        ({"department": None, "unread": "department"}, "department", ["unit_unreadable", None, None]),
        ({"department": None}, "department", None),
        ({"department": "x" * 200}, "department", ["unit_unknown", "x" * 80, None]),
    ],
    ids=["unknown", "ambiguous", "not mapped", "not readable", "empty", "long"],
)
def test_a_unit_that_a_rule_does_not_give_is_left_out_and_told_with_hrs_word_and_what_was_meant(cells, rule, told):
    found, faults = desired(roster(person("1", **cells)), organizationalUnitId=rule)
    assert found["organizationalUnitId"].isna().all()
    blank = faults.astype(object).where(faults.notna(), None)
    assert blank.values.tolist() == ([["1", UNIT, *told]] if told else [])


def test_the_paths_of_units_that_have_one_name_are_told():
    (found,) = placing.placed(pd.Series(["Nordics"]), TREE, "name").to_dict("records")
    assert found["candidates"] == "ACME/Sales/Nordics; ACME/Sales/Nordics/Nordics; ACME/Support/Nordics"


@pytest.mark.parametrize("by", ["externalSourceId", "name"])
def test_where_no_unit_has_what_names_them_nobody_is_told_one_by_one(by):
    nameless = units({"id": "u1", "name": "Sales"}) if by == "externalSourceId" else units()
    people, rules = roster(person("1", department="Sales")), FindityUsers(organizationalUnitId="department", unit_by=by)
    chain = approval_chain(people, common(), acknowledged(), Approvers(), "unchanged", KEY)
    found, faults = findity.users(people, chain, nameless, rules)
    assert found["organizationalUnitId"].isna().all()
    assert faults.empty


def test_nested_values_hold_what_hr_gives_and_are_absent_where_it_gives_nothing():
    rules = {
        "bankAccount": {"iban": "bank_account"},
        "address": {"city": "city", "street1": "street"},
        "dimensionPresets": {"CC": "cost_center", "LOC": "location"},
    }
    full = one(roster(person("1", bank_account="SE45", city="Åre", cost_center="7")), **rules)
    assert json.loads(full["bankAccount"]) == {"iban": "SE45"}
    assert json.loads(full["address"]) == {"city": "Åre"}
    assert json.loads(full["dimensionPresets"]) == [{"dimensionExternalSourceId": "CC", "dimensionValueId": "7"}]
    assert not set(rules) & set(one(roster(person("1")), **rules))


def test_an_approver_is_a_number_in_a_list_whatever_is_in_the_number():
    assert json.loads(one(roster(person('7"\\Å')))["approverIds"]) == ['7"\\Å']


def test_nobody_has_no_users_and_all_columns():
    found, faults = desired(
        roster(), organizationalUnitId="department", bankAccount={"iban": "bank_account"}, dimensionPresets={"C": "city"}
    )
    assert found.empty and faults.empty
    assert set(found.columns) == {"employee_id", *findity.FIELDS}
    assert set(found.dtypes.astype(str)) == {"str"}


# Differences


def test_a_user_who_is_as_they_should_be_differs_in_nothing():
    assert differences(roster(person("1")), users(user("1", email="1@ACME.example", phone="+46", role="Odd"))) == set()


@pytest.mark.parametrize(
    ("cells", "difference"),
    [
        ({"firstName": "Old"}, ("firstName", "Old", "F1")),
        ({"email": "old@x"}, ("email", "old@x", "1@acme.example")),
        ({"personnelNumber": None}, ("personnelNumber", None, "1")),
        ({"active": False}, ("active", "false", "true")),
        ({"approverIds": None}, ("approverIds", None, '["1"]')),
        ({"approverIds": "[]"}, ("approverIds", None, '["1"]')),
        ({"approverIds": '["p1","strange"]'}, ("approverIds", '["1","person:strange"]', '["1"]')),
    ],
)
def test_each_field_is_compared(cells, difference):
    assert differences(roster(person("1")), users(user("1", **cells))) == {difference}


def test_approvers_are_compared_by_number_whoever_else_is_in_the_list():
    there = users(user("1", approverIds='["p9"]'), user("9", externalSourceId="X9"))
    assert differences(roster(person("1", manager_id="9"), person("9")), there, pairs(**{"1": "1", "9": "X9"})) == set()


ADDRESS = {"address": {"city": "city", "street1": "street"}}
RICH = '{"dimensionExternalSourceId":"CC","dimensionValueId":"7","name":"N"}'
PRESETS = {"dimensionPresets": {"CC": "cost_center"}}


@pytest.mark.parametrize(
    ("cells", "rules", "there", "new"),
    [
        ({"city": "A"}, ADDRESS, {"address": '{"city":"A","co":"Bo"}'}, None),
        ({"city": "B"}, ADDRESS, {"address": '{"city":"A","co":"Bo"}'}, {"city": "B", "co": "Bo"}),
        ({"city": "B"}, ADDRESS, {"address": None}, {"city": "B"}),
        ({}, ADDRESS, {"address": '{"city":"A"}'}, None),
        (
            {"cost_center": "7"},
            PRESETS,
            {"dimensionPresets": f'[{{"a":1,"dimensionExternalSourceId":"Z"}},{RICH}]'},
            None,
        ),
        (
            {"cost_center": "8"},
            PRESETS,
            {"dimensionPresets": '[{"dimensionExternalSourceId":"CC","dimensionValueId":"7"},{"dimensionExternalSourceId":"Z"}]'},
            [{"dimensionExternalSourceId": "CC", "dimensionValueId": "8"}, {"dimensionExternalSourceId": "Z"}],
        ),
        (
            {"cost_center": "8"},
            PRESETS,
            {"dimensionPresets": '[{"dimensionExternalSourceId":"Z"}]'},
            [{"dimensionExternalSourceId": "Z"}, {"dimensionExternalSourceId": "CC", "dimensionValueId": "8"}],
        ),
    ],
    ids=["rest kept", "key changes", "none there", "not ours", "preset with more in it", "preset changes", "preset joins"],
)
def test_a_nested_value_is_compared_in_our_keys_and_sent_with_what_else_is_there(cells, rules, there, new):
    found = differences(roster(person("1", **cells)), users(user("1", **there)), **rules)
    assert [json.loads(value) for _, _, value in found] == ([] if new is None else [new])


def test_a_bank_account_that_is_not_shown_is_not_compared_here():
    people, rules = roster(person("1", bank_account="A")), {"bankAccount": {"iban": "bank_account"}}
    assert differences(people, users(user("1")), **rules) == set()
    assert differences(people, users(user("1", bankAccount="{}")), **rules) == {("bankAccount", "{}", '{"iban":"A"}')}


def test_a_user_whom_nobody_is_paired_with_is_not_compared():
    assert differences(roster(person("1")), users(user("1", firstName="Old")), pairs()) == set()


# Approvers by person id


def test_person_ids_stand_for_numbers_only_if_every_one_is_there():
    assert findity_comparison.as_person_ids('["1","2"]', {"1": "p1", "2": "p2"}) == '["p1","p2"]'
    assert findity_comparison.as_person_ids('["1","3"]', {"1": "p1"}) is None


def test_a_person_is_named_by_whom_they_are_paired_with_then_by_number_then_by_a_pseudonym():
    there = users(
        user("1", externalSourceId="X1"), user("2"), user("3", externalSourceId=None, personnelNumber=None), user("4", personId=None)
    )  # fmt: skip
    names = findity_comparison.person_names(there, pairs(**{"7": "X1"}), KEY)
    assert list(names) == ["p1", "p2", "p3"]
    assert (names["p1"], names["p2"], names["p3"][0]) == ("7", "2", "~")


def test_a_person_with_a_second_user_goes_by_the_one_that_is_paired():
    there = users(user("8", externalSourceId="X8", personId="p1"), user("1"))
    assert findity_comparison.person_names(there, pairs(**{"1": "1"}), KEY) == {"p1": "1"}


def test_every_field_with_a_kind_of_its_own_is_a_field_of_the_api():
    compared = findity_comparison
    named = {*compared.KINDS, *compared.PLAIN, *compared.NESTED, *compared.WRITE_ONLY.fields}
    assert named <= set(findity.FIELDS)
