"""Companies on the engine of `deploy/compose.yaml`: Postgres, Redis, a code server, the daemon and workers, each a process of its own.

Belongs here: starting, striking and ending them, and what came of the companies' runs. Does not belong here: what must come of them.
"""

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import redis
import sqlalchemy as sa
import yaml
from dagster._grpc.client import DagsterGrpcClient

from resources.ledger import tables
from sandbox.server import Sandbox
from tests import ports, soak
from tests.deploy import connections
from tests.deploy.compose import DEPLOY, Here
from tests.graph.conftest import YAML, changed
from tests.processes import with_us
from tests.ui.serving import SECRET, Pages

PORTS = ("3080", "4266", "5432", "6379", "6432")
WORKERS = ("worker-1", "worker-2")
HOLDING = "h001"
"""A company whose first sync holds everybody, until somebody releases them in the pages."""
CREDENTIALS = {"FINDITY_CLIENT": "demo-client", "FINDITY_SECRET": "demo-findity-secret"}
PATIENCE = 3600 if soak.WHOLE else 120
EVERY = 30 if soak.WHOLE else 2
"""Seconds between two looks for a company's file. A hundred companies that look every two seconds leave no processor for their runs."""
COLUMNS = ("No", "First", "Last", "Mail", "Boss", "Dept", "Firm", "Status", "Start", "End", "Mobile", "Limit", "Over", "IBAN")


def seed(companies: list[str]) -> dict[str, Any]:
    """Destinations at which each company has an organization with nobody in it."""
    units = [{"name": name, "externalSourceId": name, "parentId": None} for name in ("Sales",)]
    organizations = {name: {"name": name, "units": units, "users": []} for name in companies}
    client = {"secret": CREDENTIALS["FINDITY_SECRET"], "organizations": companies}
    return {"findity": {"clients": {CREDENTIALS["FINDITY_CLIENT"]: client}, "organizations": organizations}}


def settings(company: str, chunk: int | None) -> dict[str, Any]:
    """A company's YAML: its file starts its sync; perhaps so few people are sent in a call."""
    other = {"expensify": None, "when": {"arrival": {"every_seconds": EVERY}}, "findity.connection.organization": company}
    other |= {"findity.users.bankAccount": None, "findity.connection.chunk_size": chunk}
    if company == HOLDING:
        other |= {"first_sync": "hold", "serve": {"releasers": ["anna@acme.example"]}}
    return {"type": "assets.RosterSync", "attributes": changed(yaml.safe_load(YAML), other)}


def person(company: str, number: int) -> str:
    """The number of one of its people: nobody else's at any other company."""
    return f"{company}-{number:04d}"


def export(company: str, people: int) -> str:
    """HR's file of so many, of whom the first is everybody's manager."""
    rows = []
    for number in range(1, people + 1):
        boss = "" if number == 1 else person(company, 1)
        key = person(company, number)
        rows.append(f"{key};Ada;Quist{number};{key}@acme.example;{boss};Sales;SE;A;2020-01-01;;;;;")
    return "\n".join([";".join(COLUMNS), *rows, f"#END;rows={people}", ""])


