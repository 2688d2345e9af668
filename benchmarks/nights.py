"""`python -m benchmarks.nights`: one company for as many nights as are asked for, and what is kept of them.

Belongs here: a day that takes as long as its sync and its retention do, and reading sizes and times. Does not belong here: the picture
(``benchmarks.nights_picture``), the other cases.

    python -m benchmarks.nights --people 300 --nights 400 --retention-days 30

Each night is today. After it, all that the ledger and Dagster have a time of becomes a day older, so that nothing sees another clock than
the machine's. What a daemon leaves besides, ticks and that assets become stale and fresh again, is put there as it would leave it. All
nights are one process, so that a night's time is that of its two runs and not of importing anything.
"""

import argparse
import datetime as dt
import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import dagster as dg
import pandas as pd
import sqlalchemy as sa
import yaml
from dagster._core.definitions.freshness import FreshnessState, FreshnessStateChange
from dagster._core.definitions.run_request import InstigatorType
from dagster._core.scheduler.instigation import TickData, TickStatus

from assets.runs.launch import Location, run_job
from benchmarks import nights_picture, roster
from benchmarks.company import NAME, Company
from benchmarks.server import Server
from resources import places
from resources.ledger import tables

TICKS: Final = 24
"""Of each sensor, a night."""
CHANGED: Final = 3
"""People who move to another department each night; every fifth night one leaves and one joins."""
_OLDER: Final = {
    tables.Moment: "strftime('%Y-%m-%d %H:%M:%f000', {0}, '-1 day')",
    sa.Date: "date({0}, '-1 day')",
    sa.Float: "{0} - 86400",
}
"""Type of a column → its value of a day before, in SQLite's words."""
STAYS: Final = 7
"""Nights for which a leaver is still in the file."""


def main() -> int:
    """Run the nights, keep the figures as JSON, draw the picture."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.nights", description="What is kept of many nights, and how long each takes."
    )
    parser.add_argument("--people", type=int, default=300)
    parser.add_argument("--nights", type=int, default=400)
    parser.add_argument("--retention-days", type=int, default=30)
    parser.add_argument("--picture", type=Path, help="where to draw it")
    parser.add_argument("--within", metavar="FOLDER", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.within:
        return _nights(given.within, given.people, given.nights)
    with TemporaryDirectory(prefix="nights") as folder, Server() as server:
        company = Company(Path(folder), given.people)
        _keep_for(company, given.retention_days)
        command = [sys.executable, "-m", "benchmarks.nights", "--within", folder, f"--people={given.people}", f"--nights={given.nights}"]
        environment = {**os.environ, **company.environment, **server.environment, "DAGSTER_REDACT_USER_CODE_ERRORS": "1"}
        done = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        assert done.stdout
        rows = []
        for row in _read(done.stdout, given.nights):
            rows.append(row)
            _keep(given, rows)
        code = done.wait()
    if rows:
        _show(given, rows)
    return code


def _keep_for(company: Company, days: int) -> None:
    file = company.folder / "defs.yaml"
    settings = yaml.safe_load(file.read_text(encoding="utf-8"))
    settings["attributes"]["retention_days"] = days
    file.write_text(yaml.safe_dump(settings), encoding="utf-8")


def _read(lines: Any, nights: int) -> Iterator[dict[str, Any]]:
    for line in lines:
        row = json.loads(line)
        yield row
        if row["night"] % 10 == 0:
            sys.stderr.write(
                f"  night {row['night']} of {nights}: {row['cpu']:.2f} s of processor, {sum(row['bytes'].values()) / 1e6:.1f} MB\n"
            )


def _file(given: argparse.Namespace) -> Path:
    return places.PROJECT / ".rollcall" / "bench" / f"nights-{given.people}-{given.nights}.json"


def _keep(given: argparse.Namespace, rows: list[dict[str, Any]]) -> None:
    """Keep the figures after every night: many take hours, and those of the ones that were are good without the rest."""
    file = _file(given)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"people": given.people, "retention_days": given.retention_days, "nights": rows}), encoding="utf-8")


def _show(given: argparse.Namespace, rows: list[dict[str, Any]]) -> None:
    """Print the figures of a few nights, draw the picture."""
    lines = list(nights_picture.table(rows, given.retention_days))
    sys.stdout.write("\n".join([*lines, f"Kept in {_file(given)}", ""]))
    if given.picture:
        given.picture.write_text(nights_picture.draw(rows, given.people, given.retention_days), encoding="utf-8")


def _nights(base: Path, people: int, nights: int) -> int:
    """All nights, in this process; a line of JSON after each."""
    folder, today = base / "pipelines" / NAME, dt.date.today()  # noqa: DTZ011 - as `Company` has it
    for file in folder.glob("people_*.csv"):
        file.unlink()
    rows = roster.export(people, today)
    left: dict[str, int] = {}
    for night in range(1, nights + 1):
        rows = _changed(rows, night, left)
        roster.write(rows, folder / f"people_{today}.csv", today)
        began, used = time.perf_counter(), time.process_time()
        for job in ("sync", "retention"):
            ended = run_job(f"{NAME}_{job}", location=Location(module="benchmarks.definitions"))
            if not ended.succeeded:
                sys.stderr.write(f"night {night}: {ended.step}: {ended.message}\n")
                return 1
        took = {"seconds": time.perf_counter() - began, "cpu": time.process_time() - used, "loop": _loop()}
        _as_a_daemon()
        size = {"ledger": _size(base, "ledger.db*"), "Dagster's database": _size(base / "dagster_home", "*")}
        size |= {"stored values": _size(base / "data", "*"), "reports": _size(base / "reports", "*")}
        sys.stdout.write(json.dumps({"night": night, **took, "bytes": size, "files": _files(base)}) + "\n")
        sys.stdout.flush()
        _a_day_later(base)
    return 0


def _loop() -> float:
    """Seconds of processor of one and the same work: how fast the machine is this night, whatever else it does."""
    used = time.process_time()
    sum(range(10_000_000))
    return time.process_time() - used


def _a_day_later(base: Path) -> None:
    """Make all that has a time a day older: in the ledger every column of one, in Dagster's database those that anything is told by."""
    with sqlite3.connect(base / "ledger.db") as connection:
        for table in tables.metadata.sorted_tables:
            moments = {column.name: _OLDER[type(column.type)] for column in table.columns if type(column.type) in _OLDER}
            if moments:
                older = ", ".join(f'"{name}" = {how.format(name)}' for name, how in moments.items())
                connection.execute(f'UPDATE "{table.name}" SET {older}')
    home, events = base / "dagster_home", ("event_logs", ("timestamp",))
    for file, (table_name, columns) in (
        (home / "history" / "runs.db", ("runs", ("create_timestamp", "update_timestamp"))),
        (home / "history" / "runs" / "index.db", events),
        (home / "history" / "runs" / ".db", events),
        (home / "schedules" / "schedules.db", ("job_ticks", ("timestamp",))),
    ):
        with sqlite3.connect(file) as connection:
            older = ", ".join(f"{name} = {_OLDER[tables.Moment].format(name)}" for name in columns)
            connection.execute(f"UPDATE {table_name} SET {older}")


