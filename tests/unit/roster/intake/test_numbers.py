"""What stands in the number's cell and is no number: it never becomes one, and a number is shown only where somebody has it."""

from datetime import date

import pandas as pd
import pytest

from roster.intake.numbers import in_rejects, is_other
from roster.intake.take_in import has_unidentified_rejects, take_in
from roster.settings import CsvFormat, People

HEADER = "No,Mail,First,Last,Phone\n"
COLUMNS = {"employee_id": "No", "email": "Mail", "first_name": "First", "last_name": "Last", "phone": "Phone"}
GOOD = "".join(f"E{at:03},p{at}@acme.example,Ann,{name},\n" for at, name in enumerate(("Vik", "Meyer", "Berg", "Dal", "Ek", "Falk"), 1))


def taken(*rows: str, good: str = GOOD, remembered: list[str] | None = None):
    known = pd.Series(remembered, dtype="str") if remembered is not None else None
    text = HEADER + good + "".join(f"{row}\n" for row in rows)
    return take_in(text.encode(), CsvFormat(), People(columns=COLUMNS, absent_means="leaver"), date(2026, 11, 20), remembered=known)


@pytest.mark.parametrize(
    "row",
    [
        "new@acme.example,new@acme.example,Bo,Ny,",
        "new@acme.example,E009,Bo,Ny,",
        "\uff4e\uff20acme.example,new@acme.example,Bo,Ny,",
        "SE6100000000000001000003,new@acme.example,Bo,Ny,",
        "se6100000000000001000003,new@acme.example,Bo,Ny,",
        "+46701740601,new@acme.example,Bo,Ny,E009",
        "+46(0)70-1740601,new@acme.example,Bo,Ny,",
        "\uff0b46701740601,new@acme.example,Bo,Ny,",
        "+\u0664\u0666\u0667\u0660\u0661\u0667\u0664\u0660,new@acme.example,Bo,Ny,",
        "+46\u201170\u20131740601,new@acme.example,Bo,Ny,",
        "SE61-0000-0000-0000-0100-0003,new@acme.example,Bo,Ny,",
        "\uff33\uff256100000000000001000003,new@acme.example,Bo,Ny,",
        "new\ufe6bacme.example,new@acme.example,Bo,Ny,",
        "www.acme.example/ny,new@acme.example,Bo,Ny,",
        "tel:0701740601,new@acme.example,Bo,Ny,",
        "https://acme.example/1,new@acme.example,Bo,Ny,",
        "Ny,new@acme.example,Bo,Ny,",
        "MEYER,new@acme.example,Bo,Ny,",
        "Ny,new@acme.example,Bo,E009,",
        "Bo,new@acme.example,E009,Ny,",
        "0701740601,new@acme.example,Bo,Ny,E009",
        "O'Ny-Ek,new@acme.example,Bo,E009,",
        "1955-11-10,new@acme.example,Bo,Ny,",
        "1880-02-01,new@acme.example,Bo,Ny,",
        "10-Feb,new@acme.example,Bo,Ny,",
        "02-okt,new@acme.example,Bo,Ny,",
        "2/10/2026,new@acme.example,Bo,Ny,",
        "E009;,new@acme.example,Bo,Ny,",
        "=E009,new@acme.example,Bo,Ny,",
        "E009Â,new@acme.example,Bo,Ny,",
        "E009%20,new@acme.example,Bo,Ny,",
        "(E009),new@acme.example,Bo,Ny,",
        "E009.,new@acme.example,Bo,Ny,",
    ],
)
def test_quiet_what_is_no_number_costs_its_row_which_is_named_by_its_line_alone(row: str) -> None:
    found = taken(row)
    rejects = found.rejects[found.rejects["line"].eq(8)]
    assert rejects["employee_id"].isna().all()
    assert rejects["number"].isna().all()
    assert "employee_id" in set(rejects["column"])
    assert len(found.roster) == 6
    assert has_unidentified_rejects(found.dispositions), "whoever it is of is not absent"
    assert not any(part in " ".join(rejects["message"]) for part in row.split(",") if len(part) > 2)


@pytest.mark.parametrize(
    "number",
    [
        "a.meyer",
        "CEO",
        "X-12",
        "00000042",
        "E1.2",
        "19700101-9801",
        "AB",
        "E:7",
        "12+3",
        "Å7",
        "www7",
        "TEL12",
        "\u0661\u0662",
        "SE61-12",
        "S\u20137",
    ],
)
def test_a_number_of_another_form_is_one(number: str) -> None:
    assert number in set(taken(f"{number},new@acme.example,Bo,Ny,").roster["employee_id"])


def test_a_number_that_the_ledger_knows_is_one_whatever_it_looks_like() -> None:
    row = "Ny,new@acme.example,Bo,Ny,"
    assert "Ny" in set(taken(row, remembered=["Ny"]).roster["employee_id"])
    assert "Ny" not in set(taken(row, remembered=["E001"]).roster["employee_id"])


def test_a_company_may_number_its_people_by_how_they_are_called() -> None:
    good = "".join(f"{name.lower()},p{at}@acme.example,Ann,{name},\n" for at, name in enumerate(("Vik", "Meyer", "Berg", "Dal")))
    assert len(taken("ny,new@acme.example,Bo,Ny,", good=good).roster) == 5


def test_quiet_a_rejected_row_shows_its_number_where_the_roster_or_the_ledger_knows_it() -> None:
    rows = ("E001,,Bo,Ny,", "E044,nonsense,Bo,Ny,", "E045,nonsense,Bo,Ny,")
    found = taken(*rows, remembered=["E044"])
    shown = found.rejects.drop_duplicates("line").set_index("line")["employee_id"]
    assert shown.loc[9] == "E044"
    assert pd.isna(shown.loc[10])
    named = in_rejects(found.rejects).drop_duplicates()
    assert {"E044": "E044", "line 10": "E045"}.items() <= dict(zip(named.index, named, strict=True)).items()


def test_what_an_earlier_version_stored_is_named_as_it_was() -> None:
    stored = pd.DataFrame({"line": [2, 3], "employee_id": pd.Series(["E1", None], dtype="str")})
    assert in_rejects(stored).to_dict() == {"E1": "E1", "line 3": pytest.approx(float("nan"), nan_ok=True)}


def test_what_is_evidently_something_else_is_told_whole_columns_at_a_time() -> None:
    values = pd.Series(["E1", None, "a@b", "+4670174060", "SE6100000000000001000003", "SE6100000000000001000004"], dtype="str")
    assert is_other(values).tolist() == [False, False, True, True, True, False]
