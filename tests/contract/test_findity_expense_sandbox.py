"""The client of Findity's Expense API against the sandbox, which was built from the same page by itself."""

import urllib.request
from dataclasses import replace

import pytest

from destinations.findity.adapter import Adapter
from destinations.findity.expense import refusals, sign_in
from destinations.findity.expense.answers import Image
from destinations.findity.expense.client import Expense, connection_to
from destinations.findity.expense.fields import NotSettled, fields
from destinations.findity.expense.kept import place_of
from destinations.findity.expense.tokens import KeptPerson, SignInNeeded
from destinations.findity.settings import Findity, FindityConnection, FindityExpense
from resources.failures import Permanent
from sandbox.server import Sandbox

RUNA = "runa@bokholt.example"
PASSWORD = "Sandbox-password1"


@pytest.fixture(scope="module")
def running():
    with Sandbox() as box:
        yield box


@pytest.fixture
def box(running, monkeypatch, tmp_path):
    monkeypatch.setenv("ROLLCALL_HOME", str(tmp_path))
    monkeypatch.setenv("FINDITY_SECRET", "demo-findity-secret")
    before = vars(running.box.switches).copy()
    yield running
    running.box.switches = type(running.box.switches)(**before)
    running.box.faults.clear()
    running.state["findity"]["accounts"].clear()


@pytest.fixture
def me(box, retry):
    """Runa, signed in as somebody does it in a browser."""
    connection = FindityConnection.model_validate(
        {"admin_url": box.findity_url, "token_url": box.findity_token_url, "expense_url": box.findity_expense_url, "timeout": 5}
        | {"organization": "acme", "client_id": "demo-client", "client_secret": {"env": "FINDITY_SECRET"}}
    )
    expense = FindityExpense.model_validate({"authorize_url": box.findity_authorize_url, "client_id": "demo-user-client", "scope": "me"})
    with connection_to(connection, retry) as http:
        person = KeptPerson(connection, expense, *place_of(connection, expense), http)
        with sign_in.attempt(expense) as attempt:
            with urllib.request.urlopen(f"{attempt.url}&as={box.state['findity']['persons'][RUNA]}") as page:
                assert b"close this window" in page.read()
            attempt.finish(connection, expense, http, person, patience=5)
        yield Expense(connection, person, http)


def code(box):
    return box.state["findity"]["codes"][-1]["code"]


def test_the_profile_is_read_and_changed(box, me):
    me.update({"IBAN": "SE3550000000054910000003", "address": {"street1": "Sveavägen 10", "city": "Stockholm"}})
    me.update({"address": {"city": "Uppsala"}})
    shown = me.me(["preferences", "extraRecipients", "meta.capabilities", "temporaryApprovers"])
    assert shown.id == box.state["findity"]["persons"][RUNA]
    assert shown.profile["IBAN"] == "SE3550000000054910000003"
    assert shown.profile["address"] == {"street1": "Sveavägen 10", "city": "Uppsala"}
    assert (shown.capabilities.canImpersonate, shown.extraRecipients, shown.temporaryApprovers) == (True, [], [])
    assert me.me().capabilities.canImpersonate is None


@pytest.mark.parametrize("swapped", [True, False])
def test_a_body_that_is_not_taken_is_so_whichever_of_the_two_codes_it_has(box, me, swapped):
    box.switch(findity_swapped_codes=swapped)
    with pytest.raises(refusals.BodyNotTaken):
        me._call("PUT", "/me", "try", body={"id": "1"})
    with pytest.raises(refusals.BodyNotTaken):
        me._call("PUT", "/me", "try", body=[])


def test_support_is_let_in_and_out(box, me):
    account = box.state["findity"]["persons"][RUNA]
    for allowed in (True, False):
        me.allow_support(allowed)
        assert box.state["findity"]["accounts"][account]["supportAccess"] is allowed


