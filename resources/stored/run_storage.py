"""Where assets keep their values: one directory for each run and asset.

Belongs here: writing a value whole or not at all, finding the value that a given run produced. Does not belong here: what a value means.

Dagster's own storage is keyed by asset, so that re-executing run A from failure after run B pushed B's data under A's name. Keyed by the
run that produced a value, A's retry finds A's. Where no run is named, because the producer is not part of the run, the newest value is
read: good for looking, never for a write. `producer` tells a step which of the two it was given.

Layout: ``<base>/<company>/<run>/<asset key>/index.json`` and the files that it names. The index is written last.
"""

import io
import json
import re
import secrets
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

import dagster as dg
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from resources import owner_only
from resources.failures import Failed
from resources.memory import give_back
from resources.own_text import Stopped
from resources.places import located
from resources.shortage import shortage
from resources.stored import objects

PRODUCER: Final = "_producer"
"""Under this key a loaded dict, and under this name in its `attrs` a loaded frame, says which run it comes from."""

WHEN_NEEDED: Final = {"rollcall/read": "when needed"}
"""Metadata of an input: a value that is one frame comes as a `StoredValue` with the entry ``value``, read if the step asks for it."""

_PLACEHOLDER: Final = "__EPHEMERAL_RUN_ID"  # what Dagster gives as the run of an upstream asset that is not in the run
NEWEST: Final = "newest"
"""The folder that says which run wrote an asset last."""
INDEX: Final = "index.json"
"""The file that makes a folder a value."""
_ENTRY: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_]*")


class Producer(NamedTuple):
    """Where a loaded value comes from."""

    run_id: str
    newest: bool
    """True if no run was named and this is simply the newest value: a write must refuse it."""


def is_placeholder(run_id: str | None) -> bool:
    """Whether this stands for "no run in particular" instead of naming a run."""
    return not run_id or run_id == _PLACEHOLDER


class StoredValue(Mapping[str, Any]):
    """A stored dict of frames and bytes, each read when it is first asked for: no step needs all of them.

    Args:
        place: Its folder.
        files: Entry → file.
        source: Where it comes from.
    """

    def __init__(self, place: Any, files: Mapping[str, str], source: Producer) -> None:
        self._place, self._files, self.source = place, files, source
        self._read: dict[str, Any] = {}

    def __getitem__(self, entry: str) -> Any:
        if entry not in self._read:
            self._read[entry] = decoded(self._place / self._files[entry])
        return self._read[entry]

    def __contains__(self, entry: object) -> bool:
        return entry in self._files

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)


def producer(value: pd.DataFrame | Mapping[str, Any]) -> Producer:
    """Which run a value comes from that a step was given.

    Raises:
        LookupError: The value was not loaded from storage.
    """
    if isinstance(value, StoredValue):
        return value.source
    known = value.attrs if isinstance(value, pd.DataFrame) else value
    if PRODUCER not in known:
        raise LookupError("this value does not come from storage")
    return Producer(**known[PRODUCER])


class RunStorage(dg.ConfigurableIOManager):
    """Keeps frames as Parquet, bytes as they are, everything else as JSON; never pickles.

    A dict that holds frames or bytes is kept as one file for each entry, and comes back as a `StoredValue`. Dicts and frames come back with
    their `producer`.
    """

    base: str
    """A local directory, or any location that universal-pathlib knows (``s3://bucket/rollcall``)."""
    company: str
    """The directory below `base`."""

    def handle_output(self, context: dg.OutputContext, obj: Any) -> None:
        """Write a step's value under its run."""
        with _reported(None):
            place = self._place(context.run_id, context.asset_key)
        with _reported(place):
            files = _files(obj, "/".join(context.asset_key.path))
            _write(place, files)
            point(self._place(NEWEST, context.asset_key), context.run_id)
        size = sum(map(len, files.values()))
        del files
        give_back()  # what one step has used lies scattered, and the next one asks for other sizes
        # Not where: a long path widens every table of the asset's page beyond it, and it follows from run and asset (docs/files.md).
        context.add_output_metadata({"stored (bytes)": size})

    def load_input(self, context: dg.InputContext) -> Any:
        """Read the value that the upstream run wrote; where none is named, the newest.

        Raises:
            dagster.Failure: There is no such value.
        """
        with _reported(None):
            return self._loaded(context)

    def _loaded(self, context: dg.InputContext) -> Any:
        key = context.asset_key
        run_id, whole = _named_run(context), context.definition_metadata.get("rollcall/read") is None
        if run_id is not None:
            return self._load(Producer(run_id, newest=False), key, whole=whole)
        newest = self._newest(key)
        context.log.info(f"{key.to_user_string()}: not produced in this run; reading the newest value, of run {newest}")
        return self._load(Producer(newest, newest=True), key, whole=whole)

    def of_run(self, run_id: str, key: dg.AssetKey) -> Any:
        """The value that a run wrote, for a step that knows by other means which run it wants.

        Raises:
            dagster.Failure: There is no such value.
            Failed: The storage cannot be read.
        """
        return self._load(Producer(run_id, newest=False), key)

    def newest(self, key: dg.AssetKey) -> Any:
        """The newest value, for a step that only looks.

        Raises:
            dagster.Failure: No run has produced one.
            Failed: The storage cannot be read.
        """
        return self._load(Producer(self._newest(key), newest=True), key)

    def _load(self, source: Producer, key: dg.AssetKey, *, whole: bool = True) -> Any:
        place = self._place(source.run_id, key)
        try:
            index = json.loads(objects.read(place / INDEX))
        except (FileNotFoundError, NotADirectoryError):
            raise _missing(key, f"run {source.run_id} left no value of it in storage") from None
        if index["bundle"] or not whole:
            return StoredValue(place, index["files"], source)
        return _marked(decoded(place / index["files"]["value"]), source)

    def _newest(self, key: dg.AssetKey) -> str:
        try:
            return str(json.loads(objects.read(self._place(NEWEST, key) / INDEX))["run_id"])
        except (FileNotFoundError, NotADirectoryError):
            raise _missing(key, "no run has produced it yet") from None

    def _place(self, run_id: str, key: dg.AssetKey) -> Any:
        return located(self.base).joinpath(self.company, run_id, *key.path)


