"""Approvers who are there and of whom Findity does not show by which id they are named."""

import pytest

from tests.unit.roster.frames import Night, decided, findity_adapter, person, roster, sent, units, user, users
from tests.unit.roster.nights import at_findity

WAITS = ("skip", "approver_without_id")
COMPANY = (person("1"), person("2", manager_id="1"), person("4", manager_id="2"))


def begun():
    night = Night(roster(*COMPANY))
    at_findity(night, users())
    return night.acknowledged


def after(*rows, people=COMPANY, four='["p2"]', **two):
    """The plan of a night on which these come, and 2 is shown with these cells; and what is left out of records."""
    night = Night(roster(*people, *rows), acknowledged=begun(), absent_means="leaver")
    there = users(user("1"), user("2", **{"approverIds": '["p1"]', **two}), user("4", approverIds=four), user("5", active=False))
    faults = night.desired(findity_adapter(), {"users": there, "units": units()}).faults
    return night.findity(there)[0], sorted(faults[["employee_id", "field", "reason"]].itertuples(index=False, name=None))


@pytest.mark.parametrize("cells", [{"personId": None}, {"personId": "p1"}])
@pytest.mark.parametrize("number", ["5", "6"])  # who comes back, and who is new
def test_approver_nobody_becomes_active_under_one_who_cannot_be_named(cells, number):
    plan, faults = after(person(number, manager_id="2"), person("7", manager_id=number), **cells)
    assert {who: decided(plan)[who] for who in (number, "7")} == {number: WAITS, "7": WAITS}, "nor under one who waits"
    assert sent(plan) == []
    assert {("4", "approverIds", WAITS[1]), (number, "personId", WAITS[1])} <= set(faults)


def test_approver_whoever_is_there_keeps_the_one_they_have_and_all_else_is_written():
    moved = (COMPANY[0], COMPANY[1], person("4", manager_id="2", last_name="New"))
    plan, _ = after(people=moved, four='["p1"]', personId=None)
    (record,) = sent(plan)
    assert (record["externalSourceId"], record["lastName"], record.get("approverIds")) == ("4", "New", None)


def test_approver_a_leaver_stays_while_who_comes_after_them_cannot_be_named():
    night = Night(roster(*COMPANY[:2], person("4", manager_id="2")), acknowledged=begun(), absent_means="leaver")
    before = Night(roster(*COMPANY, person("3", manager_id="1")))
    at_findity(before, users())
    night.acknowledged = before.acknowledged
    there = [user("1"), user("2", approverIds='["p1"]', personId=None), user("3", approverIds='["p1"]'), user("4", approverIds='["p3"]')]
    assert decided(night.findity(users(*there))[0])["3"] == ("hold", "depends_on_held")


def test_a_second_user_of_one_person_who_is_nobody_of_hrs_keeps_nobody_from_naming_them():
    night = Night(roster(*COMPANY, person("6", manager_id="2")), acknowledged=begun())
    there = users(
        user("1"),
        user("2", approverIds='["p1"]'),
        user("4", approverIds='["p2"]'),
        user("X", externalSourceId="old", personnelNumber="old", email="old@acme.example", personId="p2", active=False),
    )
    assert decided(night.findity(there)[0])["6"] == "create"
