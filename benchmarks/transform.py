"""`python -m benchmarks.transform FOLDER EXPORT OUT`: the transform alone, from the bytes of an export to every payload as JSON.

Belongs here: calling the pure functions in their order, as the assets do. Does not belong here: the network, the ledger, Dagster's steps.
"""

import datetime as dt
import json
import sys
import time
from pathlib import Path

import assets  # noqa: F401 # isort: skip - as a run, which is told how to ask for memory before it has pandas

import orjson
import pandas as pd
import yaml

from assets.attributes import Settings
from assets.company import Company
from destinations import engine
from destinations.base import Destination, Known, Taken
from destinations.expensify import records as expensify
from destinations.expensify.client import MEMBER_COLUMNS
from destinations.findity import records as findity
from destinations.findity.units import UNIT_COLUMNS
from destinations.findity.users import USER_COLUMNS
from resources.ledger.acknowledged import ACKNOWLEDGED
from resources.memory import give_back
from roster.intake import take_in
from roster.records import to_records
from sandbox.seed import ACME_UNITS

FIELDS = {"expensify": expensify.FIELDS, "findity": findity.FIELDS}
AS_SENT = {"expensify": lambda records: json.dumps(records).encode(), "findity": orjson.dumps}
"""As each one's client writes its records."""


def main(folder: Path, export: Path, out: Path) -> None:
    """Transform an export at a company whose destinations are empty; print the seconds of each part."""
    settings = Settings.model_validate(yaml.safe_load((folder / "defs.yaml").read_text(encoding="utf-8"))["attributes"])
    company, clock = Company(folder.name, settings, folder), _Clock()
    today = dt.date.today()  # noqa: DTZ011
    intake = take_in.take_in(export.read_bytes(), settings.hr.source, settings.hr.people, today)
    file = Taken(intake.roster, intake.rejects["employee_id"], False, 1, today, None, "benchmark")
    clock.note("read, check, link")
    rows = max(_delivered(destination, company, file, out, clock) for destination in company.destinations())
    sys.stdout.write(json.dumps({"rows": rows, "seconds": sum(clock.parts.values()), "parts": clock.parts}) + "\n")


def _delivered(destination: Destination, company: Company, file: Taken, out: Path, clock: "_Clock") -> int:
    """What one destination is to have, as it is sent: how many rows. As in a run, what is held for it goes before the next one's turn."""
    desired = engine.desire(destination, company.policy(), file, _nothing_known(), b"0123456789abcdef").records
    clock.note(f"{destination.name}: approvers, records")
    with out.with_suffix(f".{destination.name}").open("wb") as text:
        for start in range(0, len(desired), 10_000):  # in chunks
            text.write(AS_SENT[destination.name](to_records(desired.iloc[start : start + 10_000], FIELDS[destination.name])))
    clock.note(f"{destination.name}: JSON")
    return len(desired)


class _Clock:
    def __init__(self) -> None:
        self.parts: dict[str, float] = {}
        self._last = time.perf_counter()

    def note(self, part: str) -> None:
        """The end of a step: what is free goes back, as in a run."""
        give_back()
        now = time.perf_counter()
        self.parts[part], self._last = round(now - self._last, 3), now


def _nothing_known() -> Known:
    empty = {name: pd.DataFrame(columns=columns, dtype="str") for name, columns in (("members", MEMBER_COLUMNS), ("users", USER_COLUMNS))}
    empty["users"]["active"] = empty["users"]["active"].astype("boolean")
    acknowledged = pd.DataFrame(columns=ACKNOWLEDGED, dtype="str").astype({"active": "bool"})
    units = pd.DataFrame({name: list(ACME_UNITS) for name in UNIT_COLUMNS}, dtype="str")
    return Known({**empty, "units": units}, acknowledged)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
