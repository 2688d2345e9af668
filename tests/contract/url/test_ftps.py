"""HR's file on an FTPS server: pyftpdlib's, with a certificate of a root of the test's own."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import FTPHandler, TLS_FTPHandler
from pyftpdlib.ioloop import IOLoop
from pyftpdlib.servers import FTPServer

from resources.failures import NoFile, Permanent, Transient
from resources.hr.sources import UrlFiles
from resources.hr.url_settings import UrlSource
from tests import ports

CONTENT = "No;Name\n1;Åsa\n".encode()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for localhost with its key, which is its own root."""
    key = ec.generate_private_key(ec.SECP256R1())
    name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")]), datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
    made = made.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    file = tmp_path_factory.mktemp("tls") / "localhost.pem"
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM) + private)
    return file


class Running:
    """A server over a folder, in a thread of its own."""

    def __init__(self, root: Path, handler: Any, perm: str) -> None:
        users = DummyAuthorizer()
        users.add_user("hr", "p4ss", str(root), perm=perm)
        self.commands: list[str] = []
        outer = self

        class Handler(handler):  # type: ignore[misc]
            authorizer = users
            use_sendfile = False

            def pre_process_command(self, line: str, cmd: str, arg: str) -> None:
                outer.commands.append(cmd)
                super().pre_process_command(line, cmd, arg)

        self._loop = IOLoop()
        self._server = FTPServer(("127.0.0.1", 0), Handler, ioloop=self._loop)
        self.port = self._server.address[1]
        self._going = True
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while self._going:
            self._loop.loop(timeout=0.02, blocking=False)
        self._server.close_all()

    def stop(self) -> None:
        self._going = False
        self._thread.join()


@pytest.fixture
def ftps(tmp_path: Path, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., SimpleNamespace]]:
    """Start a server whose folder `out` has one export; whoever trusts its root reads it."""
    monkeypatch.setenv("HR_PASSWORD", "p4ss")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    root = tmp_path / "root"
    (root / "out").mkdir(parents=True)
    (root / "out" / "people_1.csv").write_bytes(CONTENT)
    os.utime(root / "out" / "people_1.csv", (1_700_000_000, 1_700_000_000))
    with ExitStack() as running:

        def start(base: Any = TLS_FTPHandler, perm: str = "elradfmw", host: str = "localhost", **overridden: Any) -> SimpleNamespace:
            tls = {"certfile": str(certificate), "tls_control_required": True, "tls_data_required": True} if base is TLS_FTPHandler else {}
            server = Running(root, type("Overridden", (base,), {**tls, **overridden}), perm)
            running.callback(server.stop)

            def files(path: str = "out/people_*.csv", **changes: Any) -> UrlFiles:
                given = {"url": f"ftps://{host}:{server.port}/{path}", "user": "hr", "password": {"env": "HR_PASSWORD"}, **changes}
                return UrlFiles(UrlSource.model_validate(given))

            return SimpleNamespace(root=root, files=files, commands=server.commands)

        yield start


def lies(root: Path) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


def test_the_newest_file_comes_as_it_is_over_tls_for_commands_and_data(ftps: Any) -> None:
    server = ftps()
    (server.root / "out" / "other.csv").write_bytes(b"")
    (server.root / "out" / "people_9.csv").mkdir()
    files = server.files()
    found = files.newest()
    assert (found.shown, found.size, found.modified) == ("people_1.csv", len(CONTENT), datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC))
    assert files.take(files.again(found.state)).content == CONTENT
    assert server.commands.index("AUTH") < server.commands.index("USER")
    assert server.commands.index("PROT") < server.commands.index("MLSD")


def test_one_file_in_the_folder_of_the_login_needs_no_folder(ftps: Any) -> None:
    server = ftps()
    (server.root / "on the way.csv").write_bytes(b"x")
    assert server.files("on the way.csv").take(server.files("on the way.csv").newest()).content == b"x"


