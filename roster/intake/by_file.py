"""Where one of several files that are a roster is far from the last one: one that shrank is not made up for by another that grew.

Belongs here: counting and comparing file by file. Does not belong here: what comes of it (``roster.intake.gate``).
"""

from collections.abc import Iterator, Mapping

import pandas as pd

from roster.intake import largest
from roster.intake.facts import LEAVING, FileFacts, rows_of
from roster.intake.leavers import SAYS_LEFT
from roster.reading.lines import EACH
from roster.settings import CsvFormat, Gate


def counts(dispositions: pd.DataFrame, format: CsvFormat) -> dict[str, dict[str, int]]:
    """What each of several files is called → disposition → rows, with `LEAVING`; empty for one file.

    Args:
        dispositions: `roster.intake.take_in.IntakeResult.dispositions`.
        format: How the files read.
    """
    if not format.files:
        return {}
    place = dispositions["line"] // EACH
    left = dispositions["disposition"].eq("rejected") & dispositions["reason"].str.split("|").map(
        lambda codes: SAYS_LEFT in codes if isinstance(codes, list) else False
    ).astype("bool")
    found = {}
    for number, name in enumerate(format.files, 1):
        counted = dispositions.loc[place.eq(number), "disposition"].value_counts()
        found[name] = {str(what): int(count) for what, count in counted.items()} | {LEAVING: int((left & place.eq(number)).sum())}
    return found


def strange(facts: FileFacts, last: FileFacts | None, week: largest.Week, limits: Gate) -> list[str]:
    """What is strange about single files, in words that name each as the settings do."""
    highest = largest.files(last, week) if last else {}
    before = {name: rows_of(counted) for name, counted in last.files.items()} if last else {}
    return [sentence for name, counted in facts.files.items() for sentence in _of_one(name, counted, highest, before, limits)]


def _of_one(name: str, counted: Mapping[str, int], highest: Mapping[str, int], before: Mapping[str, int], limits: Gate) -> Iterator[str]:
    now, rejected = rows_of(counted), counted.get("rejected", 0) - counted.get(LEAVING, 0)
    if not limits.rejects.allows(rejected, now):
        yield f"{name} has {rejected:,} of {now:,} rows rejected"
    if name not in before:
        return
    if not limits.rows.allows(highest[name] - now, highest[name]):
        yield f"{name} has {now:,} rows (had {highest[name]:,})"
    if not limits.growth.allows(now - before[name], before[name]):
        yield f"{name} has {now:,} rows (had {before[name]:,})"
