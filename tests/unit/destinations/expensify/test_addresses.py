"""An e-mail change is one update under the same number, and the old address goes on being the same person's."""

import json

import pytest

from tests.unit.destinations.expensify.nights import seeded
from tests.unit.roster.frames import person

further = pytest.mark.long(
    held_by="tests/unit/destinations/expensify/test_addresses.py::test_whoever_gets_their_old_address_back_has_it_as_the_one_of_now"
)

BOSS = person("1", extra_more="P2")


def under(**cells):
    return person("3", manager_id="2", **cells)


@further
@pytest.mark.parametrize("shown", ["hidden", "beside", "instead"])
def test_an_e_mail_change_is_one_update_and_landed_however_the_old_login_is_shown(company, shown):
    acme = company(seeded("P1", "P2"))
    acme.night(BOSS, person("2", extra_more="P2"), under())
    acme.box.switch(expensify_old_login=shown)
    new = person("2", extra_more="P2", email="new@acme.example")
    acme.night(BOSS, new, under())
    assert [row for row in acme.sent() if row[0] == "2"] == [("2", "P1", "update")]
    assert acme.outcomes()["2"] == ("updated", "landed")
    assert acme.outcomes().get("3", ("updated", "landed")) in [("updated", "landed"), ("unchanged", None)]
    acme.night(BOSS, new, under())
    assert acme.drawn.plan.records.empty
    strangers = acme.drawn.plan.people["reason"].eq("not_in_hr").sum()
    assert (strangers, acme.drawn.plan.people["action"].eq("hold").sum()) == (1, 0)  # the owner
    acme.night(BOSS, person("3", manager_id="1"))
    assert (acme.members("P1"), acme.members("P2")) == ({"1", "3"}, {"1"})
    assert (acme.outcomes()["2"], acme.still_in()) == (("deactivated", "landed"), [])
    with acme.ledger as ledger:
        assert ledger.people.addresses("2") >= {"2@acme.example", "new@acme.example"}


@further
def test_an_address_that_somebody_else_has_by_now_is_theirs(company):
    acme = company(seeded("P1", "P2"))
    acme.begin(BOSS, person("2"))
    acme.night(BOSS, person("2", email="new@acme.example"))
    with acme.ledger as ledger:
        fields = ledger.acknowledged.all("expensify").set_index("employee_id")["fields"].map(json.loads)
    assert fields["2"]["former"] == ["2@acme.example"]
    acme.night(BOSS, person("2", email="new@acme.example"), person("4", email="2@acme.example"), send=False)
    joiner = acme.drawn.plan.people.set_index("person").loc["4"]
    assert joiner["account"] != "new@acme.example"


def test_whoever_gets_their_old_address_back_has_it_as_the_one_of_now(company):
    acme = company(seeded("P1", "P2"))
    for address in ("a@acme.example", "b@acme.example", "a@acme.example"):
        acme.night(BOSS, person("2", email=address))
    assert acme.outcomes()["2"] == ("updated", "landed")
    assert "a@acme.example" in acme.box.state["expensify"]["policies"]["P1"]["members"]
    assert acme.night(BOSS, person("2", email="a@acme.example")).sent() == []
