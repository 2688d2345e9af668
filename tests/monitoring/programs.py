"""Debian's Prometheus, run for a test.

Belongs here: finding its programs, starting and asking it. Does not belong here: what it is to see.
"""

import json
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests import ports
from tests.processes import with_us
from tests.programs import program


class Prometheus:
    """One that runs, and what it has seen."""

    def __init__(self, url: str) -> None:
        self.url = url

    def get(self, path: str, **asked: str) -> Any:
        """What its API answers, under ``data``."""
        with urllib.request.urlopen(f"{self.url}/api/v1/{path}?{urllib.parse.urlencode(asked)}", timeout=10) as reply:
            answer = json.load(reply)
        assert answer["status"] == "success", answer
        return answer["data"]

    def query(self, expression: str) -> list[dict[str, Any]]:
        """The samples of an expression now."""
        return list(self.get("query", query=expression)["result"])

    def until(self, found: Callable[[], Any], seconds: float = 60.0) -> Any:
        """What there is as soon as there is anything."""
        until = time.monotonic() + seconds
        while True:
            try:
                if (there := found()) or time.monotonic() > until:
                    return there
            except (urllib.error.URLError, ConnectionError):
                assert time.monotonic() < until, "Prometheus does not answer"
            time.sleep(0.2)


@contextmanager
def prometheus(config: Path) -> Iterator[Prometheus]:
    """One that scrapes by this configuration, until the block ends."""
    address = f"127.0.0.1:{ports.free()}"
    command = [program("prometheus"), f"--config.file={config}", f"--storage.tsdb.path={config.parent / 'tsdb'}"]
    command += [f"--web.listen-address={address}", "--log.level=error"]
    with (config.parent / "prometheus.log").open("wb") as log:
        running = subprocess.Popen(with_us(command), stdout=log, stderr=log, start_new_session=True)
    try:
        yield Prometheus(f"http://{address}")
    finally:
        running.terminate()
        running.wait(30)
