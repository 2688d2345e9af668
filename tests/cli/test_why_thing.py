"""`rollcall why --thing`: one thing's story, from nights without Dagster."""

import json
import re

import pytest
from typer.testing import CliRunner

from cli import main as cli
from destinations.base import Request
from roster.plan.limits import Limits
from sandbox.server import Sandbox
from tests import syncing
from tests.contract.nights_at_findity import Company
from tests.contract.test_findity_structure_nights import PEOPLE, SETTINGS, USERS, row


@pytest.fixture(scope="module")
def ledger(tmp_path_factory):
    """A ledger that knows three nights: everything goes, a new value waits, it is released and refused."""
    folder = tmp_path_factory.mktemp("things")
    with pytest.MonkeyPatch.context() as patch, Sandbox() as box, syncing.fresh(folder) as kept:
        patch.setenv("FINDITY_SECRET", "demo-findity-secret")
        company = Company(box, kept, USERS, syncing.UNLIMITED, **SETTINGS)
        company.night(*PEOPLE)
        company.limits = Limits.model_validate({**syncing.UNLIMITED.model_dump(), "things": {"count": 0, "share": 0}})
        moved = (*PEOPLE[:2], row("E3", "300", "E9"))
        held = company.night(*moved)
        box.fault(api="findity", job="PUT dimension list", refuse={"300": "INVALID"}, times=None)
        company.night(*moved, request=Request(release=held.plan.held_digest(), released_by="me", reason="new"))
        company.night(*moved)
    return str(folder / "ledger.db")


@pytest.fixture
def said(ledger, monkeypatch):
    monkeypatch.setenv("ROLLCALL_LEDGER", ledger)

    def ask(*words):
        return CliRunner().invoke(cli.app, ["why", *words])

    return ask


def test_a_thing_is_told_newest_first_what_was_planned_waited_was_answered_and_seen(said):
    told = said("acme", "--thing", "value/COST/300")
    assert told.exit_code == 0, told.output
    text = " ".join(told.output.split())
    assert text.startswith("Cost center: 300, at Findity: create: – → Center 300; waits for a release: value: 1 planned, 0 allowed.")
    runs = json.loads(said("acme", "--thing", "value/COST/300", "--json").output)["runs"]
    assert [one["outcome"] for one in runs] == ["held", "refused", "held"]
    assert "INVALID" in runs[1]["answer"]
    assert "until 2" in text
    assert text.count("acme_sync") == 3


def test_a_narrow_window_cuts_nothing_off(said, monkeypatch):
    monkeypatch.setattr("cli.terminal._IN_A_FILE", 60)
    told = said("acme", "--thing", "value/COST/300").output
    digest = json.loads(said("acme", "--thing", "value/COST/300", "--json").output)["runs"][0]["held_digest"]
    assert "\N{HORIZONTAL ELLIPSIS}" not in told
    assert digest in re.sub(r"[\s\N{BOX DRAWINGS LIGHT VERTICAL}]", "", told)


def test_a_thing_is_found_by_its_name_and_the_company_may_be_left_out(said):
    told = said("--thing", "cost CENTER: 200", "--json")
    found = json.loads(told.output)
    assert (found["thing"], found["other_runs"]) == ("value/COST/200", 0)
    (run,) = found["runs"]
    wanted = {"destination": "Findity", "kind": "value", "action": "create", "old": None, "new": "Center 200", "applied": True}
    assert run == {**run, **wanted, "outcome": "accepted"}
    assert len(json.loads(said("acme", "--thing", "value/COST/300", "--json", "--last", "1").output)["runs"]) == 1
    assert json.loads(said("acme", "--thing", "value/COST/300", "--json", "--last", "1").output)["other_runs"] == 2


def test_what_cannot_be_brought_there_is_told_too(said):
    told = json.loads(said("acme", "--thing", "value/COST/200", "--json").output)
    assert [one["at"] for one in told["left"]] == ["Findity"]
    assert told["in_short"].startswith("value/COST/200, at Findity: is there, and HR does not have it")


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("acme", "--thing", "value/COST/30"), "Did you mean value/COST/300"),
        (("acme", "--thing", "Cost center: 100"), "give one of them: approvers/COST/100, value/COST/100."),
        (("acme", "E1", "--thing", "value/COST/300"), "give the company alone"),
        (("acme", "--thing", "ada@acme.example"), "an address"),
        ((), "Give an employee number, or a thing"),
        (("brick", "--thing", "value/COST/300"), "no run of 'brick'"),
    ],
)
def test_what_leads_nowhere_is_told_in_a_line(said, words, why):
    told = said(*words)
    assert told.exit_code == 2
    assert why in " ".join(told.output.split())
