"""One folder for each company becomes one graph for each; a mistake in its YAML is one line that says where."""

import importlib
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import yaml
from jsonschema import Draft202012Validator

from assets import RosterSync, loader, names
from assets.component import SettingsError
from pipelines.definitions import load

PROJECT = Path(__file__).parents[2]

ACME = """\
type: assets.RosterSync
attributes:
  timezone: Europe/Stockholm
  owners: [team:people]
  hr:
    csv:
      path: inbox/*.csv
    people:
      absent_means: unchanged
      columns:
        employee_id: Number
        email: Mail
        first_name: First
        last_name: Last
        department: Dept
      scope:
        include: {department: Sales}
  expensify:
    connection:
      partner_user_id: {env: ACME_USER}
      partner_user_secret: {env: ACME_SECRET}
    feed:
      policyID: department
"""


def company(folder: Path, name: str, text: str = ACME) -> Path:
    (folder / name).mkdir(parents=True)
    (folder / name / "defs.yaml").write_text(text)
    return folder


def mistakes(folder: Path) -> list[str]:
    lines = [line for each in load(folder).mistakes().values() for line in each]
    assert [line for file in sorted(folder.glob("*/defs.yaml")) for line in read_alone(file)] == lines
    return lines


def read_alone(file: Path) -> list[str]:
    """What `rollcall check` says of the settings."""
    try:
        loader.read(file)
    except loader.SettingsMistakes as mistakes:
        return mistakes.lines
    return []


def keys(defs: dg.Definitions) -> set[str]:
    return {key.to_user_string() for key in defs.resolve_asset_graph().get_all_asset_keys()}


def jobs(defs: dg.Definitions) -> set[str]:
    return {job.name for job in defs.resolve_all_job_defs()} - {"__ASSET_JOB"}


def test_a_new_folder_is_a_new_company_in_a_folder_outside_the_project(tmp_path: Path) -> None:
    defs = load(company(tmp_path, "acme"))
    assert keys(defs)
    assert all(key.startswith("acme/") for key in keys(defs))
    assert jobs(defs) == {f"acme_{job}" for job in names.JOBS}


def test_two_companies_share_no_asset_and_no_job(tmp_path: Path) -> None:
    acme = load(company(tmp_path / "one", "acme"))
    acme_us = load(company(tmp_path / "two", "acme_us"))
    company(tmp_path / "one", "acme_us")
    both = load(tmp_path / "one")
    assert keys(both) == keys(acme) | keys(acme_us)
    assert len(keys(both)) == len(keys(acme)) + len(keys(acme_us))
    assert jobs(both) == jobs(acme) | jobs(acme_us)
    assert not jobs(acme) & jobs(acme_us)


def test_steps_of_a_run_share_one_process(tmp_path: Path) -> None:
    job = load(company(tmp_path, "acme")).resolve_job_def("acme_sync")
    assert job.executor_def is dg.in_process_executor


