"""Whoever comes second to a part of a destination is refused before anything is read, and told what to do."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
import sqlalchemy as sa

from destinations import claims
from destinations.expensify.adapter import Adapter as Expensify
from destinations.expensify.settings import Settings as ExpensifySettings
from destinations.identity import Identity, same_place
from resources.failures import Permanent
from resources.ledger import Ledger, tables
from resources.ledger.scoped import moment

NOBODY = pd.DataFrame({"in_scope": pd.Series(dtype="bool"), "company_code": pd.Series(dtype="str")})


@dataclass(frozen=True)
class There:
    """A destination that says what it is told to."""

    keys: tuple[str, ...]
    name: str = "findity"
    title: str = "Findity"

    def identities(self, _value: Any, _roster: Any, _read: Any = None) -> list[Identity]:
        return [Identity("organization", key) for key in self.keys]


@pytest.fixture
def acme(tmp_path: Path) -> Iterator[Ledger]:
    """The ledger of a company that has somebody at an organization."""
    with Ledger.open(str(tmp_path / "ledger.db"), "acme") as ledger:
        claims.claim(There(("one",)), ledger, NOBODY, ["acme"])  # type: ignore[arg-type]
        person = {"company": "acme", "destination": "findity", "employee_id": "1", "active": True, "digest": "", "epoch": 1, "run_id": "r"}
        with ledger.engine.begin() as connection:
            connection.execute(sa.insert(tables.acknowledged).values(**person, recorded_at=moment()))
        yield ledger


def other(ledger: Ledger, name: str = "brick") -> Ledger:
    return Ledger(ledger.engine, name)


def refused(what: Any, *arguments: Any) -> str:
    with pytest.raises(Permanent) as caught:
        what(*arguments)
    return str(caught.value)


def test_no_surprise_another_company_is_refused_and_told_whose_it_is(acme: Ledger) -> None:
    said = refused(claims.claim, There(("one", "two")), other(acme), NOBODY, ["acme", "brick"])
    assert said.startswith("The organization at Findity is that of company 'acme': two companies")
    assert "run acme_preview once" in said
    claims.claim(There(("two",)), other(acme), NOBODY, ["acme", "brick"])  # type: ignore[arg-type]


def test_no_surprise_the_first_run_under_a_new_name_stops_wherever_the_old_one_was(acme: Ledger) -> None:
    elsewhere = There(("three",), "expensify", "Expensify")
    both = [elsewhere, There(("one",))]
    said = refused(claims.check_first, both, other(acme), NOBODY, ["brick"])
    assert "the ledger has 1 person of company 'acme', whose folder is not there, and who are at the same Findity" in said
    assert "rollcall rename acme brick" in said
    assert "rollcall purge acme --gone" in said
    claims.check_first(both, other(acme), NOBODY, ["acme", "brick"])  # type: ignore[arg-type]
    claims.check_first([elsewhere], other(acme), NOBODY, ["brick"])  # type: ignore[arg-type]
    claims.check_first(both, acme, NOBODY, ["acme"])  # type: ignore[arg-type]


def test_no_surprise_a_company_of_before_there_were_claims_may_be_at_the_same_place(acme: Ledger) -> None:
    acme.claims.keep([])
    said = refused(claims.check_first, [There(("two",))], other(acme), NOBODY, ["brick"])
    assert "who may be at the same Findity" in said


def test_no_surprise_a_plan_for_one_organization_is_not_written_to_another(acme: Ledger) -> None:
    claims.check(There(("one",)), acme)  # type: ignore[arg-type]
    assert "name another organization at Findity than when this was planned" in refused(claims.check, There(("two",)), acme)


def test_a_destination_that_says_nothing_of_itself_is_nobodys_alone(acme: Ledger) -> None:
    claims.check_first([There(())], other(acme), NOBODY, ["brick"])  # type: ignore[list-item]
    claims.claim(There(()), other(acme), NOBODY, ["acme", "brick"])  # type: ignore[arg-type]
    claims.check(There(()), other(acme))  # type: ignore[arg-type]


def test_quiet_a_policy_that_a_cell_names_is_never_told() -> None:
    connection = {"partner_user_id": "user", "partner_user_secret": {"env": "SECRET"}}
    rule = {"columns": ["company_code"], "default": "P1"}
    settings = ExpensifySettings.model_validate({"connection": connection, "feed": {"policyID": rule}})
    roster = pd.DataFrame({"in_scope": [True], "company_code": pd.Series(["ann@acme.example"], dtype="str")})
    value = SimpleNamespace(resolve=lambda text: text.root).resolve
    assert {one.what for one in Expensify(settings).identities(value, roster)} == {"policy", "policy P1"}
    assert [one.what for one in Expensify(settings).identities(value, None)] == ["policy P1"]


def test_a_policy_that_only_a_cell_names_is_nobodys_once_it_was_seen_not_to_be_there(tmp_path: Path) -> None:
    connection = {"partner_user_id": "user", "partner_user_secret": {"env": "SECRET"}}
    destination = Expensify(ExpensifySettings.model_validate({"connection": connection, "feed": {"policyID": "company_code"}}))
    roster = pd.DataFrame({"in_scope": [True, True], "company_code": pd.Series(["P1", "ZZ"], dtype="str")})
    read = {"policies": pd.DataFrame({"id": ["P1", "P2"]}, dtype="str")}
    with Ledger.open(str(tmp_path / "ledger.db"), "acme") as acme:
        claims.claim(destination, acme, roster, ["acme"])
        brick = other(acme)
        assert "is that of company 'acme'" in refused(claims.claim, destination, brick, roster[1:], ["acme", "brick"])
        claims.claim(destination, acme, roster, ["acme"], read)
        claims.claim(destination, brick, roster[1:], ["acme", "brick"])
        assert "is that of company 'acme'" in refused(claims.claim, destination, brick, roster[:1], ["acme", "brick"])


@pytest.mark.parametrize(
    "other",
    [
        "HTTPS://Expense.Findity.com/api/admin",
        "https://expense.findity.com:443/api/admin/",
        " https://expense.findity.com/api/admin ",
        "https://expense.findity.com./api/admin",
        "https://expense.findity.com:/api//%61dmin//",
    ],
)
def test_one_place_is_one_text(other: str) -> None:
    assert same_place(other, "Acme ") == same_place("https://expense.findity.com/api/admin", "acme")
    assert same_place(other, "acme") != same_place("https://expense.findity.com/api/other", "acme")
    assert same_place(other, "acme") != same_place("https://expense.findity.com:8443/api/admin", "acme")
    assert same_place("http://[", "acme") != same_place("http://[", "brick")
