"""Keys of keyed hashes, made once and never shown.

Belongs here: where such a key lives. Does not belong here: hashing (``roster.digests``).

With SQLite each key is a file of its own beside the ledger, readable by its owner alone, so that a copy of the ledger gives nothing
away. Postgres has no such place: there the key is a row, and whoever reads the whole database can test guesses of a hashed bank account.
"""

import re
import secrets
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from itertools import product
from pathlib import Path

import sqlalchemy as sa

from resources.ledger import tables
from resources.ledger.database import insert_missing, only_looks
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

    def rename(self, company: str) -> None:
        """Give another company the keys of this one, in place of any that it has; where a key is a row, it moves with the rows."""
        if self.engine.dialect.name == "sqlite":
            for path, name in self._files():
                path.replace(_beside(self._ledger(), company, name))

    def delete(self) -> None:
        """Delete the company's keys; where a key is a row, it goes with the rows."""
        if self.engine.dialect.name == "sqlite":
            for path, _ in self._files():
                path.unlink(missing_ok=True)

    def _ledger(self) -> Path:
        return Path(str(self.engine.url.database))

    def _files(self) -> Iterator[tuple[Path, str]]:
        """The company's keys, and what for each is: by the readable part of the name, which the hash confirms."""
        ledger, begins = self._ledger(), f"{_readable(self.company)}-"
        for path in sorted(ledger.parent.glob(f"{ledger.name}.{begins}*.key")):
            words = path.name[len(ledger.name) + 1 + len(begins) :].split(".")[0].split("-")
            for joints in product(" _", repeat=len(words) - 1):
                name = "".join(part for pair in zip(words, (*joints, ""), strict=True) for part in pair)
                if _beside(ledger, self.company, name) == path:
                    yield path, name

    def _key(self, company: str, name: str) -> bytes:
        if only_looks(self.engine):
            return self._there(company, name) or _passing(str(self.engine.url), company, name)
        if self.engine.dialect.name == "sqlite":
            path = _beside(self._ledger(), company, name)
            return path.read_bytes() if path.exists() else write_once(path, secrets.token_bytes(_BYTES))
        table = tables.secret
        with self._writing() as connection:
            insert_missing(connection, table, [{"company": company, "name": name, "value": secrets.token_bytes(_BYTES)}])
            query = sa.select(table.c.value).where(table.c.company == company, table.c.name == name)
            return bytes(connection.execute(query).scalar_one())

    def _there(self, company: str, name: str) -> bytes | None:
        """The key, if it was made already."""
        if self.engine.dialect.name == "sqlite":
            path = _beside(self._ledger(), company, name)
            return path.read_bytes() if path.exists() else None
        table = tables.secret
        with self._reading() as connection:
            found = connection.execute(sa.select(table.c.value).where(table.c.company == company, table.c.name == name)).scalar()
        return bytes(found) if found else None


@cache
def _passing(ledger: str, company: str, name: str) -> bytes:
    """A key for whoever only looks where none was made yet: nothing that is kept rests on it, and it ends with the process."""
    return secrets.token_bytes(_BYTES)


def _readable(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", text).strip("-")


def _beside(ledger: Path, company: str, name: str) -> Path:
    # The readable part is for people; the hash keeps "a b" and "a-b" apart.
    readable = _readable(f"{company} {name}")
    distinct = sha256(f"{company}\0{name}".encode()).hexdigest()[:8]
    return ledger.with_name(f"{ledger.name}.{readable}.{distinct}.key")
