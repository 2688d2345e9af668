"""HR's files in an object store: Amazon's and its like, Google's, Azure's, each through fsspec's class.

Belongs here: what is asked of a store, and in which sentence it fails. Does not belong here: which file it is (``resources.hr.urls``), what
its errors are called (``resources.object_stores``), what Rollcall itself keeps in one (``resources.stored``).

Listings are never kept: each is a fresh one. A file is read and written by one request, so that it is one content, whole or not at all. To
archive is to write it there, to look whether it is there, and to delete it here: no store renames.
"""

import posixpath
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, Final, Literal

from resources.environment import FromEnv
from resources.failures import Failed, Permanent, Transient
from resources.hr.url_settings import Option, UrlSource
from resources.hr.urls import Seen, Wanted, other_name
from resources.object_stores import AZURE, IN_ONE, meaning, modified
from resources.places import LIBRARIES

Verb = Literal["list", "read", "archive", "delete"]
_HURRIED: Final[Mapping[str, dict[str, Any]]] = {
    "s3": {"config_kwargs": {"connect_timeout": 8, "read_timeout": 15, "retries": {"max_attempts": 1}}},
    "gs": {"requests_timeout": 15},
    "abfs": {"connection_timeout": 8, "read_timeout": 15},
}
"""For someone who asks again soon: briefly."""


_CREDENTIALS: Final = "those in `options` of the settings, or in the environment of this process where it names none"
_NO_BUCKET: Final = "Correct `url`, or have the bucket or container made."
_REGION: Final = "options: {client_kwargs: {region_name: …}}"


class _Missing(Exception):
    """What was asked for is not there."""


