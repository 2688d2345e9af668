"""What is wrong with rows of HR's file, one entry for each line and field: the rejects and the notes.

Belongs here: the shape of such entries and the sentences that HR reads. Does not belong here: finding the faults.
"""

from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd

from roster.intake.mapping import headers
from roster.intake.nothings import NOTHINGS
from roster.reading.lines import line_text
from roster.settings import People, Source
from roster.unfit import Unfit

COLUMNS = ("line", "employee_id", "column", "source", "code", "message", "value")
"""The columns of rejects and notes. Only `value` holds what HR's cell says: it goes to owner-only files and nowhere else."""

MESSAGES = {
    "missing": "The field is empty, and it is needed.",
    "employee_id": "An employee number has 1 to 64 characters, without blanks or control characters. It is no address, phone number, "
    "account, name or day, and no word for nothing.",
    "email": "This is no e-mail address.",
    "worker_status": "The status is none of Active, On Leave, Terminated, Pending.",
    "date": "The date is not written in a format that the settings name.",
    "end_long_past": "The status says that they are here, and the end date that they left more than twenty years ago.",
    "status_unread": "This is no status that the settings list, and none for which their `default` stands: it was damaged, says nothing, or"
    " says otherwise.",
    "status_and_end": "The status and the end date contradict each other, and the settings have such a row rejected.",
    "status_counts": "The status contradicts the end date, and counts by the settings: the end date is left out.",
    "number_unread_beside": "This row says that its person has left; one whose number cannot be read may be theirs, and does not.",
    "line_unread_beside": "A line that has not the header's fields may be of this person, too: this row alone does not say how they stand.",
    "job_unread": "Whether another job of this person goes on cannot be read, so neither whether it still gives this.",
    "jobs_unsettled": "Nothing says which job of this person is their first.",
    "same_person": "The settings call two people one who are both here.",
    "zone": "This is no time zone of the IANA database, such as Europe/Stockholm: the company's counts.",
    "date_ambiguous": "This may be one day or another: the settings name several formats for it, or day and month have changed places in "
    "other dates of its column.",
    "no_end": "No end date lies there: systems write such a date where there is none.",
    "shared_account": "Several people have this account.",
    "damaged": "It was damaged on its way into the file.",
    "phone": "This is no phone number, or one without a country.",
    "country": "This is no two-letter country code (ISO 3166).",
    "approval_limit": "This is no amount that can be read: a number of at most two decimals, not below zero. With a comma, or with marks "
    "between thousands, it needs `decimal` in the settings.",
    "locale": "A locale is written like sv_SE.",
    "bank_account": "This is no account number: masked, with more letters than digits or hardly any, one digit again and again, digits in "
    "their order, a date, a telephone number, or like an IBAN whose check digits or length are wrong.",
    "bic": "This is no code of a bank (BIC): eight or eleven characters, of which the fifth and sixth are a country.",
    "says_left": "The row says that this person has left, and it cannot be used.",
    "says_left_undated": "The status says that this person has left, and whether their last day is past cannot be read.",
    "name": "This is no name: it has no letter, has a number in it, or is an address.",
    "gone_unknown": "A mark says that this person is gone, and nobody of the roster before has the number.",
    "mark_unread": "A mark of this row may say that its person is gone, by a word that the settings do not name (`changes.deleted`), or "
    "below a row of theirs that says otherwise.",
    "whole_name": "This cannot be told apart into a first and a last name as the settings say that it is written. A dash stands for a part "
    "that somebody does not have.",
    "addresses": "Several e-mail addresses stand in this cell, and nobody can tell which is meant.",
    "two_scripts": "A letter of this address is Greek or Cyrillic, and looks like one of ours: no mail arrives there.",
    "yes_or_no": "This is neither a word for yes nor one for no.",
    "partial": "HR names a manager here, and part of what it takes to find them is missing.",
    "ambiguous": "This stands for more than one person in the file.",
    "nothing": "This says that there is nothing. If it stands for an empty cell, name it in `empty`.",
    "unknown": "No row of the file has this key or name. Of a number and a name in one cell, both have to be the same person's.",
    "no_row_beside": "The file that says more of people has no row of this person's key.",
    "no_person": "No person in the other files has the key of this row.",
    "key_repeated": "Several people have the key of this row: which of them it is about cannot be told.",
}

_AGREED = ("worker_status", "date")
"""The codes of which the settings say how HR was to write it."""
_MOST_WORDS = 12
_A_DAY = date(2026, 11, 30)
_NONE = pd.DataFrame({"line": np.array([], dtype="int64"), **{name: pd.array([], dtype="str") for name in ("column", "code", "message")}})
"""What most looks for faults come to."""


