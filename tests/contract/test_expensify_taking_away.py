"""Values that HR gives no more: taken away where the settings say so, held where the file looks damaged, counted where they stay."""

import pytest

from sandbox.server import Sandbox
from tests.contract.nights_at_expensify import Company, employee
from tests.syncing import fresh

further = pytest.mark.long(
    held_by="tests/contract/test_expensify_taking_away.py::test_no_surprise_a_column_that_is_emptied_is_held_and_a_few_are_too"
)

FEED = {
    "approvalLimit": "approval_limit",
    "overLimitApprover": "over_limit_approver",
    "customField2": "department",
    "extra": {"costTag": "cost_center"},
}
HAVING = {"approval_limit": "50", "over_limit_approver": "E1", "department": "Sales", "cost_center": "C1"}
EVERYTHING = {**FEED, "clear": ["approvalLimit", "customField2", "costTag"]}


@pytest.fixture(scope="module")
def box():
    with Sandbox(switches={"expensify_rate_limits": False}) as running:
        yield running


@pytest.fixture
def company(box, tmp_path, monkeypatch):
    monkeypatch.setenv("EXPENSIFY_SECRET", "demo-secret")
    with fresh(tmp_path) as ledger:
        yield lambda **feed: Company(box, ledger, feed, connection={"account": "expenses-admin@acme.example"}).start()


def people(count=9, **first):
    """So many people, all with a value of everything; of E2 with these cells instead."""
    rows = {f"E{number}": employee(f"E{number}", **HAVING) for number in range(1, count + 1)}
    rows["E2"] = employee("E2", **{**HAVING, **first})
    return list(rows.values())


@pytest.mark.long(
    held_by="tests/contract/test_findity_taking_away.py::test_an_empty_cell_takes_the_value_away_in_the_fields_that_the_settings_name_and_only_there"
)
@pytest.mark.parametrize(("how", "switch"), [(None, "null"), ("", "empty"), (0, "zero")])
def test_an_empty_cell_takes_the_value_away_once_as_a_change_of_its_kind(company, box, how, switch):
    box.switch(expensify_clears=switch)
    made = company(**EVERYTHING, clear_with=how)
    made.night(*people())
    assert {"approvalLimit", "overLimitApprover", "customField2"} <= made.of("E2").keys()
    nothing = {"approval_limit": None, "over_limit_approver": None, "department": None}
    night = made.night(*people(**nothing))
    changes = night.plan.changes.set_index("field")
    assert changes.loc["approvalLimit", ["person", "kind", "old"]].tolist() == ["E2", "limit", "5000"]
    assert changes["new"].isna().all()
    assert {"approvalLimit", "overLimitApprover", "customField2"} & made.of("E2").keys() == set()
    assert (night.numbers["landed"], night.numbers["refused"]) == (1, 0)
    again = made.night(*people(**nothing))
    assert again.numbers["intended"] == 0
    assert not any(call["write"] for call in again.calls)


@pytest.mark.long(
    held_by="tests/contract/test_expensify_taking_away.py::test_no_surprise_a_column_that_is_emptied_is_held_and_a_few_are_too"
)
def test_what_expensify_does_not_take_for_taking_away_is_missing_where_it_can_be_seen(company, box):
    box.switch(expensify_clears="nothing")
    made = company(**EVERYTHING)
    made.night(*people())
    assert made.night(*people(department=None)).outcomes.loc["E2", "landed"] == "missing"


def test_no_surprise_a_column_that_is_emptied_is_held_and_a_few_are_too(company, box):
    box.switch(expensify_clears="null")
    made = company(**EVERYTHING)
    made.night(*people())
    none = [{**row, "approval_limit": None, "over_limit_approver": None} for row in people()]
    assert set(made.night(*none).decided["reason"].dropna()) == {"column_emptied", "not_in_hr"}
    most = [row if row["employee_id"] == "E9" else other for row, other in zip(people(), none, strict=True)]
    assert set(made.night(*most).decided["reason"].dropna()) & {"limit", "most_of_few"}
    assert "approvalLimit" in made.of("E5") and "approvalLimit" in made.of("E2")


@further
@pytest.mark.parametrize("feed", [FEED, {**EVERYTHING, "clear": ["customField2"]}])
def test_what_is_not_to_be_taken_away_stays_and_is_counted(company, feed):
    made = company(**feed)
    made.night(*people())
    night = made.night(*people(approval_limit=None, over_limit_approver=None, cost_center=None))
    assert made.of("E2")["approvalLimit"] == 5000
    assert dict(night.facts.stay) == {"approvalLimit": 1, "costTag": 1}
    assert "approvalLimit stays as it is for 1 person although HR's cell is empty" in night.report.destinations[0].warnings


@further
def test_a_limit_that_was_withdrawn_before_the_settings_said_so_is_taken_away_when_they_do(company, box):
    box.switch(expensify_clears="null")
    made = company(**FEED)
    made.night(*people())
    withdrawn = people(approval_limit=None, over_limit_approver=None)
    made.night(*withdrawn)
    made.feed = EVERYTHING
    made.night(*withdrawn)
    assert "approvalLimit" not in made.of("E2") and "approvalLimit" in made.of("E3")


@further
@pytest.mark.parametrize("cell", ["unread", "many", "no approver above"])
def test_no_surprise_what_is_there_and_cannot_be_used_takes_nothing_away(company, cell):
    made = company(**EVERYTHING)
    made.night(*people())
    cells = {"unread": {"approval_limit": None}, "many": {"approval_limit": "many"}, "no approver above": {"over_limit_approver": None}}
    rows = people(**cells[cell])
    if cell == "unread":
        rows[1]["unread"] = "approval_limit"
    night = made.night(*rows)
    assert made.of("E2")["approvalLimit"] == 5000
    assert night.numbers["intended"] == 0


@further
def test_a_further_field_is_sent_when_hr_changes_it_and_only_its_digest_is_kept(company):
    made = company(**FEED)
    made.night(*people())
    night = made.night(*people(cost_center="C2"))
    assert night.plan.changes[["person", "field", "new"]].to_numpy().tolist() == [["E2", "costTag", '"C2"']]
    assert made.night(*people(cost_center="C2")).numbers["intended"] == 0
    kept = made.ledger.acknowledged.all("expensify").set_index("employee_id")
    assert "C2" not in kept.loc["E2", "fields"] and '"#costTag"' in kept.loc["E2", "fields"]
