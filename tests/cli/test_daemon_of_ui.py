"""The daemon that `rollcall ui` starts: it ends with it, also where nobody could tell it to."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.processes import alive, with_us

STARTS = """
import os, subprocess, sys, time
daemon = subprocess.Popen([sys.executable, "-m", "web.daemon", str(os.getpid()), "run", "--empty-workspace"], start_new_session=True)
print(daemon.pid, flush=True)
time.sleep(600)
"""


def test_a_daemon_ends_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    environment = {**os.environ, "DAGSTER_HOME": str(tmp_path), "DAGSTER_DISABLE_TELEMETRY": "1"}
    command = with_us([sys.executable, "-c", STARTS])
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as parent:
        assert parent.stdout
        daemon = int(parent.stdout.readline())
        try:
            assert any("SchedulerDaemon" in line for line in parent.stdout), "it has ended before it began"
            assert alive(daemon)
        finally:
            parent.kill()
    deadline = time.monotonic() + 60
    while alive(daemon) and time.monotonic() < deadline:
        time.sleep(0.2)
    if alive(daemon):
        os.kill(daemon, signal.SIGKILL)
        raise AssertionError("it is there still")
