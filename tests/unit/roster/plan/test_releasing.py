"""What of a held set is let go, when what is there and what HR says may have changed since it was looked at."""

import pandas as pd
import pytest

from roster import accounting
from roster.plan.releasing import VERDICTS, released
from tests.unit.roster.frames import KEY, Night, acknowledged, decided, held_set, member, members, person, recalled, roster, sent

THERE = members(member("2"), member("3"), member("5"))
"""2 is to change, 3 to leave, 5 is absent; 1 and 4 are to join."""


def night(*rows, **changes):
    people = rows or (person("1"), person("2", manager_id="3"), person("3", employment="left"), person("4"))
    found = Night(roster(*people), absent_means="leaver", acknowledged=acknowledged(("5", "5@acme.example", True)), **changes)
    found.circumstances = {"hold_all": True}
    return found


def plan(tonight, there=THERE):
    return tonight.expensify(there)[0]


@pytest.fixture
def looked_at():
    return held_set(plan(night()))


def let(now, looked_at, *kinds):
    found, counts = released(now, looked_at, kinds, KEY)
    assert sum(counts.values()) >= len(looked_at.people)
    assert counts.keys() <= VERDICTS.keys()
    assert not accounting.before_write(found, found.people.dropna(subset="employee_id"), pd.Series(dtype="str"))
    return found, counts


def applied(found):
    return {record["person"]: record["action"] for record in sent(found)}


def test_what_is_still_the_same_is_applied_whole(looked_at):
    found, counts = let(plan(night()), looked_at)
    assert applied(found) == {"1": "create", "2": "update", "3": "deactivate", "4": "create", "5": "deactivate"}
    assert counts == {"applied": 5}
    assert found.held_digest() is None


def test_no_surprise_someone_employed_again_is_not_taken_out(looked_at):
    now = night(person("1"), person("2", manager_id="3"), person("3"), person("4"), person("5"))
    found, counts = let(plan(now), looked_at)
    assert not {"3", "5"} & applied(found).keys()
    assert decided(found)["5"] == ("hold", "first_sync")
    assert counts["no_longer_wanted"] == 2


@pytest.mark.parametrize(
    "now",
    [person("1", first_name="Other"), person("1", email="other@acme.example"), person("1", manager_id="2")],
    ids=["name", "address", "manager"],
)
def test_no_surprise_a_joiner_whose_record_is_another_now_waits(looked_at, now):
    found, counts = let(plan(night(now, person("2", manager_id="3"), person("3", employment="left"), person("4"))), looked_at)
    assert decided(found)["1"] == ("hold", "first_sync")
    assert "1" not in applied(found)
    assert "4" in applied(found)
    assert counts["changed"] == 1
    assert found.people.set_index("person")["detail"]["1"] == VERDICTS["changed"]


def test_no_surprise_a_further_change_of_somebody_makes_them_wait(looked_at):
    there = members(member("2", role="admin"), member("3"), member("5"))
    tonight = night()
    tonight.feed = tonight.feed.model_copy(update={"role": type(tonight.feed.policyID)(constant="user")})
    before = night()
    before.feed = tonight.feed
    assert "2" in applied(let(plan(tonight), held_set(plan(before)))[0])
    found, counts = let(plan(tonight, there), held_set(plan(before)))
    assert "2" not in applied(found)
    assert counts["changed"] == 1


def test_what_was_done_meanwhile_is_not_written_again(looked_at):
    # 4 has come in as planned, and 3 and 5 have gone.
    after = night()
    told = after.expensify(members(member("2")))[1]
    after.acknowledged = pd.concat([after.acknowledged, told[told["employee_id"].eq("4")].drop(columns="record")], ignore_index=True)
    found, counts = let(plan(after, members(member("2"), member("4"))), looked_at)
    assert applied(found) == {"1": "create", "2": "update"}
    assert counts == {"applied": 2, "done": 3}


def test_no_surprise_nobody_outside_the_set_is_written_or_let_go(looked_at):
    more = (person("1"), person("2", manager_id="3"), person("3", employment="left"), person("4"), person("6"))
    later = night(*more)
    found, counts = let(plan(later), looked_at)
    assert "6" not in applied(found)
    assert decided(found)["6"] == ("hold", "first_sync")
    assert counts == {"applied": 5, "not_in_set": 1}
    later.circumstances = {}
    free, counts = let(plan(later), looked_at)
    assert decided(free)["6"] == ("none", "not_selected")
    assert applied(free) == applied(found)
    assert counts == {"applied": 5}


def test_no_surprise_only_the_kinds_that_are_named_are_let_go(looked_at):
    found, counts = let(plan(night()), looked_at, "join")
    assert applied(found) == {"1": "create", "4": "create"}
    assert counts == {"applied": 2, "kind_not_released": 3}
    rest, counts = let(plan(night()), held_set(found))
    assert applied(rest) == {"2": "update", "3": "deactivate", "5": "deactivate"}
    assert counts["not_in_set"] == 2


def test_no_surprise_someone_with_changes_of_two_kinds_needs_both():
    there = members(member("2", email="two@x"), member("1"))
    tonight = night(person("1"), person("2", manager_id="1"))
    tonight.acknowledged = recalled(tonight.people, n2="two@x")
    kinds = plan(tonight, there).people.set_index("person")["kinds"]["2"].split("|")
    assert len(kinds) > 1
    assert "2" not in applied(let(plan(tonight, there), held_set(plan(tonight, there)), kinds[0])[0])
    assert "2" in applied(let(plan(tonight, there), held_set(plan(tonight, there)), *kinds)[0])


def test_no_surprise_whoever_is_in_doubt_stays_held(looked_at):
    doubtful = members(member("2"), member("3"), member("5"), member("9", "4@acme.example"))
    found, counts = let(plan(night(), doubtful), looked_at)
    assert decided(found)["4"] == ("hold", "conflict")
    assert "4" not in applied(found)
    assert counts["changed"] == 1


def test_approver_nobody_is_let_go_whose_approver_waits():
    tonight = night(person("1"), person("4", manager_id="1"))
    looked_at = held_set(plan(tonight))
    now = night(person("1", first_name="Other"), person("4", manager_id="1"))
    found, counts = let(plan(now), looked_at)
    assert decided(found)["4"] == ("hold", "depends_on_held")
    assert applied(found) == {"5": "deactivate"}
    assert counts == {"applied": 1, "changed": 1, "depends_on_held": 1}
