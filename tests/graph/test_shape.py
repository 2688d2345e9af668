"""The shape of a company's graph: a change of it shows up in review as a change of `shape.txt`."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster._core.definitions.sensor_definition import SensorType

SHAPE = Path(__file__).with_name("shape.txt")
RENEW = "RENEW_SHAPE"


def shape(defs: dg.Definitions) -> Iterator[str]:
    graph = defs.resolve_asset_graph()
    for key in sorted(graph.get_all_asset_keys()):
        node = graph.get(key)
        yield key.to_user_string()
        yield f"  group {node.group_name} · kinds {', '.join(sorted(node.kinds))} · owners {', '.join(node.owners)}"
        if node.parent_keys:
            yield f"  from {', '.join(sorted(parent.to_user_string() for parent in node.parent_keys))}"
        for check in sorted(node.check_keys, key=lambda one: one.name):
            yield f"  check {check.name}{', blocking' if graph.get_check_spec(check).blocking else ''}"
    for job in sorted(defs.resolve_all_job_defs(), key=lambda one: one.name):
        if not job.name.startswith("__"):
            yield f"\njob {job.name}"
            yield from (f"  {key.to_user_string()}" for key in sorted(job.asset_layer.executable_asset_keys))
    for sensor in sorted(defs.sensors or [], key=lambda one: one.name):
        yield f"\nsensor {sensor.name}, {sensor.default_status.value.lower()}"
        yield from (f"  starts {target.job_name}" for target in sensor.targets if sensor.sensor_type is not SensorType.RUN_STATUS)
    for schedule in sorted(defs.schedules or [], key=lambda one: one.name):
        yield f"\nschedule {schedule.name}, {schedule.default_status.value.lower()}, {schedule.cron_schedule} {schedule.execution_timezone}"
        yield f"  starts {schedule.job_name}"


def keys(defs: dg.Definitions) -> set[str]:
    return {key.to_user_string() for key in defs.resolve_asset_graph().get_all_asset_keys()}


def jobs(defs: dg.Definitions) -> set[str]:
    return {job.name for job in defs.resolve_all_job_defs() if not job.name.startswith("__")}


def test_the_shape_of_the_graph_is_the_one_that_was_reviewed(empty: Any) -> None:
    when = {"arrival": {}, "schedule": "30 5 * * *"}
    now = "\n".join(shape(empty(when=when).defs)) + "\n"
    if os.environ.get(RENEW):
        SHAPE.write_text(now, encoding="utf-8")
    reviewed = SHAPE.read_text(encoding="utf-8")
    assert now == reviewed, f"The graph has another shape. If that is meant: {RENEW}=1 pytest {__file__}, and commit {SHAPE.name}."


def test_every_asset_says_what_it_is_and_who_answers_for_it(empty: Any) -> None:
    graph = empty().defs.resolve_asset_graph()
    assert len(graph.get_all_asset_keys()) > 10
    for key in graph.get_all_asset_keys():
        node = graph.get(key)
        assert node.group_name == f"acme_{key.path[1]}"
        assert node.owners == ["team:finance"]
        assert node.kinds
        assert node.tags["rollcall/company"] == "acme"
        assert len(node.description or "") > 20
        for check in node.check_keys:
            assert graph.get_check_spec(check).description


def test_every_job_says_what_it_does_and_whose_it_is(empty: Any) -> None:
    jobs = [job for job in empty().defs.resolve_all_job_defs() if not job.name.startswith("__")]
    assert len(jobs) == 8
    for job in jobs:
        assert job.description
        assert job.run_tags["rollcall/company"] == job.tags["rollcall/company"] == "acme"


def test_every_sensor_and_schedule_can_be_found_by_company(empty: Any) -> None:
    repository = empty(when={"arrival": {}, "schedule": "30 5 * * *"}).defs.get_repository_def()
    found = [*repository.sensor_defs, *repository.schedule_defs]
    assert len(found) == 5
    for one in found:
        assert one.description
        assert one.tags["rollcall/company"] == "acme"


@pytest.mark.parametrize(("left_out", "stays"), [("findity", "expensify"), ("expensify", "findity")])
def test_a_destination_that_is_left_out_of_the_yaml_is_left_out_of_everything(empty: Any, left_out: str, stays: str) -> None:
    acme = empty(**{left_out: None})
    assert not [key for key in keys(acme.defs) if left_out in key]
    assert [key for key in keys(acme.defs) if stays in key]
    assert not [key for key in acme.defs.resources if left_out in key]
    result = acme.quickly("sync")
    assert result.succeeded, result
    assert {call["api"] for call in acme.box.calls} == {stays}
    assert left_out.capitalize() not in acme.reports()["sync_report.html"].read_text("utf-8")


@pytest.mark.long(held_by="tests/graph/test_loading.py::test_two_companies_share_no_asset_and_no_job")
def test_two_companies_share_no_key_no_job_and_no_file(empty: Any, tmp_path: Path) -> None:
    acme, other = empty(expensify=None), empty(name="other", expensify=None, findity__connection__organization="adventureworks")
    assert not keys(acme.defs) & keys(other.defs)
    assert not jobs(acme.defs) & jobs(other.defs)
    assert not set(acme.defs.resources) & set(other.defs.resources)
    people = acme.people()
    del people["E12"]
    other.file("2026-11-20", people)
    for company in (acme, other):
        result = company.quickly("sync")
        assert result.succeeded, result
    home = tmp_path / "home"
    for kind in ("data", "reports"):
        assert {folder.name for folder in (home / kind).iterdir()} == {"acme", "other"}
    with acme.ledger() as ours, other.ledger() as theirs:
        assert not set(ours.runs.all()["run_id"]) & set(theirs.runs.all()["run_id"])
        assert (ours.applied.of("findity").number, theirs.applied.of("findity").number) == (1, 1)
    assert len(acme.users()) == 13
    assert len(acme.box.state["findity"]["organizations"]["adventureworks"]["users"]) == 11
