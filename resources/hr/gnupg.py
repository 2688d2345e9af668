"""GnuPG (``gpg``), run for one file in a home of its own that is gone afterwards.

Belongs here: its home, its processes, and what it reports. Does not belong here: what is agreed with HR, and what that makes of a report
(``resources.hr.openpgp``).

GnuPG and no library, since what HR departments send is made by it and its like: files that are signed, then compressed, then encrypted,
packed by bzip2, of old keys. It reports on a channel meant for programs (``doc/DETAILS`` of GnuPG, *Format of the --status-fd output*).

The home lies in memory where the system has such a place (``/dev/shm``). What comes out of a file goes through a pipe and never lies on a
disk. The agent that has the keys ends with this process, also where that is killed: it ends when the pipe to its child is closed. A home
that a killed process has left goes with a later one.
"""

import os
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from resources.failures import Permanent

_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - the home has a name of its own in it, and is its owner's alone
_PREFIX: Final = "rollcall-openpgp-"
_LEFT_AFTER: Final = 3600.0
"""Seconds after which nobody is at work in a home any more: a file of the largest size takes a minute."""
_CHUNK: Final = 1 << 20
_AGENT: Final = "default-cache-ttl 0\nmax-cache-ttl 0\ndisable-scdaemon\ns2k-count 65536\n"
"""No passphrase is kept, and no smart card is looked for. A key lies here for a second: how long trying a passphrase may take need not be
measured each time."""
_ALWAYS: Final = (
    *("--no-options", "--no-autostart", "--batch", "--no-tty", "--pinentry-mode", "loopback", "--trust-model", "always"),
    *("--no-auto-key-retrieve", "--no-auto-check-trustdb", "--status-fd", "2"),
)
_REPORT: Final = b"[GNUPG:] "


@dataclass(frozen=True)
class Key:
    """A key or a subkey, as the home has it."""

    id: str
    """Its last sixteen digits, by which a file names it."""
    fingerprint: str
    primary: str
    """The fingerprint of the key that it belongs to; its own, if it is that."""
    revoked: bool
    expires: datetime | None

    @property
    def is_primary(self) -> bool:
        """Whether it is no subkey."""
        return self.fingerprint == self.primary

    @property
    def expired(self) -> bool:
        """Whether it is over."""
        return self.expires is not None and self.expires <= datetime.now(UTC)


@dataclass(frozen=True)
class Report:
    """What gpg did."""

    lines: tuple[tuple[str, ...], ...]
    """Its status lines, in words: the first is the keyword."""
    text: str = field(repr=False)
    """What it says to people; it may name some."""
    code: int
    output: bytes = field(default=b"", repr=False)

    def has(self, *keywords: str) -> bool:
        """Whether it reports any of these."""
        return any(line[0] in keywords for line in self.lines)

    def of(self, keyword: str) -> list[tuple[str, ...]]:
        """What it says behind a keyword, each time."""
        return [line[1:] for line in self.lines if line[0] == keyword]


