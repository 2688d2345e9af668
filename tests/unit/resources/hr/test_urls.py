"""HR's files in a store by what its library says: without a server, and with what Google's and Azure's libraries raise."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import azure.core.exceptions as azure
import google.auth.exceptions as google
import pytest
from fsspec.implementations.memory import MemoryFileSystem
from gcsfs.retry import HttpError

from resources.failures import NoFile, Permanent, Transient
from resources.hr import buckets
from resources.hr.sources import Found, UrlFiles
from resources.hr.url_settings import UrlSource

SECRET = "AKIA-s3cret"


class Described(MemoryFileSystem):
    """Files in memory, described as a library of the test's choice does."""

    cachable = False
    names = ("ETag", "LastModified")
    raises: Exception | None = None

    def _told(self, about: dict[str, Any]) -> dict[str, Any]:
        if self.raises:
            raise self.raises
        if about["type"] == "file":
            version, moment = self.names
            about = {"name": about["name"], "size": about["size"], "type": "file", version: str(hash(self.cat_file(about["name"])))}
            about[moment] = datetime(2026, 11, 20, 5, 10, 0, 999, tzinfo=UTC)
        return about

    def ls(self, path: str, detail: bool = True, **kwargs: Any) -> Any:
        return [self._told(one) for one in super().ls(path, detail=True, **kwargs)]

    def info(self, path: str, **kwargs: Any) -> Any:
        return self._told(super().info(path, **kwargs))


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[Described]:
    fs = Described(skip_instance_cache=True)
    monkeypatch.setattr(MemoryFileSystem, "store", {})
    monkeypatch.setattr(MemoryFileSystem, "pseudo_dirs", [""])
    monkeypatch.setattr(buckets, "_opened", lambda *_: (fs, "/acme/hr"))
    yield fs


def files(**changes: Any) -> UrlFiles:
    return UrlFiles(UrlSource.model_validate({"url": "gs://acme/hr/people_*.csv", **changes}))


@pytest.mark.parametrize("names", [("ETag", "LastModified"), ("generation", "updated"), ("etag", "last_modified"), ("md5", "mtime")])
def test_a_file_is_told_from_another_content_whatever_a_library_calls_its_version(store: Described, names: tuple[str, str]) -> None:
    store.names = names
    store.pipe_file("/acme/hr/people_1.csv", b"one")
    found = files().newest()
    assert (found.shown, found.size, found.modified) == ("people_1.csv", 3, datetime(2026, 11, 20, 5, 10, tzinfo=UTC))
    assert files().take(found).content == b"one"
    store.pipe_file("/acme/hr/people_1.csv", b"two" if names[0] != "md5" else b"three")
    with pytest.raises(Transient, match="changed while it was read"):
        files().take(found)


def test_newest_goes_by_names_or_by_times_and_says_what_the_choice_was(store: Described) -> None:
    for name in ("people_2026-11-20.csv", "people_2026-11-20 (1).csv", "people_2026-11-19.csv"):
        store.pipe_file(f"/acme/hr/{name}", b"x")
    found = files().newest()
    assert found.remarks[0].startswith("HR has 2 files of 2026-11-20")
    assert files(newest="modified").newest().shown == "people_2026-11-20.csv"
    store.names = ("ETag", "nowhere")
    with pytest.raises(Permanent, match="gives no time for some of the files"):
        files(newest="modified").newest()


def test_a_file_of_more_than_a_gibibyte_is_not_read(store: Described) -> None:
    found = Found("/acme/hr/people_1.csv", "people_1.csv", (1 << 30) + 1, None)
    with pytest.raises(Permanent, match="has 1,073,741,825 bytes, and no more than 1,073,741,824 are read"):
        files().take(found)


def azures(kind: type[azure.HttpResponseError], code: str, status: int) -> azure.HttpResponseError:
    error = kind(message=f"{SECRET} {code}")
    error.error_code, error.status_code = code, status  # type: ignore[attr-defined]
    return error


