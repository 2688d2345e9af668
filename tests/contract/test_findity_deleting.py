"""Users who left long ago are deleted at Findity if the settings say so: each time only once that is released, and never by a list."""

import copy
from datetime import UTC, date, datetime, time

import pytest
import sqlalchemy as sa

from destinations.base import Request
from resources.failures import Failed, Permanent
from resources.ledger import Ledger, tables
from roster.plan.limits import Limits
from sandbox.server import Sandbox
from tests import syncing
from tests.contract.nights_at_findity import Company, employee
from tests.syncing import in_days

further = pytest.mark.long(
    held_by="tests/contract/test_findity_deleting.py::test_a_release_deletes_them_by_their_own_path_and_the_nights_after_have_no_news"
)

BOSS, ANN, BOB = employee("E1"), employee("E2"), employee("E3")
GONE = employee("E2", employment="left", end_date="2026-11-01")
AFTER = {"leaving": {"delete_after_days": 30}}


@pytest.fixture(scope="module")
def box():
    with Sandbox() as running:
        yield running


@pytest.fixture(scope="module")
def left(box, tmp_path_factory):
    """After two nights, in the second of which E2 had left: what the stand-in and the ledger have."""
    folder = tmp_path_factory.mktemp("left")
    with pytest.MonkeyPatch.context() as patch, syncing.fresh(folder) as ledger:
        patch.setenv("FINDITY_SECRET", "demo-findity-secret")
        made = Company(box, ledger, limits=Limits(), **AFTER)
        made.night(BOSS, ANN, BOB, day=in_days(0))
        made.night(BOSS, GONE, BOB, day=in_days(0))
        assert made.users_there["E2"]["active"] is False
    return copy.deepcopy(box.state["findity"]), (folder / "ledger.db").read_bytes()


@pytest.fixture
def company(box, left, tmp_path, monkeypatch):
    monkeypatch.setenv("FINDITY_SECRET", "demo-findity-secret")
    state, stored = left
    (tmp_path / "ledger.db").write_bytes(stored)
    with Ledger.open(str(tmp_path / "ledger.db"), "acme") as ledger:
        made = Company(box, ledger, limits=Limits(), **AFTER)
        made.number, box.box.state["findity"] = 2, copy.deepcopy(state)
        yield made


def released(company, *people, night=None, **how):
    night = night or company.night(*people, day=in_days(30))
    return company.night(
        *people, day=in_days(30), request=Request(release=night.plan.held_digest(), released_by="Kim", reason="by law"), **how
    )


def test_no_surprise_nobody_is_deleted_before_that_long_and_then_only_held(company):
    assert company.night(BOSS, GONE, BOB, day=in_days(29)).planned["E2"] == ("none", "left")
    night = company.night(BOSS, GONE, BOB, day=in_days(30))
    assert night.planned["E2"] == ("hold", "deletion")
    assert night.decided.loc["E2", ["intended", "kinds"]].to_list() == ["delete", "deletion"]
    assert night.detail("E2").startswith(f"inactive since {in_days(0)}: deleting them ends their access")
    assert "expense reports stay" in night.detail("E2")
    assert "E2" in company.users_there


def test_a_release_deletes_them_by_their_own_path_and_the_nights_after_have_no_news(company):
    before = len(company.box.calls)
    night = released(company, BOSS, GONE, BOB)
    assert (night.planned["E2"], night.outcome["E2"]) == (("delete", None), ("deleted", "landed"))
    assert "E2" not in company.users_there
    assert company.box.state["findity"]["deletions"] == [{"organization": "acme", "externalSourceId": "E2"}]
    assert [call["job"] for call in company.box.calls[before:] if call["write"]] == ["DELETE user"]
    assert night.report.destinations[0].outcomes["deleted"] == 1
    assert "deleted" in str(company.why("E2"))
    for people in ([BOSS, GONE, BOB], [BOSS, BOB]):
        quiet = company.night(*people, day=in_days(30))
        assert quiet.planned.get("E2") in (None, ("none", "left"))
        assert not any(call["write"] for call in quiet.calls)
        assert quiet.numbers["missing"] == 0


@further
def test_who_is_absent_as_well(company):
    assert released(company, BOSS, BOB).outcome["E2"] == ("deleted", "landed")


@further
def test_who_comes_back_is_created_anew(company):
    released(company, BOSS, GONE, BOB)
    night = company.night(BOSS, ANN, BOB, day=in_days(30))
    assert (night.planned["E2"], night.outcome["E2"]) == (("create", None), ("created", "landed"))
    assert night.decided.loc["E2", "kinds"] == "join"
    assert company.night(BOSS, GONE, BOB, day=in_days(30)).planned["E2"] == ("deactivate", None)


@further
def test_who_came_back_meanwhile_begins_anew_with_their_next_leaving(company):
    company.night(BOSS, ANN, BOB, day=in_days(0))
    company.night(BOSS, GONE, BOB, day=in_days(0))
    _recorded(company, "E2", in_days(10))
    assert company.night(BOSS, GONE, BOB, day=in_days(30)).planned["E2"] == ("none", "left")
    assert company.night(BOSS, GONE, BOB, day=in_days(40)).planned["E2"] == ("hold", "deletion")


def _recorded(company, number, day):
    """As if Findity had taken it over on that day."""
    with company.ledger.acknowledged._writing() as connection:
        connection.execute(
            sa.update(tables.acknowledged)
            .where(tables.acknowledged.c.employee_id == number)
            .values(recorded_at=datetime.combine(date.fromisoformat(day), time(12), UTC))
        )


