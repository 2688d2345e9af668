"""What the job says of a feed that lies elsewhere, and what Expensify's answers then mean."""

import json

import pytest

from destinations.expensify.roads.settings import Delivery
from resources.failures import Permanent, Refused, Transient, Unanswered
from tests.contract.roads.conftest import ANN
from tests.roads import PASSWORD, ROADS, USER

LAID = ("sftp", "download")


def job(client, script, delivery, **changes):
    script.play({"responseCode": 200})
    client(f"{script.url}/expensify", delivery, **changes).update_employees([ANN], dry_run=False)
    return script.requests[0]


def test_a_feed_on_a_server_is_named_as_the_vendors_example_does(client, script, roads):
    seen = job(client, script, roads.settings("sftp"))
    [file] = roads.lying()
    assert set(seen.form) == {"requestJobDescription"}
    assert seen.job["dataSource"] == "sftp"
    assert seen.job["credentials"]["sftp"] == {
        "host": "127.0.0.1",
        "login": USER,
        "password": PASSWORD,
        "port": roads.sftp.port,
        "filename": f"feeds/{file.name}",
    }
    assert json.loads(file.read_bytes()) == [ANN]


def test_a_feed_on_a_web_server_is_named_by_address_user_and_password(client, script, roads):
    seen = job(client, script, roads.settings("download"), feed_root="Employees")
    [file] = roads.lying()
    assert set(seen.form) == {"requestJobDescription"}
    assert seen.job["dataSource"] == "download"
    partner = {"partnerUserID": "aa_demo_partner", "partnerUserSecret": "demo-secret"}
    assert seen.job["credentials"] == {
        **partner,
        "feedUrl": f"{roads.web.url}/{file.name}",
        "feedUser": USER,
        "feedPassword": PASSWORD,
    }
    assert json.loads(file.read_bytes()) == {"Employees": [ANN]}


def test_expensify_may_see_the_server_otherwise_than_we_do(client, script, roads, monkeypatch):
    monkeypatch.setenv("THEIR_PASSWORD", "theirs")
    monkeypatch.setenv("THEIR_PORT", "2222")
    other = {
        "host": "sftp.acme.example",
        "port": {"env": "THEIR_PORT"},
        "login": "expensify",
        "password": {"env": "THEIR_PASSWORD"},
        "folder": "/srv/feeds",
    }
    seen = job(client, script, roads.settings("sftp", seen_by_expensify=other))
    [file] = roads.lying()
    assert seen.job["credentials"]["sftp"] == {
        "host": "sftp.acme.example",
        "login": "expensify",
        "password": "theirs",
        "port": 2222,
        "filename": f"/srv/feeds/{file.name}",
    }


@pytest.mark.parametrize("road", LAID)
def test_names_cannot_be_guessed_and_a_dry_run_and_the_write_have_the_same_bytes(client, script, roads, road):
    script.answer = lambda _: {"responseCode": 200}
    sending = client(f"{script.url}/expensify", roads.settings(road))
    for dry_run in (True, False):
        sending.update_employees([ANN], dry_run=dry_run)
    one, other = roads.lying()
    assert one.read_bytes() == other.read_bytes() == json.dumps([ANN]).encode()
    assert (
        len(one.name.removesuffix(".json").rpartition("abcdef-")[2]) == len(other.name.removesuffix(".json").rpartition("abcdef-")[2]) == 43
    )
    assert one.name != other.name


@pytest.mark.parametrize("road", LAID)
def test_the_reply_alone_takes_no_feed_away(client, script, roads, wire, road):
    script.play({"responseCode": 200}, {"responseCode": 410, "responseMessage": "no"}, *[wire.DROP] * 3)
    sending = client(f"{script.url}/expensify", roads.settings(road))
    sending.update_employees([ANN], dry_run=False)
    with pytest.raises(Refused):
        sending.update_employees([ANN], dry_run=False)
    with pytest.raises(Unanswered):
        sending.update_employees([ANN], dry_run=False)
    assert len(roads.lying()) == 3


def test_a_lost_answer_has_the_same_file_fetched_again(client, script, roads, wire):
    script.play(wire.DROP, {"responseCode": 200})
    client(f"{script.url}/expensify", roads.settings("download")).update_employees([ANN], dry_run=False)
    urls = {seen.job["credentials"]["feedUrl"] for seen in script.requests}
    assert (len(script.requests), len(urls), len(roads.lying())) == (2, 1, 1)


