"""`python -m benchmarks.profiling CASE`: what the process of one case did with its time, by cProfile; `make profile CASE=…` is the same.

Belongs here: putting in place what comes before the case, profiling its process, printing. Does not belong here: the cases
(``benchmarks.cases``, ``benchmarks.commands``). Only the main thread is seen, and every call costs more than without a profiler: where the
time is, not how much.
"""

import argparse
import pstats
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks import cases, commands
from benchmarks.measure import run
from resources import places

LINES = 40
"""How many functions are printed, by own time and by that of all that they call."""
CASES = {"first-load": "first load", "changes": "2.5 % changes", "quiet": "no change"}
"""Case → what a night of it is called in the table."""


def main() -> int:
    """Profile what was asked for; print it, and where it is kept."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.profiling", description="Where one case's process spends its time.")
    parser.add_argument("case", choices=[*CASES, *commands.ALONE])
    parser.add_argument("--people", type=int, default=10_000)
    given = parser.parse_args()
    folder = places.PROJECT / ".rollcall" / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / f"{given.case}-{given.people}.prof"
    with _night(given.people, CASES[given.case]) if given.case in CASES else commands.ready(given.case, given.people) as ready:
        what, environment = ready
        kept.unlink(missing_ok=True)
        # cProfile ends with 0 whatever becomes of what it runs: what was printed says it.
        answer = run([sys.executable, "-m", "cProfile", "-o", str(kept), *what], environment).printed
    stats = pstats.Stats(str(kept))
    stats.sort_stats("tottime").print_stats(LINES)
    stats.sort_stats("cumulative").print_stats(LINES)
    sys.stdout.write(f"Kept in {kept}: python -m pstats {kept}\n")
    return int(answer.get("status", "SUCCESS") != "SUCCESS")


@contextmanager
def _night(people: int, step: str) -> Iterator[tuple[list[str], dict[str, str]]]:
    """A night of a company, once all that come before it have run."""
    with cases.place(people, 0, ("expensify", "findity")) as (_, company, server):
        environment = {**company.environment, **server.environment}
        for one in cases.STEPS:
            cases.prepare(company, one)
            if one == step:
                break
            run([sys.executable, *cases.NIGHT], environment)
        yield cases.NIGHT, environment


if __name__ == "__main__":
    sys.exit(main())
