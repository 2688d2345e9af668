"""A file of changes is put on the roster before it: every person is as their newest usable row says."""

from datetime import date

import pandas as pd
import pytest

from roster.accounting import of_rows
from roster.intake.changes import BEFORE, CHANGES, FULL, before_in, file_in, forgetting, with_before
from roster.intake.gate import run_checks
from roster.intake.take_in import IntakeResult, take_in
from roster.reading.lines import line_text
from roster.reading.several import packed, taken_apart
from roster.settings import Changes, CsvFormat, Gate, People
from roster.unfit import Unfit

COLUMNS = {
    "employee_id": "No",
    "email": "Mail",
    "first_name": "First",
    "last_name": "Last",
    "manager_id": "Boss",
    "worker_status": {"column": "State", "values": {"A": "Active", "T": "Terminated"}},
    "end_date": "Left",
}
PEOPLE = People.model_validate({"columns": COLUMNS, "absent_means": "unchanged"})
FORMAT = CsvFormat().of_changes(Changes(deleted={"Do": ["D"]}))
TODAY = date(2026, 12, 1)


def row(number: str, mail: str | None = None, boss: str = "1", state: str = "A", left: str = "", do: str = "C", last: str = "Li") -> str:
    return ",".join([number, mail if mail is not None else f"p{number}@x.se", "Ann", last, boss, state, left, do])


def file(*rows: str) -> bytes:
    return "\n".join(["No,Mail,First,Last,Boss,State,Left,Do", *rows, ""]).encode()


def everyone(*rows: str, before: pd.DataFrame | None = None, people: People = PEOPLE) -> IntakeResult:
    return take_in(with_before(packed({FULL: file(*rows)}), before), FORMAT, people, TODAY)


def changed(before: IntakeResult, *rows: str, people: People = PEOPLE) -> IntakeResult:
    return take_in(with_before(packed({CHANGES: file(*rows)}), before.after), FORMAT, people, TODAY)


def standing(result: IntakeResult) -> dict[str, str]:
    return dict(result.roster[["employee_id", "employment"]].itertuples(index=False))


START = everyone(row("1", boss=""), row("2"), row("3"), row("4"))


def test_a_row_of_changes_takes_the_place_of_the_rows_before_and_all_others_stay() -> None:
    result = changed(START, row("2", last="Ek"), row("5"))
    names = dict(result.roster[["employee_id", "last_name"]].itertuples(index=False))
    assert names == {"1": "Li", "2": "Ek", "3": "Li", "4": "Li", "5": "Li"}
    assert result.facts.changes == {"before": 4, "added": 1, "changed": 1, "deleted": 0}


def test_accounting_every_row_of_the_roster_has_one_disposition_those_of_the_file_under_its_lines() -> None:
    result = changed(START, row("2", last="Ek"), row("3", mail="none"))
    assert of_rows(result.dispositions, result.facts.rows) == []
    lines = {line_text(line): what for line, what in result.dispositions[["line", "disposition"]].itertuples(index=False)}
    assert lines == {"2": "used", "3": "rejected", "1 of the roster before": "used", "4 of the roster before": "used"}


def test_a_file_with_the_same_rows_changes_nobody_and_one_without_rows_neither() -> None:
    assert changed(START, row("2")).facts.changes == {"before": 4, "added": 0, "changed": 0, "deleted": 0}
    quiet = changed(START)
    assert standing(quiet) == standing(START)
    assert quiet.after is not None
    assert START.after is not None
    assert quiet.after.equals(START.after)


def test_a_mark_says_that_somebody_is_gone_whatever_else_their_row_says() -> None:
    gone = changed(START, "2,,,,,A,,D")
    assert standing(gone) == {"1": "active", "2": "left", "3": "active", "4": "active"}
    assert len(gone.rejects) == 0, "leaving needs a number only"
    assert gone.facts.changes["deleted"] == 1
    assert standing(changed(gone, row("3", last="Ek")))["2"] == "left", "in the next night, too"
    assert standing(changed(gone, row("2")))["2"] == "active", "until HR says otherwise"


