"""One company's graph: its assets, checks, jobs and resources.

Belongs here: putting the parts together, and which assets each job runs. Does not belong here: any of the parts.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import dagster as dg

from assets import console, waits
from assets.attributes import CompanySettings
from assets.company import COMPANY_TAG, Company
from assets.graph import desired, intake, known, landed, plan, reports, sync_result
from assets.graph.gate import step_name
from assets.runs import retention, triggers
from assets.typed import CHECK, DIGEST, KIND, NUMBER, RUN, WORDS
from destinations.base import Destination
from resources import logs


def build(company: str, settings: CompanySettings, folder: Path, shared: Callable[[], Mapping[str, str]] = dict) -> dg.Definitions:
    """Everything that `pipelines/<company>/defs.yaml` stands for.

    Args:
        company: The first part of every key, and of every job's name.
        settings: The YAML's attributes.
        folder: What a relative path in them is relative to.
        shared: Says, when a run asks, what of its destinations other companies' settings name too (`assets.neighbours.shared`).
    """
    waits.show()
    console.show()
    this = Company(company, settings, folder, shared)
    destinations = this.destinations()
    steps = (known.build, desired.build, plan.build, sync_result.build, landed.build)
    synced = [step(this, one) for one in destinations for step in steps]
    assets = [intake.build(this), *synced, reports.build(this, destinations)]
    jobs = _jobs(this, destinations)
    sensors, schedules = triggers.build(this, jobs)
    cleaning, nightly = retention.build(this)
    return dg.Definitions(
        assets=assets, jobs=[*jobs, cleaning], sensors=sensors, schedules=[*schedules, nightly], resources=this.resources()
    )


def _jobs(company: Company, destinations: Sequence[Destination]) -> list[Any]:
    """The company's jobs, each a part of the graph."""

    def keys(*names: str) -> dg.AssetSelection:
        return dg.AssetSelection.assets(*(company.key(one.name, name) for one in destinations for name in names))

    everything = dg.AssetSelection.key_prefixes([company.name])
    reported = dg.AssetSelection.key_prefixes([company.name, "reports"])
    writing = keys("sync_result", "landed") | reported

    def job(name: str, selection: dg.AssetSelection, description: str, config: dg.ConfigMapping | None = None) -> Any:
        return dg.define_asset_job(
            company.job(name),
            selection,
            config=config,
            description=description,
            tags={COMPANY_TAG: company.name},
            run_tags={COMPANY_TAG: company.name},
        )

    return [
        job("sync", everything, "The nightly run: take HR's file in, plan, write, read back, report."),
        job("preview", everything - writing, "Up to the plans. Writes nothing at any destination."),
        job("one", everything, "A sync for some employee numbers; nobody else is touched.", _for_some(company, destinations)),
        job("verify", keys("landed"), "Reads every destination back against the newest plans. Writes nothing there."),
        job("release", keys("known", "plan") | writing, "Applies what a plan held, by its digest.", _release(company, destinations)),
        job(
            "undo",
            keys("known", "plan") | writing,
            "Plans what takes back what a run wrote, and holds all of it.",
            _undo(company, destinations),
        ),
        job("report", reported, "Writes the reports of the newest run again, from the ledger."),
    ]


def _for_some(company: Company, destinations: Sequence[Destination]) -> dg.ConfigMapping:
    schema = {
        "employee_ids": dg.Field([NUMBER], description="Employee numbers, as HR writes them."),
        "same_person": dg.Field(bool, default_value=False, description="They still are who had their numbers before."),
        "accept": dg.Field([CHECK], default_value=[], description="Checks of the gate that may fail in this run."),
        "accepted_by": dg.Field(WORDS, default_value="", description="Who lets them; behind a sign-on that says it."),
        "reason": dg.Field(WORDS, default_value="", description="Why."),
    }

    @dg.config_mapping(config_schema=schema)
    def some(given: dict) -> dict:
        only = {"only": given.pop("employee_ids")}
        config = _to_plans(company, destinations, {**only, "same_person": given.pop("same_person")}, only)
        return {**config, "ops": {**config["ops"], step_name(company): {"config": {**given, **only}}}}

    return some


def _release(company: Company, destinations: Sequence[Destination]) -> dg.ConfigMapping:
    @dg.config_mapping(
        config_schema={
            "digest": dg.Field(DIGEST, description="What to release: the digest on the plan's check `held`, and in the report."),
            "kinds": dg.Field([KIND], default_value=[], description="Only these kinds of change. Left out: all of the set."),
            "people": dg.Field([NUMBER], default_value=[], description="Only these employee numbers. Left out: everyone in the set."),
            "released_by": dg.Field(WORDS, default_value="", description="Who releases it; behind a sign-on that says it."),
            "reason": dg.Field(WORDS, description="Why."),
        }
    )
    def release(given: dict) -> dict:
        request = {"release": given["digest"], **{name: given[name] for name in ("kinds", "people", "released_by", "reason")}}
        return _to_plans(company, destinations, request, known=request)

    return release


def _undo(company: Company, destinations: Sequence[Destination]) -> dg.ConfigMapping:
    @dg.config_mapping(config_schema={"run": dg.Field(RUN, description="The run that is taken back: the id of the first of its attempts.")})
    def undo(given: dict) -> dict:
        request = {"undo": given["run"]}
        return _to_plans(company, destinations, request, known=request)

    return undo


def _to_plans(
    company: Company, destinations: Sequence[Destination], plan: dict, desire: dict | None = None, known: dict | None = None
) -> dict:
    steps = [(one, name, given) for one in destinations for name, given in (("known", known), (one.desired_name, desire), ("plan", plan))]
    ops = {company.key(one.name, name).to_python_identifier(): {"config": given} for one, name, given in steps if given}
    # A job with a config mapping takes no loggers from whoever starts it; the event log has every event all the same.
    level = "DEBUG" if logs.wanted() else "CRITICAL"
    return {"loggers": {"console": {"config": {"log_level": level}}}, "ops": ops}
