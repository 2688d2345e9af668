"""Debian's Prometheus scrapes what is served; alerts and dashboard name nothing that is not there."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from resources import places
from tests.monitoring.conftest import served
from tests.monitoring.programs import Prometheus, prometheus
from tests.programs import program

DEPLOY = places.PROJECT / "deploy"
RULES = DEPLOY / "prometheus" / "rollcall.rules.yml"
DASHBOARD = json.loads((DEPLOY / "grafana" / "rollcall.json").read_text(encoding="utf-8"))
ALERTS = yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"][0]["rules"]
NAME = re.compile(r"\brollcall_\w+")


@pytest.fixture(scope="module")
def seen(nights: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    """Prometheus by the example of `deploy/`, but for where and how often, once it has scraped."""
    folder: Path = tmp_path_factory.mktemp("prometheus")
    shutil.copy(RULES, folder)
    with served() as url:
        config = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text(encoding="utf-8"))
        config["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
        config["scrape_configs"][0]["static_configs"] = [{"targets": [url.removeprefix("http://")]}]
        (folder / "prometheus.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
        with prometheus(folder / "prometheus.yml") as running:
            assert running.until(lambda: running.query("rollcall_ledger_up == 1")), (folder / "prometheus.log").read_text()
            yield running


def test_prometheus_scrapes_every_company(seen: Prometheus, nights: Any) -> None:
    assert [one["value"][1] for one in seen.query('up{job="rollcall"}')] == ["1"]
    assert {one["metric"]["company"] for one in seen.query("rollcall_company_folder")} == {"acme", "idle", "broken", "gone"}
    (landed,) = seen.query('rollcall_landed_people{company="acme"}')
    assert landed["metric"]["destination"] == "expensify"
    assert landed["value"][1] == str(nights.night.numbers["landed"])


def there(seen: Prometheus) -> set[str]:
    return {name for name in seen.get("label/__name__/values") if name.startswith("rollcall_")}


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert["alert"])
def test_an_alert_asks_for_metrics_that_are_there_and_can_be_evaluated(seen: Prometheus, alert: dict[str, Any]) -> None:
    assert set(NAME.findall(alert["expr"].replace('rollcall"', ""))) <= there(seen)
    seen.query(alert["expr"])
    assert alert["annotations"]["description"]


def test_prometheus_has_loaded_the_rules_and_finds_what_is_wrong_with_these_companies(seen: Prometheus) -> None:
    def pending() -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for alert in seen.get("alerts")["alerts"]:
            found.setdefault(alert["labels"]["alertname"], set()).add(alert["labels"].get("company"))
        return found if "RollcallNeverSynced" in found else {}

    found = seen.until(pending)
    assert found["RollcallSettingsBroken"] == {"broken"}
    assert found["RollcallFolderGone"] == found["RollcallRunStopped"] == {"gone"}
    assert found["RollcallNeverSynced"] == {"idle", "broken"}


@pytest.mark.parametrize(("panel", "target"), [(p["title"], t) for p in DASHBOARD["panels"] for t in p["targets"]], ids=str)
def test_a_panel_of_the_dashboard_asks_for_metrics_that_are_there(seen: Prometheus, panel: str, target: dict[str, Any]) -> None:
    assert set(NAME.findall(target["expr"])) <= there(seen), panel
    for name, value in {"$company": ".*", "$destination": ".*", "$__rate_interval": "1m"}.items():
        target = {**target, "expr": target["expr"].replace(name, value)}
    assert "$" not in target["expr"]
    seen.query(target["expr"])


def test_the_dashboards_lists_are_of_labels_that_are_there(seen: Prometheus) -> None:
    for variable in DASHBOARD["templating"]["list"]:
        if variable["type"] == "query":
            metric, label = re.fullmatch(r"label_values\((\w+), (\w+)\)", variable["definition"]).groups()
            assert seen.get(f"label/{label}/values", **{"match[]": metric}), variable["name"]


def test_promtool_finds_nothing_wrong_with_rules_and_configuration() -> None:
    for what, file in (("rules", RULES), ("config", DEPLOY / "prometheus" / "prometheus.yml")):
        done = subprocess.run([program("promtool"), "check", what, file], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_alerts_stay_quiet_while_all_is_well_and_are_there_when_it_is_not(tmp_path: Path) -> None:
    shutil.copy(RULES, tmp_path)
    shutil.copy(Path(__file__).with_name("rules.yml"), tmp_path)
    command = [program("promtool"), "test", "rules", str(tmp_path / "rules.yml")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_alert_is_tried_for_when_it_is_there() -> None:
    cases = yaml.safe_load(Path(__file__).with_name("rules.yml").read_text(encoding="utf-8"))["tests"]
    tried = {one["alertname"] for case in cases for one in case["alert_rule_test"] if one["exp_alerts"]}
    assert tried == {alert["alert"] for alert in ALERTS}
