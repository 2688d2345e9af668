"""A company whose export HR encrypts and signs: what runs make of it, and that it lies in plain nowhere."""

import copy
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assets.attributes import model
from assets.company import Company
from assets.settings_then import digest
from assets.what_if import what_if
from resources import places
from tests.graph.conftest import changed
from tests.pgp import PASSPHRASE, Sender, sender


@pytest.fixture(scope="module")
def hr(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sender]:
    with sender(tmp_path_factory.mktemp("p")) as made:
        for name, passphrase in (("ours", PASSPHRASE), ("payroll", "")):
            made.make(name, passphrase=passphrase)
        yield made


@pytest.fixture
def acme(hr: Sender, empty: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("PGP_PASSPHRASE", PASSPHRASE)
    (tmp_path / "ours.key").write_bytes(hr.private("ours", passphrase=PASSPHRASE))
    (tmp_path / "payroll.pub").write_bytes(hr.public("payroll"))
    agreed = {
        "key": {"file": str(tmp_path / "ours.key")},
        "passphrase": {"env": "PGP_PASSPHRASE"},
        "signers": [hr.fingerprint("payroll")],
        "certificates": {"file": str(tmp_path / "payroll.pub")},
    }
    made = empty(
        hr__csv__path="inbox/people_*.csv.pgp", hr__csv__date_in_name=r"_(?P<date>[\d-]+)\.", hr__csv__openpgp=agreed, findity=None
    )
    send(made, hr, "2026-11-20")
    return made


def send(acme: Any, hr: Sender, day: str) -> Path:
    """HR's file of a day, encrypted; nothing of it is left in plain."""
    plain = acme.file(day, acme.people())
    sent = plain.with_name(plain.name + ".pgp")
    sent.write_bytes(hr.sent(plain.read_bytes(), to=("ours",), by=("payroll",)))
    plain.unlink()
    return sent


def traces(acme: Any) -> set[bytes]:
    """What a plain copy of the file would hold and nothing else may: a column that no rule reads, and how its lines go on."""
    rows = acme.people().values()
    return {row["Personal ID"].encode() for row in rows} | {f"{row['First']};{row['Last']};".encode() for row in rows}


def test_quiet_an_encrypted_export_is_read_each_night_and_lies_in_plain_nowhere(
    acme: Any, hr: Sender, capfd: pytest.CaptureFixture[str]
) -> None:
    first = acme.run("sync")
    assert first.succeeded, first
    assert acme.outcome("expensify", first.run_id)["E01"] == "created"
    stored = acme.stored(first.run_id, "hr/export")
    assert stored["content"] == (acme.folder / "inbox" / "people_2026-11-20.csv.pgp").read_bytes(), "as it came"
    assert stored["facts"]["file"] == "people_2026-11-20.csv.pgp"
    assert stored["facts"]["dated"] == "2026-11-20"

    # The same content, encrypted once more: other bytes, and nothing new.
    assert send(acme, hr, "2026-11-20").read_bytes() != stored["content"]
    again = acme.run("preview")
    assert again.succeeded, again
    facts = acme.stored(again.run_id, "hr/export")["facts"]
    assert (facts["number"], facts["seen_before"], facts["sha256"]) == (1, True, stored["facts"]["sha256"])

    # Whoever looks at an old export once more needs the key; and a key is none of the settings that a plan comes of.
    company = Company("acme", model().model_validate(acme.attributes), acme.folder)
    with acme.ledger() as book:
        assert what_if(company, book).unfit is None
    rotated = model().model_validate(
        changed(copy.deepcopy(acme.attributes), {"hr.csv.openpgp.key": [{"env": "NEW_KEY"}, {"env": "OLD_KEY"}]})
    )
    assert digest(Company("acme", rotated, acme.folder), "expensify") == digest(company, "expensify")

    sent = send(acme, hr, "2026-11-21")
    sent.write_bytes(sent.read_bytes()[:-20])
    cut = acme.run("sync")
    assert cut.step == "acme__hr__intake"
    assert "The encrypted or signed file is cut short, or was changed on its way" in (cut.message or "")
    with acme.ledger() as book:
        verdict = book.intakes.gate(cut.run_id)
        assert not verdict.passed
        assert verdict.facts["checks"][0]["name"] == "openpgp"

    printed = "".join(capfd.readouterr()).encode()
    texts = {*traces(acme), PASSPHRASE.encode()}
    folders = (places.home(), Path(os.environ["DAGSTER_HOME"]), acme.folder)
    kept = {path: path.read_bytes() for folder in folders for path in folder.rglob("*") if path.is_file()}
    assert len(kept) > 10
    for path, content in [*kept.items(), (Path("stdout"), printed)]:
        assert {text for text in texts if text in content} == set(), path
