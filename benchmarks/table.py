"""The figures as one table, and the aims as another.

Belongs here: words and widths. Does not belong here: measuring, what is compared with what (``benchmarks.aims``).
"""

from collections.abc import Iterable, Sequence

from benchmarks.aims import Aim
from benchmarks.cases import Row

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


def aims(found: Sequence[Aim]) -> list[str]:
    """A row of Markdown for each aim, with what was reached."""
    met = {True: "yes", False: "**no**", None: ""}
    rows = [f"| {one.case} | {one.aim} | {one.reached} | {met[one.met]} |" for one in found]
    return ["| case | aim | reached | met |", "|---|---|---|---|", *rows]
