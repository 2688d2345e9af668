"""From the bytes of an HR file to people, with every row accounted for.

Belongs here: the order of the steps, what became of every row, the counts of all
that. Does not belong here: the steps that have a module of their own, and what a destination makes of a person.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, tzinfo
from functools import partial
from typing import Any

import pandas as pd

from roster.intake import (
    changes,
    counts,
    damage,
    dates,
    employed,
    faults,
    history,
    joined,
    mapping,
    numbers,
    private,
    references,
    renumbered,
    scope,
    standing,
    whole_names,
)
from roster.intake import leavers as leaving
from roster.intake.current_rows import current_rows
from roster.intake.facts import FileFacts
from roster.intake.links import Linked, link
from roster.intake.validation import Validated, is_employee_id, validate
from roster.reading import file as reading
from roster.reading.lines import file_of
from roster.rules import UNREAD
from roster.settings import CsvFormat, People
from roster.vocabulary import MANAGER_COLUMNS

OUT_OF_SCOPE_COLUMNS = ("line", *(name for name in mapping.ALWAYS if name not in ("first_name", "last_name")))
"""What is kept of people out of scope: just enough for chains of approvers to run through them."""

STEPS = ("reading", "mapping", "validating", "linking managers", "accounting for every row")
"""What `take_in` passes to `on_step`; validating takes longest."""


@dataclass(frozen=True)
class IntakeResult:
    """What one HR file says."""

    roster: pd.DataFrame
    """The valid people, one row each; those out of scope with little more than their number, address and manager."""
    rejects: pd.DataFrame
    """Why rows are not used: one row a line and fault, named as by `roster.intake.numbers.named`."""
    notes: pd.DataFrame
    """Values that were dropped from rows that are used."""
    dispositions: pd.DataFrame
    """Every data row of the file exactly once: line, employee_id, disposition, reason."""
    facts: FileFacts
    """Counts, headers, and the codes of companies and departments; no other cell of the file."""
    trailer_date: date | None
    """The date in the file's trailer."""
    rejected_names: pd.DataFrame = field(default_factory=partial(pd.DataFrame, columns=["line", "employee_id", "name"], dtype="str"))
    """Of each rejected line the number and the name that stand there, for lists that are their owner's alone."""
    after: pd.DataFrame | None = None
    """Where files have changes: the rows on which the next ones are put (`roster.intake.changes.after`)."""
    renumbered: Mapping[str, str] = field(default_factory=dict)
    """Former employee number → the number that the same person has now (`roster.intake.renumbered`)."""


def take_in(
    data: bytes,
    format: CsvFormat,
    people: People,
    as_of: date,
    on_step: Callable[[str], None] = lambda step: None,
    *,
    zone: tzinfo | None = None,
    remembered: pd.Series | None = None,
    moment: datetime | None = None,
) -> IntakeResult:
    """Take in an HR file.

    Args:
        data: The file.
        format: How it reads.
        people: What it means.
        as_of: The day that counts as today.
        on_step: Told each of `STEPS` when it begins, for whoever waits.
        remembered: Employee numbers and addresses that the ledger knows: a manager among them is somebody, though no row has them.
        zone: The company's time zone, in which moments are days. Without one, no moment with a zone of its own is read.
        moment: When the file was taken, with a zone: for the day where people have a zone of their own. Without it the company's counts.

    Raises:
        Unfit: The file as a whole cannot be trusted.
        roster.rules.MissingColumn: The settings name a column that is not there.
    """
    request = _Request(format, people, employed.Days(as_of, zone, moment), remembered, on_step)
    on_step(STEPS[0])
    if format.changes:
        put = changes.read(data, format, people, reading.read)
        result = _of(put.table, request, put)
        facts = replace(result.facts, changes=put.counts)
        return replace(result, facts=facts, after=changes.after(put, result.dispositions, format, people))
    tables = [reading.read(data, format, mapping.wanted(people), people.columns["employee_id"].reads())]
    del data  # of a long file it is hundreds of megabytes, and so is what is popped
    return _of(tables.pop(), request, None)


@dataclass(frozen=True)
class _Request:
    """What `take_in` was given besides the file."""

    format: CsvFormat
    people: People
    days: employed.Days
    remembered: pd.Series | None
    on_step: Callable[[str], None]


