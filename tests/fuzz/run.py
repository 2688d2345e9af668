"""One file of the fuzzer again, or many: `python -m tests.fuzz.run SEED [SEEDS]`; what fails is told with its seed, made small, and kept.

Belongs here: seeds, counts, the smallest file that still fails. Does not belong here: the files, and what must hold of them.
"""

import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from tests.fuzz import rosters
from tests.fuzz.judging import clean_seconds, judge
from tests.fuzz.mutating import Chance, mutated

SIZE = 24
"""Rows of a mutated file."""


def usual() -> float:
    """What a clean file of that size takes; the first time, when everything is imported, does not count."""
    rows = rosters.roster(Chance(0), SIZE)
    return min(clean_seconds(rows) for _ in range(3))


def failure(form: str, rows: rosters.Rows, data: bytes, seconds: float, came: Counter[str] | None = None) -> str | None:
    """What is wrong with a file; None where all holds."""
    try:
        found = judge(form, rows, data, seconds)
    except Exception as error:
        return f"{type(error).__name__}: {str(error)[:400]}"
    if came is not None:
        came[found] += 1
    return None


def halved(data: bytes, fails: Callable[[bytes], bool]) -> bytes:
    """A file as small as leaving out parts of it makes it, so that it still fails: halves, then quarters, to single bytes."""
    part, left = len(data) // 2, 200
    while part and left:
        place = 0
        while place < len(data) and left:
            left -= 1
            if fails(shorter := data[:place] + data[place + part :]):
                data = shorter
            else:
                place += part
        part //= 2
    return data


def files(first: int, count: int) -> tuple[list[str], Counter[str]]:
    """Mutate and judge the files of so many seeds: what fails, with the command that shows it again; and what came of how many."""
    seconds, failed, came = usual(), [], Counter[str]()
    for seed in range(first, first + count):
        form, how, rows, data = mutated(seed, SIZE)
        if (why := failure(form, rows, data, seconds, came)) is None:
            continue
        kind = why.partition(":")[0]

        def fails(shorter: bytes, form: str = form, rows: rosters.Rows = rows, kind: str = kind) -> bool:
            return (failure(form, rows, shorter, seconds) or "").startswith(kind)

        kept = Path(tempfile.gettempdir()) / f"fuzz-{seed}"
        kept.write_bytes(halved(data, fails) if len(failed) < 3 else data)
        failed.append(f"{form}, {how}: {why}\n  again: python -m tests.fuzz.run {seed}; the smallest file: {kept}")
        print(failed[-1], flush=True)  # noqa: T201
    return failed, came


if __name__ == "__main__":
    failed, came = files(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    print(f"{sum(came.values())} hold, {len(failed)} do not: {dict(came.most_common())}")  # noqa: T201
    sys.exit(bool(failed))
