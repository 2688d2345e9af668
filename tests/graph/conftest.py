"""A company `acme` of twelve people, whole: its file, its graph, the real sandbox behind it, an instance that keeps its runs."""

import copy
import dataclasses
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from itertools import count
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import dagster as dg
import pandas as pd
import pytest
import yaml

from assets.attributes import model
from assets.graph import build as graph
from assets.runs.launch import Location, RunResult, reexecute, run_job
from cli.demo import SANDBOX_CREDENTIALS
from destinations import registry
from resources import places
from resources.http import Retry
from resources.ledger import Ledger
from resources.rates import RateLimit
from sandbox.server import Sandbox
from sandbox.switches import Switches

NUMBERS = count()
"""One for each company ever made here: Dagster keeps a job that it has loaded by its module's name, and `id` comes again."""
SE, NO, TRAVEL = "5E00000000000001", "4E00000000000002", "7A00000000000006"
COLUMNS = (
    "No",
    "First",
    "Last",
    "Mail",
    "Boss",
    "Dept",
    "Firm",
    "Status",
    "Start",
    "End",
    "Mobile",
    "Limit",
    "Over",
    "IBAN",
    "Personal ID",
)
PEOPLE = """\
E01;Ada;Quistgaard;ada@acme.example;;Finance;SE;A;2010-01-01;;+46701740601;100000;E01;SE6100000000000001000003;19700101-9801
E02;Bo;Quistgaard;bo@acme.example;E01;Sales;SE;A;2011-01-01;;+46701740602;5000;E01;SE2700000000000002000006;19710101-9802
E03;Cai;Ytterberg;cai@acme.example;E01;Engineering;SE;A;2012-01-01;;+46701740603;5000;E01;SE9000000000000003000009;19720101-9803
E04;Dag;Ytterberg;dag@acme.example;E02;Sales;SE;A;2013-01-01;;+46701740604;;;SE5600000000000004000012;19730101-9804
E05;Eva;Zetterlund;eva@acme.example;E02;Sales;NO;A;2014-01-01;;+46701740605;;;SE2200000000000005000015;19740101-9805
E06;Fia;Zetterlund;fia@acme.example;E02;Sales;NO;A;2015-01-01;;+46701740606;;;SE8500000000000006000018;19750101-9806
E07;Gro;Øverland;gro@acme.example;E03;Engineering;NO;A;2016-01-01;;+46701740607;;;SE5100000000000007000021;19760101-9807
E08;Hal;Øverland;hal@acme.example;E03;Engineering;NO;A;2017-01-01;;+46701740608;;;SE1700000000000008000024;19770101-9808
E09;Ida;Wrangel;ida@acme.example;E03;Engineering;SE;A;2018-01-01;;+46701740609;;;SE8000000000000009000027;19780101-9809
E10;Jon;Wrangel;jon@acme.example;E03;Engineering;SE;LOA;2019-01-01;;+46701740610;;;SE4600000000000010000030;19790101-9810
E11;Kit;Xavier;kit@acme.example;E01;Finance;SE;A;2020-01-01;;+46701740611;;;SE1200000000000011000033;19800101-9811
E12;Liv;Xavier;liv@acme.example;E01;Finance;SE;A;2021-01-01;;+46701740612;;;SE7500000000000012000036;19810101-9812
"""
YAML = """\
timezone: Europe/Stockholm
owners: [team:finance]
first_sync: apply
hr:
  csv:
    path: inbox/people_*.csv
    delimiter: ";"
    date_in_name: '_(?P<date>\\d{4}-\\d{2}-\\d{2})\\.csv$'
    trailer: '#END;rows=(?P<rows>\\d+)'
  people:
    absent_means: leaver
    columns:
      employee_id: "No"
      first_name: First
      last_name: Last
      email: Mail
      manager_id: Boss
      department: Dept
      company_code: Firm
      worker_status: {column: Status, values: {A: Active, LOA: On Leave, T: Terminated}}
      start_date: Start
      end_date: End
      phone: Mobile
      approval_limit: Limit
      over_limit_approver: Over
      bank_account: IBAN
expensify:
  connection:
    url: {env: EXPENSIFY_URL}
    partner_user_id: {env: EXPENSIFY_USER}
    partner_user_secret: {env: EXPENSIFY_SECRET}
    read_back_seconds: 0
  feed:
    policyID: {column: company_code, lookup: {SE: "5E00000000000001", "NO": "4E00000000000002"}}
    additionalPolicyIDs: {cases: [{when: {department: Sales}, value: ["7A00000000000006"]}]}
    role: {cases: [{when: {department: Finance}, value: auditor}], default: user}
    customField2: department
    approvalLimit: approval_limit
    overLimitApprover: over_limit_approver
findity:
  connection:
    admin_url: {env: FINDITY_ADMIN_URL}
    token_url: {env: FINDITY_TOKEN_URL}
    organization: acme
    client_id: {env: FINDITY_CLIENT}
    client_secret: {env: FINDITY_SECRET}
    invitation_mail_checked: true
    read_back_seconds: 0
  users:
    organizationalUnitId: department
    phone: phone
    bankAccount: {IBAN: bank_account}
"""
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}

