"""A company with two organizations at one destination: two rows of the graph, each with its own keys, group and checks, in real runs."""

import copy
import json
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import yaml
from typer.testing import CliRunner

from cli import main as cli
from destinations import registry
from resources.past.run_report import assemble

further = pytest.mark.long(
    held_by="tests/contract/test_findity_organizations.py::test_everyone_comes_into_the_organization_that_the_rule_names_and_a_person_of_both_is_one_person"
)

ORGANIZATIONS = ("se", "no")


def findity(secret_of_no: str = "FINDITY_SECRET") -> dict[str, Any]:
    def connection(word: str, secret: str = "FINDITY_SECRET") -> dict[str, Any]:
        there: dict[str, Any] = {
            "admin_url": {"env": "FINDITY_ADMIN_URL"},
            "token_url": {"env": "FINDITY_TOKEN_URL"},
            "read_back_seconds": 0,
        }
        there["invitation_mail_checked"] = True
        organization = {"se": "acme", "no": "acme-no"}[word]
        return {**there, "organization": organization, "client_id": {"env": "FINDITY_CLIENT"}, "client_secret": {"env": secret}}

    return {
        "users": {"phone": "phone"},
        "belonging": {"organization": {"column": "company_code", "values": {"SE": "se", "NO": "no", "BOTH": "se;no"}}},
        "organizations": {"se": {"connection": connection("se")}, "no": {"connection": connection("no", secret_of_no)}},
    }


@pytest.fixture
def acme(empty: Any) -> Any:
    made = empty(findity=findity())
    state = made.box.box.state = copy.deepcopy(made.box.box.state)
    state["findity"]["organizations"]["acme-no"] = {**copy.deepcopy(state["findity"]["organizations"]["acme"]), "users": {}}
    next(iter(state["findity"]["clients"].values()))["organizations"].append("acme-no")
    return made


def people(acme: Any, **where: str) -> dict[str, Any]:
    rows = acme.people()
    rows["E01"]["Firm"] = "BOTH"
    rows["E02"]["Firm"] = rows["E03"]["Firm"] = "BOTH"
    for number, word in where.items():
        rows[number]["Firm"] = word
    return rows


def active(acme: Any, organization: str) -> set[str]:
    users = acme.box.box.state["findity"]["organizations"][organization]["users"]
    return {number for number, user in users.items() if user["active"] and number.startswith("E")}


def test_each_organization_has_its_own_keys_group_checks_and_resource(acme: Any) -> None:
    graph = acme.defs.resolve_asset_graph()
    keys = {key.to_user_string() for key in graph.get_all_asset_keys()}
    steps = ("known", "users", "plan", "sync_result", "landed")
    assert {f"acme/findity_{word}/{step}" for word in ORGANIZATIONS for step in steps} <= keys
    assert not any(key.startswith("acme/findity/") for key in keys)
    groups = {graph.get(dg.AssetKey(["acme", f"findity_{word}", "plan"])).group_name for word in ORGANIZATIONS}
    assert groups == {"acme_findity_se", "acme_findity_no"}
    checks = {(key.asset_key.path[1], key.name) for key in graph.asset_check_keys}
    assert {("findity_se", "held"), ("findity_no", "held"), ("findity_se", "accounting"), ("findity_no", "accounting")} <= checks


@further
def test_two_nights_bring_everyone_in_and_a_mover_over_and_a_dead_organization_stops_no_other(acme: Any, monkeypatch: Any) -> None:
    acme.file("2026-11-20", people(acme))
    assert acme.quickly("sync").succeeded
    assert active(acme, "acme-no") == {"E01", "E02", "E03", "E05", "E06", "E07", "E08"}
    assert active(acme, "acme") == {"E01", "E02", "E03", "E04", "E09", "E10", "E11", "E12"}
    with acme.ledger() as ledger:
        assert sorted(ledger.plans.destinations()) == ["expensify", "findity_no", "findity_se"]

    acme.file("2026-11-21", people(acme, E05="SE"))
    assert acme.quickly("sync").succeeded
    assert "E05" in active(acme, "acme") & active(acme, "acme-no")

    # Whoever may not come in at one stops neither the other nor another destination.
    del acme.box.box.state["findity"]["organizations"]["acme-no"]
    rows = people(acme, E05="SE")
    rows["E04"] |= {"Mobile": "+46701740699"}
    acme.file("2026-11-22", rows)
    failed = acme.quickly("sync")
    assert not failed.succeeded
    assert acme.box.box.state["findity"]["organizations"]["acme"]["users"]["E04"]["phone"] == "+46701740699"
    with acme.ledger() as ledger:
        report = assemble(ledger, failed.run_id, registry.titles())
    went_on = {one.name: (one.stage, one.intended, one.landed) for one in report.destinations if one.failure is None}
    assert went_on["Expensify"][0] == "landed", "the other destination goes on to its end"
    assert went_on["Findity se"] == ("landed", 1, 1)


@further
def test_export_and_forget_find_a_person_in_each_organization(acme: Any, tmp_path: Path, monkeypatch: Any) -> None:
    folder = tmp_path / "pipelines" / "acme"
    folder.mkdir(parents=True)
    (folder / "defs.yaml").write_text(yaml.safe_dump({"type": "assets.RosterSync", "attributes": acme.attributes}))
    monkeypatch.setenv("ROLLCALL_PIPELINES", str(folder.parent))
    acme.file("2026-11-20", people(acme))
    assert acme.quickly("sync").succeeded

    to = tmp_path / "e02.json"
    result = CliRunner().invoke(cli.app, ["export", "acme", "E02", "--to", str(to)])
    assert result.exit_code == 0, result.output
    found = json.loads(to.read_text())
    assert {row["destination"] for row in found["ledger"]["acknowledged"]} >= {"findity_no", "findity_se"}
    (values,) = found["stored values, by run"].values()
    assert {"findity_se/plan: records", "findity_no/plan: records"} <= values.keys()

    assert CliRunner().invoke(cli.app, ["status", "acme"]).output.count("Findity no") > 0
    result = CliRunner().invoke(cli.app, ["forget", "acme", "E02", "--yes"])
    assert result.exit_code == 0, result.output
    with acme.ledger() as ledger:
        known = [ledger.acknowledged.all(name)["employee_id"] for name in ("findity_se", "findity_no")]
    assert not any("E02" in set(numbers) for numbers in known)
