"""Every line of the table of answers in docs/findity.md, driven over a socket."""

import json
import re
import socket
from pathlib import Path

import pytest

from destinations.findity.client import Findity
from resources.failures import Failed, Outage, Permanent, Unanswered
from resources.http import Retry

GUIDE = Path(__file__).parents[2] / "docs" / "findity.md"
ANN = {"externalSourceId": "1", "firstName": "Ann", "email": "ann@acme.example", "organizationalUnitId": "U1"}
BO = {"externalSourceId": "2", "firstName": "Bo", "email": "bo@acme.example", "organizationalUnitId": "U9", "bankAccount": {"iban": "SE2"}}
TAKEN = {"errorCode": "EMAIL_ALREADY_IN_USE", "message": "bo@acme.example is already in use"}


def table():
    """First cell → outcome and words of each line."""
    section = GUIDE.read_text(encoding="utf-8").split("### What each answer means", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")][1:]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {answer: (outcome, words) for answer, outcome, words in cells}


def of_bo(body, status=400):
    """Refuses requests in which Bo is."""
    return lambda seen, wire: wire.reply(body, status) if "bo@acme" in seen.body else []


def always(*reply):
    return lambda seen, wire: wire.reply(*reply) if reply[1:] else reply[0]


def once(*reply, **headers):
    """First this, then well."""
    waiting = [reply]
    return lambda seen, wire: wire.reply(*waiting.pop(), **headers) if waiting else []


def beside(error):
    """Under 200, an error for Bo beside Ann as she is now, in the order in which they were sent."""
    return lambda seen, wire: [{**user, **({"id": "u"} if user["externalSourceId"] == "1" else error)} for user in seen.json]


def dead_at(request):
    """The token is refused at this request, and good before and after it."""
    numbers = iter(range(1, 100))
    return lambda seen, wire: wire.reply({"errorCode": "EXPIRED_TOKEN"}, 401) if next(numbers) == request else []


def none_good(seen, wire):
    return wire.reply({"errorCode": "INVALID_TOKEN"}, 401)


NO_CODE = {"message": "field has too many characters"}
CASES = {
    "200 with the users as they are now": lambda seen, wire: seen.json,
    "200 with the users in an envelope": lambda seen, wire: {"meta": {"code": 200, "count": len(seen.json)}, "data": seen.json},
    "200 or 204 with nothing": lambda seen, wire: wire.reply("", 204),
    "200 with an object of words and figures": always({"status": "OK", "updated": 2}),
    "200 with an error at one user": beside(TAKEN),
    "200 with an error in place of one user": lambda seen, wire: [{"id": "u"} if one == ANN else {"error": TAKEN} for one in seen.json],
    "200 with an error at one place, and the users in another order": lambda seen, wire: (
        [{"error": TAKEN}, *({**one, "id": "u"} for one in seen.json if one == ANN)] if BO in seen.json else []
    ),
    "200 with a list of errors beside the users": always(
        {"users": [ANN], "errors": [{"externalSourceId": "2", "code": TAKEN["errorCode"]}]}
    ),
    "200 or 207 with results, of which one has failed": lambda seen, wire: wire.reply(
        {"results": [{"externalSourceId": "1", "status": 200}, {"externalSourceId": "2", "status": 409, **TAKEN}]}, 207
    ),
    "200 with a status of failing at one user": beside({"status": "400", "message": "Invalid IBAN"}),
    "200 with a list of who was skipped": lambda seen, wire: {"updated": ["1"], "skipped": ["2"]},
    "200 with figures, of which some failed": lambda seen, wire: {"failed": int("bo@acme" in seen.body)},
    "200 with one of the two alone": always([{"externalSourceId": "1", "id": "u"}]),
    "200 with another bank account than was sent": beside({"bankAccount": {"iban": "SE1"}}),
    "200 with a status that is not known": always({"status": "207"}),
    "206 or 207 that names nobody": lambda seen, wire: wire.reply("", 206),
    "200 with a warning at one user": beside({"errors": [{"code": "NO_PHONE", "severity": "WARNING"}]}),
    "200 with an error of which nobody knows whose": lambda seen, wire: {"errors": [TAKEN]} if BO in seen.json else [],
    "200 with an HTML page": always("<html>sign in</html>"),
    "200 with a text, or a list of texts": always(json.dumps(["2: EMAIL_ALREADY_IN_USE"])),
    "200 with an object by id": always({"2": "EMAIL_ALREADY_IN_USE"}),
    "400 with errorCode, for one of the two": of_bo({"errorCode": "INVALID_EMAIL"}),
    "400 with code": of_bo({"code": "INVALID_EMAIL"}),
    "400 with error": of_bo({"error": "INVALID_EMAIL"}),
    "400 with an error in an error": of_bo({"error": {"code": "INVALID_EMAIL", "message": "invalid"}}),
    "400 with a list of errors": of_bo([{"errorCode": "INVALID_EMAIL"}]),
    "400 with errors in an object": of_bo({"errors": [{"code": "INVALID_EMAIL"}]}),
    "400 with a list of codes": of_bo({"errors": ["INVALID_EMAIL"]}),
    "400 with a message only": of_bo(NO_CODE),
    "400 with nothing": of_bo(""),
    "400 with an HTML page": of_bo("<html>bad</html>"),
    "409 that quotes a value of one of the two": of_bo(TAKEN, 409),
    "400 with the externalSourceId of one of the two": of_bo([{"code": "DB_SCHEMA_VIOLATION", "externalSourceId": "2"}]),
    "422 that names one in its text": of_bo({"code": "DB_SCHEMA_VIOLATION", "message": "User with externalSourceId 2: too long"}, 422),
    "400 for everything": always({"errorCode": "API_VERSION_REQUIRED"}, 400),
    "404 that speaks of a field, for one of the two": of_bo({"errorCode": "ORGANIZATIONAL_UNIT_NOT_FOUND"}, 404),
    "403 that names one of the two": of_bo({"errorCode": "NOT_ALLOWED", "externalSourceId": "2"}, 403),
    "413 for both together": lambda seen, wire: wire.reply("", 413) if len(seen.json) > 1 else [],
    "401, and the token is renewed": dead_at(1),
    "401 at the second chunk": dead_at(2),
    "401, and the refresh token is refused": dead_at(1),
    "401, and no new token is good": none_good,
    "401, and no new token is given": none_good,
    "the client id or secret is wrong": none_good,
    "403": always({"errorCode": "ACCESS_DENIED"}, 403),
    "404": always({"errorCode": "ORGANIZATION_NOT_FOUND"}, 404),
    "405": always("", 405),
    "429 without Retry-After": once("", 429),
    "429 with Retry-After": once("", 429, Retry_After="7"),
    "429 whatever is tried": always("", 429),
    "408": once("", 408),
    "500 once": once({"errorCode": "UNEXPECTED_ERROR"}, 500),
    "500 for one of the two": of_bo({"errorCode": "UNEXPECTED_ERROR"}, 500),
    "500 for everything": always({"errorCode": "UNEXPECTED_ERROR"}, 500),
    "502, 503 or 504 once": once("<html>", 503),
    "503 with Retry-After": once("", 503, Retry_After="9"),
    "502, 503 or 504 whatever is tried": always("<html>", 502),
    "a redirect": lambda seen, wire: wire.reply("", 307, Location="https://elsewhere.example/x"),
    "no connection": None,
    "a connection lost while sending": None,
    "a connection lost after sending, once": lambda seen, wire, waiting=[1]: wire.DROP if waiting and waiting.pop() else [],
    "a connection lost after sending": lambda seen, wire: wire.DROP,
}
WAITS = {"429 with Retry-After": 7.0, "503 with Retry-After": 9.0}
CHUNKS = {"401 at the second chunk": 1}
TOKENS = {
    "401, and the refresh token is refused": [{"access_token": "a", "refresh_token": "r"}, ({"error": "invalid_grant"}, 400)],
    "401, and no new token is given": [{"access_token": "a"}, ({"error": "invalid_client"}, 401)],
    "the client id or secret is wrong": [({"error": "invalid_client"}, 401)],
}


def test_the_table_and_the_cases_are_the_same():
    assert list(table()) == list(CASES)


@pytest.fixture
def there(request, script, hanging_up):
    """Where the case's Findity is; its tokens are always to be had."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        nobody = free.getsockname()[1]
    ports = {"no connection": nobody, "a connection lost while sending": hanging_up}
    port = ports.get(request.node.callspec.params["line"])
    return f"http://127.0.0.1:{port}/admin" if port else f"{script.url}/admin"


@pytest.mark.parametrize("line", CASES)
def test_true_report_each_answer_means_what_the_table_says(line, there, script, wire, organization, waited):
    outcome, words = table()[line]
    answer = CASES[line]
    script.answer = lambda seen: answer(seen, wire)
    script.tokens = [wire.reply(*each) if isinstance(each, tuple) else each for each in TOKENS.get(line, [])]
    fate, ended = {}, None
    large = {"lastName": "x" * 3_000_000} if "while sending" in line else {}
    retry = Retry(attempts=3, first_wait=1.0, sleep=waited.append)
    with Findity(organization(admin_url=there, chunk_size=CHUNKS.get(line, 100)), retry) as client:
        try:
            for given in client.deliver([ANN | large, BO]):
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
        return "one refused"
    if fates == {"1": "accepted", "2": "unknown"}:
        return "one unknown"
    return "accepted" if set(fates.values()) == {"accepted"} else json.dumps(fate)
