"""Which records go in one call to Expensify, and how large it may be."""

import json

import pytest

from destinations.expensify.client import Expensify
from tests.contract.test_expensify import ANN, BO, told


@pytest.fixture
def client(connection, windows, retry):
    with Expensify(connection(), windows, retry) as opened:
        yield opened


def test_a_chunk_is_as_long_as_its_json_may_be(connection, windows, script):
    people = [{**BO, "employeeID": str(n)} for n in range(10)]
    limit = len(json.dumps(people[:3])) + 10
    with Expensify(connection(chunk_bytes=limit), windows) as client:
        chunks = list(client.chunks(people))
    assert [len(chunk) for chunk in chunks] == [3, 3, 3, 1]
    assert [record for chunk in chunks for record in chunk] == people
    assert all(len(json.dumps(chunk)) <= limit for chunk in chunks)


@pytest.mark.parametrize("name", ['Bo, Jr.: the "third"', "Åsa", "李", "😀", "a\x7fb", "tab\tand\\"])
def test_a_chunk_is_never_longer_than_its_json_may_be_whatever_stands_in_it(connection, windows, name):
    people = [{**BO, "employeeID": str(number), "firstName": name, "additionalPolicyIDs": ["A", "B"], "limit": 7} for number in range(30)]
    limit = len(json.dumps(people[:4])) + 1
    with Expensify(connection(chunk_bytes=limit), windows) as client:
        chunks = list(client.chunks(people))
        assert all(len(client.feed(chunk)) <= limit for chunk in chunks)
    assert [record for chunk in chunks for record in chunk] == people
    assert len(chunks) <= 10


def test_the_records_of_one_person_stay_together(connection, windows):
    records = [ANN, BO, {**ANN, "policyID": "P2"}]
    with Expensify(connection(chunk_bytes=1), windows) as client:
        assert list(client.chunks(records)) == [[ANN, {**ANN, "policyID": "P2"}], [BO]]


def test_a_record_without_a_group_does_not_cost_the_others_theirs(client):
    grouped = {**ANN, "domainGroupID": "9"}
    assert list(client.chunks([BO, grouped])) == [[grouped], [BO]]


def under(manager, number, **more):
    """A record of somebody who has this manager."""
    address = f"p{number}@acme.example"
    return {**BO, "employeeID": number, "employeeEmail": address, "managerEmail": f"P{manager}@acme.example", **more}


AWAY = {"workerStatus": "On Leave"}


def test_a_manager_on_leave_and_all_who_name_them_go_in_one_call_however_long_it_gets(connection, windows, script):
    first, boss, above = under("9", "1"), under("3", "2", **AWAY), under("9", "3", **AWAY)
    second, third, other = under("2", "4"), under("2", "5"), under("6", "6")
    script.answer = lambda _: {"responseCode": 200}
    with Expensify(connection(chunk_bytes=1), windows) as client:
        assert list(client.chunks([second, first, boss, other, above, third])) == [[second, boss, above, third], [first], [other]]
        fate = {key: status for given in client.deliver([second, first, boss, other, above, third]) for key, status in told(given).items()}
    assert fate == dict.fromkeys("123456", "accepted")
    assert len(script.requests) == 3


def test_they_stay_in_one_call_when_a_refused_chunk_is_narrowed_down(client, script):
    boss, team, others = under("9", "1", **AWAY), [under("1", str(n)) for n in range(2, 6)], [under("9", str(n)) for n in range(6, 9)]
    parts = []

    def answer(seen):
        parts.append({record["employeeID"] for record in json.loads(seen.form["data"])})
        return {"responseCode": 410, "responseMessage": "employee data malformed"} if "7" in parts[-1] else {"responseCode": 200}

    script.answer = answer
    fate = {key: status for given in client.deliver([*team, *others, boss]) for key, status in told(given).items()}
    assert {number for number, status in fate.items() if status == "accepted"} == set("1234568")
    assert all(part & set("12345") in (set(), set("12345")) for part in parts)


def test_who_ends_while_their_manager_is_away_and_managers_away_in_a_circle_still_go(client):
    gone, boss = under("1", "2", isTerminated=True), under("3", "1", **AWAY)
    back = under("1", "3", **AWAY)
    assert [len(chunk) for chunk in client.chunks([gone, boss, back])] == [3]
    with_group = {**under("1", "4"), "domainGroupID": "9"}
    assert [len(chunk) for chunk in client.chunks([with_group, under("9", "1", **AWAY)])] == [2]
