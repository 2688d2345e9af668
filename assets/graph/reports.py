"""The two reports of a run, as assets: one step.

Belongs here: ``reports/skipped_employees`` and ``reports/sync_report``. Does not belong here: what is in them (``roster.reports``).
"""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any

import dagster as dg
import pandas as pd

from assets.company import Company, root_run_id
from assets.failures import reported
from assets.graph import checks, links, metadata
from assets.typed import RUN, Typed, given, schema
from destinations import registry
from destinations.abilities import Finding
from destinations.base import Destination
from resources.failures import Failed
from resources.hr.locations import PutBack
from resources.hr.sources import ExportSource, Found
from resources.ledger import Ledger
from resources.past.last_night import with_nights
from resources.past.report_files import Written, for_owners, remember, write_reports
from resources.past.run_report import assemble, newest_root
from roster.reading.lines import line_texts
from roster.reports.model import RunReport
from roster.reports.parity import parity
from roster.reports.reasons import reason
from roster.reports.skipped import COLUMNS
from roster.reports.tables import outcome_rows
from roster.shown import one_line

PARITY = "Of everyone whom the rules of both want, the destinations show the same: that they are there, approver, address, name."


class ReportConfig(Typed):
    """Which run to report."""

    run: Annotated[str, RUN] = ""
    """Id of the first run of a chain; empty: this run, or the newest if this one did not sync."""


