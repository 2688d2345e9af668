"""Dimensions, values and approvers over a real socket: each call, in each form that the documents leave open."""

import json

import pytest

from destinations.findity.settings import Settings
from resources.failures import Refused
from sandbox.server import Sandbox
from tests.contract.structure import COST, Organization, seed, user
from tests.unit.roster.frames import person

BOSS, LEAD = user("9", active=True), user("1")
PEOPLE = (
    person("9", cost_center="200", approval_limit="9"),
    person("1", manager_id="9", cost_center="100", approval_limit="1"),
)


@pytest.fixture
def box(monkeypatch):
    monkeypatch.setenv("FINDITY_SECRET", "demo-findity-secret")
    with Sandbox(seed(BOSS, LEAD)) as running:
        yield running


@pytest.fixture
def acme(box):
    return Organization(box, {"approval": ["approverIds", "dimensions"], "dimensions": {"COST": COST}})


def jobs(box, since=0):
    return [call["job"] for call in box.calls[since:] if "token" not in call["job"]]


def test_definition_values_and_approvers_are_planned_and_written_in_this_order_and_then_nothing_is(acme, box):
    first = acme.plan(*PEOPLE)
    assert first.things == {
        "dimension/COST": (None, "name: Cost center, level: EXPENSE, presetLocation: EMPLOYEE"),
        "value/COST/100": (None, "100"),
        "value/COST/200": (None, "200"),
        "approvers/COST/100": (None, "1 up to 5000, then 9"),
        "approvers/COST/200": (None, "9"),
    }
    assert set(acme.send(first).values()) == {("accepted", None)}
    begin = len(box.calls)
    assert acme.plan(*PEOPLE).things == {}
    assert jobs(box, begin) == [
        "GET users",
        "GET organizationalunits",
        "GET customdimensions",
        "GET dimension list",
        "GET dimension approvers",
    ]
    people = {one["personId"]: key for key, one in acme.state["users"].items()}
    rows = [
        (one["value"], people[one["personId"]], one["sortOrder"], one["amountLimit"]) for one in acme.state["dimensionApprovers"]["COST"]
    ]
    assert rows == [("100", "1", 0, 5000), ("100", "9", 1, None), ("200", "9", 0, None)]


FORMS = [
    {"findity_structure_list": "data"},
    {"findity_structure_answer": "empty"},
    {"findity_approver_list": "grouped"},
    {"findity_approvers_put": "replace"},
    {"findity_approver_by": "approverExternalId"},
    {"findity_approver_by": "both"},
    {"findity_value_ids": "own"},
    {"findity_value_ids": "both"},
    {"findity_units": "nested"},
]


@pytest.mark.long(
    held_by="tests/contract/test_findity_structure.py::test_definition_values_and_approvers_are_planned_and_written_in_this_order_and_then_nothing_is"
)
@pytest.mark.parametrize("switches", FORMS, ids=lambda one: "=".join(map(str, *one.items())))
def test_in_every_form_that_the_documents_leave_open_a_second_pass_changes_nothing_and_a_change_lands(box, acme, switches):
    box.switch(**switches)
    there = acme.other(
        approver_by="approverExternalId" if "approverExternalId" in switches.values() else "personId",
        value_by="id" if "own" in switches.values() else "externalSourceId",
    )
    there.send(there.plan(*PEOPLE))
    assert there.plan(*PEOPLE).things == {}
    changed = (PEOPLE[0], {**PEOPLE[1], "approval_limit": "9"})
    made = there.plan(*changed)
    assert made.things == {"approvers/COST/100": ("1 up to 5000, then 9", "9")}
    assert there.send(made) == {"approvers/COST/100": ("accepted", None)}
    assert there.plan(*changed).things == {}
    assert len(there.state["dimensionApprovers"]["COST"]) == 2


def test_an_approver_named_in_the_form_that_is_not_taken_is_refused_with_the_reason(box, acme):
    acme.send(acme.plan(*PEOPLE))
    box.switch(findity_approver_by="approverExternalId")
    made = acme.plan(*PEOPLE[:1], {**PEOPLE[1], "approval_limit": "9"})
    assert acme.send(made) == {"approvers/COST/100": ("refused", "Findity refused: 400 REQUIRED_FIELD approverExternalId is required")}


def test_what_is_not_configured_is_not_asked_for(box):
    Organization(box, {}).plan(*PEOPLE)
    assert jobs(box) == ["GET users", "GET organizationalunits"]


def test_values_without_approvers_ask_for_no_approvers(box):
    dimension = {name: value for name, value in COST.items() if name != "approvers"}
    acme = Organization(box, {"dimensions": {"COST": dimension}})
    acme.send(acme.plan(*PEOPLE))
    acme.plan(*PEOPLE)
    assert "GET dimension approvers" not in jobs(box)


