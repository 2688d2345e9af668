"""`python -m benchmarks.findity`: Findity alone, without Dagster: a first load with approvers, a large list, bad users.

Belongs here: those three, each in the same run beside what it is to be held against. Does not belong here: whole runs
(``benchmarks.cases``).
"""

import argparse
import json
import math
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.measure import run
from benchmarks.server import CREDENTIALS, Server
from destinations import engine
from destinations.base import Attempt, Policy, Request, Taken
from destinations.delivery import Write
from destinations.findity.adapter import Adapter
from destinations.findity.client import Findity
from destinations.findity.settings import Findity as Settings
from destinations.findity.settings import FindityConnection
from resources.ledger import Ledger
from roster.intake.gate import GateCheck, as_json
from roster.vocabulary import CANONICAL_COLUMNS

DELAY: float = 0.1
"""Seconds by which every call is answered later."""
CHUNKS = (1_000, 100)
AT_ONCE = (1, 4)
REASON = "DB_SCHEMA_VIOLATION: firstName: field has too many characters"


def connection(server: Server, **settings: Any) -> FindityConnection:
    """How to reach a server."""
    urls = {"admin_url": server.environment["FINDITY_ADMIN_URL"], "token_url": server.environment["FINDITY_TOKEN_URL"]}
    key = {"organization": "acme", "client_id": "demo-client", "client_secret": {"env": "FINDITY_SECRET"}, "invitation_mail_checked": True}
    return FindityConnection.model_validate({**urls, **key, **settings})


def people(count: int) -> pd.DataFrame:
    """A roster in which one in ten approves for nine others, and the first for all of those."""
    number = pd.Series(range(count)).map("E{:06d}".format)
    above = pd.Series(range(count)).map(lambda at: at // 10 * 10 if at % 10 else 0).map("E{:06d}".format)
    given = {"employee_id": number, "email": number.str.lower() + "@acme.example", "first_name": "F" + number, "last_name": "L" + number}
    given |= {"manager_id": above.where(number.ne("E000000"))}
    blank = pd.Series(pd.NA, index=number.index, dtype="str")
    frame = pd.DataFrame({name: given.get(name, blank) for name in CANONICAL_COLUMNS}).astype("str")
    return frame.assign(line=range(2, count + 2), employment="active", in_scope=True, unread=blank)


@contextmanager
def ledger() -> Iterator[Ledger]:
    """A new one."""
    with tempfile.TemporaryDirectory() as folder, Ledger.open(str(Path(folder) / "ledger.db"), "bench") as opened:
        yield opened


def first_load(server: Server, book: Ledger, count: int, **settings: Any) -> dict[str, Any]:
    """Everyone is created, and given their approver: what the write and reading back take."""
    adapter = Adapter(Settings.model_validate({"connection": connection(server, **settings), "users": {}}))
    attempt, today, policy = Attempt("r", "r", "bench_sync"), date(2026, 11, 20), Policy("leaver")
    taken = Taken(people(count), pd.Series([], dtype="str"), False, 1, today, today, "r")
    book.runs.begin("r", "r", attempt.job)
    book.intakes.record_gate(
        1, "r", True, {"checks": as_json([GateCheck(name="rows", seen="1", expected="1")]), "notes": [], "unknown": []}
    )
    access = adapter.access()
    known = engine.read(adapter, access, book, taken.roster)
    desired = engine.desire(adapter, policy, taken, known, book.keys.of_fields(adapter.name))
    drawn = engine.plan(adapter, policy, book, attempt, taken, known, desired, Request())
    engine.save(adapter, policy, book, attempt, drawn)
    server.served()
    started = time.monotonic()
    engine.write(adapter, access, book, Write(adapter.name, "r", "r", drawn.plan, drawn.acknowledgements, 1, today))
    seconds = time.monotonic() - started
    calls = server.served().jobs.get("findity PUT users", 0)
    found = engine.landed(adapter, access, book, drawn.plan, "r", drawn.desired, taken.roster)
    least = math.ceil(calls / settings["writes_at_once"]) * DELAY
    return {"seconds": round(seconds, 1), "PUTs": calls, "they alone take": round(least, 1), "landed": found.numbers["landed"]}


def nights(server: Server, count: int, bad: int) -> Iterator[dict[str, Any]]:
    """Two nights with users whose error names nobody: calls, and who was left out."""
    wrong = set(random.Random(1).sample(range(count), bad))
    users = [
        {"externalSourceId": f"B{at}", "firstName": "x" * 300 if at in wrong else "F", "lastName": "L", "email": f"b{at}@acme.example"}
        for at in range(count)
    ]
    alone: dict[str, str] = {}
    for night in (1, 2):
        server.served()
        fate: dict[str, str] = {}
        with Findity(connection(server)) as client:
            for answer in client.deliver(users, alone):
                fate.update(zip(answer.statuses["key"], answer.statuses["status"], strict=True))
        out = {person for person, status in fate.items() if status != "accepted"}
        innocent = len(out - {f"B{at}" for at in wrong})
        yield {"night": night, "PUTs": server.served().jobs["findity PUT users"], "left out": len(out), "of them innocent": innocent}
        users, alone = [user for user in users if user["externalSourceId"] in out], dict.fromkeys(out, REASON)


def read(admin_url: str, token_url: str) -> dict[str, Any]:
    """The whole list into a table; in a process of its own, so that its memory is its own."""
    key = {"organization": "acme", "client_id": "demo-client", "client_secret": {"env": "FINDITY_SECRET"}, "invitation_mail_checked": True}
    with Findity(FindityConnection.model_validate({"admin_url": admin_url, "token_url": token_url, **key})) as client:
        started = time.monotonic()
        users = client.users()
        return {"users": len(users), "seconds": round(time.monotonic() - started, 1)}


def large_list(count: int) -> dict[str, Any]:
    """Reading so many known users: time and memory, beside a process that only imports."""
    with Server() as server:
        everyone = [
            {"externalSourceId": f"K{at}", "firstName": "First", "lastName": "Last", "email": f"k{at}@acme.example", "active": True}
            for at in range(count)
        ]
        with Findity(connection(server, chunk_size=5_000)) as client:
            for _ in client.deliver(everyone):
                pass
        command = [sys.executable, "-m", "benchmarks.findity", "--read"]
        urls = [server.environment["FINDITY_ADMIN_URL"], server.environment["FINDITY_TOKEN_URL"]]
        measured, idle = run([*command, *urls], CREDENTIALS), run([*command, "", ""], CREDENTIALS)
    return {**measured.printed, "peak MiB": round(measured.peak_mib), "of them imports": round(idle.peak_mib)}


def main() -> int:
    """Measure all of it; a JSON object a line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.findity")
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--known", type=int, default=100_000)
    parser.add_argument("--bad", type=int, default=60)
    parser.add_argument("--read", nargs=2, metavar=("ADMIN", "TOKEN"), help="only read the list at these addresses")
    given = parser.parse_args()
    os.environ.update(CREDENTIALS)
    if given.read:
        _say(read(*given.read) if given.read[0] else {"users": 0})
        return 0
    for size in CHUNKS:
        for at_once in AT_ONCE:
            with Server(DELAY) as server, ledger() as book:
                what = {"first load": given.people, "chunk_size": size, "writes_at_once": at_once}
                _say({**what, **first_load(server, book, given.people, chunk_size=size, writes_at_once=at_once)})
    with Server() as server:
        for night in nights(server, given.people, given.bad):
            _say({"bad": given.bad, "of": given.people, **night})
    _say({"known": given.known, **large_list(given.known)})
    return 0


def _say(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
