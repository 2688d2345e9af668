"""What the Expensify client reads of policies beside their members, against answers as Expensify's manual prints them and the sandbox's."""

import pytest

from destinations.expensify.client import Expensify
from destinations.expensify.policies import read_of
from destinations.expensify.settings import ExpensifyConnection
from resources.failures import Permanent
from sandbox.server import Sandbox

FLAT = [{"glCode": "", "name": "Enterprise", "enabled": True}, {"glCode": "7", "name": "Enterprise:Jean-Luc Picard", "enabled": False}]
LEVELS = [{"name": "Region", "tags": [{"name": "North", "enabled": True}]}, {"name": "Ship", "tags": []}]
FIELDS = [{"values": [], "name": "title", "type": "formula"}, {"values": ["Class 1", "Class 2"], "name": "Classes", "type": "dropdown"}]
TAX = {"default": "4", "rates": [{"rate": 0, "name": "EC", "rateID": "4"}, {"rate": 20, "name": "Standard", "rateID": "2"}], "name": "Tax"}


@pytest.fixture
def client(connection, windows, retry):
    with Expensify(connection(), windows, retry) as opened:
        yield opened


def shown(frame):
    return frame.fillna("-").to_numpy().tolist()


def info(**policies):
    return {"responseCode": 200, "policyInfo": policies}


def test_tags_are_read_flat_and_in_levels_in_one_call(client, script):
    script.play(info(P1={"tags": FLAT}, P2={"tags": LEVELS}))
    found = client.tags(["P1", "P2"])
    assert script.requests[0].job["inputSettings"] == {"type": "policy", "policyIDList": ["P1", "P2"], "fields": ["tags"]}
    assert list(found) == ["policyID", "level", "name", "enabled", "glCode"]
    assert shown(found) == [
        ["P1", "-", "Enterprise", "True", "-"],
        ["P1", "-", "Enterprise:Jean-Luc Picard", "False", "7"],
        ["P2", "Region", "North", "True", "-"],
    ]


def test_a_policy_without_is_known_to_have_none_and_one_that_was_not_shown_is_not(client, script):
    script.play(info(P1={"tags": []}, P2={"tags": None}, P3={}, P4={"tags": [{"name": "Tags", "tags": []}]}))
    found = client.tags(["P1", "P2", "P3", "P4", "P5"])
    assert (read_of(found), found["name"].notna().any()) == (["P1", "P4"], False)


def test_categories_report_fields_and_tax_are_read(client, script):
    meals = {"name": "Meals", "enabled": True, "glCode": "71", "payrollCode": "9", "areCommentsRequired": False}
    script.play(info(P1={"categories": [meals]}), info(P1={"reportFields": FIELDS}), info(P1={"tax": TAX}))
    assert shown(client.categories(["P1"])) == [["P1", "Meals", "True", "71", "9"]]
    assert shown(client.report_fields(["P1"])) == [
        ["P1", "title", "formula", "-"],
        ["P1", "Classes", "dropdown", "Class 1"],
        ["P1", "Classes", "dropdown", "Class 2"],
    ]
    assert shown(client.tax(["P1"])) == [["P1", "EC", "4", "0", "true"], ["P1", "Standard", "2", "20", "false"]]


def test_an_empty_object_as_tax_is_a_policy_without_tax(client, script):
    script.play(info(P1={"tax": {}}, P2={"tax": []}))
    assert shown(client.tax(["P1", "P2"])) == [["P1", "-", "-", "-", "-"]]


def test_the_sandbox_shows_what_its_policies_have(monkeypatch, windows, retry):
    monkeypatch.setenv("EXPENSIFY_SECRET", "demo-secret")
    secret = {"partner_user_id": "aa_demo_partner", "partner_user_secret": {"env": "EXPENSIFY_SECRET"}}
    first, second = "5E00000000000001", "4E00000000000002"
    with Sandbox(switches={"expensify_rate_limits": False}) as box:
        box.box.state["expensify"]["policies"][first] |= {"tags": LEVELS, "tax": TAX}
        with Expensify(ExpensifyConnection.model_validate({"url": box.expensify_url, **secret}), windows, retry) as client:
            tags, tax, fields = client.tags([first, second]), client.tax([first, second]), client.report_fields([second])
            assert shown(tags)[0][:3] == [first, "Region", "North"] and read_of(tags) == sorted([first, second])
            assert tax.dropna(subset="rateID")["policyID"].unique().tolist() == [first] and len(read_of(tax)) == 2
            assert fields["name"].isna().all() and client.categories([second])["name"].isna().all()
            with pytest.raises(Permanent, match="Policy not found"):
                client.tags(["0000000000000000"])
