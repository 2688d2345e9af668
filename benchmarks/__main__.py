"""`python -m benchmarks`: measures what is asked for, prints the table and the aims, keeps the figures in `.rollcall/bench`.

Belongs here: which cases there are, which sizes, the order, the output. Does not belong here: the cases themselves.
"""

import argparse
import datetime as dt
import json
import os
import platform
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks import aims, cases, growth, history, table
from benchmarks.cases import Row
from benchmarks.peers import Peers
from resources import places

SLOW_MS = 100
"""What an answer takes where calls are what is measured."""


@dataclass(frozen=True)
class Options:
    """How much of each case."""

    sizes: list[int]
    """People, for whatever grows with them."""
    called: list[int]
    """People, for first loads at `SLOW_MS` a call."""
    rows: int
    """For the transform beside polars."""
    repeats: int
    peers: Peers | None
    before: Path | None


def _nights(options: Options) -> Iterator[Row]:
    for people in options.sizes:
        yield from cases.rollcall(people, 0, options.repeats)
        if options.before:
            yield from cases.rollcall(people, 0, options.repeats, before=options.before)


def _calls(options: Options) -> Iterator[Row]:
    first = ("first load",)
    for people in options.called:
        yield from cases.rollcall(people, SLOW_MS, 1, steps=first)
        yield from cases.rollcall(people, SLOW_MS, 1, ("findity",), first)
        if options.peers:
            yield from cases.pushed(options.peers, people, SLOW_MS)


def _start(options: Options) -> Iterator[Row]:
    yield from cases.floor(options.repeats)
    yield from cases.imports(options.repeats)
    yield from cases.idle(options.repeats)


def _commands(options: Options) -> Iterator[Row]:
    for case in ("demo", "help"):
        yield from cases.alone(case, 0, options.repeats + 1)
    yield from cases.alone("check", 1_000, options.repeats + 1)


def _parts(options: Options) -> Iterator[Row]:
    for people in options.sizes:
        for case in ("check", "approvers"):
            yield from cases.alone(case, people, options.repeats)


def _transform(options: Options) -> Iterator[Row]:
    for people in sorted({*options.sizes, options.rows}):
        yield from cases.alone("transform", people, 1)
    if options.peers:
        yield from cases.polars(options.peers, options.rows)


CASES: dict[str, Callable[[Options], Iterator[Row]]] = {
    "start": _start,
    "commands": _commands,
    "nights": _nights,
    "calls": _calls,
    "parts": _parts,
    "transform": _transform,
}


def main() -> int:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Rollcall's figures beside its peers' and the aims.")
    parser.add_argument("--only", nargs="+", choices=CASES, default=list(CASES), help="some of the cases")
    parser.add_argument("--quick", action="store_true", help="small sizes, to try it out")
    parser.add_argument("--people", type=int, nargs="+", help="sizes, instead of 10,000 to 300,000")
    parser.add_argument("--no-peers", action="store_true", help="leave out drt, dlt and polars")
    parser.add_argument("--repeats", type=int, default=2, help="of which the quickest counts, where a case can be repeated")
    parser.add_argument("--before", type=Path, metavar="FOLDER", help="another checkout, whose nights are measured beside these")
    parser.add_argument("--history", type=Path, metavar="GUIDE", help="write a row, the aims and the picture of growth into this guide")
    given = parser.parse_args()
    sizes = given.people or ([300, 1_000] if given.quick else [10_000, 30_000, 100_000, 300_000])
    called, million = ([300], 3_000) if given.quick else (given.people or [10_000, 100_000], 1_000_000)
    wants = not given.no_peers and {"calls", "transform"} & set(given.only)
    options = Options(sizes, called, million, given.repeats, _peers() if wants else None, given.before)
    started, rows = dt.datetime.now(dt.UTC), [cases.loop()]
    for name in given.only:
        for row in CASES[name](options):
            rows.append(row)
            printed = f"{row.measured.seconds:.1f} s, of processor {row.measured.cpu:.1f} s" if row.measured else row.note
            sys.stderr.write(f"  {row.what} {row.people or ''} {row.step} {row.delay_ms} ms: {printed}\n")
            kept = _keep(rows, started)
    sys.stdout.write("\n".join(["", *table.lines(rows), "", *table.aims(aims.reached(rows)), "", f"Kept in {kept}", ""]))
    if given.history:
        history.write(given.history, rows, started.date())
    return 0


def _peers() -> Peers | None:
    peers = Peers(_folder() / "peers")
    try:
        peers.install()
    except subprocess.CalledProcessError as error:
        sys.stderr.write(f"The peers are left out, they could not be installed: {error.stderr[-500:]}\n")
        return None
    return peers


def _folder() -> Path:
    folder = places.PROJECT / ".rollcall" / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _keep(rows: list[Row], started: dt.datetime) -> Path:
    """Keep the figures after every row, and the picture: all of them take long, and those that were measured are good without the rest."""
    machine = {"processors": os.cpu_count(), "machine": platform.machine(), "python": platform.python_version(), "commit": history.commit()}
    file = _folder() / f"{started:%Y%m%dT%H%M%S}.json"
    figures = {"started": started.isoformat(), **machine, "rows": [row.as_json() for row in rows]}
    file.write_text(json.dumps({**figures, "aims": [asdict(aim) for aim in aims.reached(rows)]}, indent=1), encoding="utf-8")
    if found := growth.series(rows):
        file.with_suffix(".svg").write_text(growth.draw(found), encoding="utf-8")
    return file


if __name__ == "__main__":
    sys.exit(main())