@pytest.mark.parametrize(
    ("error", "kind", "says"),
    [
        (HttpError({"code": 401, "message": SECRET}), Permanent, "does not know the credentials"),
        (HttpError({"code": 403, "message": SECRET}), Permanent, "does not let us list HR's files"),
        (HttpError({"code": 503, "message": SECRET}), Transient, "does not answer as it should"),
        (OSError(f"Forbidden: {SECRET}"), Permanent, "does not let us list HR's files"),
        (google.DefaultCredentialsError(SECRET), Permanent, "does not know the credentials"),
        (google.RefreshError(SECRET), Permanent, "does not know the credentials"),
        (azures(azure.ClientAuthenticationError, "AuthenticationFailed", 403), Permanent, "does not know the credentials"),
        (azures(azure.HttpResponseError, "AuthorizationPermissionMismatch", 403), Permanent, "does not let us list HR's files"),
        (azures(azure.ResourceNotFoundError, "ContainerNotFound", 404), Permanent, "is not there"),
        (azures(azure.HttpResponseError, "ServerBusy", 503), Transient, "does not answer as it should"),
        (azure.ServiceRequestError(SECRET), Transient, "does not answer as it should"),
        (TimeoutError(SECRET), Transient, "does not answer as it should"),
        (ValueError(SECRET), Permanent, "cannot be asked as it is set up"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_quiet_what_a_library_raises_is_one_sentence_without_what_it_repeats(
    store: Described, error: Exception, kind: type[Exception], says: str
) -> None:
    store.pipe_file("/acme/hr/people_1.csv", b"x")
    store.raises = error
    with pytest.raises(kind, match=f"^The bucket gs://acme {says}") as refused:
        files().newest()
    assert type(refused.value) is kind
    assert SECRET not in str(refused.value)


def test_no_file_in_an_empty_folder_and_no_bucket_are_told_apart(store: Described) -> None:
    with pytest.raises(Permanent, match="The bucket gs://acme is not there"):
        files().newest()
    store.pipe_file("/acme/other.csv", b"x")
    with pytest.raises(NoFile, match="has no HR file"):
        files().newest()


def test_a_name_in_other_case_is_no_file_and_counted_where_there_is_none(store: Described) -> None:
    store.pipe_file("/acme/hr/People_1.CSV", b"x")
    with pytest.raises(
        NoFile, match=r"has no HR file .* in the folder hr, but 1 whose name differs in upper and lower case alone\. Correct"
    ):
        files().newest()
    store.pipe_file("/acme/hr/people_0.csv", b"x")
    assert files().newest().shown == "people_0.csv"


@pytest.mark.parametrize(
    ("what", "agreed"),
    [
        ("manifest", {"manifest": {"name": "{stem}.md5", "hash": "md5"}}),
        ("signature", {"openpgp": {"signers": ["A" * 40], "certificates": {"file": "/c"}, "detached": "{stem}.md5"}}),
    ],
)
def test_a_file_is_there_with_its_manifest_or_signature_which_comes_along_and_goes_with_it(
    store: Described, what: str, agreed: dict[str, Any]
) -> None:
    source = files(**agreed, afterwards="delete")
    store.pipe_file("/acme/hr/people_1.csv", b"one")
    with pytest.raises(Transient, match=rf"its {what} '{{stem}}\.md5' is not there"):
        source.newest()
    store.pipe_file("/acme/hr/people_1.md5", b"f97c5d29941bfb1b2fdab0874906ab82  people_1.csv")
    store.pipe_file("/acme/hr/people_2.csv", b"two")
    found = source.newest()
    assert found.shown == "people_1.csv"
    taken = source.take(found)
    assert (taken.content, taken.companions[""][what]) == (b"one", store.cat_file("/acme/hr/people_1.md5"))
    store.pipe_file("/acme/hr/people_1.md5", b"another")
    assert source.newest().state != found.state, "what a run stopped at is another by now"
    assert source.again(found.state).path == found.path
    assert source.put_away(found)
    assert {path.rpartition("/")[2] for path in store.find("/acme/hr")} == {"people_2.csv"}
