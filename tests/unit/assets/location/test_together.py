"""Each company loads by itself: whatever is wrong with one, the others are as if it were not there."""

import os
import re
import sys
from collections.abc import Callable
from pathlib import Path

import dagster as dg
import pytest

from assets import mistakes, names
from assets.location import broken, one
from assets.location.together import Location

YAML = """\
type: assets.RosterSync
attributes:
  timezone: Europe/Stockholm
  owners: [team:people]
  hr:
    csv: {path: inbox/*.csv}
    people:
      absent_means: unchanged
      columns: {employee_id: Number, email: Mail, first_name: First, last_name: Last, department: Dept}
  when: {arrival: {}}
  expensify:
    connection: {partner_user_id: {env: USER}, partner_user_secret: {env: SECRET}}
    feed: {policyID: department}
"""
THEIRS = {
    "raises": "raise ValueError('hunter2')",
    "ends": "import sys; sys.exit('hunter2')",
    "lacks": "import a_module_that_nobody_has",
    "builds": """
from assets import RosterSync
class Sync(RosterSync):
    def build_defs(self, context):
        raise RuntimeError('hunter2')
""",
    "takes": """
import dagster as dg
from assets import RosterSync
@dg.job
def good_sync(): pass
class Sync(RosterSync):
    def build_defs(self, context):
        return dg.Definitions.merge(super().build_defs(context), dg.Definitions(jobs=[good_sync]))
""",
    "takes_longer": """
import dagster as dg
from assets import RosterSync
@dg.job
def bad_also_sync(): pass
class Sync(RosterSync):
    def build_defs(self, context):
        return dg.Definitions.merge(super().build_defs(context), dg.Definitions(jobs=[bad_also_sync]))
""",
}


def company(folder: Path, name: str = "good", text: str = YAML) -> Path:
    (folder / name).mkdir()
    (folder / name / "defs.yaml").write_text(text)
    return folder / name / "defs.yaml"


def replaced(old: str, new: str) -> Callable[[Path], None]:
    assert old in YAML
    return lambda file: company(file.parent.parent, "bad", YAML.replace(old, new)) and None


def instead(make: Callable[[Path], object]) -> Callable[[Path], None]:
    def put(file: Path) -> None:
        file.parent.mkdir()
        make(file)

    return put


BAD = {
    "a draft": (replaced("team:people", "team:FILL-IN"), "still says FILL-IN"),
    "no attributes": (instead(lambda file: file.write_text("type: assets.RosterSync\nattributes: {}\n")), "Field required"),
    "no YAML": (instead(lambda file: file.write_text("type: [")), "not valid YAML"),
    "nested too deeply": (instead(lambda file: file.write_text("a: " + "[" * 5000)), "nested too deeply"),
    "empty": (instead(lambda file: file.write_text("")), "Field required"),
    "an unknown type": (replaced("assets.RosterSync", "nowhere.Sync"), "Module `nowhere` not found."),
    "a link to itself": (instead(lambda file: file.symlink_to(file.name)), "cannot be read (OSError)"),
    "a link to nothing": (instead(lambda file: file.symlink_to("nothing")), "cannot be read (FileNotFoundError)"),
    "a folder that is a link to itself": (lambda file: file.parent.symlink_to(file.parent.name), "cannot be read (OSError)"),
    "a folder": (instead(lambda file: file.mkdir()), "not a file"),
    "a pipe": (instead(os.mkfifo), "not a file"),
    "bytes": (instead(lambda file: file.write_bytes(b"\xff\xfe\xfa")), "cannot be read (UnicodeDecodeError)"),
    "a component whose import raises": (replaced("assets.RosterSync", "raises.Sync"), "importing it failed (ValueError)"),
    "a component whose import ends": (replaced("assets.RosterSync", "ends.Sync"), "importing it failed (SystemExit)"),
    "a component whose import lacks something": (replaced("assets.RosterSync", "lacks.Sync"), ""),
    "a component that raises": (replaced("assets.RosterSync", "builds.Sync"), "could not be built (RuntimeError)"),
    "a component that calls a job as another company does": (
        replaced("assets.RosterSync", "takes.Sync"),
        "the job good_sync is called as one of company 'good' is or may be",
    ),
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "dagster"))
    monkeypatch.setenv("ROLLCALL_PIPELINES", str(tmp_path / "companies"))
    (tmp_path / "theirs").mkdir()
    for name, code in THEIRS.items():
        (tmp_path / "theirs" / f"{name}.py").write_text(code)
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.syspath_prepend(str(tmp_path / "theirs"))
    (tmp_path / "companies").mkdir()
    company(tmp_path / "companies")
    return tmp_path / "companies"


