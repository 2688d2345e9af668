"""What somebody sees in the Dagster UI when something stops: the demo's second night, and a company whose YAML is broken."""

import re
import shutil
import time
from collections.abc import Iterator
from typing import Any

import pytest

from resources import places
from tests.ui.conftest import Demo, shown
from tests.ui.test_demo import names_nobody
from tests.ui.test_unloadable import red

pytestmark = pytest.mark.long(held_by="tests/graph/test_in_the_ui.py::test_a_check_belongs_to_what_its_own_run_materialized")

LEAVERS = ["001000", "001006", "001009", "001015", "1012", "1021"]
BROKEN = {"owners: [team:finance-systems]": "owners: [team:FILL-IN]", "    phone:": "    fone:"}
"""What is typed wrong in the broken company's copy of the demo's YAML."""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    companies = tmp_path_factory.mktemp("pipelines")
    shutil.copytree(places.PROJECT / "pipelines" / "demo", companies / "demo")
    yaml = (companies / "demo" / "defs.yaml").read_text("utf-8")
    for right, wrong in BROKEN.items():
        assert right in yaml, right
        yaml = yaml.replace(right, wrong)
    (companies / "acme").mkdir()
    (companies / "acme" / "defs.yaml").write_text(yaml, "utf-8")
    with shown(tmp_path_factory.mktemp("home"), "demo", "--night", "2", pipelines=companies) as demo:
        yield demo


def check(screen: Any, asset: str, name: str, says: str) -> None:
    screen.open(f"/assets/{asset}?view=checks&checkDetail={name}", says)


def test_what_waits_is_shown_with_old_and_new_and_what_to_paste(screen: Any) -> None:
    check(screen, "demo/findity/plan", "held", "6 people wait for a release. leave: 6 planned, 3 allowed.")
    screen.shows("rollcall release demo", "Findity → nothing", *LEAVERS)
    screen.picture("held")
    with screen.narrow():
        assert screen.cut_off() == []
    screen.page.get_by_text("[Show Markdown]").first.click()
    screen.shows("digest:")


def test_a_file_that_is_cut_short_says_so_and_what_to_do(screen: Any) -> None:
    check(screen, "demo/hr/roster", "gate", "The file does not end with the agreed trailer: it may be cut short.")
    screen.shows("Have HR send the whole file again.", "acme_people_2026-11-22.csv")
    screen.asset("reports/sync_report", "Stopped at the gate: The file does not end with the agreed trailer: it may be cut short.")


def test_who_was_refused_is_shown_with_the_destinations_words(screen: Any) -> None:
    screen.asset("findity/sync_result", "not accepted")
    assert screen.rows("not accepted") == [["001747", "refused: NO_COST_UNIT: The department has no active cost unit."]]


def test_which_fields_change_is_told_as_people_call_them(screen: Any) -> None:
    screen.asset("findity/plan", "fields that change")
    assert [line[:2] for line in screen.rows("fields that change")] == [["Access", "6"], ["Unit", "3"]]


@pytest.mark.parametrize("asset", ["expensify/plan", "findity/plan", "findity/sync_result", "findity/landed", "reports/sync_report"])
def test_an_assets_page_shows_tables_whole_and_names_nobody(screen: Any, asset: str, names: re.Pattern[str]) -> None:
    screen.whole(asset)
    names_nobody(screen.text(), names)


def test_a_company_whose_settings_are_broken_lists_what_is_wrong_by_line(screen: Any) -> None:
    deadline = time.monotonic() + 90
    while not red(screen.demo.home / "dagster_home", "acme"):  # the daemon evaluates it, and nobody presses a button
        assert time.monotonic() < deadline
        time.sleep(0.5)
    check(screen, "acme/settings", "loads", "still says FILL-IN")
    screen.shows("Failed", re.compile(r"at line \d+: there is no such setting here"))
    assert screen.cut_off() == []
    screen.picture("settings")
