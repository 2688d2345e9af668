"""The organization's units, in the form that the vendor's page shows and in those that are guessed."""

import json

import pytest

from destinations.findity.client import Findity
from resources.failures import Permanent, Transient

ROOT, MIDDLE, LEAF = {"id": "1", "name": "Root"}, {"id": "2", "name": "Middle", "externalSourceId": "M"}, {"id": "3", "name": "Leaf"}
TREE = {**ROOT, "children": [{**MIDDLE, "children": [LEAF]}]}
FLAT = [ROOT, {**MIDDLE, "parentId": "1"}, {**LEAF, "parentId": "2"}]
OBJECTS = [ROOT, {**MIDDLE, "parent": {"id": "1"}}, {**LEAF, "parent": {"id": "2"}}]


def printed(unit, owner, level, *below):
    """A unit with the keys of the vendor's page."""
    rest = {"description": "", "costCenterId": None, "projectId": None, "vatType": "USE_CATEGORY", "level": level}
    approvers = [{"id": "a", "personId": "p", "sortOrder": 0, "amountLimit": None}]
    presets = [{"id": "v", "dimensionId": "d"}]
    lists = {"approvers": approvers, "presetValues": presets, "subUnits": list(below)}
    return {"externalSourceId": None, **unit, "ownerId": owner, **rest, **lists}


AS_PRINTED = printed(ROOT, None, 0, printed(MIDDLE, "1", 1, printed(LEAF, "2", 2)))
FORMS = {
    "as the vendor prints it": AS_PRINTED,
    "a list of what the vendor prints": [AS_PRINTED],
    "flat with the vendor's keys": [{**unit, "subUnits": None} for unit in (ROOT, {**MIDDLE, "ownerId": "1"}, {**LEAF, "ownerId": "2"})],
    "its tree without owners": {**ROOT, "subUnits": [{**MIDDLE, "subUnits": [LEAF]}]},
    "all of them and nested, too": [
        ROOT | {"subUnits": [{**MIDDLE, "subUnits": [LEAF]}]},
        {**MIDDLE, "ownerId": "1"},
        {**LEAF, "ownerId": "2"},
    ],
    "children in a list": [TREE],
    "children of one root": TREE,
    "flat": FLAT,
    "flat with parents as objects": OBJECTS,
    "in an envelope": {"data": FLAT, "meta": {"total": 3}},
}


@pytest.fixture
def client(organization, retry):
    with Findity(organization(), retry) as opened:
        yield opened


@pytest.mark.parametrize("form", FORMS)
def test_units_are_read_in_every_form(client, script, form):
    script.play(FORMS[form])
    units = client.units()
    assert list(units) == ["id", "name", "externalSourceId", "parentId"]
    assert units.fillna("-").to_numpy().tolist() == [["1", "Root", "-", "-"], ["2", "Middle", "M", "1"], ["3", "Leaf", "-", "2"]]


@pytest.mark.parametrize(
    "body",
    [
        "<html>",
        json.dumps({**ROOT, "departments": [MIDDLE]}),
        json.dumps({**ROOT, "subUnits": [{**MIDDLE, "sections": [LEAF]}]}),
        json.dumps({**ROOT, "subUnits": {"2": MIDDLE}}),
        json.dumps({**ROOT, "subUnits": ["2", "3"]}),
        json.dumps([ROOT, {"name": "without an id"}]),
        json.dumps([ROOT, "2"]),
        json.dumps([ROOT, MIDDLE, {**LEAF, "id": "2"}]),
        json.dumps({"organizationalUnits": {"1": ROOT}}),
    ],
)
def test_units_of_which_a_part_is_not_understood_are_of_no_known_shape(client, script, body):
    script.play(body)
    with pytest.raises(Permanent, match="units has no known shape"):
        client.units()


def test_fewer_units_than_the_answer_says_are_no_whole_list(client, script):
    script.play({"data": FLAT, "meta": {"total": 4}})
    with pytest.raises(Transient, match="shorter than it says"):
        client.units()
