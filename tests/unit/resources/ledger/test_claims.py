"""What of a destination is a company's is nobody else's, until it lets go of it."""

import sqlalchemy as sa

from resources.ledger import Ledger, tables
from resources.ledger.scoped import moment


def test_no_surprise_what_one_company_has_claimed_another_does_not_get(url: str) -> None:
    with Ledger.open(url, "acme") as acme, Ledger.open(url, "brick") as brick:
        assert acme.claims.take("findity", ["one"]) == {}
        assert acme.claims.take("findity", ["one"]) == {}
        assert brick.claims.others("findity", ["one", "two"]) == {"one": "acme"}
        assert brick.claims.take("findity", ["one", "two"]) == {"one": "acme"}
        assert brick.claims.lacking("findity", ["one", "two"]) == ["one", "two"]  # all of it, or nothing
        assert brick.claims.take("expensify", ["one"]) == {}  # another destination is another thing


def test_what_a_company_no_longer_names_another_may_have(url: str) -> None:
    with Ledger.open(url, "acme") as acme, Ledger.open(url, "brick") as brick:
        acme.claims.take("expensify", ["one", "two"])
        acme.claims.take("findity", ["three"])
        acme.claims.take("expensify", ["two"])
        assert brick.claims.take("expensify", ["one"]) == {}
        acme.claims.keep(["expensify"])  # findity is taken out of its settings
        assert brick.claims.take("findity", ["three"]) == {}
        assert acme.claims.lacking("expensify", ["two"]) == []


def test_quiet_a_claim_is_a_keyed_hash_and_the_same_for_every_company(url: str) -> None:
    with Ledger.open(url, "acme") as acme:
        acme.claims.take("findity", ["https://expense.findity.example acme"])
        with acme.engine.connect() as connection:
            (row,) = connection.execute(sa.select(tables.claim)).mappings()
    assert len(row["digest"]) == 32
    assert "acme" not in row["digest"]


def test_companies_that_were_synced_before_there_were_claims_are_known(url: str) -> None:
    with Ledger.open(url, "acme") as acme, Ledger.open(url, "brick") as brick:
        person = {"destination": "findity", "employee_id": "1", "active": True, "digest": "", "epoch": 1, "run_id": "r"}
        with acme.engine.begin() as connection:
            rows = [{**person, "company": company, "recorded_at": moment()} for company in ("acme", "brick")]
            connection.execute(sa.insert(tables.acknowledged), rows)
        brick.claims.take("findity", ["one"])
        assert acme.claims.without("findity") == ["acme"]
        assert acme.claims.without("expensify") == []
