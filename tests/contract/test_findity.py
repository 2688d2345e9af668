"""The Findity client against requests and answers as Findity's pages describe them, in every shape that they leave open."""

import json

import pandas as pd
import pytest

from destinations.findity.client import Findity
from resources.failures import Outage, Permanent, Refused, Transient, Unanswered

USERS = "/admin/organizations/externalid/acme%2Fse/users/"
ANN = {"id": "u1", "personId": "p1", "externalSourceId": "0042", "firstName": "Ann", "email": "ann@acme.example", "active": True}
BO = {"id": "u2", "personId": "p2", "externalSourceId": "7", "firstName": "Bo", "email": "bo@acme.example", "active": False}
GUEST = {"id": "u3", "email": "guest@else.example"}


@pytest.fixture
def client(organization, retry):
    with Findity(organization(), retry) as opened:
        yield opened


def told(answer):
    """Each person's status, and reason where there is one."""
    return {row.key: row.status if isinstance(row.reason, float) else f"{row.status}: {row.reason}" for row in answer.statuses.itertuples()}


def people(count):
    return [{"externalSourceId": str(n), "firstName": f"First{n}", "email": f"p{n}@acme.example"} for n in range(count)]


# requests


def test_every_request_has_its_header_its_slash_and_its_encoded_organization(client, script):
    script.play([], [], [])
    client.users()
    client.units()
    client.put_users(people(1))
    assert {seen.headers["x-findity-apiversion"] for seen in script.requests} == {"3"}
    assert {seen.headers["content-type"] for seen in script.requests} == {"application/json"}
    units = "/admin/organizations/externalid/acme%2Fse/organizationalunits/"
    assert [(seen.method, seen.path) for seen in script.requests] == [("GET", USERS), ("GET", units), ("PUT", USERS)]


def test_the_version_that_is_asked_for_is_a_setting(organization, script, retry):
    script.play([])
    with Findity(organization(api_version=4), retry) as client:
        client.users()
    assert script.requests[0].headers["x-findity-apiversion"] == "4"


def test_a_body_is_byte_for_byte_the_json_of_its_records_whatever_characters_they_hold(client, script):
    every = "".join(chr(code) for code in [*range(0x3000), *range(0xE000, 0x10000), 0x1F600, 0x10FFFF])
    record = {"externalSourceId": "1", "firstName": every, "active": True, "approverIds": ["p1"], "address": {}, "phone": None, every: 1}
    script.play([])
    client.put_users([record])
    assert script.requests[0].body == json.dumps([record], ensure_ascii=False, separators=(",", ":"))


@pytest.mark.parametrize(("setting", "sent"), [({}, "false"), ({"send_invitation_mail": True}, "true")])
def test_whether_invitations_go_out_is_always_said(organization, script, retry, setting, sent):
    script.play([])
    with Findity(organization(**setting), retry) as client:
        client.put_users(people(1))
    assert script.requests[0].query == {"sendInvitationMail": [sent]}


def test_plus_ampersand_percent_and_umlauts_arrive_as_they_were(client, script):
    odd = [{"externalSourceId": "1&2+3%", "firstName": "Åsa & Öl", "email": "a+b@acme.example", "approverIds": [], "active": False}]
    script.play("")
    client.put_users(odd)
    assert script.requests[0].json == odd
    assert "Åsa" in script.requests[0].body


@pytest.mark.parametrize("record", [{"delete": True}, {"delete": False}, {"Delete": True}, {"address": {"delete": True}}])
def test_nothing_that_deletes_ever_goes_out(client, script, record):
    with pytest.raises(Permanent, match="delete"):
        client.put_users([{"externalSourceId": "1", **record}])
    with pytest.raises(Permanent, match="delete"):
        list(client.deliver([{"externalSourceId": "1", **record}]))
    assert script.requests == []


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_reported_and_not_followed(client, script, wire, status):
    script.play(wire.reply("", status, Location=USERS.rstrip("/")))
    with pytest.raises(Permanent, match="redirects"):
        client.put_users(people(1))
    assert len(script.requests) == 1


