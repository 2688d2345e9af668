"""The commands that there are, each known by name and by one line until it is called.

Belongs here: the table, and the group that imports a command's module on demand, so that `rollcall --help` and completion cost no library
that only some commands need. Does not belong here: any command.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from typing import Annotated, Any, Final, cast

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup
from typer.main import get_command, get_group

from assets import names
from destinations import registry


@dataclass(frozen=True)
class Listed:
    """A command, as far as it is known without its module."""

    module: str
    """The module whose ``app`` has it."""
    help: str
    """The first line of its own help; a test holds that it is the same."""
    first: Callable[[], list[str]] | None = None
    """What its first argument may be, for completion; None: the command itself knows."""
    begins: str = ""
    """What is said at once to whoever waits at a terminal, where its module takes seconds to import before it can say anything."""


COMMANDS: Final = {
    **{name: Listed("cli.destinations", help) for name, help in registry.with_commands().items()},
    "demo": Listed("cli.run", "Sync the demo company with the sandbox and show what happened, person by person."),
    "run": Listed("cli.run", "Run a job now, on the instance of DAGSTER_HOME, with the environment as it is.", names.jobs),
    "release": Listed(
        "cli.run", "Apply what a plan held, as far as it is still wanted and the same. Nothing else is written.", names.companies
    ),
    "reexecute": Listed("cli.run", "Run what failed in a run again, and what it never reached; what it finished stays as it is."),
    "undo": Listed("cli.run", "Plan what takes back what a run wrote, and hold all of it. Nothing is written before a release."),
    "recover": Listed(
        "cli.run", "Mark runs whose process has died as failed, so that they can be re-executed and hold up no other run.", names.companies
    ),
    "ui": Listed("cli.ui", "Open the Dagster UI on this machine, with the sandbox behind the demo company. Ctrl-C ends both."),
    "webserver": Listed(
        "cli.webserver",
        "Serve the Dagster UI of DAGSTER_HOME behind the guard: foreign pages, other names and launches by GET are refused.",
    ),
    "serve": Listed(
        "cli.serve",
        "Serve nights, people and what waits to whoever answers for them, with a button that releases it. Ctrl-C ends it.",
    ),
    "metrics": Listed(
        "cli.metrics",
        "Serve /metrics for Prometheus and /healthz, which says whether ledger, storage and daemon are alive. Ctrl-C ends it.",
    ),
    "status": Listed(
        "cli.status",
        "Show what is going on: runs, what waits for a release, who stays out and since when, the last file applied.",
        names.companies,
    ),
    "notify-test": Listed("cli.notify", "Send a test to each target of a company's alerts, and say which took it.", names.companies),
    "why": Listed(
        "cli.why",
        "Tell what every run did about one person and why, newest first. It shows old and new values: they are personal data.",
        names.companies,
    ),
    "map": Listed("cli.map", "Propose a company's settings for a file, and write them down with how sure each of them is."),
    "init": Listed("cli.init", "Make a company's folder of a draft that leaves nothing open."),
    "check": Listed(
        "cli.check",
        "Say what a run would make of a file: 0 all rows usable, 3 some rejected, 1 the file is unfit, 2 the settings are wrong.",
        names.companies,
    ),
    "doctor": Listed(
        "cli.doctor",
        "Look at all that a company's first run needs, and list the policies and units there are: 0 all is well, 1 something is not.",
        names.companies,
        "Looking …",
    ),
    "preview": Listed(
        "cli.preview",
        "Show what other settings would change for the file that was last taken in. Nothing is written anywhere.",
        names.companies,
        "Reading both settings …",
    ),
    "try": Listed(
        "cli.trying",
        "Try a company, or a draft, on this machine: its own settings and file against the sandbox, in a place of its own.",
        names.companies,
        "Preparing the trial …",
    ),
    "feed": Listed(
        "cli.feed",
        "Write what the newest plan would send to a file, for those who deliver it themselves. Nothing is sent.",
        names.companies,
    ),
    "sftp": Listed("cli.sftp", "SFTP servers: whom to trust."),
    "purge": Listed(
        "cli.purge",
        "Delete old runs: stored values with HR's file, reports, ledger rows, Dagster's records. What is still needed stays.",
        names.companies,
    ),
    "upgrade": Listed("cli.upgrade", "Bring the ledger and Dagster's database up to date with what is installed, after a backup of both."),
    "rename": Listed(
        "cli.rename", "Let a company whose folder was renamed keep what the ledger knows of its people, its stored runs and its reports."
    ),
    "export": Listed("cli.person", "Write all that is kept about one person to a file, for the day that they ask.", names.companies),
    "forget": Listed(
        "cli.person",
        "Delete all that is kept about one person. Whoever is still in HR's file comes back with the next sync.",
        names.companies,
    ),
}


class AsWritten(TyperCommand):
    """A command whose usage shows its arguments as their metavar says, such as ``[COMPANY] EMPLOYEE``."""

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """What follows the command's name."""
        return [str(self.options_metavar), *(str(param.metavar) for param in self.params if isinstance(param, TyperArgument))]


def company_first(ctx: typer.Context) -> list[str]:
    """What completes the first word of ``[COMPANY] …``; the others are nothing that a list has."""
    return [] if any(isinstance(given, list | tuple) and given for given in ctx.params.values()) else names.companies()


class Later(TyperCommand):
    """Stands for a command, and hands over to it when it is called.

    Nothing but its own context is asked of a command before it runs, so that is where the hand-over is. While a shell completes its first
    word it answers by itself: what companies and jobs there are is known without the module.
    """

    module: str
    begins: str

    @cached_property
    def real(self) -> Any:
        """The command itself."""
        return get_group(import_module(self.module).app).commands[str(self.name)]

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """The command's own context."""
        if extra.get("resilient_parsing") and not args and self.params:
            return super().make_context(info_name, args, parent, **extra)
        if self.begins and args and "--help" not in args and not extra.get("resilient_parsing") and sys.stderr.isatty():
            typer.echo(self.begins, err=True)  # beside the output, which another program may read
        return self.real.make_context(info_name, args, parent, **extra)

    def shell_complete(self, ctx: Any, incomplete: str) -> Any:
        """The command's own options."""
        with self.real.make_context(ctx.info_name, [], ctx.parent, resilient_parsing=True) as inner:
            return self.real.shell_complete(inner, incomplete)


class Commands(TyperGroup):
    """All commands."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**{**given, "commands": {name: _later(name, listed) for name, listed in COMMANDS.items()}})


def _later(name: str, listed: Listed) -> TyperCommand:
    later: Any = Later(name, help=listed.help)
    if listed.first:
        app = typer.Typer(add_completion=False)
        app.command(name, help=listed.help, cls=Later)(_completing(listed.first))
        later = get_command(app)
    later.module, later.begins = listed.module, listed.begins
    return cast("TyperCommand", later)


def _completing(there: Callable[[], list[str]]) -> Callable[[str], None]:
    """A command of which only the argument is of use."""

    def matching(incomplete: str) -> list[str]:
        return [name for name in there() if name.startswith(incomplete)]

    def command(first: Annotated[str, typer.Argument(autocompletion=matching)]) -> None:
        """Is never called."""

    return command
