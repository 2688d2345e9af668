"""The rules for things that are no people: sums that must add up, and what a plan of them is named by."""

from dataclasses import replace

import pandas as pd
import pytest

from roster.plan import things
from roster.plan.decision import CHANGE_COLUMNS, PEOPLE_COLUMNS, Plan, from_stored, to_stored
from roster.plan.limits import KindLimit
from roster.plan.things import THING_COLUMNS, Structure, ThingFacts, ThingKind, ThingLimits

KINDS = {"value": ThingKind("value"), "approvers": ThingKind("approvers", always_waits=True)}
MANY = ThingLimits(KindLimit(count=100, share=1), KindLimit(count=100, share=1))
NOBODY = Plan(
    pd.DataFrame(columns=list(PEOPLE_COLUMNS), dtype="str"),
    pd.DataFrame(columns=list(CHANGE_COLUMNS), dtype="str"),
    pd.DataFrame(columns=["person", "action", "apply"], dtype="str"),
)


def changes(*keys, kind="value", action="create"):
    rows = [[key, kind, key, action, None, key, place, "{}"] for place, key in enumerate(keys)]
    return pd.DataFrame(rows, columns=THING_COLUMNS)


def planned(*parts, limits=MANY):
    return things.planned(Structure(pd.concat(parts, ignore_index=True)), KINDS, limits)[0]


def test_no_surprise_a_plan_is_named_by_its_things_and_one_without_as_ever():
    made = planned(changes("a", "b"), changes("c", kind="approvers"))
    plan = replace(NOBODY, things=made)
    assert plan.digest() != NOBODY.digest()
    for name, value in (("payload", "x"), ("new", "x"), ("apply", False), ("action", "remove")):
        assert replace(NOBODY, things=made.assign(**{name: value})).digest() != plan.digest(), name
    assert from_stored(to_stored(plan)).digest() == plan.digest()
    assert plan.held_digest() == replace(NOBODY, things=made[~made["apply"]]).held_digest()
    assert (NOBODY.held_digest(), "planned_things" in to_stored(NOBODY)) == (None, False)


@pytest.mark.parametrize(
    ("altered", "fault"),
    [
        ({"thing": "a"}, "1 things are planned twice"),
        ({"kind": "chair"}, "2 things have no kind that there is"),
        ({"action": "paint"}, "2 things have an action that does not exist"),
        ({"apply": False}, "2 things are neither applied nor held"),
    ],
)
def test_accounting_a_plan_of_things_adds_up_or_is_not_written(altered, fault):
    made = planned(changes("a", "b"))
    assert things.before_write(made, KINDS) == []
    assert things.before_write(made.assign(**altered), KINDS) == [fault]


def test_accounting_of_a_kind_that_no_release_could_name_nothing_is_planned():
    assert things.before_write(planned(changes("a")).assign(kind="chair"), {"chair": ThingKind("chair")}) != []


def test_accounting_what_was_planned_has_one_outcome():
    made = planned(changes("a", "b", "c", "d"), changes("e", kind="approvers"))
    answers = pd.DataFrame({"thing": ["a", "b", "c"], "outcome": ["accepted", "accepted", "refused"]})
    table = things.outcomes(made, answers, still=["b", "c", "d"])
    assert dict(zip(table["thing"], table["outcome"], strict=True)) == {
        "a": "accepted", "b": "missing", "c": "refused", "d": "unknown", "e": "held",
    }  # fmt: skip
    assert things.outcomes(made, answers, still=[]).set_index("thing").loc["d", "outcome"] == "accepted", "reading back shows it"
    assert things.after_write(made, table) == []
    assert things.after_write(made, table.head(3)) != []
    assert things.after_write(made, table.assign(outcome="accepted")) != []


def test_no_surprise_who_comes_new_has_no_limit_in_a_first_sync_and_who_goes_has():
    tight = replace(MANY, changed=KindLimit(count=0, share=0), removed=KindLimit(count=0, share=0), first=True)
    made = planned(changes("a"), changes("b", action="change"), changes("c", action="remove"), limits=tight).set_index("thing")
    assert made["apply"].to_dict() == {"a": True, "b": False, "c": False}


def test_facts_come_back_as_they_were_kept():
    facts = ThingFacts({"value": "value"}, ("one",), (("a", "no room"),), ("x",), ("value: 3 planned, 1 allowed",))
    assert vars(ThingFacts.from_json(facts.to_json())) == vars(facts)
    assert ThingFacts().to_json() == {}