def build(company: Company, destinations: Sequence[Destination]) -> dg.AssetsDefinition:
    """Both report assets of a company: one step, since both say what one look into the ledger gives."""
    ledger, hr, io = (company.resource(name) for name in ("ledger", "hr", "io"))
    skipped, whole = (company.key("reports", name) for name in ("skipped_employees", "sync_report"))

    @dg.multi_asset(
        name=f"{company.name}__reports",
        specs=[spec.with_io_manager_key(io) for spec in _specs(company, skipped, whole, destinations)],
        check_specs=checks.specs(whole, {"parity": PARITY}) if len(destinations) > 1 else [],
        required_resource_keys={io, ledger, hr},
        config_schema=schema(ReportConfig),
        can_subset=True,
    )
    def reports(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:
        with reported(), getattr(context.resources, ledger).open() as book:
            _ended(context, book)
            report = _report(context, given(context, ReportConfig), book)
            files = write_reports(report)
            remember(context.run.run_id, report, files)
            # Only a sync of everyone may do it, and only with the file that it read itself.
            own = context.run.job_name == company.job("sync") and report.root_run_id == root_run_id(context)
            away = _put_away(getattr(context.resources, hr), book, report, len(destinations)) if own else ""
            back = _put_back(company.settings.hr.skipped.put_back, report, files.overview.everyone) if own else ""
        if skipped in context.selected_asset_keys:
            yield _skipped(company, skipped, files)
        if whole in context.selected_asset_keys:
            yield dg.MaterializeResult(
                asset_key=whole,
                value={"headline": files.overview.headline.sentence, "page": str(files.page)},
                metadata={**in_short(report, files, (away, back)), **links.to(report.company, "nights", report.root_run_id)},
                check_results=checks.results(whole, [_parity(report)]) if len(destinations) > 1 else [],
            )

    return reports


def _specs(company: Company, skipped: dg.AssetKey, whole: dg.AssetKey, destinations: Sequence[Destination]) -> list[dg.AssetSpec]:
    landed = [company.key(destination.name, "landed") for destination in destinations]
    people = company.labels(
        "reports", "Everyone who was not brought in. Look at *who and why*; *what to do* says who can mend it.", {"csv"}
    )
    run = company.labels(
        "reports", "The run in one page, all destinations side by side. Look at *in short*: what needs somebody comes first.", {"html"}
    )
    return [
        dg.AssetSpec(skipped, deps=[company.key("hr", "rejects"), *landed], **people),
        dg.AssetSpec(whole, deps=[skipped, *landed], **run),
    ]


def _skipped(company: Company, key: dg.AssetKey, files: Written) -> dg.MaterializeResult:
    coded = files.overview.everyone
    shown = {**_shown(coded, files.skipped), **links.to(company.name, "faults")}
    return dg.MaterializeResult(asset_key=key, value=coded[list(COLUMNS)], metadata=shown)


def _shown(coded: pd.DataFrame, file: Any) -> dict[str, Any]:
    """The list for HR, on its asset's page."""
    people = coded[list(COLUMNS)]
    whom = _by_person(people)
    return metadata.of_result(
        people,
        {
            "people": int(whom["employee_id"].nunique()),  # somebody may be there for several reasons
            "who and why": metadata.table(whom[["employee_id", "why"]]),
            "what to do": metadata.markdown(whom),
            "reasons": metadata.counts(_causes(coded), "reason"),
            "who can mend it": metadata.counts(whom["owner"].value_counts().to_dict(), "owner"),
            "list for HR": metadata.place(file),
        },
    )


def _parity(report: RunReport) -> Finding:
    """The destinations beside each other, in counts; who differs is in the report's page."""
    found = parity(report)
    if not found.comparable:
        return Finding("parity", True, "This run did not bring two destinations to an end that can be compared.")
    odd, explained = found.unexplained, found.differences[found.differences["why"].notna()]
    figures = {f"differ: {what}": int(count) for what, count in odd["what"].value_counts().items()}
    figures |= {f"explained: {why}": int(count) for why, count in explained["why"].value_counts().items()}
    return Finding("parity", found.same, found.sentence, figures={"people who differ": odd["employee_id"].nunique(), **figures})


def in_short(report: RunReport, files: Written, moved: tuple[str, str]) -> dict[str, Any]:
    """The run, on its report's page.

    Args:
        report: The run.
        files: Its reports.
        moved: What became of HR's file, and of the list that is put back.
    """
    found, changed = files.overview.headline, files.overview.since
    tables = {
        **({"changes": metadata.markdown(_numbers(report))} if report.destinations else {}),
        **({"people": metadata.markdown(_outcomes(report))} if any(one.outcomes for one in report.destinations) else {}),
        "left out": metadata.counts(_causes(files.overview.everyone), "reason"),
    }
    return {
        "in short": one_line(found.sentence),
        **({"also": one_line("; ".join(found.also))} if found.also else {}),
        **({"since last night": changed.sentence} if changed.compared else {}),
        **metadata.filled(tables),
        # Paths, not links: no browser follows one from a page to a file.
        "the page, to open": metadata.place(files.page),
        "list for HR": metadata.place(files.skipped),
        "as a workbook": metadata.place(files.workbook),
        "HR's file": one_line(moved[0]) or "stays where it is",
        **({"list, put back": one_line(moved[1])} if moved[1] else {}),
    }


def _ended(context: dg.AssetExecutionContext, book: Ledger) -> None:
    """Says in the ledger that a run which synced has come to its end; a re-execution may show up there only now."""
    root = root_run_id(context)
    if root in set(book.runs.all()["root_run_id"]):
        book.runs.begin(context.run.run_id, root, context.run.job_name)
        book.runs.end(context.run.run_id, "finished")


def _put_away(source: ExportSource, book: Ledger, report: RunReport, destinations: int) -> str:
    """Does with HR's file what the settings say, once all destinations show what came of it; what became of the file."""
    gate = book.intakes.gate(report.root_run_id)
    if gate is None or not gate.passed or sum(one.stage == "landed" for one in report.destinations) < destinations:
        return ""
    if any(one.held for one in report.destinations):
        return "stays while changes of it are held"
    export = gate.export
    assert export is not None, "what passed was read"  # noqa: S101
    try:
        moved = source.put_away(Found(export.path, export.file, export.size, export.modified))
    except Failed as failure:
        # The people are in step; a file that stays is found again, and its content is known.
        return f"could not be put away: {failure}"
    return "is put away, as the settings say" if moved else ""


def _put_back(settings: PutBack | None, report: RunReport, out: pd.DataFrame) -> str:
    """Gives HR what they have to mend, if the settings say where; what became of it. The people are in step whether it is there or not."""
    if settings is None:
        return ""
    from resources.hr.put_back import put_back  # noqa: PLC0415 - paramiko takes a third of a second: only who needs a server loads it

    files, obsolete = for_owners(report, out, settings.form)
    try:
        put_back(settings, files, obsolete)
    except Failed as failure:
        return f"could not be put back: {failure}"
    return f"put back, {len(files)} {'file' if len(files) == 1 else 'files'}"


def _report(context: dg.AssetExecutionContext, config: ReportConfig, book: Ledger) -> RunReport:
    root = config.run or root_run_id(context)
    runs = book.runs.all()
    found = assemble(book, root if root in set(runs["root_run_id"]) else newest_root(book), registry.titles())
    return with_nights(book, found, registry.titles())


def _places(where: pd.Series) -> str:
    return ", ".join(where.unique())


def _by_person(people: pd.DataFrame) -> pd.DataFrame:
    """A row a person and reason, wherever it was; whom nobody can help comes last, the many of one reason after the few."""
    same = ["employee_id", "reason", "what_to_do", "owner"]
    named = people.assign(employee_id=people["employee_id"].fillna("line " + line_texts(people["line"])))
    found = named.groupby(same, sort=False, as_index=False).agg({"where": _places, "first_seen": "min"})
    found = found.assign(nobody=found["owner"].eq("nobody"), shared=found["what_to_do"].map(found["what_to_do"].value_counts()))
    found = found.sort_values(["nobody", "shared"], kind="stable")
    found["first_seen"] = found["first_seen"].str.replace("-", "\N{NON-BREAKING HYPHEN}")
    found = found.rename(columns={"reason": "why", "what_to_do": "what to do", "first_seen": "since"})
    return found[["employee_id", "where", "why", "what to do", "owner", "since"]]


def _causes(people: pd.DataFrame) -> dict[str, int]:
    """Reason in words → people."""
    words = {code: reason(code).words for code in people["code"].unique()}
    who = people["employee_id"].fillna("line " + line_texts(people["line"]))
    return {str(why): int(count) for why, count in who.groupby(people["code"].map(words)).nunique().items()}


def _outcomes(report: RunReport) -> pd.DataFrame:
    rows = outcome_rows(report)
    return _side_by_side(
        [str(name) for name, *_ in rows], [counts for _, *counts in rows], [one.name for one in report.destinations if one.outcomes]
    )


def _numbers(report: RunReport) -> pd.DataFrame:
    parts = [
        part
        for part in ("intended", "accepted", "landed", "not_visible", "missing", "answered", "unanswered")
        if part in ("intended", "accepted", "landed") or any(getattr(one, part) for one in report.destinations)
    ]
    return _side_by_side(
        [part.replace("_", " ") for part in parts],
        [[getattr(one, part) for one in report.destinations] for part in parts],
        [one.name for one in report.destinations],
    )


def _side_by_side(names: list[str], counts: list[list[int]], destinations: list[str]) -> pd.DataFrame:
    """A line a name and a column a destination, each count with its bar, all on one scale."""
    most = max((count for line in counts for count in line), default=0)
    rows = [[name, *(f"{metadata.bar(count, most)} {count:,}" for count in line)] for name, line in zip(names, counts, strict=True)]
    return pd.DataFrame(rows, columns=[" ", *destinations])
