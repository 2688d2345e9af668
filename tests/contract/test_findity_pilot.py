"""Until somebody says that no invitation comes, one person is created at Findity and the others wait for a release, night after night."""

import pytest

from destinations.base import Request
from roster.reports.reasons import reason
from sandbox.server import Sandbox
from tests import syncing
from tests.contract.nights_at_findity import Company, employee

further = pytest.mark.long(
    held_by="tests/contract/test_findity_pilot.py::test_no_surprise_a_first_load_creates_one_person_and_holds_the_others_with_what_to_look_at"
)

BOSS, ANN, BOB = employee("E1"), employee("E2"), employee("E3", manager_id="E2")
CHECKED = {"connection": {"invitation_mail_checked": True}}


@pytest.fixture(scope="module")
def box():
    with Sandbox() as running:
        yield running


@pytest.fixture
def company(box, tmp_path, monkeypatch):
    monkeypatch.setenv("FINDITY_SECRET", "demo-findity-secret")
    with syncing.fresh(tmp_path) as ledger:
        yield Company(box, ledger, connection={"invitation_mail_checked": False})


def released(company, night, *people, **how):
    request = Request(release=night.plan.held_digest(), released_by="Kim", reason="looked through")
    return company.night(*people, request=request, **how)


def test_no_surprise_a_first_load_creates_one_person_and_holds_the_others_with_what_to_look_at(company):
    night = company.night(BOSS, ANN, BOB)
    assert sorted(company.users_there) == ["E1"]
    assert night.planned == {"E1": ("create", None), "E2": ("hold", "pilot"), "E3": ("hold", "pilot")}
    assert night.outcome == {"E1": ("created", "landed"), "E2": ("held", None), "E3": ("held", None)}
    assert night.detail("E2").startswith("E1 is created first, and the others wait")
    assert "invitation_mail_checked: true" in night.detail("E2")
    assert "set invitation_mail_checked: true" in reason("pilot").what_to_do


@further
def test_no_surprise_the_next_nights_create_nobody_else_and_joiners_wait_too(company):
    company.night(BOSS, ANN)
    night = company.night(BOSS, ANN, BOB)
    assert night.planned == {"E1": ("none", None), "E2": ("hold", "pilot"), "E3": ("hold", "pilot")}
    assert sorted(company.users_there) == ["E1"]
    assert "E1 is created first" in night.detail("E3")


@further
def test_once_the_settings_say_that_it_was_looked_everybody_comes_in_whatever_the_limits(company):
    many = [employee(f"E{number}") for number in range(1, 25)]
    company.night(*many)
    night = company.night(*many, **CHECKED)
    assert set(night.planned.values()) == {("none", None), ("create", None)}
    assert len(company.users_there) == 24
    assert company.box.state["findity"]["mails"] == []


@pytest.mark.long(
    held_by="tests/contract/test_findity_pilot.py::test_no_surprise_a_first_load_creates_one_person_and_holds_the_others_with_what_to_look_at"
)
def test_a_release_lets_those_go_whom_it_names_and_sets_nothing(company):
    night = company.night(BOSS, ANN)
    assert released(company, night, BOSS, ANN).outcome["E2"] == ("created", "landed")
    night = company.night(BOSS, ANN, BOB)
    assert night.planned["E3"] == ("hold", "pilot")


@further
def test_no_surprise_a_release_of_what_was_held_as_a_first_sync_lets_go_of_one(company):
    company.first_sync = "hold"
    night = company.night(BOSS, ANN, BOB)
    assert set(night.planned.values()) == {("hold", "first_sync")}
    night = released(company, night, BOSS, ANN, BOB)
    assert night.facts.released == {"applied": 1, "pilot": 2}
    assert sorted(company.users_there) == ["E1"]
    night = company.night(BOSS, ANN, BOB)
    assert night.planned == {"E1": ("none", None), "E2": ("hold", "pilot"), "E3": ("hold", "pilot")}
    released(company, night, BOSS, ANN, BOB)
    assert sorted(company.users_there) == ["E1", "E2", "E3"]


@further
def test_who_needs_nobody_that_comes_after_goes_first(company):
    night = company.night(employee("E1", manager_id="E2"), employee("E2", manager_id=None), employee("E3"))
    assert [person for person, (action, _) in night.planned.items() if action == "create"] == ["E2"]


@further
def test_a_pilot_that_is_refused_makes_way_for_another(company):
    company.box.fault(api="findity", job="PUT users", refuse={"E1": "DB_SCHEMA_VIOLATION"}, times=None)
    assert company.night(BOSS, employee("E2", manager_id=None)).outcome["E1"] == ("refused", None)
    company.box.heal()
    night = company.night(BOSS, employee("E2", manager_id=None))
    assert (night.outcome["E2"], night.planned["E1"]) == (("created", "landed"), ("hold", "pilot"))


@further
def test_who_is_there_already_is_taken_over_without_one(company):
    there = {"firstName": "A", "lastName": "B", "email": "e1@acme.example", "personId": "p1", "id": "u1", "approverIds": ["p1"]}
    company.start({"externalSourceId": "E1", **there})
    night = company.night(BOSS, ANN)
    assert night.planned["E1"][0] == "update"
    assert night.planned["E2"] == ("create", None)


@further
@pytest.mark.parametrize("settings", [CHECKED, {"connection": {"send_invitation_mail": True}}], ids=["looked", "mails are wanted"])
def test_without_the_question_all_go_at_once(company, settings):
    company.night(BOSS, ANN, BOB, **settings)
    assert sorted(company.users_there) == ["E1", "E2", "E3"]


@further
def test_the_sandbox_can_mail_all_the_same(company):
    company.box.switch(findity_invitation_mail="always")
    company.night(BOSS, ANN, BOB)
    company.box.switch(findity_invitation_mail="documented")
    assert [mail["externalSourceId"] for mail in company.box.state["findity"]["mails"]] == ["E1"]


def test_rerun_a_night_that_was_killed_after_the_pilot_creates_no_second_one(company):
    night = company.night(BOSS, ANN, write=False)
    night.adapter.access().open().__enter__().put_users(
        [{"externalSourceId": "E1", "firstName": "E", "lastName": "1", "email": "e1@acme.example"}]
    )
    assert company.night(BOSS, ANN).planned["E2"] == ("hold", "pilot")
