"""Presets of people whose dimension or value is not there are left out of the user and told."""

import json

import pandas as pd
import pytest

from destinations.findity.adapter import Adapter
from destinations.findity.structure import checks
from destinations.findity.structure import presets as module
from roster.people.chain import approval_chain
from roster.plan.things import none
from roster.records import TAKEN_AWAY
from roster.settings import Approvers
from tests.unit.destinations.findity.structures import read, settings, user
from tests.unit.roster.frames import KEY, acknowledged, person, roster, texts
from tests.unit.roster.frames import accounts as common

FROM_EMPLOYEE = ({"externalSourceId": "COST", "name": "Cost", "presetLocation": "EMPLOYEE"}, {"externalSourceId": "LOC", "name": "Place"})
RULES = {"dimensionPresets": {"COST": "cost_center"}}


def presets(people, there, **given):
    """Each person's presets, and what was left out: who, field, reason, HR's word, what is near."""
    adapter = Adapter(settings(**{"users": RULES, **given}))
    hr = roster(*people)
    chain = approval_chain(hr, common(), acknowledged(), Approvers(), "unchanged", KEY)
    desired, faults = adapter.desired(hr, chain, there)
    texts = desired.set_index("employee_id")["dimensionPresets"]
    given_ = {
        who: {one["dimensionExternalSourceId"]: one["dimensionValueId"] for one in json.loads(text)} for who, text in texts.dropna().items()
    }
    rows = faults.astype("object").where(faults.notna(), None).to_numpy().tolist()
    return given_, [tuple(row) for row in rows]


def test_a_preset_whose_value_is_there_goes_and_another_is_told_with_what_is_near():
    there = read(dimensions=FROM_EMPLOYEE, values=[("CC-100", "Sales"), ("CC-200", "Legal")])
    people = [person("1", cost_center="CC-100"), person("2", cost_center="CC-10O"), person("3", cost_center="legal")]
    assert presets([*people, person("4")], there) == (
        {"1": {"COST": "CC-100"}},
        [
            ("2", "dimensionPresets.COST", "preset_value_unknown", "CC-10O", "CC-100, CC-200"),
            ("3", "dimensionPresets.COST", "preset_value_unknown", "legal", "CC-200"),
        ],
    )


@pytest.mark.parametrize(
    ("dimensions", "reason"),
    [
        ((), "preset_dimension_unknown"),
        (({"externalSourceId": "COST", "name": "Cost", "presetLocation": "DEPARTMENT"},), "preset_not_from_employee"),
        (({"externalSourceId": "COST", "name": "Cost"},), None),  # from where it fills itself, Findity does not say
        (({"externalSourceId": "COST", "name": "Cost", "presetLocation": "Employee"},), None),
    ],
)
def test_a_preset_needs_a_dimension_that_is_filled_from_the_employee(dimensions, reason):
    given, faults = presets([person("1", cost_center="1")], read(dimensions=dimensions, values=[("1", "1")] if dimensions else []))
    assert given == ({} if reason else {"1": {"COST": "1"}})
    assert [fault[2] for fault in faults] == ([reason] if reason else [])


def test_a_dimension_that_is_not_there_is_told_with_those_that_are_near():
    _, faults = presets([person("1", city="x")], read(dimensions=FROM_EMPLOYEE), users={"dimensionPresets": {"COTS": "city"}})
    assert faults == [("1", "dimensionPresets.COTS", "preset_dimension_unknown", "x", "COST")]


def test_other_presets_of_the_person_go_all_the_same():
    rules = {"dimensionPresets": {"COST": "cost_center", "LOC": "city"}}
    there = read(dimensions=FROM_EMPLOYEE, values=[("1", "1")])
    given, faults = presets([person("1", cost_center="1", city="Nowhere")], there, users=rules)
    assert given == {"1": {"COST": "1"}}
    assert [fault[1] for fault in faults] == ["dimensionPresets.LOC"]


@pytest.mark.parametrize("unread", ["dimensions", "values/COST"])
def test_of_a_list_that_could_not_be_read_nothing_is_said_person_by_person_and_findity_keeps_what_it_has(unread):
    dimensions = () if unread == "dimensions" else FROM_EMPLOYEE
    there = read(dimensions=dimensions, unread=[(unread, "why")])
    assert presets([person("1", cost_center="1")], there) == ({}, [])
    (found,) = checks.findings(settings(users=RULES), there)
    assert not found.passed
    assert found.table.to_numpy().tolist() == [[unread, "why"]]


DIMENSIONS = {"COST": {"name": "Cost", "presetLocation": "EMPLOYEE", "values": {"id": "cost_center"}}}


def test_a_value_that_is_created_before_the_people_are_sent_counts_as_there():
    given, faults = presets([person("1", cost_center="NEW")], read(dimensions=()), dimensions=DIMENSIONS)
    assert given == {"1": {"COST": "NEW"}}
    assert faults == []


