"""What a destination's own commands are given by the command line: a company's settings and ledger, and where to say something.

Belongs here: these types. Does not belong here: any command (each destination's ``commands``), how a company is found (``cli``).
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

import typer

from resources.ledger import Ledger
from roster.settings import Strict


@dataclass(frozen=True)
class Opened:
    """One company."""

    settings: Strict
    """The destination's part of its YAML."""
    ledger: Ledger


@dataclass(frozen=True)
class Host:
    """The command line, as a destination's commands see it."""

    open: Callable[[str], AbstractContextManager[Opened]]
    """Opens a company by its name. What stops the command there is told; so is a `resources.failures.Failed` that is raised inside."""
    companies: Callable[[], list[str]]
    """The companies that there are, for completion."""
    say: Callable[[str], None]

    def matching(self, incomplete: str) -> list[str]:
        """The companies whose names begin so, for completion."""
        return [name for name in self.companies() if name.startswith(incomplete)]


def application(about: str) -> typer.Typer:
    """A destination's group, without a command yet.

    Args:
        about: The first line of its help.
    """
    app = typer.Typer(no_args_is_help=True, help=about)

    def group() -> None:
        """Makes it a group where there is one command only."""

    group.__doc__ = about
    app.callback()(group)
    return app
