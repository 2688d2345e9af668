"""The project's own memory: what was taken, planned, sent, answered, acknowledged and skipped, for each company.

`Ledger` is put together from parts, one a question, each in a file of its own: ``ledger.plans.save(…)``. In the order in which a run asks:

- ``ledger``: the ledger itself: opening it, closing it, its parts, and every company that it knows
- ``runs``: which runs there were, how each ended, and which of them left something about a person
- ``heartbeats``: which runs live (``beating``: a run says so itself, for as long as it lasts)
- ``intakes``: which exports were taken, under which number and day, and what the gate and the rows said of them
- ``plans``: what was going to be done, to whom, and whether it may be
- ``things``: the same of things that are no people, and what came of them
- ``releases``: what a plan holds, and who let it go
- ``decisions``: who proposed to release something, or released it, from a page, and what became of that
- ``visits``: who looked at a page about people
- ``claims``: which company's each destination is
- ``leases``: which run may write
- ``applied``: how far each destination was brought, and which export is too old for it
- ``week``: who was written in the last seven days, and from which exports
- ``deliveries``: what was sent and answered for a plan, and what became of everyone
- ``one_offs``: what was sent once, on somebody's word, and must not be repeated by itself
- ``acknowledged``: what each destination last took over of each person
- ``skips``: who stays out, why, and since when
- ``people``: all that is kept about one person, and forgetting it (``mentions``: where JSON names them)
- ``companies``: a company as a whole: how many people it has, another name for it, its end
- ``retention``: which rows are too old, and deleting them
- ``keys``: the keys of keyed hashes
- ``windows``: how often each credential was used, for all processes together
- ``traffic``: how many calls each destination was sent
- ``alerts``: which states people are told of, and who was told
- ``figures``: what is counted of the newest runs, for monitoring

Beneath them: ``scoped`` is what every part is, one company's view of one database; ``database`` what differs between SQLite and Postgres
(``bulk``: writing many rows);
``tables`` the columns; ``revisions`` which schemas there are; ``schema`` bringing an older database up to date (the migrations are in
``resources/ledger/migrations``), ``upgrading`` doing so on somebody's word.

Belongs here: what is remembered, and the values that it is given out as. Does not belong here: what follows from them. Any row can be read
by whoever can read the database: with SQLite that is the owner of a 0600 file.
"""

from resources.ledger.applied import Applied
from resources.ledger.intakes import GateVerdict, TakenExport
from resources.ledger.leases import EXPIRES_AFTER, Holder, Lease
from resources.ledger.ledger import Ledger
from resources.ledger.people import Traces
from resources.ledger.plans import PlanVerdict
from resources.ledger.releases import Held, Release
from resources.ledger.retention import Chain
from resources.ledger.windows import LedgerWindows

__all__ = [
    "EXPIRES_AFTER",
    "Applied",
    "Chain",
    "GateVerdict",
    "Held",
    "Holder",
    "Lease",
    "Ledger",
    "LedgerWindows",
    "PlanVerdict",
    "Release",
    "TakenExport",
    "Traces",
]
