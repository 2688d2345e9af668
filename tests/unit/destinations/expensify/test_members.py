"""Taking members out of Expensify's policies: strangers, and leavers by the dialect that deletes members."""

import pytest
from pydantic import ValidationError

from destinations.expensify import owners
from destinations.expensify.members import Members
from destinations.expensify.settings import Expensify
from resources.failures import Failed, Outage, Refused
from resources.http import Retry
from roster.plan.barred import nobody
from roster.plan.limits import Limits
from tests.contract.conftest import FreeWindows
from tests.unit.destinations.expensify.nightly import HOME, OTHER, at_home, company, sandbox
from tests.unit.roster.frames import sent

further = pytest.mark.long(
    held_by="tests/unit/destinations/expensify/test_members.py::test_no_surprise_a_stranger_is_taken_out_only_once_that_is_released_and_by_the_number_that_is_shown"
)

__all__ = ["company", "sandbox"]
BOSS = at_home("E1")
ANN = at_home("E2", manager_id="E1")
REMOVE = {"strangers": "remove"}
DIALECT = {"connection": {"members_api": "policyMembers"}}
DELETE = {**DIALECT, "leaving": {"how": "delete"}}


@pytest.fixture
def begun(company):
    """After a first sync, with a stranger who has a number there."""
    company.box.switch(expensify_legacy_path=True)
    company.begin(BOSS, ANN)
    company.stranger("zoe@elsewhere.example", employeeID="Z9")
    return company


def names(night):
    """Reason → how many accounts of the plan have no employee number and that reason."""
    people = night.drawn.plan.people
    return people.loc[people["employee_id"].isna(), "reason"].value_counts().to_dict()


def there(company, policy=HOME):
    return set(company.box.state["expensify"]["policies"][policy]["members"])


def jobs(company, since=0):
    return [call["job"] for call in company.box.calls[since:] if call["write"]]


@pytest.mark.long(
    held_by="tests/unit/destinations/expensify/test_members.py::test_no_surprise_a_stranger_is_taken_out_only_once_that_is_released_and_by_the_number_that_is_shown"
)
def test_strangers_are_only_told_by_default(begun):
    night = begun.sync(BOSS, ANN)
    assert names(night) == {"not_in_hr": 3}
    assert night.drawn.plan.held_digest() is None


def test_no_surprise_a_stranger_is_taken_out_only_once_that_is_released_and_by_the_number_that_is_shown(begun):
    held = begun.sync(BOSS, ANN, **REMOVE)
    assert names(held) == {"not_in_hr": 2, "stranger": 1}, "the demo's admin and its auditor, who has no number there, are only told"
    assert "zoe@elsewhere.example" in there(begun)
    assert held.report.destinations[0].strangers == 3
    (record,) = sent(held.drawn.plan, applied=False)
    assert (record["employeeID"], record["policyID"], record["isTerminated"]) == ("Z9", HOME, "true")
    done = begun.release(held, BOSS, ANN, **REMOVE)
    assert "zoe@elsewhere.example" not in there(begun)
    assert done.outcome[record["person"]] == ("deactivated", "landed")
    assert "Z9" not in set(begun.ledger.acknowledged.all("expensify")["employee_id"].dropna())
    assert names(begun.sync(BOSS, ANN, **REMOVE)) == {"not_in_hr": 2}


@further
def test_no_surprise_strangers_who_share_a_number_are_only_told(begun):
    """One record with it would make one account of both."""
    begun.stranger("zed@elsewhere.example", employeeID="Z9")
    night = begun.sync(BOSS, ANN, **REMOVE)
    assert (names(night), night.drawn.plan.held_digest()) == ({"not_in_hr": 4}, None)
    held = begun.sync(BOSS, ANN, **REMOVE, **DIALECT)
    assert sorted(record["employeeEmail"].split("@")[0] for record in sent(held.drawn.plan, applied=False)) == ["auditor", "zed", "zoe"]
    begun.release(held, BOSS, ANN, **REMOVE, **DIALECT)
    assert not {"zoe@elsewhere.example", "zed@elsewhere.example"} & there(begun)


