"""What HR sends the demo on a second night: a file with more leavers than may leave at once, then one that was cut short on its way.

Belongs here: how both are made from the first night's file. Does not belong here: what a destination refuses that night
(``pipelines/demo/second_night.yaml``), running (``cli.running``), the sandbox (``cli.demo``).
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any, Final

import httpx
import pandas as pd
import yaml

from cli import demo

FIRST: Final = "acme_people_2026-11-20.csv"
NAME: Final = "acme_people_2026-11-21.csv"
CUT_SHORT: Final = "acme_people_2026-11-22.csv"
LEAVERS: Final = 6
"""Twice as many as the demo's limit lets go at once."""
LAST_DAY: Final = "31.10.2026"
MOVERS: Final = ["001747", "1744", "001741", "001732"]
"""Move to another department."""
REFUSED: Final = MOVERS[0]
"""A destination refuses that of one of them."""


def write(folder: Path) -> Path:
    """Puts the second night's file beside the first one's."""
    *lines, trailer = (folder / FIRST).read_text(encoding="utf-8").splitlines()
    rows = pd.read_csv(StringIO("\n".join(lines)), sep=";", dtype="str", keep_default_na=False)
    employed = rows["Status"].eq("A") & rows["Row state"].eq("Current") & rows["Grade"].eq("IC") & rows["Worker type"].eq("Employee")
    once = ~rows["Employee No"].duplicated(keep=False)
    here = pd.to_datetime(rows["Hire date"], format="%d.%m.%Y", errors="coerce").lt(pd.Timestamp(2026, 1, 1))
    may_leave = rows.index[employed & once & here & ~rows["Employee No"].isin([*rows["Manager No"], *MOVERS])]
    rows.loc[may_leave[:LEAVERS], ["Status", "Last day"]] = ["T", LAST_DAY]
    rows.loc[rows["Employee No"].isin(MOVERS), "Department"] = "Operations"
    file = folder / NAME
    text = rows.to_csv(sep=";", index=False, lineterminator="\n") + trailer.replace("2026-11-20", "2026-11-21")
    file.write_text(text + "\n", encoding="utf-8")
    return file


@contextmanager
def cut_short(folder: Path) -> Iterator[Path]:
    """For as long as the block lasts, HR's newest file is one of which the second half and its count of rows are missing."""
    lines = (folder / NAME).read_text(encoding="utf-8").splitlines(keepends=True)
    file = folder / CUT_SHORT
    file.write_text("".join(lines[: len(lines) // 2]), encoding="utf-8")
    try:
        yield file
    finally:
        file.unlink()


def refuses() -> str:
    """Which destination refuses somebody that night."""
    return str(_special()["refuses"])


@contextmanager
def refusing(environment: Mapping[str, str]) -> Iterator[None]:
    """For as long as the block lasts, that destination's stand-in refuses one person, and takes all others.

    Args:
        environment: What points at the sandbox.
    """
    special = _special()
    faults = re.sub(r"^(https?://[^/]+).*", r"\1/control/faults", environment[special["address"]])
    httpx.post(faults, json=special["fault"]).raise_for_status()
    try:
        yield
    finally:
        httpx.delete(faults).raise_for_status()


def _special() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((demo.COMPANY / "second_night.yaml").read_text(encoding="utf-8"))
    return found
