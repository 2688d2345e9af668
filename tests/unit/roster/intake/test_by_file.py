"""A file that shrank is not made up for by another that grew."""

import pytest

from roster.intake.facts import FileFacts
from roster.intake.gate import GateCheck, run_checks
from roster.settings import Gate


def facts(**files: dict[str, int]) -> FileFacts:
    used, rejected = (sum(one.get(what, 0) for one in files.values()) for what in ("used", "rejected"))
    return FileFacts(rows=used + rejected, used=used, rejected=rejected, files=files)


LAST = facts(se={"used": 500}, no={"used": 100}, dk={"used": 30})


def checked(now: FileFacts, last: FileFacts | None = LAST) -> GateCheck:
    (found,) = [one for one in run_checks(now, last, {}, Gate()) if one.name == "files"]
    return found


def test_files_about_as_large_as_last_time_pass_and_are_told_by_place_and_name() -> None:
    found = checked(facts(se={"used": 498}, no={"used": 103}, dk={"used": 30}))
    assert found.passed
    assert found.seen == "file 1, se: 498 rows, file 2, no: 103 rows, file 3, dk: 30 rows"


@pytest.mark.parametrize(
    ("se", "no", "seen"),
    [
        (509, 91, "no has 91 rows (had 100)"),  # in all there are as many
        (494, 120, "se has 494 rows (had 500), no has 120 rows (had 100)"),
    ],
)
def test_no_surprise_what_one_lost_and_another_won_does_not_even_out(se: int, no: int, seen: str) -> None:
    now = facts(se={"used": se}, no={"used": no}, dk={"used": 30})
    others = [one for one in run_checks(now, LAST, {}, Gate()) if one.name in ("rows", "growth")]
    assert all(one.passed for one in others)
    found = checked(now)
    assert (found.passed, found.seen) == (False, seen)


def test_rejects_of_a_small_file_are_not_lost_in_a_large_one() -> None:
    now = facts(se={"used": 500}, no={"used": 100}, dk={"used": 20, "rejected": 10, "rejected_leavers": 0})
    assert all(one.passed for one in run_checks(now, LAST, {}, Gate()) if one.name == "rejects")
    assert checked(now).seen == "dk has 10 of 30 rows rejected"
    assert checked(now, None).seen == "dk has 10 of 30 rows rejected", "it needs no earlier file"
    spared = facts(se={"used": 500}, no={"used": 100}, dk={"used": 20, "rejected": 10, "rejected_leavers": 8})
    assert checked(spared).passed


def test_a_file_that_is_new_in_the_settings_has_nothing_to_be_compared_with() -> None:
    assert checked(facts(se={"used": 500}, no={"used": 100}, dk={"used": 30}, fi={"used": 40})).passed


def test_of_one_file_nothing_is_asked() -> None:
    assert "files" not in [one.name for one in run_checks(FileFacts(rows=5, used=5), None, {}, Gate())]
