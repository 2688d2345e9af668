"""A stage for the guard: `rollcall webserver` twice on one instance, alone and behind nginx with a sign-on; a page elsewhere; a browser.

The job that they have is a small one of its own: what is tested is who may launch it, not what it does.
"""

import contextlib
import getpass
import http.server
import json
import os
import re
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg

from resources.places import PROJECT
from tests import ports
from tests.processes import with_us
from tests.programs import program

NAME, PAGES, SECRET = "rollcall.acme.example", "people.acme.example", "a secret of the proxy"
JOBS = """
import time
import dagster as dg

@dg.op(config_schema={"accepted_by": dg.Field(str, default_value="")})
def take(context):
    time.sleep(context.run.tags.get("seconds") and float(context.run.tags["seconds"]) or 0)

@dg.job(executor_def=dg.in_process_executor)
def acme_sync():
    take()

defs = dg.Definitions(jobs=[acme_sync])
"""
INSTANCE = """
telemetry: {enabled: false}
nux: {enabled: false}
run_coordinator: {module: dagster.core.run_coordinator, class: DefaultRunCoordinator}
"""
SELECTOR = {"repositoryLocationName": "rollcall", "repositoryName": "__repository__", "jobName": "acme_sync"}
SELECTED = '{repositoryLocationName: "rollcall", repositoryName: "__repository__", jobName: "acme_sync"}'
LAUNCH = f'mutation {{ launchRun(executionParams: {{selector: {SELECTED}, runConfigData: "{{}}"}}) {{ __typename }} }}'


@dataclass
class Reply:
    """What a server answered."""

    status: int
    headers: dict[str, str]
    text: str


@dataclass
class Stage:
    """Where everything is."""

    home: Path
    plain: int
    """The port of the webserver that nobody signs on to."""
    signed: int
    """The port of the one behind nginx."""
    nginx: int
    redirect: int
    """Where nginx listens without TLS."""
    elsewhere: "Elsewhere"
    processes: dict[int, int]
    """Port → the process of the webserver."""

    @property
    def site(self) -> str:
        """Where people find the one behind nginx."""
        return f"https://{NAME}:{self.nginx}"

    def runs(self) -> list[dg.DagsterRun]:
        """The runs that there are, the newest first."""
        with dg.DagsterInstance.from_config(str(self.home)) as instance:
            return list(instance.get_runs())

    def ended(self) -> dg.DagsterRun:
        """The newest run, once it has ended."""
        deadline = time.monotonic() + 60
        while not (runs := self.runs()) or not runs[0].is_finished:
            assert time.monotonic() < deadline
            time.sleep(0.2)
        return runs[0]


def send(port: int, head: str, body: str = "", tls: bool = False, name: str = NAME) -> Reply:
    """Send what is written, line by line as it is, and read what comes back; a first line alone counts too. `name` is who TLS asks for."""
    with contextlib.ExitStack() as stack:
        connection = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=20))
        if tls:
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            connection = stack.enter_context(context.wrap_socket(connection, server_hostname=name))
        lines = head.strip().replace("\n", "\r\n")
        if body:
            lines += f"\r\nContent-Length: {len(body.encode())}"
        connection.sendall(f"{lines}\r\n\r\n{body}".encode("latin-1"))
        received = b""
        with contextlib.suppress(TimeoutError, ConnectionResetError, ssl.SSLError):
            while not _whole(received) and (part := connection.recv(65536)):
                received += part
    first, _, rest = received.decode("latin-1").partition("\r\n\r\n")
    status, *lines = first.split("\r\n")
    return Reply(int(status.split()[1]), {key.lower(): value for key, _, value in (line.partition(": ") for line in lines)}, rest)


def _whole(received: bytes) -> bool:
    head, end, body = received.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: (\d+)", head)
    return bool(end) and (head.startswith(b"HTTP/1.1 101") or (length is not None and len(body) >= int(length[1])))


class Elsewhere:
    """A server that is not ours: the pages of whoever attacks, and the sign-on that nginx asks.

    As oauth2-proxy does it: `/oauth2/auth` answers 202 and names the user, or 401.
    """

    def __init__(self) -> None:
        self.page = ""
        self.asked: list[str] = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked.append(self.path)
                user = re.search(r"session=(\w+)", self.headers.get("Cookie", ""))
                if self.path == "/oauth2/auth":
                    self.send_response(202 if user else 401)
                    if user:
                        self.send_header("X-Auth-Request-Email", f"{user[1]}@acme.example")
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                    return
                said = b"Please sign on." if self.path.startswith("/oauth2/") else outer.page.encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@dataclass
