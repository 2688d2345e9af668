"""Of files of changes and files with everyone the newest is read, and what it is stands in its state and its content."""

import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from assets.typed import WORDS
from resources.failures import NoFile, Permanent
from resources.hr.access import export_source
from resources.hr.changes import FullOrChanges, position_in
from resources.hr.locations import CsvSource, FullAndChanges
from roster.intake.changes import file_in
from roster.intake.sequence import Position

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
NUMBER = r"_(?P<number>\d+)\.csv$"


def put(folder: Path, name: str, content: str = "No\n1\n", hours: int = 0) -> None:
    (folder / name).write_text(content)
    moment = (NOON + timedelta(hours=hours)).timestamp()
    os.utime(folder / name, (moment, moment))


def source(folder: Path, number: str | None = NUMBER) -> FullOrChanges:
    settings = FullAndChanges(full="everyone_*.csv", number_in_name=number)
    given = CsvSource(path="changes_*.csv", date_in_name=r"_(?P<date>\d{4}-\d\d-\d\d)").of_changes(settings)
    found = export_source(given, {}, folder, "Europe/Stockholm")
    assert isinstance(found, FullOrChanges)
    return found


@pytest.mark.parametrize(
    ("changes", "everyone", "newest"),
    [
        ("changes_8.csv", "everyone_7.csv", "changes_8.csv"),
        ("changes_8.csv", "everyone_10.csv", "everyone_10.csv"),
        ("changes_2026-12-02.csv", "everyone_2026-12-01.csv", "changes_2026-12-02.csv"),
        ("changes_2026-12-01.csv", "everyone_2026-12-02.csv", "everyone_2026-12-02.csv"),
        ("changes_2026-12-01.csv", "everyone_2026-12-01.csv", "everyone_2026-12-01.csv"),  # it came later
    ],
)
def test_the_newer_of_both_kinds_is_read(tmp_path: Path, changes: str, everyone: str, newest: str) -> None:
    put(tmp_path, changes)
    put(tmp_path, everyone, hours=1)
    found = source(tmp_path, NUMBER if changes == "changes_8.csv" else None).newest()
    assert found.shown == newest
    assert source(tmp_path).again(found.state).state == found.state
    assert WORDS.post_process(found.state) == found.state, "it may stand in run config"


def test_which_is_newer_is_not_guessed(tmp_path: Path) -> None:
    put(tmp_path, "changes_.csv")
    put(tmp_path, "everyone_.csv")
    with pytest.raises(Permanent, match="is newer cannot be told"):
        source(tmp_path).newest()


def test_without_either_there_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(NoFile):
        source(tmp_path).newest()
    with pytest.raises(NoFile, match="neither of changes nor with everyone"):
        source(tmp_path).again("people.csv|5|")


def test_rerun_a_run_reads_the_file_that_it_is_for_though_others_are_newer(tmp_path: Path) -> None:
    put(tmp_path, "everyone_7.csv", "No\n7\n")
    state = source(tmp_path).newest().state
    put(tmp_path, "changes_8.csv", "No\n8\n", hours=1)
    taken = source(tmp_path).take(source(tmp_path).again(state))
    assert file_in(taken.content) == b"No\n7\n"
    assert position_in(taken.content, None) == Position(7, None, full=True)


def test_the_same_bytes_under_another_number_are_another_content_and_under_the_same_one_the_same(tmp_path: Path) -> None:
    def sha(name: str) -> str:
        put(tmp_path, name, "No\n")
        return source(tmp_path).take(source(tmp_path).newest()).sha256

    first, second = sha("changes_8.csv"), sha("changes_9.csv")
    assert first != second
    put(tmp_path, "changes_9.csv", "No\n", hours=5)
    assert source(tmp_path).take(source(tmp_path).newest()).sha256 == second


def test_the_day_in_a_trailer_is_the_position_where_no_name_has_one(tmp_path: Path) -> None:
    put(tmp_path, "changes_x.csv")
    taken = source(tmp_path, None).take(source(tmp_path, None).newest())
    assert position_in(taken.content, date(2026, 12, 1)) == Position(None, date(2026, 12, 1))


def test_a_second_file_of_changes_of_one_day_is_not_passed_over(tmp_path: Path) -> None:
    put(tmp_path, "changes_2026-12-01.csv")
    put(tmp_path, "changes_2026-12-01 (1).csv", hours=1)
    with pytest.raises(Permanent, match="neither may be passed over"):
        source(tmp_path, None).newest()


@pytest.mark.parametrize(
    ("there", "last", "read"),
    [
        (["changes_08.csv", "changes_09.csv", "changes_10.csv"], 7, "changes_08.csv"),
        (["changes_08.csv", "changes_09.csv", "changes_10.csv"], 9, "changes_10.csv"),
        (["changes_08.csv", "changes_09.csv", "changes_10.csv"], 10, "changes_10.csv"),
        (["changes_10.csv"], 7, "changes_10.csv"),
        (["changes_08.csv", "everyone_09.csv", "changes_10.csv"], 7, "everyone_09.csv"),
        (["everyone_06.csv", "everyone_07.csv", "changes_08.csv", "changes_09.csv"], None, "everyone_07.csv"),
        (["changes_08.csv", "changes_09.csv"], None, "changes_09.csv"),
        (["changes_08.csv", "everyone_09.csv"], 7, "everyone_09.csv"),
    ],
    ids=["missed", "next", "the same again", "gone", "everyone between", "first of all", "nothing to put it on", "everyone is newest"],
)
def test_rerun_of_files_not_taken_in_the_oldest_is_read_first(tmp_path: Path, there: list[str], last: int | None, read: str) -> None:
    for hours, name in enumerate(there):
        put(tmp_path, name, hours=hours)
    files = source(tmp_path)
    found = files.following(files.newest(), Position(last) if last else None)
    assert found.shown == read
    assert (f"{len(there) - 1} newer files of changes were not taken in" in " ".join(found.remarks)) is (
        read == there[0] == "changes_08.csv"
    )


def test_rerun_files_follow_by_their_days_too(tmp_path: Path) -> None:
    for day in (2, 3, 4):
        put(tmp_path, f"changes_2026-12-0{day}.csv", hours=day)
    files = source(tmp_path, None)
    assert files.following(files.newest(), Position(day=date(2026, 12, 1))).shown == "changes_2026-12-02.csv"
    assert files.following(files.newest(), Position(number=7)).shown == "changes_2026-12-04.csv", "which come before cannot be told"


def test_of_two_files_of_changes_in_one_place_none_is_passed_over_before_a_newer_one(tmp_path: Path) -> None:
    for name in ("changes_8.csv", "changes_08.csv", "changes_9.csv"):
        put(tmp_path, name)
    files = source(tmp_path)
    of_one_number = r"of one number, and neither may be passed over: changes_0?8.csv, changes_0?8.csv"
    with pytest.raises(Permanent, match=of_one_number):
        files.following(files.newest(), Position(7))
    undated = CsvSource(path="changes_*.csv").of_changes(FullAndChanges(full="everyone_*.csv", number_in_name=NUMBER))
    files = export_source(undated, {}, tmp_path, "Europe/Stockholm")
    assert files.newest().remarks == ()
    (tmp_path / "changes_9.csv").unlink()
    with pytest.raises(Permanent, match=of_one_number):
        files.newest()