def _changed(rows: pd.DataFrame, night: int, left: dict[str, int]) -> pd.DataFrame:
    """The rows of another day; `left`: number → the night in which somebody left, which is added to."""
    rows = rows.copy()
    plain = rows.index[rows["Row state"].eq("Current") & rows["Status"].eq("A") & rows["Grade"].eq("IC") & rows["Last day"].isna()]
    chosen = [plain[(night * CHANGED + one) % len(plain)] for one in range(CHANGED)]
    rows.loc[chosen, "Department"] = rows.loc[chosen, "Department"].map(lambda name: "Operations" if name != "Operations" else "Sales")
    if night % 5 == 0:
        leaver = plain[(night * 7) % len(plain)]
        new = rows.loc[[leaver]].assign(**{"Employee No": str(9_000_000 + night), "Work e-mail": f"new.{night}@acme.example"})
        rows.loc[leaver, "Status"] = "T"
        left[rows.loc[leaver, "Employee No"]] = night
        rows = pd.concat([rows, new], ignore_index=True)
    departed = [number for number, when in left.items() if when < night - STAYS]
    return rows[~rows["Employee No"].isin(departed)].reset_index(drop=True)


def _as_a_daemon() -> None:
    """Leave what a daemon leaves in a day, beside runs."""
    now = time.time()
    with dg.DagsterInstance.get() as instance:
        for name in (f"{NAME}_arrival", f"{NAME}_recovery", f"{NAME}_stopped"):
            for _ in range(TICKS):
                one = TickData(name, name, InstigatorType.SENSOR, TickStatus.SKIPPED, now, selector_id=name, run_ids=[], skip_reason="none")
                instance.create_tick(one)
        key = dg.AssetKey([NAME, "hr", "roster"])
        for state in (FreshnessState.FAIL, FreshnessState.PASS):
            change = FreshnessStateChange(key=key, new_state=state, previous_state=FreshnessState.UNKNOWN, state_change_timestamp=now)
            instance._report_runless_asset_event(change)


def _size(folder: Path, pattern: str) -> int:
    return sum(path.stat().st_size for path in folder.rglob(pattern) if path.is_file())


def _files(base: Path) -> int:
    return sum(path.is_file() for path in base.rglob("*"))


if __name__ == "__main__":
    sys.exit(main())