class Home:
    """A place for some keys, and gpg on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def add(self, key: bytes) -> list[tuple[str, bool]]:
        """Take in a key or certificates; the fingerprint of each, and whether its private part came with it."""
        found = {line[1]: bool(int(line[0]) & 16) for line in self.run(["--import"], key).of("IMPORT_OK")}
        return list(found.items())

    def listed(self, private: bool = False) -> list[Key]:
        """The keys and subkeys that are there; or those of which there is the private part."""
        found: list[list[str]] = []
        primary, listing = "", self.run(["--with-colons", "--list-secret-keys" if private else "--list-keys"])
        for line in listing.output.decode("utf-8", "replace").splitlines():
            fields = line.split(":")
            if fields[0] in ("pub", "sec", "sub", "ssb"):
                found.append(fields)
            elif fields[0] == "fpr" and found and len(found[-1][0]) == 3:
                primary = fields[9] if found[-1][0] in ("pub", "sec") else primary
                found[-1] = ["", *found[-1][1:9], fields[9], primary]
        return [
            Key(each[4], each[9], each[10], "r" in each[1], datetime.fromtimestamp(int(each[6]), UTC) if each[6] else None)
            for each in found
            if each[0] == ""
        ]

    def run(
        self, arguments: Sequence[str], given: bytes = b"", passphrase: str = "", allowed: Callable[[int], None] = lambda size: None
    ) -> Report:
        """Run gpg.

        Args:
            arguments: What it is to do.
            given: What it reads.
            passphrase: What it opens keys with.
            allowed: Is told how many bytes have come out so far; what it raises ends gpg.
        """
        with tempfile.TemporaryFile(dir=self.folder) as status, _pipe(passphrase) as secret:
            command = ["gpg", "--homedir", str(self.folder), *_ALWAYS, "--passphrase-fd", str(secret), *arguments]
            with subprocess.Popen(  # noqa: S603 - no word of it comes from a file
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=status, pass_fds=[secret], env=_environment()
            ) as process:
                giving = threading.Thread(target=_give, args=[process, given], daemon=True)
                giving.start()
                try:
                    output = _read(process, allowed)
                except BaseException:
                    process.kill()
                    raise
                finally:
                    giving.join()
            status.seek(0)
            lines = status.read().splitlines()
        reports = [line.removeprefix(_REPORT).decode("utf-8", "replace").split(" ") for line in lines if line.startswith(_REPORT)]
        text = b"\n".join(line for line in lines if not line.startswith(_REPORT)).decode("utf-8", "replace")
        return Report(tuple(map(tuple, reports)), text, process.returncode, output)


@contextmanager
def home() -> Iterator[Home]:
    """An empty home with an agent, for as long as the block runs.

    Raises:
        Permanent: There is no gpg on this machine.
    """
    if not (shutil.which("gpg") and shutil.which("gpg-agent")):
        raise Permanent("HR's file is agreed to be encrypted or signed, and GnuPG is not installed.", "Install it: apt install gnupg.")
    memory = _MEMORY if os.access(_MEMORY, os.W_OK) else Path(tempfile.gettempdir())
    _take_away_left(memory)
    with tempfile.TemporaryDirectory(prefix=_PREFIX, dir=memory) as name:
        folder = Path(name)
        (folder / "gpg-agent.conf").write_text(_AGENT)
        with _agent(name):
            yield Home(folder)


def _take_away_left(where: Path) -> None:
    """Homes of processes that were killed: nobody else takes away the keys in them."""
    for left in where.glob(f"{_PREFIX}*"):
        with suppress(OSError):  # another user's, or another process is at it
            if time.time() - left.stat().st_mtime > _LEFT_AFTER:
                shutil.rmtree(left)


@contextmanager
def _agent(folder: str) -> Iterator[None]:
    """Whoever has the keys. It ends with its child, which ends when nobody is left to write to it."""
    command, env = ["gpg-agent", "--homedir", folder, "--daemon", "cat"], _environment()
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=env) as child:  # noqa: S603
        try:
            # The child is started once the agent can be reached.
            if not _answers(child):
                raise Permanent("GnuPG's agent does not start.", "Look at the installation of GnuPG: gpg-agent --daemon true.")
            yield
        finally:
            kill = ["gpgconf", "--homedir", folder, "--kill", "gpg-agent"]
            subprocess.run(kill, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=env)  # noqa: S603
            child.communicate()  # until the agent, too, has let go of it: it still takes files of its own away


def _answers(child: "subprocess.Popen[bytes]") -> bool:
    """Whether it gives back what it is given."""
    assert child.stdin is not None and child.stdout is not None, "both are pipes"  # noqa: S101
    try:
        child.stdin.write(b"?")
        child.stdin.flush()
    except BrokenPipeError:
        return False
    return child.stdout.read(1) == b"?"


def _give(process: "subprocess.Popen[bytes]", content: bytes) -> None:
    """Not by a file: where little memory is set aside for `/dev/shm`, as in a container, a large one has no room there."""
    assert process.stdin is not None, "it is a pipe"  # noqa: S101
    with suppress(BrokenPipeError), process.stdin as source:  # gpg has seen enough, or was ended
        source.write(content)


def _read(process: "subprocess.Popen[bytes]", allowed: Callable[[int], None]) -> bytes:
    assert process.stdout is not None, "it is a pipe"  # noqa: S101
    pieces, size = [], 0
    while piece := process.stdout.read(_CHUNK):
        size += len(piece)
        allowed(size)
        pieces.append(piece)
    return b"".join(pieces)


@contextmanager
def _pipe(text: str) -> Iterator[int]:
    """A descriptor that a text is read from: no list of processes shows it."""
    reading, writing = os.pipe()
    try:
        os.write(writing, text.encode() + b"\n")
        os.close(writing)
        yield reading
    finally:
        os.close(reading)


def _environment() -> dict[str, str]:
    """No locale and no variable of anybody's: what gpg says is English, and no secret of ours is handed on."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}
