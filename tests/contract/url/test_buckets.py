"""HR's file in an object store: moto's S3, Azure's and Google's emulators where they are installed, a server that only refuses."""

import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from s3fs import S3FileSystem

from resources.failures import NoFile, Permanent, Transient
from resources.hr import buckets
from resources.hr.sources import UrlFiles
from resources.hr.url_settings import UrlSource
from tests import emulators, ports
from tests.buckets import S3, s3

__all__ = ["s3"]

CONTENT = "No;Name\n1;Åsa\n".encode()
SECRETS = {"HR_KEY": "root", "HR_SECRET": "root-s3cret"}


@pytest.fixture(autouse=True)
def nowhere_else(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No credentials but those of the settings, and nobody who hands some out."""
    for name, value in {**SECRETS, "AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": str(tmp_path), "HOME": str(tmp_path)}.items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL_S3", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)


def settings(address: str, bucket: str, **changes: Any) -> UrlSource:
    options: dict[str, Any] = {"endpoint_url": address, "key": {"env": "HR_KEY"}, "secret": {"env": "HR_SECRET"}}
    options["client_kwargs"] = {"region_name": "us-east-1"}
    given = {"url": f"s3://{bucket}/hr/people_*.csv", "options": {**options, **changes.pop("options", {})}, **changes}
    return UrlSource.model_validate(given)


@pytest.fixture
def at(s3: S3) -> Callable[..., SimpleNamespace]:
    """A new bucket with these files, and what reads HR's of them."""

    def start(files: dict[str, bytes], **changes: Any) -> SimpleNamespace:
        bucket = s3.bucket(versions=changes.pop("versions", False))
        place = SimpleNamespace(name=bucket, lying=lambda: sorted(s3.keys(bucket)))
        place.put = lambda key, content: s3.client.put_object(Bucket=bucket, Key=key, Body=content)
        place.get = lambda key: s3.client.get_object(Bucket=bucket, Key=key)["Body"].read()
        for key, content in files.items():
            place.put(key, content)
        place.files = UrlFiles(settings(s3.address, changes.pop("bucket", bucket), **changes))
        return place

    return start


# ---- which file -------------------------------------------------------------------------------------------------------------------------


def test_the_newest_file_of_the_folder_comes_as_it_is(at: Any) -> None:
    others = {
        "hr/.people_9.csv": b"",
        "hr/people_9.csv.part": b"",
        "hr/people_8.csv/below.csv": b"",
        "people_7.csv": b"",
        "hr/other.csv": b"",
    }
    place = at({"hr/people_1.csv": b"old", "hr/people_2.csv": CONTENT, **others})
    found = place.files.newest()
    assert (found.shown, found.size, found.complete) == ("people_2.csv", len(CONTENT), False)
    taken = place.files.take(found)
    assert (taken.content, taken.name, taken.modified) == (CONTENT, "people_2.csv", found.modified)
    assert found.remarks == ("HR has 2 files of one day: people_2.csv is read, and not people_1.csv",)
    assert place.files.again(found.state) == replace(found, remarks=())  # it was asked for by its state, whatever else is there
    assert place.files.newest(hurried=True) == found


def test_names_decide_in_the_bucket_itself_and_in_one_file_without_a_pattern(at: Any, s3: S3) -> None:
    place = at({"people_2.csv": b"2", "people_10.csv": b"10", "på väg.csv": b"x"})
    for path, expected in (("people_*.csv", b"2"), ("people_10.csv", b"10"), ("på väg.csv", b"x")):
        files = UrlFiles(settings(s3.address, place.name, url=f"s3://{place.name}/{path}"))
        assert files.take(files.newest()).content == expected, path


def test_what_is_half_written_or_lies_beside_is_no_export_whatever_the_pattern(at: Any, s3: S3) -> None:
    place = at({"people_2026-11-20.csv": b"1", "people_2026-11-21.csv.part": b"", "people_2026-11-20.csv.bak": b""})
    files = UrlFiles(settings(s3.address, place.name, url=f"s3://{place.name}/people_*"))
    assert files.take(found := files.newest()).content == b"1"
    assert found.remarks == ()
    place.put("PEOPLE_2026-11-21.csv", b"2")
    assert files.newest().remarks[0].startswith("A newer file is not read, since its name differs from that in the settings")


def test_only_a_file_with_its_marker_counts(at: Any) -> None:
    place = at({"hr/people_1.csv": b"1", "hr/people_2.csv": b"2"}, done_marker="{stem}.ok")
    with pytest.raises(Transient, match=r"is not complete: its marker '{stem}.ok' is not there"):
        place.files.newest()
    place.put("hr/people_1.ok", b"")
    assert (place.files.newest().shown, place.files.newest().complete) == ("people_1.csv", True)


def test_no_file_is_told_from_no_bucket(at: Any) -> None:
    with pytest.raises(NoFile, match=r"The bucket s3://\S+ has no HR file 'people_\*.csv' in the folder hr. Correct `url`, or ask HR"):
        at({"hr/x.csv": b""}).files.newest()
    with pytest.raises(NoFile, match="has no HR file"):
        at({}).files.newest()
    with pytest.raises(Permanent, match=r"The bucket s3://no-such-bucket is not there. Correct `url`, or have the bucket"):
        at({}, bucket="no-such-bucket").files.newest()


# ---- a file that changes ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("versions", [False, True])
@pytest.mark.parametrize("after", [b"0ther\n", b"l0nger than it was\n"], ids=["same length", "another length"])
def test_a_file_that_is_written_again_between_listing_and_reading_is_not_used(at: Any, versions: bool, after: bytes) -> None:
    place = at({"hr/people_1.csv": b"f1rst\n"}, versions=versions)
    found = place.files.newest()
    place.put("hr/people_1.csv", after)
    with pytest.raises(Transient, match="changed while it was read"):
        place.files.take(found)
    with pytest.raises(Transient, match=r"was written again since it was found|had 6 bytes and has 19"):
        place.files.again(found.state)


def test_a_file_that_is_written_again_while_it_is_read_is_not_used(at: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    place = at({"hr/people_1.csv": b"f1rst\n"})
    read = buckets.Bucket.read

    def late(self: buckets.Bucket, file: Any) -> bytes:
        place.put("hr/people_1.csv", b"0ther\n")
        return read(self, file)

    monkeypatch.setattr(buckets.Bucket, "read", late)
    with pytest.raises(Transient, match="changed while it was read"):
        place.files.take(place.files.newest())


def test_a_file_that_is_gone_is_told(at: Any, s3: S3) -> None:
    place = at({"hr/people_1.csv": CONTENT})
    found = place.files.newest()
    s3.client.delete_object(Bucket=place.name, Key="hr/people_1.csv")
    with pytest.raises(Transient, match="changed while it was read"):
        place.files.take(found)
    with pytest.raises(NoFile, match="no longer there"):
        place.files.again(found.state)


def test_each_listing_is_a_fresh_one(at: Any) -> None:
    place = at({"hr/people_1.csv": CONTENT})
    assert place.files.newest().shown == "people_1.csv"
    place.put("hr/people_2.csv", b"2")
    assert place.files.newest().shown == "people_2.csv"


# ---- afterwards -------------------------------------------------------------------------------------------------------------------------

ARCHIVES = [("done", "hr/done/"), ("/old/hr", "old/hr/"), ("../done", "done/")]


@pytest.mark.parametrize(("archive", "folder"), ARCHIVES)
def test_a_file_is_archived_with_its_marker_and_a_second_time_changes_nothing(at: Any, archive: str, folder: str) -> None:
    files = {"hr/people_1.csv": CONTENT, "hr/people_1.csv.done": b"", "hr/people_2.csv": b"2"}
    place = at(files, done_marker="{name}.done", afterwards="archive", archive=archive)
    found = place.files.newest()
    assert [place.files.put_away(found) for _ in range(2)] == [True, True]
    assert place.lying() == sorted([f"{folder}people_1.csv", f"{folder}people_1.csv.done", "hr/people_2.csv"])
    assert place.get(f"{folder}people_1.csv") == CONTENT


def test_one_of_the_same_name_that_is_archived_stays_and_what_a_killed_attempt_has_left_is_taken_over(at: Any) -> None:
    place = at({"hr/people_1.csv": CONTENT, "hr/done/people_1.csv": b"last year's"}, afterwards="archive", archive="done")
    found = place.files.newest()
    assert place.files.put_away(found)
    renamed = f"hr/done/people_1.csv.{found.modified:%Y%m%dT%H%M%SZ}"
    assert (place.lying(), place.get(renamed)) == (["hr/done/people_1.csv", renamed], CONTENT)

    place = at({"hr/people_1.csv": CONTENT, "hr/done/people_1.csv": CONTENT}, afterwards="archive", archive="done")
    assert place.files.put_away(place.files.newest())
    assert place.lying() == ["hr/done/people_1.csv"]


def test_a_file_is_deleted_left_or_kept_as_another_than_was_read(at: Any) -> None:
    place = at({"hr/people_1.csv": CONTENT}, afterwards="delete")
    found = place.files.newest()
    assert not place.files.put_away(replace(found, size=1))
    assert place.lying() == ["hr/people_1.csv"]
    assert place.files.put_away(found)
    assert place.lying() == []
    place = at({"hr/people_1.csv": CONTENT})
    assert not place.files.put_away(place.files.newest())
    assert place.lying() == ["hr/people_1.csv"]


# ---- what is refused --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("actions", "does", "says"),
    [
        (["s3:GetObject"], "newest", "does not let us list HR's files"),
        (["s3:ListBucket"], "take", "does not let us read HR's files"),
        (["s3:ListBucket", "s3:GetObject"], "archive", "does not let us archive HR's files.*`afterwards: leave`"),
        (["s3:ListBucket", "s3:GetObject", "s3:PutObject"], "archive", "does not let us delete HR's files.*`afterwards: leave`"),
    ],
)
def test_quiet_a_right_that_is_missing_is_named(
    at: Any, s3: S3, monkeypatch: pytest.MonkeyPatch, actions: list[str], does: str, says: str
) -> None:
    place = at({"hr/people_1.csv": CONTENT}, afterwards="archive", archive="done")
    found, given = place.files.newest(), s3.user(*actions)
    monkeypatch.setenv("HR_KEY", given["AWS_ACCESS_KEY_ID"])
    monkeypatch.setenv("HR_SECRET", given["AWS_SECRET_ACCESS_KEY"])
    with s3.holding_rights(), pytest.raises(Permanent, match=says) as refused:
        {"newest": place.files.newest, "take": lambda: place.files.take(found), "archive": lambda: place.files.put_away(found)}[does]()
    assert not any(secret in str(refused.value) for secret in given.values())
    assert "hr/people_1.csv" in place.lying()


@pytest.fixture
def refusing() -> Iterator[Callable[[int, str], str]]:
    """A store that answers everything with one code; its address."""
    answer: dict[str, Any] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = b"" if self.command == "HEAD" else answer["body"]
            self.send_response(answer["status"])
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_HEAD = do_GET

        def log_message(self, *_: object) -> None:
            """Tests say themselves what they saw."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()

    def start(status: int, code: str) -> str:
        answer.update(status=status, body=f"<Error><Code>{code}</Code><Message>root-s3cret for root</Message></Error>".encode())
        return f"http://127.0.0.1:{server.server_address[1]}"

    yield start
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize(
    ("status", "code", "kind", "says"),
    [
        (403, "InvalidAccessKeyId", Permanent, "does not know the credentials. Correct them: those in `options`"),
        (403, "SignatureDoesNotMatch", Permanent, "does not know the credentials"),
        (400, "ExpiredToken", Permanent, "The credentials for the bucket s3://acme have expired. Renew them"),
        (403, "AccessDenied", Permanent, "does not let us list HR's files"),
        (403, "RequestTimeTooSkewed", Permanent, "the clock of this machine is wrong"),
        (400, "IllegalLocationConstraintException", Permanent, "is in another region than it is asked for in. Set it: options"),
        (400, "AuthorizationHeaderMalformed", Permanent, "is in another region"),
        (404, "NoSuchBucket", Permanent, "The bucket s3://acme is not there"),
        (503, "SlowDown", Transient, "does not answer as it should"),
        (500, "InternalError", Transient, "does not answer as it should"),
    ],
)
def test_quiet_each_way_to_refuse_is_one_sentence_without_a_secret_or_a_key(
    refusing: Any, status: int, code: str, kind: type[Exception], says: str
) -> None:
    files = UrlFiles(settings(refusing(status, code), "acme"))
    with pytest.raises(kind, match=says) as refused:
        files.newest(hurried=True)
    assert type(refused.value) is kind
    assert "root" not in str(refused.value)
    assert refused.value.__cause__ is None


def test_a_store_that_is_away_and_credentials_that_nobody_has_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    away = settings(f"http://127.0.0.1:{ports.free()}", "acme")
    with pytest.raises(Transient, match="does not answer as it should"):
        UrlFiles(away).newest(hurried=True)
    nobody = away.model_copy(update={"options": {"endpoint_url": away.options["endpoint_url"]}})
    with pytest.raises(Permanent, match=r"does not know the credentials.*environment of this process where it names none"):
        UrlFiles(nobody).newest(hurried=True)
    monkeypatch.delenv("HR_SECRET")
    with pytest.raises(Permanent, match="The environment variable HR_SECRET is not set"):
        UrlFiles(away).newest()
    wrong = UrlSource.model_validate({"url": "s3://acme/x.csv", "options": {"no_such_option": True}})
    with pytest.raises(Permanent, match=r"cannot be asked as it is set up|does not know the credentials"):
        UrlFiles(wrong).newest(hurried=True)


@pytest.mark.parametrize(("scheme", "library", "extra"), [("s3", "s3fs", "s3"), ("gs", "gcsfs", "gcs"), ("abfs", "adlfs", "azure")])
def test_a_library_that_is_missing_is_named_with_what_installs_it(
    monkeypatch: pytest.MonkeyPatch, scheme: str, library: str, extra: str
) -> None:
    import fsspec.core  # what it registers is loaded with it

    monkeypatch.setitem(sys.modules, library, None)
    monkeypatch.delitem(sys.modules[fsspec.core.get_filesystem_class.__module__]._registry, scheme, raising=False)
    with pytest.raises(Permanent, match=rf"HR's file is at {scheme}://, for which {library} is not installed. .*rollcall\[{extra}\]"):
        UrlFiles(UrlSource.model_validate({"url": f"{scheme}://acme/x.csv"})).newest()


# ---- Azure's and Google's own -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", list(emulators.EMULATORS))
def test_azures_and_googles_own_kind_is_read_and_archived_too(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import fsspec

    with emulators.EMULATORS[kind](tmp_path) as emulator:
        for name, value in emulator.environment.items():
            monkeypatch.setenv(name, value)
        emulators.forget_connections()
        container = emulator.container()
        options: dict[str, Any] = (
            {"token": "anon"} if emulator.kind == "gs" else {"connection_string": {"env": next(iter(emulator.environment))}}
        )
        fs = fsspec.filesystem(emulator.kind, **({"token": "anon"} if emulator.kind == "gs" else {}))
        fs.pipe_file(f"{container}/hr/people_1.csv", CONTENT)
        given = {"url": f"{emulator.kind}://{container}/hr/people_*.csv", "options": options, "afterwards": "archive", "archive": "done"}
        files = UrlFiles(UrlSource.model_validate(given))
        found = files.newest()
        assert files.take(found).content == CONTENT
        assert files.put_away(found)
        assert emulator.listed(container) == ["hr/done/people_1.csv"]
        with pytest.raises(NoFile):
            files.newest()
        absent = UrlFiles(UrlSource.model_validate({**given, "url": f"{emulator.kind}://absent-{container}/hr/x.csv"}))
        with pytest.raises(Permanent, match="is not there"):
            absent.newest()
        emulators.forget_connections()


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    yield
    S3FileSystem.clear_instance_cache()
