"""More changes of a kind than the settings allow wait, with whatever needs them; the rest goes ahead, and the check says what to do."""

import copy
import io
import re
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from assets.runs.launch import RunResult
from cli.page import print_page
from destinations import registry
from destinations.expensify import records as expensify
from destinations.expensify.client import Expensify
from destinations.findity import records as findity
from destinations.findity.client import Findity
from resources import places
from resources.past.report_files import write_reports
from resources.past.run_report import assemble
from tests.graph.conftest import Acme, Places

further = pytest.mark.long(
    held_by="tests/graph/test_limits.py::test_no_surprise_what_is_beyond_a_limit_is_held_with_what_needs_it_and_the_rest_is_written"
)

TIGHT = {"leave": {"count": 1, "share": 0}}


@further
def test_no_surprise_a_first_sync_that_may_apply_has_no_limit_on_joiners(empty: Any) -> None:
    acme = empty(limits={"join": {"count": 0, "share": 0}}, expensify=None)
    acme.box.fault(api="findity", job="PUT users", status=403, times=None)
    assert not acme.quickly("sync").succeeded
    acme.box.heal()
    result = acme.quickly("sync")  # the first one wrote nothing, and was the first one all the same
    assert result.succeeded, result
    assert set(acme.outcome("findity", result.run_id).values()) == {"created", "skipped"}
    acme.file("2026-11-21", {**acme.people(), "E13": {**acme.people()["E09"], "No": "E13", "Mail": "max@acme.example"}})
    later = acme.quickly("sync")
    assert acme.outcome("findity", later.run_id)["E13"] == "held"
    assert "E13" not in acme.users()


@further
def test_a_first_sync_for_some_people_leaves_the_first_sync_of_everyone_to_come(empty: Any) -> None:
    acme = empty(limits={"join": {"count": 0, "share": 0}}, expensify=None)
    assert acme.quickly("one", employee_ids=["E01"]).succeeded
    result = acme.quickly("sync")
    assert acme.outcome("findity", result.run_id)["E12"] == "created"


