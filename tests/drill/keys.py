"""Keys for the feeds whose files HR encrypts or signs, made by GnuPG itself when such a feed begins.

Belongs here: whose they are, and how a file arrives by them. Does not belong here: which files those are (``tests/feeds``), making keys
(``tests.pgp``).

In a feed's settings ``DRILL_OUR_KEY`` is the variable that holds our key and ``DRILL_CERTIFICATE`` that of who signs at HR, whose
fingerprint stands where the settings say ``DRILL_SIGNER``.
"""

import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.pgp import Sender, sender

_OURS, _SIGNS, _NOBODYS = "ours", "payroll", "stranger"


class Keys:
    """Ours, of who signs at HR, and of a stranger."""

    def __init__(self, hr: Sender) -> None:
        self._hr, self._numbers = hr, {name: hr.make(name) for name in (_OURS, _SIGNS, _NOBODYS)}
        armored = {"DRILL_OUR_KEY": hr.private(_OURS, "--armor"), "DRILL_CERTIFICATE": hr.public(_SIGNS, "--armor")}
        self.environment = {name: content.decode() for name, content in armored.items()}

    def named(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """The settings with the fingerprint of who signs."""
        return dict(json.loads(json.dumps(settings).replace("DRILL_SIGNER", self._numbers[_SIGNS])))

    def sent(self, name: str, content: bytes, to: str, by: str) -> dict[str, bytes]:
        """What arrives of a file: encrypted, and its signature beside it."""
        encrypted = self._hr.sent(content, to=(to,))
        signature = self._hr.gpg("-u", f"{by}@acme.example", "--detach-sign", given=encrypted)
        return {f"{name}.pgp": encrypted, f"{name}.pgp.sig": signature}


@contextmanager
def made() -> Iterator[Keys]:
    """New keys, which are gone after the block."""
    with tempfile.TemporaryDirectory() as folder, sender(Path(folder)) as hr:
        yield Keys(hr)
