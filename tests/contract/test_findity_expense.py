"""The client of Findity's Expense API against replies written out from the vendor's page on users."""

import json
from typing import Any

import pytest

from destinations.findity.expense import refusals
from destinations.findity.expense.answers import Capabilities, Image
from destinations.findity.expense.client import Expense, connection_to
from destinations.findity.expense.tokens import SignInNeeded
from resources.failures import Permanent, Refused, Transient

EMMA = {
    "id": "370e10197a2740dea1f39d21bc9e4a8c",
    "email": "emma@acme.example",
    "firstName": "Emma",
    "lastName": "Expense",
    "mobilePhone": "+4670123456789",
    "defaultCurrency": "USD",
    "language": "en_US",
    "IBAN": "US2138890474392778363181",
    "BIC": "ABCDEF123",
    "formattingRegion": "sv_SE",
    "address": {"id": "2ee7", "street1": "132, My Street", "postalCode": "12401", "city": "New York", "countryCode": "US"},
    "meta": {"capabilities": {"canImpersonate": False, "canViewAdmin": False}},
}
COUNTERS = [
    {"organizationId": "8ab2", "expenses": 19, "approvals": 0, "rejections": 0, "notifications": 3, "transactions": 0, "inbox": 0},
    {"organizationId": "8ab3", "expenses": 10, "approvals": 11, "rejections": 0, "notifications": 0, "transactions": 0, "inbox": 0},
]
PASSWORDS = {"expiresIn": 3600, "accessToken": "eae3", "refreshToken": "59fe"}


class Holder:
    """A person whose tokens are `t1`, `t2`…; what was kept of answers."""

    def __init__(self) -> None:
        self.number, self.kept, self.forgotten = 1, [], False

    def access(self) -> str:
        return f"t{self.number}"

    def renew(self, refused: str) -> str:
        assert refused == self.access()
        self.number += 1
        return self.access()

    def keep(self, body: Any) -> bool:
        self.kept.append(body)
        return isinstance(body, dict) and "accessToken" in body

    def forget(self) -> None:
        self.forgotten = True


@pytest.fixture
def holder() -> Holder:
    return Holder()


@pytest.fixture
def client(organization, script, retry, holder):
    settings = organization(expense_url=f"{script.url}/api/v1/expense")
    with Expense(settings, holder, connection_to(settings, retry)) as opened:
        yield opened


def sent(script):
    (seen,) = script.requests
    return seen.method, seen.raw_target, seen.body and json.loads(seen.body)


def test_a_profile_is_asked_for_as_the_page_does(client, script):
    script.play(EMMA)
    me = client.me(["preferences", "meta.capabilities"])
    assert sent(script) == ("GET", "/api/v1/expense/me?include=preferences,meta.capabilities", "")
    assert script.requests[0].headers["authorization"] == "Bearer t1"
    assert "content-type" not in script.requests[0].headers
    assert (me.id, me.email, me.profile["IBAN"]) == (EMMA["id"], EMMA["email"], EMMA["IBAN"])
    assert me.capabilities == Capabilities(canImpersonate=False, canViewAdmin=False)


def test_what_was_not_shown_is_not_no(client, script):
    script.play({"id": "370e"})
    me = client.me()
    assert script.requests[0].raw_target == "/api/v1/expense/me"
    assert (me.capabilities, me.extraRecipients, me.preferences) == (Capabilities(None, None), None, None)


def test_what_a_profile_does_not_have_is_not_asked_for(client, script):
    with pytest.raises(Permanent, match="password"):
        client.me(["password"])
    assert script.requests == []


@pytest.mark.parametrize("body", ["", "<html>", [], {}, {"errorCode": "X"}])
def test_an_answer_that_is_no_account_is_none(client, script, wire, body):
    script.play(wire.reply(body))
    with pytest.raises(Permanent, match="no known shape"):
        client.me()


def test_nothing_of_a_person_is_in_a_repr(client, script):
    script.play(EMMA)
    shown = repr(client.me(["meta.capabilities"]))
    assert not [value for value in (*EMMA.values(), "132, My Street") if isinstance(value, str) and value in shown and value != EMMA["id"]]


