"""Values at Findity that HR gives no more: which go, which stay, how that is sent and held."""

import pytest
from pydantic import ValidationError

from destinations.base import Request
from destinations.findity.settings import FindityUsers
from roster.plan.limits import Limits
from sandbox.server import Sandbox
from tests import syncing
from tests.contract.nights_at_findity import Company, employee

further = pytest.mark.long(
    held_by="tests/contract/test_findity_taking_away.py::test_an_empty_cell_takes_the_value_away_in_the_fields_that_the_settings_name_and_only_there"
)

RULES = {
    "phone": "phone",
    "locale": "locale",
    "role": "role",
    "organizationalUnitId": {"column": "department", "values": {"Sales": "u1"}},
    "unit_by": "id",
    "bankAccount": {"iban": "bank_account"},
    "address": {"street1": "street", "city": "city"},
    "dimensionPresets": {"COST": "cost_center", "SITE": "location"},
}
CLEAR = ["phone", "locale", "organizationalUnitId", "bankAccount", "address", "dimensionPresets", "approverIds"]
FILLED = {
    "phone": "+46701740601",
    "locale": "sv_SE",
    "role": "APPROVER",
    "department": "Sales",
    "bank_account": "SE4550000000058398257466",
    "street": "Storgatan 1",
    "city": "Stockholm",
    "cost_center": "4711",
    "location": "STO",
}
EMPTY = dict.fromkeys([*FILLED, "manager_id"])


@pytest.fixture(scope="module")
def box():
    with Sandbox() as running:
        yield running


@pytest.fixture
def acme(box, tmp_path, monkeypatch):
    monkeypatch.setenv("FINDITY_SECRET", "demo-findity-secret")
    with syncing.fresh(tmp_path) as ledger:
        company = Company(box, ledger, RULES, limits=syncing.UNLIMITED)
        company.organization["units"] = [{"id": "u1", "name": "Sales", "externalSourceId": None, "parentId": None}]
        there = {"COST": "4711", "SITE": "STO"}
        company.organization["customDimensions"] = [{"id": f"d{key}", "externalSourceId": key, "name": key} for key in there]
        company.organization["dimensionValues"] = {
            key: [{"id": f"v{key}", "externalSourceId": value, "name": value}] for key, value in there.items()
        }
        yield company


def people(**cells):
    """E2 with these cells, between two who have everything."""
    return [employee("E1", **FILLED), employee("E2", **{**FILLED, **cells}), employee("E3", **FILLED)]


@further
def test_by_default_an_empty_cell_takes_nothing_away(acme):
    acme.begin(*people())
    before = dict(acme.users_there["E2"])
    acme.night(*people(**{**EMPTY, "manager_id": "E1"}))
    assert acme.users_there["E2"] == before


def test_an_empty_cell_takes_the_value_away_in_the_fields_that_the_settings_name_and_only_there(acme):
    acme.begin(*people())
    acme.users_there["E2"]["dimensionPresets"].append({"dimensionExternalSourceId": "OTHER", "dimensionValueId": "x"})
    night = acme.night(*people(**EMPTY), users={"clear": CLEAR})
    there = acme.users_there["E2"]
    assert night.outcome["E2"] == ("updated", "landed")
    assert not {"phone", "locale", "organizationalUnitId", "bankAccount", "address"} & there.keys()
    assert there["approverIds"] == [acme.users_there["E1"]["personId"]], "nobody else would approve for them"
    assert night.skipped.loc["E2", "reason"].startswith("approverIds: HR's file gives no value for them any more by which somebody")
    assert there["dimensionPresets"] == [{"dimensionExternalSourceId": "OTHER", "dimensionValueId": "x"}]
    assert there["role"] == "APPROVER"
    assert there["active"] is True
    changes = night.plan.changes.set_index("field")
    assert changes.loc["phone", ["old", "kind"]].tolist() == ["+46701740601", "other"]
    assert changes.loc["phone", ["new"]].isna().all()
    kinds = changes["kind"].to_dict()
    assert (kinds["organizationalUnitId"], kinds["bankAccount"]) == ("unit", "bank_account")
    assert "approverIds" not in kinds
    assert "PUT users" not in acme.night(*people(**EMPTY), users={"clear": CLEAR}).jobs


@pytest.mark.parametrize("field", ["phone", "department", "bank_account", "cost_center", "manager_id"])
def test_no_surprise_a_cell_that_is_there_and_cannot_be_read_takes_nothing_away(acme, field):
    acme.begin(*people())
    before = dict(acme.users_there["E2"])
    acme.night(*people(**{field: None, "unread": field}), users={"clear": CLEAR})
    assert acme.users_there["E2"] == before


