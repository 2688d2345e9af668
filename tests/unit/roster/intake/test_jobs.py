"""People with several jobs: which row makes the person, what becomes of the others, and what they still give."""

import pytest

from roster.intake.leavers import rejected_leavers
from roster.intake.take_in import IntakeResult, has_unidentified_rejects
from roster.rules import UNREAD, MissingColumn
from roster.settings import People
from tests.unit.roster.intake import test_intake
from tests.unit.roster.intake.test_intake import dispositions, line

COLUMNS = {name: one for name, one in test_intake.COLUMNS.items() if name != "manager_email"} | {
    "extra_policies": {"column": "Country", "of_jobs": "all"},
    "extra_share": "Phone",
}
del COLUMNS["phone"], COLUMNS["country"]  # type: ignore[attr-defined]
PRIMARY = {"primary": {"Kind": "Y"}}
ADA = {"First": "Ada", "Last": "Ek", "mail": "ada@acme.example"}


def intake(*rows: dict[str, str], jobs: object = PRIMARY, **people: object) -> IntakeResult:
    """A file with Ann, whose number is 1, and the jobs of Ada, whose number is 2."""
    given = {"columns": COLUMNS} | people
    return test_intake.intake(line("1", Kind="Y"), *(line("2", **ADA | row) for row in rows), jobs=jobs, **given)


def came_of(result: IntakeResult) -> list[tuple[str | None, ...]]:
    """Disposition and reason of each row of Ada's."""
    return [found[1:] for at, found in sorted(dispositions(result).items()) if at > 2]


def ada(result: IntakeResult) -> dict[str, object]:
    return dict(result.roster.set_index("employee_id").loc["2"].dropna())


USED, OTHER = ("used", None), ("superseded", "other_job")
FIRST, SECOND = {"Kind": "Y", "From": "2020-01-01"}, {"From": "2021-01-01"}


def test_the_first_job_makes_the_person_wherever_it_stands() -> None:
    for rows in ([FIRST, SECOND], [SECOND, FIRST]):
        result = intake(*rows)
        assert ada(result)["start_date"] == "2020-01-01"
        assert sorted(came_of(result)) == sorted([USED, OTHER])
        assert result.rejects.empty


def test_accounting_without_jobs_such_rows_are_rejected_as_ever() -> None:
    columns = {name: one for name, one in COLUMNS.items() if name != "extra_policies"}
    assert {found[0] for found in came_of(intake(FIRST, SECOND, jobs=None, columns=columns))} == {"rejected"}


@pytest.mark.parametrize(
    ("rows", "otherwise", "which"),
    [
        ([SECOND, SECOND | {"From": "2022-01-01"}], {"newest_by": "start_date"}, "2022-01-01"),
        ([FIRST, FIRST | {"From": "2022-01-01"}, {"From": "2023-01-01"}], {"newest_by": "start_date"}, "2022-01-01"),
        ([FIRST | {"Phone": "60"}, FIRST | {"From": "2022-01-01", "Phone": "100"}], {"highest_by": "extra_share"}, "2022-01-01"),
        ([FIRST | {"Phone": '"9,5%"'}, FIRST | {"From": "2022-01-01", "Phone": "10 %"}], {"highest_by": "extra_share"}, "2022-01-01"),
    ],
    ids=["none is first", "two are first", "share of full time", "as a percentage"],
)
def test_where_none_or_several_are_first_the_settings_decide(rows: list[dict[str, str]], otherwise: object, which: str) -> None:
    assert ada(intake(*rows, jobs=PRIMARY | {"else": otherwise}))["start_date"] == which
    rejected = intake(*rows)
    assert set(came_of(rejected)) == {("rejected", "jobs_unsettled")}
    assert not has_unidentified_rejects(rejected.dispositions), "they are one person's, whose number is known"


@pytest.mark.parametrize(
    ("rows", "otherwise"),
    [
        ([FIRST, FIRST | {"Phone": "x"}], {"newest_by": "start_date"}),
        ([FIRST, FIRST | {"From": ""}], {"newest_by": "start_date"}),
        ([FIRST, FIRST | {"From": "1900-01-01"}], {"newest_by": "start_date"}),
        ([FIRST | {"Phone": "50"}, FIRST | {"Phone": "half"}], {"highest_by": "extra_share"}),
        ([FIRST | {"Phone": "80%"}, FIRST | {"Phone": "0.9"}], {"highest_by": "extra_share"}),
        ([FIRST | {"Phone": "30.10.2026"}, FIRST | {"Phone": "05.11.2026"}], {"newest_by": "extra_share"}),
        ([FIRST | {"Kind": "Yes"}, SECOND], {"newest_by": "start_date"}),
    ],
    ids=["equal", "one has none", "one has a day for none", "no number", "of two measures", "days as text", "another word for the first"],
)
def test_no_surprise_what_cannot_be_compared_decides_nothing(rows: list[dict[str, str]], otherwise: object) -> None:
    result = intake(*rows, jobs=PRIMARY | {"else": otherwise})
    assert came_of(result) == [("rejected", "jobs_unsettled")] * 2
    assert "lines 3 and 4" in result.rejects["message"].iloc[0]


