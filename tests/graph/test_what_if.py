"""What the last file would come to under other settings: what changes because of them, and that nothing is written for it."""

import copy
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from assets.attributes import model
from assets.company import Company
from assets.what_if import WhatIf, what_if
from resources import places
from resources.ledger import tables
from tests.graph.conftest import Acme

COUNTED = {"rate_call", "traffic"}
"""What is counted whoever calls, since the destination counts it too."""


def tried(acme: Acme, only: tuple[str, ...] = (), like: WhatIf | None = None) -> WhatIf:
    """The file that was last taken in, under the settings of `acme`."""
    company = Company(acme.name, model().model_validate(acme.attributes), acme.folder)
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
    acme, other = synced(), synced(expensify__feed__customField2="location", hr__people__columns__location="Firm")
    before, since = everything_kept(acme), len(acme.box.calls)
    found = tried(other)
    assert set(effects(found, "expensify").values()) == {"hold"}, "beyond the limits"
    assert everything_kept(acme) == before
    calls = [call for call in acme.calls(since) if call != "POST token"]
    assert calls
    assert not {call for call in calls if "dry" in call or call.startswith(("update", "POST", "PUT", "PATCH", "DELETE"))}, calls
