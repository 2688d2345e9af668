"""The one sandbox of this folder's tests of whole nights."""

import pytest

from sandbox.server import Sandbox
from tests.syncing import fresh
from tests.unit.destinations.expensify.nights import Nights


@pytest.fixture(scope="session")
def there():
    with Sandbox(switches={"expensify_rate_limits": False}) as box:
        yield box


@pytest.fixture
def company(there, tmp_path, monkeypatch):
    """Makes a company at a sandbox in a given state."""
    monkeypatch.setenv("EXPENSIFY_SECRET", "demo-secret")
    with fresh(tmp_path) as ledger:
        yield lambda state, **settings: Nights(there, ledger, tmp_path, state, **settings)