def test_an_update_sends_what_it_names_and_nothing_else(client, script, wire):
    script.play(wire.reply("", 204))
    client.update({"IBAN": "SE3550000000054910000003", "address": {"street1": "Sveavägen 10"}})
    assert sent(script) == ("PUT", "/api/v1/expense/me", {"IBAN": "SE3550000000054910000003", "address": {"street1": "Sveavägen 10"}})
    assert script.requests[0].headers["content-type"] == "application/json"


@pytest.mark.parametrize("change", [{}, {"email": "x@acme.example"}, {"address": {"id": "1"}}, {"mobilePhone": "+46701234567"}])
def test_what_may_not_be_changed_is_not_sent(client, script, change):
    with pytest.raises(Permanent, match="Nothing was sent"):
        client.update(change)
    assert script.requests == []


@pytest.mark.parametrize(("allowed", "action"), [(True, "enableSupportAccess"), (False, "disableSupportAccess")])
def test_support_is_let_in_by_an_action_without_a_body(client, script, wire, allowed, action):
    script.play(wire.reply("", 200))
    client.allow_support(allowed)
    assert sent(script) == ("PUT", f"/api/v1/expense/me?action={action}", "")
    assert "content-type" not in script.requests[0].headers


@pytest.mark.parametrize("body", [{"meta": {"count": 2, "total": 2}, "data": COUNTERS}, COUNTERS])
def test_counters_are_one_row_an_organization(client, script, body):
    script.play(body)
    assert [(one.organizationId, one.expenses, one.approvals) for one in client.counters()] == [("8ab2", 19, 0), ("8ab3", 10, 11)]


def test_who_is_in_no_organization_has_no_counters(client, script, wire):
    script.play(wire.reply({"errorCode": "ORGANIZATION_NOT_FOUND"}, 404))
    with pytest.raises(refusals.NoOrganization):
        client.counters()


def test_a_picture_goes_with_its_type_as_it_is(client, script, wire):
    script.play(wire.reply("", 200), wire.reply(b"\x89PNG\xff", 200, Content_Type="image/png"), wire.reply("", 204))
    client.set_image(Image(b"\x89PNG\xff", "image/png"))
    assert client.image() == Image(b"\x89PNG\xff", "image/png")
    client.remove_image()
    put, _, removed = script.requests
    assert (put.method, put.headers["content-type"], put.body) == ("PUT", "image/png", b"\x89PNG\xff".decode(errors="surrogateescape"))
    assert (removed.method, removed.path) == ("DELETE", "/api/v1/expense/me/profileimage")


@pytest.mark.parametrize(("status", "body"), [(404, {"errorCode": "NOT_FOUND"}), (204, ""), (200, "")])
def test_there_may_be_no_picture(client, script, wire, status, body):
    script.play(wire.reply(body, status))
    assert client.image() is None


def test_a_page_is_no_picture(client, script, wire):
    script.play(wire.reply("<html>", 200, Content_Type="text/html"))
    with pytest.raises(Permanent):
        client.image()


@pytest.mark.parametrize("image", [Image(b"x", "text/plain"), Image(b"", "image/png"), Image(b"x", "image/png\r\nX: y")])
def test_what_is_no_picture_is_not_sent(client, script, image):
    with pytest.raises(Permanent, match="Nothing was sent"):
        client.set_image(image)


@pytest.mark.parametrize(
    ("call", "target", "body"),
    [
        (lambda c: c.ask_email_change("e@acme.example"), "/me/email?action=change", {"email": "e@acme.example"}),
        (lambda c: c.verify_email("123456"), "/me/email?action=verify", {"verificationCode": "123456"}),
        (lambda c: c.ask_phone_change("+46701234567"), "/me/phone?action=change", {"phoneNumber": "+46701234567"}),
        (lambda c: c.verify_phone("123456"), "/me/phone?action=verify", {"verificationCode": "123456"}),
        (lambda c: c.add_extra_recipient("e@acme.example"), "/me/extrarecipients?action=add", {"email": "e@acme.example"}),
        (lambda c: c.verify_extra_recipient("123456"), "/me/extrarecipients?action=verify", {"verificationCode": "123456"}),
    ],
)
def test_what_sends_or_uses_a_code_is_sent_once(client, script, wire, call, target, body):
    script.play(wire.reply("", 204), wire.DROP)
    call(client)
    assert sent(script) == ("POST", f"/api/v1/expense{target}", body)
    with pytest.raises(Transient):
        call(client)
    assert len(script.requests) == 2


