"""Expensify's records as they should be, and in what its members differ from them."""

import pandas as pd
import pytest

from destinations.expensify import comparison as expensify_comparison
from destinations.expensify import preflight
from destinations.expensify import records as expensify
from destinations.expensify.settings import ExpensifyFeed
from roster.people.chain import approval_chain
from roster.reports.reasons import REASONS
from roster.settings import Approvers
from tests.unit.roster.frames import KEY, acknowledged, member, members, person, roster, texts
from tests.unit.roster.frames import accounts as common

RULES = {"policyID": "extra_policy", "additionalPolicyIDs": "extra_more"}


def feed(people, there=None, **rules):
    chain = approval_chain(people, common() if there is None else there, acknowledged(), Approvers(), "unchanged", KEY)
    return expensify.employee_feed(people, chain, ExpensifyFeed(**{**RULES, **rules}))


def record(people, number="1", **rules):
    made, _ = feed(people, **rules)
    (row,) = made[made["employee_id"].eq(number)].to_dict("records")
    return {name: value for name, value in row.items() if not pd.isna(value)}


def faults(people, **rules):
    return [tuple(row) for row in feed(people, **rules)[1].itertuples(index=False)]


def differences(people, there, pairs=None, **rules):
    made, _ = feed(people, **rules)
    known = there["email"].str.lower().drop_duplicates()
    pairs = pairs or {account.split("@")[0]: account for account in known}
    found = expensify_comparison.visible_changes(made, there, pd.DataFrame(pairs.items(), columns=["employee_id", "account"]).astype("str"))
    blank = found.astype(object).where(found.notna(), None)
    return {(row.employee_id, row.field, row.old, row.new) for row in blank.itertuples()}


# Accounts


def test_an_account_is_an_address_without_case_however_many_policies_it_is_in():
    there = members(member(None, "Ann@x", "P2"), member("1", "ann@x", "P1"), member("2", "b@x"))
    found = expensify_comparison.accounts(there, acknowledged())
    assert found[["account", "number"]].values.tolist() == [["ann@x", "1"], ["b@x", "2"]]
    assert found["active"].all()


def test_an_account_without_a_number_has_the_one_that_the_ledger_knows_for_it():
    found = expensify_comparison.accounts(members(member(None, "Ann@x"), member(None, "b@x")), acknowledged(("7", "ann@x", True)))
    assert found["number"].fillna("none").tolist() == ["7", "none"]
    assert expensify_comparison.accounts(members(), acknowledged()).empty


# Records


def test_who_is_employed_and_in_scope_has_a_record_and_nobody_else():
    people = roster(
        person("1"), person("2", employment="leave"), person("3", employment="left"),
        person("4", employment="pending"), person("5", in_scope=False),
    )  # fmt: skip
    made, _ = feed(people)
    assert made["employee_id"].tolist() == ["1", "2"]
    assert made["workerStatus"].tolist() == ["Active", "On Leave"]


def test_a_limit_is_sent_in_cents_with_its_approvers_address():
    people = roster(person("1", approval_limit="99.95", over_limit_approver="2"), person("2", email="Two@x"))
    assert {**record(people, approvalLimit="approval_limit", overLimitApprover="over_limit_approver")}.items() >= {
        ("approvalLimit", "9995"), ("overLimitApprover", "Two@x"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        ({"role": "king"}, ("1", "role", "role_unknown")),
        ({"approval_limit": "5"}, ("1", "approvalLimit", "no_over_limit_approver")),
        ({"approval_limit": "many", "over_limit_approver": "1"}, ("1", "approvalLimit", "limit_unreadable")),
        ({"approval_limit": "inf", "over_limit_approver": "1"}, ("1", "approvalLimit", "limit_unreadable")),
        ({"approval_limit": "5", "over_limit_approver": "404"}, ("1", "overLimitApprover", "approver_not_active")),
        ({"extra_more": "404"}, ("1", "approvesTo", "approver_not_active")),
        ({"extra_policy": None}, ("1", "policyID", "no_policy")),
    ],
)
def test_a_value_at_fault_is_left_out_and_told(cells, fault):
    people = roster(person("1", **cells))
    rules = {"role": "role", "approvalLimit": "approval_limit", "overLimitApprover": "over_limit_approver", "approvesTo": "extra_more"}
    assert fault in faults(people, **rules)
    made, _ = feed(people, **rules)
    assert made[made["employee_id"].eq("1")].get(fault[1]).isna().all()
    assert made.empty == (fault[2] == "no_policy")