def test_loading_needs_no_network_and_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise AssertionError("loading reached for the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.delenv("ACME_SECRET", raising=False)
    without = load(company(tmp_path, "acme"))
    monkeypatch.setenv("ACME_SECRET", "plain")
    assert keys(load(tmp_path)) == keys(without)


@pytest.mark.long(held_by="tests/graph/test_loading.py::test_a_new_folder_is_a_new_company_in_a_folder_outside_the_project")
def test_the_environment_names_another_folder_of_companies(tmp_path: Path) -> None:
    company(tmp_path, "elsewhere")
    code = "from pipelines.definitions import defs; print([job.name for job in defs.resolve_all_job_defs()])"
    environment = {**os.environ, "ROLLCALL_PIPELINES": str(tmp_path), "PYTHONPATH": str(PROJECT)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "elsewhere_sync" in done.stdout


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("path: inbox/*.csv", "path: 7", "attributes.hr.csv.path at {file}:7: Input should be a valid string"),
        ("    csv:\n      path: inbox/*.csv\n", "", "attributes.hr at {file}:5: exactly one source is needed"),
        (
            "csv:\n      path: inbox/*.csv",
            "url:\n      url: s3://AKIA:hidden@acme/*.csv",
            "attributes.hr.url.url at {file}:7: whoever logs in and by what does not stand in the URL",
        ),
        (
            "csv:\n      path: inbox/*.csv",
            "url:\n      url: s3://acme/*.csv\n      options:\n        client_kwargs: {secret_key: hidden}",
            "attributes.hr.url.options at {file}:8: secret_key is never written here",
        ),
        (
            "csv:\n      path: inbox/*.csv",
            "url:\n      url: s3://acme-*/x.csv",
            "attributes.hr.url.url at {file}:7: a file, or a pattern in one folder",
        ),
        (
            "csv:\n      path: inbox/*.csv",
            "url:\n      url: s3://acme/x.csv\n      archive: done",
            "attributes.hr.url at {file}:6: archive names the folder for",
        ),
        ("owners: [team:people]", "owners: [team:people]\n  ownr: x", "attributes.ownr at {file}:5: there is no such setting here"),
        ("owners: [team:people]", "owners: [people]", "attributes.owners at {file}:4: owner 1 is neither"),
        (
            "owners: [team:people]",
            "owners: [team:people]\n  email_domains: [a@acme.example]",
            "attributes.email_domains.0 at {file}:5: not a domain such as acme.example",
        ),
        ("Europe/Stockholm", "Europe/Stokholm", "attributes.timezone at {file}:3: not a time zone"),
        ("Europe/Stockholm", "../etc/passwd", "attributes.timezone at {file}:3: not a time zone"),
        ("unchanged", "leavers", "attributes.hr.people.absent_means at {file}:9: Input should be 'leaver', 'unchanged' or 'error'"),
        (
            "{env: ACME_SECRET}",
            "hunter2",
            "attributes.expensify.connection.partner_user_secret at {file}:21: a secret is never",
        ),
        (ACME[ACME.index("  expensify") :], "", "attributes at {file}:2: at least one destination"),
        (ACME[ACME.index("attributes") :], "", "attributes at {file}: Field required"),
        ("attributes:", "attributs:", "attributs at {file}:2: there is no such setting here"),
        ("[team:people]", "[team:FILL-IN]", "attributes.owners.0 at {file}:4: still says FILL-IN"),
        ("RosterSync", "RosterSink", "type at {file}: Module `assets` has no attribute `RosterSink`."),
        ("[team:people]", "[team:people", "{file}:5: not valid YAML"),
        ("type: assets.RosterSync\n", "", "type at {file}:1: Field required"),
        ("assets.RosterSync", "7", "type at {file}:1: Input should be a valid string"),
        ("assets.RosterSync", "RosterSync", "type at {file}: Invalid component type name: `RosterSync`. Type names must be"),
        ("assets.RosterSync", "nowhere.RosterSync", "type at {file}: Module `nowhere` not found."),
        ("assets.RosterSync", "assets.quiet", "type at {file}:1: not assets.RosterSync, which is what a company is"),
        ("assets.RosterSync", "dagster.DefsFolderComponent", "type at {file}:1: not assets.RosterSync, which is what a company is"),
        (ACME[ACME.index("attributes") :], "attributes: {}\n", "attributes at {file}: Field required"),
        (ACME[ACME.index("attributes") :], "attributes: [1]\n", "attributes at {file}:2: Input should be an object"),
        (ACME, "just a word\n", "{file}:1: Input should be an object"),
        (ACME, ACME + "---\n" + ACME, "{file}:25: a company is one YAML document, and this is the second"),
        (ACME, ACME + "post_processing: {asets: []}\n", "post_processing.asets at {file}:24: there is no such setting here"),
        ("  hr:", "  when: {schedule: daily}\n  hr:", "attributes.when.schedule at {file}:5: not a cron expression"),
        (
            "policyID: department",
            "policyID: No",
            "attributes.expensify.feed.policyID at {file}:23: a column's name that YAML reads",
        ),
        (
            "policyID: department",
            "policyID: 2024",
            "attributes.expensify.feed.policyID at {file}:23: a column's name that YAML",
        ),
        ("policyID: department", "policyID: FILL-IN", "attributes.expensify.feed.policyID at {file}:23: still says FILL-IN"),
    ],
)
def test_a_mistake_is_one_line_with_file_line_and_attribute(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert old in ACME
    (line,) = mistakes(company(tmp_path, "acme", ACME.replace(old, new)))
    assert line.startswith(told.format(file=tmp_path / "acme" / "defs.yaml"))
    assert "hunter2" not in line


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("policyID: department", "policyID: compny", "expensify.feed.policyID at {file}:23: 'compny'"),
        ("policyID: department", "policyID: {column: compny}", "expensify.feed.policyID.column at {file}:23: 'compny'"),
        ("policyID: department", "policyID: {columns: [department, compny]}", "expensify.feed.policyID.columns.1 at {file}:23: 'compny'"),
        ("policyID: department", 'policyID: {template: "{email}-{compny}"}', "expensify.feed.policyID.template at {file}:23: 'compny'"),
        (
            "policyID: department",
            "policyID: {cases: [{when: {compny: x}, value: y}]}",
            "expensify.feed.policyID.cases.0.when.compny at {file}:23: 'compny'",
        ),
        ("include: {department: Sales}", "exclude: {compny: x}", "hr.people.scope.exclude.compny at {file}:17: 'compny'"),
        ("scope:", "history: {newest_by: compny}\n      scope:", "hr.people.history.newest_by at {file}:16: 'compny'"),
        (
            "scope:",
            "jobs: {primary: {First: Y}, else: {newest_by: compny}}\n      scope:",
            "hr.people.jobs.else.newest_by at {file}:16: 'compny'",
        ),
        ("policyID: department", "policyID: location", "expensify.feed.policyID at {file}:23: 'location'"),
    ],
)
def test_a_rule_that_names_a_column_nobody_maps_is_a_mistake_like_any_other(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert old in ACME
    (line,) = mistakes(company(tmp_path, "acme", ACME.replace(old, new)))
    file = tmp_path / "acme" / "defs.yaml"
    assert line == "attributes." + told.format(file=file) + " is not mapped in hr.people.columns"


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        (
            "policyID: department",
            "policyID: {cases: [{when: {department: NO}, value: y}]}",
            "expensify.feed.policyID.cases.0.when.department",
        ),
        ("include: {department: Sales}", "exclude: {department: [Sales, true]}", "hr.people.scope.exclude.department"),
    ],
)
def test_a_column_that_nobody_says_has_words_for_yes_and_no_is_not_asked_for_one(tmp_path: Path, old: str, new: str, place: str) -> None:
    """A country that is not in quotes is false to YAML, and would quietly match nobody."""
    (line,) = mistakes(company(tmp_path, "acme", ACME.replace(old, new)))
    assert line.startswith(f"attributes.{place} at {tmp_path / 'acme' / 'defs.yaml'}:")
    assert "which takes `yes_or_no: true` where hr.people.columns maps it; a word such as NO goes in quotes" in line


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "---\n"])
def test_an_empty_file_wants_both_its_keys(tmp_path: Path, text: str) -> None:
    file = tmp_path / "acme" / "defs.yaml"
    assert mistakes(company(tmp_path, "acme", text)) == [f"type at {file}: Field required", f"attributes at {file}: Field required"]


