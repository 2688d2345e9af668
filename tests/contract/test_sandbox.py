"""Both clients against the sandbox, which was built from the same documents by other hands."""

import pytest

from destinations.expensify.client import Expensify
from destinations.expensify.settings import LIMITS as EXPENSIFY_LIMITS
from destinations.expensify.settings import ExpensifyConnection
from destinations.findity.client import Findity
from destinations.findity.settings import FindityConnection
from resources.failures import Permanent, Refused, Unanswered
from resources.http import Retry
from resources.rates import ProcessWindows, RateLimit
from sandbox.server import Sandbox

POLICY = "5E00000000000001"
ADMIN = "expenses-admin@acme.example"


@pytest.fixture
def box(monkeypatch):
    monkeypatch.setenv("EXPENSIFY_SECRET", "demo-secret")
    monkeypatch.setenv("FINDITY_SECRET", "demo-findity-secret")
    with Sandbox(switches={"expensify_rate_limits": False}) as running:
        yield running


@pytest.fixture
def expensify(box, windows, retry):
    with Expensify(expensify_settings(box), windows, retry) as client:
        yield client


@pytest.fixture
def findity(box, retry):
    with Findity(findity_settings(box), retry) as client:
        yield client


def expensify_settings(box, **settings):
    secret = {"partner_user_id": "aa_demo_partner", "partner_user_secret": {"env": "EXPENSIFY_SECRET"}}
    return ExpensifyConnection.model_validate({"url": box.expensify_url, **secret, "timeout": 5, **settings})


def findity_settings(box, **settings):
    urls = {"admin_url": box.findity_url, "token_url": box.findity_token_url}
    key = {"organization": "acme", "client_id": "demo-client", "client_secret": {"env": "FINDITY_SECRET"}}
    return FindityConnection.model_validate({**urls, **key, "timeout": 5, **settings})


def employees(count):
    return [
        {"employeeEmail": f"p+{n}@acme.example", "managerEmail": ADMIN, "employeeID": str(n), "policyID": POLICY, "firstName": "Å & %2B"}
        for n in range(count)
    ]


def users(count):
    names = {"firstName": "Åsa", "lastName": "Öl & %2B"}
    return [{"externalSourceId": str(n), "email": f"p+{n}@acme.example", "active": True, **names} for n in range(count)]


def fate(answers):
    return {row.key: row.status for answer in answers for row in answer.statuses.itertuples()}


def members_by_number(client):
    members = client.members([POLICY])
    return dict(zip(members["employeeID"].dropna(), members.loc[members["employeeID"].notna(), "email"], strict=True))


# Expensify


def test_employees_that_were_sent_are_there_afterwards(expensify):
    assert fate(expensify.deliver(employees(3))) == {"0": "accepted", "1": "accepted", "2": "accepted"}
    assert members_by_number(expensify) == {str(n): f"p+{n}@acme.example" for n in range(3)}


def test_a_dry_run_says_what_it_would_do_and_does_nothing(expensify, box):
    (answer,) = expensify.deliver(employees(2), dry_run=True)
    assert answer.update.dry_run
    assert answer.update.diff_to_add == {POLICY: ["p+0@acme.example", "p+1@acme.example"]}
    assert box.writes == 0


@pytest.mark.parametrize("switch", [{"expensify_invalid_record": "skip"}, {"expensify_invalid_record": "reject"}])
@pytest.mark.parametrize("root", ["array", "Employees"])
def test_one_bad_employee_is_refused_and_the_others_land(box, windows, retry, switch, root):
    box.switch(**switch)
    people = employees(5)
    people[3]["managerEmail"] = "manager@domain "
    with Expensify(expensify_settings(box, feed_root=root), windows, retry) as client:
        answers = list(client.deliver(people))
        assert sorted(members_by_number(client)) == ["0", "1", "2", "4"]
    assert fate(answers) == {"0": "accepted", "1": "accepted", "2": "accepted", "3": "refused", "4": "accepted"}
    reasons = [reason for answer in answers for reason in answer.statuses["reason"].dropna()]
    assert len(reasons) == 1
    assert reasons[0].endswith("Invalid manager email address '<address> '")


