"""Dimensions, values and who approves for them at the sandbox's Findity, called as the documents describe it."""

import httpx
import pytest

from tests.sandbox.conftest import HTTP

NEW = {"externalSourceId": "COST", "name": "Cost center", "level": "EXPENSE", "presetLocation": "EMPLOYEE"}
LIST, APPROVERS = "/customdimensions/COST/list/", "/customdimensions/COST/list/approvers/"


@pytest.fixture
def put(findity):
    def call(path: str, body: object) -> httpx.Response:
        organization = f"{findity.box.findity_url}/organizations/externalid/acme"
        return HTTP.put(organization + path, headers=findity.headers, json=body)

    return call


@pytest.fixture
def consultant(box):
    """The personId of somebody who is there."""
    return box.state["findity"]["organizations"]["acme"]["users"]["consultant-1"]["personId"]


def test_definitions_and_values_are_upserts_and_a_value_goes_by_delete(findity, put):  # [D F1] paths, [S] delete
    assert put("/customdimensions/", [NEW]).status_code == 200
    put("/customdimensions/", [{"externalSourceId": "COST", "name": "Renamed"}])
    demo, there = findity.get("/customdimensions/").json()
    assert demo["externalSourceId"] == "COST_CENTER"  # what the demo begins with
    assert (there["name"], there["level"]) == ("Renamed", "EXPENSE")
    put(LIST, [{"externalSourceId": "1", "name": "One"}, {"externalSourceId": "2", "name": "Two"}])
    put(LIST, [{"externalSourceId": "1", "delete": True}])
    assert [one["externalSourceId"] for one in findity.get(LIST).json()] == ["2"]


def test_a_list_of_no_dimension_is_not_there(findity):  # [?]
    assert findity.get(LIST).status_code == 404


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        ({"dimensionValueId": "9"}, "DIMENSION_VALUE_NOT_FOUND"),
        ({"personId": "nobody"}, "PERSON_NOT_FOUND"),
        ({"personId": None}, "REQUIRED_FIELD"),
        ({"sortOrder": 3}, "INVALID_JSON_BODY"),
    ],
)
def test_an_assignment_that_cannot_be_taken_is_refused(put, consultant, entry, code):  # [?] the codes
    put("/customdimensions/", [NEW])
    put(LIST, [{"externalSourceId": "1", "name": "One"}])
    refused = put(APPROVERS, [{"dimensionValueId": "1", "personId": consultant, "sortOrder": 0, "amountLimit": None, **entry}])
    assert (refused.status_code, refused.json()["errorCode"]) == (400, code)


def test_a_value_has_three_steps_at_most(findity, put, consultant):  # [D F1]
    put("/customdimensions/", [NEW])
    put(LIST, [{"externalSourceId": "1", "name": "One"}])
    steps = [{"dimensionValueId": "1", "personId": consultant, "sortOrder": number % 3} for number in range(4)]
    assert put(APPROVERS, steps).status_code == 400
    assert put(APPROVERS, steps[:3]).status_code == 200
    assert [one["sortOrder"] for one in findity.get(APPROVERS).json()] == [0, 1, 2]


def test_a_part_of_the_tree_leaves_the_rest_as_it_is(findity, put, consultant):  # [D F1] parts; that the rest stays [I]
    root = findity.get("/organizationalunits/").json()
    before = [unit["name"] for unit in root["subUnits"]]
    step = {"personId": consultant, "sortOrder": 0, "amountLimit": 10}
    assert put("/organizationalunits/", {"id": root["id"], "subUnits": [{"name": "New", "approvers": [step]}]}).status_code == 200
    after = findity.get("/organizationalunits/").json()["subUnits"]
    assert [unit["name"] for unit in after] == [*before, "New"]
    assert [(one["personId"], one["amountLimit"]) for one in after[-1]["approvers"]] == [(consultant, 10)]
