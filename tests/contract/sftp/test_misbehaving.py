"""Against servers that misbehave, each on a real socket."""

import os
import socket
import stat
import threading
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import asyncssh
import paramiko
import pytest

from resources.failures import Permanent, Transient
from resources.http import Retry
from resources.sftp import CHUNK, Sftp
from resources.ssh import Patience
from resources.ssh_failures import Lost
from sandbox.sftp import SftpServer

Serve = Callable[..., SftpServer]
At = Callable[..., Sftp]
SIZE = 3_000_000


@pytest.fixture
def big(root: Path) -> bytes:
    """A second export, newer by name and large enough to break in its middle."""
    content = os.urandom(SIZE)
    (root / "out" / "people_2.csv").write_bytes(content)
    os.utime(root / "out" / "people_2.csv", (1_700_000_000, 1_700_000_000))
    return content


def answering(root: Path, **overridden: Any) -> Callable[[Any], asyncssh.SFTPServer]:
    """What answers the requests of a session on `root`, with some of its methods replaced."""
    kind = type("Answering", (asyncssh.SFTPServer,), overridden)
    return lambda channel: kind(channel, chroot=os.fsencode(root))


# ---- before the session -----------------------------------------------------------------------------------------------------------------


def test_a_server_that_sends_no_banner_is_tried_again_and_named_so(bare: Any, hastily_at: At, waited: list[float]) -> None:
    server = bare(lambda connection: None)
    with pytest.raises(Lost, match="takes the connection and does not greet as an SSH server"):
        hastily_at(server).find()
    assert len(server.accepted) == 3
    assert len(waited) == 2


