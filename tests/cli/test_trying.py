"""`rollcall try`: a company's own settings and file against the sandbox, in a place of its own that nothing leads out of."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest
import typer
import yaml
from typer.testing import CliRunner

from assets import loader, trial
from assets.company import Company
from cli.main import app
from resources import places

DEMO = places.PROJECT / "pipelines" / "demo"
PEOPLE = DEMO / "data" / "acme_people_2026-11-20.csv"
ELSEWHERE = "planted-real-server.example"


def settings_of(tried: trial.Trial, folder: Path) -> tuple[str, "loader.CompanySettings"]:
    file = folder / "tried" / tried.company / "defs.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(tried.text, encoding="utf-8")
    return tried.text, loader.read(file)


def test_nothing_of_a_tried_company_leads_out_of_the_trial(tmp_path: Path) -> None:
    document = yaml.safe_load((DEMO / "defs.yaml").read_text(encoding="utf-8"))
    attributes = document["attributes"]
    attributes["expensify"]["connection"] |= {
        "url": f"https://{ELSEWHERE}/",
        "on_finish_recipients": [f"finance@{ELSEWHERE}"],
        "members_api": "policyMembers",
        "members_url": f"https://{ELSEWHERE}/members",
    }
    attributes["expensify"]["delivery"] = {
        "sftp": {
            "host": ELSEWHERE,
            "user": "rollcall",
            "password": {"env": "PLANTED_SECRET"},
            "host_keys": ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIG2kqXb0ZrW0m6dPJpHTE3s3UpaAaYfqYbCj0cHZm8aB"],
            "path": "in/feed.json",
            "fetched_from": f"sftp://{ELSEWHERE}/in/feed.json",
        }
    }
    attributes["findity"]["connection"] |= {"admin_url": f"https://{ELSEWHERE}/api", "token_url": f"https://{ELSEWHERE}/token"}
    attributes["hr"]["sftp"]["host"] = ELSEWHERE
    attributes["hr"]["skipped"] = {
        "put_back": {"host": ELSEWHERE, "user": "rollcall", "password": {"env": "PLANTED_SECRET"}, "path": "back"}
    }
    attributes["alerts"] = {"targets": [{"name": "finance", "url": {"env": "PLANTED_ALERT"}}]}
    (tmp_path / "acme").mkdir()
    (tmp_path / "acme" / "defs.yaml").write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    text, settings = settings_of(trial.prepare(str(tmp_path / "acme"), PEOPLE), tmp_path)
    assert ELSEWHERE not in text
    assert {name for name in re.findall(r"env: (\w+)", text) if not name.startswith(trial.PREFIX)} == set()
    assert "sftp" not in text
    assert "https://" not in text
    seed = trial.seed(settings)
    assert set(seed["expensify"]["policies"]) >= {"5E00000000000001", "7A00000000000006"}
    units = {unit["name"] for unit in seed["findity"]["organizations"]["trial"]["units"]}
    assert {"Sales", "People"} <= units, "as the rules call them, and not as HR does"
    values = seed["findity"]["organizations"]["trial"]["dimensionValues"]["COST_CENTER"]
    assert "4100-SE" in {value["externalSourceId"] for value in values}


def test_defaults_of_a_connection_lead_nowhere_either(tmp_path: Path) -> None:
    """What the YAML does not say of a connection is the real one's address."""
    document = yaml.safe_load((DEMO / "defs.yaml").read_text(encoding="utf-8"))
    for name in ("url",):
        document["attributes"]["expensify"]["connection"].pop(name)
    for name in ("admin_url", "token_url"):
        document["attributes"]["findity"]["connection"].pop(name)
    (tmp_path / "acme").mkdir()
    (tmp_path / "acme" / "defs.yaml").write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    _, settings = settings_of(trial.prepare(str(tmp_path / "acme"), PEOPLE), tmp_path)
    connections = [settings.destinations()["expensify"].connection, settings.destinations()["findity"].connection]  # type: ignore[attr-defined]
    for one in connections:
        for name in ("url", "admin_url", "token_url", "expense_url"):
            address = getattr(one, name, None)
            assert address is None or address.root.env.startswith(trial.PREFIX), name


