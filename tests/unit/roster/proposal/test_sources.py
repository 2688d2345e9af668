"""What is known of HR systems' exports: each sample is mapped, read whole and planned, and what the system's name leaves open is told.

The samples in `tests/sources/` are invented, with what docs/sources/ says that each system's exports are like.
"""

import copy
import functools
import io
from datetime import date
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
import yaml

from assets import draft
from roster import accounting
from roster.intake import gate
from roster.intake.take_in import IntakeResult, take_in
from roster.proposal import sources
from roster.proposal.propose import Proposal, propose
from roster.settings import CsvFormat, Gate, People
from roster.vocabulary import CANONICAL_COLUMNS, WORKER_STATUSES
from sandbox.server import Sandbox
from tests import syncing
from tests.unit.destinations.expensify.nightly import HOME, Company

PROJECT = Path(__file__).parents[4]
DAY = date(2026, 11, 20)
OPEN = {"timezone", "owners", "policyID", "organization"}
"""What no export can tell. A time zone is open where a country has several."""
SEVERAL_ZONES = {"adp", "ukg"}
NAMES = sources.names()
every = pytest.mark.parametrize("name", NAMES)


def sample(name: str) -> Path:
    [file] = (PROJECT / "tests" / "sources" / name).iterdir()
    return file


@functools.cache
def proposal(name: str) -> Proposal:
    return propose(sample(name).read_bytes(), sample(name).name, sources.source(name))


@functools.cache
def settings(name: str) -> dict:
    return yaml.safe_load(draft.written(proposal(name), "people"))["attributes"]


@functools.cache
def taken(name: str) -> IntakeResult:
    hr = settings(name)["hr"]
    csv = {key: value for key, value in hr["csv"].items() if key != "path"}
    return take_in(sample(name).read_bytes(), CsvFormat.model_validate(csv), People.model_validate(hr["people"]), DAY)


def left_open(node: object, at: str = "") -> set[str]:
    """The attributes that are left open, by their name."""
    if isinstance(node, dict):
        return set().union(*(left_open(value, str(key)) for key, value in node.items()))
    if isinstance(node, list):
        return set().union(*(left_open(value, at) for value in node))
    return {at} if "FILL-IN" in str(node) else set()


def proposed(text: str, name: str) -> Proposal:
    return propose(text.encode(), "people.csv", sources.source(name))


def test_each_source_has_a_page_and_a_sample_and_the_index_names_it() -> None:
    pages = PROJECT / "docs" / "sources"
    assert {path.stem for path in pages.glob("*.md")} == {*NAMES, "index"}
    assert {path.name for path in (PROJECT / "tests" / "sources").iterdir()} == set(NAMES)
    index = (pages / "index.md").read_text(encoding="utf-8")
    assert all(f"({name}.md)" in index and f"`{name}`" in index for name in NAMES)


@every
def test_a_page_says_what_is_verified_and_what_is_not(name: str) -> None:
    text = (PROJECT / "docs" / "sources" / f"{name}.md").read_text(encoding="utf-8")
    assert {"## The file", "## How to set it up", "## What to ask for", "## What is verified"} <= set(text.splitlines())


@every
def test_a_data_file_speaks_of_columns_and_states_that_there_are(name: str) -> None:
    known = sources.source(name)
    assert set(known.columns) <= {*CANONICAL_COLUMNS, "manager_name"}
    assert set(known.statuses) <= set(WORKER_STATUSES)


@every
def test_a_sample_is_mapped_with_nothing_open_but_what_no_export_tells(name: str) -> None:
    assert proposal(name).known.lacking == ()
    open_places = left_open(settings(name)) - {"constant", "lookup"}
    assert open_places - OPEN == set()
    assert ("timezone" in open_places) is (name in SEVERAL_ZONES)
    assert "FILL-IN" not in yaml.safe_dump(settings(name)["hr"])


@every
def test_a_sample_is_fit_and_every_row_of_it_is_used_or_known_to_be_no_person(name: str) -> None:
    result = taken(name)
    assert gate.refusal(gate.run_checks(result.facts, None, {}, Gate()), "") is None
    assert accounting.of_rows(result.dispositions, len(result.dispositions)) == []
    assert (result.facts.used, len(result.rejects)) == (10, 0)
    boss = next(iter(result.roster.loc[result.roster["last_name"] == "Holm", "employee_id"]))
    managers = result.roster.set_index("last_name")["manager_id"]
    assert managers["Strand"] == boss
    assert result.roster.set_index("last_name")["employment"][["Falk", "Brandt"]].tolist() == ["pending", "left"]


@every
def test_a_file_looks_like_the_system_that_made_it(name: str) -> None:
    assert sources.looks_like(proposal(name).header) == (name if name != "sheet" else None)


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox(switches={"expensify_rate_limits": False}) as running:
        yield running, copy.deepcopy(running.state)