def test_a_file_that_is_no_text_is_a_mistake_like_any_other(tmp_path: Path) -> None:
    company(tmp_path, "acme")
    file = tmp_path / "acme" / "defs.yaml"
    file.write_bytes("timezone: Malmö".encode("cp1252"))
    assert mistakes(tmp_path) == [f"{file}: cannot be read (UnicodeDecodeError)"]
    file.write_bytes(b"timezone: \x00")
    assert mistakes(tmp_path) == [f"{file}: not valid YAML"]


@pytest.mark.parametrize(
    "secret", ["*hunter2", "!hunter2 x", "&hunter2 a\n  x: &hunter2 b", "!hun'ter2 x", "!<tag:hunter2> x", "%hunter2", "'hunter2"]
)
def test_quiet_a_secret_that_yaml_takes_for_something_else_is_not_repeated(tmp_path: Path, secret: str) -> None:
    [line] = mistakes(company(tmp_path, "acme", ACME.replace("[team:people]", secret)))
    assert "not valid YAML, " in line
    assert "ter2" not in line.partition(": not valid")[2]


def test_what_dagster_adds_to_a_file_is_left_to_it(tmp_path: Path) -> None:
    text = ACME + "post_processing: {assets: [{attributes: {tags: {team: people}}}]}\n"
    defs = load(company(tmp_path, "acme", text))
    assert read_alone(tmp_path / "acme" / "defs.yaml") == []
    assert all(node.tags["team"] == "people" for node in defs.resolve_asset_graph().asset_nodes if node.is_materializable)