Row = dict[str, str]
_BEGUN: dict[str, Any] = {}
"""What nights left with which several tests begin."""


def changed(settings: dict[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The settings with other values at dotted places; None takes a place out."""
    for path, value in changes.items():
        *above, last = path.split(".")
        place = settings
        for part in above:
            place = place[part]
        place.pop(last, None)
        if value is not None:
            place[last] = value
    return settings


def impatient(access: Any) -> Any:
    """The way to a destination of which nobody counts the calls, and that is asked twice at most."""
    fields = {field.name for field in dataclasses.fields(access)} if dataclasses.is_dataclass(access) else set()
    other = {"retry": Retry(attempts=2, first_wait=0.01), "limits": [RateLimit(1000, 0.001)]}
    return dataclasses.replace(access, **{name: value for name, value in other.items() if name in fields}) if fields else access


class Acme:
    """The company, and what a test does to it and sees of it."""

    def __init__(self, folder: Path, box: Sandbox, name: str = "acme", **settings: Any) -> None:
        self.folder, self.box, self.name = folder, box, name
        self.first: RunResult | None = None
        self.evaluations: dict[str, list[dg.AssetCheckEvaluation]] = {}
        self.events: dict[str, list[Any]] = {}
        self.attributes = changed(yaml.safe_load(YAML), {path.replace("__", "."): value for path, value in settings.items()})
        built = graph.build(name, model().model_validate(self.attributes), folder)
        resources = dict(built.resources or {})
        # Nobody counts calls here, the sandbox's windows are off; and a call that goes wrong is not repeated for minutes.
        for key in (f"{name}_{destination}" for destination in registry.titles()):
            if key in resources:
                resources[key] = dg.ResourceDefinition(lambda _, of_run=resources[key].resource_fn: impatient(of_run(None)))
        self.defs = dg.Definitions(
            assets=built.assets,
            jobs=built.jobs,
            sensors=built.sensors,
            schedules=built.schedules,
            resources=resources,
            executor=dg.in_process_executor,
        )
        module = ModuleType(f"graph_of_{name}_{next(NUMBERS)}")
        module.defs = self.defs  # type: ignore[attr-defined]
        sys.modules[module.__name__] = module
        self.location = Location("tests", module.__name__)
        self.file("2026-11-20", self.people())

    # --- HR

    @staticmethod
    def people() -> dict[str, Row]:
        """Everyone by employee number."""
        rows = [dict(zip(COLUMNS, line.split(";"), strict=True)) for line in PEOPLE.splitlines()]
        return {row["No"]: row for row in rows}

    def file(
        self, day: str, people: Mapping[str, Row], *, columns: Sequence[str] = COLUMNS, rows: int | None = None, by: str = ";"
    ) -> Path:
        """HR's file of a day."""
        lines = [by.join(columns), *(by.join(row[name] for name in columns) for row in people.values())]
        lines.append(f"#END;rows={len(people) if rows is None else rows}")
        path = self.folder / "inbox" / f"people_{day}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    # --- runs

    def run(self, job: str, *, tags: Mapping[str, str] | None = None, **config: Any) -> RunResult:
        """A run as the command line and the UI start it, kept by the instance of DAGSTER_HOME."""
        return run_job(f"{self.name}_{job}", run_config=config or None, tags=tags, location=self.location)

    def again(self, failed: RunResult) -> RunResult:
        """A run re-executed from failure."""
        return reexecute(failed.run_id, location=self.location)

    def quickly(self, job: str, *, only: Sequence[str] | None = None, tags: Mapping[str, str] | None = None, **config: Any) -> RunResult:
        """A run that no instance keeps, half the price of one; `only` for some of the job's assets."""
        selection = [dg.AssetKey([self.name, *name.split("/")]) for name in only] if only else None
        definition = self.defs.resolve_job_def(f"{self.name}_{job}")
        with dg.DagsterInstance.ephemeral() as instance:
            # It is gone with the run, and what happened is in the result: nobody would read an event that it stored.
            instance.event_log_storage.store_event = lambda event: None  # type: ignore[method-assign]
            result = definition.execute_in_process(
                run_config=config if definition.config_mapping else {**QUIET, **config},
                instance=instance,
                raise_on_error=False,
                asset_selection=selection,
                tags=dict(tags or {}),
            )
            run = instance.get_run_by_id(result.run_id)
            self.evaluations[result.run_id] = list(result.get_asset_check_evaluations())
            self.events[result.run_id] = list(result.all_events)
            failed = next((event for event in result.all_events if event.is_step_failure), None)
            data = failed.step_failure_data if failed else None
            said = (data.user_failure_data.description if data.user_failure_data else data.error.message) if data else None
            return RunResult(result.run_id, run.status if run else dg.DagsterRunStatus.FAILURE, failed.step_key if failed else None, said)

    def begin(self, *, kept: bool = False) -> RunResult:
        """The next sync, where several tests begin with it: run once for all who got so far by the same files, settings and nights. What it
        left is put in place.

        Args:
            kept: Whether the instance of DAGSTER_HOME keeps the run.
        """
        home, ledger = places.home(), (places.home() / "ledger.db").read_bytes()
        files = [(path.name, path.read_bytes()) for path in sorted((self.folder / "inbox").iterdir())]
        there = {name: part for name, part in self.box.state.items() if name not in ("calls", "writes")}
        assert self.box.box.faults == []
        ways = (self.attributes, files, sha256(ledger).digest(), there, self.box.box.switches, kept)
        key = sha256(repr(ways).encode()).hexdigest()
        if begun := _BEGUN.get(key):
            shutil.rmtree(home)
            shutil.copytree(begun.home, home)
            self.box.box.state = copy.deepcopy(begun.state)
        else:
            result = (self.run if kept else self.quickly)("sync")
            assert result.succeeded, result
            begun = SimpleNamespace(result=result, state=copy.deepcopy(self.box.state), evaluations=self.evaluations.get(result.run_id))
            begun.home = shutil.copytree(home, self.folder.parent / f"begun {result.run_id}")
            _BEGUN[key] = begun
        if not kept:
            self.evaluations[begun.result.run_id] = begun.evaluations
        return begun.result

    def clicked(self, *names: str) -> RunResult:
        """Some assets materialized by hand, as the UI does it without a job."""
        return self.quickly("sync", only=names)

    def checks(self, result: RunResult) -> dict[str, dg.AssetCheckEvaluation]:
        """Asset and check (``hr/roster: gate``) → the evaluation."""
        found = self.evaluations.get(result.run_id)
        if found is None:
            with dg.DagsterInstance.get() as instance:
                events = instance.all_logs(result.run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION)
            found = [entry.get_dagster_event().asset_check_evaluation_data for entry in events]
        return {f"{'/'.join(one.asset_key.path[1:])}: {one.check_name}": one for one in found}

    # --- what there is afterwards

    def ledger(self) -> Any:
        """The ledger, opened; use it as a context manager."""
        return Ledger.open(places.ledger_url(), self.name)

    def stored(self, run_id: str, name: str) -> Any:
        """What a run stored of an asset."""
        from resources.stored.run_storage import RunStorage

        return RunStorage(base=places.storage(), company=self.name).of_run(run_id, dg.AssetKey([self.name, *name.split("/")]))

    def outcome(self, destination: str, run_id: str) -> dict[str, str]:
        """Employee number → outcome, of a run that got that far."""
        table = self.stored(run_id, f"{destination}/landed")["outcomes"]
        return dict(zip(table["person"], table["outcome"], strict=True))

    def planned(self, destination: str, run_id: str) -> pd.DataFrame:
        """A plan's people by employee number."""
        return self.stored(run_id, f"{destination}/plan")["people"].set_index("person")

    def members(self, policy: str = SE) -> dict[str, dict[str, Any]]:
        """Expensify's members of a policy by address."""
        return self.box.state["expensify"]["policies"][policy]["members"]

    def users(self) -> dict[str, dict[str, Any]]:
        """Findity's users by externalSourceId."""
        return self.box.state["findity"]["organizations"]["acme"]["users"]

    def calls(self, since: int = 0) -> list[str]:
        """The calls that the sandbox has seen, dry runs marked."""
        return [f"{call['job']}{' (dry)' if call['dry_run'] else ''}" for call in self.box.calls[since:]]

    def reports(self) -> dict[str, Path]:
        """The newest run's report files by name."""
        folder = max((places.reports() / self.name).iterdir(), key=lambda path: path.stat().st_mtime)
        return {path.name: path for path in folder.iterdir()}


class Places:
    """The one sandbox and instance of this folder's tests, and a home for each test."""

    def __init__(self, root: Path, box: Sandbox) -> None:
        self.root, self.box, self.empty = root, box, copy.deepcopy(box.state)
        self._begun: dict[str, SimpleNamespace] = {}
        (root / "dagster").mkdir()
        (root / "dagster" / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
        self.environment = {
            **SANDBOX_CREDENTIALS,
            "DAGSTER_HOME": str(root / "dagster"),
            "EXPENSIFY_URL": box.expensify_url,
            "FINDITY_ADMIN_URL": box.findity_url,
            "FINDITY_TOKEN_URL": box.findity_token_url,
        }

    def enter(self, home: Path, patch: pytest.MonkeyPatch, state: dict[str, Any] | None = None) -> None:
        """A home of its own, and a sandbox with nobody in it, or in a given state."""
        self.box.heal()
        self.box.switch(**vars(Switches(expensify_rate_limits=False)))
        self.box.box.state = copy.deepcopy(state or self.empty)
        for name, value in {**self.environment, "ROLLCALL_HOME": str(home)}.items():
            patch.setenv(name, value)

    def begun(self, name: str, **settings: Any) -> SimpleNamespace:
        """A first sync, run once a day: its result and what it left, for all tests that begin after it.

        Of the same day as they are: a run of all tests may go on past midnight, and a file of yesterday is another thing than one of today.
        """
        place = f"{name}-{datetime.now(ZoneInfo('Europe/Stockholm')).date()}"
        if place not in self._begun:
            home = self.root / place / "home"
            with pytest.MonkeyPatch.context() as patch:
                self.enter(home, patch)
                acme = Acme(self.root / place / "acme", self.box, **settings)
                result = acme.run("sync")
                assert result.succeeded, result
                self._begun[place] = SimpleNamespace(acme=acme, result=result, home=home, state=copy.deepcopy(self.box.state))
        return self._begun[place]


@pytest.fixture(scope="session")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Places]:
    with Sandbox(switches={"expensify_rate_limits": False}) as box:
        yield Places(tmp_path_factory.mktemp("graph"), box)


@pytest.fixture(scope="module")
def first(everything: Places) -> SimpleNamespace:
    """The first sync."""
    return everything.begun("applied")


@pytest.fixture(scope="module")
def first_held(everything: Places) -> SimpleNamespace:
    """The first sync where everything is held."""
    return everything.begun("held", first_sync="hold")


@pytest.fixture
def empty(everything: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes a company, with other settings if need be, that has never been synced."""
    everything.enter(tmp_path / "home", monkeypatch)

    def make(**settings: Any) -> Acme:
        return Acme(tmp_path / settings.get("name", "acme"), everything.box, **settings)

    return make


@pytest.fixture
def synced(everything: Places, first: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes the company as its first sync left it, with other settings from then on if need be."""
    shutil.copytree(first.home, tmp_path / "home")
    everything.enter(tmp_path / "home", monkeypatch, first.state)

    def make(**settings: Any) -> Acme:
        return Acme(tmp_path / "acme", everything.box, **settings)

    return make


@pytest.fixture
def held(everything: Places, first_held: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes a company whose first sync holds everything, as that sync left it."""
    shutil.copytree(first_held.home, tmp_path / "home")
    everything.enter(tmp_path / "home", monkeypatch, first_held.state)

    def make(**settings: Any) -> Acme:
        acme = Acme(tmp_path / "acme", everything.box, first_sync="hold", **settings)
        acme.first = first_held.result
        return acme

    return make
