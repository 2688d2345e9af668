"""One company in two organizations at the sandbox's Findity, night after night, through the engine and over a socket.

Belongs here: the company and its nights. Does not belong here: what a file of tests asks.
"""

import copy
import itertools
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from destinations import registry
from destinations.findity.settings import Settings
from resources.failures import Failed
from resources.http import Retry
from resources.ledger import Ledger
from roster.plan.limits import Limits
from sandbox.server import Sandbox
from tests import syncing
from tests.unit.roster.frames import person

SE, NO = "findity_se", "findity_no"
SEED: dict[str, Any] = {
    "findity": {
        "clients": {word: {"secret": "s", "organizations": [f"acme-{word}"]} for word in ("se", "no")},
        "organizations": {f"acme-{word}": {"name": word, "units": [{"name": word, "parentId": None}]} for word in ("se", "no")},
    }
}
RIGHT, WRONG = "FINDITY_SECRET", "FINDITY_SECRET_OF_BEFORE"
BELONGING = {"organization": {"column": "company_code", "values": {"SE": "se", "NO": "no"}}, "consultant_in": "extra_more"}


def employee(number: str, where: str | None = "SE", **cells: Any) -> dict[str, Any]:
    """A row of the roster; everyone but E1 reports to E1, who is in both."""
    usual = {"company_code": where, "manager_id": None if number == "E1" else "E1", "bank_account": "SE4550000000058398257466"}
    return person(number, **{**usual, **cells})


BOSS = employee("E1", "SE;NO")


class Organization(syncing.Company):
    """One of the two."""

    part = ""

    def adapter(self, **settings: Any) -> Any:
        return self.destination

    def access(self, adapter: Any) -> Any:
        return replace(adapter.access(), retry=Retry(attempts=1, first_wait=0.01))


class Organizations:
    """A company in both, that knows nothing yet."""

    def __init__(self, box: Sandbox, ledger: Ledger, folder: Path) -> None:
        self.box, self.ledger, self.nights = box, ledger, itertools.count(1)
        self.secret = {"se": RIGHT, "no": RIGHT}
        self.limits = {"se": syncing.UNLIMITED, "no": syncing.UNLIMITED}
        self.rules: dict[str, Any] = {}
        self.users_rules: dict[str, Any] = {}

    def settings(self) -> Settings:
        def connection(word: str) -> dict[str, Any]:
            there = {"admin_url": f"{self.box.url}/api/admin", "token_url": f"{self.box.url}/api/oauth/token/", "read_back_seconds": 0}
            key = {"client_id": word, "client_secret": {"env": self.secret[word]}}
            return {**there, "organization": f"acme-{word}", **key, "invitation_mail_checked": True}

        users = {"bankAccount": {"iban": "bank_account"}, **self.users_rules}
        several = {word: {"connection": connection(word)} for word in ("se", "no")}
        return Settings.model_validate({"users": users, "organizations": several, "belonging": BELONGING, **self.rules})

    def night(self, *rows: dict[str, Any], only: Sequence[str] = (SE, NO), **how: Any) -> dict[str, Any]:
        """One night at both, in the order of a run: everything is planned before anything is written. Of one that fails, the failure."""
        came: dict[str, Any] = {}
        at = {}
        for name, own in registry.parts("findity", self.settings()).items():
            if name not in only:
                continue
            one = Organization(self.box, self.ledger, limits=self.limits[name.removeprefix("findity_")], number=next(self.nights))
            one.destination = registry.build(name, own)  # type: ignore[attr-defined]
            try:
                came[name], at[name] = one.planned(*rows, **how), one
            except Failed as failure:
                came[name] = failure
        for name, one in at.items():
            try:
                one.written(came[name])
            except Failed as failure:
                came[name] = failure
        return came

    def begin(self, *rows: dict[str, Any], **how: Any) -> None:
        """A first night of which a test wants only what it leaves behind: run once for all who begin just so."""
        there = {name: part for name, part in self.box.state.items() if name not in ("calls", "writes")}
        ways = (self.box.url, self.secret, self.limits, self.rules, self.users_rules)
        assert self.box.box.faults == []
        syncing.once(self.box, self.ledger, repr((*ways, rows, sorted(how.items()), there)), lambda: self.night(*rows, **how))
        self.nights = itertools.count(3)  # each of the two has had one

    def users(self, word: str) -> dict[str, Any]:
        """What one of them holds, by number."""
        found: dict[str, Any] = self.box.box.state["findity"]["organizations"][f"acme-{word}"]["users"]
        return found

    def active(self, word: str) -> set[str]:
        return {number for number, user in self.users(word).items() if user["active"]}


NOBODY_JOINS = Limits.model_validate({**syncing.UNLIMITED.model_dump(), "join": {"count": 0, "share": 0, "per_week": 1}})


Make = Callable[[Path], AbstractContextManager[Organizations]]


@contextmanager
def stand_in() -> Iterator[Make]:
    """The stand-in, and what makes such a company there, with a ledger in a folder, each time as if nobody had ever been there."""
    with Sandbox(SEED) as box:
        new = copy.deepcopy(box.box.state)

        @contextmanager
        def company(folder: Path) -> Iterator[Organizations]:
            box.heal()
            box.box.state = copy.deepcopy(new)
            with syncing.fresh(folder) as ledger:
                yield Organizations(box, ledger, folder)

        yield company
