"""A file of changes on the roster before it: whose rows they replace, whom a mark says to be gone, and what the next file is put upon.

Belongs here: the rows of the roster, from those before and the file's. Does not belong here: which file may follow which
(``roster.intake.sequence``), what the rows mean (``roster.intake.take_in``), where the rows before are kept (``assets.graph.before``).

A row of changes is whole: it takes the place of all rows that the roster has of its employee number. Rows are kept as HR wrote them, so
that other settings read them anew.
"""

import io
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

import numpy as np
import pandas as pd
from anyascii import anyascii

from roster import yes_or_no
from roster.characters import plain
from roster.intake import damage, mapping
from roster.intake.links import own_key
from roster.reading import several
from roster.reading.lines import of_before
from roster.reading.table import RawTable, emptied
from roster.rules import evaluate, matches
from roster.settings import CsvFormat, People
from roster.statuses import says_deleted
from roster.strict import Where
from roster.unfit import Unfit
from roster.vocabulary import MANAGER_COLUMNS

FULL: Final = "full"
"""The file in what is stored of an export, if it has everyone."""
CHANGES: Final = "changes"
"""If it has changes."""
BEFORE: Final = "before"
"""The rows on which it is put."""
POSITION: Final = "position"
"""Where in the sequence it stands (`roster.intake.sequence.Position`)."""

HEADING: Final = "hr: "
"""What stands before HR's own headings in rows that are kept."""
NUMBER: Final = "employee_id"
DELETED: Final = "deleted"
"""Of a row that a mark says to be gone: for how many files with everyone it has been kept."""
FORGOTTEN: Final = "(forgotten)"
_KEPT: Final = 1
"""Through so many files with everyone: who is to leave may wait for a release when one comes."""


@dataclass(frozen=True)
class Roster:
    """The roster's rows, whichever file they came with."""

    table: RawTable
    """The rows, as if one file had them all; those before have lines of their own (`roster.reading.lines.of_before`)."""
    deleted: pd.Index
    """The lines that a mark says to be gone."""
    before: pd.DataFrame
    """The rows before: HR's columns under `HEADING`, `NUMBER` and `DELETED`."""
    unknown: pd.Index = field(default_factory=partial(pd.Index, [], dtype="int64"))
    """The lines of these whose number nobody of the roster before has."""
    unread: pd.Index = field(default_factory=partial(pd.Index, [], dtype="int64"))
    """The lines of which it cannot be told whether their mark says so."""
    counts: dict[str, int] = field(default_factory=dict)
    """``before``, ``added``, ``changed``, ``deleted``: people. Empty for a file with everyone."""


def read(data: bytes, format: CsvFormat, people: People, one: Callable[..., RawTable]) -> Roster:
    """The roster that comes of a file and the rows before it.

    Args:
        data: The file, with the rows before (`with_before`).
        format: How it reads, with `changes`.
        people: What it means.
        one: Reads one file (`roster.reading.file.read`).

    Raises:
        Unfit: It cannot be read, or changes have nothing to be put upon.
    """
    parts, wanted = several.taken_apart(data), mapping.wanted(people)
    number = people.columns["employee_id"].reads()
    before = _unstored(parts[BEFORE]) if BEFORE in parts else pd.DataFrame({NUMBER: [], DELETED: []}, dtype="str")
    if FULL in parts:
        table = one(parts[FULL], format.of_changes(None), wanted, number)
        going = before[before[DELETED].notna() & ~before[NUMBER].isin(_numbers(table.frame, format, people).dropna())]
        going = going[pd.to_numeric(going[DELETED]).le(_KEPT)]
        return _put(table, going, wanted, {}, going, pd.Index([]), before)
    if BEFORE not in parts:
        raise Unfit(
            "changes", "These are changes, and there is no roster to put them on.", "Have HR send a file with everyone (`changes.full`)."
        )
    marks = format.changes.deleted if format.changes and format.changes.deleted else {}
    table = one(parts[CHANGES], format, wanted | set(marks), number)
    marked = _marked(marks, table.frame)
    unread = table.frame.index[_unread(marks, table.frame, people, format.empty) & ~marked]
    theirs = _numbers(table.frame, format, people)
    ends = _ends_by_mark(theirs, marked)
    marked, unread = marked & ~ends, unread.union(table.frame.index[ends])
    kept = before[~before[NUMBER].isin(theirs.dropna())]
    counts = _counts(table.frame, theirs, marked, before, wanted)
    put = _put(table, kept, wanted, counts, kept, table.frame.index[marked], before)
    return replace(put, unknown=table.frame.index[marked & theirs.notna() & ~theirs.isin(before[NUMBER])], unread=unread)


