"""What the command line hands to a destination's own commands (`rollcall <destination> …`).

Belongs here: what such commands need of the rest, and may not import. Does not belong here: any command: a destination's are in its module
``commands``, whose ``app`` is a typer application; the registry finds it.

A command has it from its context: ``handed(context)``.
"""

from typing import Any, NoReturn, Protocol, cast

import typer


class CommandLine(Protocol):
    """What there is to ask and to say."""

    def companies(self) -> list[str]:
        """The companies' names, for completion."""

    def settings(self, company: str, destination: str) -> Any:
        """A destination's part of a company's YAML. What is wrong with it, or that there is none, ends the command."""

    def say(self, text: str, *, err: bool = False) -> None:
        """Print a text as it is; nothing in it is obeyed by the terminal."""

    def stop(self, why: str) -> NoReturn:
        """End the command: nothing was done."""


def handed(context: typer.Context) -> CommandLine:
    """What the command line has handed over with a command's context."""
    return cast("CommandLine", context.obj)


def completing(ctx: typer.Context, incomplete: str) -> list[str]:
    """The companies that a first argument may be, for a shell."""
    return [name for name in handed(ctx).companies() if name.startswith(incomplete)]
