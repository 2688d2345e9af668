"""A real webserver on the instance of the company of canaries, whose sensors tick while their source fails.

Belongs here: starting it, asking it, reading its answers. Does not belong here: what is asked (``tests.quiet.asking``).
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from resources import places
from sandbox.sftp import SftpServer
from tests import ports
from tests.processes import with_us
from tests.quiet.canaries import YAML
from tests.quiet.everything_wrong import ECHO

Ask = Callable[[str], Any]

FAR = """\
  sftp: {{host: {host}, port: {port}, user: zqpartneruser, host_keys: [{key}], path: "people_*.csv", delimiter: ";",
         password: {{env: HR_SFTP_PASSWORD}}}}"""
BURSTING = f"""\
from resources.hr import sources
def burst(*args, **kwargs):
    raise ValueError({ECHO!r})
sources.LocalFiles.newest = burst
"""


@pytest.fixture(scope="module")
def printed_by_server(acme: Any) -> Any:
    return acme.root / "printed by the webserver"


@pytest.fixture(scope="module")
def ask(acme: Any, printed: bytes, printed_by_server: Any) -> Iterator[Ask]:
    """Asks a webserver on the instance of the company, whose own listing bursts, and of another whose server knows another password."""
    folder = acme.root / "companies"
    with SftpServer(acme.inbox, password="another") as far:
        local = next(line for line in YAML.splitlines() if line.startswith("  csv:"))
        remote = FAR.format(host=far.host, port=far.port, key=far.host_key_line)
        for name, source in (("acme", local), ("far", remote)):
            attributes = YAML.replace(local, source) + "when: {arrival: {every_seconds: 60}}\n"
            (folder / name).mkdir(parents=True)
            (folder / name / "defs.yaml").write_text(
                "type: assets.RosterSync\nattributes:\n" + "".join(f"  {line}\n" for line in attributes.splitlines())
            )
        (folder / "sitecustomize.py").write_text(BURSTING)
        port = ports.free()
        command = [sys.executable, "-m", "dagster_webserver", "-m", "pipelines.definitions", "--host", "127.0.0.1", "--port", str(port)]
        paths = os.pathsep.join([str(folder), str(places.PROJECT)])
        environment = {**os.environ, "ROLLCALL_PIPELINES": str(folder), "PYTHONPATH": paths}
        with printed_by_server.open("wb") as out:
            server = subprocess.Popen(with_us(command), cwd=acme.root / "tmp", env=environment, stdout=out, stderr=out)
        url = f"http://127.0.0.1:{port}"

        def asked(query: str) -> Any:
            answer = httpx.post(f"{url}/graphql", json={"query": query}, timeout=120, trust_env=False).json()
            assert "errors" not in answer, answer["errors"]
            return answer["data"]

        try:
            _await(url, server)
            yield asked
        finally:
            server.terminate()
            server.wait(30)


def _await(url: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and server.poll() is None:
        try:
            httpx.get(f"{url}/server_info", timeout=5, trust_env=False)
        except httpx.HTTPError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the webserver did not come up")


def found(answer: Any) -> bytes:
    """Each different text in an answer once: much is said again and again."""
    return "\n".join(dict.fromkeys(_texts(answer))).encode()


def _texts(answer: Any) -> Iterator[str]:
    if isinstance(answer, dict):
        yield from answer
        answer = [*answer.values()]
    if isinstance(answer, list):
        for each in answer:
            yield from _texts(each)
    else:
        yield str(answer)


def captured(run: Any) -> list[Any]:
    """The events of a run that say what it printed."""
    return [event for event in run["eventConnection"]["events"] if event["__typename"] == "LogsCapturedEvent"]