def _marked(marks: Where, frame: pd.DataFrame) -> pd.Series:
    """Which rows a mark says to be gone. Who is marked by `d` for `D`, or with a blank that nobody sees, has not stayed."""
    if not marks:
        return pd.Series(False, index=frame.index)
    words = {name: [one if isinstance(one, bool) else one.casefold() for one in accepted] for name, accepted in marks.items()}
    return matches(words, frame.assign(**_seen(marks, frame)), "changes.deleted")


def _ends_by_mark(numbers: pd.Series, marked: pd.Series) -> pd.Series:
    """Which rows say by a mark that somebody is gone of whom a row above says otherwise. One below takes their place: so are
    changes written as a row that goes and one that comes."""
    if not marked.any():
        return marked
    lines = numbers.index.to_series()
    return marked & lines.mask(marked).groupby(numbers).transform("max").lt(lines)


def _unread(marks: Where, frame: pd.DataFrame, people: People, nothing: Collection[str]) -> pd.Series:
    """Which rows may be marked as gone by a word that the settings do not name: `Delete` for `D`, `Yes` for `X`, or one that is neither
    yes nor no where that is asked. Such a word is no sign that somebody stays."""
    marked, doubtful = pd.Series(bool(marks), index=frame.index), pd.Series(False, index=frame.index)
    for name, accepted in marks.items():
        cells = frame[name].map(plain, na_action="ignore").astype("str")
        cells = cells.mask(cells.isin(list(nothing)))
        found = yes_or_no.doubtful({name: accepted}, cells.to_frame()) | cells.isin(
            [word for word in cells.dropna().unique() if says_deleted(word) or word.startswith("#")]  # or a spreadsheet's error
        )
        named = [
            plain(word) for source in people.columns.values() if name in source.reads() for word in source.values or source.lookup or ()
        ]
        own, other = _marked({name: accepted}, frame), found & ~cells.isin(named)
        marked, doubtful = marked & (own | other), doubtful | (other & ~own)
    return marked & doubtful


def _seen(marks: Where, frame: pd.DataFrame) -> dict[str, pd.Series]:
    """The columns of marks, as words compare there."""
    return {name: frame[name].map(plain, na_action="ignore").astype("str").str.casefold() for name in marks if name in frame}


def with_before(data: bytes, before: pd.DataFrame | None) -> bytes:
    """A file as it came, with the rows before it: all that its roster comes of."""
    parts = several.taken_apart(data)
    if before is not None:
        parts[BEFORE] = _stored(before)
    return several.packed(parts)


def before_in(data: bytes) -> pd.DataFrame | None:
    """The rows before, of what `with_before` gave."""
    parts = several.taken_apart(data)
    return _unstored(parts[BEFORE]) if BEFORE in parts else None


def file_in(data: bytes) -> bytes:
    """The file alone, of what `with_before` gave."""
    parts = several.taken_apart(data)
    return parts[FULL] if FULL in parts else parts[CHANGES]


