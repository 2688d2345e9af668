"""The command line, as processes of their own: what it prints names nobody unless it was asked to."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from resources import places
from tests.quiet.canaries import COLUMNS, PEOPLE, YAML, given_away

CHECK = "from cli.main import app; app()"
BURST = """
from roster.intake import take_in as intake
def burst(content, *args, **more):
    raise ValueError(content.decode())
intake.take_in = burst
"""


@pytest.fixture
def company(tmp_path: Path) -> Path:
    folder = tmp_path / "acme"
    folder.mkdir()
    indented = "".join(f"  {line}\n" for line in YAML.splitlines())
    (folder / "defs.yaml").write_text(f"type: assets.RosterSync\nattributes:\n{indented}")
    spoilt = PEOPLE.replace("zqlocal.b@acme.example", "Zälastbq").replace("+46701740603", "Zqnickcq")
    (folder / "people.csv").write_text(f"{';'.join(COLUMNS)}\n{spoilt}#END;rows={len(PEOPLE.splitlines())}\n")
    return folder


def started(code: str, *arguments: Any, home: Path) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "ROLLCALL_HOME": str(home)}
    environment.pop("DAGSTER_HOME", None)
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, cwd=places.PROJECT, env=environment, capture_output=True, check=False)


def test_quiet_check_shows_values_only_when_asked(company: Path, tmp_path: Path) -> None:
    done = started(CHECK, "check", company, company / "people.csv", home=tmp_path / "home")
    assert done.returncode == 3, done.stderr
    assert given_away(done.stdout + done.stderr) == set()
    asked = started(CHECK, "check", company, company / "people.csv", "--show-values", home=tmp_path / "home")
    assert "Last of Q02" in given_away(asked.stdout)


def test_quiet_a_fault_of_ours_is_printed_without_its_text_and_kept_for_the_owner(company: Path, tmp_path: Path) -> None:
    done = started(BURST + CHECK, "check", company, company / "people.csv", home=tmp_path / "home")
    assert done.returncode == 70
    assert given_away(done.stdout + done.stderr) == set()
    assert b"not foreseen (ValueError)" in done.stderr
    log = tmp_path / "home" / "redacted_errors.log"
    assert "Last of Q02" in given_away(log.read_bytes())
    assert log.stat().st_mode & 0o777 == 0o600


def test_quiet_a_secret_that_was_written_into_the_settings_is_not_repeated(company: Path, tmp_path: Path) -> None:
    file = company / "defs.yaml"
    file.write_text(file.read_text().replace("client_secret: {env: FINDITY_SECRET}", "client_secret: zqclientsecret"))
    done = started(CHECK, "check", company, company / "people.csv", home=tmp_path / "home")
    assert done.returncode == 2
    assert b"client_secret" in done.stderr
    assert given_away(done.stdout + done.stderr) == set()
