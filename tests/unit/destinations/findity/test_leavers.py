"""Who counts as still there of those whom a plan takes out: whoever a list shows as active in any way, and all where it shows nobody."""

import pandas as pd
import pytest

from destinations.findity import comparison
from destinations.findity.replies import put_together
from destinations.findity.users import user_table
from roster.plan.decision import Plan

PEOPLE = pd.DataFrame({"person": ["E1", "E4"], "employee_id": ["E1", "E4"], "account": ["E1", "E4"]}, dtype="str")
LEAVES = pd.DataFrame({"person": ["E4"], "action": ["deactivate"], "externalSourceId": ["E4"]}, dtype="str").assign(apply=True)
STAYS = {"id": "u1", "externalSourceId": "E1", "personnelNumber": "E1", "active": True}
E4 = {"id": "u4", "externalSourceId": "E4", "personnelNumber": "E4", "active": True}
NOBODY = pd.DataFrame({"employee_id": []}, dtype="str")


def still(*users):
    found = {}
    put_together(found, list(users))
    plan = Plan(people=PEOPLE, changes=pd.DataFrame(), records=LEAVES)
    return comparison.not_as_left(plan, NOBODY, user_table(list(found.values()))).to_numpy().tolist()


@pytest.mark.parametrize(
    "users",
    [
        [STAYS, E4],
        [STAYS, {**E4, "externalSourceId": None}],
        [STAYS, {**E4, "externalSourceId": " "}],
        [STAYS, {**E4, "externalSourceId": "E4 "}],
        [STAYS, {**E4, "externalSourceId": "e4"}],
        [STAYS, E4, {**E4, "active": False}],
        [STAYS, {**E4, "active": "false"}, E4],
        [{name: value for name, value in E4.items() if name != "active"}, {**E4, "active": False}],
        [],
    ],
)
def test_true_report_a_leaver_has_not_landed_while_a_list_may_show_them_as_active(users):
    assert still(*users) == [["E4", "active"]]


@pytest.mark.parametrize(
    "users",
    [
        [STAYS],
        [STAYS, {**E4, "active": False}],
        [STAYS, {**E4, "active": False}, {**E4, "active": "false"}],
        [STAYS, {"id": "u9", "externalSourceId": "X9", "personnelNumber": "E4", "active": True}],
    ],
)
def test_a_leaver_has_landed_where_a_list_of_people_shows_them_inactive_or_not_at_all(users):
    """A number beside another id is another account's."""
    assert still(*users) == []
