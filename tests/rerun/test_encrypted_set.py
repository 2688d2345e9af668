"""Two encrypted files that are one roster, and kills: while the second is opened, and when all is written and nothing is noted."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from resources.hr import openpgp
from tests.graph.conftest import empty, everything
from tests.graph.triggers.test_encrypted_set import encrypted
from tests.rerun.kills import KILLED, die, in_a_process, instrument

__all__ = ["empty", "encrypted", "everything"]


def while_the_second_is_opened() -> None:
    real, opened = openpgp._decrypted, list[bytes]()

    def decrypted(place: Any, content: bytes, passphrases: Any) -> Any:
        opened.append(content)
        return die() if len(opened) > 1 else real(place, content, passphrases)

    openpgp._decrypted = decrypted


def before_what_was_sent_is_noted() -> None:
    instrument(lambda name, _: die() if name.startswith("before the rename") and "expensify/sync_result" in name else None)


@pytest.mark.long(held_by="tests/rerun/test_kills.py::test_rerun_after_a_kill_in_either_write_of_a_sync_it_ends_as_one_clean_sync")
@pytest.mark.parametrize("kill", [while_the_second_is_opened, before_what_was_sent_is_noted])
def test_rerun_after_a_kill_an_encrypted_set_ends_as_after_one_clean_sync(
    empty: Any, encrypted: SimpleNamespace, tmp_path: Path, again_after_death: Any, kill: Any
) -> None:
    acme = empty(findity=None, **encrypted.settings)
    for name in ("se", "dk"):
        encrypted.put(acme, name, "signature")

    def killed() -> None:
        kill()
        acme.run("sync")

    assert in_a_process(killed, tmp_path / "killed.json") == KILLED
    writes = acme.box.writes
    assert (writes > 0) == (kill is before_what_was_sent_is_noted)
    again = again_after_death(acme)
    assert list(acme.outcome("expensify", again.run_id).values()).count("created") == 12
    if kill is before_what_was_sent_is_noted:
        assert acme.box.writes == writes
