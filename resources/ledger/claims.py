"""Whose each destination is: what of it two companies must not both write.

Belongs here: claiming, letting go, and who else has it. Does not belong here: what a destination's own part is (each destination says so
itself, `destinations.base.Destination.identities`), what is said to whoever comes second (``destinations.claims``).

Only keyed hashes are kept, under one key for all companies of the ledger: neither an organization nor an account can be read from them.
"""

from collections.abc import Iterable, Mapping
from hashlib import blake2b

import sqlalchemy as sa

from resources.ledger import tables
from resources.ledger.database import insert_missing, writing
from resources.ledger.keys import Keys
from resources.ledger.scoped import Scoped, moment
from roster.parts import part_name, whole_of


class Claims(Scoped):
    """The ledger's part about what of a destination is a company's alone."""

    def take(self, destination: str, identities: Iterable[str]) -> dict[str, str]:
        """Claim all of these for the company and let go of what it had there beside them; or nothing, if another has one of them.

        Args:
            destination: Its name.
            identities: What is to be the company's alone.

        Returns:
            Those that another company has → that company. Empty: all are this company's now.
        """
        wanted = self._digests(identities)
        table = tables.claim
        # One lock for all companies: two that come at once must not both find it free.
        with writing(self.engine, "rollcall claims") as connection:
            others = self._others(connection, destination, wanted)
            if not others:
                connection.execute(sa.delete(table).where(self._mine(table, destination=destination), table.c.digest.not_in(wanted)))
                now = moment()
                rows = [self._keys(destination=destination, digest=digest, claimed_at=now) for digest in wanted]
                insert_missing(connection, table, rows)
            return others

    def others(self, destination: str, identities: Iterable[str]) -> dict[str, str]:
        """Those of these that another company has → that company."""
        with self._reading() as connection:
            return self._others(connection, destination, self._digests(identities))

    def lacking(self, destination: str, identities: Iterable[str]) -> list[str]:
        """Which of these are not the company's."""
        wanted = self._digests(identities)
        claimed = sa.select(tables.claim.c.digest).where(self._mine(tables.claim, destination=destination))
        with self._reading() as connection:
            mine = set(connection.execute(claimed).scalars())
        return [text for digest, text in wanted.items() if digest not in mine]

    def keep(self, destinations: Iterable[str]) -> None:
        """Let go of what the company had at any other destination than these."""
        dropped = tables.claim.c.destination.not_in(list(destinations))
        with self._writing() as connection:
            connection.execute(sa.delete(tables.claim).where(self._mine(tables.claim), dropped))

    def without(self, destination: str) -> list[str]:
        """The companies that have people at a destination and have claimed nothing of it: synced before there were claims."""
        people, claim = tables.acknowledged, tables.claim
        claimed = sa.select(claim.c.company).where(claim.c.destination == destination)
        query = sa.select(people.c.company).distinct().where(people.c.destination == destination, people.c.company.not_in(claimed))
        with self._reading() as connection:
            return list(connection.execute(query.order_by(people.c.company)).scalars())

    def _others(self, connection: sa.Connection, destination: str, wanted: Mapping[str, str]) -> dict[str, str]:
        table = tables.claim
        there = sa.select(table.c.digest, table.c.company).where(_same(table, destination), table.c.digest.in_(wanted))
        return {wanted[row.digest]: str(row.company) for row in connection.execute(there) if row.company != self.company}

    def _digests(self, identities: Iterable[str]) -> dict[str, str]:
        key = Keys(self.engine, self.company).shared("destinations")
        return {blake2b(text.encode(), key=key, digest_size=16).hexdigest(): text for text in identities}


def _same(table: sa.Table, destination: str) -> sa.ColumnElement[bool]:
    """Rows of the destination, and of all parts of the one of which it is a part: what one company has whole is another's part."""
    whole = whole_of(destination)
    return sa.or_(table.c.destination == whole, table.c.destination.startswith(part_name(whole, "_")[:-1], autoescape=True))
