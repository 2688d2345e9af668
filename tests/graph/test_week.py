"""What was written in the last seven days counts in every later night, until somebody has looked or the week is over."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from resources.ledger import tables

pytestmark = pytest.mark.long(
    held_by="tests/unit/roster/plan/test_limits_of_a_week.py::test_no_surprise_a_kind_beyond_its_limit_of_a_week_is_held_whole_and_says_how_much_is_used"
)

WHO = {"released_by": "finance", "reason": "they did leave"}
ONE_A_NIGHT = {"leave": {"count": 1, "share": 0, "per_week": 2}}


@pytest.fixture
def drip(synced: Any) -> Any:
    """One more has left every night, where one a night and two in a week may; the third is held."""
    acme = synced(expensify=None, limits=ONE_A_NIGHT)
    acme.left = acme.people()
    for day, number in enumerate(("E08", "E09", "E10"), 21):
        _left(acme, day, number)
        acme.result = acme.begin(kept=number == "E10")
    return acme


def _left(acme: Any, day: int, number: str) -> None:
    acme.left[number].update(Status="T", End="2026-11-01")
    acme.file(f"2026-11-{day}", acme.left)


def _leaves(acme: Any, day: int, number: str) -> Any:
    _left(acme, day, number)
    return acme.quickly("sync")


def _passes(acme: Any, days: float) -> None:
    """The same, had it been recorded so many days earlier."""
    with acme.ledger() as ledger, ledger.engine.begin() as connection:
        for table in (tables.answer, tables.outcome_count):
            for moment in connection.execute(sa.select(table.c.recorded_at).distinct()).scalars().all():
                earlier = sa.update(table).where(table.c.recorded_at == moment).values(recorded_at=moment - timedelta(days=days))
                connection.execute(earlier)


def _reason(acme: Any, run: Any, number: str) -> str:
    return str(acme.planned("findity", run.run_id)["reason"][number])


def test_no_surprise_a_drip_ends_at_the_weeks_limit_and_says_so(drip: Any) -> None:
    assert [drip.users()[number]["active"] for number in ("E08", "E09", "E10")] == [False, False, True]
    assert _reason(drip, drip.result, "E10") == "week_limit"
    check = drip.checks(drip.result)["findity/plan: held"]
    assert "leave: 1 planned, 2 of the 2 that may in seven days were written." in check.description
    shown = {row.data["kind"]: row.data for row in check.metadata["limits"].records}["leave"]
    assert (shown["allowed"], shown["last 7 days, of allowed"], shown["held"]) == (1, "2 of 2", 1)
    page = drip.reports()["sync_report.html"].read_text()
    assert "More changes of this kind in seven days than the limit allows" in page
    assert "2 of 2" in page


def test_a_release_lets_go_of_them_and_does_not_count_against_the_week(drip: Any) -> None:
    with drip.ledger() as ledger:
        digest = ledger.plans.verdict("findity", drip.result.run_id).held_digest
    assert drip.quickly("release", digest=digest, **WHO).succeeded
    assert not drip.users()["E10"]["active"]
    result = _leaves(drip, 24, "E12")
    assert _reason(drip, result, "E12") == "week_limit"
    with drip.ledger() as ledger:
        assert sorted(ledger.week.written("findity").people()["person"]) == ["E08", "E09"]


def test_when_the_week_is_over_they_go(drip: Any) -> None:
    _passes(drip, 7.01)
    result = drip.quickly("sync")
    assert result.succeeded, result
    assert not drip.users()["E10"]["active"]


def test_rerun_whoever_got_no_answer_counts_once_when_sent_again(synced: Any) -> None:
    acme = synced(expensify=None, limits={"leave": {"count": 2, "share": 0, "per_week": 1}})
    acme.left = acme.people()
    acme.left["E08"].update(Status="T", End="2026-11-01")
    acme.box.fault(api="findity", job="PUT users", times=None, drop=True)
    assert not _leaves(acme, 21, "E09").succeeded
    acme.box.heal()
    again = acme.quickly("sync")
    assert again.succeeded, again
    assert [acme.users()[number]["active"] for number in ("E08", "E09")] == [False, False]
    assert _reason(acme, _leaves(acme, 22, "E10"), "E10") == "week_limit"


def test_no_surprise_what_few_have_does_not_change_one_by_one_each_night(synced: Any) -> None:
    acme = synced(findity=None)
    people = acme.people()
    for day, number in enumerate(("E02", "E03", "E01"), 21):
        people[number]["Limit"] = "900000"
        acme.file(f"2026-11-{day}", people)
        result = acme.quickly("sync")
        assert result.succeeded, result
        outcomes = acme.outcome("expensify", result.run_id)
        assert outcomes[number] == ("held" if number == "E01" else "updated")
    assert acme.planned("expensify", result.run_id)["reason"]["E01"] == "most_of_few"


def test_no_surprise_the_gate_knows_the_largest_file_of_the_week(synced: Any) -> None:
    acme = synced(expensify=None, hr__gate={"rows": {"count": 2, "share": 0}}, limits={"leave": {"count": 99, "share": 1}})
    people = acme.people()
    for number in ("E08", "E09"):
        people.pop(number)
    acme.file("2026-11-21", people)
    assert acme.quickly("sync").succeeded
    people.pop("E10")
    acme.file("2026-11-22", people)
    stopped = acme.quickly("sync")
    assert "rows: 9 rows, 10 last time, 12 at most in seven days (expected: 10 or more)" in stopped.message
    let = {"accept": ["rows"], "accepted_by": "kim", "reason": "they left"}
    assert acme.quickly("sync", ops={"acme__hr__intake": {"config": let}}).succeeded
    people.pop("E12")
    acme.file("2026-11-23", people)
    assert acme.quickly("sync").succeeded  # who let the last one pass said that it is right
    assert not acme.users()["E12"]["active"]


def test_an_address_of_a_new_domain_waits_and_goes_with_its_release(synced: Any) -> None:
    acme = synced(expensify=None, email_domains=["acme.example"])
    people = acme.people()
    people["E12"]["Mail"] = "liv@elsewhere.example"
    people["E13"] = {**acme.people()["E09"], "No": "E13", "First": "Max", "Mail": "max@elsewhere.example", "IBAN": "", "Mobile": ""}
    acme.file("2026-11-21", people)
    result = acme.run("sync")
    assert {_reason(acme, result, number) for number in ("E12", "E13")} == {"new_domain"}
    assert "elsewhere" not in str(acme.checks(result)["findity/plan: held"])
    with acme.ledger() as ledger:
        digest = ledger.plans.verdict("findity", result.run_id).held_digest
    assert acme.quickly("release", digest=digest, **WHO).succeeded
    assert acme.users()["E12"]["email"] == "liv@elsewhere.example"
    assert acme.users()["E13"]["active"]
