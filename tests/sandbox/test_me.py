"""A person's account as the vendor's page on users describes it [S, unless a test says otherwise]. Tags as in `sandbox`."""

import httpx
import pytest

RUNA = "runa@bokholt.example"


@pytest.fixture
def me(signed_in):
    return signed_in(RUNA)


@pytest.fixture
def emma(findity, user, signed_in):
    findity.put(user("E1", email="emma@acme.example"))
    return signed_in("emma@acme.example")


def code_of(response):
    return response.json()["errorCode"]


def test_a_profile_has_what_is_optional_only_where_it_is_asked_for(me):
    assert me.call("GET", "/me").json().keys().isdisjoint({"preferences", "extraRecipients", "temporaryApprovers", "meta"})
    whole = me.call("GET", "/me", include="preferences,extraRecipients,meta.capabilities,temporaryApprovers").json()
    assert whole["meta"] == {"capabilities": {"canImpersonate": True, "canViewAdmin": True}}
    assert whole["extraRecipients"] == []


def test_an_update_takes_the_documented_fields_and_completes_the_address(me):
    me.call("PUT", "/me", {"IBAN": "SE3550000000054910000003", "address": {"city": "Stockholm"}, "id": "another"})
    shown = me.call("PUT", "/me", {"address": {"countryCode": "SE"}}).json()
    assert (shown["IBAN"], shown["id"]) == ("SE3550000000054910000003", me.person)
    assert shown["address"] == {"city": "Stockholm", "countryCode": "SE"}


@pytest.mark.parametrize(("swapped", "codes"), [(True, ["INVALID_JSON_BODY", "NO_KNOWN_JSON_PROPERTIES"]), (False, None)])
def test_the_two_codes_for_a_body_are_as_described_or_as_named(box, me, swapped, codes):  # [S], by the switch [I]
    box.switch(findity_swapped_codes=swapped)
    unknown = me.call("PUT", "/me", {"email": "other@acme.example"})
    garbled = httpx.put(f"{box.findity_expense_url}/me", headers=me.headers, content=b"{")
    assert [code_of(unknown), code_of(garbled)] == (codes or ["NO_KNOWN_JSON_PROPERTIES", "INVALID_JSON_BODY"])


def test_support_gets_in_by_an_action_without_a_body(box, me):
    assert me.call("PUT", "/me", action="enableSupportAccess").is_success
    assert box.state["findity"]["accounts"][me.person]["supportAccess"] is True
    assert me.call("PUT", "/me", action="disableSupportAccess").is_success
    assert box.state["findity"]["accounts"][me.person]["supportAccess"] is False


def test_settings_come_in_groups_of_fields_and_some_change_others(me):
    settings = me.call("GET", "/me/settings/fields").json()
    groups = {group["id"]: {field["id"]: field for field in group["fields"]} for group in settings["fields"]}
    assert groups.keys() >= {"settings.personalGroup", "settings.bankGroup", "temporaryApprovalGroup"}
    assert groups["settings.experienceGroup"]["language"]["requiresUpdate"] is True
    groups["settings.experienceGroup"]["language"]["value"] = "nb_NO"
    answer = me.call("PUT", "/me", settings, format="fields").json()
    regions = [field["value"] for group in answer["fields"] for field in group["fields"] if field["id"] == "formattingRegion"]
    assert regions == ["nb_NO"]


def test_counters_are_one_row_an_organization_and_none_is_not_found(box, findity, me):
    answer = me.call("GET", "/me/counters").json()
    assert answer["meta"] == {"count": 1, "total": 1}
    assert answer["data"][0]["organizationId"] == box.state["findity"]["organizations"]["acme"]["id"]
    findity.put({"externalSourceId": "consultant-1", "active": False})
    gone = me.call("GET", "/me/counters")
    assert (gone.status_code, code_of(gone)) == (404, "ORGANIZATION_NOT_FOUND")


def test_a_profile_image_is_kept_with_its_type(box, me):
    address = f"{box.findity_expense_url}/me/profileimage"
    assert me.call("GET", "/me/profileimage").status_code == 404
    httpx.put(address, headers=me.headers | {"Content-Type": "image/png"}, content=b"\x89PNG")
    shown = me.call("GET", "/me/profileimage")
    assert (shown.content, shown.headers["content-type"]) == (b"\x89PNG", "image/png")
    me.call("DELETE", "/me/profileimage")
    assert me.call("GET", "/me/profileimage").status_code == 404


