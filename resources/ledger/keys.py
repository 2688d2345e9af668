"""Keys of keyed hashes, made once and never shown.

Belongs here: where such a key lives. Does not belong here: hashing (``roster.digests``).

With SQLite each key is a file of its own beside the ledger, readable by its owner alone, so that a copy of the ledger gives nothing
away. Postgres has no such place: there the key is a row, and whoever reads the whole database can test guesses of a hashed bank account.
"""

import re
import secrets
from hashlib import sha256
from pathlib import Path

import sqlalchemy as sa

from resources.ledger import tables
from resources.ledger.database import insert_missing
from resources.ledger.scoped import Scoped
from resources.owner_only import write_once

_BYTES = 32


class Keys(Scoped):
    """The ledger's part about keys."""

    def of(self, name: str) -> bytes:
        """A random key of the company for this purpose: 32 bytes, made on first use, the same ever after."""
        return self._key(self.company, name)

    def of_fields(self, destination: str) -> bytes:
        """The key for what is kept and shown of a destination's people: digests of their fields, pseudonyms of their accounts."""
        return self.of(f"{destination} fields")

    def shared(self, name: str) -> bytes:
        """Like `of`, but one for all companies of the ledger."""
        return self._key("", name)

    def _key(self, company: str, name: str) -> bytes:
        if self.engine.dialect.name == "sqlite":
            path = _beside(Path(str(self.engine.url.database)), company, name)
            return path.read_bytes() if path.exists() else write_once(path, secrets.token_bytes(_BYTES))
        table = tables.secret
        with self._writing() as connection:
            insert_missing(connection, table, [{"company": company, "name": name, "value": secrets.token_bytes(_BYTES)}])
            query = sa.select(table.c.value).where(table.c.company == company, table.c.name == name)
            return bytes(connection.execute(query).scalar_one())


def _beside(ledger: Path, company: str, name: str) -> Path:
    # The readable part is for people; the hash keeps "a b" and "a-b" apart.
    readable = re.sub(r"[^A-Za-z0-9]+", "-", f"{company} {name}").strip("-")
    distinct = sha256(f"{company}\0{name}".encode()).hexdigest()[:8]
    return ledger.with_name(f"{ledger.name}.{readable}.{distinct}.key")
