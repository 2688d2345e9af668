"""The Integration Server as Expensify documents it. Tags as in `sandbox`."""

import json

import httpx
import pytest

SE, NO, TRAVEL = "5E00000000000001", "4E00000000000002", "7A00000000000006"


def test_errors_come_under_http_200_with_a_response_code(expensify):  # [O E3]
    reply = expensify.post({"type": "get", "inputSettings": {"type": "policy", "fields": ["employees"]}})
    assert reply.status_code == 200
    assert reply.json() == {"responseCode": 410, "responseMessage": "Required parameter 'policyIDList' is missing"}  # [D E1]


def test_some_json_comes_as_plain_text(expensify):  # [O E3]
    reply = expensify.post({"type": "get", "inputSettings": {"type": "policy", "policyIDList": [SE], "fields": ["employees"]}})
    assert reply.headers["content-type"] == "text/plain;charset=utf-8"
    assert reply.json()["responseCode"] == 200


def test_bad_credentials_are_answered_as_switched(box, expensify):  # [?]
    expensify.credentials = {"partnerUserID": "aa_demo_partner", "partnerUserSecret": "wrong"}
    assert expensify.update({})["responseCode"] == 401
    box.switch(expensify_bad_credentials=500)
    assert expensify.update({})["responseCode"] == 500


def test_fields_in_the_query_string_are_not_read(box):
    job = json.dumps({"type": "get", "inputSettings": {"type": "policyList"}})
    assert httpx.post(box.expensify_url, params={"requestJobDescription": job}).json()["responseCode"] == 410


def test_the_other_path_is_not_there_unless_switched_on(box):  # [S] against [D E1]
    url = box.url + "/Integration-Server/api"
    assert httpx.post(url).status_code == 404
    box.switch(expensify_legacy_path=True)
    assert httpx.post(url).json()["responseCode"] == 410


def test_the_policy_list_names_the_policies_of_the_caller(expensify):  # [D E1]
    listed = expensify.post({"type": "get", "inputSettings": {"type": "policyList", "adminOnly": True}}).json()["policyList"]
    assert {"id": SE, "name": "ACME-SE", "owner": "expenses-admin@acme.example", "role": "admin", "outputCurrency": "SEK"}.items() <= (
        listed[0].items()
    )


def test_members_show_only_the_keys_that_have_a_value(expensify, person):  # [D E1]
    expensify.update(person("E1", customField2="CC-7", role="auditor"))
    assert expensify.members()["e1@acme.example"] == {
        **{"email": "e1@acme.example", "role": "auditor", "submitsTo": "boss@acme.example"},
        **{"employeeID": "E1", "customField1": "E1", "customField2": "CC-7"},
    }
    assert "employeeID" not in expensify.members()["expenses-admin@acme.example"]


@pytest.mark.parametrize("root", ["array", "Employees"])
def test_both_feed_roots_are_read(expensify, person, root):  # [D E1], [S]
    assert expensify.update(person("E1"), root=None if root == "array" else {root: [person("E1")]})["updatedEmployeesCount"] == 1


def test_another_feed_root_is_missing_data(expensify, person):  # [D E1] the code
    assert expensify.update(root={"employees": [person("E1")]})["responseCode"] == 410


@pytest.mark.parametrize("source", ["download", "sftp", None])
def test_a_job_that_names_no_feed_to_fetch_is_refused(expensify, person, source):
    assert expensify.update(person("E1"), dataSource=source)["responseCode"] == 410


def test_a_key_inside_input_settings_is_passed_over_in_silence(box, expensify, person):  # [O E4]
    expensify.update(person("E1"), inputSettings={"type": "employees", "entity": "generic", "dry-run": True})
    assert "e1@acme.example" in expensify.members()


