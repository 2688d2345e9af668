"""A run taken back by Dagster: the job plans it at both destinations and holds it, a release writes it, the reports say what stays."""

from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from assets.runs import launch
from cli import main as cli
from cli import running
from destinations import registry
from resources.past.run_report import assemble
from roster.plan.facts import PlanFacts
from roster.reports.headline import headline as told_first
from roster.reports.skipped import left_out

further = pytest.mark.long(held_by="tests/contract/test_undo.py::test_values_come_back_and_nothing_is_sent_before_a_release")


@pytest.fixture
def wrong(synced: Any) -> SimpleNamespace:
    """The company after a night with a wrong file: another department and telephone of some, one of them gone."""
    acme = synced()
    people = acme.people()
    people["E04"] |= {"Dept": "Engineering", "Mobile": "+46701749904"}
    people["E12"]["IBAN"] = people["E11"]["IBAN"] = "SE3550000000054910000003"
    people["E09"]["Dept"] = "Finance"
    acme.file("2026-11-21", {number: row for number, row in people.items() if number != "E10"})
    result = acme.begin()
    assert acme.users()["E04"]["phone"] == "+46701749904"
    assert not acme.users()["E10"]["active"]
    return SimpleNamespace(acme=acme, run_id=result.run_id)


def held(acme: Any, run_id: str, destination: str) -> dict[str, str]:
    people = acme.planned(destination, run_id)
    return people.loc[people["action"].eq("hold"), "intended"].to_dict()


@further
def test_a_run_is_taken_back_at_both_destinations_once_each_set_is_released(wrong: Any) -> None:
    acme = wrong.acme
    since = len(acme.box.calls)
    planned = acme.quickly("undo", run=wrong.run_id)
    assert planned.succeeded, planned
    assert not [call for call in acme.box.calls[since:] if call["write"]]
    assert held(acme, planned.run_id, "findity") == {"E04": "update", "E09": "update", "E10": "reactivate"}
    assert {"E04", "E09", "E10"} == set(held(acme, planned.run_id, "expensify"))
    facts = PlanFacts.from_json(acme.stored(planned.run_id, "findity/plan")["facts"])
    assert facts.undoes == wrong.run_id
    stays = {tuple(row) for row in facts.not_undone[["employee_id", "reason"]].to_numpy().tolist()}
    assert ("E10", "open_reports") in stays
    page, headline = acme.reports()["sync_report.html"].read_text(), acme.stored(planned.run_id, "reports/sync_report")["headline"]
    with acme.ledger() as ledger:
        told = assemble(ledger, planned.run_id, registry.titles())
    also = told_first(told, left_out(told)).also
    for sentence in ("The next sync does the same again", "Not taken back"):
        assert page.count(sentence) == sum(sentence in one for one in also) > 0
    assert "wait for a release" in headline
    for destination in ("expensify", "findity"):
        check = acme.checks(planned)[f"{destination}/plan: held"]
        digest = check.metadata["digest for a release"].value
        release = acme.quickly("release", digest=digest, released_by="kim", reason="wrong file")
        assert release.succeeded, release
        outcomes = acme.outcome(destination, release.run_id)
        assert {person for person, outcome in outcomes.items() if outcome in ("updated", "reactivated")} == {"E04", "E09", "E10"}
    there = acme.users()
    assert (there["E04"]["phone"], there["E10"]["active"]) == ("+46701740604", True)
    assert acme.members()["dag@acme.example"]["customField2"] == "Sales"
    twice = acme.quickly("undo", run=wrong.run_id)
    assert not twice.succeeded
    assert "Nothing of run" in (twice.message or "")


@further
def test_where_the_run_wrote_nothing_at_a_destination_that_one_is_left_alone(synced: Any) -> None:
    acme = synced()
    people = acme.people()
    people["E04"]["Mobile"] = "+46701749904"
    acme.file("2026-11-21", people)
    planned = acme.quickly("undo", run=acme.begin().run_id)
    assert planned.succeeded, planned
    assert held(acme, planned.run_id, "findity") == {"E04": "update"}
    assert held(acme, planned.run_id, "expensify") == {}


@further
def test_rerun_a_release_of_it_that_lost_every_answer_goes_on_and_leaves_the_other_destination_alone(wrong: Any) -> None:
    acme = wrong.acme
    planned = acme.quickly("undo", run=wrong.run_id)
    digest = acme.checks(planned)["findity/plan: held"].metadata["digest for a release"].value
    acme.box.fault(api="findity", job="PUT users", drop=True, applied=True, times=None)
    failed = acme.run("release", digest=digest, released_by="kim", reason="wrong file")
    assert not failed.succeeded
    acme.box.heal()
    again = acme.again(failed)
    assert again.succeeded, again
    there = acme.users()
    assert [there["E04"]["phone"], there["E09"]["phone"], there["E10"]["active"]] == ["+46701740604", "+46701740609", True]
    assert acme.members()["dag@acme.example"]["customField2"] == "Engineering"


def test_the_command_finds_the_run_by_the_beginning_of_its_id_and_its_company(wrong: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    kept, started = wrong.acme.run("report"), []
    (wrong.acme.folder / "defs.yaml").write_text("type: assets.RosterSync\n")
    monkeypatch.setenv("ROLLCALL_PIPELINES", str(wrong.acme.folder.parent))
    monkeypatch.setattr(launch, "run_job", lambda job, **how: started.append((job, how["run_config"])) or kept)
    monkeypatch.setattr(running, "_finish", lambda result: None)
    assert CliRunner().invoke(cli.app, ["undo", kept.run_id[:13]]).exit_code == 0
    assert started == [("acme_undo", {"run": kept.run_id})]
    assert CliRunner().invoke(cli.app, ["undo", "nobodys"]).exit_code == 2
