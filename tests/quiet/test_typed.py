"""Whatever is typed where: in the number's cell, into names of files, sheets and headings, into every field of the launchpad."""

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import openpyxl
import pytest
import yaml
from dagster._config.errors import PostProcessingError
from typer.testing import CliRunner

from assets.typed import NUMBER, WORDS, in_words
from cli.main import app
from tests.quiet.canaries import COLUMNS, YAML, given_away, readable

ADDRESS, NAME, PHONE, ACCOUNT = "zqlocal.b@acme.example", "Zälastcq", "+46701740604", "SE5600000000000004000012"
MISPLACED = f"""\
Q01;Zåfirstaq;Zälastaq;zqlocal.a@acme.example;;SE;A;+46701740601;SE6100000000000001000003;19700101-9801;Zöcityaq;Zqnickaq
{ADDRESS};Zåfirstbq;Zälastbq;Q02;Q01;SE;A;+46701740602;SE2700000000000002000006;19710101-9802;Zöcitybq;Zqnickbq
{NAME};Zåfirstcq;Q03;zqlocal.c@acme.example;Q01;SE;A;+46701740603;SE9000000000000003000009;19720101-9803;Zöcitycq;Zqnickcq
{ACCOUNT};Zåfirstdq;Zälastdq;zqlocal.d@acme.example;Q01;SE;A;+46701740604;Q04;19730101-9804;Zöcitydq;Zqnickdq
{PHONE};Zåfirsteq;Zälasteq;zqlocal.e@acme.example;Q01;SE;A;Q05;;19730101-9804;Zöcitydq;Zqnickdq
Zqnickbq;Zåfirsteq;Zälasteq;no address;Q01;SE;A;;;19730101-9804;Zöcitydq;Zqnickdq
Q07;Zåfirstfq;Zälastfq;zqlocal.f@acme.example;Q01;SE;A;;;;;
Q08;Zåfirstgq;Zälastgq;zqlocal.g@acme.example;Q01;SE;A;;;;;
Q09;Zåfirsthq;Zälasthq;zqlocal.h@acme.example;Q01;SE;A;;;;;
"""
FILE = "people_Zåfirstaq Zälastaq \x1b[31m19700101-9801 ![](http:zqnickaq).csv".replace("zqnickaq", "Zqnickaq")
EVERYTHING = {"count": 100, "share": 1.0}


@pytest.fixture(scope="module")
def typed(acme: Any) -> Iterator[Any]:
    """The company after a good night, and after one on which everything was typed into the wrong place."""
    attributes = yaml.safe_load(YAML)
    attributes["hr"]["gate"] = dict.fromkeys(("rows", "growth", "rejects", "managers", "tops", "fill", "damaged"), EVERYTHING)
    acme.location, acme.defs = acme.build(attributes)
    assert acme.run().succeeded
    for path in acme.inbox.iterdir():
        path.unlink()
    end = f"#END;rows={len(MISPLACED.splitlines())}"
    header = ";".join([*COLUMNS[:-1], "Nick"])
    (acme.inbox / FILE).write_text(f"{header}\n{MISPLACED}{end}\n")
    acme.wrong = acme.run()
    assert acme.wrong.succeeded, acme.wrong
    yield acme


def kept(acme: Any) -> bytes:
    """All that Dagster keeps of it, by itself and by its runs' files."""
    return b"".join(readable(path) for path in (acme.root / "dagster").rglob("*") if path.is_file() and "redacted" not in path.name)


def test_quiet_what_was_typed_into_the_numbers_cell_is_told_by_its_line(typed: Any) -> None:
    said = kept(typed)
    assert given_away(said + "\n".join(typed.said).encode()) == set()
    for line in (b"line 3", b"line 4", b"line 5", b"line 6"):
        assert line in said


def test_quiet_nobody_is_created_by_a_number_that_is_something_else(typed: Any) -> None:
    there = json.dumps(typed.box.state["expensify"]["policies"], default=str) + json.dumps(typed.box.state["findity"], default=str)
    assert "Q07" in there
    assert re.search(r'"(?:employeeID|externalSourceId|employee_id)": "(?:zqlocal|Z|SE5600|\+467)', there) is None


def test_quiet_names_of_files_are_told_as_far_as_the_settings_say_them(typed: Any) -> None:
    said = kept(typed)
    assert b"people_" in said
    assert not any(escape in said for escape in (b"\x1b[31m", b"u001b[31m", b"x1b[31m"))
    assert "people_…).csv".encode() in said or rb"people_\u2026).csv" in said


@pytest.mark.parametrize("arguments", [["status"], ["status", "--json"], ["why", "acme", "Q07"], ["why", "acme", "Q07", "--json"]])
def test_quiet_status_and_why_print_no_name_of_a_file_and_no_escape_sequence(typed: Any, arguments: list[str]) -> None:
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.output
    assert "people_" in done.output
    assert "\x1b[31m" not in done.output
    assert given_away(done.output.encode()) == set()


