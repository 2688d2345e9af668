"""`rollcall check` of files in which several things come together: what it prints of managers, of standings, of lines that are nobody's."""

import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app
from tests.cli.test_check import ACME, acme, check

__all__ = ["acme"]

COLUMNS = "{employee_id: Number, email: Mail, first_name: First, last_name: Last, phone: Phone}"
MORE = (
    "{employee_id: Number, email: Mail, first_name: First, last_name: Last, manager_id: Boss, end_date: {column: To, default: ''}, "
    "approval_limit: Limit, extra_kind: Kind, worker_status: {column: Status, lookup: {A: Active, L: On Leave, T: Terminated, P: Pending}, "
    "default: Active}}\n      scope: {exclude: {extra_kind: ''}}"
)
HEADER = "Number;Mail;First;Last;Boss;Status;To;Limit;Kind;"
TOP = "1;a1@acme.example;Åsa;Öberg;;A;;15000;E;"


@pytest.fixture
def company(acme: Path) -> Path:
    said = ACME.replace(COLUMNS, MORE).replace(
        "{path: people.csv}", '{path: people.csv, delimiter: ";", encoding: auto, empty: ["NULL", "-"], decimal: ","}'
    )
    (acme / "acme" / "defs.yaml").write_text(said)
    return acme


def row(number: int, **cells: str) -> str:
    given = {
        "Number": str(number),
        "Mail": f"a{number}@acme.example",
        "First": "Stig",
        "Last": "Vinter",
        "Boss": "1",
        "Status": "A",
        "Kind": "E",
    }
    return ";".join((given | cells).get(name, "") for name in HEADER.split(";"))


@pytest.mark.parametrize(
    ("lines", "told", "code"),
    [
        (
            [row(2, Boss="NULL"), row(3, Boss="3")],
            ["Managers (Boss): 0 of 0 references to a manager lead to nobody; 3 of 3 people have no manager.", "both: 3 active"],
            0,
        ),
        (
            [row(2, Boss="1.0"), row(3)],
            ["Managers (Boss): 1 of 2 references to a manager lead to nobody (line 3); 1 of", "  nearest to the one on line 3: 1\n"],
            0,
        ),
        (
            [row(2, Boss="HR-desk"), row(3)],
            ["Managers (Boss): 1 of 2 references to a manager lead to nobody (line 3); 1 of 3 people have no manager.", "both: 3 active"],
            0,
        ),
        (
            [row(2, Mail="", First="Str�m", Status="T"), row(3, Status="-", Boss="2"), row(4, Status="L"), row(5, Status="P", Boss="77")],
            [
                "Managers (Boss): 0 of 2 references to a manager lead to nobody; 1 of 3 people have no manager.",
                "both: 2 active, 1 on leave, 1 left, 1 pending",
                "status: 2 active, 1 on leave, 1 left, 1 pending",
                "dates: 5 active",
            ],
            0,
        ),
        (
            [row(2, Kind="NULL", Boss="88"), row(3, Limit="1,5E+04"), row(4, Limit="15 000,50 kr", To="NULL")],
            ["out_of_scope         1", "0 of 2 references", "1 of 3 people have no manager", "1 × Limit: A spreadsheet has shortened"],
            0,
        ),
        (
            [row(2), "Totalt antal anst�llda: 2", "Total;NULL;-;-;-;-;-;-;2"],
            ["nobody's, being a footer: line 4, 5", "0 of 1 references", "both: 2 active", "rejected             0"],
            0,
        ),
        ([row(2), row(3, Kind="n/a")], ["line 4: Kind: This says that there is nothing.", "0 of 1 references", "both: 2 active"], 3),
        ([row(2), row(3, Number="NULL", Boss="NULL")], ["line 4, no employee number: Number: The field is empty", "0 of 1 references"], 3),
        (
            [row(2, Status="T", Number="n/a")],
            ["Have left by a row that is rejected", "line 3, no employee number: Number: This says that there is nothing."],
            3,
        ),
    ],
    ids=[
        "tops",
        "a reference that is nearly somebody's",
        "unreadable",
        "leavers",
        "scope and amounts",
        "footers",
        "scope unread",
        "no number",
        "leaver without a number",
    ],
)
def test_what_comes_together_is_told_together(company: Path, lines: list[str], told: list[str], code: int) -> None:
    result = check(company, "\n".join([HEADER, TOP, *lines]))
    for words in told:
        assert words.replace("both:", "by status and dates:") in result.output
    assert result.exit_code == code
    assert not any(cell in result.output for cell in ("acme.example", "Stig", "Vinter", "77", "88", "HR-desk", "anst"))


def test_under_titles_in_another_encoding_too(company: Path) -> None:
    lines = ["Fjordvik - anställda;;;", "", HEADER.replace("Boss", "Boss\u00a0"), TOP, row(2), row(3, Boss="NULL")]
    result = check(company, "\r\n".join(lines).encode("cp1252"))
    assert "Gate: fit. 3 rows, 10 columns, cp1252." in result.output
    assert "The header was found on line 3." in result.output
    assert "Managers (Boss): 0 of 1 references to a manager lead to nobody; 2 of 3 people have no manager." in result.output
    assert result.exit_code == 0


@pytest.mark.parametrize(("outside", "inside", "code"), [("people_2026-11-20.zip", "x.csv", 0), ("x.zip", "people_2026-11-20.csv", 1)])
def test_the_day_is_looked_for_in_the_packed_files_name(acme: Path, outside: str, inside: str, code: int) -> None:
    settings = acme / "acme" / "defs.yaml"
    dated = r"{path: people.csv, date_in_name: '(?P<date>\d{4}-\d{2}-\d{2})'}"
    settings.write_text(settings.read_text().replace("{path: people.csv}", dated))
    with zipfile.ZipFile(acme / outside, "w") as archive:
        archive.writestr(inside, "Number,Mail,First,Last,Phone\n1,ann@acme.example,Ann,Ek,\n")
    assert CliRunner().invoke(app, ["check", "acme", str(acme / outside)]).exit_code == code
