"""Things that are no people in the report: by name on its owner's page, by kind in its first lines, and nowhere where there are none."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from cli.page import print_page
from resources.past.report_files import Written
from roster.reports import things
from roster.reports.headline import headline
from roster.reports.page import Overview, render
from roster.reports.skipped import left_out
from tests.desks import Company, people
from tests.syncing import fresh

further = pytest.mark.long(
    held_by="tests/unit/destinations/test_things_told.py::test_true_report_the_page_and_its_first_lines_name_things_and_what_became_of_them"
)

BOTH = people("Nord", "Syd")


@pytest.fixture
def acme(tmp_path):
    with fresh(tmp_path) as ledger:
        yield Company(tmp_path / "book.json", ledger)


@pytest.fixture
def begun(acme):
    """The desks are there, and whoever keeps them waits."""
    acme.sync(*BOTH)
    return acme


def test_true_report_the_page_and_its_first_lines_name_things_and_what_became_of_them(acme):
    acme.switch(refuse_desks={"Nord": "Nord is taken"}, sit_there={"Nord": "E2"})
    night = acme.sync(*people("Nord", "Syd", "A desk without an end", "Cellar"))
    report = night.report
    found = headline(report, left_out(report))
    said = [found.sentence, *found.also]
    assert any("1 × desk refused at Ledger book" in one for one in said)
    assert any("4 × keeper of a desk wait for a release at Ledger book" in one for one in said)
    assert any("cannot be brought to Ledger book as HR has them" in one for one in said)
    page = render(report)
    told = ["value/Nord", "Nord is taken", "E2", "no room for a name as long as this", "E1 keeps Cellar in place of nobody"]
    assert [text for text in [*told, night.digest] if text not in page] == []
    assert [one.adds_up for one in things.sums(report.destinations[0])] == [True]
    assert "does not add up" not in page


@pytest.mark.long(
    held_by="tests/unit/destinations/test_things_told.py::test_true_report_the_page_and_its_first_lines_name_things_and_what_became_of_them"
)
def test_the_terminal_says_how_many_wait_and_how_they_are_released(acme):
    acme.limited(things={"count": 1, "share": 0})
    night = acme.sync(*BOTH)
    acme.sync(*BOTH)
    waiting = acme.sync(*people("Nord", "Syd", "Ost", "Vest")).report
    out = io.StringIO()
    print_page(Console(file=out, width=400), waiting, Written(Path("page"), Path("list"), None, Overview.of(waiting, left_out(waiting))))
    said = " ".join(out.getvalue().split())
    assert "Held Ledger book: 5 × keeper of a desk, 2 × desk (keeper of a desk: 5 planned, 1 allowed; desk: 2 planned, 1 allowed)" in said
    assert f"rollcall release acme {waiting.destinations[0].held_digest}" in said
    assert night.report.destinations[0].held == 0, "which counts people"


@further
def test_a_night_of_things_alone_says_that_no_person_was_written(begun):
    night = begun.release(begun.planned(*BOTH), *BOTH)
    found = headline(night.report, left_out(night.report))
    assert (found.sentence, found.also) == ("No person had to be written", ["3 × keeper of a desk at Ledger book written, 3 accepted"])


@further
def test_without_things_a_report_has_nothing_of_them(acme):
    acme.desks = False
    night = acme.sync(*BOTH)
    page = render(night.report)
    assert not any(word in page for word in ("Beside the people", "beside the people", "no people"))
    assert things.sums(night.report.destinations[0]) == []
