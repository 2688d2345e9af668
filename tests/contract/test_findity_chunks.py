"""Two nights at Findity with people whom it does not take: who is left out, and how many calls that costs."""

import random

import pytest

from destinations.findity.client import Findity
from destinations.findity.settings import FindityConnection
from destinations.sending import Evidence
from resources.http import Retry
from sandbox.server import Sandbox


@pytest.fixture
def there(monkeypatch):
    monkeypatch.setenv("FINDITY_SECRET", "demo-findity-secret")

    def night(box, people, alone=(), reason="DB_SCHEMA_VIOLATION: firstName: field has too many characters", **settings):
        """Person → status, requests to write, and in which sizes they were accepted."""
        given = {"admin_url": box.findity_url, "token_url": box.findity_token_url, "organization": "acme", "client_id": "demo-client"}
        given |= {"client_secret": {"env": "FINDITY_SECRET"}, **settings}
        since, fate = len(box.calls), {}
        with Findity(FindityConnection.model_validate(given), Retry(attempts=2, first_wait=0.01)) as client:
            for answer in client.deliver(people, dict.fromkeys(alone, reason)):
                fate |= dict(zip(answer.statuses["key"], answer.statuses["status"], strict=True))
        return fate, [call for call in box.calls[since:] if call["job"] == "PUT users"]

    return night


def company(size, wrong, seed=1):
    """So many people, of whom some have a name that is too long; and who these are."""
    at = set(random.Random(seed).sample(range(size), wrong))
    users = [{"externalSourceId": f"E{n}", "lastName": "L", "email": f"p{n}@acme.example", "active": True} for n in range(size)]
    return [{**user, "firstName": "x" * 300 if n in at else "F"} for n, user in enumerate(users)], {f"E{n}" for n in at}


@pytest.mark.parametrize(("named", "most"), [(True, 25 + 4), (False, 260)])
def test_true_report_one_bad_user_fails_the_put_and_exactly_the_bad_are_out_on_both_nights(there, named, most):
    people, bad = company(2_000, 25)
    with Sandbox(switches={"findity_error_person": named}) as box:
        fate, puts = there(box, people)
        assert {person for person, status in fate.items() if status != "accepted"} == bad
        assert {fate[person] for person in bad} == {"refused"}
        assert set(box.state["findity"]["organizations"]["acme"]["users"]) >= set(fate) - bad
        assert len(puts) <= most
        again, puts = there(box, [user for user in people if user["externalSourceId"] in bad], alone=bad)
        assert again == dict.fromkeys(bad, "refused")
        assert len(puts) == len(bad), "each alone, and nobody else"


def test_whom_the_message_quotes_is_out_at_the_cost_of_one_call(script, wire, organization, retry):
    people, bad = company(200, 5)
    wrong = [user["email"] for user in people if user["externalSourceId"] in bad]

    def answer(seen):
        found = [user["email"] for user in seen.json if user["email"] in wrong]
        return wire.reply({"error": {"message": f"'{found[0].upper()}' cannot be used"}}, 400) if found else []

    script.answer = answer
    with Findity(organization(), retry) as client:
        fate = {row.key: row.status for given in client.deliver(people) for row in given.statuses.itertuples()}
    assert {person for person, status in fate.items() if status != "accepted"} == bad
    assert len(script.requests) == 1 + len(bad)


def test_too_large_a_request_makes_every_later_one_of_the_delivery_as_small(script, wire, organization, retry):
    sizes = []

    def answer(seen):
        sizes.append(len(seen.json))
        return wire.reply("", 413) if len(seen.json) > 300 else []

    script.answer = answer
    people, _ = company(3_000, 0)
    with Findity(organization(), retry) as client:
        so_far = Evidence()
        fates = {key for given in client.deliver(people, so_far=so_far, last=False) for key in given.statuses["key"]}
        assert len(fates) == 3_000
        assert sizes == [1_000, 500, *[250] * 12]
        assert {len(given.statuses) for given in client.deliver(people, so_far=so_far)} == {250}, "in its second pass too"


@pytest.mark.parametrize("headers", [{}, {"Retry_After": "3"}])
def test_a_pace_is_learnt_from_a_429_and_kept_for_the_rest_of_the_delivery(script, wire, organization, retry, waited, headers):
    busy = [wire.reply("", 429, **headers)]
    script.answer = lambda seen: busy.pop() if busy else []
    people, _ = company(50, 0)
    with Findity(organization(chunk_size=10), retry) as client:
        statuses = [status for given in client.deliver(people) for status in given.statuses["status"]]
    assert set(statuses) == {"accepted"}
    first, *later = waited
    assert first == 3.0 if headers else 1 <= first <= 2
    assert len(later) == 4, "each of the chunks that follow"
    assert all(0.3 < wait <= 2.5 for wait in later)
