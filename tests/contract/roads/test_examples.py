"""The examples of docs/expensify.md, tried: nginx and OpenSSH as they are set up there, a feed by each, fetched by the sandbox."""

import getpass
import os
import re
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from destinations.expensify.settings import Settings
from resources.failures import Permanent
from resources.places import PROJECT
from tests import ports
from tests.contract.roads.conftest import ANN
from tests.contract.sftp.conftest import _Sshd, keys
from tests.processes import with_us
from tests.programs import program
from tests.roads import PASSWORD, USER

__all__ = ["keys"]

GUIDE = (PROJECT / "docs" / "expensify.md").read_text(encoding="utf-8")


def example(language: str, number: int = 0) -> str:
    return re.findall(rf"^```{language}\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)[number]


@contextmanager
def serving(command: list[str], port: int) -> Iterator[None]:
    process = subprocess.Popen(with_us(command), stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 20
    try:
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                if process.poll() is not None or time.monotonic() > deadline:
                    process.kill()
                    pytest.fail(f"{command[0]} did not start: {process.communicate()[1]}")
                time.sleep(0.01)
        yield
    finally:
        process.terminate()
        process.communicate()


@pytest.fixture
def nginx(tmp_path: Path, roads: Any) -> Iterator[str]:
    """nginx over the folder of feeds, set up as the guide has it, but for port, certificate and places; its address."""
    binary, port, server = program("nginx"), ports.free(), example("nginx")
    changes = {
        r"listen 443 ssl;": f"listen 127.0.0.1:{port};",
        r"ssl_certificate.*;": "",
        r"/srv/rollcall/feeds/": f"{roads.folder}/",
        r"/etc/nginx/rollcall.htpasswd": f"{tmp_path}/rollcall.htpasswd",
    }
    for written, here in changes.items():
        server, count = re.subn(written, here, server)
        assert count, written
    hashed = subprocess.run([program("openssl"), "passwd", "-6", "-stdin"], input=PASSWORD, capture_output=True, text=True, check=True)
    (tmp_path / "rollcall.htpasswd").write_text(f"{USER}:{hashed.stdout}")
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    own = "".join(f"{kind}_temp_path {tmp_path}/{kind};\n" for kind in kinds)
    whoever = f"user {getpass.getuser()};" if os.getuid() == 0 else ""
    around = f"daemon off; {whoever} pid {tmp_path}/nginx.pid; error_log stderr; worker_processes 1; events {{}}\n"
    (tmp_path / "nginx.conf").write_text(f"{around}http {{\naccess_log off;\n{own}{server}}}\n")
    with serving([binary, "-c", str(tmp_path / "nginx.conf"), "-p", str(tmp_path), "-e", "stderr"], port):
        yield f"http://127.0.0.1:{port}/rollcall"


def test_nginx_as_the_guide_sets_it_up_gives_a_feed_to_expensify(nginx, roads, box, client, monkeypatch, by):
    delivery = roads.settings("download", url=nginx)
    answer = client(box.expensify_url, delivery).update_employees([ANN], dry_run=False)
    assert (answer.updated_count, len(roads.lying())) == (1, 1)
    assert "ann@acme.example" in box.state["expensify"]["policies"][ANN["policyID"]]["members"]
    with pytest.raises(Permanent, match="does not have the feed"):
        by(roads.settings("download", url=nginx.removesuffix("/rollcall"))).offer("[]")
    monkeypatch.setenv("FEED_PASSWORD", "wrong")
    with pytest.raises(Permanent, match="HTTP 401"):
        by(delivery).offer("[]")
    assert len(roads.lying()) == 1


def test_openssh_as_the_guide_sets_it_up_takes_a_feed_that_expensify_fetches_with_a_login_of_its_own(
    tmp_path, roads, box, client, keys, monkeypatch, by
):
    program("sshd")
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)  # sshd will not start as root without it
    ours, expensifys = example("sshd").split("Match User expensify")
    assert "internal-sftp" in expensifys
    server = _Sshd(tmp_path, roads.folder.parent, keys, ("ed25519",), {})
    # Chroot needs folders that are root's all the way, and a password needs an account of the machine: they are looked at, and not tried.
    written = ours.replace("User rollcall", f"User {server.place.user}").replace("/srv/rollcall", str(roads.folder.parent))
    with server._config.open("a") as config:
        config.write(written)
    checked = subprocess.run([program("sshd"), "-t", "-f", str(server._config)], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    (tmp_path / "guide.conf").write_text(server._config.read_text() + "Match User expensify" + expensifys)
    checked = subprocess.run([program("sshd"), "-t", "-f", str(tmp_path / "guide.conf")], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    (tmp_path / "key").write_bytes(keys["ed25519"].export_private_key())
    monkeypatch.setenv("EXPENSIFY_FEED_PASSWORD", PASSWORD)
    [delivery] = [given["expensify"]["delivery"] for given in map(yaml.safe_load, [example("yaml")])]
    there = {"host": "127.0.0.1", "port": server.place.port, "user": server.place.user, "host_keys": [server.place.host_key_line]}
    theirs = {"host": roads.sftp.host, "port": roads.sftp.port, "login": USER}
    sftp = {**delivery["sftp"], **there, "key": {"file": str(tmp_path / "key")}}
    sftp["seen_by_expensify"] = {**delivery["sftp"]["seen_by_expensify"], **theirs}
    with server:
        answer = client(box.expensify_url, {"sftp": sftp}).update_employees([ANN], dry_run=False)
        assert (answer.updated_count, len(roads.lying())) == (1, 1)
        assert (by({"sftp": sftp}).tidy(of_plan=True), roads.lying()) == (1, [])
        with pytest.raises(Permanent, match="no such folder"):
            by({"sftp": {**sftp, "folder": "nowhere"}}).offer("[]")
    assert "ann@acme.example" in box.state["expensify"]["policies"][ANN["policyID"]]["members"]


def test_the_examples_of_settings_are_settings():
    connection = {"partner_user_id": "u", "partner_user_secret": {"env": "SECRET"}}
    for number in (0, 1):
        given = yaml.safe_load(example("yaml", number))
        delivery = given.get("expensify", given)["delivery"]
        assert Settings.model_validate({"connection": connection, "feed": {"policyID": {"constant": "P"}}, "delivery": delivery})
