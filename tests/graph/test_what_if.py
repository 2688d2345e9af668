"""What the last file would come to under other settings: what changes because of them, and that nothing is written for it."""

import copy
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from assets.attributes import model
from assets.company import Company
from assets.what_if import WhatIf, what_if
from resources import places
from resources.failures import Permanent
from resources.ledger import tables
from tests.graph.conftest import Acme, changed

COUNTED = {"rate_call", "traffic"}
"""What is counted whoever calls, since the destination counts it too."""


def with_other(acme: Acme, **settings: Any) -> dict[str, Any]:
    """The attributes of `acme` with other values at places such as ``hr__people__scope``; None takes a place out."""
    return changed(copy.deepcopy(acme.attributes), {path.replace("__", "."): value for path, value in settings.items()})


def tried(acme: Acme, only: tuple[str, ...] = (), like: WhatIf | None = None, **settings: Any) -> WhatIf:
    """The file that was last taken in, under the settings of `acme` or others."""
    company = Company(acme.name, model().model_validate(with_other(acme, **settings)), acme.folder)
    with acme.ledger() as ledger:
        return what_if(company, ledger, only, like)


def everything_kept(acme: Acme) -> dict[str, Any]:
    """All rows of the ledger but what is counted, all files, all that is at the destinations."""
    with acme.ledger() as ledger, ledger.engine.connect() as connection:
        kept = [table for table in tables.metadata.sorted_tables if table.name not in COUNTED]
        rows: dict[str, Any] = {table.name: sorted(map(repr, connection.execute(sa.select(table)))) for table in kept}
    home = places.home()
    files = {str(path): _digest(path) for path in home.rglob("*") if path.is_file() and not path.name.startswith("ledger.db")}
    keys = sorted(path.name for path in home.glob("ledger.db.*.key"))
    state = acme.box.state
    there = [state["expensify"]["policies"], state["findity"]["organizations"], state["writes"]]
    return {**rows, **files, "keys": keys, "there": copy.deepcopy(there)}


def _digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def effects(found: WhatIf, destination: str) -> Mapping[str, str]:
    """Person → action, of whom something is planned."""
    at = found.of(destination)
    assert at is not None
    assert at.drawn is not None, at.failure
    people = at.drawn.plan.people
    people = people[~people["action"].isin(["none", "skip"])]
    return dict(zip(people["person"], people["action"], strict=True))


def test_the_present_settings_come_to_what_the_last_run_left(synced: Any) -> None:
    found = tried(synced())
    assert [one.destination.name for one in found.at] == ["expensify", "findity"]
    assert effects(found, "expensify") == effects(found, "findity") == {}


def test_no_surprise_nothing_is_written_anywhere_for_a_look_at_other_settings(synced: Any) -> None:
    acme = synced()
    before, since = everything_kept(acme), len(acme.box.calls)
    found = tried(acme, expensify__feed__customField2="company_code")
    assert set(effects(found, "expensify").values()) == {"hold"}, "beyond the limits"
    assert everything_kept(acme) == before
    calls = [call for call in acme.calls(since) if call != "POST token"]
    assert calls
    assert not {call for call in calls if "dry" in call or call.startswith(("update", "POST", "PUT", "PATCH", "DELETE"))}, calls


@pytest.mark.long(held_by="tests/graph/test_what_if.py::test_the_present_settings_come_to_what_the_last_run_left")
def test_only_some_people_are_asked_about_and_nobody_else_is_touched(synced: Any) -> None:
    found = tried(synced(), only=("E04",), expensify__feed__customField2="company_code")
    assert set(effects(found, "expensify")) == {"E04"}
    assert effects(found, "findity") == {}


@pytest.mark.long(held_by="tests/graph/test_what_if.py::test_the_present_settings_come_to_what_the_last_run_left")
def test_what_is_there_is_read_once_for_both_settings_unless_they_would_have_other_things_read(synced: Any) -> None:
    acme = synced()
    now = tried(acme)
    since = len(acme.box.calls)
    then = tried(acme, like=now, limits={"other": {"count": 1, "share": 1.0}}, approvers={"top": "E01"})
    assert acme.calls(since) == []
    assert [one.known is at.known for one, at in zip(now.at, then.at, strict=True)] == [True, True]
    other = tried(acme, like=now, expensify__feed__customField2="company_code", findity__users__phone=None)
    assert acme.calls(since) == []
    assert set(effects(other, "expensify")), "what was read is enough for other records"
    tried(acme, like=now, expensify__feed__additionalPolicyIDs=None, findity__users__clear=["approverIds"])
    assert {call.split()[0] for call in acme.calls(since)} >= {"get", "GET"}, "other policies, and other fields that are read"
    assert "get policyList" in acme.calls(since)


def test_whoever_is_said_to_have_another_number_is_looked_at_by_that_one_with_all_that_is_remembered(synced: Any) -> None:
    acme = synced()
    before = everything_kept(acme)["acknowledged"]
    people = acme.people()
    people["E99"] = people.pop("E04") | {"No": "E99"}
    acme.file("2026-11-21", people)
    assert acme.quickly("preview").succeeded
    assert effects(tried(acme), "expensify")["E99"] == "hold", "somebody else's address, so far as these settings know"
    found = tried(acme, hr__people__same_person={"E04": "E99"})
    assert effects(found, "expensify")["E99"] == "update"
    for destination in ("expensify", "findity"):
        assert "E04" not in set(found.of(destination).drawn.plan.people["person"])
    assert everything_kept(acme)["acknowledged"] == before


def test_a_file_that_was_never_taken_in_is_told_with_what_takes_it_in(empty: Any) -> None:
    with pytest.raises(Permanent, match="acme_preview"):
        tried(empty())


def test_no_surprise_a_file_that_the_settings_cannot_read_stops_at_the_gate_and_has_no_plan(synced: Any) -> None:
    found = tried(synced(), hr__people__columns__email="E-mail")
    assert found.unfit is not None
    assert not found.at


def test_what_cannot_be_read_is_told_and_is_not_nothing(synced: Any) -> None:
    acme = synced()
    acme.box.fault(api="expensify", times=None, status=500)
    found = tried(acme)
    at = found.of("expensify")
    assert at is not None
    assert at.drawn is None
    assert at.failure
    assert found.of("findity").drawn is not None  # type: ignore[union-attr]


def test_a_ledger_that_only_looks_refuses_each_write_and_makes_no_key(synced: Any) -> None:
    acme = synced()
    with acme.ledger() as ledger:
        looking = ledger.only_looking()
        with pytest.raises(Permanent, match="only looks"):
            looking.runs.begin("run", "run", "acme_sync")
        with pytest.raises(Permanent, match="only looks"):
            looking.claims.take("findity", ["organization"])
        assert looking.keys.of_fields("expensify") == ledger.keys.of_fields("expensify")
        assert looking.keys.of("never made") == looking.keys.of("never made")
        assert not list(places.home().glob("*never*"))


def test_of_a_destination_that_the_settings_add_and_nobody_has_credentials_for_only_that_is_not_known(synced: Any) -> None:
    acme = synced()
    now = tried(acme, expensify=None)
    then = tried(acme, like=now, expensify__connection__partner_user_secret={"env": "NOT_SET_ANYWHERE"})
    added = then.of("expensify")
    assert added is not None
    assert added.drawn is None
    assert "NOT_SET_ANYWHERE is not set" in added.failure
    assert effects(then, "findity") == {}
