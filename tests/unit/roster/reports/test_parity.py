"""Two destinations beside each other: what differs, what explains it, and what is not known."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pandas as pd
import pytest

from roster.people.matching import ACCOUNT_COLUMNS
from roster.plan.in_common import InCommon, in_common
from roster.reports.model import PEOPLE, VALUES, DestinationReport, RunReport
from roster.reports.page import render
from roster.reports.parity import parity
from tests.unit.roster.frames import person, roster

KEY = b"k" * 32
HR = roster(person("1"), person("2", manager_id="1"), person("3", manager_id="1"))


def account(number, approver=None, **cells):
    row = {"account": f"a{number}", "number": number, "email": f"{number}@acme.example", "active": True, **cells}
    return {**row, "approver": f"a{approver}" if approver else None}


AS_HR = (account("1"), account("2", "1"), account("3", "1"))
NAMES = pd.DataFrame({"last_name": ["L1", "L2", "L3"], "first_name": ["F1", "F2", "F3"]}, index=["a1", "a2", "a3"])


def shows(*accounts, names=NAMES, wanted=("1", "2", "3"), off=(), people=HR):
    """What a destination with these accounts shows, as the ledger gives it back."""
    there = pd.DataFrame(list(accounts), columns=list(ACCOUNT_COLUMNS)).astype({"account": "str", "number": "str", "approver": "str"})
    pairs = pd.DataFrame({"employee_id": there["number"], "account": there["account"]})
    found = in_common(people, pd.Series(wanted, dtype="str"), there, pairs, names, KEY)
    return InCommon.from_json(json.loads(json.dumps(replace(found, not_as_wanted=off).to_json())))


def run(one, other, outs=(), values=(), **report):
    """A report of two destinations; `outs` and `values`: whose outcome, and whose value, was left out at the second."""
    people = pd.DataFrame([{"person": n, "employee_id": n, "outcome": outcome} for n, outcome in outs], columns=list(PEOPLE))
    left = pd.DataFrame([{"employee_id": n, "field": "phone", "reason": "bad"} for n in values], columns=list(VALUES))
    parts = [DestinationReport(name="A", key="a", stage="landed", in_common=one)]
    parts += [DestinationReport(name="B", key="b", stage="landed" if other else "sent", in_common=other, people=people, values=left)]
    usual = {"company": "acme", "run_id": "r", "root_run_id": "r", "job": "acme_sync", "status": "finished"}
    return RunReport(**usual, started=datetime(2026, 1, 1, tzinfo=UTC), destinations=parts, **report)


def told(found):
    rows = found.differences.fillna("")
    return [tuple(row) for row in rows[["employee_id", "what", "shows", "other_shows", "why"]].to_numpy().tolist()]


def test_two_that_show_hrs_people_keep_nothing_of_anybody_and_are_the_same():
    one = shows(*AS_HR)
    assert one.departs[one.departs["field"].ne("approver")].empty
    assert not {"2", "3"} & set(one.departs["employee_id"]), "as HR's file says"
    found = parity(run(one, shows(*AS_HR)))
    assert (found.comparable, found.same, told(found)) == (True, True, [])
    assert found.sentence == "A and B show the same of everyone whom both want."


OTHER = {
    "not there": (AS_HR[:2], ("3", "is in one only", "is there", "is not there", "")),
    "switched off": ((*AS_HR[:2], account("3", "1", active=False)), ("3", "is in one only", "is there", "is not there", "")),
    "another approver": ((*AS_HR[:2], account("3", "2")), ("3", "approver", "as in HR's file", "2", "")),
    "no approver": ((*AS_HR[:2], account("3")), ("3", "approver", "as in HR's file", "nobody to be seen", "")),
    "another address": (
        (*AS_HR[:2], account("3", "1", email="x@acme.example")),
        ("3", "e-mail address", "as in HR's file", "another one", ""),
    ),
}


@pytest.mark.parametrize("case", OTHER)
def test_each_difference_is_told_by_number_and_by_no_value(case):
    accounts, row = OTHER[case]
    found = parity(run(shows(*AS_HR), shows(*accounts, off=["3"])))
    assert told(found) == [row]
    assert not found.same
    assert found.sentence.startswith("A and B differ for 1 person")


def test_a_name_counts_without_case_and_blanks_and_only_where_both_show_names():
    wrong = NAMES.assign(last_name=["l1 ", "L2", "Other"])
    found = parity(run(shows(*AS_HR), shows(*AS_HR, names=wrong, off=["3"])))
    assert told(found) == [("3", "name", "as in HR's file", "another one", "")]
    assert parity(run(shows(*AS_HR, names=None), shows(*AS_HR, names=wrong, off=["3"]))).same


def test_an_address_that_is_not_shown_is_not_another_one():
    found = parity(run(shows(*AS_HR), shows(*AS_HR[:2], account("3", "1", email=None), off=["3"])))
    assert found.same


def test_an_approver_whom_hr_does_not_know_is_the_same_somebody_by_their_address():
    boss = {"account": "x9", "number": None, "email": "Boss@else.example", "active": True, "approver": None}
    strange = account("3") | {"approver": "x9"}
    elsewhere = boss | {"account": "y7", "email": "boss@else.example"}
    mine, theirs = shows(*AS_HR[:2], strange, boss, off=["3"]), shows(*AS_HR[:2], strange | {"approver": "y7"}, elsewhere, off=["3"])
    assert parity(run(mine, theirs)).same
    ((_, what, _, shown, _),) = told(parity(run(shows(*AS_HR), theirs)))
    assert (what, shown) == ("approver", "somebody whom HR does not know")


def test_only_who_is_wanted_at_both_is_compared():
    here = shows(*AS_HR[:2], wanted=("1", "2"))
    assert parity(run(here, shows(*AS_HR))).same
    assert here.not_wanted == ("3",)
    left = roster(person("1"), person("2", manager_id="1"), person("3", employment="left"))
    assert shows(*AS_HR[:2], wanted=("1", "2"), people=left).not_wanted == ()


@pytest.mark.parametrize("outcome", ["held", "skipped", "refused", "unknown"])
def test_who_was_not_brought_in_tonight_explains_their_difference(outcome):
    found = parity(run(shows(*AS_HR), shows(*AS_HR[:2]), outs=[("3", outcome)]))
    assert told(found)[0][-1] == f"{outcome} at B"
    assert found.same
    assert found.sentence == "A and B show the same of everyone whom both want. Explained: 1 difference."


def test_rules_that_differ_and_values_that_were_left_out_explain_theirs():
    accounts = (*AS_HR[:2], account("3", "2"))
    assert told(parity(run(shows(*AS_HR), shows(*accounts))))[0][-1] == "by the rules of each"
    assert told(parity(run(shows(*AS_HR), shows(*accounts, off=["3"]), values=["3"])))[0][-1] == "a value was left out at B"


def test_of_one_that_was_not_read_back_nothing_is_known_and_nothing_is_compared():
    found = parity(run(shows(*AS_HR), None))
    assert (found.comparable, found.same, told(found)) == (True, False, [])
    assert found.sentence == "Nothing is known of B tonight: it was not read back after the write."
    alone = replace(run(shows(*AS_HR), None), unread=["C"])
    alone = replace(alone, destinations=alone.destinations[:1])
    assert parity(alone).sentence == "Nothing is known of C tonight: it could not be read."
    assert not parity(replace(alone, unread=[])).comparable, "of one alone nothing is said"


def test_the_page_has_them_and_says_nothing_where_nothing_was_compared(full_run):
    assert "The destinations beside each other" not in render(full_run)
    found = render(run(shows(*AS_HR), shows(*AS_HR[:2])))
    assert "The destinations beside each other" in found and "is not there" in found
    assert "@acme.example" not in found


def test_everything_is_told_of_three_two_by_two():
    report = run(shows(*AS_HR), shows(*AS_HR[:2]))
    third = DestinationReport(name="C", key="c", stage="landed", in_common=shows(*AS_HR))
    found = parity(replace(report, destinations=[*report.destinations, third]))
    assert found.differences[["one", "other"]].to_numpy().tolist() == [["A", "B"], ["B", "C"]]
    assert found.sentence.startswith("A and B and C differ for 1 person")


def test_quiet_the_page_alone_has_both_values_and_names_and_the_ledger_none():
    there = in_common(
        HR,
        pd.Series(["1", "2", "3"], dtype="str"),
        pd.DataFrame([account("1"), account("2", "3", email="other@acme.example"), account("3", "1")]),
        pd.DataFrame({"employee_id": ["1", "2", "3"], "account": ["a1", "a2", "a3"]}),
        NAMES,
        KEY,
    )
    assert there.shown is not None
    assert ("2", "email", "other@acme.example") in list(there.shown.itertuples(index=False, name=None))
    assert set(there.shown["employee_id"]) == {"2"}, "of whom it shows what HR's file says nothing is kept"
    assert "other@acme.example" not in json.dumps(there.to_json())
    other = InCommon.from_json(json.loads(json.dumps(there.to_json())))
    assert other is not None
    assert other.shown is None

    shown = {("B", "2", "email"): "other@acme.example", ("HR file", "2", "email"): "2@acme.example", ("HR file", "2", "approver"): "1"}
    report = run(shows(*AS_HR), other, shown=shown, names={"1": "Åsa Öst", "2": "Bo Ek", "3": "Cai Vy"})
    rows = {row[2]: row for row in parity(report).table(report).rows}
    assert rows["e-mail address"][:7] == [
        "2",
        "Bo Ek",
        "e-mail address",
        "A",
        "2@acme.example (as in HR's file)",
        "B",
        "other@acme.example",
    ]
    assert rows["approver"][4:7] == ["1 Åsa Öst (as in HR's file)", "B", "3 Cai Vy"]
    assert not any(text in parity(report).sentence for text in ("Bo", "@"))


def test_without_the_stored_values_the_page_says_that_another_one_is_there():
    report = run(shows(*AS_HR), shows(AS_HR[0], account("2", "1", email="other@acme.example"), AS_HR[2]))
    assert [row[4:7] for row in parity(report).table(report).rows] == [["as in HR's file", "B", "another one"]]