@pytest.mark.parametrize(("status", "advice"), [(403, "API connectivity"), (404, "organization and admin_url"), (405, "admin_url")])
def test_wrong_rights_or_paths_are_permanent(client, script, wire, status, advice):
    script.play(wire.reply({"errorCode": "ORGANIZATION_NOT_FOUND"}, status))
    with pytest.raises(Permanent, match=advice) as failure:
        client.put_users(people(1))
    assert not isinstance(failure.value, Refused)


# reading


@pytest.mark.parametrize("shape", ["array", "userList", "meta"])
def test_the_list_of_users_may_come_in_three_shapes(client, script, shape):
    found = [ANN, BO, GUEST]
    if shape == "array":
        script.play(found)
    elif shape == "meta":
        script.play({"meta": {"count": 3, "total": 3}, "data": found})
    else:
        script.play({"userList": found}, {"userList": []})
    users = client.users()
    assert users["id"].tolist() == ["u1", "u2", "u3"]
    assert users["externalSourceId"].isna().tolist() == [False, False, True]
    assert users["active"].tolist() == [True, False, pd.NA]


@pytest.mark.parametrize("shape", ["userList", "meta"])
def test_an_envelope_that_has_more_is_read_to_its_end(client, script, shape):
    everyone = [{"id": f"u{n}"} for n in range(7)]

    def answer(seen):
        start = int(seen.query.get("offset", ["0"])[0])
        page = everyone[start : start + int(seen.query.get("max", ["3"])[0])]
        return {"meta": {"count": len(page), "total": 7}, "data": page} if shape == "meta" else {"userList": page}

    script.answer = answer
    assert client.users()["id"].tolist() == [user["id"] for user in everyone]
    assert script.requests[0].query == {}
    assert {"max": ["3"], "offset": ["3"]} in [seen.query for seen in script.requests[1:]]


def test_a_server_that_pages_no_further_than_it_says_it_should_fails(client, script):
    script.answer = lambda seen: {"meta": {"total": 5}, "data": [ANN]}
    with pytest.raises(Transient, match="shorter than it says"):
        client.users()


def test_a_server_that_does_not_page_at_all_is_asked_no_more_than_twice(client, script):
    script.answer = lambda seen: {"userList": [ANN, BO]}
    assert len(client.users()) == 2
    assert len(script.requests) == 2


def test_the_columns_and_their_types_are_always_the_same(client, script):
    script.play([], [ANN])
    for users in (client.users(), client.users()):
        assert list(users)[:3] == ["id", "personId", "externalSourceId"]
        assert set(users.drop(columns="active").dtypes.astype(str)) == {"str"}
        assert str(users["active"].dtype) == "boolean"


def test_objects_become_json_text_with_sorted_keys_and_what_is_not_shown_stays_missing(client, script):
    shown = {"approverIds": ["p2", "p1"], "bankAccount": {"b": 1, "a": "å"}, "address": None, "phone": "", "unheardOf": 1}
    script.play([{**ANN, **shown}])
    row = client.users().iloc[0]
    assert (row["approverIds"], row["bankAccount"], row["address"]) == ('["p2","p1"]', '{"a":"å","b":1}', "{}")
    assert pd.isna(row["dimensionPresets"])
    assert pd.isna(row["phone"])


def test_approver_that_nobody_approves_only_an_empty_list_says(client, script):
    script.play([{**ANN, "approverIds": []}, {**ANN, "id": "b", "approverIds": None}, {**ANN, "id": "c"}])
    assert client.users()["approverIds"].fillna("-").tolist() == ["[]", "-", "-"]


@pytest.mark.parametrize("body", ["<html>", "", {"users": {}}, 7, {"items": []}])
def test_a_list_of_no_known_shape_never_passes_for_an_empty_one(client, script, body):
    script.play(body if isinstance(body, str) else json.dumps(body))
    with pytest.raises(Permanent, match="no known shape"):
        client.users()