@pytest.fixture(scope="module")
def night(everything: Places, first: SimpleNamespace, tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """Three leave where one may, one of them a manager; a joiner, a mover and an address besides: run once, and what it left."""
    root = tmp_path_factory.mktemp("beyond")
    shutil.copytree(first.home, root / "home")
    with pytest.MonkeyPatch.context() as patch:
        everything.enter(root / "home", patch, first.state)
        acme = Acme(root / "acme", everything.box, limits=TIGHT)
        result = three_leave(acme)
        return SimpleNamespace(acme=acme, result=result, home=root / "home", state=copy.deepcopy(everything.box.state))


def three_leave(acme: Acme) -> RunResult:
    people = acme.people()
    for number in ("E03", "E05", "E06"):
        people[number].update(Status="T", End="2026-11-01")
    people["E11"]["Mail"] = "kitty@acme.example"
    people["E13"] = {**people["E12"], "No": "E13", "First": "Max", "Mail": "max@acme.example"}
    acme.file("2026-11-21", people)
    result = acme.quickly("sync")
    assert result.succeeded, result
    return result


@pytest.fixture
def beyond(everything: Places, night: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The company after that night."""
    for name, there in (("home", night.home), ("acme", night.acme.folder)):
        shutil.copytree(there, tmp_path / name)
    everything.enter(tmp_path / "home", monkeypatch, night.state)
    acme: Any = Acme(tmp_path / "acme", everything.box, limits=TIGHT)
    acme.result, acme.evaluations = night.result, dict(night.acme.evaluations)
    return acme


@pytest.mark.parametrize("destination", ["expensify", "findity"])
def test_no_surprise_what_is_beyond_a_limit_is_held_with_what_needs_it_and_the_rest_is_written(beyond: Any, destination: str) -> None:
    planned = beyond.planned(destination, beyond.result.run_id)
    held = planned.loc[planned["action"].eq("hold"), "reason"].to_dict()
    # Whoever reports to E03 would be moved only because E03 leaves.
    assert held == dict.fromkeys(("E03", "E05", "E06"), "limit") | dict.fromkeys(("E07", "E08", "E09", "E10"), "depends_on_held")
    outcomes = beyond.outcome(destination, beyond.result.run_id)
    assert (outcomes["E11"], outcomes["E13"]) == ("updated", "created")
    assert {outcomes[number] for number in held} == {"held"}
    assert beyond.users()["E03"]["active"]
    assert beyond.users()["E07"]["approverIds"] == [beyond.users()["E03"]["personId"]]
    assert "eva@acme.example" in beyond.members("4E00000000000002")


@pytest.mark.parametrize("destination", ["expensify", "findity"])
def test_accounting_held_changes_are_in_both_sums(beyond: Any, destination: str) -> None:
    checks = beyond.checks(beyond.result)
    for step in ("plan", "landed"):
        assert checks[f"{destination}/{step}: accounting"].passed
    counts = beyond.stored(beyond.result.run_id, f"{destination}/landed")["numbers"]
    assert (counts["held"], counts["intended"], counts["landed"]) == (7, 2, 2)


def test_the_check_says_how_many_why_and_what_to_type(beyond: Any) -> None:
    check = beyond.checks(beyond.result)["findity/plan: held"]
    assert not check.passed
    assert check.description.startswith("7 people wait for a release.")
    assert "leave: 3 planned, 1 allowed" in check.description
    shown = check.metadata
    limits = {row.data["kind"]: row.data for row in shown["limits"].records}
    more = {"last 7 days, of allowed": "0 of 3", "changing, of those with one": ""}
    assert limits["leave"] == {"kind": "leave", "planned": 3, "allowed": 1, "held": 3, **more}
    assert limits["email"] == {"kind": "email", "planned": 1, "allowed": 5, "held": 0, **more, "last 7 days, of allowed": "0 of 15"}
    digest = shown["digest for a release"].value
    assert f"release acme {digest}" in shown["command to release"].value
    assert f'digest: "{digest}"' in shown["config to release"].value
    assert "@" not in str(check)


def test_the_terminal_and_the_report_say_the_same(beyond: Any) -> None:
    with beyond.ledger() as ledger:
        report = assemble(ledger, beyond.result.run_id, registry.titles())
    files = write_reports(report)
    console = Console(file=io.StringIO(), width=160)
    print_page(console, report, files)
    terminal, page = console.file.getvalue(), files.page.read_text()
    assert "7 people (leave: 3 planned, 1 allowed). To release, say who and why:" in terminal
    for one in report.destinations:
        assert f"release acme {one.held_digest}" in terminal
        assert f"release acme {one.held_digest}" in page
    assert "how many may change at once" in page
    assert "More changes of this kind than the limit allows" in terminal


@further
def test_what_was_held_goes_with_its_release_all_together(beyond: Any) -> None:
    with beyond.ledger() as ledger:
        digest = ledger.plans.verdict("findity", beyond.result.run_id).held_digest
    released = beyond.quickly("release", digest=digest, released_by="finance", reason="they did leave")
    assert released.succeeded, released
    assert not beyond.users()["E03"]["active"]
    assert beyond.users()["E07"]["approverIds"] == [beyond.users()["E01"]["personId"]]


def test_whom_a_dry_run_would_refuse_is_on_the_terminal_of_a_preview(empty: Any) -> None:
    lookup = {"column": "company_code", "lookup": {"SE": "5E00000000000001", "NO": "FFFF000000000000"}}
    acme = empty(expensify__feed__policyID=lookup, findity=None)
    result = acme.quickly("preview")
    with acme.ledger() as ledger:
        report = assemble(ledger, result.run_id, registry.titles())
    console = Console(file=io.StringIO(), width=160)
    print_page(console, report, write_reports(report))
    terminal = console.file.getvalue()
    assert "would refuse 4 people" in terminal
    line = next(line for line in terminal.splitlines() if "E05" in line and "No policy found" in line)
    assert line.split()[:2] == ["Expensify", "4"]
    assert "outcome " not in terminal
    assert "planned" in terminal


# Delete


@pytest.mark.long(held_by="tests/graph/test_limits.py::test_no_surprise_no_client_can_delete_but_one_user_at_a_time")
def test_no_surprise_nobody_is_ever_deleted_whatever_happens_to_them(beyond: Any) -> None:
    with beyond.ledger() as ledger:
        for destination in ("expensify", "findity"):
            digest = ledger.plans.verdict(destination, beyond.result.run_id).held_digest
            assert beyond.quickly("release", digest=digest, released_by="finance", reason="they did leave").succeeded
    people = beyond.people()
    people["E13"] = {**people.pop("E12"), "No": "E13", "First": "Max", "Mail": "max@acme.example"}
    beyond.file("2026-11-22", people)  # three come back, one is absent
    result = beyond.quickly("sync")
    assert result.succeeded, result
    outcomes = beyond.outcome("findity", result.run_id)
    assert (outcomes["E05"], outcomes["E12"]) == ("reactivated", "deactivated")
    assert {call.split()[0] for call in beyond.calls()} <= {"POST", "GET", "PUT", "get", "update"}
    assert {f"E{number:02}" for number in range(1, 14)} <= beyond.users().keys()


@pytest.mark.parametrize(("client", "by"), [(Expensify, []), (Findity, ["delete_user"])])
def test_no_surprise_no_client_can_delete_but_one_user_at_a_time(client: type, by: list[str]) -> None:
    assert [name for name in dir(client) if re.search("delete|remove|purge", name, re.IGNORECASE)] == by
    called = [file.name for file in places.PROJECT.glob("[adr]*/**/*.py") if "client.delete_user(" in file.read_text("utf-8")]
    assert called == ["delivery.py"]  # which the settings alone, and a release, come to
    assert not {name.lower() for name in {**expensify.FIELDS, **findity.FIELDS}} & {"delete", "deleted", "remove"}
