"""What an operator copies from `deploy/`: the files agree with each other, with the project's own settings and with what can be run."""

import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import sqlalchemy as sa
import yaml
from dagster._daemon.cli import run_command
from typer.testing import CliRunner

from cli import main as cli
from cli.commands import COMMANDS
from destinations.findity.expense import kept as sign_ins
from resources import places
from resources.hr import kept
from resources.ledger import Ledger, tables
from tests.deploy.compose import DEPLOY, services
from tests.deploy.units import started
from tests.postgres import postgres, schema
from tests.programs import program as installed

__all__ = ["postgres"]
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
OURS = [name for name, one in services().items() if one["image"] == "rollcall:local"]
WORKERS = [name for name in OURS if name.startswith("worker")]


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text("utf-8"))


def manifests() -> list[dict[str, Any]]:
    return list(yaml.safe_load_all((DEPLOY / "kubernetes" / "manifests.yaml").read_text("utf-8")))


def pods() -> Iterator[dict[str, Any]]:
    for one in manifests():
        if "template" in one["spec"]:
            yield one["spec"]["template"]["spec"]


def commands() -> Iterator[list[str]]:
    """Every command that starts one of our processes."""
    for name in OURS:
        yield services()[name]["command"]
    for unit in UNITS:
        program, *words = started(unit)
        yield [Path(program).name, *words]
    for pod in pods():
        yield pod["containers"][0]["args"]


# --- the Dagster instance


def test_the_instance_of_several_machines_has_the_settings_of_the_projects_own() -> None:
    ours, theirs = read(places.PROJECT / "dagster.yaml"), read(DEPLOY / "celery" / "dagster.yaml")
    for added in ("storage", "run_launcher", "run_coordinator", "compute_logs"):
        del theirs[added]
    assert theirs["run_monitoring"].pop("start_timeout_seconds") > 0
    assert theirs["concurrency"]["runs"].pop("max_concurrent_runs") == len(WORKERS)
    assert theirs == ours


def test_kubernetes_has_them_too() -> None:
    ours, values = read(places.PROJECT / "dagster.yaml"), read(DEPLOY / "kubernetes" / "values.yaml")
    daemon = values["dagsterDaemon"]
    limits = daemon["runCoordinator"]["config"]["queuedRunCoordinator"]["tagConcurrencyLimits"]
    assert limits == ours["concurrency"]["runs"]["tag_concurrency_limits"]
    assert daemon["runRetries"] == {_camel(name): value for name, value in ours["run_retries"].items()}
    monitoring = {_camel(name): value for name, value in ours["run_monitoring"].items()}
    assert monitoring.items() <= daemon["runMonitoring"].items()
    assert daemon["sensors"] == {_camel(name): value for name, value in ours["sensors"].items()}
    assert values["telemetry"] == ours["telemetry"]
    assert values["additionalInstanceConfig"] == {name: ours[name] for name in ("nux", "freshness")}
    kept = ours["retention"]
    assert values["retention"]["schedule"]["purgeAfterDays"] == kept["schedule"]["purge_after_days"]
    assert kept["sensor"]["purge_after_days"].items() <= values["retention"]["sensor"]["purgeAfterDays"].items()


def _camel(name: str) -> str:
    first, *more = name.split("_")
    return first + "".join(word.title() for word in more)


@pytest.mark.parametrize("file", ["workspace.yaml", "systemd/workspace.yaml"])
def test_the_code_location_has_the_projects_name(file: str) -> None:
    (location,) = read(places.PROJECT / "workspace.yaml")["load_from"]
    (theirs,) = read(DEPLOY / file)["load_from"]
    assert theirs["grpc_server"]["location_name"] == location["python_module"]["location_name"]
    named = [words for words in commands() if "code-server" in words]
    assert {word for words in named for word in words if word.startswith("--location-name")} == {"--location-name=rollcall"}
    (deployment,) = read(DEPLOY / "kubernetes" / "values.yaml")["dagster-user-deployments"]["deployments"]
    assert deployment["name"] == location["python_module"]["location_name"]


