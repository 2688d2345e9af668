"""`rollcall notify-test` says which target took a test, and `rollcall status` which did not take what it was sent."""

import json
from datetime import UTC, datetime

import pytest
import yaml
from typer.testing import CliRunner

from cli.main import app
from resources import places
from resources.ledger import Ledger
from resources.past.open_states import frame, of_nobody
from tests.graph.conftest import YAML
from tests.receiving import receiver


@pytest.fixture
def company(tmp_path, monkeypatch):
    """Writes a company with these alerts."""
    monkeypatch.setenv("ROLLCALL_PIPELINES", str(tmp_path))
    monkeypatch.setenv("ROLLCALL_HOME", str(tmp_path / "home"))
    (tmp_path / "acme").mkdir()

    def write(alerts, **more):
        attributes = yaml.safe_load(YAML) | ({"alerts": alerts} if alerts else {}) | more
        (tmp_path / "acme" / "defs.yaml").write_text(yaml.safe_dump({"type": "assets.RosterSync", "attributes": attributes}))

    return write


def rollcall(*typed):
    return CliRunner().invoke(app, list(typed))


def test_each_target_is_sent_a_test_and_it_says_which_took_it(company, monkeypatch):
    company({"targets": {"finance": {"url": {"env": "TO_FINANCE"}, "events": ["held"]}, "it": {"url": {"env": "TO_IT"}}}})
    with receiver() as takes, receiver() as refuses:
        refuses.status = 500
        monkeypatch.setenv("TO_FINANCE", takes.url("SeCrEt"))
        monkeypatch.setenv("TO_IT", refuses.url("SeCrEt"))
        result = rollcall("notify-test", "acme")
        assert result.exit_code == 1
        assert "✓ finance took it: held.\n" in result.output
        assert "✗ it: It was not taken: the far side refused it, could not be reached, or did not answer in time.\n" in result.output
        assert "SeCrEt" not in result.output
        assert takes.texts == ["Rollcall, acme: test\nThis is a test of the target 'finance' of acme. Nothing has happened."]
        alone = rollcall("notify-test", "acme", "--target", "finance")
        assert (alone.exit_code, refuses.tried, len(takes.got)) == (0, 1, 2)


def test_a_company_without_alerts_and_a_target_that_is_none_are_said(company):
    company(None)
    result = rollcall("notify-test", "acme")
    assert (result.exit_code, "have no `alerts`" in result.output) == (2, True)
    company({"targets": {"it": {"url": {"env": "TO_IT"}}}})
    result = rollcall("notify-test", "acme", "--target", "us")
    assert (result.exit_code, "There is no target 'us'. There are: it." in result.output) == (2, True)
    assert rollcall("notify-test", "other").exit_code == 2


@pytest.mark.parametrize(
    ("alerts", "told"),
    [
        ({"targets": {"it": {"url": "json://user:SeCrEt@host"}}}, "a secret is never written here"),
        ({"targets": {"it": {"url": {"env": "X"}, "events": ["file_late"]}}}, "it is to be told of file_late, and when.deadline"),
        ({"targets": {"it": {"url": {"env": "X"}, "events": ["SeCrEt"]}}}, "attributes.alerts.targets.it.events.0"),
        ({"targets": {"it": {"url": {"env": "X"}}}, "quiet_hours": {"begin": "08:00", "end": "08:00"}}, "begin and end are the same"),
        ({"targets": {"it": {"url": {"env": "X"}}}, "quiet_hours": {"begin": 1200, "end": "08:00"}}, "alerts.quiet_hours.begin"),
        ({"targets": {"it": {"url": {"env": "X"}}}, "dagster_url": "https://me:SeCrEt@host"}, "alerts.dagster_url"),
        ({"targets": {}}, "attributes.alerts.targets"),
    ],
)
def test_quiet_a_mistake_is_told_without_what_was_written(company, alerts, told):
    company(alerts)
    result = rollcall("check", "acme")
    assert result.exit_code == 2
    assert told in result.output
    assert "SeCrEt" not in result.output


def test_status_says_which_target_did_not_take_what_it_was_sent(company):
    company({"targets": {"it": {"url": {"env": "TO_IT"}}}})
    with Ledger.open(places.ledger_url(), "acme") as ledger:
        ledger.runs.begin("r", "r", "acme_sync")
        ledger.runs.end("r", "finished")
        states = frame([of_nobody("held", "Expensify, leave", "3 changes wait")])
        ledger.alerts.observe(states, {"it": lambda *_: True}, datetime.now(UTC), settings={"targets": {"it": {}}})
        ledger.alerts.sent(ledger.alerts.claim(), "It was not taken.")
    told = rollcall("status", "acme").output
    assert "it could not be told: 1 message is tried again. It was not taken." in " ".join(told.split())
    (one,) = json.loads(rollcall("status", "acme", "--json").output)["companies"]
    assert one["not_told"] == [{"target": "it", "waiting": 1, "given_up": 0, "why": "It was not taken."}]
