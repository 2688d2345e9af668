"""A file is held against the largest of those that were applied in the last seven days, figure by figure."""

from datetime import date
from typing import Any

from roster.intake import gate, largest
from roster.intake.facts import Accepted, ExportFacts, FileFacts
from roster.settings import Gate


def applied(rows: int, let_pass: tuple[str, ...] = (), **other: Any) -> ExportFacts:
    own = {"file": "f", "path": "f", "size": 1, "modified": None, "sha256": "0", "seen_before": False, "as_of": date(2026, 11, 20)}
    let = Accepted(let_pass, "kim", "so it is") if let_pass else None
    return ExportFacts(rows=rows, used=rows, **own, accepted=let, **other)  # type: ignore[arg-type]


def verdict(name: str, now: FileFacts, *week: ExportFacts) -> gate.GateCheck:
    """Of a file, after those of a week, newest first."""
    return next(one for one in gate.run_checks(now, week[0], {}, Gate(), week) if one.name == name)


def test_no_surprise_a_file_that_shrinks_a_little_every_day_is_stopped() -> None:
    found = verdict("rows", FileFacts(rows=42), applied(45), applied(48))
    assert (found.verdict, found.seen, found.expected) == ("failed", "42 rows, 45 last time, 48 at most in seven days", "43 or more")
    assert verdict("rows", FileFacts(rows=43), applied(45), applied(48)).passed
    assert verdict("rows", FileFacts(rows=42), applied(45)).seen == "42 rows, 45 last time"


def test_a_file_that_grows_is_held_against_the_last_one() -> None:
    assert verdict("growth", FileFacts(rows=56), applied(45), applied(60)).verdict == "failed"
    assert verdict("growth", FileFacts(rows=55), applied(45), applied(60)).passed


def test_no_surprise_groups_and_fill_are_held_against_their_own_largest() -> None:
    def one(sales: int, phones: float) -> ExportFacts:
        return applied(100, groups={"department": {"Sales": sales}}, fill_rates={"phone": phones})

    week = (one(33, 0.90), one(36, 0.87), one(40, 0.85))
    assert verdict("departments", one(31, 0.9), *week).seen == "Sales has 31 rows (had 40)"
    assert verdict("departments", one(32, 0.9), *week).passed
    assert verdict("fill", one(40, 0.84), *week).verdict == "failed"
    assert largest.fill_rates(week[2], week) == {"phone": 0.90}


def test_a_small_department_may_come_to_its_end_one_by_one_and_a_large_one_may_not() -> None:
    def one(**departments: int) -> ExportFacts:
        return applied(100, groups={"department": departments})

    assert verdict("departments", one(A=97), one(A=97, B=1), one(A=97, B=2), one(A=97, B=3)).passed
    assert verdict("departments", one(A=97), one(A=97, B=3)).seen == "B is missing (had 3)"
    assert verdict("departments", one(A=97), one(A=97, B=2), one(A=97, B=9)).seen == "B has 0 rows (had 9)"


def test_what_somebody_let_pass_is_where_the_comparison_begins_anew_for_that_check_alone() -> None:
    sales = {"department": {"Sales": 9}}
    week = (applied(58, groups=sales), applied(60, ("rows",), groups=sales), applied(90, groups={"department": {"Sales": 40}}))
    assert verdict("rows", FileFacts(rows=55), *week).passed
    assert verdict("rows", FileFacts(rows=54), *week).verdict == "failed"
    assert verdict("departments", FileFacts(rows=58, groups=sales), *week).seen == "Sales has 9 rows (had 40)"


def test_without_files_of_the_week_the_last_one_counts_however_old() -> None:
    checks = gate.run_checks(FileFacts(rows=40), applied(48), {}, Gate())
    assert next(one for one in checks if one.name == "rows").verdict == "failed"