@pytest.mark.parametrize("shape", ["list", "map"])
@pytest.mark.parametrize("answer", ["body", "empty"])
def test_settings_are_set_whatever_they_change_and_whatever_is_answered(box, me, shape, answer):
    box.switch(findity_fields=shape, findity_me_answer=answer)
    wanted = {"formattingRegion": "en_US", "language": "nb_NO", "appTheme": "DARK", "appPrompts": "never"}
    stands = fields(me.change_settings(wanted))
    assert {name: stands[name]["value"] for name in wanted} == wanted
    assert {name: fields(me.settings())[name]["value"] for name in wanted} == wanted


def test_a_setting_that_is_read_only_is_told(me):
    with pytest.raises(NotSettled, match="email"):
        me.change_settings({"email": "other@acme.example"})


def test_counters_and_none(box, me):
    (row,) = me.counters()
    assert (row.organizationId, row.expenses) == (box.state["findity"]["organizations"]["acme"]["id"], 0)
    user = box.state["findity"]["organizations"]["acme"]["users"]["consultant-1"]
    user["active"] = False
    with pytest.raises(refusals.NoOrganization):
        me.counters()
    user["active"] = True


def test_a_picture_comes_back_as_it_went(me):
    assert me.image() is None
    me.set_image(Image(b"\xff\xd8\xff", "image/jpeg"))
    assert me.image() == Image(b"\xff\xd8\xff", "image/jpeg")
    me.remove_image()
    assert me.image() is None


@pytest.mark.parametrize("answer", ["body", "empty"])
def test_address_and_number_change_by_codes(box, me, answer):
    box.switch(findity_me_answer=answer)
    me.ask_email_change("runa@new.example")
    with pytest.raises(refusals.CodeWrong):
        me.verify_email("no")
    me.verify_email(code(box))
    me.ask_phone_change("+46701740605")
    me.verify_phone(code(box))
    shown = me.me()
    assert (shown.email, shown.mobilePhone) == ("runa@new.example", "+46701740605")
    me.remove_phone()
    assert me.me().mobilePhone is None


@pytest.mark.parametrize(
    ("ask", "kind"),
    [
        (lambda me: me.ask_email_change(" "), refusals.EmailMissing),
        (lambda me: me.ask_email_change("none"), refusals.EmailInvalid),
        (lambda me: me.ask_phone_change("070"), refusals.PhoneInvalid),
        (lambda me: me.change_password("Other-word1", "New-password2"), refusals.PasswordWrong),
        (lambda me: me.change_password(PASSWORD, "simple"), refusals.PasswordTooSimple),
    ],
)
def test_what_cannot_be_is_refused_by_type_and_leaves_the_sign_in_good(me, ask, kind):
    with pytest.raises(kind):
        ask(me)
    assert me.me().email == RUNA


def test_what_is_somebody_elses_and_a_code_that_is_late(box, me):
    users = box.state["findity"]["organizations"]["acme"]["users"]
    users["E9"] = users["consultant-1"] | {"personId": "p9", "email": "emma@acme.example", "phone": "+46701740609"}
    with pytest.raises(refusals.EmailTaken):
        me.ask_email_change("emma@acme.example")
    with pytest.raises(refusals.PhoneTaken):
        me.ask_phone_change("+46701740609")
    del users["E9"]
    box.switch(findity_code_seconds=0)
    me.ask_email_change("runa@new.example")
    with pytest.raises(refusals.CodeExpired):
        me.verify_email(code(box))


def test_after_a_new_password_the_new_tokens_are_used(me):
    me.change_password(PASSWORD, "New-password2")
    assert me.me().email == RUNA
    me._person.renew(me._person.access())
    assert me.me().email == RUNA


def test_a_password_whose_answer_is_lost_asks_for_a_sign_in(box, me):
    box.fault(api="findity", job="POST me password", drop=True, applied=True)
    with pytest.raises(SignInNeeded):
        me.change_password(PASSWORD, "New-password2")
    for _ in range(2):
        with pytest.raises(SignInNeeded):
            me.me()


