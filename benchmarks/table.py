"""The figures as one table, and beside the aims.

Belongs here: words, widths, ratios. Does not belong here: measuring.
"""

from collections.abc import Iterable, Sequence

from benchmarks.cases import Row
from benchmarks.measure import Measured

HEADINGS = ("", "people", "run", "ms/call", "wall s", "CPU s", "peak MiB", "calls", "writes", "server CPU s", "")


def lines(rows: Iterable[Row]) -> list[str]:
    """The table, line by line; numbers to the right."""
    cells = [HEADINGS, *(_cells(row) for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(HEADINGS))]
    left = (0, 2, len(HEADINGS) - 1)
    return [
        "  ".join(
            cell.ljust(width) if column in left else cell.rjust(width) for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in cells
    ]


def _cells(row: Row) -> tuple[str, ...]:
    cost, served = row.measured, row.served
    return (
        row.what,
        f"{row.people:,}" if row.people else "",
        row.step,
        str(row.delay_ms) if served or cost is None else "",
        *((f"{cost.seconds:.1f}", f"{cost.cpu:.1f}", f"{cost.peak_mib:,.0f}") if cost else ("-", "-", "-")),
        *((str(served.calls), str(served.writes), f"{served.cpu:.1f}") if served else ("", "", "")),
        row.note,
    )


def aims(rows: Sequence[Row]) -> list[str]:
    """Each aim with what was reached, as far as its cases were run."""
    found = []
    still = _found(rows, "Rollcall", 10_000, "no change", 0)
    for floor in ("empty Dagster job", "the same by `dagster job execute`"):
        found += _ratio(f"no change at 10,000 / {floor}", still, _found(rows, floor), "at most 1.5")
    for what in ("Rollcall", "Rollcall, Findity only"):
        first = _found(rows, what, 10_000, "first load", 100)
        for row in rows:
            if row.step == "every run" and row.people == 10_000 and row.delay_ms == 100 and row.measured:
                found += _ratio(f"{row.what} / {what}, first load of 10,000 at 100 ms", row.measured, first, "at least 5")
    ours = [row for row in rows if row.what == "transform alone" and row.measured]
    theirs = [row for row in rows if row.what.startswith("polars") and row.measured]
    for one, other in zip(ours, theirs, strict=False):
        assert one.measured and other.measured
        found += _ratio(f"transform of {one.people:,} / polars", one.measured, other.measured, "at most 2")
        found.append(
            f"transform of {one.people:,}: {one.measured.peak_mib / 1024:.1f} GiB (aim: at most 2); parts {one.measured.printed['parts']}"
        )
    return found


def _found(rows: Sequence[Row], what: str, people: int | None = None, step: str = "", delay_ms: int = 0) -> Measured | None:
    for row in rows:
        if row.what == what and row.step == step and row.delay_ms == delay_ms and (people is None or row.people == people):
            return row.measured
    return None


def _ratio(what: str, above: Measured | None, below: Measured | None, aim: str) -> list[str]:
    """In wall time; in processor time too, which a busy machine blurs less."""
    if above is None or below is None:
        return []
    return [f"{what}: {above.seconds / below.seconds:.1f} (aim: {aim}); in CPU time {above.cpu / below.cpu:.1f}"]
