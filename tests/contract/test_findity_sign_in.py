"""A person's sign-in and their tokens: asked for once each, kept before they are used, and never sent twice."""

import base64
import hashlib
import http.client
import json
import socket
import stat
import threading
from urllib.parse import parse_qs, urlencode, urlsplit

import keyring
import pytest
from keyring.backend import KeyringBackend

from destinations.findity.expense import sign_in
from destinations.findity.expense.client import connection_to
from destinations.findity.expense.kept import InFile, InKeyring, place_of
from destinations.findity.expense.tokens import KeptPerson, Pair, SignInNeeded
from destinations.findity.settings import FindityExpense
from resources.failures import Permanent, Transient, Unanswered

FIRST = {"access": "a1", "refresh": "r1", "ends": 1000.0}
ANSWER = {"access_token": "a2", "token_type": "Bearer", "expires_in": 3600, "refresh_token": "r2"}


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ROLLCALL_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def expense(script):
    def build(**settings):
        given = {"authorize_url": f"{script.url}/authorize", "client_id": "people", "scope": "expense me"}
        return FindityExpense.model_validate({**given, **settings})

    return build


@pytest.fixture
def connection(organization, script):
    return organization(expense_url=f"{script.url}/api/v1/expense")


@pytest.fixture
def person(connection, expense, retry):
    """Makes whoever signed in, with what is kept of them; the clock stands at 0."""
    opened = []

    def make(kept=FIRST, now=0.0, **settings):
        name, place = place_of(connection, expense(**settings))
        if kept is not None:
            place.write(kept)
        opened.append(connection_to(connection, retry))
        return KeptPerson(connection, expense(**settings), name, place, opened[-1], lambda: now)

    yield make
    for http_connection in opened:
        http_connection.__exit__()


def kept_now(connection, expense):
    return place_of(connection, expense())[1].read()


def test_a_token_is_used_until_shortly_before_its_end(person, script):
    assert person(now=939.0).access() == "a1"
    assert script.token_requests == []
    assert person(now=940.0).access() == "token-1"


def test_a_refresh_sends_the_token_once_and_keeps_the_answer(person, script, connection, expense):
    script.tokens = [ANSWER]
    one = person()
    assert one.renew("a1") == "a2"
    assert script.token_requests[0].form == {"grant_type": "refresh_token", "refresh_token": "r1", "client_id": "people"}
    assert kept_now(connection, expense) == {"access": "a2", "refresh": "r2", "ends": 3600.0}
    assert one.access() == "a2"


