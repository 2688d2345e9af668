"""What was sent once, on somebody's word, and is never repeated by itself: it is no upsert, and twice is not the same as once.

Belongs here: keeping that it is about to be sent, and what was answered. Does not belong here: what it is (each destination's own
commands).
"""

from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

import sqlalchemy as sa

from resources.ledger import tables
from resources.ledger.database import insert
from resources.ledger.keys import Keys
from resources.ledger.scoped import Scoped, moment


@dataclass(frozen=True)
class OneOff:
    """One attempt.

    Attributes:
        digest: A keyed hash of what was sent.
        attempt: From 1.
        status: `sent` (no answer was kept), `done`, `unknown` (no answer came), `refused` (nothing was done).
        answer: What the destination calls it, or why it was refused; it names nobody.
        began: When it was about to be sent.
    """

    digest: str
    attempt: int
    status: str
    answer: str | None
    began: datetime


class OneOffs(Scoped):
    """The ledger's part about them."""

    def digest(self, content: str) -> str:
        """What the same content is known by; nobody can tell the content from it."""
        key = Keys(self.engine, self.company).of("one-off")
        return blake2b(content.encode(), key=key, digest_size=16).hexdigest()

    def last(self, destination: str, digest: str) -> OneOff | None:
        """The last attempt to send this."""
        with self._reading() as connection:
            return self._last(connection, destination, digest)

    def begin(self, destination: str, job: str, digest: str, after: OneOff | None, again: str | None = None) -> OneOff | None:
        """Keep that it is about to be sent.

        Args:
            destination: Its name.
            job: What kind of thing it is.
            digest: What it is known by.
            after: The last attempt, as it was when it was decided to send this.
            again: Why it is sent once more, where it is.

        Returns:
            The attempt; None if another one has begun since: nothing may be sent.
        """
        with self._writing() as connection:
            if self._last(connection, destination, digest) != after:
                return None
            begun = OneOff(digest, after.attempt + 1 if after else 1, "sent", None, moment())
            keys = self._keys(destination=destination, digest=digest, attempt=begun.attempt)
            insert(connection, tables.one_off, [{**keys, "job": job, "status": "sent", "reason": again, "began": begun.began}])
        return begun

    def end(self, destination: str, begun: OneOff, status: str, answer: str | None) -> None:
        """Keep what came of it."""
        table = tables.one_off
        this = self._mine(table, destination=destination, digest=begun.digest, attempt=begun.attempt)
        with self._writing() as connection:
            connection.execute(sa.update(table).where(this).values(status=status, answer=answer, ended=moment()))

    def _last(self, connection: sa.Connection, destination: str, digest: str) -> OneOff | None:
        table = tables.one_off.c
        query = sa.select(table.digest, table.attempt, table.status, table.answer, table.began)
        query = query.where(self._mine(tables.one_off, destination=destination, digest=digest)).order_by(table.attempt.desc()).limit(1)
        row = connection.execute(query).one_or_none()
        return OneOff(*row) if row else None
