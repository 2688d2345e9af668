"""`python -m sandbox --sftp-root`."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import asyncssh
import pytest

from resources import places
from resources.hr.sftp import Sftp


def started(tmp_path: Path, root: Path, *options: str) -> tuple[subprocess.Popen[str], SimpleNamespace]:
    ready = tmp_path / "ready.json"
    command = [sys.executable, "-m", "sandbox", "--quiet", "--ready-file", str(ready), "--state", str(tmp_path / "state.json")]
    command += ["--parent", str(os.getpid()), "--sftp-root", str(root), *options]
    process = subprocess.Popen(command, cwd=places.PROJECT, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 20
    while not ready.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            pytest.fail(process.communicate()[1])
        time.sleep(0.02)
    found: dict[str, Any] = json.loads(ready.read_text())["sftp"]
    ready.unlink()
    return process, SimpleNamespace(**found, host_key_line=found["host_key"])


def ended(process: subprocess.Popen[str]) -> str:
    process.terminate()
    return process.communicate()[1]


def test_the_sandbox_serves_a_folder_by_key_or_password_and_keeps_its_host_key(
    tmp_path: Path,
    root: Path,
    at: Callable[..., Sftp],
    keys: dict[str, asyncssh.SSHKey],
    wire: SimpleNamespace,
) -> None:
    process, server = started(tmp_path, root, "--sftp-password", wire.SECRET)
    try:
        assert at(server).fetch().content == wire.CONTENT
        assert at(server, path="/out/people_1.csv").find().path == "/out/people_1.csv"
    finally:
        assert ended(process) == ""
    (tmp_path / "authorized").write_text(wire.line(keys["ed25519"]) + "\n")
    (tmp_path / "key").write_bytes(keys["ed25519"].export_private_key())
    process, again = started(tmp_path, root, "--sftp-key", str(tmp_path / "authorized"), "--sftp-user", "export")
    try:
        assert again.host_key_line == server.host_key_line
        assert at(again, password=None, key={"file": str(tmp_path / "key")}).find().name == "people_1.csv"
    finally:
        assert ended(process) == ""
