"""The skipped-employee report: everyone and every value not brought in, with reason, remedy and owner.

Belongs here: who and what counts as left out, and the CSV that HR opens in a spreadsheet. Does not belong here: the words (``reasons``).
"""

import re
from datetime import date
from typing import Final

import pandas as pd

from roster import lacking
from roster.reading.lines import line_texts
from roster.reports.model import HR_FILE, PEOPLE, ROWS, SKIPS, VALUES, DestinationReport, RunReport
from roster.reports.reasons import DATED, FIRST, REASONS, REPAIR_REASONS, Reason, reason
from roster.shown import in_spreadsheet

__all__ = ["COLUMNS", "REASONS", "Reason", "left_out", "skipped", "to_csv"]

COLUMNS: Final = (
    "employee_id",
    "line",
    "where",
    "field",
    "reason",
    "what_to_do",
    "owner",
    "first_seen",
    "times_seen",
    "word",
    "candidates",
)
LEFT_OUT: Final = ("skipped", "refused", "unknown", "held", "missing")
VALUE: Final = "value"
"""The outcome of a single value that was left out, of a record that goes without it."""
NO_LOSS: Final = "no_end"
"""A note on HR's row that is of no lost value: an end date that says that there is none."""
OF_HR: Final = ("kept", "unknown", "cycle")
"""The repairs of an approver (`roster.people.approvers`) by which HR's file names somebody who cannot be meant."""
AS_WRITTEN: Final = ("employee_id", "word", "candidates")
"""The columns of the CSV whose texts somebody compares letter by letter."""
_LOST: Final = re.compile(
    "|".join(
        [
            r"0[0-9]+|[0-9]{12,}|[0-9]+[eE][0-9]+|[0-9]+[.,][0-9]+",
            r"[0-9]{1,4}[-/.:][0-9]{1,2}(?:[-/.:][0-9]{1,4})?",
            r"[0-9]{1,2}[- ]?[A-Za-z]{3,9}(?:[- ]?[0-9]{2,4})?",
        ]
    )
)
"""What a spreadsheet reads as a number or a day, and shows otherwise: 001099, 12E3, 1-2, 3MAR."""
_MEANT: Final = r": (.+)\.$"
"""Whom a reference of HR's file may stand for, at the end of what is said of it (`roster.intake.links`)."""
_CODE_OF: Final = {"refused": "refused", "unknown": "unanswered", "held": "limit", "missing": "not_seen_yet"}
"""What an outcome without a reason code means."""


def skipped(report: RunReport) -> pd.DataFrame:
    """Everyone who was not brought in, and every single value that was left out, from all stages of the run.

    Args:
        report: The run.

    Returns:
        `COLUMNS`, one row for each fault of a row of HR's file, for each person and destination, and for each value that is left out.
        Someone known only by a rejected row stands there once, with the row's fault. An account without an employee number goes by its
        key (``~1a2b3c4d``). ``field`` is HR's heading, or the destination's name of the field; empty where it is about a whole person.
        ``word`` and ``candidates`` are what HR's file says there and what may have been meant, where that is known.
        ``line`` is ``Int64``; ``first_seen`` an ISO date.
    """
    return left_out(report)[list(COLUMNS)]


