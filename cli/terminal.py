"""The terminal that commands print to.

Belongs here: how wide it is, what is done to text on its way, how a command ends. Does not belong here: what is printed.
"""

import json
import sys
from typing import Any, Final, NoReturn

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from resources.to_type import to_type
from roster.shown import harmless, in_json

_IN_A_FILE: Final = 160
"""Columns where nobody's window says how many: a file or a pipe."""


class _Harmless(Console):
    """Shows texts as they are: no markup, no emoji by name, and nothing in them that a terminal would obey. Colours are given as styles.
    Inside of a trial commands are named as they are typed there."""

    def render_str(self, text: str, **how: Any) -> Text:
        """Whatever is printed as a text comes by here, cells and headings of tables too."""
        return super().render_str(harmless(to_type(text)), **{**how, "markup": False, "emoji": False})


def terminal() -> Console:
    """Standard output, as wide as the window; see `_Harmless` for what becomes of texts."""
    return _Harmless(width=None if sys.stdout.isatty() else _IN_A_FILE, highlight=False, markup=False, emoji=False)


def whole(table: Table) -> Table:
    """The table, of which no word is cut off where the window is narrow: an id or a digest that is cut off cannot be copied."""
    for column in table.columns:
        column.overflow = "fold"
    return table


def say(text: str, *, err: bool = False) -> None:
    """A text of one or more lines as it is, whatever the width; nothing in it is obeyed by the terminal. Commands as in `_Harmless`."""
    typer.echo(harmless(to_type(text)), err=err)


def print_json(value: Any) -> None:
    """A value for other programs to read: moments and days in ISO 8601."""
    typer.echo(in_json(json.dumps(value, ensure_ascii=False, indent=2)))


def stop(why: str) -> NoReturn:
    """End the command: nothing was done."""
    say(why, err=True)
    raise typer.Exit(2)
