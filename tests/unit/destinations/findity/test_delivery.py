"""The order in which Findity is sent its people: approvers before those who name them, leavers when nobody does any more."""

import pytest

from destinations.delivery import deliver
from resources.failures import Transient
from tests.unit.destinations.delivering import COMPANY, AtFindity, box, ledger, planned
from tests.unit.roster.frames import Night, roster

__all__ = ["box", "ledger"]  # fixtures


@pytest.fixture
def there(box, ledger):
    made = AtFindity(box, ledger)
    with made.client:
        yield made


def in_order(there, write):
    """Delivers; the people in the order of their answers, one a request."""
    order = []

    def noting(records):
        for answers in there.send(write)(records):
            order.extend(answers["person"])
            yield answers

    deliver(there.ledger, write, noting)
    return order


def test_only_whom_others_name_is_sent_twice(there):
    in_order(there, planned(there))
    sent = sum(call["write"] for call in there.box.calls)
    assert sent == 5, "three people, of whom E1 and E2 approve"
    assert {key: user["approverIds"] for key, user in there.shown().items()} == {"E1": ["E1"], "E2": ["E1"], "E3": ["E2"]}


def test_approver_a_leaver_goes_only_when_nobody_is_left_with_them(there):
    in_order(there, planned(there))
    left = Night(roster(COMPANY[0], {**COMPANY[1], "employment": "left"}, {**COMPANY[2], "manager_id": "E1"}))
    assert in_order(there, planned(there, left, run="run-2", number=2)) == ["E3", "E2"]
    assert (there.shown()["E2"]["active"], there.shown()["E3"]["approverIds"]) == (False, ["E1"])


def test_one_approver_without_an_answer_keeps_only_those_waiting_who_need_them(there):
    there.box.fault(api="findity", job="PUT users", person="E1", status=503, times=None)
    write = planned(there)
    with pytest.raises(Transient):
        in_order(there, write)
    assert {key: user["approverIds"] for key, user in there.shown().items()} == {"E2": [], "E3": ["E2"]}
    there.box.heal()
    in_order(there, write)
    assert {key: user["approverIds"] for key, user in there.shown().items()} == {"E1": ["E1"], "E2": ["E1"], "E3": ["E2"]}
