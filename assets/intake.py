"""HR's export, the roster and the rejects: one step, so that no ungated roster is ever the newest.

Belongs here: the three ``hr/`` assets and the gate's check. Does not belong here: what the gate asks (``roster``).
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import dagster as dg

from assets import metadata
from assets.company import Company, root_run_id
from assets.failures import told
from resources import files
from resources.ledger import Intake as Numbered
from resources.ledger import Ledger
from roster import accounting, dating, intake
from roster.unfit import Unfit
from roster.vocabulary import DISPOSITIONS


def build(company: Company) -> dg.AssetsDefinition:
    """The multi-asset ``<company>/hr/{export,roster,rejects}``."""
    export, roster, rejects = (company.key("hr", name) for name in ("export", "roster", "rejects"))
    io = company.resource("io")
    specs = [
        dg.AssetSpec(export, **company.labels("hr", "HR's file as it came: its bytes, never changed.", {"csv"})).with_io_manager_key(io),
        dg.AssetSpec(
            roster, deps=[export], **company.labels("hr", "The valid people: canonical columns, one row a person.", {"pandas", "pandera"})
        ).with_io_manager_key(io),
        dg.AssetSpec(
            rejects,
            deps=[export],
            **company.labels("hr", "The rows that are no valid person, each with line, field and reason.", {"pandas"}),
        ).with_io_manager_key(io),
    ]
    gate = dg.AssetCheckSpec(
        "gate",
        asset=roster,
        blocking=True,
        description="Is the file fit to be used at all? If not, nothing of it is, and nothing is written.",
    )

    @dg.multi_asset(
        name=f"{company.name}_hr_intake",
        specs=specs,
        check_specs=[gate],
        required_resource_keys={io, company.resource("hr"), company.resource("ledger")},
    )
    def hr_intake(context: dg.AssetExecutionContext) -> Iterator[dg.AssetCheckResult | dg.MaterializeResult]:
        source = getattr(context.resources, company.resource("hr"))
        csv, people = company.settings.hr.csv, company.settings.hr.people
        root = root_run_id(context)
        with told(), getattr(context.resources, company.resource("ledger")).open() as ledger:
            ledger.begin_run(context.run.run_id, root, context.run.job_name)
            taken = files.take(files.find(csv.path, source.folder, csv.newest))
            today = datetime.now(ZoneInfo(company.settings.timezone)).date()
            try:
                day = dating.day_in_name(taken.name, csv.date_in_name)
                numbered = _number(ledger, taken, day, today, root)
                result = intake.take_in(taken.content, csv, people, numbered.as_of)
                wrong = accounting.of_rows(result.dispositions, result.facts["rows"])
                if wrong:
                    raise Unfit("accounting", f"The rows do not add up: {'; '.join(wrong)}.", "This is a fault of Rollcall: report it.")
            except Unfit as unfit:
                number = _number(ledger, taken, None, today, root).number
                ledger.record_gate(number, root, False, {"checks": [_failed(unfit)], "file": taken.name, "size": taken.size})
                yield dg.AssetCheckResult(
                    passed=False,
                    check_name="gate",
                    asset_key=roster,
                    metadata={"reason": unfit.code, "seen": unfit.message, "do": unfit.advice},
                )
                raise
            facts = _facts(taken, numbered, day or result.trailer_date, result)
            checks = _passed(result.facts, numbered)
            notes = result.notes.drop(columns="value").astype("object").where(result.notes.notna(), None)
            ledger.record_gate(numbered.number, root, True, {**facts, "checks": checks, "notes": notes.to_dict("records")})
            ledger.record_rejects(numbered.number, root, result.rejects, {name: result.facts[name] for name in DISPOSITIONS})
            yield dg.AssetCheckResult(
                passed=True,
                check_name="gate",
                asset_key=roster,
                metadata={check["name"]: f"{check['seen']} (expected {check['expected']})" for check in checks},
            )
        yield dg.MaterializeResult(
            asset_key=export,
            value={"content": taken.content, "facts": facts},
            data_version=dg.DataVersion(taken.sha256),
            metadata={
                "file": taken.name,
                "size": dg.MetadataValue.int(taken.size),
                "sha256": taken.sha256,
                "modified": dg.MetadataValue.timestamp(taken.modified),
                "intake number": numbered.number,
                "as of": numbered.as_of.isoformat(),
                "same content as before": numbered.seen_before,
            },
        )
        yield dg.MaterializeResult(
            asset_key=roster,
            value=result.roster,
            metadata={
                **metadata.of_frame(result.roster),
                "rows of the file": metadata.counts({name: result.facts[name] for name in DISPOSITIONS}, "disposition"),
                "people": metadata.counts(result.roster["employment"].value_counts().to_dict(), "employment"),
            },
        )
        shown = ["line", "employee_id", "source", "code", "message"]
        yield dg.MaterializeResult(
            asset_key=rejects,
            value={
                "rejects": result.rejects,
                "notes": result.notes,
                "dispositions": result.dispositions,
                "facts": facts,
            },
            metadata={
                **metadata.of_frame(result.rejects),
                "rejected rows": result.facts["rejected"],
                "rejects": metadata.table(result.rejects[shown]),
                "values dropped": len(result.notes),
                "dropped": metadata.table(result.notes[shown]),
            },
        )

    return hr_intake


def _number(ledger: Ledger, taken: files.Export, day: Any, today: Any, root: str) -> Numbered:
    return ledger.take_intake(taken.sha256, taken.name, taken.size, modified=taken.modified, dated=day, as_of=today, root_run_id=root)


def _facts(taken: files.Export, numbered: Numbered, day: Any, result: intake.Intake) -> dict[str, Any]:
    """What later steps and the reports need to know of the export, as JSON."""
    return {
        "file": taken.name,
        "size": taken.size,
        "sha256": taken.sha256,
        "number": numbered.number,
        "seen_before": numbered.seen_before,
        "as_of": numbered.as_of.isoformat(),
        "dated": day.isoformat() if day else None,
        **result.facts,
    }


def _failed(unfit: Unfit) -> dict[str, Any]:
    return {"name": unfit.code, "passed": False, "seen": unfit.message, "expected": "a file that can be used", "advice": unfit.advice}


def _passed(facts: dict[str, Any], numbered: Numbered) -> list[dict[str, Any]]:
    seen = {
        "rows": (facts["rows"], "one or more"),
        "encoding": (facts["encoding"], "as set"),
        "rows accounted for": (sum(facts[name] for name in DISPOSITIONS), facts["rows"]),
        "content": ("seen before" if numbered.seen_before else "new", "new, or seen before"),
    }
    return [{"name": name, "passed": True, "seen": value, "expected": expected, "advice": ""} for name, (value, expected) in seen.items()]
