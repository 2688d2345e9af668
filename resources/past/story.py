"""One person's story, from the ledger and, as long as they are kept, the stored values of the runs.

Belongs here: reading both into `roster.reports.story`. Does not belong here: words and layout.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import pandas as pd

from resources.ledger import Ledger, Traces
from resources.stored.runs import StoredRuns
from roster import lacking
from roster.intake.gate import without_names
from roster.intake.renumbered import pairs_of
from roster.parts import ELSEWHERE, with_parts
from roster.plan.decision import CHANGE_COLUMNS
from roster.plan.wording import Wording
from roster.reports import change_table
from roster.reports.model import HR_FILE
from roster.reports.skipped import NO_LOSS
from roster.reports.story import Change, Chapter, Lacking, LastingSkip, Line, Story, Visit


def story_of(ledger: Ledger, stored: StoredRuns, employee_id: str, last: int, titles: Mapping[str, str]) -> Story:
    """What is known of a person.

    Args:
        ledger: The company's ledger.
        stored: Its stored values.
        employee_id: As HR writes it.
        last: How many runs to tell of at most: the newest that read a file or left something about the person, and others that did.
        titles: The destinations, name → as people write it, in the order in which they are shown.
    """
    titles = with_parts(titles, ledger.plans.destinations())
    runs = ledger.runs.all()
    about = ledger.runs.about(employee_id)
    everyone = runs["root_run_id"].drop_duplicates().tolist()
    newest = next((root for root in reversed(everyone) if root in about or _looked(ledger, root)), None)
    chosen = list(dict.fromkeys([*([newest] if newest else []), *about]))[:last]
    skips = ledger.skips.all()
    skips = skips[skips["employee_id"] == employee_id]
    remembered = ledger.people.remembered(employee_id)
    return Story(
        employee_id=employee_id,
        chapters=[_chapter(ledger, stored, runs[runs["root_run_id"] == root], employee_id, titles) for root in chosen],
        others=len(set(everyone) - set(chosen) - set(about)),
        about=len(about),
        skips=[
            LastingSkip(
                destination=titles.get(row["destination"], HR_FILE),
                reason=row["reason"],
                since=datetime.fromisoformat(row["first_seen"]).date(),
                times=row["times"],
                ended=None if pd.isna(row["closed"]) else datetime.fromisoformat(row["closed"]).date(),
            )
            for row in skips[~lacking.of_values(skips["reason"])].to_dict("records")
        ],
        acknowledged=[titles.get(name, name) for name in remembered["destination"]],
    )


def _looked(ledger: Ledger, root_run_id: str) -> bool:
    """Whether a run read a file: others (a release, reports, reading back) say nothing about who is not among those they are about."""
    return ledger.intakes.gate(root_run_id) is not None


def _chapter(ledger: Ledger, stored: StoredRuns, runs: pd.DataFrame, employee_id: str, titles: Mapping[str, str]) -> Chapter:
    last, root = runs.iloc[-1], str(runs["root_run_id"].iloc[0])
    gate = ledger.intakes.gate(root)
    run_ids = runs["run_id"].tolist()
    failure = next(iter(ledger.runs.failures(str(last["run_id"])).values()), None)
    of_this_attempt = not ledger.intakes.disposition_counts(
        root
    )  # else an attempt before had passed, and the rows that are kept are that file's
    visits = [
        _visit(ledger, stored, name, title, plan, employee_id)
        for name, title in titles.items()
        if (plan := ledger.plans.of_root(root, name))
    ]
    return Chapter(
        root_run_id=root,
        job=str(last["job"]),
        began=runs["began"].iloc[0].to_pydatetime(),
        status=None if pd.isna(last["status"]) else str(last["status"]),
        failure=without_names(failure) if failure else None,
        file=gate.facts.get("file") if gate else None,
        intake=gate.number if gate else None,
        lines=_lines(ledger, stored, root, run_ids, employee_id) if gate and (gate.passed or of_this_attempt) else None,
        lacking=_dropped(ledger, gate.facts.get("notes", []) if gate else [], employee_id),
        standing=standing_by(_first(stored, run_ids, "hr/roster", "value"), employee_id),
        visits=visits,
    )


def _lines(ledger: Ledger, stored: StoredRuns, root: str, run_ids: Sequence[str], employee_id: str) -> list[Line] | None:
    """Their rows of the file. Rejected ones are in the ledger, all others only in stored values."""
    rejects = ledger.intakes.rejects(root)
    rejects = rejects[rejects["employee_id"] == employee_id]
    faults = (rejects["source"] + ": ").fillna("") + rejects["message"]
    why: dict[int, str] = dict(faults.groupby(rejects["line"]).agg(" ".join).items())  # type: ignore[arg-type]
    code: dict[int, str] = dict(rejects.groupby("line")["code"].first().items())  # type: ignore[arg-type]
    rows = _rows(_first(stored, run_ids, "hr/rejects", "dispositions"), employee_id)
    if rows is None:
        return [Line(number=number, disposition="rejected", code=code[number], message=text) for number, text in why.items()] or None
    return [
        Line(
            number=int(row["line"]),
            disposition=row["disposition"],
            code=code.get(row["line"], _text(row["reason"])),
            message=why.get(row["line"], _text(row["reason"])),
        )
        for row in rows.to_dict("records")
    ]


def standing_by(roster: pd.DataFrame | None, employee_id: str) -> str | None:
    """What the rules make of their row, and under which other number they are known."""
    if roster is None:
        return None
    rows, pairs = roster[roster["employee_id"] == employee_id], pairs_of(roster)
    if rows.empty:
        return f"has the number {pairs[employee_id]} now" if employee_id in pairs else None
    former = [old for old, new in pairs.items() if new == employee_id]
    before = f", had the number {' and '.join(former)} before" if former else ""
    row = rows.iloc[0]
    return f"{row['employment']}, {'in scope' if row['in_scope'] else 'out of scope'}{before}"


def _visit(ledger: Ledger, stored: StoredRuns, name: str, title: str, plan_run_id: str, employee_id: str) -> Visit:
    traces = ledger.people.traces(name, plan_run_id, employee_id)
    planned = traces.planned or _uneventful(stored, name, plan_run_id, employee_id)
    verdict = ledger.plans.verdict(name, plan_run_id)
    held = ledger.releases.held(verdict.held_digest) if verdict and verdict.held_digest and planned.get("action") == "hold" else None
    answer, outcome = traces.answer or {}, traces.outcome or _unchanged(ledger, name, plan_run_id, planned)
    return Visit(
        destination=title,
        **{part: planned.get(part) for part in ("action", "intended", "kinds", "matched_by", "reason", "detail")},
        changes=_changes(traces),
        in_words=_in_words(title, verdict.facts.wording, planned, traces) if verdict else (),
        lacking=_values(ledger, name, verdict.facts.faults, planned, employee_id) if verdict else [],
        **(_for_want_of(verdict.facts.faults, planned, employee_id) if verdict else {}),
        held_digest=held.digest if held else None,
        held_until=held.expires_at if held else None,
        request=answer.get("request"),
        answer=answer.get("status"),
        reply=answer.get("reason"),
        outcome=outcome.get("outcome"),
        outcome_reason=outcome.get("reason"),
        landed=outcome.get("landed"),
    )


def _uneventful(stored: StoredRuns, name: str, plan_run_id: str, employee_id: str) -> dict[str, Any]:
    """What the stored plan says of someone for whom nothing was planned; empty if it does not have them, or is gone."""
    rows = _rows(stored.entry(plan_run_id, f"{name}/plan", "people"), employee_id)
    if rows is None or rows.empty:
        return {}
    return {str(key): _text(value) for key, value in rows.iloc[0].items()}


def _unchanged(ledger: Ledger, name: str, plan_run_id: str, planned: dict[str, Any]) -> dict[str, str]:
    """The outcome of those for whom the ledger keeps none, once the plan's outcomes are there. Who belongs elsewhere has none there."""
    nothing = planned.get("action") == "none" and planned.get("reason") != ELSEWHERE
    return {"outcome": "unchanged"} if nothing and ledger.deliveries.outcome_facts(name, plan_run_id) else {}


