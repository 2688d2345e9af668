"""What a reply does not show readably of a policy's owner, of a role and of who submits to whom: none of it is nobody."""

import pandas as pd
import pytest

from destinations.expensify import comparison, movers, owners
from tests.unit.roster.frames import Night, acknowledged, decided, expensify_adapter, member, members, person, roster, texts

THERE = members(member("1"), member("2", role="admin", submitsTo="1@acme.example"), member("3", submitsTo="1@acme.example"))


def policies(owner, policy="P1"):
    return texts([{"id": policy, "owner": owner}], ("id", "name", "owner", "role", "outputCurrency", "type"))


def leaving(owner, there=THERE):
    """Who of 2, an admin, and 3 leaves, where the list shows this owner."""
    known = acknowledged(*((number, f"{number}@acme.example", True) for number in "123"))
    night = Night(roster(person("1")), acknowledged=known, absent_means="leaver")
    plan, _ = night.at(expensify_adapter(), {"members": there, "policies": policies(owner)})
    return {who: what for who, what in decided(plan).items() if who != "1"}


def test_no_surprise_an_admin_stays_where_no_owner_is_shown():
    assert leaving("2@acme.example") == {"2": ("skip", "owner_or_caller"), "3": "deactivate"}
    for owner in (None, "Acme Ltd", '{"name": "2"}'):
        assert leaving(owner) == {"2": ("skip", "owner_not_shown"), "3": "deactivate"}
    assert leaving("1@acme.example")["2"] == "deactivate"


def test_no_surprise_a_role_that_cannot_be_read_may_be_an_admins():
    for role in (None, "Administrator", '{"name": "admin"}'):
        there = THERE.assign(role=THERE["role"].replace("admin", role))
        assert leaving(None, there)["2"] == ("skip", "owner_not_shown")
        out = comparison.strangers(texts([{"employee_id": "~", "account": "2@acme.example"}], ("employee_id", "account")),
                                   texts([], ("employeeEmail",)), there, by_dialect=False)  # fmt: skip
        assert out.records.empty


def test_no_surprise_the_role_of_who_may_own_a_policy_is_not_lowered():
    feed = texts([{"employee_id": "2", "employeeEmail": "2@acme.example", "role": "user"}], ("employee_id", "employeeEmail", "role"))
    nothing = texts([], ("employee_id", "field", "reason"))
    kept, faults = owners.without(feed, nothing, {"members": THERE, "policies": policies(None)}, "1@acme.example", ())
    assert kept["role"].isna().all()
    assert faults.to_dict("records") == [{"employee_id": "2", "field": "role", "reason": "owner_not_shown"}]


@pytest.mark.parametrize("submits", ["1@acme.example", None])
def test_approver_a_stranger_stays_in_a_policy_where_who_approves_is_not_shown(submits):
    there = members(member("1"), member("2", submitsTo=submits), member("9"))
    stranger = texts([{"employee_id": "~", "account": "9@acme.example"}], ("employee_id", "account"))
    out = comparison.strangers(stranger, texts([], ("employeeEmail",)), there, by_dialect=False)
    assert out.records["policyID"].tolist() == ([] if submits is None else ["P1"])


@pytest.mark.parametrize(("unread", "stays"), [({}, False), ({"3": None}, True), ({"2": None}, False)])
def test_approver_a_mover_stays_where_it_is_not_shown_to_whom_somebody_submits_who_is_not_written(unread, stays):
    there = members(member("1"), *(member(one, submitsTo=unread.get(one, "1@acme.example")) for one in "23"))
    columns = ("employee_id", "employeeEmail", "managerEmail", "policyID", "additionalPolicyIDs")
    feed = texts(
        [
            {"employee_id": "2", "employeeEmail": "2@acme.example", "managerEmail": "1@acme.example", "policyID": "P2"},
            {"employee_id": "1", "employeeEmail": "1@acme.example", "managerEmail": "1@acme.example", "policyID": "P1"},
        ],
        columns,
    )
    pairs = pd.DataFrame({"employee_id": list("123"), "account": [f"{one}@acme.example" for one in "123"]}, dtype="str")
    put = texts([{"employee_id": "2", "policyID": "P1"}], ("employee_id", "policyID"))
    read = {"members": there, "policies": policies("1@acme.example")}
    assert movers.leaving(feed, read, pairs, put)["employee_id"].tolist() == ([] if stays else ["2"])
