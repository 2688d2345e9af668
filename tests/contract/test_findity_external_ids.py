"""People at Findity whose ids are not HR's numbers: under which they come in, and by which they are addressed ever after."""

import pytest
from pydantic import ValidationError

from destinations.findity.settings import FindityUsers
from sandbox.server import Sandbox
from tests import syncing
from tests.contract.nights_at_findity import Company, employee

RULE = {"externalSourceId": {"template": "{company_code}-{extra_more}"}}


@pytest.fixture(scope="module")
def box():
    with Sandbox() as running:
        yield running


@pytest.fixture
def acme(box, tmp_path, monkeypatch):
    monkeypatch.setenv("FINDITY_SECRET", "demo-findity-secret")
    with syncing.fresh(tmp_path) as ledger:
        yield Company(box, ledger, RULE, limits=syncing.UNLIMITED)


def someone(number, key=None, **cells):
    return employee(number, company_code="SE", extra_more=key or number[1:], **cells)


def user(key, address, **fields):
    return {"externalSourceId": key, "id": f"i{key}", "personId": f"p{key}", "email": address, "firstName": "F", "lastName": "L", **fields}


def test_somebody_comes_in_under_the_id_of_the_rule_and_is_addressed_by_it_ever_after(acme):
    assert acme.night(someone("E1"), someone("E2")).outcome == {"E1": ("created", "landed"), "E2": ("created", "landed")}
    assert sorted(acme.users_there) == ["SE-1", "SE-2"]
    assert "PUT users" not in acme.night(someone("E1"), someone("E2")).jobs
    # What the rule reads may change: whoever is there keeps the id that they have.
    assert acme.night(someone("E1"), someone("E2", "77", last_name="New")).outcome["E2"] == ("updated", "landed")
    assert acme.users_there["SE-2"]["lastName"] == "New"
    assert acme.night(someone("E1")).outcome["E2"] == ("deactivated", "landed")
    assert acme.users_there["SE-2"]["active"] is False
    assert acme.night(someone("E1"), someone("E2", "78")).outcome["E2"] == ("reactivated", "landed")
    assert sorted(acme.users_there) == ["SE-1", "SE-2"]


@pytest.mark.long(
    held_by="tests/contract/test_findity_external_ids.py::test_somebody_comes_in_under_the_id_of_the_rule_and_is_addressed_by_it_ever_after"
)
def test_whoever_is_there_already_keeps_their_id_and_approves_by_it(acme):
    acme.start(user("HRIS-1", "E1@acme.example", approverIds=["pHRIS-1"]), user("SE-2", "E2@acme.example"))
    night = acme.night(someone("E1"), someone("E2"), someone("E3"))
    assert {number: outcome for number, (outcome, _) in night.outcome.items()} == {"E1": "updated", "E2": "updated", "E3": "created"}
    assert sorted(acme.users_there) == ["HRIS-1", "SE-2", "SE-3"]
    assert acme.users_there["SE-3"]["approverIds"] == ["pHRIS-1"]


def test_no_surprise_an_id_that_looks_like_somebodys_employee_number_is_not_theirs(acme):
    acme.start(user("E2", "stranger@other.example"))
    night = acme.night(someone("E1"), someone("E2"))
    assert night.outcome["E2"] == ("created", "landed")
    assert acme.users_there["E2"]["email"] == "stranger@other.example"


@pytest.mark.long(
    held_by="tests/contract/test_findity_external_ids.py::test_somebody_comes_in_under_the_id_of_the_rule_and_is_addressed_by_it_ever_after"
)
@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([someone("E2", "9"), someone("E3", "9")], "external_id_taken"),
        ([someone("E2", "9"), employee("E3", company_code="se", extra_more="9")], "external_id_taken"),
        ([someone("E2", "1"), someone("E3", "1")], "external_id_taken"),
        ([employee("E2", company_code="SE"), employee("E3")], "external_id_missing"),
        ([someone("E2", "x@y"), someone("E3", "z@y")], "external_id_is_address"),
    ],
    ids=["two newcomers", "in another case", "somebody's who is there", "none", "an address"],
)
def test_no_surprise_two_people_never_share_an_id(acme, rows, reason):
    acme.night(someone("E1"))
    before = dict(acme.users_there)
    night = acme.night(someone("E1"), *rows)
    assert {night.planned[number] for number in ("E2", "E3")} == {("skip", reason)}
    assert acme.users_there == before
    assert night.report.destinations


@pytest.mark.long(
    held_by="tests/contract/test_findity_external_ids.py::test_no_surprise_an_id_that_looks_like_somebodys_employee_number_is_not_theirs"
)
def test_no_surprise_the_id_of_somebody_whom_the_ledger_knows_is_nobody_elses_even_if_they_vanished(acme):
    acme.night(someone("E1"), someone("E2"))
    acme.users_there.pop("SE-2")
    night = acme.night(someone("E1"), someone("E2", "5"), someone("E3", "2"))
    assert night.planned["E3"] == ("skip", "external_id_taken")
    assert sorted(acme.users_there) == ["SE-1", "SE-2"]


def test_a_strangers_id_that_the_rule_gives_to_somebody_with_another_address_is_a_conflict(acme):
    acme.start(user("SE-2", "stranger@other.example"))
    night = acme.night(someone("E1"), someone("E2"))
    assert night.planned["E2"][0] == "hold"
    assert acme.users_there["SE-2"]["email"] == "stranger@other.example"


def test_true_report_a_refusal_is_told_by_the_employee_number(acme):
    night = acme.night(someone("E1"), someone("E2", phone="no number"), users={"phone": "phone"})
    assert night.outcome["E2"][0] == "refused"
    assert night.outcome["E1"][0] == "created"


@pytest.mark.parametrize("rule", ["email", {"template": "{first_name}.{last_name}"}, {"constant": "one"}])
def test_quiet_an_id_that_names_somebody_or_everybody_is_refused(rule):
    with pytest.raises(ValidationError, match="external id"):
        FindityUsers(externalSourceId=rule)
