"""What is asked of an object store: files whole or not at all, fresh listings, deletion that is seen to, failures in one sentence."""

import os
import socket
import sys
import threading
import uuid

import pytest
from s3fs import S3FileSystem

from resources.failures import Failed, Permanent, Transient
from resources.places import located
from resources.stored import objects
from tests import ports
from tests.buckets import s3
from tests.rerun.kills import KILLED, die, in_a_process

__all__ = ["s3"]

SECRET = "wrong-and-secret"
ALL = ("s3:GetObject", "s3:PutObject", "s3:ListBucket", "s3:DeleteObject")


@pytest.fixture
def bucket(s3, monkeypatch):
    """A bucket whose credentials are in the environment."""
    enter(monkeypatch, s3.environment())
    return s3.bucket()


def enter(monkeypatch, environment):
    """Another environment, as a process that begins with it has it: fsspec keeps its connections."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value) if value else monkeypatch.delenv(name)
    S3FileSystem.clear_instance_cache()


@pytest.fixture(params=["s3", "memory"])
def place(request):
    base = f"s3://{request.getfixturevalue('bucket')}/roll call" if request.param == "s3" else f"memory://{uuid.uuid4().hex}"
    return located(base) / "acme"


def as_user(s3, monkeypatch, *actions):
    enter(monkeypatch, s3.environment(s3.user(*actions)))


def test_what_was_written_is_read_and_listed(place):
    objects.write(place / "run/a.json", b"1")
    objects.write(place / "run/a.json", b"2")
    assert objects.read(place / "run/a.json") == b"2"
    assert list(objects.files(place)) == ["run/a.json"]
    assert objects.files(place / "other") == {}


def test_what_is_not_there_is_missing_and_its_deletion_is_fine(place):
    with pytest.raises(FileNotFoundError):
        objects.read(place / "run/a.json")
    objects.delete(place)
    objects.delete_file(place / "run/a.json")


def test_a_listing_shows_what_another_process_has_written_and_deleted_meanwhile(s3, bucket):
    place = located(f"s3://{bucket}/rollcall")
    assert objects.files(place) == {}
    s3.client.put_object(Bucket=bucket, Key="rollcall/by/others", Body=b"x")
    assert list(objects.files(place)) == ["by/others"]
    s3.client.delete_object(Bucket=bucket, Key="rollcall/by/others")
    assert objects.files(place) == {}


def test_only_what_lies_below_a_place_is_deleted(place):
    for name in ("run/a", "run/b/c", "run-2/a"):
        objects.write(place / name, b"x")
    objects.delete(place / "run")
    assert list(objects.files(place)) == ["run-2/a"]


def test_a_file_of_any_size_is_one_request_and_leaves_no_parts(s3, bucket):
    content = os.urandom(101 * 2**20)  # from 100 MB on, s3fs by itself uploads in parts
    asked = []
    place = located(f"s3://{bucket}/large")
    place.fs.s3.meta.events.register("before-call.s3", lambda model, **_: asked.append(model.name))
    objects.write(place, content)
    assert asked == ["PutObject"]
    assert s3.unfinished(bucket) == []


def test_rerun_an_upload_whose_process_is_killed_leaves_nothing_or_the_former_file(s3, monkeypatch, tmp_path):
    """The server here takes half of the body, and the process dies."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        received = []

        def take_some():
            connection, _ = server.accept()
            received.append(connection.recv(65536))
            marker.write_text("x")
            while more := connection.recv(65536):
                received.append(more)
            connection.close()

        marker = tmp_path / "begun"
        thread = threading.Thread(target=take_some, daemon=True)
        thread.start()
        bucket = s3.bucket()
        enter(monkeypatch, {**s3.environment(), "AWS_ENDPOINT_URL_S3": f"http://127.0.0.1:{port}"})

        def upload():
            threading.Thread(target=lambda: [_until(marker), die()], daemon=True).start()
            objects.write(located(f"s3://{bucket}/file"), b"x" * 64 * 2**20)

        assert in_a_process(upload, tmp_path / "out.json") == KILLED
        thread.join(10)
    head, _, body = b"".join(received).partition(b"\r\n\r\n")
    assert head.startswith(b"PUT ")
    # What says how much belongs to the file was said before: a server that follows HTTP keeps nothing of less.
    assert b"content-length: " in head.lower()
    assert len(body) < 64 * 2**20


def _until(marker):
    while not marker.exists():
        pass


@pytest.mark.parametrize(
    ("verb", "rights", "do"),
    [
        ("read", ALL[1:], lambda place: objects.read(place / "a")),
        ("write", (ALL[0], *ALL[2:]), lambda place: objects.write(place / "a", b"x")),
        ("list", (*ALL[:2], ALL[3]), objects.files),
        ("delete", ALL[:3], lambda place: objects.delete_file(place / "a")),
    ],
)
def test_a_right_that_is_lacking_is_named(s3, bucket, monkeypatch, verb, rights, do):
    s3.client.put_object(Bucket=bucket, Key="rollcall/a", Body=b"x")
    as_user(s3, monkeypatch, *rights)
    with s3.holding_rights(), pytest.raises(Permanent, match=f"s3://{bucket} does not let this process {verb}. Check its credentials"):
        do(located(f"s3://{bucket}/rollcall"))


