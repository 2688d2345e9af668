"""One company of twelve before its first load and before a night of changes: each ready to be written to servers that misbehave."""

import copy
import shutil
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
import yaml

from assets.attributes import Settings
from assets.company import Company
from destinations import engine
from destinations.abilities import DryRun
from destinations.base import Destination, Known
from destinations.delivery import Write
from resources import places
from resources.failures import Failed
from resources.ledger import Ledger
from roster.plan.decision import from_stored
from roster.plan.facts import DryRunReply, PlanFacts
from sandbox.server import Sandbox
from tests.graph.conftest import YAML, Acme, Places, changed, impatient
from tests.made_once import made_once

SOON = {"expensify__connection__timeout": 0.4, "findity__connection__timeout": 0.4}
"""A destination that says nothing for so long is given up. Only where that is the point: a busy machine may take as long."""
PRIVATE = ("@", "quistgaard", "ytterberg", "zetterlund", "wrangel", "xavier", "+467", "SE27", "demo-", "Bearer", "http:", "https:")
"""What no message may hold."""


def tonight(acme: Acme) -> dict[str, dict[str, str]]:
    """A joiner whose manager is new too, a mover, a leaver, another manager, an e-mail change, a new bank account."""
    people = acme.people()
    people["E13"] = {**people["E09"], "No": "E13", "First": "Mai", "Mail": "mai@acme.example", "Dept": "Sales"}
    people["E14"] = {**people["E09"], "No": "E14", "First": "Nil", "Mail": "nil@acme.example", "Boss": "E13"}
    people["E05"]["Dept"] = "Finance"
    people["E07"]["Boss"] = "E13"
    people["E04"]["Mail"] = "dag.y@acme.example"
    people["E11"]["IBAN"] = "SE2700000000000099000297"
    del people["E08"]
    return people


def expensify_state(state: dict[str, Any]) -> dict[str, Any]:
    """Employee number → what Expensify holds of them; an account without a number by its address."""
    kept = state["expensify"]
    numbers = {key: identity.partition("|")[2] for identity, key in kept["identities"].items()}
    found: dict[str, Any] = {}
    for key, account in kept["accounts"].items():
        there = {policy: dict(rest["members"][key]) for policy, rest in kept["policies"].items() if key in rest["members"]}
        for member in there.values():
            if "employeeID" not in member:  # invited by Expensify: whom they submit to there hangs on who came in the same request
                member.pop("submitsTo", None)
        if there or key in numbers:
            found[numbers.get(key, key)] = {"account": account, "policies": there}
    return found


def findity_state(state: dict[str, Any]) -> dict[str, Any]:
    """externalSourceId → what Findity holds of them, approvers by externalSourceId instead of ids that are given out by chance."""
    users = state["findity"]["organizations"]["acme"]["users"]
    names = {user["personId"]: key for key, user in users.items()}
    plain = {key: {name: value for name, value in user.items() if name not in ("id", "personId")} for key, user in users.items()}
    return {key: {**user, "approverIds": [names.get(one, one) for one in user["approverIds"]]} for key, user in plain.items()}


STATES = {"expensify": expensify_state, "findity": findity_state}
STORED = ("hr/roster", "expensify/known", "expensify/plan", "findity/known", "findity/plan")


def is_one_clear_sentence(message: str | None) -> bool:
    """Whether it says what happened and what to do, in one line and of nobody."""
    told = message or ""
    advised = any(word in told for word in ("Run ", "Re-execute", "Check ", "Put ", "Is the ", "Correct "))
    return advised and "\n" not in told and len(told) < 320 and not any(word.lower() in told.lower() for word in PRIVATE)


@dataclass
class Attempt:
    """How one exchange ended."""

    failure: Failed | None
    answers: pd.DataFrame
    table: Any
    """The outcomes; None after a failure, when there are only answers."""
    numbers: dict[str, int]


