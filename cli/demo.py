"""The place where the demo runs: its own Dagster instance, and the sandbox that plays the destinations.

Belongs here: folders, environment and the child process. Does not belong here: what is run there (``cli.running``), what the environment is
(``pipelines/demo/environment.yaml``).
"""

import filecmp
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from cli.terminal import stop
from resources import places
from resources.owner_only import make_directory

COMPANY: Final = places.PROJECT / "pipelines" / "demo"


@cache
def _variables() -> dict[str, str]:
    """The demo's environment variables, some with a part in braces that only a running sandbox knows."""
    found: dict[str, str] = yaml.safe_load((COMPANY / "environment.yaml").read_text(encoding="utf-8"))
    return found


def __getattr__(name: str) -> dict[str, str]:
    """`SANDBOX_CREDENTIALS`: what the sandbox opens to. Read when it is asked for: a project may do without its demo."""
    if name != "SANDBOX_CREDENTIALS":
        raise AttributeError(name)
    return {variable: value for variable, value in _variables().items() if "{" not in value}


def use_own_instance() -> Path:
    """Make the project's own Dagster instance this process's DAGSTER_HOME, configured by the project's dagster.yaml."""
    home = places.home().absolute()
    os.environ["ROLLCALL_HOME"] = str(home)  # for children that work in another directory
    folder = make_directory(home / "dagster_home")
    config = folder / "dagster.yaml"
    if not config.exists():
        config.unlink(missing_ok=True)  # a link into a project that has moved since
        config.symlink_to(places.PROJECT / "dagster.yaml")
    os.environ["DAGSTER_HOME"] = str(folder)
    return folder


def use_instance() -> None:
    """Use the instance of DAGSTER_HOME; where that is not set, the project's own."""
    if not os.environ.get("DAGSTER_HOME"):
        use_own_instance()


@contextmanager
def sandbox(meanwhile: Callable[[], object] | None = None) -> Iterator[dict[str, str]]:
    """Run the demo's sandbox for as long as the block lasts; yield the environment that points at it.

    Args:
        meanwhile: What is done while it starts.

    Raises:
        typer.Exit: The sandbox did not come up.
    """
    folder = make_directory(places.home().absolute() / "sandbox")
    sftp = ["--sftp-root", str(hr_folder()), "--sftp-password", _variables()["HR_SFTP_PASSWORD"]]
    with served(folder, sftp, meanwhile) as address:
        yield _environment(address)


@contextmanager
def served(
    folder: Path, options: Sequence[str], meanwhile: Callable[[], object] | None = None, patience: float = 30
) -> Iterator[dict[str, Any]]:
    """Run a sandbox for as long as the block lasts; yield where it listens.

    One that another `rollcall` has running there is used instead: two of them would overwrite each other's state.

    Args:
        folder: Where its state is kept.
        options: What else ``python -m sandbox`` is given.
        meanwhile: What is done while it starts.
        patience: Seconds to wait for it.

    Raises:
        typer.Exit: The sandbox did not come up.
    """
    ready = folder / "ready.json"
    running = _answering(ready)
    if running:
        yield running
        return
    ready.unlink(missing_ok=True)
    command = [sys.executable, "-m", "sandbox", "--port", "0", "--state", str(folder / "state.json")]
    command += ["--ready-file", str(ready), "--parent", str(os.getpid()), "--quiet", *options]
    # A session of its own: Ctrl-C is for us, and we end the child when our own work has ended.
    child = subprocess.Popen(command, cwd=places.PROJECT, start_new_session=True, stdin=subprocess.DEVNULL)  # noqa: S603
    try:
        if meanwhile:
            meanwhile()
        deadline = time.monotonic() + patience
        while not (running := _answering(ready)):
            if child.poll() is not None or time.monotonic() > deadline:
                stop("The stand-ins did not start. What they say of it stands above.")
            time.sleep(0.02)
        yield running
    finally:
        child.terminate()
        child.wait()
        ready.unlink(missing_ok=True)


@contextmanager
def sandbox_for(company: str) -> Iterator[None]:
    """For as long as the block lasts, the demo has its sandbox, where the environment says of nothing else to go to."""
    if company != COMPANY.name or not COMPANY.is_dir() or not _variables().keys().isdisjoint(os.environ):
        yield
        return
    with sandbox() as environment:
        os.environ.update(environment)
        try:
            yield
        finally:
            for name in environment:
                del os.environ[name]


def origin(environment: Mapping[str, str]) -> str:
    """Where the sandbox has its page."""
    return next("/".join(value.split("/")[:3]) for value in environment.values() if value.startswith("http://"))


def hr_folder() -> Path:
    """What HR's SFTP server serves: the demo's files, and what a second night puts beside them.

    One that lies there as it is stays: with a new time it would be one that has arrived, and the sensor would start its sync.
    """
    folder = make_directory(places.home().absolute() / "sandbox" / "hr")
    for file in (COMPANY / "data").glob("*.csv"):
        there = folder / file.name
        if not (there.exists() and filecmp.cmp(file, there, shallow=False)):
            shutil.copyfile(file, there)
    return folder


def _answering(ready: Path) -> dict[str, Any] | None:
    """What a sandbox writes once it listens, if something does listen there."""
    try:
        address: dict[str, Any] = json.loads(ready.read_text())
        socket.create_connection(("127.0.0.1", int(address["url"].rsplit(":", 1)[1])), timeout=1).close()
    except (OSError, ValueError):
        return None
    return address


def _environment(address: dict[str, Any]) -> dict[str, str]:
    known = {"sandbox": address["url"], "sftp_port": address["sftp"]["port"], "sftp_host_key": address["sftp"]["host_key"]}
    return {name: value.format_map(known) for name, value in _variables().items()}
