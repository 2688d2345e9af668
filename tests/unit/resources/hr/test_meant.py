"""Which names of a folder are HR's exports, and which are of files half written, beside one or made of one."""

import re
from pathlib import Path

import pytest

from resources.failures import NoFile
from resources.hr.files import find
from resources.hr.meant import _BESIDE_IT, _OF_IT, _WRITTEN, complete, matcher

HALF_WRITTEN = ("filepart", "part", "partial", "tmp", "TMP", "crdownload", "incomplete")
BESIDE = ("done", "ok", "lock", "md5", "sha256", "SHA512", "sig", "ctl")
MADE_OF_IT = ("processed", "err", "log", "bak", "bak1", "old")
GUIDE = Path(__file__).parents[4] / "docs" / "files.md"


def names(pattern: str, *there: str) -> list[str]:
    return list(complete(there, str, pattern, []).complete)


@pytest.mark.parametrize("ending", [*HALF_WRITTEN, *BESIDE, *MADE_OF_IT])
def test_no_surprise_what_is_half_written_lies_beside_or_was_made_of_an_export_is_none(ending: str) -> None:
    for pattern in ("people_*", "*", "people_2026-11-2?*", "people_*[a-zA-Z0-9]"):
        assert names(pattern, "people_2026-11-20.csv", f"people_2026-11-21.csv.{ending}", f"people_2026-11-22.{ending}") == [
            "people_2026-11-20.csv"
        ], pattern


@pytest.mark.parametrize("other", ["people_2026-11-21.csv~", "~$people_2026-11-21.xlsx", ".people_2026-11-21.csv"])
def test_no_surprise_nor_is_what_an_editor_or_a_program_has_open(other: str) -> None:
    assert names("*", "people_2026-11-20.csv", other) == ["people_2026-11-20.csv"]


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        ("people_*.tmp", "people_1.tmp"),
        ("people_*.csv.new", "people_1.csv.new"),
        ("people_*~", "people_1~"),
        ("~people_*", "~people_1.csv"),
        ("people.done", "people.done"),
        ("people_*", "people_1.csv.pgp"),
        ("people_*", "people_1.csv.asc"),
        ("people_*", "people_1.csv.20261121"),
        ("people_*", "people_part.csv"),
        ("people_*", "people_old"),
        ("people.*", "people.1"),
    ],
)
def test_one_is_that_ends_as_the_settings_say_or_as_an_export_may(pattern: str, name: str) -> None:
    assert names(pattern, name) == [name]


def test_in_a_folder_of_this_machine_too_and_they_are_counted_where_there_is_no_other(tmp_path: Path) -> None:
    for name in ("people_2.csv.filepart", "people_1.csv.bak"):
        (tmp_path / name).touch()
    with pytest.raises(NoFile, match=r"has no file 'people_\*', but 2 whose name is that of no export \(half written"):
        find("people_*", tmp_path)
    (tmp_path / "PEOPLE_3.csv").touch()
    with pytest.raises(NoFile, match=r"but 1 whose name differs in upper and lower case alone and 2 whose name is that of no export"):
        find("people_*", tmp_path)
    (tmp_path / "people_1.csv").touch()
    assert find("people_*", tmp_path).file.name == "people_1.csv"
    assert find("people_*.filepart", tmp_path).file.name == "people_2.csv.filepart"


def test_the_guide_names_each_ending() -> None:
    section = GUIDE.read_text().split("### What is no export")[1].split("\n## ")[0]
    known = set(f"{_WRITTEN} {_BESIDE_IT} {_OF_IT}".split()) - {"md", "sha"} | {"md5", "sha256"}
    assert set(re.findall(r"`\.([a-z0-9]+)`", section)) == known


def test_a_name_of_many_dots_and_blanks_is_judged_at_once() -> None:
    assert not matcher("*_*_*.csv*")("people_" * 30 + "." * 200 + "tmp")
