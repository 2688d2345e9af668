"""All that can go wrong to a company, with its people at hand: the file, the servers, our own faults, the disk, the login.

Belongs here: making it go wrong. Does not belong here: looking at what that leaves.
"""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from destinations.expensify import comparison as at_expensify
from destinations.findity import comparison as at_findity
from resources import owner_only
from resources.ledger import database
from roster.intake import take_in as intake
from sandbox.sftp import SftpServer
from tests.quiet.canaries import COLUMNS, NEAR, PEOPLE, SECRETS, WORD, YAML, canaries
from tests.roads import WebFolder

ECHO = " ".join(canaries().values()) + " zqstranger@other.example zqlocal.b@acme.example"


def burst(*args: Any, **kwargs: Any) -> Any:
    """A fault of ours with everybody at hand: in its locals and in its text."""
    frames = [*args, *kwargs.values()]
    raise ValueError(f"{ECHO} {frames}")


def the_gate_refuses(acme: Any) -> Iterator[Any]:
    header = ";".join(COLUMNS)
    for content in (
        {"header": header.replace("Mail", "Mail till Zåfirstaq Zälastaq")},
        {"header": header.replace(";", ",")},
        {"header": PEOPLE.splitlines()[0]},
        {"encoding": "utf-16"},
        {"encoding": "latin-1"},
        {"trailer": "#END;rows=19700101"},
        {"trailer": "Zåfirstaq Zälastaq"},
    ):
        acme.file(PEOPLE, **content)
        yield acme.run("preview")
    acme.file(f'"{PEOPLE}')
    yield acme.run("preview")


def servers_echo(acme: Any) -> Iterator[Any]:
    """Both servers say in every way that they know of whom, by whom and with what they were asked."""
    box, secret = acme.box, {ECHO: ECHO, "errorCode": "Zqnickaq", "message": ECHO, "responseMessage": ECHO, "error": ECHO}
    page = f"<html><title>{ECHO}</title>{ECHO}</html>"
    acme.file(PEOPLE.replace("Q04;", "Q05;").replace("zqlocal.d@", "zqlocal.d@new."))
    for fault in (
        {"status": 400, "body": json.dumps(secret)},
        {"status": 403, "body": page},
        {"status": 500, "body": page},
        {
            "status": 302,
            "headers": {
                "Location": f"https://zqproxyuser:zqproxyword@elsewhere.example/zqlocal.a/?q=Zqnickaq&s={SECRETS['FINDITY_SECRET']}"
            },
        },
        {"body": json.dumps({**secret, "responseCode": 410})},
        {"body": json.dumps({"responseCode": 401, "responseMessage": ECHO})},
        {"status": 429, "headers": {"Retry-After": "zqlocal.a Zqnickaq"}},
        {"body": json.dumps([secret])},
        {"drop": True},
    ):
        box.fault(job="*", times=None, **fault)
        yield acme.run("preview")
        box.heal()
    for api, job in (("findity", "PUT users"), ("expensify", "update employees")):
        box.fault(
            api=api,
            job=job,
            dry_run=None if api == "findity" else False,
            times=None,
            status=400,
            body=json.dumps({**secret, "responseCode": 410}),
        )
    yield acme.run()
    box.heal()
    box.fault(api="*", job="*", times=None, refuse=dict.fromkeys(("Q01", "Q02", "Q03", "Q04", "Q05"), ECHO))
    yield acme.again(acme.runs[-1]) if not acme.runs[-1].succeeded else acme.run()
    box.heal()


def a_server_stalls(acme: Any) -> Iterator[Any]:
    attributes = yaml.safe_load(YAML)
    for name in ("expensify", "findity"):
        attributes[name]["connection"]["timeout"] = 0.5
    location, _ = acme.build(attributes)
    acme.file(PEOPLE.replace("Q04;", "Q06;").replace("zqlocal.d@", "zqlocal.d@newer."))
    for job in ("get policy", "PUT users"):
        acme.box.fault(job=job, stall=True, times=None)
        yield acme.run("sync", location)
        acme.box.heal()


def we_burst(acme: Any) -> Iterator[Any]:
    acme.file(PEOPLE)
    for module, name in ((intake, "take_in"), (at_expensify, "writes"), (at_findity, "writes")):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(module, name, burst)
            yield acme.run("preview")