@pytest.mark.parametrize("sheets", [["Meyer, Zälastaq", "Zåfirstaq"], ["Zälastaq"]], ids=["several", "another"])
def test_quiet_names_of_sheets_and_headings_are_not_told(typed: Any, tmp_path: Path, sheets: list[str]) -> None:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name in sheets:
        sheet = book.create_sheet(name)
        sheet.append([*COLUMNS, "Zöcityaq"])
    content = io.BytesIO()
    book.save(content)
    attributes = yaml.safe_load(YAML)
    attributes["hr"]["csv"] = {"path": str(tmp_path / "*.xlsx"), **({"sheet": "Staff"} if len(sheets) == 1 else {})}
    (tmp_path / "Zåfirstaq Zälastaq.xlsx").write_bytes(content.getvalue())
    location, _ = typed.build(attributes)
    failed = typed.run("preview", location)
    assert "sheet" in failed.message
    assert given_away(kept(typed) + failed.message.encode()) == set()


DISGUISED = [
    *("zqlocal.b\ufe6bacme.example", "zqlocal.b @acme.example", "zqlocal.b%40acme.example"),
    *("\uff0b46701740604", "+46\u201170\u20131740604", "+46\u200b701740604", "+46\t70 174 06 04"),
    "+" + "".join(chr(0x660 + int(digit)) for digit in PHONE[1:]),
    *("SE56 0000 0000 0000 0400 0012 OK", "SE56-0000-0000-0000-0400-0012", "SE56\u00a00000\u00a00000 0000 0400 0012, KIM"),
    *("se56 0000 0000 0000 0400 0012", "\uff33\uff255600000000000004000012"),
]
WHO = {"released_by": "kim", "reason": "INC0012"}
REFUSED: list[tuple[str, dict[str, Any]]] = [
    *(("one", {"employee_ids": ["Q01", text]}) for text in (ADDRESS, "Zåfirstaq Zälastaq", PHONE, ACCOUNT)),
    *(("one", {"employee_ids": ["Q01"], name: text}) for name in ("reason", "accepted_by") for text in (ADDRESS, f"by {ACCOUNT}", PHONE)),
    ("one", {"employee_ids": ["Q01"], "accept": [NAME]}),
    ("one", {"employee_ids": ["Q01"], ADDRESS: 1}),
    ("one", {"employee_ids": ADDRESS}),
    ("release", {"digest": NAME, **WHO}),
    ("release", {"digest": "0123456789abcdef", **WHO, "reason": f"asked by {ADDRESS}"}),
    ("release", {"digest": "0123456789abcdef", **WHO, "released_by": ADDRESS}),
    ("release", {"digest": "0123456789abcdef", **WHO, "kinds": [NAME]}),
    *(("sync", {"ops": {"acme__hr__intake": {"config": given}}}) for given in ({"reason": ADDRESS}, {"accept": [NAME]}, {"file": ADDRESS})),
    *(("sync", {"ops": {"acme__hr__intake": {"config": {"accepted_by": text}}}}) for text in (PHONE, ACCOUNT, f"x {ADDRESS}")),
    ("sync", {"ops": {"acme__findity__plan": {"config": {"only": [ADDRESS]}}}}),
    ("sync", {"ops": {"acme__findity__users": {"config": {"only": [ADDRESS]}}}}),
    ("report", {"ops": {"acme__reports": {"config": {"run": ADDRESS}}}}),
]


@pytest.mark.parametrize(("job", "config"), REFUSED)
def test_quiet_what_must_not_stay_in_run_config_is_refused_before_the_run_is_made(typed: Any, job: str, config: dict[str, Any]) -> None:
    with dg.DagsterInstance.get() as instance:
        before = instance.get_runs_count()
        with pytest.raises(dg.DagsterInvalidConfigError) as refused:
            typed.run(job, **config)
        assert instance.get_runs_count() == before
    assert given_away(in_words(refused.value).encode()) == set()


def test_quiet_nothing_of_what_was_refused_is_kept(typed: Any) -> None:
    assert given_away(kept(typed)) == set()


@pytest.mark.parametrize("text", DISGUISED, ids=ascii)
def test_quiet_it_is_refused_in_whichever_characters_and_groups_it_is_typed(text: str) -> None:
    for kind in (WORDS, NUMBER):
        with pytest.raises(PostProcessingError) as refused:
            kind.post_process(text)
        assert given_away(str(refused.value).encode()) == set()


def test_quiet_what_may_be_typed_is_taken(typed: Any) -> None:
    done = typed.run("one", employee_ids=["Q01", "Q07"], reason="INC0012345, the 20th, 2026-11-20 05:30", accepted_by="kim")
    assert done.succeeded, done


@pytest.mark.parametrize(
    ("numbers", "places"), [(["Q99"], "number 1 of the 1"), (["Q01", "Zqnickaq", "Q98"], "numbers 2, 3 of the 3"), ([], "No ")]
)
def test_a_number_that_nobody_has_fails_the_run_and_nothing_is_written_for_anybody(typed: Any, numbers: list[str], places: str) -> None:
    before = json.dumps(typed.box.state, default=str)
    done = typed.run("one", employee_ids=numbers)
    assert not done.succeeded
    assert places in done.message
    assert json.dumps(typed.box.state, default=str) == before
    assert not any(number in done.message for number in numbers)
