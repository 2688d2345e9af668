"""What HR sends the demo on a second night: a file with more leavers than may leave at once, then one that was cut short on its way.

Belongs here: how both are made from the first night's file, and having the sandbox refuse somebody. Does not belong here: who they are
(``pipelines/demo/second_night.yaml``), running (``cli.running``), the sandbox (``cli.demo``).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any

import httpx
import pandas as pd
import yaml

from cli import demo


def plays() -> dict[str, Any]:
    """What that night is made of."""
    found: dict[str, Any] = yaml.safe_load((demo.COMPANY / "second_night.yaml").read_text(encoding="utf-8"))
    return found


def write(folder: Path) -> Path:
    """Puts the second night's file beside the first one's."""
    night = plays()
    *lines, trailer = (folder / night["first"]).read_text(encoding="utf-8").splitlines()
    rows = pd.read_csv(StringIO("\n".join(lines)), sep=";", dtype="str", keep_default_na=False)
    employed = rows["Status"].eq("A") & rows["Row state"].eq("Current") & rows["Grade"].eq("IC") & rows["Worker type"].eq("Employee")
    once = ~rows["Employee No"].duplicated(keep=False)
    here = pd.to_datetime(rows["Hire date"], format="%d.%m.%Y", errors="coerce").lt(pd.Timestamp(2026, 1, 1))
    may_leave = rows.index[employed & once & here & ~rows["Employee No"].isin([*rows["Manager No"], *night["movers"]])]
    rows.loc[may_leave[: night["leavers"]], ["Status", "Last day"]] = ["T", night["last_day"]]
    rows.loc[rows["Employee No"].isin(night["movers"]), "Department"] = night["department"]
    file: Path = folder / night["name"]
    day, before = (Path(night[name]).stem[-10:] for name in ("name", "first"))
    text = rows.to_csv(sep=";", index=False, lineterminator="\n") + trailer.replace(before, day)
    file.write_text(text + "\n", encoding="utf-8")
    return file


@contextmanager
def cut_short(folder: Path) -> Iterator[Path]:
    """For as long as the block lasts, HR's newest file is one of which the second half and its count of rows are missing."""
    night = plays()
    lines = (folder / night["name"]).read_text(encoding="utf-8").splitlines(keepends=True)
    file: Path = folder / night["cut_short"]
    file.write_text("".join(lines[: len(lines) // 2]), encoding="utf-8")
    try:
        yield file
    finally:
        file.unlink()


@contextmanager
def refusing(sandbox: str) -> Iterator[None]:
    """For as long as the block lasts, the sandbox refuses one person, and takes all others.

    Args:
        sandbox: Where it listens.
    """
    faults = f"{sandbox}/control/faults"
    httpx.post(faults, json=plays()["fault"]).raise_for_status()
    try:
        yield
    finally:
        httpx.delete(faults).raise_for_status()
