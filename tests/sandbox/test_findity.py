"""Token endpoint and Admin API as Findity documents them. Tags as in `sandbox`."""

import httpx
import pytest


def test_a_token_is_opaque_and_comes_with_its_life_and_a_refresh_token(findity):  # [D F1], length [O F3]
    assert findity.tokens["token_type"] == "Bearer"
    assert findity.tokens["expires_in"] == 3600
    assert len(findity.tokens["access_token"]) == 128
    assert findity.tokens["refresh_token"]


def test_a_refresh_token_works_once(findity):  # [D F1]
    first = findity.token(grant_type="refresh_token", refresh_token=findity.tokens["refresh_token"])
    again = findity.token(grant_type="refresh_token", refresh_token=findity.tokens["refresh_token"])
    assert first.status_code == 200
    assert again.status_code == 400
    assert findity.token(grant_type="refresh_token", refresh_token=first.json()["refresh_token"]).status_code == 200


def test_wrong_credentials_get_no_token(findity):  # [I]
    assert findity.token(grant_type="client_credentials", client_secret="wrong").status_code == 401


def test_no_refresh_token_if_switched_off(box, findity):  # [D F1] one sample has none
    box.switch(findity_refresh_token=False)
    assert "refresh_token" not in findity.token(grant_type="client_credentials", client_secret="demo-findity-secret").json()


def test_a_token_dies_of_age(box, findity):  # [O F3] 401
    token = findity.headers["Authorization"].removeprefix("Bearer ")
    box.state["findity"]["tokens"][token]["expires"] = 0
    assert findity.get("/users/").status_code == 401


def test_a_token_dies_of_calls_if_switched(box, findity):
    box.switch(findity_token_calls=2)
    assert [findity.get("/users/").status_code for _ in range(3)] == [200, 200, 401]


def test_the_version_header_is_required(box, findity):  # [D F1]
    del findity.headers["X-Findity-ApiVersion"]
    assert findity.get("/users/").status_code == 400
    box.switch(findity_version_header=False)
    assert findity.get("/users/").status_code == 200


@pytest.mark.parametrize(("switch", "status"), [("redirect", 307), ("404", 404)])
def test_the_trailing_slash_belongs_to_the_path(box, findity, user, switch, status):  # [D F1], the answer [I]
    box.switch(findity_slash=switch)
    assert httpx.put(findity.base + "/users", headers=findity.headers, json=[user("E1")]).status_code == status
    assert findity.user("E1")["errorCode"] == "USER_NOT_FOUND"


def test_an_organisation_that_the_key_is_not_for_is_not_found(findity):  # [S] the code
    findity.base = findity.base.replace("acme", "globex")
    assert findity.get("/users/").json()["errorCode"] == "ORGANIZATION_NOT_FOUND"


def test_the_list_is_flat_without_max_and_an_envelope_with_it(findity, user):  # [D F2]
    findity.put(user("E1"), user("E2"))
    assert [one["externalSourceId"] for one in findity.get("/users/").json()] == ["consultant-1", "E1", "E2"]
    assert [one["externalSourceId"] for one in findity.get("/users/", max=2, offset=1).json()["userList"]] == ["E1", "E2"]


def test_the_list_has_other_shapes_by_switch(box, findity):  # [S]
    box.switch(findity_list="meta")
    assert findity.get("/users/").json()["meta"] == {"count": 1, "total": 1}
    box.switch(findity_list="array")
    assert len(findity.get("/users/", max=1).json()) == 1


def test_a_creation_gives_ids_and_makes_the_user_active(findity, user):  # [S]
    created = findity.put(user("E1")).json()[0]
    assert created == findity.user("E1")
    assert created["active"] is True
    assert created["personId"] != created["id"]


def test_an_update_changes_only_what_it_sends(findity, user):  # [S]
    findity.put(user("E1", locale="sv_SE"))
    findity.put({"externalSourceId": "E1", "email": "married@acme.example"})
    assert findity.user("E1").items() >= {"email": "married@acme.example", "firstName": "Åsa", "locale": "sv_SE"}.items()


@pytest.mark.parametrize(("switch", "active"), [("keep", False), ("wake", True)])
def test_an_update_without_active_keeps_or_wakes(box, findity, user, switch, active):  # [I]
    box.switch(findity_update_without_active=switch)
    findity.put(user("E1", active=False))
    findity.put({"externalSourceId": "E1", "locale": "sv_SE"})
    assert findity.user("E1")["active"] is active


BAD = [
    ({"firstName": None}, "REQUIRED_FIELD"),  # [O F3]
    ({"email": ""}, "EMAIL_IS_BLANK"),  # [S]
    ({"email": "nobody"}, "INVALID_EMAIL"),  # [S]
    ({"email": "Runa@Bokholt.example"}, "EMAIL_ALREADY_IN_USE"),  # [S]
    ({"phone": "070-123 45 67"}, "INVALID_PHONE_NUMBER"),  # [S]
    ({"organizationalUnitId": "Sales"}, "ORGANIZATIONAL_UNIT_NOT_FOUND"),  # [?]
    ({"approverIds": ["E2"]}, "PERSON_NOT_FOUND"),  # [?]
    ({"lastName": "x" * 300}, "DB_SCHEMA_VIOLATION"),  # [O F3]
]


