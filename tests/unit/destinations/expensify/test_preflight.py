"""What is known to be wrong with policies and tags before anything is planned."""

import json

import pytest

from resources.failures import Permanent
from tests.unit.destinations.expensify.nights import OWNER, admin, seeded
from tests.unit.roster.frames import decided, person

further = pytest.mark.long(
    held_by="tests/unit/destinations/expensify/test_preflight.py::test_a_policy_that_is_not_there_is_named_with_near_names_and_the_people_it_costs"
)

BOSS = person("1")


def rows(acme):
    return acme.findings["policies"].table.to_numpy().tolist()


def faults(acme):
    return [tuple(row) for row in acme.drawn.facts.faults[["employee_id", "field", "reason"]].itertuples(index=False)]


def test_where_every_policy_is_there_the_check_passes_and_says_how_many(company):
    acme = company(seeded("P1", "P2"))
    acme.night(BOSS, person("2", extra_more="P2"), send=False)
    finding = acme.findings["policies"]
    assert (finding.passed, finding.figures) == (True, {"policies": 2, "people concerned": 0})


def test_a_policy_that_is_not_there_is_named_with_near_names_and_the_people_it_costs(company):
    acme = company(
        seeded("P1", "4E00000000000002"), feed={"policyID": {"column": "department", "lookup": {"A": "P1", "B": "4E0000000000000Z"}}}
    )
    people = (person("1", department="A"), person("2", department="B"), person("3", department="B", manager_id="2"))
    acme.night(*people)
    assert rows(acme) == [
        ["4E0000000000000Z", "is not there, or the account does not see it", "4E00000000000002 (Policy 4E00000000000002)", 2, "2, 3"]
    ]
    assert not acme.findings["policies"].passed
    assert "costs 2 people" in acme.findings["policies"].description
    assert acme.outcomes()["2"] == acme.outcomes()["3"] == ("refused", None)
    assert acme.outcomes()["1"] == ("created", "landed")
    assert "update employees" in acme.calls


def test_the_name_of_a_policy_in_place_of_its_id_is_told(company):
    acme = company(seeded("P1", "P2"), feed={"policyID": {"column": "department", "lookup": {"A": "P1", "B": "policy p2"}}})
    acme.night(person("1", department="A"), send=False)
    assert rows(acme)[0][2:4] == ["P2 (Policy P2), P1 (Policy P1)", 0]


@further
def test_a_policy_that_the_account_sees_and_does_not_administer_is_another_matter_and_costs_nobody_else(company):
    theirs = {"name": "Theirs", "owner": "x@x.example", "members": [admin(role="user"), {"email": "2@acme.example", "employeeID": "2"}]}
    acme = company(seeded("P1", P2=theirs))
    acme.night(BOSS, person("2", extra_policy="P2"), person("3", extra_more="P2"))
    assert rows(acme) == [["P2", "is there, and the account is not its admin", "", 2, "2, 3"]]
    assert decided(acme.drawn.plan)["2"] == ("skip", "policy_not_administered")
    assert ("3", "additionalPolicyIDs", "policy_not_administered") in faults(acme)
    assert acme.outcomes()["3"] == acme.outcomes()["1"] == ("created", "landed")


@further
def test_one_that_could_not_be_read_is_neither(company):
    theirs = {"name": "Theirs", "owner": "x@x.example", "members": [admin(role="auditor")]}
    acme = company(seeded("P1", P2=theirs))
    shown = {"responseCode": 200, "policyInfo": {"P1": {"employees": [{"email": OWNER, "role": "admin"}]}}}
    acme.box.fault(api="expensify", job="get policy", status=200, body=json.dumps(shown))
    acme.night(BOSS, person("2", extra_more="P2"), send=False)
    assert acme.known.read["looked"]["policyID"].tolist() == ["P1"]
    assert rows(acme)[0][1] == "is there, and the account is not its admin"
    acme.box.heal()
    with pytest.raises(Permanent, match="no members of policy P1"):
        acme.box.fault(api="expensify", job="get policy", status=200, body='{"responseCode": 200, "policyInfo": {}}')
        acme.night(BOSS, send=False)
    acme.box.heal()


def test_quiet_what_stands_in_a_cell_is_not_shown(company):
    acme = company(seeded("P1"))
    acme.night(BOSS, person("2", extra_policy="SE45 5000 0000 0583 9825 7466"), send=False)
    assert rows(acme) == [["(in a cell of HR's file)", "is not there, or the account does not see it", "", 1, "2"]]


@further
def test_whoever_is_there_keeps_what_they_have_while_their_policy_is_not_to_be_seen(company):
    acme = company(seeded("P1", "P2"))
    acme.begin(BOSS, person("2", extra_policy="P2"))
    acme.night(BOSS, person("2", extra_policy="P5"))
    assert acme.outcomes()["2"] == ("refused", None)
    assert acme.members("P2") == {"2"}


def test_where_no_policy_is_to_be_seen_nothing_is_planned(company):
    acme = company(seeded("P1"))
    with pytest.raises(Permanent, match="Policy not found"):
        acme.night(person("1", extra_policy="P8"), send=False)


@further
@pytest.mark.parametrize(
    ("tags", "left", "told"),
    [
        ([{"name": "Travel", "enabled": True}], '["Travel"]', [("1", "defaultTags", "tag_unknown")]),
        ([{"name": "Region", "tags": [{"name": "Travel"}]}, {"name": "Ship", "tags": [{"name": "Nord"}]}], '["Nord","Travel"]', []),
        ([], None, [("1", "defaultTags", "tag_unknown")]),
        (None, '["Nord","Travel"]', []),  # not shown: nothing is known of them
    ],
)
def test_tags_that_no_policy_of_theirs_has_are_left_out_and_told_by_person(company, tags, left, told):
    state = seeded("P1")
    state["expensify"]["policies"]["P1"]["tags"] = tags
    acme = company(state, feed={"policyID": "extra_policy", "defaultTags": "extra_more"})
    acme.night(person("1", extra_more="Travel, Nord"), send=False)
    record = acme.drawn.desired.iloc[0]
    assert (None if record.isna()["defaultTags"] else record["defaultTags"], faults(acme)) == (left, told)
    assert acme.calls[:2] == ["get policyList", "get policy"]


def test_a_tag_that_a_further_policy_of_theirs_has_is_known(company):
    state = seeded("P1", "P2")
    state["expensify"]["policies"]["P2"]["tags"] = [{"name": "Nord"}]
    feed = {"policyID": "extra_policy", "additionalPolicyIDs": {"constant": "P2"}, "defaultTags": "extra_more"}
    acme = company(state, feed=feed)
    acme.night(person("1", extra_more="Nord"), send=False)
    assert faults(acme) == []
