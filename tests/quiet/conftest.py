"""A company of canaries: every name, address, number and secret of theirs is unique, so that wherever one turns up it was let out."""

import base64
import dataclasses
import json
import logging
import sqlite3
import sys
import tempfile
import unicodedata
import zlib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import quote, quote_plus

import dagster as dg
import pytest
import yaml

from assets import graph, quiet
from assets.launch import Location, RunResult, reexecute, run_job
from assets.settings import Settings
from resources.failures import PRIVATE
from resources.http import Retry
from resources.rates import Limit
from sandbox import server
from sandbox.server import Sandbox

COLUMNS = ("No", "First", "Last", "Mail", "Boss", "Firm", "Status", "Mobile", "IBAN", "Personal ID", "City", "Nick")
PEOPLE = """\
Q01;Zåfirstaq;Zälastaq;zqlocal.a@acme.example;;SE;A;+46701740601;SE6100000000000001000003;19700101-9801;Zöcityaq;Zqnickaq
Q02;Zåfirstbq;Zälastbq;zqlocal.b@acme.example;Q01;SE;A;+46701740602;SE2700000000000002000006;19710101-9802;Zöcitybq;Zqnickbq
Q03;Zåfirstcq;Zälastcq;zqlocal.c@acme.example;Q01;SE;A;+46701740603;SE9000000000000003000009;19720101-9803;Zöcitycq;Zqnickcq
Q04;Zåfirstdq;Zälastdq;zqlocal.d@acme.example;Q02;SE;A;+46701740604;SE5600000000000004000012;19730101-9804;Zöcitydq;Zqnickdq
"""
STRANGER = {"firstName": "Zqstrangerfirst", "lastName": "Zqstrangerlast", "email": "zqstranger@other.example"}
SECRETS = {
    "EXPENSIFY_USER": "zqpartneruser",
    "EXPENSIFY_SECRET": "zqpartnersecret",
    "FINDITY_CLIENT": "zqclientid",
    "FINDITY_SECRET": "zqclientsecret",
    "HR_SFTP_PASSWORD": "zqsftppassword",
    "HTTPS_PROXY": "http://zqproxyuser:zqproxyword@127.0.0.1:9",
}
YAML = """\
timezone: Europe/Stockholm
owners: [team:finance]
first_sync: apply
hr:
  csv: {path: inbox/people_*.csv, delimiter: ";", trailer: '#END;rows=(?P<rows>\\d+)'}
  people:
    absent_means: leaver
    columns:
      employee_id: "No"
      first_name: First
      last_name: Last
      email: Mail
      manager_id: Boss
      company_code: Firm
      worker_status: {column: Status, values: {A: Active}}
      phone: Mobile
      bank_account: IBAN
      extra_city: City
      extra_nick: Nick
expensify:
  connection:
    url: {env: EXPENSIFY_URL}
    partner_user_id: {env: EXPENSIFY_USER}
    partner_user_secret: {env: EXPENSIFY_SECRET}
    read_back_seconds: 0
  feed:
    policyID: {column: company_code, lookup: {SE: "5E00000000000001"}}
    role: {constant: user}
    customField2: extra_nick
findity:
  connection:
    admin_url: {env: FINDITY_ADMIN_URL}
    token_url: {env: FINDITY_TOKEN_URL}
    organization: acme
    client_id: {env: FINDITY_CLIENT}
    client_secret: {env: FINDITY_SECRET}
    read_back_seconds: 0
  users: {phone: phone, bankAccount: {IBAN: bank_account}, address: {city: extra_city}}
"""


def canaries() -> dict[str, str]:
    """Kind and owner → the text that gives them away."""
    found = {f"stranger {name}": value.partition("@")[0] for name, value in STRANGER.items()}
    found |= {
        **SECRETS,
        "proxy user": "zqproxyuser",
        "proxy password": "zqproxyword",
        "database password": "zqdatabaseword",
        "key": "zqprivatekeyline",
    }
    for line in PEOPLE.splitlines():
        number, *cells = line.split(";")
        for column, cell in zip(COLUMNS[1:], cells, strict=True):
            if column not in ("Boss", "Firm", "Status"):
                found[f"{column} of {number}"] = {"Mail": cell.partition("@")[0], "Mobile": cell[3:]}.get(column, cell)
    return found


def forms(text: str) -> set[bytes]:
    """The ways in which a text may be written down."""
    texts = {text, text.casefold(), text.upper(), unicodedata.normalize("NFD", text), unicodedata.normalize("NFD", text.casefold())}
    written = {
        form.encode(code)
        for form in texts
        for code in ("utf-8", "utf-16-le", "utf-16-be", "latin-1")
        if code != "latin-1" or form.isascii() or form == text
    }
    written |= {
        form.encode() for each in texts for form in (quote(each), quote_plus(each), json.dumps(each)[1:-1], repr(each.encode())[2:-1])
    }
    for shift in range(3):  # of the three ways in which it can lie in a base64 text, what does not depend on its neighbours
        encoded = base64.b64encode(b"\0" * shift + text.encode())
        written.add(encoded[(0, 2, 3)[shift] : -4])
    return written


def given_away(content: bytes) -> set[str]:
    """The canaries in what somebody can read."""
    lowered = content.decode("utf-8", "ignore").casefold().encode()
    return {name for name, text in canaries().items() if any(form in content or form in lowered for form in forms(text))}


