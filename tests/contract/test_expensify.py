"""The Expensify client against requests and answers as Expensify's manual prints them."""

import json

import pytest

from destinations.expensify.client import PATIENCE, Expensify
from resources.failures import Permanent, Refused, Transient, Unanswered

ANN = {"employeeEmail": "Ann@acme.example", "managerEmail": "boss@acme.example", "employeeID": "0042", "policyID": "P1"}
BO = {"employeeEmail": "bo@acme.example", "managerEmail": "Ann@acme.example", "employeeID": "7", "policyID": "P1", "firstName": "Bo"}

SAMPLE = {
    "responseCode": 200,
    "dry-run": False,
    "updatedEmployeesCount": 3,
    "diff": {
        "diffToAdd": {"0123456789ABCDEF": ["employee1@domain.com", "employee2@domain.com"], "ABCDEF0123456789": ["employee3@domain.com"]},
        "diffToRemove": {"B1C7903C636F4A51": ["terminatedEmployee@domain.com"]},
    },
    "securityGroupEmployeesMap": {"407184": ["employee1@domain.com", "employee2@domain.com"], "830936": ["employee3@domain.com"]},
    "skippedEmployees": [
        {"email": "employee6@domain.com", "reason": "No policy found for 'Marketing'"},
        {"email": "employee7@domain.com", "reason": "Invalid manager email address 'manager@domain '"},
    ],
}


@pytest.fixture
def client(connection, windows, retry):
    with Expensify(connection(), windows, retry) as opened:
        yield opened


def told(answer):
    """Each person's status, and reason where there is one."""
    return {row.key: row.status if isinstance(row.reason, float) else f"{row.status}: {row.reason}" for row in answer.statuses.itertuples()}


def skips(*pairs):
    return {"responseCode": 200, "skippedEmployees": [{"email": email, "reason": reason} for email, reason in pairs]}


# what goes out


def test_the_employee_job_stands_where_the_manual_puts_it(client, script):
    script.play({"responseCode": 200})
    client.update_employees([ANN, BO], dry_run=True)
    seen = script.requests[0]
    assert (seen.method, seen.path, seen.query) == ("POST", "/expensify", {})
    assert seen.headers["content-type"] == "application/x-www-form-urlencoded"
    assert set(seen.form) == {"requestJobDescription", "data"}
    assert seen.job == {
        "type": "update",
        "dry-run": True,
        "credentials": {"partnerUserID": "aa_api_acme", "partnerUserSecret": "s3cret+with&signs%41"},
        "dataSource": "request",
        "inputSettings": {"type": "employees", "entity": "generic"},
        "setEmployeePrimaryPolicy": "none",
        "shouldFixApprovalChains": True,
        "shouldSkipNotificationEmail": False,
    }
    assert json.loads(seen.form["data"]) == [ANN, BO]


def test_plus_ampersand_percent_and_umlauts_arrive_as_they_were(client, script):
    odd = {**ANN, "employeeEmail": "ann+test@acme.example", "firstName": "Åsa & Öl", "customField1": "50% + 1=2", "customField2": "%2B"}
    script.play({"responseCode": 200})
    client.update_employees([odd], dry_run=False)
    assert json.loads(script.requests[0].form["data"]) == [odd]


def test_the_older_root_is_a_setting(connection, windows, retry, script):
    script.play({"responseCode": 200})
    with Expensify(connection(feed_root="Employees"), windows, retry) as client:
        client.update_employees([ANN], dry_run=False)
    assert json.loads(script.requests[0].form["data"]) == {"Employees": [ANN]}


def test_the_summary_goes_to_its_recipients_after_real_requests_only(connection, windows, retry, script):
    script.play({"responseCode": 200}, {"responseCode": 200})
    with Expensify(connection(on_finish_recipients=["a@acme.example", "b@acme.example"]), windows, retry) as client:
        client.update_employees([ANN], dry_run=True)
        client.update_employees([ANN], dry_run=False)
    assert "onFinish" not in script.requests[0].job
    assert script.requests[1].job["onFinish"] == [{"actionName": "email", "recipients": "a@acme.example,b@acme.example"}]