# --- what is started


def test_every_command_is_there_with_its_options() -> None:
    for program, *words in commands():
        if program == "rollcall":
            shown = CliRunner().invoke(cli.app, [words[0], "--help"], terminal_width=200).output
            assert [word for word in words[1:] if word.partition("=")[0] not in shown] == []
        elif program != "sh":
            assert Path(sys.executable).with_name(program).exists() or installed(program), program
    assert {words[1] for words in commands() if words[0] == "rollcall"} == {"metrics", "serve", "upgrade", "webserver"} <= COMMANDS.keys()


def test_the_daemon_writes_json_by_the_variable_by_which_everything_of_ours_does() -> None:
    unit = (DEPLOY / "systemd" / "rollcall-daemon.service").read_text("utf-8").splitlines()
    assert unit.index("Environment=ROLLCALL_LOGS=colored") < unit.index("EnvironmentFile=/etc/rollcall/environment")  # the later one counts
    plain = "${ROLLCALL_LOGS:-colored}"
    assert services()["daemon"]["environment"]["ROLLCALL_LOGS"] == plain
    of_unit = started(DEPLOY / "systemd" / "rollcall-daemon.service")
    for words, variable in ((services()["daemon"]["command"], plain), (of_unit, "${ROLLCALL_LOGS}")):
        for wanted in ("colored", "json"):
            given = [word.replace(variable, wanted) for word in words[2:] if not word.startswith("--workspace")]
            assert run_command.make_context("run", given).params["log_format"] == wanted


def test_daemon_code_server_and_workers_find_connections_that_are_open() -> None:
    ini = (DEPLOY / "pgbouncer.ini").read_text("utf-8")
    direct = {name: services()["upgrade"]["environment"][f"DAGSTER_POSTGRES_{name}"] for name in ("HOST", "PORT", "DB")}
    assert f"{direct['DB']} = host={direct['HOST']} port={direct['PORT']} dbname={direct['DB']}\n" in ini
    for name in OURS:
        environment = services()[name].get("environment")
        if environment is None:
            continue
        there = {"HOST": "connections", "PORT": "6432"} if name in {"code", "daemon", *WORKERS} else direct
        assert {part: environment[f"DAGSTER_POSTGRES_{part}"] for part in direct} == direct | there, name
        assert ("connections" in services()[name]["depends_on"]) == (there is not direct), name
    assert "\nlisten_port = 6432\n" in ini


def test_the_guide_makes_the_databases_before_several_processes_would_at_once() -> None:
    guide = (places.PROJECT / "docs" / "deploying.md").read_text("utf-8")
    assert 0 < guide.index("bin/rollcall upgrade") < guide.index("systemctl enable --now rollcall-code")


def test_figures_are_had_by_the_name_that_a_service_has() -> None:
    assert "--allow-host=metrics:9464" in services()["metrics"]["command"]
    (named,) = [pod["containers"][0] for pod in pods() if pod["containers"][0]["name"] == "metrics"]
    assert "--allow-host=rollcall-metrics:9464" in named["args"]


def test_no_secret_is_in_a_file_and_nothing_but_the_proxy_is_reached_from_outside() -> None:
    for name, one in services().items():
        assert [*one.get("ports", ())] == (["443:443"] if name == "proxy" else []), name
        for variable, value in one.get("environment", {}).items():
            if re.search("PASSWORD|SECRET|KEY|TOKEN", variable):
                assert re.fullmatch(r"\$\{[A-Z_]+:\?\}", value), variable
    text = "".join(path.read_text("utf-8") for path in DEPLOY.rglob("*") if path.is_file())
    assert re.findall(r"://\w+:[^@\s]*@", text) == []
    assert read(DEPLOY / "compose.yaml")["networks"]["inside"] == {"internal": True}
    listening = [word for unit in UNITS for word in started(unit) if word.startswith("--host")]
    assert set(listening) == {"--host=127.0.0.1"}


