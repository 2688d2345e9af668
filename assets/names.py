"""What companies there are and what their jobs are called, without Dagster and without reading any YAML.

Belongs here: names, and saying which one was meant. Does not belong here: what a name stands for (``assets.loader``,
``assets.graph.build``).
"""

import difflib
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from resources import places

JOBS: Final = ("sync", "preview", "one", "verify", "release", "undo", "report", "retention")
"""The jobs of each company: ``acme_sync`` and so on."""
LONGEST: Final = 63
"""Characters of a company's name: what Dagster takes as a tag's value."""
RULE: Final = f"letters, digits and underscores only, no digit first, no more than {LONGEST}"
"""What a company may be called, in words."""
_MOST: Final = 20


def companies_folder() -> Path:
    """Where the companies' folders are: ROLLCALL_PIPELINES, else `pipelines` in the project."""
    return Path(os.environ.get("ROLLCALL_PIPELINES") or places.PROJECT / "pipelines")


def files(folder: Path) -> list[Path]:
    """The `defs.yaml` of each company in a folder, in order, whatever is in it. One that cannot be reached is among them: a company that
    cannot be read is not one that is not there."""
    try:
        return [file for entry in sorted(folder.iterdir()) if _is_there(file := entry / "defs.yaml")]
    except OSError:
        return []


def _is_there(file: Path) -> bool:
    try:
        file.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:  # a folder that this user may not enter, a link that goes round in a circle
        return True
    return True


def companies() -> list[str]:
    """The companies that have a `defs.yaml`, whatever is in it, in order."""
    return [file.parent.name for file in files(companies_folder())]


def may_be_called(name: str) -> bool:
    """Whether a company may have this name: it is part of asset keys, begins Python names, and is the value of a tag."""
    return re.fullmatch(rf"[A-Za-z_][A-Za-z0-9_]{{0,{LONGEST - 1}}}", name) is not None


def jobs() -> list[str]:
    """Every company's jobs."""
    return [f"{company}_{job}" for company in companies() for job in JOBS]


def unknown(what: str, given: str, there: Sequence[str]) -> str:
    """That there is no such thing, with those whose names are near and with what there is.

    Args:
        what: Such as ``company``.
        given: The name that nothing has.
        there: The names that something has.
    """
    near = difflib.get_close_matches(given, there)
    meant = f" Did you mean {', '.join(near[:-1])}{' or ' if near[1:] else ''}{near[-1]}?" if near else ""
    more = f" … and {len(there) - _MOST} more" if len(there) > _MOST else ""
    listed = f" There are: {', '.join(there[:_MOST])}{more}." if there else f" There is no {what} yet."
    return f"There is no {what} '{given}'.{meant}{listed}"
