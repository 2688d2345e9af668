"""What comes of a file that HR encrypts or signs, made by GnuPG itself."""

import base64
import gzip
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from resources.failures import Permanent
from resources.hr import openpgp
from resources.hr.agreed import OpenPgp
from resources.hr.gnupg import home
from resources.hr.kept import KeptExport, drop_naming
from resources.hr.locations import CsvSource
from resources.hr.remote_folder import RemoteFile
from resources.past import erasure
from roster.reading.file import read
from roster.settings import CsvFormat
from roster.unfit import Unfit
from tests.pgp import PASSPHRASE, Sender, sender

ROWS = b"Employee No,Surname\n1001,Kettleburn\n1002,Sprout\n"
THEN = ("--faked-system-time", "20200201T000000!")
"""Before the key that does not last had expired."""


class Desk:
    """HR with its keys, and ours, each in a file."""

    def __init__(self, hr: Sender, folder: Path) -> None:
        self.hr, self.folder = hr, folder
        self.numbers = {name: hr.make(name) for name in ("ours", "next", "other", "payroll", "stranger")}
        self.numbers["rsa"] = hr.make("rsa", "rsa2048", "rsa2048")
        self.numbers["locked"] = hr.make("locked", passphrase=PASSPHRASE)
        self.numbers["over"] = hr.make("over", until="20200301T000000")
        for name in ("ours", "next", "rsa", "over", "stranger"):
            self.file(f"{name}.key", hr.private(name))
        self.file("locked.key", hr.private("locked", passphrase=PASSPHRASE))
        for name in ("payroll", "stranger", "over"):
            self.file(f"{name}.pub", hr.public(name))
        self.file("revoked.pub", hr.public("other") + hr.revocation("other"))
        self.file("lost.key", hr.private("other") + hr.revocation("other"))

    def file(self, name: str, content: bytes) -> Path:
        """Write one."""
        path = self.folder / name
        path.write_bytes(content)
        return path

    def key(self, name: str, **more: Any) -> dict[str, Any]:
        """How the settings name it."""
        return {"file": str(self.folder / f"{name}.key"), **more}

    def agreed(self, *keys: str, signers: tuple[str, ...] = (), files: tuple[str, ...] = (), **more: Any) -> CsvSource:
        """What is agreed."""
        given: dict[str, Any] = {"key": [self.key(name) for name in keys], **more}
        if signers:
            given |= {"signers": [self.numbers[name] for name in signers]}
            given |= {"certificates": [{"file": str(self.folder / f"{name}.pub")} for name in files or signers]}
        return CsvSource(path="people.csv.pgp", openpgp=OpenPgp.model_validate(given))


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Made once."""
    with sender(tmp_path_factory.mktemp("p")) as hr:
        yield Desk(hr, tmp_path_factory.mktemp("keys"))


def refused(content: bytes, source: CsvSource, kind: type[Exception] = Unfit) -> str:
    """Why a file is refused."""
    with pytest.raises(kind) as found:
        openpgp.opened(content, source)
    text = str(found.value)
    assert "Kettleburn" not in text
    assert PASSPHRASE not in text
    assert "acme.example" not in text
    return text


@pytest.mark.parametrize("options", [(), ("--armor",), ("--compress-algo", "bzip2"), ("--compress-algo", "none"), ("--throw-keyids",)])
def test_what_is_encrypted_opens_as_bytes_as_text_and_however_it_is_packed(desk: Desk, options: tuple[str, ...]) -> None:
    sent = desk.hr.sent(ROWS, *options, to=("ours",), by=("payroll",))

    assert openpgp.opened(sent, desk.agreed("ours", signers=("payroll",))) == ROWS


def test_a_file_for_a_key_of_rsa_and_several_others_opens(desk: Desk) -> None:
    assert openpgp.opened(desk.hr.sent(ROWS, to=("stranger", "rsa")), desk.agreed("rsa")) == ROWS


def test_while_keys_change_either_opens_each_by_its_own_passphrase(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEW_PASSPHRASE", PASSPHRASE)
    monkeypatch.setenv("OLD_PASSPHRASE", "of a key that needs none")
    keys = [desk.key("ours"), desk.key("locked", passphrase={"env": "NEW_PASSPHRASE"})]
    agreed = CsvSource(path="p", openpgp=OpenPgp.model_validate({"key": keys, "passphrase": {"env": "OLD_PASSPHRASE"}}))

    assert openpgp.opened(desk.hr.sent(ROWS, to=("ours",)), agreed) == ROWS
    assert openpgp.opened(desk.hr.sent(ROWS, to=("locked",)), agreed) == ROWS


def test_a_key_may_come_from_the_environment(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUR_KEY", desk.hr.private("ours", "--armor").decode())
    agreed = CsvSource(path="p", openpgp=OpenPgp.model_validate({"key": {"env": "OUR_KEY"}}))

    assert openpgp.opened(desk.hr.sent(ROWS, to=("ours",)), agreed) == ROWS


@pytest.mark.parametrize("way", [("--sign",), ("--clear-sign",), ("--armor", "--sign")])
def test_what_is_only_signed_is_read_where_that_is_agreed(desk: Desk, way: tuple[str, ...]) -> None:
    signed = desk.hr.gpg("-u", "payroll@acme.example", *way, given=ROWS)

    assert openpgp.opened(signed, desk.agreed(signers=("payroll",))) == ROWS


def test_of_a_text_only_what_is_signed_is_read(desk: Desk) -> None:
    signed = desk.hr.gpg("-u", "payroll@acme.example", "--clear-sign", given=ROWS)
    assert openpgp.opened(signed + b"\n1003,Filch\n", desk.agreed(signers=("payroll",))) == ROWS


def test_one_valid_signature_of_a_signer_is_enough(desk: Desk) -> None:
    sent = desk.hr.sent(ROWS, to=("ours",), by=("stranger", "payroll"))

    assert openpgp.opened(sent, desk.agreed("ours", signers=("payroll",))) == ROWS


def test_without_signers_a_signature_of_anybody_is_no_matter(desk: Desk) -> None:
    assert openpgp.opened(desk.hr.sent(ROWS, to=("ours",), by=("stranger",)), desk.agreed("ours")) == ROWS


def test_no_surprise_a_file_that_is_not_protected_as_agreed_stops(desk: Desk) -> None:
    encrypted, signed = desk.hr.sent(ROWS, to=("ours",)), desk.hr.sent(ROWS, by=("payroll",))

    assert "is not encrypted, and the settings agree" in refused(ROWS, desk.agreed("ours"))
    assert "is not signed, and the settings agree" in refused(ROWS, desk.agreed(signers=("payroll",)))
    assert "signed and not encrypted" in refused(signed, desk.agreed("ours"))
    assert "is not signed, and the settings agree" in refused(encrypted, desk.agreed("ours", signers=("payroll",)))
    assert "no key for it is agreed" in refused(encrypted, desk.agreed(signers=("payroll",)))
    assert openpgp.opened(encrypted, CsvSource(path="people.csv")) == encrypted


def test_no_surprise_a_signature_of_somebody_else_stops_and_names_the_key(desk: Desk) -> None:
    sent = desk.hr.sent(ROWS, to=("ours",), by=("stranger",))
    text = refused(sent, desk.agreed("ours", signers=("payroll",)))

    assert f"signed by {desk.numbers['stranger']}, and by none of `openpgp.signers`" in text
    known = desk.agreed("ours", signers=("payroll",), files=("payroll", "stranger"))
    assert desk.numbers["stranger"] in refused(sent, known), "its certificate being there makes nobody a signer"


def test_no_surprise_an_expired_or_revoked_certificate_of_a_signer_stops(desk: Desk) -> None:
    old = desk.hr.sent(ROWS, *THEN, by=("over",))
    lost = desk.hr.sent(ROWS, by=("other",))
    agreed = {"signers": [desk.numbers["other"]], "certificates": {"file": str(desk.folder / "revoked.pub")}}

    assert f"the certificate of its signer {desk.numbers['over']} has expired" in refused(old, desk.agreed(signers=("over",)))
    assert "is revoked" in refused(lost, CsvSource(path="p", openpgp=OpenPgp.model_validate(agreed)))


def test_a_signature_that_has_expired_stops(desk: Desk) -> None:
    sent = desk.hr.sent(ROWS, *THEN, "--default-sig-expire", "1d", by=("payroll",))

    assert "the signature has expired" in refused(sent, desk.agreed(signers=("payroll",)))


def test_our_own_key_that_has_expired_or_is_revoked_stops_and_says_so(desk: Desk) -> None:
    old = desk.hr.sent(ROWS, *THEN, to=("over",))

    text = refused(old, desk.agreed("over"), Permanent)
    assert f"Our OpenPGP key {desk.numbers['over']}, which HR's file is encrypted for, expired on 2020-03-01" in text
    lost = refused(desk.hr.sent(ROWS, to=("other",)), desk.agreed("lost"), Permanent)
    assert f"Our OpenPGP key {desk.numbers['other']}, which HR's file is encrypted for, is revoked" in lost
    both = desk.hr.sent(ROWS, *THEN, to=("over", "ours"))
    assert openpgp.opened(both, desk.agreed("over", "ours")) == ROWS


def test_a_file_for_another_key_says_for_which_it_is_and_for_which_it_should_be(desk: Desk) -> None:
    text = refused(desk.hr.sent(ROWS, to=("stranger",)), desk.agreed("ours", "next"))

    assert "No key of the settings opens the file: it is encrypted for " in text
    assert f"the public key of {desk.numbers['ours']} or {desk.numbers['next']}" in text
    assert "with a passphrase alone" in refused(
        desk.hr.gpg("--symmetric", given=ROWS, passphrase="agreed by telephone"), desk.agreed("ours")
    )


def test_a_passphrase_that_is_wrong_or_missing_is_said(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = desk.hr.sent(ROWS, to=("locked",))
    agreed = desk.agreed("locked", passphrase={"env": "PGP_PASSPHRASE"})

    monkeypatch.setenv("PGP_PASSPHRASE", "wrong")
    assert "The passphrase does not open the OpenPGP key" in refused(sent, agreed, Permanent)
    monkeypatch.delenv("PGP_PASSPHRASE")
    assert "PGP_PASSPHRASE is not set" in refused(sent, agreed, Permanent)
    assert "The passphrase does not open the OpenPGP key" in refused(sent, desk.agreed("locked"), Permanent)


def test_keys_and_certificates_that_are_missing_or_none_are_said(desk: Desk, tmp_path: Path) -> None:
    sent = desk.hr.sent(ROWS, to=("ours",), by=("payroll",))
    public = CsvSource(path="p", openpgp=OpenPgp.model_validate({"key": {"file": str(desk.folder / "payroll.pub")}}))
    gone = CsvSource(path="p", openpgp=OpenPgp.model_validate({"key": {"file": str(tmp_path / "gone.key")}}))

    assert "The OpenPGP key 1 of the settings is no private key" in refused(sent, public, Permanent)
    assert "The OpenPGP key 1 is not there" in refused(sent, gone, Permanent)
    lacking = desk.agreed("ours", signers=("payroll",), files=("stranger",))
    assert f"Of the signer {desk.numbers['payroll']} no certificate" in refused(sent, lacking, Permanent)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda sent: sent[:-1], id="a byte short"),
        pytest.param(lambda sent: sent[:-40], id="cut short"),
        pytest.param(lambda sent: sent[: len(sent) // 3], id="cut shorter"),
        pytest.param(lambda sent: sent[:-1] + bytes([sent[-1] ^ 1]), id="its sum changed"),
        pytest.param(lambda sent: sent[:-30] + bytes([sent[-30] ^ 1]) + sent[-29:], id="a bit changed"),
        pytest.param(lambda sent: sent + b"1003,Filch\n", id="something behind it"),
        pytest.param(lambda sent: sent + sent, id="two of them"),
        pytest.param(lambda sent: bytes([sent[0]]) + sent[1:60] + bytes([sent[60] ^ 1]) + sent[61:], id="the session key changed"),
    ],
)
def test_no_surprise_a_file_that_was_changed_on_its_way_stops(
    desk: Desk, change: Callable[[bytes], bytes], request: pytest.FixtureRequest
) -> None:
    for options in ((), ("--compress-algo", "none")):
        for signed in ((), ("payroll",)):
            sent = desk.hr.sent(ROWS, *options, to=("ours",), by=signed)
            why = "was damaged" if "session key" in request.node.callspec.id else "cut short, or was changed"
            assert why in refused(change(sent), desk.agreed("ours", signers=signed))


def test_no_surprise_what_is_signed_and_was_changed_stops(desk: Desk) -> None:
    signed = desk.hr.sent(ROWS, "--compress-algo", "none", by=("payroll",))
    agreed = desk.agreed(signers=("payroll",))

    assert "changed after it was signed" in refused(signed.replace(b"1001", b"1009"), agreed)
    for length in range(len(signed) // 2, len(signed), 9):
        refused(signed[:length], agreed)


def test_a_file_that_would_unpack_to_too_much_stops_while_it_comes(desk: Desk) -> None:
    bomb = desk.hr.sent(bytes(20 << 20), "--compress-algo", "bzip2", to=("ours",))

    assert len(bomb) < 5000
    assert "more than 200 times as large" in refused(bomb, desk.agreed("ours"))


def test_a_file_without_protection_against_changes_stops(desk: Desk) -> None:
    old = desk.hr.sent(ROWS, "--rfc2440", "--disable-mdc", to=("rsa",))

    assert "without anything that would show a change" in refused(old, desk.agreed("rsa"))


def test_the_doctor_sees_which_keys_open_and_when_they_expire(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGP_PASSPHRASE", PASSPHRASE)
    agreed = desk.agreed("locked", signers=("payroll",), passphrase={"env": "PGP_PASSPHRASE"}).openpgp
    assert agreed
    sentence, advice = openpgp.looked_at(agreed)

    assert sentence == f"OpenPGP: our key {desk.numbers['locked']} does not expire; the signer {desk.numbers['payroll']} does not expire."
    assert not advice
    over = desk.agreed("over").openpgp
    assert over
    assert openpgp.looked_at(over)[0].endswith("expired on 2020-03-01.")
    assert desk.numbers["over"] in openpgp.looked_at(over)[1]
    soon = (datetime.now(UTC) + timedelta(days=20)).strftime("%Y%m%dT%H%M%S")
    desk.hr.make("soon", until=soon)
    desk.file("soon.key", desk.hr.private("soon"))
    coming = desk.agreed("soon").openpgp
    assert coming
    assert "Renew or replace" in openpgp.looked_at(coming)[1]
    monkeypatch.setenv("PGP_PASSPHRASE", "wrong")
    with pytest.raises(Permanent, match=f"does not open the OpenPGP key {desk.numbers['locked']}"):
        openpgp.looked_at(agreed)


def test_what_is_packed_inside_is_read_and_its_own_limits_hold(desk: Desk) -> None:
    plain = openpgp.opened(desk.hr.sent(gzip.compress(ROWS), to=("ours",)), desk.agreed("ours"))
    assert read(plain, CsvFormat(), None).rows == 2
    bomb = openpgp.opened(desk.hr.sent(gzip.compress(bytes(20 << 20)), to=("ours",)), desk.agreed("ours"))
    with pytest.raises(Unfit, match="200 times"):
        read(bomb, CsvFormat(), None)


def test_rows_of_an_old_export_are_handed_out_by_the_key_and_without_it_named_by_line(desk: Desk) -> None:
    kept = {
        "dispositions": pd.DataFrame({"employee_id": ["1002"], "line": [3]}),
        "content": desk.hr.sent(ROWS, to=("ours",)),
        "facts": {},
    }
    stored: Any = SimpleNamespace(entry=lambda run, asset, name: kept[name])

    rows = erasure._rows_of_file(stored, "a run", "1002", desk.agreed("ours"))
    assert rows == [{"line": 3, "Employee No": "1002", "Surname": "Sprout"}]
    assert erasure._rows_of_file(stored, "a run", "1002", desk.agreed("next")) == [{"line": 3}]


def test_what_is_kept_encrypted_of_a_mailbox_goes_when_anybody_is_forgotten(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROLLCALL_HOME", str(tmp_path))
    KeptExport("a source").keep(RemoteFile("people.pgp", "people.pgp", 1, None), desk.hr.sent(ROWS, to=("ours",)))

    assert drop_naming("1002") == 1


def test_nothing_is_left_of_keys_and_agents(desk: Desk) -> None:
    with home() as place:
        place.add((desk.folder / "ours.key").read_bytes())
        there = place.folder
        assert oct(there.stat().st_mode & 0o777) == "0o700"
    assert not there.exists()


def test_rerun_of_a_killed_process_the_agent_ends_and_the_keys_go_with_the_next(desk: Desk) -> None:
    code = "from resources.hr.gnupg import home\nwith home() as place: print(place.folder, flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        left = Path(process.stdout.readline().strip())
        process.kill()
    assert reached(left)
    until = time.monotonic() + 60
    while reached(left) and time.monotonic() < until:
        time.sleep(0.2)
    assert not reached(left), "its agent ends by itself"

    with home():
        assert left.exists(), "it may be another process's"
    os.utime(left, (time.time() - 7200,) * 2)
    with home():
        assert not left.exists()


def reached(folder: Path) -> bool:
    """Whether an agent answers there."""
    asked = ["gpg-connect-agent", "--homedir", str(folder), "--no-autostart", "GETINFO pid", "/bye"]
    return b"OK" in subprocess.run(asked, check=False, capture_output=True).stdout


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({}, "key, signers or both are needed"),
        ({"key": {"file": "/k"}, "signers": ["A" * 40]}, "signers and certificates belong together"),
        ({"key": {"file": "/k"}, "certificates": {"file": "/c"}}, "signers and certificates belong together"),
        ({"signers": ["0A37E380B4CD7A1C"], "certificates": {"file": "/c"}}, "whole fingerprint"),
        ({"key": {"file": "k.asc"}}, "String should match pattern"),
        ({"key": base64.b64encode(b"a key").decode()}, "should be a valid list"),
        ({"key": {"file": "/k"}, "passphrase": "plain"}, "a secret is never written here"),
    ],
)
def test_settings_that_agree_nothing_sensible_are_refused(given: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        OpenPgp.model_validate(given)