@pytest.mark.parametrize(
    ("rule", "cells", "reason"),
    [
        ({"column": "extra_policy", "lookup": {"A": "P1"}}, {"extra_policy": "B"}, "policy_not_mapped"),
        ({"column": "extra_policy", "lookup": {"A": "P1"}}, {"extra_policy": None}, "no_policy"),
        ({"cases": [{"when": {"extra_policy": "A"}, "value": "P1"}]}, {"extra_policy": "B"}, "policy_not_mapped"),
        (
            {"columns": ["extra_policy", "extra_more"], "lookup": {"A": "P1"}},
            {"extra_policy": None, "extra_more": "B"},
            "policy_not_mapped",
        ),
        ({"template": "{extra_policy}-{extra_more}"}, {"extra_policy": "A", "extra_more": None}, "no_policy"),
    ],
)
def test_true_report_of_somebody_without_a_policy_it_is_said_whether_hr_or_the_settings_give_none(rule, cells, reason):
    assert faults(roster(person("1", **{"extra_more": None, **cells})), policyID=rule, additionalPolicyIDs=None) == [
        ("1", "policyID", reason)
    ]
    assert "not exist" not in REASONS[reason].words


def test_the_fault_of_a_policy_has_what_hrs_file_says_there_and_no_other_has():
    people = roster(
        person("1", extra_policy="B", extra_more=None),
        person("2", extra_policy="A", extra_more="X, Y", country="SE", role="king"),
        person("3", extra_policy=None, extra_more=None),
    )
    rules = ExpensifyFeed(
        policyID={"column": "extra_policy", "lookup": {"A": "P1"}},
        additionalPolicyIDs={"columns": ["extra_more", "country"]},
        role="role",
    )
    given = [
        ("1", "policyID", "policy_not_mapped"),
        ("2", "additionalPolicyIDs", "policy_not_there"),
        ("2", "role", "role_unknown"),
        ("3", "policyID", "no_policy"),
        ("2", "policyID", "policy_unreadable"),
    ]
    told = preflight.with_words(pd.DataFrame(given, columns=["employee_id", "field", "reason"]), people, rules)
    assert told["word"].astype("object").where(told["word"].notna(), None).tolist() == ["B", "SE, X, Y", None, None, None]


def test_an_approver_above_the_limit_goes_with_a_limit_only():
    people = roster(person("1", over_limit_approver="1"))
    assert "overLimitApprover" not in record(people, approvalLimit="approval_limit", overLimitApprover="over_limit_approver")


@pytest.mark.parametrize("given", ["P3, P2,P2", '["P3","P2"]'])
def test_further_policies_are_a_list_in_a_fixed_order_without_repetition(given):
    assert record(roster(person("1", extra_more=given)))["additionalPolicyIDs"] == '["P2","P3"]'


def test_no_further_policy_is_no_list():
    assert "additionalPolicyIDs" not in record(roster(person("1", extra_more=" ,")))


def test_nobody_has_an_empty_feed_with_all_its_columns():
    made, told = feed(roster(), role="role")
    assert made.empty and told.empty
    assert set(made.dtypes.astype(str)) == {"str"}


# Differences


def test_a_member_who_is_as_they_should_be_differs_in_nothing():
    assert differences(roster(person("1")), members(member("1", "1@ACME.example", submitsTo="1@Acme.example"))) == set()