class Engine:
    """The running engine.

    Args:
        folder: Where everything of it goes.
        postgres: The URL of a PostgreSQL of its own.
        companies: Which companies there are.
        slow: More of them, each person of whom takes a call.
        running: What ends with it.
    """

    def __init__(self, folder: Path, postgres: str, companies: list[str], slow: list[str], running: ExitStack) -> None:
        self.folder, self.companies, self.postgres = folder, companies, postgres
        self.box = running.enter_context(Sandbox(seed([*companies, *slow, HOLDING]), {"expensify_rate_limits": False}))
        self.pipelines = folder / "pipelines"
        for name in (*companies, *slow, HOLDING):
            (self.pipelines / name / "inbox").mkdir(parents=True)
            (self.pipelines / name / "defs.yaml").write_text(yaml.safe_dump(settings(name, 1 if name in slow else None)), "utf-8")
        here = {there: ports.free() for there in PORTS} | {"5432": sa.make_url(postgres).port or 0}
        self.code_port, self.redis_port = here["4266"], here["6379"]
        self._ports, self._running = here, running
        self.pages = Pages(signed=f"http://127.0.0.1:{here['3080']}", header="x-forwarded-user", company=HOLDING)
        self.home, elsewhere = folder / "volume", folder / "another machine"
        for volume in (self.home, elsewhere):
            (volume / "dagster_home").mkdir(parents=True)
            (volume / "dagster_home" / "dagster.yaml").write_text((DEPLOY / "celery" / "dagster.yaml").read_text("utf-8"), "utf-8")
        self.here = Here(self.home, here, self.pipelines)
        self._elsewhere = Here(elsewhere, here, self.pipelines)
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        running.callback(self.end)
        for name in ("dagster", "rollcall"):
            self._sql(f'CREATE DATABASE "{name}"')

    # --- processes

    def environment(self, service: str = "daemon") -> dict[str, str]:
        """What a service finds, the companies' variables among it. One worker is on a machine of its own, the bucket is for all."""
        here = self._elsewhere if service == WORKERS[1] else self.here
        found = {"FINDITY_ADMIN_URL": self.box.findity_url, "FINDITY_TOKEN_URL": self.box.findity_token_url, **CREDENTIALS}
        found |= {"ROLLCALL_STORAGE": str(self.folder / "bucket")}
        secrets = {"PGPASSWORD": "", "DAGSTER_POSTGRES_PASSWORD": connections.PASSWORD, "ROLLCALL_PROXY_SECRET": SECRET}
        return {**here.environment(service), **found, **secrets}

    def start(self, service: str) -> None:
        """A service of the compose file, in a session of its own: what it starts can be struck with it."""
        command = self.here.command(service)
        if service == "redis":
            command += ["--port", str(self.redis_port), "--bind", "127.0.0.1", "--dir", str(self.folder)]
        command = connections.command(command, self._ports, self._running) if service == "connections" else with_us(command, signal.SIGKILL)
        with (self.folder / f"{service}.log").open("ab") as log:
            self._processes[service] = subprocess.Popen(
                command,
                cwd=self.folder,
                env=self.environment(service),
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )

    def strike(self, service: str, number: signal.Signals = signal.SIGKILL) -> None:
        """As if its machine had died: every process of it at once."""
        process = self._processes.pop(service)
        for member in self.members(process.pid):
            os.kill(member, number)
        process.wait(60)

    def finish(self, service: str) -> None:
        """Ended as one that is stopped: a worker's run comes to its end first."""
        process = self._processes.pop(service)
        process.terminate()
        process.wait(PATIENCE)

    def members(self, session: int) -> list[int]:
        """The processes of a session."""
        found = []
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            if int(fields[3]) == session and fields[0] != "Z":
                found.append(int(stat.parent.name))
        return found

    def end(self) -> None:
        """All of them, in the order in which they need each other."""
        for service in list(reversed(self._processes)):
            self.strike(service)

    def log(self) -> str:
        """The last words of all."""
        return "\n".join(f"== {path.name}\n{path.read_text('utf-8', 'replace')[-1500:]}" for path in sorted(self.folder.glob("*.log")))

    def until(self, what: Callable[[], Any], patience: float = PATIENCE) -> Any:
        """What it says once it says something."""
        deadline = time.monotonic() + patience
        while not (found := what()):
            if time.monotonic() > deadline:
                pytest.fail(f"not within {patience} seconds\n{self.log()}")
            time.sleep(0.4)
        return found

    def rollcall(self, *arguments: str) -> str:
        """What a command of ours prints."""
        program = Path(self.here.command("daemon")[0]).with_name("rollcall")
        done = subprocess.run([program, *arguments], env=self.environment(), cwd=self.folder, capture_output=True, text=True, check=False)
        return done.stdout + done.stderr

    def restart_redis(self) -> None:
        """Ended, and after some seconds started again on what it had written."""
        self.strike("redis", signal.SIGTERM)
        time.sleep(4)
        self.start("redis")

    def crash_postgres(self) -> None:
        """One of its own processes is killed: it drops every session, recovers and goes on."""
        pid = self._sql("SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'")
        os.kill(pid, signal.SIGKILL)

    def redis_answers(self) -> bool:
        """Whether the broker is there."""
        try:
            return bool(redis.Redis(port=self.redis_port).ping())
        except redis.RedisError:
            return False

    def reload(self, instance: dg.DagsterInstance) -> None:
        """*Reload* of the code location, as the UI does it, and as patient."""
        DagsterGrpcClient(port=self.code_port, host="127.0.0.1").reload_code(timeout=instance.code_server_reload_timeout)

    def kept_by_the_broker(self) -> bytes:
        """Every byte that it has written down."""
        return b"".join(path.read_bytes() for path in sorted((self.folder / "appendonlydir").iterdir()))

    # --- companies and their runs

    def deliver(self, company: str, people: int, day: str = "2026-11-20") -> None:
        """HR's file lands."""
        inbox = self.pipelines / company / "inbox"
        (inbox / f"people_{day}.csv").write_text(export(company, people), "utf-8")

    def instance(self) -> dg.DagsterInstance:
        """The instance that all of them share."""
        return dg.DagsterInstance.from_config(str(self.home / "dagster_home"))

    def users(self, company: str) -> dict[str, dict[str, Any]]:
        """Who is there now."""
        return self.box.state["findity"]["organizations"][company]["users"]

    def silenced(self, run_id: str) -> None:
        """A minute passes for the signs of life of one run, instead of a minute of waiting."""
        ledger = sa.create_engine(self.postgres_of("rollcall"))
        with ledger.begin() as connection:
            connection.execute(sa.update(tables.heartbeat).where(tables.heartbeat.c.run_id == run_id).values(expires_at=0))
            connection.execute(sa.update(tables.lease).where(tables.lease.c.run_id == run_id).values(expires_at=0))
        ledger.dispose()

    def worker_of(self, run_id: str, instance: dg.DagsterInstance) -> str:
        """Which worker has a run."""
        said = [entry.message for entry in instance.all_logs(run_id, of_type=dg.DagsterEventType.ENGINE_EVENT)]
        pids = [int(found[1]) for one in said if (found := re.search(r"Started process for run \(pid: (\d+)\)", one))]
        return next((name for name, one in self._processes.items() if pids and pids[-1] in self.members(one.pid)), "")

    def postgres_of(self, database: str) -> str:
        """The URL of one of its databases."""
        url = sa.make_url(self.postgres).set(drivername="postgresql+psycopg2", database=database)
        return url.render_as_string(hide_password=False)

    def _sql(self, statement: str) -> Any:
        engine = sa.create_engine(self.postgres_of("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            result = connection.execute(sa.text(statement))
            found = result.scalar() if result.returns_rows else None
        engine.dispose()
        return found


@contextmanager
def running(folder: Path, postgres: str, companies: list[str], slow: list[str]) -> Iterator[Engine]:
    """The engine, with everything started but the workers, and the environment by which this process reads the instance."""
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        engine = Engine(folder, postgres, companies, slow, stack)
        for name, value in engine.environment().items():
            if name.startswith(("DAGSTER_", "ROLLCALL_", "CELERY_", "PG")):
                patch.setenv(name, value)
        engine.start("redis")
        engine.start("connections")
        engine.until(engine.redis_answers)
        engine.instance().dispose()  # makes the tables: several at once would get into each other's way
        engine.start("code")
        engine.start("daemon")
        yield engine
