"""Where this deployment keeps what it must remember: one folder by default, elsewhere by URL.

Belongs here: the three environment variables that move it, and what a location is. Does not belong here: what is kept there.
"""

import os
from pathlib import Path
from typing import Any, Final

PROJECT: Final = Path(__file__).parent.parent


def home() -> Path:
    """The folder of everything that is kept: ROLLCALL_HOME, else `.rollcall` in the project."""
    return Path(os.environ.get("ROLLCALL_HOME") or PROJECT / ".rollcall")


def ledger_url() -> str:
    """The ledger's database: ROLLCALL_LEDGER (a database URL), else an SQLite file in `home`."""
    return os.environ.get("ROLLCALL_LEDGER") or str(home() / "ledger.db")


def ledger_is_a_file() -> bool:
    """Whether the ledger is an SQLite file, which only processes of one machine can share."""
    url = ledger_url()
    return "://" not in url or url.startswith("sqlite")


def storage() -> str:
    """Where assets' values are stored: ROLLCALL_STORAGE (any location fsspec knows), else a folder in `home`."""
    return os.environ.get("ROLLCALL_STORAGE") or str(home() / "data")


def reports() -> Path:
    """Where the report files lie."""
    return home() / "reports"


def located(base: str) -> Any:
    """The place that a location names: a ``Path`` on this machine, else a ``UPath``."""
    from upath import UPath  # noqa: PLC0415 - most commands need no storage

    place = UPath(base)
    return Path(place.path).expanduser() if place.protocol in ("", "file", "local") else place