@dataclass(frozen=True)
class _Read:
    """A file's rows, each with what its columns mean."""

    table: reading.RawTable
    mapped: mapping.Mapped
    rows: pd.DataFrame
    """The canonical rows as others refer to them: without numbers that are nobody's."""
    superseded: pd.Series
    """Why a row does not count; NaN of one that does."""
    damaged: pd.DataFrame
    unusable: pd.DataFrame
    """Cells of rows that count, with what is the matter with them."""
    malformed: pd.DataFrame
    """What malformed lines may say, in canonical columns."""

    @property
    def current(self) -> pd.Series:
        """Which rows count."""
        return self.superseded.isna()


@dataclass(frozen=True)
class _Sorted:
    """The rows that can be used, and why others cannot."""

    valid: pd.DataFrame
    rejects: pd.DataFrame
    saying: leaving.Leavers
    bridged: pd.Series
    dropped: list[pd.DataFrame]
    ends: pd.Series
    """The last day as each row has it, whatever counts of it."""
    numbers: Mapping[str, str]
    """Former employee number → the number that the same person has now."""
    known_as: Mapping[str, str]
    """`numbers`, and those that are still to begin: by whichever somebody is named, it is the same person."""


def _of(table: reading.RawTable, request: _Request, put: changes.Roster | None) -> IntakeResult:
    """As `take_in`, of rows that are read; where they come of changes, with what these say by marks."""
    request.on_step(STEPS[1])
    read = _mapped(table, request, put.deleted if put else None)
    del table
    request.on_step(STEPS[2])
    read, found = _sorted(read, request, put.unread if put else ())
    found.dropped.append(faults.fault_rows(put.unknown if put else (), "employee_id", "gone_unknown"))
    people, days, table = request.people, request.days, read.table
    in_scope = scope.in_scope(people.scope, found.valid, found.saying.numbered, request.remembered)
    request.on_step(STEPS[3])
    # A key that was given on leads to whoever has it now.
    here = read.current & ~found.saying.numbered.reindex(read.rows.index, fill_value=False)
    referring = _referring(read.rows, read.mapped, read.superseded, found.known_as)
    linked = link(referring, table.frame, here, people, found.valid.index)
    linked = replace(linked, manager_id=linked.manager_id.replace(dict(found.known_as)))
    request.on_step(STEPS[4])
    roster = _roster(_with_managers(found.valid, linked), in_scope, found.bridged, people, days)
    if people.same_person:
        roster = _with_pairs(roster, found)
    found = replace(found, valid=found.valid.take([]))  # of a long file it is hundreds of megabytes, and a slice of nothing keeps them
    dispositions = counts.dispositions(table, read.rows, read.superseded, found.rejects, in_scope)
    dispositions = joined.with_people(dispositions, table.joined)
    facts = _facts(read, found, dispositions, roster, request)
    return _result(read, found, linked, roster, dispositions, facts, request)


def _mapped(table: reading.RawTable, request: _Request, deleted: pd.Index | None) -> _Read:
    """The rows, with what their columns mean and what of them is an older state."""
    people, days = request.people, request.days
    table = replace(table, frame=reading.emptied(damage.mended(table.frame, people), request.format.empty))
    calendar = dates.Calendar(days.as_of, days.zone, workbook=table.encoding == "xlsx")
    mapped = mapping.apply(people, table.frame, calendar)
    malformed = mapped.frame.head(0)
    if len(table.readings):
        may_say = damage.mended(table.readings.reindex(columns=table.frame.columns).astype("str"), people)
        malformed = mapping.apply(people, reading.emptied(may_say, request.format.empty), calendar).frame
    if deleted is not None:
        mapped.frame["worker_status"] = mapped.frame["worker_status"].mask(mapped.frame.index.isin(deleted), "Terminated")
    damage.check_numbers(people, table.frame, mapped.frame)
    superseded = history.superseded(people.history, table.frame, mapped, days.as_of.isoformat())
    damaged = damage.damaged(people, table.frame, mapped.frame)
    unusable = pd.concat([damaged, numbers.misplaced(mapped.frame, request.remembered)], ignore_index=True)
    rows = mapped.frame.assign(employee_id=_readable(mapped.frame["employee_id"], unusable))
    counting = superseded.index[superseded.isna()]
    damaged, unusable = (part[part["line"].isin(counting)] for part in (damaged, unusable))
    return _Read(table, mapped, rows, superseded, damaged, unusable, malformed)


