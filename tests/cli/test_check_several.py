"""`rollcall check` takes all files of a roster, and changes on the file with everyone."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli.main import app

COMPANY = """\
type: assets.RosterSync
attributes:
  timezone: Europe/Stockholm
  owners: [team:people]
  hr:
    csv: {path: "in/{file}_*.csv"}
    files: {se: , fi: {delimiter: ";"}}
    people:
      absent_means: unchanged
      columns: {employee_id: Number, email: Mail, first_name: First, last_name: Last}
  expensify:
    connection: {partner_user_id: {env: ACME_USER}, partner_user_secret: {env: ACME_SECRET}}
    feed: {policyID: {constant: "1"}}
"""
CHANGES = (
    COMPANY.replace("{file}_", "changes_")
    .replace('files: {se: , fi: {delimiter: ";"}}', "content: changes")
    .replace("      absent_means: unchanged\n", "")
    .replace("    people:", '    changes: {full: "in/all_*.csv", number_in_name: "_(?P<number>.)"}\n    people:')
)


@pytest.fixture
def check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> "Check":
    monkeypatch.setenv("ROLLCALL_PIPELINES", str(tmp_path))
    (tmp_path / "acme").mkdir()
    return Check(tmp_path)


class Check:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, text: str, **files: str) -> Result:
        (self.folder / "acme" / "defs.yaml").write_text(text)
        paths = [self.folder / f"{name}.csv" for name in files]
        for path, content in zip(paths, files.values(), strict=True):
            path.write_text(content)
        return CliRunner().invoke(app, ["check", "acme", *map(str, paths)])


SE, FI = "Number,Mail,First,Last\n1,a@x.se,A,B\n", "Number;Mail;First;Last\n2;b(at)x.fi;A;B\n"


def test_all_files_of_a_roster_are_judged_together_and_lines_name_the_file(check: Check) -> None:
    result = check(COMPANY, fi_1=FI, se_1=SE)
    assert result.exit_code == 3, result.output
    assert "Gate: fit. 2 rows" in result.output
    assert "  line 2 of file 2: Mail: This is no e-mail address." in result.output


def test_a_file_too_few_is_told(check: Check) -> None:
    result = check(COMPANY, se_1=SE)
    assert result.exit_code == 2
    assert "1 files were given, and 2 files are one roster: se, fi." in result.output


def test_changes_are_judged_on_the_file_with_everyone(check: Check) -> None:
    result = check(CHANGES, all_1=SE, changes_2=SE.replace("1,a", "3,c"))
    assert result.exit_code == 0, result.output
    assert "On the files before it: 1 added, 0 changed, 0 deleted." in result.output
    assert "Gate: fit. 2 rows" in result.output


def test_changes_alone_are_told_to_be_read_as_everyone(check: Check) -> None:
    told = "The first file is called like one of changes, and is read as one with everyone"
    assert told in check(CHANGES, changes_2=SE).output
    assert told not in check(CHANGES, all_1=SE, changes_2=SE).output
    assert told not in check(CHANGES, people=SE).output
