import hashlib
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from resources.failures import NoFile, Permanent, Transient
from resources.hr.agreed import AsAgreed, Manifest
from resources.hr.files import find, take


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    for age, name in enumerate(["people_2026-03-02.csv", "people_2026-03-01.csv", "other.txt", ".people_2026-03-09.csv"]):
        (folder / name).write_text(name)
        os.utime(folder / name, (1_000_000 + age, 1_000_000 + age))
    (folder / "people_9.csv").mkdir()
    return folder


def test_a_file_is_found_relative_to_the_companys_folder_or_absolute(inbox: Path, tmp_path: Path) -> None:
    assert find("inbox/other.txt", tmp_path).file.path == inbox / "other.txt"
    assert find(str(inbox / "other.txt"), Path("elsewhere")).file.path == inbox / "other.txt"


def test_of_several_files_the_last_by_name_or_the_last_modified_is_meant(inbox: Path, tmp_path: Path) -> None:
    assert find("inbox/people_*.csv", tmp_path).file.name == "people_2026-03-02.csv"
    assert find("inbox/people_*.csv", tmp_path, "modified").file.name == "people_2026-03-01.csv"
    assert find("in*/other.*", tmp_path).file.path == inbox / "other.txt"


@pytest.mark.parametrize(
    "source", ["inbox/none.csv", "inbox/*.xlsx", "inbox/people_9.csv", "inbox/[.]people*", "nowhere/*.csv", "nowhere/x.csv"]
)
def test_where_there_is_no_file_the_folder_is_named(inbox: Path, tmp_path: Path, source: str) -> None:
    with pytest.raises(Permanent, match=str(tmp_path / source.split("/", maxsplit=1)[0])):
        find(source, tmp_path)


@pytest.mark.parametrize("source", ["inbox/People_*.csv", "inbox/PEOPLE_2026-03-01.CSV"])
def test_files_whose_names_differ_in_case_alone_are_counted_where_there_is_none(inbox: Path, tmp_path: Path, source: str) -> None:
    count = 2 if "*" in source else 1
    with pytest.raises(NoFile, match=rf"has no file '.*', but {count} whose name differs in upper and lower case alone\. Correct `path`"):
        find(source, tmp_path)


def test_a_newer_file_in_capitals_beside_those_that_match_is_told(inbox: Path, tmp_path: Path) -> None:
    (inbox / "people_2026-03-03.CSV").write_text("x")
    found = find("inbox/people_*.csv", tmp_path)
    assert found.file.name == "people_2026-03-02.csv"
    assert "A newer file is not read, since its name differs" in found.remarks[-1]
    assert find("inbox/people_*", tmp_path).remarks == (), "it is read"


def test_a_file_is_taken_with_its_bytes_and_marks(inbox: Path) -> None:
    export = take(inbox / "other.txt")
    assert export.content == b"other.txt"
    assert export.name == "other.txt"
    assert export.size == 9
    assert export.modified == datetime.fromtimestamp(1_000_002, tz=UTC)
    assert export.sha256 == hashlib.sha256(b"other.txt").hexdigest()
    assert "content" not in repr(export)


@pytest.mark.parametrize("change", ["grows", "is rewritten", "is replaced", "goes away"])
def test_a_file_that_changes_while_it_is_read_is_refused_for_now(inbox: Path, monkeypatch: pytest.MonkeyPatch, change: str) -> None:
    path, read = inbox / "other.txt", Path.read_bytes

    def read_while_hr_writes(self: Path) -> bytes:
        data = read(self)
        stat = self.stat()
        if change == "grows":
            self.write_bytes(data + b"more")
            os.utime(self, ns=(stat.st_mtime_ns, stat.st_mtime_ns))
        elif change == "is rewritten":
            self.write_bytes(data)
        elif change == "is replaced":
            other = inbox / "new"
            other.write_bytes(data)
            os.utime(other, ns=(stat.st_mtime_ns, stat.st_mtime_ns))
            other.rename(self)
        else:
            self.unlink()
        return data

    monkeypatch.setattr(Path, "read_bytes", read_while_hr_writes)
    with pytest.raises(Transient, match="while it was read") as refused:
        take(path)
    assert "other" not in str(refused.value), "whoever exports may write anything into a name"


def test_a_file_without_its_manifest_is_not_there_yet_and_one_with_it_comes_along(inbox: Path, tmp_path: Path) -> None:
    agreed = AsAgreed(manifest=Manifest(name="{stem}.md5", hash="md5"))
    with pytest.raises(Transient, match=r"its manifest '{stem}\.md5' is not there"):
        find("inbox/people_*", tmp_path, companions=agreed.companions)
    (inbox / "people_2026-03-01.md5").write_text("a sum")
    older = find("inbox/people_*", tmp_path, companions=agreed.companions).file
    assert older.name == "people_2026-03-01.csv"
    assert take(older.path, agreed.companions).companions == {"": {"manifest": b"a sum"}}
    assert take(older.path).companions == {"": {}}
