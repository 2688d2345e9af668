"""What a run does not load: imports are a third of the processor time of a small company's quiet night, and a list of them is the same on
any machine."""

import subprocess
import sys

from resources import places

NEEDLESS = ("apprise", "email_validator", "hypothesis", "keyring", "openpyxl", "paramiko", "sandbox", "xlsxwriter")
"""Only some runs need them, or none: what sends alerts, writes workbooks, speaks SFTP or belongs to tests."""


def test_a_run_loads_nothing_that_only_others_need() -> None:
    code = "import sys, assets.runs.launch, assets.graph.build, destinations.expensify.adapter, destinations.findity.adapter\n"
    assert printed(code + f"print([name for name in {NEEDLESS!r} if name in sys.modules])") == "[]"


def test_what_is_loaded_is_not_looked_through_again_when_a_process_ends() -> None:
    code = "import atexit, gc\natexit.register(lambda: print(gc.get_freeze_count() > 10_000))\nimport assets\n"
    assert printed(code) == "True"


def printed(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], cwd=places.PROJECT, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