def test_what_holds_secrets_beside_the_files_is_nothing_for_git() -> None:
    named = {file for one in services().values() for file in one.get("env_file", [])}
    mounted = {mount.split(":")[0] for mount in services()["proxy"]["volumes"]} - {"./nginx.conf"}
    for path in [".env", *named, *mounted]:
        done = subprocess.run(
            ["git", "check-ignore", "--no-index", f"deploy/{path.removeprefix('./')}"], cwd=places.PROJECT, capture_output=True, check=False
        )
        assert done.returncode == 0, path


@pytest.mark.parametrize("name", OURS)
def test_a_service_writes_to_its_volume_alone_and_has_no_rights(name: str) -> None:
    one = services()[name]
    assert (one["read_only"], one["cap_drop"], one["security_opt"]) == (True, ["ALL"], ["no-new-privileges:true"])
    volumes = [] if name == "connections" else ["rollcall:/var/lib/rollcall"]  # who keeps nothing has none
    assert [mount for mount in one["volumes"] if not mount.endswith(":ro")] == volumes


def test_each_worker_has_one_run_at_a_time_and_takes_none_that_another_could_begin() -> None:
    for name in WORKERS:
        words = services()[name]["command"]
        assert {"--concurrency=1", "--prefetch-multiplier=1", "--disable-prefetch", "--max-tasks-per-child=1"} <= set(words)


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_a_unit_has_no_rights_but_its_own_folder(unit: Path) -> None:
    lines = unit.read_text("utf-8").splitlines()
    for wanted in (
        "User=rollcall",
        "NoNewPrivileges=yes",
        "CapabilityBoundingSet=",
        "ProtectSystem=strict",
        "ProtectHome=yes",
        "UMask=0077",
    ):
        assert wanted in lines
    assert "EnvironmentFile=/etc/rollcall/environment" in lines


@pytest.mark.parametrize("unit", ["rollcall-code", "rollcall-serve"])
def test_runs_outlive_the_server_that_started_them(unit: str) -> None:
    assert "KillMode=process" in (DEPLOY / "systemd" / f"{unit}.service").read_text("utf-8").splitlines()


def test_the_pages_are_started_with_the_same_options_everywhere_and_stand_behind_the_proxy_as_the_ui_does() -> None:
    _, *unit = started(DEPLOY / "systemd" / "rollcall-serve.service")
    # On one machine a release is a process beside the pages.
    launches = {word for word in services()["webserver"]["command"] if word.startswith("--workspace")}
    assert ["rollcall", *unit] == [word for word in services()["serve"]["command"] if word not in launches]
    assert launches < set(services()["serve"]["command"])
    (pod,) = [pod["containers"][0]["args"] for pod in pods() if pod["containers"][0]["name"] == "serve"]
    away = {"--host=127.0.0.1", "--host=0.0.0.0"}  # there the proxy is another pod, which is told by its address besides
    (ui,) = [pod["containers"][0]["args"] for pod in pods() if pod["containers"][0]["name"] == "webserver"]
    there = {word for word in ui if word.startswith("--workspace")}
    assert set(pod) - away == {"rollcall", *unit, "--proxy=10.0.0.0/8", *there} - away
    ui, pages = (services()[name] for name in ("webserver", "serve"))
    assert {name: pages[name] for name in ("network_mode", "environment", "volumes")} == {
        name: ui[name] for name in ("network_mode", "environment", "volumes")
    }
    policies = {one["metadata"]["name"]: one["spec"]["ingress"] for one in manifests() if one["kind"] == "NetworkPolicy"}
    assert [one["from"] for one in policies["rollcall-serve"]] == [one["from"] for one in policies["rollcall-webserver"]]
    nginx = (DEPLOY / "nginx.conf").read_text("utf-8")
    port, name = (next(word.partition("=")[2] for word in unit if word.startswith(option)) for option in ("--port", "--allow-host"))
    assert f"proxy_pass http://127.0.0.1:{port};" in nginx and f"server_name {name.removeprefix('https://')};" in nginx