def left_out(report: RunReport) -> pd.DataFrame:
    """As `skipped`, with the columns ``code``, ``outcome`` (``rejected``, an outcome, ``missing``, or `VALUE`) and ``number``, by which
    people are counted also where it is not shown."""
    rejects = _of_rows(report.rejects, "rejected")
    known = rejects["employee_id"].fillna("line " + line_texts(rejects["line"]))
    notes = report.notes[report.notes["code"].ne(NO_LOSS)] if len(report.notes) else report.notes
    parts = [rejects, *(_people(one, known) for one in report.destinations)]
    parts += [_of_rows(notes, VALUE), *(_values(one) for one in report.destinations)]
    everyone = pd.concat([part for part in parts if len(part)] or [rejects], ignore_index=True)
    urgency = everyone["code"].map({code: at for at, code in enumerate(FIRST)}).fillna(len(FIRST))
    everyone = everyone.iloc[urgency.argsort(kind="stable")].reset_index(drop=True)
    words = {code: reason(code) for code in everyone["code"].unique()}
    own = everyone["code"].map({code: one.words for code, one in words.items()})
    detail = everyone["detail"].astype("str")
    answered = (own + ": " + detail).where(everyone["outcome"].isin(["refused", "unknown"]))
    answered = answered.mask(everyone["code"].isin(DATED), detail.str[:1].str.upper() + detail.str[1:])
    of_rows = everyone["where"].eq(HR_FILE)
    everyone["field"] = everyone["field"].astype("str")
    of_value = (everyone["field"] + ": " + own).where(everyone["outcome"].eq(VALUE))
    everyone["reason"] = detail.where(of_rows, answered).fillna(of_value).fillna(own).astype("str")
    everyone["what_to_do"] = everyone["code"].map({code: one.what_to_do for code, one in words.items()}).astype("str")
    everyone["owner"] = everyone["code"].map({code: one.owner for code, one in words.items()}).astype("str")
    seen = _with_history(everyone, report.skips, report.as_of or report.started.date())
    return seen.astype({"line": "Int64"})[[*COLUMNS, "code", "outcome", "number"]]


def managers_not_found(report: RunReport) -> pd.DataFrame:
    """Whom HR's file gives a manager who leads nowhere: their approver was found by rule or stays, so they are brought in, and only HR can
    mend it. As `left_out`, with ``outcome`` `VALUE`; no history knows since when."""
    repairs = report.repairs.reindex(columns=["employee_id", "repair"]).astype("str").drop_duplicates()
    repairs = repairs[repairs["repair"].isin(OF_HR)].reset_index(drop=True)
    rows = repairs.assign(number=repairs["employee_id"], where=HR_FILE, field="manager", outcome=VALUE, owner="HR")
    # Who approves in their place may be another one tomorrow; what is wrong in HR's file is the same.
    rows["code"] = "manager_" + repairs["repair"].replace({"kept": "unknown"})
    rows["reason"] = repairs["repair"].map(REPAIR_REASONS).astype("str")
    rows["what_to_do"] = "Correct the manager of this row."
    return rows.reindex(columns=[*COLUMNS, "code", "outcome", "number"]).astype({"line": "Int64", "word": "str", "candidates": "str"})


def _of_rows(rejects: pd.DataFrame, outcome: str) -> pd.DataFrame:
    """Faults of HR's rows: what costs the row, or a value that is not used."""
    rows = rejects.reindex(columns=list(ROWS))
    left = rows[["employee_id", "line", "code"]].astype({"employee_id": "str", "code": "str"})
    number = rejects["number"] if "number" in rejects else rejects["employee_id"]
    left["number"] = number.astype("str")
    left["field"] = rows["source"].astype("str").fillna(rows["column"].astype("str"))
    left["followed"] = lacking.codes(rows["column"], left["code"]) if outcome == VALUE else left["code"]
    detail = (left["field"] + ": ").fillna("") + rows["message"].astype("str")
    candidates = rows["message"].astype("str").where(left["code"].eq("ambiguous")).str.extract(_MEANT, expand=False)
    return left.assign(where=HR_FILE, outcome=outcome, detail=detail, word=None, candidates=candidates).sort_values("line", kind="stable")


def _values(destination: DestinationReport) -> pd.DataFrame:
    """Single values that a destination's records go without."""
    values = destination.values.reindex(columns=list(VALUES)).astype("str")
    left = pd.DataFrame({"employee_id": values["employee_id"], "number": values["employee_id"], "line": pd.NA, "code": values["reason"]})
    left = left.assign(
        where=destination.name, outcome=VALUE, detail=None, **{name: values[name] for name in ("field", "word", "candidates")}
    )
    return left.assign(followed=lacking.codes(values["field"], values["reason"])).sort_values(["employee_id", "field"], kind="stable")


