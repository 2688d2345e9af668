"""Plans for Findity: external ids, units, hidden bank accounts, approvers by their id there."""

import pandas as pd
import pytest

from destinations.findity.settings import FindityUsers
from roster import accounting
from tests.unit.roster.frames import Night, acknowledged, decided, let_go, member, members, person, roster, sent, units, user, users
from tests.unit.roster.nights import at_expensify, at_findity


def test_an_update_holds_only_what_changes_and_always_says_active():
    night = Night(roster(person("1", locale="sv_SE")), users=FindityUsers(locale="locale"))
    plan, _ = night.findity(users(user("1")))
    assert sent(plan) == [{"person": "1", "action": "update", "externalSourceId": "1", "active": "true", "locale": "sv_SE"}]


def test_a_leaver_is_deactivated_and_nothing_else_of_theirs_is_written():
    night = Night(roster(person("1", employment="left", email="new@acme.example")))
    plan, _ = night.findity(users(user("1")))
    assert sent(plan) == [{"person": "1", "action": "deactivate", "externalSourceId": "1", "active": "false"}]
    assert decided(night.findity(users(user("1", active=False)))[0]) == {"1": ("none", "left")}


def test_a_rejoiner_at_findity_is_woken_with_what_changed_meanwhile():
    night = Night(roster(person("1", first_name="New")), acknowledged=acknowledged(("1", "1", False)))
    plans, after = at_findity(night, users(user("1", active=False)))
    assert decided(plans[0]) == {"1": "reactivate"}
    assert sent(plans[0])[0] == {"person": "1", "action": "reactivate", "externalSourceId": "1", "active": "true", "firstName": "New"}
    assert after["active"].tolist() == [True]


def test_a_user_of_another_system_is_known_by_personnel_number_and_written_under_their_own_id():
    night = Night(roster(person("1", first_name="New")))
    plan, told = night.findity(users(user("1", externalSourceId="HRIS-77")))
    assert sent(plan) == [{"person": "1", "action": "update", "externalSourceId": "HRIS-77", "active": "true", "firstName": "New"}]
    assert told["account"].tolist() == ["HRIS-77"]


def test_a_user_whose_personnel_number_is_another_number_stays_known_by_the_ledger():
    rules = FindityUsers(personnelNumber="cost_center")
    night = Night(roster(person("1", cost_center="77"), person("77", cost_center="5")), users=rules)
    there = users(user("1", externalSourceId="HRIS-1"), user("77", personnelNumber="5"))
    plans, after = at_findity(night, there)
    assert decided(plans[0])["1"] == "update"
    assert dict(zip(after["externalSourceId"], after["personnelNumber"], strict=True)) == {"HRIS-1": "77", "77": "5"}
    assert decided(plans[1]) == {"1": "none", "77": "none"}


def test_a_user_who_vanished_is_written_whole_under_the_id_that_they_had():
    night = Night(roster(person("1")), acknowledged=acknowledged(("1", "HRIS-77", True)))
    plans, after = at_findity(night, users())
    assert decided(plans[0]) == {"1": "reactivate"}
    assert sent(plans[0])[0]["firstName"] == "F1"
    assert after["externalSourceId"].tolist() == ["HRIS-77"]
    assert night.acknowledged["account"].tolist() == ["HRIS-77"]
    assert accounting.before_write(plans[0], night.people, pd.Series(dtype="str")) == []


@pytest.mark.parametrize(
    ("row", "intended"), [({"first_name": "New"}, "update"), ({"employment": "left"}, "deactivate")], ids=["update", "deactivate"]
)
def test_a_user_without_an_external_id_is_held_since_no_call_can_address_them(row, intended):
    night = Night(roster(person("1", **row)))
    plan, _ = night.findity(users(user("1", externalSourceId=None, bankAccount='{"iban":"X"}')))
    assert decided(plan) == {"1": ("hold", "no_external_id")}
    assert plan.people["intended"].tolist() == [intended]
    assert sent(let_go(plan)) == []


def test_a_user_without_an_external_id_who_is_as_they_should_be_is_left_alone():
    assert decided(Night(roster(person("1"))).findity(users(user("1", externalSourceId=None)))[0]) == {"1": "none"}


def test_a_hidden_bank_account_is_sent_when_hr_changes_it_and_a_shown_one_compared():
    rules = FindityUsers(bankAccount={"iban": "bank_account"})
    night = Night(roster(person("1", bank_account="A")), users=rules)
    plans, there = at_findity(night, users(user("1")))
    assert plans[0].people["kinds"].tolist() == ["bank_account"]
    hidden = there.assign(bankAccount=pd.Series([None], dtype="str"))
    assert decided(night.findity(hidden)[0]) == {"1": "none"}
    night.people = roster(person("1", bank_account="B"))
    assert sent(night.findity(hidden)[0])[0]["bankAccount"] == '{"iban":"B"}'
    shown = there.assign(bankAccount=pd.Series(['{"bic":"Z","iban":"A"}'], dtype="str"))
    assert sent(night.findity(shown)[0])[0]["bankAccount"] == '{"bic":"Z","iban":"B"}'


def test_a_unit_that_moves_is_a_change_of_unit():
    there = units({"id": "u1", "name": "Sales"}, {"id": "u2", "name": "Legal"})
    night = Night(roster(person("1", department="Legal")), users=FindityUsers(organizationalUnitId="department"))
    plan, _ = night.findity(users(user("1", organizationalUnitId="u1")), there)
    assert plan.changes[["field", "kind", "old", "new"]].values.tolist() == [["organizationalUnitId", "unit", "u1", "u2"]]


def test_an_approver_who_joins_the_same_night_is_set_in_the_same_night():
    night = Night(roster(person("1", manager_id="9"), person("9")))
    plans, after = at_findity(night, users(user("1")))
    assert len(plans) == 2
    assert after.set_index("externalSourceId").loc["1", "approverIds"] == '["p9"]'


def test_an_approver_known_by_address_alone_is_no_drift_once_set_and_is_named_by_no_address():
    boss = {"externalSourceId": None, "personnelNumber": None, "email": "Boss@x.example"}
    night = Night(roster(person("1", manager_email="boss@x.example")))
    plans, after = at_findity(night, users(user("9", **boss), user("1")))
    assert after.set_index("externalSourceId").loc["1", "approverIds"] == '["p9"]'
    assert len(plans) == 2
    plans, after = at_expensify(Night(night.people), members(member(None, "Boss@x.example"), member("1")))
    assert after.set_index("employeeID").loc["1", "submitsTo"] == "Boss@x.example"
    assert len(plans) == 2


def test_an_approver_in_conflict_stays_approver_under_their_number():
    night = Night(roster(person("1", email="new@acme.example"), person("2", manager_id="1")))
    there = users(user("1", externalSourceId="X"), user("8", email="new@acme.example"), user("2", approverIds='["p1"]'))
    plan, _ = night.findity(there)
    assert decided(plan)["1"] == ("hold", "conflict")
    assert decided(plan)["2"] == "none"
