"""A third destination is read, planned, written and read back as the others are, and nothing outside its folder knows of it."""

from collections.abc import Mapping
from typing import Any

import pytest

further = pytest.mark.long(held_by="tests/destinations/test_third_syncs.py::test_a_second_sync_finds_nothing_to_change_and_writes_nothing")

BOOK = "ledgerbook"
DAY = "2026-11-21"


def landed(acme: Any, run_id: str) -> dict[str, int]:
    return dict(acme.stored(run_id, "ledgerbook/landed")["numbers"])


def with_cells(acme: Any, **cells: Mapping[str, str]) -> dict[str, dict[str, str]]:
    return {number: {**row, **cells.get(number, {})} for number, row in acme.people().items()}


def test_a_first_sync_writes_a_line_for_everybody_and_leaves_strangers_alone(synced: Any) -> None:
    acme = synced()
    outcomes = acme.outcome(BOOK, acme.first.run_id)
    assert {outcomes[number] for number in acme.people()} == {"created"}
    assert [outcome for person, outcome in outcomes.items() if person.startswith("~")] == ["skipped"]
    numbers = landed(acme, acme.first.run_id)
    assert (numbers["intended"], numbers["accepted"], numbers["landed"], numbers["missing"]) == (12, 12, 12, 0)
    assert acme.book.lines["E04"] == {
        "staff_no": "E04",
        "given": "Dag",
        "family": "Ytterberg",
        "mail": "dag@acme.example",
        "approver_no": "E02",
        "desk": "Sales",
        "active": True,
        "bank": "SE5600000000000004000012",
    }
    assert acme.book.lines["S1"] == {"staff_no": "S1", "given": "Sam", "family": "Fremling", "mail": "sam@revision.example", "active": True}
    assert {name: check.passed for name, check in acme.checks(acme.first).items() if name.startswith(BOOK)} == {
        "ledgerbook/plan: accounting": True,
        "ledgerbook/plan: held": True,
        "ledgerbook/plan: dry_run": True,
        "ledgerbook/sync_result: agreement": True,
        "ledgerbook/landed: landed": True,
        "ledgerbook/landed: accounting": True,
    }


def test_a_second_sync_finds_nothing_to_change_and_writes_nothing(synced: Any) -> None:
    acme = synced()
    before = acme.book.file.read_bytes()
    result = acme.quickly("sync")
    assert result.succeeded, result
    assert acme.book.file.read_bytes() == before
    assert set(acme.outcome(BOOK, result.run_id).values()) == {"unchanged", "skipped"}
    assert acme.stored(result.run_id, "reports/sync_report")["headline"] == "Nothing had to change"


def test_no_surprise_a_preview_plans_with_old_and_new_and_writes_nothing(synced: Any) -> None:
    acme = synced()
    acme.file(DAY, with_cells(acme, E04={"Dept": "Finance", "IBAN": "SE2700000000000099000297"}))
    before = acme.book.file.read_bytes()
    result = acme.quickly("preview")
    assert result.succeeded, result
    assert acme.book.file.read_bytes() == before
    assert tuple(acme.planned(BOOK, result.run_id).loc["E04", ["action", "kinds"]]) == ("update", "bank_account|unit")
    changes = acme.stored(result.run_id, "ledgerbook/plan")["changes"].set_index("field")
    assert tuple(changes.loc["desk", ["old", "new", "visible"]]) == ("Sales", "Finance", True)
    assert (changes.loc["bank", "old"] != changes.loc["bank", "old"], changes.loc["bank", "visible"]) == (True, False), "never shown"
    with acme.ledger() as ledger:
        assert ledger.applied.of(BOOK).number == 1


def test_no_surprise_a_first_sync_is_held_and_its_release_brings_everyone(held: Any) -> None:
    acme = held()
    assert acme.book.writes == 0
    assert {acme.outcome(BOOK, acme.first.run_id)[number] for number in acme.people()} == {"held"}
    with acme.ledger() as ledger:
        assert ledger.applied.of(BOOK) is None
    released = acme.run("release", digest=acme.digest(acme.first.run_id), released_by="finance", reason="looked through")
    assert released.succeeded, released
    assert acme.book.writes == 12
    assert set(acme.book.lines) == {*acme.people(), "S1"}
    assert {acme.outcome(BOOK, released.run_id)[number] for number in acme.people()} == {"created"}
    assert set(acme.outcome(BOOK, acme.quickly("sync").run_id).values()) == {"unchanged", "skipped"}


