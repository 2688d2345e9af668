"""`rollcall` is one list of commands, of which none is imported before it is called."""

import io
import os
import subprocess
import sys
from importlib import import_module, metadata
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command, get_group
from typer.testing import CliRunner

from cli.commands import COMMANDS
from cli.main import app
from resources import places

HEAVY = (
    "dagster",
    "httpx",
    "jinja2",
    "numpy",
    "openpyxl",
    "pandas",
    "paramiko",
    "sqlalchemy",
    *sorted({listed.module for listed in COMMANDS.values()}),
)


def in_a_process(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Code with `app`, and at its end which of the heavy modules are there."""
    text = f"import sys\nfrom cli.main import app\ntry:\n    {code}\nexcept SystemExit:\n    pass\n"
    text += f"print('loaded:', [name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", text],
        cwd=places.PROJECT,
        env={**os.environ, "COLUMNS": "200", **environment},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done


def completed(words: str, **environment: str) -> tuple[list[str], str]:
    """What a shell offers for the last of the words, which may be empty, and which heavy modules it took."""
    place = len(words.split()) - (not words.endswith(" "))
    given = {"_ROLLCALL_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(place), **environment}
    *offered, loaded = in_a_process("app(prog_name='rollcall')", **given).stdout.splitlines()
    return [word for word in offered if word], loaded


@pytest.fixture
def two(tmp_path: Path) -> dict[str, str]:
    for name in ("acme", "brick"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "defs.yaml").write_text("what is in it is not read")
    return {"ROLLCALL_PIPELINES": str(tmp_path)}


def test_help_lists_every_command_and_imports_none() -> None:
    done = in_a_process("app(['--help'])")
    assert done.stdout.endswith("loaded: []\n")
    for name, listed in COMMANDS.items():
        assert any(f"│ {name} " in line and listed.help[:60] in line for line in done.stdout.splitlines()), name


@pytest.mark.parametrize("name", COMMANDS)
def test_what_is_listed_of_a_command_is_the_first_line_of_its_own_help(name: str) -> None:
    command = get_group(import_module(COMMANDS[name].module).app).commands[name]
    assert (command.help or "").splitlines()[0] == COMMANDS[name].help
    assert not command.hidden


@pytest.mark.parametrize("module", sorted({listed.module for listed in COMMANDS.values()}))
def test_every_command_of_a_module_is_listed(module: str) -> None:
    mine = {name for name, listed in COMMANDS.items() if listed.module == module}
    assert set(get_group(import_module(module).app).commands) == mine


def test_a_command_takes_its_company_first_and_never_as_an_option() -> None:
    group: Any = get_command(app)
    for name in ("release", "status", "why", "check", "init", "purge", "export", "forget", "recover"):
        arguments = [param for param in group.commands[name].real.params if param.param_type_name == "argument"]
        assert arguments[0].name == "company" or str(arguments[0].metavar).startswith("[COMPANY]"), name
    for name, listed in COMMANDS.items():
        every = get_group(import_module(listed.module).app).commands[name]
        for command in (every, *getattr(every, "commands", {}).values()):
            assert not [param for param in command.params if "--company" in param.opts], name


@pytest.mark.parametrize("name", ["doctor", "preview", "try"])
@pytest.mark.parametrize("terminal", [True, False])
def test_what_imports_for_seconds_says_at_once_that_it_has_begun_beside_the_output_to_whoever_waits(
    name: str, terminal: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Shown(io.StringIO):
        def isatty(self) -> bool:
            return terminal

    class Imported(Exception):
        pass

    def importing(module: str) -> None:
        raise Imported(shown.getvalue())

    shown = Shown()
    monkeypatch.setattr("cli.commands.import_module", importing)
    monkeypatch.setattr(sys, "stderr", shown)
    with pytest.raises(Imported) as begun:
        get_command(app).main([name, "acme", "--json"], standalone_mode=False)
    assert str(begun.value) == (f"{COMMANDS[name].begins}\n" if terminal else "")
    assert COMMANDS[name].begins


def test_a_command_that_is_not_there_is_told_with_its_neighbour() -> None:
    result = CliRunner().invoke(app, ["statsu"])
    assert result.exit_code == 2
    assert "Did you mean 'status'?" in result.output


def test_the_version_is_that_of_the_package() -> None:
    result = CliRunner().invoke(app, ["--version"])
    assert (result.exit_code, result.output) == (0, f"rollcall {metadata.version('rollcall')}\n")


def test_without_a_command_it_says_what_there_is() -> None:
    assert "Keeps a company's expense tools in step with HR." in CliRunner().invoke(app, []).output


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("rollcall re", ["release", "reexecute", "recover", "rename"]),
        ("rollcall run acme_re", ["acme_release", "acme_report", "acme_retention"]),
        ("rollcall run brick_s", ["brick_sync"]),
        *((f"rollcall {command} ", ["acme", "brick"]) for command in ("status", "why", "release", "recover", "check", "purge", "export")),
        ("rollcall forget b", ["brick"]),
    ],
)
def test_commands_companies_and_jobs_complete_without_any_library_that_takes_long(
    two: dict[str, str], words: str, offered: list[str]
) -> None:
    assert completed(words, **two) == (offered, "loaded: []")


@pytest.mark.long(held_by="tests/cli/test_main.py::test_commands_companies_and_jobs_complete_without_any_library_that_takes_long")
@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("rollcall status --js", ["--json"]),
        ("rollcall status --last 5 a", ["acme"]),
        ("rollcall why --last 5 a", ["acme"]),
        ("rollcall why acme ", []),
        ("rollcall sftp ", ["pin"]),
        ("rollcall sftp pin ", ["acme", "brick"]),
        ("rollcall sftp pin acme ", []),
    ],
)
def test_whatever_else_completes_is_asked_of_the_command_itself(two: dict[str, str], words: str, offered: list[str]) -> None:
    assert completed(words, **two)[0] == offered


def test_nothing_completes_where_there_is_no_folder_of_companies(tmp_path: Path) -> None:
    assert completed("rollcall status ", ROLLCALL_PIPELINES=str(tmp_path / "nowhere"))[0] == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_is_told_what_to_source(shell: str) -> None:
    shown = in_a_process("app(prog_name='rollcall')", _ROLLCALL_COMPLETE=f"source_{shell}")
    assert f"_ROLLCALL_COMPLETE=complete_{shell} " in shown.stdout


def test_completion_can_be_installed_and_shown() -> None:
    options = {name for param in get_command(app).params for name in param.opts}
    assert {"--install-completion", "--show-completion"} <= options


def test_what_the_output_cannot_show_is_written_out_and_ends_no_run() -> None:
    printing = "from cli.terminal import say, terminal; say('✓ people_…'); terminal().print('✓')"
    code = f"try:\n        app(['--version'])\n    finally:\n        {printing}"
    done = in_a_process(code, PYTHONIOENCODING="latin-1")
    assert r"\u2713 people_\u2026" in done.stdout
    assert done.stdout.splitlines()[-2] == r"\u2713"