def test_a_dry_run_answers_alike_and_changes_nothing(box, expensify, person):  # [D E1]
    dry = expensify.update(person("E1"), **{"dry-run": True})
    assert "e1@acme.example" not in expensify.members()
    assert box.writes == 0
    real = expensify.update(person("E1"))
    assert dry == real | {"dry-run": True}
    assert box.writes == 1


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"policyID": "Marketing"}, "No policy found for 'Marketing'"),  # [D E1]
        ({"managerEmail": "manager@domain "}, "Invalid manager email address 'manager@domain '"),  # [D E1]
        ({"managerEmail": "boss@acme.example "}, "Invalid manager email address 'boss@acme.example '"),  # [D E1]
        ({"employeeID": ""}, "Required parameter 'employeeID' is missing"),
        ({"approvalLimit": 12300}, "Required parameter 'overLimitApprover' is missing"),
        ({"approvalLimit": "123.00", "overLimitApprover": "cfo@acme.example"}, "Argument 'approvalLimit' is missing or malformed"),
        ({"role": "owner"}, "Invalid role 'owner'"),
        ({"additionalPolicyIDs": "7A00000000000006"}, "Argument 'additionalPolicyIDs' is missing or malformed"),
    ],
)
def test_a_bad_record_is_skipped_under_200_and_the_rest_taken(box, expensify, person, fields, reason):
    answer = expensify.update(person("E1", **fields), person("E2"))
    assert answer["responseCode"] == 200
    assert answer["skippedEmployees"] == [{"email": "e1@acme.example", "reason": reason}]
    assert answer["updatedEmployeesCount"] == 1
    box.switch(expensify_invalid_record="reject")
    assert expensify.update(person("E3"), person("E1", **fields))["responseCode"] == 410
    assert {"e2@acme.example"} == {"e2@acme.example", "e3@acme.example"} & set(expensify.members())


def test_empty_blocks_may_be_left_out(box, expensify, person):  # [I]
    expensify.update(person("E1"))
    box.switch(expensify_blocks="sparse")
    assert expensify.update(person("E1")) == {"responseCode": 200, "dry-run": False, "updatedEmployeesCount": 1}


def test_a_new_address_for_the_same_number_takes_over_the_account(box, expensify, person):  # [D E1]
    expensify.update(person("E1"), person("E2", manager="e1"))
    answer = expensify.update(person("E1", name="married"))
    members = expensify.members()
    assert "e1@acme.example" not in members
    assert members["married@acme.example"]["employeeID"] == "E1"
    assert members["e2@acme.example"]["submitsTo"] == "married@acme.example"
    assert answer["diff"] == {"diffToAdd": {}, "diffToRemove": {}}
    assert box.state["expensify"]["accounts"]["married@acme.example"]["secondary"] == ["e1@acme.example"]


def test_two_accounts_are_merged_when_the_new_address_has_one(box, expensify, person):  # [D E1]
    expensify.update(person("E1"), person("E2", policy=NO))
    expensify.update(person("E1", name="e2"))
    assert "e1@acme.example" in box.state["expensify"]["accounts"]["e2@acme.example"]["secondary"]
    assert "e2@acme.example" in expensify.members(SE)
    assert "e2@acme.example" in expensify.members(NO)


def test_the_old_address_still_means_the_same_person(expensify, person):  # [I]
    expensify.update(person("E1"))
    expensify.update(person("E1", name="married"), person("E2", manager="e1"))
    assert expensify.members()["e2@acme.example"]["submitsTo"] == "married@acme.example"
    assert "e1@acme.example" not in expensify.members()


def test_custom_field_1_is_the_number_unless_another_value_is_passed(box, expensify, person):  # [D E1]
    expensify.update(person("E1", customField1="ZZZ"))
    assert expensify.members()["e1@acme.example"]["customField1"] == "ZZZ"
    expensify.update(person("E1"))
    assert expensify.members()["e1@acme.example"]["customField1"] == "E1"


def test_names_do_not_overwrite_what_the_person_has_set(box, expensify, person):  # [D E1]
    expensify.update(person("E1", firstName="Jon"))
    account = box.state["expensify"]["accounts"]["e1@acme.example"]
    account["named_by_user"] = True
    expensify.update(person("E1", firstName="John"))
    assert account["firstName"] == "Jon"


def test_termination_removes_from_the_policy_of_that_record_only(expensify, person):  # [D E1]
    expensify.update(person("E1", additionalPolicyIDs=[TRAVEL]))
    answer = expensify.update(person("E1", isTerminated=True))
    assert answer["diff"]["diffToRemove"] == {SE: ["e1@acme.example"]}
    assert "e1@acme.example" not in expensify.members(SE)
    assert "e1@acme.example" in expensify.members(TRAVEL)


