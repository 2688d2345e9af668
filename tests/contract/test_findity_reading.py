"""Lists of users that are cut, mixed up or of another shape, over a socket: nobody who is there passes for somebody who is not, and nothing
that is there for nothing."""

import json

import pytest

from destinations.findity.client import Findity
from destinations.findity.structure.answers import approver_table, dimension_table, value_table
from resources.failures import Permanent, Transient
from sandbox.server import Sandbox
from tests import syncing
from tests.contract.nights_at_findity import Company, employee

EVERYONE = [{"id": f"u{n}", "externalSourceId": str(n)} for n in range(5)]
ANN = {"id": "u1", "personId": "p1", "externalSourceId": "0042", "email": "ann@acme.example", "active": True, "approverIds": ["p2"]}


def page(seen, people, size=2):
    """An envelope of so many, as the query asks."""
    start = int(seen.query.get("offset", ["0"])[0])
    return {"meta": {"total": len(people)}, "data": people[start : start + int(seen.query.get("max", [str(size)])[0])]}


@pytest.fixture
def listing(organization, retry):
    opened = []

    def client(**settings):
        opened.append(Findity(organization(**settings), retry))
        return opened[-1].__enter__()

    yield client
    for one in opened:
        one.__exit__()


@pytest.mark.parametrize("at_once", [1, 4])
@pytest.mark.parametrize(
    "body", ["<html>sign in</html>", "{}", "null", '{"errorCode": "INTERNAL"}', '{"data": [{"errorCode": "INTERNAL"}]}']
)
def test_no_surprise_a_page_that_cannot_be_read_is_not_the_end_of_the_list(listing, script, body, at_once):
    script.answer = lambda seen: body if seen.query.get("offset") == ["2"] else page(seen, EVERYONE)
    with pytest.raises(Permanent, match=r"list of users has no known shape"):
        listing(reads_at_once=at_once).users()


@pytest.mark.parametrize("at_once", [1, 4])
def test_no_surprise_who_moves_up_between_two_pages_is_not_lost(listing, script, at_once):
    """Somebody on the first page is taken away: those after them move up, and the second page begins behind one whom nobody has shown."""
    script.answer = lambda seen: page(seen, EVERYONE if not seen.query else EVERYONE[1:])
    with pytest.raises(Transient, match="shorter than it says"):
        listing(reads_at_once=at_once).users()


@pytest.mark.parametrize("at_once", [1, 4])
def test_no_surprise_every_page_is_asked_for_whom_the_settings_ask_for(listing, script, at_once):
    admin = {"id": "a", "externalSourceId": "admin"}
    script.answer = lambda seen: page(seen, [admin, *EVERYONE] if "partnerAdmins" in seen.query else EVERYONE)
    found = listing(reads_at_once=at_once, list_also=["partnerAdmins"]).users()
    assert found["id"].tolist() == ["a", *(one["id"] for one in EVERYONE)]
    assert found["onlyIfAsked"].tolist() == [True, *[False] * 5]


WHOLE = [{"total": 3}, {"total": "3"}, {"meta": {"total": 3.0}}, {"totalCount": "3.0"}, {"hasMore": False, "next": None, "errors": []}]
CUT = [
    {"total": "5"},
    {"total": 5.0},
    {"meta": {"totalCount": 5}},
    {"page": {"totalElements": 5}},
    {"hasMore": True},
    {"meta": {"has_more": "true"}},
    {"links": {"next": "/users/?offset=3"}},
    {"total": 2},
    {"total": "many"},
    {"total": 3, "meta": {"total": 4}},
    {"errors": [{"code": "PARTIAL"}]},
    {"meta": {"failed": 2}},
    {"status": "PARTIAL"},
    {"statusCode": 207},
]


@pytest.mark.parametrize("says", WHOLE)
def test_a_list_that_says_that_it_is_whole_is_read_whatever_the_type_of_its_total(listing, script, says):
    script.answer = lambda seen: {"data": [] if seen.query else EVERYONE[:3], **says}
    assert len(listing().users()) == 3


@pytest.mark.parametrize("again", [[], EVERYONE[:3]])
@pytest.mark.parametrize("says", CUT)
def test_no_surprise_a_list_that_says_that_it_is_not_whole_stops_the_reading(listing, script, says, again):
    script.answer = lambda seen: {"data": again if seen.query else EVERYONE[:3], **says}
    with pytest.raises((Permanent, Transient)):
        listing().users()


