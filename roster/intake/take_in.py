"""From the bytes of an HR file to people, with every row accounted for.

Belongs here: the order of the steps, who is in scope and employed on the day of the export, what became of every row, the counts of all
that. Does not belong here: the steps that have a module of their own, and what a destination makes of a person.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, tzinfo
from functools import partial

import numpy as np
import pandas as pd

from roster.intake import damage, dates, faults, history, mapping, numbers, private, references, scope, standing
from roster.intake import leavers as leaving
from roster.intake.facts import FileFacts
from roster.intake.links import Linked, link
from roster.intake.validation import is_employee_id, says_nothing, validate
from roster.reading import file as reading
from roster.rules import UNREAD
from roster.settings import CsvFormat, People
from roster.vocabulary import MANAGER_COLUMNS

GROUPED = ("company_code", "department")
"""By whose values rows are counted, where they are mapped."""

MOST_GROUPS = 1000
"""Of a column with more distinct values nothing is counted: it groups nobody."""

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


def take_in(
    data: bytes,
    format: CsvFormat,
    people: People,
    as_of: date,
    on_step: Callable[[str], None] = lambda step: None,
    *,
    zone: tzinfo | None = None,
    remembered: pd.Series | None = None,
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

    Raises:
        Unfit: The file as a whole cannot be trusted.
        roster.rules.MissingColumn: The settings name a column that is not there.
    """
    on_step(STEPS[0])
    table = reading.read(data, format, mapping.wanted(people), people.columns["employee_id"].reads())
    on_step(STEPS[1])
    table = replace(table, frame=reading.emptied(damage.mended(table.frame, people), format.empty))
    mapped = mapping.apply(people, table.frame, dates.Calendar(as_of, zone, workbook=table.encoding == "xlsx"))
    damage.check_numbers(people, table.frame, mapped.frame)
    superseded = history.superseded(people.history, table.frame, mapped)
    current = superseded.isna()
    damaged = damage.damaged(people, table.frame, mapped.frame)
    unusable = pd.concat([damaged, numbers.misplaced(mapped.frame, remembered)], ignore_index=True)
    rows = mapped.frame.assign(employee_id=_readable(mapped.frame["employee_id"], unusable))
    live = mapped.of(current)
    on_step(STEPS[2])
    damaged, unusable = (part[part["line"].isin(live.frame.index)] for part in (damaged, unusable))
    found = validate(live, people, unusable, decimal=format.decimal, numbers=table.encoding == "xlsx")
    settled = leaving.settle(found, rows.loc[current, "employee_id"], _standing(found.frame, as_of))
    validated, saying = settled.validated, settled.saying
    superseded = superseded.fillna(settled.superseded.reindex(superseded.index))
    current = superseded.isna()
    rows = rows.assign(email=validated.frame["email"].reindex(rows.index).where(current, rows["email"]))
    unwanted = [*validated.rejected, *history.collisions(rows[current]), _malformed(table)]
    rejects = faults.entries([*unwanted, *saying.marks(unwanted)], mapped.frame, rows["employee_id"], people)
    valid = validated.frame[~validated.frame.index.isin(rejects["line"])]
    if valid.empty:
        raise faults.no_usable_row(rejects, table.rows - len(table.nobody))
    in_scope = scope.in_scope(people.scope, valid, saying.numbered, remembered)
    on_step(STEPS[3])
    here = current & ~saying.numbered.reindex(current.index, fill_value=False)  # a key that was given on leads to whoever has it now
    linked = link(_referring(rows, mapped, superseded), table.frame, here, people, valid.index)
    on_step(STEPS[4])
    roster = _roster(_with_managers(valid, linked), in_scope, as_of)
    managers = references.count(roster, rows, table.frame, people, remembered, mapped.unread)
    dispositions = _dispositions(table, rows, superseded, rejects, in_scope)
    facts = replace(
        _facts(table, format, dispositions, roster, people),
        managers=managers,
        private=private.mapped(people, table.frame, mapped.frame),
        groups=_groups(mapped.frame[current], people),
        collided=_lines_of(rejects, rejects["code"].str.startswith("duplicate_")),
        rejected_leavers=_lines_of(rejects, rejects["code"].eq(leaving.SAYS_LEFT)),
        damaged=int(damaged["line"].nunique()),
        standing=standing.counts(roster[roster["in_scope"]], as_of),
        contradicting=standing.contradicting(roster[roster["in_scope"]], as_of) if "worker_status" in people.columns else 0,
    )
    shared = damage.shared_accounts(roster) if people.one_account_each else damage.NOTHING
    dropped = [*validated.dropped, *linked.dropped, shared]
    rejects = numbers.named(rejects, pd.concat([roster["employee_id"], *([remembered] if remembered is not None else [])]))
    notes = _notes(faults.entries(dropped, mapped.frame, rows["employee_id"], people), roster)
    names = _rejected_names(mapped.frame, rejects)
    return IntakeResult(_without(roster, shared, dropped), rejects, notes, dispositions, facts, table.trailer_date, names)


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
    return employee_id.where(is_employee_id(employee_id) & ~says_nothing(employee_id) & ~employee_id.index.isin(lines))


