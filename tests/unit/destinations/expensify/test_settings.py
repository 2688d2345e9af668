"""What the settings of Expensify take and refuse, each with the word that helps."""

import ast
import re
from pathlib import Path

import pandas as pd
import pytest
from pydantic import ValidationError

from destinations.expensify.adapter import Adapter
from destinations.expensify.settings import OWN_FIELDS, ExpensifyConnection, ExpensifyFeed, Settings
from resources.failures import Permanent
from tests.unit.destinations.expensify.test_feed import faults, record
from tests.unit.roster.frames import person, roster

EXPENSIFY = Path(__file__).parents[4] / "destinations" / "expensify"
CONNECTION = {"partner_user_id": "p", "partner_user_secret": {"env": "EXPENSIFY_SECRET"}}


@pytest.mark.parametrize(
    ("feed", "words"),
    [
        ({"overLimitApprover": "a", "limitApprover": "a"}, "one field: give one of them"),
        ({"extra": {"role": "a"}}, "'role' has a rule of its own"),
        ({"extra": {"Policyid": "a"}}, "'policyID' has a rule of its own"),
        ({"extra": {"limitApprover": "a"}}, "'limitApprover' has a rule of its own"),
        ({"extra": {"employeeEmail": "a"}}, "'employeeEmail' is filled by Rollcall"),
        ({"extra": {"isTerminated": "a"}}, "'isTerminated' is filled by Rollcall"),
        ({"extra": {"action": "a"}}, "field 1 of extra cannot be called so"),
        ({"extra": {"cost tag": "a"}}, "field 1 of extra cannot be called so"),
        ({"clear": ["role"]}, "'role', which cannot be taken away"),
        ({"clear": ["approvalLimit"]}, "'approvalLimit', which has no rule"),
        ({"overLimitApprover": "a", "clear": ["overLimitApprover"]}, "goes with approvalLimit"),
        ({"limit_unit": "thousands"}, "limit_unit"),
    ],
)
def test_a_feed_that_cannot_be_meant_is_refused(feed, words):
    with pytest.raises(ValidationError, match=words):
        ExpensifyFeed(policyID="p", **feed)


def columns_added(module):
    """What `assign`, `rename` and `melt` call a column in a module."""
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("assign", "rename", "melt"):
            yield from (each.arg for each in node.keywords if each.arg and node.func.attr == "assign")
            values = [value for each in node.keywords for value in getattr(each.value, "values", [each.value])]
            yield from (str(value.value) for value in values if isinstance(value, ast.Constant) and node.func.attr != "assign")


@pytest.mark.parametrize(
    "module", ["comparison", "movers", "leave", "membership", "taking_away", "records", "owners", "delivery", "../../roster/plan/decision"]
)
def test_no_surprise_no_further_field_has_the_name_of_a_column_of_ours(module):
    """One named `delete` would have members deleted; others stop every night."""
    own = set(ExpensifyFeed.model_fields) | set(OWN_FIELDS)
    names = {name for name in columns_added(EXPENSIFY / f"{module}.py") if re.fullmatch(r"[A-Za-z][A-Za-z0-9-]*", name)} - own
    assert names or module in ("records", "owners", "delivery", "leave", "taking_away")
    for name in [*names, "delete", "Delete", "submitsTo", "email", "shown", "account"]:
        with pytest.raises(ValidationError, match="field 1 of extra cannot be called so"):
            ExpensifyFeed(policyID="p", extra={name: "department"})


@pytest.mark.parametrize(
    ("connection", "words"),
    [
        ({"fixFirstLevelManagersOnly": True, "shouldFixApprovalChains": False}, "shouldFixApprovalChains"),
        ({"extra": {"dry-run": True}}, "'dry-run' is filled by Rollcall"),
        ({"extra": {"inputsettings": {}}}, "'inputSettings' is filled by Rollcall"),
        ({"extra": {"shouldFixApprovalChains": True}}, "'shouldFixApprovalChains' is a setting of its own"),
        ({"account": "aa_partner"}, "an e-mail address, or {env: NAME}"),
    ],
)
def test_a_connection_that_cannot_be_meant_is_refused(connection, words):
    with pytest.raises(ValidationError, match=words):
        ExpensifyConnection.model_validate({**CONNECTION, **connection})


def test_the_other_name_of_the_approver_above_a_limit_is_the_same_rule():
    people = roster(person("1", approval_limit="5", over_limit_approver="1"))
    rules = {"approvalLimit": "approval_limit", "limitApprover": "over_limit_approver"}
    assert record(people, **rules)["overLimitApprover"] == "1@acme.example"


@pytest.mark.parametrize(("unit", "cell", "cents"), [("whole", "99.95", "9995"), ("cents", "9995", "9995"), ("cents", "100.00", "100")])
def test_a_limit_is_sent_in_cents_whatever_hr_counts_in(unit, cell, cents):
    people = roster(person("1", approval_limit=cell, over_limit_approver="1"))
    rules = {"approvalLimit": "approval_limit", "overLimitApprover": "over_limit_approver", "limit_unit": unit}
    assert record(people, **rules)["approvalLimit"] == cents


def test_a_part_of_a_cent_is_no_limit():
    people = roster(person("1", approval_limit="99.95", over_limit_approver="1"))
    rules = {"approvalLimit": "approval_limit", "overLimitApprover": "over_limit_approver", "limit_unit": "cents"}
    assert ("1", "approvalLimit", "limit_unreadable") in faults(people, **rules)


@pytest.mark.parametrize(
    ("rule", "sent"),
    [
        ("extra_more", '"true"'),
        ({"constant": True}, "true"),
        ({"constant": False}, "false"),
        ({"column": "extra_more", "lookup": {"true": 7}}, "7"),
        ({"constant": ["a", "b"]}, '["a","b"]'),
        ({"constant": "12"}, '"12"'),
    ],
)
def test_a_further_field_has_the_type_that_its_rule_gives(rule, sent):
    assert record(roster(person("1", extra_more="true")), additionalPolicyIDs=None, extra={"newField": rule})["newField"] == sent


def test_four_things_of_which_a_policy_can_fail_are_told_apart():
    rule = {"column": "extra_policy", "lookup": {"A": "P1"}}
    people = roster(person("1", extra_policy=None), person("2", extra_policy="B"), person("3", extra_policy=None, unread="extra_policy"))
    assert faults(people, policyID=rule, additionalPolicyIDs=None) == [
        ("3", "policyID", "policy_unreadable"),
        ("1", "policyID", "no_policy"),
        ("2", "policyID", "policy_not_mapped"),
    ]


def test_no_surprise_what_is_no_address_protects_nobody_and_is_refused(monkeypatch):
    given = {"connection": CONNECTION, "feed": {"policyID": "p"}}
    with pytest.raises(ValidationError, match=r"protected\.0\n.*an e-mail address"):
        Settings.model_validate({**given, "protected": ["E1042"]})
    monkeypatch.setenv("BOSS", "E1042")
    adapter = Adapter(Settings.model_validate({**given, "protected": [{"env": "BOSS"}]}))
    everyone = pd.DataFrame({"employee_id": ["1"], "account": ["1@acme.example"], "person": ["1"]}).astype("str")
    with pytest.raises(Permanent, match="protected holds something that is no e-mail address") as refused:
        adapter.barred(everyone, roster(person("1")), {})
    assert "E1042" not in str(refused.value)
