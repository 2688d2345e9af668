"""What a run does not load: imports are a third of the processor time of a small company's quiet night, and a list of them is the same on
any machine."""

import subprocess
import sys

from resources import places

NEEDLESS = ("apprise", "email_validator", "hypothesis", "keyring", "openpyxl", "pandera", "paramiko", "sandbox", "typeguard")
"""Only some runs need them, or none: what sends alerts, writes workbooks, speaks SFTP or belongs to tests."""


def test_a_run_loads_nothing_that_only_others_need() -> None:
    code = "import sys, assets.runs.launch, assets.graph.build, destinations.expensify.adapter, destinations.findity.adapter\n"
    code += f"print([name for name in {NEEDLESS!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=places.PROJECT, check=False, capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr
