"""Where a company's export comes from, by its settings: one file, several, or changes.

Belongs here: which of the sources that is. Does not belong here: what each of them does (``resources.hr.sources``, ``resources.hr.sets``,
``resources.hr.changes``).
"""

from collections.abc import Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

from resources.hr import sources
from resources.hr.changes import FullOrChanges
from resources.hr.locations import FullAndChanges, Source
from resources.hr.sets import SeveralFiles
from resources.hr.sources import ExportSource


def export_source(source: Source, each: Mapping[str, Source], folder: Path, timezone: str) -> ExportSource:
    """Where a company's export comes from.

    Args:
        source: As the settings have it.
        each: Of several files, what each is called → its source.
        folder: What a relative path is relative to.
        timezone: The company's.
    """
    if each:
        return SeveralFiles({name: sources.source(own, folder) for name, own in each.items()}, each, ZoneInfo(timezone))
    if isinstance(source.changes, FullAndChanges):
        full = source.elsewhere(source.changes.full)
        return FullOrChanges(sources.source(source, folder), sources.source(full, folder), source, source.changes)
    return sources.source(source, folder)
