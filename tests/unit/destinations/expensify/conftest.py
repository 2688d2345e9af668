"""The one sandbox of this folder's tests of whole nights."""

import pytest

from sandbox.server import Sandbox
from tests.unit.destinations.expensify.nights import Nights


@pytest.fixture(scope="session")
def there():
    with Sandbox(switches={"expensify_rate_limits": False}) as box:
        yield box


@pytest.fixture
def company(there, tmp_path, monkeypatch):
    """Makes a company at a sandbox in a given state."""
    monkeypatch.setenv("EXPENSIFY_SECRET", "demo-secret")
    return lambda state, **settings: Nights(there, tmp_path, state, **settings)
