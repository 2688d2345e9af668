"""What Rollcall keeps for a time only, and letting go of it: ledger rows, stored values, reports, downloads, the owner-only log.

Belongs here: what is old enough, in every place but Dagster's. Does not belong here: Dagster's runs and when this is done
(``assets.runs.retention``), one person (``resources.past.erasure``). HR's own files, here or on their server, are never touched.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from resources import owner_only, places
from resources.ledger import Ledger
from resources.stored.reports import StoredReports
from resources.stored.runs import StoredRuns

_STAMP: Final = re.compile(rb"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", re.MULTILINE)
"""How a record of the owner-only log begins."""


@dataclass
class Purged:
    """What was deleted, or would be."""

    runs: set[str] = field(default_factory=set)
    """Runs whose time is over, wherever they were kept."""
    rows: dict[str, int] = field(default_factory=dict)
    """Ledger table → rows."""
    values: int = 0
    """Runs whose stored values went, HR's file as it came among them."""
    reports: int = 0
    """Runs whose report files went."""
    downloads: int = 0
    """Downloads that had broken."""
    dagster_runs: int = 0

    def counts(self) -> dict[str, int]:
        """All of it in figures."""
        return {
            "ledger rows": sum(self.rows.values()),
            "runs with stored values": self.values,
            "runs with reports": self.reports,
            "broken downloads": self.downloads,
            "Dagster runs": self.dagster_runs,
        }


def with_chains(ledger: Ledger, run_ids: Collection[str]) -> set[str]:
    """These runs and all that they re-execute or are re-executed by: values of one are read by the others."""
    wanted = set(run_ids)
    return wanted.union(
        *({chain.root_run_id, *chain.run_ids} for chain in ledger.retention.chains() if wanted & {chain.root_run_id, *chain.run_ids})
    )


def purge(ledger: Ledger, stored: StoredRuns, before: datetime, keep: Collection[str] = (), *, dry_run: bool = False) -> Purged:
    """Delete what is older than a moment, and on which nothing rests that goes on.

    A second time there is nothing left to do; killed in between, the next one does the rest.

    Args:
        ledger: The company's ledger.
        stored: Its stored values.
        before: The moment.
        keep: Runs to keep for reasons that are not known here.
        dry_run: Only count.
    """
    kept = with_chains(ledger, {*ledger.retention.in_use(), *stored.newest(), *keep})
    over = ledger.retention.over(before, kept)
    old = {run_id for chain in over for run_id in (chain.root_run_id, *chain.run_ids)}
    known = {run_id for chain in ledger.retention.chains() for run_id in (chain.root_run_id, *chain.run_ids)} | kept
    purged = Purged(runs=old)

    def go(run_id: str, moment: datetime) -> bool:
        """A run that the ledger does not know (one that only reports, or reads back) goes by its own age."""
        return run_id in old or (run_id not in known and moment < before)

    values = [run_id for run_id, moment in stored.last_written().items() if go(run_id, moment)]
    files = StoredReports(ledger.company)
    reports = [run_id for run_id, moment in files.last_written().items() if go(run_id, moment)]
    downloads = [part for part in _below(places.home() / "incoming") if _modified(part) < before]
    purged.values, purged.reports, purged.downloads = len(values), len(reports), len(downloads)
    if not dry_run:
        for run_id in values:
            stored.delete(run_id)
        for run_id in reports:
            files.delete(run_id)
        for part in downloads:
            part.unlink(missing_ok=True)
    # Last, so that whoever was killed before still knows what is old.
    purged.rows = ledger.retention.purge(over, before, dry_run=dry_run)
    return purged


def trim_log(log: Path, before: datetime) -> None:
    """Cut off what an owner-only log and those put aside before it say of the time before a moment.

    Whoever has the file open notices that another has taken its place.
    """
    for file in log.parent.glob(f"{log.name}*"):
        content = file.read_bytes()
        fresh = next((found.start() for found in _STAMP.finditer(content) if _stamped(found.group()) >= before), None)
        if fresh is None and _modified(file) < before:
            file.unlink()
        elif fresh:
            owner_only.write(file, content[fresh:])


def _stamped(text: bytes) -> datetime:
    return datetime.strptime(text.decode(), "%Y-%m-%d %H:%M:%S").astimezone()


def _below(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []


def _modified(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)
