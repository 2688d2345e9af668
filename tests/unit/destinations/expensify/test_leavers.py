"""Who has left is in no policy of ours, and whoever is in one all the same is named."""

import json

import pandas as pd
import pytest

from destinations.expensify import comparison
from destinations.identity import same_place
from resources.ledger import Ledger
from roster.plan.decision import Plan
from tests.unit.destinations.expensify.nights import OWNER, admin, seeded
from tests.unit.roster.frames import person

further = pytest.mark.long(
    held_by="tests/unit/destinations/expensify/test_leavers.py::test_true_report_a_leaver_leaves_a_further_policy_that_nobody_else_has"
)

BOSS = person("1")


def test_true_report_a_leaver_leaves_a_further_policy_that_nobody_else_has(company):
    acme = company(seeded("P1", "P3"))
    acme.begin(BOSS, person("2", extra_more="P3"))
    assert acme.members("P3") == {"2"}
    acme.night(BOSS)
    assert sorted(acme.sent()) == [("2", "P1", "deactivate"), ("2", "P3", "deactivate")]
    assert (acme.members("P1"), acme.members("P3")) == ({"1"}, set())
    assert (acme.outcomes()["2"], acme.still_in()) == (("deactivated", "landed"), [])


@further
def test_whoever_moved_leaves_the_old_policy_too_when_they_go_though_nobody_names_it(company):
    acme = company(seeded("P1", "P2"))
    acme.begin(BOSS, person("2", extra_policy="P2"))
    acme.night(BOSS, person("2"))
    assert "2" in acme.members("P2")
    acme.night(BOSS)
    assert (acme.members("P1"), acme.members("P2")) == ({"1"}, set())


@further
def test_a_policy_that_is_taken_out_of_the_settings_is_read_for_those_whom_we_put_into_it(company):
    further = {"policyID": "extra_policy", "additionalPolicyIDs": {"constant": "P3"}}
    acme = company(seeded("P1", "P3"), feed=further)
    acme.begin(BOSS, person("2"))
    acme.settings["feed"] = {"policyID": "extra_policy"}
    acme.night(BOSS, person("2"))
    assert acme.members("P3") == {"1", "2"}
    acme.night(BOSS)
    assert acme.members("P3") == {"1"}


@further
def test_what_was_seen_to_be_out_is_forgotten_and_its_policy_is_not_read_for_it_again(company):
    acme = company(seeded("P1", "P3"))
    acme.begin(BOSS, person("2", extra_more="P3"))
    for _ in range(3):
        acme.night(BOSS)
    with acme.ledger as ledger:
        kept = ledger.acknowledged.all("expensify").set_index("employee_id")["fields"].map(json.loads)
    assert (kept["1"]["policies"], "policies" in kept["2"]) == (["P1"], False)
    assert acme.known.read["looked"]["policyID"].tolist() == ["P1"]
    assert acme.calls == ["get policyList", "get policy"]  # a quiet night


def test_a_leaver_who_does_not_come_out_of_one_policy_is_not_landed_and_named_every_night(company):
    acme = company(seeded("P1", "P3"))
    acme.begin(BOSS, person("2", extra_more="P3"))
    acme.box.switch(expensify_lag_reads=1)  # what is read back is what was there before
    acme.night(BOSS)
    assert acme.outcomes()["2"] == ("deactivated", "missing")
    assert acme.still_in() == [("2", "P1"), ("2", "P3")]
    acme.box.switch(expensify_lag_reads=0)
    assert acme.night(BOSS).still_in() == []


@pytest.mark.long(
    held_by="tests/unit/destinations/expensify/test_leavers.py::test_a_leaver_who_does_not_come_out_of_one_policy_is_not_landed_and_named_every_night"
)
@pytest.mark.parametrize("member", [{"email": "2@ACME.example"}, {"email": "private@x.example", "employeeID": "2"}])
def test_whoever_has_left_is_named_in_any_policy_that_the_account_administers_until_they_are_out(company, member):
    stranger = {"email": "other@x.example", "employeeID": "77"}
    outside = {"name": "Outside", "owner": "b@x.example", "members": [admin(), member, stranger]}
    acme = company(seeded("P1", P9=outside))
    acme.night(BOSS, person("2"))
    assert acme.still_in() == []  # at work they may be where they please
    for _ in range(2):
        acme.night(BOSS)
        assert acme.still_in() == [("2", "P9")]
        assert acme.calls[:2] == ["get policyList", "get policy"]
    assert len(acme.members("P9")) == 2  # named, and not touched: the account may serve others
    assert acme.found.numbers["intended"] == 0
    del acme.box.state["expensify"]["policies"]["P9"]["members"][member["email"].lower()]
    assert acme.night(BOSS).still_in() == []