@pytest.mark.parametrize(("fields", "code"), BAD)
def test_one_bad_user_fails_the_whole_batch(box, findity, user, fields, code):  # [?]
    reply = findity.put(user("E2"), user("E1", **fields))
    assert reply.status_code == 400
    assert reply.json()["errorCode"] == code
    assert findity.user("E2")["errorCode"] == "USER_NOT_FOUND"
    assert box.writes == 0


def test_one_bad_user_fails_alone_if_switched(box, findity, user):  # [?]
    box.switch(findity_put_errors="item")
    reply = findity.put(user("E1", phone="1"), user("E2"))
    assert [one.get("errorCode") for one in reply.json()] == ["INVALID_PHONE_NUMBER", None]
    assert findity.user("E2")["active"] is True


@pytest.mark.parametrize("key", ["errorCode", "code", "error"])
@pytest.mark.parametrize("shape", ["object", "list"])
def test_an_error_has_the_switched_shape(box, findity, user, key, shape):  # [?]
    box.switch(findity_error_key=key, findity_error_shape=shape, findity_error_person=True)
    body = findity.put(user("E1", email="")).json()
    error = body[0] if shape == "list" else body
    assert (error[key], error["externalSourceId"]) == ("EMAIL_IS_BLANK", "E1")


def test_an_accepted_put_may_answer_nothing(box, findity, user):  # [?]
    box.switch(findity_put_answer="empty")
    assert findity.put(user("E1")).content == b""
    assert findity.user("E1")["id"]


def test_a_creation_mails_an_invitation_unless_told_not_to(box, findity, user):  # [D F2]
    findity.put(user("E1"), sendInvitationMail="false")
    assert box.state["findity"]["mails"] == []
    findity.put(user("E1"), user("E2"))
    assert box.state["findity"]["mails"] == [{"organization": "acme", "externalSourceId": "E2"}]


def test_approvers_are_given_by_person_id(findity, user):  # [S]
    boss = findity.put(user("E1")).json()[0]
    assert findity.put(user("E2", approverIds=[boss["id"]])).status_code == 400
    assert findity.put(user("E2", approverIds=[boss["personId"]])).json()[0]["approverIds"] == [boss["personId"]]


def test_one_person_may_have_users_in_two_organisations(findity, user):  # [S]
    here = findity.put(user("E1")).json()[0]
    findity.base = findity.base.replace("acme", "adventureworks")
    there = findity.put(user("A9", email="e1@acme.example")).json()[0]
    assert here["personId"] == there["personId"]
    assert here["id"] != there["id"]


def test_delete_in_a_put_deletes_and_is_recorded(box, findity, user):  # [D F2] for the other variant, [?] here
    findity.put(user("E1"))
    findity.put({"externalSourceId": "E1", "delete": True})
    assert box.state["findity"]["deletions"] == [{"organization": "acme", "externalSourceId": "E1"}]
    box.switch(findity_delete_in_put="refuse")
    assert findity.put({"externalSourceId": "consultant-1", "delete": True}).status_code == 400


def test_a_user_can_be_deleted(box, findity, user):  # [S]
    findity.put(user("E1"))
    url = findity.base + "/users/externalid/E1/"
    assert [httpx.delete(url, headers=findity.headers).status_code for _ in range(2)] == [204, 404]
    assert len(box.state["findity"]["deletions"]) == 1


def test_the_units_are_one_root_with_those_below_it(box, findity):  # [D F1]
    root = findity.get("/organizationalunits/").json()
    assert (root["name"], root["ownerId"], root["level"], root["approvers"], root["presetValues"]) == ("ACME", None, 0, [], [])
    below = next(unit for unit in root["subUnits"] if unit["name"] == "Customer Success")
    assert (below["ownerId"], below["level"], below["subUnits"], below["vatType"]) == (root["id"], 1, [], "USE_CATEGORY")


def test_the_units_are_a_tree_in_three_other_shapes(box, findity):  # [I]
    box.switch(findity_units="nested")
    nested = findity.get("/organizationalunits/").json()
    assert [unit["name"] for unit in nested] == ["ACME"]
    assert "Customer Success" in [unit["name"] for unit in nested[0]["children"]]
    box.switch(findity_units="root")
    assert findity.get("/organizationalunits/").json() == nested[0]
    box.switch(findity_units="flat")
    flat = findity.get("/organizationalunits/").json()
    assert {unit["parentId"] for unit in flat} == {None, nested[0]["id"]}
    assert len(flat) == 9


def test_a_user_is_placed_by_the_id_of_a_unit(findity, user):  # [S]
    unit = findity.get("/organizationalunits/").json()["subUnits"][0]["id"]
    assert findity.put(user("E1", organizationalUnitId=unit)).json()[0]["organizationalUnitId"] == unit


def test_fields_that_were_never_set_are_left_out_or_null(box, findity):  # [?]
    assert "phone" not in findity.user("consultant-1")
    box.switch(findity_unset="null")
    assert findity.user("consultant-1")["phone"] is None


def test_organisations_and_dimensions_can_be_read(box, findity):  # [D F1]
    listed = httpx.get(box.findity_url + "/organizations/", headers=findity.headers).json()
    assert [one["externalSourceId"] for one in listed] == ["acme", "adventureworks"]
    assert listed[0] == findity.get("/").json()
    assert [one["externalSourceId"] for one in findity.get("/customdimensions/").json()] == ["COST_CENTER"]
