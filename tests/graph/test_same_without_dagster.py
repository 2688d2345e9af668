"""Nights without Dagster (`tests.syncing`), on which most tests of what a sync comes to rely, come to the same as real runs."""

import copy
from pathlib import Path
from typing import Any

from roster.plan.limits import Limits
from tests.syncing import Company, fresh


def files(acme: Any) -> list[dict[str, Any]]:
    """HR's file of two days: everyone; then some gone, new, moved, with another address, and many in another department."""
    first = acme.people()
    second = {number: dict(row) for number, row in first.items() if number != "E12"}
    second["E08"] |= {"Firm": "SE", "Boss": "E02"}
    second["E02"]["Mail"] = "bo.new@acme.example"
    second["E13"] = {**first["E09"], "No": "E13", "Mail": "new@acme.example", "Boss": "E99"}
    for number in ("E04", "E05", "E06", "E07", "E09"):
        second[number]["Dept"] = "Finance"
    return [first, second]


def test_nights_without_dagster_come_to_the_same_as_real_runs_of_the_same_files(empty: Any, tmp_path: Path) -> None:
    acme = empty(findity=None)
    box, before = acme.box, copy.deepcopy(acme.box.state)
    box.fault(api="expensify", job="update employees", times=None, refuse={"E11": "Invalid phone"})
    real, rosters = [], []
    for day, people in enumerate(files(acme), 20):
        acme.file(f"2026-11-{day}", people)
        since = len(box.calls)
        run = acme.quickly("sync")
        assert run.succeeded, run
        kept = acme.stored(run.run_id, "expensify/landed")
        rosters.append(acme.stored(run.run_id, "hr/roster"))
        real.append((table(kept["outcomes"]), kept["numbers"], acme.calls(since), copy.deepcopy(box.state["expensify"])))
    box.box.state = before
    with fresh(tmp_path) as ledger:
        company = Company(box, ledger, acme.attributes["expensify"], Limits())
        for day, people in enumerate(rosters):
            since = len(box.calls)
            night = company.sync(*people.to_dict("records"), day=f"2026-11-{20 + day}")
            found = (table(night.landed.outcomes), night.numbers, acme.calls(since), box.state["expensify"])
            for ours, theirs in zip(found, real[day], strict=True):
                assert ours == theirs
    outcomes = {outcome for found, *_ in real for _, outcome, *_ in found}
    assert {"created", "updated", "deactivated", "unchanged", "refused"} <= outcomes, "of each kind somebody"


def table(outcomes: Any) -> list[list[Any]]:
    """Person, outcome, what it landed as, reason; whom HR does not know has another pseudonym in another ledger."""
    rows = outcomes[["person", "outcome", "landed", "reason"]].fillna("")
    return sorted(rows.assign(person=rows["person"].str.replace("~.*", "~", regex=True)).to_numpy().tolist())
