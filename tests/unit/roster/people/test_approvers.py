"""Approver chains: HR's manager stands wherever they can approve, every other chain is led past the gap, and no circle is left."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from roster.people.approvers import Chart, NoApprover, resolve, stand_ins
from roster.settings import Approvers

SELF = Approvers()
COLUMNS = ("employee_id", "manager_id", "employment", "eligible", "needs")
TEXT = dict.fromkeys(("employee_id", "manager_id", "employment"), "str")


def people(*rows):
    """Each row: number, manager and, where they are not an active, eligible person who needs an approver: employment, eligible, needs."""
    filled = [(*row, *("active", True, True)[len(row) - 2 :]) for row in rows]
    return pd.DataFrame(filled, columns=list(COLUMNS)).astype({**TEXT, "eligible": "bool", "needs": "bool"})


def resolved(frame, settings=SELF):
    """Employee number → (approver, repair); None for nobody, and for no repair."""
    answer = resolve(Chart.of(frame), settings)
    found = answer[["approver_id", "repair"]].astype(object)
    return dict(zip(answer["employee_id"], found.where(found.notna(), None).itertuples(index=False, name=None), strict=True))


def test_a_manager_who_can_approve_is_left_alone():
    assert resolved(people(("1", None), ("2", "1"), ("3", "2"))) == {"1": ("1", "top"), "2": ("1", None), "3": ("2", None)}


@pytest.mark.parametrize(
    ("employment", "eligible", "repair"),
    [
        ("leave", True, "on_leave"),
        ("left", True, "left"),
        ("pending", True, "not_started"),
        ("active", False, "not_here"),
        ("leave", False, "on_leave"),
    ],
)
def test_a_manager_who_cannot_approve_is_passed_over_for_theirs_and_the_repair_says_why(employment, eligible, repair):
    frame = people(("1", None), ("2", "1", employment, eligible, False), ("3", "2"))
    assert resolved(frame)["3"] == ("1", repair)


def test_any_number_of_managers_is_passed_over_and_the_first_names_the_repair():
    absent = [(str(n), str(n - 1), "leave" if n == 41 else "left", True, False) for n in range(2, 42)]
    assert resolved(people(("1", None), *absent, ("99", "41")))["99"] == ("1", "on_leave")


def test_someone_on_leave_still_gets_an_approver_but_is_nobody_elses():
    assert resolved(people(("1", None), ("2", "1", "leave"), ("3", "2"))) == {"1": ("1", "top"), "2": ("1", None), "3": ("1", "on_leave")}


def test_an_out_of_scope_manager_with_an_account_approves_and_one_without_passes_the_chain_on():
    frame = people(("1", None), ("7", "1", "active", True, False), ("8", "1", "active", False, False), ("2", "7"), ("3", "8"))
    assert resolved(frame) == {"1": ("1", "top"), "2": ("7", None), "3": ("1", "not_here")}


def test_a_chain_that_ends_in_nobody_goes_to_the_fallback_and_else_to_the_person_as_a_top():
    frame = people(("1", None), ("2", "9"), ("9", None, "left", True, False))
    assert resolved(frame, Approvers(fallback="1"))["2"] == ("1", "left")
    assert resolved(frame)["2"] == ("2", "left")
    assert resolved(frame, Approvers(top="1"))["2"] == ("1", "left")


def test_having_oneself_as_manager_is_having_none():
    frame = people(("1", None), ("2", "2"))
    assert resolved(frame, Approvers(fallback="1"))["2"] == ("2", "self")
    assert resolved(frame, Approvers(top="1"))["2"] == ("1", "self")


def test_approver_whose_manager_is_in_no_row_never_becomes_their_own_approver():
    frame = people(("1", None), ("2", "404"))
    assert resolved(frame, Approvers(fallback="1"))["2"] == ("1", "unknown")
    assert resolved(frame)["2"] == (None, "unknown")
    assert resolved(frame, Approvers(top="1"))["2"] == (None, "unknown")


def test_approver_whose_manager_is_in_no_row_keeps_the_approver_that_they_have():
    frame = people(("1", None), ("3", "1"), ("2", "404"), ("4", "1", "leave"))
    for settings in (SELF, Approvers(fallback="1"), Approvers(top="1")):
        assert resolved(frame.assign(current=[None, None, "3", None]), settings)["2"] == ("3", "kept")
        assert resolved(frame.assign(current=[None, None, "2", None]), settings)["2"] == ("2", "kept")
        assert resolved(frame.assign(current=[None, None, "4", None]), settings)["2"] == ("1", "unknown")
    assert resolved(frame.assign(current=[None, None, "405", None]), Approvers(fallback="3"))["2"] == ("3", "unknown")
    assert resolved(frame.assign(current=[None, "1", None, "1"]))["3"] == ("1", None)


def test_having_no_manager_is_no_fault_and_goes_by_the_setting_for_the_top():
    frame = people(("1", None), ("2", "1"), ("3", None))
    settings = Approvers(top="2", fallback="3")
    assert resolved(frame, settings) == {"1": ("1", "top"), "2": ("1", None), "3": ("2", "top")}


def test_a_fallback_or_a_top_who_cannot_approve_today_is_stood_in_for_by_their_manager_and_that_is_told():
    frame = people(("1", None), ("2", "404"), ("7", "1"), ("8", "7", "leave"), ("9", "8", "active", False))
    for settings in (Approvers(fallback="8"), Approvers(fallback="9"), Approvers(fallback="9", top="8")):
        assert resolved(frame, settings)["2"] == ("7", "unknown")
        told = stand_ins(Chart.of(frame), settings)
        assert set(told["employee_id"]) == {settings.fallback, settings.top} - {"self"}
        assert (set(told["approver_id"]), set(told["repair"])) == ({"7"}, {"stand_in"})
    assert stand_ins(Chart.of(frame), Approvers(fallback="7", top="1")).empty


@pytest.mark.parametrize(("number", "why"), [("404", "in no valid row"), ("8", "not active here"), ("9", "not active here")])
@pytest.mark.parametrize("setting", ["top", "fallback"])
def test_approver_a_fallback_or_a_top_whom_nobody_can_stand_in_for_is_told_and_never_passed_over(setting, number, why):
    frame = people(("1", None), ("2", "1"), ("8", "9", "left", True, False), ("9", "8", "leave"))
    with pytest.raises(NoApprover, match=rf"`approvers.{setting}` names {number}, who is {why}.*Name somebody else"):
        resolve(Chart.of(frame), Approvers(**{setting: number}))


def test_an_approver_is_named_by_number():
    with pytest.raises(ValueError, match="an employee number is needed"):
        Approvers(fallback="cfo@acme.example")


def test_a_circle_is_opened_at_its_smallest_employee_number_and_nowhere_else():
    frame = people(("1", None), ("30", "20"), ("20", "10"), ("10", "30"), ("5", "20"))
    assert resolved(frame, Approvers(fallback="1")) == {
        "1": ("1", "top"),
        "30": ("20", None),
        "20": ("10", None),
        "10": ("1", "cycle"),
        "5": ("20", None),
    }
    assert resolved(frame)["10"] == ("10", "cycle")


def test_a_circle_that_closes_only_past_people_who_are_away_is_opened_too():
    assert resolved(people(("1", "2"), ("2", "1", "leave")))["1"] == ("1", "cycle")
    assert resolved(people(("1", "2"), ("2", "3", "left", True, False), ("3", "1"))) == {"1": ("1", "cycle"), "3": ("1", None)}


def test_a_chain_into_a_circle_of_people_who_are_away_ends_in_nobody():
    frame = people(("1", None), ("2", "8"), ("8", "9", "left", True, False), ("9", "8", "leave", True, False))
    assert resolved(frame, Approvers(fallback="1"))["2"] == ("1", "left")


def test_a_circle_is_not_closed_again_by_the_fallback():
    frame = people(("1", "2"), ("2", "1"), ("3", "2"))
    for fallback in ("1", "2", "3"):
        assert resolved(frame, Approvers(fallback=fallback)) == {"1": ("1", "cycle"), "2": ("1", None), "3": ("2", None)}


def test_fallback_and_top_do_not_close_a_circle_between_them():
    frame = people(("1", None), ("2", "1"), ("3", "404"), ("4", "3"))
    assert resolved(frame, Approvers(fallback="2", top="4")) == {
        "1": ("1", "top"),
        "2": ("1", None),
        "3": ("2", "unknown"),
        "4": ("3", None),
    }


def test_what_hr_asked_for_is_kept_beside_what_was_decided():
    answer = resolve(Chart.of(people(("2", "404"), ("1", None))), SELF)
    assert answer["employee_id"].tolist() == ["2", "1"]
    assert answer["asked"].tolist()[0] == "404"
    assert answer["asked"].isna().tolist() == [False, True]


def test_nobody_in_nobody_out():
    assert resolve(Chart.of(people()), SELF).columns.tolist() == ["employee_id", "approver_id", "repair", "asked", "via"]
    assert resolve(Chart.of(people(("1", None, "left", True, False))), SELF).empty


@st.composite
def organisations(draw):
    """Small organisations of every shape: trees, circles, strangers as managers, people away or without an account."""
    ids = [f"E{n}" for n in range(draw(st.integers(1, 9)))]
    manager = st.sampled_from([*ids, None, "unknown"])
    employment = st.sampled_from(["active", "active", "active", "leave", "left", "pending"])
    eligible = st.sampled_from([True, True, True, False])
    rows = [(number, draw(manager), draw(employment), draw(eligible), draw(st.booleans())) for number in draw(st.permutations(ids))]
    frame = people(*rows)
    frame["current"] = pd.Series([draw(manager) for _ in rows], dtype="str")
    named = st.sampled_from([None, *(number for number in ids if stand_in(frame, number))])
    return frame, Approvers(top=draw(named) or "self", fallback=draw(named))


def able(frame):
    return set(frame.loc[(frame["employment"] == "active") & frame["eligible"], "employee_id"])


def managers(frame):
    """Number → manager; of those whose manager is in no row, who approves for them today."""
    today = frame["current"] if "current" in frame else frame["manager_id"]
    known = frame["manager_id"].isin(frame["employee_id"]) | frame["manager_id"].isna()
    return dict(zip(frame["employee_id"], frame["manager_id"].where(known, today), strict=True))


def stand_in(frame, number):
    """Who approves where the settings name this person: they, or the first above them who can; None if there is nobody."""
    manager, seen = managers(frame), set()
    while number in manager and number not in able(frame) and number not in seen:
        seen.add(number)
        number = manager[number]
    return number if number in able(frame) else None


@given(organisations())
def test_everyone_who_needs_an_approver_has_an_active_one_or_is_the_end_of_a_chain(organisation):
    frame, settings = organisation
    answer = resolved(frame, settings)
    assert set(answer) == set(frame.loc[frame["needs"], "employee_id"])
    for number, (approver, repair) in answer.items():
        assert approver in able(frame) or (approver == number and repair is not None) or (approver is None and repair == "unknown")


@given(organisations())
def test_approver_nobody_who_is_active_is_left_without_an_active_approver_but_whose_manager_is_unknown(organisation):
    frame, settings = organisation
    answer = resolved(frame.assign(needs=True), settings)
    for number in able(frame):
        assert answer[number][0] in able(frame) or answer[number] == (None, "unknown")


@given(organisations())
def test_approver_nobody_becomes_their_own_because_their_manager_is_unknown(organisation):
    frame, settings = organisation
    answer = resolved(frame.assign(needs=True), settings)
    rows = frame.set_index("employee_id")
    for number, (approver, repair) in answer.items():
        manager = rows.loc[number, "manager_id"]
        if approver == number and isinstance(manager, str) and manager not in rows.index:
            assert (repair, rows.loc[number, "current"]) == ("kept", number)


@given(organisations())
def test_whoever_passes_over_people_on_leave_by_themselves_comes_to_the_same_approver(organisation):
    frame, settings = organisation
    answer = resolve(Chart.of(frame.assign(needs=True)), settings).set_index("employee_id")
    leave = set(frame.loc[frame["employment"] == "leave", "employee_id"])
    named = answer["via"].fillna(answer["approver_id"])  # what every record of a feed says
    for _, row in answer.iterrows():
        assert isinstance(row["via"], str) == (row["repair"] == "on_leave" and stand_in(frame, row["asked"]) is not None)
        at = row["via"] if isinstance(row["via"], str) else row["approver_id"]
        if isinstance(row["via"], str):
            assert at == row["asked"]
            while at in leave:
                at = named[at]
        assert at == row["approver_id"] or pd.isna(at)


@given(organisations())
def test_every_chain_ends(organisation):
    frame, settings = organisation
    answer = resolved(frame.assign(needs=True), settings)
    for start in answer:
        number, seen = start, set()
        while answer[number][0] not in (number, None):
            assert number not in seen
            seen.add(number)
            number = answer[number][0]


@given(organisations())
def test_with_a_top_who_can_approve_at_most_one_person_approves_for_themself(organisation):
    frame, settings = organisation
    if settings.top != "self":
        answer = resolved(frame.assign(needs=True), settings)
        assert sum(approver == number and repair != "kept" for number, (approver, repair) in answer.items()) <= 1


@given(organisations())
def test_hrs_manager_stands_wherever_they_can_approve_and_no_circle_was_opened_there(organisation):
    frame, settings = organisation
    answer = resolve(Chart.of(frame), settings)
    fine = answer["asked"].isin(able(frame)) & (answer["asked"] != answer["employee_id"])
    pd.testing.assert_series_equal(fine, answer["repair"].isna() | (fine & (answer["repair"] == "cycle")), check_names=False)
    stands = answer[answer["repair"].isna()]
    assert stands["approver_id"].tolist() == stands["asked"].tolist()


@given(organisations())
def test_a_circle_loses_one_link_its_smallest_members(organisation):
    frame, settings = organisation
    manager = managers(frame)
    lost = set(frame["employee_id"]) - set(
        frame.loc[frame["manager_id"].isin(frame["employee_id"]) | frame["manager_id"].isna(), "employee_id"]
    )

    def chain(number):
        """Everyone who could approve for this person, nearest first, until someone comes round again."""
        links, seen = [], set()
        while (number := manager.get(number)) in manager and number not in seen and number != manager.get(number):
            seen.add(number)
            links.append(number)
        return [link for link in links if link in able(frame)]

    answer = resolved(frame.assign(needs=True), settings)
    circles = [chain(number) for number in able(frame) if number in chain(number)]
    smallest = {min(circle) for circle in circles if not lost & set(circle)}
    assert {number for number, (_, repair) in answer.items() if repair == "cycle"} == smallest


@given(organisations(), st.randoms())
def test_neither_the_order_of_the_rows_nor_who_else_needs_one_moves_anyone(organisation, chance):
    frame, settings = organisation
    rows = list(range(len(frame)))
    chance.shuffle(rows)
    everyone = resolved(frame.take(rows).assign(needs=True), settings)
    assert all(everyone[number] == decided for number, decided in resolved(frame, settings).items())
