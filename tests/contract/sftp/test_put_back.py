"""The list for HR, put back on a server: whole or not at all, in place of the last one, and only where the pinned key is."""

import stat
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from resources.failures import Permanent, Transient
from resources.hr.locations import PutBack
from resources.hr.put_back import put_back


@pytest.fixture
def settings(root: Path) -> Any:
    (root / "back").mkdir()

    def build(server: Any, **changes: Any) -> PutBack:
        given = {"host": server.host, "port": server.port, "user": server.user, "password": {"env": "SFTP_SECRET"}}
        return PutBack.model_validate({**given, "host_keys": [server.host_key_line], "folder": "back", **changes})

    return build


def there(root: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in (root / "back").iterdir()}


def test_each_owner_has_their_file_in_place_of_the_last_one(serve: Any, settings: Any, root: Path, patience: Any) -> None:
    server = serve()
    put_back(settings(server), {"acme_HR.xlsx": b"one" * 50_000, "acme_IT.xlsx": b"two"}, patience=patience)
    put_back(settings(server), {"acme_HR.xlsx": b"three"}, obsolete=("acme_IT.xlsx", "acme_Finance.xlsx"), patience=patience)
    assert there(root) == {"acme_HR.xlsx": b"three"}


def test_openssh_takes_it_and_nobody_else_may_read_it(
    sshd: Any, settings: Any, root: Path, patience: Any, keys: Any, tmp_path: Path
) -> None:
    server = sshd("ed25519")
    key = tmp_path / "mine"
    key.touch(mode=0o600)
    key.write_bytes(keys["ed25519"].export_private_key())
    mine = settings(server, password=None, key={"file": str(key)}, folder=str(root / "back"))
    for content in (b"one", b"two"):
        put_back(mine, {"acme_HR.csv": content}, patience=patience)
    assert there(root) == {"acme_HR.csv": b"two"}
    assert stat.S_IMODE((root / "back" / "acme_HR.csv").stat().st_mode) & 0o007 == 0


def test_a_server_that_renames_over_no_file_takes_it_too(serve_with: Any, settings: Any, root: Path, patience: Any) -> None:
    def refused(*_: Any) -> None:
        raise asyncssh.SFTPOpUnsupported("no such extension")

    server = serve_with(posix_rename=refused)
    for content in (b"one", b"two"):
        put_back(settings(server), {"acme_HR.csv": content}, patience=patience)
    assert there(root) == {"acme_HR.csv": b"two"}


def test_a_write_that_breaks_leaves_the_last_list_and_no_half_of_another(
    serve: Any, serve_with: Any, settings: Any, root: Path, patience: Any
) -> None:
    def full(*_: Any) -> None:
        raise asyncssh.SFTPFailure("no space")

    put_back(settings(serve()), {"acme_HR.csv": b"one"}, patience=patience)
    with pytest.raises((Transient, Permanent)) as raised:
        put_back(settings(serve_with(write=full)), {"acme_HR.csv": b"two" * 1000}, patience=patience)
    assert there(root) == {"acme_HR.csv": b"one"}
    assert "acme_HR" not in str(raised.value)


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"folder": "nowhere"}, "has no folder nowhere"), ({"host_keys": []}, "a host key that is not pinned yet")],
)
def test_what_cannot_heal_by_itself_says_what_to_do(serve: Any, settings: Any, patience: Any, changes: Any, words: str) -> None:
    with pytest.raises(Permanent, match=words):
        put_back(settings(serve(), **changes), {"acme_HR.csv": b"one"}, patience=patience)


def test_another_key_than_the_pinned_one_gets_nothing(serve: Any, settings: Any, root: Path, keys: Any, wire: Any, patience: Any) -> None:
    with pytest.raises(Permanent, match="another host key"):
        put_back(settings(serve(), host_keys=[wire.line(keys["rsa"])]), {"acme_HR.csv": b"one"}, patience=patience)
    assert there(root) == {}


def test_a_folder_that_may_not_be_written_says_so(serve_with: Any, settings: Any, patience: Any) -> None:
    def refused(*_: Any) -> None:
        raise asyncssh.SFTPPermissionDenied("no")

    with pytest.raises(Permanent, match="does not let this user write into back"):
        put_back(settings(serve_with(open=refused)), {"acme_HR.csv": b"one"}, patience=patience)
