"""Whom and which company a command is about.

Belongs here: the company where it may be left out, the employee number as it is typed, opening the ledger. Does not belong here: any
command.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

import typer

if TYPE_CHECKING:
    from resources.ledger import Ledger


def number(text: str) -> str:
    """An employee number as typed; an address is refused: a shell keeps what is typed."""
    if "@" in text:
        stop("Give the employee number: an address would stay in the shell's history.")
    return text.strip()


def companies() -> list[str]:
    """The companies that the ledger has runs of, in order."""
    from resources import places  # noqa: PLC0415 - pandas and what stands on it take most of a second: not for `--help`
    from resources.failures import Failed  # noqa: PLC0415
    from resources.ledger import Ledger  # noqa: PLC0415

    try:
        with Ledger.open(places.ledger_url(), "") as opened:
            return opened.companies()
    except Failed as failure:
        stop(str(failure))


def company(given: str | None) -> str:
    """The company that is meant: the one given, else the only one."""
    known = companies()
    if not known:
        stop("The ledger knows no run yet: run a company's sync job first.")
    if given is not None and given not in known:
        stop(f"The ledger has no run of '{given}'. It has: {', '.join(known)}.")
    if given is None and len(known) > 1:
        stop(f"The ledger has several companies, choose with --company: {', '.join(known)}.")
    return given or known[0]


@contextmanager
def ledger(given: str | None) -> Iterator["Ledger"]:
    """The company's ledger, opened; what stops the command is told in a line."""
    from resources import places  # noqa: PLC0415 - see `companies`
    from resources.failures import Failed  # noqa: PLC0415
    from resources.ledger import Ledger  # noqa: PLC0415

    name = company(given)
    try:
        with Ledger.open(places.ledger_url(), name) as opened:
            yield opened
    except Failed as failure:
        stop(str(failure))


def stop(why: str) -> NoReturn:
    """End the command: nothing was done."""
    typer.echo(why, err=True)
    raise typer.Exit(2)
