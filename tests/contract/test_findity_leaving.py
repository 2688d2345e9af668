"""When leavers lose their access at Findity: at once, or on the day that the company or Findity's own settings give."""

from types import SimpleNamespace

import pytest
import yaml

from assets.attributes import Settings
from assets.company import Company as OfAssets
from sandbox.server import Sandbox
from tests import syncing
from tests.contract.nights_at_findity import Company, employee
from tests.graph.conftest import YAML

further = pytest.mark.long(
    held_by="tests/contract/test_findity_leaving.py::test_by_the_one_setting_whoever_left_keeps_their_access_for_so_many_days"
)

BOSS, ANN = employee("E1"), employee("E2")
GONE = employee("E2", employment="left", end_date="2026-11-20")
LATER = {"leaving_days": 3}


@pytest.fixture
def company(tmp_path, monkeypatch):
    monkeypatch.setenv("FINDITY_SECRET", "demo-findity-secret")
    with Sandbox() as box, syncing.fresh(tmp_path) as ledger:
        yield Company(box, ledger)


def test_by_the_one_setting_whoever_left_keeps_their_access_for_so_many_days(company):
    company.night(BOSS, ANN, day="2026-11-19", **LATER)
    for day in ("2026-11-21", "2026-11-22"):
        night = company.night(BOSS, GONE, day=day, **LATER)
        assert (night.planned["E2"], night.outcome["E2"]) == (("skip", "leaves_later"), ("skipped", None))
        assert night.detail("E2") == "has left, and keeps their access until 2026-11-23"
        assert company.users_there["E2"]["active"] is True
    assert company.night(BOSS, GONE, day="2026-11-23", **LATER).outcome["E2"] == ("deactivated", "landed")
    assert company.users_there["E2"]["active"] is False


@further
def test_findity_s_own_setting_comes_before_the_company_s(company):
    company.night(BOSS, ANN, day="2026-11-19")
    night = company.night(BOSS, GONE, day="2026-11-21", leaving={"after_days": 0}, **LATER)
    assert night.outcome["E2"] == ("deactivated", "landed")


@further
def test_who_is_soon_to_lose_their_access_is_told_before(company):
    company.night(BOSS, ANN, day="2026-11-19", **LATER)
    night = company.night(BOSS, employee("E2", end_date="2026-11-20"), day="2026-11-20", **LATER)
    (said,) = night.facts.notices
    assert said.startswith("1 person loses their access within 7 days (E2 on 2026-11-23): what they have not sent")


@pytest.mark.parametrize(("own", "expensify", "findity"), [({}, 4, 4), ({"expensify": 9}, 9, 4), ({"findity": 0}, 4, 0)])
def test_the_company_s_setting_is_every_destination_s_that_says_nothing_else(own, expensify, findity):
    given = yaml.safe_load(YAML) | {"leaving": {"after_days": 4}}
    for name, days in own.items():
        given[name]["leaving"] = {"after_days": days}
    company = OfAssets("acme", Settings.model_validate(given), SimpleNamespace())
    policy = company.policy()
    days = {one.name: policy.leaving_days if one.leaving_days is None else one.leaving_days for one in company.destinations()}
    assert days == {"expensify": expensify, "findity": findity}
