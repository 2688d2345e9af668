"""`rollcall expensify create-report`: a report on somebody's behalf is sent once, and what got no answer is not repeated by itself."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from cli.main import app
from destinations.expensify import reports
from resources.failures import PRIVATE, Unanswered
from resources.http import Retry
from resources.ledger import Ledger, tables
from sandbox.server import Sandbox

YAML = """\
type: assets.RosterSync
attributes:
  timezone: Europe/Stockholm
  owners: [team:finance]
  hr:
    csv: {path: inbox/people_*.csv}
    people:
      absent_means: unchanged
      columns: {employee_id: "No", email: Mail, first_name: First, last_name: Last, manager_id: Boss, department: Dept}
  expensify:
    connection:
      url: {env: EXPENSIFY_URL}
      partner_user_id: {env: EXPENSIFY_USER}
      partner_user_secret: {env: EXPENSIFY_SECRET}
      rate_limits: [{requests: 1000, seconds: 0.001}]
    feed: {policyID: department}
"""
FILE: dict[str, Any] = {
    "employeeEmail": "ada.quistgaard@acme.example",
    "policyID": "5E00000000000001",
    "report": {"title": "Zermatt", "fields": {"Cost center / no.": "CC-10"}},
    "expenses": [
        {"merchant": "Matterhorn Inn", "currency": "CHF", "date": "2026-03-14", "amount": 24900},
        {"merchant": "Zahnradbahn", "currency": "CHF", "date": "2026-03-15", "amount": 1250},
    ],
}
PRIVATE_WORDS = ("quistgaard", "matterhorn", "zahnrad", "zermatt", "demo-secret")


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    with Sandbox(switches={"expensify_rate_limits": False}) as running:
        yield running


@pytest.fixture
def place(box: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A company of which nothing was ever run, and a file."""
    folder = tmp_path / "pipelines" / "acme"
    folder.mkdir(parents=True)
    (folder / "defs.yaml").write_text(YAML)
    monkeypatch.setenv("ROLLCALL_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("ROLLCALL_PIPELINES", str(tmp_path / "pipelines"))
    monkeypatch.setenv("EXPENSIFY_URL", box.expensify_url)
    monkeypatch.setenv("EXPENSIFY_USER", "aa_demo_partner")
    monkeypatch.setenv("EXPENSIFY_SECRET", "demo-secret")
    box.heal()
    box.switch(expensify_create_report="enabled")
    box.state["expensify"].pop("reports", None)
    monkeypatch.setattr("destinations.expensify.client.PATIENCE", Retry(first_wait=0.01))
    return SimpleNamespace(box=box, file=tmp_path / "report.json", ledger=tmp_path / "home" / "ledger.db")


def create(place: SimpleNamespace, *options: str, **changes: Any) -> Any:
    place.file.write_text(json.dumps({**FILE, **changes}), encoding="utf-8")
    result = CliRunner().invoke(app, ["expensify", "create-report", "acme", str(place.file), *options])
    assert not [word for word in PRIVATE_WORDS if word in result.output.lower()], "quiet"
    return result


def there(place: SimpleNamespace) -> dict[str, Any]:
    found: dict[str, Any] = place.box.state["expensify"].get("reports", {})
    return found


def kept(place: SimpleNamespace) -> list[tuple[int, str, str | None]]:
    with Ledger.open(str(place.ledger), "acme") as ledger, ledger.engine.begin() as connection:
        rows = connection.execute(sa.select(tables.one_off).order_by(tables.one_off.c.attempt)).mappings().all()
    assert not [word for word in PRIVATE_WORDS if word in str(rows).lower()], "quiet"
    return [(row["attempt"], row["status"], row["reason"]) for row in rows]


def test_it_is_created_as_the_file_says_and_not_twice(place: SimpleNamespace) -> None:
    result = create(place)
    assert (result.exit_code, result.output) == (0, "Expensify has created the report R00000000001 with 2 expenses.\n")
    (made,) = there(place).values()
    assert made["fields"] == {"Cost_center___no_": "CC-10"}
    assert (made["employeeEmail"], made["title"], made["expenses"]) == (FILE["employeeEmail"], "Zermatt", FILE["expenses"])
    second = create(place)
    assert second.exit_code == 2
    assert "was created at" in second.output and "as R00000000001" in second.output
    assert len(there(place)) == 1
    assert create(place, "--again").exit_code == 2, "without a reason"
    assert create(place, "--again", "--reason", "asked by ann@acme.example").exit_code == 2, "an address would stay in the ledger"
    assert create(place, "--again", "--reason", "another trip of the same cost").exit_code == 0
    assert kept(place) == [(1, "done", None), (2, "done", "another trip of the same cost")]
    assert create(place, policyID="4E00000000000002").exit_code == 0, "another report is another one"


@pytest.mark.parametrize(
    "fault",
    [
        {"drop": True, "applied": True},
        {"drop": True},
        {"status": 503, "applied": True},
        {"body": "export123.csv", "applied": True},
        {"code": 500},
    ],
    ids=["lost, created", "lost, not created", "503", "no code", "bare 500"],
)
def test_a_lost_answer_is_unknown_and_never_repeated_by_itself(place: SimpleNamespace, fault: dict[str, Any]) -> None:
    place.box.fault(api="expensify", job="create report", **fault)
    since = len(place.box.calls)
    result = create(place)
    assert result.exit_code == 1
    assert "Look in Expensify whether it is there." in result.output and "safe to repeat" not in result.output
    assert len(place.box.calls) == since + 1, "sent once"
    assert kept(place) == [(1, "unknown", None)]
    again = create(place)
    assert again.exit_code == 2
    assert "whether it was created is unknown" in again.output and "--again --reason" in again.output
    assert len(place.box.calls) == since + 1
    assert create(place, "--again", "--reason", "it is not there").exit_code == 0
    assert kept(place) == [(1, "unknown", None), (2, "done", "it is not there")]


def test_rerun_a_command_that_died_leaves_it_unknown(place: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("destinations.expensify.client.Expensify.create_report", killed)
        create(place)
    assert kept(place) == [(1, "sent", None)]
    assert "whether it was created is unknown" in create(place).output
    assert there(place) == {}


def test_what_was_refused_or_never_sent_can_be_run_again(place: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    refused = create(place, policyID="0000000000000000")
    assert refused.exit_code == 2 and "Expensify refused: 404 Policy not found." in refused.output
    place.box.fault(api="expensify", job="create report", code=429)
    assert create(place).exit_code == 0, "waited out: nothing was done"
    with monkeypatch.context() as patch:
        patch.setenv("EXPENSIFY_URL", "http://127.0.0.1:9/nobody")
        assert create(place, employeeEmail="bo@acme.example").exit_code == 2
    assert create(place, employeeEmail="bo@acme.example").exit_code == 0


def test_not_authorized_to_authenticate_as_user_says_that_concierge_must_enable_it(place: SimpleNamespace) -> None:
    place.box.switch(expensify_create_report="not_enabled")
    result = create(place)
    assert result.exit_code == 2
    assert "Ask Concierge to enable creating reports on behalf of people for the domain" in result.output
    assert kept(place) == [(1, "refused", None)]


def expense(**changes: Any) -> dict[str, Any]:
    return {"expenses": [FILE["expenses"][0], {**FILE["expenses"][1], **changes}]}


WRONG: dict[str, tuple[Any, str]] = {
    "a fraction": (expense(amount=12.5), "expenses 2, amount: no whole number of cents"),
    "a whole number as a fraction": (expense(amount=12.0), "expenses 2, amount: no whole number of cents"),
    "a text": (expense(amount="1250"), "expenses 2, amount: no whole number of cents"),
    "yes": (expense(amount=True), "expenses 2, amount: no whole number of cents"),
    "nothing": (expense(amount=None), "expenses 2, amount: no whole number of cents"),
    "a day as people write it": (expense(date="16-01-01"), "expenses 2, date: no day as yyyy-MM-dd"),
    "no such day": (expense(date="2026-02-30"), "expenses 2, date: there is no such day"),
    "a currency's sign": (expense(currency="€"), "expenses 2, currency: no code of three capital letters"),
    "no merchant": (expense(merchant=" "), "expenses 2, merchant: no text"),
    "a misspelt name": (expense(marchant="x"), "expenses 2, 1 unknown name; known are merchant, currency, date, amount"),
    "no expenses": ({"expenses": []}, "expenses: no list of at least one"),
    "no address": ({"employeeEmail": "E1042"}, "employeeEmail: no e-mail address"),
    "no title": ({"report": {"fields": {}}}, "report.title: missing"),
    "two names that become one": ({"report": {"title": "x", "fields": {"a b": "1", "a-b": "2"}}}, "report.fields 2: Expensify would take"),
    "a field that is no text": ({"report": {"title": "x", "fields": {"a": 1}}}, "report.fields 1: no text"),
    "something more": ({"policyName": "x"}, "the file: 1 unknown name"),
}


@pytest.mark.parametrize("what", WRONG)
def test_quiet_what_is_wrong_in_the_file_is_told_by_its_place_before_anything_is_sent(what: str) -> None:
    changes, told = WRONG[what]
    with pytest.raises(reports.Unfit) as unfit:
        reports.read(json.dumps({**FILE, **changes}))
    assert told in str(unfit.value) and "Nothing was sent." in str(unfit.value)
    assert not [word for word in PRIVATE_WORDS if word in str(unfit.value).lower()]


def test_all_mistakes_are_told_at_once_and_nothing_is_sent_or_kept(place: SimpleNamespace) -> None:
    since = len(place.box.calls)
    result = create(place, policyID="", **expense(amount=1.5, date="tomorrow"))
    assert result.exit_code == 2
    assert result.output.splitlines()[:3] == [
        "policyID: no text",
        "expenses 2, date: no day as yyyy-MM-dd",
        "expenses 2, amount: no whole number of cents Nothing was sent. Correct the file.",
    ]
    assert (len(place.box.calls), kept(place)) == (since, [])


@pytest.mark.parametrize("text", ["", "[]", "{", '{"policyID": "a", "policyID": "b"}', "9" * 5000, '{"a": NaN}', "[" * 5000])
def test_a_file_that_is_no_report_is_refused(text: str) -> None:
    with pytest.raises(reports.Unfit):
        reports.read(text)


def test_the_guides_own_example_is_a_report() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "expensify.md").read_text(encoding="utf-8")
    example = guide.split("## Reports on behalf of people", 1)[1].split("```json", 1)[1].split("```", 1)[0]
    report = reports.read(example)
    assert report.settings["report"]["fields"] == {"Cost_center": "CC-10"}
    assert report.content == reports.read(json.dumps(copy.deepcopy(json.loads(example)), indent=4)).content, "the layout does not count"


def test_quiet_its_errors_and_logs_name_nobody(place: SimpleNamespace, caplog: pytest.LogCaptureFixture) -> None:
    place.box.fault(api="expensify", job="create report", body='{"responseCode": 410, "responseMessage": "Bad merchant Matterhorn Inn"}')
    result = create(place)
    assert result.exit_code == 2 and "Expensify refused: 410" in result.output
    public = [record.getMessage() for record in caplog.records if not record.name.startswith(PRIVATE)]
    assert not [word for word in PRIVATE_WORDS if word in " ".join(public).lower()]


@pytest.mark.parametrize("body", [{}, {"reportID": None}, {"reportID": {"id": 1}}, {"failedReports": ["x"]}])
def test_a_part_that_is_done_and_names_no_report_may_have_created_one_or_not(body: dict[str, Any]) -> None:
    report = reports.read(json.dumps(FILE))
    with pytest.raises(Unanswered, match="may have been created or not"):
        reports.meaning(body, 207, report, ())
    assert reports.meaning({"reportID": "R1"}, 207, report, ()).report_id == "R1"
    assert reports.meaning({"reportID": 17}, 200, report, ()).report_id == "17"
    assert reports.meaning({}, 200, report, ()).report_id == ""
