"""The two reports of a run, as assets.

Belongs here: ``reports/skipped_employees`` and ``reports/sync_report``. Does not belong here: what is in them (``roster.reports``).
"""

from collections.abc import Sequence
from datetime import datetime

import dagster as dg
import pandas as pd

from assets import metadata
from assets.company import Company, root_run_id
from assets.destination import Destination
from assets.failures import told
from resources.failures import Failed
from resources.ledger import Ledger
from resources.report_files import write_reports
from resources.run_report import assemble, newest_root
from resources.sources import Found, Source
from roster.reports.headline import headline
from roster.reports.model import RunReport
from roster.reports.skipped import left_out, skipped
from roster.reports.tables import outcome_rows


class ReportConfig(dg.Config):
    """Which run to report."""

    run: str = ""
    """Id of the first run of a chain; empty: this run, or the newest if this one did not sync."""


def build(company: Company, destinations: Sequence[Destination]) -> list[dg.AssetsDefinition]:
    """Both report assets of a company."""
    landed = [company.key(destination.name, "landed") for destination in destinations]
    ledger, io, hr = (company.resource(name) for name in ("ledger", "io", "hr"))
    skipped_key = company.key("reports", "skipped_employees")

    @dg.asset(
        key=skipped_key,
        deps=[company.key("hr", "rejects"), *landed],
        io_manager_key=io,
        required_resource_keys={ledger},
        **company.labels("reports", "Everyone who was not brought in: why, since when, and who can mend it.", {"csv"}),
    )
    def skipped_employees(context: dg.AssetExecutionContext, config: ReportConfig) -> dg.MaterializeResult:
        with told(), getattr(context.resources, ledger).open() as book:
            report = _report(context, config, book)
            files = write_reports(report)
        people, coded = skipped(report), left_out(report)
        return dg.MaterializeResult(
            value=people,
            metadata={
                **metadata.of_frame(people),
                "who and why": metadata.table(people),
                "reasons": metadata.counts(people["reason"].value_counts().to_dict(), "reason"),
                "who can mend it": metadata.counts(people["owner"].value_counts().to_dict(), "owner"),
                "people": len(coded),
                "list for HR": dg.MetadataValue.path(files.skipped),
            },
        )

    @dg.asset(
        key=company.key("reports", "sync_report"),
        deps=[skipped_key, *landed],
        io_manager_key=io,
        required_resource_keys={ledger, hr},
        **company.labels("reports", "The run in one page, all destinations side by side.", {"html"}),
    )
    def sync_report(context: dg.AssetExecutionContext, config: ReportConfig) -> dg.MaterializeResult:
        with told(), getattr(context.resources, ledger).open() as book:
            _ended(context, book)
            report = _report(context, config, book)
            files = write_reports(report)
            # Only a sync of everyone may do it, and only with the file that it read itself.
            own = context.run.job_name == company.job("sync") and report.root_run_id == root_run_id(context)
            away = _put_away(getattr(context.resources, hr), book, report, len(destinations)) if own else ""
        said = headline(report, left_out(report))
        return dg.MaterializeResult(
            value={"headline": said.sentence, "page": str(files.page)},
            metadata={
                "in short": said.sentence,
                "page": dg.MetadataValue.url(files.page.as_uri()),
                "outcomes": metadata.table(_outcomes(report)),
                "numbers": metadata.table(_numbers(report)),
                "HR's file": away or "stays where it is",
            },
        )

    return [skipped_employees, sync_report]


def _ended(context: dg.AssetExecutionContext, book: Ledger) -> None:
    """Says in the ledger that a run which synced has come to its end; a re-execution may show up there only now."""
    root = root_run_id(context)
    if root in set(book.runs()["root_run_id"]):
        book.begin_run(context.run.run_id, root, context.run.job_name)
        book.end_run(context.run.run_id, "finished")


def _put_away(source: Source, book: Ledger, report: RunReport, destinations: int) -> str:
    """Does with HR's file what the settings say, once all destinations show what came of it; what became of the file."""
    gate = book.gate(report.root_run_id)
    if gate is None or not gate.passed or sum(one.stage == "landed" for one in report.destinations) < destinations:
        return ""
    facts = gate.facts
    modified = datetime.fromisoformat(facts["modified"]) if facts["modified"] else None
    try:
        moved = source.put_away(Found(facts["path"], facts["file"], facts["size"], modified))
    except Failed as failure:
        # The people are in step; a file that stays is found again, and its content is known.
        return f"could not be put away: {failure}"
    return "is put away, as the settings say" if moved else ""


def _report(context: dg.AssetExecutionContext, config: ReportConfig, book: Ledger) -> RunReport:
    root = config.run or root_run_id(context)
    runs = book.runs()
    return assemble(book, root if root in set(runs["root_run_id"]) else newest_root(book))


def _outcomes(report: RunReport) -> pd.DataFrame:
    return pd.DataFrame(outcome_rows(report), columns=["outcome", *(one.name for one in report.destinations if one.outcomes)])


def _numbers(report: RunReport) -> pd.DataFrame:
    parts = ("intended", "accepted", "landed", "not_visible", "missing")
    rows = [{"": part.replace("_", " "), **{one.name: getattr(one, part) for one in report.destinations}} for part in parts]
    return pd.DataFrame(rows)