@pytest.mark.parametrize("mark", ["d", "D\u200b", "\u00a0D"])
def test_a_mark_that_is_the_same_to_a_reader_is_the_same_mark(mark: str) -> None:
    assert standing(changed(START, row("2", do=mark)))["2"] == "left"


@pytest.mark.parametrize("mark", ["Delete", "DEL", "removed", "borttagen", "gelöscht", "Record deleted", "Terminated", "Inactive", "#N/A"])
def test_no_surprise_a_mark_that_may_say_gone_by_another_word_costs_the_row_and_is_told(mark: str) -> None:
    told = changed(START, row("2", do=mark, last="Ek"), row("7", do=mark), row("3", last="Ek"))
    assert told.rejects[["number", "code"]].to_numpy().tolist() == [["2", "mark_unread"], ["7", "mark_unread"]]
    names = dict(changed(told, row("4")).roster[["employee_id", "last_name"]].itertuples(index=False))
    assert names == {"1": "Li", "2": "Li", "3": "Ek", "4": "Li"}, "nobody is new by a row that may have said that they are gone"


def test_a_mark_below_another_row_of_its_person_is_told_and_one_above_it_is_how_a_change_is_written() -> None:
    told = changed(START, row("2", last="Ek"), row("2", do="D"), row("3", do="D"), row("3", last="Ek"), row("4", do="D"), row("4", do="D"))
    assert set(told.rejects["number"]) == {"2"}
    assert told.rejects.loc[told.rejects["code"].eq("mark_unread"), "line"].tolist() == [3]
    assert standing(told) == {"1": "active", "3": "active", "4": "left"}
    again = changed(told, row("2", last="Ek"))
    assert (len(again.rejects), standing(again)["2"]) == (0, "active")


@pytest.mark.parametrize("mark", ["C", "Insert", "U", "T", "not deleted", "", "changed"])
def test_any_other_word_is_a_change(mark: str) -> None:
    assert changed(START, row("2", do=mark, last="Ek")).rejects.empty


@pytest.mark.parametrize(
    ("accepted", "gone", "unread", "stays"), [([True], "ja", "perhaps", "nej"), (["X"], "x", "Ja", "no"), ([False], "0", "gone", "1")]
)
def test_a_mark_of_yes_and_no_is_read_as_these_or_costs_the_row(accepted: list[str | bool], gone: str, unread: str, stays: str) -> None:
    format = CsvFormat().of_changes(Changes(deleted={"Do": accepted}))
    sent = file(row("2", do=gone), row("3", do=unread), row("4", do=stays))
    result = take_in(with_before(packed({CHANGES: sent}), START.after), format, PEOPLE, TODAY)
    assert standing(result) == {"1": "active", "2": "left", "4": "active"}
    assert result.rejects[["number", "code"]].to_numpy().tolist() == [["3", "mark_unread"]]


def test_a_word_that_the_settings_name_as_a_status_in_the_column_of_marks_is_no_other_word_for_gone() -> None:
    format = CsvFormat().of_changes(Changes(deleted={"State": ["T"]}))
    status = {"column": "State", "values": {"A": "Active", "Inactive": "On Leave", "T": "Terminated"}}
    people = People.model_validate({"columns": {**COLUMNS, "worker_status": status}, "absent_means": "unchanged"})
    full = take_in(with_before(packed({FULL: file(row("1", boss=""))}), None), format, people, TODAY)
    result = take_in(with_before(packed({CHANGES: file(row("1", boss="", state="Inactive"))}), full.after), format, people, TODAY)
    assert standing(result) == {"1": "leave"}


def test_a_mark_under_a_number_that_nobody_has_is_told_once_for_whoever_was_meant_stays() -> None:
    gone = changed(START, "02,,,,,A,,D", row("3", do="D"))
    assert gone.notes[["line", "column", "code"]].to_numpy().tolist() == [[2, "employee_id", "gone_unknown"]]
    assert standing(gone)["2"] == "active"
    assert len(changed(gone, row("4")).notes) == 0