ENDED = {"Status": "T", "To": "2026-01-31"}
TO_COME = {"From": "2026-06-01"}


@pytest.mark.parametrize(
    ("rows", "reasons", "employment"),
    [
        ([FIRST | ENDED, SECOND], [("superseded", "job_ended"), USED], "active"),
        ([FIRST, SECOND | ENDED], [USED, ("superseded", "job_ended")], "active"),
        ([FIRST | TO_COME, SECOND], [("superseded", "job_to_come"), USED], "active"),
        ([FIRST | ENDED, SECOND | ENDED | {"To": "2026-02-15"}], [("superseded", "older"), USED], "left"),
        ([FIRST | TO_COME, {"From": "2026-07-01"}], [USED, OTHER], "pending"),
        ([FIRST | {"To": "2026-03-01"}, FIRST | {"From": "2026-03-02"}], [USED, ("superseded", "not_begun")], "active"),
    ],
    ids=["the first has ended", "another has ended", "the first is to come", "all have ended", "all are to come", "one follows another"],
)
def test_no_surprise_somebody_leaves_with_their_last_job(
    rows: list[dict[str, str]], reasons: list[tuple[str | None, ...]], employment: str
) -> None:
    result = intake(*rows)
    assert (came_of(result), ada(result)["employment"]) == (reasons, employment)


UNREADABLE = {"Status": "T", "To": "31 Feb"}


@pytest.mark.parametrize(
    ("rows", "came", "leavers"),
    [
        ([FIRST, SECOND | UNREADABLE], [USED, OTHER], set()),
        ([SECOND, FIRST | UNREADABLE], [OTHER, ("rejected", "date")], set()),
        ([SECOND | ENDED, FIRST | UNREADABLE], [("superseded", "job_ended"), ("rejected", "date|says_left_undated")], {"2"}),
        ([SECOND | TO_COME, FIRST | UNREADABLE], [("superseded", "job_to_come"), ("rejected", "date|says_left_undated")], {"2"}),
    ],
    ids=["of another than the first", "of the first", "and the other has ended", "and the other is to come"],
)
def test_no_surprise_nobody_leaves_by_the_end_of_one_job_that_cannot_be_read(
    rows: list[dict[str, str]], came: list[tuple[str | None, ...]], leavers: set[str]
) -> None:
    result = intake(*rows)
    assert (came_of(result), rejected_leavers(result.rejects)) == (came, leavers)


def test_whoever_is_ahead_of_a_job_is_here_by_the_one_that_has_begun() -> None:
    assert came_of(intake(FIRST | TO_COME, SECOND, starts_ahead=365)) == [("superseded", "job_to_come"), USED]


@pytest.mark.parametrize("other", [{"mail": "eva@acme.example"}, {"First": "Eva"}, {"Last": "Berg"}])
def test_no_surprise_rows_that_name_different_people_are_a_conflict(other: dict[str, str]) -> None:
    result = intake(FIRST, SECOND | other)
    assert {found[0] for found in came_of(result)} == {"rejected"}
    assert all("duplicate_employee_id" in str(found[1]) for found in came_of(result))


def test_another_job_need_not_repeat_what_is_said_of_the_person_nor_be_well_written() -> None:
    result = intake(FIRST, SECOND | {"mail": "", "First": "", "Last": "EK", "To": "31 Feb"})
    assert came_of(result) == [USED, OTHER]
    assert result.rejects.empty


def test_a_bad_row_of_the_first_job_is_told_and_no_other_stands_in() -> None:
    result = intake(FIRST | {"To": "31 Feb"}, SECOND)
    assert came_of(result) == [("rejected", "date"), OTHER]


@pytest.mark.parametrize(
    ("rows", "all_jobs", "others"),
    [
        ([FIRST | {"Country": "P1"}, SECOND | {"Country": "P2"}, {"Country": "P3"}], '["P1","P2","P3"]', '["P2","P3"]'),
        ([FIRST | {"Country": "P1"}, SECOND | {"Country": "P1"}], "P1", "P1"),
        ([FIRST | {"Country": "P1"}, SECOND | {"Country": ""}], "P1", None),
        ([FIRST | {"Country": "P1"}, SECOND | ENDED | {"Country": "P2"}], "P1", None),
        ([FIRST | {"Country": "P1"}, SECOND | TO_COME | {"Country": "P2"}], "P1", None),
        ([FIRST | {"Country": "P1"}], "P1", None),
    ],
    ids=["three", "the same", "an empty cell", "one has ended", "one is to come", "one job"],
)
def test_what_all_jobs_or_the_others_say_is_gathered(rows: list[dict[str, str]], all_jobs: str, others: str | None) -> None:
    assert ada(intake(*rows)).get("extra_policies") == all_jobs
    columns = COLUMNS | {"extra_policies": {"column": "Country", "of_jobs": "others"}}
    assert ada(intake(*rows, columns=columns)).get("extra_policies") == others


