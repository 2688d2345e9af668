"""Whoever has another number now, while their row cannot be used: their account is nobody else's."""

from sandbox.server import Sandbox
from tests.contract.nights_at_expensify import Company, employee
from tests.syncing import fresh


def test_the_account_of_whoever_is_rejected_under_their_new_number_is_no_strangers(tmp_path, monkeypatch):
    monkeypatch.setenv("EXPENSIFY_SECRET", "demo-secret")
    with Sandbox(switches={"expensify_rate_limits": False}) as box, fresh(tmp_path) as ledger:
        company = Company(box, ledger, {}, connection={"account": "expenses-admin@acme.example"}).start()
        one, two, three = (employee(f"E{number}") for number in (1, 2, 3))
        before = company.sync(one, two, three)
        ledger.acknowledged.renumber({"E2": "E12"})
        night = company.sync(one, three, rejected=["E12"], formerly={"E2": "E12"}, absent_means="leaver", write=False)
        assert night.planned["E12"] == ("skip", "row_rejected")
        people = night.plan.people.set_index("person")
        assert people.loc["E12", "account"] == "e2@acme.example"
        strangers = {person for person, found in before.planned.items() if found[1] == "not_in_hr"}
        assert {person for person, found in night.planned.items() if found[1] == "not_in_hr"} == strangers


def test_who_is_held_under_a_new_number_is_not_told_as_having_left_with_access_and_who_left_is(tmp_path, monkeypatch):
    monkeypatch.setenv("EXPENSIFY_SECRET", "demo-secret")
    with Sandbox(switches={"expensify_rate_limits": False}) as box, fresh(tmp_path) as ledger:
        company = Company(box, ledger, {}, connection={"account": "expenses-admin@acme.example"}).start()
        one, two, three = (employee(f"E{number}") for number in (1, 2, 3))
        company.sync(one, two, three)
        renamed = {**two, "employee_id": "X2"}
        night = company.sync(one, renamed, absent_means="leaver")
        assert night.planned["X2"] == ("hold", "conflict")
        assert night.landed.still_in["employee_id"].tolist() == []
        assert night.planned["E3"][0] == "deactivate"
