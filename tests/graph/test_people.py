"""Joiners, movers, leavers and rejoiners through the whole graph, by row and by absence; one account each, whatever changes."""

import copy
from types import SimpleNamespace
from typing import Any

import pytest

SE, NO, TRAVEL = "5E00000000000001", "4E00000000000002", "7A00000000000006"
WAS = "hal@acme.example"


@pytest.fixture(scope="module")
def story(everything: Any, first: Any, tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """Two files after the first: much happens in one, in the next some of it is undone. What there was after each."""
    import shutil

    home = tmp_path_factory.mktemp("story")
    shutil.copytree(first.home, home / "home")
    with pytest.MonkeyPatch.context() as patch:
        everything.enter(home / "home", patch, first.state)
        acme = type(first.acme)(home / "acme", everything.box)
        start = copy.deepcopy(acme.box.state)
        people = acme.people()
        people["E04"].update(Dept="Engineering", Boss="E03", Firm="NO")  # a mover: department, manager, company
        people["E05"].update(Status="T", End="2026-11-01")  # a leaver by row
        del people["E06"]  # a leaver by absence
        people["E08"].update(Mail="halvard@acme.example", Last="Øverland-Berg")  # another address
        people["E03"].update(Status="T", End="2026-11-01")  # a manager who goes
        people["E13"] = {**people["E09"], "No": "E13", "First": "Max", "Mail": "max@acme.example"}  # a joiner
        acme.file("2026-11-21", people)
        second = acme.quickly("sync")
        between = copy.deepcopy(acme.box.state)
        outcomes = {name: acme.outcome(name, second.run_id) for name in ("expensify", "findity")} if second.succeeded else {}
        people = {**people, "E06": acme.people()["E06"]}  # back again
        people["E05"].update(Status="A", End="2026-11-01")  # back again, with the old last day still there
        people["E05"]["Start"] = "2026-11-20"
        acme.file("2026-11-22", people)
        third = acme.quickly("sync")
        later = {name: acme.outcome(name, third.run_id) for name in ("expensify", "findity")} if third.succeeded else {}
        after = copy.deepcopy(acme.box.state)
    assert second.succeeded, second
    assert third.succeeded, third
    return SimpleNamespace(start=start, between=between, after=after, second=outcomes, third=later)


def member(state: dict[str, Any], policy: str, address: str) -> dict[str, Any]:
    return dict(state["expensify"]["policies"][policy]["members"].get(address, {}))


def user(state: dict[str, Any], number: str) -> dict[str, Any]:
    return dict(state["findity"]["organizations"]["acme"]["users"][number])


def test_a_leaver_by_their_own_row_leaves_every_policy_and_becomes_inactive(story: SimpleNamespace) -> None:
    assert (story.second["expensify"]["E05"], story.second["findity"]["E05"]) == ("deactivated", "deactivated")
    assert not member(story.between, NO, "eva@acme.example")
    assert not member(story.between, TRAVEL, "eva@acme.example")
    assert user(story.between, "E05")["active"] is False


def test_a_leaver_by_absence_goes_the_same_way(story: SimpleNamespace) -> None:
    assert (story.second["expensify"]["E06"], story.second["findity"]["E06"]) == ("deactivated", "deactivated")
    assert not member(story.between, NO, "fia@acme.example")
    assert user(story.between, "E06")["active"] is False


def test_whoever_comes_back_gets_their_own_account_back(story: SimpleNamespace) -> None:
    for number, address in (("E05", "eva@acme.example"), ("E06", "fia@acme.example")):
        assert (story.third["expensify"][number], story.third["findity"][number]) == ("reactivated", "reactivated")
        assert member(story.after, NO, address)["employeeID"] == number
        assert user(story.after, number)["active"] is True
        assert user(story.after, number)["id"] == user(story.start, number)["id"]


def test_a_mover_has_the_new_policy_unit_and_manager_and_nobody_else_changes(story: SimpleNamespace) -> None:
    assert (story.second["expensify"]["E04"], story.second["findity"]["E04"]) == ("updated", "updated")
    assert member(story.between, NO, "dag@acme.example")["customField2"] == "Engineering"
    assert user(story.between, "E04")["organizationalUnitId"] == user(story.between, "E07")["organizationalUnitId"]
    assert {number for number, outcome in story.second["findity"].items() if outcome == "updated"} == {"E04", "E07", "E08", "E09", "E10"}


def test_approver_people_of_a_manager_who_left_go_to_the_next_one_up(story: SimpleNamespace) -> None:
    for number, address in (("E07", "gro@acme.example"), ("E09", "ida@acme.example")):
        policy = NO if number == "E07" else SE
        assert member(story.between, policy, address)["submitsTo"] == "ada@acme.example"
        assert user(story.between, number)["approverIds"] == [user(story.between, "E01")["personId"]]


def test_another_address_keeps_one_account_at_both(story: SimpleNamespace) -> None:
    assert (story.second["expensify"]["E08"], story.second["findity"]["E08"]) == ("updated", "updated")
    assert not member(story.between, NO, WAS)
    assert member(story.between, NO, "halvard@acme.example")["employeeID"] == "E08"
    assert WAS in story.between["expensify"]["accounts"]["halvard@acme.example"]["secondary"]
    assert user(story.between, "E08")["id"] == user(story.start, "E08")["id"]
    assert user(story.between, "E08")["lastName"] == "Øverland-Berg"


def test_a_joiner_is_created_once(story: SimpleNamespace) -> None:
    assert (story.second["expensify"]["E13"], story.second["findity"]["E13"]) == ("created", "created")
    assert (story.third["expensify"]["E13"], story.third["findity"]["E13"]) == ("unchanged", "unchanged")


def test_strangers_are_left_as_they_are_and_counted(story: SimpleNamespace) -> None:
    assert user(story.after, "consultant-1") == user(story.start, "consultant-1")
    assert member(story.after, SE, "auditor@revision.example") == member(story.start, SE, "auditor@revision.example")
    assert [outcome for person, outcome in story.third["findity"].items() if person.startswith("~")] == ["skipped"]


def without_one(acme: Any) -> None:
    people = acme.people()
    del people["E06"]
    acme.file("2026-11-21", people)


@pytest.mark.long(held_by="tests/unit/roster/plan/test_planning.py::test_what_absence_means_is_what_the_settings_say")
def test_absence_leaves_people_alone_where_it_means_nothing(synced: Any) -> None:
    acme = synced(hr__people__absent_means="unchanged")
    without_one(acme)
    result = acme.quickly("preview")
    assert result.succeeded, result
    for destination in ("expensify", "findity"):
        assert tuple(acme.planned(destination, result.run_id).loc["E06", ["action", "reason"]]) == ("skip", "absent")


@pytest.mark.long(held_by="tests/unit/roster/plan/test_planning.py::test_absence_can_be_an_error_that_names_nobody")
def test_absence_stops_everything_where_it_is_an_error(synced: Any) -> None:
    acme = synced(findity=None, hr__people__absent_means="error")
    without_one(acme)
    writes = acme.box.writes
    result = acme.quickly("sync")
    assert result.step == "acme__expensify__plan"
    assert "1 known people are not in the HR file" in result.message
    assert "E06" not in result.message
    assert acme.box.writes == writes
    # Some people can be brought all the same.
    assert acme.quickly("one", employee_ids=["E04"]).succeeded


@pytest.mark.long(held_by="tests/graph/test_people.py::test_a_leaver_by_their_own_row_leaves_every_policy_and_becomes_inactive")
def test_a_policy_that_expensify_does_not_have_refuses_its_people_and_stops_nobody_else(empty: Any) -> None:
    lookup = {"column": "company_code", "lookup": {"SE": "5E00000000000001", "NO": "FFFF000000000000"}}
    acme = empty(expensify__feed__policyID=lookup, findity=None)
    result = acme.quickly("sync")
    assert result.succeeded, result
    outcomes = acme.outcome("expensify", result.run_id)
    firm = {number: row["Firm"] for number, row in acme.people().items()}
    assert {outcomes[number] for number in firm if firm[number] == "SE"} == {"created"}
    assert {outcomes[number] for number in firm if firm[number] == "NO"} == {"refused"}
    # Its reasons are whole in the list for HR alone.
    assert "No policy found for 'FFFF000000000000'" in acme.reports()["skipped_employees.csv"].read_text(encoding="utf-8-sig")


@pytest.mark.long(
    held_by="tests/unit/roster/plan/test_planning.py::test_without_a_readable_number_on_a_reject_every_leaver_by_absence_waits_and_no_other"
)
def test_a_reject_that_could_be_anybodys_holds_leavers_by_absence_and_leaves_their_reports_alone(synced: Any) -> None:
    acme = synced(findity=None)
    people = acme.people()
    del people["E02"]  # the boss of E04, E05 and E06
    people["E12"]["No"] = ""
    acme.file("2026-11-21", people)
    result = acme.quickly("sync")
    assert result.succeeded, result
    planned = acme.planned("expensify", result.run_id)
    assert planned.loc["E02", ["action", "intended"]].tolist() == ["hold", "deactivate"]
    assert planned.loc[["E04", "E05", "E06"], "action"].tolist() == ["none", "none", "none"]


@pytest.mark.long(
    held_by="tests/unit/roster/plan/test_planning.py::test_a_run_for_some_touches_nobody_else_and_lets_nobody_leave_by_absence"
)
def test_approver_a_run_for_some_people_takes_nobodys_absence_for_a_leaver(synced: Any) -> None:
    acme = synced(findity=None)
    people = acme.people()
    del people["E02"]  # the boss of E04
    acme.file("2026-11-21", people)
    result = acme.quickly("one", employee_ids=["E04"])
    assert result.succeeded, result
    assert acme.planned("expensify", result.run_id).loc["E04", "action"] == "none"