@every
def test_a_sample_is_planned_and_everyone_has_an_outcome(name: str, sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXPENSIFY_SECRET", "demo-secret")
    box, empty = sandbox
    box.box.state = copy.deepcopy(empty)
    people = [
        {key: value for key, value in row.items() if not pd.isna(value)} | {"extra_policy": HOME}
        for row in taken(name).roster.to_dict("records")
    ]
    with syncing.fresh(tmp_path) as ledger:
        night = Company(box, ledger).sync(*people)
    assert accounting.after_write(night.plan, night.landed.outcomes) == []
    numbers = taken(name).roster.set_index("last_name")["employee_id"]
    actions = night.plan.people.set_index("employee_id")["action"]
    assert actions[numbers["Holm"]] == actions[numbers["Strand"]] == "create"
    assert actions[numbers["Brandt"]] not in ("create", "update")
    assert actions[numbers["Falk"]] not in ("create", "update")


HEADER = "Employee ID,Legal First Name,Legal Last Name,Primary Work Email,Worker Status,Hire Date"
ROWS = [f"{n},Ann{n},Ek{n},ann{n}@acme.example,Active,{{}}" for n in range(1, 7)]


def workday(dates: list[str], header: str = HEADER) -> Proposal:
    return proposed("\n".join([header, *(row.format(day) for row, day in zip(ROWS, dates, strict=True))]) + "\n", "workday")


def test_a_heading_that_lacks_is_told() -> None:
    assert workday(["2026-01-02"] * 6).known.lacking == ("end_date", "manager")


def test_a_day_that_can_be_read_in_two_of_the_systems_ways_is_left_open() -> None:
    assert workday(["03/04/2020"] * 6).columns["start_date"].confidence == 0.5
    assert workday([*["03/04/2020"] * 5, "03/14/2020"]).columns["start_date"].confidence == sources.SURE


def test_a_way_to_write_days_that_is_none_of_the_systems_is_believed_where_it_fits_better() -> None:
    text = "PersonNumber|DateStart\n" + "".join(f"{n}|0{n}-04-2020\n" for n in range(1, 9)) + "9|31-04-2020\n10|30-05-2020\n"
    assert proposed(text, "oracle").rules["start_date"]["format"] == "%d-%m-%Y"


@pytest.mark.parametrize("name", ["adp", "ukg", "successfactors", "bamboohr", "workday", "sheet"])
def test_a_day_the_other_way_round_is_never_read_by_the_systems_name_alone(name: str) -> None:
    [first, *_] = [each for each in sources.source(name).columns["start_date"] if isinstance(each, str)]
    days = pd.Series(["03/04/2020", "05/06/2021", "07/08/2019"])
    found = sources.known(sources.source(name), pd.DataFrame({first: days}, dtype="str"))
    assert found.columns["start_date"].confidence == 0.5
    days = pd.concat([days, pd.Series(["13/08/2019"])])
    found = sources.known(sources.source(name), pd.DataFrame({first: days}, dtype="str"))
    assert found.rules["start_date"]["format"] == "%d/%m/%Y"


def test_what_is_known_goes_before_what_is_guessed() -> None:
    renamed = HEADER.replace("Primary Work Email", "Email - Primary Work") + ",Home E-mail"
    rows = [row.format("2026-01-02") + f",{n}@home.example" for n, row in enumerate(ROWS)]
    assert proposed("\n".join([renamed, *rows]) + "\n", "workday").columns["email"].value == "Email - Primary Work"


def test_a_status_word_of_the_system_is_mapped_though_nobody_has_it_yet() -> None:
    words = workday(["2026-01-02"] * 6).rules["worker_status"]["values"]
    assert (words["Terminated"], words["On Leave"]) == ("Terminated", "On Leave")


def test_nobody_leaves_by_a_word_that_is_also_said_of_people_on_leave() -> None:
    """At SuccessFactors, Inactive is both; the day of leaving tells which."""
    standing = taken("successfactors").roster.set_index("last_name")["employment"]
    assert (standing["Sjö"], standing["Brandt"]) == ("leave", "left")


def test_without_a_heading_for_countries_codes_the_names_of_countries_are_no_country() -> None:
    rows = [row.format("2026-01-02") + ",Sweden" for row in ROWS]
    found = proposed("\n".join([HEADER + ",Country", *rows]) + "\n", "workday")
    assert "country" not in found.known.columns


def test_a_workbooks_dates_are_read_as_they_are() -> None:
    book = openpyxl.Workbook()
    book.active.append(["Personalnummer", "Vorname", "Nachname", "E-Mail", "Status", "Einstellungsdatum"])
    for n in range(6):
        book.active.append([n + 1, f"Ann{n}", f"Ek{n}", f"ann{n}@acme.example", "Aktiv", 45000 + n])
    content = io.BytesIO()
    book.save(content)
    found = propose(content.getvalue(), "people.xlsx", sources.source("personio"))
    assert found.rules["start_date"] == {"column": "Einstellungsdatum", "format": "excel"}


def test_a_decimal_sign_that_no_limit_tells_is_the_systems() -> None:
    rows = [f"{n};Ann{n};Ek{n};ann{n}@acme.example;{n}.000 kr" for n in range(1, 7)]
    text = "\n".join(["AnstNr;Förnamn;Efternamn;E_mail;Attestgräns", *rows]) + "\n"
    told = propose(text.encode(), "people.csv").format["decimal"]
    assert (proposed(text, "hogia").format["decimal"].value, told.confidence) == (",", told.confidence)
    assert proposed(text, "hogia").format["decimal"].confidence > 0.5
