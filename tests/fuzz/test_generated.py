"""Rosters of a known truth, good and with damaged cells: what is good is used as it is, and what is not surprises nobody."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import soak
from tests.fuzz import rosters
from tests.fuzz.judging import clean_seconds, judge, read
from tests.fuzz.mutating import COMPANIES, cells
from tests.fuzz.run import SIZE

LONG, TIMES = (10_000, 100) if soak.WHOLE else (500, 1)
"""A million rows in a soak."""


@pytest.mark.exhaustive("generated rosters, of ten thousand rows each in a soak")
@pytest.mark.parametrize("seed", range(TIMES))
def test_accounting_of_a_good_roster_everyone_is_used_as_they_are_and_of_a_damaged_one_nobody_surprises(seed: int) -> None:
    rng = random.Random(seed)
    rows = rosters.roster(rng, LONG)
    usual = clean_seconds(rows)
    found = read("text", rows, rosters.as_text(rows)).roster.set_index("employee_id")
    assert list(found.index) == [row[0] for row in rows]
    assert [found.loc[number, "employment"] == "left" for number in found.index] == [row[5] == "T" for row in rows]
    assert found["email"].dropna().isin([row[3] for row in rows]).all()
    judge("text", rows, rosters.as_text(cells(rng, rows)), usual)


@settings(max_examples=200 if soak.WHOLE else 5, deadline=None, print_blob=True)
@given(st.integers(0, COMPANIES - 1), st.sampled_from(["text", "workbook", "fixed width", "changes"]), st.data())
def test_no_surprise_whatever_text_stands_in_cells(company: int, form: str, data: st.DataObject) -> None:
    rows = rosters.roster(random.Random(company), SIZE)
    texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00" if form == "workbook" else ""), max_size=12)
    places = st.tuples(st.integers(0, SIZE - 1), st.integers(0, len(rosters.FIELDS) - 1), texts)
    made = [list(row) for row in rows]
    for place, column, text in data.draw(st.lists(places, max_size=5)):
        made[place][column] = text
    judge(form, rows, rosters.MADE.get(form, rosters.as_text)(made), 0)  # type: ignore[operator]
