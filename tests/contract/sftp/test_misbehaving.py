"""Against servers that misbehave before there is a session, each on a real socket."""

import socket
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import asyncssh
import paramiko
import pytest

from resources.failures import Permanent
from resources.hr.sftp import Sftp
from resources.http import Retry
from resources.ssh.failures import Lost
from resources.ssh.session import Patience
from sandbox.sftp import SftpServer
from tests import ports

Serve = Callable[..., SftpServer]
At = Callable[..., Sftp]


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
    nobody = SimpleNamespace(host="127.0.0.1", port=ports.free(), user="hr", host_key_line=wire.line(keys["ed25519"]))
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
    with SftpServer(root, password=wire.SECRET, port=ports.free()) as before:
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