def _sorted(read: _Read, request: _Request, marked: Sequence[int] | pd.Index) -> tuple[_Read, _Sorted]:
    """The rows that can be used, and those that count once it is known who has left and which job is the first.

    Args:
        read: The rows.
        request: What they mean.
        marked: The lines of which a mark may say that their person is gone.
    """
    table, mapped, people = read.table, read.mapped, request.people
    found = validate(mapped.of(read.current), people, read.unusable, decimal=request.format.decimal, numbers=table.encoding == "xlsx")
    found = _without_other_side(found, table, found.frame.index)
    ends = found.frame["end_date"]
    found = employed.by_rule(found, people, request.days)
    counted = current_rows(people, table.frame, found, read.rows["employee_id"], request.days, read.malformed)
    del found  # of a long file each is hundreds of megabytes
    validated, saying = counted.validated, counted.saying
    superseded = read.superseded.fillna(counted.superseded.reindex(read.superseded.index))
    current = superseded.isna()
    rows = read.rows.assign(email=validated.frame["email"].reindex(read.rows.index).where(current, read.rows["email"]))
    alone = rows.loc[current & ~rows.index.isin(table.unjoined.index), ["employee_id", "email"]]
    collided = counted.collisions(alone, history.unordered(people, read.rows))
    unread_marks = faults.fault_rows(marked, "", "mark_unread")
    unwanted = [*validated.rejected, unread_marks, counted.unsettled, *collided, _malformed(table)]
    rejects = faults.entries([*unwanted, *saying.marks(unwanted)], mapped.frame, rows["employee_id"], people)
    valid = _usable(validated.frame, rejects["line"])
    if valid.empty:
        raise faults.no_usable_row(rejects, table.rows - len(table.nobody), _of_nobody(rejects, read, request))
    known_as = {**counted.numbers, **counted.until}
    sorted_rows = _Sorted(valid, rejects, saying, counted.bridged, list(validated.dropped), ends, counted.numbers, known_as)
    return replace(read, rows=rows, superseded=superseded), sorted_rows


def _usable(frame: pd.DataFrame, rejected: pd.Series) -> pd.DataFrame:
    """The rows that are not rejected; the frame is left without a column, since both at once would be hundreds of megabytes more."""
    kept = ~frame.index.isin(rejected)
    if kept.all():
        return frame
    return pd.DataFrame({name: frame.pop(name)[kept] for name in map(str, list(frame))}, index=frame.index[kept])


def _of_nobody(rejects: pd.DataFrame, read: _Read, request: _Request) -> pd.DataFrame:
    """The rejects of a file without a row that can be used, as others see them: there is nobody but whom the ledger knows."""
    known = pd.Series(dtype="str") if request.remembered is None else request.remembered
    named, joined_at = numbers.named(rejects, known), read.table.joined
    if not len(joined_at):
        return named
    names = _rejected_names(read.mapped.frame, named)
    return joined.at_people(named, named.head(0), names, joined_at, request.people, request.format)[0]


def _facts(read: _Read, found: _Sorted, dispositions: pd.DataFrame, roster: pd.DataFrame, request: _Request) -> FileFacts:
    """What is counted of the file."""
    people, table, rejects = request.people, read.table, found.rejects
    return replace(
        counts.facts(table, request.format, dispositions, roster, people),
        managers=references.count(roster, read.rows, table.frame, people, request.remembered, read.mapped.unread),
        private=private.mapped(people, table.frame, read.mapped.frame),
        groups=counts.groups(read.mapped.frame, read.current, people),
        collided=counts.lines_of(rejects, rejects["code"].str.startswith("duplicate_")),
        rejected_leavers=counts.lines_of(rejects, rejects["code"].eq(leaving.SAYS_LEFT)),
        damaged=int(read.damaged["line"].nunique()),
        **_stated(found, roster, request),
    )