def nothing_can_be_kept(acme: Any) -> Iterator[Any]:
    def full(path: Path, content: bytes) -> None:
        path.write_bytes(content[: len(content) // 2])
        path.chmod(0o600)
        raise OSError(28, f"No space left on device {ECHO}")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(owner_only, "write_new", full)
        yield acme.run("preview")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "BUSY_SECONDS", 0.05)
        ledger = next((acme.root / "home").rglob("ledger.db"))
        with sqlite3.connect(ledger, isolation_level=None) as holder:
            holder.execute("BEGIN EXCLUSIVE")
            yield acme.run("preview")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ROLLCALL_LEDGER", "postgresql://zqdatabaseuser:zqdatabaseword@127.0.0.1:1/nothing")
        yield acme.run("preview")


def sftp_refuses(acme: Any) -> Iterator[Any]:
    with SftpServer(acme.inbox, password="another") as server:
        source = {
            "host": server.host,
            "port": server.port,
            "user": "zqpartneruser",
            "host_keys": [server.host_key_line],
            "path": "people_*.csv",
        }
        for login in ({"password": {"env": "HR_SFTP_PASSWORD"}}, {"key": {"env": "SFTP_KEY"}}):
            attributes = yaml.safe_load(YAML)
            attributes["hr"]["sftp"] = {**{k: v for k, v in attributes["hr"].pop("csv").items() if k != "path"}, **source, **login}
            location, _ = acme.build(attributes)
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("SFTP_KEY", "-----BEGIN OPENSSH PRIVATE KEY-----\nzqprivatekeyline\n-----END OPENSSH PRIVATE KEY-----\n")
                yield acme.run("preview", location)


def roads_fail(acme: Any) -> Iterator[Any]:
    """The servers of a feed refuse us; and where they do not, Expensify says in every way what it was told of them."""
    acme.file(PEOPLE.replace("Q04;", "Q07;").replace("zqlocal.d@", "zqlocal.d@latest."))
    folder = acme.root / "acme" / "feeds"
    folder.mkdir()
    login = {"user": {"env": "FEED_USER"}, "password": {"env": "FEED_PASSWORD"}}
    attributes = yaml.safe_load(YAML)
    del attributes["findity"]
    words = SECRETS["FEED_USER"], SECRETS["FEED_PASSWORD"]
    with SftpServer(folder, password="another") as server, WebFolder(folder) as strict, WebFolder(folder, login=words) as web:
        at = {"host": server.host, "port": server.port, "host_keys": [server.host_key_line]}
        for road in ({"sftp": {**login, **at}}, *({"download": {**login, "folder": str(folder), "url": one.url}} for one in (strict, web))):
            attributes["expensify"]["delivery"] = road
            location, _ = acme.build(attributes)
            acme.box.fault(job="update employees", dry_run=False, body=json.dumps({"responseCode": 410, "responseMessage": ECHO}))
            yield acme.run("sync", location)
            acme.box.heal()
    acme.feeds = [file.name for file in folder.iterdir()]


def words_lead_nowhere(acme: Any) -> Iterator[Any]:
    """HR's words for organizations, consultants, units and banks are nobody's, values and units are called after people, and one of two
    organizations is not ours."""
    attributes = yaml.safe_load(YAML)
    findity, columns = attributes["findity"], attributes["hr"]["people"]["columns"]
    columns["bic"] = columns.pop("extra_city")
    findity["users"] = {
        "bankAccount": {"IBAN": "bank_account", "BIC": "bic"},
        "organizationalUnitId": "extra_nick",
        "dimensionPresets": {"COST_CENTER": "last_name"},
    }
    findity |= {"units": "create", "approval": "dimensions"}
    findity["dimensions"] = {"COST_CENTER": {"name": "Cost center", "values": {"id": "last_name"}, "approvers": [{"rule": "manager_id"}]}}
    connection = findity.pop("connection")
    words = {"se": "acme", "other": "adventureworks"}
    findity["organizations"] = {word: {"connection": {**connection, "organization": one}} for word, one in words.items()}
    findity["belonging"] = {
        "organization": {"column": "company_code", "lookup": {"SE": "se", NEAR: "other"}},
        "consultant_in": "extra_nick",
    }
    location, _ = acme.build(attributes)
    first, *others, last = PEOPLE.splitlines(keepends=True)
    acme.file("".join([first, *others, last.replace(";SE;", f";{WORD};")]))
    yield acme.run("sync", location)
    yield acme.run("sync", location)


PARTS = (words_lead_nowhere, the_gate_refuses, servers_echo, a_server_stalls, we_burst, nothing_can_be_kept, sftp_refuses, roads_fail)
