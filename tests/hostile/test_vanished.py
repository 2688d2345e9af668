"""Somebody whom the plan speaks of is gone at the destination before the write, or before it is read back."""

from typing import Any

import pytest

from roster.vocabulary import WRITES
from tests.graph.conftest import NO
from tests.hostile.conftest import Attempt, Exchange

ADDRESS = {"E05": "eva@acme.example", "E08": "hal@acme.example", "E14": "nil@acme.example"}
"""A mover, a leaver and a joiner of the night."""
NAMES = ("expensify", "findity")


def remove(exchange: Exchange, person: str) -> None:
    """What somebody does by hand in the destination's own pages."""
    state = exchange.box.state
    for policy in state["expensify"]["policies"].values():
        policy["members"].pop(ADDRESS[person], None)
    state["findity"]["organizations"]["acme"]["users"].pop(person, None)


def remove_after_write(exchange: Exchange, person: str) -> None:
    class Sending(type(exchange.destination)):
        def send(self, *given: Any) -> None:
            super().send(*given)
            remove(exchange, person)

    exchange.destination = Sending(exchange.destination.settings)


def fate(attempt: Attempt, person: str) -> tuple[str, str]:
    row = attempt.table.loc[person].fillna("")
    return row["outcome"], row["landed"]


def adds_up(attempt: Attempt, **apart: int) -> None:
    """All others were accepted and have landed, and of whoever is apart no number says more than is so."""
    assert attempt.failure is None, attempt.failure
    numbers, planned = attempt.numbers, attempt.table[attempt.table["action"].isin(WRITES)]
    expected = {name: apart.get(name, 0) for name in ("missing", "refused", "unknown")}
    assert {name: numbers[name] for name in expected} == expected
    assert numbers["intended"] == len(planned) == numbers["landed"] + numbers["not_visible"] + sum(expected.values())
    assert numbers["accepted"] == int(attempt.answers["status"].eq("accepted").sum())


def test_true_report_a_mover_gone_before_the_write_is_brought_back_whole_by_expensify(exchange: Any) -> None:
    struck = exchange("night", "expensify")
    remove(struck, "E05")
    attempt = struck.attempt()
    assert fate(attempt, "E05") == ("updated", "landed")
    adds_up(attempt)
    assert struck.state()["E05"]["policies"] == {NO: struck.clean["E05"]["policies"][NO]}


def test_true_report_a_mover_gone_before_the_write_is_refused_by_findity_and_not_made_anew_by_halves(exchange: Any) -> None:
    struck = exchange("night", "findity")
    remove(struck, "E05")
    attempt = struck.attempt()
    assert fate(attempt, "E05") == ("refused", "")
    adds_up(attempt, refused=1)
    assert "E05" not in struck.state()


@pytest.mark.parametrize("name", NAMES)
def test_true_report_a_leaver_gone_before_the_write_is_out_whatever_the_answer_was(exchange: Any, name: str) -> None:
    struck = exchange("night", name)
    remove(struck, "E08")
    attempt = struck.attempt()
    assert fate(attempt, "E08") == ("deactivated", "landed")
    adds_up(attempt)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("person", "outcome"), [("E14", "created"), ("E05", "updated")])
def test_true_report_somebody_gone_before_reading_back_was_accepted_and_is_missing(
    exchange: Any, name: str, person: str, outcome: str
) -> None:
    struck = exchange("night", name)
    remove_after_write(struck, person)
    attempt = struck.attempt()
    assert fate(attempt, person) == (outcome, "missing")
    assert attempt.table.loc[person, "reason"] == "not_seen_yet"
    assert attempt.answers.loc[person, "status"] == "accepted"
    adds_up(attempt, missing=1)


@pytest.mark.parametrize("name", NAMES)
def test_true_report_a_leaver_gone_before_reading_back_has_landed(exchange: Any, name: str) -> None:
    struck = exchange("night", name)
    remove_after_write(struck, "E08")
    attempt = struck.attempt()
    assert fate(attempt, "E08") == ("deactivated", "landed")
    adds_up(attempt)