def test_no_surprise_a_value_that_leads_nowhere_takes_nothing_away(acme):
    acme.begin(*people())
    acme.night(*people(department="Nowhere"), users={"clear": CLEAR})
    assert acme.users_there["E2"]["organizationalUnitId"] == "u1"


def test_of_an_object_nothing_goes_while_one_of_its_cells_is_filled(acme):
    acme.begin(*people())
    acme.night(*people(street=None), users={"clear": CLEAR})
    assert acme.users_there["E2"]["address"] == {"street1": "Storgatan 1", "city": "Stockholm"}


@further
def test_one_preset_goes_and_those_that_are_given_stay(acme):
    acme.begin(*people())
    acme.night(*people(cost_center=None), users={"clear": CLEAR})
    assert acme.users_there["E2"]["dimensionPresets"] == [{"dimensionExternalSourceId": "SITE", "dimensionValueId": "STO"}]


@further
def test_a_newcomer_with_empty_cells_comes_in_and_whom_reading_does_not_show_a_value_has_none_to_lose(acme):
    night = acme.night(*people(**EMPTY), users={"clear": CLEAR})
    assert night.outcome["E2"] == ("created", "landed")
    assert "PUT users" not in acme.night(*people(**EMPTY), users={"clear": CLEAR}).jobs


@further
def test_a_value_may_be_taken_away_with_an_empty_one_of_its_type(acme):
    acme.box.switch(findity_taken_away="empty")
    try:
        acme.begin(*people())
        night = acme.night(*people(**EMPTY), users={"clear": CLEAR, "clear_with": ""})
        assert night.outcome["E2"] == ("updated", "landed")
        assert not {"phone", "locale", "organizationalUnitId", "bankAccount", "address", "dimensionPresets"} & acme.users_there["E2"].keys()
    finally:
        acme.box.switch(findity_taken_away="null")


@further
def test_what_was_accepted_and_is_still_there_has_not_landed(acme):
    acme.box.switch(findity_taken_away="empty")
    try:
        acme.begin(*people())
        assert acme.night(*people(phone=None), users={"clear": CLEAR}).outcome["E2"] == ("updated", "missing")
    finally:
        acme.box.switch(findity_taken_away="null")


@further
def test_no_surprise_a_column_that_is_empty_for_everybody_waits_for_a_release(acme):
    acme.begin(*people())
    rows = [{**row, "phone": None} for row in people()]
    night = acme.night(*rows, users={"clear": CLEAR})
    assert {reason for action, reason in night.planned.values() if action == "hold"} == {"column_emptied"}
    held = night.drawn.plan.held_digest()
    acme.night(*rows, users={"clear": CLEAR}, request=Request(release=held, released_by="Ada", reason="meant"))
    assert not any("phone" in user for user in acme.users_there.values())


@further
def test_no_surprise_taking_away_counts_as_a_change_of_its_kind(acme):
    acme.limits = Limits.model_validate({**syncing.UNLIMITED.model_dump(), "bank_account": {"count": 0, "share": 0}})
    acme.begin(*people())
    assert acme.night(*people(bank_account=None), users={"clear": CLEAR}).planned["E2"] == ("hold", "limit")
    assert acme.users_there["E2"]["bankAccount"]


@pytest.mark.parametrize(("name", "said"), [("role", "cannot be taken away"), ("email", "cannot be taken away"), ("phone", "has no rule")])
def test_only_what_has_a_rule_and_is_no_right_can_be_named(name, said):
    with pytest.raises(ValidationError, match=said):
        FindityUsers(clear=[name])


@further
def test_a_role_passes_through_as_configured_is_held_as_a_kind_and_never_goes_by_silence(acme):
    acme.limits = Limits.model_validate({**syncing.UNLIMITED.model_dump(), "role": {"count": 0, "share": 0}})
    acme.begin(*people())
    assert acme.users_there["E2"]["role"] == "APPROVER"
    held = acme.night(*people(role="Whatever HR says"))
    assert (held.planned["E2"], held.decided.loc["E2", "kinds"]) == (("hold", "limit"), "role")
    request = Request(release=held.drawn.plan.held_digest(), released_by="Ada", reason="so it is")
    acme.night(*people(role="Whatever HR says"), request=request)
    assert acme.users_there["E2"]["role"] == "Whatever HR says"
    for silent in ({"role": None}, {"role": None, "unread": "role"}):
        assert "PUT users" not in acme.night(*people(**silent)).jobs
    assert "PUT users" not in acme.night(*people(role="x"), users={"role": {"column": "role", "lookup": {"y": "ADMIN"}}}).jobs