class Bucket:
    """The folder of a bucket or container.

    Args:
        settings: Which, and what its library is given.
        hurried: Ask once and briefly.

    Raises:
        Permanent: The library is not installed, or does not take what it is given.
    """

    def __init__(self, settings: UrlSource, hurried: bool = False) -> None:
        self.name = f"The bucket {settings.scheme}://{settings.host.partition('@')[0]}"
        self._kind = settings.scheme
        try:
            self._fs, self._folder = _opened(settings, hurried)
        except ImportError:
            library, install = LIBRARIES[self._kind]
            message = f"HR's file is at {self._kind}://, for which {library} is not installed."
            raise Permanent(message, f"Install it: pip install '{install}'.") from None
        except Failed:
            raise
        except Exception as error:  # a library's own: its text may repeat what it was given
            raise self._failure(error, "list") from None
        self._bucket = self._folder.lstrip("/").partition("/")[0]

    def listed(self, wanted: Wanted) -> Iterator[Seen]:
        """See `resources.hr.urls.Place`."""
        try:
            with self._requesting("list"):
                self._fs.invalidate_cache()
                found = self._fs.ls(self._folder, detail=True)
        except _Missing:
            found = []
        if not found:
            self._is_there()
        for about in found:
            name = posixpath.basename(about["name"].rstrip("/"))
            if about["type"] == "file" and wanted(name):
                yield self._seen(about)

    def now(self, path: str) -> Seen | None:
        """See `resources.hr.urls.Place`."""
        with suppress(_Missing), self._requesting("read"):
            self._fs.invalidate_cache()
            about = self._fs.info(path)
            return self._seen(about) if about["type"] == "file" else None
        return None

    def read(self, file: Seen) -> bytes:
        """See `resources.hr.urls.Place`."""
        try:
            with self._requesting("read"):
                return bytes(self._fs.cat_file(file.path))
        except _Missing:
            raise FileNotFoundError from None

    def archive(self, file: Seen, folder: str) -> None:
        """See `resources.hr.urls.Place`."""
        here = posixpath.dirname(file.path)
        root = self._folder[: self._folder.index(self._bucket) + len(self._bucket)]
        into = posixpath.normpath(posixpath.join(root, folder.lstrip("/")) if folder.startswith("/") else posixpath.join(here, folder))
        target, content = posixpath.join(into, file.name), self.read(file)
        there = self.now(target)
        # One that an attempt has left there whose process was killed before it deleted the file here is this one.
        if there and not (there.size == file.size and self.read(there) == content):
            target = posixpath.join(into, other_name(file))
        try:
            with self._requesting("archive"):
                self._fs.pipe_file(target, content, **IN_ONE.get(self._kind, {}))
        except _Missing:
            self._is_there()
        written = self.now(target)
        if written is None or written.size != len(content):
            raise Transient(f"{self.name} does not show the HR file in its archive.", "The file stays where it is; run again.")
        self.delete(file.path)

    def delete(self, path: str) -> None:
        """See `resources.hr.urls.Place`."""
        with suppress(_Missing), self._requesting("delete"):
            self._fs.rm_file(path)

    def _seen(self, about: Mapping[str, Any]) -> Seen:
        if about.get("size") is None:
            message = f"{self.name} does not say how long a file is, so one cut short could not be told."
            raise Permanent(message, "Ask whoever runs it.")
        at = modified(dict(about))
        # A listing may be more exact than what is said of one file.
        at = at.replace(microsecond=0) if at else None
        version = next((str(about[name]) for name in ("generation", "ETag", "etag") if about.get(name)), "")
        return Seen(about["name"], posixpath.basename(about["name"]), int(about["size"]), at, version.strip('"'))

    def _is_there(self) -> None:
        """Of a bucket that is not there every file is missing.

        Raises:
            Permanent: It is not.
        """
        with suppress(_Missing), self._requesting("list"):
            if self._fs.exists(self._bucket if not self._folder.startswith("/") else f"/{self._bucket}"):
                return
        raise Permanent(f"{self.name} is not there.", _NO_BUCKET)

    @contextmanager
    def _requesting(self, verb: Verb) -> Iterator[None]:
        """Turn whatever a library raises into one of our failures, or `_Missing`."""
        try:
            yield
        except (Failed, _Missing):
            raise
        except Exception as error:  # each library has its own, and none of them a common one
            raise self._failure(error, verb) from None

    def _failure(self, error: Exception, verb: Verb) -> Exception:
        meant, called = meaning(error), self.name[:1].lower() + self.name[1:]
        if meant == "missing":
            return _Missing()
        if meant == "away":
            advice = "Run again; if it stays so, check `url` and the network in between."
            return Transient(f"{self.name} does not answer as it should ({type(error).__name__}).", advice)
        leave = " Or set `afterwards: leave`." if verb in ("archive", "delete") else ""
        message, advice = {
            "no bucket": (f"{self.name} is not there.", _NO_BUCKET),
            "expired": (f"The credentials for {called} have expired.", f"Renew them: {_CREDENTIALS}."),
            "clock": (f"{self.name} says that the clock of this machine is wrong.", "Set it."),
            "region": (f"{self.name} is in another region than it is asked for in.", f"Set it: {_REGION}."),
            "unknown": (f"{self.name} does not know the credentials.", f"Correct them: {_CREDENTIALS}."),
            "refused": (f"{self.name} does not let us {verb} HR's files.", f"Ask for the right. Whose it must be: {_CREDENTIALS}.{leave}"),
            "unusable": (f"{self.name} cannot be asked as it is set up ({type(error).__name__}).", "Check `url` and `options`."),
        }[meant]
        return Permanent(message, advice)


def _opened(settings: UrlSource, hurried: bool) -> tuple[Any, str]:
    """fsspec's class, with what the settings give it, and the folder as it calls it."""
    from fsspec.core import url_to_fs  # type: ignore[import-untyped]  # noqa: PLC0415 - only who needs a store loads it

    kind = next((one for one in ("s3", "gs", "abfs") if settings.scheme in _alike(one)), "")
    given = {name: _resolved(value) for name, value in settings.options.items()}
    brief = dict(_HURRIED.get(kind, {})) if hurried else {}
    folder = f"{settings.scheme}://{posixpath.join(settings.host, settings.folder)}"
    fs, path = url_to_fs(folder, **{**brief, **given}, use_listings_cache=False)
    if kind == "s3" and hurried:
        fs.retries = 1
    return fs, str(path).rstrip("/")


def _alike(kind: str) -> tuple[str, ...]:
    return {"s3": ("s3", "s3a"), "gs": ("gs", "gcs"), "abfs": AZURE}[kind]


def _resolved(value: Option) -> Any:
    if isinstance(value, dict):
        return {name: _resolved(one) for name, one in value.items()}
    return value.resolve() if isinstance(value, FromEnv) else value
