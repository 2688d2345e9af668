"""A file that is not fit to be used stops before any difference is computed, with figures and what to do; and who lets one pass is kept."""

import functools
import shlex
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import dagster as dg
import pytest
from typer.testing import CliRunner

from assets import names
from assets.asker import USER_TAG
from assets.runs import launch
from cli import main as cli
from destinations import registry
from resources.past.run_report import assemble
from roster.reports.headline import headline
from roster.reports.skipped import left_out

further = pytest.mark.long(held_by="tests/graph/test_gate.py::test_the_command_that_a_failure_names_lets_the_file_pass")

People = dict[str, dict[str, str]]
WHO = {"accepted_by": "kim", "reason": "HR has sold the north"}
DAY = "2026-11-21"


def letting(*checks: str) -> dict[str, Any]:
    """Run config that lets these checks fail."""
    return {"ops": {"acme__hr__intake": {"config": {"accept": list(checks), **WHO}}}}


def without(people: People, *numbers: str) -> People:
    return {number: row for number, row in people.items() if number not in numbers}


def with_cells(people: People, **cells: str) -> People:
    return {number: {**row, **cells} for number, row in people.items()}


def half(acme: Any) -> People:
    return without(acme.people(), "E07", "E08", "E09", "E10", "E11", "E12")


def rewritten(path: Path, change: Callable[[str], str], encoding: str = "utf-8") -> None:
    path.write_bytes(change(path.read_text("utf-8")).encode(encoding))


def header_only(acme: Any) -> None:
    acme.file(DAY, {})


def cut_short_with_its_trailer(acme: Any) -> None:
    acme.file(DAY, half(acme))


