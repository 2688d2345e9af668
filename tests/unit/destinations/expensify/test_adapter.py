"""What Expensify is asked for when it is read."""

import json
from types import SimpleNamespace

import pandas as pd
import pytest

from destinations.expensify.adapter import Access, Adapter
from destinations.expensify.settings import Settings
from destinations.replies import Answer, statuses
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


def test_all_policies_are_read_in_one_call_after_one_look_at_the_list_of_policies(read):
    found, calls = read(*POLICIES)
    assert (calls, set(found["policyID"]) <= set(POLICIES)) == (["get policyList", "get policy"], True)


def test_one_wrong_id_among_many_costs_no_further_call(read):
    _, calls = read(*POLICIES, "0000000000000000")
    assert calls == ["get policyList", "get policy"]


def test_where_no_id_is_a_policy_nobody_passes_for_new(read):
    with pytest.raises(Permanent, match="Policy not found"):
        read("0000000000000000")


def test_nobody_in_scope_is_no_call(read):
    found, calls = read()
    assert isinstance(found, pd.DataFrame) and found.empty and calls == []


def test_a_dry_run_and_files_by_hand_have_the_order_of_the_write_leavers_last(tmp_path):
    sent = []

    class Client:
        __enter__ = lambda self: self  # noqa: E731
        __exit__ = lambda *_: None  # noqa: E731

        def deliver(self, records, dry_run, *nobody):
            sent.extend(records)
            return [Answer(statuses([]))]

    record = {"employeeEmail": "a@acme.example", "managerEmail": "a@acme.example", "policyID": POLICIES[0], "apply": True}
    records = [
        {**record, "employeeID": "E1", "action": "deactivate", "isTerminated": "true"},
        {**record, "employeeID": "E2", "action": "create"},
    ]
    nobody = pd.DataFrame(columns=["person", "employee_id", "account"], dtype="str")
    plan = SimpleNamespace(records=pd.DataFrame(records).assign(person=["E1", "E2"]), people=nobody)
    secret = {"partner_user_id": "u", "partner_user_secret": {"env": "NOT_SET"}}
    adapter = Adapter(Settings.model_validate({"connection": secret, "feed": {"policyID": "extra_policy"}}))
    with Ledger.open(f"sqlite:///{tmp_path}/ledger.db", "acme") as ledger:
        adapter.dry_run(SimpleNamespace(open=lambda *_: Client()), ledger, plan)
    assert [one["employeeID"] for one in sent] == ["E2", "E1"]
    assert [json.loads(content) for content in adapter.files(plan)] == [sent], "no secret is needed for that"