def test_somebody_who_goes_on_a_day_to_come_stays_until_then() -> None:
    assert standing(changed(START, row("2", left="2026-12-24", do="D")))["2"] == "active"


def test_who_is_gone_stays_so_through_the_next_file_with_everyone_and_no_longer() -> None:
    gone = changed(START, row("2", do="D"))
    first = everyone(row("1", boss=""), row("3"), row("4"), before=gone.after)
    assert standing(first) == {"1": "active", "2": "left", "3": "active", "4": "active"}
    between = changed(first, row("3", last="Ek"))
    second = everyone(row("1", boss=""), row("3"), row("4"), before=between.after)
    assert standing(second) == {"1": "active", "3": "active", "4": "active"}
    assert standing(everyone(row("1", boss=""), row("2"), before=gone.after))["2"] == "active", "unless the file has them"


def test_a_file_with_everyone_is_the_roster_whatever_was_before() -> None:
    assert standing(everyone(row("1", boss=""), row("9"), before=START.after)) == {"1": "active", "9": "active"}


def test_no_surprise_whoever_is_rejected_keeps_the_row_before_for_the_next_file() -> None:
    broken = changed(START, row("2", mail="none", last="Ek"), row("3", last="Ek"))
    assert broken.rejects["number"].tolist() == ["2"]
    assert "2" not in standing(broken), "tonight they are left as they were"
    after = changed(broken, row("4", last="Ek"))
    names = dict(after.roster[["employee_id", "last_name"]].itertuples(index=False))
    assert names == {"1": "Li", "2": "Li", "3": "Ek", "4": "Ek"}


def test_a_row_of_somebody_new_that_is_rejected_is_told_again_until_it_is_mended() -> None:
    broken = changed(START, row("7", mail="none"))
    again = changed(broken, row("4", last="Ek"))
    assert broken.rejects["number"].tolist() == again.rejects["number"].tolist() == ["7"]
    mended = changed(again, row("7"))
    assert (len(mended.rejects), standing(mended)["7"]) == (0, "active")


def test_a_row_without_a_number_is_told_once() -> None:
    broken = changed(START, row("", mail="x@x.se"))
    assert len(broken.rejects) == 1
    assert len(changed(broken, row("4")).rejects) == 0


def test_managers_are_looked_for_in_the_whole_roster() -> None:
    result = changed(START, row("5", boss="4"), row("6", boss="99"))
    assert (result.facts.managers.lost, result.facts.managers.given) == (1, 5)


def test_all_rows_of_a_number_give_way_to_those_of_the_changes() -> None:
    people = People.model_validate(
        {"columns": {**COLUMNS, "start_date": "Left"}, "absent_means": "unchanged", "history": {"newest_by": "start_date"}}
    )
    before = everyone(row("1", boss="", left="2020-01-01"), row("1", boss="", left="2021-01-01"), people=people)
    assert before.facts.superseded == 1
    result = changed(before, row("1", boss="", left="2022-01-01", last="Ek"), people=people)
    assert (result.facts.rows, result.facts.superseded) == (1, 0)


def test_changes_without_a_roster_stop_and_say_what_is_needed() -> None:
    with pytest.raises(Unfit, match="no roster to put them on") as told:
        take_in(packed({CHANGES: file(row("1"))}), FORMAT, PEOPLE, TODAY)
    assert "a file with everyone" in told.value.advice


def test_a_column_that_the_settings_want_now_needs_a_file_with_everyone() -> None:
    more = People.model_validate({"columns": {**COLUMNS, "department": "Do"}, "absent_means": "unchanged"})
    with pytest.raises(Unfit, match="has no column Do"):
        changed(START, row("2"), people=more)


def test_other_settings_read_the_rows_before_anew() -> None:
    other = People.model_validate({"columns": {**COLUMNS, "first_name": "Last", "last_name": "First"}, "absent_means": "unchanged"})
    result = changed(START, row("2"), people=other)
    assert set(result.roster["first_name"]) == {"Li"}


