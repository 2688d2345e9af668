"""The sandbox as a process of its own, which tells its calls, its writes and the time it took itself.

Belongs here: starting, asking and ending it. Does not belong here: what it answers (``sandbox``).
"""

import json
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from sandbox.seed import demo
from sandbox.server import Sandbox

CREDENTIALS = {
    "EXPENSIFY_USER": "aa_demo_partner",
    "EXPENSIFY_SECRET": "demo-secret",
    "FINDITY_CLIENT": "demo-client",
    "FINDITY_SECRET": "demo-findity-secret",
}


@dataclass(frozen=True)
class Served:
    """What the server did since it was last asked."""

    calls: int
    writes: int
    """Calls that changed something."""
    jobs: dict[str, int]
    """Calls by what they asked for."""
    cpu: float
    """Seconds of the server's own processor time."""


class Server:
    """A sandbox in another process, empty but for the demo's strangers. Use it as a context manager.

    Args:
        delay: Seconds by which every call is answered later.
    """

    def __init__(self, delay: float = 0.0) -> None:
        self._delay = delay

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "benchmarks.server", str(self._delay)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._process.stdin and self._process.stdout
        self._in, self._out = self._process.stdin, self._process.stdout
        self.url: str = json.loads(self._out.readline())["url"]
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._in.close()  # the end of its input is its end
        self._process.wait()

    @property
    def environment(self) -> dict[str, str]:
        """What points a process at this server."""
        return {
            **CREDENTIALS,
            "EXPENSIFY_URL": f"{self.url}/Integration-Server/ExpensifyIntegrations",
            "FINDITY_ADMIN_URL": f"{self.url}/api/admin",
            "FINDITY_TOKEN_URL": f"{self.url}/api/oauth/token/",
        }

    def served(self) -> Served:
        """What it did since this was last asked."""
        self._in.write("served\n")
        self._in.flush()
        return Served(**json.loads(self._out.readline()))


def _serve(delay: float) -> None:
    # Expensify's windows are off: they would add waits that are the same however fast anything is. The table says how long they are.
    with Sandbox(demo(), {"expensify_rate_limits": False}) as sandbox:
        if delay:
            sandbox.fault(delay=delay, times=None)
        _print({"url": sandbox.url})
        before = time.process_time()
        for _ in sys.stdin:
            calls, now = sandbox.calls, time.process_time()
            jobs = Counter(f"{call['api']} {call['job']}{' (dry run)' if call['dry_run'] else ''}" for call in calls)
            _print({"calls": len(calls), "writes": sum(call["write"] for call in calls), "jobs": jobs, "cpu": now - before})
            calls.clear()
            before = time.process_time()


def _print(message: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    _serve(float(sys.argv[1]))