def _stated(found: _Sorted, roster: pd.DataFrame, request: _Request) -> dict[str, Any]:
    """The counts of those of `roster.intake.standing`, by status and dates as each row has them."""
    written = roster.loc[roster["in_scope"], ["line", "worker_status", "start_date", "end_date", "employment"]]
    written, as_of = written.assign(end_date=found.ends[written["line"]].to_numpy()), request.days.as_of
    contradicting = standing.contradicting(written, as_of) if "worker_status" in request.people.columns else 0
    return {"standing": standing.counts(written, as_of), "contradicting": contradicting}


def _result(
    read: _Read, found: _Sorted, linked: Linked, roster: pd.DataFrame, dispositions: pd.DataFrame, facts: FileFacts, request: _Request
) -> IntakeResult:
    """All of it, as others see it."""
    people, table, frame, remembered = request.people, read.table, read.mapped.frame, request.remembered
    shared = damage.shared_accounts(roster) if people.one_account_each else damage.NOTHING
    dropped = [*found.dropped, *linked.dropped, shared]
    rejects = numbers.named(found.rejects, pd.concat([roster["employee_id"], *([remembered] if remembered is not None else [])]))
    if people.same_person:
        rejects = rejects.assign(**{renumbered.FORMERLY: renumbered.formerly(rejects["number"], found.numbers)})
    notes = _notes(faults.entries(dropped, frame, read.rows["employee_id"], people), roster)
    names = _rejected_names(frame, rejects)
    if len(table.joined):
        rejects, notes, names = joined.at_people(rejects, notes, names, table.joined, people, request.format)
    used = _without(roster, shared, dropped)
    return IntakeResult(used, rejects, notes, dispositions, facts, table.trailer_date, names, renumbered=found.numbers)


def _with_pairs(roster: pd.DataFrame, found: _Sorted) -> pd.DataFrame:
    """The people with their former numbers, and whoever HR names by one of these named by the number that they have now."""
    named = {name: roster[name].replace(dict(found.known_as)) for name in ("over_limit_approver",) if name in roster}
    return roster.assign(**named, **{renumbered.FORMERLY: renumbered.formerly(roster["employee_id"], found.numbers)})


def has_unidentified_rejects(dispositions: pd.DataFrame) -> bool:
    """Whether a rejected row may be of somebody else than its number says, so that nobody who is in no row has certainly left.

    Such is a row without a readable number, unless it says that its person has left: then whoever it is of is a leaver either way. Such is
    also one of those that share a number but no address, or whose number somebody had before: it may be a colleague's, typed wrong.

    Args:
        dispositions: `IntakeResult.dispositions`.
    """
    rejected = dispositions[dispositions["disposition"].eq("rejected")]
    codes = rejected["reason"].str.split("|")
    mistyped = codes.map(lambda row: "duplicate_employee_id" in row and "duplicate_email" not in row).astype("bool")
    says_left = codes.map(lambda row: leaving.SAYS_LEFT in row).astype("bool")
    given_on = dispositions["disposition"].eq("superseded") & dispositions["reason"].eq(leaving.GIVEN_ON)
    return bool((rejected["employee_id"].isna() & ~says_left | mistyped).any() or given_on.any())


def _readable(employee_id: pd.Series, unusable: pd.DataFrame) -> pd.Series:
    """The numbers by which people can be known; one that is damaged, misplaced or none is nobody's, so whoever it was is not absent."""
    lines = unusable.loc[unusable["column"].eq("employee_id"), "line"]
    return employee_id.where(is_employee_id(employee_id) & ~employee_id.index.isin(lines))


def _referring(rows: pd.DataFrame, mapped: mapping.Mapped, superseded: pd.Series, known_as: Mapping[str, str]) -> pd.DataFrame:
    """The rows as they refer to each other: no half of a reference counts as one, a number that was given on is not its former
    holder's, and rows under several numbers of one person are that person's."""
    halves = {name: rows[name].mask(codes.notna()) for name, codes in mapped.unread.items() if name in MANAGER_COLUMNS}
    number = rows["employee_id"].mask(superseded.eq(leaving.GIVEN_ON).fillna(False))
    return rows.assign(**halves, employee_id=number.replace(dict(known_as)) if known_as else number)


