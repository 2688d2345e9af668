"""Everything goes wrong to a company of canaries; then all that its runs leave behind is searched for them."""

import json
import os
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import yaml

from assets import quiet
from resources import owner_only
from resources.ledger import database
from roster import intake, planning
from sandbox.sftp import SftpServer
from tests.quiet.conftest import COLUMNS, PEOPLE, SECRETS, STRANGER, YAML, canaries, forms, given_away, readable

ECHO = " ".join(canaries().values()) + " zqstranger@other.example zqlocal.b@acme.example"
KEPT = {"ledger", "data", "reports", "incoming"}
"""What exists to hold people, below ROLLCALL_HOME."""


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


def we_burst(acme: Any) -> Iterator[Any]:
    acme.file(PEOPLE)
    for module, name in ((intake, "take_in"), (planning, "plan_expensify"), (planning, "plan_findity")):
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


@pytest.fixture(scope="session")
def printed(acme: Any, logged: list[bytes]) -> bytes:
    """All of it, and what was printed meanwhile by this process and its children."""
    folder = acme.root / "printed"
    kept = [os.dup(number) for number in (1, 2)]
    sink = os.open(folder, os.O_WRONLY | os.O_CREAT)
    for number in (1, 2):
        os.dup2(sink, number)
    try:
        assert acme.run().succeeded
        for part in (the_gate_refuses, servers_echo, we_burst, nothing_can_be_kept, sftp_refuses):
            ended = [run.succeeded for run in part(acme)]
            assert not all(ended), part
    finally:
        for number, copy in zip((1, 2), kept, strict=True):
            os.dup2(copy, number)
            os.close(copy)
        os.close(sink)
    return folder.read_bytes()


def test_the_search_would_find_a_canary_in_whatever_form(acme: Any) -> None:
    assert given_away("ZÅFIRSTAQ".encode("utf-16-le")) == {"First of Q01"}
    assert given_away(b"x Z%C3%A5firstaq") == given_away(rb"Z\u00e5firstaq") == {"First of Q01"}
    assert all(min(map(len, forms(text))) > 4 for text in canaries().values())


SAID = (
    "wanted and not there: Mail",
    "delimiter",
    "has none of the wanted headers",
    "encoding",
    "the agreed trailer",
    "trailer counts",
    "quote",
    "refused",
    "redirects",
    "did not answer",
    "takes no more requests",
    "refuses the login",
    "private key cannot be read",
    "ledger's database is not available",
)


def test_everything_did_go_wrong(acme: Any, printed: bytes) -> None:
    said = "\n".join(acme.said)
    assert [words for words in SAID if words not in said] == []
    assert len(given_away((quiet.private_folder() / quiet.FILE).read_bytes())) > 20


def test_quiet_nobody_and_no_secret_is_in_what_dagster_keeps(acme: Any, printed: bytes) -> None:
    searched = [path for path in (acme.root / "dagster").rglob("*") if path.is_file() and path.name != quiet.FILE]
    assert {".db", ".err", ".out"} <= {path.suffix for path in searched}
    assert {path.name: leak for path in searched if (leak := given_away(readable(path)))} == {}


def test_quiet_nothing_is_printed_logged_or_said(acme: Any, printed: bytes, logged: list[bytes]) -> None:
    assert given_away(printed) == set()
    assert given_away(b"\n".join(logged)) == set()
    assert given_away("\n".join(acme.said).encode()) == set()


def test_quiet_no_address_asked_for_says_anything(printed: bytes, asked: list[bytes]) -> None:
    assert len(asked) > 20
    assert given_away(b"\n".join(asked)) == set()


def test_quiet_no_token_that_was_given_out_is_kept_anywhere(acme: Any, printed: bytes) -> None:
    tokens = [*acme.box.state["findity"]["tokens"], *acme.box.state["findity"]["refresh_tokens"]]
    left = printed + b"".join(
        readable(path) for part in ("dagster", "home", "tmp") for path in (acme.root / part).rglob("*") if path.is_file()
    )
    assert tokens
    assert [token for token in tokens if token.encode() in left] == []


def test_quiet_people_are_in_the_owners_files_alone_and_those_are_his_alone(acme: Any, printed: bytes) -> None:
    home, private = acme.root / "home", quiet.private_folder() / quiet.FILE
    holding = {path for part in ("home", "tmp") for path in (acme.root / part).rglob("*") if path.is_file() and given_away(readable(path))}
    assert holding
    assert {path.relative_to(home).parts[0] for path in holding} <= KEPT | {"ledger.db", "ledger.db-wal"}
    assert [path for path in (home, *home.rglob("*")) if stat.S_IMODE(path.stat().st_mode) & 0o077] == []
    assert stat.S_IMODE(private.stat().st_mode) == 0o600
    assert [path for path in (acme.root / "tmp").rglob("*") if path.is_file()] == []


def test_quiet_no_secret_is_even_in_the_owners_data_and_the_national_number_only_in_the_file(acme: Any, printed: bytes) -> None:
    found = {path: given_away(readable(path)) for path in (acme.root / "home").rglob("*") if path.is_file()}
    numbers = {name for name in canaries() if name.startswith("Personal ID")}
    # What a server said of the people whom it refused is kept as it said it.
    assert {path.name for path, names in found.items() if names & numbers} <= {"content.bin", "replies.json"}
    secrets = {*SECRETS, "proxy user", "proxy password", "database password", "key"} - {"EXPENSIFY_USER"}
    echoed = {path.parent.name for path, names in found.items() if names & secrets}
    assert echoed <= {"sync_result"}


def test_quiet_the_sensor_keeps_and_says_nothing(acme: Any, printed: bytes) -> None:
    attributes = yaml.safe_load(YAML) | {"when": {"arrival": {"every_seconds": 60}}}
    _, defs = acme.build(attributes)
    repository = defs.get_repository_def()
    sensor = repository.get_sensor_def("acme_arrival")
    with dg.DagsterInstance.get() as instance:
        context = dg.build_sensor_context(instance, repository_def=repository, resources={"acme_hr": dict(defs.resources or {})["acme_hr"]})
        said = repr(sensor.evaluate_tick(context))
    assert given_away(said.encode()) == set()


def test_quiet_strangers_are_there_and_cannot_be_looked_up(acme: Any, printed: bytes) -> None:
    import hashlib

    kept = readable(acme.root / "dagster" / "history" / "runs.db") if (acme.root / "dagster" / "history" / "runs.db").exists() else b""
    kept += b"".join(readable(path) for path in (acme.root / "dagster").rglob("*.db"))
    assert b"not_in_hr" in kept or b"strangers" in kept
    for account in (STRANGER["email"], "expenses-admin@acme.example", "auditor@revision.example"):
        assert hashlib.sha256(account.encode()).hexdigest()[:12].encode() not in kept
