"""Nested values: what else is there stays, for many people as for one."""

import json

import pandas as pd

from destinations.findity import comparison
from tests.unit.roster.frames import KEY, Night, findity_adapter, person, roster, units, user, users

RULES = {"address": {"city": "city"}, "dimensionPresets": {"cost": "cost_center"}}


def changes(number):
    """The differences of so many people whose address and presets there have more in them than the rules give."""
    address, presets = json.dumps({"city": "Oslo", "floor": 2}), json.dumps([{"dimensionExternalSourceId": "x", "dimensionValueId": "1"}])
    people = roster(*(person(str(one), city="Umeå", cost_center="7") for one in range(number)))
    there = users(*(user(str(one), address=address, dimensionPresets=presets) for one in range(number)))
    adapter = findity_adapter(type(findity_adapter().settings.users).model_validate(RULES))
    desired = Night(people, users=adapter.settings.users).desired(adapter, {"users": there, "units": units()}).records
    pairs = pd.DataFrame({"employee_id": people["employee_id"], "account": people["employee_id"]})
    return comparison.visible_changes(desired, there, pairs, KEY)


def test_what_else_is_there_is_sent_along():
    found = changes(2).set_index(["employee_id", "field"])["new"]
    assert json.loads(found["1", "address"]) == {"city": "Umeå", "floor": 2}
    assert json.loads(found["1", "dimensionPresets"]) == [
        {"dimensionExternalSourceId": "x", "dimensionValueId": "1"},
        {"dimensionExternalSourceId": "cost", "dimensionValueId": "7"},
    ]


def test_no_cell_of_a_column_is_set_by_itself(monkeypatch):
    """Each such write copies an Arrow column whole, so that the time would grow with the square of the people."""
    written = []
    set_item = pd.Series.__setitem__
    monkeypatch.setattr(pd.Series, "__setitem__", lambda series, at, value: written.append(at) or set_item(series, at, value))
    found = changes(40)
    assert found["field"].eq("address").sum() == 40
    assert len(written) < 10
