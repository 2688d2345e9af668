import pandas as pd
import pytest

from roster.intake.history import collisions, superseded
from roster.intake.mapping import Mapped
from roster.rules import MissingColumn
from roster.settings import History
from tests.unit.roster.intake.test_intake import dispositions, intake, line


def reasons(rows: list[dict[str, str | None]], undated: list[bool] | None = None, **history: object) -> list[str | None]:
    frame = pd.DataFrame(rows, index=range(2, len(rows) + 2), dtype="str")
    marks = {"start_date": pd.Series(undated, index=frame.index)} if undated else {}
    mapped = frame.reindex(columns=[*dict.fromkeys([*frame.columns, "worker_status", "end_date"])]).astype("str")
    result = superseded(History.model_validate(history), frame, Mapped(mapped, marks), "2026-03-01")
    return [None if pd.isna(value) else value for value in result]


def collided(*rows: tuple[str | None, str | None]) -> list[tuple[int, str, str]]:
    frame = pd.DataFrame(rows, columns=["employee_id", "email"], index=range(2, len(rows) + 2), dtype="str")
    found = [part[["line", "code", "message"]] for part in collisions(frame, pd.Series(dtype="str"))]
    return [(int(line), str(code), str(message)) for part in found for line, code, message in part.itertuples(index=False)]


def test_rows_that_say_they_are_history_are() -> None:
    rows: list[dict[str, str | None]] = [{"employee_id": "1", "Status": "Current"}, {"employee_id": "1", "Status": None}]
    assert reasons(rows, superseded={"Status": ""}) == [None, "history"]


def test_of_several_rows_only_the_newest_counts() -> None:
    rows: list[dict[str, str | None]] = [
        {"employee_id": "1", "start_date": "2020-01-01"},
        {"employee_id": "1", "start_date": "2024-01-01"},
        {"employee_id": "2", "start_date": "2019-01-01"},
        {"employee_id": None, "start_date": "2018-01-01"},
    ]
    assert reasons(rows, newest_by="start_date") == ["older", None, None, None]


NOW: dict[str, str | None] = {"employee_id": "1", "start_date": "2020-01-01"}
MOVE: dict[str, str | None] = {"employee_id": "1", "start_date": "2026-04-01"}


@pytest.mark.parametrize(
    ("rows", "wanted"),
    [
        ([NOW, MOVE], [None, "not_begun"]),
        ([NOW, MOVE, NOW | {"start_date": "2010-01-01"}], [None, "not_begun", "older"]),
        ([NOW | {"end_date": "2026-03-31"}, MOVE], [None, "not_begun"]),
        ([NOW, MOVE | {"start_date": "2026-03-01"}], ["older", None]),
        ([NOW | {"end_date": "2026-02-20"}, MOVE], [None, None]),
        ([NOW | {"worker_status": "Terminated"}, MOVE], [None, None]),
        ([MOVE, MOVE | {"start_date": "2026-05-01"}], ["older", None]),
        ([NOW, MOVE, NOW | {"start_date": None}], [None, None, None]),
    ],
    ids=["goes on", "with an older one", "until the day before", "today", "ended", "left", "none has begun", "unreadable"],
)
def test_no_surprise_a_row_of_days_to_come_is_newer_than_none_of_today(rows: list[dict[str, str | None]], wanted: list[str | None]) -> None:
    assert reasons(rows, newest_by="start_date") == wanted


def test_whole_numbers_compare_as_numbers() -> None:
    rows: list[dict[str, str | None]] = [{"employee_id": "1", "extra_version": "9"}, {"employee_id": "1", "extra_version": "10"}]
    assert reasons(rows, newest_by="extra_version") == ["older", None]


@pytest.mark.parametrize(
    ("older", "newer"),
    [("30.10.2026", "05.11.2026"), ("12/5/2025", "1/5/2026"), ("v9", "v10"), ("2026-11-01", "unknown"), ("20261101", "2026-11-02")],
)
def test_no_surprise_what_does_not_sort_as_text_makes_no_row_older(older: str, newer: str) -> None:
    rows: list[dict[str, str | None]] = [{"employee_id": "1", "extra_changed": older}, {"employee_id": "1", "extra_changed": newer}]
    assert reasons(rows, newest_by="extra_changed") == [None, None]


def test_moments_and_numbers_compare_whatever_others_have() -> None:
    cells = [("1", "2026-11-01 09:30"), ("1", "2026-11-01 10:05"), ("2", "9"), ("2", "10"), ("3", "v9")]
    rows: list[dict[str, str | None]] = [{"employee_id": number, "extra_changed": cell} for number, cell in cells]
    assert reasons(rows, newest_by="extra_changed") == ["older", None, "older", None, None]