def test_a_telephone_number_and_a_recipient_are_taken_away(client, script, wire):
    script.play(wire.reply("", 204), wire.reply("", 204))
    client.remove_phone()
    client.remove_extra_recipient("a/b")
    assert [(seen.method, seen.raw_target) for seen in script.requests] == [
        ("DELETE", "/api/v1/expense/me/phone"),
        ("DELETE", "/api/v1/expense/me/extrarecipients/a%2Fb"),
    ]


def test_who_was_taken_away_by_a_request_without_an_answer_is_away(client, script, wire):
    script.play(wire.DROP, wire.reply({"code": "NOT_FOUND"}, 404))
    client.remove_extra_recipient("1")
    script.play(wire.reply({"code": "NOT_FOUND"}, 404))
    with pytest.raises(Permanent):
        client.remove_extra_recipient("1")


def test_recipients_are_listed(client, script):
    rows = [{"id": "1", "email": "e@acme.example", "status": "NOT_CONFIRMED"}]
    script.play({"meta": {"total": 1, "count": 1}, "data": rows})
    (one,) = client.extra_recipients()
    assert (one.id, one.email, one.status) == ("1", "e@acme.example", "NOT_CONFIRMED")
    assert "acme" not in repr(one)


def test_a_new_password_brings_new_tokens_which_are_kept(client, script, holder):
    script.play(PASSWORDS)
    client.change_password("old-Word1", "new-Word2")
    assert sent(script) == ("POST", "/api/v1/expense/me/password", {"oldPassword": "old-Word1", "newPassword": "new-Word2"})
    assert holder.kept == [PASSWORDS]


def test_a_new_password_without_tokens_asks_for_a_sign_in(client, script, wire, holder):
    script.play(wire.reply("", 200))
    with pytest.raises(SignInNeeded, match="was changed"):
        client.change_password("old-Word1", "new-Word2")
    assert holder.forgotten


def test_new_tokens_that_cannot_be_kept_are_told_as_that(client, script, holder, monkeypatch):
    def full(body):
        raise OSError("No space left on device")

    monkeypatch.setattr(holder, "keep", full)
    script.play(PASSWORDS)
    with pytest.raises(SignInNeeded, match="could not be kept"):
        client.change_password("old-Word1", "new-Word2")


def test_a_password_is_sent_once_even_if_no_answer_comes(client, script, wire, holder):
    script.play(wire.DROP)
    with pytest.raises(SignInNeeded, match="may have been changed") as failure:
        client.change_password("old-Word1", "new-Word2")
    assert len(script.requests) == 1
    assert "Word" not in str(failure.value)


EVERY = {"firstName": "Emma", "lastName": "E", "impersonatorType": "PERSON"}
PEOPLE = [{"personId": f"p{n}", "email": f"e{n}@acme.example", **EVERY} for n in range(5)]


def test_a_search_is_paged_to_its_end(client, script):
    script.play(*({"meta": {"total": 5, "count": 2}, "data": PEOPLE[start : start + 2]} for start in (0, 2, 4)))
    found = client.targets("emma e", sort="firstName:desc,lastName:asc")
    assert [one.personId for one in found] == ["p0", "p1", "p2", "p3", "p4"]
    assert [seen.query.get("offset") for seen in script.requests] == [["0"], ["2"], ["4"]]
    assert script.requests[0].query == {
        "searchText": ["emma e"],
        "max": ["100"],
        "offset": ["0"],
        "sort": ["firstName:desc,lastName:asc"],
    }


