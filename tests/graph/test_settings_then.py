"""A YAML that was changed since the last write: the next plan says so, and how many of its changes come of it; else it costs nothing."""

from typing import Any

import pytest

from assets import settings_then
from assets.attributes import model
from assets.company import Company
from roster.plan.facts import PlanFacts
from tests.graph.conftest import Acme
from tests.graph.test_what_if import with_other

further = pytest.mark.long(
    held_by="tests/graph/test_settings_then.py::test_settings_that_change_no_plan_and_the_way_they_are_written_are_no_change_and_draw_nothing"
)


def facts(acme: Acme, run_id: str, destination: str = "expensify") -> PlanFacts:
    return PlanFacts.from_json(acme.stored(run_id, f"{destination}/plan")["facts"])


@further
def test_a_changed_yaml_is_told_with_how_many_of_the_changes_come_of_it_until_it_is_written(synced: Any) -> None:
    acme = synced(expensify__feed__customField2="company_code", limits={"other": {"count": 100, "share": 1.0, "per_week": 100}})
    people = acme.people()
    people["E12"]["Firm"] = "NO"  # of its own, and another value of the field whose rule is another
    people["E11"]["Boss"] = "E02"  # HR's alone
    acme.file("2026-11-21", people)
    sync = acme.quickly("sync")
    other = facts(acme, sync.run_id).other_settings
    assert other is not None
    assert other.places == ["expensify.feed.customField2", "limits.other"]
    assert other.people == 12
    assert "come of that" in other.sentence()
    at_findity = facts(acme, sync.run_id, "findity").other_settings
    assert at_findity is not None
    assert (at_findity.places, at_findity.people) == (["limits.other"], 0)
    page = acme.reports()["sync_report.html"].read_text()
    assert "12 of the planned changes come of that" in page
    assert facts(acme, acme.quickly("preview").run_id).other_settings is None


@pytest.mark.long(
    held_by="tests/graph/test_settings_then.py::test_settings_that_change_no_plan_and_the_way_they_are_written_are_no_change_and_draw_nothing"
)
def test_bytes_are_read_by_the_mapping_of_before_to_tell_what_comes_of_another(synced: Any) -> None:
    acme = synced(expensify=None, hr__people__scope={"exclude": {"department": "Sales"}}, hr__people__columns__first_name="Last")
    other = facts(acme, acme.quickly("preview").run_id, "findity").other_settings
    assert other is not None
    assert other.places == ["hr.people.columns", "hr.people.scope"]
    assert other.people == 8


def test_settings_that_change_no_plan_and_the_way_they_are_written_are_no_change_and_draw_nothing(
    synced: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    acme = synced(
        findity=None,
        owners=["team:other"],
        retention_days=30,
        release_hours=12,
        expensify__movers="stay",
        hr__gate={"missing": 7},
        hr__skipped={"separator": ";"},
        serve={"viewers": ["kim@acme.example"]},
        alerts={"targets": {"it": {"url": {"env": "ACME_ALERTS_IT"}, "events": ["held"]}}},
        limits={"leave": {"count": 3, "share": 0.015, "four_eyes": True}},
    )
    monkeypatch.setattr(settings_then, "draw", None)
    preview = acme.quickly("preview")
    assert preview.succeeded
    assert facts(acme, preview.run_id).other_settings is None


@further
def test_a_plan_does_not_fail_where_the_settings_of_before_are_not_known(synced: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    acme = synced(findity=None, limits={"other": {"count": 100, "share": 1.0}})
    monkeypatch.setattr(settings_then, "ENTRY", "elsewhere")
    preview = acme.quickly("preview")
    assert preview.succeeded
    other = facts(acme, preview.run_id).other_settings
    assert other is not None
    assert other.people is None
    assert "could not be found out" in other.sentence()


def test_quiet_what_is_stored_has_secrets_by_the_name_of_their_variable_and_comes_back_as_it_was(synced: Any) -> None:
    acme = synced()
    company = Company("acme", model().model_validate(acme.attributes), acme.folder)
    kept = settings_then.stored(company)[settings_then.ENTRY]
    assert b"EXPENSIFY_SECRET" in kept
    assert b"demo-secret" not in kept
    again = model().model_validate_json(kept)
    assert again == company.settings
    other = Company("acme", model().model_validate(with_other(acme, first_sync="apply", approvers={})), acme.folder)
    assert settings_then.digest(other, "expensify") == settings_then.digest(company, "expensify")
