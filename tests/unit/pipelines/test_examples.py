"""The companies that are shipped as examples: their YAML holds together, and it fits the file that lies beside it."""

import re
from pathlib import Path

import pytest
import yaml

from assets.attributes import Settings
from assets.columns_named import unmapped_columns
from roster.settings import People

ROOT = Path(__file__).parents[3]
DEMO = ROOT / "pipelines" / "demo"
EXAMPLES = [DEMO, ROOT / "docs" / "adventureworks"]


def settings(folder):
    return Settings.model_validate(yaml.safe_load((folder / "defs.yaml").read_text(encoding="utf-8"))["attributes"])


def columns_read(people: People):
    """The columns of HR's file that the settings name."""
    sources = people.columns.values()
    history = people.history.superseded or {}
    return {
        *history,
        *(source.refers_to for source in sources if source.refers_to),
        *(name for source in sources for name in source.reads()),
    }


@pytest.fixture(scope="module")
def demo():
    return settings(DEMO)


@pytest.fixture(scope="module")
def export(demo):
    """The one file that the demo's pattern finds."""
    [path] = (DEMO / "data").glob(demo.hr.sftp.path)
    return path


@pytest.mark.parametrize("folder", EXAMPLES, ids=lambda folder: folder.name)
def test_an_example_is_valid_and_every_column_its_rules_name_is_mapped(folder):
    assert list(unmapped_columns(settings(folder))) == []


@pytest.mark.parametrize("folder", EXAMPLES, ids=lambda folder: folder.name)
def test_policies_and_units_are_text_that_no_reader_of_yaml_takes_for_a_number(folder):
    text = (folder / "defs.yaml").read_text(encoding="utf-8")
    code = "\n".join(line.split("#")[0] for line in text.splitlines())
    assert re.findall(r"[0-9A-F]{16}", code)
    assert not re.search(r'(?<!")\b[0-9A-F]{16}\b', code)


def test_the_demo_reads_only_columns_that_its_file_has_and_never_the_identity_number(demo, export):
    header = export.read_text(encoding="utf-8").splitlines()[0].split(demo.hr.sftp.delimiter)
    assert columns_read(demo.hr.people) <= set(header)
    assert set(header) - columns_read(demo.hr.people) == {"Personal ID"}


def test_the_demos_file_is_dated_and_counted_as_the_yaml_says(demo, export):
    *rows, last = export.read_text(encoding="utf-8").splitlines()
    trailer = re.fullmatch(demo.hr.sftp.trailer, last)
    assert int(trailer["rows"]) == len(rows) - 1
    assert re.search(demo.hr.sftp.date_in_name, export.name)["date"] == trailer["date"]


def test_adventureworks_names_all_columns_of_its_file_and_reads_only_those():
    hr = settings(ROOT / "docs" / "adventureworks").hr
    assert len(hr.csv.columns) == len(set(hr.csv.columns)) == 31
    assert columns_read(hr.people) <= set(hr.csv.columns)
