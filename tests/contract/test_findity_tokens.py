"""The Findity client and its tokens: asked for, renewed, refreshed and given up as Findity's pages describe it."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from destinations.findity.adapter import Adapter
from destinations.findity.client import Findity
from destinations.findity.settings import Settings
from destinations.findity.tokens import Shared
from resources.failures import Permanent

ANN = {"id": "u1", "personId": "p1", "externalSourceId": "0042", "firstName": "Ann", "email": "ann@acme.example", "active": True}


@pytest.fixture
def client(organization, retry):
    with Findity(organization(), retry) as opened:
        yield opened


def test_a_token_is_asked_for_in_the_body_and_used_until_it_ends(client, script, wire):
    script.play([], [])
    client.users()
    client.users()
    (asked,) = script.token_requests
    assert (asked.method, asked.path, asked.query) == ("POST", "/token/", {})
    assert asked.headers["content-type"] == "application/x-www-form-urlencoded"
    assert asked.form == {"grant_type": "client_credentials", "client_id": "acme", "client_secret": wire.SECRET}
    assert [seen.headers["authorization"] for seen in script.requests] == ["Bearer token-1"] * 2


@pytest.mark.parametrize(
    "token",
    [
        {"access_token": "opaque", "token_type": "Bearer", "expires_in": 3600, "refresh_token": "once"},
        {"access_token": "ey.J.wt", "expires_in": 3600},
        {"accessToken": "opaque", "expiresIn": 3600, "refreshToken": "once"},
        {"access_token": "opaque"},
    ],
)
def test_a_token_is_read_in_either_spelling_and_never_looked_into(client, script, token):
    script.tokens = [token]
    script.play([])
    client.users()
    assert script.requests[0].headers["authorization"] == f"Bearer {token.get('access_token') or token.get('accessToken')}"


def test_a_token_refused_midway_is_renewed_and_the_request_repeated_once(client, script, wire):
    script.play(wire.reply("", 401), [ANN])
    assert len(client.users()) == 1
    assert [seen.headers["authorization"] for seen in script.requests] == ["Bearer token-1", "Bearer token-2"]


def test_a_new_token_that_is_refused_too_ends_it(client, script, wire):
    script.play(wire.reply("", 401), wire.reply("", 401))
    with pytest.raises(Permanent, match="its own new token"):
        client.users()
    assert len(script.requests) == 2


def test_a_refresh_token_is_used_once_and_its_successor_next(client, script, wire):
    script.tokens = [{"access_token": "a", "refresh_token": "r1"}, {"access_token": "b", "refresh_token": "r2"}, {"access_token": "c"}]
    script.play(wire.reply("", 401), [], wire.reply("", 401), [])
    client.users()
    client.users()
    assert [seen.form.get("refresh_token") for seen in script.token_requests] == [None, "r1", "r2"]
    assert script.token_requests[1].form == {"grant_type": "refresh_token", "refresh_token": "r1", "client_id": "acme"}


@pytest.mark.parametrize("fault", ["refused", "lost", "empty"])
def test_a_refresh_that_fails_falls_back_to_the_credentials_and_is_never_sent_again(client, script, wire, fault):
    failed = {"refused": wire.reply({"error": "invalid_grant"}, 400), "lost": wire.DROP, "empty": wire.reply("")}[fault]
    script.tokens = [{"access_token": "a", "refresh_token": "r1"}, failed, {"access_token": "b"}]
    script.play(wire.reply("", 401), [])
    client.users()
    assert [seen.form["grant_type"] for seen in script.token_requests] == ["client_credentials", "refresh_token", "client_credentials"]


@pytest.mark.parametrize("refresh", [7, True, ["once"], {"token": "once"}])
def test_a_refresh_token_that_is_no_text_is_none(client, script, wire, refresh):
    script.tokens = [{"access_token": "first", "refresh_token": refresh}]
    script.play(wire.reply("", 401), [])
    assert client.users().empty
    assert [seen.form["grant_type"] for seen in script.token_requests] == ["client_credentials"] * 2


def test_a_refresh_token_that_was_sent_is_forgotten_even_if_nothing_else_worked(client, script, wire):
    script.tokens = [{"access_token": "a", "refresh_token": "r1"}, wire.DROP, wire.reply("", 401)]
    script.play(wire.reply("", 401), [])
    with pytest.raises(Permanent):
        client.users()
    client.users()
    assert [seen.form.get("refresh_token") for seen in script.token_requests] == [None, "r1", None, None]


def test_a_token_about_to_end_is_renewed_before_it_is_used(organization, script, retry):
    script.tokens = [{"access_token": "a", "expires_in": 1}]
    now = [0.0]
    with Findity(organization(), retry, clock=lambda: now[0]) as client:
        script.play([], [])
        client.users()
        now[0] = 5.0
        client.users()
    assert [seen.headers["authorization"] for seen in script.requests] == ["Bearer a", "Bearer token-2"]


@pytest.mark.parametrize(("status", "body"), [(400, {"error": "invalid_client"}), (401, ""), (200, "<html>"), (200, {})])
def test_wrong_client_credentials_are_permanent_and_are_not_repeated(client, script, wire, status, body):
    script.tokens = [wire.reply(body, status)]
    with pytest.raises(Permanent, match="token") as failure:
        client.users()
    assert wire.SECRET not in str(failure.value)
    assert script.requests == []


def test_clients_of_one_company_share_a_token_and_what_renews_it(organization, script, retry, wire):
    script.tokens = [{"access_token": "a", "refresh_token": "r1"}]
    shared = Shared()
    script.play([], wire.reply("", 401), [], [])
    for _ in range(3):
        with Findity(organization(), retry, shared=shared) as client:
            client.users()
    assert [seen.form.get("refresh_token") for seen in script.token_requests] == [None, "r1"]
    assert [seen.headers["authorization"] for seen in script.requests] == ["Bearer a", "Bearer a", "Bearer token-2", "Bearer token-2"]


@pytest.mark.parametrize("other", [{"client_id": "other"}, {"organization": "beta"}, {"client_secret": {"env": "OTHER_SECRET"}}])
def test_a_token_is_used_for_nothing_but_the_credentials_and_the_organization_that_it_was_issued_for(
    organization, script, retry, monkeypatch, other
):
    monkeypatch.setenv("OTHER_SECRET", "another-secret")
    script.tokens = [{"access_token": "a", "refresh_token": "r1"}]
    script.play([], [])
    shared = Shared()
    for settings in ({}, other):
        with Findity(organization(**settings), retry, shared=shared) as client:
            client.users()
    assert [seen.headers["authorization"] for seen in script.requests] == ["Bearer a", "Bearer token-2"]
    assert [seen.form["grant_type"] for seen in script.token_requests] == ["client_credentials"] * 2


def test_companies_have_their_ways_to_findity_each_with_a_token_of_its_own(organization, script):
    script.play([], [], [])
    settings = Settings.model_validate({"connection": organization(), "users": {}})
    acme, beta = Adapter(settings).access(), Adapter(settings).access()
    for access in (acme, acme, beta):
        with access.open() as client:
            client.users()
    assert [seen.headers["authorization"] for seen in script.requests] == ["Bearer token-1", "Bearer token-1", "Bearer token-2"]


def test_threads_whose_token_is_refused_at_the_same_time_get_one_new_token(organization, script, retry, wire):
    shared, together = Shared(), threading.Barrier(4)

    def answer(seen):
        if seen.headers["authorization"] != "Bearer token-1":
            return []
        together.wait(timeout=5)
        return wire.reply("", 401)

    script.answer = answer
    with ThreadPoolExecutor(4) as threads:

        def read(_):
            with Findity(organization(), retry, shared=shared) as client:
                return client.users()

        assert len([*threads.map(read, range(4))]) == 4
    assert len(script.token_requests) == 2


def test_quiet_no_repr_of_a_way_there_shows_the_token(organization, script):
    script.play([])
    access = Adapter(Settings.model_validate({"connection": organization(), "users": {}})).access()
    with access.open() as client:
        client.users()
    assert "token-1" not in f"{access!r} {access.token!r}"
