"""Nights of one company at Expensify's stand-in: the steps of a run in their order, over a real socket, with a real ledger and no Dagster.

`tests/graph/test_same_without_dagster.py` holds that real runs of the same files come to the same.

Belongs here: a company, a night and what came of it. Does not belong here: who the company's people are, what a file of tests asks besides.
"""

import copy
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache, cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

import pandas as pd

from destinations import engine, parts, registry, releases
from destinations.abilities import Finding
from destinations.base import Attempt, Drawn, Known, Landed, Policy, Request, Taken
from destinations.delivery import Write
from destinations.expensify.adapter import Access, Adapter
from destinations.expensify.settings import Settings
from resources.http import Retry
from resources.ledger import Ledger
from resources.owner_only import write_once
from resources.past.run_report import assemble
from resources.rates import RateLimit
from roster.intake.gate import GateCheck, as_json
from roster.plan import landing
from roster.plan.limits import Limits
from roster.reports.skipped import left_out
from sandbox.server import Sandbox
from tests.unit.roster.frames import roster

SECRET = {"partner_user_id": "aa_demo_partner", "partner_user_secret": {"env": "EXPENSIFY_SECRET"}}
FEED = {"policyID": "extra_policy", "additionalPolicyIDs": "extra_more"}
TITLES = {name: title for name, title in registry.titles().items() if name == "expensify"}
UNCOUNTED = [RateLimit(100_000, 0.001)]
UNLIMITED = Limits.model_validate(
    {
        kind: {"count": 10**6, "share": 1, "per_week": 10**6}
        for kind in Limits.model_fields
        if kind not in ("per_week", "stranger", "deletion")
    }
)
PASSED = {"checks": as_json([GateCheck(name="rows", seen="1", expected="1")]), "notes": [], "unknown": []}


def in_days(days: int) -> str:
    """The day so far from the one that it is now: a run of all tests may go on past midnight, so no module keeps one."""
    return str(datetime.now(UTC).date() + timedelta(days=days))


@cache
def _empty() -> bytes:
    """A ledger of which nothing but the schema is there: migrating costs more than a night."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.db"
        Ledger.open(str(path), "acme").close()
        return path.read_bytes()


@contextmanager
def fresh(folder: Path, company: str = "acme") -> Iterator[Ledger]:
    """A ledger that knows nothing, in `ledger.db` of a folder."""
    path = folder / "ledger.db"
    path.write_bytes(_empty())
    with Ledger.open(str(path), company) as ledger:
        yield ledger


@dataclass
class Night:
    """What one came to, as far as it went."""

    ledger: Ledger
    adapter: Adapter
    access: Access
    policy: Policy
    attempt: Attempt
    taken: Taken
    known: Known
    drawn: Drawn
    box: Sandbox
    since: int
    landed: Any = None  # a Landed, once it was written
    disagreements: list[str] = field(default_factory=list)
    until: int | None = None

    @property
    def plan(self) -> Any:
        return self.drawn.plan

    @property
    def facts(self) -> Any:
        return self.drawn.facts

    @property
    def calls(self) -> list[dict[str, Any]]:
        """What the stand-in was asked."""
        return list(self.box.calls[self.since : self.until])

    @property
    def jobs(self) -> list[str]:
        return [call["job"] for call in self.calls]

    @cached_property
    def findings(self) -> dict[str, Finding]:
        """What is known to be wrong before anything is planned, by name."""
        return {one.name: one for one in parts.preflight(self.adapter, self.known.read, self.taken.roster)}

    @cached_property
    def report(self) -> Any:
        return assemble(self.ledger, self.attempt.run_id, {self.adapter.name: self.adapter.title})

    @cached_property
    def skipped(self) -> pd.DataFrame:
        """The list for HR, by number."""
        return left_out(self.report).set_index("employee_id")

    @property
    def decided(self) -> pd.DataFrame:
        """The plan's people by person."""
        return self.plan.people.set_index("person")

    @property
    def outcomes(self) -> pd.DataFrame:
        """Outcomes by person."""
        return self.landed.outcomes.set_index("person")

    @property
    def numbers(self) -> Any:
        return self.landed.numbers

    @property
    def planned(self) -> dict[str, tuple[str, str | None]]:
        """Person → action and reason."""
        return _pairs(self.plan.people, "action", "reason")

    @property
    def outcome(self) -> dict[str, tuple[str, str | None]]:
        """Person → outcome and what it landed as."""
        return _pairs(self.landed.outcomes, "outcome", "landed")

    @property
    def own_account(self) -> dict[tuple[str, str], Any]:
        """Part and name → dry run, write, numbers."""
        return {(line.part, line.name): line[2:] for line in self.report.destinations[0].own_account}

    def detail(self, number: str) -> Any:
        return self.decided.loc[number, "detail"]


