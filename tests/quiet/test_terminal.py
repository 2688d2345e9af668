"""The commands on a terminal, as processes of their own: a sync that servers spoil, its re-execution, and looking at what it did.

What is printed names nobody, but by `rollcall why`, which is there to show a person's values to whoever owns the ledger.
"""

import os
import re
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from resources import places
from sandbox.server import Sandbox
from tests.processes import Done, Processes
from tests.quiet.canaries import COLUMNS, KEPT, PEOPLE, SECRETS, YAML, given_away, readable
from tests.quiet.conftest import planted, urls
from tests.quiet.everything_wrong import ECHO

pytestmark = pytest.mark.long(held_by="tests/quiet/test_commands.py::test_quiet_check_shows_values_only_when_asked")

COMMAND = "from cli.main import app; app()"
IMPORTS = """
import importlib, pkgutil
import assets, cli
for package in (assets, cli):
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        importlib.import_module(module.name)
"""


class Terminal:
    """A company of canaries on a machine of its own, and what its commands printed."""

    def __init__(self, root: Path, box: Sandbox, commands: Processes) -> None:
        self.home, self.tmp = root / "home", root / "tmp"
        company = root / "companies" / "acme"
        for folder in (company / "inbox", self.tmp):
            folder.mkdir(parents=True)
        indented = "".join(f"  {line}\n" for line in YAML.splitlines())
        (company / "defs.yaml").write_text(f"type: assets.RosterSync\nattributes:\n{indented}")
        lines = [";".join(COLUMNS), *PEOPLE.splitlines(), f"#END;rows={len(PEOPLE.splitlines())}"]
        (company / "inbox" / "people_1.csv").write_text("\n".join(lines) + "\n")
        places_of = {"ROLLCALL_HOME": self.home, "ROLLCALL_PIPELINES": company.parent, "TMPDIR": self.tmp, "PYTHONPATH": places.PROJECT}
        self.environment = {**os.environ, **SECRETS, **urls(box), **{name: str(path) for name, path in places_of.items()}}
        self.environment.pop("DAGSTER_HOME", None)
        self.commands = commands

    def rollcall(self, *arguments: str) -> Done:
        """A command, in a process that has imported everything already."""
        (done,) = self.commands.run(COMMAND, [*arguments], cwd=self.tmp, environment=self.environment)
        return done

    def from_nothing(self, *arguments: str) -> Done:
        """A command, in a new process."""
        command = [sys.executable, "-c", COMMAND, *arguments]
        return subprocess.run(command, cwd=self.tmp, env=self.environment, capture_output=True, check=False)


@pytest.fixture(scope="module")
def commands(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Processes]:
    with Processes(tmp_path_factory.mktemp("printed"), IMPORTS) as processes:
        yield processes


@pytest.fixture(scope="module")
def spoilt(tmp_path_factory: pytest.TempPathFactory, commands: Processes) -> Iterator[tuple[Terminal, Done, Done]]:
    """A sync that both servers spoil, saying whatever they know, and its re-execution once they are well."""
    with Sandbox() as box:
        planted(box)
        terminal = Terminal(tmp_path_factory.mktemp("terminal"), box, commands)
        box.fault(api="expensify", job="update employees", times=None, refuse=dict.fromkeys(("Q02", "Q03"), ECHO))
        box.fault(api="findity", job="GET users", times=None, status=403, body=f"<html>{ECHO}</html>")
        failed = terminal.from_nothing("run", "acme_sync")
        box.heal()
        run = re.search(rb"reexecute ([0-9a-f-]{36})|Run ([0-9a-f-]{36})", failed.stdout + failed.stderr)
        found = run.group(1) or run.group(2) if run else _run(terminal)
        yield terminal, failed, terminal.from_nothing("reexecute", found.decode())


def _run(terminal: Terminal) -> bytes:
    return sorted((terminal.home / "reports" / "acme").iterdir())[-1].name.encode()


def test_quiet_a_run_that_servers_spoil_and_its_re_execution_print_nobody(spoilt: tuple[Terminal, Done, Done]) -> None:
    _, failed, again = spoilt
    assert failed.returncode == 1, failed
    assert again.returncode == 0, again
    assert b"grants no access (403)" in failed.stdout
    assert b"Q02" in failed.stdout + again.stdout
    assert given_away(failed.stdout + failed.stderr + again.stdout + again.stderr) == set()


