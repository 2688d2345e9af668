"""One company as its assets see it: names, labels, and what it reaches outside the process.

Belongs here: asset keys, what every asset of a company has in common, the objects behind the resource keys. Does not belong here: any
asset.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import dagster as dg

from assets.attributes import Settings
from resources import expensify, findity, places
from resources.expensify import Expensify
from resources.findity import Findity
from resources.hr.sources import LocalFiles, SftpFiles
from resources.http import Retry
from resources.ledger import Ledger, LedgerWindows
from resources.ledger.heartbeat import beating
from resources.rates import EXPENSIFY_LIMITS, RateLimit
from resources.settings import ExpensifyConnection, FindityConnection
from resources.stored.run_storage import RunStorage

COMPANY_TAG: Final = "rollcall/company"
"""On every run: whose it is."""


@dataclass(frozen=True)
class ExpensifyAccess:
    """How to reach Expensify: ``<company>_expensify``."""

    connection: ExpensifyConnection
    limits: Sequence[RateLimit] = EXPENSIFY_LIMITS
    """Its rate windows, shared through the ledger by every run with the same credential."""
    retry: Retry = expensify.PATIENCE
    """How often and how patiently a call is repeated."""

    def open(self, ledger: Ledger) -> Expensify:
        """A client; use it as a context manager."""
        windows = LedgerWindows(ledger, self.connection.partner_user_id.resolve(), self.limits)
        return Expensify(self.connection, windows, self.retry)


@dataclass(frozen=True)
class FindityAccess:
    """How to reach Findity: ``<company>_findity``."""

    connection: FindityConnection
    retry: Retry = findity.PATIENCE
    """How often and how patiently a call is repeated."""

    def open(self) -> Findity:
        """A client; use it as a context manager."""
        return Findity(self.connection, self.retry)


@dataclass(frozen=True)
class LedgerAccess:
    """Where the ledger is: ``<company>_ledger``. Found when it is opened, so that nothing in the environment shapes the graph."""

    company: str

    def open(self) -> AbstractContextManager[Ledger]:
        """The company's ledger; use it as a context manager."""
        return Ledger.open(places.ledger_url(), self.company)

    @contextmanager
    def of_run(self, context: dg.InitResourceContext) -> Iterator["LedgerAccess"]:
        """The resource itself. Every step needs it, so it is there from before a run's first step until after the last: the run beats."""
        if context.run is None:
            yield self
            return
        with beating(lambda: Ledger.open(places.ledger_url(), self.company), context.run.run_id):
            yield self


@dataclass(frozen=True)
class Company:
    """A company, and how its assets are called."""

    name: str
    """The folder's name."""
    settings: Settings
    folder: Path

    def key(self, *parts: str) -> dg.AssetKey:
        """The key of one of its assets: ``acme/hr/roster``."""
        return dg.AssetKey([self.name, *parts])

    def job(self, name: str) -> str:
        """The name of one of its jobs: ``acme_sync``."""
        return f"{self.name}_{name}"

    def resource(self, name: str) -> str:
        """The key of one of its resources: ``acme_ledger``."""
        return f"{self.name}_{name}"

    def labels(self, group: str, description: str, kinds: set[str]) -> dict[str, Any]:
        """What every asset has: group, description, owners, kinds, tags."""
        return {
            "group_name": group,
            "description": description,
            "owners": list(self.settings.owners),
            "kinds": kinds,
            "tags": {COMPANY_TAG: self.name},
        }

    def resources(self) -> Mapping[str, dg.ResourceDefinition | RunStorage]:
        """Everything outside the process, by resource key."""
        settings = self.settings
        found: dict[str, Any] = {
            "hr": SftpFiles(settings.hr.sftp) if settings.hr.sftp else LocalFiles(settings.hr.csv, self.folder),
        }
        if settings.expensify:
            found["expensify"] = ExpensifyAccess(settings.expensify.connection)
        if settings.findity:
            found["findity"] = FindityAccess(settings.findity.connection)
        plain = {self.resource(name): dg.ResourceDefinition.hardcoded_resource(access) for name, access in found.items()}
        ledger = dg.ResourceDefinition(LedgerAccess(self.name).of_run)
        return {**plain, self.resource("ledger"): ledger, self.resource("io"): _storage(self.name)}


def _storage(company: str) -> dg.IOManagerDefinition:
    """Run-keyed storage whose place is looked up when a run uses it."""

    def build(_context: dg.InitResourceContext) -> RunStorage:
        return RunStorage(base=places.storage(), company=company)

    return dg.IOManagerDefinition(resource_fn=build, description="Values by the run that produced them")


def root_run_id(context: dg.AssetExecutionContext) -> str:
    """The run, or the first of the runs that it re-executes: what the ledger calls one sync."""
    return context.run.root_run_id or context.run.run_id
