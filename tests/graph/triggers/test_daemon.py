"""The whole of it as it runs on one machine: the daemon, the code server and its runs, by the commands of `deploy/systemd`."""

import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import yaml

from resources import places
from tests.processes import with_us

LIMIT = 120
BROKEN = {
    "muster": ("type: assets.RosterSync\nattributes: {timezone: FILL-IN}\n", "attributes.timezone at line 2: still says FILL-IN"),
    "noyaml": ("type: [", "noyaml/defs.yaml:1: not valid YAML"),
    "zero": ("", "type at "),
}
"""Companies beside the one that is watched: what stands in their folders, and what is said of it."""


UNITS = places.PROJECT / "deploy" / "systemd"


def command(unit: str, socket: Path) -> list[str]:
    """What a unit starts, here."""
    text = (UNITS / f"{unit}.service").read_text("utf-8").replace("\\\n", " ")
    for name, value in re.findall(r"^Environment=(ROLLCALL_LOGS)=(\w+)$", text, re.MULTILINE):
        text = text.replace(f"${{{name}}}", value)
    words = shlex.split(re.search(r"^ExecStart=(.+)$", text, re.MULTILINE)[1])  # type: ignore[index]
    here = [word.replace("/run/rollcall/code.sock", str(socket)).replace("/srv/rollcall/deploy/systemd", str(UNITS)) for word in words]
    return [str(Path(sys.executable).with_name(Path(here[0]).name)), *here[1:]]


@contextmanager
def running(folder: Path, socket: Path) -> Iterator[Path]:
    """`rollcall-code` and `rollcall-daemon`, after `rollcall upgrade` as docs/deploying.md has it; what the latter prints. Every process of
    them ends with the block."""
    said = folder / "daemon.log"
    environment = {**os.environ, "ROLLCALL_CODE_SOCKET": str(socket)}
    upgrade = [str(Path(sys.executable).with_name("rollcall")), "upgrade", "--backed-up"]
    subprocess.run(with_us(upgrade), cwd=folder, env=environment, check=True, capture_output=True)
    with said.open("wb") as out, ExitStack() as ending:
        for unit in ("rollcall-code", "rollcall-daemon"):
            process = subprocess.Popen(
                with_us(command(unit, socket)), cwd=folder, env=environment, stdout=out, stderr=subprocess.STDOUT, start_new_session=True
            )
            ending.callback(end_group, process.pid)
            ending.callback(_interrupted, process)
        yield said


def _interrupted(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGINT)
    with suppress(subprocess.TimeoutExpired):
        process.wait(15)


def end_group(group: int) -> None:
    deadline = time.monotonic() + 10
    while members(group):
        os.killpg(group, signal.SIGTERM if time.monotonic() < deadline else signal.SIGKILL)
        time.sleep(0.1)


def members(group: int) -> list[int]:
    """The processes of a group that are still at work."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, pgrp = stat.read_text().rsplit(")", 1)[1].split()[:3]
        except OSError:
            continue
        if int(pgrp) == group and state != "Z":
            found.append(int(stat.parent.name))
    return found


def until(what: Any, said: Path) -> Any:
    deadline = time.monotonic() + LIMIT
    while not (found := what()):
        if time.monotonic() > deadline:
            pytest.fail(f"not within {LIMIT} seconds; the daemon's last words:\n{said.read_text('utf-8')[-4000:]}")
        time.sleep(0.2)
    return found


def test_a_file_that_lands_is_synced_once_with_nobody_looking(
    empty: Any, over_sftp: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    acme = empty(when={"arrival": {"every_seconds": 1}}, expensify=None, **over_sftp())
    file = tmp_path / "acme" / "inbox" / "people_2026-11-20.csv"
    company = tmp_path / "pipelines" / "acme"
    company.mkdir(parents=True)
    (company / "defs.yaml").write_text(yaml.safe_dump({"type": "assets.RosterSync", "attributes": acme.attributes}))
    for name, (text, _) in BROKEN.items():
        (company.parent / name).mkdir()
        (company.parent / name / "defs.yaml").write_text(text)
    home = tmp_path / "dagster"
    home.mkdir()
    (home / "dagster.yaml").write_text((places.PROJECT / "dagster.yaml").read_text())
    for name, value in {"DAGSTER_HOME": home, "ROLLCALL_PIPELINES": company.parent}.items():
        monkeypatch.setenv(name, str(value))
    monkeypatch.setenv("PYTHONPATH", str(places.PROJECT), prepend=os.pathsep)

    content = file.read_bytes()
    file.unlink()
    with running(tmp_path, tmp_path / "code.sock") as said, dg.DagsterInstance.get() as instance:

        def ticked(number: int) -> bool:
            states = [one for one in instance.all_instigator_state() if one.name == "acme_arrival"]
            return bool(states) and len(instance.get_ticks(states[0].instigator_origin_id, states[0].selector_id)) >= number

        until(lambda: ticked(1), said)
        assert instance.get_runs() == []
        file.write_bytes(content)
        (run,) = until(lambda: [one for one in instance.get_runs() if one.is_finished], said)
        assert run.status is dg.DagsterRunStatus.SUCCESS, said.read_text("utf-8")
        assert {"E01", "E12"} <= set(acme.users())
        seen = next(one for one in instance.all_instigator_state() if one.name == "acme_arrival")
        ticks = len(instance.get_ticks(seen.instigator_origin_id, seen.selector_id))
        until(lambda: ticked(ticks + 1), said)
        assert [one.run_id for one in instance.get_runs()] == [run.run_id]
        for name, (_, said_of) in BROKEN.items():
            red = until(lambda name=name: looked_at(instance, name), said)
            assert red.passed is False
            assert said_of in red.description
        mended = yaml.safe_dump({"type": "assets.RosterSync", "attributes": {**acme.attributes, "when": {}}})
        (company.parent / "muster" / "defs.yaml").write_text(mended)
        until(lambda: looked_at(instance, "muster").passed, said)
    (company / "defs.yaml").write_text("\x00")
    typed = [str(Path(sys.executable).with_name("rollcall")), "run", "acme_sync"]
    done = subprocess.run(typed, check=False, capture_output=True, text=True)
    told = f"The settings of company 'acme' cannot be loaded, so none of its jobs can run: {company}/defs.yaml: not valid YAML."
    assert told.replace(" ", "") in "".join(done.stdout.split())
    assert done.returncode != 0


def looked_at(instance: dg.DagsterInstance, company: str) -> Any:
    """What the check of a company that cannot be loaded says, once it was evaluated: nobody has pressed a button."""
    key = dg.AssetCheckKey(dg.AssetKey([company, "settings"]), "loads")
    found = instance.event_log_storage.get_latest_asset_check_execution_by_key([key]).get(key)
    return found.event.dagster_event.asset_check_evaluation_data if found and found.event else None