def test_a_component_of_somebody_elses_that_is_one_of_ours_is_a_company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "theirs.py").write_text("from assets import RosterSync\n\n\nclass TheirSync(RosterSync):\n    pass\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    folder = company(tmp_path / "companies", "acme", ACME.replace("assets.RosterSync", "theirs.TheirSync"))
    assert read_alone(folder / "acme" / "defs.yaml") == []
    assert "acme_sync" in jobs(load(folder))


def test_the_keys_of_a_file_are_those_of_a_component() -> None:
    from dagster.components.core.defs_module import ComponentFileModel

    assert set(loader.KEYS) == set(ComponentFileModel.model_fields)
    assert all(importlib.import_module(name.rpartition(".")[0]).RosterSync is RosterSync for name in loader.OURS)


def test_findity_rules_may_name_only_mapped_columns_too(tmp_path: Path) -> None:
    findity = """\
  findity:
    connection:
      organization: acme
      client_id: {env: ACME_CLIENT}
      client_secret: {env: ACME_CLIENT_SECRET}
      invitation_mail_checked: true
    users:
      bankAccount: {iban: bank_account}
"""
    (line,) = mistakes(company(tmp_path, "acme", ACME + findity))
    file = tmp_path / "acme" / "defs.yaml"
    assert line == f"attributes.findity.users.bankAccount.iban at {file}:31: 'bank_account' is not mapped in hr.people.columns"


def test_columns_that_every_roster_has_need_no_mapping(tmp_path: Path) -> None:
    columns = "{columns: [employment, worker_status, start_date]}"
    assert "acme/expensify/plan" in keys(load(company(tmp_path, "acme", ACME.replace("policyID: department", f"policyID: {columns}"))))


def test_the_mistakes_of_all_companies_are_told_at_once(tmp_path: Path) -> None:
    company(tmp_path, "acme", ACME.replace("inbox/*.csv", "''").replace("unchanged", "never"))
    company(tmp_path, "brick", ACME.replace("policyID: department", "policyID: compny"))
    company(tmp_path, "broken", ACME.replace("[team:people]", "[team:people"))
    company(tmp_path, "fine")
    company(tmp_path, "two-words")
    lines = mistakes(tmp_path)
    folders = [name for line in lines for name in ("acme", "brick", "broken", "fine", "two-words") if f"/{name}" in line]
    assert folders == ["acme", "acme", "brick", "broken", "two-words"]


@pytest.mark.long(held_by="tests/graph/test_loading.py::test_a_mistake_is_one_line_with_file_line_and_attribute")
def test_a_mistake_is_told_in_full_although_errors_of_user_code_are_masked(tmp_path: Path) -> None:
    company(tmp_path, "acme", ACME.replace("policyID: department", "policyID: compny"))
    environment = {**os.environ, "ROLLCALL_PIPELINES": str(tmp_path), "PYTHONPATH": str(PROJECT), "DAGSTER_HOME": str(tmp_path)}
    command = [sys.executable, "-m", "dagster", "definitions", "validate", "-m", "pipelines.definitions"]
    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=True)
    told = f"attributes.expensify.feed.policyID at {tmp_path}/acme/defs.yaml:23: 'compny' is not mapped"
    assert f"The settings of company 'acme' cannot be loaded, so none of its jobs can run: {told}" in done.stdout + done.stderr


def test_a_folder_of_companies_that_is_not_there_is_everybodys_mistake(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        load(tmp_path / "pipelnes")
    assert caught.value.lines == [f"{tmp_path / 'pipelnes'}: no such folder"]
    assert str(caught.value).strip() == "\n".join(caught.value.lines)


@pytest.mark.parametrize("name", ["two-words", "dotted.name", "räksmörgås", "with space", "3m", "x" * 64])
def test_a_company_name_must_fit_into_asset_keys(tmp_path: Path, name: str) -> None:
    (line,) = mistakes(company(tmp_path, name))
    assert line == f"{tmp_path / name}: a company's folder name is part of its asset keys: {names.RULE}"


def test_every_attribute_is_documented() -> None:
    schema = RosterSync.get_model_cls().model_json_schema()
    undocumented = [
        f"{model}.{name}"
        for model, definition in {"Settings": schema, **schema["$defs"]}.items()
        for each in (definition, *definition.get("anyOf", []))
        for name, attribute in each.get("properties", {}).items()
        if "description" not in attribute and "$ref" not in attribute  # a model of its own says it in its docstring
    ]
    assert undocumented == []


@pytest.mark.parametrize("text", [ACME, (PROJECT / "pipelines" / "demo" / "defs.yaml").read_text()], ids=["short", "demo"])
def test_what_loads_is_right_for_dg_check_yaml_and_for_editors_too(text: str) -> None:
    schema = RosterSync.get_model_cls().model_json_schema()
    attributes = yaml.safe_load(text)["attributes"]
    assert [error.message for error in Draft202012Validator(schema).iter_errors(attributes)] == []
    assert list(Draft202012Validator(schema).iter_errors({**attributes, "ownr": "x"}))


@pytest.mark.long(held_by="tests/graph/test_loading.py::test_every_attribute_is_documented")
def test_dg_list_components_says_what_each_attribute_is_for() -> None:
    command = [sys.executable, "-m", "dagster_dg_cli.cli", "list", "components", "--package", "assets", "--json"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True)
    assert "assets.RosterSync" in done.stdout
    for name in RosterSync.get_model_cls().model_fields:
        assert f"- {name}: " in done.stdout


def test_the_rule_of_a_step_of_an_approval_may_name_only_mapped_columns_too(tmp_path: Path) -> None:
    findity = """\
  findity:
    connection:
      organization: acme
      client_id: {env: ACME_CLIENT}
      client_secret: {env: ACME_CLIENT_SECRET}
    users: {}
    approval: dimensions
    dimensions: {COST: {name: Cost center, approvers: [{employee: "1"}, {rule: bank_account}]}}
"""
    (line,) = mistakes(company(tmp_path, "acme", ACME + findity))
    file = tmp_path / "acme" / "defs.yaml"
    where = f"attributes.findity.dimensions.COST.approvers.1.rule at {file}:31"
    assert line == f"{where}: 'bank_account' is not mapped in hr.people.columns"
