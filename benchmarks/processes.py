"""`python -m benchmarks.processes [N …]`: what the processes of an installation of so many companies take when nobody does anything.

Code server, daemon and webserver, as the units of `deploy/systemd` start them; each company looks for a file that never comes. Memory is
what is a process's own, with its share of what it has in common with others; both it and processor time hardly change with what else a
machine does.

Belongs here: starting, weighing and ending them. Does not belong here: what one process needs to load companies (``benchmarks.location``),
what a run needs (``python -m benchmarks``).
"""

import os
import re
import shlex
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

from resources import places

UNITS = ("rollcall-code", "rollcall-daemon", "rollcall-webserver")
WINDOW = 120
"""Seconds that are weighed, once every sensor has had its first tick."""
PATIENCE = 900
_HERTZ = os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Print a line for each number of companies."""
    print(
        f"{'companies':>9}  "
        + "".join(f"{unit.removeprefix('rollcall-') + ' MB':>14}" for unit in UNITS)
        + f"{'ticks':>8}{'CPU a tick':>12}"
    )
    for number in [int(given) for given in sys.argv[1:]] or [1, 50, 200]:
        with TemporaryDirectory(prefix="bench") as folder:
            print(f"{number:>9}  {weighed(Path(folder), number)}", flush=True)


def weighed(base: Path, number: int) -> str:
    """Megabytes of each process, ticks in the window and what one takes of code server and daemon together."""
    companies(base / "pipelines", number)
    (base / "dagster_home").mkdir()
    (base / "dagster_home" / "dagster.yaml").symlink_to(places.PROJECT / "dagster.yaml")
    ticks = base / "dagster_home" / "schedules" / "schedules.db"
    with running(base) as sessions:
        deadline = time.monotonic() + PATIENCE
        while seen(ticks, 0) < number and time.monotonic() < deadline:
            time.sleep(2)
        began, before = time.time(), [spent(one) for one in sessions[:2]]
        time.sleep(WINDOW)
        used = sum(spent(one) for one in sessions[:2]) - sum(before)
        there = seen(ticks, began)
        memory = "".join(f"{megabytes(one):>14.0f}" for one in sessions)
    return f"{memory}{there:>8}{used / there if there else 0:>10.3f} s"


def companies(folder: Path, number: int) -> None:
    """So many companies with the demo's settings, each with a folder that HR's file would come to."""
    text = (places.PROJECT / "pipelines" / "demo" / "defs.yaml").read_text(encoding="utf-8")
    settings = yaml.safe_load(text)
    sftp = settings["attributes"]["hr"].pop("sftp")
    kept = {name: sftp[name] for name in ("delimiter", "encoding", "date_in_name", "trailer")}
    settings["attributes"]["hr"]["csv"] = {"path": "people_*.csv", **kept}
    for each in range(number):
        (folder / f"co{each:03}").mkdir(parents=True)
        (folder / f"co{each:03}" / "defs.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")


@contextmanager
def running(base: Path) -> Iterator[list[int]]:
    """The units' commands; the session of each."""
    socket = Path(base) / "code.sock"
    environment = {**os.environ, "ROLLCALL_HOME": str(base), "ROLLCALL_PIPELINES": str(base / "pipelines"), "ROLLCALL_LOGS": "colored"}
    environment |= {"DAGSTER_HOME": str(base / "dagster_home"), "ROLLCALL_CODE_SOCKET": str(socket), "DAGSTER_DISABLE_TELEMETRY": "1"}
    environment |= {"ROLLCALL_PROXY_SECRET": "nobody's", "PYTHONPATH": str(places.PROJECT)}
    upgrade = [str(Path(sys.executable).with_name("rollcall")), "upgrade"]
    subprocess.run(upgrade, env=environment, check=True, capture_output=True)  # as the guide says: before several make the databases
    with ExitStack() as ending, (base / "log").open("ab") as log:
        sessions = []
        for unit in UNITS:
            process = subprocess.Popen(
                command(unit, socket), env=environment, cwd=base, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
            ending.callback(_ended, process)
            sessions.append(process.pid)
            while unit == UNITS[0] and not socket.exists() and process.poll() is None:
                time.sleep(0.5)
        yield sessions


def command(unit: str, socket: Path) -> list[str]:
    """What a unit starts, here, and at a port that nobody has."""
    folder = places.PROJECT / "deploy" / "systemd"
    text = (folder / f"{unit}.service").read_text(encoding="utf-8").replace("\\\n", " ")
    words = shlex.split(next(iter(re.findall(r"^ExecStart=(.+)$", text, re.MULTILINE))))
    here = [word.replace("/run/rollcall/code.sock", str(socket)).replace("/srv/rollcall/deploy/systemd", str(folder)) for word in words]
    here = [word.replace("--port=3000", "--port=31997").replace("${ROLLCALL_LOGS}", "colored") for word in here]
    return [str(Path(sys.executable).with_name(Path(here[0]).name)), *here[1:]]


def _ended(process: "subprocess.Popen[bytes]") -> None:
    process.send_signal(signal.SIGINT)
    with suppress(subprocess.TimeoutExpired):
        process.wait(20)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def members(session: int) -> Iterator[Path]:
    """The processes of a session, by their folders in /proc."""
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if int((folder / "stat").read_text().rsplit(")", 1)[1].split()[3]) == session:
                yield folder


def spent(session: int) -> float:
    """Seconds of processor of a session, with what has ended in it."""
    found = 0
    for folder in members(session):
        with suppress(OSError):
            found += sum(map(int, (folder / "stat").read_text().rsplit(")", 1)[1].split()[11:15]))
    return found / _HERTZ


def megabytes(session: int) -> float:
    """Memory of a session."""
    found = 0
    for folder in members(session):
        with suppress(OSError):
            (size,) = re.findall(r"^Pss:\s+(\d+) kB", (folder / "smaps_rollup").read_text(), re.MULTILINE)
            found += int(size)
    return found / 1024


def seen(ticks: Path, since: float) -> int:
    """Ticks since then."""
    if not ticks.exists():
        return 0
    with suppress(sqlite3.OperationalError), sqlite3.connect(f"file:{ticks}?mode=ro", uri=True) as connection:
        rows = connection.execute("SELECT count(*) FROM job_ticks WHERE strftime('%s', timestamp) >= ?", (str(int(since)),)).fetchone()
        return int(rows[0])
    return 0


if __name__ == "__main__":
    main()
