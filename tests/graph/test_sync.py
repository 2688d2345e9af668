"""A sync brings everybody where they belong and says so; the other jobs do their part of it and no more."""

from types import SimpleNamespace
from typing import Any

import pytest

from destinations.expensify.adapter import Adapter as AtExpensify
from destinations.findity.adapter import Adapter as AtFindity
from destinations.identity import same_place
from resources.stored import run_storage
from resources.stored.run_storage import decoded

further = pytest.mark.long(held_by="tests/graph/test_sync.py::test_a_second_sync_finds_nothing_to_change_and_writes_nothing")


def moved(acme: Any, **departments: str) -> dict[str, dict[str, str]]:
    people = acme.people()
    for number, department in departments.items():
        people[number]["Dept"] = department
    return people


def test_a_first_sync_lands_everybody_at_both_destinations(first: SimpleNamespace, synced: Any) -> None:
    acme = synced()
    for destination in ("expensify", "findity"):
        outcomes = acme.outcome(destination, first.result.run_id)
        assert {outcomes[number] for number in acme.people()} == {"created"}
        landed = acme.stored(first.result.run_id, f"{destination}/landed")
        assert (landed["numbers"]["intended"], landed["numbers"]["landed"], len(landed["drift"])) == (12, 12, 0)
    assert {member.get("employeeID") for member in acme.members().values()} >= {"E01", "E02", "E09"}
    assert acme.users()["E07"]["approverIds"] == [acme.users()["E03"]["personId"]]
    assert [name for name, check in acme.checks(first.result).items() if not check.passed] == []


def test_a_second_sync_finds_nothing_to_change_and_writes_nothing(synced: Any) -> None:
    acme = synced()
    writes, calls = acme.box.writes, len(acme.box.calls)
    result = acme.quickly("sync")
    assert result.succeeded, result
    assert acme.box.writes == writes
    assert sorted(acme.calls(calls)) == ["GET organizationalunits", "GET users", "POST token", "get policy", "get policyList"]
    assert set(acme.outcome("expensify", result.run_id).values()) == {"unchanged", "skipped"}
    assert "Nothing had to change" in acme.stored(result.run_id, "reports/sync_report")["headline"]


def test_no_surprise_a_preview_writes_nothing_and_asks_expensify_only_dry(synced: Any) -> None:
    acme = synced()
    acme.file("2026-11-21", moved(acme, E04="Engineering"))
    writes, calls = acme.box.writes, len(acme.box.calls)
    result = acme.quickly("preview")
    assert result.succeeded, result
    assert acme.planned("expensify", result.run_id)["action"]["E04"] == "update"
    assert acme.box.writes == writes
    assert [call for call in acme.calls(calls) if "update" in call or "PUT" in call] == ["update employees (dry)"]
    with acme.ledger() as ledger:
        assert ledger.applied.of("expensify").number == 1


def test_one_touches_only_the_named_people_and_takes_nobody_for_a_leaver(synced: Any) -> None:
    acme = synced()
    people = moved(acme, E04="Engineering", E07="Sales")
    del people["E05"], people["E08"]
    acme.file("2026-11-21", people)
    before = {number: dict(user) for number, user in acme.users().items()}
    result = acme.quickly("one", employee_ids=["E04", "E05"])
    assert result.succeeded, result
    assert acme.outcome("findity", result.run_id) | {"E04": "updated"} == acme.outcome("findity", result.run_id)
    different = {number for number, user in acme.users().items() if user != before[number]}
    assert different == {"E04"}
    assert acme.members()["dag@acme.example"]["customField2"] == "Engineering"
    assert all(address in acme.members("4E00000000000002") for address in ("eva@acme.example", "hal@acme.example"))
    assert acme.members("4E00000000000002")["gro@acme.example"]["customField2"] == "Engineering"