@further
def test_no_surprise_what_is_beyond_a_limit_waits_with_what_needs_it_and_goes_with_its_release(synced: Any) -> None:
    acme = synced(limits={"leave": {"count": 1, "share": 0}})
    gone = {"Status": "T", "End": "2026-11-01"}
    acme.file(DAY, with_cells(acme, E03=gone, E05=gone, E06=gone, E11={"Mail": "kitty@acme.example"}))
    result = acme.quickly("sync")
    assert result.succeeded, result
    planned = acme.planned(BOOK, result.run_id)
    # Whoever reports to E03 would be moved only because E03 leaves.
    held = dict.fromkeys(("E03", "E05", "E06"), "limit") | dict.fromkeys(("E07", "E08", "E09", "E10"), "depends_on_held")
    assert planned.loc[planned["action"].eq("hold"), "reason"].to_dict() == held
    assert acme.book.lines["E11"]["mail"] == "kitty@acme.example"
    assert (acme.book.lines["E03"]["active"], acme.book.lines["E07"]["approver_no"]) == (True, "E03")
    check = acme.checks(result)["ledgerbook/plan: held"]
    assert "leave: 3 planned, 1 allowed" in check.description

    released = acme.quickly("release", digest=acme.digest(result.run_id), released_by="finance", reason="they did leave")
    assert released.succeeded, released
    assert (acme.book.lines["E03"]["active"], acme.book.lines["E07"]["approver_no"]) == (False, "E01")
    assert {acme.outcome(BOOK, released.run_id)[number] for number in ("E03", "E05", "E06")} == {"deactivated"}


@further
def test_leavers_go_inactive_by_row_and_by_absence_and_come_back_to_their_own_line(synced: Any) -> None:
    acme = synced()
    people = with_cells(acme, E05={"Status": "T", "End": "2026-11-01"})
    del people["E06"]
    acme.file(DAY, people)
    second = acme.quickly("sync")
    outcomes = acme.outcome(BOOK, second.run_id)
    assert (outcomes["E05"], outcomes["E06"], outcomes["E04"]) == ("deactivated", "deactivated", "unchanged")
    assert {number for number, line in acme.book.lines.items() if not line["active"]} == {"E05", "E06"}
    assert acme.book.lines["E05"]["bank"] == "SE2200000000000005000015", "nothing of a leaver's is taken away"

    acme.file("2026-11-22", with_cells(acme, E05={"Start": "2026-11-20"}))
    third = acme.quickly("sync")
    outcomes = acme.outcome(BOOK, third.run_id)
    assert (outcomes["E05"], outcomes["E06"]) == ("reactivated", "reactivated")
    assert all(line["active"] for line in acme.book.lines.values())
    assert len(acme.book.lines) == 13


@further
def test_no_surprise_a_number_with_somebody_elses_address_and_start_date_is_held_and_no_release_lifts_it(synced: Any) -> None:
    acme = synced()
    before = acme.book.lines["E09"]
    new = {"First": "Max", "Last": "Ahlgren", "Mail": "max@acme.example", "Start": "2026-11-01"}
    acme.file(DAY, with_cells(acme, E09=new))
    result = acme.quickly("sync")
    assert result.succeeded, result
    assert tuple(acme.planned(BOOK, result.run_id).loc["E09", ["action", "reason"]]) == ("hold", "number_reused")
    released = acme.quickly("release", digest=acme.digest(result.run_id), released_by="finance", reason="in a hurry")
    assert "is left to apply" in released.message
    assert acme.book.lines["E09"] == before

    same = acme.quickly("one", employee_ids=["E09"], same_person=True)
    assert same.succeeded, same
    assert acme.book.lines["E09"]["mail"] == "max@acme.example"


@further
def test_no_surprise_without_start_dates_it_is_the_last_name_in_the_book_that_tells(empty: Any) -> None:
    acme = empty(hr__people__columns__start_date=None)
    assert acme.quickly("sync").succeeded
    moved = {"E09": {"Mail": "ida.w@acme.example"}, "E11": {"Mail": "max@acme.example", "First": "Max", "Last": "Ahlgren"}}
    acme.file(DAY, with_cells(acme, **moved))
    result = acme.quickly("preview")
    planned = acme.planned(BOOK, result.run_id)
    assert (planned.loc["E09", "action"], planned.loc["E11", "reason"]) == ("update", "number_reused")