def test_the_options_of_the_job_stand_beside_inputsettings(connection, windows, retry, script):
    options = {"setEmployeePrimaryPolicy": "new_employees", "shouldFixApprovalChains": False, "shouldSkipNotificationEmail": True}
    script.play({"responseCode": 200})
    with Expensify(connection(**options), windows, retry) as client:
        client.update_employees([ANN], dry_run=False)
    assert options.items() <= script.requests[0].job.items()


def test_what_only_some_need_is_sent_only_where_it_is_said_and_beside_inputsettings_too(connection, windows, retry, script):
    options = {"fixFirstLevelManagersOnly": True, "extra": {"newKey": {"on": True}, "another": 7}}
    script.play({"responseCode": 200}, {"responseCode": 200})
    for more in (options, {"fixFirstLevelManagersOnly": False}):
        with Expensify(connection(**more), windows, retry) as client:
            client.update_employees([ANN], dry_run=False)
    job, plain = (seen.job for seen in script.requests)
    assert {"fixFirstLevelManagersOnly": True, "newKey": {"on": True}, "another": 7}.items() <= job.items()
    assert not {"fixFirstLevelManagersOnly", "newKey", "extra"} & {*plain, *plain["inputSettings"], *job["inputSettings"]}


@pytest.mark.parametrize("message", ["Cannot demote the policy owner or the calling account", "Owners stay admins"])
def test_a_role_that_cannot_be_lowered_is_left_out_and_the_rest_sent_once_more(client, script, message):
    skipped = [{"email": ANN["employeeEmail"], "reason": message}]
    script.play({"responseCode": 200, "updatedEmployeesCount": 1, "skippedEmployees": skipped})
    script.play({"responseCode": 200, "updatedEmployeesCount": 1})
    (answer,) = client.deliver([{**ANN, "role": "user"}, {**BO, "role": "user"}])
    assert json.loads(script.requests[1].form["data"]) == [ANN]
    rows = answer.statuses.set_index("key")
    assert rows["status"].eq("accepted").all() and rows.loc[ANN["employeeID"], "reason"] == "owner_or_caller"
    assert (answer.update.updated_count, answer.update.skipped) == (2, [])


def test_a_refusal_that_has_nothing_to_do_with_a_lowered_role_stays_one(client, script):
    script.play({"responseCode": 200, "skippedEmployees": [{"email": ANN["employeeEmail"], "reason": "Policy owners cannot be removed"}]})
    (answer,) = client.deliver([{**ANN, "isTerminated": True, "role": "user"}])
    assert answer.statuses["status"].tolist() == ["refused"] and len(script.requests) == 1


def test_every_attempt_takes_its_turn_in_the_rate_windows(client, script, windows, wire):
    script.play(wire.reply("", 429), {"responseCode": 200}, {"responseCode": 200, "policyList": []})
    client.update_employees([ANN], dry_run=False)
    client.policies()
    assert windows.calls == 3


# what comes back


def test_the_manuals_own_answer_is_read_in_full(client, script, wire):
    script.play(wire.reply(SAMPLE, Content_Type="text/plain;charset=utf-8"))
    answer = client.update_employees([ANN], dry_run=False)
    assert (answer.code, answer.dry_run, answer.updated_count, answer.calls) == (200, False, 3, 1)
    assert answer.diff_to_add == SAMPLE["diff"]["diffToAdd"]
    assert answer.diff_to_remove == SAMPLE["diff"]["diffToRemove"]
    assert answer.groups == SAMPLE["securityGroupEmployeesMap"]
    assert answer.skipped[1] == ("employee7@domain.com", "Invalid manager email address 'manager@domain '")
    assert answer.request_bytes == len(script.requests[0].body)
    assert "@" not in repr(answer)


@pytest.mark.parametrize("code", [200, "200", 200.0, "200.0"])
def test_the_code_may_be_a_number_a_text_or_a_fraction(client, script, code):
    script.play({"responseCode": code, "somethingNew": {"x": 1}})
    answer = client.update_employees([ANN], dry_run=False)
    assert (answer.updated_count, answer.diff_to_add, answer.skipped, answer.groups) == (None, {}, [], {})


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (410, "Required parameter 'policyIDList' is missing"),
        (410, "Argument 'type' is missing or malformed"),
        (410, "Malformed date '16-01-01'. Expected format is yyyy-MM-dd"),
        (500, "Column EmployeeEmail not found in CSV header"),
        (500, ""),
        (666, "This rule already exists"),
    ],
)
@pytest.mark.parametrize("status", [200, 400, 500])
def test_the_bodys_code_decides_whatever_the_http_status(client, script, wire, code, message, status):
    script.play(wire.reply({"responseCode": code, "responseMessage": message}, status))
    with pytest.raises(Refused) as failure:
        client.update_employees([ANN], dry_run=False)
    assert (failure.value.code, failure.value.reason) == (str(code), message)
    assert len(script.requests) == 1, "an answer is not asked for again"


