"""`rollcall upgrade`: the ledger and Dagster's own database are brought up to date with what is installed.

Belongs here: the command, its order (look, back up, migrate) and what it prints. Does not belong here: doing it
(``resources.ledger.upgrading``, ``assets.runs.dagster_schema``).
"""

import contextlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import dagster as dg
import typer

from assets.runs import dagster_instance, dagster_schema
from cli import demo
from cli.terminal import say, stop
from resources import places
from resources.failures import Failed
from resources.ledger import schema, upgrading
from resources.ledger.revisions import REVISIONS

DAGSTER: Final = "dagster_home"
"""The folder in a backup for Dagster's databases."""

app = typer.Typer()


@app.command()
def upgrade(
    to: Annotated[
        Path | None, typer.Option(help="A folder for the backup; by default one of this day and hour in ROLLCALL_HOME/backups.")
    ] = None,
    backed_up: Annotated[bool, typer.Option("--backed-up", help="A backup was made by other means: make none.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what there is to do.")] = False,
) -> None:
    """Bring the ledger and Dagster's database up to date with what is installed, after a backup of both."""
    demo.use_instance()
    folder = to or places.home() / "backups" / datetime.now(UTC).strftime("%Y-%m-%dT%H-%M-%SZ")
    try:
        with upgrading.look(places.ledger_url()) as ledger, contextlib.ExitStack() as opened:
            with upgrading.alone(ledger):  # two that make Dagster's SQLite files at once leave them with two revisions, which none opens
                instance = opened.enter_context(dagster_instance.opened())
                parts = dagster_schema.outdated(instance)
            if ledger.current and not parts:
                say(f"The ledger (schema {REVISIONS[-1]}) and Dagster's database are up to date: there is nothing to do.")
                return
            _say_what(ledger, parts)
            _refuse_while_runs(instance, ledger, parts)
            if dry_run:
                return
            copies: list[Path] = []
            _upgrade_ledger(instance, ledger, parts, None if backed_up else folder, copies)
            _upgrade_dagster(instance, ledger, None if backed_up else folder, copies)
    except Failed as failure:
        stop(str(failure))
    say("Done. Start everything again, with this version everywhere.")
    if copies:
        say(f"The way back is the backup in {folder} with the version before (docs/operations.md, Upgrading).")


def _say_what(ledger: upgrading.Outdated, parts: list[str]) -> None:
    if not ledger.current:
        say(f"The ledger: schema {ledger.revision or 'none yet'}, to be {REVISIONS[-1]}.")
    if parts:
        say(f"Dagster's database: {', '.join(parts)} to be as Dagster {dg.__version__} needs them.")


def _refuse_while_runs(instance: dg.DagsterInstance, ledger: upgrading.Outdated, parts: list[str]) -> None:
    busy = upgrading.under_way(ledger) or ([] if parts else dagster_schema.starting(instance))
    if busy:
        stop(f"Runs are under way ({', '.join(busy)}). Let them come to their end, or stop them, and then upgrade. Nothing was changed.")


def _upgrade_ledger(
    instance: dg.DagsterInstance, ledger: upgrading.Outdated, parts: list[str], folder: Path | None, copies: list[Path]
) -> None:
    """Both backups first, where there is a folder for them: what cannot be backed up is not changed, and what another process has migrated
    meanwhile is no backup."""

    def back_up() -> None:
        if folder:
            copies.extend(upgrading.back_up(ledger, folder))
            if parts:
                copies.extend(dagster_schema.back_up(instance, folder / DAGSTER))
            _say_where(folder, copies)

    schema.upgrade(ledger.engine, back_up)


def _upgrade_dagster(instance: dg.DagsterInstance, ledger: upgrading.Outdated, folder: Path | None, copies: list[Path]) -> None:
    with upgrading.alone(ledger):
        if not dagster_schema.outdated(instance):  # another process may have been quicker
            return
        if folder and not copies:
            copies.extend(dagster_schema.back_up(instance, folder / DAGSTER))
            _say_where(folder, copies)
        dagster_schema.upgrade(instance)


def _say_where(folder: Path, copies: list[Path]) -> None:
    say(f"Backed up to {folder}: {len(copies):,} {'file' if len(copies) == 1 else 'files'}.")
