"""The commands of `deploy/systemd/`: what a unit starts is what is tested.

Belongs here: reading a unit. Does not belong here: what is started by it (``tests.deploy.test_files``, ``tests.ui``).
"""

import re
import shlex
from pathlib import Path


def started(unit: Path) -> list[str]:
    """The command of a unit, as words."""
    joined = unit.read_text("utf-8").replace("\\\n", " ")
    return shlex.split(re.search(r"^ExecStart=(.+)$", joined, re.MULTILINE)[1])  # type: ignore[index]