def test_a_read_that_is_refused_fails_with_its_code(client, script, wire):
    script.play(wire.reply({"errorCode": "API_VERSION_REQUIRED"}, 400))
    with pytest.raises(Permanent, match="400 API_VERSION_REQUIRED"):
        client.users()


# writing


@pytest.mark.parametrize(
    "body", ["", [{"externalSourceId": "0", "id": "u0"}, {"externalSourceId": "1", "id": "u1"}], {"meta": {}, "data": []}]
)
def test_a_2xx_answer_without_errors_accepts_everyone_sent(client, script, body):
    script.play(body)
    answer = client.put_users(people(2))
    assert told(answer) == {"0": "accepted", "1": "accepted"}
    assert (answer.code, answer.calls, answer.request_bytes) == ("200", 2, len(script.requests[0].body))


@pytest.mark.parametrize(
    "body",
    [
        [{"externalSourceId": "0"}, {"externalSourceId": "1", "errorCode": "INVALID_EMAIL"}],
        [{"externalSourceId": "0"}, {"error": {"code": "INVALID_EMAIL"}}],
        [{"externalSourceId": "1", "errors": [{"errorCode": "INVALID_EMAIL"}]}],
        {"users": [{"externalSourceId": "0"}], "errors": [{"externalSourceId": "1", "code": "INVALID_EMAIL"}]},
        {"errors": [{"externalSourceId": "1", "error": "INVALID_EMAIL"}]},
    ],
)
def test_an_error_on_one_item_refuses_that_person_alone(client, script, body):
    script.play(body)
    assert told(client.put_users(people(2))) == {"0": "accepted", "1": "refused: INVALID_EMAIL"}


def test_an_error_that_concerns_nobody_by_name_lets_nobody_pass(client, script):
    script.play({"errors": [{"code": "INVALID_EMAIL"}]})
    with pytest.raises(Refused):
        client.put_users(people(2))


@pytest.mark.parametrize(
    "code",
    [
        "NO_KNOWN_JSON_PROPERTIES",
        "INVALID_JSON_BODY",
        "EMAIL_ALREADY_IN_USE",
        "INVALID_PHONE_NUMBER",
        "REQUIRED_FIELD",
        "DB_SCHEMA_VIOLATION",
    ],
)
@pytest.mark.parametrize("shape", ["errorCode", "code", "error", "list", "nested", "errors"])
def test_a_refused_batch_gives_its_code_in_any_shape(client, script, wire, code, shape):
    body = {"list": [{"errorCode": code}], "nested": {"error": {"code": code}}, "errors": {"errors": [{"code": code}]}}.get(
        shape, {shape: code}
    )
    script.play(wire.reply(body, 400))
    with pytest.raises(Refused) as failure:
        client.put_users(people(2))
    assert (failure.value.code, failure.value.reason) == (code, "")


def test_a_refusals_message_is_passed_on_masked(client, script, wire):
    script.play(wire.reply({"errorCode": "EMAIL_ALREADY_IN_USE", "message": "First0 cannot have p0@acme.example, +46 70 123 45 67"}, 400))
    with pytest.raises(Refused) as failure:
        client.put_users(people(1))
    assert failure.value.reason == "<value> cannot have <address>, <number>"
    assert "@" not in str(failure.value)


def test_a_refusal_without_a_readable_body_has_the_status_for_its_code(client, script, wire):
    script.play(wire.reply("<html>", 413))
    with pytest.raises(Refused) as failure:
        client.put_users(people(1))
    assert failure.value.code == "413"


def test_a_success_that_is_no_json_leaves_the_write_unanswered(client, script):
    script.play("<html>")
    with pytest.raises(Unanswered):
        client.put_users(people(1))


@pytest.mark.parametrize("bad", [{3}, {0, 7}, {1, 2, 3}])
def test_a_refused_chunk_is_halved_until_the_people_at_fault_are_alone_and_the_others_land(client, script, wire, bad):
    landed = set()

    def answer(seen):
        sent = {int(user["externalSourceId"]) for user in seen.json}
        if sent & bad:
            return wire.reply({"errorCode": "INVALID_EMAIL"}, 400)
        landed.update(sent)
        return ""

    script.answer = answer
    answers = list(client.deliver(people(8)))
    fate = {key: status for given in answers for key, status in told(given).items()}
    assert fate == {str(n): "refused: INVALID_EMAIL" if n in bad else "accepted" for n in range(8)}
    assert landed == set(range(8)) - bad
    assert [given.request for given in answers] == sorted({given.request for given in answers}), "each answer has its own request's number"
    assert len(fate) == sum(len(given.statuses) for given in answers), "everybody is answered for once"


def test_narrowing_down_is_bounded_and_those_left_are_in_doubt_and_not_refused(client, script, wire, monkeypatch):
    monkeypatch.setattr("destinations.findity.client.NARROWING_CALLS", 2)
    script.answer = lambda seen: wire.reply({"errorCode": "REQUIRED_FIELD"}, 400) if "6" in str(seen.body) else ""
    fate = {key: status for given in client.deliver(people(8)) for key, status in told(given).items()}
    assert len(script.requests) == 3
    together = "unknown: REQUIRED_FIELD (refused together, 2 people)"
    assert fate == {**dict.fromkeys("012345", "accepted"), **dict.fromkeys("67", together)}


def test_what_everybody_meets_is_an_outage_after_a_few_and_refuses_nobody(client, script, wire):
    script.answer = lambda seen: wire.reply({"errorCode": "REQUIRED_FIELD"}, 400)
    fate = {}
    with pytest.raises(Outage, match=r"Findity refuses whatever is sent \(REQUIRED_FIELD\)"):
        for given in client.deliver(people(100)):
            fate |= told(given)
    assert len(script.requests) == 5
    assert set(fate) == {str(n) for n in range(100)}
    assert {status.partition(":")[0] for status in fate.values()} == {"unknown"}


def test_people_go_out_so_many_at_a_time(organization, script, retry):
    script.answer = lambda seen: ""
    with Findity(organization(chunk_size=3), retry) as client:
        answers = list(client.deliver(people(8)))
    assert [len(seen.json) for seen in script.requests] == [3, 3, 2]
    assert [answer.request for answer in answers] == [1, 2, 3]


def test_a_lost_chunk_is_unknown_and_the_others_land(organization, script, retry, wire):
    script.play(*[wire.DROP] * 3, "")
    fate = {}
    with Findity(organization(chunk_size=1), retry) as client, pytest.raises(Unanswered):
        for answer in client.deliver(people(2)):
            fate |= told(answer)
    assert fate == {"0": "unknown: no answer came", "1": "accepted"}


def test_a_lost_reply_is_repeated_since_the_upsert_is_keyed(client, script, wire):
    script.play(wire.DROP, "")
    assert told(client.put_users(people(1))) == {"0": "accepted"}
    assert script.requests[0].json == script.requests[1].json


def test_retry_after_is_honoured(client, script, wire, waited):
    script.play(wire.reply("", 429, Retry_After="3"), [])
    client.users()
    assert waited == [3.0]


# secrets


def test_no_repr_and_no_error_shows_a_token_a_secret_or_a_person(client, script, wire):
    script.tokens = [{"access_token": "opaque-token", "refresh_token": "once-token"}]
    script.play(wire.reply({"errorCode": "INVALID_EMAIL", "message": "p0@acme.example"}, 400))
    with pytest.raises(Refused) as failure:
        client.put_users(people(1))
    targets = [seen.raw_target for seen in (*script.requests, *script.token_requests)]
    for text in (str(failure.value), repr(failure.value), repr(client), repr(client._tokens), repr(vars(client)), *targets):
        for hidden in ("opaque-token", "once-token", wire.SECRET, "@"):
            assert hidden not in text
