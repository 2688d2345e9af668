"""One export on its way through the gate: its number, its rows, its figures against the last one's, and who is told what.

Belongs here: asking ``roster.intake.gate`` with what the ledger knows, keeping what it says, showing it. Does not belong here: the assets
that come of an export (``assets.graph.intake``), the questions themselves.
"""

import hashlib
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import dagster as dg
import pandas as pd

from assets.company import Company
from assets.graph import metadata
from assets.graph.before import Before, last
from destinations import registry
from resources.failures import Permanent
from resources.hr import opening
from resources.hr.files import Export
from resources.hr.sources import Found
from resources.ledger import Ledger, TakenExport
from resources.past.beside import SEPARATOR
from resources.stored.run_storage import RunStorage
from resources.to_type import to_type
from roster import accounting, lacking
from roster.intake import faults, gate
from roster.intake import take_in as intake
from roster.intake.facts import Accepted, ExportFacts
from roster.parts import with_parts
from roster.reading import several
from roster.shown import in_markdown, one_line
from roster.unfit import Unfit

OF_ROWS = frozenset({"rejects", "duplicates", "damaged"})
"""The questions of which each row at fault is HR's to mend: what a file that they stop has of them is told line by line."""
_NO_REJECTS = pd.DataFrame(columns=[*faults.COLUMNS, "number"])
PRIVATE = "private"
"""The question of the gate that has a check of its own, since its answer stays the same until somebody changes the settings."""


@dataclass(frozen=True)
class LetPass:
    """What somebody lets the gate pass for one run."""

    checks: list[str]
    by: str
    reason: str

    def check(self) -> None:
        """Whether it can be understood, and is somebody's.

        Raises:
            Permanent: it names no check, or nobody says who lets the file pass and why.
        """
        if unknown := [name for name in self.checks if name not in gate.STOPPING]:
            raise Permanent(f"The gate has no check called {', '.join(unknown)}.", f"accept takes {', '.join(gate.STOPPING)}.")
        if self.checks and not (self.by.strip() and self.reason.strip()):
            raise Permanent("Nobody says who lets the file pass, and why.", "Fill in accepted_by and reason.")


