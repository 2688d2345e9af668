"""What stands for a company that cannot be loaded turns red by itself, says why without values, and is green once it is mended."""

from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from assets.location.together import Location
from tests.unit.assets.location.test_together import YAML, company

KEY = dg.AssetCheckKey(dg.AssetKey(["muster", "settings"]), "loads")


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "dagster"))
    (tmp_path / "companies").mkdir()
    return company(tmp_path / "companies", "muster", YAML.replace("team:people", "team:FILL-IN").replace("env: SECRET", "env: 7"))


def ticked(location: Location, instance: dg.DagsterInstance, cursor: str | None = None) -> Any:
    repository = location.get_repository_def()
    sensor = repository.get_sensor_def("muster_settings")
    assert sensor.default_status is dg.DefaultSensorStatus.RUNNING
    assert sensor.tags == {"rollcall/company": "muster"}
    return sensor.evaluate_tick(dg.build_sensor_context(instance, cursor=cursor, repository_def=repository))


def test_a_tick_turns_it_red_once_and_green_when_it_is_mended(file: Path) -> None:
    location = Location(file.parent.parent)
    with dg.DagsterInstance.ephemeral() as instance:
        first = ticked(location, instance)
        [red] = first.asset_events
        assert (red.asset_key, red.check_name, red.passed) == (KEY.asset_key, KEY.name, False)
        assert [line.rpartition(": ")[0] for line in red.description.splitlines()] == [
            "- attributes.owners.0 at line 4",
            "- attributes.expensify.connection.partner_user_secret.env at line 12",
        ]
        assert first.skip_message == "The settings of company 'muster' cannot be loaded; the asset muster/settings says more."
        again = ticked(location, instance, first.cursor)
        assert list(again.asset_events) == []
        file.write_text(YAML)
        last = ticked(location, instance, again.cursor)
        assert [(event.passed, event.description) for event in last.asset_events] == [
            (True, "They can be loaded now. Reload the code location, and the company is there.")
        ]
    there = Location(file.parent.parent).get_repository_def()
    assert KEY.asset_key not in there.asset_graph.get_all_asset_keys()
    assert "muster_settings" not in [sensor.name for sensor in there.sensor_defs]


def test_the_check_can_be_run_by_hand_too(file: Path) -> None:
    repository = Location(file.parent.parent).get_repository_def()
    job = repository.get_maybe_subset_job_def("__ASSET_JOB", asset_selection=set(), asset_check_selection={KEY})
    with dg.DagsterInstance.ephemeral() as instance:
        result = job.execute_in_process(instance=instance)
    [evaluated] = result.get_asset_check_evaluations()
    assert not evaluated.passed
    assert "still says FILL-IN" in str(evaluated.description)


def test_its_jobs_take_the_config_of_a_run_that_is_re_executed(file: Path) -> None:
    jobs = {job.name: job for job in Location(file.parent.parent).get_repository_def().get_all_jobs()}
    assert {name for name in jobs if not name.startswith("__")} == {
        f"muster_{job}" for job in ("sync", "preview", "one", "verify", "release", "undo", "report", "retention")
    }
    for config in ({}, {"ops": {"muster__hr__intake": {"config": {"file": "people.csv"}}}}, {"digest": "a" * 16}):
        assert dg.validate_run_config(jobs["muster_sync"], config) is not None
