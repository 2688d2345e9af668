"""What Expensify is asked for when it is read."""

import pandas as pd
import pytest

from destinations.expensify.adapter import Access, Adapter
from destinations.expensify.settings import Settings
from resources.failures import Permanent
from resources.http import Retry
from resources.ledger import Ledger
from resources.rates import RateLimit
from sandbox.server import Sandbox
from tests.unit.roster.frames import person, roster

POLICIES = ("5E00000000000001", "4E00000000000002", "7A00000000000006")


@pytest.fixture
def read(tmp_path, monkeypatch):
    """Reads the policies of people, each in another one; gives who is there, and the calls that it took."""
    monkeypatch.setenv("EXPENSIFY_SECRET", "demo-secret")
    secret = {"partner_user_id": "aa_demo_partner", "partner_user_secret": {"env": "EXPENSIFY_SECRET"}}

    def reading(*policies):
        with Sandbox(switches={"expensify_rate_limits": False}) as box, Ledger.open(f"{tmp_path}/ledger.db", "acme") as ledger:
            settings = Settings.model_validate({"connection": {"url": box.expensify_url, **secret}, "feed": {"policyID": "extra_policy"}})
            access = Access(settings.connection, [RateLimit(1000, 0.001)], Retry(attempts=1))
            people = roster(*(person(str(number), extra_policy=policy) for number, policy in enumerate(policies)))
            found = Adapter(settings).read(access, ledger, people)["members"]
            return found, [call["job"] for call in box.calls]

    return reading


def test_all_policies_are_read_in_one_call_and_whose_they_are_in_another(read):
    found, calls = read(*POLICIES)
    assert (calls, set(found["policyID"]) <= set(POLICIES)) == (["get policyList", "get policy"], True)


def test_one_wrong_id_among_many_costs_one_call_more(read):
    _, calls = read(*POLICIES, "0000000000000000")
    assert calls == ["get policyList", "get policy", "get policy"]


def test_where_no_id_is_a_policy_nobody_passes_for_new(read):
    with pytest.raises(Permanent, match="Policy not found"):
        read("0000000000000000")


def test_nobody_in_scope_is_no_call(read):
    found, calls = read()
    assert isinstance(found, pd.DataFrame) and found.empty and calls == []
