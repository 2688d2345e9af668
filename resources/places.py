"""Where this deployment keeps what it must remember: one folder by default, elsewhere by URL.

Belongs here: the three environment variables that move it, what a location is, and which library it needs. Does not belong here: what is
kept there, and how an object store is written to and read (``resources.stored.objects``).
"""

import os
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from resources.failures import Permanent

PROJECT: Final = Path(__file__).parent.parent
_S3, _GCS, _AZURE = ("s3fs", "rollcall[s3]"), ("gcsfs", "rollcall[gcs]"), ("adlfs", "rollcall[azure]")
LIBRARIES: Final = {"s3": _S3, "s3a": _S3, "gs": _GCS, "gcs": _GCS, "az": _AZURE, "abfs": _AZURE, "abfss": _AZURE, "adl": _AZURE}
"""How a location begins → the library that it needs, and what installs it."""


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


def of_all_machines(folder: str) -> str:
    """What to look at besides, as advice, where something is missing from a folder of `home`: another machine may have it. Empty where the
    ledger is a file, since there is one machine then."""
    if ledger_is_a_file():
        return ""
    return f" If runs are on several machines: all of them must mount the same $ROLLCALL_HOME/{folder}, and another may have it."


def storage() -> str:
    """Where assets' values are stored: ROLLCALL_STORAGE (any location fsspec knows), else a folder in `home`."""
    return os.environ.get("ROLLCALL_STORAGE") or str(home() / "data")


def reports() -> Path:
    """Where the report files lie."""
    return home() / "reports"


def located(base: str) -> Any:
    """The place that a location names: a ``Path`` on this machine, else a ``UPath``.

    Raises:
        Permanent: It is of a kind that nobody knows, whose library is not installed or not set up, it holds a password, or it names no
            bucket: a company's name would be taken for one.
    """
    if "://" not in base:
        return Path(base).expanduser()
    from upath import UPath  # noqa: PLC0415 - most commands need no storage

    kind = base.partition("://")[0]
    if urlsplit(base).password:
        raise Permanent(
            "ROLLCALL_STORAGE holds a password, which would be shown with every link.",
            f"Leave it out: what reads {kind}:// takes it from its own environment variables.",
        )
    if kind in LIBRARIES and not urlsplit(base).netloc:
        raise Permanent(f"ROLLCALL_STORAGE names no bucket or container after {kind}://.", f"Name one, such as {kind}://bucket/rollcall.")
    try:
        place = UPath(base)
        if place.protocol in ("", "file", "local"):
            return Path(place.path).expanduser()
        _ = place.fs  # its library is loaded here
    except ImportError:
        library, install = LIBRARIES.get(kind, ("its library", "what fsspec names for it"))
        install = f"pip install '{install}'" if kind in LIBRARIES else install
        raise Permanent(f"ROLLCALL_STORAGE is at {kind}://, for which {library} is not installed.", f"Install it: {install}.") from None
    except Exception as error:  # an unknown kind, or a library's own: its text may repeat what it was given
        raise Permanent(
            f"ROLLCALL_STORAGE is at {kind}://, which cannot be used ({type(error).__name__}).",
            f"Correct it; its library says which environment variables it needs for {kind}://.",
        ) from None
    return place
