"""Stored values seen as runs: looking into one by hand, finding and deleting old ones.

Belongs here: what goes over many runs, or reads one entry of a value without a step. Does not belong here: writing values and reading them
for a step (``resources.stored.run_storage``, which fixes the layout).
"""

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from resources import places
from resources.places import located
from resources.stored.run_storage import INDEX, NEWEST, decoded


class StoredRuns:
    """One company's stored values."""

    def __init__(self, company: str, base: str | None = None) -> None:
        self._company = company
        self._folder = located(base or places.storage()).joinpath(company)

    def entry(self, run_id: str, asset: str, name: str) -> Any:
        """One entry of a value that a run stored: a frame, bytes, or JSON; None if it stored no such thing, or it is gone.

        Args:
            run_id: The run.
            asset: Such as ``hr/rejects``.
            name: The entry; ``value`` where the value is no bundle.
        """
        place = self._folder.joinpath(run_id, self._company, *asset.split("/"))
        try:
            return decoded(place / json.loads((place / INDEX).read_bytes())["files"][name])
        except (FileNotFoundError, NotADirectoryError, KeyError):
            return None

    def entries(self, run_id: str) -> Iterator[tuple[str, str]]:
        """Asset and name of every entry that a run stored."""
        place = self._folder.joinpath(run_id, self._company)
        for index in sorted(place.rglob(INDEX), key=str):
            asset = "/".join(index.parent.parts[len(place.parts) :])
            yield from ((asset, name) for name in json.loads(index.read_bytes())["files"])

    def last_written(self) -> dict[str, datetime]:
        """When each run last stored something."""
        found: dict[str, datetime] = {}
        for run in self._folders():
            found[run.name] = max(map(_modified, run.rglob(INDEX)), default=_modified(run))
        return found

    def newest(self) -> set[str]:
        """The runs whose value of some asset is the newest there is."""
        return {str(json.loads(index.read_bytes())["run_id"]) for index in self._folder.joinpath(NEWEST).rglob(INDEX)}

    def delete(self, run_id: str) -> None:
        """Delete all that a run stored; what is gone already is fine."""
        place = self._folder / run_id
        if isinstance(place, Path):
            shutil.rmtree(place, ignore_errors=True)
        elif place.exists():
            place.rmdir(recursive=True)

    def rename(self, company: str) -> None:
        """Make all that is stored another company's, in place of what that one has; what is not there is no matter, as after a rename that
        was killed."""
        if not self._folder.exists():
            return
        # Every value lies below its asset's key, which begins with the company too.
        for run in [run for run in self._folder.iterdir() if run.is_dir()]:
            if (run / self._company).exists():
                _move(run / self._company, run / company)
        _move(self._folder, self._folder.parent / company)

    def delete_all(self) -> int:
        """Delete what every run stored, and which was the newest; how many runs that were."""
        runs = [run.name for run in self._folders()]
        for name in (NEWEST, *runs):
            self.delete(name)
        return len(runs)

    def _folders(self) -> Iterator[Any]:
        if self._folder.exists():
            yield from (run for run in self._folder.iterdir() if run.is_dir() and run.name != NEWEST)


def _move(place: Any, to: Any) -> None:
    if isinstance(place, Path):
        shutil.rmtree(to, ignore_errors=True)
        place.replace(to)
        return
    if to.exists():
        to.rmdir(recursive=True)
    place.fs.mv(place.path, to.path, recursive=True)


def _modified(place: Any) -> datetime:
    if isinstance(place, Path):
        return datetime.fromtimestamp(place.stat().st_mtime, UTC)
    try:
        moment: datetime = place.fs.modified(place.path)
    except (FileNotFoundError, NotImplementedError):  # folders of an object store have no time, and some places tell none: it counts as new
        return datetime.now(UTC)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