def test_whoever_is_not_mentioned_stays(expensify, person):  # [D E1]
    expensify.update(person("E1"), person("E2"))
    expensify.update(person("E2"))
    assert "e1@acme.example" in expensify.members()


def test_a_manager_on_leave_is_replaced_by_their_own(expensify, person):  # [D E1], two in a row [I]
    away = {"workerStatus": "On Leave"}
    expensify.update(person("E3", manager="e2"), person("E2", manager="e1", **away), person("E1", manager="boss", **away))
    assert expensify.members()["e3@acme.example"]["submitsTo"] == "boss@acme.example"


def test_on_leave_is_read_exactly(expensify, person):  # [D E1]
    expensify.update(person("E3", manager="e2"), person("E2", manager="boss", workerStatus="on leave"))
    assert expensify.members()["e3@acme.example"]["submitsTo"] == "e2@acme.example"


def test_managers_are_invited_up_the_chain_and_named_as_added(expensify, person):  # [D E1], diff [I]
    answer = expensify.update(person("E3", manager="e2"), person("E2", manager="e1", policy=NO), person("E1", manager="e1", policy=NO))
    assert answer["diff"]["diffToAdd"][SE] == ["e3@acme.example", "e2@acme.example", "e1@acme.example"]
    assert "employeeID" not in expensify.members(SE)["e1@acme.example"]


def test_managers_are_not_invited_where_it_is_their_primary_policy_or_switched_off(expensify, person):  # [D E1]
    assert expensify.update(person("E1"), shouldFixApprovalChains=False)["diff"]["diffToAdd"] == {SE: ["e1@acme.example"]}
    assert "boss@acme.example" not in expensify.members()


@pytest.mark.parametrize(("setting", "primary"), [("none", None), ("new_employees", SE), ("all_employees", NO)])
def test_the_primary_policy_is_set_as_asked(box, expensify, person, setting, primary):  # [D E1]
    expensify.update(person("E1"), setEmployeePrimaryPolicy=setting)
    expensify.update(person("E1", policy=NO), setEmployeePrimaryPolicy="none" if setting == "new_employees" else setting)
    assert box.state["expensify"]["accounts"]["e1@acme.example"]["primaryPolicy"] == primary


def test_domain_groups_are_for_everyone_or_no_one(expensify, person):  # [D E1]
    assert expensify.update(person("E1", domainGroupID="7"), person("E2"))["securityGroupEmployeesMap"] == {}
    both = expensify.update(person("E1", domainGroupID="7"), person("E2", domainGroupID="8"))
    assert both["securityGroupEmployeesMap"] == {"7": ["e1@acme.example"], "8": ["e2@acme.example"]}


def test_unassigned_policies_are_left_if_asked_but_not_where_someone_submits_to_the_person(expensify, person):  # [D E1]
    expensify.update(person("E1", additionalPolicyIDs=[TRAVEL, NO]), person("E2", manager="e1", policy=NO))
    answer = expensify.update(person("E1", shouldRemoveFromUnassignedPolicies=True))
    assert answer["diff"]["diffToRemove"] == {TRAVEL: ["e1@acme.example"]}


@pytest.mark.parametrize(("switch", "skipped"), [("skip", 1), ("ignore", 0)])
def test_the_owner_cannot_be_demoted(box, expensify, person, switch, skipped):  # [D E1], how it is told [?]
    box.switch(expensify_demotion=switch)
    answer = expensify.update(person("E0", name="expenses-admin", role="user"))
    assert len(answer["skippedEmployees"]) == skipped
    assert expensify.members()["expenses-admin@acme.example"]["role"] == "admin"


def test_a_caller_who_is_no_admin_of_the_policy_is_forbidden(box, expensify, person):  # [O E4]
    box.state["expensify"]["policies"][SE]["members"]["expenses-admin@acme.example"]["role"] = "user"
    assert expensify.update(person("E1"))["responseCode"] == 403


