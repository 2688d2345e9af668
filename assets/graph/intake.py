"""HR's export, the roster and the rejects: one step, so that no ungated roster is ever the newest.

Belongs here: the three ``hr/`` assets and the gate's check. Does not belong here: where the file comes from (``resources.hr.sources``),
what the gate asks and who is told (``assets.graph.gate``).
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import dagster as dg
import pandas as pd
from pydantic import Field

from assets.asker import asker
from assets.company import Company, root_run_id
from assets.failures import reported
from assets.graph import metadata
from assets.graph.before import next_file
from assets.graph.gate import PRIVATE, LetPass, Taking, step_name
from assets.typed import CHECK, NUMBER, Typed, given, schema
from resources.hr.files import Export
from resources.hr.sources import ExportSource, Found
from resources.past.beside import NAMES, SEPARATOR
from roster.intake import take_in as intake
from roster.intake.facts import ExportFacts
from roster.unfit import Unfit

EXPORT_TAG = "rollcall/export"
"""On a run, whoever started it: which state of which file it is for."""


class IntakeConfig(Typed):
    """Which state of which file a run is for, which sensors and schedules fill in (empty: the newest file as it is); and what of the gate
    somebody lets it pass."""

    file: str = ""
    """What it is called, its size and time, as a sensor or schedule found it."""
    remarks: list[str] = Field(default=[])
    """What somebody should know of why it is this file."""
    only: Annotated[list[str], NUMBER] = Field(default=[])
    """Employee numbers, each of which must be somebody's; the whole file is taken in all the same."""
    accept: Annotated[list[str], CHECK] = Field(default=[])
    """Checks of the gate that may fail in this run, such as rows: the file passes all the same."""
    accepted_by: str = ""
    """Who lets it pass; the sign-on says it where the run was launched behind one."""
    reason: str = ""
    """Why. The ledger and the report keep both."""


def build(company: Company) -> dg.AssetsDefinition:
    """The multi-asset ``<company>/hr/{export,roster,rejects}``."""
    hr, ledger, io = (company.resource(name) for name in ("hr", "ledger", "io"))
    roster = company.key("hr", "roster")
    gate = dg.AssetCheckSpec(
        "gate",
        asset=roster,
        blocking=True,
        description="Is the file fit to be used at all? If not, nothing of it is, and nothing is written.",
    )

    private = dg.AssetCheckSpec(
        PRIVATE,
        asset=roster,
        description="Does a mapped column look like what no expense tool needs: an identity number, pay, health, faith? It stops nothing.",
    )

    @dg.multi_asset(
        name=step_name(company),
        specs=[spec.with_io_manager_key(io) for spec in _specs(company)],
        check_specs=[gate, private],
        required_resource_keys={io, hr, ledger},
        config_schema=schema(IntakeConfig),
    )
    def hr_intake(context: dg.AssetExecutionContext) -> Iterator[dg.AssetCheckResult | dg.MaterializeResult]:
        config = given(context, IntakeConfig)
        with reported(), getattr(context.resources, ledger).open() as book:
            book.runs.begin(context.run.run_id, root_run_id(context), context.run.job_name)
            accept = LetPass(config.accept, asker(context, config.accepted_by), config.reason)
            accept.check()
            source, storage = getattr(context.resources, hr), getattr(context.resources, io)
            found = _found(source, context, config, lambda: next_file(source, storage, company.key("hr", "export")))
            export = source.take(found)
            # A sensor starts no other run for a state that this one has read.
            context.instance.add_run_tags(context.run.run_id, {EXPORT_TAG: found.state})
            day = today(company.settings.timezone)
            taking = Taking(company, book, found, export, context.run, day, accept, storage)
            try:
                result = taking.read()
            except Unfit as unfit:
                taking.refuse(unfit)
                yield taking.refused(roster, unfit)
                raise
            facts = taking.accept(result)
            if context.run.job_name == company.job("one"):
                taking.check_named(config.only, result)
        yield _export(company, export, facts, taking.stored(result))
        yield _roster(company, result, [taking.passed(roster, facts), taking.private(roster)])
        yield _rejects(company, result, facts)

    return hr_intake