def fault_rows(lines: Sequence[int] | pd.Index, column: str, code: str, message: str | Sequence[str] | None = None) -> pd.DataFrame:
    """The same fault on several lines; with one message, or one for each line."""
    if not len(lines):
        return _NONE.copy(deep=False)
    messages = [message or MESSAGES[code]] * len(lines) if message is None or isinstance(message, str) else message
    texts = {name: pd.array([text] * len(lines), dtype="str") for name, text in (("column", column or None), ("code", code))}
    return pd.DataFrame({"line": np.asarray(lines, dtype="int64"), **texts, "message": pd.array(messages, dtype="str")})


def entries(found: list[pd.DataFrame], frame: pd.DataFrame, numbers: pd.Series, people: People) -> pd.DataFrame:
    """Faults as they are reported: with employee number, HR's header and the cell.

    Args:
        found: What `fault_rows` gave.
        frame: The canonical rows by line number, as HR's cells had them.
        numbers: Their employee numbers; NaN where unreadable.
        people: The settings, for HR's headers.
    """
    table = pd.concat([fault_rows([], "", "missing"), *found], ignore_index=True)
    if table.empty:
        return table.reindex(columns=list(COLUMNS)).astype({name: "str" for name in COLUMNS if name != "line"})
    table = table.drop_duplicates(["line", "column", "code"])
    values = [_cells(part, str(column), frame) for column, part in table.groupby("column", sort=False)]
    table["value"] = pd.concat([pd.Series(dtype="str"), *values]).reindex(table.index).astype("str")
    table["employee_id"] = numbers.reindex(table["line"]).set_axis(table.index).astype("str")
    for code, column in set(zip(*(table.loc[table["code"].isin(_AGREED), name] for name in ("code", "column")), strict=True)):
        mine = table["code"].eq(code) & table["column"].eq(column)
        table.loc[mine, "message"] = _as_agreed(code, people.columns.get(column)) or MESSAGES[code]
    table["source"] = table["column"].map(lambda column: headers(people, column)).replace("", None).astype("str")
    return table[list(COLUMNS)].sort_values(["line", "column"], ignore_index=True)


def _as_agreed(code: str, source: Source | None) -> str | None:
    """The same in the words that the settings have of HR's file, where they have any: HR knows neither ours nor a format by its signs."""
    if source is None:
        return None
    if code == "worker_status":
        words = list(source.values or source.lookup or ())
        more = ", …" if len(words) > _MOST_WORDS else ""
        return f"The status is none of {', '.join(words[:_MOST_WORDS])}{more}." if words else None
    if not all("%" in format for format in source.format):  # a workbook's numbers: nobody types one
        return None
    return f"This is no day, or it is not written like {' or '.join(f'{_A_DAY:{format}}' for format in source.format)}."


def columns_by_line(dropped: list[pd.DataFrame]) -> pd.Series:
    """Line → the columns of which a value was dropped, joined by ``|``; an end date that stands for none, or does not count
    by the settings, is not missed."""
    found = pd.concat([fault_rows([], "", "missing"), *dropped], ignore_index=True)
    found = found[~found["code"].isin(["no_end", "status_counts"])].drop_duplicates(["line", "column"])
    return found.groupby("line")["column"].agg("|".join).astype("str")


def no_usable_row(rejects: pd.DataFrame, rows: int, named: pd.DataFrame) -> Unfit:
    """The error for a file of which no row is left, with the columns at fault as the settings name them.

    Args:
        rejects: As `entries` gives them.
        rows: The file's rows.
        named: The same as `roster.intake.take_in.IntakeResult` has them, for whoever is told of each row.
    """
    source = rejects["source"].map(lambda name: f", which is '{name}'", na_action="ignore").astype("str").fillna("")
    kinds = rejects.assign(place=rejects["column"].fillna("") + source).groupby(["code", "place"], sort=False)["line"].agg(["size", "min"])
    found = kinds.sort_values("size", ascending=False, kind="stable").reset_index().to_dict("records")
    by_kind = ", ".join(
        f"{one['code']} {one['size']} ({one['place']}{': ' if one['place'] else ''}the first on line {line_text(one['min'])})"
        for one in found
    )
    words = sorted(set(rejects["value"].dropna().unique()) & NOTHINGS)
    advice = "Correct the settings, or ask HR."
    if words:
        advice = (
            f"Cells say {', '.join(words)}: if that stands for nothing, set `empty: [{', '.join(map(repr, words))}]`. Else c{advice[1:]}"
        )
    return Unfit("nobody", f"None of the {rows} rows can be used. Faults by kind: {by_kind or 'none'}.", advice, named)


def _cells(part: pd.DataFrame, column: str, frame: pd.DataFrame) -> pd.Series:
    if column not in frame:
        return pd.Series(float("nan"), index=part.index, dtype="str")
    return frame[column].reindex(part["line"]).set_axis(part.index).astype("str")
