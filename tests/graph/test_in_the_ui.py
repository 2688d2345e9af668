"""What Dagster is given to show of nights: who changes, person by person, what waits, and the night that stopped."""

import re
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import dagster as dg
import pytest

from assets.runs import summary
from resources import places
from tests.graph.conftest import Acme, Places

TIGHT = {"leave": {"count": 1, "share": 0}}


@pytest.fixture(scope="module")
def nights(everything: Places, first: SimpleNamespace, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A night of which some waits, the same file once more, and a file that the gate stops."""
    root = tmp_path_factory.mktemp("nights")
    shutil.copytree(first.home, root / "home")
    with pytest.MonkeyPatch.context() as patch:
        everything.enter(root / "home", patch, first.state)
        acme = Acme(root / "acme", everything.box, limits=TIGHT)
        people = acme.people()
        for number in ("E03", "E05", "E06"):
            people[number].update(Status="T", End="2026-11-01")
        people["E11"]["Mail"] = "kitty@acme.example"
        people["E13"] = {**people["E12"], "No": "E13", "First": "Max", "Mail": "max@acme.example"}
        file = acme.file("2026-11-21", people)
        second, again = acme.run("sync"), acme.run("sync")
        assert second.succeeded, second
        assert again.succeeded, again
        lines = file.read_text().splitlines(keepends=True)
        (file.parent / "people_2026-11-22.csv").write_text("".join(lines[: len(lines) // 2]))
        stopped = acme.run("sync")
        assert not stopped.succeeded
        with dg.DagsterInstance.get() as instance:
            closed = [summary.close(instance, stopped.run_id) for _ in range(2)]
            yield SimpleNamespace(acme=acme, second=second, again=again, stopped=stopped, instance=instance, closed=closed[0], root=root)


def shown(nights: Any, run: Any, key: str) -> dict[str, Any]:
    """The metadata with which a run materialized an asset."""
    events = nights.instance.all_logs(run.run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION)
    found = {one.get_dagster_event().asset_key.to_user_string(): one.asset_materialization for one in events}
    return dict(found[f"acme/{key}"].metadata)


def rows(table: Any) -> list[tuple[Any, ...]]:
    names = [column.name for column in table.schema.columns]
    return [tuple(record.data[name] for name in names) for record in table.records]


def test_what_a_run_has_told_itself_is_shown_at_its_end_and_written_again_by_another_process_alone(synced: Any) -> None:
    acme = synced()
    run = acme.run("sync")
    with dg.DagsterInstance.get() as instance:
        report, written = summary.close(instance, run.run_id) or pytest.fail("no report")
        page, people = written.page.read_text("utf-8"), written.skipped.read_bytes()
        written.page.write_text("as the run left it")
        assert summary.close(instance, run.run_id) == (report, written)
        assert written.page.read_text("utf-8") == "as the run left it"
        acme.run("sync")  # what another process finds: this one has told of another run since
        again, later = summary.close(instance, run.run_id) or pytest.fail("no report")
    took = re.compile(r"took [0-9.]+ s")
    assert took.sub("", later.page.read_text("utf-8")) == took.sub("", page)
    assert later.skipped.read_bytes() == people
    assert again.status == report.status == "finished"
    assert later.overview.headline == written.overview.headline


def test_a_check_belongs_to_what_its_own_run_materialized(nights: Any) -> None:
    for run in (nights.second, nights.again):
        checks = nights.acme.checks(run)
        assert {"hr/roster: gate", "expensify/plan: held", "findity/plan: accounting", "findity/landed: landed"} <= set(checks)
        other = {name for name, one in checks.items() if one.target_materialization_data.run_id != run.run_id}
        assert other == set()


def test_the_sync_result_says_of_each_person_action_kinds_and_outcome(nights: Any) -> None:
    for destination in ("expensify", "findity"):
        found = rows(shown(nights, nights.second, f"{destination}/sync_result")["person by person"])
        assert {(who, change.partition(": ")[0], outcome) for who, change, outcome in found} == {
            ("E11", "update", "accepted"),
            ("E13", "create", "accepted"),
        }
        assert all(change.partition(": ")[2] for _, change, _ in found)


def test_the_plan_says_by_kind_who_is_written(nights: Any) -> None:
    found = {who: people for _, people, who in rows(shown(nights, nights.second, "findity/plan")["who changes"])}
    assert found == {"E13": 1, "E11": 1}
    assert "who changes" not in shown(nights, nights.again, "findity/plan")


def test_quiet_what_waits_is_shown_by_number_and_field_without_personal_values(nights: Any) -> None:
    check = nights.acme.checks(nights.second)["findity/plan: held"]
    waits = rows(check.metadata["what waits"])
    assert ("E05", "Leaves", "Findity → nothing") in waits
    assert ("E07", "Approver", "personal: in the report") in waits
    assert {number for number, *_ in waits} == {"E03", "E05", "E06", "E07", "E08", "E09", "E10"}
    there = rows(nights.acme.checks(nights.second)["expensify/plan: held"].metadata["what waits"])
    assert {value for number, field, value in there if field == "Approver"} == {"personal: in the report"}
    assert "@" not in repr([waits, there])
    config = check.metadata["config to release"].value
    assert config.startswith("```yaml\ndigest: ")


def test_reading_the_same_file_again_is_no_fault(nights: Any) -> None:
    gate = nights.acme.checks(nights.again)["hr/roster: gate"]
    assert gate.passed
    failed = {name for name, one in nights.acme.checks(nights.again).items() if not one.passed and "held" not in name}
    assert failed == {name for name, one in nights.acme.checks(nights.second).items() if not one.passed and "held" not in name}


def test_a_failures_text_is_all_that_it_says(nights: Any) -> None:
    (entry,) = nights.instance.all_logs(nights.stopped.run_id, of_type=dg.DagsterEventType.STEP_FAILURE)
    failure = entry.get_dagster_event().step_failure_data
    assert "masked" not in failure.error.to_string()
    assert failure.error.message.strip().endswith(failure.user_failure_data.description)
    assert failure.error.cause is failure.error.context is None


def test_a_night_that_stopped_is_what_the_sync_report_shows(nights: Any) -> None:
    records = nights.instance.fetch_materializations(dg.AssetKey(["acme", "reports", "sync_report"]), limit=2).records
    newest, before = (record.asset_materialization.metadata for record in records)
    assert newest["the night stopped"].value == nights.stopped.run_id
    assert "the night stopped" not in before  # once, though two told of it
    (page,) = (places.reports() / "acme").glob(str(newest["the page, to open"].value))
    assert page == Path(nights.closed[1].page)
    assert Path(nights.closed[1].page).exists()


def test_after_a_night_that_stopped_what_waits_is_shown_and_no_empty_table(nights: Any) -> None:
    (record,) = nights.instance.fetch_materializations(dg.AssetKey(["acme", "reports", "sync_report"]), limit=1).records
    assert not {"changes", "people", "left out"} & record.asset_materialization.metadata.keys()
    for destination in ("expensify", "findity"):
        key = dg.AssetCheckKey(dg.AssetKey(["acme", destination, "plan"]), "held")
        newest, before = nights.instance.event_log_storage.get_asset_check_execution_history(key, limit=2)
        assert before.run_id == nights.stopped.run_id, "it was planned, and is told once though two told of the night"
        assert newest.evaluation is not None
        said = nights.acme.checks(nights.again)[f"{destination}/plan: held"]
        assert newest.evaluation.description == f"As before the run that stopped: {said.description}"
        assert newest.evaluation.metadata == said.metadata


def test_after_a_night_that_stopped_no_check_says_that_it_failed_though_it_was_not_reached(nights: Any) -> None:
    planned = nights.instance.all_logs(nights.stopped.run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED)
    keys = {entry.get_dagster_event().event_specific_data.asset_check_key for entry in planned}
    newest = {key: nights.instance.event_log_storage.get_asset_check_execution_history(key, limit=2) for key in keys}
    told = {key for key, (one, _) in newest.items() if one.run_id != nights.stopped.run_id and key.name != "held"}
    assert {"accounting", "landed", "dry_run"} <= {key.name for key in told}
    for key in told:
        one, before = newest[key]
        assert before.run_id == nights.stopped.run_id, "it is told once though two told of the night"
        assert not one.evaluation.passed and one.evaluation.severity is dg.AssetCheckSeverity.WARN
        assert one.evaluation.description.startswith("Not reached: ")
    gate = dg.AssetCheckKey(dg.AssetKey(["acme", "hr", "roster"]), "gate")
    assert newest[gate][0].run_id == nights.stopped.run_id, "it was reached, and stopped the night"
