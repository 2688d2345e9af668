"""Things that are no people are planned, held, released, sent before the people and read back, as people are."""

from dataclasses import replace
from pathlib import Path

import pytest

from destinations import engine
from destinations.base import Policy, Request
from destinations.delivery import Write
from resources.failures import Permanent
from tests.desks import Company, Killed, people
from tests.destinations.ledgerbook.client import Book
from tests.syncing import UNLIMITED, fresh

further = pytest.mark.long(
    held_by="tests/unit/destinations/test_things.py::test_a_release_lets_what_was_held_go_and_the_next_night_is_quiet"
)

BOTH = people("Nord", "Syd")
DESKS = {"Front": None, "Nord": None, "Syd": None}


@pytest.fixture
def acme(tmp_path):
    with fresh(tmp_path) as ledger:
        yield Company(tmp_path / "book.json", ledger)


@pytest.fixture
def begun(acme):
    """The desks are there, and whoever keeps them waits."""
    acme.sync(*BOTH)
    return acme


def outcomes(night):
    return set(night.landed.outcomes["outcome"])


def test_no_surprise_things_are_planned_with_old_and_new_and_a_plan_alone_writes_nothing(acme):
    night = acme.planned(*BOTH)
    plan = night.drawn.plan.things.set_index("thing")
    assert tuple(plan.loc["value/Nord", ["kind", "name", "action", "new", "apply"]]) == ("value", "Nord", "create", "Nord", True)
    assert plan.loc["value/Nord", ["old", "reason"]].isna().all()
    assert plan.index[:3].tolist() == ["value/Front", "value/Nord", "value/Syd"], "what goes first stands first"
    assert night.things["approvers/Nord"] == "always", "however few they are"
    assert acme.book == {"staff": []}


def test_things_go_before_the_people_and_land(acme, monkeypatch):
    order = []
    for name in ("write", "write_desks"):
        whole = getattr(Book, name)
        monkeypatch.setattr(
            Book, name, lambda self, *given, _whole=whole, _name=name, **more: (order.append(_name), _whole(self, *given, **more))[1]
        )
    night = acme.sync(*BOTH)
    assert order[0] == "write_desks"
    assert order.count("write_desks") == 1
    assert acme.book["desks"] == DESKS
    assert outcomes(night) == {"created"}
    assert set(night.became.values()) == {"accepted", "held"}


def test_a_release_lets_what_was_held_go_and_the_next_night_is_quiet(begun):
    held = begun.planned(*BOTH)
    assert set(held.things.values()) == {"always"}
    assert begun.ledger.releases.held(held.digest).kinds == ["approvers"]
    night = begun.release(held, *BOTH)
    assert night.drawn.facts.released == {"applied": 3}
    assert begun.book["desks"] == dict.fromkeys(DESKS, "E1")
    assert set(night.became.values()) == {"accepted"}
    writes = begun.book["desk_writes"]
    quiet = begun.sync(*BOTH)
    assert (quiet.things, quiet.drawn.plan.held_digest(), begun.book["desk_writes"]) == ({}, None, writes)


@further
def test_a_release_of_another_kind_leaves_things_waiting(begun):
    begun.limited(things={"count": 0, "share": 0})
    more = people("Nord", "Syd", "Ost")
    held = begun.planned(*more)
    night = begun.release(held, *more, kinds=("value",))
    assert begun.book["desks"] == {**DESKS, "Ost": None}
    assert night.became == {"value/Ost": "accepted", **{f"approvers/{one}": "held" for one in ("Front", "Nord", "Ost", "Syd")}}
    assert night.drawn.facts.released == {"applied": 1, "kind_not_released": 4}


@further
def test_no_surprise_a_release_applies_nothing_that_came_up_or_changed_since(begun):
    held = begun.planned(*BOTH)
    begun.policy = replace(begun.policy, limits=UNLIMITED)
    more = people("Nord", "Syd", "Ost")
    more[1] = {**more[1], "manager_id": "E4"}
    night = begun.release(held, *more)
    assert night.drawn.facts.released == {"applied": 2, "changed": 1, "not_in_set": 1}
    assert begun.book["desks"] == {"Front": "E1", "Nord": None, "Syd": "E1"}, "Ost is left for the next sync, Nord is another keeper's"
    assert night.landed.things_drift == [], "what was left is nobody else's doing"
    assert begun.sync(*more).became["value/Ost"] == "accepted"


@further
def test_a_held_set_expires_and_is_released_by_nobody_afterwards(begun):
    begun.policy = replace(begun.policy, release_hours=0)
    held = begun.planned(*BOTH)
    with pytest.raises(Permanent, match="expired"):
        begun.release(held, *BOTH)
    assert begun.book["desks"] == DESKS


