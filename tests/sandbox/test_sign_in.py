"""Signing in as a person, and the tokens that come of it. That there is an authorization code is [S]; the rest is RFC 6749 and 7636 [I]."""

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

RUNA = "runa@bokholt.example"


def answer(response):
    return {name: values[0] for name, values in parse_qs(urlsplit(response.headers["location"]).query).items()}


def test_a_person_is_picked_on_a_page_that_leads_back_with_a_code_and_the_state(box, signed_in):
    me = signed_in(RUNA)
    asked = {"response_type": "code", "client_id": me.client, "redirect_uri": me.redirect, "code_challenge_method": "S256"}
    page = httpx.get(box.findity_authorize_url, params=asked)
    assert RUNA in page.text
    assert f"as={me.person}" in page.text
    assert answer(me.authorize()).keys() == {"code", "state"}
    assert answer(me.authorize(**{"as": "nobody"}))["error"] == "access_denied"


@pytest.mark.parametrize("wrong", [{"client_id": "another"}, {"redirect_uri": "https://elsewhere.example/"}])
def test_what_is_not_registered_is_not_led_back_to(signed_in, wrong):
    assert signed_in(RUNA).authorize(**wrong).status_code == 400


def test_a_code_works_once_and_for_whoever_has_asked_for_it_alone(box, signed_in):
    me = signed_in(RUNA)
    form = {"grant_type": "authorization_code", "redirect_uri": me.redirect}
    assert me.token(**form, code=me.code, code_verifier=me.verifier).json() == {"error": "invalid_grant"}
    assert me.token(**form, code=answer(me.authorize())["code"], code_verifier="w" * 43).status_code == 400
    box.switch(findity_pkce=False)
    assert me.token(**form, code=answer(me.authorize())["code"]).status_code == 200


def test_a_persons_token_opens_their_account_and_not_the_admin_api(box, findity, signed_in):
    me = signed_in(RUNA)
    assert me.call("GET", "/me").json()["email"] == RUNA
    findity.headers["Authorization"] = me.headers["Authorization"]
    assert findity.get("/users/").status_code == 401


def test_a_persons_refresh_token_works_once(signed_in):  # [D F1]
    me = signed_in(RUNA)
    first = me.token(grant_type="refresh_token", refresh_token=me.tokens["refresh_token"])
    assert first.status_code == 200
    assert me.token(grant_type="refresh_token", refresh_token=me.tokens["refresh_token"]).status_code == 400


def test_an_api_keys_token_opens_nobodys_account(findity, signed_in):
    me = signed_in(RUNA)
    me.headers = findity.headers
    assert me.call("GET", "/me").status_code == 401
