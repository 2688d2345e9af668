"""What changed, in people's words."""

from dataclasses import replace

import pandas as pd

from roster.plan.wording import Wording
from roster.reports import change_table, tables
from roster.reports.in_words import UNREAD, changes
from tests.unit.roster.reports.conftest import CHANGES, PEOPLE, frame, person

LABELS = {
    "policyID": "Policies",
    "additionalPolicyIDs": "Policies",
    "isTerminated": "Policies",
    "approvalLimit": "Limit",
    "managerEmail": "Approver",
    "firstName": "Name",
    "lastName": "Name",
    "organizationalUnitId": "Unit",
    "dimensionPresets": "Dimensions",
    "active": "Access",
    "bankAccount": "Bank account",
}
NAMES = {"P1": "Main policy", "P2": "Travel", "U1": "Sales", '{"key":"COST","value":"5100"}': "Cost centre 5100"}


def told(report, people, rows, **values):
    one = replace(
        report.destinations[0],
        labels=LABELS,
        id_names=NAMES,
        hundredths=("approvalLimit",),
        only_added=("policyID", "additionalPolicyIDs"),
        leaving=("isTerminated", "active"),
        people=frame(people, PEOPLE),
        changes=frame(rows, CHANGES),
        **values,
    )
    return changes(report, one)


def line(found, *names):
    cells = found[list(names)].astype("object")
    return cells.where(cells.notna(), None).to_numpy().tolist()


def update(number="E1", kinds="policy", outcome="updated", landed="landed", **more):
    return person(number, more.pop("action", "update"), kinds, outcome, landed=landed, **more)


def test_policies_and_units_go_by_name_with_the_id_beside_it_and_what_has_no_name_by_its_id(full_run):
    rows = [
        ["E1", "organizationalUnitId", "unit", "U1", "U9", True, True],
        ["E1", "managerEmail", "manager", "a@x.se", "b@x.se", True, True],
    ]
    found = told(full_run, [update(kinds="manager|unit")], rows)
    assert line(found, "label", "old", "new", "old_id", "new_id", "state") == [
        ["Unit", "Sales", "U9", "U1", None, "landed"],
        ["Approver", "a@x.se", "b@x.se", None, None, "landed"],
    ]


def test_a_list_is_a_list_with_what_came_and_what_went(full_run):
    rows = [
        ["E1", "dimensionPresets", "other", '[{"key":"COST","value":"1"}]', '[{"key":"COST","value":"5100"}]', True, True],
    ]
    assert line(told(full_run, [update()], rows), "old", "new", "added", "removed") == [
        ["COST 1", "Cost centre 5100", "Cost centre 5100", "COST 1"]
    ]


def test_all_that_says_something_of_the_policies_is_one_change(full_run):
    rows = [
        ["E1", "additionalPolicyIDs", "policy", '["P1","P9"]', '["P2"]', True, True],
        ["E1", "isTerminated", "policy", '["P9"]', "true", True, True],
        ["E2", "policyID", "policy", '["P1"]', "P2", True, True],
        ["E3", "policyID", "policy", None, "P2", True, True],
    ]
    found = told(full_run, [update(), update("E2"), update("E3")], rows).sort_values("employee_id")
    assert line(found, "employee_id", "label", "field", "old", "new", "added", "removed") == [
        ["E1", "Policies", "additionalPolicyIDs, isTerminated", "Main policy, P9", "Main policy, Travel", "Travel", "P9"],
        ["E2", "Policies", "policyID", "Main policy", "Main policy, Travel", "Travel", None],
        ["E3", "Policies", "policyID", None, "Travel", None, None],
    ]


def test_whoever_leaves_has_one_line_with_what_they_lose(full_run):
    rows = [["E1", "isTerminated", "other", '["P1","P2"]', "true", True, True], ["E2", "active", "other", "true", "false", True, False]]
    people = [update(kinds="leave", outcome="deactivated", action="deactivate"), person("E2", "hold", "leave", "held")]
    assert line(told(full_run, people, rows), "employee_id", "kind", "label", "old", "new", "old_id", "state") == [
        ["E2", "leave", "Leaves", "Expensify", None, None, "waits"],
        ["E1", "leave", "Leaves", "Main policy, Travel", None, "P1, P2", "landed"],
    ]


def test_who_comes_in_and_who_comes_back_have_a_line_of_their_own(full_run):
    rows = [["E2", "active", "rejoin", "false", "true", True, True], ["E2", "lastName", "other", "Berg", "Lind", True, True]]
    people = [
        update(kinds="join", outcome="created", action="create"),
        update("E2", kinds="rejoin", outcome="reactivated", action="reactivate"),
    ]
    assert line(told(full_run, people, rows), "employee_id", "kind", "label", "old", "new") == [
        ["E1", "join", "Joins", None, None],
        ["E2", "rejoin", "Comes back", None, None],
        ["E2", "other", "Name", "Berg", "Lind"],
    ]


def test_a_name_is_one_change_in_the_part_that_changed(full_run):
    rows = [
        ["E1", "lastName", "other", "Berg", "Lind", True, True],
        ["E2", "firstName", "other", "Ann", "Anna", True, True],
        ["E2", "lastName", "other", "Berg", "Lind", True, True],
    ]
    found = told(full_run, [update(), update("E2")], rows).sort_values("employee_id")
    assert line(found, "employee_id", "label", "old", "new") == [["E1", "Name", "Berg", "Lind"], ["E2", "Name", "Ann Berg", "Anna Lind"]]


