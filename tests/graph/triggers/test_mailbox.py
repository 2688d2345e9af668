"""A company whose server takes HR's file away once it was read: no run that fails loses an export."""

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from resources import places
from sandbox.sftp import PASSWORD, SftpServer


class Mailbox(asyncssh.SFTPServer):
    """A file is gone once it has been read and closed."""

    def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> Any:
        self.opened = self.map_path(path)
        return super().open(path, pflags, attrs)

    def close(self, file_obj: Any) -> None:
        super().close(file_obj)  # type: ignore[no-untyped-call]
        Path(os.fsdecode(self.opened)).unlink(missing_ok=True)


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SftpServer]:
    monkeypatch.setenv("HR_SFTP_PASSWORD", PASSWORD)
    root = tmp_path / "acme"
    (root / "inbox").mkdir(parents=True)
    with SftpServer(root, files=lambda channel: Mailbox(channel, chroot=os.fsencode(root))) as running:
        yield running


@pytest.fixture
def acme(empty: Any, over_sftp: Callable[..., dict[str, Any]]) -> Any:
    return empty(**over_sftp(), findity=None)


def kept() -> list[Path]:
    return list((places.home() / "incoming").iterdir())


@pytest.mark.long(
    held_by="tests/contract/sftp/test_mailbox.py::test_what_was_taken_away_is_there_for_the_next_run_until_one_has_brought_it_everywhere"
)
def test_rerun_an_export_that_was_taken_away_is_there_for_the_run_after_one_that_failed(acme: Any) -> None:
    acme.box.fault(api="expensify", job="*", status=403, times=None)
    failed = acme.run("sync")
    assert not failed.succeeded
    assert list((acme.folder / "inbox").iterdir()) == []
    [file] = kept()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600

    acme.box.heal()
    next_night = acme.run("sync")
    assert next_night.succeeded, next_night
    assert acme.outcome("expensify", next_night.run_id)["E01"] == "created"
    assert kept() == []


@pytest.mark.long(
    held_by="tests/contract/sftp/test_mailbox.py::test_what_was_taken_away_is_there_for_the_next_run_until_one_has_brought_it_everywhere"
)
def test_an_export_that_the_gate_refused_is_there_for_the_run_that_somebody_lets_it_pass_in(acme: Any) -> None:
    acme.file("2026-11-20", acme.people(), rows=99)
    for _ in range(2):
        refused = acme.run("sync")
        assert not refused.succeeded
        assert "trailer counts 99" in str(refused.message)
    assert len(kept()) == 1
    acme.file("2026-11-21", acme.people())
    assert acme.run("sync").succeeded
    assert kept() == []
