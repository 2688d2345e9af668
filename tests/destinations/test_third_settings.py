"""A third destination's part of a company's YAML is checked, completed, drafted and made a graph of as the others' are."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from assets import RosterSync, loader
from assets.attributes import model
from pipelines.definitions import load
from tests.destinations.conftest import asked

COMPANY = """\
type: assets.RosterSync
attributes:
  timezone: Europe/Stockholm
  owners: [team:people]
  hr:
    csv: {path: inbox/*.csv}
    people:
      absent_means: unchanged
      columns: {employee_id: Number, email: Mail, first_name: First, last_name: Last, department: Dept}
  ledgerbook:
    connection:
      file: {env: LEDGERBOOK_FILE}
    lines:
      desk: department
"""


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Writes a company's YAML where everything finds it; its file."""
    monkeypatch.setenv("ROLLCALL_PIPELINES", str(tmp_path))
    (tmp_path / "acme").mkdir()
    (tmp_path / "people.csv").write_text("Number,Mail,First,Last,Dept\n1,ann@acme.example,Ann,Ek,Sales\n")

    def write(text: str = COMPANY) -> Path:
        (tmp_path / "acme" / "defs.yaml").write_text(text)
        return tmp_path / "acme" / "defs.yaml"

    return write


def mistakes(file: Path) -> list[str]:
    return load(file.parent.parent).mistakes()["acme"]


def test_the_schema_has_its_part_and_says_what_each_attribute_is_for() -> None:
    schema = model().model_json_schema()
    assert schema["properties"]["ledgerbook"]["description"] == "Ledger book, if the company uses it."
    parts = {name: definition for name, definition in schema["$defs"].items() if name.startswith("Ledgerbook")}
    assert set(parts) == {"Ledgerbook", "LedgerbookConnection", "LedgerbookLines"}
    for definition in parts.values():
        assert all("description" in attribute or "$ref" in attribute for attribute in definition["properties"].values())
    assert RosterSync.get_model_cls() is model()


def test_editors_take_what_loads_and_nothing_else() -> None:
    validator = Draft202012Validator(model().model_json_schema())
    attributes = yaml.safe_load(COMPANY)["attributes"]
    assert [error.message for error in validator.iter_errors(attributes)] == []
    attributes["ledgerbook"]["lines"]["chair"] = "department"
    assert list(validator.iter_errors(attributes))


def test_a_company_may_have_no_other_destination(written: Any) -> None:
    definitions = load(written().parent.parent)
    keys = {key.to_user_string() for key in definitions.resolve_asset_graph().get_all_asset_keys()}
    assert {key for key in keys if key.split("/")[1] not in ("hr", "reports")} == {
        f"acme/ledgerbook/{name}" for name in ("known", "lines", "plan", "sync_result", "landed")
    }
    verify = definitions.resolve_job_def("acme_verify").asset_layer.executable_asset_keys
    assert [key.to_user_string() for key in verify] == ["acme/ledgerbook/landed"]


def test_a_company_without_any_is_told_of_the_third_too(written: Any) -> None:
    (line,) = mistakes(written(COMPANY[: COMPANY.index("  ledgerbook")]))
    assert line.endswith("at least one destination is needed: expensify, findity, ledgerbook")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("desk: department", "chair: department\n      desk: department", "lines.chair at {file}:14: there is no such setting here"),
        ("desk: department", "bank: email", "lines.desk at {file}:13: Field required"),
        ("{env: LEDGERBOOK_FILE}", "[book.json]", "connection.file"),
        ("    lines:", "      rows_at_once: 0\n    lines:", "connection.rows_at_once at {file}:13: Input should be greater than 0"),
    ],
)
def test_a_mistake_is_a_line_with_file_and_line_and_check_says_the_same(written: Any, old: str, new: str, told: str) -> None:
    file = written(COMPANY.replace(old, new))
    lines = mistakes(file)
    assert lines[0].startswith(f"attributes.ledgerbook.{told.format(file=file)}")
    assert all(f"at {file}:" in line for line in lines)
    checked = asked("check", "acme", str(file.parent.parent / "people.csv"))
    assert (checked.exit_code, checked.output.splitlines()) == (2, lines)


@pytest.mark.parametrize(
    ("rule", "place"),
    [
        ("compny", "desk"),
        ("{columns: [department, compny]}", "desk.columns.1"),
        ("{cases: [{when: {compny: x}, value: y}]}", "desk.cases.0.when.compny"),
    ],
)
def test_a_rule_of_its_that_names_a_column_nobody_maps_is_found(written: Any, rule: str, place: str) -> None:
    file = written(COMPANY.replace("desk: department", f"desk: {rule}"))
    told = f"attributes.ledgerbook.lines.{place} at {file}:14: 'compny' is not mapped in hr.people.columns"
    assert mistakes(file) == [told]
    assert asked("check", "acme", str(file.parent.parent / "people.csv")).output.strip() == told


def test_what_is_left_to_fill_in_there_is_found(written: Any) -> None:
    file = written(COMPANY.replace("desk: department", "desk: {constant: FILL-IN}"))
    assert mistakes(file) == [f"attributes.ledgerbook.lines.desk.constant at {file}:14: still says FILL-IN"]


def test_map_drafts_its_part_and_the_draft_loads(tmp_path: Path) -> None:
    header = "Anstnr;Förnamn;Efternamn;E-post;Avdelning\n"
    names = [("Ann", "Ek"), ("Bo", "Vik"), ("Cilla", "Lund"), ("Dag", "Berg")]
    rows = [f"{1000 + n};{first};{last};{first}.{last}@acme.example;Lager\n" for n, (first, last) in enumerate(names)]
    (tmp_path / "personal.csv").write_text(header + "".join(rows), "utf-8")
    assert asked("map", str(tmp_path / "personal.csv"), "--out", str(tmp_path / "acme")).exit_code == 0
    text = (tmp_path / "acme" / "defs.yaml").read_text("utf-8")
    assert text.index("\n  findity:") < text.index("\n  ledgerbook:\n    connection:\n      file: {env: LEDGERBOOK_FILE}\n")
    with pytest.raises(loader.SettingsMistakes) as caught:
        loader.read(tmp_path / "acme" / "defs.yaml")
    settings: Any = caught.value.draft  # of which nothing is wrong but that something is left open
    assert settings.ledgerbook.lines.desk.column == "department"
