"""What is new, solved and still open since the last night, and what tonight says nothing of."""

from dataclasses import replace
from datetime import UTC, datetime

import pandas as pd
import pytest

from roster.reports.model import BEFORE, HR_FILE
from roster.reports.page import render
from roster.reports.since import known_places, since
from roster.reports.skipped import left_out, managers_not_found

NIGHT = datetime(2026, 11, 18, 2, tzinfo=UTC)


def before(report, **known):
    """The same run, a night after one that had just the same, at the places that it knew."""
    out = left_out(report)
    places = known or {"Expensify": NIGHT, "Findity": NIGHT, HR_FILE: NIGHT}
    return replace(report, before=out.loc[out["where"].isin(places), list(BEFORE)], known_before=places)


def without(report, number, where):
    """Somebody is not left out any more."""
    parts = [replace(one, people=one.people[~(one.people["employee_id"].eq(number) & (one.name == where))]) for one in report.destinations]
    return replace(report, destinations=parts)


def states(report):
    found = since(report, left_out(report)).rows
    return {(row.number, row.where): row.state for row in found.itertuples()}


@pytest.fixture
def second(full_run):
    return before(full_run)


def test_the_same_people_for_the_same_reasons_are_still_open(second):
    found = since(second, left_out(second))
    numbered = found.rows[found.rows["number"].notna()]
    assert set(numbered["state"]) == {"open"}
    assert found.sentence.startswith("0 new, 0 solved, ")


def test_who_is_left_out_no_more_is_solved_once(second):
    mended = without(second, "E1850", "Findity")
    assert states(mended)["E1850", "Findity"] == "solved"
    assert ("E1850", "Findity") not in states(before(mended))


def test_what_was_released_between_two_nights_is_open_no_more_though_tonight_says_nothing_of_it(second):
    held = {"where": "Findity", "number": "E77", "employee_id": "E77", "code": "first_sync", "owner": "Finance", "reason": "Waits"}
    more = pd.concat([second.before, pd.DataFrame([held])], ignore_index=True)
    unread = replace(second, before=more, destinations=second.destinations[:1], unread=["Findity"])
    assert ("E77", "Findity") not in states(unread)
    lasting = pd.DataFrame([{"destination": "findity", "employee_id": "E77", "reason": "first_sync"}])
    assert states(replace(unread, skips=pd.concat([unread.skips, lasting])))["E77", "Findity"] == "not known"


def test_who_was_not_left_out_before_is_new_and_so_is_another_reason(second):
    fewer = replace(second, before=second.before[second.before["number"].ne("E1801")])
    assert states(fewer)["E1801", "Expensify"] == "new"
    other = replace(second, before=second.before.replace({"code": {"conflict": "unit_unknown"}}))
    rows = since(other, left_out(other)).rows
    assert set(rows.loc[rows["number"].eq("E1850"), "state"]) == {"new", "solved"}


def test_a_destination_that_was_not_read_solves_nobody(second):
    unread = replace(second, destinations=second.destinations[:1], unread=["Findity"])
    found = since(unread, left_out(unread))
    assert states(unread)["E1850", "Findity"] == "not known"
    assert found.of("solved").empty
    unclear = found.of("not known")
    assert len(unclear) > 1
    assert found.sentence.endswith(
        f" still open. Nothing is known tonight of Findity: {len(unclear)} that were open before may be so still."
    )
    stopped = replace(found, rows=unclear[:1], unknown=["Expensify", "Findity", "HR file"]).sentence
    assert stopped == "Nothing is known tonight of Expensify, Findity and HR file: 1 that was open before may be so still."
    assert replace(found, rows=unclear[:0], unknown=["Findity"]).sentence == "Nothing is known tonight of Findity."


@pytest.mark.parametrize("stage", ["planned", "sent"])
def test_nor_does_one_that_was_not_read_back_or_failed(second, stage):
    one = second.destinations[1]
    for broken in (replace(one, stage=stage), replace(one, failure="It did not answer.")):
        night = without(replace(second, destinations=[second.destinations[0], broken]), "E1850", "Findity")
        assert states(night)["E1850", "Findity"] == "not known"


def test_a_night_that_stopped_at_the_gate_solves_nothing(second, stopped_run):
    night = replace(stopped_run, before=second.before, known_before=second.known_before)
    found = since(night, left_out(night))
    assert known_places(night) == set()
    assert set(found.rows["state"]) <= {"not known", "new", "open", ""}
    assert found.unknown == ["Expensify", "Findity", HR_FILE]


def test_a_place_that_was_never_known_says_neither_new_nor_open(full_run):
    night = before(full_run, Findity=NIGHT)
    assert states(night)["E1801", "Expensify"] == ""
    assert states(night)["E1850", "Findity"] == "open"


def test_a_row_without_a_number_is_followed_only_where_nothing_is_like_it(second):
    nameless = [state for (number, _), state in states(second).items() if number != number]
    assert nameless == [""]
    fresh = replace(second, before=second.before[second.before["number"].notna()])
    assert [state for (number, _), state in states(fresh).items() if number != number] == ["new"]


def test_who_needs_nothing_done_is_explained_once_and_then_counted(second):
    fresh = replace(second, before=second.before[second.before["code"].ne("not_started")])
    assert [row[1] for row in since(fresh, left_out(fresh)).explained.rows] == [6]
    found = since(second, left_out(second))
    assert found.explained.rows == []
    assert found.as_before == "Has not started yet: 6"
    assert not found.of("open")["reason"].str.contains("not started").any()


def test_the_page_has_it_and_a_first_night_has_not(full_run, second):
    assert 'id="since"' not in render(full_run)
    page = render(without(second, "E1850", "Findity"))
    assert "0 new, 1 solved" in page
    assert "Bo Ek" not in page
    assert "Bo Ek" in render(replace(without(second, "E1850", "Findity"), names={"E1850": "Bo Ek"}))
    assert "Not there as before, and nothing has to be done: Has not started yet: 6." in page


def test_a_number_that_nobody_has_is_told_by_its_line(second):
    rejects = second.rejects.assign(number=second.rejects["employee_id"].fillna("kit@acme.example"))
    night = replace(second, rejects=rejects, before=pd.DataFrame(columns=list(BEFORE)))
    assert "kit@acme.example" not in render(night)


def test_a_manager_whom_no_row_has_is_one_fault_whoever_approves_instead(full_run):
    found = {}
    for repair in ("kept", "unknown"):
        repairs = pd.DataFrame({"employee_id": ["E1801"], "repair": [repair]})
        found[repair] = managers_not_found(replace(full_run, repairs=repairs))["code"].tolist()
    assert found["kept"] == found["unknown"] == ["manager_unknown"]


def test_what_no_history_knows_is_no_number_of_nights(second):
    repairs = pd.DataFrame({"employee_id": ["E1801"], "repair": ["unknown"]})
    page = render(replace(second, repairs=repairs))
    assert "None</td>" not in page
