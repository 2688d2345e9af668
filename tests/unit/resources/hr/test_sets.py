"""Several files are one roster when all of one day are there; until then the run waits, and says for which."""

import os
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from assets.typed import WORDS
from resources.failures import NoFile, Permanent, Transient
from resources.hr.access import export_source
from resources.hr.locations import CsvSource, OneOfSeveral, SftpSource, each
from resources.hr.sets import SeveralFiles, file_names, given
from resources.hr.sources import Found
from roster.reading.several import packed, taken_apart

STOCKHOLM = "Europe/Stockholm"
SOURCE = CsvSource(path="in/{file}_*.csv")
NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)


def put(folder: Path, name: str, content: str = "No\n1\n", modified: datetime = NOON) -> Path:
    file = folder / "in" / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(content)
    os.utime(file, (modified.timestamp(), modified.timestamp()))
    return file


def files(folder: Path, *names: str, **otherwise: OneOfSeveral) -> SeveralFiles:
    found = export_source(SOURCE, each(SOURCE, {**{name: OneOfSeveral() for name in names}, **otherwise}), folder, STOCKHOLM)
    assert isinstance(found, SeveralFiles)
    return found


def test_files_of_one_day_are_one_export_in_the_order_of_the_settings(tmp_path: Path) -> None:
    put(tmp_path, "no_2026-12-01.csv", "No\n2\n")
    put(tmp_path, "se_2026-12-01.csv", "No\n1\n")
    source = files(tmp_path, "se", "no")
    found = source.newest()
    export = source.take(found)
    assert taken_apart(export.content) == {"se": b"No\n1\n", "no": b"No\n2\n"}
    assert found.shown == "se_2026-12-01.csv, no_2026-12-01.csv"
    assert export.names == file_names(found.path) == {"se": "se_2026-12-01.csv", "no": "no_2026-12-01.csv"}


def test_the_same_files_on_another_day_are_the_same_content(tmp_path: Path) -> None:
    put(tmp_path, "no_2026-12-01.csv")
    put(tmp_path, "se_2026-12-01.csv")
    source = files(tmp_path, "se", "no")
    before = source.take(source.newest()).sha256
    put(tmp_path, "no_2026-12-02.csv", modified=NOON + timedelta(days=1))
    put(tmp_path, "se_2026-12-02.csv", modified=NOON + timedelta(days=1))
    after = source.newest()
    assert after.shown.startswith("se_2026-12-02")
    assert source.take(after).sha256 == before


def test_rerun_a_run_takes_exactly_the_files_that_it_is_for_though_newer_ones_are_there(tmp_path: Path) -> None:
    put(tmp_path, "no_2026-12-01.csv", "No\n2\n")
    put(tmp_path, "se_2026-12-01.csv")
    source = files(tmp_path, "se", "no")
    state = source.newest().state
    assert WORDS.post_process(state) == state, "it may stand in run config"
    put(tmp_path, "no_2026-12-02.csv", "No\n3\n")
    put(tmp_path, "se_2026-12-02.csv", "No\n3\n")
    assert taken_apart(source.take(source.again(state)).content) == {"se": b"No\n1\n", "no": b"No\n2\n"}
    put(tmp_path, "no_2026-12-01.csv", "No\n22\n")
    with pytest.raises(Transient, match="had 5 bytes and has 6"):
        source.again(state)


@pytest.mark.parametrize("state", ["people.csv|5|", '{"se": "x|1|"}', "[]", ""])
def test_a_run_for_other_files_than_the_settings_name_finds_none(tmp_path: Path, state: str) -> None:
    put(tmp_path, "no_2026-12-01.csv")
    put(tmp_path, "se_2026-12-01.csv")
    with pytest.raises(NoFile, match="other files than the settings name"):
        files(tmp_path, "se", "no").again(state)


def test_another_state_of_any_file_is_another_state_of_all(tmp_path: Path) -> None:
    put(tmp_path, "no_2026-12-01.csv")
    put(tmp_path, "se_2026-12-01.csv")
    source, states = files(tmp_path, "se", "no"), set()
    states.add(source.newest().state)
    put(tmp_path, "no_2026-12-01.csv", modified=NOON + timedelta(seconds=1))  # neither size nor the newest time of the others
    states.add(source.newest().state)
    put(tmp_path, "se_2026-12-01.csv", modified=NOON - timedelta(seconds=1))
    states.add(source.newest().state)
    assert len(states) == 3


def test_the_run_waits_for_what_is_missing_and_names_it(tmp_path: Path) -> None:
    put(tmp_path, "se_2026-12-01.csv")
    put(tmp_path, "dk_2026-12-01.csv")
    with pytest.raises(Transient) as told:
        files(tmp_path, "se", "no", "dk").newest()
    assert "waiting for no; there are se, dk of 2026-12-01" in str(told.value)


def test_without_any_of_them_there_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    with pytest.raises(NoFile):
        files(tmp_path, "se", "no").newest()


def test_the_run_waits_for_files_of_an_older_day_by_name(tmp_path: Path) -> None:
    put(tmp_path, "se_2026-12-01.csv")
    put(tmp_path, "no_2026-11-30.csv")
    with pytest.raises(Transient, match=r"waiting for no \(is of 2026-11-30\); the others are of 2026-12-01"):
        files(tmp_path, "se", "no").newest()


