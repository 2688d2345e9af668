"""What is alive, what is not, and that the answer comes in time and names no address."""

import json
import socket
import sqlite3
import threading
import time
from pathlib import Path

import dagster as dg
import pytest
from dagster._daemon.types import DaemonHeartbeat

from tests.monitoring.conftest import served
from tests.unit.web.test_metrics import get
from web import health
from web.health import Health


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "dagster").mkdir()
    (tmp_path / "dagster" / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "dagster"))
    monkeypatch.setenv("ROLLCALL_HOME", str(tmp_path / "home"))
    health.prepare(60)
    return tmp_path


def beat(ago: float = 0.0, but: str = "") -> None:
    with dg.DagsterInstance.get() as instance:
        for name in instance.get_required_daemon_types():
            if name != but:
                instance.add_daemon_heartbeat(DaemonHeartbeat(time.time() - ago, name, "id", []))


def test_all_that_is_alive_is_200_and_what_is_not_is_503_by_name(home: Path) -> None:
    with served(Health()) as url:
        status, headers, body = get(f"{url}/healthz")
        assert (status, headers["Content-Type"]) == (503, "application/json")
        assert json.loads(body)["parts"]["daemon"]["why"] == "it is not running"
        beat()
        status, _, body = get(f"{url}/healthz")
    assert status == 200, body
    assert json.loads(body) == {"alive": True, "parts": {name: {"alive": True} for name in ("ledger", "storage", "daemon")}}


def test_a_head_has_the_same_status_and_no_body(home: Path) -> None:
    with served(Health()) as url:
        assert get(f"{url}/healthz", "HEAD")[::2] == (503, "")
        beat()
        status, headers, body = get(f"{url}/healthz", "HEAD")
    assert (status, body) == (200, "")
    assert int(headers["Content-Length"]) > 0


def test_a_daemon_that_fell_silent_or_of_which_a_thread_did_is_dead(home: Path) -> None:
    beat(ago=health.DAEMON_LATE + 1)
    assert health.daemon()["why"] == "it is not running"
    beat(but="SENSOR")
    assert health.daemon() == {"alive": False, "why": "parts of it are silent", "silent": ["SENSOR"]}


def test_where_cron_starts_everything_no_daemon_is_missed(home: Path) -> None:
    assert Health(with_daemon=False).look() == (True, {"ledger": {"alive": True}, "storage": {"alive": True}})


@pytest.mark.parametrize(
    ("variable", "value", "part"),
    [
        ("ROLLCALL_LEDGER", "postgresql://zquser:zqsecret@127.0.0.1:9/zqbase", "ledger"),
        ("ROLLCALL_STORAGE", "/dev/null/zqfolder", "storage"),
        ("ROLLCALL_STORAGE", "nosuchplace://zqkey:zqsecret@zqbucket/x", "storage"),
        ("ROLLCALL_STORAGE", "memory://zqbucket/nowhere", "storage"),
        ("DAGSTER_HOME", "/proc/zqfolder", "daemon"),
        ("DAGSTER_HOME", "", "daemon"),
    ],
)
def test_quiet_what_cannot_be_reached_is_named_without_its_address(
    home: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], variable: str, value: str, part: str
) -> None:
    beat()
    monkeypatch.setenv(variable, value)
    with served(Health(longest=20)) as url:
        status, _, body = get(f"{url}/healthz")
    parts = json.loads(body)["parts"]
    assert (status, [name for name in parts if not parts[name]["alive"]]) == (503, [part]), body
    assert "zq" not in body + "".join(capfd.readouterr())


def test_a_part_that_hangs_holds_up_no_answer_and_is_not_asked_again_meanwhile() -> None:
    over, asked = threading.Event(), []

    def hangs() -> health.Answer:
        asked.append(1)
        over.wait(60)
        return {"alive": True}

    looked = Health(parts={"ledger": hangs, "storage": lambda: {"alive": True}}, longest=0.2)
    for _ in range(3):
        assert looked.look() == (False, {"ledger": {"alive": False, "why": "it does not answer"}, "storage": {"alive": True}})
    assert asked == [1]
    over.set()
    until = time.monotonic() + 10
    while not looked.look()[0]:
        assert time.monotonic() < until


def test_a_database_that_takes_the_connection_and_says_nothing_is_told_in_time(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        monkeypatch.setenv("ROLLCALL_LEDGER", f"postgresql://who@127.0.0.1:{silent.getsockname()[1]}/base")
        alive, parts = Health(with_daemon=False, longest=0.5).look()
    assert (alive, parts["ledger"], parts["storage"]["alive"]) == (False, {"alive": False, "why": "it does not answer"}, True)


def test_whatever_else_is_asked_for_is_not_there() -> None:
    with served() as url:
        assert get(f"{url}/")[0] == 404
        assert get(f"{url}/metrics/../healthz")[0] == 404
        assert get(f"{url}/metrics", "POST")[0] == 501


@pytest.mark.parametrize("revision", ["0001", "9999"])
def test_a_ledger_of_another_version_is_not_alive_for_this_one(revision, tmp_path, monkeypatch):
    monkeypatch.setenv("ROLLCALL_LEDGER", str(tmp_path / "ledger.db"))
    health.prepare()
    assert health.ledger() == {"alive": True}
    with sqlite3.connect(tmp_path / "ledger.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (revision,))
    connection.close()
    assert health.ledger() == {"alive": False, "why": "its schema is of another version"}