@pytest.mark.parametrize("shape", ["meta", "array"])
def test_recipients_are_added_confirmed_and_taken_away(box, me, shape):
    box.switch(findity_recipients=shape)
    me.add_extra_recipient("team@acme.example")
    assert [one.status for one in me.extra_recipients()] == ["NOT_CONFIRMED"]
    me.verify_extra_recipient(code(box))
    (one,) = me.extra_recipients()
    assert one.status == "CONFIRMED"
    me.remove_extra_recipient(one.id)
    assert me.extra_recipients() == []


def test_everyone_is_found_however_short_the_pages(box, me):
    users = box.state["findity"]["organizations"]["acme"]["users"]
    more = {f"E{n}": users["consultant-1"] | {"personId": f"p{n}", "email": f"e{n}@acme.example"} for n in range(6)}
    users.update(more)
    box.switch(findity_search_page=3)
    assert len(me.targets()) == 7
    assert [one.email for one in me.targets("e4@")] == ["e4@acme.example"]
    for number in more:
        del users[number]


def test_who_may_not_act_for_others_is_told_so(box, me):
    box.state["findity"]["accounts"][me.me().id]["capabilities"]["canImpersonate"] = False
    with pytest.raises(refusals.NotPermitted):
        me.targets()


def test_a_token_that_dies_in_between_is_renewed(box, me):
    box.switch(findity_token_calls=2)
    assert {me.me().email for _ in range(7)} == {RUNA}
    tokens = [call for call in box.calls if call["job"] == "POST token"]
    assert len(tokens) >= 3


def test_a_refresh_whose_answer_is_lost_asks_for_a_sign_in_and_ends_there(box, me):
    box.state["findity"]["sign_ins"]["tokens"].clear()
    box.fault(api="findity", job="POST token", drop=True, applied=True)
    before = len(box.calls)
    with pytest.raises(Exception, match="did not answer"):
        me.me()
    for _ in range(3):
        with pytest.raises(SignInNeeded, match="works only once"):
            me.me()
    assert [call["job"] for call in box.calls[before:]].count("POST token") == 1


# --- personIds that the list of users does not show


@pytest.fixture
def users(box, me, retry):
    """Reads the list as a sync does, Runa being signed in."""

    def read(**expense):
        me_settings, given = me._person._expense, {"person_ids": True, **expense}
        connection = FindityConnection.model_validate(
            {"admin_url": box.findity_url, "token_url": box.findity_token_url, "expense_url": box.findity_expense_url, "timeout": 5}
            | {"organization": "acme", "client_id": "demo-client", "client_secret": {"env": "FINDITY_SECRET"}}
        )
        settings = Findity.model_validate({"connection": connection.model_dump(), "users": {}, "expense": me_settings.model_dump() | given})
        access = Adapter(settings).access()
        with replace(access, retry=retry).open() as client:
            return client.users()

    return read


def asked(box):
    return [call["job"] for call in box.calls if call["job"] in ("GET me", "GET impersonation")]


def test_a_list_without_person_ids_is_completed_by_a_search_that_names_nobody(box, users):
    box.switch(findity_person_id=False)
    before = len(asked(box))
    assert users()["personId"].tolist() == [box.state["findity"]["persons"][RUNA]]
    assert asked(box)[before:] == ["GET me", "GET impersonation"]
    assert users(person_ids=False)["personId"].isna().all()
    assert len(asked(box)) == before + 2


def test_a_list_that_shows_them_asks_nothing(box, users):
    before = len(asked(box))
    assert users()["personId"].notna().all()
    assert len(asked(box)) == before


def test_without_the_right_or_a_sign_in_the_sync_stops_and_says_so(box, me, users):
    box.switch(findity_person_id=False)
    box.state["findity"]["accounts"][me.me().id]["capabilities"]["canImpersonate"] = False
    with pytest.raises(Permanent, match="may not act for others"):
        users()
    me._person.forget()
    with pytest.raises(SignInNeeded):
        users()
