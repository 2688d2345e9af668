"""One case, one fresh process: how long it took and how much memory it had at its peak.

Belongs here: starting a command and reading the operating system's account of it. Does not belong here: what is run.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_TO_MIB = 1 / 1024 if sys.platform != "darwin" else 1 / 1024**2


@dataclass(frozen=True)
class Measured:
    """What one process cost."""

    seconds: float
    """Wall time, from its start to its end."""
    cpu: float
    """Of it, user and system time of all its threads."""
    peak_mib: float
    printed: dict[str, Any] = field(default_factory=dict)
    """The JSON object that is the last line of its output, if there is one."""


class CaseFailed(RuntimeError):
    """A measured process ended with an error; the text holds the end of its output."""


def run(
    command: Sequence[str], environment: Mapping[str, str] | None = None, cwd: Path | None = None, ends: Collection[int] = (0,)
) -> Measured:
    """Run a command to its end.

    Args:
        command: The program and its arguments.
        environment: What differs from this process's.
        cwd: Where, if not here.
        ends: What it may end with.

    Raises:
        CaseFailed: It ended with anything else.
    """
    # A process between us and the measured one: until it runs its own program, a child is charged with its parent's memory, and this
    # parent holds rosters.
    between = [sys.executable, "-S", str(Path(__file__)), *command]
    around = {**os.environ, "PYTHONDONTWRITEBYTECODE": "", **(environment or {})}  # to compile everything anew is no cost of the case
    with tempfile.TemporaryFile() as out:
        done = subprocess.run(between, env=around, cwd=cwd, stdout=subprocess.PIPE, stderr=out, check=False)
        out.seek(0)
        text = out.read().decode(errors="replace")
    if done.returncode not in ends:
        raise CaseFailed(f"{' '.join(command)}\n{text[-3000:]}")
    return Measured(**json.loads(done.stdout), printed=_last_json(text))


def _between(command: Sequence[str]) -> int:
    """Run the command with its output on stderr; print what it cost on stdout."""
    started = time.perf_counter()
    child = os.posix_spawnp(command[0], list(command), os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, 2, 1)])
    _, status, usage = os.wait4(child, 0)
    seconds = time.perf_counter() - started
    cost = {"seconds": seconds, "cpu": usage.ru_utime + usage.ru_stime, "peak_mib": usage.ru_maxrss * _TO_MIB}
    sys.stdout.write(json.dumps(cost))
    return os.waitstatus_to_exitcode(status)


def _last_json(text: str) -> dict[str, Any]:
    for line in reversed(text.splitlines()):
        if line.startswith("{"):
            try:
                found: dict[str, Any] = json.loads(line)
            except ValueError:
                continue
            return found
    return {}


if __name__ == "__main__":
    sys.exit(_between(sys.argv[1:]))
