"""A third destination in a trial and before the doctor: it has no stand-in and no way to be looked at, and stands in nobody's way."""

import json
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from assets import names, trial
from cli.main import app
from tests.destinations.conftest import LEDGERBOOK


def test_it_is_left_out_of_a_trial_and_the_others_are_tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROLLCALL_HOME", str(tmp_path / "home"))
    document = yaml.safe_load((names.companies_folder() / "demo" / "defs.yaml").read_text(encoding="utf-8"))
    document["attributes"]["ledgerbook"] = LEDGERBOOK
    file = tmp_path / "acme" / "defs.yaml"
    file.parent.mkdir()
    file.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    people = tmp_path / "people.csv"
    people.write_text("")
    found = trial.prepare(str(file.parent), people)
    assert found.left_out == ["Ledger book"]
    assert set(yaml.safe_load(found.text)["attributes"]) >= {"expensify", "findity"}
    assert "ledgerbook" not in found.text
    looks = CliRunner().invoke(app, ["doctor", str(file.parent), "--json"])
    (book,) = [one for one in json.loads(looks.stdout)["looks"] if one["what"] == "Ledger book"]
    assert book["passed"] is None
    for name in ("expensify", "findity"):
        del document["attributes"][name]
    file.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    alone = CliRunner().invoke(app, ["try", "--file", str(people), str(file.parent)])
    assert (alone.exit_code, "Ledger book: there is no stand-in" in alone.output) == (2, True)
