"""Processes of their own: servers and workers that end with what started them, and those that need not be started from nothing.

Each of the latter is forked from one that has imported everything and run nothing. So Python code finds what it would find in a new
process, and only what an import does or prints would not be seen.

Belongs here: starting them. Does not belong here: what they run, and what is made of what they print.
"""

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

from resources import places

Done = subprocess.CompletedProcess[bytes]

_WAITING = """
import gc, json, multiprocessing, os, sys

def started(asked, printed):
    os.chdir(asked["cwd"])
    os.environ.clear()
    os.environ.update(asked["environment"])
    for number, path in enumerate(printed, 1):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    sys.argv[1:] = asked["arguments"]
    exec(asked["code"], {"__name__": "__main__"})

gc.freeze()
forking = multiprocessing.get_context("fork")
for line in sys.stdin:
    asked = json.loads(line)
    running = [forking.Process(target=started, args=(asked, printed)) for printed in asked["printed"]]
    for process in running:
        process.start()
    for process in running:
        process.join()
    print(json.dumps([process.exitcode for process in running]), flush=True)
"""


def with_us(command: Sequence[str], number: signal.Signals = signal.SIGTERM) -> list[str]:
    """The same command, for a process that is sent that signal once this one has ended, however that ended. Also one that nohup, or a shell
    that runs the tests in the background, would have ignore it."""
    return ["env", "--default-signal", "setpriv", "--pdeathsig", number.name.removeprefix("SIG"), *command]


def children(pid: int) -> list[int]:
    """The processes that its first thread has started and that are there."""
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def alive(pid: int) -> bool:
    """Whether a process is at work still."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def end_with_parent() -> None:
    """Have this process, which multiprocessing has started, end with its parent: whatever it does then, whichever signals it catches."""
    parent = multiprocessing.parent_process()
    assert parent

    def ended() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=ended, daemon=True).start()


class Processes:
    """Where they are forked from.

    Args:
        folder: Where they print to.
        imports: Python code that imports what they will need.
    """

    def __init__(self, folder: Path, imports: str) -> None:
        self.folder = folder
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(places.PROJECT), os.environ.get("PYTHONPATH", "")])}
        self._waiting = subprocess.Popen(
            [sys.executable, "-c", imports + _WAITING],
            cwd=folder,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def run(
        self, code: str, arguments: list[str], *, cwd: Path = places.PROJECT, environment: Mapping[str, str] = os.environ, count: int = 1
    ) -> list[Done]:
        """What so many processes that run the code at the same time print and end with."""
        printed = [[str(self.folder / f"{name} {number}") for name in ("out", "err")] for number in range(count)]
        asked = {"code": code, "arguments": arguments, "cwd": str(cwd), "environment": dict(environment), "printed": printed}
        assert self._waiting.stdin and self._waiting.stdout
        self._waiting.stdin.write(json.dumps(asked) + "\n")
        self._waiting.stdin.flush()
        codes = json.loads(self._waiting.stdout.readline())
        return [
            subprocess.CompletedProcess(arguments, code, *(Path(path).read_bytes() for path in paths))
            for code, paths in zip(codes, printed, strict=True)
        ]

    def __enter__(self) -> "Processes":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        assert self._waiting.stdin and self._waiting.stdout
        self._waiting.stdin.close()
        self._waiting.wait(30)
        self._waiting.stdout.close()
