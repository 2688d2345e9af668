"""Mistakes in `hr.files` are told with the file and the line."""

from pathlib import Path

import pytest

from assets import loader
from assets.loader import SettingsMistakes

COMPANY = """\
type: assets.RosterSync
attributes:
  timezone: Europe/Stockholm
  owners: [team:people]
  hr:
    csv: {path: "in/{file}_*.csv"}
    files: {se: , 'no': {encoding: cp1252}}
    people:
      absent_means: unchanged
      columns: {employee_id: Number, email: Mail, first_name: First, last_name: Last}
  expensify:
    connection: {partner_user_id: {env: ACME_USER}, partner_user_secret: {env: ACME_SECRET}}
    feed: {policyID: {constant: "1"}}
"""


def read(folder: Path, files: str = "", path: str = "in/{file}_*.csv") -> list[str]:
    """What is wrong with the company."""
    text = COMPANY.replace("    files: {se: , 'no': {encoding: cp1252}}\n", f"    files: {files}\n" if files else "").replace(
        '"in/{file}_*.csv"', f'"{path}"'
    )
    file = folder / "acme" / "defs.yaml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(text)
    try:
        loader.read(file)
    except SettingsMistakes as mistakes:
        return [line.replace(f"{file}:", "") for line in mistakes.lines]
    return []


def test_files_may_be_a_list_or_say_what_is_otherwise(tmp_path: Path) -> None:
    assert read(tmp_path, "{se: , 'no': {encoding: cp1252}}") == []
    assert read(tmp_path, "[se, dk]") == []
    assert read(tmp_path, "{se: {path: se.csv}, 'no': {path: oslo/no.csv}}", "in/people.csv") == []


@pytest.mark.parametrize(
    ("files", "path", "said"),
    [
        ("", "in/{file}_*.csv", "stands for the names of several files, and hr.files names none"),
        ("[se, dk]", "in/people_*.csv", "two files are the same"),
        ("{se: , no: }", "in/{file}.csv", "goes in quotes"),
        ("[se, no]", "in/{file}.csv", "goes in quotes"),
        ("[se]", "in/{file}.csv", "at least 2"),
        ("[se, no way]", "in/{file}.csv", "letters, digits, - and _ only"),
        ("{se: , 'no': {decimal: ','}}", "in/{file}.csv", "decimal is the same for all files"),
        ("{se: , 'no': {delimeter: ','}}", "in/{file}.csv", "delimeter"),
        ("{se: , 'no': {trailer: '('}}", "in/{file}.csv", "not a regular expression"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, files: str, path: str, said: str) -> None:
    (mistake,) = read(tmp_path, files, path)
    assert said in mistake
    assert mistake.startswith("attributes.hr")
    assert " at 7: " in mistake or " at 5: " in mistake or " at 6: " in mistake, mistake


CHANGES = 'content: changes\n    changes: {full: "in/all_*.csv", number_in_name: "(?P<number>[0-9]+)"}'


def changes(folder: Path, said: str = CHANGES, people: str = "", **instead: str) -> list[str]:
    """What is wrong with a company of changes."""
    text = COMPANY.replace("files: {se: , 'no': {encoding: cp1252}}", said).replace("{file}_", "changes_")
    text = text.replace("      absent_means: unchanged\n", people)
    for old, new in instead.items():
        text = text.replace(old, new)
    file = folder / "acme" / "defs.yaml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(text)
    try:
        loader.read(file)
    except SettingsMistakes as mistakes:
        return [line.replace(f"{file}:", "") for line in mistakes.lines]
    return []


def test_a_company_of_changes_says_nothing_of_who_is_absent(tmp_path: Path) -> None:
    assert changes(tmp_path) == []


@pytest.mark.parametrize("word", ["leaver", "unchanged", "error"])
def test_absent_means_is_refused_with_changes_and_needed_without(tmp_path: Path, word: str) -> None:
    (mistake,) = changes(tmp_path, people=f"      absent_means: {word}\n")
    assert "absent_means makes no sense with content: changes" in mistake
    assert "attributes.hr at 5" in mistake or " at 6" in mistake
    assert any("absent_means at" in line for line in changes(tmp_path, said="content: everyone"))


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("content: changes", "belong together"),
        ("content: everyone\n    changes: {full: x.csv}", "belong together"),
        ("content: changes\n    changes: {full: x.csv}", "nothing tells whether changes were missed"),
        (
            "content: changes\n    changes: {full: in/changes_*.csv, number_in_name: '(?P<number>.)'}",
            "the source's path means the files of changes.full, too",
        ),
        ("content: changes\n    changes: {full: in/changes_all_*.csv, number_in_name: '(?P<number>.)'}", "could not be told apart"),
        ("content: changes\n    changes: {full: x.csv, number_in_name: '[0-9]+'}", "needs a group named number"),
        ("content: changes\n    changes: {full: x.csv, number_in_name: '('}", "not a regular expression"),
        ("content: changes\n    changes: {full: x.csv, every: month}", "'day', 'weekday' or 'week'"),
        (f"{CHANGES}\n    files: {{a: {{path: a}}, b: {{path: b}}}}", "leave out files"),
    ],
)
def test_a_mistake_of_changes_is_told(tmp_path: Path, said: str, why: str) -> None:
    people = "      absent_means: unchanged\n" if said.startswith("content: everyone") else ""
    mistakes = changes(tmp_path, said, people)
    assert any(why in line for line in mistakes), mistakes


def test_changes_may_be_in_a_bucket_and_not_behind_a_web_address(tmp_path: Path) -> None:
    csv, full = 'csv: {path: "in/changes_*.csv"}', "in/all_*.csv"
    assert changes(tmp_path, **{csv: 'url: {url: "s3://acme/changes_*.csv"}', full: "s3://acme/all_*.csv"}) == []
    web = {csv: 'url: {url: "https://a.example/c.csv", token: {env: A}}', full: "https://a.example/all.csv"}
    (mistake,) = changes(tmp_path, **web)
    assert "content: changes makes no sense over https://: it has one file, and one that was missed is gone" in mistake