@dataclass
class Taking:
    """One export on its way through the gate."""

    company: Company
    book: Ledger
    found: Found
    export: Export
    run: dg.DagsterRun
    today: date
    let_pass: LetPass
    storage: RunStorage
    """The company's, for what a file of changes is put on."""
    before: Before = field(default_factory=Before)
    """That, once the file could be opened."""
    checks: list[gate.GateCheck] = field(default_factory=list)
    """What the gate asked, once the file could be read."""
    result: intake.IntakeResult | None = field(default=None, repr=False)
    """Its rows, once they could be read."""
    facts: ExportFacts | None = None
    """What is known of it, once it has passed."""
    plain: bytes | None = field(default=None, repr=False)
    """The plain bytes, once it could be opened: by them one content is told from another, however often it was encrypted."""

    def read(self) -> intake.IntakeResult:
        """The rows of a file that the gate lets through, all accounted for.

        Raises:
            Unfit: nothing of the file may be used.
        """
        hr, zone, export = self.company.settings.hr, ZoneInfo(self.company.settings.timezone), self.export
        day = several.day_by_name(export.name, export.names, hr.source)
        self.plain = opening.opened(export, hr.source)
        numbered = self._number(day)
        known = self.book.acknowledged.known(self.company.settings.parts())
        if hr.changes:
            self.before = last(self.storage, self.company.key("hr", "export"), self._sha256())
        content = self.before.under(self.plain) if hr.changes else self.plain
        result = intake.take_in(content, hr.source, hr.people, numbered.as_of, zone=zone, remembered=known, moment=numbered.taken_at)
        del content
        if hr.changes:
            self.before.check(export, result, hr.changes)
        if wrong := accounting.of_rows(result.dispositions, result.facts.rows):
            raise Unfit("accounting", f"The rows do not add up: {'; '.join(wrong)}.", "This is a fault of Rollcall: report it.")
        opening.check_rows(export, hr.source, result.dispositions)
        self.result = result
        self.facts = self._checked(self._facts(result, numbered, day or result.trailer_date), numbered)
        return result

    def _facts(self, result: intake.IntakeResult, numbered: TakenExport, day: date | None) -> ExportFacts:
        export, read = self.export, vars(result.facts)
        own: dict[str, Any] = {"number": numbered.number, "dated": day, "seen_before": numbered.seen_before, "as_of": numbered.as_of}
        if "zone" in self.company.settings.hr.people.columns:  # else no moment decides anything
            own["moment"] = numbered.taken_at
        own |= {"nights": numbered.nights, "remarks": list(self.found.remarks)}
        place = {"file": self.found.shown, "path": self.found.path, "size": export.size, "modified": self.found.modified}
        return ExportFacts(**{**read, **own, **place}, sha256=self._sha256())

    def _checked(self, facts: ExportFacts, numbered: TakenExport) -> ExportFacts:
        """The facts, with what somebody let pass, once every check was asked."""
        settings, let = self.company.settings, self.let_pass
        known = {name: self.book.applied.of(name) for name in settings.parts()}
        applied = {name: gate.LastApplied(last.number, last.dated, last.as_of) for name, last in known.items() if last}
        baseline, week = self.book.intakes.baseline(), self.book.week.files()
        titles = with_parts(registry.titles(), applied)
        named = {titles[name]: last for name, last in applied.items()}
        self.checks = gate.run_checks(facts, baseline, named, settings.hr.gate, week, facts.as_of)
        # Whoever let a file pass meant that of the run they started, not one that a re-execution finds in its place.
        if numbered.taken_first:
            self.checks = gate.accept(self.checks, let.checks)
        if unfit := gate.refusal(self.checks, self._advice()):
            raise unfit
        if not (passed := gate.names_by_verdict(self.checks, "let pass")):
            return facts
        over = {name: last.number for name, last in applied.items() if "older" in passed}
        days = {name: last.as_of.isoformat() for name, last in applied.items() if last.as_of and "as_of" in passed}
        return replace(facts, accepted=Accepted(passed, let.by, let.reason, over, days))

    def stored(self, result: intake.IntakeResult) -> dict[str, Any]:
        """What is stored of the file besides its facts.

        Changes that somebody let pass for another run than a sync are no part of what the next ones are put on.
        """
        if not self.company.settings.hr.changes:
            return {"content": self.export.content}
        counts = not (self.facts and self.facts.accepted) or self.run.job_name == self.company.job("sync")
        return {"content": self.before.under(self.export.content), **self.before.entries(self.export, result, counts=counts)}

    def refuse(self, unfit: Unfit) -> None:
        """Keeps that the file did not pass."""
        unread = gate.GateCheck(unfit.code, unfit.message, "a file that can be used", "failed")
        number = self._number(None).number
        facts: dict[str, Any] = {
            "checks": gate.as_json(self.checks or [unread], unfit.advice),
            "file": self.found.shown,
            "size": self.export.size,
        }
        facts |= {"unknown": self._keep_rejects(number, unfit), SEPARATOR: self.company.separator()}
        self.book.intakes.record_gate(number, self._root, False, facts)

    def _keep_rejects(self, number: int, unfit: Unfit) -> list[int]:
        """Keeps which rows of a file that did not pass are to be mended, if those are why; the lines of numbers that nobody has."""
        before = self.book.intakes.gate(self._root)
        if before and self.book.intakes.disposition_counts(self._root):  # an attempt before passed: the run is about the rows of that
            return list(before.facts.get("unknown", []))
        why = OF_ROWS & set(gate.names_by_verdict(self.checks, "failed"))
        of_rows = unfit.rejects if self.result is None else self.result.rejects if why else None
        rejects, unknown = _for_the_ledger(_NO_REJECTS if of_rows is None else of_rows)
        self.book.intakes.record_rejects(number, self._root, rejects)
        return unknown

    def accept(self, result: intake.IntakeResult) -> ExportFacts:
        """Keeps that the file passed, and which rows are no valid person."""
        facts = self.facts
        assert facts is not None and facts.number is not None, "it was read"  # noqa: S101
        notes = result.notes.drop(columns="value").astype("object").where(result.notes.notna(), None).to_dict("records")
        rejects, unknown = _for_the_ledger(result.rejects)
        passed = {**facts.to_json(), "checks": gate.as_json(self.checks), "notes": notes, "unknown": unknown}
        self.book.intakes.record_gate(facts.number, self._root, True, passed)
        self.book.intakes.record_rejects(facts.number, self._root, rejects, facts.dispositions())
        lost = lacking.followed(result.notes.rename(columns={"column": "field", "code": "reason"}))
        out = pd.concat([rejects[["employee_id", "code"]].rename(columns={"code": "reason"}), lost], ignore_index=True)
        if result.renumbered:
            self.book.acknowledged.renumber(result.renumbered)
        self.book.skips.record("hr", out, facts.as_of, self._root)
        return facts

    def check_named(self, only: list[str], result: intake.IntakeResult) -> None:
        """Whether somebody is named, and each number is somebody's; by place, since what was typed may be anything.

        Raises:
            Permanent: HR's file and the ledger know nobody of that number. Nothing is planned for the others either.
        """
        there = {
            *result.roster["employee_id"],
            *result.rejects["number"].dropna(),
            *self.book.acknowledged.known(self.company.settings.parts()),
        }
        nobodys = [str(place) for place, number in enumerate(only, 1) if number not in there]
        if not only:
            raise Permanent("No employee number is named.", "Fill in employee_ids; the sync job is for everyone.")
        if nobodys:
            which = f"{'number' if len(nobodys) == 1 else 'numbers'} {', '.join(nobodys)} of the {len(only)} in employee_ids"
            message = f"Neither HR's file nor the ledger knows anybody by {which}: nothing was planned or written for anybody."
            raise Permanent(message, "Correct employee_ids: a number is written as HR writes it, in quotes.")

    def refused(self, roster: dg.AssetKey, unfit: Unfit) -> dg.AssetCheckResult:
        """The check of a file that did not pass."""
        ways = {"launchpad": self._ways()[1]} if self.checks else {}
        seen = {
            "file": self.found.shown,
            "reason": unfit.code,
            "seen": one_line(unfit.message),
            "do": one_line(unfit.advice),
            **ways,
            **_table(self.checks),
        }
        return dg.AssetCheckResult(passed=False, check_name="gate", asset_key=roster, description=in_markdown(unfit.message), metadata=seen)

    def passed(self, roster: dg.AssetKey, facts: ExportFacts) -> dg.AssetCheckResult:
        """The check of a file that passed: a warning, which stops nothing, where somebody should know something of it."""
        let, odd = facts.accepted, [one for one in self.checks if one.verdict == "warning" and one.name != PRIVATE]
        sentences = [f"The file is fit to be used: {facts.rows:,} rows, all accounted for."]
        sentences += [f"{let.by} let pass {', '.join(let.checks)}: {let.reason}"] if let else []
        sentences += [f"To note of {one.name}: {one.seen}." for one in odd]
        return dg.AssetCheckResult(
            passed=not (let or odd),
            check_name="gate",
            asset_key=roster,
            severity=dg.AssetCheckSeverity.WARN,
            description=in_markdown(" ".join(sentences)),
            metadata=_table(self.checks),
        )

    def private(self, roster: dg.AssetKey) -> dg.AssetCheckResult:
        """Whether a mapped column seems to be none of an expense tool's business: by our name for it, never by a heading or a cell."""
        found = next(one for one in self.checks if one.name == PRIVATE)
        what = "Take it out of hr.people.columns, or have HR send another one: what is mapped is kept, and goes wherever a rule brings it."
        return dg.AssetCheckResult(
            passed=found.verdict == "passed",
            check_name=PRIVATE,
            asset_key=roster,
            severity=dg.AssetCheckSeverity.WARN,
            description=in_markdown(f"{found.seen[:1].upper()}{found.seen[1:]}." + ("" if found.verdict == "passed" else f" {what}")),
        )

    def _advice(self) -> str:
        if gate.names_by_verdict(self.checks, "failed") == ["as_of"]:
            return (
                "Set this machine's clock right and start a new run. If it is right, and that of the last write was not, "
                f"let it pass for one run: {self._ways()[0]}"
            )
        return (
            "If the file is wrong, have HR send the right one and re-execute this run from failure: it reads the newest. "
            f"If it is right all the same, let it pass for one run: {self._ways()[0]}"
        )

    def _ways(self) -> tuple[str, str]:
        """What lets the file pass: a command, and what the launchpad takes."""
        given = f'accept: [{", ".join(gate.names_by_verdict(self.checks, "failed"))}], accepted_by: "", reason: ""'
        one, sync = self.company.job("one"), self.company.job("sync")
        if self.run.job_name == one:
            both = f"{{employee_ids: [...], {given}}}"
            return to_type(f"rollcall run {one} --config '{both}'"), both
        job = self.run.job_name if self.run.job_name.startswith(f"{self.company.name}_") else sync
        return to_type(f"rollcall run {job} --config '{{{given}}}'"), f"ops: {{{step_name(self.company)}: {{config: {{{given}}}}}}}"

    @property
    def _root(self) -> str:
        return self.run.root_run_id or self.run.run_id

    def _sha256(self) -> str:
        return self.export.sha256 if self.plain is None else hashlib.sha256(self.plain).hexdigest()

    def _number(self, day: date | None) -> TakenExport:
        export = self.export
        return self.book.intakes.take(
            self._sha256(), self.found.shown, export.size, modified=export.modified, dated=day, as_of=self.today, root_run_id=self._root
        )


def step_name(company: Company) -> str:
    """The name of the intake's step, where run config goes."""
    return f"{company.name}__hr__intake"


def _for_the_ledger(rejects: pd.DataFrame) -> tuple[pd.DataFrame, list[int]]:
    """The rejects, by whatever number their row has: the ledger finds people by it; and the lines of numbers that nobody has: who looks at
    them is shown the others alone."""
    unknown = rejects.loc[rejects["employee_id"].isna() & rejects["number"].notna(), "line"]
    return rejects.assign(employee_id=rejects["number"]), sorted(map(int, set(unknown)))


def _table(checks: list[gate.GateCheck]) -> dict[str, Any]:
    """A row a check, those that did not simply pass first."""
    words = {"passed": "yes", "failed": "no"}
    rows = [[one.name, words.get(one.verdict, one.verdict), one.seen, one.expected] for one in checks]
    rows.sort(key=lambda row: row[1] == "yes")
    return metadata.filled({"checks": metadata.table(pd.DataFrame(rows, columns=["check", "passed", "seen", "expected"]))})