@dataclass
class Exchange:
    """One destination's plan, and writing it as the steps of a sync do, without Dagster around them."""

    box: Sandbox
    destination: Destination
    access: Any
    run_id: str
    stored: dict[str, Any]
    """What the preview stored: ``roster``, and of this destination ``known`` and ``plan``."""
    before: dict[str, Any]
    clean: dict[str, Any]
    """What one clean sync leaves."""
    calls: list[dict[str, Any]]
    """The calls of that sync, in turn."""
    known: Known | None = None
    """What was read, once it was."""
    asked: DryRunReply | None = None
    """What the dry run said, once it did."""

    def state(self) -> dict[str, Any]:
        return STATES[self.destination.name](self.box.state)

    def attempt(self) -> Attempt:
        """Read, ask, send what is open, read back; what went wrong stands beside what is then known.

        Again, it is a re-execution from failure: what was read and asked stays, and the plan with it.
        """
        roster, plan = self.stored["roster"], self.stored["plan"]
        made, facts = from_stored(plan), PlanFacts.from_json(plan["facts"])
        failure: Failed | None = None
        with Ledger.open(places.ledger_url(), "acme") as ledger:
            write = Write(
                destination=self.destination.name,
                plan_run_id=self.run_id,
                run_id=uuid.uuid4().hex,
                plan=made,
                acknowledgements=plan["acknowledgements"],
                intake=facts.number,
                dated=None,
            )
            table, numbers = None, {}
            try:
                self.known = self.known or engine.read(self.destination, self.access, ledger, roster)
                if isinstance(self.destination, DryRun) and self.asked is None:
                    self.asked = self.destination.dry_run(self.access, ledger, made)
                engine.write(self.destination, self.access, ledger, write)
                found = engine.landed(self.destination, self.access, ledger, made, self.run_id, plan["desired"], roster)
                assert found.faults == []
                numbers, table = dict(found.numbers), found.outcomes.set_index("person")
            except Failed as error:
                failure = error
            answers = ledger.deliveries.answers(self.destination.name, self.run_id)
        return Attempt(failure, answers.set_index("person"), table, numbers)


def nth(calls: list[dict[str, Any]], index: int) -> dict[str, Any]:
    """What picks one call of a log for a fault."""
    call = calls[index]
    same = [one for one in calls[:index] if (one["api"], one["job"], one["dry_run"]) == (call["api"], call["job"], call["dry_run"])]
    return {"api": call["api"], "job": call["job"], "dry_run": call["dry_run"], "skip": len(same)}


@pytest.fixture(scope="session")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Places]:
    with Sandbox(switches={"expensify_rate_limits": False}) as box:
        yield Places(tmp_path_factory.mktemp("hostile"), box)


@pytest.fixture(scope="session")
def prepared(everything: Places, tmp_path_factory: pytest.TempPathFactory) -> dict[str, SimpleNamespace]:
    """The company before its first load, and before a night of changes: home, sandbox state, a preview, what a clean sync leaves."""
    return dict(made_once(tmp_path_factory, "hostile", lambda folder: _prepared(everything, folder))[1])


def _prepared(everything: Places, root: Path) -> dict[str, SimpleNamespace]:
    found = {}
    home = root / "home"
    with pytest.MonkeyPatch.context() as patch:
        everything.enter(home, patch)
        acme = Acme(root / "acme", everything.box)
        for when in ("first load", "night"):
            if when == "night":
                acme.file("2026-11-21", tonight(acme))
            kept = root / f"home {when}"
            preview = acme.run("preview")
            assert preview.succeeded, preview
            shutil.copytree(home, kept)
            before, since = copy.deepcopy(acme.box.state), len(acme.box.calls)
            clean = acme.run("sync")
            assert clean.succeeded, clean
            found[when] = SimpleNamespace(
                home=kept,
                run_id=preview.run_id,
                stored={name: acme.stored(preview.run_id, name) for name in STORED},
                before=before,
                clean=copy.deepcopy(acme.box.state),
                calls=acme.box.calls[since:],
            )
    return found


@pytest.fixture
def company(everything: Places, prepared: dict[str, SimpleNamespace], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes the company as it was before its first load, or before the night of changes."""

    def make(when: str, **settings: Any) -> Acme:
        shutil.copytree(prepared[when].home, tmp_path / "home")
        everything.enter(tmp_path / "home", monkeypatch, prepared[when].before)
        acme = Acme(tmp_path / "acme", everything.box, **settings)
        if when == "night":
            acme.file("2026-11-21", tonight(acme))
        return acme

    return make


@pytest.fixture
def exchange(everything: Places, prepared: dict[str, SimpleNamespace], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes one destination's exchange; its plan is that of the preview, and of what that left only the ledger is there."""

    def make(when: str, name: str, **settings: Any) -> Exchange:
        ready = prepared[when]
        shutil.copytree(ready.home, tmp_path / "home", ignore=shutil.ignore_patterns("data", "reports"))
        everything.enter(tmp_path / "home", monkeypatch, ready.before)
        attributes = changed(yaml.safe_load(YAML), {path.replace("__", "."): value for path, value in settings.items()})
        company = Company("acme", Settings.model_validate(attributes), tmp_path)
        stored = {kept: ready.stored[f"{name}/{kept}"] for kept in ("known", "plan")} | {"roster": ready.stored["hr/roster"]}
        states = [STATES[name](state) for state in (ready.before, ready.clean)]
        mine = [call for call in ready.calls if call["api"] == name]
        destination = next(one for one in company.destinations() if one.name == name)
        return Exchange(everything.box, destination, access(destination), ready.run_id, stored, *states, mine)

    return make


def access(destination: Destination) -> Any:
    """How to reach a destination of which nobody counts the calls, and that is asked twice at most."""
    return impatient(destination.access())
