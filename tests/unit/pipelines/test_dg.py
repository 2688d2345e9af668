"""What Dagster's own `dg check yaml` finds in a folder of companies, and what it does not: the guide says so."""

from pathlib import Path

import pytest
from dagster_dg_core.check import check_yaml
from dagster_dg_core.context import DgContext
from typer.testing import CliRunner

from cli.main import app
from resources import places

COMPANY = """\
type: assets.RosterSync
attributes:
  timezone: Europe/Stockholm
  owners: [team:people]
  hr:
    csv: {path: people.csv}
    people:
      absent_means: unchanged
      columns: {employee_id: Number, email: Mail, first_name: First, last_name: Last}
  findity:
    connection: {organization: acme, client_id: {env: ACME_USER}, client_secret: {env: ACME_SECRET}}
    users: {personnelNumber: employee_id}
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of Dagster's with three companies."""
    (tmp_path / "pyproject.toml").write_text((places.PROJECT / "pyproject.toml").read_text())
    for name in ("acme", "brick", "coal"):
        (tmp_path / "pipelines" / name).mkdir(parents=True)
        write(tmp_path, name, "", "")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(project: Path, name: str, old: str, new: str) -> None:
    (project / "pipelines" / name / "defs.yaml").write_text(COMPANY.replace(old, new))


def check(project: Path, *names: str) -> bool:
    """Whether it says that all is well."""
    context = DgContext.for_project_environment(project, {})
    return check_yaml(context, [project / "pipelines" / name for name in names], False)


def test_without_a_folder_the_attributes_of_one_company_alone_are_checked(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("acme", "brick", "coal"):
        write(project, name, "timezone: Europe/Stockholm", "timezoen: Europe/Stockholm")
    assert not check(project)
    said = capsys.readouterr().out
    assert sum(f"{name}/defs.yaml" in said for name in ("acme", "brick", "coal")) == 1
    checked = [name for name in ("acme", "brick", "coal") if not check(project, name)]
    assert checked == ["acme", "brick", "coal"]


def test_without_a_folder_a_key_at_the_top_is_found_in_every_company(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("acme", "brick", "coal"):
        write(project, name, "type:", "kind: x\ntype:")
    assert not check(project)
    said = capsys.readouterr().out
    assert all(f"{name}/defs.yaml" in said for name in ("acme", "brick", "coal"))


def test_rollcall_check_without_anything_finds_what_it_does_not(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROLLCALL_PIPELINES", str(project / "pipelines"))
    for name in ("acme", "brick", "coal"):
        write(project, name, "timezone: Europe/Stockholm", "timezone: FILL-IN")
    assert check(project), "a value that the schema takes and the company does not"
    result = CliRunner().invoke(app, ["check"])
    assert result.exit_code == 2
    assert result.stderr.count("attributes.timezone at") == 3
