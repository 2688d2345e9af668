"""Plans of three people on their way to the sandbox, with the real ledger: what the tests of delivery begin with."""

from dataclasses import replace

import pytest

from destinations.delivery import Write
from destinations.expensify.client import Expensify
from destinations.expensify.delivery import to_expensify
from destinations.expensify.settings import LIMITS as EXPENSIFY_LIMITS
from destinations.expensify.settings import ExpensifyConnection
from destinations.findity.client import Findity
from destinations.findity.delivery import to_findity
from destinations.findity.settings import FindityConnection
from resources.http import Retry
from resources.ledger import Ledger
from resources.rates import ProcessWindows, RateLimit
from roster.plan.facts import PlanFacts
from sandbox.server import Sandbox
from tests.unit.roster.frames import Night, person, roster

POLICY = "5E00000000000001"
SCALE = 0.002
"""Of the sandbox's rate windows: two hundredths of a second instead of ten seconds."""


class Killed(BaseException):
    """The process ends here."""


@pytest.fixture
def box(monkeypatch):
    monkeypatch.setenv("EXPENSIFY_SECRET", "demo-secret")
    monkeypatch.setenv("FINDITY_SECRET", "demo-findity-secret")
    with Sandbox(switches={"rate_scale": SCALE}) as running:
        yield running


@pytest.fixture
def ledger(tmp_path):
    with Ledger.open(f"sqlite:///{tmp_path}/ledger.db", "acme") as opened:
        yield opened


class AtExpensify:
    """Expensify as one run of the company meets it; one person a request."""

    name = "expensify"

    def __init__(self, box, ledger):
        secret = {"partner_user_id": "aa_demo_partner", "partner_user_secret": {"env": "EXPENSIFY_SECRET"}}
        settings = ExpensifyConnection.model_validate({"url": box.expensify_url, **secret, "timeout": 5, "chunk_bytes": 1})
        windows = ProcessWindows([RateLimit(limit.calls, limit.seconds * SCALE) for limit in EXPENSIFY_LIMITS], margin=0.01)
        self.client, self.ledger, self.box = Expensify(settings, windows, Retry(attempts=2, first_wait=0.01)), ledger, box

    def read(self):
        return self.client.members([POLICY])

    def plan(self, night):
        return replaced(night, self.ledger, self.name).expensify(self.read())

    def send(self, write):
        return to_expensify(self.client, self.ledger, write)

    def shown(self):
        """Number → what the sandbox keeps of them."""
        found = self.box.state["expensify"]["policies"][POLICY]["members"].values()
        return {one["employeeID"]: one for one in found if "employeeID" in one}


class AtFindity:
    """Findity as one run of the company meets it; one person a request."""

    name = "findity"

    def __init__(self, box, ledger):
        urls = {"admin_url": box.findity_url, "token_url": box.findity_token_url, "chunk_size": 1, "timeout": 5}
        key = {
            "organization": "acme",
            "client_id": "demo-client",
            "client_secret": {"env": "FINDITY_SECRET"},
            "invitation_mail_checked": True,
        }
        self.client = Findity(FindityConnection.model_validate({**urls, **key}), Retry(attempts=2, first_wait=0.01))
        self.ledger, self.box = ledger, box

    def read(self):
        return self.client.users()

    def plan(self, night):
        return replaced(night, self.ledger, self.name).findity(self.read())

    def send(self, write):
        return to_findity(self.client, self.ledger, write)

    def shown(self):
        """Number → what the sandbox keeps of them, ids by number."""
        found = {key: user for key, user in self.box.state["findity"]["organizations"]["acme"]["users"].items() if key.startswith("E")}
        names = {user["personId"]: key for key, user in found.items()}
        return {
            key: {**user, "id": "", "personId": "", "approverIds": [names[one] for one in user["approverIds"]]}
            for key, user in found.items()
        }


@pytest.fixture(params=[AtExpensify, AtFindity], ids=["expensify", "findity"])
def there(request, box, ledger):
    made = request.param(box, ledger)
    with made.client:
        yield made


def replaced(night, ledger, name):
    return replace(night, acknowledged=ledger.acknowledged.all(name))


COMPANY = (
    person("E1", extra_policy=POLICY),
    person("E2", extra_policy=POLICY, manager_id="E1"),
    person("E3", extra_policy=POLICY, manager_id="E2"),
)


def planned(there, night=None, *, run="run-1", number=1, dated=None, gate=True, accounting=True):
    """A plan as a run saves it, on its way."""
    epoch = there.ledger.acknowledged.epoch(there.name)
    plan, told = there.plan(night or Night(roster(*COMPANY)))
    there.ledger.plans.save(
        there.name, run, root_run_id=run, facts=PlanFacts(number=number, epoch=epoch),
        digest=plan.digest(), accounting_passed=accounting, gate_passed=gate, people=plan.people, changes=plan.changes,
    )  # fmt: skip
    return Write(there.name, run, run, plan, told, number, dated)


def answered(there, run="run-1"):
    found = there.ledger.deliveries.answers(there.name, run)
    return dict(zip(found["person"], found["status"], strict=True))


def writes(there):
    return sum(call["write"] for call in there.box.calls)


def killed_before_answer(send, number):
    """A send whose process ends when the destination has answered, and before anybody has kept that answer."""

    def sending(records):
        for count, answers in enumerate(send(records), 1):
            if count == number:
                raise Killed
            yield answers

    return sending


def next_night_is_quiet(there, night=None):
    plan, _ = there.plan(night or Night(roster(*COMPANY)))
    return not plan.records["apply"].any()