@pytest.mark.parametrize("form", ["http", "body", "both"])
def test_the_rate_limit_is_noticed_in_every_form(box, windows, form):
    box.switch(expensify_rate_limits=True, expensify_rate_answer=form, rate_scale=0.02)
    with Expensify(expensify_settings(box), windows, Retry(first_wait=0.1)) as client:
        for _ in range(7):
            client.policies()
    assert 429 in [call["code"] for call in box.calls]


def test_our_windows_keep_us_from_ever_meeting_the_rate_limit(box):
    box.switch(expensify_rate_limits=True, rate_scale=0.02)
    limits = [RateLimit(limit.calls, limit.seconds * 0.02) for limit in EXPENSIFY_LIMITS]
    with Expensify(expensify_settings(box), ProcessWindows(limits, margin=0.05), Retry(attempts=1)) as client:
        for _ in range(12):
            client.policies()
    assert {call["code"] for call in box.calls} == {200}


@pytest.mark.parametrize("applied", [False, True])
def test_a_lost_reply_ends_as_if_it_had_not_been_lost(expensify, box, applied):
    box.fault(api="expensify", job="update employees", drop=True, applied=applied)
    assert fate(expensify.deliver(employees(2))) == {"0": "accepted", "1": "accepted"}
    assert sorted(members_by_number(expensify)) == ["0", "1"]


@pytest.mark.parametrize("fault", [{"status": 503}, {"status": 502, "body": "<html>"}, {"drop": True}])
def test_a_destination_that_stays_down_leaves_people_unknown(expensify, box, fault):
    box.fault(api="expensify", job="update employees", times=None, **fault)
    delivery = expensify.deliver(employees(2))
    assert fate([next(delivery)]) == {"0": "unknown", "1": "unknown"}
    with pytest.raises(Unanswered):
        next(delivery)
    assert box.writes == 0


def test_silence_after_applying_is_unknown(box, windows):
    box.fault(api="expensify", job="update employees", stall=True, applied=True)
    with Expensify(expensify_settings(box, timeout=0.2), windows, Retry(attempts=1)) as client:
        delivery = client.deliver(employees(1))
        assert fate([next(delivery)]) == {"0": "unknown"}
        with pytest.raises(Unanswered):
            next(delivery)
        assert sorted(members_by_number(client)) == ["0"]


@pytest.mark.parametrize("code", [401, 403, 410, 500])
def test_a_wrong_secret_stops_at_once_under_whatever_code(expensify, box, monkeypatch, code):
    box.switch(expensify_bad_credentials=code)
    monkeypatch.setenv("EXPENSIFY_SECRET", "wrong")
    with pytest.raises(Permanent, match="Check the partner credentials"):
        list(expensify.deliver(employees(4)))
    assert len(box.calls) == 1


@pytest.mark.parametrize("answer", ["404", "omit"])
def test_an_unknown_policy_is_a_failure_and_not_an_empty_one(expensify, box, answer):
    box.switch(expensify_unknown_policy=answer)
    with pytest.raises(Permanent):
        expensify.members([POLICY, "NOPE"])


def test_answers_without_their_optional_blocks_are_understood(expensify, box):
    box.switch(expensify_blocks="sparse")
    list(expensify.deliver(employees(1)))
    (again,) = expensify.deliver(employees(1))
    assert fate([again]) == {"0": "accepted"}
    assert (again.update.diff_to_add, again.update.diff_to_remove) == ({}, {})


def test_policies_are_listed(expensify):
    policies = expensify.policies()
    assert POLICY in set(policies["id"])
    assert set(policies["role"]) == {"admin"}


# Findity


@pytest.mark.parametrize("answer", ["users", "empty"])
def test_users_that_were_sent_are_there_afterwards_uninvited(findity, box, answer):
    box.switch(findity_put_answer=answer)
    assert fate(findity.deliver(users(3))) == {"0": "accepted", "1": "accepted", "2": "accepted"}
    found = findity.users().set_index("externalSourceId")
    assert found.loc["1", ["email", "firstName", "lastName", "active"]].tolist() == ["p+1@acme.example", "Åsa", "Öl & %2B", True]
    assert box.state["findity"]["mails"] == []


