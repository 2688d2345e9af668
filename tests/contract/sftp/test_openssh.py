"""Against OpenSSH's own sshd: what most servers are."""

import os
import stat
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import asyncssh
import pytest

from resources.failures import Permanent
from resources.hr.sftp import Sftp
from resources.ssh.session import pin

KINDS = ["ed25519", "ecdsa-256", "ecdsa-384", "ecdsa-521", "rsa"]

Serve = Callable[..., SimpleNamespace]
At = Callable[..., Sftp]


@pytest.fixture
def key_file(tmp_path: Path, keys: dict[str, asyncssh.SSHKey]) -> Callable[..., dict[str, str]]:
    def write(kind: str, form: str = "openssh", passphrase: str | None = None) -> dict[str, str]:
        path = tmp_path / f"login_{kind}_{form}"
        path.write_bytes(keys[kind].export_private_key(form, passphrase=passphrase, rounds=50))
        return {"file": str(path)}

    return write


def test_every_kind_of_key_logs_in(sshd: Serve, at: At, key_file: Callable[..., Any], wire: SimpleNamespace) -> None:
    server = sshd()
    for kind in KINDS:
        assert at(server, password=None, key=key_file(kind)).fetch().content == wire.CONTENT, kind


def test_every_kind_of_host_key_can_be_the_one_that_is_pinned(sshd: Serve, at: At, key_file: Callable[..., Any]) -> None:
    server = sshd()
    for kind in KINDS:
        client = at(server, password=None, key=key_file("ed25519"), host_keys=[server.lines[kind]])
        assert [file.name for file in client.listing()] == ["people_1.csv"], kind


@pytest.mark.parametrize(("kind", "form"), [("rsa", "pkcs1-pem"), ("ecdsa-256", "pkcs1-pem"), ("ed25519", "pkcs8-pem"), ("rsa", "openssh")])
def test_an_encrypted_key_opens_with_its_passphrase(
    sshd: Serve, at: At, key_file: Callable[..., Any], wire: SimpleNamespace, kind: str, form: str
) -> None:
    key = key_file(kind, form, wire.SECRET)
    server = sshd("ed25519")
    assert at(server, password=None, key=key, passphrase={"env": "SFTP_SECRET"}).find().name == "people_1.csv"


def test_a_key_in_the_environment_may_be_on_one_line(
    sshd: Serve, at: At, keys: dict[str, asyncssh.SSHKey], monkeypatch: pytest.MonkeyPatch
) -> None:
    server = sshd("ed25519")
    text = keys["ed25519"].export_private_key().decode()
    for written in (text, text.replace("\n", "\\n")):
        monkeypatch.setenv("SFTP_KEY", written)
        assert at(server, password=None, key={"env": "SFTP_KEY"}).find().name == "people_1.csv"


def test_the_agents_keys_are_not_offered(sshd: Serve, at: At, key_file: Callable[..., Any], tmp_path: Path, monkeypatch: Any) -> None:
    # The folder of the user holds a key that the server would take; the settings name another.
    other = asyncssh.generate_private_key("ssh-ed25519")
    (tmp_path / "other").write_bytes(other.export_private_key())
    (tmp_path / ".ssh").mkdir()
    (tmp_path / ".ssh" / "id_ed25519").write_text(Path(key_file("ed25519")["file"]).read_text())
    with pytest.raises(Permanent, match="refuses the login"):
        at(sshd("ed25519"), password=None, key={"file": str(tmp_path / "other")}).find()


def test_a_login_by_another_means_than_the_server_wants_says_which(sshd: Serve, at: At) -> None:
    with pytest.raises(Permanent, match="wants publickey to log in, and the settings give a password"):
        at(sshd("ed25519", PasswordAuthentication="no", KbdInteractiveAuthentication="no")).find()


def test_an_old_server_with_only_ssh_rsa_is_refused_with_that_reason(sshd: Serve, at: At, key_file: Callable[..., Any]) -> None:
    server = sshd("rsa", HostKeyAlgorithms="ssh-rsa", PubkeyAcceptedAlgorithms="ssh-rsa")
    with pytest.raises(Permanent, match=r"is old: it can sign with ssh-rsa \(SHA-1\) only.*`ssh_rsa: true` allows it for this server"):
        at(server, password=None, key=key_file("rsa")).find()