@pytest.mark.parametrize("job", ["GET customdimensions", "GET dimension list", "GET dimension approvers"])
def test_an_answer_of_no_known_form_is_no_empty_one(box, acme, job):
    acme.send(acme.plan(*PEOPLE))
    box.fault(api="findity", job=job, body='{"rows": []}')
    made = acme.plan(*PEOPLE, person("2", cost_center="100", approval_limit="2"))
    below = {"GET customdimensions": "dimension/COST", "GET dimension list": "values/COST", "GET dimension approvers": "approvers/COST"}
    assert made.things == {}
    assert list(made.left) == [below[job]]
    assert "has no known shape" in made.left[below[job]]


@pytest.mark.parametrize("job", ["GET customdimensions", "GET dimension list", "GET dimension approvers"])
def test_a_list_that_is_refused_is_no_empty_one(box, acme, job):
    acme.send(acme.plan(*PEOPLE))
    box.fault(api="findity", job=job, status=403)
    made = acme.plan(*PEOPLE)
    assert made.things == {}
    assert [reason[:49] for reason in made.left.values()] == ["Findity refused to show it: 403 UNEXPECTED_ERROR "]


def test_one_value_that_is_refused_costs_no_other(box, acme):
    box.fault(api="findity", job="PUT dimension list", refuse={"104": "INVALID"}, times=None)
    people = [person(str(number), cost_center=str(100 + number)) for number in range(1, 10)]
    acme = Organization(box, {"dimensions": {"COST": {name: value for name, value in COST.items() if name != "approvers"}}})
    outcomes = acme.send(acme.plan(*people))
    assert outcomes.pop("value/COST/104") == ("refused", "Findity refused: 400 INVALID Refused")
    assert len(outcomes) == 9
    assert set(outcomes.values()) == {("accepted", None)}


def test_a_dimension_that_is_refused_takes_its_values_with_it(box, acme):
    box.fault(api="findity", job="PUT customdimensions", refuse={"COST": "INVALID"})
    outcomes = acme.send(acme.plan(*PEOPLE))
    assert outcomes["dimension/COST"][0] == "refused"
    assert outcomes["value/COST/100"] == ("refused", "its dimension was not taken")
    assert outcomes["approvers/COST/100"] == ("refused", "its value is not there")


def test_assignments_whose_answer_is_lost_are_unknown_and_sent_once(box, acme):
    box.fault(api="findity", job="PUT dimension approvers", drop=True, applied=True)
    outcomes = acme.send(acme.plan(*PEOPLE))
    assert outcomes["approvers/COST/100"] == ("unknown", "no answer: it may have been applied or not")
    assert jobs(box).count("PUT dimension approvers") == 1
    box.heal()
    assert acme.plan(*PEOPLE).things == {}


HTML, FAILED, PARTLY = "<html>maintenance</html>", '{"status": "FAILED", "message": "NOT_NOW"}', '{"updated": 1, "failed": 1}'


@pytest.mark.parametrize(
    ("body", "outcome"), [(HTML, "unknown"), ('"OK"', "unknown"), (PARTLY, "unknown"), ('{"status": "QUEUED"}', "unknown")]
)
@pytest.mark.parametrize(
    ("job", "thing"),
    [
        ("PUT customdimensions", "dimension/COST"),
        ("PUT dimension list", "value/COST/100"),
        ("PUT dimension approvers", "approvers/COST/100"),
    ],
)
def test_true_report_an_answer_that_does_not_say_that_it_was_taken_is_no_acceptance(box, acme, job, thing, body, outcome):
    made = acme.plan(*PEOPLE)
    box.fault(api="findity", job=job, body=body)
    several = job != "PUT customdimensions"  # of one alone it is known whom a failure concerns
    assert acme.send(made)[thing][0] == ("refused" if body == PARTLY and not several else outcome)


def test_true_report_a_failure_under_http_200_refuses_what_was_sent_alone(box, acme):
    made = acme.plan(*PEOPLE)
    box.fault(api="findity", job="PUT customdimensions", body=FAILED)
    outcomes = acme.send(made)
    assert outcomes["dimension/COST"][0] == "refused"
    assert outcomes["value/COST/100"] == ("refused", "its dimension was not taken")


@pytest.mark.parametrize(("body", "outcome"), [(HTML, "unknown"), (FAILED, "refused")])
def test_true_report_a_unit_counts_as_created_by_an_answer_that_says_so_alone(box, body, outcome):
    acme = Organization(box, {"units": "create", "users": {"organizationalUnitId": "department"}})
    made = acme.plan(person("9", department="Sales"), person("1", department="New"))
    box.fault(api="findity", job="PUT organizationalunits", body=body)
    assert {each[0] for each in acme.send(made).values()} == {outcome}