def test_each_of_several_organizations_is_tried(tmp_path: Path) -> None:
    document = yaml.safe_load((DEMO / "defs.yaml").read_text(encoding="utf-8"))
    findity = document["attributes"]["findity"]
    own = findity.pop("connection")
    findity["organizations"] = {word: {"connection": {**own, "organization": f"real-{word}"}} for word in ("north", "south")}
    findity["belonging"] = {"organization": {"column": "company_code", "lookup": {"SE": "north", "NO": "north"}, "default": "south"}}
    (tmp_path / "acme").mkdir()
    (tmp_path / "acme" / "defs.yaml").write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    text, settings = settings_of(trial.prepare(str(tmp_path / "acme"), PEOPLE), tmp_path)
    assert "real-north" not in text
    seed = trial.seed(settings)["findity"]
    assert set(seed["organizations"]) == {"north", "south"}
    assert seed["clients"]["trial"]["organizations"] == ["north", "south"]


def test_a_file_on_a_server_is_not_asked_for(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["try", "demo"], env={"ROLLCALL_HOME": str(tmp_path)})
    assert result.exit_code == 2
    assert "name a file" in result.output
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("file", [None, PEOPLE])
def test_several_files_on_a_server_are_to_be_copied_and_none_is_asked_for(tmp_path: Path, file: Path | None) -> None:
    document = yaml.safe_load((DEMO / "defs.yaml").read_text(encoding="utf-8"))
    hr = document["attributes"]["hr"]
    hr["sftp"]["path"], hr["files"] = "{file}_*.csv", ["se", "dk"]
    (tmp_path / "acme").mkdir()
    (tmp_path / "acme" / "defs.yaml").write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    with pytest.raises(loader.SettingsMistakes, match="copy them to this machine"):
        trial.prepare(str(tmp_path / "acme"), file)


def test_a_column_that_people_cannot_do_without_has_nothing_that_stands_in_for_it(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("Anstnr,E-post,Kod\n1,a@acme.example,x\n2,b@acme.example,y\n")
    assert CliRunner().invoke(app, ["map", str(tmp_path / "people.csv"), "--out", str(tmp_path / "draft")]).exit_code == 0
    with pytest.raises(loader.SettingsMistakes, match="nothing can stand in for first_name, last_name"):
        trial.prepare(str(tmp_path / "draft"), None)


@pytest.mark.long(held_by="tests/cli/test_trying.py::test_nothing_of_a_tried_company_leads_out_of_the_trial")
@pytest.mark.exhaustive("a trial from a file to a release")
def test_from_a_file_to_a_release_without_a_credential(tmp_path: Path) -> None:
    real = {"ROLLCALL_LEDGER": f"sqlite:///{tmp_path / 'real.db'}", "ROLLCALL_STORAGE": str(tmp_path / "real")}
    environment = {**os.environ, **real, "ROLLCALL_HOME": str(tmp_path / "home"), "COLUMNS": "80"}

    def rollcall(line: str) -> tuple[int, str]:
        command = [str(Path(sys.executable).with_name("rollcall")), *line.split()]
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300, check=False)
        return done.returncode, done.stdout

    (tmp_path / "people.csv").write_bytes(PEOPLE.read_bytes())
    assert rollcall("map people.csv")[0] == 0
    code, shown = rollcall("try drafts/people")
    assert code == 0
    assert "hr.people.absent_means is open" in shown
    printed = re.findall(r"rollcall (try drafts/people release people [0-9a-f]{16}) --by", shown)
    assert len(printed) == 2
    page = next((tmp_path / "home" / "trials").rglob("sync_report.html")).read_text("utf-8")
    assert [f"rollcall {one} --by" in page for one in printed] == [True, True]
    assert "rollcall release" not in page
    code, shown = rollcall(f"{printed[0]} --by kim --reason seen")
    assert code == 0
    assert re.search(r"[Aa]ll \d+ planned changes landed", " ".join(shown.split()))
    draft = tmp_path / "drafts" / "people" / "defs.yaml"
    (tmp_path / "new.yaml").write_text(re.sub(r"(?m)^( +)url: .*$", rf"\1url: https://{ELSEWHERE}/", draft.read_text("utf-8")), "utf-8")
    code, shown = rollcall("try drafts/people preview people --settings new.yaml")
    assert code == 0, "what the new file names is not there"
    assert shown.count("nothing changes because of these settings") == 2
    assert not (tmp_path / "real.db").exists()
    assert not (tmp_path / "real").exists()


