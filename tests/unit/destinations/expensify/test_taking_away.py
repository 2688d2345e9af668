"""Which cells take a value away, and what is sent for it."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from destinations.expensify import records, taking_away
from destinations.expensify.settings import ExpensifyFeed
from roster.people.chain import approval_chain
from roster.plan.write_only import WriteOnly, acknowledgement, write_only_changes
from roster.records import TAKEN_AWAY
from roster.rules import empty
from roster.settings import Approvers, Rule
from tests.unit.roster.frames import KEY, acknowledged, person, roster, texts
from tests.unit.roster.frames import accounts as common

FEED = {"policyID": "extra_policy", "approvalLimit": "approval_limit", "overLimitApprover": "over_limit_approver"}
CELLS = ["empty", "value", "unread", "no amount", "too much"]
SAYS = {"value": "50", "no amount": "many", "too much": "9" * 30}


def feed(*rows, **rules):
    people = roster(*rows)
    chain = approval_chain(people, common(), acknowledged(), Approvers(), "unchanged", KEY)
    return records.employee_feed(people, chain, ExpensifyFeed(**{**FEED, **rules}))


def row(number, cell, over="1"):
    return person(
        number, approval_limit=SAYS.get(cell), over_limit_approver=over, **({"unread": "approval_limit"} if cell == "unread" else {})
    )


@given(st.lists(st.tuples(st.sampled_from(CELLS), st.sampled_from(["1", None, "404"])), min_size=1, max_size=6), st.booleans())
def test_no_surprise_only_a_cell_that_is_there_and_empty_takes_a_value_away(cells, cleared):
    rows = [row(str(at), *cell) for at, cell in enumerate(cells, start=1)]
    made, _ = feed(*rows, clear=["approvalLimit"] if cleared else [])
    away = made["approvalLimit"].eq(TAKEN_AWAY).tolist()
    assert away == [cleared and cell == "empty" for cell, _ in cells]
    assert made["overLimitApprover"].eq(TAKEN_AWAY).tolist() == away


@pytest.mark.parametrize(
    ("rule", "cells", "takes"),
    [
        ("department", {"department": None}, True),
        ({"column": "department", "lookup": {"Sales": "S"}}, {"department": "Finance"}, False),
        ({"column": "department", "lookup": {"Sales": "S"}}, {"department": None}, True),
        ({"cases": [{"when": {"department": "Sales"}, "value": "S"}]}, {"department": "Finance"}, False),
        ({"template": "{department}-{country}"}, {"department": "Sales", "country": None}, False),
        ({"columns": ["department", "country"]}, {"department": None, "country": None}, True),
        ({"columns": ["department", "country"]}, {"department": None, "country": None, "unread": "country"}, False),
        ({"constant": "S"}, {}, False),
    ],
)
def test_what_no_line_of_a_rule_fits_is_not_empty(rule, cells, takes):
    made, _ = feed(person("1", **cells), customField2=rule, clear=["customField2"])
    assert made["customField2"].eq(TAKEN_AWAY).tolist() == [takes]


def test_a_column_that_is_not_there_is_not_empty():
    assert empty(Rule(column="gone"), roster(person("1"))).tolist() == [False]


@pytest.mark.parametrize(
    ("how", "wanted"),
    [
        (None, {"approvalLimit": None, "overLimitApprover": None, "defaultTags": None}),
        ("", {"approvalLimit": "", "overLimitApprover": "", "defaultTags": []}),
        (0, {"approvalLimit": 0, "overLimitApprover": "", "defaultTags": []}),
    ],
)
def test_what_is_taken_away_is_sent_as_the_settings_say_and_all_else_as_it_is(how, wanted):
    rules = ExpensifyFeed(**FEED, defaultTags="extra_more", clear=["approvalLimit", "defaultTags"], clear_with=how)
    frame = texts([{"employeeEmail": "a@x", **dict.fromkeys(wanted, TAKEN_AWAY)}, {"employeeEmail": "b@x"}], ["employeeEmail", *wanted])
    assert records.to_send(frame, rules) == [{"employeeEmail": "a@x", **wanted}, {"employeeEmail": "b@x"}]


def test_nothing_is_sent_for_a_value_of_which_nothing_is_remembered():
    frame = texts([{"employee_id": "1", "approvalLimit": TAKEN_AWAY, "overLimitApprover": TAKEN_AWAY}], ["employee_id", *FEED])
    none = pd.DataFrame({"employee_id": [], "field": [], "new": []}).astype("str")
    assert taking_away.only_planned(frame, none)[["approvalLimit", "overLimitApprover"]].isna().all(axis=None)
    planned = texts([{"employee_id": "1", "field": "approvalLimit"}], ["employee_id", "field", "new"])
    assert taking_away.only_planned(frame, planned)["overLimitApprover"].eq(TAKEN_AWAY).all()


@given(st.sampled_from(["limit", "bank"]), st.booleans())
def test_rerun_what_was_taken_away_is_forgotten_once_it_is_accepted_and_planned_until_then(field, remembered):
    hidden = WriteOnly(("limit", "bank"), kept=("limit",))
    columns = ["employee_id", "limit", "bank"]
    full = texts([{"employee_id": "1", "limit": "5", "bank": "B"}], columns)
    away = full.assign(**{field: TAKEN_AWAY})
    before = acknowledgement(full if remembered else full.assign(**{field: None}).astype("str"), hidden, KEY).assign(
        account="a", active=True
    )
    planned = write_only_changes(away, before, hidden, KEY)
    assert planned["field"].tolist() == [field] * remembered
    assert planned["new"].isna().all()
    after = acknowledgement(away, hidden, KEY, before).assign(account="a", active=True)
    assert write_only_changes(away, after, hidden, KEY).empty
    assert field not in after.loc[0, "fields"]
