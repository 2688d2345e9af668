"""What came of a release is told where its button was, whatever became of the run."""

import io
import json
import stat
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from resources.ledger import Ledger
from resources.ledger.decisions import Decision
from web.serve import run_release

PRESSED = Decision("form-1", "release", "0011223344556677", ["leave"], None, "kim", "looked through", datetime.now(UTC), "run-1")


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ledger]:
    monkeypatch.setenv("ROLLCALL_LEDGER", f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    asked = {"company": "acme", "decision": PRESSED.decision}
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(asked)))
    with Ledger.open(f"sqlite:///{tmp_path / 'ledger.sqlite'}", "acme") as ledger:
        ledger.decisions.begin(replace(PRESSED))
        yield ledger


def outcome(ledger: Ledger) -> str | None:
    decision = ledger.decisions.of(PRESSED.decision)
    return decision.outcome if decision and decision.ended else None


def test_quiet_what_nobody_foresaw_is_told_by_its_kind_and_its_text_is_in_a_file_of_the_owner(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(given: object) -> str:
        raise RuntimeError("anna@acme.example is odd")

    monkeypatch.setattr(run_release, "carry_out", broken)
    run_release.main()
    log = tmp_path / "redacted_errors.log"
    assert outcome(ledger) == f"Something went wrong that nobody foresaw (RuntimeError). Its full text is in {log}."
    assert "anna@acme.example" in log.read_text()
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


def test_a_process_that_is_ended_says_so(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    def ended(given: object) -> str:
        raise SystemExit(143)

    monkeypatch.setattr(run_release, "carry_out", ended)
    with pytest.raises(SystemExit):
        run_release.main()
    assert outcome(ledger) == "Its process was ended before the run was."
