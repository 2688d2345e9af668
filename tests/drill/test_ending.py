"""Nothing of a drill, and no server of a test, goes on when what started it has ended, however that ended."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from resources import places
from tests.processes import alive, children, with_us


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_the_workers_of_a_drill_end_with_it(number: signal.Signals) -> None:
    command = [sys.executable, "-m", "tests.drill"]
    drill = subprocess.Popen(with_us(command), cwd=places.PROJECT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    workers = until(lambda: children(drill.pid))
    drill.send_signal(number)
    drill.wait(20)
    until(lambda: not any(map(alive, workers)))


def test_a_server_ends_with_what_started_it() -> None:
    starting = f"import subprocess; print(subprocess.Popen({with_us(['sleep', '600'])}).pid, flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", starting], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as starter:
        assert starter.stdout
        server = int(starter.stdout.readline())
        until(lambda: Path(f"/proc/{server}/comm").read_text() == "sleep\n")
        starter.kill()
        # What the server prints is not read to its end, which would come by itself when it has slept.
        until(lambda: not alive(server))


def until(what: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + 30
    while not (found := what()):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return found
