"""An organization with dimensions at the stand-in, read, planned and written by Findity's own modules, without an engine.

Belongs here: the stand-in with a few people, and the steps of one pass. Does not belong here: whole nights with a ledger.
"""

from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from destinations.findity import comparison
from destinations.findity.client import Findity
from destinations.findity.settings import Settings
from destinations.findity.structure import planning, reading, sending
from resources.http import Retry
from roster.people.chain import approval_chain
from roster.plan.things import Structure
from roster.settings import Approvers
from sandbox.server import Sandbox
from tests.unit.roster.frames import KEY, acknowledged, roster

KEYS = {"client_id": "demo-client", "client_secret": {"env": "FINDITY_SECRET"}}
COST: dict[str, Any] = {
    "name": "Cost center",
    "level": "EXPENSE",
    "presetLocation": "EMPLOYEE",
    "values": {"id": "cost_center"},
    "approvers": [{"rule": "approval_limit", "amountLimit": 5000}, {"employee": "9"}],
}
"""Whose approver each row gives in a column that a test may fill as it likes."""


def user(number: str, **cells: Any) -> dict[str, Any]:
    names = {"firstName": f"F{number}", "lastName": f"L{number}", "email": f"{number}@acme.example", "personnelNumber": number}
    return {"externalSourceId": number, **names, **cells}


def seed(*users: dict[str, Any], **organization: Any) -> dict[str, Any]:
    """A stand-in's start: one organization `acme` below one root, with these users."""
    units = [{"name": "Acme", "parentId": None}, {"name": "Sales", "parentId": "Acme"}, {"name": "Legal", "parentId": "Acme"}]
    acme = {"name": "Acme", "units": units, "users": list(users), **organization}
    return {
        "findity": {
            "clients": {"demo-client": {"secret": "demo-findity-secret", "organizations": ["acme"]}},
            "organizations": {"acme": acme},
        }
    }


@dataclass
class Pass:
    """What was read, and what should change."""

    settings: Settings
    read: dict[str, pd.DataFrame]
    structure: Structure

    @property
    def things(self) -> dict[str, tuple[Any, Any]]:
        """Thing → old and new."""
        rows = self.structure.changes[["thing", "old", "new"]].to_numpy().tolist()
        return {thing: (None if pd.isna(old) else old, None if pd.isna(new) else new) for thing, old, new in rows}

    @property
    def left(self) -> dict[str, str]:
        return dict(self.structure.left.to_numpy().tolist())


@dataclass
class Organization:
    """One, with the settings of its company."""

    box: Sandbox
    given: dict[str, Any]

    def settings(self) -> Settings:
        urls = {"admin_url": self.box.findity_url, "token_url": self.box.findity_token_url}
        connection = {**urls, **KEYS, "organization": "acme", "timeout": 5, "read_back_seconds": 0}
        return Settings.model_validate({"connection": connection, "users": {}, **self.given})

    def client(self) -> Findity:
        return Findity(self.settings().connection, Retry(attempts=2, first_wait=0.01))

    def plan(self, *people: dict[str, Any], ledger: pd.DataFrame | None = None, approvers: Approvers | None = None) -> Pass:
        """Read, and say what should change."""
        settings = self.settings()
        known = acknowledged() if ledger is None else ledger
        with self.client() as client:
            read = {"users": client.users(), "units": client.units(), "owners": known[["employee_id", "account", "active"]]}
            read |= reading.read(client, settings)
        hr = roster(*people)
        accounts = comparison.accounts(read["users"], hr["employee_id"], known)
        chain = approval_chain(hr, accounts, known, approvers or Approvers(), "leaver", KEY)
        return Pass(settings, read, planning.structure(settings, hr, chain, read))

    def send(self, made: Pass, changes: pd.DataFrame | None = None) -> dict[str, tuple[str, str | None]]:
        """Write it; thing → outcome and reason."""
        with self.client() as client:
            sent = sending.send(client, made.settings, made.structure.changes if changes is None else changes)
        return {thing: (outcome, None if pd.isna(reason) else reason) for thing, outcome, reason in sent.to_numpy().tolist()}

    @property
    def state(self) -> dict[str, Any]:
        return self.box.state["findity"]["organizations"]["acme"]

    def other(self, **given: Any) -> "Organization":
        """The same with other settings."""
        return replace(self, given={**self.given, **given})