@pytest.mark.parametrize("shape", ["documented", "array", "userList", "meta"])
@pytest.mark.parametrize("unset", ["omit", "null"])
def test_the_list_of_users_is_the_same_in_every_shape(findity, box, shape, unset):
    findity.put_users(users(5))
    box.switch(findity_list=shape, findity_unset=unset)
    assert sorted(findity.users()["externalSourceId"]) == ["0", "1", "2", "3", "4", "consultant-1"]


def test_the_tree_of_units_is_the_same_in_every_shape(findity, box):
    shapes = []
    for shape in ("documented", "nested", "flat", "root"):
        box.switch(findity_units=shape)
        shapes.append(findity.units().sort_values("id", ignore_index=True))
    assert all(shapes[0].equals(shape) for shape in shapes[1:])
    assert len(shapes[0]) == 9
    assert shapes[0]["parentId"].isna().sum() == 1


@pytest.mark.parametrize("refresh", [True, False])
def test_tokens_that_die_midway_are_renewed(findity, box, refresh):
    box.switch(findity_token_calls=2, findity_refresh_token=refresh)
    for _ in range(5):
        findity.users()
    assert {call["code"] for call in box.calls if call["job"] == "POST token"} == {200}


def test_a_refresh_token_that_was_lost_on_the_way_is_not_used_again(findity, box):
    findity.users()
    box.fault(api="findity", job="GET users", status=401)
    box.fault(api="findity", job="POST token", drop=True, applied=True)
    assert len(findity.users()) == 1
    assert [call["code"] for call in box.calls if call["job"] == "POST token"] == [200, "dropped", 200]


@pytest.mark.parametrize(
    "switch",
    [{}, {"findity_put_errors": "item"}, {"findity_error_shape": "list"}, {"findity_error_key": "code"}, {"findity_error_key": "error"}],
)
def test_one_bad_user_is_refused_with_the_code_and_the_others_land(findity, box, switch):
    box.switch(**switch)
    people = users(6)
    people[4]["email"] = "nonsense"
    answers = list(findity.deliver(people))
    assert fate(answers) == {str(n): "refused" if n == 4 else "accepted" for n in range(6)}
    reasons = [reason for answer in answers for reason in answer.statuses["reason"].dropna()]
    assert len(reasons) == 1
    assert "INVALID_EMAIL" in reasons[0]
    assert "nonsense" not in reasons[0]
    assert sorted(findity.users()["externalSourceId"]) == ["0", "1", "2", "3", "5", "consultant-1"]


@pytest.mark.parametrize("applied", [False, True])
def test_a_lost_reply_of_findity_ends_as_if_it_had_not_been_lost(findity, box, applied):
    box.fault(api="findity", job="PUT users", drop=True, applied=applied)
    assert fate(findity.deliver(users(2))) == {"0": "accepted", "1": "accepted"}
    assert len(findity.users()) == 3


def test_retry_after_of_findity_is_honoured(findity, box, waited):
    box.fault(api="findity", job="GET users", status=429, headers={"Retry-After": "3"})
    findity.users()
    assert waited == [3.0]


def test_a_wrong_client_secret_is_permanent(findity, box, monkeypatch):
    monkeypatch.setenv("FINDITY_SECRET", "wrong")
    with pytest.raises(Permanent, match="client_secret"):
        findity.users()
    assert len(box.calls) == 1


def test_an_unknown_organization_is_permanent(box, retry):
    with Findity(findity_settings(box, organization="nope"), retry) as client, pytest.raises(Permanent, match="organization"):
        client.users()


def test_a_whole_batch_that_is_refused_carries_its_code(findity, box):
    with pytest.raises(Refused) as failure:
        findity.put_users([{"externalSourceId": "9"}])
    assert failure.value.code.isupper()
    assert box.writes == 0
