"""What `make test` leaves out is held by a shorter test as well, or has another of its kind there; and every kind is there."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from resources import places

TESTS = places.PROJECT / "tests"
STAYS = {
    "accounting": "tests/graph/test_guard.py::test_accounting_a_plan_that_does_not_add_up_stops_its_destination_and_not_the_other",
    "no surprise": "tests/graph/test_release.py::test_no_surprise_a_first_sync_holds_everything_until_it_is_released",
    "rerun": "tests/graph/test_rerun.py::test_rerun_after_a_failed_push_pushes_the_data_of_the_first_file",
    "true report": "tests/unit/destinations/test_delivery.py::test_true_report_everyone_who_was_sent_is_answered_and_there",
    "approver": "tests/contract/test_approvers_there.py::test_approver_a_manager_approves_from_the_first_day_that_they_are_there",
    "quiet": "tests/quiet/test_runs.py::test_quiet_nobody_and_no_secret_is_in_what_dagster_keeps",
    "a sync": "tests/graph/test_sync.py::test_a_second_sync_finds_nothing_to_change_and_writes_nothing",
    "without Dagster": "tests/graph/test_same_without_dagster.py"
    "::test_nights_without_dagster_come_to_the_same_as_real_runs_of_the_same_files",
    "joiners, movers, leavers": "tests/graph/test_people.py::test_a_leaver_by_their_own_row_leaves_every_policy_and_becomes_inactive",
    "the gate": "tests/graph/test_gate.py::test_no_surprise_an_unfit_file_stops_before_any_difference_is_computed",
    "limits": "tests/graph/test_limits.py::test_no_surprise_what_is_beyond_a_limit_is_held_with_what_needs_it_and_the_rest_is_written",
    "undo": "tests/contract/test_undo.py::test_values_come_back_and_nothing_is_sent_before_a_release",
    "a kill": "tests/rerun/test_kills.py::test_rerun_after_a_kill_in_either_write_of_a_sync_it_ends_as_one_clean_sync",
    "a dead run": "tests/rerun/test_recovery.py::test_any_run_that_starts_marks_the_dead",
    "hostile servers": "tests/hostile/test_writes.py::test_a_sync_ends_as_one_clean_sync_whatever_befell_a_write",
    "hostile servers in Dagster": "tests/hostile/test_syncs.py::test_rerun_from_failure_finishes_what_hostile_servers_stopped",
    "a file arrives": "tests/graph/triggers/test_arrival.py"
    "::test_one_state_of_a_file_has_one_run_even_if_that_failed_and_the_next_state_has_another",
    "the daemon": "tests/graph/triggers/test_daemon.py::test_a_file_that_lands_is_synced_once_with_nobody_looking",
    "PostgreSQL": "tests/cli/test_upgrade.py::test_a_ledger_on_a_server_is_dumped_first_and_the_dump_can_be_restored",
    "retention": "tests/graph/test_retention.py::test_all_that_a_run_left_goes_with_it",
    "erasure": "tests/graph/test_person.py::test_forget_leaves_nothing_of_a_person",
    "object storage": "tests/unit/resources/stored/test_objects.py::test_what_was_written_is_read_and_listed",
    "alerts": "tests/unit/resources/alerts/test_nights.py::test_held_is_told_once_not_the_next_night_and_over_when_it_is_released",
    "metrics": "tests/monitoring/test_prometheus.py::test_prometheus_scrapes_every_company",
    "a third destination": "tests/destinations/test_third_syncs.py"
    "::test_a_first_sync_writes_a_line_for_everybody_and_leaves_strangers_alone",
    "the drill": "tests/drill/test_feeds.py::test_no_surprise_a_broken_feed_writes_what_is_right_and_nothing_else",
    "the UI": "tests/graph/test_in_the_ui.py::test_a_check_belongs_to_what_its_own_run_materialized",
    "the guard": "tests/ui/test_guard.py::test_a_run_is_launched_and_followed_in_the_ui_behind_the_sign_on",
    "serve": "tests/ui/test_serve.py::test_every_page_of_a_company_is_shown_to_whoever_may_and_noted",
    "a report in a browser": "tests/ui/test_report_page.py::test_what_waits_is_seen_at_once_and_all_changes_are_in_words",
}
"""Of each promise, and of each kind of scenario, the most telling one: a newcomer's `make test` has them."""


@cache
def file(path: Path) -> tuple[dict[str, bool], list[str]]:
    """Each test of a file → whether it is long, and all tests by which something there is held."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    calls = [one for one in ast.walk(tree) if is_long(one)]
    given = [(one.targets[0], one.value) for one in tree.body if isinstance(one, ast.Assign)]
    names = {one.id for one, value in given if isinstance(one, ast.Name) and any(map(is_long, ast.walk(value)))}
    tests = {
        one.name: "pytestmark" in names or any(is_long(mark) or ast.unparse(mark) in names for mark in one.decorator_list)
        for one in tree.body
        if isinstance(one, ast.FunctionDef) and one.name.startswith("test_")
    }
    return tests, [next((ast.literal_eval(word.value) for word in call.keywords if word.arg == "held_by"), "") for call in calls]


def is_long(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.long"


def files() -> Iterator[Path]:
    return TESTS.rglob("test_*.py")


def problem(node_id: str) -> str | None:
    """What keeps a test from holding anything in `make test`."""
    name, _, test = node_id.partition("::")
    path = places.PROJECT / name
    if not path.is_file() or test not in (tests := file(path)[0]):
        return f"{node_id} is not there"
    return f"{node_id} is long itself" if tests[test] else None


def test_whatever_is_long_says_which_shorter_test_holds_it() -> None:
    held = [(path.name, one) for path in TESTS.rglob("*.py") for one in file(path)[1]]
    assert len(held) > 50
    assert [(name, said) for name, one in held if (said := problem(one))] == []


@pytest.mark.parametrize("kind", STAYS)
def test_of_every_promise_and_every_kind_one_is_run_every_time(kind: str) -> None:
    assert problem(STAYS[kind]) is None


def test_no_folder_is_left_to_what_takes_long_and_what_is_pure_never_is() -> None:
    for folder in {path.parent for path in files()}:
        assert not all(all(file(path)[0].values()) for path in folder.glob("test_*.py")), folder
    assert [path for path in (TESTS / "unit" / "roster").rglob("test_*.py") if any(file(path)[0].values())] == []