@further
@pytest.mark.parametrize("role", ["Admin", None])
def test_no_surprise_an_owner_is_no_stranger_to_be_taken_out_however_their_role_is_shown(begun, role):
    policy = begun.box.state["expensify"]["policies"][HOME]
    owner = {"email": "owner@elsewhere.example", "role": role, "employeeID": "O1", "submitsTo": "owner@elsewhere.example"}
    policy["members"]["owner@elsewhere.example"] = owner
    policy["owner"] = "owner@elsewhere.example"
    assert names(begun.sync(BOSS, ANN, **REMOVE)) == {"not_in_hr": 3, "stranger": 1}


@pytest.mark.long(
    held_by="tests/unit/destinations/expensify/test_members.py::test_no_surprise_a_stranger_is_taken_out_only_once_that_is_released_and_by_the_number_that_is_shown"
)
def test_true_report_a_stranger_who_is_shown_still_is_missing(begun):
    held = begun.sync(BOSS, ANN, **REMOVE)
    begun.box.switch(expensify_lag_reads=1)
    done = begun.release(held, BOSS, ANN, **REMOVE)
    begun.box.switch(expensify_lag_reads=0)
    assert [fate for person, fate in done.outcome.items() if person.startswith("~") and fate[0] == "deactivated"] == [
        ("deactivated", "missing")
    ]


def test_no_surprise_no_limit_lets_strangers_go():
    with pytest.raises(ValidationError, match="only once that is released"):
        Limits.model_validate({"stranger": {"count": 5, "share": 0}})


def test_no_surprise_before_anybody_is_brought_in_nobody_is_taken_for_a_stranger(company):
    company.stranger("zoe@elsewhere.example", employeeID="Z9")
    assert names(company.sync(BOSS, ANN, **REMOVE)) == {"not_in_hr": 3}


@further
@pytest.mark.parametrize("kept", ["approves there", "is to approve", "is an admin"])
def test_approver_a_stranger_who_is_needed_is_only_told(begun, kept):
    annes = {"manager_id": None, "manager_email": "zoe@elsewhere.example"} if kept == "is to approve" else {}
    if kept == "approves there":
        begun.stranger("cleo@elsewhere.example", submitsTo="Zoe@elsewhere.example")
    if kept == "is an admin":
        begun.stranger("zoe@elsewhere.example", employeeID="Z9", role="admin")
    assert "stranger" not in names(begun.sync(BOSS, at_home("E2", **{"manager_id": "E1", **annes}), **REMOVE))


@further
def test_who_has_no_number_there_is_taken_out_by_the_dialect_alone(begun):
    settings = {**REMOVE, **DIALECT}
    held = begun.sync(BOSS, ANN, **settings)
    assert names(held) == {"not_in_hr": 1, "stranger": 2}
    since = len(begun.box.calls)
    done = begun.release(held, BOSS, ANN, **settings)
    assert jobs(begun, since) == ["update employees", "update policyMembers"]
    assert there(begun) == {"e1@acme.example", "e2@acme.example", "expenses-admin@acme.example"}
    assert (done.landed.numbers["accepted"], done.landed.numbers["landed"], done.disagreements) == (2, 2, [])


@further
def test_whoever_leaves_is_deleted_from_every_policy_where_the_settings_say_so(begun):
    both = at_home("E3", manager_id="E1", extra_more=OTHER)
    begun.sync(BOSS, ANN, both, at_home("E4", extra_policy=OTHER, manager_id="E1"))
    since = len(begun.box.calls)
    night = begun.sync(BOSS, ANN, at_home("E4", extra_policy=OTHER, manager_id="E1"), **DELETE)
    assert jobs(begun, since) == ["update policyMembers"] * 2
    assert night.outcome["E3"] == ("deactivated", "landed")
    assert "e3@acme.example" not in there(begun) | there(begun, OTHER)


@pytest.mark.long(
    held_by="tests/unit/destinations/expensify/test_members.py::test_no_surprise_a_stranger_is_taken_out_only_once_that_is_released_and_by_the_number_that_is_shown"
)
def test_rerun_a_delete_of_which_nobody_heard_is_sent_again(begun):
    begun.box.fault(api="expensify", job="update policyMembers", drop=True, applied=True, times=None)
    with pytest.raises(Failed):
        begun.sync(BOSS, **DELETE)
    begun.box.heal()
    assert begun.sync(BOSS, **DELETE).planned.get("E2") is None