def test_somebody_elses_assignments_stay_as_they_are(box, acme):
    for form in ("merge", "replace"):
        box.switch(findity_approvers_put=form)
        acme.state["users"]["7"] = {**user("7"), "id": "i7", "personId": "stranger", "active": True, "approverIds": []}
        acme.send(acme.plan(*PEOPLE))
        acme.state["dimensionValues"]["COST"] += [{"id": f"x-{form}", "externalSourceId": f"OTHER-{form}", "name": "Other"}]
        theirs = {"id": f"a-{form}", "value": f"OTHER-{form}", "personId": "stranger", "sortOrder": 0, "amountLimit": 7}
        acme.state["dimensionApprovers"]["COST"].append(theirs)
        number = "1" if form == "replace" else "9"
        acme.send(acme.plan(PEOPLE[0], {**PEOPLE[1], "approval_limit": number}))
        assert theirs in acme.state["dimensionApprovers"]["COST"]


def test_approval_and_its_settings_go_together():
    connection = {"organization": "acme", "client_id": "x", "client_secret": {"env": "X"}}
    for given, told in [
        ({"approval": "dimensions"}, "approval: dimensions and"),
        ({"dimensions": {"COST": COST}}, "approval: dimensions and"),
        ({"approval": ["departments"]}, "approval: departments and"),
        ({"units": "create"}, "needs users.organizationalUnitId"),
        ({"approval": []}, "at least 1 item"),
    ]:
        with pytest.raises(ValueError, match=told):
            Settings.model_validate({"connection": connection, "users": {}, **given})


def test_units_are_created_below_each_other_and_nothing_else_of_the_tree_changes(box):
    for form in ("nested", "both"):
        box.switch(findity_unit_parts=form)
        acme = Organization(box, {"units": "create", "users": {"organizationalUnitId": "department"}})
        made = acme.plan(person("1", department=f"Sales/{form}/Oslo"), person("9", department="Legal"))
        assert list(made.things) == [f"unit/Sales/{form}", f"unit/Sales/{form}/Oslo"]
        assert set(acme.send(made).values()) == {("accepted", None)}
    parents = {unit["id"]: unit["name"] for unit in acme.state["units"]}
    there = {(unit["name"], parents.get(unit["parentId"])) for unit in acme.state["units"]}
    old = {("Acme", None), ("Sales", "Acme"), ("Legal", "Acme")}
    assert there == {*old, ("nested", "Sales"), ("Oslo", "nested"), ("both", "Sales"), ("Oslo", "both")}


def test_a_unit_below_one_that_was_refused_is_not_sent(box):
    box.switch(findity_unit_parts="owner")
    acme = Organization(box, {"units": "create", "users": {"organizationalUnitId": "department"}})
    outcomes = acme.send(acme.plan(person("1", department="North/Oslo")))
    assert outcomes["unit/North"][0] == "refused"
    assert outcomes["unit/North/Oslo"] == ("refused", "the unit above it is not there")


def test_approvers_of_units_are_written_unit_by_unit_and_then_nothing_changes(box):
    departments = {"approvers": [{"rule": "approval_limit", "amountLimit": 10}, {"employee": "9"}]}
    acme = Organization(box, {"approval": "departments", "departments": departments, "users": {"organizationalUnitId": "department"}})
    people = (person("1", department="Sales", approval_limit="1"), person("9", department="Legal", approval_limit="9"))
    made = acme.plan(*people)
    assert made.things == {"approvers/unit/Legal": (None, "9"), "approvers/unit/Sales": (None, "1 up to 10, then 9")}
    assert set(acme.send(made).values()) == {("accepted", None)}
    begin = len(box.calls)
    assert acme.plan(*people).things == {}
    assert jobs(box, begin) == ["GET users", "GET organizationalunits"]
    fewer = acme.plan({**people[0], "approval_limit": "9"}, people[1])
    acme.send(fewer)
    assert acme.plan({**people[0], "approval_limit": "9"}, people[1]).things == {}


@pytest.mark.parametrize(("form", "kept"), [("store", 1), ("ignore", 0), ("refuse", None)])
def test_what_findity_does_with_a_preset_of_a_value_that_is_not_there_is_a_switch(box, form, kept):
    box.switch(findity_preset_unknown=form)
    record = {**user("3"), "dimensionPresets": [{"dimensionExternalSourceId": "COST", "dimensionValueId": "1"}]}
    with Organization(box, {}).client() as client:
        if kept is None:
            with pytest.raises(Refused, match="DIMENSION_VALUE_NOT_FOUND"):
                client.put_users([record])
        else:
            client.put_users([record])
            assert len(json.loads(client.users()["dimensionPresets"].iloc[-1])) == kept