def _referring(rows: pd.DataFrame, mapped: mapping.Mapped, superseded: pd.Series) -> pd.DataFrame:
    """The rows as they refer to each other: no half of a reference counts as one, and a number that was given on is not its former
    holder's."""
    halves = {name: rows[name].mask(codes.notna()) for name, codes in mapped.unread.items() if name in MANAGER_COLUMNS}
    return rows.assign(**halves, employee_id=rows["employee_id"].mask(superseded.eq(leaving.GIVEN_ON).fillna(False)))


def _without(roster: pd.DataFrame, shared: pd.DataFrame, dropped: list[pd.DataFrame]) -> pd.DataFrame:
    """The people without the accounts that several have, and with what of theirs was dropped."""
    unread = faults.columns_by_line(dropped).reindex(roster["line"]).set_axis(roster.index).astype("str")
    unread = unread.str.replace("manager_name", "manager_name|manager_id", regex=False)  # rules read the number that a name comes to
    return roster.assign(**damage.without(roster, shared), **{UNREAD: unread})


def _with_managers(valid: pd.DataFrame, linked: Linked) -> pd.DataFrame:
    addresses = linked.manager_email[valid.index].where(valid["manager_email"].notna())
    return valid.assign(manager_id=linked.manager_id[valid.index], manager_email=addresses)


def _rejected_names(frame: pd.DataFrame, rejects: pd.DataFrame) -> pd.DataFrame:
    """`IntakeResult.rejected_names`; of a line that does not fit the header nothing is known."""
    of = frame.loc[frame.index.isin(rejects["line"]), ["employee_id", "first_name", "last_name"]].astype("str")
    once = of["last_name"].mask(of["last_name"].eq(of["first_name"]))  # a whole name that nobody could split
    name = (of["first_name"].fillna("") + " " + once.fillna("")).str.strip()
    names = pd.DataFrame({"line": of.index.astype("int64"), "employee_id": of["employee_id"].to_numpy(), "name": name.to_numpy()})
    return names[names["name"].ne("")].astype({"employee_id": "str", "name": "str"})


def _malformed(table: reading.RawTable) -> pd.DataFrame:
    messages = [f"The line has {fields} fields, the header {len(table.header)}." for fields in table.malformed]
    return faults.fault_rows(table.malformed.index, "", "fields", messages)


def _roster(valid: pd.DataFrame, in_scope: pd.Series, as_of: date) -> pd.DataFrame:
    roster = valid.reset_index(names="line").astype({"line": "int64"})
    standing = _standing(roster, as_of)
    kept = in_scope.to_numpy()
    for column in set(roster.columns) - set(OUT_OF_SCOPE_COLUMNS):
        roster[column] = roster[column].where(kept)
    return roster.assign(employment=standing, in_scope=kept)


def _standing(frame: pd.DataFrame, as_of: date) -> pd.Series:
    return employment(frame["worker_status"], frame["start_date"], frame["end_date"], as_of)


