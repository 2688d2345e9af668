"""A company of any size in a folder of its own: the demo's YAML, and one export for each day of a short story.

Belongs here: its files. Does not belong here: what its people look like (``benchmarks.roster``), running it.
"""

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from benchmarks import roster
from resources import places

NAME = "bench"
CHANGED = 0.025
"""The share of people in the file of the second day who are not as on the first."""


class Company:
    """A company's folder, and its export as it is from day to day.

    Args:
        base: Where everything of it goes.
        people: How many there are on the first day.
        destinations: Which of ``expensify`` and ``findity`` it uses.
    """

    def __init__(self, base: Path, people: int, destinations: tuple[str, ...] = ("expensify", "findity")) -> None:
        self.base, self.folder = base, base / "pipelines" / NAME
        self.folder.mkdir(parents=True)
        (base / "dagster_home").mkdir()
        (base / "dagster_home" / "dagster.yaml").symlink_to(places.PROJECT / "dagster.yaml")
        settings = yaml.safe_load((places.PROJECT / "pipelines" / "demo" / "defs.yaml").read_text(encoding="utf-8"))
        self.day = dt.date.today() - dt.timedelta(days=5)  # noqa: DTZ011
        self.rows = roster.export(people, self.day)
        (self.folder / "defs.yaml").write_text(yaml.safe_dump(_settings(settings, destinations, _leads(self.rows))), encoding="utf-8")
        self._new_day()

    @property
    def environment(self) -> dict[str, str]:
        """What points a process at this company."""
        return {
            "ROLLCALL_HOME": str(self.base),
            "ROLLCALL_PIPELINES": str(self.folder.parent),
            "DAGSTER_HOME": str(self.base / "dagster_home"),
            "DAGSTER_DISABLE_TELEMETRY": "1",
        }

    @property
    def file(self) -> Path:
        """The newest export."""
        return self.folder / f"people_{self.day}.csv"

    def changes(self) -> None:
        """The next day's export: one person in forty is new, has left or has moved."""
        self.rows = changed(self.rows)
        self._new_day()

    def nothing(self) -> None:
        """The next day's export: everyone is as they were."""
        self._new_day()

    def _new_day(self) -> None:
        self.day += dt.timedelta(days=1)
        roster.write(self.rows, self.file, self.day)


def changed(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of another day: 2 % have another department, 0.25 % have left, 0.25 % more are new."""
    rows = rows.copy()
    plain = rows.index[rows["Row state"].eq("Current") & rows["Status"].eq("A") & rows["Grade"].eq("IC") & rows["Last day"].isna()]
    few = max(1, round(CHANGED * len(rows) / 10))
    chosen = plain[np.linspace(0, len(plain) - 1, 10 * few).astype(int)].unique()
    left, movers, models = chosen[:few], chosen[few : 9 * few], chosen[9 * few :]
    rows.loc[left, "Status"] = "T"
    rows.loc[movers, "Department"] = rows.loc[movers, "Department"].map(lambda name: "Operations" if name != "Operations" else "Sales")
    new = rows.loc[models].copy()
    new["Employee No"] = (9_000_000 + pd.Series(range(len(new)), index=new.index)).astype(str)
    new["Work e-mail"] = "new." + new["Employee No"] + "@acme.example"
    return pd.concat([rows, new], ignore_index=True)


def _leads(rows: pd.DataFrame) -> str:
    """The number of somebody who works here and leads others: which numbers there are depends on how many people there are."""
    there = (
        rows["Row state"].eq("Current") & rows["Status"].eq("A") & rows["Last day"].isna() & rows["Employee No"].isin(rows["Manager No"])
    )
    return str(rows.loc[there, "Employee No"].iloc[0])


def _settings(settings: dict[str, Any], destinations: tuple[str, ...], leads: str) -> dict[str, Any]:
    attributes = settings["attributes"]
    attributes["approvers"]["fallback"] = leads
    del attributes["when"]  # nothing starts by itself here
    sftp = attributes["hr"].pop("sftp")
    reading = ("delimiter", "encoding", "date_in_name", "trailer")
    attributes["hr"]["csv"] = {"path": "people_*.csv", **{name: sftp[name] for name in reading}}
    for name in {"expensify", "findity"} - set(destinations):
        del attributes[name]
    return settings