# --- the image


def pins(path: Path) -> dict[str, set[str]]:
    """Package and version → its hashes."""
    lines = path.read_text("utf-8").replace("\\\n", " ").splitlines()
    return {line.split()[0]: set(re.findall(r"sha256:\w+", line)) for line in lines if "==" in line}


def test_the_image_has_packages_of_the_lock_and_none_of_the_tests() -> None:
    image, lock = pins(DEPLOY / "requirements.lock"), pins(places.PROJECT / "requirements.lock")
    assert image.items() <= lock.items()
    names = {one.partition("==")[0] for one in image}
    assert {"dagster", "dagster-celery", "dagster-k8s", "dagster-postgres", "s3fs", "gcsfs", "adlfs", "redis"} <= names
    assert not names & {"pytest", "moto", "mypy", "ruff", "playwright", "hypothesis"}


def test_the_image_is_built_by_hash_and_runs_as_nobody() -> None:
    text = (DEPLOY / "Dockerfile").read_text("utf-8")
    installs = re.findall(r"pip install (.+)", text)
    assert all("--require-hashes" in one or "--no-deps --no-build-isolation" in one for one in installs)
    assert not re.search(r"https?://|--index-url|--extra-index-url", text)
    assert re.findall(r"^USER (.+)$", text, re.MULTILINE) == ["10001:10001"]
    assert {pod["securityContext"]["runAsUser"] for pod in pods()} == {10001}
    assert re.search(r"^HEALTHCHECK ", text, re.MULTILINE)