@further
def test_no_surprise_a_kind_of_which_too_many_change_waits_as_a_whole_and_the_rest_goes(begun):
    begun.limited(things={"count": 1, "share": 0})
    night = begun.sync(*people("Nord", "Syd", "Ost", "Vest"))
    assert (night.things["value/Ost"], night.things["value/Vest"]) == ("limit", "limit")
    assert night.drawn.facts.things.beyond[0] == "keeper of a desk: 5 planned, 1 allowed"
    assert "desk: 2 planned, 1 allowed" in night.drawn.facts.things.beyond
    assert "Ost" not in begun.book["desks"]
    assert outcomes(night) == {"unchanged", "created"}, "the people do not wait for it"


def test_no_surprise_a_share_is_one_of_how_many_of_the_kind_are_there(begun):
    begun.limited(things={"count": 0, "share": 0.4})
    assert begun.planned(*people("Nord", "Syd", "Ost")).things["value/Ost"] is None, "one of three"
    assert begun.planned(*people("Nord", "Syd", "Ost", "Vest")).things["value/Ost"] == "limit"


@further
def test_no_surprise_what_many_nights_change_counts_together(begun):
    begun.limited(things={"count": 1, "share": 0, "per_week": 2})
    assert begun.sync(*people("Nord", "Syd", "A")).became["value/A"] == "accepted"
    assert begun.sync(*people("Nord", "Syd", "A", "B")).became["value/B"] == "accepted"
    assert begun.planned(*people("Nord", "Syd", "A", "B", "C")).things["value/C"] == "week_limit"


@further
def test_no_surprise_taking_away_has_a_limit_of_its_own(begun):
    begun.limited(things_removed={"count": 1, "share": 0})
    assert begun.planned(*people("Nord")).things["value/Syd"] is None
    night = begun.sync(*people("Front"))
    assert (night.things["value/Nord"], night.things["value/Syd"]) == ("limit", "limit")
    assert set(begun.book["desks"]) == set(DESKS)
    begun.release(night, *people("Front"))
    assert set(begun.book["desks"]) == {"Front"}


@further
def test_no_surprise_a_first_sync_that_holds_holds_things_too(acme):
    acme.policy = Policy("leaver", limits=UNLIMITED, first_sync="hold")
    night = acme.sync(*BOTH)
    assert {night.things["value/Nord"], night.things["approvers/Nord"]} == {"first_sync", "always"}
    assert "desks" not in acme.book
    released = acme.release(night, *BOTH)
    assert acme.book["desks"] == dict.fromkeys(DESKS, "E1")
    assert outcomes(released) == {"created"}


@further
def test_no_surprise_where_hardly_an_account_is_hrs_things_wait_with_the_people(acme):
    others = [{"staff_no": f"S{place}", "given": "Sam", "family": "Ek", "mail": f"s{place}@other.example"} for place in range(40)]
    acme.switch(staff=others)
    night = acme.sync(*BOTH)
    assert outcomes(night) == {"held", "skipped"}
    assert set(night.became.values()) == {"held"}
    assert "desks" not in acme.book
    acme.release(night, *BOTH)
    assert acme.book["desks"] == dict.fromkeys(DESKS, "E1")


def test_no_surprise_a_plan_whose_things_were_altered_is_refused(acme):
    night = acme.planned(*BOTH)
    other = night.drawn.plan.things.assign(payload=lambda frame: frame["payload"].str.replace("Nord", "Mord"))
    altered = replace(night.drawn.plan, things=other)
    write = Write("ledgerbook", "run-1", "run-1", altered, night.drawn.acknowledgements, 1, None)
    with pytest.raises(Permanent, match="is not the one that run run-1 saved"):
        engine.write(acme.adapter, acme.adapter.access(), acme.ledger, write)
    assert acme.book == {"staff": []}


@further
def test_a_run_for_some_people_touches_no_things(begun):
    night = begun.sync(*people("Ost", "Syd"), request=Request(only=["E2"]))
    assert (night.things, begun.book["desks"]) == ({}, DESKS)
    assert night.drawn.chain is None


@pytest.mark.long(held_by="tests/unit/destinations/test_things.py::test_true_report_what_is_accepted_and_not_there_is_missing")
def test_true_report_what_is_refused_is_told_with_who_depended_on_it_and_stops_nobody(acme):
    acme.switch(refuse_desks={"Nord": "Nord is taken"}, sit_there={"Nord": "E2 E3"})
    night = acme.sync(*BOTH)
    assert night.became["value/Nord"] == "refused"
    assert outcomes(night) == {"created"}
    kept = acme.ledger.things.of("ledgerbook", "run-1").set_index("thing")
    assert tuple(kept.loc["value/Nord", ["outcome", "answer", "people"]]) == ("refused", "Nord is taken", "E2 E3")
    acme.switch(refuse_desks=None)
    assert acme.sync(*BOTH).became["value/Nord"] == "accepted"


