"""`rollcall purge`: delete what is older than a company wants to keep it.

Belongs here: the command and what it prints, counts only. Does not belong here: what is old enough (``assets.runs.retention``).
"""

from typing import Annotated

import dagster as dg
import typer

from assets import loader, names
from assets.runs import retention
from cli import demo
from cli.ledger import companies_with_runs, company_meant
from cli.terminal import say, stop
from resources import places
from resources.failures import Failed
from resources.ledger import Ledger

app = typer.Typer()


@app.command()
def purge(
    company: Annotated[
        str | None, typer.Argument(help="Whose; every company of the ledger without it.", autocompletion=names.companies)
    ] = None,
    older_than: Annotated[int | None, typer.Option(help="Days; by default the company's `retention_days`.", min=1)] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be deleted.")] = False,
) -> None:
    """Delete old runs: stored values with HR's file, reports, ledger rows, Dagster's records. What is still needed stays."""
    companies = [company_meant(company)] if company else companies_with_runs()
    for name, days in [(name, older_than or _days(name)) for name in companies]:
        say(f"{name}: {_purged(name, days, dry_run)}")
    if not companies:
        say("The ledger knows no run yet: there is nothing to delete.")


def _purged(company: str, days: int, dry_run: bool) -> str:
    demo.use_instance()
    try:
        with dg.DagsterInstance.get() as instance, Ledger.open(places.ledger_url(), company) as ledger:
            counts = retention.purge(instance, ledger, days, dry_run=dry_run).counts()
    except Failed as failure:
        stop(str(failure))
    found = ", ".join(f"{count:,} {what}" for what, count in counts.items() if count)
    age = "1 day" if days == 1 else f"{days} days"
    if not found:
        return f"nothing is older than {age}, but for what is still needed."
    return f"older than {age} and {'to be deleted' if dry_run else 'deleted'}: {found}."


def _days(company: str) -> int:
    try:
        return loader.read(loader.find(company)).retention_days
    except loader.SettingsMistakes as mistakes:
        if mistakes.draft:
            return mistakes.draft.retention_days
        stop(f"{mistakes}\nHow long {company} keeps its runs is not known: mend that, or say --older-than DAYS.")
