"""SFTP servers on loopback: the sandbox's, OpenSSH's sshd, and a bare socket that says what a test wants."""

import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import asyncssh
import pytest

from resources.hr.locations import SftpSource
from resources.hr.sftp import Sftp
from resources.http import Retry
from resources.ssh.session import Patience
from sandbox.sftp import SftpServer
from tests import ports
from tests.processes import with_us

SECRET = "s3cret &with words"
CONTENT = "No;Name\n1;Åsa\n".encode()
KINDS = {
    "ed25519": ("ssh-ed25519", {}),
    "ecdsa-256": ("ecdsa-sha2-nistp256", {}),
    "ecdsa-384": ("ecdsa-sha2-nistp384", {}),
    "ecdsa-521": ("ecdsa-sha2-nistp521", {}),
    "rsa": ("ssh-rsa", {"key_size": 2048}),
}


@pytest.fixture(scope="session")
def keys() -> dict[str, asyncssh.SSHKey]:
    """One private key of every kind."""
    return {name: asyncssh.generate_private_key(kind, **options) for name, (kind, options) in KINDS.items()}


def line(key: asyncssh.SSHKey) -> str:
    return " ".join(key.export_public_key().decode().split()[:2])


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ROLLCALL_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SFTP_SECRET", SECRET)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    return tmp_path / "home"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """What the user of a server sees: a folder `out` with one export."""
    folder = tmp_path / "root"
    (folder / "out").mkdir(parents=True)
    (folder / "out" / "people_1.csv").write_bytes(CONTENT)
    os.utime(folder / "out" / "people_1.csv", (1_700_000_000, 1_700_000_000))
    return folder


@pytest.fixture
def serve(root: Path) -> Iterator[Callable[..., SftpServer]]:
    """Start the sandbox's server, with a change."""
    with ExitStack() as running:
        yield lambda **options: running.enter_context(SftpServer(root, **{"password": SECRET, **options}))


@pytest.fixture
def waited() -> list[float]:
    """The seconds for which a client would have slept between two attempts."""
    return []


@pytest.fixture
def patience(waited: list[float]) -> Patience:
    return Patience(retry=Retry(attempts=3, first_wait=1.0, sleep=waited.append))


@pytest.fixture
def hasty(patience: Patience) -> Patience:
    """For a server of which it is certain that it stalls."""
    return replace(patience, greeting=0.3, handshake=0.3, login=0.3, reply=0.8)


@pytest.fixture
def source() -> Callable[..., SftpSource]:
    """The settings for a server, with changes; None takes a setting away."""

    def build(server: Any, **changes: Any) -> SftpSource:
        given = {"host": server.host, "port": server.port, "user": server.user, "password": {"env": "SFTP_SECRET"}}
        given |= {"host_keys": [server.host_key_line], "path": "out/people_*.csv", **changes}
        return SftpSource.model_validate({name: value for name, value in given.items() if value is not None})

    return build


@pytest.fixture
def at(source: Callable[..., SftpSource], patience: Patience) -> Callable[..., Sftp]:
    """A client for a server, with changes to its settings."""
    return lambda server, **changes: Sftp(source(server, **changes), patience)


@pytest.fixture
def hastily_at(source: Callable[..., SftpSource], hasty: Patience) -> Callable[..., Sftp]:
    """The same, by one that soon takes silence for a fault."""
    return lambda server: Sftp(source(server), hasty)


@dataclass
class Bare:
    """A listening socket that does to each connection what it is told."""

    act: Callable[[socket.socket], None]
    host: str = "127.0.0.1"
    user: str = "hr"
    host_key_line: str = ""
    accepted: list[socket.socket] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._listener = socket.create_server((self.host, 0))
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.accepted.append(connection)
            self.act(connection)

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()
        for connection in self.accepted:
            connection.close()


@pytest.fixture
def bare(keys: dict[str, asyncssh.SSHKey]) -> Iterator[Callable[[Callable[[socket.socket], None]], Bare]]:
    with ExitStack() as running:

        def start(act: Callable[[socket.socket], None]) -> Bare:
            server = Bare(act, host_key_line=line(keys["ed25519"]))
            running.callback(server.close)
            return server

        yield start


SSHD = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


@pytest.fixture
def sshd(tmp_path: Path, root: Path, keys: dict[str, asyncssh.SSHKey]) -> Iterator[Callable[..., SimpleNamespace]]:
    """Start OpenSSH's sshd for the user who runs the tests, with every kind of host key unless others are named, and further options."""
    if SSHD is None:
        reason = "OpenSSH's sshd is not installed: .ci/packages does it"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)  # sshd will not start as root without it
    with ExitStack() as running:
        yield lambda *kinds, **options: running.enter_context(_Sshd(tmp_path, root, keys, kinds or tuple(KINDS), options)).place


class _Sshd:
    def __init__(self, folder: Path, root: Path, keys: dict[str, asyncssh.SSHKey], kinds: tuple[str, ...], options: dict[str, str]) -> None:
        port = ports.free()
        user = os.environ.get("USER") or subprocess.check_output(["id", "-un"], text=True).strip()
        lines = {name: line(key) for name, key in keys.items()}
        self.place = SimpleNamespace(host="127.0.0.1", port=port, user=user, host_key_line=lines[kinds[0]], lines=lines)
        (folder / "authorized_keys").write_text("\n".join(lines.values()))
        written = ["ListenAddress 127.0.0.1", f"Port {port}", "PidFile none", "UsePAM no", "StrictModes no", "PermitRootLogin yes"]
        written += [f"AuthorizedKeysFile {folder}/authorized_keys", f"Subsystem sftp internal-sftp -d {root}"]
        for kind in kinds:
            file = folder / f"host_{kind}"
            file.touch(mode=0o600)
            file.write_bytes(keys[kind].export_private_key())
            written.append(f"HostKey {file}")
        written += [f"{name} {value}" for name, value in options.items()]
        self._config = folder / f"sshd_{port}.conf"
        self._config.write_text("\n".join(written) + "\n")

    def __enter__(self) -> "_Sshd":
        self._process = subprocess.Popen(with_us([str(SSHD), "-D", "-e", "-f", str(self._config)]), stderr=subprocess.PIPE, text=True)
        deadline = time.monotonic() + 10
        while True:
            try:
                socket.create_connection((self.place.host, self.place.port), timeout=1).close()
            except OSError:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    self._process.kill()
                    pytest.fail(f"sshd did not start: {self._process.communicate()[1]}")
                time.sleep(0.01)
            else:
                return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.communicate()


@pytest.fixture
def big(root: Path) -> bytes:
    """A second export, newer by name and large enough to break in its middle."""
    content = os.urandom(3_000_000)
    (root / "out" / "people_2.csv").write_bytes(content)
    os.utime(root / "out" / "people_2.csv", (1_700_000_000, 1_700_000_000))
    return content


@pytest.fixture
def serve_with(serve: Callable[..., SftpServer], root: Path) -> Callable[..., SftpServer]:
    """Start the sandbox's server with some of its answers to requests replaced: methods of asyncssh.SFTPServer."""

    def start(**overridden: Any) -> SftpServer:
        kind = type("Answering", (asyncssh.SFTPServer,), overridden)
        return serve(files=lambda channel: kind(channel, chroot=os.fsencode(root)))

    return start


@pytest.fixture
def wire() -> SimpleNamespace:
    """The words of this conftest, for tests that cannot import it."""
    return SimpleNamespace(SECRET=SECRET, CONTENT=CONTENT, line=line)