def today(timezone: str) -> date:
    """The day that it is in a company's time zone, by this machine's clock."""
    return datetime.now(ZoneInfo(timezone)).date()


def _specs(company: Company) -> list[dg.AssetSpec]:
    export = company.key("hr", "export")
    deadline = company.settings.when.deadline
    policy = None
    if deadline:
        hours = timedelta(hours=deadline.within_hours)
        policy = dg.FreshnessPolicy.cron(deadline_cron=deadline.cron, lower_bound_delta=hours, timezone=company.settings.timezone)
    people = company.labels(
        "hr",
        "The valid people, one row a person. Look at the check *gate*, then at *rows of the file*: where each row went.",
        {"pandas", "pandera"},
    )
    rejects = company.labels("hr", "The rows that are no valid person. Look at *why rejected*: line, field and what is wrong.", {"pandas"})
    hr = company.settings.hr
    kind = "sftp" if hr.sftp else hr.url.scheme if hr.url else "csv"
    return [
        dg.AssetSpec(
            export,
            freshness_policy=policy,
            **company.labels("hr", "HR's file as it came. Look at *file* and *as of*: is it the one of tonight?", {kind}),
        ),
        dg.AssetSpec(company.key("hr", "roster"), deps=[export], **people),
        dg.AssetSpec(company.key("hr", "rejects"), deps=[export], **rejects),
    ]


def _found(source: ExportSource, context: dg.AssetExecutionContext, config: IntakeConfig, newest: Callable[[], Found]) -> Found:
    """The file that the run is for. A re-execution takes the newest: HR may have put a corrected one there."""
    if config.file and context.run.parent_run_id is None:
        return replace(source.again(config.file), remarks=tuple(config.remarks))
    return newest()


def _export(company: Company, export: Export, facts: ExportFacts, stored: dict[str, Any]) -> dg.MaterializeResult:
    return dg.MaterializeResult(
        asset_key=company.key("hr", "export"),
        value={**stored, "facts": facts.to_json()},
        data_version=dg.DataVersion(facts.sha256),
        metadata={
            "file": facts.file,
            "size (bytes)": export.size,
            "modified": dg.MetadataValue.timestamp(export.modified),
            "as of": facts.as_of.isoformat(),
            "intake number": facts.number,
            "same content as before": facts.seen_before,
            "sha256 begins": facts.sha256[:12],  # all of it is the data version
        },
    )


def _roster(company: Company, result: intake.IntakeResult, checks: list[dg.AssetCheckResult]) -> dg.MaterializeResult:
    standing: pd.Series[int] = result.roster["employment"].value_counts()
    return dg.MaterializeResult(
        asset_key=company.key("hr", "roster"),
        value=result.roster,
        metadata={
            **metadata.of_frame(result.roster),
            "rows of the file": metadata.counts(result.facts.dispositions(), "disposition", "rows"),
            "people": metadata.counts({str(name): int(count) for name, count in standing.items()}, "employment"),
        },
        check_results=checks,
    )


def _rejects(company: Company, result: intake.IntakeResult, facts: ExportFacts) -> dg.MaterializeResult:
    frames = {"rejects": result.rejects, "notes": result.notes, "dispositions": result.dispositions, NAMES: result.rejected_names}
    return dg.MaterializeResult(
        asset_key=company.key("hr", "rejects"),
        value={**frames, "facts": facts.to_json(), SEPARATOR: company.separator()},
        metadata=metadata.of_result(
            result.rejects,
            {
                "rejected rows": result.facts.rejected,
                "why rejected": metadata.faults(result.rejects),
                "dropped values": len(result.notes),
                "why dropped": metadata.faults(result.notes),
            },
        ),
    )