@dataclass(frozen=True)
class Begun:
    """What a first night left behind."""

    ledger: sqlite3.Connection
    keys: dict[str, bytes]
    """The files beside it."""
    state: dict[str, Any]


_BEGUN: dict[str, Begun] = {}


def once(box: Sandbox, ledger: Ledger, key: str, night: Callable[[], Any]) -> None:
    """Run a night of which a test wants only what it leaves behind, in the ledger and there: once for a key. After that, put that in place.

    Args:
        box: The stand-in.
        ledger: What is remembered, in a file.
        key: All that the night depends on.
        night: Runs it.
    """
    if ledger.engine.dialect.name != "sqlite":  # see tests/ledgers.py
        night()
        return
    path = Path(str(ledger.engine.url.database))
    with closing(ledger.engine.raw_connection()) as connection:
        if begun := _BEGUN.get(key):
            begun.ledger.backup(connection.driver_connection)
            for name, secret in begun.keys.items():
                write_once(path.with_name(name), secret)
            box.box.state = copy.deepcopy(begun.state)
            return
        night()
        keys = {one.name: one.read_bytes() for one in path.parent.glob(f"{path.name}.*.key")}
        begun = _BEGUN[key] = Begun(sqlite3.connect(":memory:"), keys, copy.deepcopy(box.state))
        connection.driver_connection.backup(begun.ledger)


def _pairs(table: pd.DataFrame, first: str, second: str) -> dict[str, tuple[str, str | None]]:
    rows = table[["person", first, second]].to_numpy().tolist()
    return {person: (one, None if pd.isna(other) else other) for person, one, other in rows}


