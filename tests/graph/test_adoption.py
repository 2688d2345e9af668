"""A company whose people have accounts already: seen before anything is written, then taken over, one account each."""

import copy
import io
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from cli.page import print_page
from destinations import registry
from resources.past.report_files import Written, write_reports
from resources.past.run_report import assemble

pytestmark = pytest.mark.long(held_by="tests/unit/roster/plan/test_first.py::test_accounts_found_by_address_alone_are_found")

SE, NO = "5E00000000000001", "4E00000000000002"


def renumbered(state: dict[str, Any], address: str, number: str | None) -> None:
    """Another employee number, or none, for an account at Expensify."""
    parts = [state["expensify"]["accounts"][address]]
    parts += [policy["members"][address] for policy in state["expensify"]["policies"].values() if address in policy["members"]]
    identities = state["expensify"]["identities"]
    for identity in [identity for identity, key in identities.items() if key == address]:
        del identities[identity]
    for part in parts:
        part.pop("employeeID", None)
        if number:
            part["employeeID"] = number


@pytest.fixture
def there(first: SimpleNamespace) -> dict[str, Any]:
    """Twelve people's accounts, made by hand: E04's at Expensify has no number, E05's one of nobody's, E12 has none at all."""
    state = copy.deepcopy(first.state)
    renumbered(state, "dag@acme.example", None)
    renumbered(state, "eva@acme.example", "9905")
    renumbered(state, "liv@acme.example", None)
    for policy in state["expensify"]["policies"].values():
        policy["members"].pop("liv@acme.example", None)
    del state["expensify"]["accounts"]["liv@acme.example"]
    members = state["expensify"]["policies"][SE]["members"]
    members["dag@acme.example"]["email"] = "Dag@ACME.example"
    users = state["findity"]["organizations"]["acme"]["users"]
    users["HRIS-4"] = users.pop("E04") | {"externalSourceId": "HRIS-4"}
    users["OLD-5"] = users.pop("E05") | {"externalSourceId": "OLD-5", "personnelNumber": None, "email": "EVA@acme.example"}
    del users["E12"]
    return state


@pytest.fixture
def acme(empty: Any, there: dict[str, Any]) -> Any:
    company = empty(first_sync="hold")
    company.box.box.state = there
    return company


def page(acme: Any, run_id: str) -> tuple[str, str]:
    """What the terminal shows of a run, and its report."""
    with acme.ledger() as ledger:
        report = assemble(ledger, run_id, registry.titles())
        written: Written = write_reports(report)
    console = Console(file=io.StringIO(), width=160)
    print_page(console, report, written)
    return console.file.getvalue(), written.page.read_text()


def rows(text: str, heading: str) -> dict[str, list[str]]:
    """A table of the terminal: first cell → the others."""
    lines = [line.strip() for line in text[text.index(heading) :].splitlines()[1:]]
    cells = [line.rsplit(maxsplit=2) for line in lines[: lines.index("")]]
    return {name: counts for name, *counts in cells}


def test_no_surprise_a_preview_shows_who_is_there_already_and_writes_nothing(acme: Any) -> None:
    writes = acme.box.writes
    result = acme.quickly("preview")
    assert result.succeeded, result
    assert acme.box.writes == writes
    terminal, report = page(acme, result.run_id)
    assert rows(terminal, "there already") == {
        "found by employee number": ["9", "10"],
        "found by e-mail address": ["1", "0"],
        "in conflict: held": ["1", "1"],
        "only there: left alone": ["2", "1"],
        "only in HR's file: to be created": ["1", "1"],
    }
    assert rows(terminal, "planned")["hold"] == ["12", "2"]
    assert "Who was at Findity before the first sync" in report
    shown = acme.stored(result.run_id, "expensify/plan")["people"]
    assert shown.set_index("person")["matched_by"].value_counts().to_dict() == {"number": 9, "email": 1, "conflict": 1}


def test_accounts_are_taken_over_once_released_and_nobody_has_two(acme: Any) -> None:
    before = copy.deepcopy(acme.box.state)
    synced = acme.quickly("sync")
    assert synced.succeeded, synced
    assert acme.box.writes == before["writes"]
    for destination in ("expensify", "findity"):
        with acme.ledger() as ledger:
            digest = ledger.plans.verdict(destination, synced.run_id).held_digest
        released = acme.quickly("release", digest=digest, released_by="finance", reason="looked through")
        assert released.succeeded, released
    addresses = [member["email"].lower() for member in acme.members().values()]
    assert len(addresses) == len(set(addresses))
    assert acme.members()["dag@acme.example"]["employeeID"] == "E04"
    assert acme.members(NO)["eva@acme.example"]["employeeID"] == "9905"
    assert acme.members()["liv@acme.example"]["employeeID"] == "E12"
    assert len(acme.box.state["expensify"]["accounts"]) == len(before["expensify"]["accounts"]) + 1
    assert acme.users().keys() == before["findity"]["organizations"]["acme"]["users"].keys() | {"E12"}
    assert acme.users()["consultant-1"] == before["findity"]["organizations"]["acme"]["users"]["consultant-1"]

    again = acme.quickly("sync")
    assert again.succeeded, again
    expected = dict.fromkeys(acme.people(), "unchanged") | {"E05": "held"}
    for destination in ("expensify", "findity"):
        outcomes = acme.outcome(destination, again.run_id)
        assert {number: outcomes[number] for number in expected} == expected
    terminal, _ = page(acme, again.run_id)
    assert "there already" not in terminal
