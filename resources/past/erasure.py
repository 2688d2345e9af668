"""Everything that is kept about one person: handing it out, and forgetting it.

Belongs here: one person in ledger, stored values and files together. Does not belong here: what is old (``resources.past.retention``),
commands.

Stored values and reports name people in ways that no search is sure to find (HR's file as it came, a name in a reply): to forget someone
they are deleted whole. Runs read them anew.
"""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import pandas as pd

from resources import owner_only
from resources.failures import Permanent, Transient
from resources.hr import kept as kept_files
from resources.hr import opening
from resources.ledger import Ledger
from resources.ledger.mentions import NUMBERED, PersonalColumns, Who, about
from resources.past.status import under_way
from resources.stored.reports import StoredReports
from resources.stored.runs import StoredRuns
from roster.intake import mapping
from roster.intake.changes import HEADING, NUMBER, before_in, file_in, forgetting
from roster.reading import file as reading
from roster.reading import joining, several
from roster.reading.lines import EACH, line_text, of_file
from roster.settings import CsvFormat, People
from roster.unfit import Unfit

_OURS: Final = PersonalColumns(numbers=("employee_id", "person", "number"), addresses=("email", "account"))

EXPORT: Final = "hr/export"
FORGETTING: Final = "forgotten"
"""How what is stored in place of a run begins, when somebody was forgotten."""

OUT_OF_REACH: Final = (
    "HR's files, here and on HR's server, the list that was put back there, and what HR's own system holds",
    "the accounts at the destinations",
    "backups of the ledger and of stored values",
    "what an object store keeps of deleted files by its own rules: former versions, files that can be brought back",
    "Dagster's records: they hold employee numbers, and go with their runs (rollcall purge)",
    "rows of HR's file without a readable number: of them the ledger has only the line and what was wrong",
    "who accepted a file or released changes: names as somebody typed them",
    "files that were written to be delivered by hand (rollcall feed), and those that lie ready for a destination to fetch, some hours long",
    "what a terminal, a spreadsheet or a mail still shows",
)
"""What neither forgetting nor handing out reaches."""


def everything(
    ledger: Ledger,
    stored: StoredRuns,
    employee_id: str,
    format: CsvFormat | None,
    personal: PersonalColumns,
    people: People | None = None,
) -> dict[str, Any]:
    """All that is kept about a person, as JSON.

    Args:
        ledger: The company's ledger.
        stored: Its stored values.
        employee_id: As HR writes it.
        format: How HR's file reads; without it the rows of the file itself are named by line only.
        personal: What the destinations' own records call a number and an address.
        people: What the columns of HR's file mean, by which the headers of several are found.
    """
    addresses = frozenset({*ledger.people.addresses(employee_id), *_addresses(stored, employee_id)})
    who = Who(employee_id, addresses, frozenset({*NUMBERED, *personal.numbers}))
    values = {run_id: theirs for run_id in sorted(stored.last_written()) if (theirs := _stored(stored, run_id, who, personal))}
    rows = {run_id: lines for run_id in values if (lines := _rows_of_file(stored, run_id, employee_id, format, people))}
    return {
        "company": ledger.company,
        "employee_id": employee_id,
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "ledger": _plain(ledger.people.rows_about(employee_id)),
        "stored values, by run": values,
        "rows of HR's file, by run": rows,
        "not in here": list(OUT_OF_REACH),
    }


def write(file: Path, found: dict[str, Any]) -> None:
    """Write what was found to a file that must not be there yet, for its owner alone.

    Raises:
        FileExistsError: It is there.
    """
    owner_only.write_new(file, json.dumps(found, indent=2, ensure_ascii=False).encode())


def forget(ledger: Ledger, stored: StoredRuns, employee_id: str, people: People | None = None) -> dict[str, int]:
    """Delete all that is kept about a person.

    Args:
        ledger: The company's ledger.
        stored: Its stored values.
        employee_id: As HR writes it.
        people: What the columns of HR's file mean, for those that refer to people; None: the settings cannot be read.

    Returns:
        What was deleted, in figures.

    Raises:
        Transient: A run is under way, and would bring them back.
        Failed: The storage keeps something. It can be done again.
    """
    if under_way(ledger, ledger.runs.all()):
        raise Transient(f"A run of {ledger.company} is under way, and has them in hand.", "Run again a minute after it has ended.")
    with ledger.leases.hold("forget"):
        # Before the values go: they may know an address that the ledger does not.
        addresses = _addresses(stored, employee_id)
        rows = ledger.people.forget(employee_id, addresses)
        runs = _delete_stored(stored, employee_id, addresses, people)
        reports = StoredReports(ledger.company).delete_all()
        for part in kept_files.folder().glob(f"*.{kept_files.PART}"):
            part.unlink(missing_ok=True)
        kept_files.drop_naming(employee_id)
    return {"ledger rows": sum(rows.values()), "runs with stored values": runs, "runs with reports": reports}


