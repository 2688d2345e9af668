"""`rollcall doctor` looks at all that a first run needs, one look whatever the others found, and writes nothing."""

import json
import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pandas as pd
import pytest
import yaml
from rich.console import Console
from typer.testing import CliRunner

from cli import demo, doctor
from cli.main import app
from destinations.expensify.examining import of_policies
from destinations.findity.examining import _not_shown
from resources import places
from resources.environment import EnvText
from resources.hr.sources import Found, UrlFiles
from resources.hr.url_settings import UrlSource
from tests import ports
from tests.pgp import sender


def asked(company: str = "demo") -> tuple[int, dict[str, dict[str, Any]]]:
    result = CliRunner().invoke(app, ["doctor", company, "--json"])
    return result.exit_code, {one["what"]: one for one in json.loads(result.stdout)["looks"]}


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """A sandbox, and the environment that points to it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ROLLCALL_HOME", str(tmp_path_factory.mktemp("kept")))
        with demo.sandbox() as environment:
            yield environment


@pytest.fixture
def environment(there: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    monkeypatch.setenv("ROLLCALL_HOME", str(tmp_path / "home"))
    for name, value in there.items():
        monkeypatch.setenv(name, value)
    return there


def test_where_all_is_well_it_lists_what_there_is_to_choose_from_and_writes_nothing(environment: dict[str, str]) -> None:
    state = httpx.URL(environment["EXPENSIFY_URL"]).join("/state.json")
    before = httpx.get(state).json()
    code, found = asked()
    assert code == 0, found
    policies = found["Expensify: login and policies"]["choices"]
    assert {"id": "7A00000000000006", "name": "Travel", "role": "admin"} in policies
    assert {"ENGINEERING", "LEGAL"} <= {unit["externalSourceId"] for unit in found["Findity: units"]["choices"]}
    assert [one["externalSourceId"] for one in found["Findity: dimensions"]["choices"]] == ["COST_CENTER"]
    assert "acme_people_2026-11-20.csv" in found["HR's file"]["sentence"]
    after = httpx.get(state).json()
    assert {name: after[name] for name in ("policies", "organizations") if name in after} == {
        name: before[name] for name in ("policies", "organizations") if name in before
    }
    assert not places.home().exists()


def test_one_failure_hides_no_other(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXPENSIFY_URL", f"http://127.0.0.1:{ports.free()}/")
    monkeypatch.setenv("FINDITY_SECRET", "planted-wrong-secret")
    monkeypatch.setenv("HR_SFTP_HOST_KEY", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIG2kqXb0ZrW0m6dPJpHTE3s3UpaAaYfqYbCj0cHZm8aB")
    result = CliRunner().invoke(app, ["doctor", "demo"])
    assert result.exit_code == 1
    assert "planted-wrong-secret" not in result.output
    code, found = asked()
    assert code == 1
    wrong = {name for name, one in found.items() if one["passed"] is False}
    assert {"HR's file", "Expensify: the Integration Server", "Expensify: login and policies", "Findity: login and users"} <= wrong
    assert {"environment", "Findity: the Admin API", "ledger", "storage", "disk"}.isdisjoint(wrong)
    assert all(one["advice"] for one in found.values() if one["passed"] is False)


def test_missing_variables_are_told_at_once_and_what_needs_them_is_not_known(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FINDITY_SECRET")
    monkeypatch.setenv("HR_SFTP_PASSWORD", "")
    code, found = asked()
    assert code == 1
    assert found["environment"]["sentence"] == "Not set, or empty: FINDITY_SECRET, HR_SFTP_PASSWORD."
    assert (found["HR's file"]["passed"], found["Findity"]["passed"]) == (None, None)
    assert found["Expensify: login and policies"]["passed"]


def test_what_must_be_copied_is_whole_at_80_columns(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cli.doctor.terminal", lambda: Console(width=80, highlight=False))
    shown = CliRunner().invoke(app, ["doctor", "demo"]).stdout
    for word in ("5E00000000000001", "CUSTOMER-SUCCESS", "COST_CENTER"):
        assert word in shown


def test_policies_that_the_settings_name_are_looked_for() -> None:
    listed = pd.DataFrame({"id": ["A1", "B2"], "name": ["Main", "Travel"], "role": ["admin", "auditor"]}, dtype="str")
    assert not of_policies(listed, ["A1"]).advice
    look = of_policies(listed, ["A1", "B2", "C3"])
    assert "C3, which the account does not see" in look.advice
    assert "admin of B2" in look.advice
    assert "2 policies; the account is admin of 1." in look.sentence
    nothing = of_policies(listed.head(0), [])
    assert nothing.advice, "an account that sees no policy brings nobody in"


def test_dimensions_that_are_not_shown_matter_only_to_who_uses_them() -> None:
    assert not _not_shown(403, None, used=False).advice
    assert "right to read" in _not_shown(403, None, used=True).advice


class _Clock(BaseHTTPRequestHandler):
    apart = timedelta()

    def do_GET(self) -> None:
        self.send_response_only(404)
        self.send_header("Date", format_datetime(datetime.now(UTC) - self.apart, usegmt=True))
        self.end_headers()

    def log_message(self, format: str, *arguments: Any) -> None:
        pass


@pytest.mark.parametrize(("apart", "well"), [(0, True), (30, True), (300, False), (-300, False)])
def test_a_clock_that_is_not_a_servers_is_told(apart: int, well: bool) -> None:
    handler = type("Handler", (_Clock,), {"apart": timedelta(seconds=apart)})
    server = HTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        found = doctor._reached("There: the API", EnvText(f"http://127.0.0.1:{server.server_port}/"))
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert found.passed is well
    assert well or ("ahead of" if apart > 0 else "behind") in found.sentence


def test_a_draft_gets_its_choices_before_they_are_filled_in(environment: dict[str, str], tmp_path: Path) -> None:
    text = (demo.COMPANY / "defs.yaml").read_text(encoding="utf-8")
    file = tmp_path / "draft" / "defs.yaml"
    file.parent.mkdir()
    file.write_text(re.sub(r"owners: .*", "owners: [team:FILL-IN]", text))
    code, found = asked(str(file.parent))
    assert (code, found["settings"]["sentence"]) == (1, "1 place is still open.")
    assert "rollcall check" in found["settings"]["advice"]
    assert {"id": "7A00000000000006", "name": "Travel", "role": "admin"} in found["Expensify: login and policies"]["choices"]
    file.write_text(re.sub(r"organization: .*", "organization: FILL-IN", text))
    code, found = asked(str(file.parent))
    assert (code, found["Findity"]["passed"], found["Findity"]["sentence"]) == (1, None, doctor.WITHOUT_CONNECTION)


def test_a_company_that_there_is_not_is_said_to_be_none() -> None:
    result = CliRunner().invoke(app, ["doctor", "nobody"])
    assert (result.exit_code, "There is no company 'nobody'" in result.stderr, "Mend" in result.stderr) == (2, True, False)


@pytest.mark.parametrize(
    ("afterwards", "told"), [("leave", ""), ("archive", " Whether we may archive it shows once a sync has brought it")]
)
def test_what_becomes_of_hrs_file_is_tried_by_no_look_and_said_to_be_untried(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, afterwards: str, told: str
) -> None:
    given = {"url": "s3://acme/hr/people_*.csv", "afterwards": afterwards, **({"archive": "done"} if afterwards == "archive" else {})}
    found = Found("acme/hr/people_1.csv", "people_1.csv", 1024, datetime(2026, 11, 20, 5, 10, tzinfo=UTC))
    monkeypatch.setattr(UrlFiles, "newest", lambda *_, **__: found)
    settings = SimpleNamespace(hr=SimpleNamespace(source=UrlSource.model_validate(given), each={}), timezone="Europe/Stockholm")
    look = doctor._hr_file(settings, tmp_path)  # type: ignore[arg-type]
    assert look.sentence.startswith("people_1.csv, 1,024 bytes, of 2026-11-20 05:10 UTC." + told)
    assert (not told) == look.sentence.endswith("UTC.")


def test_keys_of_encrypted_files_are_tried_and_their_last_day_is_said(
    environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("p")
    with sender(folder) as hr:
        number = hr.make("ours", until="20200301T000000")
        (folder / "ours.key").write_bytes(hr.private("ours"))
        (folder / "people.csv.pgp").write_bytes(b"not looked into here")
    written = yaml.safe_load((demo.COMPANY / "defs.yaml").read_text(encoding="utf-8"))
    written["attributes"]["hr"] = {
        "csv": {"path": "people.csv.pgp", "openpgp": {"key": {"file": str(folder / "ours.key")}}},
        "people": written["attributes"]["hr"]["people"],
    }
    (folder / "defs.yaml").write_text(yaml.safe_dump(written))

    code, found = asked(str(folder))
    assert code == 1
    keys = found["HR's file: keys"]
    assert keys["passed"] is False
    assert keys["sentence"] == f"OpenPGP: our key {number} expired on 2020-03-01."
    assert f"Renew or replace {number} with HR" in keys["advice"]