def test_files_that_a_bucket_silently_keeps_are_noticed(s3, bucket, monkeypatch):
    s3.client.put_object(Bucket=bucket, Key="rollcall/a", Body=b"x")
    as_user(s3, monkeypatch, *ALL[:3])
    with (
        s3.holding_rights(),
        pytest.raises(Permanent, match=r"has kept 1 of the files that were to be deleted\. Give this process"),
    ):
        objects.delete(located(f"s3://{bucket}/rollcall"))


def test_what_may_not_be_listed_is_not_taken_for_missing(s3, bucket, monkeypatch):
    as_user(s3, monkeypatch, *ALL[:2])
    with s3.holding_rights(), pytest.raises(Permanent, match="does not let this process"):
        objects.read(located(f"s3://{bucket}/rollcall/a"))


EVERYTHING = [
    lambda place: objects.read(place / "a"),
    lambda place: objects.write(place / "a", b"x"),
    objects.files,
    objects.delete,
]


@pytest.mark.parametrize("do", EVERYTHING)
def test_a_bucket_that_is_not_there_is_said_to_be_so(s3, bucket, do):
    with pytest.raises(Permanent, match=r"The storage s3://no-such-bucket is not there\. Make the bucket"):
        do(located("s3://no-such-bucket/rollcall"))


@pytest.mark.parametrize("do", EVERYTHING)
def test_quiet_wrong_credentials_are_said_to_be_so_and_not_shown(s3, bucket, monkeypatch, do):
    enter(monkeypatch, {**s3.environment(s3.user(*ALL)), "AWS_SECRET_ACCESS_KEY": SECRET})
    with s3.holding_rights(), pytest.raises(Permanent, match="credentials") as caught:
        do(located(f"s3://{bucket}/rollcall"))
    assert SECRET not in str(caught.value)
    assert caught.value.__suppress_context__


def test_a_server_that_is_away_is_a_fault_that_time_heals(bucket, monkeypatch):
    enter(monkeypatch, {"AWS_ENDPOINT_URL_S3": f"http://127.0.0.1:{ports.free()}", "AWS_MAX_ATTEMPTS": "1"})
    with pytest.raises(Transient, match=f"s3://{bucket} does not answer as it should .EndpointConnectionError.. Run again"):
        objects.files(located(f"s3://{bucket}/rollcall"))


def test_no_credentials_at_all_are_said_to_be_missing(bucket, monkeypatch):
    nobody = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    enter(monkeypatch, {**nobody, "AWS_EC2_METADATA_DISABLED": "true"})
    with pytest.raises(Permanent, match="does not know the credentials"):
        objects.files(located(f"s3://{bucket}/rollcall"))


def test_former_versions_are_counted_where_a_bucket_keeps_them(s3, bucket):
    for kept in (True, False):
        place = located(f"s3://{s3.bucket(versions=kept)}/rollcall")
        for content in (b"1", b"2"):
            objects.write(place / "acme/a", content)
        objects.delete(place)
        assert objects.former_versions(place) == (2 if kept else 0)
    assert objects.former_versions(located("memory://x")) is None


def test_whoever_may_not_look_at_versions_is_told_nothing_of_them(s3, bucket, monkeypatch):
    as_user(s3, monkeypatch, *ALL)
    with s3.holding_rights():
        assert objects.former_versions(located(f"s3://{bucket}/rollcall")) is None


@pytest.mark.parametrize(
    ("base", "library", "install"),
    [
        ("s3://bucket/x", "s3fs", "rollcall[s3]"),
        ("gs://bucket/x", "gcsfs", "rollcall[gcs]"),
        ("gcs://bucket/x", "gcsfs", "rollcall[gcs]"),
        ("az://box/x", "adlfs", "rollcall[azure]"),
        ("abfs://box/x", "adlfs", "rollcall[azure]"),
    ],
)
def test_a_library_that_is_missing_is_named_with_what_installs_it(tmp_path, base, library, install):
    def tried():
        sys.modules["fsspec.registry"]._registry.clear()
        sys.modules[library] = None  # as if it were not installed
        try:
            located(base)
        except Failed as failure:
            return [type(failure).__name__, str(failure)]

    kind, said = in_a_process(tried, tmp_path / "out.json")
    assert kind == "Permanent"
    assert said.endswith(f"for which {library} is not installed. Install it: pip install '{install}'.")


@pytest.mark.parametrize("base", ["nope://x/y", "s4://bucket/x"])
def test_a_place_of_no_kind_that_is_known_is_refused(base):
    with pytest.raises(Permanent, match="which cannot be used"):
        located(base)


@pytest.mark.parametrize("base", ["s3://", "s3:///acme", "gs://", "abfs:///", "az://"])
def test_a_place_without_a_bucket_is_refused_before_a_companys_name_is_taken_for_one(base):
    with pytest.raises(Permanent, match=r"names no bucket or container after \w+://"):
        located(base)


def test_quiet_a_password_in_the_location_is_refused_and_not_shown():
    with pytest.raises(Permanent, match="holds a password") as caught:
        located(f"ftp://someone:{SECRET}@host/x")
    assert SECRET not in str(caught.value)
