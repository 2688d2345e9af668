"""One company as its assets see it: names, labels, and what it reaches outside the process.

Belongs here: asset keys, what every asset of a company has in common, the objects behind the resource keys. Does not belong here: any
asset.
"""

import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

import dagster as dg

from assets.attributes import CompanySettings
from destinations import registry
from destinations.base import Attempt, Destination, Policy
from resources import places, traffic
from resources.failures import Failed, Permanent
from resources.hr.access import export_source
from resources.ledger import Ledger
from resources.ledger.beating import beating
from resources.stored.run_storage import RunStorage
from roster.intake.mapping import headers
from roster.plan.limits import FourEyes

COMPANY_TAG: Final = "rollcall/company"
"""On every run: whose it is."""


class LedgerAccess:
    """The ledger of one run: ``<company>_ledger``. All steps, and the run's signs of life, use the same one.

    Found and opened at the first use, so that nothing in the environment shapes the graph. While it cannot be opened, each use says so
    and the next tries again. Threads may share it. It is closed where this ends as a context manager.

    Args:
        company: Whose it is.
        elsewhere: Whether runs of this instance may be on other machines, each of which would have a file of its own.
    """

    def __init__(self, company: str, elsewhere: bool = False) -> None:
        self.company, self._elsewhere = company, elsewhere
        self._one_at_a_time = threading.Lock()
        self._ledger: Ledger | None = None

    @contextmanager
    def open(self) -> Iterator[Ledger]:
        """The company's ledger, which goes on being open when the block ends.

        Raises:
            Permanent: The database is newer than this code, or a file where runs are on several machines.
            Transient: It cannot be reached.
        """
        if self._elsewhere and places.ledger_is_a_file():
            what = "The ledger is a file of this machine, and Dagster's run launcher gives runs to others, which would know nobody."
            raise Permanent(what, "Set ROLLCALL_LEDGER to a Postgres that all of them reach.")
        with self._one_at_a_time:
            self._ledger = self._ledger or Ledger.open(places.ledger_url(), self.company)
        yield self._ledger

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with self._one_at_a_time:
            ledger, self._ledger = self._ledger, None
        if ledger:
            ledger.close()


@dataclass(frozen=True)
class Company:
    """A company, and how its assets are called."""

    name: str
    """The folder's name."""
    settings: CompanySettings
    folder: Path
    shared: Callable[[], Mapping[str, str]] = dict
    """Destination → what of it another company's settings name too (`assets.neighbours.shared`)."""

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
            "group_name": f"{self.name}_{group}",
            "description": description,
            "owners": list(self.settings.owners),
            "kinds": kinds,
            "tags": {COMPANY_TAG: self.name},
        }

    def separator(self) -> str:
        """What separates the fields of the list for HR."""
        return self.settings.hr.skipped.separates(self.settings.hr.source, self.settings.timezone)

    def destinations(self) -> list[Destination]:
        """Those that the settings name, in the registry's order."""
        return [registry.build(name, part) for name, part in self.settings.parts().items()]

    def refuse_shared(self, destination: Destination) -> None:
        """Stop before a destination that another company's settings name too.

        Raises:
            Permanent: They do.
        """
        if why := self.shared().get(destination.name):
            raise Permanent(why, "Nothing was read or written there.")

    def policy(self) -> Policy:
        """What of the settings counts at every destination."""
        settings = self.settings
        return Policy(
            absent_means=settings.hr.people.absent_means,
            approvers=settings.approvers,
            first_sync=settings.first_sync,
            limits=settings.limits,
            release_hours=settings.release_hours,
            leaving_days=settings.leaving.after_days,
            email_domains=None if settings.email_domains is None else frozenset(settings.email_domains),
            headings={name: headers(settings.hr.people, name) for name in settings.hr.people.columns},
        )

    def four_eyes(self) -> FourEyes:
        """The kinds of change of which a release needs two people."""
        return self.settings.limits.four_eyes()

    def resources(self) -> Mapping[str, dg.ResourceDefinition | RunStorage]:
        """Everything outside the process, by resource key."""
        hr = self.settings.hr
        files = export_source(hr.source, hr.each, self.folder, self.settings.timezone)
        found = {self.resource("hr"): dg.ResourceDefinition.hardcoded_resource(files)}
        found |= {self.resource(destination.name): _way_to(destination) for destination in self.destinations()}
        return {**found, self.resource("ledger"): _ledger(self.name), self.resource("io"): _storage(self.name)}


def _way_to(destination: Destination) -> dg.ResourceDefinition:
    """How each run reaches a destination: what its steps have in common there, a token say, is one run's."""
    return dg.ResourceDefinition(lambda _context: destination.access())


def _ledger(company: str) -> dg.ResourceDefinition:
    """The ledger of each run. Every step needs it, so it is there from before a run's first step until after the last: the run beats."""

    @contextmanager
    def of_run(context: dg.InitResourceContext) -> Iterator[LedgerAccess]:
        with LedgerAccess(company, elsewhere=_runs_elsewhere(context.instance)) as access:
            if context.run is None:
                yield access
                return
            before = traffic.so_far()
            with beating(access.open, context.run.run_id):
                yield access
            _keep_traffic(access, before)

    return dg.ResourceDefinition(of_run)


def _runs_elsewhere(instance: dg.DagsterInstance | None) -> bool:
    """Whether runs may be on another machine than the daemon: the launchers that are in Dagster itself start them here."""
    launcher = instance.get_ref().run_launcher_data if instance and instance.is_persistent else None
    return launcher is not None and launcher.module_name.partition(".")[0] != "dagster"


def _keep_traffic(access: LedgerAccess, before: Mapping[str, traffic.Counted]) -> None:
    """Add a run's calls to what is counted; figures for monitoring are not worth a run."""
    if counted := traffic.since(before):
        with contextlib.suppress(Failed), access.open() as ledger:
            ledger.traffic.add(counted)


def _storage(company: str) -> dg.IOManagerDefinition:
    """Run-keyed storage whose place is looked up when a run uses it."""

    def build(_context: dg.InitResourceContext) -> RunStorage:
        return RunStorage(base=places.storage(), company=company)

    return dg.IOManagerDefinition(resource_fn=build, description="Values by the run that produced them")


def root_run_id(context: dg.AssetExecutionContext) -> str:
    """The run, or the first of the runs that it re-executes: what the ledger calls one sync."""
    return context.run.root_run_id or context.run.run_id


def attempt(context: dg.AssetExecutionContext) -> Attempt:
    """The run, as the ledger knows it."""
    return Attempt(context.run.run_id, root_run_id(context), context.run.job_name)
