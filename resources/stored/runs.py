"""Stored values seen as runs: looking into one by hand, finding and deleting old ones.

Belongs here: what goes over many runs, or reads one entry of a value without a step. Does not belong here: writing values and reading them
for a step (``resources.stored.run_storage``, which fixes the layout).
"""

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from resources import places
from resources.places import located
from resources.stored import objects
from resources.stored.reports import REPORTS
from resources.stored.run_storage import INDEX, NEWEST, decoded, point, write_value

_NO_RUNS: Final = (NEWEST, REPORTS)
"""Folders of a company that are no run's."""


class StoredRuns:
    """One company's stored values.

    Every method raises `resources.failures.Failed` if an object store does not do what it is asked for: what cannot be read or listed is
    not what is not there.
    """

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
            return decoded(place / json.loads(objects.read(place / INDEX))["files"][name])
        except (FileNotFoundError, NotADirectoryError, KeyError):
            return None

    def stored(self, run_id: str, asset: str) -> bool:
        """Whether a run stored a value of an asset, and it is still there."""
        try:
            objects.read(self._folder.joinpath(run_id, self._company, *asset.split("/"), INDEX))
        except (FileNotFoundError, NotADirectoryError):
            return False
        return True

    def newest_of(self, asset: str) -> str | None:
        """The run that stored an asset last; None if none did."""
        try:
            return str(json.loads(objects.read(self._folder.joinpath(NEWEST, self._company, *asset.split("/"), INDEX)))["run_id"])
        except (FileNotFoundError, NotADirectoryError):
            return None

    def entries(self, run_id: str) -> Iterator[tuple[str, str]]:
        """Asset and name of every entry that a run stored."""
        place = self._folder.joinpath(run_id, self._company)
        for asset in _assets(place):
            yield from ((asset, name) for name in json.loads(objects.read(place.joinpath(asset, INDEX)))["files"])

    def last_written(self) -> dict[str, datetime]:
        """When each run last stored something."""
        if isinstance(self._folder, Path):
            return {run.name: max(map(_modified, run.rglob(INDEX)), default=_modified(run)) for run in self._folders()}
        found: dict[str, datetime] = {}
        for file, moment in objects.files(self._folder).items():
            run_id = file.partition("/")[0]
            if run_id not in _NO_RUNS:
                found[run_id] = max(moment, found.get(run_id, moment))
        return found

    def newest(self) -> set[str]:
        """The runs whose value of some asset is the newest there is."""
        place = self._folder / NEWEST
        return {str(json.loads(objects.read(place.joinpath(asset, INDEX)))["run_id"]) for asset in _assets(place)}

    def delete(self, run_id: str) -> None:
        """Delete all that a run stored; what is gone already is fine."""
        place = self._folder / run_id
        if isinstance(place, Path):
            shutil.rmtree(place, ignore_errors=True)
        else:
            objects.delete(place)

    def rename(self, company: str) -> None:
        """Make all that is stored another company's, in place of what that one has; what is not there is no matter, as after a rename that
        was killed."""
        if not isinstance(self._folder, Path):
            self._rename_objects(company)
            return
        if not self._folder.exists():
            return
        # Every value lies below its asset's key, which begins with the company too.
        for run in [run for run in self._folder.iterdir() if run.is_dir()]:
            if (run / self._company).exists():
                _move(run / self._company, run / company)
        _move(self._folder, self._folder.parent / company)

    def _rename_objects(self, company: str) -> None:
        """The same without a rename: copies first, what is there last, so that whoever was killed in between can begin again."""
        there, ours = self._folder.parent / company, f"/{self._company}/"
        names = {name: _renamed(name, ours, f"/{company}/") for name in objects.files(self._folder)}
        if not names:
            return
        for name in set(objects.files(there)) - set(names.values()):
            objects.delete_file(there / name)
        for name, new in names.items():
            objects.write(there / new, objects.read(self._folder / name))
        objects.delete(self._folder)

    def put(self, run_id: str, asset: str, value: dict[str, Any]) -> None:
        """Store a value of an asset in the place of what a run stored last, and say that it is the newest."""
        place = self._folder.joinpath(run_id, self._company, *asset.split("/"))
        write_value(place, value, asset)
        point(self._folder.joinpath(NEWEST, self._company, *asset.split("/")), run_id)

    def delete_all(self, but: str | None = None) -> int:
        """Delete what every run stored, and which was the newest; how many runs that were.

        Args:
            but: What was `put` in the place of a run, and stays.
        """
        runs = [run for run in self.last_written() if run != but]
        for name in (*([NEWEST] if but is None else []), *runs):
            self.delete(name)
        return len(runs)

    def remains(self) -> str:
        """What an S3 bucket keeps of files that were deleted or overwritten, in a sentence; empty where it keeps none or does not say."""
        count = 0 if isinstance(self._folder, Path) else objects.former_versions(self._folder)
        if not count:
            return ""
        kept = "1 former version" if count == 1 else f"{count:,} former versions"
        return f"The bucket keeps {kept} of {self._company}'s files: delete them there, or have its lifecycle rule do it."

    def _folders(self) -> Iterator[Path]:
        if self._folder.exists():
            yield from (run for run in self._folder.iterdir() if run.is_dir() and run.name != NEWEST)


def _assets(place: Any) -> list[str]:
    """The assets of which a value lies below a place, in order."""
    if isinstance(place, Path):
        found = ["/".join(index.parent.relative_to(place).parts) for index in place.rglob(INDEX)]
    else:
        found = [name.removesuffix(f"/{INDEX}") for name in objects.files(place) if name.endswith(f"/{INDEX}")]
    return sorted(found)


def _renamed(name: str, old: str, new: str) -> str:
    """A file's path below the company's folder: every value lies below its asset's key, which begins with the company too."""
    run_id = name.partition("/")[0]
    return name if run_id == REPORTS else name.replace(old, new, 1) if name[len(run_id) :].startswith(old) else name


def _move(place: Path, to: Path) -> None:
    shutil.rmtree(to, ignore_errors=True)
    place.replace(to)


def _modified(place: Path) -> datetime:
    return datetime.fromtimestamp(place.stat().st_mtime, UTC)
