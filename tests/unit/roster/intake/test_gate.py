"""The gate holds a file's figures against limits and against those of the file that was last applied."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roster.intake import gate
from roster.intake.facts import FileFacts
from roster.intake.gate import GateCheck, LastApplied
from roster.intake.references import Managers
from roster.settings import Gate, Limit


def facts(rows: int = 200, **other: Any) -> FileFacts:
    """Of a file whose rows can all be used."""
    usual = {"rows": rows, "used": rows, "superseded": 0, "out_of_scope": 0, "rejected": 0, "collided": 0, "number": 2, "dated": None}
    shape = {"fill_rates": {"phone": 0.9}, "encoding": "utf-8", "header": ["No", "Mail"], "groups": {}}
    return FileFacts(**{**usual, **shape, **other})


def ended(now: FileFacts, last: FileFacts | None = None, **applied: LastApplied) -> dict[str, str]:
    """Check → how it ended."""
    return {one.name: one.verdict for one in gate.run_checks(now, last, applied, Gate())}


def one(name: str, now: FileFacts, last: FileFacts) -> GateCheck:
    return next(check for check in gate.run_checks(now, last, {}, Gate()) if check.name == name)


def departments(**counts: int) -> FileFacts:
    return facts(sum(counts.values()), groups={"department": counts})


@given(
    rows=st.integers(1, 30_000),
    counts=st.dictionaries(st.text(min_size=1), st.integers(1, 5000), max_size=8),
    rates=st.dictionaries(st.sampled_from(["phone", "manager_id", "country"]), st.floats(0, 1)),
)
def test_a_file_like_the_last_passes_whatever_its_figures(rows: int, counts: dict[str, int], rates: dict[str, float]) -> None:
    same = facts(rows, groups={"department": counts}, fill_rates=rates)
    assert set(ended(same, replace(same, number=1)).values()) == {"passed"}


@given(before=st.integers(1, 30_000), now=st.integers(1, 30_000))
def test_rows_may_be_fewer_and_more_by_what_the_limits_say(before: int, now: int) -> None:
    verdicts = ended(facts(now), facts(before))
    fewer, more = max(5, before // 100), max(10, before // 10)
    assert (verdicts["rows"] == "failed") == (before - now > fewer)
    assert (verdicts["growth"] == "failed") == (now - before > more)


def test_leavers_in_rejected_rows_and_lines_that_are_nobodys_do_not_stop_a_file() -> None:
    assert ended(facts(200, used=100, rejected=100, rejected_leavers=95))["rejects"] == "passed"
    assert ended(facts(200, used=100, rejected=100, rejected_leavers=80))["rejects"] == "failed"
    assert set(ended(facts(240, used=200, nobody=40), replace(facts(200), number=1)).values()) == {"passed"}
    assert ended(facts(240, used=180, nobody=60), replace(facts(200), number=1))["rows"] == "failed"


def test_figures_of_earlier_versions_have_no_line_that_is_nobodys() -> None:
    stored = {name: value for name, value in facts().to_json().items() if name not in ("nobody", "rejected_leavers", "header_line")}
    assert FileFacts.from_json(stored).people_rows() == 200


@pytest.mark.parametrize(("before", "now"), [(20, 17), (20, 28), (300, 296), (20_000, 19_850), (20_000, 21_500)])
def test_what_is_usual_passes_in_companies_of_any_size(before: int, now: int) -> None:
    assert "failed" not in ended(facts(now), facts(before)).values()


@pytest.mark.parametrize(("before", "now"), [(10_000, 9810), (10_000, 9500), (20, 10), (12, 24), (20_000, 40_000)])
def test_no_surprise_a_file_that_lost_rows_or_has_them_twice_is_stopped(before: int, now: int) -> None:
    assert "failed" in ended(facts(now), facts(before)).values()


@pytest.mark.parametrize(
    ("now", "says"),
    [
        ({"Sales": 40, "Finance": 3}, None),
        ({"Sales": 32, "Finance": 3}, None),
        ({"Sales": 31, "Finance": 3}, "Sales has 31 rows (had 40)"),
        ({"Sales": 40}, "Finance is missing (had 3)"),
        ({"Finance": 3, "Field sales": 40}, "Sales is missing (had 40)"),
        ({}, "Sales is missing (had 40), Finance is missing (had 3)"),
    ],
)
def test_a_department_that_is_missing_or_much_smaller_is_told_by_name(now: dict[str, int], says: str | None) -> None:
    check = one("departments", departments(**now), departments(Sales=40, Finance=3))
    assert check.verdict == ("failed" if says else "passed")
    assert says is None or check.seen == says


def test_quiet_what_hardly_anybody_shares_may_go_and_is_not_named() -> None:
    last = facts(groups={"department": {"anna@acme.example": 1, "bo@acme.example": 2, "Sales": 40}})
    check = one("departments", departments(Sales=40), last)
    assert check.verdict == "passed"
    assert "acme.example" not in check.seen


def test_of_many_departments_ten_are_named() -> None:
    seen = one("departments", departments(), departments(**{f"D{number}": 9 for number in range(25)})).seen
    assert seen.count("is missing") == 10
    assert seen.endswith(" and 15 more")


def test_a_column_that_was_mapped_or_dropped_since_is_not_compared() -> None:
    mapped = facts(groups={"department": {"Sales": 200}}, fill_rates={"phone": 0.9, "country": 0.1})
    assert "failed" not in ended(mapped, facts()).values()
    assert "failed" not in ended(facts(fill_rates={}), mapped).values()


@pytest.mark.parametrize(
    ("used", "rate", "verdict"), [(200, 0.85, "passed"), (200, 0.84, "failed"), (20, 0.7, "passed"), (20, 0.6, "failed")]
)
def test_a_column_may_be_emptier_for_a_few(used: int, rate: float, verdict: str) -> None:
    assert ended(facts(used, fill_rates={"phone": rate}), facts(used))["fill"] == verdict


def test_rejects_and_duplicates_are_limited_before_there_is_a_last_file() -> None:
    verdicts = ended(facts(used=188, rejected=12, collided=5))
    assert (verdicts["rejects"], verdicts["duplicates"]) == ("failed", "failed")
    assert ended(facts(used=190, rejected=10, collided=4))["rejects"] == "passed"
    assert ended(facts(used=190, rejected=10, collided=4))["duplicates"] == "passed"


def test_damaged_values_and_contradictions_are_limited_before_there_is_a_last_file() -> None:
    people = {"standing": {"both": {"active": 900, "left": 100}}}
    many = ended(facts(1000, damaged=11, contradicting=11, **people))
    assert (many["damaged"], many["dates"]) == ("failed", "failed")
    few = ended(facts(1000, damaged=10, contradicting=10, **people))
    assert (few["damaged"], few["dates"]) == ("passed", "passed")
    assert ended(facts(14, damaged=6))["damaged"] == "failed"
    assert ended(facts(14, damaged=5))["damaged"] == "passed"


@pytest.mark.parametrize(
    ("number", "day", "last", "why"),
    [
        (2, None, None, None),
        (2, "2026-11-02", LastApplied(2, date(2026, 11, 3)), None),
        (3, "2026-11-03", LastApplied(2, date(2026, 11, 3)), None),
        (3, None, LastApplied(2, date(2026, 11, 3)), None),
        (1, "2026-11-04", LastApplied(2, date(2026, 11, 3)), "intake 2 was seen after it"),
        (3, "2026-11-02", LastApplied(2, date(2026, 11, 3)), "its day, 2026-11-02, is before 2026-11-03"),
    ],
)
def test_rerun_a_file_is_older_by_its_number_or_else_by_its_day(
    number: int, day: str | None, last: LastApplied | None, why: str | None
) -> None:
    assert gate.older_reason(number, date.fromisoformat(day) if day else None, last) == why
    applied = {"findity": last} if last else {}
    assert ended(facts(number=number, dated=date.fromisoformat(day) if day else None), None, **applied)["older"] == (
        "failed" if why else "passed"
    )


def test_what_stops_nothing_is_a_warning() -> None:
    verdicts = ended(facts(header=["Mail", "No", "New"], encoding="cp1252", number=1), facts(number=1))
    assert {name for name, verdict in verdicts.items() if verdict == "warning"} == {"header", "encoding"}
    assert "failed" not in verdicts.values()


def test_reading_the_same_content_again_is_no_fault_until_it_was_read_too_often() -> None:
    again = facts(number=1, nights=7)
    assert set(ended(again, facts(number=1)).values()) == {"passed"}
    assert one("content", again, facts(number=1)).seen == "the very file that was last applied"
    assert one("same_file", again, facts(number=1)).seen == "the very same file was read on 7 days in a row"
    assert ended(replace(again, nights=8), facts(number=1))["same_file"] == "failed"
    checks = gate.run_checks(replace(again, nights=8), None, {}, Gate(same_file=8))
    assert gate.refusal(checks, "") is None


def test_another_content_of_the_same_day_is_told_and_stops_nothing() -> None:
    day = date(2026, 11, 21)
    check = one("same_day", facts(number=2, dated=day), facts(number=1, dated=day))
    assert (check.verdict, check.seen) == ("warning", "the file that was last applied is of 2026-11-21, too, and says otherwise")
    assert "same_day" not in ended(facts(number=1, dated=day), facts(number=1, dated=day))
    assert "same_day" not in ended(facts(number=2, dated=None), facts(number=1, dated=None))


@pytest.mark.parametrize(("day", "verdict"), [(19, "failed"), (20, "passed"), (21, "passed"), (None, "passed")])
def test_no_surprise_a_day_before_the_one_that_was_last_written_for_stops_the_file(day: int | None, verdict: str) -> None:
    last = {"expensify": LastApplied(3, None, date(2026, 11, 20)), "findity": LastApplied(3, None), "other": LastApplied(3, None)}
    found = gate.run_checks(facts(number=3), None, last, Gate(), as_of=date(2026, 11, day) if day else None)
    check = next(check for check in found if check.name == "as_of")
    assert check.verdict == verdict
    if verdict == "failed":
        assert check.seen == "expensify: 2026-11-19 counts as today, which is before 2026-11-20, the day for which it was last written"


def test_what_is_remarked_of_the_choice_of_a_file_is_a_warning() -> None:
    found = gate.run_checks(facts(remarks=["HR has 2 files of 2026-11-30: b is read, and not a"]), None, {}, Gate())
    assert [(check.name, check.seen) for check in found if check.verdict == "warning"] == [
        ("names", "HR has 2 files of 2026-11-30: b is read, and not a")
    ]


def test_quiet_headings_are_told_by_their_place() -> None:
    check = one("header", facts(header=["No", "Anna Berg", "Mail"]), facts(header=["No", "Mail", "Bo Ek"]))
    assert check.seen == "new: column 2; gone, of last time's: column 3"


def test_only_what_failed_and_is_named_is_let_pass() -> None:
    checks = gate.run_checks(facts(100, collided=9), facts(), {}, Gate())
    let = gate.accept(checks, ["rows", "growth"])
    assert gate.names_by_verdict(let, "let pass") == ["rows"]
    assert gate.names_by_verdict(let, "failed") == ["duplicates"]
    assert gate.refusal(gate.accept(let, ["duplicates"]), "") is None


def test_a_refusal_tells_every_check_that_failed_and_the_report_what_to_do() -> None:
    checks = gate.run_checks(facts(100, collided=9), facts(), {}, Gate(rows=Limit(count=0, share=0.1)))
    unfit = gate.refusal(checks, "Ask HR.")
    assert unfit is not None
    assert unfit.code == "duplicates, rows"
    first = "duplicates: 9 of 100 rows share a number or an address (expected: at most 4)"
    assert str(unfit) == f"{first}; rows: 100 rows, 200 last time (expected: 180 or more). Ask HR."
    seen = "9 of 100 rows share a number or an address (expected: at most 4); 100 rows, 200 last time (expected: 180 or more). Ask HR."
    assert gate.without_names(str(unfit)) == seen
    assert gate.without_names(f"People: rows: {seen}") == f"People: rows: {seen}"
    kept = {one["name"]: (one["passed"], one["advice"]) for one in gate.as_json(checks, unfit.advice)}
    assert (kept["rows"], kept["growth"]) == ((False, "Ask HR."), (True, ""))


def test_the_report_reads_the_checks_that_the_ledger_keeps_those_of_an_earlier_version_too() -> None:
    checks = gate.run_checks(facts(100, collided=9), facts(), {}, Gate())
    kept = gate.from_json(gate.as_json(checks, "Ask HR."))
    assert [(one.name, one.seen, one.expected, one.verdict) for one in kept] == [
        (one.name, one.seen, one.expected, one.verdict) for one in checks
    ]
    assert {one.name for one in kept if one.advice == "Ask HR."} == {one.name for one in checks if not one.passed}
    earlier = gate.from_json([{"name": "encoding", "passed": False, "seen": 3}, {"name": "accounting", "passed": True}])
    assert earlier == [GateCheck("encoding", "3", "", "failed"), GateCheck("accounting", "", "", "passed")]


def test_the_checks_that_can_be_let_pass_are_those_that_can_fail() -> None:
    nothing = replace(departments(), groups={"department": {}, "company_code": {}})
    figures = {
        "rejected": 99,
        "collided": 99,
        "damaged": 99,
        "contradicting": 99,
        "used": 99,
        "nights": 99,
        "files": {"no": {"rejected": 99}},
        "standing": {"both": {"active": 99}},
        "changes": {"before": 99, "added": 99, "changed": 99, "deleted": 99},
    }
    worst = replace(nothing, **figures, managers=Managers(True, 9, 9, 1), fill_rates={"phone": 0.0}, rows=10)
    last = facts(groups={"department": {"A": 9}, "company_code": {"B": 9}})
    later = {"findity": LastApplied(3, None, date(2026, 11, 21))}
    checks = [*gate.run_checks(worst, last, later, Gate(), as_of=date(2026, 11, 20)), *gate.run_checks(facts(999), last, {}, Gate())]
    assert set(gate.names_by_verdict(checks, "failed")) - {"accounting"} == set(gate.STOPPING)
