"""What reading back shows, held against the plan."""

import pandas as pd

from roster.plan import landing
from tests.unit.roster.frames import (
    KEY,
    Night,
    acknowledged,
    expensify_adapter,
    findity_adapter,
    member,
    members,
    person,
    recalled,
    roster,
    user,
    users,
)
from tests.unit.roster.frames import units as no_units


def at_expensify(night, before, after):
    """Who differs in what, and the drift, when `after` is read back."""
    return _seen(night, expensify_adapter(night.feed), {"members": before}, {"members": after})


def at_findity(night, before, after):
    """Who differs in what, and the drift, when `after` is read back."""
    return _seen(night, findity_adapter(night.users), {"users": before, "units": no_units()}, {"users": after, "units": no_units()})


def _seen(night, adapter, before, after):
    plan, _ = night.at(adapter, before)
    return _told(plan, landing.not_as_wanted(adapter, plan, night.desired(adapter, before).records, after, KEY))


def _told(plan, found):
    drift = landing.drift(plan, found)
    return set(map(tuple, found.to_numpy())), set(map(tuple, drift.to_numpy()))


NOTHING = (set(), set())


def test_what_is_there_as_planned_does_not_differ():
    night = Night(roster(person("1"), person("2", employment="left")))
    assert at_expensify(night, members(member("2")), members(member("1"))) == NOTHING
    assert at_findity(night, users(user("2")), users(user("1"), user("2", active=False))) == NOTHING


def test_a_joiner_who_is_not_there_is_missing():
    night = Night(roster(person("1")))
    assert at_expensify(night, members(), members())[0] == {("1", "policyID")}
    assert at_findity(night, users(), users())[0] == {("1", "externalSourceId")}


def test_a_leaver_who_is_still_there_is_missing():
    night = Night(roster(person("1", employment="left")))
    there = members(member("1"), member("1", policy="P2"))
    assert at_expensify(night, there, members(member("1", policy="P2")))[0] == {("1", "isTerminated")}
    assert at_findity(night, users(user("1")), users(user("1")))[0] == {("1", "active")}


def test_an_address_that_has_not_changed_yet_is_missing():
    night = Night(roster(person("1", email="new@x")), circumstances={"email_domains": frozenset(["x"])})
    night.acknowledged = recalled(night.people, n1="1@acme.example")
    old = members(member("1"))
    assert at_expensify(night, old, old)[0] == {("1", "policyID")}
    night.acknowledged = recalled(night.people, n1="1")
    assert at_findity(night, users(user("1")), users(user("1")))[0] == {("1", "email")}
    assert at_findity(night, users(user("1")), users(user("1", email="New@x"))) == NOTHING


def test_what_changed_under_people_left_alone_is_drift():
    night = Night(roster(person("1")))
    before = users(user("1"))
    assert at_findity(night, before, users(user("1", role=None, lastName="Else"))) == ({("1", "lastName")}, {("1", "lastName")})
    _, night.acknowledged = night.expensify(members(member("1")))
    assert at_expensify(night, members(member("1")), members(member("1", employeeID="7")))[1] == {("1", "employeeID")}


def test_whoever_is_held_or_skipped_is_not_expected_to_be_as_they_should():
    night = Night(roster(person("1", email="nine@x"), person("2", in_scope=False)), rejected=["3"])
    assert at_expensify(night, members(member("9", "nine@x")), members()) == NOTHING
    assert at_findity(night, users(user("9", email="nine@x")), users()) == NOTHING


def test_a_user_without_an_external_id_who_is_fine_is_neither_missing_nor_drift():
    there = users(user("1", externalSourceId=None))
    assert at_findity(Night(roster(person("1"))), there, there) == NOTHING


def test_a_user_who_came_back_under_the_id_that_they_had_has_landed():
    night = Night(roster(person("1")), acknowledged=acknowledged(("1", "HRIS-7", True)))
    assert at_findity(night, users(), users(user("1", externalSourceId="HRIS-7"))) == NOTHING


def test_an_approver_who_joined_the_same_night_is_known_by_number_when_read_back():
    night = Night(roster(person("1", manager_id="9"), person("9")))
    after = users(user("1", approverIds='["p9"]'), user("9"))
    assert at_findity(night, users(user("1")), after) == NOTHING
    assert at_findity(night, users(user("1")), users(user("1"), user("9")))[0] == {("1", "approverIds")}


def test_nobody_differs_in_nothing():
    assert at_expensify(Night(roster()), members(), members()) == NOTHING
    assert at_findity(Night(roster()), users(), users()) == NOTHING


def test_approver_who_is_active_without_an_active_approver_is_found_in_what_is_there():
    there = pd.DataFrame(
        [
            ("k1", "1", True, "k1"),
            ("k2", "2", True, "k1"),
            ("k3", "3", True, None),
            ("k4", "4", True, "k9"),
            ("k9", "9", False, "k1"),
            ("k5", "5", True, "gone"),
            ("k7", "7", True, None),
            ("k8", "8", False, None),
        ],
        columns=["account", "number", "active", "approver"],
    ).astype({"account": "str", "number": "str", "approver": "str"})
    ours = pd.Series(["1", "2", "3", "4", "5", "8", "9"], dtype="str")
    assert landing.without_approver(there, ours) == ["3", "4", "5"], "7 is nobody of HR's, 8 and 9 are not active"


def test_approver_whose_row_was_rejected_is_looked_at_too():
    night = Night(roster(person("1")), rejected=["2", "3"])
    plan, _ = night.findity(users(user("1"), user("2")))
    desired = night.desired(findity_adapter(), {"users": users(user("1"), user("2")), "units": no_units()}).records
    assert landing.here(plan, desired).tolist() == ["1", "2", "3"]
