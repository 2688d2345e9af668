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
