"""Against the sandbox's server: which file it is, who is trusted, what becomes of it afterwards."""

import os
import threading
import time
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import asyncssh
import paramiko
import pytest

from resources.failures import Permanent, Transient
from resources.hr.sftp import Sftp
from resources.ssh.failures import Lost
from resources.ssh.session import Patience, session
from sandbox.sftp import SftpServer
from tests import ports

Serve = Callable[..., SftpServer]
At = Callable[..., Sftp]


def put(root: Path, name: str, modified: int = 1_700_000_000, content: bytes = b"a;b\n1;2\n") -> Path:
    path = root / "out" / name
    path.write_bytes(content)
    os.utime(path, (modified, modified))
    return path


def names(client: Sftp) -> list[str]:
    return [file.name for file in client.listing()]


# ---- which file -------------------------------------------------------------------------------------------------------------------------


def test_a_file_comes_as_it_is_with_its_name_and_its_time(serve: Serve, at: At, wire: SimpleNamespace) -> None:
    taken = at(serve()).fetch()
    assert (taken.content, taken.name) == (wire.CONTENT, "people_1.csv")
    assert taken.modified == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)


def test_the_newest_is_the_last_by_name_or_the_last_modified(serve: Serve, at: At, root: Path) -> None:
    put(root, "people_2.csv", modified=1_699_990_000)
    server = serve()
    assert at(server).find().name == "people_2.csv"
    assert at(server, newest="modified").find().name == "people_1.csv"


def test_hidden_files_other_names_and_folders_are_no_exports(serve: Serve, at: At, root: Path) -> None:
    put(root, ".people_9.csv")
    put(root, "people_9.csv.filepart")
    (root / "out" / "people_9.csv").mkdir()
    server = serve()
    for path in ("out/*people_*.csv", "out/people_*"):
        assert names(at(server, path=path)) == ["people_1.csv"]


def test_a_name_may_have_spaces_and_letters_beyond_ascii(serve: Serve, at: At, root: Path) -> None:
    put(root, "Anställda på väg 1.csv")
    server = serve()
    assert at(server, path="out/Anställda på väg 1.csv").fetch().content == b"a;b\n1;2\n"
    assert names(at(server, path="out/Anställda på *.csv")) == ["Anställda på väg 1.csv"]


def test_an_a_with_a_ring_may_arrive_as_two_characters(serve: Serve, at: At, root: Path) -> None:
    put(root, unicodedata.normalize("NFD", "på väg.csv"))
    assert at(serve(), path="out/på väg.csv").fetch().content == b"a;b\n1;2\n"


def test_a_name_that_is_not_utf_8_is_told(serve: Serve, at: At, root: Path) -> None:
    Path(os.fsdecode(os.fsencode(root / "out") + b"/people_\xe5.csv")).touch()
    with pytest.raises(Permanent, match="name is not UTF-8"):
        at(serve()).find()


def test_a_link_counts_as_the_file_it_leads_to(serve: Serve, at: At, root: Path, wire: SimpleNamespace) -> None:
    (root / "out" / "people_latest.csv").symlink_to("people_1.csv")
    (root / "out" / "people_none.csv").symlink_to("nowhere")
    client = at(serve(), path="out/people_[ln]*.csv")
    assert [(file.name, file.size) for file in client.listing()] == [("people_latest.csv", len(wire.CONTENT))]


@pytest.mark.parametrize("path", ["out/staff.csv", "out/staff_*.csv"])
def test_a_missing_file_is_permanent_and_says_where_it_was_looked_for(serve: Serve, at: At, waited: list[float], path: str) -> None:
    with pytest.raises(Permanent, match=r"has no HR file 'staff.*csv' in the folder out. Correct `path`, or ask HR"):
        at(serve(), path=path).fetch()
    assert not waited


def test_files_whose_names_differ_in_case_alone_are_counted_where_there_is_none(serve: Serve, at: At, root: Path) -> None:
    (root / "out" / "STAFF_1.csv").write_bytes(b"x")
    (root / "out" / "Staff_2.CSV").write_bytes(b"x")
    with pytest.raises(Permanent, match=r"in the folder out, but 2 whose name differs in upper and lower case alone\. Correct `path`"):
        at(serve(), path="out/staff_*.csv").fetch()
    with pytest.raises(Permanent, match=r"in the folder out, but 1 whose name differs in upper and lower case alone\."):
        at(serve(), path="out/staff_1.csv").fetch()


def test_a_newer_file_in_capitals_beside_those_that_match_is_told(serve: Serve, at: At, root: Path) -> None:
    put(root, "people_2.CSV", modified=1_700_090_000)
    choice = at(serve()).choose()
    assert choice.file.name == "people_1.csv"
    assert [remark.partition(":")[0] for remark in choice.remarks] == [
        "A newer file is not read, since its name differs from that in the settings in upper and lower case"
    ]