def _values(ledger: Ledger, name: str, faults: pd.DataFrame, planned: dict[str, Any], employee_id: str) -> list[Lacking]:
    """Values that the record of a plan goes without; for want of which there is none at all, that is the plan's own reason."""
    mine = faults[faults["employee_id"].eq(employee_id) & ~(faults["reason"].eq(planned.get("reason") or ""))].drop_duplicates()
    open_ones = _followed(ledger, name, employee_id)
    return [
        Lacking(
            field=row["field"],
            reason=row["reason"],
            word=_text(row["word"]),
            candidates=_text(row["candidates"]),
            **open_ones.get((row["field"], row["reason"]), {}),
        )
        for row in mine.to_dict("records")
    ]


def _for_want_of(faults: pd.DataFrame, planned: dict[str, Any], employee_id: str) -> dict[str, str | None]:
    """HR's word for want of a better one nothing of theirs goes, and what may have been meant."""
    mine = faults[faults["employee_id"].eq(employee_id) & faults["reason"].eq(planned.get("reason") or "")]
    return {name: _text(mine[name].iloc[0]) for name in ("word", "candidates")} if len(mine) else {}


def _dropped(ledger: Ledger, notes: Sequence[Mapping[str, Any]], employee_id: str) -> list[Lacking]:
    """Values of their row of HR's file that could not be used."""
    open_ones = _followed(ledger, "hr", employee_id)
    return [
        Lacking(
            field=note["source"] or note["column"],
            reason=note["code"],
            message=note["message"],
            **open_ones.get((note["column"], note["code"]), {}),
        )
        for note in notes
        if note["employee_id"] == employee_id and note["code"] != NO_LOSS
    ]


