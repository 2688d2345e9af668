"""The roster on which a file of changes is put: what the last file that passed the gate came to.

Belongs here: which that is, what is stored with an export for the next one, and which file that is. Does not belong here: putting changes
on it (``roster.intake.changes``), which file may follow (``roster.intake.sequence``).

It is stored with the export that it comes of, so that it is there whole or not at all: a run that was killed before has left the one
before it. The same file once more is put on what it was put on before.
"""

from dataclasses import dataclass
from typing import Any

import dagster as dg
import pandas as pd

from resources.hr.changes import FullOrChanges, position_in
from resources.hr.files import Export
from resources.hr.sources import ExportSource, Found
from resources.stored.run_storage import RunStorage
from roster.intake import changes, sequence
from roster.intake.sequence import Position
from roster.intake.take_in import IntakeResult
from roster.settings import Changes


@dataclass(frozen=True)
class Before:
    """What the last file came to."""

    rows: pd.DataFrame | None = None
    """The roster's rows (`roster.intake.changes.after`); None if there was none, or it was read without changes."""
    position: Position | None = None
    """Where in the sequence it stood."""

    def under(self, content: bytes) -> bytes:
        """A file, with the rows before it."""
        return changes.with_before(content, self.rows)

    def check(self, export: Export, result: IntakeResult, settings: Changes) -> None:
        """Whether a file follows the last one.

        Raises:
            Unfit: It does not.
        """
        sequence.check(position_in(export.content, result.trailer_date), self.position, settings)

    def entries(self, export: Export, result: IntakeResult, *, counts: bool) -> dict[str, Any]:
        """What is stored with an export for the next one.

        Args:
            export: As it came.
            result: What it says.
            counts: Whether the next one is put on it; else that is put on what this was.
        """
        position = position_in(export.content, result.trailer_date) if counts else self.position
        rows = result.after if counts else self.rows
        return {
            **({} if rows is None else {"rows": rows}),
            "position": position.to_json() if position else None,
            "before": self.position.to_json() if self.position else None,
        }


def last(storage: RunStorage, key: dg.AssetKey, sha256: str) -> Before:
    """What a file is put on.

    Args:
        storage: The company's.
        key: That of `hr/export`.
        sha256: What tells the file's plain content from another.
    """
    try:
        stored = storage.newest(key)
    except dg.Failure:
        return Before()
    if "position" not in stored:
        return Before()
    same = stored["facts"]["sha256"] == sha256
    # Without its content (somebody was forgotten) the same changes are put on what they came to, which they leave as it is.
    rows = changes.before_in(stored["content"]) if same and "content" in stored else stored.get("rows")
    return Before(rows, _position(stored["before"] if same else stored["position"]))


def next_file(source: ExportSource, storage: RunStorage, key: dg.AssetKey, *, hurried: bool = False) -> Found:
    """The file that is to be read: the newest; of changes the one that comes next, as long as the newest does not.

    Args:
        source: Where files come from.
        storage: The company's.
        key: That of `hr/export`.
        hurried: As for `ExportSource.newest`.
    """
    newest = source.newest(hurried)
    if not isinstance(source, FullOrChanges):
        return newest
    try:
        stored = storage.newest(key)
    except dg.Failure:
        stored = {}
    return source.following(newest, _position(stored.get("position")))


def _position(stored: Any) -> Position | None:
    return Position.from_json(stored) if stored else None
