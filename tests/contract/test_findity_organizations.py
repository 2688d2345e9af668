"""Several organizations of one company: who is brought where, who moves and when, and what is not known."""

import io
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from rich.console import Console

from cli.why import as_json, print_story
from resources.failures import Failed
from resources.past.run_report import assemble
from resources.past.story import story_of
from roster.reports.headline import headline
from roster.reports.skipped import left_out
from roster.reports.story import sentence
from sandbox.faults import Fault
from tests.contract.nights_at_organizations import BOSS, NO, NOBODY_JOINS, RIGHT, SE, WRONG, Make, Organizations, employee, stand_in

further = pytest.mark.long(
    held_by="tests/contract/test_findity_organizations.py::test_everyone_comes_into_the_organization_that_the_rule_names_and_a_person_of_both_is_one_person"
)

TITLES = {"findity": "Findity"}
NOTHING_STORED = SimpleNamespace(entry=lambda *_: None)


@pytest.fixture(scope="module")
def company() -> Iterator[Make]:
    with stand_in() as made:
        yield made


@pytest.fixture
def acme(company: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Organizations]:
    monkeypatch.setenv(RIGHT, "s")
    monkeypatch.setenv(WRONG, "none")
    with company(tmp_path) as made:
        made.begin(BOSS, employee("E2"), employee("E3"), employee("E4", "NO"))
        yield made


def test_everyone_comes_into_the_organization_that_the_rule_names_and_a_person_of_both_is_one_person(acme: Organizations) -> None:
    assert acme.active("se") == {"E1", "E2", "E3"}
    assert acme.active("no") == {"E1", "E4"}
    assert acme.users("se")["E1"]["personId"] == acme.users("no")["E1"]["personId"]
    assert acme.users("no")["E4"]["approverIds"] == [acme.users("no")["E1"]["personId"]]


def test_a_quiet_night_writes_nothing_and_tells_of_nobody(acme: Organizations) -> None:
    quiet = acme.night(BOSS, employee("E2"), employee("E3"), employee("E4", "NO"))
    assert quiet[SE].planned == {"E1": ("none", None), "E2": ("none", None), "E3": ("none", None), "E4": ("none", "elsewhere")}
    assert quiet[SE].numbers["intended"] == quiet[NO].numbers["intended"] == 0
    assert not [call for call in quiet[NO].calls if call["write"]]


@pytest.mark.long(
    held_by="tests/contract/test_findity_organizations.py::test_everyone_comes_into_the_organization_that_the_rule_names_and_a_person_of_both_is_one_person"
)
def test_no_surprise_nobody_leaves_an_organization_before_the_next_has_them(acme: Organizations) -> None:
    people = BOSS, employee("E2", "NO"), employee("E3"), employee("E4", "NO")
    moving = acme.night(*people)
    assert moving[NO].outcome["E2"][0] == "created"
    assert moving[SE].planned["E2"] == ("skip", "joins_elsewhere_first")
    assert "E2" in acme.active("se") & acme.active("no")
    after = acme.night(*people)
    assert after[SE].outcome["E2"][0] == "deactivated"
    assert acme.active("se") == {"E1", "E3"}
    assert acme.night(*people)[SE].planned["E2"] == ("none", "elsewhere")


@further
@pytest.mark.parametrize("trouble", ["down", "refuses", "holds"])
def test_no_surprise_a_mover_keeps_the_old_while_the_new_one(acme: Organizations, trouble: str) -> None:
    people = BOSS, employee("E2", "NO"), employee("E3"), employee("E4", "NO")
    if trouble == "down":
        acme.secret["no"] = WRONG
    elif trouble == "refuses":
        acme.box.box.faults.append(Fault(api="findity", job="PUT users", times=None, refuse={"E2": "INVALID_EMAIL"}))
    else:
        acme.limits["no"] = NOBODY_JOINS
    for _ in range(3):
        came = acme.night(*people)
        assert came[SE].planned["E2"] == ("skip", "joins_elsewhere_first")
        assert "E2" in acme.active("se")
    assert isinstance(came[NO], Failed) == (trouble == "down")


def test_one_organization_without_credentials_stops_no_other(acme: Organizations) -> None:
    acme.secret["no"] = WRONG
    came = acme.night(BOSS, employee("E2"), employee("E3"), employee("E4", "NO"), employee("E5"))
    assert isinstance(came[NO], Failed)
    assert came[SE].outcome["E5"][0] == "created"


