"""The harness itself: a first night brings everyone to the sandbox's Findity, and a second finds nothing to do."""

import pytest

from sandbox.server import Sandbox
from tests import syncing
from tests.contract.nights_at_findity import Company, employee


@pytest.fixture
def company(tmp_path, monkeypatch):
    monkeypatch.setenv("FINDITY_SECRET", "demo-findity-secret")
    with Sandbox() as box, syncing.fresh(tmp_path) as ledger:
        yield Company(box, ledger)


def test_a_first_night_brings_everyone_and_a_second_writes_nothing(company):
    first = company.night(employee("E1"), employee("E2"))
    second = company.night(employee("E1"), employee("E2"))

    assert first.outcome == {"E1": ("created", "landed"), "E2": ("created", "landed")}
    assert sorted(company.users_there) == ["E1", "E2"]
    assert "PUT users" not in second.jobs
    assert company.why("E2")
