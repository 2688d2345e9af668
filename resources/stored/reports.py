"""The report files of runs, wherever this deployment keeps what it stores.

Belongs here: where they lie, writing them, finding and deleting old ones. Does not belong here: what is in them
(``resources.past.report_files``).

On a disk they are in a folder of their own, ``<home>/reports/<company>/<first run>``. In an object store they are beside the company's
values, ``<base>/<company>/reports/<first run>``, where every process of the deployment finds them; those that an earlier version left on
the disk are found and deleted there too.
"""

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from resources import owner_only, places
from resources.places import located
from resources.stored import objects

REPORTS: Final = "reports"
"""The folder of a company in an object store that holds no run's values."""


class StoredReports:
    """One company's report files."""

    def __init__(self, company: str, base: str | None = None) -> None:
        self._disk = places.reports() / company
        there = located(base or places.storage())
        self._objects = None if isinstance(there, Path) else there.joinpath(company, REPORTS)

    def write(self, run_id: str, name: str, content: bytes) -> Any:
        """Write a file of a run whole or not at all, in place of what was there; give its place, a ``Path`` or a ``UPath``.

        Raises:
            Failed: The object store does not take it.
        """
        if self._objects is None:
            file = owner_only.make_directory(self._disk / run_id) / name
            owner_only.write(file, content)
            return file
        file = self._objects.joinpath(run_id, name)
        objects.write(file, content)
        return file

    def last_written(self) -> dict[str, datetime]:
        """When the reports of each run were last written."""
        found = {folder.name: datetime.fromtimestamp(folder.stat().st_mtime, UTC) for folder in self._folders()}
        for name, moment in (objects.files(self._objects) if self._objects else {}).items():
            run_id = name.partition("/")[0]
            found[run_id] = max(moment, found.get(run_id, moment))
        return found

    def delete(self, run_id: str) -> None:
        """Delete a run's; what is gone already is fine.

        Raises:
            Failed: Something of it stays.
        """
        shutil.rmtree(self._disk / run_id, ignore_errors=True)
        if self._objects:
            objects.delete(self._objects / run_id)

    def delete_all(self) -> int:
        """Delete the reports of all runs; of how many runs there were any.

        Raises:
            Failed: Something of it stays.
        """
        count = len(self.last_written())
        shutil.rmtree(self._disk, ignore_errors=True)
        if self._objects:
            objects.delete(self._objects)
        return count

    def rename(self, company: str) -> None:
        """Make those on the disk another company's; those in an object store move with its values."""
        if self._disk.is_dir():
            shutil.rmtree(self._disk.with_name(company), ignore_errors=True)
            self._disk.rename(self._disk.with_name(company))

    def _folders(self) -> list[Path]:
        return [folder for folder in self._disk.iterdir() if folder.is_dir()] if self._disk.is_dir() else []
