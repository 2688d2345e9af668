"""Where a person's tokens are kept between commands: a file that only its owner can read, or the keyring of the operating system.

Belongs here: keeping, finding and forgetting them, and one process at a time. Does not belong here: what a token is for (``tokens``).

One sign-in for each organization and client: the name under which it is kept is made of their addresses and ids, so a company's folder may
be renamed.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Protocol

from destinations.findity.settings import FindityConnection, FindityExpense
from resources import owner_only, places
from resources.failures import Permanent

FOLDER: Final = "sign-ins"
"""Below ROLLCALL_HOME."""
SERVICE: Final = "rollcall"
"""What the keyring lists them under."""


class Kept(Protocol):
    """One sign-in's place. Its repr shows no token."""

    def read(self) -> dict[str, Any] | None:
        """What is kept; None: nothing.

        Raises:
            Permanent: It cannot be read.
        """

    def write(self, value: dict[str, Any]) -> None:
        """Keep it: whole or not at all."""

    def forget(self) -> None:
        """Keep nothing."""


class InFile:
    """A file below ROLLCALL_HOME (0600)."""

    def __init__(self, name: str) -> None:
        self._path = _folder() / f"{name}.json"

    def read(self) -> dict[str, Any] | None:
        """See `Kept`."""
        try:
            return _parsed(self._path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, UnicodeError) as error:
            raise _unreadable(type(error).__name__) from None

    def write(self, value: dict[str, Any]) -> None:
        """See `Kept`."""
        owner_only.make_directory(self._path.parent)
        owner_only.write(self._path, json.dumps(value).encode())

    def forget(self) -> None:
        """See `Kept`."""
        self._path.unlink(missing_ok=True)


class InKeyring:
    """The operating system's keyring, by the library ``keyring``, which is imported here only.

    Raises:
        Permanent: There is none, or it does not open.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def read(self) -> dict[str, Any] | None:
        """See `Kept`."""
        text = self._do("get_password")
        return None if text is None else _parsed(text)

    def write(self, value: dict[str, Any]) -> None:
        """See `Kept`."""
        self._do("set_password", json.dumps(value))

    def forget(self) -> None:
        """See `Kept`."""
        if self._do("get_password") is not None:
            self._do("delete_password")

    def _do(self, what: str, *values: str) -> Any:
        advice = "Unlock it, or set `kept_in: file` in the settings."
        try:
            import keyring  # noqa: PLC0415 - optional
            from keyring.errors import KeyringError  # noqa: PLC0415
        except ModuleNotFoundError:
            message = "The settings keep the sign-in in the keyring, and the library for it is not installed."
            raise Permanent(message, "Install rollcall[login], or set `kept_in: file`.") from None
        try:
            return getattr(keyring, what)(SERVICE, self._name, *values)
        except KeyringError as error:
            raise Permanent(f"The keyring of this machine cannot be used ({type(error).__name__}).", advice) from None


def place_of(connection: FindityConnection, expense: FindityExpense) -> tuple[str, Kept]:
    """Under which name, and where, the sign-in for this organization is kept."""
    parts = (connection.token_url, connection.organization, expense.client_id)
    digest = hashlib.sha256("\n".join(part.resolve() for part in parts).encode()).hexdigest()[:16]
    return digest, InKeyring(digest) if expense.kept_in == "keyring" else InFile(digest)


@contextmanager
def alone(name: str) -> Iterator[None]:
    """No other process renews this sign-in meanwhile."""
    path = owner_only.make_directory(_folder()) / f"{name}.lock"
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)  # the operating system lets go of it with the process
        yield
    finally:
        os.close(handle)


def _folder() -> Path:
    return places.home() / FOLDER


def _parsed(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    if not isinstance(value, dict) or not isinstance(value.get("access"), str):
        raise _unreadable("it is damaged")
    return value


def _unreadable(why: str) -> Permanent:
    return Permanent(f"What is kept of the sign-in cannot be read ({why}).", "Sign in again: rollcall findity login COMPANY.")
