"""Who moved from one organization to another, where users who left long ago are deleted: the clock, and who never is."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from destinations.base import Request
from tests.contract.nights_at_organizations import BOSS, NO, RIGHT, SE, Organizations, employee, stand_in
from tests.syncing import in_days

pytestmark = pytest.mark.long(
    held_by="tests/contract/test_findity_deleting.py::test_no_surprise_nobody_is_deleted_before_that_long_and_then_only_held"
)

MOVED, STAFF = employee("E2", "NO"), (BOSS, employee("E3"), employee("E4", "NO"))
GONE = employee("E2", "NO", employment="left", end_date=in_days(0))


@pytest.fixture
def acme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Organizations]:
    """E2 has moved from one to the other, today."""
    monkeypatch.setenv(RIGHT, "s")
    with stand_in() as company, company(tmp_path) as made:
        made.rules = {"leaving": {"delete_after_days": 30}}
        made.night(*STAFF, employee("E2"), day=in_days(0))
        made.night(*STAFF, MOVED, day=in_days(0))
        made.night(*STAFF, MOVED, day=in_days(0))
        assert made.users("se")["E2"]["active"] is False
        assert made.users("no")["E2"]["active"] is True
        yield made


def notices(night: Any) -> str:
    return " ".join(night.facts.notices)


def test_no_surprise_a_mover_is_never_due_in_the_old_organization_while_they_belong_to_the_other(acme: Organizations) -> None:
    came = acme.night(*STAFF, MOVED, day=in_days(30))
    assert came[SE].planned["E2"] == ("none", "elsewhere")
    assert "due to be deleted" not in notices(came[SE])


def test_the_days_count_from_the_move_and_whoever_then_leaves_is_held_there_once_they_are_out_of_the_other(acme: Organizations) -> None:
    first = acme.night(*STAFF, GONE, day=in_days(30))
    assert first[NO].outcome["E2"][0] == "deactivated"
    assert first[SE].planned["E2"] == ("none", "left"), "when this was planned they were active in the other"
    assert "1 person who is due to be deleted stays at Findity se (E2)" in notices(first[SE])
    second = acme.night(*STAFF, GONE, day=in_days(30))
    assert second[SE].planned["E2"] == ("hold", "deletion")
    assert second[SE].detail("E2").startswith(f"inactive since {in_days(0)}")
    request = Request(release=second[SE].plan.held_digest(), released_by="Kim", reason="by law")
    released: Any = acme.night(*STAFF, GONE, day=in_days(30), request=request)
    assert released[SE].planned["E2"] == ("delete", None)
    assert released[SE].outcome["E2"] == ("deleted", "landed")
    assert "E2" not in acme.users("se")
    assert "E2" in acme.users("no"), "of the other nobody has said anything"


def test_before_the_days_are_over_nobody_is_due(acme: Organizations) -> None:
    for _ in range(2):
        came = acme.night(*STAFF, GONE, day=in_days(29))
    assert came[SE].planned["E2"] == ("none", "left")
    assert "due to be deleted" not in notices(came[SE])


def test_no_surprise_who_keeps_their_access_in_the_other_for_some_days_is_not_deleted_meanwhile(acme: Organizations) -> None:
    late = {**GONE, "end_date": in_days(30)}
    for _ in range(2):
        came = acme.night(*STAFF, late, day=in_days(30), leaving_days=5)
    assert came[NO].planned["E2"] == ("skip", "leaves_later")
    assert came[SE].planned["E2"][0] != "hold"
    assert "stays at Findity se (E2)" in notices(came[SE])


def test_no_surprise_who_works_in_the_other_under_another_number_with_that_address_keeps_their_user(acme: Organizations) -> None:
    again = employee("E8", "NO", email="E2@acme.example")
    for _ in range(2):
        came = acme.night(*STAFF, GONE, day=in_days(30))
    assert came[SE].planned["E2"] == ("hold", "deletion")
    came = acme.night(*STAFF, GONE, again, day=in_days(30))
    assert came[SE].planned["E2"] == ("none", "left")
    assert "stays at Findity se (E2)" in notices(came[SE])
