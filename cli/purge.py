"""`rollcall purge`: delete what is older than a company wants to keep it.

Belongs here: the command and what it prints, counts only. Does not belong here: what is old enough (``assets.runs.retention``).
"""

from typing import Annotated

import typer

from assets import loader, names
from assets.company import Company
from assets.runs import dagster_instance, retention
from cli import demo
from cli.ledger import companies_with_runs, company_meant
from cli.terminal import say, stop
from resources import places
from resources.failures import Failed
from resources.ledger import Ledger
from resources.past import companies
from resources.stored.runs import StoredRuns
from roster.settings import LONGEST_DAYS

app = typer.Typer()


@app.command()
def purge(
    company: Annotated[
        str | None, typer.Argument(help="Whose; every company of the ledger without it.", autocompletion=names.companies)
    ] = None,
    older_than: Annotated[
        int | None, typer.Option(help="Days; by default the company's `retention_days`.", min=1, max=LONGEST_DAYS)
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be deleted.")] = False,
    removed: Annotated[bool, typer.Option("--gone", help="All of a company whose folder is not there, and its people with it.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete old runs: stored values with HR's file, reports, ledger rows, Dagster's records. What is still needed stays."""
    if removed:
        _delete_all(company or stop("Say which company is gone."), yes)
        return
    known = [company_meant(company)] if company else companies_with_runs()
    chosen = known if company or older_than else _with_folder(known)
    for name, days in [(name, older_than or _days(name)) for name in chosen]:
        say(f"{name}: {_purged(name, days, dry_run)}")
        _say_what_remains(name)
    if not known:
        say("The ledger knows no run yet: there is nothing to delete.")
    elif not chosen:
        raise typer.Exit(2)


def _purged(company: str, days: int, dry_run: bool) -> str:
    demo.use_instance()
    try:
        with dagster_instance.opened() as instance, Ledger.open(places.ledger_url(), company) as ledger:
            counts = retention.purge(instance, ledger, days, dry_run=dry_run).counts()
            if not dry_run and company in names.companies():
                counts |= _tidied(company, ledger)
    except Failed as failure:
        stop(str(failure))
    found = ", ".join(f"{count:,} {what}" for what, count in counts.items() if count)
    age = "1 day" if days == 1 else f"{days} days"
    if not found:
        return f"nothing is older than {age}, but for what is still needed."
    return f"older than {age} and {'to be deleted' if dry_run else 'deleted'}: {found}."


def _say_what_remains(company: str) -> None:
    if remains := StoredRuns(company).remains():
        say(remains)


def _tidied(company: str, ledger: Ledger) -> dict[str, int]:
    """What was laid ready for the company's destinations, as far as its settings can be read."""
    try:
        file = loader.find(company)
        there = Company(company, loader.read(file), file.parent).destinations()
    except loader.SettingsMistakes:
        return {}
    return retention.tidy([(one, one.access()) for one in there], ledger)


def _with_folder(known: list[str]) -> list[str]:
    """Those whose settings say how long; what is to be done with the others is told, and keeps nobody else's old runs."""
    for company in sorted(set(known) - set(names.companies())):
        say(f"{company}: its folder is not there. Say --older-than DAYS for it alone, or see rollcall status {company}.", err=True)
    return [company for company in known if company in names.companies()]


def _delete_all(company: str, yes: bool) -> None:
    """All that is left of a company without a folder."""
    if company in names.companies():
        stop(f"The folder of {company} is still there: nothing was deleted.")
    demo.use_instance()
    try:
        with dagster_instance.opened() as instance, Ledger.open(places.ledger_url(), company) as ledger:
            if not ledger.whole.is_there():
                stop(f"The ledger knows no company '{company}'.")
            people = ledger.whole.people().get(company, 0)
            say(
                f"This deletes all that is kept of {company}: {people:,} people in the ledger, stored values, reports, Dagster's runs. "
                "Accounts at the destinations stay as they are, active ones too, and nobody here knows them afterwards."
            )
            if not yes and not typer.confirm(f"Delete all of {company}?"):
                say("Nothing was deleted.")
                raise typer.Exit(1)
            found = companies.delete(ledger)
            runs = retention.delete_all(instance, company)
    except Failed as failure:
        stop(str(failure))
    say(
        f"Deleted: {found.rows:,} ledger rows, {found.values:,} runs with stored values, {found.reports:,} runs with reports, "
        f"{runs:,} Dagster runs."
    )
    _say_what_remains(company)


def _days(company: str) -> int:
    try:
        return loader.read(loader.find(company)).retention_days
    except loader.SettingsMistakes as mistakes:
        if mistakes.draft:
            return mistakes.draft.retention_days
        stop(f"{mistakes}\nHow long {company} keeps its runs is not known: mend that, or say --older-than DAYS.")
