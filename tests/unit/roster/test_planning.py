"""From what is there and what should be to a plan, and from there to nothing left to do."""

import json

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from destinations.expensify import comparison as expensify_comparison
from destinations.expensify.settings import ExpensifyFeed
from destinations.findity import comparison as findity_comparison
from destinations.findity import records as findity
from destinations.findity.settings import FindityUsers
from roster import accounting
from roster.plan.decision import AbsentPeople
from roster.settings import Approvers
from tests.unit.roster.frames import (
    KEY,
    Night,
    acknowledged,
    decided,
    let_go,
    member,
    members,
    person,
    roster,
    sent,
    stored,
    stored_plan,
    texts,
    units,
    user,
    users,
)

# The destinations, as far as a plan can tell: records go in, what is read afterwards comes out.


def sent_to_expensify(there, plan):
    """The members after the plan's records were accepted."""
    rows = [{name: value for name, value in row.items() if not pd.isna(value)} for row in there.to_dict("records")]
    for record in sent(plan):
        address, number = record["employeeEmail"], record["employeeID"]
        if record.get("isTerminated") == "true":
            rows = [row for row in rows if (row["email"].lower(), row["policyID"]) != (address.lower(), record["policyID"])]
            continue
        for row in rows:
            if row.get("employeeID") == number:
                row["email"] = address
        for policy in [record["policyID"], *json.loads(record.get("additionalPolicyIDs", "[]"))]:
            mine = next((row for row in rows if (row["email"].lower(), row["policyID"]) == (address.lower(), policy)), None)
            if mine is None:
                mine = {"policyID": policy, "email": address, "role": "user"}
                rows.append(mine)
            mine |= {"employeeID": number, "submitsTo": record["managerEmail"]}
            mine |= {name: record[name] for name in ("role", "customField1", "customField2") if name in record}
    return members(*rows)


def sent_to_findity(there, plan):
    """The users after the plan's records were accepted, approvers last."""
    rows = {row["externalSourceId"]: row for row in there.to_dict("records") if not pd.isna(row["externalSourceId"])}
    others = [row for row in there.to_dict("records") if pd.isna(row["externalSourceId"])]
    for record in sent(plan):
        key = record["externalSourceId"]
        fresh = {"id": f"i{key}", "personId": f"p{key}", "approverIds": "[]"}
        changed = {name: value for name, value in record.items() if name in findity.FIELDS and name not in ("approverIds", "active")}
        rows[key] = {**rows.get(key, fresh), **changed, "active": record["active"] == "true"}
    after = users(*rows.values(), *others)
    numbers = plan.people[["employee_id", "account"]].dropna(subset="employee_id")
    written = numbers["employee_id"].map(findity_comparison.addressed(plan.records)).astype("str")
    pairs = numbers.assign(account=numbers["account"].fillna(written)).dropna(subset="account")
    ids = {name: number for number, name in findity_comparison.person_names(after, pairs, KEY).items()}
    for record in sent(plan):
        if "approverIds" in record and (assigned := findity_comparison.as_person_ids(record["approverIds"], ids)):
            rows[record["externalSourceId"]]["approverIds"] = assigned
    return users(*rows.values(), *others)


def remembered(night, plan, told):
    """The ledger after everything that was sent was accepted; of what is held it learns nothing."""
    told = told[~told["employee_id"].isin(plan.people.loc[plan.people["action"].eq("hold"), "employee_id"])]
    kept = night.acknowledged[~night.acknowledged["employee_id"].isin(told["employee_id"])]
    return pd.concat([kept, told], ignore_index=True)


def nights(night, there, how, apply, **more):
    """Plans and applies until a plan writes nothing; the plans, and what is there in the end."""
    plans = []
    while not plans or plans[-1].records["apply"].any():
        assert len(plans) < 4
        plan, told = how(night)(there, **more)
        there, night.acknowledged = apply(there, plan), remembered(night, plan, told)
        plans.append(plan)
    return plans, there


def at_expensify(night, there):
    return nights(night, there, lambda night: night.expensify, sent_to_expensify)


def at_findity(night, there, **more):
    return nights(night, there, lambda night: night.findity, sent_to_findity, **more)


def fields(plan, number):
    return set(plan.changes.loc[plan.changes["person"].eq(number), "field"])


# Both


