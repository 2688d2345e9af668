"""`rollcall serve`: at which addresses it lets whom in, and that it ends with what started it."""

import contextlib
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from cli import demo, serve
from cli.main import app
from tests import ports
from tests.processes import with_us


@pytest.mark.parametrize(
    ("arguments", "secret", "what"),
    [
        (["--host", "0.0.0.0"], "", "Put a sign-on before it"),
        (["--host", "192.0.2.1"], "s", "Put a sign-on before it"),
        (["--proxy", "10.0.0.1"], "s", "there is none"),
        (["--user-header", "X-User"], "", "Set ROLLCALL_PROXY_SECRET"),
        (["--user-header", "X-User", "--host", "0.0.0.0"], "", "Set ROLLCALL_PROXY_SECRET"),
        (["--user-header", "Cookie"], "s", "no header that a proxy names a user in"),
        (["--user-header", "X-User", "--proxy", "here"], "s", "no address or network"),
        (["--allow-host", "a/b"], "", "no name of a server"),
    ],
)
def test_it_is_served_to_nobody_who_could_be_anybody(
    arguments: list[str], secret: str, what: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ROLLCALL_HOME", str(tmp_path))
    monkeypatch.setenv("ROLLCALL_PROXY_SECRET", secret)
    monkeypatch.delenv("ROLLCALL_USER_HEADER", raising=False)
    told = CliRunner().invoke(app, ["serve", *arguments])
    assert told.exit_code == 2
    assert what in " ".join(told.output.split())


def test_the_address_that_is_printed_opens_it_once_and_ctrl_c_ends_it(tmp_path: Path) -> None:
    port = ports.free()
    unwanted = ("ROLLCALL_USER_HEADER", "DAGSTER_HOME")
    environment = {name: value for name, value in os.environ.items() if name not in unwanted} | {"ROLLCALL_HOME": str(tmp_path)}
    command = [str(Path(sys.executable).with_name("rollcall")), "serve", "--port", str(port)]
    with subprocess.Popen(with_us(command), env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True) as server:
        assert server.stdout
        printed = server.stdout.readline()
        address = re.search(r"http://127\.0\.0\.1:[0-9]+/\?token=[\w-]{40,}", printed)
        assert address, printed
        first, second = httpx.get(address[0], timeout=60), httpx.get(address[0], timeout=60)
        server.send_signal(signal.SIGINT)
        assert (first.status_code, second.status_code) == (303, 403)
        assert server.wait(60) == 0
        assert address[0].partition("=")[2] not in server.stdout.read()


@pytest.mark.parametrize(("served", "there"), [(["demo"], True), (["acme"], False), (["acme", "demo"], False)])
def test_what_the_demo_holds_can_be_released_and_nobody_else_gets_its_sandbox(
    served: list[str], there: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ROLLCALL_HOME", str(tmp_path))
    for name in ("ROLLCALL_USER_HEADER", *demo._variables()):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(demo, "sandbox", lambda: contextlib.nullcontext({"PLAYED": "yes"}))
    monkeypatch.setattr(serve, "companies", lambda: served)
    seen: list[bool] = []
    monkeypatch.setattr("web.serve.server.run", lambda *_: seen.append("PLAYED" in os.environ))
    assert CliRunner().invoke(app, ["serve"]).exit_code == 0
    assert seen == [there]
    assert "PLAYED" not in os.environ
