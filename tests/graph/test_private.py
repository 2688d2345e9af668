"""What is known of people stays in files that only their owner can read: nothing of it is in what Dagster keeps or prints."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assets import quiet
from cli import demo
from destinations.expensify import comparison

pytestmark = pytest.mark.long(held_by="tests/quiet/test_runs.py::test_quiet_nobody_and_no_secret_is_in_what_dagster_keeps")

PLANTED = "Hemlig Efternamnsson, hemlig@acme.example"


def traces(acme: Any) -> set[bytes]:
    """Texts that give somebody away, as they could stand anywhere."""
    found = set()
    for row in acme.people().values():
        found |= {row["Last"].lstrip("Ø"), row["Mail"], row["Mobile"][3:], row["IBAN"], row["Personal ID"]}
    found |= {"Hemlig", "hemlig", "Efternamnsson", "0174017405559", *demo.SANDBOX_CREDENTIALS.values()}
    return {text.encode() for text in found}


def given_away(content: bytes, texts: set[bytes]) -> set[bytes]:
    return {text for text in texts if text in content}


def kept_by_dagster() -> Iterator[Path]:
    for path in Path(os.environ["DAGSTER_HOME"]).rglob("*"):
        if path.is_file() and path.name != "redacted_errors.log":
            yield path


def everything_wrong(acme: Any, patch: pytest.MonkeyPatch) -> None:
    """Runs that end well, badly, and in every way in which a text of somebody else's could get out."""
    people = acme.people()
    people["E11"]["Mail"] = "Hemlig Efternamnsson"
    people["E12"]["Mobile"] = "Hemlig 0174017405559"
    people["E09"].update(Dept="Sales", First="Hemlig", Last="Efternamnsson", IBAN="SE2700000000000099000297")
    acme.file("2026-11-21", people)
    acme.box.fault(api="findity", job="PUT users", times=None, refuse={"E09": "lastName of hemlig@acme.example is taken"})
    acme.box.fault(api="expensify", job="update employees", times=None, refuse={"E09": f"No policy for '{PLANTED}'"})
    assert acme.run("sync").succeeded
    acme.box.heal()

    people["E09"]["Dept"] = "Finance"
    acme.file("2026-11-22", people)
    acme.box.fault(api="expensify", job="update employees", dry_run=False, times=None, status=500, body=f"<h1>{PLANTED}</h1>")
    acme.box.fault(api="findity", job="PUT users", times=None, status=403, body=f'{{"errorCode": "NO", "message": "{PLANTED}"}}')
    failed = acme.run("sync")
    assert not failed.succeeded
    acme.again(failed)
    acme.box.heal()

    for spoilt in ("\n".join(";".join(row.values()) for row in people.values()), f'"{PLANTED};\n{PLANTED}'):
        (acme.folder / "inbox" / "people_2026-11-23.csv").write_text(spoilt, "utf-8")
        assert acme.run("sync").step == "acme__hr__intake"

    def burst(*_: Any) -> None:
        raise ValueError(PLANTED)

    acme.file("2026-11-23", people)
    acme.box.fault(api="findity", job="GET users", times=None, body=f'[{{"externalSourceId": "{PLANTED}"')
    patch.setattr(comparison, "writes", burst)
    assert acme.run("preview").step in ("acme__expensify__plan", "acme__findity__known")
    patch.undo()


@pytest.fixture
def after(synced: Any, capfd: pytest.CaptureFixture[str]) -> Any:
    acme = synced()
    with pytest.MonkeyPatch.context() as patch:
        everything_wrong(acme, patch)
    acme.printed = "".join(capfd.readouterr()).encode()
    return acme


def test_quiet_nothing_of_people_and_no_secret_is_where_others_can_read_it(after: Any, tmp_path: Path) -> None:
    texts = traces(after)
    assert given_away(after.printed, texts) == set()
    files = list(kept_by_dagster())
    assert any(path.suffix == ".db" for path in files)
    assert any(path.name.endswith((".err", ".out")) for path in files)
    leaks = {path.name: given_away(path.read_bytes(), texts) for path in files}
    assert {name: leak for name, leak in leaks.items() if leak} == {}

    # The search would find it: it is all in what is kept for the owner.
    home = tmp_path / "home"
    kept = b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file() and path.suffix in (".bin", ".html", ".json"))
    assert b"Quistgaard" in kept
    assert not given_away(kept, {text.encode() for name, text in demo.SANDBOX_CREDENTIALS.items() if "SECRET" in name})
    assert PLANTED in (quiet.private_folder() / "redacted_errors.log").read_text("utf-8")

    loose = [path for path in home.rglob("*") if stat.S_IMODE(path.stat().st_mode) & 0o077]
    assert loose == []
    assert stat.S_IMODE((quiet.private_folder() / "redacted_errors.log").stat().st_mode) == 0o600


def test_quiet_the_national_number_that_no_rule_uses_is_in_nothing_but_the_file_itself(synced: Any, tmp_path: Path) -> None:
    acme = synced()
    numbers = {row["Personal ID"].encode() for row in acme.people().values()}
    holding = {path.name for path in (tmp_path / "home").rglob("*") if path.is_file() and given_away(path.read_bytes(), numbers)}
    assert holding == {"content.bin"}
