"""A client by each road, against the sandbox or replies written out by hand."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from destinations.expensify.client import Expensify
from destinations.expensify.roads.chosen import road
from destinations.expensify.roads.laid import Owner
from destinations.expensify.roads.settings import Delivery
from destinations.expensify.settings import ExpensifyConnection
from resources.http import Retry
from sandbox.server import Sandbox
from tests.roads import VARIABLES, Roads

PLAN = "0123456789abcdef"
ANN = {"employeeEmail": "ann@acme.example", "managerEmail": "ann@acme.example", "employeeID": "E1", "policyID": "5E00000000000001"}


@pytest.fixture
def roads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Roads]:
    for name, value in {**VARIABLES, "EXPENSIFY_SECRET": "demo-secret"}.items():
        monkeypatch.setenv(name, value)
    with Roads(tmp_path / "world") as running:
        yield running


@pytest.fixture
def box() -> Iterator[Sandbox]:
    with Sandbox(switches={"expensify_rate_limits": False}) as running:
        yield running


@pytest.fixture
def by(retry: Retry) -> Callable[..., Any]:
    """The road of some settings, for the plan `PLAN` of the company acme unless another is named."""
    return lambda delivery, company="acme", plan=PLAN: road(Delivery.model_validate(delivery), Owner(company, lambda: plan), retry)


@pytest.fixture
def client(windows: Any, retry: Retry, by: Callable[..., Any]) -> Iterator[Callable[..., Expensify]]:
    """A client for an address, by the road of some settings."""
    with ExitStack() as running:

        def opened(url: str, delivery: Any, **changes: Any) -> Expensify:
            secret = {"partner_user_id": "aa_demo_partner", "partner_user_secret": {"env": "EXPENSIFY_SECRET"}}
            settings = ExpensifyConnection.model_validate({"url": url, **secret, "timeout": 5, **changes})
            return running.enter_context(Expensify(settings, windows, retry, by(delivery)))

        yield opened
