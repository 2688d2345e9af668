"""Whoever moves to another policy: who stays in the old one, and who leaves it."""

import pytest

from tests.unit.destinations.expensify.nights import OWNER, admin, seeded
from tests.unit.roster.frames import person

further = pytest.mark.long(
    held_by="tests/unit/destinations/expensify/test_movers.py::test_by_default_whoever_moves_stays_in_the_old_policy_and_the_reading_says_where"
)

BOSS = person("1", extra_more="P2")
LEAVING = ("terminate", "unassigned")


def test_by_default_whoever_moves_stays_in_the_old_policy_and_the_reading_says_where(company):
    acme = company(seeded("P1", "P2", "P3"))
    acme.begin(BOSS, person("2", extra_more="P3"))
    for _ in range(2):
        acme.night(BOSS, person("2", extra_policy="P2"))
        assert [tuple(row) for row in acme.found.staying[["employee_id", "where"]].itertuples(index=False)] == [("2", "P1"), ("2", "P3")]
    assert acme.found.numbers["intended"] == 0
    assert all("2" in acme.members(policy) for policy in ("P1", "P2", "P3"))


@further
@pytest.mark.parametrize("how", LEAVING)
def test_whoever_moves_leaves_the_old_policy_where_the_settings_say_so_and_so_does_who_has_a_further_one_no_longer(company, how):
    acme = company(seeded("P1", "P2", "P3"), movers=how)
    acme.begin(BOSS, person("2"), person("3", extra_more="P3"))
    acme.night(BOSS, person("2", extra_policy="P2"), person("3"))
    assert [acme.members(policy) for policy in ("P1", "P2", "P3")] == [{"1", "3"}, {"1", "2"}, set()]
    assert acme.outcomes()["2"] == acme.outcomes()["3"] == ("updated", "landed")
    assert (acme.found.staying.empty, acme.said) == (True, [])
    changes = acme.drawn.plan.changes
    assert set(changes.loc[changes["person"].eq("3"), "kind"]) == {"policy"}  # held by the limit of its kind
    said = acme.drawn.plan.records
    assert (
        said["isTerminated"].eq("true").sum() if how == "terminate" else said["shouldRemoveFromUnassignedPolicies"].eq("true").sum()
    ) == 2
    assert acme.night(BOSS, person("2", extra_policy="P2"), person("3")).sent() == []


@further
@pytest.mark.parametrize("how", LEAVING)
def test_whoever_approves_in_the_old_policy_stays_there_until_nobody_submits_to_them(company, how):
    acme = company(seeded("P1", "P2"), movers=how)
    under = person("3", manager_id="2")
    acme.night(BOSS, person("2"), under)
    acme.night(BOSS, person("2", extra_policy="P2"), under)
    assert "2" in acme.members("P1")
    acme.night(BOSS, person("2", extra_policy="P2"), person("3", manager_id="1"))
    acme.night(BOSS, person("2", extra_policy="P2"), person("3", manager_id="1"))
    assert (acme.members("P1"), acme.members("P2")) == ({"1", "3"}, {"1", "2"})


@pytest.mark.long(
    held_by="tests/unit/destinations/expensify/test_movers.py::test_by_default_whoever_moves_stays_in_the_old_policy_and_the_reading_says_where"
)
def test_only_the_policies_that_we_put_them_into_are_left_and_never_by_their_owner(company):
    mine = {"name": "Mine", "owner": "2@acme.example", "members": [admin(), {"email": "2@acme.example", "role": "admin"}]}
    acme = company(
        seeded("P1", "P2", "P3", P4=mine), movers="terminate", feed={"policyID": "extra_policy", "additionalPolicyIDs": "extra_more"}
    )
    acme.night(BOSS, person("2", extra_more="P4"), person("3", extra_policy="P3"))
    acme.box.state["expensify"]["policies"]["P3"]["members"]["2@acme.example"] = {
        "email": "2@acme.example",
        "role": "user",
        "submitsTo": OWNER,
    }
    acme.night(BOSS, person("2"), person("3", extra_policy="P3"))
    assert acme.drawn.plan.records.empty  # P3 somebody else gave them, P4 is theirs
    assert "2@acme.example" in acme.members("P3")


@further
@pytest.mark.parametrize("how", LEAVING)
@pytest.mark.parametrize("kept", [{"protected": ["2@acme.example"]}, {"connection": {"account": "2@acme.example"}}])
def test_neither_the_calling_account_nor_a_protected_one_leaves_a_policy(company, how, kept):
    acme = company(seeded("P1", "P2"), movers=how)
    acme.begin(BOSS, person("2"))
    changed = {**kept, "connection": {**acme.settings["connection"], **kept.get("connection", {})}}
    acme.night(BOSS, person("2", extra_policy="P2"), **changed)
    assert "2" in acme.members("P1")
    assert not acme.drawn.plan.records.reindex(columns=["isTerminated", "shouldRemoveFromUnassignedPolicies"]).eq("true").any(axis=None)


@pytest.mark.long(
    held_by="tests/unit/destinations/expensify/test_movers.py::test_by_default_whoever_moves_stays_in_the_old_policy_and_the_reading_says_where"
)
def test_a_mover_whose_e_mail_changes_as_well_leaves_by_the_new_address(company):
    acme = company(seeded("P1", "P2"), movers="terminate")
    acme.begin(BOSS, person("2"))
    acme.night(BOSS, person("2", extra_policy="P2", email="new@acme.example"))
    assert (acme.members("P1"), acme.members("P2")) == ({"1"}, {"1", "2"})
    assert acme.outcomes()["2"] == ("updated", "landed")