def after(roster: Roster, dispositions: pd.DataFrame, format: CsvFormat, people: People) -> pd.DataFrame:
    """The rows on which the next changes are put.

    Whoever's changed row cannot be used keeps the rows before. One that is rejected and has none stays as it is, to be told again.

    Args:
        roster: The roster.
        dispositions: What became of its rows (`roster.intake.take_in.IntakeResult.dispositions`).
        format: How the file reads.
        people: What it means.
    """
    frame = roster.table.frame
    number = _numbers(frame, format, people)
    rows = frame.add_prefix(HEADING).assign(**{NUMBER: number, DELETED: _flags(roster, frame.index)})
    if roster.counts:
        rejected = number.index.isin(dispositions.loc[dispositions["disposition"].eq("rejected"), "line"])
        theirs = ~of_before_mask(frame.index)
        used = number[theirs & ~rejected]
        own = theirs & rejected & (number.isna() | (number.isin(roster.before[NUMBER]) & ~number.isin(used)))
        back = roster.before[roster.before[NUMBER].isin(number[own].dropna())]
        # Without its mark, which is no longer beside it, one that may be gone would be somebody new.
        rows = pd.concat([rows[~own & ~rows.index.isin(roster.unread)], back.reindex(columns=rows.columns)])
    return rows.reset_index(drop=True).astype("str")


def forgetting(rows: pd.DataFrame, employee_id: str, addresses: Collection[str], people: People | None = None) -> pd.DataFrame:
    """The rows on which the next changes are put, without a person, and without the mention of them in other people's.

    Where they were somebody's manager, `FORGOTTEN` stands: who that is cannot be read any more, and nobody has none because of it. Only a
    column that refers to people has numbers, names and keys of theirs: a cost center may be called like an employee number.

    Args:
        rows: As `after` gave them.
        employee_id: Theirs.
        addresses: Theirs, in lower case.
        people: What the rows mean; None: that cannot be read, and any column may refer to people by their numbers.
    """
    own_rows = rows[NUMBER].eq(employee_id)
    headings = [name for name in rows.columns if name.startswith(HEADING)]
    raw = rows[headings].rename(columns=lambda name: name.removeprefix(HEADING))
    own, others = raw[own_rows], raw[~own_rows]
    theirs = {*addresses, *(str(cell).lower() for cell in own.to_numpy().ravel() if isinstance(cell, str) and "@" in cell)}
    hidden = pd.DataFrame({name: others[name].str.lower().isin(theirs) for name in others})
    for name, mentions in _mentions(others, own, employee_id, people):
        hidden[name] |= mentions
    cleared = others.mask(hidden, FORGOTTEN).add_prefix(HEADING)
    return rows[~own_rows].assign(**cleared).reset_index(drop=True).astype("str")


def _mentions(others: pd.DataFrame, own: pd.DataFrame, employee_id: str, people: People | None) -> Iterator[tuple[str, "pd.Series[bool]"]]:
    """Each column that refers to people, and which of its cells say this person: by the number, a key of HR's own or the name."""
    # What no rule reads any more may have referred to people, too.
    for name in sorted(set(map(str, others)) - (mapping.wanted(people) if people else set())):
        yield name, others[name].str.lower().eq(employee_id.lower())
    if people is None:
        return
    columns, there = people.columns, set(map(str, others))
    identity = {name: columns[name].reads() & there for name in ("employee_id", "first_name", "last_name") if name in columns}
    for reference in (*MANAGER_COLUMNS, "over_limit_approver"):
        if (source := columns.get(reference)) is None or not source.reads() <= there:
            continue
        through, one = source.refers_through(), len(identity["employee_id"]) == 1
        if not through <= there:
            continue
        written = own_key(source, own) if through else own[min(identity["employee_id"])] if one else pd.Series([], dtype="str")
        keys = {_folded(cell) for cell in written.dropna()}
        number = evaluate(source, others).str.lower().eq(employee_id.lower())
        for name in source.reads() - identity["employee_id"]:
            mentions = number | others[name].map(_folded, na_action="ignore").isin(keys)
            if reference == "manager_name":
                parts = through or identity.get("first_name", set()) | identity.get("last_name", set())
                called = {_words(" ".join(row)) for row in own[sorted(parts)].fillna("").itertuples(index=False)} - {frozenset[str]()}
                mentions |= others[name].map(_words, na_action="ignore").isin(called)
            yield name, mentions


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _words(name: str) -> frozenset[str]:
    """The words of a name, in whatever order, in plain small letters."""
    return frozenset(re.findall(r"\w+", anyascii(name).casefold()))


def of_before_mask(lines: pd.Index) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    """Which lines are of the rows before."""
    return np.asarray(lines >= of_before(pd.Index([0]))[0])