@pytest.mark.long(
    held_by="tests/destinations/test_third_syncs.py::test_a_first_sync_writes_a_line_for_everybody_and_leaves_strangers_alone"
)
def test_rerun_after_a_failure_sends_just_those_without_an_answer(empty: Any) -> None:
    acme = empty()
    acme.book.switch(jam="E07")
    failed = acme.run("sync")
    assert failed.step == "acme__ledgerbook__sync_result"
    assert "in somebody else's hands" in failed.message
    done, writes = set(acme.book.lines) - {"S1"}, acme.book.writes
    assert 0 < len(done) < 12 and "E07" not in done and writes == len(done)

    acme.book.switch(jam=None)
    again = acme.again(failed)
    assert again.succeeded, again
    assert acme.book.writes == 12, "nobody is written twice"
    assert {acme.outcome(BOOK, again.run_id)[number] for number in acme.people()} == {"created"}
    assert landed(acme, again.run_id)["landed"] == 12


@further
def test_true_report_what_did_not_land_is_missing_and_not_taken_for_done(synced: Any) -> None:
    acme = synced()
    acme.file(DAY, with_cells(acme, E05={"Dept": "Finance"}, E09={"Dept": "Finance"}))
    acme.book.switch(lose=["E05"])
    result = acme.quickly("sync")
    numbers = landed(acme, result.run_id)
    assert (numbers["accepted"], numbers["landed"], numbers["missing"]) == (2, 1, 1)
    checks = acme.checks(result)
    assert not checks["ledgerbook/landed: landed"].passed
    assert not checks["ledgerbook/sync_result: agreement"].passed
    table = acme.stored(result.run_id, "ledgerbook/landed")["outcomes"].set_index("person")
    assert (table.loc["E05", "landed"], table.loc["E09", "landed"]) == ("missing", "landed")


@further
def test_what_the_book_does_not_show_is_accepted_and_not_visible(synced: Any) -> None:
    acme = synced()
    acme.file(DAY, with_cells(acme, E09={"IBAN": "SE2700000000000099000297"}))
    result = acme.quickly("sync")
    assert acme.outcome(BOOK, result.run_id)["E09"] == "updated"
    assert landed(acme, result.run_id)["not_visible"] == 1
    assert acme.book.lines["E09"]["bank"] == "SE2700000000000099000297"
    assert set(acme.outcome(BOOK, acme.quickly("sync").run_id).values()) == {"unchanged", "skipped"}, "the ledger remembers it"


def test_verify_tells_what_somebody_has_changed_since(synced: Any) -> None:
    acme = synced()
    acme.book.by_hand("E09", desk="Cellar")
    before = acme.book.file.read_bytes()
    result = acme.run("verify")
    assert result.succeeded, result
    assert acme.book.file.read_bytes() == before
    drift = acme.stored(result.run_id, "ledgerbook/landed")["numbers"]
    assert not acme.checks(result)["ledgerbook/landed: landed"].passed
    assert drift["missing"] == 1


@further
def test_a_preview_says_whom_the_book_would_refuse_and_a_sync_refuses_them_alone(empty: Any) -> None:
    acme = empty()
    acme.book.switch(refuse={"E12": "Liv Xavier is on the list"})
    preview = acme.quickly("preview")
    check = acme.checks(preview)["ledgerbook/plan: dry_run"]
    assert not check.passed
    assert check.description == "Ledger book would refuse 1."
    result = acme.quickly("sync")
    assert result.succeeded, result
    outcomes = acme.outcome(BOOK, result.run_id)
    assert [number for number in acme.people() if outcomes[number] != "created"] == ["E12"]
    assert outcomes["E12"] == "refused"
    assert "E12" not in acme.book.lines


@further
def test_approver_whoever_would_have_none_there_is_not_written(empty: Any) -> None:
    acme = empty()
    acme.book.switch(refuse={"E02": "no"})
    result = acme.quickly("sync")
    outcomes = acme.outcome(BOOK, result.run_id)
    assert {number for number in acme.people() if outcomes[number] == "refused"} == {"E02", "E04", "E05", "E06"}
    lines = acme.book.lines
    assert all(lines[line["approver_no"]]["active"] for line in lines.values() if "approver_no" in line)


