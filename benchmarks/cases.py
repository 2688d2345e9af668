"""The cases: each is one row of the table.

Belongs here: what is run, in which order, with what in place. Does not belong here: how it is measured, how it is shown.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks import commands, peers
from benchmarks.company import NAME, Company
from benchmarks.measure import CaseFailed, Measured, run
from benchmarks.peers import Peers
from benchmarks.server import Served, Server
from destinations.expensify.settings import LIMITS as EXPENSIFY_LIMITS
from resources.rates import MARGIN

STEPS = ("first load", "2.5 % changes", "no change")
OURS, FINDITY_ALONE = "Rollcall", "Rollcall, Findity only"
IMPORTS, NO_IMPORTS = "imports of a run", "imports of an empty job's run"
IDLE = "a sync's steps and events without its work"
LOOP = "x += i twenty million times"
"""By this a machine's pace is told: aims in seconds are of one on which it takes 1.0 s."""
HUNDRED = 100
"""People in a call of the peers: drt's default. dlt's, ten, takes ten times as many calls."""


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
    peer: bool = False

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
            yield Row(what, 0, "", 0, quickest(start, repeats + 1), peer=True)


def imports(repeats: int) -> Iterator[Row]:
    """What a first load imports, by the time its process has ended; and an empty job's run."""
    with place(200, 0, ("expensify", "findity")) as (folder, company, server):
        environment, file = {**company.environment, **server.environment}, folder / "modules.json"
        for what, of in ((IMPORTS, NIGHT), (NO_IMPORTS, job("benchmarks.empty", "empty"))):
            run([sys.executable, "-m", "benchmarks.imports", "record", str(file), *of[2:]], environment)
            load = [sys.executable, "-m", "benchmarks.imports", "load", str(file)]
            yield Row(what, 0, "", 0, quickest(lambda load=load: run(load, environment), repeats + 1), peer=True)  # type: ignore[misc]


def idle(repeats: int) -> Iterator[Row]:
    """What starting, importing and Dagster's record of a sync take by themselves."""
    with place(200, 0, ("expensify", "findity")) as (_, company, server):
        environment = {**company.environment, **server.environment}
        run([sys.executable, *NIGHT], environment)
        again = [sys.executable, *job("benchmarks.idle", f"{NAME}_sync")]
        yield Row(IDLE, 0, "", 0, quickest(lambda: run(again, environment), repeats + 1), peer=True)


def loop() -> Row:
    """The machine's pace."""
    code = "x = 0\nfor i in range(20_000_000):\n    x += i"
    return Row(LOOP, 0, "", 0, quickest(lambda: run([sys.executable, "-c", code]), 3), peer=True)


def alone(case: str, people: int, repeats: int) -> Iterator[Row]:
    """One of `commands.ALONE`; what is in the last line of its output counts, where it measures a part of itself."""
    with commands.ready(case, people) as (what, environment):
        measured = quickest(lambda: run([sys.executable, *what], environment, ends=(0, commands.WITH_REJECTS)), repeats)
    if case == "approvers":
        measured = replace(measured, seconds=measured.printed["seconds"], cpu=measured.printed["cpu"])
    name = "transform alone" if case == "transform" else case
    yield Row(name, people if case in commands.OF_PEOPLE else 0, "", 0, measured)


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
    people: int,
    delay_ms: int,
    repeats: int,
    destinations: tuple[str, ...] = ("expensify", "findity"),
    steps: tuple[str, ...] = STEPS,
    before: Path | None = None,
) -> Iterator[Row]:
    """The story of a company: its first load, a day with changes, then days without. `before`: another checkout."""
    what = OURS if len(destinations) == 2 else FINDITY_ALONE
    with place(people, delay_ms, destinations) as (_, company, server):
        environment = {**company.environment, **server.environment}

        def day(step: str) -> tuple[Measured, Served]:
            prepare(company, step)
            server.served()
            return run([sys.executable, *NIGHT], environment, before), server.served()

        for step in steps:
            done = min((day(step) for _ in range(repeats if step == "no change" else 1)), key=lambda one: one[0].seconds)
            name = f"{what}, before" if before else what
            yield Row(name, people, step, delay_ms, *done, note=_windows(done[1]), peer=before is not None)


def pushed(environment: Peers, people: int, delay_ms: int) -> Iterator[Row]:
    """The same people pushed by the peers, all of them each time: neither finds out what has changed."""
    for name, push in (("drt-core + dagster-drt", environment.drt), ("dlt", environment.dlt)):
        with place(people, delay_ms, ("findity",)) as (folder, company, server):
            peers.people(company.rows, server, folder / "people.csv")
            server.served()
            what = f"{name}, {HUNDRED} a call"
            try:
                measured = push(server, folder / "people.csv", HUNDRED, folder)
            except CaseFailed as failed:
                note = f"failed: {str(failed).splitlines()[-1][:100]}"
                yield Row(what, people, "every run", delay_ms, None, note=note, peer=True)
                continue
            yield Row(what, people, "every run", delay_ms, measured, server.served(), peer=True)


def polars(environment: Peers, people: int) -> Iterator[Row]:
    """What the transform is held against."""
    with TemporaryDirectory(prefix="bench") as folder:
        company = Company(Path(folder), people)
        measured = environment.polars(company.file, Path(folder) / "out")
        yield Row("polars: same CSV to JSON, no checks", people, "", 0, measured, peer=True)


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