def test_a_server_that_lists_names_alone_is_asked_for_each_that_is_meant(ftps: Any) -> None:
    def none(self: Any, *_: Any) -> None:
        self.respond("502 Command not implemented.")

    server = ftps(ftp_MLSD=none)
    (server.root / "out" / "other.csv").write_bytes(b"")
    (server.root / "out" / "people_9.csv").mkdir()
    assert server.files().take(server.files().newest()).content == CONTENT
    assert server.commands.count("SIZE") <= 2 * 4
    with pytest.raises(NoFile):
        server.files("out/staff_*.csv").newest()


@pytest.mark.parametrize(("host", "root"), [("127.0.0.1", True), ("localhost", False)], ids=["another name", "an unknown root"])
def test_a_certificate_that_is_not_trusted_for_the_name_gets_no_login(
    ftps: Any, monkeypatch: pytest.MonkeyPatch, host: str, root: bool
) -> None:
    server = ftps(host=host)
    if not root:
        monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(Permanent, match=r"The certificate of the FTPS server \S+ is not one that is trusted for this name") as refused:
        server.files().newest()
    assert "USER" not in server.commands
    assert "p4ss" not in str(refused.value)


def test_a_server_without_tls_gets_no_login(ftps: Any) -> None:
    server = ftps(FTPHandler)
    with pytest.raises(Permanent, match=r"offers no TLS\. Nothing was sent"):
        server.files().newest()
    assert "USER" not in server.commands


def test_a_wrong_password_a_missing_folder_and_a_server_that_is_away_are_told_apart(ftps: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    server = ftps()
    with pytest.raises(Permanent, match="has no folder inbox, or does not let this user into it"):
        server.files("inbox/x.csv").newest()
    with pytest.raises(NoFile, match=r"has no HR file 'staff.csv' in the folder out"):
        server.files("out/staff.csv").newest()
    monkeypatch.setenv("HR_PASSWORD", "0ther")
    with pytest.raises(Permanent, match=r"refuses the login\. Check `user` and `password`") as refused:
        server.files().newest()
    assert "0ther" not in str(refused.value)
    away = UrlSource.model_validate({"url": f"ftps://localhost:{ports.free()}/x.csv", "user": "hr", "password": {"env": "HR_PASSWORD"}})
    with pytest.raises(Transient, match="could not be reached"):
        UrlFiles(away).newest()


def test_only_a_file_with_its_marker_counts_and_both_are_archived_or_deleted(ftps: Any) -> None:
    server = ftps()
    archiving = server.files(done_marker="{name}.done", afterwards="archive", archive="old")
    with pytest.raises(Transient, match="is not complete"):
        archiving.newest()
    (server.root / "out" / "people_1.csv.done").write_bytes(b"")
    found = archiving.newest()
    assert [archiving.put_away(found) for _ in range(2)] == [True, True]
    assert lies(server.root) == ["out/old/people_1.csv", "out/old/people_1.csv.done"]
    (server.root / "out" / "people_1.csv").write_bytes(b"another\n")
    (server.root / "out" / "people_1.csv.done").write_bytes(b"")
    again = archiving.newest()
    assert archiving.put_away(again)
    kept = lies(server.root)
    assert len(kept) == 4
    assert (server.root / "out" / "old" / "people_1.csv").read_bytes() == CONTENT
    (server.root / "out" / "people_2.csv").write_bytes(b"2")
    deleting = server.files(afterwards="delete")
    assert deleting.put_away(deleting.newest())
    assert lies(server.root) == kept


def test_a_right_that_is_missing_is_named(ftps: Any) -> None:
    server = ftps(perm="el")
    files = server.files(afterwards="delete")
    found = files.newest()
    with pytest.raises(Permanent, match="does not let this user read HR's files"):
        files.take(found)
    with pytest.raises(Permanent, match=r"does not let this user delete HR's files.*`afterwards: leave`"):
        files.put_away(found)
    assert lies(server.root) == ["out/people_1.csv"]


def test_a_file_that_changes_between_listing_and_reading_is_not_used(ftps: Any) -> None:
    server = ftps()
    found = server.files().newest()
    (server.root / "out" / "people_1.csv").write_bytes(CONTENT + b"2;Bo\n")
    with pytest.raises(Transient, match="changed while it was read"):
        server.files().take(found)