class _Server:
    process: subprocess.Popen[bytes]
    log: Path

    def wait(self, until: Callable[[], Any]) -> None:
        """Wait until something can be done with it."""
        deadline = time.monotonic() + 90
        while True:
            with contextlib.suppress(OSError, IndexError):
                until()
                return
            assert self.process.poll() is None and time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.1)


@contextlib.contextmanager
def serving(command: list[str], log: Path, **environment: str) -> Iterator["_Server"]:
    """A server of its own, until the block ends."""
    with log.open("w") as out:
        process = subprocess.Popen(with_us(command), stdout=out, stderr=out, env={**os.environ, **environment}, start_new_session=True)
    try:
        yield _Server(process, log)
    finally:
        process.terminate()
        process.wait(60)


def nginx(folder: Path, port: int, redirect: int, sign_on: int, *, webserver: int | None = None, serve: int | None = None) -> list[str]:
    """nginx with the file as it is deployed, but for ports and places; its command. What is not given has a port where nobody listens."""
    made = [program("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={NAME}"]
    made += ["-keyout", str(folder / "rollcall.key"), "-out", str(folder / "rollcall.pem")]
    subprocess.run(made, check=True, capture_output=True)
    (folder / "rollcall-secret.conf").write_text(f'proxy_set_header X-Rollcall-Proxy "{SECRET}";\n')
    file = (PROJECT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    changes = {
        r"listen 80;": f"listen 127.0.0.1:{redirect};",
        r"listen 443 ssl;": f"listen 127.0.0.1:{port} ssl;",
        r"/etc/ssl/": f"{folder}/",
        r"include /etc/nginx/": f"include {folder}/",
        r"http://127\.0\.0\.1:4180": f"http://127.0.0.1:{sign_on}",
        r"http://127\.0\.0\.1:3000": f"http://127.0.0.1:{webserver or ports.free()}",
        r"http://127\.0\.0\.1:3080": f"http://127.0.0.1:{serve or ports.free()}",
    }
    for written, here in changes.items():
        file, count = re.subn(written, here, file)
        assert count, written
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    own = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in kinds)
    whoever = f"user {getpass.getuser()};" if os.getuid() == 0 else ""
    around = f"daemon off; {whoever} pid {folder}/nginx.pid; error_log stderr; worker_processes 1; events {{}}\n"
    (folder / "nginx.conf").write_text(f"{around}http {{\naccess_log off;\n{own}{file}}}\n")
    return [program("nginx"), "-c", str(folder / "nginx.conf"), "-p", str(folder), "-e", "stderr"]


@contextlib.contextmanager
def stage(home: Path) -> Iterator[Stage]:
    """All of it."""
    (home / "jobs.py").write_text(JOBS)
    (home / "workspace.yaml").write_text(f"load_from: [{{python_file: {{relative_path: {home}/jobs.py, location_name: rollcall}}}}]")
    (home / "dagster.yaml").write_text(INSTANCE)
    with dg.DagsterInstance.from_config(str(home)) as instance:
        assert instance.get_runs() == []  # its databases are made, before two make them at once
    plain, signed, proxy, redirect = (ports.free() for _ in range(4))
    rollcall = [str(Path(sys.executable).with_name("rollcall")), "webserver", "-w", str(home / "workspace.yaml"), "--port"]
    behind = [*rollcall, str(signed), "--allow-host", f"https://{NAME}:{proxy}", "--user-header", "X-Forwarded-User"]
    own = {"DAGSTER_HOME": str(home), "ROLLCALL_HOME": str(home / "rollcall")}

    def up(port: int) -> Callable[[], Any]:
        return lambda: send(port, f"GET /server_info HTTP/1.1\nHost: 127.0.0.1:{port}\nConnection: close")

    with contextlib.ExitStack() as stack:
        elsewhere = Elsewhere()
        stack.callback(elsewhere.close)
        command = nginx(home, proxy, redirect, elsewhere.port, webserver=signed)
        servers = {
            proxy: stack.enter_context(serving(command, home / "nginx.log")),
            plain: stack.enter_context(serving([*rollcall, str(plain)], home / "plain.log", **own)),
            signed: stack.enter_context(serving(behind, home / "signed.log", **own, ROLLCALL_PROXY_SECRET=SECRET)),
        }
        for port, server in servers.items():
            server.wait(up(port))
        yield Stage(home, plain, signed, proxy, redirect, elsewhere, {port: servers[port].process.pid for port in (plain, signed)})
        for server in servers.values():
            server.process.terminate()  # all at once, then each is waited for


def graphql(query: str, **variables: Any) -> str:
    return json.dumps({"query": query, "variables": variables})