def test_lists_of_a_rule_are_gathered_one_by_one() -> None:
    rule = {"column": "Country", "lookup": {"SE": ["P1", "P2"], "NO": "P3"}, "of_jobs": "all"}
    result = intake(FIRST | {"Country": "SE"}, SECOND | {"Country": "NO"}, columns=COLUMNS | {"extra_policies": rule})
    assert ada(result)["extra_policies"] == '["P1","P2","P3"]'


def test_what_cannot_be_read_of_another_job_is_not_what_is_empty() -> None:
    result = intake(FIRST | {"Country": "P1"}, SECOND | {"Country": "P\ufffd"})
    assert "extra_policies" in str(ada(result)[UNREAD])
    assert result.notes[["line", "column", "code"]].to_numpy().tolist() == [[3, "extra_policies", "damaged"]]


@pytest.mark.parametrize("bad", [{"Status": "Z"}, {"To": "31 Feb"}, {"Status": "T", "To": "31 Feb"}, {"From": "31 Feb"}])
def test_no_surprise_a_job_of_which_nobody_can_read_whether_it_goes_on_gives_nothing_and_takes_nothing(bad: dict[str, str]) -> None:
    columns = COLUMNS | {"worker_status": {"column": "Status", "values": {"A": "Active", "T": "Terminated"}}}
    rows = [FIRST | {"Country": "P1", "Status": "A"}, SECOND | {"Country": "P2", "Status": "A"} | bad]
    result = test_intake.intake(line("1", Kind="Y", Status="A"), *(line("2", **ADA | row) for row in rows), jobs=PRIMARY, columns=columns)
    assert "extra_policies" in str(ada(result)[UNREAD])
    assert result.notes[["line", "column", "code"]].to_numpy().tolist() == [[3, "extra_policies", "job_unread"]]


def test_an_empty_status_of_another_job_is_not_one_that_cannot_be_read() -> None:
    columns = COLUMNS | {"worker_status": {"column": "Status", "values": {"A": "Active"}}}
    rows = [line("1", Kind="Y", Status="A"), line("2", **ADA, **FIRST, Status="A"), line("2", **ADA, **SECOND)]
    result = test_intake.intake(*rows, jobs=PRIMARY, columns=columns)
    assert (came_of(result), result.notes.empty) == ([USED, OTHER], True)


@pytest.mark.parametrize("of", ["J1", "J2"])
def test_a_manager_is_found_by_any_of_their_jobs(of: str) -> None:
    columns = COLUMNS | {"manager_id": {"column": "Boss", "refers_to": "Personnummer"}}
    rows = [line("1", Kind="Y", Personnummer="J0", boss=of)]
    rows += [line("2", **ADA, **row, Personnummer=job) for row, job in ((FIRST, "J1"), (SECOND, "J2"))]
    roster = test_intake.intake(*rows, jobs=PRIMARY, columns=columns).roster
    assert roster.set_index("employee_id")["manager_id"]["1"] == "2"


@pytest.mark.parametrize(
    ("people", "mistake"),
    [
        ({"jobs": {"primary": {"Kind": "Y"}, "else": {"newest_by": "a", "highest_by": "b"}}}, "exactly one of newest_by, highest_by"),
        ({"jobs": {"primary": {"Kind": "Y"}, "else": "newest"}}, "reject"),
        ({"jobs": None}, "has of_jobs, and jobs"),
        ({"columns": COLUMNS | {"department": {"column": "Kind", "of_jobs": "all"}}, "jobs": PRIMARY}, "one value of a person"),
    ],
)
def test_settings_that_make_no_sense_are_refused(people: dict[str, object], mistake: str) -> None:
    with pytest.raises(ValueError, match=mistake):
        People.model_validate({"columns": COLUMNS, "absent_means": "leaver"} | people)


def test_a_column_that_is_not_mapped_cannot_decide() -> None:
    with pytest.raises(MissingColumn, match=r"people\.jobs\.else\.highest_by"):
        intake(FIRST, FIRST | {"Phone": "1"}, jobs=PRIMARY | {"else": {"highest_by": "extra_pay"}})


def test_settings_are_written_as_they_are_read() -> None:
    people = People.model_validate({"columns": COLUMNS, "absent_means": "leaver", "jobs": PRIMARY | {"else": {"newest_by": "start_date"}}})
    assert People.model_validate(people.model_dump(mode="json", exclude_unset=True)) == people
