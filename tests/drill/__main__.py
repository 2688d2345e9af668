"""`make drill`: every broken feed of ``tests/feeds`` through the whole graph against the sandbox, one line each.

Belongs here: the order, the table, the exit code. Does not belong here: running and judging (``tests.drill.judging``).
"""

import os
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tests import storing
from tests.drill.company import Drill, Watched
from tests.drill.judging import Feed, Verdict, feeds, judged
from tests.processes import end_with_parent


def main(names: list[str]) -> int:
    """Drill the named feeds, or all of them."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=190)
    chosen = [feed for feed in feeds() if not names or feed.name in names]
    with console.status(f"Drilling {len(chosen)} feeds"):
        verdicts = _judged(chosen)
    console.print(_table(verdicts))
    for verdict in verdicts:
        for said in (*verdict.wrong, *verdict.missing):
            console.print(f"[red]{verdict.feed.name}[/]: {escape(said)}")
    wrong, bad = sum(len(verdict.wrong) for verdict in verdicts), sum(not verdict.good for verdict in verdicts)
    console.print(
        f"{len(verdicts)} feeds, {wrong} wrong writes, {bad or 'none'} not answered as expected.",
        style="bold red" if bad else "bold green",
    )
    return 1 if bad or not verdicts else 0


def _judged(chosen: Sequence[Feed]) -> list[Verdict]:
    """The verdicts in the feeds' order. Each core has a company and a sandbox of its own, and takes its share of the feeds."""
    cores = max(1, min(os.cpu_count() or 1, len(chosen)))
    with tempfile.TemporaryDirectory() as folder, ProcessPoolExecutor(cores, get_context("fork"), _worker) as pool:
        shares = [pool.submit(_share, Path(folder) / str(core), chosen[core::cores]) for core in range(cores)]
        found = {verdict.feed.name: verdict for share in shares for verdict in share.result()}
    return [found[feed.name] for feed in chosen]


def _worker() -> None:
    end_with_parent()
    storing.make_cheap()


def _share(folder: Path, chosen: Sequence[Feed]) -> list[Verdict]:
    folder.mkdir()
    with Watched() as box:
        drill = Drill(folder, box)
        return [judged(drill, feed) for feed in chosen]


def _table(verdicts: list[Verdict]) -> Table:
    table = Table(
        "feed",
        "what is wrong with it",
        "what came of it",
        "what it says",
        "wrong writes",
        "",
        box=None,
        pad_edge=False,
        header_style="bold",
    )
    table.columns[0].no_wrap, table.columns[4].justify = True, "right"
    for verdict in verdicts:
        mark = "[green]good[/]" if verdict.good else "[red]BAD[/]"
        table.add_row(verdict.feed.name, verdict.feed.what, verdict.result, escape(verdict.words), str(len(verdict.wrong)), mark)
    return table


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
