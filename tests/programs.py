"""Programs of the system that tests start.

Belongs here: finding one, and what is said where it is not there. Does not belong here: starting it.
"""

import os
import shutil

import pytest


def program(name: str, installed_by: str = ".ci/packages", path: str = "") -> str:
    """Where it is; without it a test is skipped, but fails where CI says that it is there. `path`: where to look, in place of ``PATH``."""
    found = shutil.which(name, path=f"{path or os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if found is None:
        reason = f"{name} is not installed: {installed_by} does it"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    return str(found)