def test_a_missing_folder_is_permanent(serve: Serve, at: At, root: Path) -> None:
    server = serve()
    with pytest.raises(Permanent, match="has no folder inbox"):
        at(server, path="inbox/people.csv").find()
    root.rename(root.with_name("elsewhere"))
    with pytest.raises(Permanent, match=r"has no folder of the login\."):
        at(server, path="people.csv").find()


def test_only_a_file_with_its_marker_counts(serve: Serve, at: At, root: Path) -> None:
    server = serve()
    with pytest.raises(Transient, match=r"is not complete: its marker '{stem}.ok' is not there"):
        at(server, done_marker="{stem}.ok").find()
    put(root, "people_1.ok")
    put(root, "people_2.csv")
    assert names(at(server, done_marker="{stem}.ok")) == ["people_1.csv"]
    put(root, "READY")
    assert at(server, done_marker="READY").find().name == "people_2.csv"


# ---- who is trusted ---------------------------------------------------------------------------------------------------------------------


def test_an_unknown_host_key_is_refused_with_its_fingerprint_and_the_line_to_add(serve: Serve, at: At) -> None:
    server = serve()
    fingerprint = asyncssh.import_public_key(server.host_key_line).get_fingerprint()
    with pytest.raises(Permanent) as refused:
        at(server, host_keys=[]).find()
    assert "not pinned yet" in str(refused.value)
    assert fingerprint in str(refused.value)
    assert f"`- {server.host_key_line}`" in str(refused.value)