def seen(location: Location) -> dict[str, set[str]]:
    """Everything that the UI shows of a location, by kind, but for what stands for the company `bad`."""
    repository = location.get_repository_def()
    found = {
        "asset": {key.to_user_string() for key in repository.asset_graph.get_all_asset_keys()},
        "job": set(repository.job_names),
        "sensor": {one.name for one in repository.sensor_defs},
        "schedule": {one.name for one in repository.schedule_defs},
        "resource": set(repository.get_top_level_resources()),
    }
    return {kind: {name for name in names if not name.startswith("bad")} for kind, names in found.items()}


@pytest.mark.parametrize("kind", BAD)
def test_whatever_is_wrong_with_a_company_the_others_load_as_if_it_were_not_there(
    folder: Path, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    alone = seen(Location(folder))
    make, told = BAD[kind]
    make(folder / "bad" / "defs.yaml")
    location = Location(folder)
    assert seen(location) == alone
    [line, *_] = location.mistakes()["bad"]
    assert str(folder / "bad") in line
    assert told in line
    graph = location.get_repository_def().asset_graph
    red = graph.get(dg.AssetKey(["bad", "settings"]))
    assert re.sub(rf" at {folder / 'bad' / 'defs.yaml'}:(?=\d)", " at line ", line) in (red.description or "")
    assert [check.name for check in red.check_keys] == [broken.CHECK]
    printed = capsys.readouterr().err
    assert printed.count("The settings of company 'bad' cannot be loaded") == 1
    assert "hunter2" not in f"{location.mistakes()} {red.description} {printed}"
    assert mistakes.of_all(["good", "bad"]) == {"bad": mistakes.of(folder / "bad" / "defs.yaml")} == location.mistakes()
    for lazily in (Location(folder), location):
        subset = lazily.get_repository_def().get_maybe_subset_job_def
        assert subset("good_sync").name == "good_sync"
        with pytest.raises(broken.CannotBeLoaded, match="The settings of company 'bad' cannot be loaded, so none of its jobs can run: "):
            subset("bad_sync")


def test_no_surprise_the_name_of_a_broken_companys_job_becomes_nobody_elses(folder: Path) -> None:
    company(folder, "taker", YAML.replace("assets.RosterSync", "takes.Sync"))
    (folder / "good" / "defs.yaml").write_text(YAML.replace("team:people", "team:FILL-IN"))
    assert Location(folder).mistakes().keys() == {"good", "taker"}
    with pytest.raises(broken.CannotBeLoaded, match="company 'good'"):
        Location(folder).get_repository_def().get_maybe_subset_job_def("good_sync")


def test_no_surprise_a_name_that_begins_as_its_companys_takes_nothing_from_a_longer_one(folder: Path) -> None:
    company(folder, "bad", YAML.replace("assets.RosterSync", "takes_longer.Sync"))
    company(folder, "bad_also")
    [line] = Location(folder).mistakes()["bad"]
    assert "the job bad_also_sync is called as one of company 'bad_also' is or may be" in line
    assert Location(folder).mistakes().keys() == {"bad"}
    (folder / "bad_also" / "defs.yaml").write_text(YAML.replace("team:people", "team:FILL-IN"))
    assert Location(folder).mistakes().keys() == {"bad", "bad_also"}
    with pytest.raises(broken.CannotBeLoaded, match="company 'bad_also'"):
        Location(folder).get_repository_def().get_maybe_subset_job_def("bad_also_sync")


def test_names_that_differ_in_case_or_begin_alike_are_companies_of_their_own(folder: Path) -> None:
    for name in ("Good", "good_sync", "good_hr", "good__hr", "good_"):
        company(folder, name)
    location = Location(folder)
    assert location.mistakes() == {}
    assert {job for job in location.get_repository_def().job_names if job.endswith("_sync")} == {
        f"{name}_sync" for name in ("good", "Good", "good_sync", "good_hr", "good__hr", "good_")
    }
    for name in ("good_sync", "good_sync_sync", "good__hr_one"):
        assert Location(folder).get_repository_def().get_maybe_subset_job_def(name).name == name


def test_a_folder_whose_name_cannot_be_part_of_names_is_red_under_one_that_can(folder: Path) -> None:
    bad = {"two-words", "räksmörgås", "with space", "3m", "x" * 64, "x" * 65, "ä" * 120}
    for name in (*bad, "two_words", "x" * 63, "_"):
        company(folder, name)
    location = Location(folder)
    assert location.mistakes().keys() == mistakes.of_all(names.companies()).keys() == bad
    red = {key.path[0] for key in location.get_repository_def().asset_graph.get_all_asset_keys() if key.path[-1] == "settings"}
    assert len(red) == len(bad)
    assert all(name.isascii() and name.isidentifier() for name in red)
    assert "two_words" not in red


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The companies that have been built."""
    names: list[str] = []
    build = one.build
    monkeypatch.setattr(one, "build", lambda file: (names.append(file.parent.name), build(file))[1])
    return names


def test_a_run_loads_its_own_company_alone(folder: Path, built: list[str]) -> None:
    for name in ("acme", "brick", "good_one"):
        company(folder, name)
    location = Location(folder)
    assert built == []
    repository = location.get_repository_def()
    for job in names.JOBS:
        assert repository.get_maybe_subset_job_def(f"brick_{job}").name == f"brick_{job}"
    assert repository.get_job("brick_sync") is repository.get_job("brick_sync")
    assert built == ["brick"]
    one_asset = {dg.AssetKey(["acme", "expensify", "known"])}
    picked = repository.get_maybe_subset_job_def("__ASSET_JOB", asset_selection=one_asset)
    assert {*picked.asset_layer.executable_asset_keys} == one_asset
    assert built == ["brick", "acme"]
    both = {*one_asset, dg.AssetKey(["brick", "expensify", "known"])}
    assert {*repository.get_maybe_subset_job_def("__ASSET_JOB", asset_selection=both).asset_layer.executable_asset_keys} == both
    assert built == ["brick", "acme"]


def test_what_a_run_loads_is_what_the_ui_shows_of_it(folder: Path) -> None:
    company(folder, "acme")
    alone, together = Location(folder).get_repository_def(), Location(folder).get_repository_def()
    together.load_all_definitions()
    for job in names.JOBS:
        name = f"acme_{job}"
        snapshots = [repository.get_maybe_subset_job_def(name).get_job_snapshot_id() for repository in (alone, together)]
        assert snapshots[0] == snapshots[1]


def test_an_unknown_job_is_told_with_those_that_there_are(folder: Path) -> None:
    with pytest.raises(dg.DagsterInvariantViolationError, match=r"There is no job 'god_sync'\. Did you mean good_sync"):
        Location(folder).get_repository_def().get_maybe_subset_job_def("god_sync")


def test_with_no_company_the_location_says_so_where_people_look(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    repository = Location(tmp_path).get_repository_def()
    [key] = repository.asset_graph.get_all_asset_keys()
    said = f"There is no company yet: {tmp_path} has no folder with a defs.yaml."
    assert repository.asset_graph.get(key).description == said
    assert capsys.readouterr().err == f"rollcall: {said}\n"
    assert not [job for job in repository.job_names if not job.startswith("__")]


def test_what_loading_many_costs_grows_with_their_number_and_a_job_holds_its_own_companys_resources(folder: Path) -> None:
    for number in range(3):
        company(folder, f"acme{number}")
    for job in Location(folder).get_repository_def().get_all_jobs():
        if not job.name.startswith("__"):
            assert {key for key in job.resource_defs if key != "io_manager"} <= {
                f"{job.name.rpartition('_')[0]}_{one}" for one in ("hr", "io", "ledger", "expensify")
            }
