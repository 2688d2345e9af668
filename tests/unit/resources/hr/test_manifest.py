"""An export is held against the small file beside it, in whichever common form that is."""

import hashlib
import json
from typing import Any

import pytest

from resources.hr.agreed import Manifest
from resources.hr.manifest import check_hash, check_rows, name_of
from roster.unfit import Unfit

ROWS = b"Employee No,Surname\n1001,Kettleburn\n1002,Sprout\n"
SUM = hashlib.sha256(ROWS).hexdigest()
MD5 = hashlib.md5(ROWS, usedforsecurity=False).hexdigest()
NAME = "people_2026-11-20.csv"
OTHER = "0" * 64

FORMS = [
    pytest.param(f"{SUM}  {NAME}\n", {}, id="sha256sum"),
    pytest.param(f"{SUM} *{NAME}\r\n", {}, id="sha256sum, binary, Windows"),
    pytest.param(f"{OTHER}  leavers.csv\n{SUM}  ./out/{NAME}\n", {}, id="sha256sum of several"),
    pytest.param(f"SHA256 ({NAME}) = {SUM.upper()}\n", {}, id="sha256sum --tag"),
    pytest.param(SUM, {}, id="the sum alone"),
    pytest.param("\ufeff" + SUM, {}, id="the sum alone, behind a mark"),
    pytest.param(f"{MD5}  {NAME}\n", {"hash": "md5"}, id="md5sum"),
    pytest.param(f"file={NAME}\nsha256={SUM}\nrows=2\n", {"rows_field": "rows"}, id="name=value"),
    pytest.param(f"# 3\nFile: {NAME}\nSum: {SUM}\nRecords: 2", {"hash_field": "sum", "rows_field": "Records"}, id="name: value"),
    pytest.param(f"file,rows,sha256\nleavers.csv,7,{OTHER}\n{NAME},2,{SUM}\n", {"rows_field": "rows"}, id="table"),
    pytest.param(f'"FILE";"ROWS";"SHA256"\n"{NAME}";"2";"{SUM}"\n', {"rows_field": "rows"}, id="table with semicolons"),
    pytest.param(json.dumps({"file": NAME, "sha256": SUM, "rows": 2}), {"rows_field": "rows"}, id="JSON"),
    pytest.param(json.dumps({"rows": 2, "checks": {"sha256": SUM}}), {"rows_field": "rows"}, id="JSON, deeper, without a name"),
    pytest.param(
        json.dumps({"files": [{"name": NAME, "sha256": SUM, "rows": 2}, {"name": "x.csv", "sha256": OTHER, "rows": 9}]}),
        {"rows_field": "rows"},
        id="JSON of several",
    ),
    pytest.param(json.dumps([{"name": NAME, "sha256": SUM, "rows": "2"}]), {"rows_field": "Rows"}, id="JSON, a list"),
]  # fmt: skip


def agreed(**given: Any) -> Manifest:
    return Manifest.model_validate({"name": "{name}.manifest", "hash": "sha256", **given})


@pytest.mark.parametrize(("text", "given"), FORMS)
def test_what_a_manifest_says_is_found_in_every_common_form(text: str, given: dict[str, Any]) -> None:
    said = agreed(**given)
    check_hash(said, text.encode(), NAME, ROWS, ROWS)
    check_rows(said, text.encode(), NAME, 2)

    with pytest.raises(Unfit, match="has another"):
        check_hash(said, text.encode(), NAME, ROWS + b"\n", ROWS + b"\n")
    if said.rows_field:
        with pytest.raises(Unfit, match="counts 2 rows, the file has 3"):
            check_rows(said, text.encode(), NAME, 3)


@pytest.mark.parametrize(
    ("text", "given", "why"),
    [
        (f"{SUM}  leavers.csv\n", {}, "of another file"),
        (f"{SUM}  {NAME}\n{OTHER}  {NAME}\n", {}, "more than one"),
        (f"{MD5}  {NAME}\n", {}, "has as sha256 is none"),
        ("rows=2\n", {}, "nothing that is called `sha256`"),
        ("", {}, "nothing that is called `sha256`"),
        ("{not json", {}, "begins like JSON"),
        ("\udcff", {}, "no text in UTF-8"),
        (f"sha256={SUM}\nrows=two\n", {"rows_field": "rows"}, "has as the number of rows is none"),
        (f"sha256={SUM}\n", {"rows_field": "rows"}, "nothing that is called `rows`"),
    ],
)
def test_no_surprise_a_manifest_that_does_not_say_it_of_this_file_stops(text: str, given: dict[str, Any], why: str) -> None:
    content = text.encode("utf-8", "surrogateescape")
    with pytest.raises(Unfit, match=why) as found:
        check_hash(agreed(**given), content, NAME, ROWS, ROWS)
        check_rows(agreed(**given), content, NAME, 2)
    assert found.value.code == "manifest"


def test_the_hash_may_be_of_what_was_encrypted_or_of_what_lies_there() -> None:
    for hashed in (b"-----BEGIN PGP MESSAGE-----", ROWS):
        check_hash(agreed(), hashlib.sha256(hashed).hexdigest().encode(), NAME, b"-----BEGIN PGP MESSAGE-----", ROWS)


def test_its_name_comes_of_the_exports_name() -> None:
    assert name_of(agreed(), NAME) == f"{NAME}.manifest"
    assert name_of(agreed(name="{stem}.md5"), NAME) == "people_2026-11-20.md5"
    assert name_of(agreed(name="MANIFEST.json"), NAME) == "MANIFEST.json"


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"hash": None}, "what does it say of the export"),
        ({"hash": None, "rows_field": "rows", "hash_field": "x"}, "hash_field belongs to hash"),
        ({"hash": "crc32"}, "should match pattern"),
        ({"name": "{name}"}, "another file in the same folder"),
        ({"name": "../{name}.md5"}, "another file in the same folder"),
    ],
)
def test_settings_that_make_no_manifest_are_refused(given: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        agreed(**given)