def test_where_findity_names_values_by_ids_of_its_own_a_preset_takes_those_and_a_new_value_follows_the_next_night():
    there = read(dimensions=FROM_EMPLOYEE, values=[("OLD", "Old")])
    people = [person("1", cost_center="OLD"), person("2", cost_center="NEW")]
    given, faults = presets(people, there, dimensions=DIMENSIONS, value_by="id")
    assert given == {"1": {"COST": "own-OLD"}}
    assert faults == [("2", "dimensionPresets.COST", "preset_value_not_yet", "NEW", None)]


def test_without_presets_or_dimensions_nothing_is_checked():
    assert presets([person("1", cost_center="1")], {"users": read(user("1"))["users"], "units": read()["units"]}) == (
        {"1": {"COST": "1"}},
        [],
    )


def test_users_name_no_approvers_where_approval_goes_by_something_else():
    adapter = Adapter(settings(approval="dimensions", dimensions={"COST": {**DIMENSIONS["COST"], "approvers": [{"employee": "1"}]}}))
    hr = roster(person("1"), person("2", manager_id="1"))
    chain = approval_chain(hr, common(), acknowledged(), Approvers(), "unchanged", KEY)
    assert adapter.desired(hr, chain, read())[0]["approverIds"].isna().all()


PRESET = '[{"dimensionExternalSourceId":"COST","dimensionValueId":"%s"}]'


def test_who_approves_by_a_value_or_a_unit_counts_as_the_approver_of_its_people():
    people = [
        user("1", approverIds=None, dimensionPresets=PRESET % "100"),
        user("2", approverIds=None, dimensionPresets=PRESET % "own-200"),
        user("3", approverIds=None, organizationalUnitId="s"),
        user("4", approverIds=None),
        user("9"),
    ]
    there = read(*people, values=[("100", "a"), ("200", "b")], approvers=[("100", "9", None), ("200", "1", None), ("200", "9", None)])
    there["unit_approvers"] = there["value_approvers"].iloc[:1].assign(at="s").drop(columns="dimension")
    adapter = Adapter(settings())
    found = adapter.accounts(there, pd.Series(["1", "2", "3", "4", "9"], dtype="str"), acknowledged())
    assert found["approver"].fillna("-").tolist() == ["9", "1", "9", "-", "9"]


@pytest.mark.parametrize(
    ("assigned", "passed", "told"),
    [([], False, "Nobody is assigned yet by dimensions"), ([("100", "9", None), ("100", "1", None)], True, "2 assignments are there")],
)
def test_the_check_of_approval_says_what_is_assigned_and_that_no_call_shows_whether_it_is_switched_on(assigned, passed, told):
    company = settings(approval="dimensions", dimensions={"COST": {**DIMENSIONS["COST"], "approvers": [{"employee": "1"}]}})
    adapter = Adapter(company)
    there = read(values=[("100", "a")], approvers=assigned)
    findings = {one.name: one for one in adapter.preflight(there, roster())}
    assert {"approval", "structure_read"} <= set(findings) & set(adapter.preflight_checks)
    assert findings["approval"].passed is passed
    assert told in findings["approval"].description
    assert "cannot be read: see it in the admin web client" in findings["approval"].description
    assert findings["structure_read"].passed


def test_a_company_that_configures_none_of_it_has_no_such_checks():
    assert not {"approval", "structure_read"} & set(Adapter(settings()).preflight_checks)
    assert Adapter(settings()).thing_kinds == {}


def test_what_is_to_be_taken_away_passes_and_a_record_with_a_value_that_was_refused_goes_without_its_presets():
    gap = '[{"dimensionExternalSourceId":"COST","dimensionValueId":null}]'
    two = '[{"dimensionExternalSourceId":"COST","dimensionValueId":"1"},{"dimensionExternalSourceId":"LOC","dimensionValueId":"x"}]'
    there = module.There.of(read(dimensions=FROM_EMPLOYEE, values=[("1", "1")]), none(), "externalSourceId")
    desired = texts(
        [{"employee_id": "1", "dimensionPresets": gap}, {"employee_id": "2", "dimensionPresets": TAKEN_AWAY}],
        ["employee_id", "dimensionPresets"],
    )
    found, faults = module.checked(desired, there)
    assert found["dimensionPresets"].tolist() == [gap, TAKEN_AWAY]
    assert faults.empty
    records = texts([{"dimensionPresets": text} for text in (two, gap, TAKEN_AWAY, None)], ["dimensionPresets"])
    sent = module.without(records, ["value/COST/1", "approvers/COST/1"])["dimensionPresets"]
    assert sent.isna().tolist() == [True, False, False, True]
    assert module.without(records, []) is records
