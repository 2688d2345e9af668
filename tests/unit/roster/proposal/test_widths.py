from collections.abc import Sequence

import pytest
from yaml import safe_load

from assets.draft import written
from roster.proposal.propose import propose
from roster.proposal.sniffing import of_text

HEADER = ("Emp No", "First name", "Last name", "E-mail", "Status", "Manager No", "City", "Hire date", "Limit")
FIRST, LAST, CITY = ("Anna", "Björn", "Christina", "Per Erik"), ("Åkesson", "Ström", "van der Berg"), ("Göteborg", "Oslo", "New York")
PEOPLE = [
    (
        *(
            str(10001 + 7 * each),
            FIRST[each % 4],
            LAST[each % 3],
            f"p{each}@acme.example",
            "AT"[each % 5 == 0],
            str(10001 + 7 * (each // 8)),
        ),
        *(CITY[each % 3], f"2020-01-{1 + each % 28:02}", ("", "900", "12000")[each % 3]),
    )
    for each in range(40)
]
WIDTHS = (8, 12, 16, 24, 7, 11, 12, 11)
PLACES = {
    **{"Emp No": "1-8", "First name": "9-20", "Last name": "21-36", "E-mail": "37-60", "Status": "61-67", "Manager No": "68-78"},
    **{"City": "79-90", "Hire date": "91-101", "Limit": "102-108"},
}


def line(cells: Sequence[str]) -> str:
    return "".join(cell.ljust(width) for cell, width in zip(cells, WIDTHS, strict=False)) + cells[-1].rjust(7)


LINES = [line(HEADER), *map(line, PEOPLE)]


def data(*lines: str) -> bytes:
    return ("\n".join(lines) + "\n").encode()


@pytest.mark.parametrize("change", [str, str.rstrip, lambda each: each.replace("Ström    ", "Ström, Bo")])
def test_positions_are_proposed_by_the_places_that_are_blank_in_every_line(change) -> None:  # type: ignore[no-untyped-def]
    format = of_text(data(*map(change, LINES)))
    assert (format["positions"].value, format["positions"].confidence) == (PLACES, 0.8)
    assert "delimiter" not in format


def test_the_whole_proposal_is_as_of_any_file_and_the_draft_reads_the_file() -> None:
    proposal = propose(data("ACME  People by number  2026-11-20", "", *LINES, "Total: 40 people"), "people.txt")
    assert proposal.rows == 40
    assert {name: proposal.columns[name].value for name in ("employee_id", "email", "manager_id", "start_date", "approval_limit")} == {
        **{"employee_id": "Emp No", "email": "E-mail", "manager_id": "Manager No", "start_date": "Hire date", "approval_limit": "Limit"},
    }
    source = safe_load(written(proposal, "people.txt"))["attributes"]["hr"]["csv"]
    assert (source["positions"], source["trailer"]) == (PLACES, r"^Total: (?P<rows>\d+) people$")


def test_columns_that_touch_are_told_where_digits_turn_into_letters_or_a_heading_begins() -> None:
    rows = [f"{cells[0]}{cells[1]:<12}{cells[2]:<14}{cells[7]}{cells[7]}" for cells in PEOPLE]
    plain = of_text(data(*rows))["positions"]
    assert (list(plain.value.values()), plain.confidence) == (["1-5", "6-17", "18-31", "32-51"], 0.6)
    headed = of_text(
        data(f"{'No':<5}{'First name':<12}{'Last name':<14}{'Start date':<10}{'End':<10}".replace("Start date", "Start     "), *rows)
    )
    assert headed["positions"].value == {"No": "1-5", "First name": "6-17", "Last name": "18-31", "Start": "32-41", "End": "42-51"}


def test_a_heading_over_nothing_but_blanks_is_a_column_that_is_empty_yet() -> None:
    lines = [f"{cells[0]:<8}{cells[1]:<12}{end:<12}{cells[3]}" for cells, end in ((HEADER, "Last day"), *((each, "") for each in PEOPLE))]
    assert of_text(data(*lines))["positions"].value == {"Emp No": "1-8", "First name": "9-20", "Last day": "21-32", "E-mail": "33-48"}
    last = [f"{cells[0]:<8}{cells[3]:<24}{cells[1]:<12}{end}" for cells, end in ((HEADER, "Last day"), *((each, "") for each in PEOPLE))]
    assert of_text(data(*last))["positions"].value == {"Emp No": "1-8", "E-mail": "9-32", "First name": "33-44", "Last day": "45-52"}


def test_a_line_under_the_header_says_where_columns_are() -> None:
    ruler = " ".join("-" * (width - 1) for width in (*WIDTHS, 8))
    found = of_text(data("", LINES[0], ruler, *LINES[1:], "", "40 rows selected."))
    assert (found["positions"].value, found["positions"].confidence) == (PLACES, 0.95)
    assert found["trailer"].value == r"^(?P<rows>\d+) rows selected\.$"


def test_what_is_unsure_is_left_open() -> None:
    few = of_text(data(*LINES[:6]))["positions"]
    assert few.confidence == 0.5
    unclear = of_text(data(*(f"{cells[0]:<8}{cells[1]:<12}{cells[8] or 7:>9}  {cells[3]}" for cells in PEOPLE)))["positions"]
    assert (unclear.confidence, "is open" in unclear.reason) == (0.5, True)
    text = written(propose(data(*LINES[:6]), "people.txt"), "people.txt")
    assert "positions: {Emp No: FILL-IN 1-8," in text


def test_columns_without_a_header_get_names_and_are_told_by_their_cells() -> None:
    proposal = propose(data(*LINES[1:]), "people.txt")
    assert (proposal.columns["employee_id"].value, proposal.columns["email"].value) == ("column_1", "column_4")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "  ; ", " , "])
def test_a_file_with_a_delimiter_has_no_positions(delimiter: str) -> None:
    assert "positions" not in of_text(data(*(delimiter.join(cells) for cells in (HEADER, *PEOPLE))))


@pytest.mark.parametrize("text", ["one\ntwo\n", "a b\nc d\n", "Hello there\n", "x" * 50 + "\n" + "y" * 50 + "\n"])
def test_what_has_no_columns_gets_no_positions(text: str) -> None:
    assert "positions" not in of_text(text.encode())
