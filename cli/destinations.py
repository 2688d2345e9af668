"""`rollcall <destination> …`: the commands that only one destination has.

Belongs here: a group for each destination that has some, and what it is given. Does not belong here: the commands themselves (each
destination's ``commands``).
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import typer

from assets import loader, names
from cli import demo as place
from cli.terminal import say, stop
from destinations import registry
from destinations.commands import Host, Opened
from resources import places
from resources.failures import Failed, Unanswered
from resources.ledger import Ledger

app = typer.Typer()


def _opening(destination: str) -> Callable[[str], AbstractContextManager[Opened]]:
    """What opens a company for the commands of a destination."""

    @contextmanager
    def opened(company: str) -> Iterator[Opened]:
        try:
            settings = loader.read(loader.find(company)).destinations().get(destination)
        except loader.SettingsMistakes as mistakes:
            stop(str(mistakes))
        if settings is None:
            stop(f"{company} has no {registry.titles()[destination]} in its settings.")
        try:
            with place.sandbox_for(company), Ledger.open(places.ledger_url(), company) as ledger:
                yield Opened(settings, ledger)
        except Unanswered as failure:  # unlike with all others, something may have been done
            say(str(failure), err=True)
            raise typer.Exit(1) from None
        except Failed as failure:
            stop(str(failure))

    return opened


@app.callback()
def destinations() -> None:
    """The commands that only one destination has."""


for _name in registry.with_commands():
    app.add_typer(registry.commands(_name, Host(_opening(_name), names.companies, say)), name=_name)