def test_the_same_file_on_the_same_rows_comes_to_the_same() -> None:
    rows = (row("2", last="Ek"), row("3", do="D"), row("4", mail="none"))
    one, other = changed(START, *rows), changed(START, *rows)
    assert one.after is not None
    assert other.after is not None
    assert one.after.equals(other.after)
    assert one.roster.equals(other.roster)


def test_the_gate_limits_how_much_a_file_may_change_and_how_many_are_gone() -> None:
    def failed(*rows: str) -> list[str]:
        gate = Gate.model_validate({"changes": {"count": 1, "share": 0}, "deletions": {"count": 1, "share": 0}})
        return [one.name for one in run_checks(changed(START, *rows).facts, None, {}, gate) if not one.passed]

    assert failed(row("2", last="Ek"), row("3", do="D")) == []
    assert failed(row("2", last="Ek"), row("9")) == ["changes"]
    assert failed(row("2", do="D"), row("3", do="D")) == ["deletions"]
    assert "changes" not in [one.name for one in run_checks(START.facts, None, {}, Gate())]


def test_what_is_stored_is_the_file_and_what_it_was_put_on() -> None:
    content = with_before(packed({CHANGES: file(row("2"))}), START.after)
    before = before_in(content)
    assert before is not None
    assert START.after is not None
    assert before.equals(START.after)
    assert file_in(content) == file(row("2"))
    assert set(taken_apart(content)) == {CHANGES, BEFORE}


def test_forgetting_somebody_leaves_the_others_and_nobody_without_a_manager_for_it() -> None:
    start = everyone(row("1", boss=""), row("2", boss="1"), row("3", boss="2"))
    assert start.after is not None
    rest = forgetting(start.after, "2", {"p2@x.se"})
    assert "p2@x.se" not in rest.to_csv()
    assert rest["hr: No"].tolist() == ["1", "3"]
    result = take_in(with_before(packed({CHANGES: file()}), rest), FORMAT, PEOPLE, TODAY)
    assert (result.facts.managers.tops, result.facts.managers.lost) == (1, 1), "theirs cannot be read, which is not that there is none"


def by_name(source: dict[str, str] | str, **more: object) -> People:
    columns = {name: rule for name, rule in COLUMNS.items() if name != "manager_id"}
    return People.model_validate({"columns": {**columns, "manager_name": source, **more}, "absent_means": "unchanged"})


@pytest.mark.parametrize(
    ("people", "boss"),
    [
        (PEOPLE, "2"),
        (PEOPLE, "p2@x.se"),
        (by_name("Boss"), "Ann Møller"),
        (by_name("Boss"), "MOLLER,  ann"),
        (by_name({"column": "Boss", "refers_to": "{Last}-{No}"}), "Møller-2"),
        (
            People.model_validate(
                {"columns": {**COLUMNS, "manager_id": {"column": "Boss", "refers_to": "Mail"}}, "absent_means": "unchanged"}
            ),
            "P2@x.se",
        ),
        (People.model_validate({"columns": {**COLUMNS, "manager_id": {"template": "{Boss}"}}, "absent_means": "unchanged"}), "2"),
    ],
)
def test_quiet_whoever_is_forgotten_is_mentioned_in_nobody_s_row_however_hr_refers_to_them(people: People, boss: str) -> None:
    led = row("3", boss=f'"{boss}"', last="2"), row("4", boss=f'"{boss}"', last="Ek")
    start = everyone(row("1", boss=""), row("2", boss="1", last="Møller"), *led, people=people)
    assert start.after is not None
    rest = forgetting(start.after, "2", {"p2@x.se"}, people)
    assert rest["hr: Boss"].dropna().tolist() == ["(forgotten)", "(forgotten)"]
    assert rest["hr: Last"].tolist() == ["Li", "2", "Ek"], "what is no reference to people only happens to be written so"
    result = take_in(with_before(packed({CHANGES: file()}), rest), FORMAT, people, TODAY)
    assert (result.facts.managers.tops, result.facts.managers.lost) == (1, 1), "theirs cannot be read, which is not that there is none"
