"""What is asked of Google's and Azure's classes of fsspec is there, and what they raise becomes the same sentences as of S3."""

import inspect
from datetime import UTC, datetime
from types import SimpleNamespace

import adlfs
import azure.core.exceptions as azure
import gcsfs
import pytest
from gcsfs.retry import HttpError, validate_response
from google.auth.exceptions import DefaultCredentialsError

from resources.failures import Permanent, Transient
from resources.stored import objects


class Store:
    """A store's class as far as it is asked, which always raises, or finds what it is given."""

    def __init__(self, error=None, found=None, there=True):
        self._error, self._found, self._there = error, found or {}, there

    def find(self, _path, detail):
        if self._error:
            raise self._error
        return self._found

    def exists(self, path):
        assert "/" not in path
        return self._there

    def invalidate_cache(self): ...

    cat_file = pipe_file = rm_file = lambda self, *_, **__: self.find(None, True)


def place(protocol, store):
    made = SimpleNamespace(fs=store, protocol=protocol, path="box/rollcall")
    made.parent = made
    return made


def forbidden():
    try:
        validate_response(403, b"{}", "box/x")
    except OSError as error:
        return error


def azure_error(kind, status, code):
    error = kind(message=f"secret-of-{status}")
    error.status_code, error.error_code = status, code
    return error


CASES = [
    ("gs", forbidden(), Permanent, "does not let this process"),
    ("gs", HttpError({"code": 401, "message": "secret"}), Permanent, "does not know the credentials"),
    ("gs", DefaultCredentialsError("secret"), Permanent, "does not know the credentials"),
    ("gs", HttpError({"code": 503, "message": "secret"}), Transient, "does not answer"),
    ("gs", FileNotFoundError("secret"), Permanent, "is not there"),
    ("abfs", azure_error(azure.HttpResponseError, 403, "AuthorizationPermissionMismatch"), Permanent, "does not let this process"),
    ("abfs", azure_error(azure.ClientAuthenticationError, 403, "AuthenticationFailed"), Permanent, "does not know the credentials"),
    ("abfs", azure_error(azure.ResourceNotFoundError, 404, "ContainerNotFound"), Permanent, "is not there"),
    ("abfs", azure.ServiceRequestError("secret"), Transient, "does not answer"),
    ("abfs", ValueError("secret"), Permanent, "cannot be used as it is set up"),
]


@pytest.mark.parametrize("do", [objects.files, objects.read, lambda file: objects.write(file, b"x")], ids=["list", "read", "write"])
@pytest.mark.parametrize(("protocol", "error", "kind", "words"), CASES)
def test_quiet_what_a_store_raises_is_one_sentence_without_its_text(protocol, error, kind, words, do):
    with pytest.raises(kind, match=words) as caught:
        do(place(protocol, Store(error)))
    assert "secret" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_a_container_that_is_not_there_is_not_an_empty_one():
    assert objects.files(place("abfs", Store())) == {}
    with pytest.raises(Permanent, match="is not there"):
        objects.files(place("abfs", Store(there=False)))


@pytest.mark.parametrize(
    "about",
    [
        {"LastModified": datetime(2026, 11, 20, tzinfo=UTC)},
        {"updated": "2026-11-20T00:00:00.000Z"},
        {"last_modified": datetime(2026, 11, 20, tzinfo=UTC)},
        {"mtime": 1795132800.0},
        {"created": datetime(2026, 11, 20, tzinfo=UTC).replace(tzinfo=None)},  # of memory:// and others: in UTC
    ],
)
def test_the_age_of_a_file_is_read_as_each_store_tells_it(about):
    found = objects.files(place("gs", Store(found={"box/rollcall/a": {"type": "file", **about}, "box/rollcall": {"type": "directory"}})))
    assert found == {"a": datetime(2026, 11, 20, tzinfo=UTC)}


def test_each_class_takes_what_it_is_asked_with():
    assert "chunksize" in inspect.signature(gcsfs.GCSFileSystem._pipe_file).parameters
    for kind in (gcsfs.GCSFileSystem, adlfs.AzureBlobFileSystem):
        for name in ("find", "cat_file", "pipe_file", "rm", "rm_file", "exists", "invalidate_cache"):
            assert callable(getattr(kind, name)), name