def test_true_report_what_is_accepted_and_not_there_is_missing(acme):
    acme.switch(lose_desks=["Nord"])
    night = acme.sync(*BOTH)
    assert night.became["value/Nord"] == "missing"
    assert night.became["value/Syd"] == "accepted"


def test_true_report_an_answer_that_was_lost_is_looked_up(acme):
    acme.switch(silent_desk="Nord")
    assert acme.sync(*BOTH).became["value/Nord"] == "accepted", "reading back shows it"


@further
def test_things_that_cannot_be_written_at_all_stop_nobody_and_are_planned_again(acme):
    acme.switch(jam_desks=True)
    night = acme.sync(*BOTH)
    assert outcomes(night) == {"created"}
    assert {night.became[f"value/{one}"] for one in DESKS} == {"unknown"}
    kept = acme.ledger.things.of("ledgerbook", "run-1").set_index("thing")
    assert kept.loc["value/Nord", "answer"].startswith("The desks are in somebody else's hands.")
    acme.switch(jam_desks=None)
    assert acme.sync(*BOTH).became["value/Nord"] == "accepted"


@pytest.mark.parametrize("place", ["before any", "among them", "before the people"])
def test_rerun_killed_anywhere_the_end_is_the_same_and_nothing_is_sent_twice(acme, monkeypatch, place):
    night = acme.planned(*BOTH)
    dead = (Path, "write_text") if place == "among them" else (Book, "write_desks" if place == "before any" else "write")
    whole, calls = getattr(*dead), [0]

    def killed(self, *given, **more):
        calls[0] += 1
        if calls[0] == (2 if place == "among them" else 1):
            raise Killed
        return whole(self, *given, **more)

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(*dead, killed)
        acme.sent(night)
    acme.sent(night, again="run-1b")
    acme.read_back(night)
    assert acme.book["desks"] == DESKS
    assert acme.book["desk_writes"] == 3, "each desk once"
    assert {line["staff_no"] for line in acme.book["staff"]} == {"E1", "E2", "E3"}
    assert set(night.became.values()) == {"accepted", "held"}
    acme.sent(night, again="run-1c")
    assert acme.book["desk_writes"] == 3


@further
def test_rerun_an_older_plan_does_not_write_over_what_a_later_one_wrote(begun):
    older = begun.planned(*people("Nord", "Syd", "Ost"))
    begun.sync(*people("Nord", "Syd", "Ost"))
    writes = begun.book["desk_writes"]
    begun.number -= 1
    with pytest.raises(Permanent):
        begun.sent(older)
    assert begun.book["desk_writes"] == writes


@further
def test_rerun_what_another_run_wrote_since_is_not_written_over(begun):
    more = people("Nord", "Syd", "Ost")
    older = begun.planned(*more)
    begun.sync(*more, file=older.taken.number)
    writes = begun.book["desk_writes"]
    begun.sent(older)
    night = begun.read_back(older)
    kept = begun.ledger.things.of("ledgerbook", older.attempt.run_id).set_index("thing")
    assert (night.became["value/Ost"], kept.loc["value/Ost", "answer"]) == (
        "refused",
        "another run has written it since this plan was made",
    )
    assert begun.book["desk_writes"] == writes


@further
def test_true_report_what_somebody_else_changed_is_drift(begun):
    night = begun.sync(*people("Nord", "Syd", "Ost"))
    begun.switch(desks={"Front": None, "Syd": None, "Ost": None})
    looked = engine.landed(
        begun.adapter, begun.adapter.access(), begun.ledger, night.drawn.plan, night.attempt.run_id, night.drawn.desired,
        night.taken.roster, patience=0, chain=night.drawn.chain,
    )  # fmt: skip
    assert looked.things_drift == ["value/Nord"]
    assert night.landed.things_drift == []


def test_without_the_setting_nothing_of_it_is_asked_stored_or_told(acme):
    acme.desks = False
    night = acme.sync(*BOTH)
    assert night.things == {}
    assert "desks" not in night.known.read
    stored = {*night.drawn.to_stored()}
    assert not [name for name in stored if "thing" in name or "chain" in name]
    assert "things" not in night.drawn.facts.to_json()
    assert acme.ledger.things.of("ledgerbook", "run-1").empty


def test_repairs_and_what_cannot_be_done_are_known(acme):
    night = acme.planned(*people("Cellar", "A desk without an end"))
    facts = night.drawn.facts.things
    assert facts.repairs == ("E1 keeps Cellar in place of nobody",)
    assert facts.left == (("value/A desk without an end", "the book has no room for a name as long as this"),)
    assert type(facts).from_json(facts.to_json()) == facts or type(facts).from_json(facts.to_json()).left == facts.left