def test_a_search_without_a_text_has_no_person_in_its_address(client, script):
    script.play({"meta": {"total": 0, "count": 0}, "data": []})
    assert client.targets() == []
    assert script.requests[0].query == {"max": ["100"], "offset": ["0"]}


@pytest.mark.parametrize("total", [4, 5])
@pytest.mark.parametrize("second", [[], PEOPLE[:2]])
def test_a_search_that_stops_before_its_end_is_not_taken_for_whole(client, script, second, total):
    script.play(*({"meta": {"total": total, "count": 2}, "data": data} for data in (PEOPLE[:2], second)))
    with pytest.raises(Transient, match="shorter"):
        client.targets()
    assert len(script.requests) == 2


def test_a_search_without_a_total_ends_where_nothing_more_comes(client, script):
    script.play({"data": PEOPLE[:2]}, {"data": PEOPLE[2:]}, {"data": []})
    assert len(client.targets()) == 5
    script.play(PEOPLE)
    assert len(client.targets()) == 5
    script.play({"data": PEOPLE}, {"data": PEOPLE})
    assert len(client.targets()) == 5


def test_somebody_who_is_there_for_several_organizations_is_there_once(client, script):
    row = PEOPLE[0] | {"impersonatorType": "EMPLOYEE"}
    script.play({"meta": {"total": 3}, "data": [row, row]}, {"meta": {"total": 3}, "data": [row]})
    assert [one.personId for one in client.targets()] == ["p0"]


@pytest.mark.parametrize(("code", "kind"), sorted(refusals.BY_CODE.items()))
@pytest.mark.parametrize(
    "body",
    [
        lambda code: {"errorCode": code, "message": "No to emma@acme.example."},
        lambda code: {"code": code},
        lambda code: {"error": code},
        lambda code: [{"errorCode": code}],
        lambda code: {"status": 400, "error": "Bad Request", "message": code},
        lambda code: {"errors": [{"code": code, "field": "email"}]},
    ],
)
def test_each_code_is_a_type_wherever_it_stands(client, script, wire, code, kind, body):
    script.play(wire.reply(body(code), 400))
    with pytest.raises(kind) as failure:
        client.ask_email_change("emma@acme.example")
    assert type(failure.value) is kind
    assert failure.value.code == code
    assert kind.meaning in str(failure.value)
    assert kind.meaning
    assert "emma" not in str(failure.value) + failure.value.reason


def test_each_of_the_swapped_codes_means_what_either_may(client, script, wire):
    assert refusals.BY_CODE["NO_KNOWN_JSON_PROPERTIES"] is refusals.BY_CODE["INVALID_JSON_BODY"] is refusals.BodyNotTaken


@pytest.mark.parametrize("body", ["", "<html>emma@acme.example</html>", {"errorCode": "Emma is gone"}, {"message": "Emma"}])
def test_another_refusal_says_nothing_of_what_was_sent(client, script, wire, body):
    script.play(wire.reply(body, 400))
    with pytest.raises(Refused) as failure:
        client.update({"firstName": "Emma"})
    assert "emma" not in (str(failure.value) + failure.value.reason + failure.value.code).lower()


@pytest.mark.parametrize(("status", "kind", "said"), [(403, refusals.NotPermitted, "allow"), (404, Permanent, "expense_url")])
def test_what_is_not_allowed_or_not_there_is_said(client, script, wire, status, kind, said):
    script.play(wire.reply({"errorCode": "X"}, status))
    with pytest.raises(kind, match=said):
        client.targets()


def test_a_token_that_is_refused_is_renewed_once(client, script, wire):
    script.play(wire.reply("", 401), EMMA)
    client.me()
    assert [seen.headers["authorization"] for seen in script.requests] == ["Bearer t1", "Bearer t2"]
    script.play(wire.reply("", 401), wire.reply("", 401))
    with pytest.raises(SignInNeeded):
        client.me()
    assert len(script.requests) == 4


def test_a_busy_server_is_waited_for(client, script, wire, waited):
    script.play(wire.reply("", 429, Retry_After="7"), EMMA)
    client.me()
    assert waited == [7.0]