def _without(roster: pd.DataFrame, shared: pd.DataFrame, dropped: list[pd.DataFrame]) -> pd.DataFrame:
    """The people without the accounts that several have, and with what of theirs was dropped."""
    unread = faults.columns_by_line(dropped).reindex(roster["line"]).set_axis(roster.index).astype("str")
    unread = unread.str.replace("manager_name", "manager_name|manager_id", regex=False)  # rules read the number that a name comes to
    return roster.assign(**damage.without(roster, shared), **{UNREAD: unread})


def _with_managers(valid: pd.DataFrame, linked: Linked) -> pd.DataFrame:
    addresses = linked.manager_email[valid.index].where(valid["manager_email"].notna())
    names = {name: whole_names.without_asides(valid[name]) for name in ("first_name", "last_name")}  # by the whole one others are found
    return valid.assign(manager_id=linked.manager_id[valid.index], manager_email=addresses, **names)


def _rejected_names(frame: pd.DataFrame, rejects: pd.DataFrame) -> pd.DataFrame:
    """`IntakeResult.rejected_names`; of a line that does not fit the header nothing is known."""
    of = frame.loc[frame.index.isin(rejects["line"]), ["employee_id", "first_name", "last_name"]].astype("str")
    once = of["last_name"].mask(of["last_name"].eq(of["first_name"]))  # a whole name that nobody could split
    name = (of["first_name"].fillna("") + " " + once.fillna("")).str.strip()
    names = pd.DataFrame({"line": of.index.astype("int64"), "employee_id": of["employee_id"].to_numpy(), "name": name.to_numpy()})
    return names[names["name"].ne("")].astype({"employee_id": "str", "name": "str"})


def _without_other_side(found: Validated, table: reading.RawTable, lines: pd.Index) -> Validated:
    """The rows that count, of which those without another side, where rows come of two files, have that fault: what is missing follows.

    Whose they are does not, nor what can be read of it: somebody who has left needs no other side, but a number and a readable last day.
    """
    why = table.unjoined[table.unjoined.index.isin(lines)]
    if why.empty:
        return found
    follows = [part["line"].isin(why.index) & part["code"].eq("missing") & part["column"].ne("employee_id") for part in found.rejected]
    others = [part[~which] for part, which in zip(found.rejected, follows, strict=True)]
    return replace(found, rejected=[*others, *(faults.fault_rows(why.index[why.eq(code)], "", str(code)) for code in why.unique())])


def _malformed(table: reading.RawTable) -> pd.DataFrame:
    if table.misplaced is not None:
        return faults.fault_rows(table.malformed.index, "", "fields", list(table.misplaced))
    header = [table.fields.get(file_of(line), len(table.header)) for line in table.malformed.index]
    messages = [f"The line has {fields} fields, the header {names}." for fields, names in zip(table.malformed, header, strict=True)]
    return faults.fault_rows(table.malformed.index, "", "fields", messages)


def _roster(valid: pd.DataFrame, in_scope: pd.Series, bridged: pd.Series, people: People, days: employed.Days) -> pd.DataFrame:
    roster = valid.reset_index(names="line").astype({"line": "int64"})
    bridged = bridged.reindex(roster["line"]).set_axis(roster.index)
    roster = roster.assign(employment=employed.standing(roster, people, days, bridged))
    if people.starts_ahead:
        roster = roster.assign(**{employed.AHEAD: employed.ahead(roster, days, bridged)})
    kept = in_scope.to_numpy()
    for column in set() if kept.all() else set(roster.columns) - {*OUT_OF_SCOPE_COLUMNS, "employment", employed.AHEAD}:
        roster[column] = roster[column].where(kept)
    return roster.assign(in_scope=kept)


def _notes(entries: pd.DataFrame, roster: pd.DataFrame) -> pd.DataFrame:
    """Only of people who are used, and of what is kept of the others."""
    used, outside = roster.loc[roster["in_scope"], "line"], roster.loc[~roster["in_scope"], "line"]
    kept = entries["line"].isin(used) | (entries["line"].isin(outside) & entries["column"].isin([*OUT_OF_SCOPE_COLUMNS, *MANAGER_COLUMNS]))
    return entries[kept].reset_index(drop=True)