@pytest.mark.parametrize("says", [*CUT, None])
def test_no_surprise_so_do_units(listing, script, wire, says):
    script.answer = lambda seen: {"data": EVERYONE[:3], **says} if says else wire.reply(EVERYONE[:3], 206)
    with pytest.raises((Permanent, Transient)):
        listing().units()


@pytest.mark.parametrize("says", CUT)
def test_no_surprise_so_do_dimensions_values_and_approvers(says):
    rows = [{"id": f"v{n}", "externalSourceId": str(n), "dimensionValueId": str(n), "personId": "p"} for n in range(3)]
    for table in (dimension_table, approver_table, lambda body: value_table("COST", body)):
        with pytest.raises(Permanent, match="no known shape"):
            table({"data": rows, **says})


def test_no_surprise_a_status_that_says_in_part_stops_the_reading(listing, script, wire):
    script.play(wire.reply(EVERYONE[:3], 206, Content_Range="items 0-2/5"))
    with pytest.raises(Permanent, match="no known shape"):
        listing().users()


def test_who_is_in_a_list_twice_is_there_once(listing, script):
    script.play([ANN, {**ANN, "email": "ann.y@acme.example"}])
    assert listing().users()["email"].tolist() == ["ann.y@acme.example"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("active", value) for value in ("", "yes", 7, [], {})),
        *(("approverIds", value) for value in ("p2", 7, True, {"p2": 1}, [{"personId": "p2"}], [None])),
        *((field, value) for field in ("bankAccount", "address") for value in ("SE35", "", 7, False, ["x"], [])),
        *(("dimensionPresets", value) for value in ("x", {"CC": "1"}, ["CC"], 7)),
        *((field, value) for field in ("id", "personId", "externalSourceId", "email") for value in (["x"], {"value": "x"}, True)),
    ],
)
def test_no_surprise_what_is_there_and_of_another_type_stops_and_is_named(listing, script, field, value):
    script.play([{**ANN, field: value}])
    with pytest.raises(Permanent, match=rf"list of users \({field}\) has no known shape"):
        listing().users()


def test_what_another_server_may_write_otherwise_is_the_same(listing, script):
    script.play([{**ANN, "active": "False", "externalSourceId": 1042.0, "approverIds": [7], "phone": " ", "email": None}])
    (found,) = listing().users().fillna("-").to_dict("records")
    shown = {name: found[name] for name in ("active", "externalSourceId", "approverIds", "phone", "email")}
    assert shown == {"active": False, "externalSourceId": "1042", "approverIds": '["7"]', "phone": "-", "email": "-"}


def test_half_a_character_stops_nobody(listing, script):
    cut = json.dumps([{**ANN, "firstName": "Ann \U0001f600"}]).replace("\\ude00", "")
    script.play(cut)
    assert listing().users()["firstName"].tolist() == ["Ann \ufffd"]


@pytest.fixture
def company(tmp_path, monkeypatch):
    monkeypatch.setenv("FINDITY_SECRET", "demo-findity-secret")
    with Sandbox() as box, syncing.fresh(tmp_path) as ledger:
        yield Company(box, ledger)


def two_of_e2(company):
    """Somebody has given another user the externalSourceId of E2."""
    second = {**company.users_there["E2"], "id": "u-second", "personId": "p-second", "email": "somebody@acme.example", "firstName": "Other"}
    company.users_there["again"] = second


def test_no_surprise_of_two_users_with_one_id_neither_is_written_and_nobody_else_is_stopped(company):
    company.begin(employee("E1"), employee("E2"), employee("E3"))
    two_of_e2(company)
    night = company.night(employee("E1"), employee("E2", first_name="New"), employee("E3", first_name="New"))
    assert night.planned["E2"] == ("hold", "conflict")
    assert night.outcome["E3"] == ("updated", "landed")
    assert [user["firstName"] for user in company.users_there.values()] == ["FE1", "FE2", "New", "Other"]


def test_no_surprise_of_two_users_with_the_id_of_a_leaver_neither_is_taken_out(company):
    company.begin(employee("E1"), employee("E2"), employee("E3"))
    two_of_e2(company)
    night = company.night(employee("E1"), employee("E3"))
    assert sorted(night.planned.values()) == [("none", None), ("none", None), ("skip", "conflict"), ("skip", "conflict")]
    assert all(user["active"] for user in company.users_there.values())


def test_no_surprise_blanks_around_an_address_there_make_nobody_new(company):
    company.start({"id": "u7", "personId": "p7", "externalSourceId": "by-hand", "email": " E1@acme.example ", "personnelNumber": "E1 "})
    night = company.night(employee("E1"), write=False)
    assert night.decided.loc["E1", "account"] == "by-hand"
