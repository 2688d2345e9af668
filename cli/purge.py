"""`rollcall purge`: delete what is older than a company wants to keep it.

Belongs here: the command and what it prints, counts only. Does not belong here: what is old enough (``assets.runs.retention``).
"""

import os
from typing import Annotated

import typer

from cli import company as whose
from cli import demo

app = typer.Typer()


@app.command()
def purge(
    company: Annotated[str | None, typer.Option(help="Whose; every company of the ledger without it.")] = None,
    older_than: Annotated[int | None, typer.Option(help="Days; by default the company's `retention_days`.", min=1)] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be deleted.")] = False,
) -> None:
    """Delete old runs: stored values with HR's file, reports, ledger rows, Dagster's records. What is still needed stays."""
    names = [whose.company(company)] if company else whose.companies()
    for name, days in [(name, older_than or _days(name)) for name in names]:
        typer.echo(f"{name}: {_purged(name, days, dry_run)}")
    if not names:
        typer.echo("The ledger knows no run yet: there is nothing to delete.")


def _purged(company: str, days: int, dry_run: bool) -> str:
    import dagster as dg  # noqa: PLC0415 - most of a second: not for `--help`

    from assets.runs import retention  # noqa: PLC0415
    from resources import places  # noqa: PLC0415
    from resources.failures import Failed  # noqa: PLC0415
    from resources.ledger import Ledger  # noqa: PLC0415

    if not os.environ.get("DAGSTER_HOME"):
        demo.use_own_instance()
    try:
        with dg.DagsterInstance.get() as instance, Ledger.open(places.ledger_url(), company) as ledger:
            counts = retention.purge(instance, ledger, days, dry_run=dry_run).counts()
    except Failed as failure:
        whose.stop(str(failure))
    found = ", ".join(f"{count:,} {what}" for what, count in counts.items() if count)
    age = "1 day" if days == 1 else f"{days} days"
    if not found:
        return f"nothing is older than {age}, but for what is still needed."
    return f"older than {age} and {'to be deleted' if dry_run else 'deleted'}: {found}."


def _days(company: str) -> int:
    from assets import loader as settings_file  # noqa: PLC0415 - see `_purged`

    try:
        return settings_file.load(settings_file.find(company)).retention_days
    except settings_file.SettingsMistakes as mistake:
        whose.stop(f"{mistake}\nHow long {company} keeps its runs is not known: mend that, or say --older-than DAYS.")
