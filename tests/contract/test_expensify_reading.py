"""What the Expensify client reads of policies and their members, against answers as Expensify's manual prints them."""

import pytest

from destinations.expensify.client import Expensify
from resources.failures import Permanent, Transient


@pytest.fixture
def client(connection, windows, retry):
    with Expensify(connection(), windows, retry) as opened:
        yield opened


def test_members_come_as_one_row_a_policy_and_member(client, script):
    ann = {"email": "ann@acme.example", "role": "admin", "submitsTo": "boss@acme.example", "employeeID": "0042", "customField1": 7}
    info = {"P1": {"employees": [ann, {"email": "bo@acme.example", "role": "user", "submitsTo": ""}]}, "P2": {"employees": []}}
    script.play({"responseCode": 200, "policyInfo": info})
    members = client.members(["P1", "P2"])
    job = script.requests[0].job
    assert job["type"] == "get"
    assert job["inputSettings"] == {"type": "policy", "policyIDList": ["P1", "P2"], "fields": ["employees"]}
    assert "data" not in script.requests[0].form
    assert list(members) == ["policyID", "email", "role", "submitsTo", "employeeID", "customField1", "customField2", "submitsToNobody"]
    assert set(members.dtypes.astype(str)) == {"str"}
    assert members.fillna("-").to_numpy().tolist() == [
        ["P1", "ann@acme.example", "admin", "boss@acme.example", "0042", "7", "-", "-"],
        ["P1", "bo@acme.example", "user", "-", "-", "-", "-", "true"],
    ]


def test_no_surprise_blanks_and_capitals_make_nobody_another(client, script):
    ann = {"email": " ann@acme.example", "role": "Admin ", "submitsTo": "Boss@acme.example ", "employeeID": "0042 ", "customField1": "A "}
    script.play({"responseCode": 200, "policyInfo": {"P1": {"employees": [ann, {"email": "bo@acme.example", "employeeID": 7.0}]}}})
    assert client.members(["P1"]).fillna("-").to_numpy().tolist() == [
        ["P1", "ann@acme.example", "admin", "Boss@acme.example", "0042", "A ", "-", "-"],
        ["P1", "bo@acme.example", "-", "-", "7", "-", "-", "-"],
    ]


def test_approver_that_nobody_approves_only_an_empty_text_says(client, script):
    shown = [{"submitsTo": value} for value in (" ", None, {"email": "boss@acme.example"}, ["boss@acme.example"], 7)]
    employees = [{"email": f"e{at}@acme.example", **cells} for at, cells in enumerate([*shown, {}])]
    script.play({"responseCode": 200, "policyInfo": {"P1": {"employees": employees}}})
    found = client.members(["P1"])
    assert found["submitsTo"].isna().all()
    assert found["submitsToNobody"].fillna("-").tolist() == ["true", *"-----"]


@pytest.mark.parametrize("email", [" ", 7, True, ["ann@acme.example"], {"login": "ann@acme.example"}])
def test_somebody_whose_address_cannot_be_read_is_not_somebody_without_one(client, script, email):
    script.play({"responseCode": 200, "policyInfo": {"P1": {"employees": [{"email": email, "employeeID": "7"}]}}})
    with pytest.raises(Permanent, match="no members of policy P1"):
        client.members(["P1"])


def test_true_report_a_list_that_was_delivered_in_part_is_no_list(client, script):
    """An account of what was read in part says nothing of whom it leaves out."""
    part = {"responseCode": 207, "policyInfo": {"P1": {"employees": []}}, "policyList": []}
    script.play(part, part)
    for ask in (lambda: client.members(["P1"]), client.policies):
        with pytest.raises(Transient, match="a part only"):
            ask()


@pytest.mark.parametrize("info", [{}, {"P1": {}}, {"P1": {"employees": None}}])
def test_a_policy_that_is_not_shown_never_passes_for_an_empty_one(client, script, info):
    script.play({"responseCode": 200, "policyInfo": info})
    with pytest.raises(Permanent, match="no members of policy P1"):
        client.members(["P1"])


def test_no_policy_needs_no_request(client, script):
    assert client.members([]).empty
    assert script.requests == []


def test_policies_are_listed_with_types_that_nobody_documented(client, script):
    policy = {"id": "P1", "name": "Acme", "owner": "o@acme.example", "role": "admin", "outputCurrency": "EUR", "type": "personalPolicy"}
    script.play({"responseCode": 200, "policyList": [policy]})
    assert client.policies().to_dict("records") == [policy]


def test_the_documented_sample_with_its_trailing_comma_is_no_json_and_fails(client, script):
    script.play('{"responseCode": 200, "policyList": [{"id": "P1"},]}')
    with pytest.raises(Permanent, match="no responseCode"):
        client.policies()


@pytest.mark.parametrize(
    ("owner", "shown"), [(" O@Acme.example ", "O@Acme.example"), (None, "-"), ({"email": "o@acme.example"}, "-"), (7, "-")]
)
def test_no_surprise_an_owner_is_an_address_without_blanks_or_not_shown(client, script, owner, shown):
    script.play({"responseCode": 200, "policyList": [{"id": "P1", "owner": owner}]})
    assert client.policies()["owner"].fillna("-").tolist() == [shown]
