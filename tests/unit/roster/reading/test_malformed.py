"""What a line may say that has not the header's fields: by it alone nobody leaves, whichever kind of file it stands in."""

from datetime import date

import pytest

from roster.intake.take_in import take_in
from roster.reading.several import packed
from roster.settings import CsvFormat, Joined, People
from tests.unit.roster.reading.test_workbook import book

COLUMNS = {
    "employee_id": "No",
    "email": "Mail",
    "first_name": "First",
    "last_name": "Last",
    "worker_status": {"column": "State", "values": {"A": "Active", "T": "Terminated"}},
}
HEADER = ["No", "Mail", "First", "Last", "State"]
PEOPLE = [[f"{at}", f"p{at}@x.se", "Ann", "Berg", "A"] for at in range(101, 130)]
LEAVER = ["130", "jon@x.se", "Jon", "Vik", "T"]


def why(data: bytes, format: CsvFormat, columns: dict[str, object] | None = None) -> dict[str, str]:
    """What became of 130 and of the line behind."""
    people = People.model_validate({"columns": columns or COLUMNS, "absent_means": "leaver"})
    rows = take_in(data, format, people, date(2026, 12, 1)).dispositions
    return {
        str(number): f"{what} {reason}"
        for number, what, reason in zip(rows["employee_id"], rows["disposition"], rows["reason"], strict=True)
    }


@pytest.mark.parametrize(("number", "came"), [("130", "rejected line_unread_beside"), ("131", "used nan")])
def test_no_surprise_a_row_of_a_workbook_with_a_cell_too_many(number: str, came: str) -> None:
    data = book(HEADER, *PEOPLE, LEAVER, [number, "q@x.se", "Eva", "Dal", "A", "x"])
    assert why(data, CsvFormat())["130"] == came


@pytest.mark.parametrize(
    ("more", "came"),
    [
        ("130   \tq@x.se   Eva     Dal    A", "rejected line_unread_beside"),
        ("131   q@x.se\t Eva     Dal    A", "used nan"),
        ("     jon@x.se    Jon\t   Vik     A", "rejected line_unread_beside"),
    ],
    ids=["number", "another", "address, one to the left"],
)
def test_no_surprise_a_line_of_fixed_width_that_is_not_cut_as_the_others(more: str, came: str) -> None:
    lines = [f"{no:<6}{mail:<12}{first:<8}{last:<8}{state}" for no, mail, first, last, state in [HEADER, *PEOPLE, LEAVER]]
    places = {"No": "1-6", "Mail": "7-18", "First": "19-26", "Last": "27-34", "State": "35-39"}
    assert why("\n".join([*lines, more]).encode(), CsvFormat(positions=places))["130"] == came


@pytest.mark.parametrize(("key", "came"), [("130", "rejected line_unread_beside"), ("101", "used nan")])
def test_no_surprise_a_line_beside_the_people_with_the_key_of_somebody(key: str, came: str) -> None:
    people = "\n".join(",".join(row[:4]) for row in [HEADER, *PEOPLE, LEAVER])
    jobs = "\n".join(["Pers;State;Unit", *(f"{row[0]};{row[4]};X" for row in [*PEOPLE, LEAVER]), f"{key};A;X;too many"])
    beside = CsvFormat(delimiter=";").joined_by(Joined(by={"Pers": "No"}, gives=["State"]))
    both = CsvFormat().of_files({"people": CsvFormat(), "jobs": beside})
    assert why(packed({"people": people.encode(), "jobs": jobs.encode()}), both)["130"] == came


@pytest.mark.parametrize(("number", "came"), [("130", "rejected line_unread_beside"), ("131", "used nan")])
def test_no_surprise_a_line_of_one_of_several_files(number: str, came: str) -> None:
    one, other = ("\n".join(",".join(row) for row in rows) for rows in ([HEADER, *PEOPLE, LEAVER], [HEADER, [number, "q@x.se"]]))
    several = CsvFormat().of_files({"se": CsvFormat(), "no": CsvFormat()})
    assert why(packed({"se": one.encode(), "no": other.encode()}), several)["130"] == came


def test_no_surprise_more_behind_the_last_column_than_the_header_names() -> None:
    columns = {**COLUMNS, "department": "Team"}
    rows = [",".join([*row, "Team" if row is HEADER else "X", ""]).rstrip(",") for row in [HEADER, *PEOPLE, LEAVER]]
    data = "\n".join([rows[0], *(f"{row}," for row in rows[1:]), "130,jon@x.se,Jon,Vik,A,X,too much"])
    assert why(data.encode(), CsvFormat(), columns)["130"] == "rejected line_unread_beside"