def cut_short_without_its_trailer(acme: Any) -> None:
    rewritten(acme.file(DAY, acme.people()), lambda text: text[: len(text) // 2])


def doubled(acme: Any) -> None:
    more = {f"{number}9": {**row, "No": f"{number}9", "Mail": f"x{row['Mail']}"} for number, row in acme.people().items()}
    acme.file(DAY, {**acme.people(), **more})


def commas(acme: Any) -> None:
    acme.file(DAY, acme.people(), by=",")


def windows_1252(acme: Any) -> None:
    rewritten(acme.file(DAY, acme.people()), str, "cp1252")


def a_department_missing(acme: Any) -> None:
    acme.file(DAY, {number: row for number, row in acme.people().items() if row["Dept"] != "Sales"})


def a_company_missing(acme: Any) -> None:
    acme.file(DAY, {number: row for number, row in acme.people().items() if row["Firm"] != "NO"})


def names_where_addresses_were(acme: Any) -> None:
    acme.file(DAY, {number: {**row, "Mail": row["First"], "First": row["Mail"]} for number, row in acme.people().items()})


def many_rejects(acme: Any) -> None:
    people = acme.people()
    acme.file(DAY, {**people, **with_cells(half(acme), Mail="")})


def many_duplicates(acme: Any) -> None:
    people = acme.people()
    acme.file(DAY, {**people, **with_cells(half(acme), Mail="all@acme.example")})


def phones_gone(acme: Any) -> None:
    acme.file(DAY, with_cells(acme.people(), Mobile=""))


def renamed_column(acme: Any) -> None:
    rewritten(acme.file(DAY, acme.people()), lambda text: text.replace(";Mobile;", ";Mobil;", 1))


@pytest.mark.parametrize(
    ("spoil", "reason", "seen"),
    [
        (header_only, "empty", "no rows"),
        (cut_short_with_its_trailer, "rows", "rows: 6 rows, 12 last time (expected: 7 or more)"),
        (cut_short_without_its_trailer, "trailer", "may be cut short"),
        (doubled, "growth", "growth: 24 rows, 12 last time (expected: 22 or fewer)"),
        (commas, "delimiter", "looks separated by ','"),
        (windows_1252, "encoding", "not utf-8"),
        (a_department_missing, "departments", "Sales is missing (had 4)"),
        (a_company_missing, "companies", "NO is missing (had 4)"),
        (names_where_addresses_were, "nobody", "email 12"),
        (many_rejects, "rejects", "rejects: 6 of 12 rows were rejected (expected: at most 5)"),
        (many_duplicates, "rejects, duplicates", "duplicates: 6 of 12 rows share a number or an address (expected: at most 4)"),
        (phones_gone, "fill", "phone is filled for 0.0% (was 100.0%)"),
        (renamed_column, "header", "wanted and not there: Mobile"),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_no_surprise_an_unfit_file_stops_before_any_difference_is_computed(synced: Any, spoil: Any, reason: str, seen: str) -> None:
    acme = synced()
    writes, calls = acme.box.writes, len(acme.box.calls)
    spoil(acme)
    failed = acme.quickly("sync")
    assert failed.step == "acme__hr__intake"
    assert seen in failed.message
    gate = acme.checks(failed)["hr/roster: gate"]
    assert (gate.passed, gate.severity) == (False, dg.AssetCheckSeverity.ERROR)
    assert gate.metadata["reason"].value == reason
    assert seen in gate.metadata["seen"].value
    assert gate.metadata["do"].value in failed.message
    assert acme.box.writes == writes
    assert acme.box.calls[calls:] == []


@further
def test_no_surprise_yesterdays_file_stops_and_passes_only_with_a_reason(synced: Any) -> None:
    acme = synced()
    yesterday = acme.people()
    acme.file(DAY, with_cells(acme.people(), Dept="Sales") | without(acme.people(), "E09"))
    assert acme.quickly("sync").succeeded
    acme.file("2026-11-22", yesterday)
    writes = acme.box.writes
    failed = acme.quickly("sync")
    assert failed.step == "acme__hr__intake"
    assert "older: intake 1 is older than what Expensify was last brought to: intake 2 was seen after it" in failed.message
    assert "accept: [older]" in failed.message
    assert acme.box.writes == writes
    assert acme.users()["E09"]["organizationalUnitId"] == acme.users()["E04"]["organizationalUnitId"]

    result = acme.quickly("sync", **letting("older"))
    assert result.succeeded, result
    assert acme.outcome("findity", result.run_id)["E09"] == "updated"
    assert acme.users()["E09"]["organizationalUnitId"] == acme.users()["E10"]["organizationalUnitId"]
    with acme.ledger() as ledger:
        assert ledger.intakes.gate(result.run_id).facts["accepted"]["over"] == {"expensify": 2, "findity": 2}


@further
def test_no_surprise_a_file_of_an_earlier_day_stops_even_if_it_was_never_seen(synced: Any) -> None:
    acme = synced(findity=None)
    acme.file(DAY, acme.people() | with_cells({"E09": acme.people()["E09"]}, Mobile="+46701740699"))
    assert acme.quickly("sync").succeeded
    for path in (acme.folder / "inbox").iterdir():
        path.unlink()
    acme.file("2026-11-19", without(acme.people(), "E12"))
    failed = acme.quickly("preview")
    assert failed.step == "acme__hr__intake"
    assert "its day, 2026-11-19, is before 2026-11-21" in failed.message


def test_all_that_is_wrong_with_a_file_is_told_at_once(synced: Any) -> None:
    acme = synced(findity=None)
    acme.file(DAY, with_cells(half(acme), Mobile=""))
    failed = acme.quickly("sync")
    assert failed.message.startswith("rows: 6 rows, 12 last time (expected: 7 or more); fill: phone is filled for 0.0%")
    assert 'rollcall run acme_sync --config \'{accept: [rows, fill], accepted_by: "", reason: ""}\'' in failed.message
    gate = acme.checks(failed)["hr/roster: gate"]
    rows = {record.data["check"]: record.data["passed"] for record in gate.metadata["checks"].records}
    assert [name for name, passed in rows.items() if passed == "no"] == ["rows", "fill"]
    assert rows["growth"] == rows["older"] == "yes"
    assert "acme__hr__intake: {config: {accept: [rows, fill]" in gate.metadata["launchpad"].value


@pytest.mark.long(held_by="tests/unit/roster/reading/test_decoding.py::test_a_byte_order_mark_is_no_part_of_the_text")
def test_a_byte_order_mark_is_nothing(synced: Any) -> None:
    acme = synced(expensify=None)
    rewritten(acme.file(DAY, acme.people()), lambda text: "\ufeff" + text)
    result = acme.quickly("sync")
    assert result.succeeded, result
    assert {acme.outcome("findity", result.run_id)[number] for number in acme.people()} == {"unchanged"}


@further
def test_the_same_file_again_is_no_failed_check_and_the_first_lines_say_so(synced: Any) -> None:
    acme = synced(findity=None)
    result = acme.quickly("sync")
    assert result.succeeded, result
    gate = acme.checks(result)["hr/roster: gate"]
    assert gate.passed
    with acme.ledger() as ledger:
        assert ledger.intakes.gate(result.run_id).passed
        report = assemble(ledger, result.run_id, registry.titles())
    found = headline(report, left_out(report))
    assert "HR has sent nothing new: this is the very file that was last applied" in found.also


@further
def test_true_report_the_same_file_night_after_night_is_said_and_then_stops(synced: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    acme = synced(findity=None)
    said = {}
    for nights in range(2, 9):
        # That nothing comes of the file at a destination is looked at on the last nights; the ones before only count.
        only = None if nights >= 7 else ("hr/export", "hr/roster", "hr/rejects")
        with monkeypatch.context() as clock:
            clock.setattr(
                "assets.graph.intake.datetime", SimpleNamespace(now=lambda zone, n=nights: datetime.now(zone) + timedelta(days=n))
            )
            result = acme.quickly("sync", only=only)
        with acme.ledger() as ledger:
            report = assemble(ledger, result.run_id, registry.titles())
        said[nights] = headline(report, left_out(report))
        assert result.succeeded == (nights <= 7), result
    assert "HR has sent nothing new: the very same file was read on 7 days in a row" in said[7].also
    assert said[8].sentence == "Stopped at the gate: the very same file was read on 8 days in a row"


@further
def test_two_files_of_one_day_are_said_in_the_first_lines(synced: Any) -> None:
    acme = synced(expensify=None)
    people = acme.people()
    people["E09"]["Mobile"] = "+46701740699"
    acme.file("2026-11-20", people)
    result = acme.quickly("sync")
    assert result.succeeded, result
    with acme.ledger() as ledger:
        report = assemble(ledger, result.run_id, registry.titles())
    found = headline(report, left_out(report))
    assert "The file that was last applied is of" in " ".join([found.sentence, *found.also])


@further
def test_columns_that_nobody_maps_may_come_go_and_move_and_it_is_said(synced: Any) -> None:
    acme = synced(expensify=None)
    before = len(next(iter(acme.people().values())))
    people = with_cells(acme.people(), Grade="3")
    people["E09"]["Mobile"] = "+46701740699"
    columns = ["Grade", *[name for name in reversed(next(iter(acme.people().values()))) if name != "Personal ID"]]
    acme.file(DAY, people, columns=columns)
    result = acme.quickly("preview")
    assert result.succeeded, result
    gate = acme.checks(result)["hr/roster: gate"]
    assert gate.severity == dg.AssetCheckSeverity.WARN
    assert f"header: new: column 1; gone, of last time's: column {before}; in another order" in gate.description
    planned = acme.planned("findity", result.run_id)["action"]
    assert planned[planned.eq("update")].index.tolist() == ["E09"]


@further
def test_what_somebody_lets_pass_is_kept_and_is_what_the_next_file_is_compared_with(synced: Any) -> None:
    acme = synced(expensify=None)
    people = half(acme)
    people["E02"]["Mobile"] = "+46701740699"  # so that something is applied, whatever the plan holds
    acme.file(DAY, people)
    assert acme.quickly("sync").step == "acme__hr__intake"
    result = acme.quickly("sync", **letting("rows", "fill"))
    assert result.succeeded, result
    with acme.ledger() as ledger:
        assert ledger.intakes.gate(result.run_id).facts["accepted"] == {
            "checks": ["rows"],
            "by": "kim",
            "reason": WHO["reason"],
            "over": {},
            "days": {},
        }
    gate = acme.checks(result)["hr/roster: gate"]
    assert (gate.passed, gate.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert "kim let pass rows: HR has sold the north" in gate.description
    assert "kim let the file pass the gate (rows): HR has sold the north" in acme.reports()["sync_report.html"].read_text("utf-8")
    # Five of six fewer are no more than five fewer.
    acme.file("2026-11-22", without(half(acme), "E04", "E05", "E06"))
    assert acme.quickly("preview").succeeded


def test_the_command_that_a_failure_names_lets_the_file_pass(synced: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    acme = synced(findity=None)
    acme.file(DAY, half(acme))
    failed = acme.quickly("preview")
    command = failed.message[failed.message.index("rollcall run") :]
    command = command.replace('accepted_by: ""', "accepted_by: kim").replace('reason: ""', "reason: sold")
    monkeypatch.setattr(launch, "run_job", functools.partial(launch.run_job, location=acme.location))
    monkeypatch.setattr(names, "companies", lambda: ["acme"])
    result = CliRunner().invoke(cli.app, shlex.split(command)[1:])
    assert result.exit_code == 0, result.output
    assert "kim let the file pass the gate (rows): sold" in result.output


@further
@pytest.mark.parametrize(("job", "config"), [("preview", {}), ("one", {"employee_ids": ["E01"]})])
def test_only_a_sync_of_everyone_moves_what_the_next_file_is_compared_with(synced: Any, job: str, config: dict[str, Any]) -> None:
    acme = synced(findity=None)
    acme.file(DAY, with_cells(without(acme.people(), "E08", "E10", "E11", "E12"), Mobile="+46701740699"))
    assert acme.quickly(job, **config).succeeded
    acme.file("2026-11-22", half(acme))
    failed = acme.quickly("sync")
    assert failed.step == "acme__hr__intake"
    assert "6 rows, 12 last time" in failed.message


@further
def test_some_people_of_a_file_that_is_let_pass_can_be_brought(synced: Any) -> None:
    acme = synced(findity=None)
    acme.file(DAY, with_cells(half(acme), Dept="Finance"))
    assert "{employee_ids: [...], accept: [rows, departments]" in acme.quickly("one", employee_ids=["E04"]).message
    result = acme.quickly("one", employee_ids=["E04"], accept=["rows", "departments"], **WHO)
    assert result.succeeded, result
    assert acme.outcome("expensify", result.run_id)["E04"] == "updated"


@further
def test_what_was_let_pass_is_not_what_a_re_execution_finds_in_its_place(synced: Any) -> None:
    acme = synced(findity=None)
    acme.file(DAY, with_cells(half(acme), Mobile=""))
    failed = acme.run("preview", **letting("rows"))
    assert "fill:" in failed.message
    assert "rows:" not in failed.message
    acme.file(DAY, half(acme))
    again = acme.again(failed)
    assert again.step == "acme__hr__intake"
    assert "rows: 6 rows, 12 last time" in again.message


@pytest.mark.parametrize(
    ("config", "says"),
    [
        ({"accept": ["row"], **WHO}, "The gate has no check called row. accept takes rows, growth,"),
        ({"accept": ["rows"], "accepted_by": "kim"}, "Fill in accepted_by and reason."),
        ({"accept": ["rows"], "accepted_by": " ", "reason": "it is right"}, "Fill in accepted_by and reason."),
    ],
)
def test_nothing_is_let_pass_by_nobody_or_for_no_reason(synced: Any, config: dict[str, Any], says: str) -> None:
    acme = synced()
    acme.file(DAY, half(acme))
    failed = acme.quickly("sync", ops={"acme__hr__intake": {"config": config}})
    assert failed.step == "acme__hr__intake"
    assert says in failed.message


def test_limits_are_the_companys_own(synced: Any) -> None:
    few, many = {"count": 0, "share": 0}, {"count": 0, "share": 0.9}
    acme = synced(expensify=None, hr__gate={"rows": many, "departments": many, "fill": few})
    acme.file(DAY, without(acme.people(), "E07", "E08", "E09", "E11", "E12", "E04", "E05"))
    assert acme.quickly("preview", **letting("fill")).succeeded
    people = acme.people()
    people["E05"]["Mobile"] = ""
    acme.file("2026-11-22", people)
    assert "phone is filled for 91.7% (was 100.0%)" in acme.quickly("preview").message


def test_the_first_file_has_nothing_to_be_compared_with(first: Any, synced: Any) -> None:
    gate = synced().checks(first.result)["hr/roster: gate"]
    assert gate.passed
    rows = {record.data["check"]: record.data["seen"] for record in gate.metadata["checks"].records}
    assert rows["last file"] == "none was applied yet"
    assert "rows" not in rows


def test_who_lets_a_file_pass_is_who_has_signed_on_and_need_not_be_typed(synced: Any) -> None:
    acme = synced(findity=None)
    acme.file(DAY, half(acme))
    config = {"accept": ["rows", "fill"], "reason": "sold"}
    passed = acme.quickly("preview", tags={USER_TAG: "kim"}, ops={"acme__hr__intake": {"config": config}})
    with acme.ledger() as ledger:
        assert ledger.intakes.gate(passed.run_id).facts["accepted"]["by"] == "kim"
    assert acme.checks(passed)["hr/roster: gate"].description.endswith("kim let pass rows: sold")


@further
def test_a_file_that_a_release_applies_is_what_the_next_is_compared_with(held: Any) -> None:
    acme = held(findity=None)
    acme.file(DAY, half(acme))
    with acme.ledger() as ledger:
        assert ledger.intakes.baseline() is None
        digest = ledger.plans.verdict("expensify", acme.first.run_id).held_digest
    assert acme.quickly("release", digest=digest, released_by="kim", reason="looked through").succeeded
    with acme.ledger() as ledger:
        assert ledger.intakes.baseline().rows == 12
    assert "6 rows, 12 last time" in acme.quickly("sync").message