@pytest.mark.parametrize(
    ("code", "message", "check"),
    [
        (403, "No", "the account's rights"),
        (404, "Policy not found", "the policies that the settings and HR's file name"),
        (401, "Authentication error", "the partner credentials"),
        (500, "Not authorized to authenticate as user a@b.example", "the partner credentials"),
    ],
)
def test_wrong_credentials_or_rights_are_permanent_and_refuse_nobody(client, script, code, message, check):
    script.play({"responseCode": code, "responseMessage": message})
    with pytest.raises(Permanent, match=f"Check {check}") as failure:
        client.update_employees([ANN], dry_run=False)
    assert not isinstance(failure.value, Refused)
    assert "a@b" not in str(failure.value)


@pytest.mark.parametrize("how", ["status", "body", "both"])
def test_too_many_requests_are_waited_out_in_either_form(client, script, wire, how, waited):
    body = {"responseCode": 429, "responseMessage": "You have been rate-limited."} if how != "status" else "Too Many Requests"
    script.play(wire.reply(body, 200 if how == "body" else 429), {"responseCode": 200})
    assert client.update_employees([ANN], dry_run=False).calls == 2
    assert len(waited) == 1


@pytest.mark.parametrize("how", ["status", "body"])
def test_too_many_requests_for_too_long_means_nothing_was_done(client, script, wire, how):
    script.play(*[wire.reply({"responseCode": 429}) if how == "body" else wire.reply("", 429)] * 3)
    with pytest.raises(Transient) as failure:
        client.update_employees([ANN], dry_run=False)
    assert not isinstance(failure.value, Unanswered)


def test_our_patience_outlasts_the_longer_window():
    assert sum(PATIENCE.first_wait * 2**attempt for attempt in range(PATIENCE.attempts - 1)) > 60


@pytest.mark.parametrize("body", ["export1234.csv", "<html>sign in</html>", "", "[]", '{"message": "hi"}'])
def test_an_answer_without_a_code_leaves_a_write_unanswered_and_a_read_failed(client, script, body):
    script.play(body, body)
    with pytest.raises(Unanswered):
        client.update_employees([ANN], dry_run=False)
    with pytest.raises(Permanent, match="no responseCode"):
        client.policies()


def test_a_redirect_is_refused_before_the_secret_goes_elsewhere(client, script, wire):
    script.play(wire.reply("", 307, Location="https://elsewhere.example/x"))
    with pytest.raises(Permanent, match="redirects"):
        client.update_employees([ANN], dry_run=False)


# person by person


def test_everyone_who_was_not_skipped_under_200_is_accepted(client, script):
    script.play(skips(("ANN@ACME.EXAMPLE ", "Invalid manager email address 'boss@acme.example'"), ("boss@acme.example", "No such person")))
    (answer,) = client.deliver([ANN, BO])
    assert told(answer) == {"0042": "refused: Invalid manager email address '<address>'", "7": "accepted"}
    assert answer.update.skipped[0][1].endswith("'boss@acme.example'"), "the raw reason is kept"
    assert answer.other_skips == [("boss@acme.example", "No such person")], "who only approves was not sent"
    assert "@" not in repr(answer)
    assert answer.statuses.dtypes.astype(str).tolist() == ["str"] * 3


def test_one_skip_refuses_a_person_with_several_records(client, script):
    script.play(skips(("ann@acme.example", "No policy found for 'P2'")))
    (answer,) = client.deliver([ANN, {**ANN, "policyID": "P2", "isTerminated": True}, BO])
    assert told(answer) == {"0042": "refused: No policy found for 'P2'", "7": "accepted"}