def readable(path: Path) -> bytes:
    """A file as it is, and of a database every cell too, unpacked where it is packed."""
    content = path.read_bytes()
    if not content.startswith(b"SQLite format 3"):
        return content
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
        for (table,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            for row in database.execute(f'SELECT * FROM "{table}"'):
                content += b"\n".join(map(_unpacked, row))
    return content


def _unpacked(cell: Any) -> bytes:
    if not isinstance(cell, bytes):
        return str(cell).encode()
    try:
        return zlib.decompress(cell)
    except zlib.error:
        return cell


class Acme:
    """The company, its runs, and where they leave what."""

    def __init__(self, root: Path, box: Sandbox, patch: pytest.MonkeyPatch) -> None:
        self.root, self.box, self.patch = root, box, patch
        self.inbox = root / "acme" / "inbox"
        self.inbox.mkdir(parents=True)
        self.runs: list[RunResult] = []
        self.said: list[str] = []
        self.location, self.defs = self.build(yaml.safe_load(YAML))
        self.file(PEOPLE)

    def build(self, attributes: dict[str, Any]) -> tuple[Location, dg.Definitions]:
        built = graph.build("acme", Settings.model_validate(attributes), self.root / "acme")
        resources = dict(built.resources or {})
        for key, other in (("acme_expensify", {"limits": [Limit(1000, 0.001)]}), ("acme_findity", {})):
            access = dataclasses.replace(
                resources[key].resource_fn(None), retry=Retry(attempts=2, first_wait=0.01, longest_wait=0.01), **other
            )
            resources[key] = dg.ResourceDefinition.hardcoded_resource(access)
        defs = dg.Definitions(
            assets=built.assets,
            jobs=built.jobs,
            sensors=built.sensors,
            schedules=built.schedules,
            resources=resources,
            executor=dg.in_process_executor,
        )
        module = ModuleType(f"quiet_{len(sys.modules)}")
        module.defs = defs  # type: ignore[attr-defined]
        sys.modules[module.__name__] = module
        return Location("tests", module.__name__), defs

    def file(self, people: str, *, header: str = ";".join(COLUMNS), encoding: str = "utf-8", trailer: str | None = None) -> Path:
        end = f"#END;rows={len(people.splitlines())}" if trailer is None else trailer
        path = self.inbox / f"people_{len(list(self.inbox.iterdir())):03}.csv"
        path.write_bytes(f"{header}\n{people}{end}\n".encode(encoding))
        return path

    def run(self, job: str = "sync", location: Location | None = None, **config: Any) -> RunResult:
        self.runs.append(run_job(f"acme_{job}", run_config=config or None, location=location or self.location))
        self.said.append(str(self.runs[-1].message))
        return self.runs[-1]

    def again(self, run: RunResult) -> RunResult:
        self.runs.append(reexecute(run.run_id, location=self.location))
        self.said.append(str(self.runs[-1].message))
        return self.runs[-1]


@pytest.fixture(scope="session")
def asked() -> list[bytes]:
    """Every address that the sandbox was asked for, with its query."""
    return []


@pytest.fixture(scope="session")
def acme(tmp_path_factory: pytest.TempPathFactory, asked: list[bytes]) -> Iterator[Acme]:
    """The company in an instance, a home and a temporary folder of its own."""
    root = tmp_path_factory.mktemp("quiet")
    with pytest.MonkeyPatch.context() as patch:
        plain = server.application

        def listening(box: Any) -> Any:
            inner = plain(box)

            async def outer(scope: Any, receive: Any, send: Any) -> None:
                asked.append(scope.get("raw_path", b"") + b"?" + scope.get("query_string", b""))
                await inner(scope, receive, send)

            return outer

        patch.setattr(server, "application", listening)
        with Sandbox(switches={"expensify_rate_limits": False}) as box:
            for name in ("dagster", "tmp"):
                (root / name).mkdir()
            (root / "dagster" / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
            urls = {"EXPENSIFY_URL": box.expensify_url, "FINDITY_ADMIN_URL": box.findity_url, "FINDITY_TOKEN_URL": box.findity_token_url}
            folders = {"DAGSTER_HOME": root / "dagster", "ROLLCALL_HOME": root / "home", "TMPDIR": root / "tmp"}
            for name, value in {**SECRETS, **urls, **{name: str(folder) for name, folder in folders.items()}}.items():
                patch.setenv(name, value)
            patch.setattr(tempfile, "tempdir", None)
            box.state["expensify"]["partners"] = {
                SECRETS["EXPENSIFY_USER"]: {
                    "secret": SECRETS["EXPENSIFY_SECRET"],
                    "email": server.demo()["expensify"]["partners"]["aa_demo_partner"]["email"],
                }
            }
            box.state["findity"]["clients"] = {SECRETS["FINDITY_CLIENT"]: {"secret": SECRETS["FINDITY_SECRET"], "organizations": ["acme"]}}
            users = box.state["findity"]["organizations"]["acme"]["users"]
            next(iter(users.values())).update(STRANGER)
            quiet.quieten()
            yield Acme(root, box, patch)


@pytest.fixture(scope="session")
def logged() -> Iterator[list[bytes]]:
    """What every logger says that is not one of the two owner-only ones."""
    seen: list[bytes] = []
    keep = logging.Handler(logging.DEBUG)
    keep.setFormatter(logging.Formatter("%(name)s %(message)s"))
    keep.emit = lambda record: seen.append(keep.format(record).encode()) if record.name not in (PRIVATE, quiet.REDACTED) else None  # type: ignore[method-assign]
    logging.getLogger().addHandler(keep)
    yield seen
    logging.getLogger().removeHandler(keep)
