"""The page that a run ends with on the terminal."""

import io
from dataclasses import replace

import pandas as pd
from rich.console import Console

from cli.page import _left_out, _print_held
from roster.reports.model import HR_FILE, DestinationReport


def shown(*rows: tuple[str, str, str | None, int, str | None]) -> list[list[str]]:
    """The table's rows, a list of cells each."""
    frame = pd.DataFrame(rows, columns=["where", "reason", "employee_id", "line", "number"]).astype({"employee_id": "str", "number": "str"})
    console = Console(file=io.StringIO(), width=200)
    console.print(_left_out(frame))
    return [[cell.strip() for cell in line.split("  ") if cell.strip()] for line in console.file.getvalue().splitlines()[1:]]


def test_one_number_on_two_lines_is_one_person_and_both_lines_are_told() -> None:
    rows = [(HR_FILE, "Twice.", None, 27, "E9"), (HR_FILE, "Twice.", None, 103, "E9"), (HR_FILE, "Twice.", None, 8, "E7")]
    assert shown(*rows) == [["HR file", "2", "Twice.", "line 27, line 103, line 8"]]


def test_whom_no_release_lets_go_has_no_command_that_would_seem_to() -> None:
    people = pd.DataFrame([("E1", "conflict"), ("E2", "limit")], columns=["person", "reason"]).assign(action="hold", outcome="held")
    of_both = DestinationReport(key="expensify", name="Expensify", held=2, people=people)
    one = replace(of_both, held=1, people=people.head(1))
    console = Console(file=io.StringIO(), width=200)
    for report in (of_both, one):
        _print_held(console, "acme", report, "5d785385052b5fec")
    stays = "Held         Expensify: 1 person whom no release lets go: see above what to do."
    assert console.file.getvalue().splitlines() == [
        "Held         Expensify: 1 person. To release, say who and why:",
        '             rollcall release acme 5d785385052b5fec --by "" --reason ""',
        stays,
        stays,
    ]


def test_lines_without_a_number_are_a_person_each() -> None:
    assert shown((HR_FILE, "Empty.", None, 3, None), (HR_FILE, "Empty.", None, 4, None)) == [["HR file", "2", "Empty.", "line 3, line 4"]]


def test_who_is_left_out_at_both_for_the_same_is_on_one_line() -> None:
    rows = [(name, "Absent.", number, 0, number) for name in ("Expensify", "Findity") for number in ("E1", "E2")]
    assert shown(*rows) == [["Expensify, Findity", "2", "Absent.", "E1, E2"]]
