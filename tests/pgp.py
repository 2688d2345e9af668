"""Keys and files as HR departments make them: by GnuPG itself, in a home of its own.

Belongs here: making them. Does not belong here: what Rollcall makes of them.
"""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.programs import program

PASSPHRASE: Final = "a passphrase of ours"


class Sender:
    """GnuPG with some keys.

    Args:
        home: An empty folder; its path must be short, since a socket lies in it.
    """

    def __init__(self, home: Path) -> None:
        self.home = home
        home.mkdir(mode=0o700)
        # Few rounds: how long a passphrase takes to try is not what is tested.
        (home / "gpg-agent.conf").write_text("s2k-count 1024\ndisable-scdaemon\n")

    def gpg(self, *arguments: str | Path, given: bytes = b"", passphrase: str = "") -> bytes:
        """Run it; what it prints."""
        common = ["--batch", "--quiet", "--no-tty", "--pinentry-mode", "loopback", "--trust-model", "always", "--yes"]
        command = ["gpg", "--homedir", str(self.home), *common, "--passphrase", passphrase, *map(str, arguments)]
        return subprocess.run(command, input=given, capture_output=True, check=True, timeout=60).stdout

    def make(self, name: str, kind: str = "ed25519", encrypts: str = "cv25519", passphrase: str = "", until: str = "never") -> str:
        """Make a key that signs and, if asked, decrypts, of the year 2020; its fingerprint."""
        moment = ["--faked-system-time", "20200101T000000!"]  # it stands still: else a slow machine makes the second key before the first
        self.gpg(*moment, "--quick-generate-key", f"{name} <{name}@acme.example>", kind, "cert,sign", until, passphrase=passphrase)
        fingerprint = self.fingerprint(name)
        if encrypts:
            self.gpg(*moment, "--quick-add-key", fingerprint, encrypts, "encr", until, passphrase=passphrase)
        return fingerprint

    def fingerprint(self, name: str) -> str:
        """Of a key."""
        listing = self.gpg("--with-colons", "--list-keys", name).decode().splitlines()
        return next(line.split(":")[9] for line in listing if line.startswith("fpr"))

    def revocation(self, name: str) -> bytes:
        """What revokes a key, to be put behind it."""
        certificate = (self.home / "openpgp-revocs.d" / f"{self.fingerprint(name)}.rev").read_bytes().replace(b":-----BEGIN", b"-----BEGIN")
        return self.gpg("--dearmor", given=certificate[certificate.index(b"-----BEGIN") :])

    def public(self, name: str, *options: str) -> bytes:
        """A key's certificate."""
        return self.gpg(*options, "--export", name)

    def private(self, name: str, *options: str, passphrase: str = "") -> bytes:
        """A key with its private part."""
        return self.gpg(*options, "--export-secret-keys", name, passphrase=passphrase)

    def sent(self, content: bytes, *options: str, to: tuple[str, ...] = (), by: tuple[str, ...] = ()) -> bytes:
        """A file, encrypted for some, signed by some, or both."""
        way = [*(["--encrypt"] if to else []), *(["--sign"] if by else [])]
        names = [*(word for name in to for word in ("-r", name)), *(word for name in by for word in ("-u", f"{name}@acme.example"))]
        return self.gpg(*options, *names, *way, given=content)


@contextmanager
def sender(folder: Path) -> Iterator[Sender]:
    """GnuPG in a folder of its own; its agent ends with the block."""
    program("gpg")
    made = Sender(folder / "g")
    try:
        yield made
    finally:
        subprocess.run(["gpgconf", "--homedir", str(made.home), "--kill", "all"], check=False, timeout=20)
