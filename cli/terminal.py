"""The terminal that commands print to.

Belongs here: how wide it is, what is done to text on its way, how a command ends. Does not belong here: what is printed.
"""

import json
import sys
from typing import Any, Final, NoReturn

import typer
from rich.console import Console

_IN_A_FILE: Final = 160
"""Columns where nobody's window says how many: a file or a pipe."""


def terminal(*, markup: bool = False) -> Console:
    """Standard output, as wide as the window; text goes out as it is, unless it is markup of our own."""
    return Console(width=None if sys.stdout.isatty() else _IN_A_FILE, highlight=False, markup=markup)


def print_json(value: Any) -> None:
    """A value for other programs to read: moments and days in ISO 8601."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


def stop(why: str) -> NoReturn:
    """End the command: nothing was done."""
    typer.echo(why, err=True)
    raise typer.Exit(2)