@further
def test_a_line_without_a_number_is_found_by_its_address_and_can_only_be_looked_at(empty: Any) -> None:
    acme = empty()
    acme.book.by_hand("S1", staff_no=None, mail="Dag@ACME.example")
    result = acme.quickly("sync")
    assert tuple(acme.planned(BOOK, result.run_id).loc["E04", ["matched_by", "action", "reason"]]) == ("email", "hold", "no_external_id")
    assert len(acme.book.lines) == 12


@further
def test_leave_that_is_left_to_vendors_is_resolved_by_rollcall_where_a_destination_has_no_rule_for_it(empty: Any) -> None:
    acme = empty(approvers={"resolve_leave": "vendor"})
    acme.file("2026-11-20", with_cells(acme, E03={"Status": "LOA"}))
    result = acme.quickly("preview")
    desired = acme.stored(result.run_id, "ledgerbook/lines")["desired"].set_index("employee_id")
    assert desired.loc["E07", "approver_no"] == "E01"


@pytest.mark.long(held_by="tests/graph/test_sync.py::test_one_touches_only_the_named_people_and_takes_nobody_for_a_leaver")
def test_one_touches_only_the_named_people(synced: Any) -> None:
    acme = synced()
    acme.file(DAY, with_cells(acme, E04={"Dept": "Finance"}, E07={"Dept": "Finance"}))
    assert acme.quickly("one", employee_ids=["E04"]).succeeded
    assert (acme.book.lines["E04"]["desk"], acme.book.lines["E07"]["desk"]) == ("Finance", "Engineering")


# Beside the others


@further
def test_three_destinations_are_synced_side_by_side(three: Any) -> None:
    for destination in ("expensify", "findity", BOOK):
        outcomes = three.outcome(destination, three.first.run_id)
        assert {outcomes[number] for number in three.people()} == {"created"}
    assert three.stored(three.first.run_id, "reports/sync_report")["headline"] == "All 36 planned changes landed"


@further
def test_one_destination_failing_stops_neither_of_the_others(three: Any) -> None:
    three.book.file.write_text("no book")
    three.file(DAY, with_cells(three, E09={"Dept": "Sales"}))
    result = three.quickly("sync")
    assert (result.succeeded, result.step) == (False, "acme__ledgerbook__known")
    assert result.message == "There is no ledger book where the settings say. Check ledgerbook.connection.file."
    for destination in ("expensify", "findity"):
        assert three.outcome(destination, result.run_id)["E09"] == "updated"


@further
def test_no_surprise_a_file_older_than_what_the_third_was_brought_to_stops(three: Any) -> None:
    # Only the book is brought to the newer file.
    three.file(DAY, with_cells(three, E09={"Dept": "Sales"}))
    three.box.fault(api="expensify", job="get policy", code=401, times=None)
    three.box.fault(api="findity", job="GET users", status=401, times=None)
    assert not three.quickly("sync").succeeded
    assert three.book.lines["E09"]["desk"] == "Sales"
    three.box.heal()

    three.file("2026-11-22", three.people())
    before = three.book.file.read_bytes()
    failed = three.quickly("sync")
    assert failed.step == "acme__hr__intake"
    assert "older: intake 1 is older than what Ledger book was last brought to: intake 2 was seen after it" in failed.message
    assert three.book.file.read_bytes() == before

    let = {"accept": ["older"], "accepted_by": "kim", "reason": "HR took it back"}
    result = three.quickly("sync", ops={"acme__hr__intake": {"config": let}})
    assert result.succeeded, result
    assert three.book.lines["E09"]["desk"] == "Engineering"
    with three.ledger() as ledger:
        assert ledger.applied.of(BOOK).number == 1


@further
def test_no_surprise_a_release_of_the_third_leaves_the_others_waiting(empty: Any) -> None:
    acme = empty(beside=True, first_sync="hold")
    first = acme.quickly("sync")
    assert first.succeeded, first
    writes = acme.box.writes
    released = acme.quickly("release", digest=acme.digest(first.run_id), released_by="finance", reason="looked through")
    assert released.succeeded, released
    assert (acme.book.writes, acme.box.writes) == (12, writes)
    with acme.ledger() as ledger:
        assert [ledger.applied.of(name) is None for name in ("expensify", "findity", BOOK)] == [True, True, False]
        assert [ledger.plans.newest(name) == first.run_id for name in ("expensify", "findity", BOOK)] == [True, True, False]