def _delete_stored(stored: StoredRuns, employee_id: str, addresses: set[str], people: People | None) -> int:
    """Delete what every run stored; how many runs that were.

    What the next changes are put on stays without the person: no file of HR's would bring the others back.
    """
    run = stored.newest_of(EXPORT)
    rows = stored.entry(run, EXPORT, "rows") if run else None
    if run is None or rows is None:
        return stored.delete_all()
    own = {name: stored.entry(run, EXPORT, name) for name in ("position", "before", "facts")}
    kept = f"{FORGETTING}-{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
    stored.put(kept, EXPORT, {**own, "rows": forgetting(rows, employee_id, addresses, people)})
    return stored.delete_all(but=kept)


def _addresses(stored: StoredRuns, employee_id: str) -> set[str]:
    frames = (stored.entry(run_id, "hr/roster", "value") for run_id in stored.last_written())
    mine = (frame.loc[frame["employee_id"] == employee_id, "email"].dropna() for frame in frames if frame is not None)
    return {str(text).lower() for addresses in mine for text in addresses}


def _stored(stored: StoredRuns, run_id: str, who: Who, personal: PersonalColumns) -> dict[str, Any]:
    """Asset and entry → the rows or parts that are theirs."""
    found: dict[str, Any] = {}
    for asset, name in stored.entries(run_id):
        value = stored.entry(run_id, asset, name)
        if isinstance(value, pd.DataFrame):
            part: Any = _records(_theirs(value, who, personal))
        else:
            part = None if isinstance(value, bytes) else about(value, who)
        if part:
            found[f"{asset}: {name}"] = part
    return found


def _theirs(frame: pd.DataFrame, who: Who, personal: PersonalColumns) -> pd.DataFrame:
    mine = pd.Series(False, index=frame.index)
    numbers, addresses = {*_OURS.numbers, *personal.numbers}, {*_OURS.addresses, *personal.addresses}
    for name in frame.columns.intersection([*numbers, *addresses]):
        text = frame[name].astype("str")
        mine |= text.eq(who.number) if name in numbers else text.str.lower().isin(who.addresses)
    return frame[mine]


def _rows_of_file(
    stored: StoredRuns, run_id: str, employee_id: str, format: CsvFormat | None, people: People | None = None
) -> list[dict[str, Any]]:
    """Their rows as HR wrote them, columns that no rule reads among them."""
    dispositions = stored.entry(run_id, "hr/rejects", "dispositions")
    content = stored.entry(run_id, "hr/export", "content")
    if dispositions is None or content is None:
        return []
    lines = dispositions.loc[dispositions["employee_id"] == employee_id, "line"].tolist()
    rows: list[dict[str, Any]] = []
    try:
        # What is wanted of it is not known here, by which its header was found.
        facts = stored.entry(run_id, "hr/rejects", "facts") or {}
        format = format and format.model_copy(update={"header_line": facts.get("header_line") or format.header_line})
        content = opening.plain(content, format) if format else content
        if format and format.changes:
            rows = _rows_before(content, employee_id)
            content, format = file_in(content), format.of_changes(None)
        table = _as_written(content, format, people) if format else pd.DataFrame()
    except (Unfit, Permanent, KeyError):  # the settings are for another file by now, or its key is gone
        table = pd.DataFrame()
    return [*({"line": _called(line), **(_records(table.loc[[line]])[0] if line in table.index else {})} for line in lines), *rows]


def _as_written(content: bytes, format: CsvFormat, people: People | None) -> pd.DataFrame:
    """All columns by line; of several files each by itself, also where titles stand above its header."""
    if not format.files:
        return reading.read(content, format, None).frame
    parts, tables = several.taken_apart(content), []
    joined = next((own.join for own in format.files.values() if own.join), None)
    for place, (name, own) in enumerate(format.files.items(), 1):
        columns = joining.wanted(mapping.wanted(people), joined, own.join is not None) if people else None
        line = reading.read(parts[name], own, columns).header_line if columns and not (own.columns or own.positions) else None
        frame = reading.read(parts[name], own.model_copy(update={"header_line": line or own.header_line}), None).frame
        tables.append(frame.set_axis(of_file(frame.index, place)))
    return pd.concat(tables)


def _rows_before(content: bytes, employee_id: str) -> list[dict[str, Any]]:
    """What their rows said in the roster on which a file of changes was put."""
    before = before_in(content)
    if before is None:
        return []
    mine = _records(before[before[NUMBER] == employee_id])
    rows = [{name.removeprefix(HEADING): text for name, text in row.items() if name.startswith(HEADING)} for row in mine]
    return [{"line": "of the roster before", **row} for row in rows]


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    plain = frame.astype("object").where(frame.notna(), None)
    return [{str(name): value for name, value in row.items() if value is not None} for row in _plain(plain.to_dict("records"))]


def _called(line: Any) -> Any:
    """A line as people call it, where it is one of several files or of the roster before."""
    return line_text(int(line)) if isinstance(line, int | float) and line >= EACH else _plain(line)


def _plain(value: Any) -> Any:
    """As JSON takes it."""
    if isinstance(value, dict):
        return {str(key): _called(entry) if key == "line" else _plain(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_plain(entry) for entry in value]
    if isinstance(value, date | datetime):
        return value.isoformat()
    return value if isinstance(value, str | int | float | bool) or value is None else str(value)
