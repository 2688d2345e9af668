"""What is decided on a page is decided once, and who was shown a page about people is kept."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from resources.failures import Permanent
from resources.ledger import Ledger
from resources.ledger.decisions import Decision

NOW = datetime.now(UTC)
FORM = Decision("form-1", "release", "h1", ["leave"], ["E1"], "anna", "looked", NOW, "run-1")


def test_a_form_that_is_sent_twice_is_one_decision(ledger):
    assert ledger.decisions.begin(FORM) == FORM
    again = ledger.decisions.begin(replace(FORM, run_id="run-2", at=NOW + timedelta(seconds=1)))
    assert again == FORM
    assert ledger.decisions.of("form-1") == FORM
    ledger.decisions.end("form-1", "done")
    ledger.decisions.end("form-1", "not done")
    assert ledger.decisions.begin(FORM).outcome == "done"
    assert ledger.decisions.of("form-2") is None


def test_no_surprise_a_set_that_is_being_released_is_not_released_by_another_form(ledger):
    ledger.decisions.begin(FORM)
    other = replace(FORM, decision="form-2", name="bert")
    with pytest.raises(Permanent, match="anna is releasing of h1 already"):
        ledger.decisions.begin(other)
    ledger.decisions.begin(replace(other, decision="form-3", action="propose"))
    ledger.decisions.begin(replace(other, decision="form-4", digest="h2"))
    ledger.decisions.end("form-1", "done")
    ledger.decisions.begin(other)
    assert [one.decision for one in ledger.decisions.newest(9, "h1")][-1] in ("form-1", "form-2", "form-3")
    assert {one.decision for one in ledger.decisions.newest(9)} == {"form-1", "form-2", "form-3", "form-4"}


def test_proposals_are_of_a_set_and_end_with_it(ledger):
    ledger.decisions.propose("h1", [], [], "anna", "looked", NOW + timedelta(days=1))
    ledger.decisions.propose("h1", ["leave"], ["E1"], "bert", "looked", NOW - timedelta(hours=1))
    first, second = ledger.decisions.proposals("h1")
    assert (first.people, first.expired, second.people, second.expired) == (None, False, ["E1"], True)
    assert ledger.decisions.proposals("h2") == []


def test_what_was_shown_and_decided_is_a_companys_own_and_goes_by_age(ledger, url):
    ledger.visits.note("anna", "person", "E1")
    ledger.decisions.begin(FORM)
    ledger.decisions.propose("h1", [], [], "anna", "looked", NOW)
    with Ledger.open(url, "beta") as other:
        assert (other.visits.newest(9), other.decisions.newest(9), other.decisions.of("form-1")) == ([], [], None)
    assert ledger.retention.purge([], NOW - timedelta(days=1)) == {}
    assert ledger.retention.purge([], NOW + timedelta(days=1)) == {"decision": 1, "proposal": 1, "visit": 1}
    assert ledger.visits.newest(9) == []
