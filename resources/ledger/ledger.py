"""The ledger itself: one company's parts over one database.

Belongs here: opening, closing, putting the parts together. Does not belong here: any table (each part has its own).
"""

from typing import Self

import sqlalchemy as sa

from resources.ledger import tables
from resources.ledger.acknowledged import Acknowledged
from resources.ledger.applied import AppliedExports
from resources.ledger.claims import Claims
from resources.ledger.companies import Companies
from resources.ledger.database import connect, only_looking, reading
from resources.ledger.decisions import Decisions
from resources.ledger.deliveries import Deliveries
from resources.ledger.figures import Figures
from resources.ledger.heartbeats import Heartbeats
from resources.ledger.intakes import Intakes
from resources.ledger.keys import Keys
from resources.ledger.leases import Leases
from resources.ledger.one_offs import OneOffs
from resources.ledger.people import PersonRows
from resources.ledger.plans import Plans
from resources.ledger.releases import Releases
from resources.ledger.retention import Retention
from resources.ledger.runs import Runs
from resources.ledger.schema import bring_up_to_date
from resources.ledger.skips import Skips
from resources.ledger.things import Things
from resources.ledger.traffic import Traffic
from resources.ledger.visits import Visits
from resources.ledger.week import Week


class Ledger:
    """One company's ledger. Each method of a part is one transaction: after a crash all of it is there, or nothing. Threads may share it.

    Args:
        engine: Of a database that is up to date; see `open`.
        company: Whose rows it reads and writes.
    """

    def __init__(self, engine: sa.Engine, company: str) -> None:
        self.engine, self.company = engine, company
        self.intakes = Intakes(engine, company)
        self.applied = AppliedExports(engine, company)
        self.plans = Plans(engine, company)
        self.releases = Releases(engine, company)
        self.decisions = Decisions(engine, company)
        self.visits = Visits(engine, company)
        self.deliveries = Deliveries(engine, company)
        self.one_offs = OneOffs(engine, company)
        self.acknowledged = Acknowledged(engine, company)
        self.runs = Runs(engine, company)
        self.skips = Skips(engine, company)
        self.things = Things(engine, company)
        self.traffic = Traffic(engine, company)
        self.figures = Figures(engine, company)
        self.week = Week(engine, company)
        self.heartbeats = Heartbeats(engine, company)
        self.leases = Leases(engine, company)
        self.keys = Keys(engine, company)
        self.claims = Claims(engine, company)
        self.whole = Companies(engine, company)
        self.people = PersonRows(engine, company)
        self.retention = Retention(engine, company)

    @classmethod
    def open(cls, url: str, company: str) -> Self:
        """Open the ledger, creating its database where needed, and migrating it if it is an SQLite file (`resources.ledger.schema`).

        Args:
            url: A database URL (``sqlite:////srv/rollcall/ledger.db``, ``postgresql://…``), or the path of an SQLite file.
            company: Whose rows it reads and writes.

        Raises:
            Permanent: The database is newer than this code, or older and on a server.
            Transient: It cannot be reached, or is older and runs are under way.
        """
        engine = connect(url)
        try:
            bring_up_to_date(engine)
        except BaseException:
            engine.dispose()
            raise
        return cls(engine, company)

    def only_looking(self) -> Self:
        """The same ledger for whoever only looks: each of its methods that would write is refused.

        Calls to a destination are counted all the same (`resources.ledger.windows`), since the destination counts them too. Close the one
        that it is made of.
        """
        return type(self)(only_looking(self.engine), self.company)

    def companies(self) -> list[str]:
        """Every company that this ledger has runs of, not only this one."""
        with reading(self.engine) as connection:
            return list(connection.execute(sa.select(tables.run.c.company).distinct().order_by(tables.run.c.company)).scalars())

    def close(self) -> None:
        """Close its connections."""
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