def _followed(ledger: Ledger, where: str, employee_id: str) -> dict[tuple[str, str], dict[str, Any]]:
    """Field and reason → since when and how often, of the values that are left out still."""
    skips = ledger.skips.all()
    mine = skips["destination"].eq(where) & skips["employee_id"].eq(employee_id) & skips["closed"].isna()
    return {
        lacking.of_code(row["reason"]): {"since": datetime.fromisoformat(row["first_seen"]).date(), "times": row["times"]}
        for row in skips[mine & lacking.of_values(skips["reason"])].to_dict("records")
    }


def _changes(traces: Traces) -> list[Change]:
    return [Change(field=row["field"], old=row["old"], new=row["new"]) for row in traces.changes]


def _in_words(title: str, wording: Wording, planned: Mapping[str, Any], traces: Traces) -> list[dict[str, Any]]:
    changes = pd.DataFrame(traces.changes).reindex(columns=list(CHANGE_COLUMNS)).assign(person="")
    people = pd.DataFrame([{"person": "", "action": planned.get("action"), "kinds": planned.get("kinds")}])
    return change_table.by_person(title, wording, people, changes).get("", [])


def _first(stored: StoredRuns, run_ids: Sequence[str], asset: str, entry: str) -> pd.DataFrame | None:
    """What the newest attempt that got so far stored."""
    found = (stored.entry(run_id, asset, entry) for run_id in reversed(run_ids))
    return next((frame for frame in found if frame is not None), None)


def _rows(frame: pd.DataFrame | None, employee_id: str) -> pd.DataFrame | None:
    return None if frame is None else frame[frame["employee_id"] == employee_id]


def _text(value: Any) -> str | None:
    return None if value is None or pd.isna(value) else str(value)