@pytest.mark.parametrize(("switch", "status", "code"), [("http", 429, None), ("body", 200, 429), ("both", 429, 429)])
def test_a_sixth_request_in_ten_seconds_is_refused(box, expensify, switch, status, code):  # [D E1], the form [?]
    box.switch(expensify_rate_limits=True, expensify_rate_answer=switch)
    job = {"type": "get", "inputSettings": {"type": "policyList"}}
    assert [expensify.post(job).json()["responseCode"] for _ in range(5)] == [200] * 5
    reply = expensify.post(job)
    assert reply.status_code == status
    assert code is None or reply.json()["responseCode"] == code
    assert box.calls[-1]["code"] == 429


def test_both_rate_windows_hold_at_once_and_slide(monkeypatch):  # [D E1]
    from sandbox import expensify

    now = [0.0]
    monkeypatch.setattr(expensify.time, "monotonic", lambda: now[0])
    windows = expensify.RateWindows()
    admitted = []
    for tick in range(140):
        now[0] = tick / 2
        if windows.admit("partner", scale=1.0):
            admitted.append(now[0])
    assert max(sum(start <= at < start + 10 for at in admitted) for start in admitted) == 5
    assert max(sum(start <= at < start + 60 for at in admitted) for start in admitted) == 20
    assert any(at >= 60 for at in admitted)


@pytest.mark.parametrize(("switch", "code"), [("404", 404), ("omit", 200)])
def test_a_policy_that_is_not_there_is_an_error_or_left_out(box, expensify, switch, code):  # [?]
    box.switch(expensify_unknown_policy=switch)
    settings = {"type": "policy", "policyIDList": [SE, "0000000000000000"], "fields": ["employees"]}
    answer = expensify.post({"type": "get", "inputSettings": settings}).json()
    assert answer["responseCode"] == code
    assert list(answer.get("policyInfo", {})) == ([SE] if code == 200 else [])


def test_the_getter_may_spell_addresses_in_another_case(box, expensify, person):  # [I]
    expensify.update(person("E1", name="Anna.Berg"))
    assert "Anna.Berg@acme.example" in expensify.members()
    box.switch(expensify_email_case="lower")
    assert "anna.berg@acme.example" in expensify.members()


def test_custom_field_1_may_keep_an_earlier_value(box, expensify, person):  # [I]
    box.switch(expensify_refill_custom_field1=False)
    expensify.update(person("E1", customField1="ZZZ"), person("E2"))
    expensify.update(person("E1"))
    assert expensify.members()["e1@acme.example"]["customField1"] == "ZZZ"
    assert expensify.members()["e2@acme.example"]["customField1"] == "E2"


def test_with_first_level_only_a_managers_managers_are_not_invited(expensify, person):  # [2] two clients; not in the reference
    expensify.update(person("B1", policy=TRAVEL, manager="top"), shouldFixApprovalChains=False)
    asked = {"dry-run": True}
    added = expensify.update(person("E1", manager="b1"), fixFirstLevelManagersOnly=True, **asked)["diff"]["diffToAdd"]
    assert added == {SE: ["e1@acme.example", "b1@acme.example"]}
    assert set(expensify.update(person("E1", manager="b1"), **asked)["diff"]["diffToAdd"][SE]) > set(added[SE])


@pytest.mark.parametrize(("clears", "value"), [("null", None), ("empty", ""), ("zero", 0)])
def test_what_takes_a_limit_away_is_a_switch(box, expensify, person, clears, value):  # [?]
    box.switch(expensify_clears=clears)
    expensify.update(person("E1", approvalLimit=500, overLimitApprover="boss@acme.example"))
    above = None if value is None else ""
    answer = expensify.update(person("E1", approvalLimit=value, overLimitApprover=above))
    member = box.state["expensify"]["policies"][SE]["members"]["e1@acme.example"]
    assert answer["skippedEmployees"] == [] and not {"approvalLimit", "overLimitApprover"} & member.keys()
    box.switch(expensify_clears="nothing")
    expensify.update(person("E1", approvalLimit=500, overLimitApprover="boss@acme.example"))
    answer = expensify.update(person("E1", approvalLimit=value, overLimitApprover=above))
    assert (answer["skippedEmployees"] == []) == (value is None), "an empty text is no number, and 0 a limit without somebody above it"
    assert box.state["expensify"]["policies"][SE]["members"]["e1@acme.example"]["approvalLimit"] == 500
