"""Dagster's instance and workspace are as this project has them, for every process."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import dagster as dg
import yaml

from assets.runs.launch import Location

PROJECT = Path(__file__).parents[2]


def test_the_workspace_the_project_and_runs_name_one_code_location() -> None:
    (target,) = yaml.safe_load((PROJECT / "workspace.yaml").read_text())["load_from"]
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["tool"]["dg"]["project"]
    module = target["python_module"]
    assert module["location_name"] == project["code_location_name"] == Location().name
    assert module["module_name"] == project["code_location_target_module"] == Location().module


def test_the_instance_sends_no_telemetry_and_retries_crashes_only(tmp_path: Path) -> None:
    (tmp_path / "dagster.yaml").write_text((PROJECT / "dagster.yaml").read_text())
    with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        assert instance.telemetry_enabled is False
        assert instance.nux_enabled is False
        assert instance.run_retries_enabled
        assert instance.run_retries_max_retries == 1
        assert instance.run_retries_retry_on_asset_or_op_failure is False
        assert instance.run_monitoring_enabled
        assert instance.run_monitoring_max_runtime_seconds > 0
        assert instance.freshness_enabled


def test_a_missing_home_is_told_once_for_all_processes_of_a_command(tmp_path: Path) -> None:
    code = "import pipelines, subprocess, sys; subprocess.run([sys.executable, '-c', 'import pipelines'], check=True)"
    environment = {name: value for name, value in os.environ.items() if name not in ("DAGSTER_HOME", "ROLLCALL_TOLD")}
    environment["PYTHONPATH"] = str(PROJECT)
    for home, times in (({}, 1), ({"DAGSTER_HOME": str(tmp_path)}, 0)):
        done = subprocess.run([sys.executable, "-c", code], env={**environment, **home}, capture_output=True, text=True, check=True)
        assert done.stderr.count("DAGSTER_HOME is not set") == times
