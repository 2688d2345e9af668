"""How much more is done for more people, by counts that are the same on every machine: nothing is done row by row that was not before.

What is counted for 1,200 people, less that for 300, by person: what each person costs beyond what any run costs. One more function that is
called for every person is one more; what grows by the square is hundreds more.
"""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from cli.demo import SANDBOX_CREDENTIALS
from tests.counts import nights
from tests.counts.bounds import beyond
from tests.counts.nights import ROWS, Found

FEW, MANY = 300, 1200
SLACK = 0.5
"""Of a call a person. Two counts of the same differ by some ten calls in all: by threads."""


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, secret in SANDBOX_CREDENTIALS.items():
        monkeypatch.setenv(name, secret)


def each(few: Found, many: Found) -> Found:
    """By person."""
    return Found({what: (many[what] - few[what]) / (MANY - FEW) for what in many})  # type: ignore[misc]


def assert_no_more(found: Mapping[str, Found]) -> None:
    """Fails with what each person costs most, where that is too much."""
    counts = {
        step: {"calls a person": round(sum(one.values()) - one[ROWS], 2), "SQL rows a person": round(one[ROWS], 2)}
        for step, one in found.items()
    }
    more = beyond("rows", counts, plus=SLACK)
    most = {step: [f"{count:.1f} {what}" for what, count in one.most_common(20)] for step, one in found.items() if more}
    assert not more, "\n".join([str(more), *(f"{step}:\n  " + "\n  ".join(lines) for step, lines in most.items())])


def test_taking_in_hrs_file_does_no_more_for_a_person_than_before() -> None:
    re.purge()  # Python keeps 512 patterns: of those of other tests there may be so many that some are compiled in between
    nights.reading(FEW)  # what is imported or compiled at the first use is no file's
    assert_no_more({"HR's file": each(nights.reading(FEW), nights.reading(MANY))})


LONG = pytest.mark.long(held_by="tests/counts/test_rows.py::test_taking_in_hrs_file_does_no_more_for_a_person_than_before")


@pytest.mark.parametrize("destination", ["expensify", pytest.param("findity", marks=LONG)])
def test_no_night_does_more_for_a_person_than_before(destination: str, tmp_path: Path) -> None:
    _, few, many = (nights.story(destination, people, tmp_path) for people in (FEW, FEW, MANY))  # the first imports and compiles
    assert_no_more({step: each(few[step], many[step]) for step in few})
