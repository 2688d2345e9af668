"""Where parts of Expensify meet: policies that cannot be read or reached while people move and leave, refusals, domain groups."""

import pytest

from tests.syncing import FEED
from tests.unit.destinations.expensify.nights import OWNER, seeded
from tests.unit.roster.frames import person

further = pytest.mark.long(
    held_by="tests/unit/destinations/expensify/test_parts_together.py::test_a_mover_who_leaves_a_policy_comes_into_their_domain_group_the_same_night"
)

BOSS = person("1")
LEAVING = ("terminate", "unassigned")


@further
@pytest.mark.parametrize("how", LEAVING)
def test_what_cannot_be_read_of_further_policies_takes_nobody_out_of_one(company, how):
    acme = company(seeded("P1", "P2", "P3"), movers=how)
    acme.begin(BOSS, person("2", extra_more="P3"))
    acme.night(BOSS, person("2", unread="extra_more"))
    assert "2" in acme.members("P3")
    acme.night(BOSS, person("2"))
    assert "2" not in acme.members("P3")


@pytest.mark.long(
    held_by="tests/unit/destinations/expensify/test_preflight.py::test_a_policy_that_is_not_there_is_named_with_near_names_and_the_people_it_costs"
)
def test_nor_where_every_record_asks_for_it(company):
    acme = company(seeded("P1", "P2", "P3"), feed={**FEED, "shouldRemoveFromUnassignedPolicies": True})
    acme.begin(BOSS, person("2", extra_more="P3"))
    acme.night(BOSS, person("2", first_name="Ann", unread="extra_more"))
    assert "2" in acme.members("P3")
    acme.night(BOSS, person("2", first_name="Ann"))
    assert "2" not in acme.members("P3")


@further
@pytest.mark.parametrize("how", LEAVING)
def test_a_policy_that_is_not_administered_any_more_is_left_by_nobody_whose_cell_names_it(company, how):
    acme = company(seeded("P1", "P2", "P3"), movers=how)
    acme.begin(BOSS, person("2", extra_more="P3"))
    acme.box.state["expensify"]["policies"]["P3"]["members"][OWNER]["role"] = "auditor"
    acme.night(BOSS, person("2", extra_more="P3", first_name="Ann"))
    assert "2" in acme.members("P3")
    assert acme.outcomes()["2"][0] != "refused"


@further
@pytest.mark.parametrize("how", LEAVING)
def test_a_mover_who_was_in_a_policy_that_is_not_administered_any_more_stops_nobody_elses_change(company, how):
    acme = company(seeded("P1", "P2", "P3"), movers=how)
    acme.begin(BOSS, person("2", extra_more="P3"), person("3"))
    acme.box.state["expensify"]["policies"]["P3"]["members"][OWNER]["role"] = "auditor"
    acme.night(BOSS, person("2", first_name="Ann"), person("3", first_name="Bea"))
    assert acme.outcomes()["3"][0] == "updated"


@further
def test_a_leaver_in_a_policy_that_is_not_administered_any_more_stops_nobody_elses_change_and_is_named(company):
    acme = company(seeded("P1", "P2", "P3"))
    acme.begin(BOSS, person("2", extra_more="P3"), person("3"))
    acme.box.state["expensify"]["policies"]["P3"]["members"][OWNER]["role"] = "auditor"
    acme.night(BOSS, person("3", first_name="Bea"))
    assert acme.outcomes()["3"][0] == "updated"
    assert acme.members("P1") == {"1", "3"}
    assert acme.still_in() == [("2", "P3")]
    acme.night(BOSS, person("3", first_name="Bea"))
    rows = acme.drawn.plan.people.set_index("person")
    assert tuple(rows.loc["2", ["action", "reason"]]) == ("skip", "policy_not_administered")


@further
def test_an_admin_in_a_policy_that_is_not_named_any_more_does_not_pass_for_the_calling_account(company):
    acme = company(seeded("P1", "P3"), feed={**FEED, "role": "role"})
    boss = person("1")
    acme.night(boss, person("2", extra_more="P3", role="admin"))
    acme.night(boss, person("2", role="admin"))
    assert acme.night(boss).outcomes()["2"] == ("deactivated", "landed")
    assert (acme.members("P1"), acme.members("P3")) == ({"1"}, set())


def test_a_mover_who_leaves_a_policy_comes_into_their_domain_group_the_same_night(company):
    feed = {"policyID": "extra_policy", "domainGroupID": "department"}
    acme = company(seeded("P1", "P2"), movers="terminate", feed=feed)
    acme.begin(person("1", department="G1"), person("2", department="G1"))
    acme.night(person("1", department="G1"), person("2", department="G2", extra_policy="P2"))
    assert acme.outcomes()["2"] == ("updated", "landed")
    assert acme.box.state["expensify"]["accounts"]["2@acme.example"]["domainGroupID"] == "G2"
    assert acme.night(person("1", department="G1"), person("2", department="G2", extra_policy="P2")).sent() == []


@pytest.mark.long(
    held_by="tests/unit/destinations/expensify/test_parts_together.py::test_a_mover_who_leaves_a_policy_comes_into_their_domain_group_the_same_night"
)
def test_whoever_is_refused_in_the_new_policy_keeps_the_old_ones(company):
    acme = company(seeded("P1", "P3"), movers="terminate")
    acme.begin(BOSS, person("2", extra_more="P3"), person("3"))
    acme.night(BOSS, person("2", extra_policy="NOPE"), person("3"))
    assert acme.outcomes()["2"][0] == "refused"
    assert "2" in acme.members("P1") & acme.members("P3")


@further
def test_a_domain_group_that_is_taken_away_is_none_that_the_answer_lacks(company):
    feed = {"policyID": "extra_policy", "domainGroupID": "department", "clear": ["domainGroupID"]}
    acme = company(seeded("P1"), feed=feed)
    acme.begin(person("1", department="G"), person("2", department="G"))
    acme.night(person("1", department="G"), person("2"))
    assert (acme.outcomes()["2"][0], acme.said) == ("updated", [])


@further
def test_a_rule_that_gives_nothing_for_what_the_cell_says_names_no_further_policy(company):
    looked_up = {"policyID": "extra_policy", "additionalPolicyIDs": {"column": "department", "lookup": {"Sales": "P3"}}}
    acme = company(seeded("P1", "P3"), movers="terminate", feed=looked_up)
    acme.begin(BOSS, person("2", department="Sales"))
    acme.night(BOSS, person("2", department="Legal"))
    assert (acme.members("P3"), acme.outcomes()["2"]) == (set(), ("updated", "landed"))
