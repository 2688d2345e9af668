"""`rollcall init` makes a company of a draft, once nothing of it is open, and not before."""

import os
import shutil
import stat
import threading
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from assets import loader, new_company
from assets.attributes import Hr
from cli.main import app

DRAFT = """\
# Kept, with every comment.
type: assets.RosterSync
attributes:
  timezone: Europe/Stockholm
  owners: [team:people]
  hr:
    csv: {path: "../inbox/people_*.csv", delimiter: ";"}  # where HR puts it
    people:
      absent_means: unchanged
      columns: {employee_id: Number, email: Mail, first_name: First, last_name: Last}
  findity:
    connection: {organization: acme, client_id: {env: ACME_USER}, client_secret: {env: ACME_SECRET}}
    users: {personnelNumber: employee_id}
"""


@pytest.fixture
def companies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "server" / "pipelines"
    folder.mkdir(parents=True)
    monkeypatch.setenv("ROLLCALL_PIPELINES", str(folder))
    return folder


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    folder = tmp_path / "drafts" / "what-hr-sent"
    folder.mkdir(parents=True)
    (folder / "defs.yaml").write_text(DRAFT)
    return folder


def init(company: str, draft: Path) -> Result:
    return CliRunner().invoke(app, ["init", company, "--from", str(draft)])


@pytest.mark.parametrize("given", ["", "defs.yaml"])
def test_a_draft_that_leaves_nothing_open_becomes_a_company_word_by_word(companies: Path, draft: Path, given: str) -> None:
    result = init("acme", draft / given)
    assert result.exit_code == 0, result.output
    assert "rollcall run acme_preview" in result.output
    made = companies / "acme" / "defs.yaml"
    assert made.read_text() == DRAFT.replace('"../inbox/people_*.csv"', "../../../drafts/inbox/people_*.csv")
    assert loader.read(made).timezone == "Europe/Stockholm"
    assert (draft / "defs.yaml").read_text() == DRAFT
    assert [file.name for file in companies.iterdir()] == ["acme"]
    assert stat.S_IMODE((companies / "acme").stat().st_mode) == 0o777 & ~umask()


def umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


@pytest.mark.parametrize("path", ["/srv/hr/people.csv", "../inbox/people.csv"])
def test_the_path_of_hrs_file_goes_on_meaning_the_same_file(companies: Path, draft: Path, path: str) -> None:
    (draft / "defs.yaml").write_text(DRAFT.replace("../inbox/people_*.csv", path))
    assert init("acme", draft).exit_code == 0
    settings = loader.read(companies / "acme" / "defs.yaml")
    assert settings.hr.csv
    assert (companies / "acme" / settings.hr.csv.path).resolve() == (draft / path).resolve()


@pytest.mark.parametrize(
    ("csv", "beside"),
    [
        ("{file}_*.csv", 'files: {se: , dk: {path: "../inbox/dk.csv"}, fi: {path: /srv/fi.csv}}'),
        ("people_*.csv", 'content: changes\n    changes: {full: "../inbox/everyone_*.csv", number_in_name: "(?P<number>.)"}'),
    ],
)
def test_each_path_of_several_files_or_of_changes_goes_on_meaning_the_same_files(
    companies: Path, draft: Path, csv: str, beside: str
) -> None:
    text = DRAFT.replace("people_*.csv", csv).replace("    people:\n", f"    {beside}\n    people:\n", 1)
    text = text.replace("      absent_means: unchanged\n", "") if "changes" in beside else text
    (draft / "defs.yaml").write_text(text)
    before, result = loader.read(draft / "defs.yaml", draft=True).hr, init("acme", draft)
    assert result.exit_code == 0, result.output
    after = loader.read(companies / "acme" / "defs.yaml").hr
    for one, other in zip(_places(before), _places(after), strict=True):
        assert (draft / one).resolve() == (companies / "acme" / other).resolve()


def _places(hr: Hr) -> list[str]:
    return [hr.source.place, *(one.place for one in hr.each.values()), *([hr.changes.full] if hr.changes else [])]


def test_what_is_open_or_wrong_is_told_and_nothing_is_made(companies: Path, draft: Path) -> None:
    file = draft / "defs.yaml"
    file.write_text(DRAFT.replace("team:people", "team:FILL-IN").replace("unchanged", "FILL-IN"))
    result = init("acme", draft)
    assert result.exit_code == 2
    assert result.stderr.splitlines() == [
        f"attributes.owners.0 at {file}:5: still says FILL-IN",
        f"attributes.hr.people.absent_means at {file}:9: still says FILL-IN",
        "No company was made.",
    ]
    file.write_text(DRAFT.replace("Europe/Stockholm", "Nowhere"))
    assert f"attributes.timezone at {file}:4: not a time zone" in init("acme", draft).stderr
    assert "There is no file" in init("acme", draft / "other.yaml").stderr
    assert list(companies.iterdir()) == []


@pytest.mark.parametrize("name", ["acme-nordic", "../acme", "acme/nordic", "", ".acme", "acmé", "a b", "3m", "x" * 64])
def test_a_name_that_no_company_may_have_is_refused(companies: Path, draft: Path, name: str) -> None:
    result = init(name, draft)
    assert result.exit_code == 2
    assert "letters, digits and underscores only" in result.stderr
    assert list(companies.iterdir()) == []


def test_a_company_that_is_there_is_not_written_over_whatever_is_in_its_folder(companies: Path, draft: Path) -> None:
    (companies / "acme").mkdir()
    (companies / "nordic").symlink_to("nowhere")
    for name in ("acme", "nordic"):
        result = init(name, draft)
        assert result.exit_code == 2
        assert "is there already, and is not written over" in result.stderr
    assert list((companies / "acme").iterdir()) == []


def test_a_company_that_would_stop_another_ones_runs_is_not_made(companies: Path, draft: Path) -> None:
    assert init("acme", draft).exit_code == 0
    result = init("nordic", draft)
    assert result.exit_code == 2
    assert "is also that of company 'acme'" in result.stderr
    assert not (companies / "nordic").exists()


def test_without_a_folder_of_companies_it_says_which_is_meant(companies: Path, draft: Path) -> None:
    shutil.rmtree(companies)
    assert f"{companies}: no such folder. ROLLCALL_PIPELINES says" in init("acme", draft).stderr


def test_of_two_at_once_one_makes_it_and_nobody_sees_half_a_company(companies: Path, draft: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    both, seen = threading.Barrier(2), []
    real = os.fsync

    def together(file: int) -> None:
        seen.append(sorted(companies.glob("*/defs.yaml")))
        real(file)
        both.wait()

    monkeypatch.setattr(new_company.os, "fsync", together)
    ended: list[str] = []

    def make() -> None:
        try:
            new_company.make("acme", draft)
            ended.append("made")
        except loader.SettingsMistakes as mistakes:
            ended.append(str(mistakes))

    threads = [threading.Thread(target=make) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ended) == [f"{companies / 'acme'} is there already, and is not written over.", "made"]
    assert seen[0] == []
    assert [file.name for file in companies.iterdir()] == ["acme"]
