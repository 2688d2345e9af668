"""A company at the sandbox's Findity, over its socket and through `destinations.engine`: whole nights without Dagster.

Belongs here: a company, a night, what Findity holds and was asked. Does not belong here: what a file of tests asks besides.
"""

import copy
from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

from destinations.findity.adapter import Access, Adapter
from destinations.findity.settings import Settings
from resources.http import Retry
from resources.ledger import Ledger
from resources.past.story import story_of
from roster.plan.limits import Limits
from sandbox.seed import demo, state_from
from sandbox.server import Sandbox
from tests import syncing
from tests.unit.roster.frames import person

ORGANIZATION = "acme"
SECRETS = {"client_id": "demo-client", "client_secret": {"env": "FINDITY_SECRET"}, "invitation_mail_checked": True}
TITLES = {"findity": "Findity"}
NOTHING_STORED = SimpleNamespace(entry=lambda *_: None)


def employee(number: str, **cells: Any) -> dict[str, Any]:
    """A row of the roster; E1 manages everyone."""
    return person(number, **{"manager_id": None if number == "E1" else "E1", **cells})


class Company(syncing.Company):
    """One company at Findity, from a ledger that knows nothing. Each night is a day later.

    Args:
        box: The stand-in.
        ledger: What is remembered.
        users: `findity.users` of the YAML.
        limits: How much may change in a night; by default as the YAML's defaults have it.
        absent_means: What it means that somebody is not in the file any more.
        settings: The rest of `findity`; of `connection` what is not how to get there.
    """

    def __init__(
        self,
        box: Sandbox,
        ledger: Ledger,
        users: dict[str, Any] | None = None,
        limits: Limits | None = None,
        absent_means: str = "leaver",
        **settings: Any,
    ) -> None:
        super().__init__(box, ledger, {"users": users or {}, **settings}, limits or Limits(), absent_means)
        self.start()

    def start(self, *users: dict[str, Any]) -> "Company":
        """The stand-in as new, with nobody but these users in the organization."""
        self.box.heal()
        self.box.box.state["findity"] = copy.deepcopy(state_from(demo())["findity"])
        self.users_there.clear()
        self.users_there.update({user["externalSourceId"]: {"active": True, **user} for user in users})
        return self

    def adapter(self, **settings: Any) -> Adapter:  # type: ignore[override]
        """Findity by the company's settings, with these in their place."""
        there = {"admin_url": self.box.findity_url, "token_url": self.box.findity_token_url, "organization": ORGANIZATION, **SECRETS}
        own = copy.deepcopy(self.settings)
        connection = {**there, "read_back_seconds": 0, **own.get("connection", {}), **settings.get("connection", {})}
        users = {**own.get("users", {}), **settings.get("users", {})}
        return Adapter(Settings.model_validate({**own, **settings, "connection": connection, "users": users}))

    def access(self, adapter: Adapter) -> Access:  # type: ignore[override]
        """The way there, tried twice at most."""
        return replace(adapter.access(), retry=Retry(attempts=2, first_wait=0.01))

    @property
    def organization(self) -> dict[str, Any]:
        """What Findity holds of it."""
        found: dict[str, Any] = self.box.state["findity"]["organizations"][ORGANIZATION]
        return found

    @property
    def users_there(self) -> dict[str, dict[str, Any]]:
        """externalSourceId → user, as Findity has them."""
        users: dict[str, dict[str, Any]] = self.organization["users"]
        return users

    def night(self, *rows: dict[str, Any], **how: Any) -> syncing.Night:
        """One sync."""
        return self.sync(*rows, **{"day": self._day(), **how})

    def begin(self, *rows: dict[str, Any], **how: Any) -> None:
        """A first one, or the next, of which a test wants only what it leaves behind."""
        super().begin(*rows, **{"day": self._day(), **how})

    def _day(self) -> str:
        return str(date(2026, 11, 2) + timedelta(days=self.number))

    def why(self, number: str) -> Any:
        """What `rollcall why` tells."""
        return story_of(self.ledger, NOTHING_STORED, number, 5, TITLES)
