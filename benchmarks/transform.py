"""`python -m benchmarks.transform FOLDER EXPORT OUT`: the transform alone, from the bytes of an export to every payload as JSON.

Belongs here: calling the pure functions in their order, as the assets do. Does not belong here: the network, the ledger, Dagster's steps.
"""

import datetime as dt
import json
import sys
import time
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from assets import expensify, findity
from assets.attributes import Settings
from assets.company import Company
from resources.expensify import MEMBER_COLUMNS
from resources.findity import UNIT_COLUMNS, USER_COLUMNS
from resources.ledger.acknowledged import ACKNOWLEDGED
from roster import expensify as expensify_records
from roster import findity as findity_records
from roster.intake import take_in as intake
from roster.records import to_records
from sandbox.seed import ACME_UNITS


def main(folder: Path, export: Path, out: Path) -> None:
    """Transform an export at a company whose destinations are empty; print the seconds of each part."""
    settings = Settings.model_validate(yaml.safe_load((folder / "defs.yaml").read_text(encoding="utf-8"))["attributes"])
    company, clock = Company(folder.name, settings, folder), _Clock()
    taken = intake.take_in(export.read_bytes(), settings.hr.source, settings.hr.people, dt.date.today())  # noqa: DTZ011
    clock.note("read, check, link")
    rows = 0
    for destination, fields in (
        (expensify.destination(company), expensify_records.FIELDS),
        (findity.destination(company), findity_records.FIELDS),
    ):
        assert destination
        known = _nothing_known()
        desired = destination.desire(taken.roster, taken.rejects["employee_id"], known, known["acknowledged"], b"key")["desired"]
        clock.note(f"{destination.name}: approvers, records")
        with out.with_suffix(f".{destination.name}").open("w", encoding="utf-8") as file:
            for start in range(0, len(desired), 10_000):  # as they are sent: in chunks
                file.write(json.dumps(to_records(desired.iloc[start : start + 10_000], fields), ensure_ascii=False))
        clock.note(f"{destination.name}: JSON")
        rows = max(rows, len(desired))
    sys.stdout.write(json.dumps({"rows": rows, "seconds": sum(clock.parts.values()), "parts": clock.parts}) + "\n")


class _Clock:
    def __init__(self) -> None:
        self.parts: dict[str, float] = {}
        self._last = time.perf_counter()

    def note(self, part: str) -> None:
        now = time.perf_counter()
        self.parts[part], self._last = round(now - self._last, 3), now


def _nothing_known() -> dict[str, Any]:
    empty = {name: pd.DataFrame(columns=columns, dtype="str") for name, columns in (("members", MEMBER_COLUMNS), ("users", USER_COLUMNS))}
    empty["users"]["active"] = empty["users"]["active"].astype("boolean")
    acknowledged = pd.DataFrame(columns=list(ACKNOWLEDGED), dtype="str").astype({"active": "bool"})
    units = pd.DataFrame({name: list(ACME_UNITS) for name in UNIT_COLUMNS}, dtype="str")
    return {**empty, "acknowledged": acknowledged, "units": units}


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