def test_a_reason_that_repeats_a_name_is_masked(client, script):
    script.play(skips(("bo@acme.example", "Bo is on too many policies")))
    (answer,) = client.deliver([ANN, BO])
    assert told(answer)["7"] == "refused: <value> is on too many policies"


def test_a_refused_chunk_is_narrowed_down_and_the_others_land(client, script):
    people = [{**ANN, "employeeID": str(n), "employeeEmail": f"p{n}@acme.example"} for n in range(8)]

    def answer(seen):
        sent = {record["employeeID"] for record in json.loads(seen.form["data"])}
        return {"responseCode": 410, "responseMessage": "employee data malformed"} if "5" in sent else {"responseCode": 200}

    script.answer = answer
    fate = {key: status for given in client.deliver(people) for key, status in told(given).items()}
    assert fate == {str(n): "refused: 410: employee data malformed" if n == 5 else "accepted" for n in range(8)}
    assert len(script.requests) == 6


def test_credentials_that_end_midway_stop_the_delivery_and_refuse_nobody(connection, windows, retry, script):
    script.play({"responseCode": 200}, {"responseCode": 403, "responseMessage": "no"})
    answers = []
    with Expensify(connection(chunk_bytes=1), windows, retry) as client, pytest.raises(Permanent):
        answers.extend(client.deliver([ANN, BO, {**BO, "employeeID": "8"}]))
    assert len(script.requests) == 2


def test_answers_are_given_before_what_follows_fails(connection, windows, retry, script):
    script.play({"responseCode": 200}, {"responseCode": 403, "responseMessage": "no"})
    with Expensify(connection(chunk_bytes=1), windows, retry) as client:
        delivery = client.deliver([ANN, BO])
        assert told(next(delivery)) == {"0042": "accepted"}
        with pytest.raises(Permanent):
            next(delivery)


def test_a_lost_chunk_is_unknown_the_next_goes_ahead_and_the_delivery_fails_in_the_end(connection, windows, retry, script, wire):
    script.play(*[wire.DROP] * 3, {"responseCode": 200})
    fate = {}
    with Expensify(connection(chunk_bytes=1), windows, retry) as client, pytest.raises(Unanswered):
        for answer in client.deliver([ANN, BO]):
            fate |= told(answer)
    assert fate == {"0042": "unknown: no answer came", "7": "accepted"}


def test_with_a_second_lost_chunk_the_destination_counts_as_down(connection, windows, retry, script, wire):
    script.play(*[wire.DROP] * 6)
    with Expensify(connection(chunk_bytes=1), windows, retry) as client:
        delivery = client.deliver([ANN, BO, {**BO, "employeeID": "8"}])
        assert [told(next(delivery)), told(next(delivery))] == [{"0042": "unknown: no answer came"}, {"7": "unknown: no answer came"}]
        with pytest.raises(Unanswered):
            next(delivery)
    assert len(script.requests) == 6


def test_people_whom_nothing_was_sent_about_get_no_answer(connection, windows, retry, script, wire):
    script.play(*[wire.reply("", 429)] * 3, {"responseCode": 200})
    answers = []
    with Expensify(connection(chunk_bytes=1), windows, retry) as client, pytest.raises(Transient):
        for answer in client.deliver([ANN, BO]):
            answers.append(told(answer))  # noqa: PERF401 - the delivery raises
    assert answers == [{"7": "accepted"}]


def test_nothing_to_send_sends_nothing(client, script):
    assert list(client.deliver([])) == []
    assert script.requests == []


# secrets


@pytest.mark.parametrize("outcome", ["lost", "refused", "redirect", "no json"])
def test_the_secret_and_the_people_are_in_no_address_and_no_error(client, script, wire, outcome):
    echo = f"bad {wire.SECRET} ann@acme.example"
    answers = {
        "lost": [wire.DROP] * 3,
        "refused": [{"responseCode": 410, "responseMessage": echo}],
        "redirect": [wire.reply("", 302, Location=f"/y?{wire.SECRET}")],
        "no json": [echo],
    }
    script.play(*answers[outcome])
    with pytest.raises((Transient, Permanent)) as failure:
        client.update_employees([ANN], dry_run=False)
    for text in (str(failure.value), repr(failure.value), repr(client), *(seen.raw_target for seen in script.requests)):
        assert wire.SECRET not in text
        assert "@" not in text
