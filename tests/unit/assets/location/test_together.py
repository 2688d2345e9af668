"""Each company loads by itself: whatever is wrong with one, the others are as if it were not there."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import dagster as dg
import pytest

from assets.location import broken
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
        "the job good_sync is also that of company 'good'",
    ),
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "dagster"))
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
    assert line in (red.description or "")
    assert [check.name for check in red.check_keys] == [broken.CHECK]
    printed = capsys.readouterr().err
    assert printed.count("The settings of company 'bad' cannot be loaded") == 1
    assert "hunter2" not in f"{location.mistakes()} {red.description} {printed}"
    for lazily in (Location(folder), location):
        subset = lazily.get_repository_def().get_maybe_subset_job_def
        assert subset("good_sync").name == "good_sync"
        with pytest.raises(broken.CannotBeLoaded, match="The settings of company 'bad' cannot be loaded, so none of its jobs can run: "):
            subset("bad_sync")
