"""HR's file on its SFTP server, and a kill while it is put away."""

from pathlib import Path
from typing import Any

import pytest

from tests.graph.conftest import empty, everything
from tests.graph.triggers.conftest import over_sftp, server
from tests.rerun.kills import KILLED, die, in_a_process, instrument

__all__ = ["empty", "everything", "over_sftp", "server"]

further = pytest.mark.long(held_by="tests/rerun/test_putting_away.py::test_rerun_after_a_kill_while_the_file_is_put_away_puts_it_away_once")


@pytest.mark.parametrize("when", ["before", pytest.param("after", marks=further)])
def test_rerun_after_a_kill_while_the_file_is_put_away_puts_it_away_once(
    empty: Any, over_sftp: Any, tmp_path: Path, again_after_death: Any, when: str
) -> None:
    acme = empty(findity=None, **over_sftp(afterwards="archive", archive="done"))

    def killed() -> None:
        instrument(lambda name, _: die() if name.startswith(f"{when} the putting away") else None)
        acme.run("sync")

    assert in_a_process(killed, tmp_path / "killed.json") == KILLED
    inbox = acme.folder / "inbox"
    assert (inbox / "people_2026-11-20.csv").exists() is (when == "before")
    writes = acme.box.writes
    again_after_death(acme)
    assert acme.box.writes == writes
    assert [str(path.relative_to(inbox)) for path in inbox.rglob("*.csv")] == ["done/people_2026-11-20.csv"]
