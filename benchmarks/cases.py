"""The cases: each is one row of the table.

Belongs here: what is run, in which order, with what in place. Does not belong here: how it is measured, how it is shown.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks import peers
from benchmarks.company import NAME, Company
from benchmarks.measure import CaseFailed, Measured, run
from benchmarks.peers import Peers
from benchmarks.server import Served, Server
from destinations.expensify.settings import LIMITS as EXPENSIFY_LIMITS
from resources.rates import MARGIN

STEPS = ("first load", "2.5 % changes", "no change")


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    what: str
    people: int
    step: str
    delay_ms: int
    measured: Measured | None
    served: Served | None = None
    note: str = ""

    def as_json(self) -> dict[str, Any]:
        """For the file."""
        return asdict(self)


def job(module: str, name: str) -> list[str]:
    """One run of a job: what Python runs."""
    return ["-m", "benchmarks.job", module, name]


NIGHT = job("benchmarks.definitions", f"{NAME}_sync")


def floor(repeats: int) -> Iterator[Row]:
    """An empty Dagster job, as Rollcall starts its runs and as Dagster's own command does; the quickest of some."""
    with TemporaryDirectory(prefix="bench") as folder:
        company = Company(Path(folder), 200)
        by_dagster = [sys.executable, "-m", "dagster", "job", "execute", "-m", "benchmarks.empty", "-j", "empty"]
        ways: dict[str, Callable[[], Measured]] = {
            "empty Dagster job": lambda: run([sys.executable, *job("benchmarks.empty", "empty")], company.environment),
            "the same by `dagster job execute`": lambda: run(by_dagster, company.environment),
        }
        for what, start in ways.items():
            yield Row(what, 0, "", 0, quickest(start, repeats + 1))


def quickest(start: Callable[[], Measured], repeats: int) -> Measured:
    """The run with the least wall time: whatever else the machine does only adds."""
    return min((start() for _ in range(repeats)), key=lambda measured: measured.seconds)


def prepare(company: Company, step: str) -> None:
    """HR's file for one of the `STEPS`."""
    if step == "2.5 % changes":
        company.changes()
    elif step == "no change":
        company.nothing()


def rollcall(
    people: int, delay_ms: int, repeats: int, destinations: tuple[str, ...] = ("expensify", "findity"), steps: tuple[str, ...] = STEPS
) -> Iterator[Row]:
    """The story of a company: its first load, a day with changes, then days without."""
    what = "Rollcall" if len(destinations) == 2 else f"Rollcall, {destinations[0].title()} only"
    with place(people, delay_ms, destinations) as (_, company, server):
        environment = {**company.environment, **server.environment}

        def day(step: str) -> tuple[Measured, Served]:
            prepare(company, step)
            server.served()
            return run([sys.executable, *NIGHT], environment), server.served()

        for step in steps:
            done = min((day(step) for _ in range(repeats if step == "no change" else 1)), key=lambda one: one[0].seconds)
            yield Row(what, people, step, delay_ms, *done, note=_windows(done[1]))


def pushed(environment: Peers, people: int, delay_ms: int, batches: tuple[int, ...]) -> Iterator[Row]:
    """The same people pushed by the peers, all of them each time: neither finds out what has changed."""
    for name, push in (("drt-core + dagster-drt", environment.drt), ("dlt", environment.dlt)):
        for batch in batches:
            with place(people, delay_ms, ("findity",)) as (folder, company, server):
                peers.people(company.rows, server, folder / "people.csv")
                server.served()
                what = f"{name}, {batch} a call"
                try:
                    measured = push(server, folder / "people.csv", batch, folder)
                except CaseFailed as failed:
                    yield Row(what, people, "every run", delay_ms, None, note=f"failed: {str(failed).splitlines()[-1][:100]}")
                    continue
                yield Row(what, people, "every run", delay_ms, measured, server.served())


def transforms(environment: Peers | None, people: int) -> Iterator[Row]:
    """The transform alone, beside polars."""
    with TemporaryDirectory(prefix="bench") as folder:
        base = Path(folder)
        company = Company(base, people)
        command = [sys.executable, "-m", "benchmarks.transform", str(company.folder), str(company.file), str(base / "out")]
        yield Row("transform alone", people, "", 0, run(command, company.environment))
        if environment:
            yield Row("polars: same CSV to JSON, no checks", people, "", 0, environment.polars(company.file, base / "out"))


@contextmanager
def place(people: int, delay_ms: int, destinations: tuple[str, ...]) -> Iterator[tuple[Path, Company, Server]]:
    """A folder, a company in it that has never been synced, and a server with nobody of it."""
    with TemporaryDirectory(prefix="bench") as folder, Server(delay_ms / 1000) as server:
        yield Path(folder), Company(Path(folder), people, destinations), server


def _windows(served: Served) -> str:
    """What Expensify's own rate windows would add at least, which are off here."""
    calls = sum(count for job, count in served.jobs.items() if job.startswith("expensify"))
    least = max((calls - 1) // limit.calls * (limit.seconds + MARGIN) for limit in EXPENSIFY_LIMITS)
    return f"{calls} calls to Expensify: its windows take at least {least:.0f} s" if least > 0 else ""