@pytest.mark.long(
    held_by="tests/unit/destinations/expensify/test_leavers.py::test_true_report_a_leaver_leaves_a_further_policy_that_nobody_else_has"
)
def test_strangers_count_only_in_policies_that_are_named(company):
    elsewhere = {"name": "Outside", "owner": OWNER, "members": [admin(), {"email": "other@x.example", "employeeID": "9"}]}
    acme = company(seeded("P1", "P3", P9=elsewhere))
    acme.begin(BOSS, person("2", extra_more="P3"))
    acme.box.state["expensify"]["policies"]["P3"]["members"]["z@x.example"] = {"email": "z@x.example", "role": "user"}
    acme.night(BOSS)
    strange = acme.drawn.plan.people["reason"].eq("not_in_hr").sum()
    assert strange == 1  # the owner, in P1: P3 is read for one leaver alone, P9 is nobody's of ours


@further
def test_a_policy_that_the_account_does_not_see_any_more_is_not_one_without_the_leaver(company):
    acme = company(seeded("P1", "P3"))
    acme.begin(BOSS, person("2", extra_more="P3"))
    del acme.box.state["expensify"]["policies"]["P3"]["members"][OWNER]
    for _ in range(2):
        acme.night(BOSS)
        assert acme.still_in() == [("2", "P3")]
    assert acme.found.still_in["why"].item() == "was brought in, and who is in it now could not be read"
    acme.box.state["expensify"]["policies"]["P3"]["members"][OWNER] = admin()
    acme.night(BOSS)
    assert (acme.members("P3"), acme.still_in()) == (set(), [])


@pytest.mark.long(held_by="tests/unit/roster/plan/test_planning.py::test_strangers_are_counted_and_never_touched")
def test_a_policy_of_another_company_is_that_companys_to_look_after(company):
    shared = seeded("P1", "P3", P9={"name": "B", "owner": OWNER, "members": [admin(), {"email": "2@acme.example", "employeeID": "2"}]})
    acme = company(shared)
    acme.begin(BOSS, person("2"))
    with Ledger.open(f"sqlite:///{acme.folder}/ledger.db", "other") as other:
        assert other.claims.take("expensify", [same_place(acme.box.expensify_url, "P9")]) == {}
    acme.night(BOSS)
    assert acme.still_in() == []


@further
def test_where_another_system_deactivates_people_no_check_names_them(company):
    outside = {"name": "Outside", "owner": OWNER, "members": [admin(), {"email": "2@acme.example"}]}
    acme = company(seeded("P1", P9=outside))
    acme.night(BOSS, person("2"))
    del acme.box.state["expensify"]["policies"]["P1"]["members"]["2@acme.example"]
    assert acme.night(BOSS, scim_managed=True).still_in() == []
    assert acme.night(BOSS).still_in() == [("2", "P9")]


@further
def test_where_absence_is_no_news_nobody_absent_is_named(company):
    outside = {"name": "Outside", "owner": OWNER, "members": [admin(), {"email": "2@acme.example"}]}
    acme = company(seeded("P1", P9=outside), absent_means="unchanged")
    acme.begin(BOSS, person("2"))
    assert acme.night(BOSS).still_in() == []
    assert acme.night(BOSS, person("2", employment="left")).still_in() == [("2", "P9")]


@pytest.mark.parametrize("looked", [["P1"], []])
def test_true_report_a_leaver_has_not_landed_while_a_policy_that_they_were_to_leave_is_not_read(looked):
    leaves = {"person": "2", "action": "deactivate", "apply": True, "employeeEmail": "2@acme.example", "policyID": "P3"}
    plan = Plan(people=pd.DataFrame(), changes=pd.DataFrame(), records=pd.DataFrame([leaves, {**leaves, "policyID": "P1"}]))
    members = pd.DataFrame(columns=["policyID", "email", "employeeID"], dtype="str")
    read = {"members": members, "looked": pd.DataFrame({"policyID": looked}, dtype="str")}
    assert comparison.still_members(plan, read).tolist() == ["2"]
    read["looked"] = pd.DataFrame({"policyID": ["P1", "P3"]}, dtype="str")
    assert comparison.still_members(plan, read).empty
