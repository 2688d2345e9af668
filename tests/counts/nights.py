"""The short story of the benchmarks' company without Dagster: HR's file is read, then a first load, a day with changes, one without.

Belongs here: that story at either stand-in, and how often what is called in it. Does not belong here: counting (``tests.counts.probes``),
how much is too much.
"""

import datetime as dt
from collections import Counter
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import pandas as pd
import yaml

from assets.attributes import Settings
from benchmarks import roster
from benchmarks.company import changed
from resources import places
from roster.intake.take_in import IntakeResult, take_in
from sandbox.server import Sandbox
from tests import syncing
from tests.contract import nights_at_findity
from tests.counts.probes import Calls, Statements

DAYS: Final = (dt.date(2026, 11, 20), dt.date(2026, 11, 21), dt.date(2026, 11, 22))
STEPS: Final = ("first load", "changes", "quiet")
Found = Counter[str]
"""Function → calls; and `ROWS`."""
ROWS: Final = "rows that SQLite ran"


def attributes() -> dict[str, Any]:
    """The demo company's."""
    found = yaml.safe_load((places.PROJECT / "pipelines" / "demo" / "defs.yaml").read_text(encoding="utf-8"))["attributes"]
    return dict(found)


@cache
def files(people: int) -> tuple[bytes, bytes]:
    """HR's file of the first day, and that of the others."""
    first = roster.export(people, DAYS[0])
    with TemporaryDirectory() as folder:
        file = Path(folder) / "people.csv"
        roster.write(first, file, DAYS[0])
        before = file.read_bytes()
        roster.write(changed(first), file, DAYS[1])
        return before, file.read_bytes()


def read(file: bytes) -> IntakeResult:
    """HR's file, taken in."""
    settings = Settings.model_validate(attributes())
    return take_in(file, settings.hr.source, settings.hr.people, DAYS[1])


@cache
def rosters(people: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What is in the files."""
    first, second = map(read, files(people))
    return first.roster, second.roster


def reading(people: int) -> Found:
    """What taking in a file of so many people calls."""
    file = files(people)[0]
    with Calls().counted() as calls:
        read(file)
    return calls.by_function()


def story(name: str, people: int, folder: Path) -> dict[str, Found]:
    """What each of the `STEPS` of so many people calls at one of the company's destinations, the list for HR among it."""
    first, second = rosters(people)
    found: dict[str, Found] = {}
    with Sandbox(switches={"expensify_rate_limits": False}) as box, syncing.fresh(folder) as ledger:
        company = _company(name, box, ledger)
        for step, day, file in zip(STEPS, DAYS, (first, second, second), strict=True):
            with Statements().counted() as asked, Calls().counted() as calls:
                ledger.engine.dispose()  # connections that are opened from now on are counted
                night = company.sync(file, day=str(day))
                assert len(night.skipped) < people / 10
            found[f"{name}: {step}"] = calls.by_function() + Counter({ROWS: asked.rows})
            expected = {"first load": {"created"}, "changes": {"created", "updated", "deactivated"}, "quiet": {"unchanged"}}[step]
            assert expected <= set(night.outcomes["outcome"])
            assert (step == "quiet") == (not any(call["write"] for call in night.calls))
    return found


def _company(name: str, box: Sandbox, ledger: Any) -> syncing.Company:
    settings = attributes()[name]
    del settings["connection"]
    if name == "findity":
        return nights_at_findity.Company(box, ledger, settings.pop("users"), syncing.UNLIMITED, **settings)
    return syncing.Company(box, ledger, settings)
