"""Several files, and files of changes, are opened and held against their manifests file by file, wherever they lie."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from resources.failures import Permanent
from resources.hr import buckets, opening
from resources.hr.access import export_source
from resources.hr.files import Export
from resources.hr.locations import CsvSource, FullAndChanges, OneOfSeveral, Source, each
from resources.hr.url_settings import UrlSource
from roster.intake.changes import CHANGES, FULL, before_in, with_before
from roster.intake.take_in import take_in
from roster.reading.file import read
from roster.reading.several import packed
from roster.settings import People
from roster.unfit import Unfit
from tests.pgp import Sender, sender

SE, DK = b"No,Mail,First,Last\n1,a@x.se,A,Ek\n2,b@x.se,B,Alm\n", b"No,Mail,First,Last\n3,c@x.dk,C,Dam\n"
PEOPLE = People.model_validate(
    {"columns": {"employee_id": "No", "email": "Mail", "first_name": "First", "last_name": "Last"}, "absent_means": "unchanged"}
)


@pytest.fixture(scope="module")
def hr(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Sender, dict[str, Any]]]:
    """HR's GnuPG, and what is agreed with them."""
    with sender(tmp_path_factory.mktemp("p")) as made:
        made.make("ours")
        key = tmp_path_factory.mktemp("keys") / "ours.key"
        key.write_bytes(made.private("ours"))
        yield made, {"key": {"file": str(key)}}


def several(source: Source, **files: dict[str, Any]) -> tuple[Source, dict[str, Source]]:
    """A source of several files, as the settings give it, and each of them."""
    found = each(source, {name: OneOfSeveral.model_validate(own) for name, own in files.items()})
    return source.of_files(found), found


def numbers(export: Export, source: Source) -> list[str]:
    """The employee numbers in an export."""
    table = read(opening.opened(export, source), source, {"No"})
    lines = pd.DataFrame({"line": table.frame.index, "disposition": "used"})
    opening.check_rows(export, source, lines)
    return table.frame["No"].tolist()


def test_several_files_at_a_url_of_which_one_is_encrypted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, hr: tuple[Sender, dict[str, Any]]
) -> None:
    made, agreed = hr
    fs = MemoryFileSystem(skip_instance_cache=True)
    monkeypatch.setattr(MemoryFileSystem, "store", {})
    monkeypatch.setattr(MemoryFileSystem, "pseudo_dirs", [""])
    monkeypatch.setattr(buckets, "_opened", lambda *_: (fs, "/acme/hr"))
    given = UrlSource.model_validate({"url": "gs://acme/hr/{file}_*.csv"})
    source, files = several(given, se={}, dk={"url": "gs://acme/hr/dk_*.pgp", "openpgp": agreed})
    fs.pipe_file("/acme/hr/se_2026-12-01.csv", SE)
    fs.pipe_file("/acme/hr/dk_2026-12-01.csv.pgp", made.sent(DK, to=("ours",)))
    there = export_source(source, files, tmp_path, "Europe/Stockholm")
    export = there.take(there.again(there.newest().state))
    assert numbers(export, source) == ["1", "2", "3"]
    assert b"c@x.dk" not in export.content, "what is kept is as it came"
    fs.pipe_file("/acme/hr/dk_2026-12-01.csv.pgp", DK)
    with pytest.raises(Unfit, match="dk: The file is not encrypted"):
        numbers(there.take(there.newest()), source)


@pytest.mark.parametrize(("wrong", "said"), [("", None), ("hash", "dk: The file has another"), ("rows", "dk: The manifest counts 7")])
def test_each_of_several_files_is_held_against_a_manifest_of_its_own(tmp_path: Path, wrong: str, said: str | None) -> None:
    manifest = {"name": "{name}.json", "hash": "sha256", "rows_field": "rows"}
    source, files = several(CsvSource.model_validate({"path": "{file}.csv", "manifest": manifest}), se={}, dk={})
    for name, content in {"se": SE, "dk": DK}.items():
        (tmp_path / f"{name}.csv").write_bytes(content)
        bad = wrong if name == "dk" else ""
        summed, rows = hashlib.sha256(b"" if bad == "hash" else content).hexdigest(), 7 if bad == "rows" else content.count(b"@")
        (tmp_path / f"{name}.csv.json").write_text(f'{{"sha256": "{summed}", "rows": {rows}}}')
    there = export_source(source, files, tmp_path, "Europe/Stockholm")
    export = there.take(there.newest())
    if said is None:
        assert numbers(export, source) == ["1", "2", "3"]
    else:
        with pytest.raises(Unfit, match=said):
            numbers(export, source)


