"""A release that is pressed in `rollcall serve` of a deployment is a run of its daemon, code server and launcher: its launcher
knows the worker, for whom Dagster's monitoring asks it."""

from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster._grpc.client import DagsterGrpcClient

from resources import places
from tests.graph.triggers.test_daemon import UNITS, running, until
from tests.ui import serving


def test_a_release_is_a_run_of_the_deployments_own_launcher(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(places.PROJECT))
    monkeypatch.setenv("ROLLCALL_CODE_SOCKET", str(tmp_path / "code.sock"))
    with serving.stage(tmp_path) as stage:
        (tmp_path / "dagster" / "dagster.yaml").write_text((places.PROJECT / "dagster.yaml").read_text("utf-8"))
        with running(tmp_path, tmp_path / "code.sock") as daemon, stage.launching(UNITS / "workspace.yaml") as pages:
            until(lambda: DagsterGrpcClient(socket=str(tmp_path / "code.sock")).health_check_query() == "SERVING", daemon)
            form: dict[str, Any] = {**pages.form("anna@acme.example", pages.digest()), "scope": "all", "reason": "looked through"}
            pressed = pages.asks("anna@acme.example", "POST", "/acme/release", data=form)
            assert pressed.status_code == 303, pressed.text
            page = pages.ended("anna@acme.example", pressed.headers["location"])
        with stage.ledger() as ledger, dg.DagsterInstance.get() as instance:
            (decision,) = ledger.decisions.newest(1)
            run = instance.get_run_by_id(decision.run_id)
            told = [entry.get_dagster_event().message for entry in instance.all_logs(decision.run_id) if entry.is_dagster_event]
        assert run is not None and run.status is dg.DagsterRunStatus.SUCCESS, (decision.outcome, told[-8:])
        assert run.tags["rollcall/user"] == "anna"
        assert ".dagster/grpc_info" in run.tags, "by which the launcher knows its worker"
        assert "landed" in page and "landed" in decision.outcome
