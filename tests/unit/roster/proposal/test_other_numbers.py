"""Numbers that are nobody's employee number, though each person has another."""

import pandas as pd
import pytest

from roster.proposal.propose import SURE, Proposal, propose

FIRST = ["Alva", "Birk", "Celie", "Disa", "Ebbe", "Frej", "Gry", "Hedda", "Ivar", "Jon"]
NUMBERS = [str(86011117947 + 1313 * n) for n in range(10)]
SHORT = [str(1117947 + 1313 * n) for n in range(10)]
SHORTENED = [f"{2.023 + n / 10000:.4f}E+11" for n in range(10)]


def proposed(**columns: list[str]) -> Proposal:
    frame = pd.DataFrame({"First name": FIRST, "Last name": FIRST[::-1], "Email": [f"{each}@x.example".lower() for each in FIRST]})
    return propose(frame.assign(**columns).to_csv(index=False).encode(), "people.csv")


@pytest.mark.parametrize("heading", ["Kontonr", "Account no.", "BBAN", "Lönekonto", "Compte", "Cuenta", "Tax", "Skattenummer", "Document"])
@pytest.mark.parametrize("beside", [{}, {"Number": SHORTENED}, {"Nummer": [f"K-{n}" for n in range(10)]}])
@pytest.mark.parametrize("cells", [NUMBERS, SHORT])
def test_an_account_is_never_the_employee_number(heading: str, beside: dict[str, list[str]], cells: list[str]) -> None:
    found = proposed(**{heading: cells}, **beside).columns.get("employee_id")
    assert found is None or found.value != heading


def test_the_number_beside_an_account_is_taken() -> None:
    found = proposed(Kontonr=NUMBERS, Kennung=[str(7001 + n) for n in range(10)]).columns["employee_id"]
    assert (found.value, found.confidence > SURE) == ("Kennung", True)


def test_long_numbers_are_open_where_the_heading_says_nothing_of_them() -> None:
    assert proposed(Ref=NUMBERS).columns["employee_id"].confidence <= SURE
    assert proposed(Ref=SHORT).columns["employee_id"].confidence > SURE


def test_what_stands_beside_shortened_numbers_is_open() -> None:
    found = proposed(Number=SHORTENED, Badge=[str(7001 + n) for n in range(10)]).columns["employee_id"]
    assert found.confidence <= SURE
    assert "shortened" in found.reason


def test_limits_in_thousands_are_not_proposed_as_whole_units() -> None:
    found = proposed(**{"Approval limit (TSEK)": ["15", "1500", *[""] * 8]}).columns.get("approval_limit")
    assert found is None or found.confidence < SURE
    assert proposed(**{"Approval limit": ["15", "1500", *[""] * 8]}).columns["approval_limit"].confidence > SURE