def test_without_a_day_in_every_name_it_is_the_company_s_day_of_writing_that_counts(tmp_path: Path) -> None:
    late = datetime(2026, 12, 1, 23, 30, tzinfo=UTC)  # the day after in Stockholm
    put(tmp_path, "se_.csv", modified=late)
    put(tmp_path, "no_.csv", modified=late + timedelta(hours=2))
    assert files(tmp_path, "se", "no").newest().modified == late + timedelta(hours=2)
    put(tmp_path, "se_.csv", modified=late - timedelta(hours=1))
    with pytest.raises(Transient, match=r"waiting for se \(is of 2026-12-01\)"):
        files(tmp_path, "se", "no").newest()


def test_the_sentence_is_short_however_many_are_missing(tmp_path: Path) -> None:
    names = [f"c{number}" for number in range(40)]
    put(tmp_path, "c0_2026-12-01.csv")
    with pytest.raises(Transient) as told:
        files(tmp_path, *names).newest()
    assert "waiting for c1, c2, c3, c4, c5 and 34 more" in str(told.value)
    assert len(str(told.value)) < 500


def test_a_second_file_of_the_same_day_is_told_for_each(tmp_path: Path) -> None:
    put(tmp_path, "se_2026-12-01.csv")
    put(tmp_path, "no_2026-12-01.csv")
    put(tmp_path, "no_2026-12-01 (1).csv", modified=NOON + timedelta(hours=1))
    (remark,) = files(tmp_path, "se", "no").newest().remarks
    assert "no_2026-12-01 (1).csv is read, and not no_2026-12-01.csv" in remark


class Away:
    """A source that says what was put away."""

    def __init__(self, gone: bool) -> None:
        self.gone, self.asked = gone, list[Found]()

    def put_away(self, found: Found) -> bool:
        self.asked.append(found)
        return self.gone


@pytest.mark.parametrize(("first", "second", "all_away"), [(True, True, True), (True, False, False), (False, False, False)])
def test_each_file_is_put_away_by_its_own_state(tmp_path: Path, first: bool, second: bool, all_away: bool) -> None:
    put(tmp_path, "se_2026-12-01.csv", "No\n1\n2\n")
    put(tmp_path, "no_2026-12-01.csv")
    found = files(tmp_path, "se", "no").newest()
    sources: Mapping[str, Away] = {"se": Away(first), "no": Away(second)}
    again = SeveralFiles(sources, {}, ZoneInfo(STOCKHOLM))  # type: ignore[arg-type]
    assert again.put_away(Found(found.path, "as the ledger has it", 1, None)) is all_away
    assert [(one.asked[0].size, one.asked[0].modified) for one in sources.values()] == [(7, NOON), (5, NOON)]


def test_where_a_server_gives_no_times_names_must_tell_the_day() -> None:
    class Listed:
        def newest(self, hurried: bool) -> Found:
            return Found("/out/people.csv", "people.csv", 5, None)

    with pytest.raises(Permanent, match="one day cannot be told"):
        SeveralFiles({"se": Listed(), "no": Listed()}, {"se": SOURCE, "no": SOURCE}, ZoneInfo(STOCKHOLM)).newest()  # type: ignore[dict-item]


def test_what_is_common_is_said_once_and_each_may_differ() -> None:
    sftp = SftpSource.model_validate(
        {"host": "h", "user": "u", "password": {"env": "P"}, "path": "out/{file}_*.csv", "done_marker": "{name}.done", "delimiter": ";"}
    )
    found = each(sftp, {"se": OneOfSeveral(), "no": OneOfSeveral(path="oslo/*.csv", encoding="cp1252")})
    assert [(one.path, one.delimiter, one.encoding) for one in found.values()] == [
        ("out/se_*.csv", ";", "utf-8"),
        ("oslo/*.csv", ";", "cp1252"),
    ]
    assert all(isinstance(one, SftpSource) and one.done_marker for one in found.values())
    with pytest.raises(ValueError, match="pattern in one folder"):
        each(sftp, {"se": OneOfSeveral(), "no": OneOfSeveral(path="*/no.csv")})
    with pytest.raises(ValueError, match="two files are the same"):
        each(CsvSource(path="in/*.csv"), {"se": OneOfSeveral(), "no": OneOfSeveral()})


def test_files_that_somebody_names_are_told_apart_by_their_names_else_they_are_in_their_order(tmp_path: Path) -> None:
    se, no = put(tmp_path, "se_1.csv", "No\n1\n"), put(tmp_path, "no_1.csv", "No\n2\n")
    named, wanted = each(SOURCE, {"se": OneOfSeveral(), "no": OneOfSeveral()}), packed({"se": b"No\n1\n", "no": b"No\n2\n"})
    assert given([no, se], SOURCE, named).content == wanted
    assert given([se.rename(tmp_path / "a.csv"), no.rename(tmp_path / "b.csv")], SOURCE, named).content == wanted
    with pytest.raises(Permanent, match="1 files were given, and 2 files are one roster: se, no"):
        given([tmp_path / "a.csv"], SOURCE, named)