@further
def test_no_surprise_whom_somebody_else_made_inactive_is_not_deleted(company):
    company.users_there["E3"]["active"] = False
    gone = employee("E3", employment="left", end_date="2026-11-01")
    night = company.night(BOSS, GONE, gone, day=in_days(30))
    assert (night.planned["E2"][0], night.planned["E3"]) == ("hold", ("none", "left"))


@further
def test_approver_who_approves_for_somebody_active_is_not_deleted(company):
    company.users_there["E3"]["approverIds"] = [company.users_there["E2"]["personId"]]
    company.users_there["E9"] = {
        **company.users_there["E3"],
        "externalSourceId": "E9",
        "email": "e9@x.example",
        "id": "u9",
        "personId": "p9",
    }
    assert company.night(BOSS, GONE, BOB, day=in_days(30), write=False).planned["E2"] == ("none", "left")
    for number in ("E3", "E9"):
        company.users_there[number]["active"] = False
    assert company.night(BOSS, GONE, day=in_days(30), write=False).planned["E2"] == ("hold", "deletion")


def test_approver_without_a_person_id_is_not_deleted(company):
    company.box.switch(findity_person_id=False)
    assert company.night(BOSS, GONE, BOB, day=in_days(30), write=False).planned["E2"] == ("none", "left")
    company.box.switch(findity_person_id=True)


@pytest.mark.parametrize("how", [{"unreadable": True}, {"rejected": ["E2"]}], ids=["anybody's row", "their row"])
def test_no_surprise_a_night_of_doubt_deletes_nobody(company, how):
    assert company.night(BOSS, BOB, day=in_days(30), write=False, **how).planned["E2"][0] in ("none", "skip")


@further
def test_no_surprise_without_the_setting_nobody_is_ever_deleted(company):
    night = company.night(BOSS, GONE, BOB, day=in_days(30), leaving={"delete_after_days": None})
    assert night.planned["E2"] == ("none", "left")


@further
def test_rerun_who_is_gone_already_is_done(company):
    night = company.night(BOSS, GONE, BOB, day=in_days(30))
    company.box.fault(api="findity", job="DELETE user", status=404, code="USER_NOT_FOUND", applied=True)
    assert released(company, BOSS, GONE, BOB, night=night).outcome["E2"] == ("deleted", "landed")
    company.box.heal()


@pytest.mark.long(
    held_by="tests/contract/test_findity_deleting.py::test_a_release_deletes_them_by_their_own_path_and_the_nights_after_have_no_news"
)
def test_true_report_404_of_an_organization_is_not_done(company):
    night = company.night(BOSS, GONE, BOB, day=in_days(30))
    company.box.fault(api="findity", job="DELETE user", status=404, code="ORGANIZATION_NOT_FOUND")
    with pytest.raises(Permanent, match="does not know this organization"):
        released(company, BOSS, GONE, BOB, night=night)
    company.box.heal()
    assert "E2" in company.users_there


@further
@pytest.mark.parametrize("applied", [True, False])
def test_rerun_a_lost_answer_is_unknown_until_it_is_read(company, applied):
    night = company.night(BOSS, GONE, BOB, day=in_days(30))
    company.box.fault(api="findity", job="DELETE user", drop=True, applied=applied, times=None)
    planned = released(company, BOSS, GONE, BOB, night=night, write=False)
    try:
        company.written(planned)
    except Failed as failure:
        assert not isinstance(failure, Permanent)
    answers = company.ledger.deliveries.answers("findity", planned.attempt.run_id).set_index("person")
    assert answers.loc["E2", "status"] in ("unknown", "accepted")
    company.box.heal()
    assert company.written(planned).outcome["E2"] == ("deleted", "landed")


@further
def test_true_report_who_is_refused_stays_and_is_told(company):
    night = company.night(BOSS, GONE, BOB, day=in_days(30))
    company.box.fault(api="findity", job="DELETE user", status=400, code="USER_HAS_REPORTS")
    night = released(company, BOSS, GONE, BOB, night=night)
    company.box.heal()
    assert night.outcome["E2"] == ("refused", None)
    assert night.outcomes.loc["E2", "detail"].startswith("Findity refused: 400")
    assert company.night(BOSS, GONE, BOB, day=in_days(30)).planned["E2"] == ("hold", "deletion")


@further
def test_no_surprise_who_was_woken_since_the_plan_is_not_deleted(company):
    planned = released(company, BOSS, GONE, BOB, write=False)
    company.users_there["E2"]["active"] = True
    assert company.written(planned).outcome["E2"][0] == "refused"
    assert "E2" in company.users_there
    assert not any(call["job"] == "DELETE user" for call in company.box.calls[planned.since :])


@further
def test_no_surprise_an_organization_that_shows_nobody_holds_the_plan_and_deletes_nobody(company):
    many = [employee(f"F{number:02}") for number in range(5)]
    company.night(BOSS, GONE, BOB, *many, day=in_days(0))
    company.users_there.clear()
    night = company.night(BOSS, GONE, BOB, *many, day=in_days(30))
    assert {action for action, _ in night.planned.values()} == {"hold", "none"}
    assert (night.planned["E2"], night.planned["F01"]) == (("none", "left"), ("hold", "limit"))
    assert not any(call["write"] for call in night.calls)


def test_the_sandbox_answers_for_one_user(company):
    with company.adapter().access().open() as client:
        assert client.user("E1")["email"].to_list() == ["E1@acme.example"]
        assert client.user("nobody/here").empty
        answer = client.delete_user("nobody/here")
    assert answer.statuses["status"].to_list() == ["accepted"]
