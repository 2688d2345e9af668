"""The command line: `rollcall`.

Belongs here: the application itself, and what holds for every command. Does not belong here: which commands there are (``cli.commands``).
"""

import logging
import sys
from importlib import metadata
from io import TextIOWrapper
from typing import Annotated, Any

import typer

from assets import quiet
from cli.commands import Commands
from resources.failures import PRIVATE
from resources.shortage import shortage


class _Quiet(typer.Typer):
    """A traceback may quote what was being worked on: it goes to the owner-only log, and what is printed says where that is."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        _show_whatever_it_is()
        try:
            return super().__call__(*args, **kwargs)
        except Exception as error:  # whatever it is
            logging.getLogger(PRIVATE).exception("not foreseen")
            if lack := shortage(error):
                typer.echo(f"rollcall: {lack}", err=True)
                raise SystemExit(70) from None
            where = quiet.private_folder() / quiet.FILE
            typer.echo(f"rollcall: something that was not foreseen ({type(error).__name__}). Its full text is in {where}.", err=True)
            raise SystemExit(70) from None


def _show_whatever_it_is() -> None:
    """What a terminal's or pipe's encoding does not have is written out (``\\u2713``): a tick that cannot be shown must not end a run."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


app = _Quiet(cls=Commands, no_args_is_help=True, pretty_exceptions_enable=False)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"rollcall {metadata.version('rollcall')}")
        raise typer.Exit


@app.callback()
def rollcall(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Say which version is installed.")
    ] = False,
) -> None:
    """Keeps a company's expense tools in step with HR."""
