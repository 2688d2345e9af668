"""`rollcall export` hands out all that is kept about one person, `rollcall forget` lets go of it, and the next sync treats them rightly."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner, Result

from assets import quiet
from cli import main as cli
from resources import places

further = pytest.mark.long(held_by="tests/graph/test_person.py::test_forget_leaves_nothing_of_a_person")

DAG = ("dag@acme.example", "+46701740604", "SE5600000000000004000012", "19730101-9804")


@pytest.fixture
def acme(synced: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The company after its first sync, with its YAML where commands find it."""
    made = synced()
    folder = tmp_path / "pipelines" / "acme"
    folder.mkdir(parents=True)
    (folder / "defs.yaml").write_text(yaml.safe_dump({"type": "assets.RosterSync", "attributes": made.attributes}))
    monkeypatch.setenv("ROLLCALL_PIPELINES", str(folder.parent))
    return made


def asked(*arguments: str, **options: Any) -> Result:
    return CliRunner().invoke(cli.app, list(arguments), **options)


def exported(number: str, to: Path) -> dict[str, Any]:
    result = asked("export", "acme", number, "--to", str(to))
    assert result.exit_code == 0, result.output
    found = dict(json.loads(to.read_text()))
    rows, runs = sum(map(len, found["ledger"].values())), len(found["stored values, by run"])
    assert result.output.startswith(f"{number} of acme: {rows} ledger rows and the values of {runs} runs are in {to}.\nNot in it:")
    return found


def mentions(*texts: str) -> set[str]:
    """The files of home in which one of the texts stands; frames are read, the demo's destinations are not searched."""
    from pandas import read_parquet

    found = set()
    for file in places.home().rglob("*"):
        if file.is_file():
            content = (
                read_parquet(file).to_json(force_ascii=False) if file.suffix == ".parquet" else file.read_bytes().decode("utf-8", "ignore")
            )
            if any(text in content for text in texts):
                found.add(file.name)
    return found


def test_export_has_all_that_is_kept_about_one_person_and_nothing_of_others(acme: Any, tmp_path: Path) -> None:
    to = tmp_path / "e04.json"
    found = exported("E04", to)
    assert to.stat().st_mode & 0o777 == 0o600
    assert {row["outcome"] for row in found["ledger"]["outcome"]} == {"created"}
    assert [row["destination"] for row in found["ledger"]["acknowledged"]] == ["expensify", "findity"]
    (values,) = found["stored values, by run"].values()
    assert values["hr/roster: value"][0]["phone"] == "+46701740604"
    assert values["findity/plan: records"][0]["externalSourceId"] == "E04"
    (lines,) = found["rows of HR's file, by run"].values()
    assert lines[0]["line"] == 5
    assert lines[0]["Personal ID"] == "19730101-9804", "also what no rule reads: the file is kept as it came"
    text = to.read_text()
    assert all(each in text for each in DAG)
    # Their manager's address stands in their own record; nothing else of others does.
    assert not any(each in text for each in ("eva@acme.example", "Zetterlund", "+46701740602", "SE2700000000000002000006"))
    assert any("backups" in sentence for sentence in found["not in here"])


def test_export_names_rows_by_line_and_says_so_while_the_settings_cannot_be_read(acme: Any, tmp_path: Path) -> None:
    (tmp_path / "pipelines" / "acme" / "defs.yaml").write_text("type: [")
    to = tmp_path / "e04.json"
    result = asked("export", "acme", "E04", "--to", str(to))
    assert result.exit_code == 0, result.output
    assert "are in " in result.output
    assert "The company's settings cannot be read: rows of HR's file are named by line only." in result.output
    found = json.loads(to.read_text())
    assert list(found["rows of HR's file, by run"].values()) == [[{"line": 5}]]
    assert [row["destination"] for row in found["ledger"]["acknowledged"]] == ["expensify", "findity"], "the ledger needs no settings"


def test_export_writes_over_nothing(acme: Any, tmp_path: Path) -> None:
    to = tmp_path / "there.json"
    to.write_text("mine")
    result = asked("export", "acme", "E04", "--to", str(to))
    assert result.exit_code == 2
    assert to.read_text() == "mine"


def test_export_of_nobody_is_empty_and_says_what_it_cannot_reach(acme: Any, tmp_path: Path) -> None:
    found = exported("E99", tmp_path / "e99.json")
    assert (found["ledger"], found["stored values, by run"]) == ({}, {})
    assert found["not in here"]


def test_forget_leaves_nothing_of_a_person(acme: Any) -> None:
    log = quiet.private_folder() / quiet.FILE
    log.write_text("2026-11-21 00:00:00,000 Dag Ytterberg\n")
    assert mentions(*DAG)
    result = asked("forget", "acme", "E04", "--yes")
    assert result.exit_code == 0, result.output
    assert "Deleted:" in result.output
    assert "- the accounts at the destinations" in result.output
    assert not mentions(*DAG)
    assert not log.exists()
    assert "Nothing that is kept knows E04" in asked("why", "E04").output
    with acme.ledger() as ledger:
        assert set(ledger.acknowledged.all("expensify")["employee_id"]) == set(acme.people()) - {"E04"}


def test_forget_asks_first(acme: Any) -> None:
    result = asked("forget", "acme", "E04", input="n\n")
    assert result.exit_code == 1
    assert "Nothing was deleted." in result.output
    assert mentions(*DAG)


@further
def test_rerun_whoever_is_forgotten_and_still_employed_is_known_again_by_number(acme: Any) -> None:
    asked("forget", "acme", "E04", "--yes")
    again = acme.quickly("sync")
    assert again.succeeded, again
    # Nobody is created a second time: the account has their number.
    assert acme.outcome("findity", again.run_id)["E04"] in ("unchanged", "updated")
    assert acme.outcome("expensify", again.run_id)["E04"] in ("unchanged", "updated")
    others = set(acme.people()) - {"E04"}
    assert {acme.outcome("expensify", again.run_id)[number] for number in others} == {"unchanged"}
    with acme.ledger() as ledger:
        assert "E04" in set(ledger.acknowledged.all("expensify")["employee_id"])
    assert acme.quickly("verify").succeeded


@further
def test_no_surprise_whoever_is_forgotten_and_gone_from_the_file_is_left_as_they_are(acme: Any) -> None:
    asked("forget", "acme", "E12", "--yes")
    acme.file("2026-11-21", {number: row for number, row in acme.people().items() if number != "E12"})
    after = acme.quickly("sync")
    assert after.succeeded, after
    assert "E12" not in acme.outcome("expensify", after.run_id)
    assert acme.users()["E12"]["active"]


def test_no_surprise_nobody_is_forgotten_while_a_run_has_them_in_hand(acme: Any) -> None:
    with acme.ledger() as ledger:
        ledger.runs.begin("now", "now", "acme_sync")
        ledger.heartbeats.beat("now")
    result = asked("forget", "acme", "E04", "--yes")
    assert result.exit_code == 2
    assert "is under way" in result.output
    assert mentions(*DAG)
