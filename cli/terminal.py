"""The terminal that commands print to.

Belongs here: how wide it is, and what is done to text on its way. Does not belong here: what is printed.
"""

import sys
from typing import Final

from rich.console import Console

_IN_A_FILE: Final = 160
"""Columns where nobody's window says how many: a file or a pipe."""


def terminal(*, markup: bool = False) -> Console:
    """Standard output, as wide as the window; text goes out as it is, unless it is markup of our own."""
    return Console(width=None if sys.stdout.isatty() else _IN_A_FILE, highlight=False, markup=markup)