def test_an_amount_is_one_and_no_count_of_hundredths(full_run):
    rows = [["E1", "approvalLimit", "limit", "1230000", "50", False, True]]
    assert line(told(full_run, [update()], rows), "old", "new") == [["12,300.00", "0.50"]]


def test_what_no_reading_shows_is_not_shown_as_empty_and_what_is_taken_away_is(full_run):
    rows = [
        ["E1", "approvalLimit", "limit", None, "50", False, True],
        ["E1", "bankAccount", "bank_account", None, '{"bban":"1"}', False, True],
        ["E1", "managerEmail", "manager", None, "b@x.se", True, True],
        ["E1", "organizationalUnitId", "unit", "U1", None, True, True],
    ]
    found = told(full_run, [update()], rows).set_index("label")
    assert found.loc[["Limit", "Bank account"], "old"].tolist() == [UNREAD, UNREAD]
    assert pd.isna(found.loc["Approver", "old"])
    assert found.loc["Unit", "old"] == "Sales"
    assert pd.isna(found.loc["Unit", "new"])


def test_of_an_object_only_what_differs_is_told(full_run):
    rows = [["E1", "bankAccount", "bank_account", '{"bban":"1","bic":"X"}', '{"bban":"2","bic":"X"}', True, True]]
    assert line(told(full_run, [update()], rows), "old", "new") == [["bban 1", "bban 2"]]


def test_true_report_each_change_says_what_became_of_it_and_those_of_somebody_come_first(full_run):
    became = {
        "E1": update(),
        "E2": update("E2", landed="not visible"),
        "E3": update("E3", landed="missing"),
        "E4": update("E4", outcome="refused", landed=None),
        "E5": update("E5", outcome="unknown", landed=None),
        "E6": update("E6", outcome="skipped", landed=None, reason="stale"),
        "E7": person("E7", "hold", "policy", "held"),
    }
    rows = [[number, "role", "role", "user", "admin", True, number != "E7"] for number in became]
    assert line(told(full_run, list(became.values()), rows), "employee_id", "state") == [
        ["E7", "waits"],
        ["E4", "refused"],
        ["E5", "no answer"],
        ["E6", "left for the next run"],
        ["E3", "accepted, not seen"],
        ["E1", "landed"],
        ["E2", "accepted"],
    ]
    planned = told(full_run, [update(outcome=None, landed=None)], rows[:1], stage="planned")
    assert line(planned, "state") == [["planned"]]
    assert line(told(full_run, [update(outcome=None, landed=None)], rows[:1], stage="sent"), "state") == [["sent"]]


def test_a_run_without_changes_has_none(clean_run):
    assert changes(clean_run, clean_run.destinations[0]).empty


def test_a_text_that_looks_like_a_list_and_is_none_is_shown_as_it_is(full_run):
    rows = [["E1", "customField1", "other", "[old", "{new", True, True]]
    assert line(told(full_run, [update()], rows), "label", "old", "new") == [["customField1", "[old", "{new"]]


def test_as_a_table_they_are_in_words_too(full_run):
    one = replace(
        full_run.destinations[0],
        labels=LABELS,
        id_names=NAMES,
        people=frame([update(kinds="unit")], PEOPLE),
        changes=frame([["E1", "organizationalUnitId", "unit", "U1", None, True, True]], CHANGES),
    )
    assert tables.changes(one).rows == [["E1", "Unit", "unit", "Sales", None, "landed"]]


def test_of_a_plan_each_person_has_their_rows_in_the_same_words():
    people = frame(
        [person("E1", "hold", "leave", "held"), person("E2", "hold", "limit", "held"), person("E3", "hold", "join", "held")], PEOPLE
    )
    rows = [
        {"person": "E1", "field": "isTerminated", "kind": "leave", "old": '["P1","P2"]', "new": "true", "visible": True, "apply": False},
        {"person": "E2", "field": "approvalLimit", "kind": "limit", "old": "5000", "new": None, "visible": True, "apply": False},
        {"person": "E3", "field": "policyID", "kind": "join", "old": None, "new": "P1", "visible": True, "apply": False},
    ]
    wording = Wording(labels=LABELS, id_names=NAMES, hundredths=("approvalLimit",), leaving=("isTerminated",))
    found = change_table.by_person("Expensify", wording, people, pd.DataFrame(rows))
    assert [(one["whole"], one["old"], one["old_id"], one["field"]) for one in found["E1"]] == [
        ("Leaves", "Main policy, Travel", "P1, P2", "isTerminated")
    ]
    assert [(one["label"], one["old"], one["new"]) for one in found["E2"]] == [("Limit", "50.00", None)]
    assert [(one["whole"] or one["label"], one["new"], one["new_id"]) for one in found["E3"]] == [
        ("Joins", None, None),
        ("Policies", "Main policy", "P1"),
    ]
    nothing = change_table.by_person("Expensify", Wording(), people.tail(1), pd.DataFrame(rows[:0], columns=list(rows[0])))
    assert [one["whole"] for one in nothing["E3"]] == ["Joins"], "also where no change is kept, whatever the columns hold"
