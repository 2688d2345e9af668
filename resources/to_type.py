"""How a command of ours is typed where this process runs: inside of a trial everything goes through `rollcall try`.

Belongs here: what is tried, and putting it into texts and pages that name commands. Does not belong here: what a trial is (``cli.trying``).
"""

import html
import os
import re
import shlex
from pathlib import Path
from typing import Final

TRIAL: Final = "ROLLCALL_TRIAL_OF"
"""The variable that says, inside of a trial, what is tried, as it was typed."""


_COMMAND: Final = re.compile(r"(?<![\w/])rollcall (?=[a-z])(?!try )")


def in_trial() -> bool:
    """Whether this process runs inside of a trial."""
    return TRIAL in os.environ


def file_in_trial() -> Path | None:
    """HR's file that was named for the trial, if one was."""
    option, *rest = shlex.split(os.environ[TRIAL])
    return Path(rest[0]) if option == "--file" else None


def to_type(text: str) -> str:
    """A command of ours, or a text in which one stands, as it is typed here."""
    trial = os.environ.get(TRIAL)
    return _COMMAND.sub(lambda found: f"rollcall try {trial} ", text) if trial else text


def in_page(page: str) -> str:
    """The same of a page in HTML."""
    trial = os.environ.get(TRIAL)
    return _COMMAND.sub(lambda found: f"rollcall try {html.escape(trial)} ", page) if trial else page