@further
@pytest.mark.parametrize(
    ("cell", "reason"), [("XX", "organization_unknown"), (None, "organization_empty"), ("NO;XX", "organization_unknown")]
)
def test_no_surprise_whose_organization_is_not_known_stays_as_they_are(acme: Organizations, cell: str | None, reason: str) -> None:
    came = acme.night(BOSS, employee("E2", cell), employee("E3"), employee("E4", "NO"), employee("E9", cell))
    assert came[SE].planned["E2"] == came[SE].planned["E9"] == ("skip", reason)
    assert "E2" in acme.active("se")
    assert "E9" not in acme.active("se")
    assert ("E9" in acme.active("no")) == (cell == "NO;XX")  # the other word is known
    listed = left_out(assemble(acme.ledger, came[SE].attempt.run_id, TITLES)).set_index("employee_id")
    assert listed.loc[["E2", "E9"], "code"].tolist() == [reason, reason]
    assert listed.loc[["E2", "E9"], "field"].tolist() == ["organization", "organization"]
    word = listed.loc["E2", "word"]
    assert pd.isna(word) if reason == "organization_empty" else word == "XX", "only what leads nowhere is told"


@further
def test_hrs_word_for_an_organization_that_leads_nowhere_is_told_with_what_may_have_been_meant(acme: Organizations) -> None:
    acme.rules = {"belonging": {"organization": {"column": "company_code", "lookup": {"Sweden": "se", "Norway": "no"}}}}
    staff = BOSS | {"company_code": "Sweden"}, employee("E3", "Sweden"), employee("E4", "Norway")
    came = acme.night(*staff, employee("E2", "Swedn"), employee("E9", "77"))
    assert came[SE].planned["E2"] == came[SE].planned["E9"] == ("skip", "organization_unknown")
    run = came[SE].attempt.run_id
    listed = left_out(assemble(acme.ledger, run, TITLES)).set_index("employee_id")
    columns = ["field", "word", "candidates"]
    assert listed.loc["E2", columns].tolist() == ["organization", "Swedn", "Sweden"]
    assert listed.loc["E9", "word"] == "77"
    assert pd.isna(listed.loc["E9", "candidates"])
    story = story_of(acme.ledger, NOTHING_STORED, "E2", 5, TITLES)  # type: ignore[arg-type]
    at = next(visit for chapter in story.chapters for visit in chapter.visits if visit.destination == "Findity se")
    assert (at.word, at.candidates) == ("Swedn", "Sweden")
    console = Console(width=200, record=True, file=io.StringIO())
    print_story(console, story)
    assert "known: Swedn. Did you mean Sweden?" in console.export_text()
    assert "Swedn" not in str(as_json("acme", story, show_values=False))
    assert "Swedn" in str(as_json("acme", story, show_values=True))


@further
def test_who_counts_as_a_consultant_for_a_word_that_is_not_known_is_told(acme: Organizations) -> None:
    came = acme.night(
        BOSS, employee("E2", extra_more="nö"), employee("E3", extra_more="all"), employee("E4", "NO"), employee("E7", extra_more="see")
    )
    listed = left_out(assemble(acme.ledger, came[SE].attempt.run_id, TITLES))
    told = listed[listed["code"].eq("consultant_unknown")].set_index("employee_id")
    assert sorted(told.index) == ["E2", "E7"]
    assert told.loc["E7", ["field", "word", "candidates"]].tolist() == ["consultant_in", "see", "se"]
    assert "bankAccount" not in acme.users("se")["E7"]


@further
def test_why_says_of_another_organization_that_they_do_not_belong_there(acme: Organizations) -> None:
    came = acme.night(BOSS, employee("E2"), employee("E3"), employee("E4", "NO"))
    acme.night(BOSS, employee("E2"), employee("E3"), employee("E4", "NO"), only=[NO])
    acme.night(BOSS, employee("E2"), employee("E3"), employee("E4", "NO"), only=[SE])
    stored = SimpleNamespace(entry=lambda run, asset, *_: came[SE].plan.people if asset.endswith("/plan") else None)
    story = story_of(acme.ledger, stored, "E4", 1, TITLES)  # type: ignore[arg-type]
    assert [(visit.destination, visit.outcome) for visit in story.chapters[0].visits] == [("Findity se", None)]
    assert sentence(story) == "E4, at Findity se: belongs elsewhere, and has no active account here."


def test_true_report_an_organization_that_stopped_is_named_also_where_it_never_had_a_plan(acme: Organizations) -> None:
    for run, failures in (("a", {"findity_de/known": "The key was refused."}), ("b", {"findity_no/known": "x", "findity_de/known": "x"})):
        acme.ledger.runs.begin(run, run, "acme_sync")
        acme.ledger.runs.end(run, "stopped", failures)
    first, second = (assemble(acme.ledger, run, TITLES) for run in ("a", "b"))
    assert headline(first, left_out(first)).sentence == "Stopped at Findity de: The key was refused."
    found = headline(second, left_out(second))
    assert [found.sentence, found.also[0]] == ["Stopped at Findity no: x", "Findity de did not get through: x"]