def test_true_report_an_outage_that_answers_ends_the_command_as_failed_and_the_next_one_brings_everyone(
    tmp_path: Path, commands: Processes
) -> None:
    with Sandbox() as box:
        planted(box)
        terminal = Terminal(tmp_path, box, commands)
        box.fault(api="expensify", job="update employees", dry_run=False, code=500, times=None)
        failed = terminal.rollcall("run", "acme_sync")
        box.heal()
        again = terminal.rollcall("run", "acme_sync")
    assert (failed.returncode, again.returncode) == (1, 0), failed
    assert b"Expensify refuses whatever is sent (500" in failed.stdout + failed.stderr
    assert re.search(rb"created +4 +0", again.stdout), again.stdout
    assert given_away(failed.stdout + failed.stderr + again.stdout + again.stderr) == set()


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["status"], 0, b"acme"),
        (["status", "--json"], 0, b'"employee_id": "Q'),
        (["why", "acme", "Q02", "--json"], 0, b'"in_short": "Expensify refused that Q02 be created'),
        (["why", "zqlocal.a@acme.example", "Q02"], 2, b"Give the employee number"),
        (["export", "acme", "zqlocal.a@acme.example", "--to", "nowhere.json"], 2, b"Give the employee number"),
        (["recover"], 0, b"Every run has ended."),
        (["purge", "--dry-run"], 0, b"acme: "),
        (["release", "acme", "0123456789ab", "--by", "me", "--reason", "why"], 1, b"0123456789ab"),
        (["why", "zqlocal.a@acme.example"], 2, b"Give the employee number"),
        (["why", "Q99"], 0, b"Q99"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else None,
)
def test_quiet_a_command_prints_nobody(spoilt: tuple[Terminal, Done, Done], arguments: list[str], code: int, says: bytes) -> None:
    done = spoilt[0].rollcall(*arguments)
    assert (done.returncode, says in done.stdout + done.stderr) == (code, True), done
    assert given_away(done.stdout + done.stderr) == set()


def test_quiet_why_shows_one_person_at_most_and_leaves_nothing_behind(spoilt: tuple[Terminal, Done, Done]) -> None:
    terminal = spoilt[0]
    before = {path: path.stat().st_size for path in terminal.home.rglob("*") if path.is_file() and "ledger" not in path.name}
    done = terminal.rollcall("why", "Q02")
    assert done.returncode == 0, done
    assert b"Expensify refused that Q02 be created" in done.stdout
    as_json = terminal.rollcall("why", "Q02", "--json", "--show-values")
    assert b'"changes": ' in as_json.stdout
    assert {name for name in given_away(as_json.stdout) if not name.endswith("of Q02")} == set()
    assert {name for name in given_away(done.stdout) if not name.endswith("of Q02")} == set()
    assert given_away(done.stderr) == set()
    assert {path: path.stat().st_size for path in terminal.home.rglob("*") if path.is_file() and "ledger" not in path.name} == before


def test_quiet_what_the_commands_leave_is_the_owners_alone(spoilt: tuple[Terminal, Done, Done]) -> None:
    terminal = spoilt[0]
    holding = {path for path in terminal.home.rglob("*") if path.is_file() and given_away(readable(path))}
    log = terminal.home / "dagster_home" / "redacted_errors.log"
    assert {path.relative_to(terminal.home).parts[0] for path in holding - {log}} <= KEPT | {"ledger.db", "ledger.db-wal"}
    # Below Dagster's own folder it is that folder which shuts others out.
    others = [path for path in (terminal.home, *terminal.home.rglob("*")) if stat.S_IMODE(path.stat().st_mode) & 0o077]
    assert {path.relative_to(terminal.home).parts[0] for path in others} <= {"dagster_home"}
    assert stat.S_IMODE((terminal.home / "dagster_home").stat().st_mode) == stat.S_IMODE(terminal.home.stat().st_mode) == 0o700
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    assert [path for path in terminal.tmp.rglob("*") if path.is_file()] == []


def test_quiet_no_secret_is_in_anything_that_the_commands_leave(spoilt: tuple[Terminal, Any, Any]) -> None:
    terminal = spoilt[0]
    secrets = {*SECRETS, "proxy user", "proxy password"} - {"EXPENSIFY_USER"}
    found = {path: names for path in terminal.home.rglob("*") if path.is_file() and (names := given_away(readable(path)) & secrets)}
    # What a server says of people whom it refuses is kept as it said it, in files for the owner.
    assert {path.name for path in found} <= {"redacted_errors.log", "replies.json"}


def test_quiet_export_writes_to_the_owners_file_and_prints_nobody(spoilt: tuple[Terminal, Done, Done]) -> None:
    terminal, file = spoilt[0], spoilt[0].tmp.parent / "Q02.json"
    done = terminal.rollcall("export", "acme", "Q02", "--to", str(file))
    assert done.returncode == 0, done
    assert given_away(done.stdout + done.stderr) == set()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "Last of Q02" in given_away(file.read_bytes())
    assert [path for path in terminal.tmp.rglob("*") if path.is_file()] == []


def test_quiet_forget_prints_nobody_and_leaves_nothing_of_them_but_in_the_owners_log(spoilt: tuple[Terminal, Done, Done]) -> None:
    home = spoilt[0].home
    # An open connection would lose its locks to whoever reads the file as a file.
    with closing(sqlite3.connect(home / "ledger.db")) as ledger, ledger:
        ledger.execute("UPDATE heartbeat SET expires_at = expires_at - 3600")  # as an hour after the last run
    done = spoilt[0].rollcall("forget", "acme", "Q03", "--yes")
    assert done.returncode == 0, done
    assert given_away(done.stdout + done.stderr) == set()
    left = {path.name for path in home.rglob("*") if path.is_file() and any("of Q03" in name for name in given_away(readable(path)))}
    assert left <= {"redacted_errors.log"}
