"""`rollcall metrics` as a process: it says where it listens, answers there, and ends when it is told to."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

from typer.testing import CliRunner

from cli import main as cli
from resources import places
from tests.processes import with_us


def test_it_serves_both_paths_until_it_is_ended_and_prints_no_request(tmp_path: Path) -> None:
    (tmp_path / "pipelines" / "acme").mkdir(parents=True)
    (tmp_path / "pipelines" / "acme" / "defs.yaml").touch()
    there = {"ROLLCALL_HOME": str(tmp_path / "home"), "ROLLCALL_PIPELINES": str(tmp_path / "pipelines")}
    command = [sys.executable, "-c", "from cli.main import app; app()", "metrics", "--port", "0", "--no-daemon"]
    environment = {
        **{name: value for name, value in os.environ.items() if name != "DAGSTER_HOME"},
        **there,
        "PYTHONPATH": str(places.PROJECT),
    }
    running = subprocess.Popen(with_us(command), cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert running.stdout
        metrics, _, health = running.stdout.readline().partition(" (")[0].partition(" and ")
        with urllib.request.urlopen(metrics, timeout=30) as reply:
            assert 'rollcall_company_settings_loaded{company="acme"} 0.0' in reply.read().decode()
        with urllib.request.urlopen(health, timeout=30) as reply:
            assert json.load(reply) == {"alive": True, "parts": {"ledger": {"alive": True}, "storage": {"alive": True}}}
    finally:
        running.send_signal(signal.SIGTERM)
        out, err = running.communicate(timeout=30)
    assert (running.returncode, out, err) == (0, "", "")


def test_a_port_that_is_taken_is_told_in_a_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        result = CliRunner().invoke(cli.app, ["metrics", "--no-daemon", "--port", str(taken.getsockname()[1])])
    assert (result.exit_code, len(result.output.strip().splitlines())) == (2, 1)
    assert "cannot be listened at: Address already in use." in result.output


def test_a_name_that_is_none_is_told_in_a_line() -> None:
    result = CliRunner().invoke(cli.app, ["metrics", "--no-daemon", "--port", "0", "--allow-host", "no name"])
    assert (result.exit_code, len(result.output.strip().splitlines())) == (2, 1)
    assert "'no name' is no name of a server" in result.output