@further
def test_an_organization_that_cannot_be_read_is_told_as_that(acme: Organizations) -> None:
    came = acme.night(BOSS, employee("E2", None, unread="company_code"), employee("E3"), employee("E4", "NO"))
    assert came[SE].planned["E2"] == ("skip", "organization_unreadable")
    assert "E2" in acme.active("se")


@further
def test_approver_a_manager_whose_organization_is_not_known_tonight_goes_on_approving(acme: Organizations) -> None:
    acme.night(BOSS, employee("E2"), employee("E3", manager_id="E2"), employee("E4", "NO"))
    came = acme.night(BOSS, employee("E2", "XX"), employee("E3", manager_id="E2"), employee("E4", "NO"))
    assert came[SE].planned["E3"] == ("none", None)
    assert came[SE].landed.without_approver == []


@further
def test_approver_a_manager_of_another_organization_only_is_passed_over_and_that_is_told(acme: Organizations) -> None:
    came = acme.night(BOSS, employee("E2"), employee("E3"), employee("E4", "NO", manager_id="E2"))
    assert acme.users("no")["E4"]["approverIds"] == [acme.users("no")["E1"]["personId"]]
    assert came[NO].facts.repairs.to_numpy().tolist() == [["E4", "elsewhere"]]


@further
def test_whoever_has_left_leaves_all_organizations_at_once(acme: Organizations) -> None:
    people = BOSS, employee("E2", "SE;NO"), employee("E3"), employee("E4", "NO")
    acme.night(*people)
    assert "E2" in acme.active("se") & acme.active("no")
    came = acme.night(BOSS, employee("E2", "SE;NO", employment="left"), employee("E3"))
    assert came[SE].outcome["E2"][0] == came[NO].outcome["E2"][0] == came[NO].outcome["E4"][0] == "deactivated"
    assert acme.active("no") == {"E1"}


@further
def test_a_rejoiner_may_come_back_into_the_other_one(acme: Organizations) -> None:
    acme.night(BOSS, employee("E2", employment="left"), employee("E3"), employee("E4", "NO"))
    came = acme.night(BOSS, employee("E2", "NO"), employee("E3"), employee("E4", "NO"))
    assert came[SE].planned["E2"] == ("none", "elsewhere")
    assert came[NO].outcome["E2"][0] == "created"
    back = acme.night(BOSS, employee("E2", "SE"), employee("E3"), employee("E4", "NO"))
    assert back[SE].outcome["E2"][0] == "reactivated"
    assert back[NO].planned["E2"] == ("skip", "joins_elsewhere_first")


@further
def test_somebody_whom_rollcall_never_put_into_an_organization_is_left_there_and_told(acme: Organizations) -> None:
    acme.users("no")["E3"] = {**acme.users("se")["E3"], "id": "other"}
    came = acme.night(BOSS, employee("E2"), employee("E3"), employee("E4", "NO"))
    assert came[NO].planned["E3"] == ("skip", "belongs_elsewhere")
    assert "E3" in acme.active("no")


@further
@pytest.mark.parametrize(("cell", "without"), [("no", {"no"}), ("all", {"se", "no"}), ("typo", {"se", "no"}), (None, set())])
def test_a_consultant_gets_no_private_fields_where_they_are_one(acme: Organizations, cell: str | None, without: set[str]) -> None:
    acme.night(BOSS, employee("E2"), employee("E3"), employee("E4", "NO"), employee("E7", "SE;NO", extra_more=cell))
    assert {word for word in ("se", "no") if "bankAccount" not in acme.users(word)["E7"]} == without


@further
def test_what_a_consultant_has_there_already_stays(acme: Organizations) -> None:
    came = acme.night(BOSS, employee("E2", extra_more="se"), employee("E3"), employee("E4", "NO"))
    assert came[SE].planned["E2"] == ("none", None)
    assert acme.users("se")["E2"]["bankAccount"] == {"iban": "SE4550000000058398257466"}


@further
def test_true_report_each_organization_is_told_by_itself(acme: Organizations) -> None:
    came = acme.night(BOSS, employee("E2"), employee("E3"), employee("E4", "NO"))
    report = assemble(acme.ledger, came[NO].attempt.run_id, TITLES)
    assert [(one.key, one.name) for one in report.destinations] == [(NO, "Findity no")]


@further
def test_quiet_no_name_or_address_of_anybody_is_in_what_is_kept_of_a_mover(acme: Organizations) -> None:
    came = acme.night(BOSS, employee("E2", "NO"), employee("E3"), employee("E4", "NO"))
    told = came[SE].plan.people[["reason", "detail"]].to_string() + str(came[SE].facts.to_json())
    assert "acme.example" not in told
    assert "FE2" not in told
