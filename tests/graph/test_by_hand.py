"""`rollcall feed`: what the newest plan would send, for those who deliver it themselves; and what the nightly job takes away."""

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner, Result

from cli.main import app
from destinations.expensify.roads import names
from sandbox import expensify
from tests.roads import PASSWORD, Roads

ALONE = {"findity": None}


def published(acme: Any, patch: pytest.MonkeyPatch) -> None:
    """Puts the YAML where commands find it."""
    folder = acme.folder.parent / "pipelines" / acme.name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "defs.yaml").write_text(yaml.safe_dump({"type": "assets.RosterSync", "attributes": acme.attributes}))
    patch.setenv("ROLLCALL_PIPELINES", str(folder.parent))


def feed(out: Path, *more: str) -> Result:
    return CliRunner().invoke(app, ["feed", "acme", "--out", str(out), *more])


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every feed that Expensify read, byte for byte: once to see who is in it, and once to apply it."""
    seen: list[str] = []
    read = expensify.records_of
    monkeypatch.setattr(expensify, "records_of", lambda data: seen.append(data) or read(data))
    return seen


@pytest.mark.long(held_by="tests/graph/test_by_hand.py::test_no_surprise_what_is_held_is_in_no_feed")
def test_a_feed_by_hand_is_byte_for_byte_what_a_sync_sends(
    empty: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sent: list[str]
) -> None:
    acme = empty(**ALONE, expensify__connection__chunk_bytes=1500, expensify__connection__feed_root="Employees")
    published(acme, monkeypatch)
    assert "knows no run yet" in feed(tmp_path / "feed.json").stderr
    assert acme.quickly("preview").succeeded
    writes, asked = acme.box.writes, len(acme.box.calls)
    told = feed(tmp_path / "feed.json")
    assert told.exit_code == 0, told.output
    files = sorted(tmp_path.glob("feed*.json"), key=lambda file: (len(file.name), file.name))
    assert len(files) > 2 and all(str(file) in told.output for file in files)
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert told.output.startswith("12 people of the newest plan for Expensify (run ")
    assert (acme.box.writes, len(acme.box.calls)) == (writes, asked), "nothing was sent"
    sent.clear()
    assert acme.quickly("sync").succeeded
    by_hand = [file.read_text() for file in files]
    assert sent[::2] == by_hand * 2, "the dry run's and the write's"
    again = feed(tmp_path / "feed.json")
    assert (again.exit_code, "is there already" in again.stderr) == (2, True)
    assert [file.read_text() for file in files] == by_hand
    assert "A sync has sent this plan already" in feed(tmp_path / "other.json").output


def test_no_surprise_what_is_held_is_in_no_feed(empty: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    acme = empty(**ALONE, first_sync="hold")
    published(acme, monkeypatch)
    assert acme.quickly("preview").succeeded
    told = feed(tmp_path / "feed.json")
    assert (told.exit_code, (tmp_path / "feed.json").exists()) == (0, False)
    assert "sends nothing: no file was written. 12 more wait for a release" in told.output
    assert "no destination that takes files" in feed(tmp_path / "feed.json", "--to", "findity").stderr


def test_the_nightly_job_takes_away_what_has_lain_ready_for_hours(empty: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEED_PASSWORD", PASSWORD)
    with Roads(tmp_path / "world") as roads:
        acme = empty(**ALONE, expensify__delivery=roads.settings("download"))
        for hours in (7, 5):
            (roads.folder / names.fresh("acme", "0123", datetime.now(UTC) - timedelta(hours=hours))).write_text("[]")
        assert acme.quickly("retention").succeeded
        [young] = roads.lying()
        (roads.folder / names.fresh("acme", "0123", datetime.now(UTC) - timedelta(hours=7))).write_text("[]")
        published(acme, monkeypatch)
        with acme.ledger() as ledger:
            ledger.runs.begin("run", "run", "acme_sync")
        told = CliRunner().invoke(app, ["purge", "--older-than", "1"])
        assert (told.exit_code, roads.lying()) == (0, [young]), told.output
        assert "1 files laid ready for Expensify" in told.output
        roads.folder.rename(roads.folder.with_name("elsewhere"))
        failed = acme.quickly("retention")
        assert not failed.succeeded and "folder in which the feed is published is not there" in str(failed.message)