@pytest.mark.long(held_by="tests/graph/test_sync.py::test_one_touches_only_the_named_people_and_takes_nobody_for_a_leaver")
def test_after_one_a_whole_sync_still_brings_the_others(synced: Any) -> None:
    acme = synced()
    people = moved(acme, E04="Engineering")
    people["E09"]["IBAN"] = "SE2700000000000099000297"  # of what reading back may not show, only the ledger knows
    people["E09"]["Limit"], people["E09"]["Over"] = "700", "E01"
    acme.file("2026-11-21", people)
    assert acme.quickly("one", employee_ids=["E04"]).succeeded
    result = acme.quickly("sync")
    assert acme.outcome("expensify", result.run_id)["E09"] == "updated"
    assert acme.members()["ida@acme.example"]["approvalLimit"] == 70000
    assert acme.users()["E09"]["bankAccount"] == {"IBAN": "SE2700000000000099000297"}


@further
def test_accounts_are_put_into_the_common_form_once_for_each_reading(synced: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    for adapter in (AtExpensify, AtFindity):
        accounts = adapter.accounts
        monkeypatch.setattr(adapter, "accounts", lambda self, *given, own=accounts: asked.append(self.name) or own(self, *given))
    acme = synced()
    acme.file("2026-11-21", moved(acme, E04="Engineering"))
    assert acme.quickly("sync").succeeded
    assert asked == ["expensify", "findity"] * 2, "what was there, and what was read back"
    asked.clear()
    assert acme.quickly("sync").succeeded
    assert asked == ["expensify", "findity"], "nothing was written, so nothing was read back"


@further
def test_a_step_reads_of_the_values_before_it_what_it_needs(synced: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    monkeypatch.setattr(run_storage, "decoded", lambda file: read.append("/".join(file.parts[-3:])) or decoded(file))
    acme = synced(findity=None)
    acme.file("2026-11-21", moved(acme, E04="Engineering"))
    assert acme.quickly("sync").succeeded
    assert read.count("expensify/known/members.parquet") == 2, "by the desired records and the plan; after a write it is read anew"
    assert read.count("expensify/plan/acknowledgements.parquet") == 1, "by the write"
    assert read.count("expensify/plan/desired.parquet") == 1, "by reading back"
    assert not [name for name in read if name.startswith("hr/rejects/notes")]
    read.clear()
    assert acme.quickly("sync").succeeded
    assert read.count("hr/roster/value.parquet") == 3, "nobody was written: reading back needs no roster"


def test_verify_only_reads_and_tells_what_has_gone_since(synced: Any) -> None:
    acme = synced()
    del acme.members()["ida@acme.example"]
    writes, calls = acme.box.writes, len(acme.box.calls)
    result = acme.run("verify")
    assert result.succeeded, result
    assert acme.box.writes == writes
    assert sorted(acme.calls(calls)) == ["GET organizationalunits", "GET users", "POST token", "get policy", "get policyList"]
    checks = acme.checks(result)
    assert not checks["expensify/landed: landed"].passed
    assert checks["findity/landed: landed"].passed
    with acme.ledger() as ledger:
        assert ledger.deliveries.outcome_facts("expensify", result.run_id) is None


@pytest.mark.long(held_by="tests/graph/test_sync.py::test_verify_only_reads_and_tells_what_has_gone_since")
def test_verify_after_a_preview_speaks_of_what_was_written_not_of_what_was_only_planned(synced: Any) -> None:
    acme = synced(findity=None)
    acme.file("2026-11-21", moved(acme, E04="Engineering"))
    assert acme.quickly("preview").succeeded
    result = acme.run("verify")
    assert result.succeeded, result
    assert all(check.passed for check in acme.checks(result).values())


def test_one_destination_failing_does_not_stop_the_other(empty: Any) -> None:
    acme = empty()
    acme.box.fault(api="expensify", job="get policy", code=401, times=None)
    result = acme.run("sync")
    assert (result.succeeded, result.step) == (False, "acme__expensify__known")
    assert set(acme.outcome("findity", result.run_id).values()) == {"created", "skipped"}
    assert len(acme.users()) == 13


@pytest.mark.long(held_by="tests/graph/triggers/test_clock.py::test_a_run_that_stops_early_gets_its_reports_and_they_say_what_stopped_it")
def test_report_tells_a_stopped_run_too(synced: Any) -> None:
    acme = synced(expensify=None)
    people = moved(acme, E04="Engineering")
    people["E11"]["Mail"] = "no address"
    acme.file("2026-11-21", people)
    acme.box.fault(api="findity", job="PUT users", status=401, times=None)
    stopped = acme.quickly("sync")
    assert not stopped.succeeded
    result = acme.quickly("report")
    assert result.succeeded, result
    files = acme.reports()
    assert "E11" in files["skipped_employees.csv"].read_text("utf-8-sig")
    assert stopped.run_id in str(files["sync_report.html"].parent)
    alone = acme.quickly("report", only=["reports/sync_report"])
    made = [event.asset_key.path[-1] for event in acme.events[alone.run_id] if event.is_step_materialization]
    assert made == ["sync_report"], "each of the two can be picked by itself"


@pytest.mark.long(held_by="tests/unit/roster/reports/test_list_for_hr.py::test_a_row_has_name_line_column_and_hrs_own_word")
def test_everyone_left_out_is_named_with_the_reason_and_for_how_long(synced: Any) -> None:
    acme = synced(findity=None)
    people = acme.people()
    people["E11"]["Mail"] = "no address"
    people["E08"]["Firm"] = "FI"
    for day in ("2026-11-21", "2026-11-22"):
        people["E01"]["Mobile"] = f"+4670174{day[-2:]}01"
        acme.file(day, people)
        result = acme.quickly("sync")
        assert result.succeeded, result
        if day == "2026-11-21":  # a run for others says nothing of whoever is left out
            assert acme.quickly("one", employee_ids=["E04"]).succeeded
    said = acme.stored(result.run_id, "reports/skipped_employees").set_index(["employee_id", "where"])
    assert said.loc[("E11", "HR file"), "owner"] == "HR"
    assert said.loc[("E08", "Expensify"), "times_seen"] == 2
    assert "kit@acme.example" in acme.members()


@pytest.mark.long(
    held_by="tests/unit/destinations/expensify/test_leavers.py::test_a_leaver_who_does_not_come_out_of_one_policy_is_not_landed_and_named_every_night"
)
def test_quiet_who_has_left_and_is_in_a_policy_that_nobody_names_is_told_by_number_in_a_check(synced: Any) -> None:
    lookup = {"SE": "5E00000000000001", "NO": "4E0000000000000X"}
    acme = synced(expensify__feed__policyID={"column": "company_code", "lookup": lookup}, findity=None)
    acme.box.state["expensify"]["policies"]["F100000000000004"]["members"]["ida@acme.example"] = {
        "email": "ida@acme.example",
        "role": "user",
    }
    people = acme.people()
    del people["E09"]
    acme.file("2026-11-21", people)
    result = acme.quickly("sync")
    assert result.succeeded, result
    checks = acme.checks(result)
    leavers, policies = checks["expensify/landed: leavers"], checks["expensify/known: policies"]
    assert (leavers.passed, policies.passed) == (False, False)
    (row,) = leavers.metadata["what is wrong"].value.records
    assert (row.data["employee_id"], row.data["where"]) == ("E09", "F100000000000004")
    (row,) = policies.metadata["what is wrong"].value.records
    assert (row.data["people"], row.data["who"]) == (4, "E05, E06, E07, E08")
    assert "4E00000000000002 (ACME-NO)" in row.data["did you mean"]
    assert "@" not in str([one.metadata for one in checks.values()])
    assert "still in Expensify" in acme.reports()["sync_report.html"].read_text("utf-8")


@further
def test_a_cell_that_names_a_policy_that_is_not_there_claims_nothing_for_its_company(synced: Any) -> None:
    acme = synced(expensify__feed__additionalPolicyIDs={"column": "company_code"}, findity=None)
    assert acme.quickly("preview").succeeded
    mine, nobodys = (same_place(acme.box.expensify_url, policy) for policy in ("5E00000000000001", "SE"))
    with acme.ledger() as ledger:
        other = type(ledger)(ledger.engine, "beta")
        assert other.claims.others("expensify", [mine, nobodys]) == {mine: "acme"}