def _people(destination: DestinationReport, rejected: "pd.Series[str]") -> pd.DataFrame:
    people = destination.people.reindex(columns=list(PEOPLE))
    # A plan that was not sent has no outcomes yet; whom it leaves out is known all the same.
    outcome = people["outcome"].astype("str").fillna(people["action"].map({"skip": "skipped", "hold": "held"}).astype("str"))
    outcome = outcome.mask(people["landed"].eq("missing"), "missing")
    people, outcome = people[outcome.isin(LEFT_OUT)], outcome[outcome.isin(LEFT_OUT)]
    code = people["reason"].astype("str").fillna(outcome.map(_CODE_OF)).fillna(outcome)
    person = people["person"].astype("str")
    left = pd.DataFrame(
        {
            "employee_id": person,
            "number": people["employee_id"].astype("str").fillna(person),
            "line": pd.NA,
            "code": code,
            "followed": code,
            "where": destination.name,
            "outcome": outcome,
            "detail": people["detail"],
            **{name: people[name] for name in ("field", "word", "candidates")},
        }
    )
    # Their reject says more, and says it to HR once.
    already_rejected = left["code"].eq("row_rejected") & left["employee_id"].isin(rejected)
    return left[~already_rejected].sort_values("employee_id", kind="stable", key=_by_line)


def _by_line(people: pd.Series) -> pd.Series:
    """Whoever goes by a line in the order of the lines: line 9 comes before line 10."""
    lines = people.str.fullmatch(r"line \d+", na=False)
    return people.mask(lines, "line " + people.where(lines).str[5:].str.zfill(12))


def _with_history(everyone: pd.DataFrame, skips: pd.DataFrame, today: date) -> pd.DataFrame:
    """Since when and how often; whoever the history does not know is seen in this run for the first time."""
    past = skips.reindex(columns=list(SKIPS))
    past = pd.DataFrame(
        {
            "at": past["destination"].astype("str").str.casefold(),
            "employee_id": past["employee_id"].astype("str"),
            "followed": past["reason"].astype("str"),
            "first_seen": past["first_seen"].astype("str").str.slice(stop=10),
            "times_seen": pd.to_numeric(past["times_seen"]),
        }
    ).drop_duplicates(["at", "employee_id", "followed"])
    texts = dict.fromkeys(("employee_id", "number", "code", "followed", "field", "word", "candidates"), "str")
    everyone = everyone.assign(at=everyone["where"].str.casefold()).astype(texts)
    # A missing number must not find the history of another missing number.
    past = past[past["employee_id"].notna()].rename(columns={"employee_id": "number"})
    seen = everyone.merge(past, on=["at", "number", "followed"], how="left")
    seen["first_seen"] = seen["first_seen"].fillna(today.isoformat())
    seen["times_seen"] = seen["times_seen"].fillna(1).astype("int64")
    return seen


def to_csv(frame: pd.DataFrame, separator: str = ",") -> bytes:
    """The frame for a spreadsheet: UTF-8 with a byte-order mark, and no cell of others that a spreadsheet would run as a formula.

    What it would turn into a number or a day is written as ``="001099"``, which is the one form that it leaves as it is.

    Args:
        frame: The list.
        separator: The one that a spreadsheet expects where it is read.
    """
    safe = frame.copy()
    for name in safe.select_dtypes(include=["str", "object"]):
        text = safe[name].astype("str")
        cell = _as_written if name in AS_WRITTEN else in_spreadsheet
        safe[name] = text.map({value: cell(value) for value in text.dropna().unique()}).astype("str")
    return safe.to_csv(index=False, sep=separator, lineterminator="\r\n").encode("utf-8-sig")


def _as_written(text: str) -> str:
    return f'="{text}"' if _LOST.fullmatch(text) else in_spreadsheet(text)