@contextmanager
def _reported(place: Any) -> Iterator[None]:
    """Says what is wrong with the storage, or that memory does not suffice: a step's value is stored and read outside the step."""
    try:
        yield
    except Failed as failure:
        raise Stopped(str(failure)) from None
    except Exception as error:
        if lack := shortage(error, place if isinstance(place, Path) else None):
            raise Stopped(str(lack)) from None
        raise


def _named_run(context: dg.InputContext) -> str | None:
    try:
        run_id = context.upstream_output.run_id if context.upstream_output else None
    except dg.DagsterInvariantViolationError:  # a value that is loaded outside any run
        run_id = None
    return None if is_placeholder(run_id) else run_id


def _missing(key: dg.AssetKey, why: str) -> dg.Failure:
    name = key.to_user_string()
    return Stopped(
        f"There is no stored value of {name}: {why}. Start a new run that includes {name}; it is not read from another run instead."
    )


def _files(value: Any, name: str) -> dict[str, bytes]:
    """The files of a value, the index last."""
    if isinstance(value, Mapping):
        value = {key: entry for key, entry in value.items() if key != PRODUCER}
    bundle = isinstance(value, dict) and any(isinstance(entry, pd.DataFrame | bytes) for entry in value.values())
    files: dict[str, bytes] = {}
    entries: dict[str, str] = {}
    for entry, content in (value if bundle else {"value": value}).items():
        if not _ENTRY.fullmatch(str(entry)) or f"{entry}.json" == INDEX:
            raise Stopped(f"{name}: an entry of a stored dict needs a plain name.")
        suffix, encoded = _encoded(content, f"{name}, {entry}")
        entries[entry] = f"{entry}.{suffix}"
        files[entries[entry]] = encoded
    files[INDEX] = json.dumps({"bundle": bundle, "files": entries}).encode()
    return files


def _encoded(value: Any, name: str) -> tuple[str, bytes]:
    # The libraries' own errors quote cells, so they are replaced and not chained.
    if isinstance(value, bytes):
        return "bin", value
    if isinstance(value, pd.DataFrame):
        plain = value.copy(deep=False)
        plain.attrs = {}
        buffer = io.BytesIO()
        try:
            plain.to_parquet(buffer, engine="pyarrow", write_statistics=False)  # nobody asks for a part of a file
        except (pa.ArrowException, TypeError, ValueError):
            raise Stopped(f"{name}: a column of this frame has no single type that Parquet can hold.") from None
        return "parquet", buffer.getvalue()
    try:
        return "json", json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
    except (TypeError, ValueError):
        raise Stopped(f"{name}: neither a frame, nor bytes, nor JSON.") from None


def decoded(file: Any) -> Any:
    """What a file of a stored value holds: a frame, bytes, or JSON."""
    content = objects.read(file)
    if file.suffix == ".parquet":
        # As pandas reads it, but for looking for a whole folder of files first, which takes longer than reading one.
        return pq.ParquetFile(pa.BufferReader(content)).read().to_pandas()
    return json.loads(content) if file.suffix == ".json" else content


def _marked(value: Any, source: Producer) -> Any:
    if isinstance(value, pd.DataFrame):
        value.attrs[PRODUCER] = source._asdict()
    elif isinstance(value, dict):
        value[PRODUCER] = source._asdict()
    return value


def _write(place: Any, files: dict[str, bytes]) -> None:
    if not isinstance(place, Path):
        _write_objects(place, files)
        return
    owner_only.make_directory(place.parent)
    temporary = Path(tempfile.mkdtemp(dir=place.parent, prefix=f".{place.name}."))  # mkdtemp creates 0700
    try:
        for name, content in files.items():
            owner_only.write_new(temporary / name, content)
        _swap(temporary, place)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def write_value(place: Any, value: Any, name: str) -> None:
    """Write a value to its folder, whole or not at all."""
    _write(place, _files(value, name))


def point(place: Any, run_id: str) -> None:
    """Say which run wrote an asset last."""
    content = json.dumps({"run_id": run_id}).encode()
    if isinstance(place, Path):
        owner_only.write(owner_only.make_directory(place) / INDEX, content)  # other runs read and write it at the same time
    else:
        objects.write(place / INDEX, content)


def _write_objects(place: Any, files: dict[str, bytes]) -> None:
    """Without a rename, what makes a value another one is its index: the files beside it have names that no earlier attempt has used."""
    attempt = secrets.token_hex(4)
    named = {name: f"{attempt}-{name}" for name in files if name != INDEX}
    for name, unique in named.items():
        objects.write(place / unique, files[name])
    index = json.loads(files[INDEX])
    index["files"] = {entry: named[name] for entry, name in index["files"].items()}
    objects.write(place / INDEX, json.dumps(index).encode())


def _swap(temporary: Path, place: Path) -> None:
    # A directory replaces only an empty one: an older value of the same run steps aside first.
    if place.exists():
        aside = Path(tempfile.mkdtemp(dir=place.parent, prefix=f".{place.name}."))
        place.replace(aside)
        shutil.rmtree(aside)
    temporary.replace(place)
