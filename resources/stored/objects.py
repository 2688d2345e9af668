"""Files at a place that is no disk of this machine: an object store, or whatever else fsspec knows. A disk is served too, so that nobody
who reads has to ask.

Belongs here: what is asked of such a place, and in which sentence it fails. Does not belong here: which files there are and what is in them
(``resources.stored.run_storage``, ``resources.stored.reports``), which library is for which place (``resources.places``), and what its
errors mean (``resources.object_stores``).

What these places do not have: a rename, a folder of its own, an owner. What the libraries do that is not wanted here: they keep listings
(each listing here is a fresh one); they send large files in parts, of which a killed process leaves some behind (each file here is one
request, and appears whole or not at all); s3fs says nothing where a bucket refuses to delete (what was deleted is looked for afterwards).
Their error texts repeat URLs and keys: none of it gets out.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Literal

from resources.failures import Failed, Permanent, Transient
from resources.object_stores import AZURE, CREDENTIALS, IN_ONE, NOT_THERE, REFUSED, modified, words
from resources.shortage import shortage

Verb = Literal["read", "write", "list", "delete"]

_ADVICE: Final = "Run again once it does. If it stays so, look at its address and at the network in between."


def read(file: Any) -> bytes:
    """What a file holds.

    Raises:
        FileNotFoundError: There is no such file, and whoever asks may know that.
        Permanent: Whether there is one cannot be told: no rights, no bucket.
        Transient: The place does not answer.
    """
    if isinstance(file, Path):
        return file.read_bytes()
    try:
        with _translated("read", file):
            return bytes(file.fs.cat_file(file.path))
    except _Missing:
        files(file)  # of a bucket that is not there every file is missing
        raise FileNotFoundError from None


def write(file: Any, content: bytes) -> None:
    """Write a file whole or not at all, in place of what was there.

    Raises:
        Failed: It could not be written.
    """
    with _reported("write", file):
        file.fs.makedirs(file.parent.path, exist_ok=True) if not _is_bucketed(file) else None
        file.fs.pipe_file(file.path, content, **IN_ONE.get(file.protocol, {}))


def files(place: Any) -> dict[str, datetime]:
    """Every file below a place, by its path from there, with when it was written; where a place tells no times, that is now.

    Raises:
        Failed: The place cannot be listed.
    """
    with _reported("list", place):
        place.fs.invalidate_cache()
        found = place.fs.find(place.path, detail=True)
        if not found and place.protocol in AZURE and not place.fs.exists(place.path.strip("/").partition("/")[0]):
            raise FileNotFoundError  # adlfs finds nothing in a container that is not there
    begins = f"{place.path.rstrip('/')}/"
    # Of a place that is itself a file, adlfs gives a list.
    found = found if isinstance(found, dict) else {}
    return {
        path[len(begins) :]: (modified(about) or datetime.now(UTC))
        for path, about in found.items()
        if path.startswith(begins) and about["type"] == "file"
    }


def delete(place: Any) -> None:
    """Delete everything below a place, and see that it is gone. What is gone already is fine.

    Raises:
        Failed: Something of it stays.
    """
    if not files(place) and _is_bucketed(place):
        return
    try:
        with _translated("delete", place):
            place.fs.rm(place.path, recursive=True)
    except _Missing:
        pass
    if left := len(files(place)):
        raise Permanent(
            f"{shown(place)} has kept {left:,} of the files that were to be deleted.",
            "Give this process the right to delete there, and run again.",
        )


def delete_file(file: Any) -> None:
    """Delete one file; one that is gone already is fine.

    Raises:
        Failed: It stays.
    """
    try:
        with _translated("delete", file):
            file.fs.rm_file(file.path)
    except _Missing:
        pass


def former_versions(place: Any) -> int | None:
    """How many former versions of deleted or overwritten files an S3 bucket keeps below a place; None where that cannot be asked."""
    if place.protocol not in ("s3", "s3a"):
        return None
    bucket, _, key = place.path.strip("/").partition("/")
    count, more = 0, dict[str, Any]()
    try:
        with _reported("list", place):
            while True:
                found = place.fs.call_s3("list_object_versions", Bucket=bucket, Prefix=f"{key}/", **more)
                count += sum(not one.get("IsLatest") for one in found.get("Versions", []))
                if not found.get("IsTruncated"):
                    return count
                more = {"KeyMarker": found["NextKeyMarker"], "VersionIdMarker": found["NextVersionIdMarker"]}
    except Failed:  # who may not look at versions may delete all the same
        return None


def shown(place: Any) -> str:
    """A place as messages name it: without a path, in which something may stand that is nobody's to read."""
    return f"The storage {place.protocol}://{place.path.strip('/').partition('/')[0] if _is_bucketed(place) else '…'}"


class _Missing(Exception):
    """What was asked for is not there."""


@contextmanager
def _reported(verb: Verb, place: Any) -> Iterator[None]:
    """Likewise, and what is missing is the place itself."""
    try:
        with _translated(verb, place):
            yield
    except _Missing:
        raise Permanent(f"{shown(place)} is not there.", "Make the bucket or container, or correct ROLLCALL_STORAGE.") from None


@contextmanager
def _translated(verb: Verb, place: Any) -> Iterator[None]:
    """Turn whatever a library raises into one of our failures, or `_Missing`."""
    try:
        yield
    except Failed:
        raise
    except Exception as error:  # each library has its own, and none of them a common one
        raise _failure(error, verb, place) from None


def _failure(error: Exception, verb: Verb, place: Any) -> Exception:
    if lack := shortage(error):
        return lack
    known = words(error)
    if isinstance(error, FileNotFoundError) or (not isinstance(error, PermissionError) and known & NOT_THERE):
        return _Missing()
    if known & CREDENTIALS:
        return Permanent(f"{shown(place)} does not know the credentials of this process.", "Correct them: they are in its environment.")
    if isinstance(error, PermissionError) or known & REFUSED:
        return Permanent(
            f"{shown(place)} does not let this process {verb}.",
            "Check its credentials, and that they may read, write, list and delete there.",
        )
    if isinstance(error, ValueError | TypeError):
        return Permanent(
            f"{shown(place)} cannot be used as it is set up ({type(error).__name__}).", "Check ROLLCALL_STORAGE and its library."
        )
    return Transient(f"{shown(place)} does not answer as it should ({type(error).__name__}).", _ADVICE)


def _is_bucketed(place: Any) -> bool:
    """Whether folders come and go there with their files, as in an object store."""
    return place.protocol in (*IN_ONE, *AZURE)