def test_an_old_server_with_only_ssh_rsa_opens_when_the_settings_allow_it_for_it(
    sshd: Serve, at: At, key_file: Callable[..., Any], wire: SimpleNamespace
) -> None:
    server = sshd("rsa", HostKeyAlgorithms="ssh-rsa", PubkeyAcceptedAlgorithms="ssh-rsa")
    assert at(server, password=None, key=key_file("rsa"), ssh_rsa=True).fetch().content == wire.CONTENT


def test_the_host_key_is_checked_on_an_old_server_too(sshd: Serve, at: At, key_file: Callable[..., Any]) -> None:
    server = sshd("rsa", HostKeyAlgorithms="ssh-rsa", PubkeyAcceptedAlgorithms="ssh-rsa")
    with pytest.raises(Permanent, match="another host key than those pinned"):
        at(server, password=None, key=key_file("rsa"), ssh_rsa=True, host_keys=[server.lines["ed25519"]]).find()


@pytest.mark.parametrize(
    ("option", "value", "missing"),
    [
        ("Ciphers", "chacha20-poly1305@openssh.com", "cipher"),
        ("KexAlgorithms", "diffie-hellman-group14-sha1", "key exchange"),
        ("MACs", "umac-64@openssh.com", "message code"),
    ],
)
def test_no_common_algorithm_is_told_at_once(
    sshd: Serve, at: At, waited: list[float], key_file: Callable[..., Any], option: str, value: str, missing: str
) -> None:
    with pytest.raises(Permanent, match=f"have no {missing} in common"):
        at(sshd("ed25519", **{option: value}), password=None, key=key_file("ed25519")).find()
    assert not waited


def test_a_server_without_sftp_is_named_so(sshd: Serve, at: At, key_file: Callable[..., Any]) -> None:
    with pytest.raises(Permanent, match=r"does not speak SFTP to this user|offers no SFTP to this user"):
        at(sshd("ed25519", ForceCommand="echo Welcome"), password=None, key=key_file("ed25519")).find()


def test_a_large_file_comes_whole_and_leaves_nothing_behind(
    sshd: Serve, at: At, key_file: Callable[..., Any], root: Path, home: Path
) -> None:
    content = os.urandom(20_000_003)
    (root / "out" / "people_2.csv").write_bytes(content)
    taken = at(sshd("ed25519"), password=None, key=key_file("ed25519")).fetch()
    assert taken.content == content
    assert list((home / "incoming").iterdir()) == []
    assert stat.S_IMODE((home / "incoming").stat().st_mode) == 0o700


def test_archived_with_the_marker_and_nothing_overwritten(sshd: Serve, at: At, key_file: Callable[..., Any], root: Path) -> None:
    out = root / "out"
    server = sshd("ed25519")
    settings = {"password": None, "key": key_file("ed25519"), "afterwards": "archive", "archive": "done", "done_marker": "{name}.ok"}
    (out / "people_1.csv.ok").touch()
    (out / "done").mkdir()
    (out / "done" / "people_1.csv").write_text("last night's")
    client = at(server, **settings)
    file = client.find()
    assert client.put_away(file.path, file.size, file.modified)
    assert sorted(path.name for path in out.iterdir()) == ["done"]
    assert (out / "done" / "people_1.csv").read_text() == "last night's"
    assert sorted(path.name for path in (out / "done").iterdir()) == [
        "people_1.csv",
        "people_1.csv.20231114T221320Z",
        "people_1.csv.ok",
    ]


def test_pin_gets_the_key_without_logging_in(sshd: Serve) -> None:
    server = sshd("ecdsa-256")
    key = pin(server.host, server.port)
    assert key.line == server.lines["ecdsa-256"]
    assert key.fingerprint == asyncssh.import_public_key(key.line).get_fingerprint()
