"""`rollcall preview`: who changes because of other settings, by kind, and by number alone; in a file for its owner, values too."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner, Result

from cli import main as cli
from tests.graph.conftest import Acme
from tests.graph.test_what_if import everything_kept, with_other

further = pytest.mark.long(
    held_by="tests/graph/test_preview.py::test_no_surprise_settings_are_tried_and_nothing_but_the_owners_file_is_written"
)


@pytest.fixture
def acme(synced: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The company as its first sync left it, with its YAML where the command line looks for it."""
    made = synced()
    written(made.folder / "defs.yaml", made.attributes)
    monkeypatch.setenv("ROLLCALL_PIPELINES", str(made.folder.parent))
    return made


def written(file: Path, attributes: dict[str, Any]) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(yaml.safe_dump({"type": "assets.RosterSync", "attributes": attributes}))
    return file


def preview(acme: Acme, *more: str, **settings: Any) -> Result:
    """The command, with other settings than the company's."""
    file = written(acme.folder.parent / "tried" / "new.yaml", with_other(acme, **settings))
    return CliRunner().invoke(cli.app, ["preview", "acme", "--settings", str(file), *more])


def found(result: Result) -> dict[str, Any]:
    """Destination → state, people, (kind, effect) → employee numbers."""
    given = json.loads(result.stdout)
    return {
        one["name"]: (one["state"], one["people"], {(each["kind"], each["effect"]): each["employee_ids"] for each in one["changes"]})
        for one in given["destinations"]
    }


def test_no_surprise_settings_are_tried_and_nothing_but_the_owners_file_is_written(acme: Acme, tmp_path: Path) -> None:
    details, before = tmp_path / "who.csv", everything_kept(acme)
    result = preview(acme, "--details", str(details), findity__users__phone=None, expensify__feed__customField2="company_code")
    assert result.exit_code == 0, result.output
    assert everything_kept(acme) == before
    assert "Expensify: 12 people because of these settings." in result.stdout
    assert "other: 12 would be held, and is not now" in result.stdout
    assert "E01, E02, E03, E04, E05, E06, E07, E08 …" in result.stdout
    assert "Findity: nothing changes because of these settings." in result.stdout
    assert max(map(len, result.stdout.replace(str(details), "").splitlines())) <= 80
    assert not {word for word in ("Quistgaard", "acme.example", "Finance", "SE61") if word in result.output}
    assert details.stat().st_mode & 0o777 == 0o600
    lines = details.read_text(encoding="utf-8-sig").splitlines()
    assert "expensify,E01,E01,held,other,customField2,none,hold update,limit,customField2,Finance,SE" in lines[1]
    assert len(lines) == 1 + 12


@further
def test_what_was_held_and_would_be_free_is_told_so_and_a_limit_needs_no_reading_of_its_own(acme: Acme) -> None:
    people = acme.people()
    for number in ("E04", "E05", "E06", "E07", "E08", "E09"):
        people[number]["Dept"] = "Finance"
    acme.file("2026-11-21", people)
    assert acme.quickly("preview").succeeded
    since = len(acme.box.calls)
    result = preview(
        acme, "--json", limits={kind: {"count": 100, "share": 1.0, "per_week": 100} for kind in ("other", "role", "policy", "unit")}
    )
    assert sorted(acme.calls(since)) == sorted(["get policyList", "get policy", "POST token", "GET organizationalunits", "GET users"])
    expensify = found(result)["expensify"]
    assert expensify[0] == "planned"
    assert {effect for _, effect in expensify[2]} == {"free"}
    assert "E07" in expensify[2]["other", "free"]


@further
def test_the_bytes_are_read_again_by_another_mapping_scope_and_decimal(acme: Acme) -> None:
    result = preview(acme, "--json", hr__people__scope={"exclude": {"department": "Sales"}})
    rows = json.loads(result.stdout)["rows"]
    assert (rows["now"]["out_of_scope"], rows["then"]["out_of_scope"]) == (0, 4)
    state, people, kinds = found(result)["findity"]
    assert (state, people) == ("planned", 4)
    assert kinds == {(None, "reason"): ["E02", "E04", "E05", "E06"]}, "who is out of scope is left alone"


@further
def test_a_destination_more_or_less_is_told_and_who_keeps_their_access(acme: Acme) -> None:
    less = preview(acme, findity=None)
    assert less.exit_code == 0
    assert "Findity: not in these settings." in less.stdout
    assert "12 people whom Rollcall brought there keep their access" in less.stdout
    written(acme.folder / "defs.yaml", with_other(acme, findity=None))
    more = found(preview(acme, "--json"))["findity"]
    assert more[0] == "added"


@pytest.mark.long(held_by="tests/graph/test_preview.py::test_no_surprise_settings_are_tried_and_nothing_but_the_owners_file_is_written")
def test_true_report_what_cannot_be_read_is_not_nothing(acme: Acme) -> None:
    acme.box.fault(api="findity", times=None, status=403)
    result = preview(acme, release_hours=48)
    assert result.exit_code == 1
    told = " ".join(result.stdout.split())
    assert "Findity: not known. What would change there cannot be said, which is not that nothing would. Findity issues no token" in told
    assert "Expensify: nothing changes because of these settings." in result.stdout


def test_settings_that_are_wrong_are_told_as_check_tells_them(acme: Acme) -> None:
    file = written(acme.folder.parent / "tried" / "new.yaml", acme.attributes)
    file.write_text(
        file.read_text().replace("timezone: Europe/Stockholm", "timezone: Mars/Olympus").replace("first_sync: apply", "first_sync: at once")
    )
    result = CliRunner().invoke(cli.app, ["preview", "acme", "--settings", str(file)])
    told = CliRunner().invoke(cli.app, ["check", str(file)])
    assert (result.exit_code, told.exit_code) == (2, 2)
    mistakes = [line for line in told.output.splitlines() if line.startswith("attributes.")]
    assert len(mistakes) == 2
    assert [line for line in result.output.splitlines() if line.startswith("attributes.")] == mistakes


@further
def test_a_file_that_would_stop_at_the_gate_is_told_and_nothing_is_said_of_destinations(acme: Acme) -> None:
    result = preview(acme, hr__people__columns__email="Mobile")
    assert result.exit_code == 1
    assert "Under these settings the file would stop at the gate" in result.stdout