def _put(
    table: RawTable,
    rows: pd.DataFrame,
    wanted: Collection[str],
    counts: dict[str, int],
    flagged: pd.DataFrame,
    marked: pd.Index,
    before: pd.DataFrame,
) -> Roster:
    """A file's rows, and those of before that stay."""
    columns = [name for name in table.frame.columns if name in wanted]
    if lacking := sorted(name for name in columns if len(rows) and f"{HEADING}{name}" not in rows):
        message = f"The roster before has no column {', '.join(lacking)}, which the settings want now."
        raise Unfit("changes", message, "Have HR send a file with everyone (`changes.full`), or take the column out of the settings.")
    lines = of_before(pd.RangeIndex(1, len(before) + 1))[before.index.isin(rows.index)]
    staying = rows[[f"{HEADING}{name}" for name in columns]].set_axis(columns, axis=1).set_axis(lines) if len(rows) else None
    frame = pd.concat([table.frame[columns], staying]).astype("str") if staying is not None else table.frame[columns]
    deleted = marked.append(lines[flagged[DELETED].notna().to_numpy()]) if len(rows) else marked
    # Of the header only what is wanted: one file with everyone may have other columns beside them than changes have.
    header, fields = [name for name in table.header if name in wanted], {0: len(table.header)}
    made = replace(table, frame=frame, rows=table.rows + len(rows), header=header, fields=fields)
    return Roster(made, deleted, before, counts=counts)


def _numbers(frame: pd.DataFrame, format: CsvFormat, people: People) -> pd.Series:
    """The employee number of each row."""
    rule = people.columns["employee_id"]
    columns = sorted(rule.reads() & set(frame.columns))
    return evaluate(rule, emptied(damage.mended(frame[columns], _only_number(people)), format.empty), "people.columns.employee_id")


def _only_number(people: People) -> People:
    return people.model_copy(update={"columns": {"employee_id": people.columns["employee_id"]}})


def _counts(frame: pd.DataFrame, theirs: pd.Series, marked: pd.Series, before: pd.DataFrame, wanted: Collection[str]) -> dict[str, int]:
    """People, by what becomes of their rows; one whose rows say what they said before is in none."""
    known = theirs.isin(before[NUMBER])
    columns = sorted(name for name in wanted if f"{HEADING}{name}" in before)
    old = before[before[NUMBER].isin(theirs)]
    texts_before = set(_row_texts(old[[f"{HEADING}{name}" for name in columns]], old[NUMBER]))
    same = _row_texts(frame[columns], theirs).isin(texts_before)
    return {
        "before": int(before[NUMBER].nunique()),
        "added": int(theirs[~known & ~marked].nunique()),
        "changed": int(theirs[known & ~marked & ~same].nunique()),
        "deleted": int(theirs[marked].nunique()),
    }


def _row_texts(rows: pd.DataFrame, number: pd.Series) -> "pd.Series[str]":
    texts = number.astype("str").fillna("")
    for name in rows.columns:
        texts = texts + "\x1f" + rows[name].astype("str").fillna("")
    return texts


def _flags(roster: Roster, lines: pd.Index) -> "pd.Series[str]":
    """How long each row that is gone has been kept: a file with everyone that has them not makes it longer."""
    before, more = of_before_mask(roster.deleted), 0 if roster.counts else 1
    kept = pd.to_numeric(roster.before[DELETED]).set_axis(of_before(pd.RangeIndex(1, len(roster.before) + 1))) + more
    counts = pd.concat([pd.Series(1, index=roster.deleted[~before]), kept[kept.index.isin(roster.deleted[before])]])
    flags: pd.Series[str] = counts.astype("int64").astype("str").reindex(lines).astype("str")
    return flags


def _stored(rows: pd.DataFrame) -> bytes:
    buffer = io.BytesIO()
    rows.to_parquet(buffer, engine="pyarrow")
    return buffer.getvalue()


def _unstored(content: bytes) -> pd.DataFrame:
    return pd.read_parquet(io.BytesIO(content), engine="pyarrow").astype("str")
