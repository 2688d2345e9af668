from datetime import UTC, date, datetime

import pandas as pd

MONDAY, TUESDAY, WEDNESDAY = date(2024, 3, 4), date(2024, 3, 5), date(2024, 3, 6)


def skip(ledger, people, day, root_run_id):
    frame = pd.DataFrame({"employee_id": people, "reason": "row rejected"})
    ledger.skips.record("expensify", frame, day, root_run_id)
    return ledger.skips.all().set_index("employee_id")


def test_a_skip_counts_the_root_runs_that_saw_it(ledger):
    skip(ledger, ["1"], MONDAY, "r1")
    row = skip(ledger, ["1"], TUESDAY, "r2").loc["1"]
    assert (row["first_seen"], row["last_seen"], row["times"]) == ("2024-03-04", "2024-03-05", 2)


def test_rerun_a_root_run_counts_once(ledger):
    skip(ledger, ["1"], MONDAY, "r1")
    assert skip(ledger, ["1"], MONDAY, "r1").loc["1", "times"] == 1


def test_rerun_a_root_run_that_another_has_followed_changes_nothing(ledger):
    skip(ledger, ["1"], MONDAY, "r1")
    skip(ledger, ["2"], TUESDAY, "r2")
    skips = skip(ledger, ["1"], MONDAY, "r1")
    assert skips["times"].tolist() == [1, 1]
    assert skips["closed"].isna().tolist() == [False, True]


def test_a_skip_that_is_over_is_closed_and_begins_anew_when_it_returns(ledger):
    skip(ledger, ["1", "2"], MONDAY, "r1")
    assert skip(ledger, ["2"], TUESDAY, "r2").loc["1", "closed"] == "2024-03-05"
    row = skip(ledger, ["1", "2"], WEDNESDAY, "r3").loc["1"]
    assert (row["first_seen"], row["times"]) == ("2024-03-06", 1)
    assert pd.isna(row["closed"])


def then(ledger, root_run_id, began=None):
    """Who stayed out in a run: number → since when and how often."""
    found = ledger.skips.at(root_run_id, began or datetime.now(UTC))
    return {row.employee_id: (row.first_seen, row.times) for row in found.itertuples()}


def test_a_run_that_is_looked_at_later_knows_what_it_knew(ledger):
    skip(ledger, ["1", "2"], MONDAY, "r1")
    after_the_first = datetime.now(UTC)
    skip(ledger, ["1", "2", "3"], TUESDAY, "r2")
    skip(ledger, ["1", "3"], WEDNESDAY, "r3")
    assert then(ledger, "r1") == {"1": ("2024-03-04", 1), "2": ("2024-03-04", 1)}
    assert then(ledger, "r2") == {"1": ("2024-03-04", 2), "2": ("2024-03-04", 2), "3": ("2024-03-05", 1)}
    assert then(ledger, "r3") == {"1": ("2024-03-04", 3), "3": ("2024-03-05", 2)}, "the second one's is over"
    assert then(ledger, "one that recorded nothing", after_the_first) == then(ledger, "r1")
    assert then(ledger, "one that recorded nothing") == then(ledger, "r3")


def test_of_a_skip_that_returned_the_first_time_is_not_known(ledger):
    skip(ledger, ["1"], MONDAY, "r1")
    skip(ledger, [], TUESDAY, "r2")
    skip(ledger, ["1"], WEDNESDAY, "r3")
    assert then(ledger, "r1") == then(ledger, "r2") == {}
    assert then(ledger, "r3") == {"1": ("2024-03-06", 1)}


def test_a_run_before_the_first_that_is_kept_knows_nobody(ledger):
    before = datetime.now(UTC)
    assert then(ledger, "r0") == {}
    skip(ledger, [], MONDAY, "r1")
    assert then(ledger, "r1") == {}
    skip(ledger, ["1"], TUESDAY, "r2")
    assert then(ledger, "r0", before) == {}


def test_a_day_without_skips_closes_them_all(ledger):
    skip(ledger, ["1"], MONDAY, "r1")
    assert skip(ledger, [], TUESDAY, "r2")["closed"].tolist() == ["2024-03-05"]


def test_the_destinations_skips_are_apart(ledger):
    skip(ledger, ["1"], MONDAY, "r1")
    ledger.skips.record("findity", pd.DataFrame({"employee_id": [], "reason": []}), MONDAY, "r1")
    assert ledger.skips.all()["closed"].isna().tolist() == [True]


def test_rows_without_an_employee_number_are_passed_over(ledger):
    assert skip(ledger, ["1", None], MONDAY, "r1").index.tolist() == ["1"]


def test_a_run_is_kept_with_how_it_ended(ledger):
    ledger.runs.begin("r1", "r1", "acme_sync")
    ledger.runs.begin("r2", "r1", "acme_sync")
    ledger.runs.begin("r1", "r1", "acme_sync")
    ledger.runs.end("r1", "FAILURE")
    runs = ledger.runs.all().set_index("run_id")
    assert runs.loc["r2", "root_run_id"] == "r1"
    assert runs.loc["r1", "status"] == "FAILURE"
    assert pd.isna(runs.loc["r2", "ended"])