def test_a_joiner_is_created_with_everything_that_is_known_of_them():
    night = Night(roster(person("1"), person("2", manager_id="1")))
    plan, _ = night.expensify(members())
    assert decided(plan) == {"1": "create", "2": "create"}
    assert sent(plan)[1] == {
        "person": "2", "action": "create", "employeeEmail": "2@acme.example", "managerEmail": "1@acme.example", "employeeID": "2",
        "policyID": "P1", "firstName": "F2", "lastName": "L2", "workerStatus": "Active",
    }  # fmt: skip
    plan, _ = night.findity(users())
    assert decided(plan) == {"1": "create", "2": "create"}
    assert sent(plan)[1] == {
        "person": "2", "action": "create", "externalSourceId": "2", "firstName": "F2", "lastName": "L2", "email": "2@acme.example",
        "personnelNumber": "2", "active": "true", "approverIds": '["1"]',
    }  # fmt: skip


def test_nobody_and_nothing_give_an_empty_plan():
    for plan, told in (Night(roster()).expensify(members()), Night(roster()).findity(users())):
        assert plan.people.empty and plan.changes.empty and plan.records.empty and told.empty
        assert plan.held_digest() is None
        assert stored_plan(plan).digest() == plan.digest()


def test_a_changed_address_is_an_update_of_the_same_account():
    night = Night(roster(person("1", email="new@acme.example")))
    plan, _ = night.expensify(members(member("1", "Old@acme.example")))
    assert decided(plan) == {"1": "update"}
    assert {"employeeEmail", "managerEmail"} <= fields(plan, "1")
    assert "email" in plan.people.loc[0, "kinds"].split("|")
    plan, _ = night.findity(users(user("1", email="old@acme.example")))
    assert sent(plan) == [{"person": "1", "action": "update", "externalSourceId": "1", "active": "true", "email": "new@acme.example"}]


def test_an_address_that_goes_from_one_to_another_moves_in_two_nights_and_creates_nobody():
    night = Night(roster(person("1", email="b@acme.example"), person("2", email="a@acme.example")))
    there = members(member("1", "a@acme.example"), member("2", "c@acme.example"))
    plans, after = at_expensify(night, there)
    assert decided(plans[0]) == {"1": "update", "2": ("hold", "conflict")}
    assert decided(plans[1])["2"] == "update"
    assert dict(zip(after["employeeID"], after["email"], strict=True)) == {"1": "b@acme.example", "2": "a@acme.example"}
    there = users(user("1", email="a@acme.example"), user("2", email="c@acme.example"))
    plans, after = at_findity(Night(night.people), there)
    assert decided(plans[0]) == {"1": "update", "2": ("hold", "conflict")}
    assert after["email"].tolist() == ["b@acme.example", "a@acme.example"]


def test_a_case_that_differs_is_no_change_of_address():
    night = Night(roster(person("1", email="One@acme.example")))
    plans, _ = at_expensify(night, members(member("1", "ONE@ACME.example")))
    assert "employeeEmail" not in fields(plans[0], "1")
    plan, _ = Night(night.people).findity(users(user("1", email="ONE@ACME.example")))
    assert "email" not in fields(plan, "1")


def test_a_rejected_row_leaves_its_person_alone_and_approving():
    night = Night(roster(person("2", manager_id="1")), rejected=["1"], absent_means="leaver")
    night.acknowledged = acknowledged(("1", "1@acme.example", True))
    plan, _ = night.expensify(members(member("1"), member("2", submitsTo="1@acme.example")))
    assert decided(plan)["1"] == ("skip", "row_rejected")
    assert "managerEmail" not in fields(plan, "2")
    night.acknowledged = acknowledged(("1", "1", True))
    plan, _ = night.findity(users(user("1"), user("2", approverIds='["p1"]')))
    assert decided(plan)["1"] == ("skip", "row_rejected")
    assert "approverIds" not in fields(plan, "2")


def test_people_outside_scope_are_left_as_they_are_and_never_leave():
    night = Night(roster(person("1", in_scope=False, employment="left", email="new@acme.example")), absent_means="leaver")
    for known, (plan, _) in (("1@acme.example", night.expensify(members(member("1")))), ("1", night.findity(users(user("1"))))):
        night.acknowledged = acknowledged(("1", known, True))
        assert decided(plan) == {"1": ("skip", "out_of_scope")}
        assert plan.records.empty and plan.changes.empty