def test_what_is_printed_in_a_trial_of_a_given_file_can_be_typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROLLCALL_HOME", str(tmp_path / "home"))
    inside: list[str] = []

    def started(command: list[str], env: dict[str, str], check: bool) -> subprocess.CompletedProcess[bytes]:
        inside.append(env["ROLLCALL_TRIAL_OF"])
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr("cli.trying.subprocess.run", started)
    for typed in (["--file", str(PEOPLE), "demo"], []):
        result = CliRunner().invoke(app, ["try", *(typed or shlex.split(inside[0])), "status"])
        assert result.exit_code == 0, result.output
    assert inside[0] == inside[1] == f"--file {PEOPLE} demo"


def test_a_command_inside_of_a_trial_is_about_the_file_that_was_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROLLCALL_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("cli.trying.subprocess.run", lambda command, env, check: subprocess.CompletedProcess(command, 0))
    file = shutil.copy(PEOPLE, tmp_path / "people.csv")
    tries: list[tuple[list[str], int]] = [
        (["demo", "status"], 2),  # its file is on a server, and nobody has given one
        (["--file", str(file), "demo"], 0),
        (["demo", "status"], 0),
        (["demo"], 2),  # a sync anew is of the file that the settings name
    ]
    for typed, code in tries:
        result = CliRunner().invoke(app, ["try", *typed])
        assert result.exit_code == code, (typed, result.output)
        assert ("HR's file is on a server" in result.output) == bool(code)


def company_of(folder: Path, host: str) -> Path:
    """The demo's settings with all that it names at another place."""
    document = yaml.safe_load((DEMO / "defs.yaml").read_text(encoding="utf-8"))
    attributes = document["attributes"]
    attributes["expensify"]["connection"]["url"] = f"https://{host}/"
    attributes["findity"]["connection"] |= {"admin_url": f"https://{host}/api", "token_url": f"https://{host}/token"}
    attributes["hr"]["sftp"]["host"] = host
    folder.mkdir(parents=True)
    (folder / "defs.yaml").write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    return folder / "defs.yaml"


@pytest.mark.parametrize("typed", [f"--file {shlex.quote(str(PEOPLE))} acme", "acme"])
def test_other_settings_previewed_in_a_trial_are_not_asked_at_their_own_places(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: str
) -> None:
    new = company_of(tmp_path / "new", ELSEWHERE)
    tried = trial.prepare(str(company_of(tmp_path / "acme", "first.example")), PEOPLE)
    settings_of(tried, tmp_path)
    asked: list[Company] = []

    def looked(company: Company, *_: object, **__: object) -> None:
        asked.append(company)
        if len(asked) > 1:
            raise typer.Exit

    monkeypatch.setattr("cli.preview.what_if", looked)
    monkeypatch.setattr("cli.preview.ledger_of", nullcontext)
    places_of = {"ROLLCALL_TRIAL_OF": typed, "ROLLCALL_PIPELINES": str(tmp_path / "tried"), "ROLLCALL_HOME": str(tmp_path / "home")}
    result = CliRunner().invoke(app, ["preview", tried.company, "--settings", str(new)], env=places_of)
    if "--file" not in typed:
        assert (result.exit_code, asked) == (2, [])
        assert "a trial does not ask: name a file" in result.output
        return
    assert result.exit_code == 0, result.output
    now, other = (str(company.settings.model_dump()) for company in asked)
    assert ELSEWHERE not in other
    assert [trial.PREFIX in settings for settings in (now, other)] == [True, True]


def test_no_signature_needs_to_lie_beside_a_file_that_is_tried(tmp_path: Path) -> None:
    file = company_of(tmp_path / "acme", ELSEWHERE)
    document = yaml.safe_load(file.read_text(encoding="utf-8"))
    signed = {"signers": ["A" * 40], "certificates": {"file": "/payroll.asc"}, "detached": "{name}.sig"}
    for key in ({}, {"key": {"file": "/ours.asc"}}):
        document["attributes"]["hr"]["sftp"]["openpgp"] = {**signed, **key}
        file.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
        tried = yaml.safe_load(trial.prepare(str(file), PEOPLE).text)
        assert tried["attributes"]["hr"]["csv"]["openpgp"] == (key or None)