@dataclass
class Company:
    """One company, night after night.

    Args:
        box: The stand-in, rate windows off unless a test is about them.
        ledger: What is remembered.
        settings: `expensify` of the YAML, but how to get there: that is the stand-in. A night's own go before these, by key in `connection`
            and `feed`.
        limits: How much may change in a night; by default as much as it likes.
        absent_means: What it means that somebody is not in the file any more.
    """

    box: Sandbox
    ledger: Ledger
    settings: dict[str, Any] = field(default_factory=lambda: {"feed": FEED})
    limits: Limits = UNLIMITED
    absent_means: Any = "leaver"
    number: int = 0
    first_sync: Any = "apply"
    begun: tuple[str, ...] = ()
    """The nights with which it began."""

    def adapter(self, **settings: Any) -> Adapter:
        """Expensify by the company's settings, with these in their place."""
        there = {"url": self.box.expensify_url, **SECRET, "read_back_seconds": 0}
        own = copy.deepcopy(self.settings)
        connection = {**there, **own.get("connection", {}), **settings.get("connection", {})}
        feed = {**own.get("feed", {}), **settings.get("feed", {})}
        return Adapter(Settings.model_validate({**own, **settings, "connection": connection, "feed": feed}))

    def access(self, adapter: Adapter) -> Access:
        """The way there, of which nobody counts the calls and that is tried twice at most."""
        return replace(adapter.access(), limits=UNCOUNTED, retry=Retry(attempts=2, first_wait=0.01))

    def begin(self, *people: Mapping[str, Any], **how: Any) -> None:
        """A first night of which a test wants only what it leaves, or the next after such nights: run `once` for all who begin just so."""
        assert (self.number, self.box.box.faults) == (len(self.begun), [])
        there = {name: part for name, part in self.box.state.items() if name not in ("calls", "writes")}
        ways = (type(self), self.box.url, self.settings, self.limits, self.absent_means, self.first_sync, self.box.box.switches)
        key = sha256(repr((*ways, people, sorted(how.items()), there, self.begun)).encode()).hexdigest()
        once(self.box, self.ledger, key, lambda: self.sync(*people, **how))
        self.begun = (*self.begun, key)
        self.number = len(self.begun)

    def sync(self, *people: Mapping[str, Any] | pd.DataFrame, write: bool = True, **how: Any) -> Night:
        """One night, whole or as far as the plan; see `planned` for what may be said of it."""
        night = self.planned(*people, **how)
        return self.written(night) if write else night

    def planned(
        self,
        *people: Mapping[str, Any] | pd.DataFrame,
        day: str = "2026-11-20",
        rejected: Sequence[str] = (),
        unreadable: bool = False,
        request: Request | None = None,
        absent_means: Any = None,
        leaving_days: int = 0,
        dry_run: bool = True,
        formerly: Mapping[str, str] | None = None,
        **settings: Any,
    ) -> Night:
        """A night as far as the plan and the dry run.

        Args:
            people: HR's file, by person; or all of it as the one frame that it was taken in as.
            day: Its date.
            rejected: Numbers whose rows were rejected.
            unreadable: Whether there was a row without a number that could be read.
            request: What the run asks for.
            absent_means: In place of the company's.
            leaving_days: The company's `leaving.after_days`.
            dry_run: Whether the destination is asked first.
            formerly: Former number → the number now, of people whose row was rejected.
            settings: In place of the company's.
        """
        self.number += 1
        run, today, request = f"run-{self.number}", date.fromisoformat(day), request or Request()
        adapter, attempt, ledger, since = self.adapter(**settings), Attempt(run, run, "acme_sync"), self.ledger, len(self.box.calls)
        access, policy = self.access(adapter), self._policy(absent_means, leaving_days)
        frame = people[0] if people and isinstance(people[0], pd.DataFrame) else roster(*people)
        taken = Taken(frame, pd.Series(rejected, dtype="str"), unreadable, self.number, today, today, run)
        taken = replace(taken, formerly=formerly or {})
        ledger.runs.begin(run, run, attempt.job)
        ledger.intakes.record_gate(self.number, run, True, PASSED)
        known = engine.read(adapter, access, ledger, taken.roster)
        desired = engine.desire(adapter, policy, taken, known, ledger.keys.of_fields(adapter.name))
        held = releases.requested(ledger, adapter.name, attempt, request, policy.limits.four_eyes())
        drawn = engine.plan(adapter, policy, ledger, attempt, taken, known, desired, request, held)
        drawn = engine.dry_run(adapter, access, ledger, drawn) if dry_run else drawn
        engine.save(adapter, policy, ledger, attempt, drawn)
        assert drawn.faults == []
        assert drawn.gate_passed
        return Night(ledger, adapter, access, policy, attempt, taken, known, drawn, self.box, since, until=len(self.box.calls))

    def _policy(self, absent_means: Any, leaving_days: int) -> Policy:
        absent_means = absent_means or self.absent_means
        return Policy(absent_means, first_sync=self.first_sync, limits=self.limits, leaving_days=leaving_days)

    def written(self, night: Night) -> Night:
        """What was planned is sent, read back and recorded."""
        adapter, access, run, drawn, taken = night.adapter, night.access, night.attempt.run_id, night.drawn, night.taken
        acknowledgements, whole = drawn.acknowledgements, drawn.facts.whole
        on_its_way = Write(adapter.name, run, run, drawn.plan, acknowledgements, taken.number, taken.dated, everyone=whole)
        night.disagreements = engine.write(adapter, access, self.ledger, on_its_way, idle=drawn.facts.idle)
        still = not engine.sent(adapter, self.ledger, run)  # what was read before is what is there
        found: Landed = engine.landed(
            adapter,
            access,
            self.ledger,
            drawn.plan,
            run,
            drawn.desired,
            None if still else taken.roster,
            current=night.known if still else None,
            planned_from=True,
            without_approver=drawn.facts.without_approver,
            in_common=drawn.facts.in_common,
            absent_means=night.policy.absent_means,
            chain=drawn.chain,
            others=drawn.facts.things.others,
        )
        assert found.faults == []
        if still:  # who is not compared again would not be found to differ
            compared = landing.not_as_wanted(adapter, drawn.plan, drawn.desired, night.known.read, self.ledger.keys.of_fields(adapter.name))
            assert landing.drift(drawn.plan, compared).equals(found.drift)
        if not drawn.facts.idle:
            engine.record(adapter, self.ledger, night.attempt, run, drawn.facts, found, night.disagreements)
        self.ledger.runs.end(run, "finished")
        night.landed, night.until = found, len(self.box.calls)
        return night