def test_an_approver_outside_scope_is_named_by_the_address_that_they_have_there():
    night = Night(roster(person("1", in_scope=False, email="new@acme.example"), person("2", manager_id="1")))
    plan, _ = night.expensify(members(member("1", "old@acme.example")))
    assert sent(plan)[0]["managerEmail"] == "old@acme.example"


@pytest.mark.parametrize(("means", "expected"), [("leaver", "deactivate"), ("unchanged", ("skip", "absent"))], ids=["leaver", "unchanged"])
def test_what_absence_means_is_what_the_settings_say(means, expected):
    night = Night(roster(person("2")), absent_means=means, acknowledged=acknowledged(("1", "1@acme.example", True)))
    assert decided(night.expensify(members(member("1"), member("2")))[0])["1"] == expected
    night.acknowledged = acknowledged(("1", "1", True))
    assert decided(night.findity(users(user("1"), user("2")))[0])["1"] == expected


def test_absence_can_be_an_error_that_names_nobody():
    night = Night(roster(person("2")), absent_means="error", acknowledged=acknowledged(("1", "1@acme.example", True)))
    with pytest.raises(AbsentPeople) as failure:
        night.expensify(members(member("1")))
    assert "@" not in str(failure.value)


def test_strangers_are_counted_and_never_touched():
    night = Night(roster(person("1")), absent_means="leaver")
    plan, _ = night.expensify(members(member(None, "auditor@x.example"), member("77", "other@x.example")))
    assert sorted(reason for _, reason in [what for who, what in decided(plan).items() if who != "1"]) == ["not_in_hr", "not_in_hr"]
    assert set(plan.records["person"]) == {"1"}


def test_without_a_readable_number_on_a_reject_every_leaver_by_absence_waits_and_no_other():
    night = Night(
        roster(person("1"), person("3", employment="left")),
        absent_means="leaver",
        acknowledged=acknowledged(("2", "2@acme.example", True)),
        circumstances={"unreadable_reject": True},
    )
    plan, _ = night.expensify(members(member("2"), member("3")))
    assert decided(plan) == {"1": "create", "2": ("hold", "reject_without_number"), "3": "deactivate"}
    assert [record["person"] for record in sent(plan, applied=False)] == ["2"]
    assert decided(let_go(plan))["2"] == "deactivate"


def test_a_run_for_some_touches_nobody_else_and_lets_nobody_leave_by_absence():
    night = Night(
        roster(person("1"), person("2")),
        absent_means="leaver",
        acknowledged=acknowledged(("3", "3@acme.example", True)),
        circumstances={"only": frozenset({"1", "3"})},
    )
    plan, _ = night.expensify(members(member("3"), member("9")))
    assert set(decided(plan).values()) == {"create", ("none", "not_selected"), ("skip", "absent")}
    assert set(plan.records["person"]) == {"1"}


# Expensify


def test_a_leaver_goes_from_every_policy_they_are_in():
    night = Night(roster(person("1", employment="left"), person("2")))
    there = members(member("1", submitsTo="2@acme.example"), member("1", policy="P2"), member("2"))
    plan, _ = night.expensify(there)
    leaving = [record for record in sent(plan) if record["action"] == "deactivate"]
    assert [(record["policyID"], record["managerEmail"]) for record in leaving] == [("P1", "2@acme.example"), ("P2", "1@acme.example")]
    assert {record["isTerminated"] for record in leaving} == {"true"}
    assert sent_to_expensify(there, plan)["email"].tolist() == ["2@acme.example"]


def test_a_leavers_own_address_is_used_even_if_hr_has_a_newer_one():
    night = Night(roster(person("1", employment="left", email="new@acme.example")))
    assert sent(night.expensify(members(member("1", "Old@acme.example")))[0])[0]["employeeEmail"] == "Old@acme.example"


def test_a_rejoiner_at_expensify_is_brought_back_as_no_longer_terminated():
    night = Night(roster(person("1")), acknowledged=acknowledged(("1", "1@acme.example", False)))
    plans, _ = at_expensify(night, members())
    assert decided(plans[0]) == {"1": "reactivate"}
    assert sent(plans[0])[0]["isTerminated"] == "false"
    assert plans[0].people.loc[0, "kinds"] == "rejoin"


def test_names_are_sent_when_hr_changes_them_and_never_as_drift():
    night = Night(roster(person("1")))
    _, there = at_expensify(night, members(member("1")))
    night.people = roster(person("1", first_name="Other"))
    plan, _ = night.expensify(there)
    assert fields(plan, "1") == {"firstName", "lastName"}
    assert plan.changes["old"].isna().all() and not plan.changes["visible"].any()


