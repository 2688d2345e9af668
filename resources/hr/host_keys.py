"""SSH host keys: how one is written in the settings, and how it is shown.

Belongs here: reading a line, its fingerprint, what to say about a key that is not pinned. Does not belong here: getting a key from a
server (``resources.hr.ssh``).
"""

import base64
import binascii
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from resources.failures import Permanent


@dataclass(frozen=True)
class HostKey:
    """The public key by which a server is known."""

    type: str
    """Such as ssh-ed25519."""
    base64: str

    @property
    def fingerprint(self) -> str:
        """SHA256:…, as OpenSSH shows it."""
        digest = hashlib.sha256(base64.b64decode(self.base64)).digest()
        return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")

    @property
    def line(self) -> str:
        """How it is written in the settings."""
        return f"{self.type} {self.base64}"


def parsed(line: str) -> HostKey:
    """Read ``ssh-ed25519 AAAA…``; a comment after it is passed over.

    Raises:
        ValueError: The line is no host key.
    """
    words = line.split()
    try:
        kind, blob = words[0], base64.b64decode(words[1], validate=True)
        length = int.from_bytes(blob[:4], "big")
        if blob[4 : 4 + length] != kind.encode() or len(blob) <= 4 + length:
            raise ValueError
    except (IndexError, binascii.Error, ValueError):
        raise ValueError("no host key: write it as `ssh-ed25519 AAAA…`, the line that `rollcall sftp pin` prints") from None
    return HostKey(kind, words[1])


def refused(server: str, seen: HostKey, pinned: Sequence[HostKey]) -> Permanent:
    """What to say about a server whose key is not among those pinned."""
    what = "has another host key than those pinned" if pinned else "has a host key that is not pinned yet"
    careful = "Somebody may be posing as it: ask" if pinned else "Ask"
    return Permanent(
        f"{server} {what}: {seen.fingerprint}.",
        f"{careful} whoever runs it for the fingerprint, and only if it is the same, add under host_keys: `- {seen.line}`.",
    )