def test_changes_are_opened_before_they_are_put_on_and_count_their_own_rows(hr: tuple[Sender, dict[str, Any]]) -> None:
    made, agreed = hr
    manifest = {"name": "{name}.json", "rows_field": "rows"}
    given = CsvSource.model_validate({"path": "c_*.pgp", "openpgp": agreed, "manifest": manifest})
    source = given.of_changes(FullAndChanges(full="e_*.pgp", number_in_name=r"_(?P<number>\d+)"))
    rows = None
    for number, (kind, content, count) in enumerate([(FULL, SE, 2), (CHANGES, DK, 1)]):
        came = packed({kind: made.sent(content, to=("ours",))})
        export = Export(came, f"x_{number}", datetime.now(UTC), {"": {"manifest": f'{{"rows": {count}}}'.encode()}})
        result = take_in(with_before(opening.opened(export, source), rows), source, PEOPLE, date(2026, 12, 1))
        opening.check_rows(export, source, result.dispositions)
        rows, before = result.after, rows
    assert sorted(result.roster["employee_id"]) == ["1", "2", "3"]
    # As it is stored, with the rows before: opened once more it says the same.
    stored = with_before(export.content, before)
    assert b"c@x.dk" not in stored
    again = take_in(opening.plain(stored, source), source, PEOPLE, date(2026, 12, 1))
    assert again.roster.equals(result.roster)
    assert before_in(stored) is not None


def test_a_key_that_is_of_no_use_is_told_with_the_file_that_it_is_for(tmp_path: Path, hr: tuple[Sender, dict[str, Any]]) -> None:
    made, agreed = hr
    (tmp_path / "none.key").write_text("none")
    for own, said in {
        "none.key": "dk: The OpenPGP key 1 of the settings is no private key",
        "gone.key": "dk: The OpenPGP key 1 is not",
    }.items():
        mine = {"openpgp": {"key": {"file": str(tmp_path / own)}}}
        source, _ = several(CsvSource.model_validate({"path": "{file}.csv", "openpgp": agreed}), se={}, dk=mine)
        came = packed({name: made.sent(content, to=("ours",)) for name, content in {"se": SE, "dk": DK}.items()})
        with pytest.raises(Permanent, match=f"^{said}"):
            opening.plain(came, source)


@pytest.mark.parametrize(
    ("source", "own"),
    [
        ({"positions": {"No": "1-4"}}, {"delimiter": ";"}),
        ({"positions": {"No": "1-4"}}, {"sheet": "People"}),
        ({"columns": ["No"]}, {"header_line": 3}),
        ({"header_line": 3}, {"columns": ["No"]}),
    ],
)
def test_no_surprise_what_one_file_has_of_its_own_is_never_passed_over(source: dict[str, Any], own: dict[str, Any]) -> None:
    given = CsvSource.model_validate({"path": "{file}.csv", **source})
    (other,) = source
    with pytest.raises(ValueError, match=f"dk has {next(iter(own))}, and all files {other}"):
        several(given, se={}, dk=own)
    assert several(given, se={}, dk={**own, other: None})[1]["dk"].model_dump()[other] is None


@pytest.mark.parametrize(
    ("source", "files", "said"),
    [
        ({"url": "gs://acme/{file}_*.csv"}, {"se": {"path": "se.csv"}, "dk": {}}, "se has a path of its own, and the source a url"),
        ({"url": "gs://acme/{file}_*.csv"}, {"se": {"url": "s3://acme/se.csv"}, "dk": {}}, "another bucket or host"),
        ({"url": "ftps://a.se/{file}.csv", "user": "a", "password": {"env": "A"}}, {"se": {"url": "ftps://b.se/x.csv"}, "dk": {}}, "host"),
        ({"url": "https://a.se/{file}.csv", "token": {"env": "A"}}, {"se": {"manifest": {"name": "x", "hash": "md5"}}}, "mean nothing"),
        ({"url": "gs://acme/people_*.csv"}, {"se": {}, "dk": {}}, "write {file} into the source's url"),
    ],
)
def test_what_makes_no_sense_at_a_url_is_refused(source: dict[str, Any], files: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        several(UrlSource.model_validate(source), **files)


def test_each_of_several_files_may_be_behind_a_web_address() -> None:
    source, files = several(UrlSource.model_validate({"url": "https://a.se/{file}.csv", "token": {"env": "A"}}), se={}, dk={})
    assert [one.place for one in files.values()] == ["https://a.se/se.csv", "https://a.se/dk.csv"]
    assert list(source.files) == ["se", "dk"]