def test_an_account_without_a_number_is_still_known_by_the_ledger_when_its_address_changes():
    night = Night(roster(person("1", email="new@acme.example")), acknowledged=acknowledged(("1", "old@acme.example", True)))
    plan, _ = night.expensify(members(member(None, "old@acme.example")))
    assert decided(plan) == {"1": "update"}
    assert {"employeeEmail", "employeeID"} <= fields(plan, "1")


def test_someone_without_a_policy_has_no_record_and_the_reason_says_so_whatever_else_is_wrong():
    feed = ExpensifyFeed(policyID="extra_policy", role="role")
    night = Night(roster(person("1", extra_policy=None, role="king"), person("2", manager_id="1")), feed=feed)
    plan, _ = night.expensify(members())
    assert decided(plan) == {"1": ("skip", "no_policy"), "2": "create"}


def test_whoever_is_not_yet_in_a_further_policy_is_written_once_and_then_left_alone():
    night = Night(roster(person("1", extra_more="P3, P2")))
    plans, there = at_expensify(night, members(member("1")))
    assert json.loads(plans[0].changes.set_index("field").loc["additionalPolicyIDs", "new"]) == ["P2", "P3"]
    assert sorted(there["policyID"]) == ["P1", "P2", "P3"]


# Findity


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


# Whatever the company


FEED = ExpensifyFeed(
    policyID="extra_policy", additionalPolicyIDs="extra_more", role="role", customField2="cost_center",
    approvalLimit="approval_limit", overLimitApprover="over_limit_approver",
)  # fmt: skip
RULES = FindityUsers(
    organizationalUnitId="department", role="role", locale="locale", phone="phone", bankAccount={"iban": "bank_account"},
    address={"city": "city", "street1": "street"}, dimensionPresets={"CC": "cost_center", "L": "location"},
)  # fmt: skip
UNITS = units({"id": "u1", "name": "Sales"}, {"id": "u2", "name": "Legal"}, {"id": "u3", "name": "Legal"})
IDS = ["1", "2", "3", "4"]


@st.composite
def companies(draw):
    """HR's people, rejects, the ledger and settings; addresses are people's own, old or new, so that no address changes hands."""
    one_of = st.sampled_from
    rows = [
        person(
            number,
            email=draw(one_of([f"{number}@acme.example", f"New.{number}@acme.example"])),
            employment=draw(one_of(["active", "active", "leave", "left", "pending"])),
            in_scope=draw(one_of([True, True, True, False])),
            manager_id=draw(one_of([*IDS, "9", None])),
            manager_email=draw(one_of([None, "boss@x.example"])),
            extra_policy=draw(one_of(["P1", "P2", None])),
            extra_more=draw(one_of([None, "P2", "P2,P3"])),
            role=draw(one_of([None, "user", "auditor", "king"])),
            approval_limit=draw(one_of([None, "100", "99.95"])),
            over_limit_approver=draw(one_of([None, "1", "boss@x.example"])),
            **{name: draw(one_of([None, "a", "b"])) for name in ("cost_center", "location", "bank_account", "city", "street", "locale")},
            department=draw(one_of([None, "Sales", "Legal", "Nowhere"])),
        )
        for number in draw(st.lists(one_of(IDS), unique=True))
    ]
    known = draw(st.lists(one_of(IDS), unique=True))
    able = [row["employee_id"] for row in rows if row["employment"] == "active" and row["in_scope"]]
    return Night(
        roster(*rows),
        rejected=draw(st.lists(one_of([*IDS, None]), max_size=2)),
        acknowledged=acknowledged(*((number, f"{number}@acme.example", draw(st.booleans())) for number in known)),
        absent_means=draw(one_of(["leaver", "unchanged"])),
        approvers=Approvers(top=draw(one_of(["self", *able])), fallback=draw(one_of([None, *able]))),
        circumstances={"hold_all": draw(one_of([False, False, True])), "unreadable_reject": draw(one_of([False, True]))},
        feed=FEED,
        users=RULES,
    )


@st.composite
def policies(draw):
    """Members in any policies, with or without number, some of them strangers."""
    rows = []
    for number in draw(st.lists(st.sampled_from([*IDS, "9"]), unique=True)):
        shown = draw(st.sampled_from([number, None]))
        held = draw(st.lists(st.sampled_from(["P1", "P2", "P3"]), unique=True, min_size=1))
        above = draw(st.sampled_from([None, "1@acme.example"]))
        rows += [member(shown, f"{number}@ACME.example", policy, submitsTo=above) for policy in held]
    return members(*rows, *([member(None, "boss@x.example")] if draw(st.booleans()) else []))


