"""`python -m benchmarks`: measures every case, prints one table, keeps the figures in `.rollcall/bench`.

Belongs here: which sizes, the order, the output. Does not belong here: the cases themselves.
"""

import argparse
import datetime as dt
import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks import cases, table
from benchmarks.cases import Row
from benchmarks.peers import Peers
from resources import places

BATCHES = (10, 100)
"""People in a call of the peers: dlt's default and drt's."""


def main() -> int:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Rollcall's figures beside its peers'.")
    parser.add_argument("--quick", action="store_true", help="one small size, to try it out")
    parser.add_argument("--people", type=int, nargs="*", help="sizes, instead of 10,000 and 100,000")
    parser.add_argument("--rows", type=int, default=None, help="rows for the transform alone, instead of a million; 0 leaves it out")
    parser.add_argument("--no-peers", action="store_true", help="leave out drt, dlt and polars")
    parser.add_argument("--repeats", type=int, default=2, help="of which the quickest counts, where a case can be repeated")
    given = parser.parse_args()
    sizes = given.people if given.people is not None else [1_000] if given.quick else [10_000, 100_000]
    million = given.rows if given.rows is not None else 20_000 if given.quick else 1_000_000
    started, rows = dt.datetime.now(dt.UTC), []
    for row in _rows(sizes, million, not given.no_peers, given.repeats):
        rows.append(row)
        printed = f"{row.measured.seconds:.1f} s" if row.measured else row.note
        sys.stderr.write(f"  {row.what} {row.people or ''} {row.step} {row.delay_ms} ms: {printed}\n")
    sys.stdout.write("\n".join(["", *table.lines(rows), "", *table.aims(rows), "", f"Kept in {_keep(rows, started)}", ""]))
    return 0


def _rows(sizes: list[int], million: int, with_peers: bool, repeats: int) -> Iterator[Row]:
    peers = _peers() if with_peers else None
    yield from cases.floor(repeats)
    for people in sizes:
        for delay_ms in (0, 100):
            yield from cases.rollcall(people, delay_ms, repeats)
            if peers:
                yield from cases.rollcall(people, delay_ms, 1, ("findity",), ("first load",))
                # At a thousand calls a minute and a half says what ten thousand would.
                yield from cases.pushed(peers, people, delay_ms, BATCHES if people <= 10_000 else BATCHES[-1:])
    if million:
        yield from cases.transforms(peers, million)


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
    machine = {"processors": os.cpu_count(), "machine": platform.machine(), "python": platform.python_version()}
    file = _folder() / f"{started:%Y%m%dT%H%M%S}.json"
    figures = {"started": started.isoformat(), **machine, "rows": [row.as_json() for row in rows], "aims": table.aims(rows)}
    file.write_text(json.dumps(figures, indent=1), encoding="utf-8")
    return file


if __name__ == "__main__":
    sys.exit(main())
