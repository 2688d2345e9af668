"""A release of some people alone, and one that needs two people: whatever starts it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from destinations import two_people
from destinations.base import Attempt, Request
from resources.failures import Permanent
from resources.ledger.decisions import Proposal
from roster.plan.limits import FourEyes, Limits
from tests.syncing import UNLIMITED
from tests.unit.destinations.expensify.nightly import at_home, company, sandbox

further = pytest.mark.long(
    held_by="tests/unit/destinations/test_two_people.py::test_one_proposes_and_another_releases_and_the_run_may_go_on_when_the_proposal_is_over"
)

__all__ = ["company", "sandbox"]

FIRST = [at_home(number) for number in ("1", "2", "3", "4")]
LEAVING = [*FIRST[:2], at_home("3", employment="left"), at_home("4", employment="left")]
NONE = {"count": 0, "share": 0}


def limits(**kinds):
    return Limits.model_validate({**UNLIMITED.model_dump(), **kinds})


@pytest.fixture
def held(company):
    """Two leavers wait, and two people have to let them go."""
    company.begin(*FIRST)
    company.limits = limits(leave={**NONE, "four_eyes": True})
    night = company.sync(*LEAVING)
    assert sorted(night.decided.index[night.decided["action"].eq("hold")]) == ["3", "4"]
    company.digest = night.plan.held_digest()
    return company


def proposed(company, name="anna", kinds=(), people=(), hours=1.0):
    until = datetime.now(UTC) + timedelta(hours=hours)
    company.ledger.decisions.propose(company.digest, kinds, people, name, "looked", until)


def released(company, by="bert", **how):
    request = replace(Request(release=company.digest, released_by=by, reason="looked", signed_on=True), **how)
    return company.sync(*LEAVING, request=request)


def refused(company, what, **how):
    with pytest.raises(Permanent, match=what):
        released(company, **how)
    assert company.ledger.releases.of(company.digest) == []
    assert {"3@acme.example", "4@acme.example"} <= set(company.members())


def test_no_surprise_only_the_people_who_are_named_are_let_go(held):
    held.limits = limits(leave=NONE)
    night = released(held, people=["3"])
    assert night.facts.released == {"applied": 1, "person_not_released": 1}
    assert (night.decided.loc["3", "action"], night.decided.loc["4", "action"]) == ("deactivate", "hold")
    assert night.detail("4") == "not among the people who are released"
    assert "4@acme.example" in held.members()
    assert "3@acme.example" not in held.members()
    (release,) = held.ledger.releases.of(held.digest)
    assert release.people == ["3"]
    rest = night.plan.held_digest()
    assert rest != held.digest
    assert held.ledger.releases.held(rest).kinds == ["leave"]


@further
def test_no_surprise_whoever_is_not_held_is_not_let_go_by_being_named(held):
    held.limits = limits(leave=NONE)
    with pytest.raises(Permanent, match=r"Nothing of .* is left to apply"):
        released(held, people=["1"])


def test_no_surprise_a_release_that_needs_two_people_is_refused_to_one(held):
    refused(held, "nobody has proposed it")
    proposed(held, "Bert ")
    refused(held, "Bert  proposed it")
    refused(held, "Bert  proposed it", released_by="bert@acme.example")
    proposed(held, "anna")
    refused(held, "may be anybody's", signed_on=False)


@further
def test_no_surprise_a_proposal_of_something_else_is_none(held):
    proposed(held, hours=-1)
    proposed(held, kinds=["join"])
    proposed(held, people=["3"])
    refused(held, "nobody has proposed it")
    refused(held, "nobody has proposed it", people=["4"])
    refused(held, "nobody has proposed it", people=["3", "4"])
    held.digest, digest = "another", held.digest
    proposed(held)
    held.digest = digest
    refused(held, "nobody has proposed it")
    assert released(held, people=["3"]).facts.released == {"applied": 1, "person_not_released": 1}


def test_one_proposes_and_another_releases_and_the_run_may_go_on_when_the_proposal_is_over(held):
    proposed(held)
    night = released(held)
    assert night.facts.released == {"applied": 2}
    assert [(one.name, one.people) for one in held.ledger.releases.of(held.digest)] == [("bert", None)]
    request = Request(release=held.digest, released_by="bert", reason="looked", signed_on=True)
    with held.ledger.engine.execution_options(rollcall_writes=True).begin() as connection:
        connection.exec_driver_sql("DELETE FROM proposal")
    two_people.check(held.ledger, night.attempt, request, FourEyes(frozenset({"leave"})))
    with pytest.raises(Permanent):
        two_people.check(held.ledger, replace(night.attempt, root_run_id="another"), request, FourEyes(frozenset({"leave"})))


@further
def test_other_kinds_need_one_person_alone(held):
    assert two_people.kinds(held.ledger, held.digest, FourEyes(frozenset({"join"}))) == []
    assert two_people.kinds(held.ledger, held.digest, FourEyes(frozenset({"leave"})), of_kinds=["join"]) == []
    assert two_people.kinds(held.ledger, held.digest, FourEyes(frozenset({"leave"})), people=["1"]) == []
    assert two_people.kinds(held.ledger, held.digest, FourEyes(frozenset({"leave"})), people=["3"]) == ["leave"]


@further
def test_of_whom_was_forgotten_no_proposal_is_left_and_nobody_else_is_in_it(held):
    proposed(held, people=["3"])
    held.ledger.people.forget("3")
    (left,) = held.ledger.decisions.proposals(held.digest)
    assert left.people == []
    assert not two_people.covers(left, [], [])
    assert not two_people.covers(left, [], ["4"])


def test_a_proposal_covers_what_is_in_it():
    now = datetime.now(UTC)
    whole, part = (Proposal(kinds, people, "anna", "x", now, now) for kinds, people in (([], None), (["leave"], ["3"])))
    assert two_people.covers(whole, ["leave"], ["3"])
    assert two_people.covers(whole, [], [])
    assert two_people.covers(part, ["leave"], ["3"])
    assert not any(two_people.covers(part, *asked) for asked in (([], ["3"]), (["leave"], []), (["leave", "join"], ["3"])))


def test_which_kinds_need_two_people_is_a_setting_of_their_limits():
    own = limits(bank_account={**NONE, "four_eyes": True}, things_removed={**NONE, "four_eyes": True})
    assert own.four_eyes() == FourEyes(frozenset({"bank_account"}), frozenset({"value_removed"}))
    assert limits(things={**NONE, "four_eyes": True}).four_eyes().things == {"unit", "dimension", "value", "approvers"}
    assert Limits().four_eyes() == FourEyes()


@further
def test_no_surprise_what_one_person_began_is_not_widened_by_executing_it_again(held):
    proposed(held, "anna", people=["3"])
    released(held, people=["3"])
    begun = held.ledger.releases.of(held.digest)[0]
    attempt = Attempt("again", begun.root_run_id, "acme_release")
    one = Request(release=held.digest, released_by="bert", reason="looked", signed_on=True, people=["3"])
    four_eyes = held.limits.four_eyes()
    two_people.check(held.ledger, attempt, replace(one, signed_on=False), four_eyes)
    for wider in (replace(one, people=[]), replace(one, people=["3", "4"])):
        with pytest.raises(Permanent, match="nobody has proposed it"):
            two_people.check(held.ledger, attempt, wider, four_eyes)