@st.composite
def organizations(draw):
    """Users under our ids or another system's, active or not, showing what they have or not, some of them strangers."""
    rows = []
    for number in draw(st.lists(st.sampled_from([*IDS, "9"]), unique=True)):
        preset = '[{"dimensionExternalSourceId":"CC","dimensionValueId":"z","name":"Z"}]'
        rows.append(
            user(
                number,
                externalSourceId=draw(st.sampled_from([number, f"X{number}", None])),
                personnelNumber=draw(st.sampled_from([number, None])),
                active=draw(st.sampled_from([True, True, False, None])),
                approverIds=draw(st.sampled_from([None, "[]", '["p1"]', '["p1","p9"]'])),
                bankAccount=draw(st.sampled_from([None, "{}", '{"bic":"Z","iban":"z"}'])),
                address=draw(st.sampled_from([None, '{"city":"z","co":"x"}'])),
                dimensionPresets=draw(st.sampled_from([None, "[]", preset])),
            )
        )
    boss = user("b", externalSourceId=None, personnelNumber=None, email="boss@x.example")
    return users(*rows, *([boss] if draw(st.booleans()) else []))


def adds_up(night, plan, accounts):
    assert accounting.before_write(plan, night.people, accounts) == []
    assert plan.people["person"].is_unique
    assert sorted(plan.people["account"].dropna()) == sorted(accounts)
    assert {number for number in night.rejected if number} <= set(plan.people["person"])
    assert not plan.people["person"].str.contains("@").any()


SLOW = settings(max_examples=25, deadline=None)


@SLOW
@given(companies(), policies())
def test_accounting_everyone_is_in_expensifys_plan_once_and_a_second_plan_writes_nothing(night, there):
    plans, _ = at_expensify(night, there)
    adds_up(night, plans[0], expensify_comparison.accounts(there, night.acknowledged)["account"])
    assert [sent(plan) for plan in plans[1:]] in ([], [[]])


@SLOW
@given(companies(), organizations())
def test_accounting_everyone_is_in_finditys_plan_once_and_a_second_plan_writes_nothing(night, there):
    night.acknowledged = night.acknowledged.assign(account=night.acknowledged["employee_id"])
    plans, _ = at_findity(night, there, units=UNITS)
    adds_up(night, plans[0], findity_comparison.accounts(there, night.people["employee_id"])["account"])
    assert [sent(plan) for plan in plans[1:]] in ([], [[]])


@SLOW
@given(companies(), policies(), st.randoms())
def test_a_plans_digest_depends_neither_on_the_order_of_rows_nor_on_storage(night, there, chance):
    plan, _ = night.expensify(there)
    assert stored_plan(plan).digest() == plan.digest()
    assert stored_plan(plan).held_digest() == plan.held_digest()
    rows = list(range(len(there)))
    chance.shuffle(rows)
    again = Night(stored(night.people.iloc[::-1].reset_index(drop=True)), night.rejected[::-1], stored(night.acknowledged.iloc[::-1]))
    again.absent_means, again.approvers, again.circumstances, again.feed = (
        night.absent_means, night.approvers, night.circumstances, night.feed,
    )  # fmt: skip
    assert again.expensify(stored(there.take(rows).reset_index(drop=True)))[0].digest() == plan.digest()


@SLOW
@given(companies(), organizations())
def test_approver_every_active_person_written_at_findity_is_given_one_active_approver(night, there):
    plan, _ = night.findity(there, UNITS)
    for record in sent(plan):
        if record["action"] == "create":
            assert len(json.loads(record["approverIds"])) == 1
        assert record["active"] == ("false" if record["action"] == "deactivate" else "true")
        assert not record["externalSourceId"].startswith("id:")


def test_what_is_planned_does_not_depend_on_whether_frames_came_from_storage():
    night = Night(roster(person("1"), person("2", employment="left")), users=RULES, feed=FEED)
    there = users(user("1"), user("2"))
    before = night.findity(there, UNITS)[0].digest()
    night.people, night.acknowledged = stored(night.people), stored(night.acknowledged)
    assert night.findity(stored(there), stored(UNITS))[0].digest() == before
    assert texts([], ["a"]).empty