def test_who_comes_second_finds_what_the_first_one_got(person, script):
    script.tokens = [ANSWER]
    first, second = person(), person()
    threads = [threading.Thread(target=one.renew, args=("a1",)) for one in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(script.token_requests) == 1
    assert second.access() == "a2"


def test_a_crash_between_refresh_and_keeping_asks_for_a_sign_in_and_sends_nothing_more(person, script, monkeypatch):
    one = person()
    script.tokens = [ANSWER]
    write = InFile.write

    def dies_after_the_first(self, value):
        if value["access"] == "a2":
            raise KeyboardInterrupt
        write(self, value)

    monkeypatch.setattr(InFile, "write", dies_after_the_first)
    with pytest.raises(KeyboardInterrupt):
        one.renew("a1")
    monkeypatch.undo()
    for _ in range(2):
        with pytest.raises(SignInNeeded, match="works only once"):
            one.renew("a1")
    assert len(script.token_requests) == 1


def test_an_answer_that_is_lost_asks_for_a_sign_in_and_the_token_is_not_sent_again(person, script, wire):
    script.tokens = [wire.DROP]
    one = person()
    with pytest.raises(Unanswered):
        one.renew("a1")
    with pytest.raises(SignInNeeded, match="works only once"):
        one.renew("a1")
    assert len(script.token_requests) == 1


def test_a_token_that_was_never_taken_is_kept(person, script, wire, connection, expense):
    script.tokens = [wire.reply("", 429)] * 3 + [ANSWER]
    one = person()
    with pytest.raises(Transient):
        one.renew("a1")
    assert kept_now(connection, expense) == FIRST
    assert one.renew("a1") == "a2"


@pytest.mark.parametrize(("body", "status"), [({"error": "invalid_grant"}, 400), ("", 401), ("<html>", 200), ({}, 200)])
def test_a_refresh_that_is_refused_asks_for_a_sign_in_once_and_for_all(person, script, wire, body, status):
    script.tokens = [wire.reply(body, status)]
    one = person()
    for _ in range(2):
        with pytest.raises(SignInNeeded, match=f"HTTP {status}"):
            one.renew("a1")
    assert len(script.token_requests) == 1


def test_without_a_refresh_token_or_a_sign_in_it_says_so(person, script, monkeypatch):
    with pytest.raises(SignInNeeded, match="without a way to renew"):
        person({**FIRST, "refresh": None}).renew("a1")
    one = person()
    one.forget()
    with pytest.raises(SignInNeeded, match="Nobody has signed in") as alone:
        one.access()
    assert "several machines" not in str(alone.value)  # its ledger is a file: there is no other one
    monkeypatch.setenv("ROLLCALL_LEDGER", "postgresql://rollcall@db/rollcall")
    with pytest.raises(SignInNeeded, match=r"must mount the same \$ROLLCALL_HOME/sign-ins"):
        one.access()
    assert script.token_requests == []


def test_what_is_kept_and_damaged_is_not_what_is_not_kept(person, home):
    one = person()
    (file,) = (home / "sign-ins").glob("*.json")
    for damaged in (b'{"access": "a', b"[]", b"{}", b"\xff"):
        file.write_bytes(damaged)
        with pytest.raises(Permanent, match="cannot be read") as failure:
            one.access()
        assert not isinstance(failure.value, SignInNeeded)
    assert one.keep({"accessToken": "a9"})
    assert one.access() == "a9"


def test_tokens_are_in_a_file_of_the_owner_alone(person, home):
    person()
    (file,) = (home / "sign-ins").glob("*.json")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert "acme" not in file.name


class Memory(KeyringBackend):
    priority = 1

    def __init__(self):
        self.held = {}

    def set_password(self, service, username, password):
        self.held[service, username] = password

    def get_password(self, service, username):
        return self.held.get((service, username))

    def delete_password(self, service, username):
        del self.held[service, username]


@pytest.fixture
def memory():
    before = keyring.get_keyring()
    keyring.set_keyring(Memory())
    yield keyring.get_keyring()
    keyring.set_keyring(before)


def test_tokens_are_in_the_keyring_by_setting(person, script, memory, home):
    script.tokens = [ANSWER]
    one = person(kept_in="keyring")
    assert one.renew("a1") == "a2"
    assert [json.loads(held)["refresh"] for held in memory.held.values()] == ["r2"]
    assert list((home / "sign-ins").glob("*.json")) == []
    one.forget()
    one.forget()
    assert memory.held == {}


def test_a_keyring_that_is_not_there_is_said(memory):
    from keyring.backends.fail import Keyring

    keyring.set_keyring(Keyring())
    with pytest.raises(Permanent, match="keyring of this machine"):
        InKeyring("x").read()


def test_no_repr_shows_a_token(person):
    kept = Pair("the-access-token", "the-refresh-token", None)
    signed_in = person({**FIRST, "access": "the-access-token", "refresh": "the-refresh-token"})
    assert "the-" not in repr(signed_in) + repr(kept)


# --- signing in


def come_back(attempt, host=None, path=None, **answer):
    """What a browser does that is sent back to this machine."""
    redirect = urlsplit(parse_qs(urlsplit(attempt.url).query)["redirect_uri"][0])
    browser = http.client.HTTPConnection(redirect.hostname, redirect.port, timeout=5)
    browser.request("GET", f"{path or redirect.path}?{urlencode(answer)}", headers={"Host": host} if host else {})
    shown = browser.getresponse()
    body = shown.read().decode()
    browser.close()
    return shown.status, body


def asked(attempt):
    return {name: values[0] for name, values in parse_qs(urlsplit(attempt.url).query).items()}


def finished(attempt, connection, expense, person, patience=5.0):
    with connection_to(connection) as opened:
        attempt.finish(connection, expense, opened, person, patience)


def test_a_sign_in_asks_with_pkce_and_a_state_and_changes_the_code_for_tokens(connection, expense, person, script):
    script.tokens = [ANSWER]
    one = person(None)
    with sign_in.attempt(expense()) as attempt:
        query = asked(attempt)
        assert attempt.url.startswith(f"{script.url}/authorize?")
        assert query | {"state": "", "code_challenge": "", "redirect_uri": ""} == {
            **{"response_type": "code", "client_id": "people", "scope": "expense me", "code_challenge_method": "S256"},
            **{"state": "", "code_challenge": "", "redirect_uri": ""},
        }
        assert query["redirect_uri"].startswith("http://127.0.0.1:")
        status, body = come_back(attempt, code="the-code", state=query["state"])
        assert (status, "the-code" in body) == (200, False)
        finished(attempt, connection, expense(), one)
        assert "the-code" not in repr(attempt)
        assert query["state"] not in repr(attempt)
    form = script.token_requests[0].form
    digest = hashlib.sha256(form["code_verifier"].encode()).digest()
    assert base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == query["code_challenge"]
    assert form == {
        **{"grant_type": "authorization_code", "code": "the-code", "redirect_uri": query["redirect_uri"], "client_id": "people"},
        "code_verifier": form["code_verifier"],
    }
    assert one.access() == "a2"


def test_a_client_with_a_secret_sends_it_in_the_body(connection, expense, person, script, wire):
    settings = expense(client_secret={"env": "CLIENT_SECRET"})
    with sign_in.attempt(settings) as attempt:
        come_back(attempt, code="c", state=asked(attempt)["state"])
        finished(attempt, connection, settings, person(None))
    assert script.token_requests[0].form["client_secret"] == wire.SECRET
    assert wire.SECRET not in attempt.url


def test_only_the_answer_with_our_state_counts(connection, expense, person, script):
    script.tokens = [ANSWER]
    one = person(None)
    with sign_in.attempt(expense()) as attempt:
        state = asked(attempt)["state"]
        assert come_back(attempt, code="theirs", state="another")[0] == 404
        assert come_back(attempt, code="theirs")[0] == 404
        assert come_back(attempt, code="theirs", state=state, host="evil.example")[0] == 404
        assert come_back(attempt, path="/favicon.ico")[0] == 404
        come_back(attempt, code="ours", state=state)
        finished(attempt, connection, expense(), one)
    assert [seen.form["code"] for seen in script.token_requests] == ["ours"]


@pytest.mark.parametrize(("error", "said"), [("access_denied", "access_denied"), ("Emma refuses", "CustomOAuth2Error")])
def test_a_sign_in_that_is_refused_says_no_more_than_the_standards_word(connection, expense, person, script, error, said):
    with sign_in.attempt(expense()) as attempt:
        come_back(attempt, error=error, error_description="Emma does not want to", state=asked(attempt)["state"])
        with pytest.raises(Permanent, match=said) as failure:
            finished(attempt, connection, expense(), person(None))
    assert "Emma" not in str(failure.value)
    assert script.token_requests == []


@pytest.mark.parametrize(
    ("answer", "said"),
    [(({"error": "invalid_grant"}, 400), "HTTP 400"), (("<html>", 200), "without a token"), (({}, 200), "without a token")],
)
def test_a_code_that_brings_no_tokens_keeps_nothing_and_is_not_sent_again(connection, expense, person, script, wire, answer, said):
    script.tokens = [wire.reply(*answer)]
    one = person(None)
    with sign_in.attempt(expense()) as attempt:
        come_back(attempt, code="the-code", state=asked(attempt)["state"])
        with pytest.raises(Permanent, match=said) as failure:
            finished(attempt, connection, expense(), one)
    assert "the-code" not in str(failure.value)
    with pytest.raises(SignInNeeded):
        one.access()
    assert len(script.token_requests) == 1


def test_nobody_is_waited_for_for_ever(connection, expense, person):
    with sign_in.attempt(expense()) as attempt, pytest.raises(Permanent, match="Nobody has signed in within"):
        finished(attempt, connection, expense(), person(None), patience=0.01)


def test_a_port_that_is_taken_and_an_address_without_https_are_said(expense):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(Permanent, match="is taken"), sign_in.attempt(expense(redirect_port=taken.getsockname()[1])):
            pass
    with pytest.raises(Permanent, match="https"), sign_in.attempt(expense(authorize_url="http://findity.example/authorize")):
        pass
    with sign_in.attempt(expense(authorize_url="https://findity.example/authorize")) as attempt:
        assert attempt.url.startswith("https://findity.example/authorize?")