def test_an_address_changes_when_the_code_that_was_mailed_to_it_comes_back(box, me):
    assert me.call("POST", "/me/email", {"email": "runa@new.example"}, action="change").is_success
    assert code_of(me.call("POST", "/me/email", {"verificationCode": "no"}, action="verify")) == "INVALID_VERIFICATION_CODE"
    assert me.call("GET", "/me").json()["email"] == RUNA
    assert me.last_code() in httpx.get(box.url).text
    assert me.call("POST", "/me/email", {"verificationCode": me.last_code()}, action="verify").is_success
    assert me.call("GET", "/me").json()["email"] == "runa@new.example"


def test_a_code_has_its_time(box, me):
    box.switch(findity_code_seconds=0)
    me.call("POST", "/me/email", {"email": "runa@new.example"}, action="change")
    late = me.call("POST", "/me/email", {"verificationCode": me.last_code()}, action="verify")
    assert code_of(late) == "EXPIRED_VERIFICATION_CODE"


@pytest.mark.parametrize(
    ("email", "code"), [("", "EMAIL_IS_BLANK"), ("none", "INVALID_EMAIL"), ("EMMA@acme.example", "EMAIL_ALREADY_IN_USE")]
)
def test_an_address_that_cannot_be_is_refused(me, emma, email, code):
    assert code_of(me.call("POST", "/me/email", {"email": email}, action="change")) == code


def test_a_telephone_number_changes_in_two_steps_and_can_be_taken_away(me, emma):
    assert code_of(me.call("POST", "/me/phone", {"phoneNumber": "0701740605"}, action="change")) == "INVALID_PHONE_NUMBER"
    me.call("POST", "/me/phone", {"phoneNumber": "+46701740605"}, action="change")
    me.call("POST", "/me/phone", {"verificationCode": me.last_code()}, action="verify")
    assert me.call("GET", "/me").json()["mobilePhone"] == "+46701740605"
    assert code_of(emma.call("POST", "/me/phone", {"phoneNumber": "+46701740605"}, action="change")) == "PHONE_NUMBER_ALREADY_USED"
    me.call("DELETE", "/me/phone")
    assert me.call("GET", "/me").json()["mobilePhone"] is None


def test_another_password_ends_every_token_and_gives_new_ones(me):
    old = "Sandbox-password1"
    wrong = me.call("POST", "/me/password", {"oldPassword": "Other1word", "newPassword": "Other-password2"})
    simple = me.call("POST", "/me/password", {"oldPassword": old, "newPassword": "simple"})
    assert [code_of(wrong), code_of(simple)] == ["INCORRECT_CURRENT_PASSWORD", "PASSWORD_VALIDATION_ERROR"]
    answer = me.call("POST", "/me/password", {"oldPassword": old, "newPassword": "Other-password2"}).json()
    assert answer.keys() == {"expiresIn", "accessToken", "refreshToken"}
    assert me.call("GET", "/me").status_code == 401
    assert me.token(grant_type="refresh_token", refresh_token=me.tokens["refresh_token"]).status_code == 400
    me.headers = {"Authorization": f"Bearer {answer['accessToken']}"}
    assert me.call("GET", "/me").status_code == 200


def test_an_extra_recipient_counts_once_it_is_confirmed(box, me):
    added = me.call("POST", "/me/extrarecipients", {"email": "team@acme.example"}, action="add").json()
    assert added["status"] == "NOT_CONFIRMED"
    me.call("POST", "/me/extrarecipients", {"verificationCode": me.last_code()}, action="verify")
    assert [one["status"] for one in me.call("GET", "/me/extrarecipients").json()["data"]] == ["CONFIRMED"]
    box.switch(findity_recipients="array")
    assert [one["id"] for one in me.call("GET", "/me/extrarecipients").json()] == [added["id"]]
    assert me.call("DELETE", f"/me/extrarecipients/{added['id']}").is_success
    assert me.call("GET", "/me/extrarecipients").json() == []


def test_whoever_may_impersonate_searches_in_pages(box, findity, user, me, emma):
    findity.put(user("E2", firstName="Bo"), user("E3", firstName="Cia"))
    page = me.call("GET", "/impersonation/users/search", max=2, offset=1, sort="firstName:asc").json()
    assert page["meta"] == {"total": 4, "count": 2}
    assert [one["firstName"] for one in page["data"]] == ["Cia", "Runa"]
    assert page["data"][0].keys() == {"personId", "firstName", "lastName", "email", "impersonatorType", "profilePictureUrl"}
    assert me.call("GET", "/impersonation/users/search", searchText="emma@").json()["meta"]["total"] == 1
    assert emma.call("GET", "/impersonation/users/search").status_code == 403


def test_the_page_shows_neither_tokens_nor_passwords(box, me):
    me.call("GET", "/me")
    shown = httpx.get(box.url).text + httpx.get(f"{box.url}/state.json").text
    assert not [secret for secret in (*me.tokens.values(), "Sandbox-password1") if str(secret) in shown and len(str(secret)) > 6]
