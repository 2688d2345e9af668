"""HR's export, the roster and the rejects: one step, so that no ungated roster is ever the newest.

Belongs here: the three ``hr/`` assets and the gate's check. Does not belong here: where the file comes from (``resources.sources``), what
the gate asks (``roster``).
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import dagster as dg
import pandas as pd

from assets import metadata
from assets.company import Company, root_run_id
from assets.failures import told
from resources.files import Export
from resources.ledger import Intake as Numbered
from resources.ledger import Ledger
from resources.sources import Found, Source
from roster import accounting, dating, intake
from roster.unfit import Unfit
from roster.vocabulary import DISPOSITIONS

EXPORT_TAG = "rollcall/export"
"""On a run, whoever started it: which state of which file it is for."""


class IntakeConfig(dg.Config):
    """Which state of which file a run is for; sensors and schedules fill it in. Empty: the newest file as it is."""

    path: str = ""
    """What the file is fetched by."""
    name: str = ""
    size: int = 0
    """Bytes."""
    modified: str = ""
    """When it was last written, in ISO format."""


def step_name(company: Company) -> str:
    """The name of the step, where run config goes."""
    return f"{company.name}__hr__intake"


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

    @dg.multi_asset(
        name=step_name(company),
        specs=[spec.with_io_manager_key(io) for spec in _specs(company)],
        check_specs=[gate],
        required_resource_keys={io, hr, ledger},
    )
    def hr_intake(context: dg.AssetExecutionContext, config: IntakeConfig) -> Iterator[dg.AssetCheckResult | dg.MaterializeResult]:
        with told(), getattr(context.resources, ledger).open() as book:
            book.begin_run(context.run.run_id, root_run_id(context), context.run.job_name)
            found, export = _taken(getattr(context.resources, hr), context, config)
            # A sensor starts no other run for a state that this one has read.
            context.instance.add_run_tags(context.run.run_id, {EXPORT_TAG: found.state})
            taking = _Taking(company, book, found, export, root_run_id(context))
            try:
                result = taking.read()
            except Unfit as unfit:
                taking.refuse(unfit)
                seen = {"reason": unfit.code, "seen": unfit.message, "do": unfit.advice}
                yield dg.AssetCheckResult(passed=False, check_name="gate", asset_key=roster, description=unfit.message, metadata=seen)
                raise
            checks = taking.accept(result)
            seen = {check["name"]: f"{check['seen']} (expected {check['expected']})" for check in checks}
            said = f"The file is fit to be used: {result.facts['rows']:,} rows, all accounted for."
            yield dg.AssetCheckResult(passed=True, check_name="gate", asset_key=roster, description=said, metadata=seen)
        yield _export(company, export, taking.facts)
        yield _roster(company, result)
        yield _rejects(company, result, taking.facts)

    return hr_intake


def _specs(company: Company) -> list[dg.AssetSpec]:
    export = company.key("hr", "export")
    deadline = company.settings.when.deadline
    policy = deadline and dg.FreshnessPolicy.cron(
        deadline_cron=deadline.cron, lower_bound_delta=timedelta(hours=deadline.within_hours), timezone=company.settings.timezone
    )
    people = company.labels("hr", "The valid people: canonical columns, one row a person.", {"pandas", "pandera"})
    rejects = company.labels("hr", "The rows that are no valid person, each with line, field and reason.", {"pandas"})
    kind = "sftp" if company.settings.hr.sftp else "csv"
    return [
        dg.AssetSpec(export, freshness_policy=policy, **company.labels("hr", "HR's file as it came: its bytes, never changed.", {kind})),
        dg.AssetSpec(company.key("hr", "roster"), deps=[export], **people),
        dg.AssetSpec(company.key("hr", "rejects"), deps=[export], **rejects),
    ]


def _taken(source: Source, context: dg.AssetExecutionContext, config: IntakeConfig) -> tuple[Found, Export]:
    """The file that the run is for. A re-execution takes the newest: HR may have put a corrected one there."""
    if config.path and context.run.parent_run_id is None:
        modified = datetime.fromisoformat(config.modified) if config.modified else None
        found = Found(config.path, config.name, config.size, modified)
    else:
        found = source.newest()
    return found, source.take(found)


class _Taking:
    """One export on its way through the gate, and what the ledger is told of it."""

    def __init__(self, company: Company, book: Ledger, found: Found, export: Export, root: str) -> None:
        self._source, self._people = company.settings.hr.source, company.settings.hr.people
        self._today = datetime.now(ZoneInfo(company.settings.timezone)).date()
        self._book, self._export, self._root, self._found = book, export, root, found
        self.facts: dict[str, Any] = {}

    def read(self) -> intake.Intake:
        """The rows, all accounted for.

        Raises:
            Unfit: nothing of the file may be used.
        """
        self._day = dating.day_in_name(self._export.name, self._source.date_in_name)
        self._numbered = self._number(self._day)
        result = intake.take_in(self._export.content, self._source, self._people, self._numbered.as_of)
        if wrong := accounting.of_rows(result.dispositions, result.facts["rows"]):
            raise Unfit("accounting", f"The rows do not add up: {'; '.join(wrong)}.", "This is a fault of Rollcall: report it.")
        return result

    def refuse(self, unfit: Unfit) -> None:
        """Keeps that the file did not pass."""
        check = {"name": unfit.code, "passed": False, "seen": unfit.message, "expected": "a file that can be used", "advice": unfit.advice}
        number = self._number(None).number
        self._book.record_gate(number, self._root, False, {"checks": [check], "file": self._export.name, "size": self._export.size})

    def accept(self, result: intake.Intake) -> list[dict[str, Any]]:
        """Keeps that the file passed and which rows are no valid person; what the gate saw."""
        numbered, facts = self._numbered, result.facts
        day = self._day or result.trailer_date
        self.facts = {
            "file": self._export.name,
            "path": self._found.path,
            "size": self._export.size,
            "modified": self._found.modified.isoformat() if self._found.modified else None,
            "sha256": self._export.sha256,
            "number": numbered.number,
            "seen_before": numbered.seen_before,
            "as_of": numbered.as_of.isoformat(),
            "dated": day.isoformat() if day else None,
            **facts,
        }
        checks = _passed(facts, numbered)
        notes = result.notes.drop(columns="value").astype("object").where(result.notes.notna(), None)
        self._book.record_gate(numbered.number, self._root, True, {**self.facts, "checks": checks, "notes": notes.to_dict("records")})
        self._book.record_rejects(numbered.number, self._root, result.rejects, {name: facts[name] for name in DISPOSITIONS})
        self._book.record_skips("hr", result.rejects.rename(columns={"code": "reason"}), numbered.as_of, self._root)
        return checks

    def _number(self, day: date | None) -> Numbered:
        export = self._export
        return self._book.take_intake(
            export.sha256, export.name, export.size, modified=export.modified, dated=day, as_of=self._today, root_run_id=self._root
        )


def _passed(facts: dict[str, Any], numbered: Numbered) -> list[dict[str, Any]]:
    seen = {
        "rows": (facts["rows"], "one or more"),
        "encoding": (facts["encoding"], "as set"),
        "rows accounted for": (sum(facts[name] for name in DISPOSITIONS), facts["rows"]),
        "content": ("seen before" if numbered.seen_before else "new", "new, or seen before"),
    }
    return [{"name": name, "passed": True, "seen": value, "expected": expected, "advice": ""} for name, (value, expected) in seen.items()]


def _export(company: Company, export: Export, facts: dict[str, Any]) -> dg.MaterializeResult:
    return dg.MaterializeResult(
        asset_key=company.key("hr", "export"),
        value={"content": export.content, "facts": facts},
        data_version=dg.DataVersion(export.sha256),
        metadata={
            "file": export.name,
            "size (bytes)": export.size,
            "modified": dg.MetadataValue.timestamp(export.modified),
            "as of": facts["as_of"],
            "intake number": facts["number"],
            "same content as before": facts["seen_before"],
            "sha256": export.sha256,
        },
    )


def _roster(company: Company, result: intake.Intake) -> dg.MaterializeResult:
    standing: pd.Series[int] = result.roster["employment"].value_counts()
    return dg.MaterializeResult(
        asset_key=company.key("hr", "roster"),
        value=result.roster,
        metadata={
            **metadata.of_frame(result.roster),
            "rows of the file": metadata.counts({name: result.facts[name] for name in DISPOSITIONS}, "disposition", "rows"),
            "people": metadata.counts({str(name): int(count) for name, count in standing.items()}, "employment"),
        },
    )


def _rejects(company: Company, result: intake.Intake, facts: dict[str, Any]) -> dg.MaterializeResult:
    frames = {"rejects": result.rejects, "notes": result.notes, "dispositions": result.dispositions}
    return dg.MaterializeResult(
        asset_key=company.key("hr", "rejects"),
        value={**frames, "facts": facts},
        metadata=metadata.of_result(
            result.rejects,
            {
                "rejected rows": result.facts["rejected"],
                "why rejected": metadata.faults(result.rejects),
                "dropped values": len(result.notes),
                "why dropped": metadata.faults(result.notes),
            },
        ),
    )