def employment(status: pd.Series, start_date: pd.Series, end_date: pd.Series, as_of: date) -> pd.Series:
    """``vocabulary.Employment`` of each person.

    An end date before the start date is what a rejoiner brings along from last time, and ends nothing. The last day is a day of work:
    someone with an end date of today is still there, whatever the status says already. An end date that cannot be meant
    (`roster.intake.dates.no_end`) is none.

    Args:
        status: ``vocabulary.WORKER_STATUSES``.
        start_date: ISO text, or NaN.
        end_date: ISO text, or NaN.
        as_of: The day that counts as today.
    """
    today = as_of.isoformat()
    end_date = end_date.mask(dates.no_end(end_date))
    ended = (end_date < today) & ~(start_date > end_date)
    left = ended | ((status == "Terminated") & ~(end_date >= today))
    result = pd.Series("active", index=status.index, dtype="str")
    result = result.mask(status == "On Leave", "leave")
    result = result.mask((status == "Pending") | (start_date > today), "pending")
    return result.mask(left, "left")


def _notes(entries: pd.DataFrame, roster: pd.DataFrame) -> pd.DataFrame:
    """Only of people who are used, and of what is kept of the others."""
    used, outside = roster.loc[roster["in_scope"], "line"], roster.loc[~roster["in_scope"], "line"]
    kept = entries["line"].isin(used) | (entries["line"].isin(outside) & entries["column"].isin([*OUT_OF_SCOPE_COLUMNS, *MANAGER_COLUMNS]))
    return entries[kept].reset_index(drop=True)


def _dispositions(
    table: reading.RawTable, rows: pd.DataFrame, superseded: pd.Series, rejects: pd.DataFrame, in_scope: pd.Series
) -> pd.DataFrame:
    lines = table.frame.index.append([table.malformed.index, table.nobody.index]).sort_values()
    reason = superseded.reindex(lines).astype("str")
    disposition = pd.Series("used", index=lines, dtype="str").mask(reason.notna(), "superseded")
    nobodys = lines.isin(table.nobody.index)
    disposition, reason = disposition.mask(nobodys, "nobody"), reason.mask(nobodys, table.nobody.reindex(lines).astype("str"))
    outside = ~in_scope.reindex(lines, fill_value=True).astype(bool)
    disposition, reason = disposition.mask(outside, "out_of_scope"), reason.mask(outside, "scope")
    codes = rejects.drop_duplicates(["line", "code"]).sort_values("code").groupby("line")["code"].agg("|".join)
    rejected = lines.isin(codes.index)
    disposition, reason = disposition.mask(rejected, "rejected"), reason.mask(rejected, codes.reindex(lines).astype("str"))
    return pd.DataFrame(
        {
            "line": lines.astype("int64"),
            "employee_id": rows["employee_id"].reindex(lines).astype("str").to_numpy(),
            "disposition": disposition.to_numpy(),
            "reason": reason.to_numpy(),
        }
    ).astype({"employee_id": "str", "disposition": "str", "reason": "str"})


def _facts(table: reading.RawTable, format: CsvFormat, dispositions: pd.DataFrame, roster: pd.DataFrame, people: People) -> FileFacts:
    counted = dispositions["disposition"].value_counts()
    used = roster[roster["in_scope"]]
    spared = used["employment"].eq("left")

    def filled(name: str) -> float:
        # What leavers need not have, and HR systems take away from them, does not make a column emptier.
        there = used[name].notna() | spared
        return round(float(np.mean(there)), 4) if len(used) else 0.0

    return FileFacts(
        rows=table.rows,
        used=int(counted.get("used", 0)),
        superseded=int(counted.get("superseded", 0)),
        out_of_scope=int(counted.get("out_of_scope", 0)),
        nobody=int(counted.get("nobody", 0)),
        rejected=int(counted.get("rejected", 0)),
        fill_rates={name: filled(name) for name in people.columns},
        encoding=table.encoding,
        delimiter=format.delimiter,
        header=table.header,
        header_line=table.header_line,
        trailer_date=table.trailer_date.isoformat() if table.trailer_date else None,
    )


def _groups(frame: pd.DataFrame, people: People) -> dict[str, dict[str, int]]:
    """Column → value → rows, of all rows that count, rejected and out of scope among them."""
    counts = {name: frame[name].value_counts() for name in GROUPED if name in people.columns}
    return {
        name: {str(value): int(count) for value, count in found.items()} if len(found) <= MOST_GROUPS else {}
        for name, found in counts.items()
    }


def _lines_of(rejects: pd.DataFrame, which: pd.Series) -> int:
    return int(rejects.loc[which, "line"].nunique())