def test_a_server_that_is_no_ssh_server_is_named_so(bare: Any, at: At) -> None:
    def speak(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        connection.shutdown(socket.SHUT_RDWR)

    with pytest.raises(Lost, match="does not greet as an SSH server"):
        at(bare(speak)).find()


@pytest.mark.parametrize("greeting", [b"SSH-2.0-Stalls\r\n", b"SSH-2.0-Closes\r\n"])
def test_a_server_that_stalls_or_closes_in_the_handshake_ends_in_time(bare: Any, hastily_at: At, greeting: bytes) -> None:
    def greet(connection: socket.socket) -> None:
        connection.sendall(greeting)
        if b"Closes" in greeting:
            connection.shutdown(socket.SHUT_RDWR)

    with pytest.raises(Lost, match="broke off before the connection was secured"):
        hastily_at(bare(greet)).find()


def test_a_server_that_stalls_after_the_handshake_began_ends_in_time(serve: Serve, bare: Any, source: Any, hasty: Patience) -> None:
    # paramiko's own limit on the handshake ends with the server's first packet of it.
    behind = serve()

    def relay(connection: socket.socket) -> None:
        with socket.create_connection((behind.host, behind.port)) as server:
            connection.sendall(server.recv(4096))
            server.sendall(connection.recv(65536))
            connection.sendall(server.recv(65536))  # its algorithms, and nothing after them

    began = time.monotonic()
    with pytest.raises(Lost, match="broke off before the connection was secured"):
        Sftp(source(bare(relay)), replace(hasty, retry=Retry(attempts=1))).find()
    assert hasty.negotiation <= time.monotonic() - began < 5


def test_a_server_that_is_not_there_is_tried_again(at: At, waited: list[float], keys: Any, wire: SimpleNamespace) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    nobody = SimpleNamespace(host="127.0.0.1", port=port, user="hr", host_key_line=wire.line(keys["ed25519"]))
    with pytest.raises(Lost, match=r"could not be reached. Check `host`, `port` and the firewall"):
        at(nobody).find()
    assert len(waited) == 2


def test_a_name_that_no_host_has_is_permanent(at: At, waited: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with pytest.raises(Permanent, match="could not be found: there is no such host"):
        at(SimpleNamespace(host="sftp.acme.example", port=22, user="hr", host_key_line=""), host_keys=[]).find()
    assert not waited


def test_a_server_whose_host_key_changes_is_refused_from_then_on(root: Path, at: At, wire: SimpleNamespace) -> None:
    with SftpServer(root, password=wire.SECRET) as before:
        assert at(before).find()
    with SftpServer(root, password=wire.SECRET, port=before.port) as after:
        after.host_key_line, now = before.host_key_line, after.host_key_line
        with pytest.raises(Permanent, match="another host key than those pinned") as refused:
            at(after).fetch()
    assert now in str(refused.value)


class _Silent(paramiko.ServerInterface):
    """A server by paramiko, for what asyncssh does not do wrong."""

    def get_allowed_auths(self, username: str) -> str:
        return "password,publickey"

    def check_auth_password(self, username: str, password: str) -> int:
        if password == "stall":
            time.sleep(3)
        return paramiko.AUTH_SUCCESSFUL if password.startswith("s3") else paramiko.AUTH_FAILED

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        return paramiko.AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return paramiko.OPEN_SUCCEEDED

    def check_channel_subsystem_request(self, channel: paramiko.Channel, name: str) -> bool:
        time.sleep(3)
        return False


@pytest.fixture
def old(bare: Any) -> Any:
    """A server that does not say which signatures it takes, stalls when it is asked for SFTP, and answers the password `stall` never."""
    key = paramiko.ECDSAKey.generate()

    def run(connection: socket.socket) -> None:
        transport = paramiko.Transport(connection, server_sig_algs=False)
        transport.add_server_key(key)
        transport.start_server(server=_Silent(), event=threading.Event())

    server = bare(run)
    server.host_key_line = f"{key.get_name()} {key.get_base64()}"
    return server


def test_a_server_that_stalls_when_asked_for_sftp_ends_in_time(old: Any, hastily_at: At) -> None:
    with pytest.raises(Lost, match="let us in and then opened no session"):
        hastily_at(old).find()


def test_a_login_that_is_not_answered_is_tried_again(
    old: Any, hastily_at: At, monkeypatch: pytest.MonkeyPatch, waited: list[float]
) -> None:
    monkeypatch.setenv("SFTP_SECRET", "stall")
    with pytest.raises(Lost, match="did not answer the login"):
        hastily_at(old).find()
    assert len(waited) == 2


def test_an_rsa_key_refused_by_a_server_that_may_be_old_comes_with_a_hint(
    old: Any, at: At, keys: dict[str, asyncssh.SSHKey], tmp_path: Path
) -> None:
    (tmp_path / "key").write_bytes(keys["rsa"].export_private_key())
    with pytest.raises(Permanent, match=r"refuses the login.*may be too old for an RSA key without `ssh_rsa: true`"):
        at(old, password=None, key={"file": str(tmp_path / "key")}).find()


# ---- in the middle ----------------------------------------------------------------------------------------------------------------------


class Breaking:
    """Reads that break the connection, or stall, once half of the file has been read; on the first `times` connections."""

    def __init__(self, times: int, stall: bool = False) -> None:
        self.times, self.stall = times, stall
        self.offsets: list[list[int]] = []

    def files(self, root: Path) -> Callable[[Any], asyncssh.SFTPServer]:
        breaking = self

        async def read(session: asyncssh.SFTPServer, file: Any, offset: int, size: int) -> bytes:
            mine = session.__dict__.setdefault("mine", len(breaking.offsets))
            if mine == len(breaking.offsets):
                breaking.offsets.append([])
            breaking.offsets[mine].append(offset)
            if mine < breaking.times and offset >= SIZE / 2:
                if breaking.stall:
                    import asyncio

                    await asyncio.sleep(60)
                session.connection.abort()
                return b""
            file.seek(offset)
            return file.read(size)

        return answering(root, read=read)


@pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize("stall", [False, True], ids=["closes", "stalls"])
def test_a_download_that_breaks_goes_on_where_it_stopped(
    serve: Serve, hastily_at: At, root: Path, big: bytes, waited: list[float], stall: bool
) -> None:
    breaking = Breaking(1, stall)
    assert hastily_at(serve(files=breaking.files(root))).fetch().content == big
    assert len(waited) == 1
    assert min(breaking.offsets[1]) > 0, "all of it was got again"


def test_what_had_arrived_is_kept_for_the_next_run_for_its_owner_alone(
    serve: Serve, at: At, root: Path, home: Path, big: bytes, waited: list[float]
) -> None:
    breaking = Breaking(3)
    client = at(serve(files=breaking.files(root)))
    with pytest.raises(Lost, match=r"broke off.*a download goes on where it stopped"):
        client.fetch()
    [part] = (home / "incoming").iterdir()
    assert stat.S_IMODE(part.stat().st_mode) == 0o600
    had = part.stat().st_size
    assert CHUNK < had < SIZE
    assert client.fetch().content == big
    assert min(breaking.offsets[3]) == had - CHUNK
    assert list((home / "incoming").iterdir()) == []


@pytest.mark.parametrize("modified", [1_700_000_000, 1_700_000_060], ids=["same size and time", "another time"])
def test_a_part_of_another_content_is_never_gone_on_with(serve: Serve, at: At, root: Path, home: Path, big: bytes, modified: int) -> None:
    breaking = Breaking(3)
    client = at(serve(files=breaking.files(root)))
    with pytest.raises(Lost):
        client.fetch()
    other = os.urandom(SIZE)
    (root / "out" / "people_2.csv").write_bytes(other)
    os.utime(root / "out" / "people_2.csv", (modified, modified))
    assert client.fetch().content == other


def test_a_part_of_another_file_does_not_stay(serve: Serve, at: At, root: Path, home: Path, big: bytes, wire: SimpleNamespace) -> None:
    client = at(serve(files=Breaking(3).files(root)))
    with pytest.raises(Lost):
        client.fetch()
    (root / "out" / "people_2.csv").unlink()
    assert client.fetch().content == wire.CONTENT
    assert list((home / "incoming").iterdir()) == []


def test_two_runs_do_not_write_to_one_part(serve: Serve, hastily_at: At, root: Path, big: bytes) -> None:
    client = hastily_at(serve(files=Breaking(1, stall=True).files(root)))
    results: list[Any] = []
    first = threading.Thread(target=lambda: results.append(client.fetch().content))
    first.start()
    while not list(root.parent.glob("home/incoming/*")):
        time.sleep(0.005)
    with pytest.raises(Transient, match="Another run is getting the same file"):
        client.fetch()
    first.join()
    assert results == [big]


def test_a_full_disk_is_ours_and_not_the_servers(serve: Serve, at: At, home: Path, waited: list[float]) -> None:
    home.mkdir()
    (home / "incoming").write_text("no folder")
    with pytest.raises(Permanent, match="incoming cannot be used"):
        at(serve()).fetch()
    assert not waited


# ---- what it says of its files ----------------------------------------------------------------------------------------------------------


def listed(count: int) -> Callable[..., AsyncIterator[asyncssh.SFTPName]]:
    async def scandir(session: asyncssh.SFTPServer, path: bytes) -> AsyncIterator[asyncssh.SFTPName]:
        attributes = asyncssh.SFTPAttrs(size=1, permissions=0o100644, atime=1, mtime=1_700_000_000)
        for number in range(count):
            yield asyncssh.SFTPName(b"people_%06d.csv" % number, attrs=attributes)

    return scandir


def test_a_folder_of_a_hundred_thousand_files_is_listed(serve: Serve, at: At, root: Path) -> None:
    server = serve(files=answering(root, scandir=listed(100_000)))
    files = at(server, path="out/people_*99.csv").listing()
    assert len(files) == 1000
    assert files[-1].name == "people_099999.csv"


@pytest.mark.parametrize("error", [asyncssh.SFTPPermissionDenied, asyncssh.SFTPOpUnsupported, asyncssh.SFTPFailure])
def test_a_server_that_refuses_stat_is_read_by_its_listing(
    serve: Serve, at: At, root: Path, wire: SimpleNamespace, error: Callable[[str], Exception]
) -> None:
    def refuse(*_: Any) -> Any:
        raise error("not here")

    server = serve(files=answering(root, stat=refuse, fstat=refuse))
    assert at(server).fetch().content == wire.CONTENT
    assert at(server, path="out/people_1.csv").fetch().content == wire.CONTENT


def test_a_server_that_refuses_to_list_is_asked_for_the_one_file(serve: Serve, at: At, root: Path, wire: SimpleNamespace) -> None:
    def refuse(*_: Any) -> Any:
        raise asyncssh.SFTPPermissionDenied("not here")

    server = serve(files=answering(root, scandir=refuse))
    assert at(server, path="out/people_1.csv").fetch().content == wire.CONTENT
    with pytest.raises(Transient, match="is not complete"):
        at(server, path="out/people_1.csv", done_marker="READY").find()
    with pytest.raises(Permanent, match="does not let this user list the folder"):
        at(server).find()


def test_a_server_that_does_not_say_how_long_a_file_is_is_not_trusted_to_send_it_whole(serve: Serve, at: At, root: Path) -> None:
    async def scandir(*_: Any) -> AsyncIterator[asyncssh.SFTPName]:
        yield asyncssh.SFTPName(b"people_1.csv", attrs=asyncssh.SFTPAttrs())

    with pytest.raises(Permanent, match="does not say how long a file is"):
        at(serve(files=answering(root, scandir=scandir))).find()


def test_a_file_that_may_not_be_read_or_moved_is_permanent(serve: Serve, at: At, root: Path, waited: list[float]) -> None:
    def refuse(*_: Any) -> Any:
        raise asyncssh.SFTPPermissionDenied("not here")

    server = serve(files=answering(root, open=refuse, rename=refuse))
    with pytest.raises(Permanent, match=r"people_1\.csv on the SFTP server may not be read by this user"):
        at(server).fetch()
    with pytest.raises(Permanent, match=r"does not let this user archive the file.*`afterwards: leave`"):
        at(server, afterwards="archive", archive="done").put_away("out/people_1.csv")
    assert not waited


@pytest.mark.parametrize("wrong", [0, 4_000_000_000], ids=["none", "in the future"])
def test_times_that_cannot_be_are_no_times(serve: Serve, at: At, root: Path, wire: SimpleNamespace, wrong: int) -> None:
    (root / "out" / "people_2.csv").write_bytes(b"2")
    for name in ("people_1.csv", "people_2.csv"):
        os.utime(root / "out" / name, (wrong, wrong))
    server = serve()
    assert [file.modified for file in at(server).listing()] == [None, None]
    assert at(server).fetch().content == b"2"
    assert abs(at(server).fetch().modified.timestamp() - time.time()) < 60
    with pytest.raises(Permanent, match=r"gives no time, or one that cannot be.*Set `newest: name`"):
        at(server, newest="modified").find()


# ---- a file that is not finished --------------------------------------------------------------------------------------------------------


def test_a_file_that_grows_while_it_is_read_is_not_used(serve: Serve, at: At, root: Path, home: Path, big: bytes) -> None:
    path, stop = root / "out" / "people_2.csv", threading.Event()

    def write() -> None:
        with path.open("ab") as file:
            while not stop.wait(0.001):
                file.write(b"more\n")
                file.flush()

    writing = threading.Thread(target=write)
    writing.start()
    try:
        with pytest.raises(Transient, match=r"changed on the SFTP server while it was read. Run again when HR has finished"):
            at(serve()).fetch()
    finally:
        stop.set()
        writing.join()
    assert list((home / "incoming").iterdir()) == []


@pytest.mark.parametrize("given", [{"expected_size": 3}, {"file": 3}])
def test_a_file_that_is_not_as_it_was_when_it_was_seen_is_not_used(serve: Serve, at: At, root: Path, given: dict[str, Any]) -> None:
    client = at(serve())
    if "file" in given:
        given = {"file": client.find()}
        (root / "out" / "people_1.csv").write_bytes(b"another")
    with pytest.raises(Transient, match="changed on the SFTP server"):
        client.fetch(**given)


def test_a_file_shorter_than_the_server_says_is_not_used(serve: Serve, at: At, root: Path, big: bytes) -> None:
    def read(session: asyncssh.SFTPServer, file: Any, offset: int, size: int) -> bytes:
        file.seek(offset)
        return b"" if offset > SIZE / 2 else file.read(size)

    with pytest.raises(Transient, match="changed on the SFTP server"):
        at(serve(files=answering(root, read=read))).fetch()


def test_a_server_that_answers_reads_in_part_loses_nothing(serve: Serve, at: At, root: Path, big: bytes) -> None:
    def read(session: asyncssh.SFTPServer, file: Any, offset: int, size: int) -> bytes:
        file.seek(offset)
        return file.read(min(size, 10_000))

    assert at(serve(files=answering(root, read=read))).fetch().content == big