def test_a_changed_host_key_is_refused_before_any_secret_is_sent(
    serve: Serve, at: At, keys: dict[str, asyncssh.SSHKey], wire: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SFTP_SECRET")
    with pytest.raises(Permanent, match=r"another host key than those pinned: SHA256:.*Somebody may be posing as it"):
        at(serve(), host_keys=[wire.line(keys["ed25519"])]).find()


def test_while_a_server_changes_its_key_both_are_pinned(
    serve: Serve, at: At, keys: dict[str, asyncssh.SSHKey], wire: SimpleNamespace
) -> None:
    server = serve()
    for pinned in ([server.host_key_line, wire.line(keys["ed25519"])], [wire.line(keys["ed25519"]), server.host_key_line]):
        assert names(at(server, host_keys=pinned)) == ["people_1.csv"]


def test_the_key_is_kept_by_the_sandbox_for_its_owner_alone(tmp_path: Path, root: Path) -> None:
    lines = [SftpServer(root, state=tmp_path).host_key_line for _ in range(2)]
    assert lines[0] == lines[1]
    assert (tmp_path / "sftp_host_key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("wrong", [{"user": "nobody"}, {"password": {"env": "OTHER_SECRET"}}])
def test_a_bad_login_is_tried_once_and_says_what_to_check(
    serve: Serve, at: At, waited: list[float], monkeypatch: pytest.MonkeyPatch, wrong: dict[str, Any]
) -> None:
    monkeypatch.setenv("OTHER_SECRET", "0ther")
    server = serve()
    with pytest.raises(Permanent, match=r"refuses the login\. Check `user` and `password`") as refused:
        at(server, **wrong).find()
    assert len(server.connections) == 1
    assert not waited
    assert not any(word in str(refused.value) for word in ("nobody", "0ther"))


def test_an_rsa_key_that_the_server_takes_by_sha1_only_is_told(
    serve: Serve, at: At, keys: dict[str, asyncssh.SSHKey], wire: SimpleNamespace, tmp_path: Path
) -> None:
    (tmp_path / "key").write_bytes(keys["rsa"].export_private_key())
    server = serve(password=None, authorized_keys=[wire.line(keys["rsa"])], signature_algs=["ssh-rsa"])
    with pytest.raises(Permanent, match=r"takes RSA keys by ssh-rsa \(SHA-1\) only"):
        at(server, password=None, key={"file": str(tmp_path / "key")}).find()


# ---- the key that logs in ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "passphrase", "says"),
    [
        ("public", None, "is no private key.*It looks like the public key"),
        ("PuTTY-User-Key-File-3: ssh-ed25519", None, "is no private key.*puttygen"),
        ("encrypted", None, "is encrypted, and the settings have no passphrase"),
        ("encrypted", "OTHER_SECRET", "cannot be read.*Check `passphrase`"),
        (
            "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n",
            None,
            "cannot be read. Check that the key is whole",
        ),
    ],
)
def test_a_key_that_cannot_be_used_says_what_to_do(
    serve: Serve,
    at: At,
    keys: dict[str, asyncssh.SSHKey],
    wire: SimpleNamespace,
    monkeypatch: pytest.MonkeyPatch,
    content: str,
    passphrase: str | None,
    says: str,
) -> None:
    monkeypatch.setenv("OTHER_SECRET", "0ther")
    known = {"public": wire.line(keys["ed25519"]), "encrypted": keys["ecdsa-256"].export_private_key("pkcs8-pem", passphrase="x").decode()}
    monkeypatch.setenv("SFTP_KEY", known.get(content, content))
    with pytest.raises(Permanent, match=says):
        at(serve(), password=None, key={"env": "SFTP_KEY"}, passphrase=passphrase and {"env": passphrase}).find()


def test_a_passphrase_for_a_key_that_needs_none_does_no_harm(
    serve: Serve, at: At, keys: dict[str, asyncssh.SSHKey], wire: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(authorized_keys=[wire.line(key) for key in keys.values()])
    for form, kind in (("openssh", "ed25519"), ("pkcs8-pem", "ecdsa-256")):
        monkeypatch.setenv("SFTP_KEY", keys[kind].export_private_key(form).decode())
        assert names(at(server, password=None, key={"env": "SFTP_KEY"}, passphrase={"env": "SFTP_SECRET"})) == ["people_1.csv"]


def test_a_missing_key_file_is_named(serve: Serve, at: At, tmp_path: Path) -> None:
    with pytest.raises(Permanent, match=r"private key file .*/none does not exist"):
        at(serve(), password=None, key={"file": str(tmp_path / "none")}).find()


# ---- connections ------------------------------------------------------------------------------------------------------------------------


def test_nothing_is_opened_or_read_before_a_call(source: Callable[..., Any], patience: Patience, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SFTP_SECRET")
    nowhere = SimpleNamespace(host="127.0.0.1", port=ports.free(), user={"env": "UNSET"}, host_key_line="")
    client = Sftp(source(nowhere, host_keys=[]), patience)
    with pytest.raises(Lost, match="could not be reached"):
        client.find()


def test_a_connection_lives_as_long_as_one_call(serve: Serve, at: At) -> None:
    server = serve()
    client = at(server)
    client.find()
    client.fetch()
    assert len(server.connections) == 2
    server.settle()
    assert all(connection.is_closed() for connection in server.connections)


# ---- afterwards -------------------------------------------------------------------------------------------------------------------------


def test_a_file_is_left_where_it_is_unless_the_settings_say_otherwise(serve: Serve, at: At, root: Path) -> None:
    server = serve()
    assert at(server).put_away("out/people_1.csv") is False
    assert (root / "out" / "people_1.csv").exists()
    assert not server.connections


def test_a_file_is_deleted_with_its_marker_and_again_is_no_fault(serve: Serve, at: At, root: Path) -> None:
    put(root, "people_1.csv.done")
    client = at(serve(), afterwards="delete", done_marker="{name}.done")
    assert client.put_away("out/people_1.csv")
    assert not list((root / "out").iterdir())
    assert client.put_away("out/people_1.csv")


@pytest.mark.parametrize(("archive", "lies"), [("done", "out/done"), ("/kept", "kept")])
def test_a_file_is_moved_to_the_archive_which_is_made_and_again_is_no_fault(
    serve: Serve, at: At, root: Path, wire: SimpleNamespace, archive: str, lies: str
) -> None:
    client = at(serve(), afterwards="archive", archive=archive)
    assert client.put_away("out/people_1.csv")
    assert client.put_away("out/people_1.csv")
    assert (root / lies / "people_1.csv").read_bytes() == wire.CONTENT
    assert not (root / "out" / "people_1.csv").exists()


def test_a_file_that_hr_has_put_in_its_place_since_stays(serve: Serve, at: At, root: Path) -> None:
    client = at(serve(), afterwards="delete")
    landed = client.find()
    put(root, "people_1.csv", modified=1_700_000_060, content=b"tomorrow's")
    assert client.put_away(landed.path, landed.size, landed.modified) is False
    assert (root / "out" / "people_1.csv").exists()


def test_nothing_of_a_connection_goes_on_when_it_has_ended(serve: Serve, source: Any, patience: Patience, monkeypatch: Any) -> None:
    # So long would paramiko's thread sleep before it looked by itself; it is woken.
    monkeypatch.setattr(paramiko.Transport, "_active_check_timeout", 60)
    before = set(threading.enumerate())
    with session(source(serve()), patience) as sftp:
        assert sftp.listdir("out") == ["people_1.csv"]
        time.sleep(0.3)  # the server has said all that it had to say
    deadline = time.monotonic() + 20
    while left := [each for each in threading.enumerate() if isinstance(each, paramiko.Transport) and each not in before]:
        assert time.monotonic() < deadline, left
        time.sleep(0.01)
