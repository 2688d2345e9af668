"""Two companies whose YAML names the same part of a destination both load; each is told of the other, and nobody else."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from assets import loader, neighbours
from cli.main import app
from pipelines.definitions import load

YAML = """\
type: assets.RosterSync
attributes:
  timezone: Europe/Stockholm
  owners: [team:people]
  hr:
    csv: {path: people.csv}
    people:
      absent_means: unchanged
      columns: {employee_id: Number, email: Mail, first_name: First, last_name: Last, company_code: Firm}
  expensify:
    connection: {partner_user_id: {env: USER_OF_ALL}, partner_user_secret: {env: SECRET_OF_ALL}}
    feed: {policyID: {constant: POLICY}}
  findity:
    connection: {organization: ORGANIZATION, client_id: {env: CLIENT}, client_secret: {env: SECRET}}
    users: {}
"""


def company(folder: Path, name: str, policy: str, organization: str, *changes: tuple[str, str]) -> None:
    text = YAML.replace("POLICY", policy).replace("ORGANIZATION", organization)
    for old, new in changes:
        text = text.replace(old, new)
    (folder / name).mkdir()
    (folder / name / "defs.yaml").write_text(text)


def shared(folder: Path, name: str) -> dict[str, str]:
    return neighbours.shared(folder / name, loader.read(folder / name / "defs.yaml"))


def test_no_surprise_both_of_two_are_told_of_the_other_and_a_third_is_not_concerned(tmp_path: Path) -> None:
    company(tmp_path, "acme", "P1", "one")
    company(tmp_path, "brick", "P2", "one")
    company(tmp_path, "clay", "P3", "three")
    assert "also that of company 'brick'" in shared(tmp_path, "acme")["findity"]
    assert shared(tmp_path, "brick").keys() == {"findity"}
    assert shared(tmp_path, "clay") == {}
    assert {f"{name}_sync" for name in ("acme", "brick", "clay")} <= {job.name for job in load(tmp_path).resolve_all_job_defs()}


@pytest.mark.parametrize(
    ("change", "same"),
    [
        (("{constant: P2}", "{column: company_code, lookup: {A: P9, B: p1}}"), {"expensify"}),
        (("{constant: P2}", "{constant: P2}, additionalPolicyIDs: {constant: [P7, P1]}"), {"expensify"}),
        (("{constant: P2}", "company_code"), set()),  # the policies stand in HR's file
        (("USER_OF_ALL", "USER_OF_ANOTHER"), set()),
        (("organization: two", "organization: ONE"), {"findity"}),
        (("organization: two", "organization: one, admin_url: 'https://EXPENSE.findity.com:443/api/admin/'"), {"findity"}),
        (("organization: two", "organization: one, admin_url: https://stage.findity.example/api/admin"), set()),
        (("organization: two", "organization: one, admin_url: {env: FINDITY}"), set()),  # what it says, nobody knows yet
    ],
)
def test_the_same_is_told_however_it_is_written(tmp_path: Path, change: tuple[str, str], same: set[str]) -> None:
    company(tmp_path, "acme", "P1", "one")
    company(tmp_path, "brick", "P2", "two", change)
    assert shared(tmp_path, "acme").keys() == shared(tmp_path, "brick").keys() == same


def test_one_variable_has_one_value_for_all_companies(tmp_path: Path) -> None:
    company(tmp_path, "acme", "P1", "{env: ORGANIZATION_A}", ("client_id", "admin_url: {env: FINDITY}, client_id"))
    company(tmp_path, "brick", "P2", "{env: ORGANIZATION_A}", ("client_id", "admin_url: {env: FINDITY}, client_id"))
    company(tmp_path, "clay", "P3", "{env: ORGANIZATION_B}", ("client_id", "admin_url: {env: FINDITY}, client_id"))
    assert [shared(tmp_path, name).keys() for name in ("acme", "brick", "clay")] == [{"findity"}, {"findity"}, set()]


def test_a_neighbour_that_cannot_be_loaded_is_passed_over_until_it_can(tmp_path: Path) -> None:
    company(tmp_path, "acme", "P1", "one")
    company(tmp_path, "brick", "P2", "one", ("timezone: Europe/Stockholm", "timezone: FILL-IN"))
    assert shared(tmp_path, "acme") == {}
    file = tmp_path / "brick" / "defs.yaml"
    file.write_text(file.read_text().replace("FILL-IN", "Europe/Oslo"))
    assert shared(tmp_path, "acme").keys() == {"findity"}


def test_a_check_says_so_of_each_and_tries_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROLLCALL_PIPELINES", str(tmp_path))
    company(tmp_path, "acme", "P1", "one")
    company(tmp_path, "brick", "P1", "two")
    company(tmp_path, "clay", "P3", "three")
    file = tmp_path / "people.csv"
    file.write_text("Number,Mail,First,Last,Firm\n1,ann@acme.example,Ann,Ek,A\n")
    for name, other in (("acme", "brick"), ("brick", "acme")):
        result = CliRunner().invoke(app, ["check", name, str(file)])
        assert result.exit_code == 2
        assert f"The policy P1 at Expensify is also that of company '{other}'" in result.stderr
        assert "Gate: fit. 1 rows" in result.stdout
    assert CliRunner().invoke(app, ["check", "clay", str(file)]).exit_code == 0