def test_rows_that_cannot_be_compared_all_count_so_that_they_collide() -> None:
    rows: list[dict[str, str | None]] = [{"employee_id": "1", "start_date": "2020-01-01"}, {"employee_id": "1", "start_date": None}]
    assert reasons(rows, newest_by="start_date") == [None, None]
    rows[1]["start_date"] = "9.9.2024"
    assert reasons(rows, [False, True], newest_by="start_date") == [None, None]


@pytest.mark.parametrize("day", ["1900-01-01", "9999-12-31", "0001-01-01", "1970-01-01", "2079-06-06"])
@pytest.mark.parametrize("column", ["start_date", "extra_changed"])
def test_no_surprise_a_day_that_systems_write_where_there_is_none_makes_no_row_older(day: str, column: str) -> None:
    rows: list[dict[str, str | None]] = [
        {"employee_id": "1", column: "2020-01-01"},
        {"employee_id": "1", column: day},
        {"employee_id": "2", column: day},
        {"employee_id": "3", column: "2020-01-01"},
        {"employee_id": "3", column: "2024-01-01"},
    ]
    ahead = column != "start_date" and day > "2079"
    assert reasons(rows, newest_by=column) == ["older" if ahead else None, None, None, "older", None]


@pytest.mark.parametrize(("day", "compared"), [("19000101", False), ("00000000", False), ("20200101", True), ("00000017", True)])
def test_such_a_day_is_known_without_its_hyphens_and_no_count_is_taken_for_one(day: str, compared: bool) -> None:
    rows: list[dict[str, str | None]] = [{"employee_id": "1", "extra_changed": day}, {"employee_id": "1", "extra_changed": "20240101"}]
    assert reasons(rows, newest_by="extra_changed") == ["older" if compared else None, None]


def test_until_when_a_row_counts_such_a_day_is_the_last_without_its_hyphens_too() -> None:
    rows: list[dict[str, str | None]] = [{"employee_id": "1", "extra_until": day} for day in ("99991231", "20240101")]
    assert reasons(rows, newest_by="extra_until") == [None, "older"]


def test_a_moment_of_such_a_day_is_one_too() -> None:
    cells = ["2026-11-01T09:30:00", "0001-01-01T00:00:00"]
    rows: list[dict[str, str | None]] = [{"employee_id": "1", "extra_changed": cell} for cell in cells]
    assert reasons(rows, newest_by="extra_changed") == [None, None]


@pytest.mark.parametrize("day", ["1900-01-01", "9999-12-31"])
def test_rows_that_such_a_day_keeps_apart_are_rejected_and_say_why_and_what_to_do(day: str) -> None:
    result = intake(line("1", From="2020-01-01"), line("1", From=day), line("2", From=day), history={"newest_by": "start_date"})
    assert [dispositions(result)[number][1:] for number in (2, 3)] == [("rejected", "duplicate_email|duplicate_employee_id")] * 2
    assert dispositions(result)[4][1] == "used", "whoever has one row is compared with nobody"
    shared = result.rejects.loc[result.rejects["code"].eq("duplicate_email"), "message"].unique()
    assert list(shared) == ["The same e-mail address is on lines 2 and 3."], "what is to be done is said once"
    said = result.rejects.loc[result.rejects["code"].eq("duplicate_employee_id"), "message"].unique()
    assert list(said) == [
        "The same employee number is on lines 2 and 3. Which of them is the newest cannot be told: From of at least one is a day that "
        "systems write where there is none, such as 1900-01-01 or 9999-12-31. Write the real day there."
    ]


def test_rows_that_collide_for_another_reason_say_nothing_of_such_days() -> None:
    result = intake(line("1"), line("1", Last="Ek"), line("2"), history={"newest_by": "start_date"})
    assert not result.rejects["message"].str.contains("newest").any()


def test_a_row_that_repeats_another_in_every_column_is_one_too_many() -> None:
    row: dict[str, str | None] = {"employee_id": "1", "email": "a@x.se", "phone": None}
    assert reasons([row, row | {"phone": "1"}, row]) == [None, None, "identical"]


def test_newest_by_must_be_mapped() -> None:
    with pytest.raises(MissingColumn, match="newest_by"):
        reasons([{"employee_id": "1"}], newest_by="start_date")


def test_collisions_name_the_lines_and_no_value() -> None:
    assert collided(("1", "a@x.se"), ("2", "b@x.se"), ("1", "B@x.se"), (None, None), (None, None)) == [
        (2, "duplicate_employee_id", "The same employee number is on lines 2 and 4."),
        (4, "duplicate_employee_id", "The same employee number is on lines 2 and 4."),
        (3, "duplicate_email", "The same e-mail address is on lines 3 and 4."),
        (4, "duplicate_email", "The same e-mail address is on lines 3 and 4."),
    ]


def test_a_long_list_of_lines_is_cut() -> None:
    message = collided(*[("1", None)] * 13)[0][2]
    assert message.endswith("10, 11 and 3 more.")
