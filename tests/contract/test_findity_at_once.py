"""Several calls to Findity on their way at the same time: outcomes are those of one after another, and nobody is in two of them."""

import threading
import time

import pytest

from destinations.findity.client import Findity
from resources.failures import Failed


def people(count):
    return [{"externalSourceId": f"E{n}", "firstName": "F", "email": f"p{n}@acme.example"} for n in range(count)]


class There:
    """A Findity that refuses some, and notes who is in which request and how many requests there are at a time."""

    def __init__(self, wire, bad=(), slow=0.02, broken=None):
        self.wire, self.bad, self.slow, self.broken = wire, set(bad), slow, broken
        self.now, self.most, self.landed, self.twice = [], 0, {}, False
        self.lock = threading.Lock()

    def __call__(self, seen):
        if seen.method != "PUT":
            return []
        sent = {user["externalSourceId"] for user in seen.json}
        with self.lock:
            self.twice = self.twice or any(sent & other for other in self.now)
            self.now.append(sent)
            self.most = max(self.most, len(self.now))
        time.sleep(self.slow)
        with self.lock:
            self.now.remove(sent)
        if self.broken and self.broken in sent:
            return self.wire.reply({"errorCode": "ACCESS_DENIED"}, 403)
        if sent & self.bad:
            return self.wire.reply({"errorCode": "DB_SCHEMA_VIOLATION"}, 400)
        self.landed.update(dict.fromkeys(sent, True))
        return []


@pytest.fixture
def deliver(script, organization, retry):
    def run(there, everyone, at_once, stop_after=None, alone=()):
        script.answer, fate, ended, requests = there, {}, None, []
        with Findity(organization(writes_at_once=at_once, chunk_size=10), retry) as client:
            answers = client.deliver(everyone, dict.fromkeys(alone, ""))
            try:
                for count, answer in enumerate(answers, 1):
                    fate |= {row.key: f"{row.status}: {row.reason}" for row in answer.statuses.itertuples()}
                    requests.append(answer.request)
                    if count == stop_after:
                        answers.close()
            except Failed as failure:
                ended = failure
        return fate, ended, requests

    return run


@pytest.mark.parametrize("bad", [(), ("E3",), ("E0", "E25", "E26", "E99")])
def test_with_four_at_once_everybody_fares_as_with_one(wire, deliver, bad):
    one, four = There(wire, bad, slow=0), There(wire, bad)
    first, second = deliver(one, people(100), 1), deliver(four, people(100), 4)
    assert first[:2] == second[:2]
    assert {person for person, said in first[0].items() if not said.startswith("accepted")} == set(bad)
    assert (one.most, one.landed) == (1, four.landed)
    assert 1 < four.most <= 4
    assert not four.twice, "nobody is in two requests at a time"


def test_rerun_killed_in_the_midst_the_rest_comes_in_with_the_next_delivery(wire, deliver):
    there = There(wire)
    fate, _, _ = deliver(there, people(100), 4, stop_after=3)
    assert len(fate) == 30
    assert there.now == [], "nothing is on its way any more"
    rest = [user for user in people(100) if user["externalSourceId"] not in fate]
    again, ended, _ = deliver(there, rest, 4)
    assert (len(again), ended, len(there.landed)) == (70, None, 100)


def test_true_report_what_was_sent_before_its_turn_is_told_when_nothing_more_is_sent(wire, deliver):
    there = There(wire, broken="E0")
    fate, ended, _ = deliver(there, people(100), 4)
    assert "API connectivity" in str(ended)
    assert set(fate) == set(there.landed), "whoever was taken is told so, and nobody else"
    assert len(fate) < 100


def test_who_failed_alone_before_is_refused_by_what_was_accepted_after_them_and_not_with_them(wire, deliver):
    there = There(wire, bad=["E0"])
    everyone = people(4)
    fate, ended, _ = deliver(there, everyone, 4, alone=["E0"])
    assert fate["E0"] == "refused: DB_SCHEMA_VIOLATION"
    assert ended is None


def test_an_outage_refuses_nobody_with_several_on_their_way_either(wire, deliver):
    there = There(wire, bad=[f"E{n}" for n in range(100)])
    fate, ended, _ = deliver(there, people(100), 4)
    assert "refuses whatever is sent" in str(ended)
    assert not [said for said in fate.values() if said.startswith("refused")]


@pytest.mark.parametrize(("at_once", "most"), [(1, 1), (2, 2), (4, 4)])
def test_pages_are_read_as_many_at_once_as_the_settings_say_and_come_in_their_order(script, organization, retry, at_once, most):
    now, seen_at_once, lock = [0], [0], threading.Lock()

    def answer(seen):
        with lock:
            now[0] += 1
            seen_at_once[0] = max(seen_at_once[0], now[0])
        time.sleep(0.02)
        with lock:
            now[0] -= 1
        start = int(seen.query.get("offset", ["0"])[0])
        return {"meta": {"total": 100}, "data": [{"id": f"u{n}"} for n in range(start, min(100, start + 10))]}

    script.answer = answer
    with Findity(organization(reads_at_once=at_once), retry) as client:
        assert client.users()["id"].tolist() == [f"u{n}" for n in range(100)]
    assert len(script.requests) == 10
    assert 1 <= seen_at_once[0] <= most
    assert len(script.token_requests) == 1


@pytest.mark.parametrize("at_once", [1, 2])
def test_units_are_read_beside_users_with_one_token_and_one_renewal(script, wire, organization, retry, at_once):
    old = {"Bearer token-1"}

    def answer(seen):
        return wire.reply("", 401) if seen.headers["authorization"] in old else []

    script.answer = answer
    with Findity(organization(reads_at_once=at_once), retry) as client:
        users, units = client.everything()
    assert (len(users), len(units)) == (0, 0)
    assert len(script.token_requests) == 2