@further
def test_true_report_whom_the_dialect_refuses_is_refused_alone(begun, monkeypatch):
    monkeypatch.setattr(owners, "barred", lambda *_: nobody())  # as where nobody knows whose the policy is
    begun.sync(BOSS, ANN, at_home("E3", manager_id="E1"))
    state = begun.box.state["expensify"]["policies"][HOME]
    state["owner"] = "E3@acme.example"
    night = begun.sync(BOSS, **DELETE)
    assert (night.outcome["E2"], night.outcome["E3"][0]) == (("deactivated", "landed"), "refused")


@further
def test_true_report_a_dialect_that_refuses_everybody_alike_refuses_nobody(begun):
    begun.sync(BOSS, ANN, at_home("E3", manager_id="E1"))
    begun.box.fault(api="expensify", job="update policyMembers", code=410, times=None)
    with pytest.raises(Outage, match="nobody counts as refused"):
        begun.sync(BOSS, **DELETE)
    begun.box.heal()
    night = begun.sync(BOSS, **DELETE)
    assert night.outcome["E2"] == night.outcome["E3"] == ("deactivated", "landed")


@pytest.mark.parametrize(
    "wrong", [{"leaving": {"how": "delete"}}, {"scim_managed": True, "strangers": "remove"}, {"scim_managed": True, **DELETE}]
)
def test_settings_that_do_not_go_together_are_refused(wrong):
    connection = {"partner_user_id": "x", "partner_user_secret": {"env": "X"}, **wrong.get("connection", {})}
    with pytest.raises(ValidationError, match=r"members_api: policyMembers|another system"):
        Expensify.model_validate({**wrong, "connection": connection, "feed": {"policyID": "extra_policy"}})


@pytest.fixture
def dialect(company):
    company.box.switch(expensify_legacy_path=True)
    settings = company.adapter(**DIALECT).settings.connection
    with Members(settings, FreeWindows(), Retry(attempts=2, first_wait=0.01)) as members:
        yield members


def test_the_dialect_reads_puts_in_and_deletes(dialect):
    dialect.update(HOME, [{"email": "Ann@acme.example", "role": "auditor"}, {"email": "bob@acme.example"}])
    shown = dialect.get([HOME, OTHER])
    assert (shown[HOME]["Ann@acme.example"], shown[HOME]["bob@acme.example"]) == ("auditor", "user")
    dialect.update(HOME, [{"email": "bob@acme.example", "role": "admin"}])
    assert set(dialect.get([HOME])[HOME]) >= {"Ann@acme.example", "bob@acme.example"}, "an upsert removes nobody"
    dialect.delete(HOME, ["ANN@acme.example"])
    assert "Ann@acme.example" not in dialect.get([HOME])[HOME]


def test_the_dialects_employee_list_has_the_employees_inside_and_one_policy(dialect, company):
    record = {"employeeEmail": "ann@acme.example", "managerEmail": "boss@acme.example", "policyID": HOME, "customField1": "CC1"}
    dialect.update_list(HOME, [record])
    member = company.members()["ann@acme.example"]
    assert (member["submitsTo"], member["customField1"]) == ("boss@acme.example", "CC1")
    dialect.update_list(HOME, [{**record, "isTerminated": True}])
    assert "ann@acme.example" not in company.members()


@pytest.mark.parametrize("missing", ["9999999999999999", ""])
def test_a_policy_of_which_the_dialect_shows_nothing_is_no_empty_policy(dialect, missing):
    with pytest.raises(Failed, match="shows no members of policy"):
        dialect.get([HOME, missing])
    assert dialect.get([]) == {}


def test_quiet_what_the_dialect_refuses_names_nobody(dialect, company):
    with pytest.raises(Refused) as failure:
        dialect.delete(HOME, ["expenses-admin@acme.example"])
    assert "@" not in str(failure.value)
    company.box.switch(expensify_legacy_path=False)
    with pytest.raises(Failed, match="no responseCode"):
        dialect.get([HOME])