@pytest.mark.parametrize(
    ("cells", "there", "difference"),
    [
        ({}, {"submitsTo": "boss@x"}, ("managerEmail", "boss@x", "1@acme.example")),
        ({}, {"employeeID": None}, ("employeeID", None, "1")),
        ({"role": "admin"}, {}, ("role", "user", "admin")),
        ({"location": "L"}, {"customField1": "1"}, ("customField1", "1", "L")),
        ({"location": "L"}, {"customField2": None}, ("customField2", None, "L")),
        ({}, {"policyID": "P9"}, ("policyID", '["P9"]', "P1")),
        ({"extra_more": "P2"}, {}, ("additionalPolicyIDs", '["P1"]', '["P2"]')),
    ],
)
def test_each_field_that_the_getter_shows_is_compared(cells, there, difference):
    field = difference[0]
    rules = {"role": "role"} | ({field: "location"} if field.startswith("custom") else {})
    found = differences(roster(person("1", **cells)), members({**member("1"), **there}), **rules)
    assert ("1", *difference) in found
    assert {name for _, name, *_ in found} == {field}


def test_what_no_rule_gives_is_not_ours_to_compare():
    assert differences(roster(person("1")), members(member("1", role="admin", customField1="x", customField2="y"))) == set()


def test_an_account_under_another_address_differs_in_its_address():
    found = differences(roster(person("1")), members(member("1", "old@x")), {"1": "old@x"})
    assert ("1", "employeeEmail", "old@x", "1@acme.example") in found


def test_policies_that_the_record_does_not_name_count_only_where_it_asks_to_be_taken_out():
    there = members(member("1"), member("1", policy="P7"))
    assert differences(roster(person("1")), there) == set()
    found = differences(roster(person("1")), there, shouldRemoveFromUnassignedPolicies=True)
    assert found == {("1", "policyID", '["P1","P7"]', "P1")}


def test_a_manager_stays_in_a_policy_in_which_somebody_submits_to_them():
    people = roster(person("1"), person("2", manager_id="1", extra_policy="P2"))
    there = members(member("1"), member("1", policy="P2"), member("2", policy="P2", submitsTo="1@acme.example"))
    assert differences(people, there, shouldRemoveFromUnassignedPolicies=True) == set()
    stranger = members(member("1"), member("1", policy="P7"), member(None, "z@x", "P7", submitsTo="1@ACME.example"))
    assert differences(roster(person("1")), stranger, {"1": "1@acme.example"}, shouldRemoveFromUnassignedPolicies=True) == set()


# Leavers, policies


def test_a_leaver_is_taken_out_of_each_policy_with_the_fields_that_removal_needs():
    leavers = texts([{"employee_id": "1", "account": "ann@x"}, {"employee_id": "2"}], ("employee_id", "account"))
    there = members(member("1", "Ann@x", submitsTo="boss@x"), member("1", "Ann@x", "P2", submitsTo=None), member("1", "ann@x"))
    rows = expensify_comparison.removal(leavers, there).records.to_dict("records")
    assert [(row["employee_id"], row["policyID"], row["managerEmail"]) for row in rows] == [("1", "P1", "boss@x"), ("1", "P2", "Ann@x")]
    assert {(row["employeeEmail"], row["employeeID"], row["isTerminated"]) for row in rows} == {("Ann@x", "1", "true")}
    assert expensify_comparison.removal(leavers.head(0), there).records.empty


def test_the_policies_to_read_are_those_of_the_people_and_those_that_stand_in_a_rule():
    people = roster(person("1", extra_policy="P1", extra_more="P3,P2"), person("2", in_scope=False, extra_policy="P8"))
    rules = ExpensifyFeed(
        policyID={"column": "extra_policy", "default": "P0"}, additionalPolicyIDs={"column": "extra_more", "values": {"a": ["P5"]}}
    )
    assert expensify.policies_of(rules, people) == ["P0", "P1", "P2", "P3", "P5"]
    assert expensify.policies_of(ExpensifyFeed(policyID="extra_policy"), roster()) == []


def test_every_field_that_can_change_has_a_kind_or_is_other_and_is_a_field_of_the_api():
    assert set(expensify_comparison.KINDS) <= set(expensify.FIELDS)
    assert set(expensify_comparison.WRITE_ONLY.kept) <= set(expensify_comparison.WRITE_ONLY.fields) <= set(expensify.FIELDS)
    assert not {"firstName", "lastName"} & set(expensify_comparison.WRITE_ONLY.kept)