def test_nothing_of_anybodys_gets_into_the_image() -> None:
    lines = (places.PROJECT / ".dockerignore").read_text("utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    assert [rule for rule in rules if "pipelines" in rule] == ["!pipelines/__init__.py", "!pipelines/definitions.py"]
    assert all((places.PROJECT / rule[1:]).exists() for rule in rules if rule.startswith("!"))
    packages = tomllib.loads((places.PROJECT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]["packages"]["find"]["include"]
    assert {f"!{name}" for name in packages if "." not in name} - {"!pipelines"} <= set(rules), "what runs is in it"


# --- Kubernetes


@pytest.mark.parametrize("manifest", manifests(), ids=lambda one: f"{one['kind']} {one['metadata']['name']}")
def test_a_manifest_follows_the_schema_of_kubernetes(manifest: dict[str, Any]) -> None:
    kubernetes_validate.validate(manifest, kubernetes_validate.latest_version(), strict=True)


def test_what_stands_beside_the_chart_has_the_charts_names_image_and_environment() -> None:
    values = read(DEPLOY / "kubernetes" / "values.yaml")
    (code,) = values["dagster-user-deployments"]["deployments"]
    image = f"{code['image']['repository']}:{code['image']['tag']}"
    plain = {one["name"]: one.get("value") for one in code["env"]}
    full = values["global"]["fullnameOverride"]
    for pod in pods():
        (container,) = pod["containers"]
        environment = {one["name"]: one.get("value") for one in container["env"]}
        assert container["image"] == image
        assert plain.items() <= environment.items()
        assert environment["DAGSTER_HOME"] == values["global"]["dagsterHome"]
        maps = {one["configMap"]["name"] for one in pod["volumes"] if "configMap" in one}
        assert maps <= {f"{full}-instance", f"{full}-workspace-yaml", "rollcall-companies"}
        assert container["envFrom"] == [{"secretRef": {"name": code["envSecrets"][0]["name"]}}]
        assert container["securityContext"] == code["securityContext"]
    assert values["dagsterWebserver"]["replicaCount"] == 0  # the chart's has no guard


def test_a_backup_before_an_upgrade_outlives_the_pod_that_made_it() -> None:
    (pod,) = [one for one in pods() if one["containers"][0]["args"] == ["rollcall", "upgrade"]]
    (container,) = pod["containers"]
    home = next(one["value"] for one in container["env"] if one["name"] == "ROLLCALL_HOME")
    (volume,) = [one["name"] for one in container["volumeMounts"] if one["mountPath"] == f"{home}/backups"]
    (claim,) = [one["persistentVolumeClaim"]["claimName"] for one in pod["volumes"] if one["name"] == volume]
    assert claim in {one["metadata"]["name"] for one in manifests() if one["kind"] == "PersistentVolumeClaim"}
    assert services()["upgrade"]["environment"]["ROLLCALL_HOME"] in {mount.split(":")[1] for mount in services()["upgrade"]["volumes"]}


def test_what_no_bucket_holds_is_on_a_volume_of_all_pods_that_run_or_list() -> None:
    values = read(DEPLOY / "kubernetes" / "values.yaml")
    (code,) = values["dagster-user-deployments"]["deployments"]
    assert code["includeConfigInLaunchedRuns"]["enabled"]  # so runs mount it too
    (claim,) = {one["name"]: one["persistentVolumeClaim"]["claimName"] for one in code["volumes"] if "persistentVolumeClaim" in one}.items()
    mounted = {one["mountPath"]: one["subPath"] for one in code["volumeMounts"] if one["name"] == claim[0]}
    (home,) = [one["value"] for one in code["env"] if one["name"] == "ROLLCALL_HOME"]
    assert mounted == {f"{home}/{name}": name for name in (kept.FOLDER, sign_ins.FOLDER)}
    (serve,) = [pod for pod in pods() if pod["containers"][0]["name"] == "serve"]  # it works out what would happen to one person
    assert {"name": claim[0], "persistentVolumeClaim": {"claimName": claim[1]}} in serve["volumes"]
    mounts = serve["containers"][0]["volumeMounts"]
    assert {one["mountPath"]: one["subPath"] for one in mounts if one["name"] == claim[0]} == mounted
    (made,) = [one for one in manifests() if one["kind"] == "PersistentVolumeClaim" and one["metadata"]["name"] == claim[1]]
    assert made["spec"]["accessModes"] == ["ReadWriteMany"]


# --- the backup


def backed_up(folder: Path, **environment: str) -> None:
    script = DEPLOY / "systemd" / "backup.sh"
    given = {"PATH": os.environ["PATH"], "ROLLCALL_HOME": str(folder), "BACKUP": str(folder / "backup"), **environment}
    subprocess.run(["/bin/sh", script], env=given, check=True)


def test_the_backup_of_a_file_has_its_rows_and_keys_and_is_nobody_elses(tmp_path: Path) -> None:
    with Ledger.open(str(tmp_path / "ledger.db"), "acme") as ledger:
        key = ledger.keys.shared("rate windows")
        ledger.heartbeats.beat("run")
    for _ in range(2):  # the next night's takes its place
        backed_up(tmp_path)
    with Ledger.open(str(tmp_path / "backup" / "ledger.db"), "acme") as copy:
        assert copy.heartbeats.remaining().keys() == {"run"}
        assert copy.keys.shared("rate windows") == key
    assert {oct(path.stat().st_mode & 0o077) for path in (tmp_path / "backup").iterdir()} == {"0o0"}


def test_the_backup_of_postgres_can_be_put_back(tmp_path: Path, postgres: str) -> None:
    with schema(postgres) as url:
        with Ledger.open(url, "acme") as ledger:
            ledger.heartbeats.beat("run")
        backed_up(tmp_path, ROLLCALL_LEDGER=url.replace("postgresql://", "postgresql+psycopg2://"))
        engine = sa.create_engine(sa.make_url(url).set(drivername="postgresql+psycopg2"), poolclass=sa.NullPool)
        with engine.begin() as connection:
            connection.execute(sa.delete(tables.heartbeat))
        dump = str(tmp_path / "backup" / "ledger.dump")
        subprocess.run(
            ["pg_restore", "--clean", "--if-exists", "--no-owner", f"--dbname={postgres}", dump], check=False, capture_output=True
        )
        with Ledger.open(url, "acme") as ledger:
            assert ledger.heartbeats.remaining().keys() == {"run"}