def test_quiet_no_reason_of_expensifys_keeps_a_secret_and_a_secret_like_a_domain_hides_nobody(client, script, roads, monkeypatch):
    roads.sftp.password = "acme.example"
    monkeypatch.setenv("FEED_PASSWORD", "acme.example")
    skipped = [{"email": "ann@acme.example", "reason": "No policy found, with acme.example"}]
    script.play({"responseCode": 200, "skippedEmployees": skipped})
    [answer] = client(f"{script.url}/expensify", roads.settings("sftp")).deliver([ANN])
    assert list(answer.statuses["status"]) == ["refused"]
    assert answer.update.skipped == [("ann@acme.example", "No policy found, with …")]


MESSAGES = (
    (410, "Could not fetch the employee feed by sftp: no such file"),
    (500, "Unable to download file from feedUrl"),
    (401, "SFTP authentication failed"),
    (404, "Failed to retrieve employee data"),
    (500, "Connection to host timed out"),
)


@pytest.mark.parametrize("road", LAID)
@pytest.mark.parametrize(("code", "message"), MESSAGES)
def test_that_expensify_could_not_fetch_is_nobodys_record_and_no_partner_credential(client, script, roads, caplog, road, code, message):
    caplog.set_level("DEBUG")
    script.play({"responseCode": code, "responseMessage": f"{message} {roads.web.url}/x {PASSWORD}"})
    with pytest.raises(Transient) as told:
        client(f"{script.url}/expensify", roads.settings(road)).update_employees([ANN], dry_run=False)
    assert f"could not fetch the feed by {road} ({code}" in str(told.value)
    assert "Nothing was changed." in str(told.value)
    assert not [word for word in ("partner", PASSWORD, "127.0.0.1") if word in str(told.value)]
    assert PASSWORD not in caplog.text, "not for the owner alone either"


@pytest.mark.parametrize(("code", "message"), MESSAGES)
def test_in_the_request_the_same_words_mean_what_they_meant(client, script, code, message, monkeypatch):
    monkeypatch.setenv("EXPENSIFY_SECRET", "demo-secret")
    script.play({"responseCode": code, "responseMessage": message})
    with pytest.raises((Permanent, Refused)):
        client(f"{script.url}/expensify", "request").update_employees([ANN], dry_run=False)


def test_a_record_that_is_blamed_by_name_stays_refused(client, script, roads):
    bo = {**ANN, "employeeEmail": "bo@acme.example", "employeeID": "E2"}
    script.play({"responseCode": 410, "responseMessage": "Could not connect 'bo@acme.example' to a manager"})
    with pytest.raises(Refused) as told:
        client(f"{script.url}/expensify", roads.settings("sftp")).update_employees([ANN, bo], dry_run=False)
    assert told.value.named == {"E2"}


@pytest.mark.parametrize("road", LAID)
def test_two_feeds_that_expensify_could_not_fetch_end_the_delivery(client, script, roads, road):
    script.answer = lambda _: {"responseCode": 410, "responseMessage": "Could not download the feed"}
    people = [{**ANN, "employeeEmail": f"e{number}@acme.example", "employeeID": f"E{number}"} for number in range(9)]
    with pytest.raises(Transient, match="could not fetch"):
        list(client(f"{script.url}/expensify", roads.settings(road), chunk_bytes=1).deliver(people))
    assert len(script.requests) == 2


SETTINGS = (
    ("sftp", "request, or sftp or download"),
    ("mail", "request, or sftp or download"),
    ({"sftp": {"host": "h", "user": "u", "key": {"env": "KEY"}}}, "seen_by_expensify.password"),
    ({"sftp": {"host": "h", "user": "u"}}, "exactly one of key and password"),
    ({"sftp": {"host": "h", "user": "u", "password": "plain"}}, "never written here"),
    ({"download": {"folder": "feeds", "url": "https://f.example", "user": "u", "password": {"env": "P"}}}, "absolute path"),
    (
        {"download": {"folder": "/feeds", "url": "https://f.example", "user": "u", "password": {"env": "P"}, "keep_hours": 0}},
        "greater than 0",
    ),
    ({"dowload": {}}, "Extra inputs"),
)


@pytest.mark.parametrize(("given", "told"), SETTINGS)
def test_settings_that_no_road_can_have_are_refused(given, told):
    with pytest.raises(ValueError, match=told):
        Delivery.model_validate(given)


def test_one_road_is_enough(roads):
    with pytest.raises(ValueError, match="one road is enough"):
        Delivery.model_validate(roads.settings("sftp") | roads.settings("download"))
    assert [Delivery.model_validate(roads.settings(road)) is not None for road in ROADS] == [True] * 3
