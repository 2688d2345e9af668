"""Every line of the table of answers in docs/expensify.md, driven over a socket."""

import json
import re
import socket
from pathlib import Path

import pytest

from destinations.expensify.client import Expensify
from resources.failures import Failed, Outage, Permanent, Unanswered
from resources.http import Retry

GUIDE = Path(__file__).parents[2] / "docs" / "expensify.md"
ANN = {"employeeEmail": "ann@acme.example", "managerEmail": "boss@acme.example", "employeeID": "1", "policyID": "P1"}
BO = {"employeeEmail": "bo@acme.example", "managerEmail": "boss@acme.example", "employeeID": "2", "policyID": "P9"}
WELL = {"responseCode": 200}
SKIP = [{"email": "BO@acme.example", "reason": "Employee not found"}]
OLD = {"email": "bo.before@acme.example", "reason": "Account is closed"}


def table():
    """First cell → outcome and words of each line."""
    section = GUIDE.read_text(encoding="utf-8").split("### What each answer means", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")][1:]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {answer: (outcome, words) for answer, outcome, words in cells}


def code(number, message=""):
    return {"responseCode": number, "responseMessage": message}


def if_bo(number, message):
    """Refuses requests in which Bo is."""
    return lambda seen, _: code(number, message) if "bo@acme" in seen.form["data"] else WELL


def always(*reply):
    return lambda seen, wire: wire.reply(*reply) if reply[1:] else reply[0]


def once(*reply, **headers):
    """First this, then well."""
    waiting = [reply]
    return lambda seen, wire: wire.reply(*waiting.pop(), **headers) if waiting else WELL


CASES = {
    "200": always(WELL),
    "200 with `skippedEmployees`": always({**WELL, "skippedEmployees": SKIP}),
    "207": always({"responseCode": 207, "skippedEmployees": SKIP, "diff": {"diffToAdd": {"P1": ["ann@acme.example"]}}}),
    "207 without skips": always({"responseCode": 207, "skippedEmployees": [], "updatedEmployeesCount": 0}),
    "200 with skips under another name": always({**WELL, "failedEmployees": SKIP}),
    "200 with a count of more failures than are named": always({**WELL, "skippedEmployees": [], "failedEmployeesCount": "1"}),
    "200 with a skip under a former address of theirs": always({**WELL, "skippedEmployees": [OLD]}),
    "200 with a skip under an address that nobody knows": lambda seen, _: {
        **WELL,
        "skippedEmployees": [{"email": "who@acme.example"}] if "bo@acme" in seen.form["data"] else [],
    },
    "200 with a skip that says nothing of whom": lambda seen, _: {
        **WELL,
        "skippedEmployees": [{}] if "bo@acme" in seen.form["data"] else [],
    },
    "200 with a list of addresses for the skips": always({**WELL, "skippedEmployees": ["BO@acme.example"]}),
    "200 with skips of another shape": always({**WELL, "skippedEmployees": {"bo@acme.example": "Employee not found"}}),
    "200 as a dry run": always({**WELL, "dry-run": True}),
    "410 for one of the two": if_bo(410, "employee data malformed"),
    "410 for everything": always(code(410, "employee data malformed")),
    "500 for one of the two": if_bo(500, "Internal error"),
    "500 for everything": always(code(500, "An error occurred")),
    "666 for one of the two": if_bo(666, "duplicate rule"),
    "an unknown code for one of the two": if_bo(299, "something new"),
    "401": always(code(401, "Authentication error")),
    "403": always(code(403, "You do not have permission")),
    "404": always(code(404, "Policy not found")),
    "404 that quotes a policy of one of the two": if_bo(404, "No policy found for 'P9'"),
    "500 that speaks of rights": always(code(500, "Not authorized to authenticate as user x@acme.example")),
    "429 in the body": once(code(429)),
    "HTTP 429 without Retry-After": once("Too Many Requests", 429),
    "HTTP 429 with Retry-After": once("Too Many Requests", 429, Retry_After="7"),
    "429 whatever is tried": always(code(429)),
    "HTTP 503 without Retry-After": once("", 503),
    "HTTP 503 with Retry-After": once("", 503, Retry_After="9"),
    "HTTP 503 whatever is tried": always("", 503),
    "a file name in place of JSON": always("export1234.csv"),
    "an HTML page": always("<html>sign in</html>"),
    "an HTML page, HTTP 404": always("<html>not here</html>", 404),
    "JSON without a code": always('{"message": "hi"}'),
    "JSON as text/html": lambda seen, wire: wire.reply(WELL, Content_Type="text/html"),
    "a redirect": lambda seen, wire: wire.reply("", 307, Location="https://elsewhere.example/x"),
    "no connection": None,
    "a connection lost while sending": None,
    "a connection lost after sending": lambda seen, wire: wire.DROP,
}
WAITS = {"HTTP 429 with Retry-After": 7.0, "HTTP 503 with Retry-After": 9.0}


def test_the_table_and_the_cases_are_the_same():
    assert list(table()) == list(CASES)


@pytest.fixture
def url(request, script, hanging_up):
    """Where the case's Expensify is."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        nobody = free.getsockname()[1]
    ports = {"no connection": nobody, "a connection lost while sending": hanging_up}
    port = ports.get(request.node.callspec.params["line"])
    return f"http://127.0.0.1:{port}/expensify" if port else f"{script.url}/expensify"


@pytest.mark.parametrize("line", CASES)
def test_true_report_each_answer_means_what_the_table_says(line, url, script, wire, connection, windows, waited):
    outcome, words = table()[line]
    answer = CASES[line]
    script.answer = lambda seen: answer(seen, wire)
    fate, ended = {}, None
    large = {"firstName": "x" * 3_000_000} if "while sending" in line else {}
    retry = Retry(attempts=3, first_wait=1.0, sleep=waited.append)
    with Expensify(connection(url=url, chunk_bytes=20_000_000), windows, retry) as client:
        try:
            for given in client.deliver([ANN | large, BO], logins=lambda: {OLD["email"]: BO["employeeID"]}):
                fate |= {row.key: f"{row.status}: {row.reason}" for row in given.statuses.itertuples()}
        except Failed as failure:
            ended = failure
    assert _outcome(fate, ended) == outcome
    told = f"{ended}" if ended else " ".join(fate.values())
    for quoted in re.findall(r"`([^`]+)`", words):
        assert quoted in told
    if words.endswith("."):
        assert words in told
    if outcome == "stopped":
        assert isinstance(ended, Permanent)
        assert len(re.findall(r"(?:Check|Put) [^.]*\.", str(ended))) == 1, "one sentence says what to do"
    assert "@" not in told
    if line in WAITS:
        assert waited == [WAITS[line]]


def _outcome(fate, ended):
    fates = {key: text.partition(":")[0] for key, text in fate.items()}
    if ended:
        kinds = ((Outage, "outage"), (Unanswered, "unanswered"), (Permanent, "stopped"), (Failed, "not done"))
        assert "refused" not in fates.values()
        return next(name for kind, name in kinds if isinstance(ended, kind))
    if fates == {"1": "accepted", "2": "refused"}:
        return "skips refused" if "not found" in fate["2"] else "one refused"
    return "accepted" if set(fates.values()) == {"accepted"} else json.dumps(fate)
