"""Several files that are one roster: their bytes as one value, and their rows as one table.

Belongs here: putting the bytes together so that the same files are the same bytes, taking them apart, stacking what each says, and joining
what is beside the people. Does not belong here: which files they are (``resources.hr.sets``), how one of them reads
(``roster.reading.file``).
"""

import io
import zipfile
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import date
from typing import Final

import pandas as pd

from roster.reading import joining, lines, naming
from roster.reading.table import RawTable
from roster.reading.unpacking import DAMAGED, UNKNOWN
from roster.settings import CsvFormat, Joined
from roster.unfit import Unfit

_ALWAYS: Final = (1980, 1, 1, 0, 0, 0)
"""The time that is written beside each: when a file came makes its content no other."""

ReadOne = Callable[[bytes, CsvFormat, set[str] | None, Collection[str]], RawTable]


def packed(files: Mapping[str, bytes]) -> bytes:
    """The files as one value: an archive without compression, each under the name that the settings have for it."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, _ALWAYS), content)
    return made.getvalue()


def taken_apart(data: bytes) -> dict[str, bytes]:
    """What `packed` put together.

    Raises:
        Unfit: It did not: the settings were for one file when it came.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return {name: archive.read(name) for name in archive.namelist()}
    except (*DAMAGED, *UNKNOWN):
        raise Unfit("files", "This is one file, and the settings name several.", "Take the files in anew, or correct `hr.files`.") from None


def day_by_name(name: str, names: Mapping[str, str], format: CsvFormat) -> date | None:
    """The day in a file's name, or in those of several; None where the settings look for none.

    Args:
        name: The file's name.
        names: Of several files, what each is called → its name.
        format: How they read.

    Raises:
        Unfit: A name has none where it should, or they have several.
    """
    if not format.files:
        return naming.day_in_name(name, format.date_in_name, format.date_in_name_format)
    days = {
        which: naming.day_in_name(names.get(which, ""), own.date_in_name, own.date_in_name_format) for which, own in format.files.items()
    }
    found = {which: day for which, day in days.items() if day}
    if len(set(found.values())) > 1:
        of_days = ", ".join(f"{which} of {day}" for which, day in found.items())
        raise Unfit("files", f"The files are of different days: {of_days}.", "Have HR send all files of one day.")
    return next(iter(found.values()), None)


def read(data: bytes, format: CsvFormat, wanted: set[str] | None, number: Collection[str], one: ReadOne) -> RawTable:
    """The rows of all files, those of the first before those of the second; a line has the number that `roster.reading.lines` gives it.

    Args:
        data: As `packed` gave them.
        format: How they read, with `files`.
        wanted: The columns to keep, which each file must have.
        number: Of these, the columns that the employee number is made of.
        one: Reads one file.

    Raises:
        Unfit: One of them cannot be read, or they are not the files that the settings name.
    """
    contents = taken_apart(data)
    if contents.keys() != format.files.keys():
        # Only by names of the settings: in an archive of HR's own, stored before there were several files, names may be anybody's.
        names = ", ".join(name for name in format.files if name not in contents) or f"there are {len(contents)}"
        raise Unfit("files", f"The files are not those that the settings name: {names}.", "Take the files in anew, or correct `hr.files`.")
    tables = {}
    joined = next((own.join for own in format.files.values() if own.join), None)
    for name, own in format.files.items():
        try:
            by = list(own.join.by) if own.join else number
            tables[name] = one(contents[name], own, joining.wanted(wanted, joined, own.join is not None), by)
        except Unfit as unfit:
            raise Unfit(unfit.code, f"{name}: {unfit.message}", unfit.advice) from None
    return _stacked(tables, joined, next((name for name, own in format.files.items() if own.join), ""), wanted)


def _stacked(tables: Mapping[str, RawTable], joined: Joined | None, beside: str, wanted: set[str] | None) -> RawTable:
    every = {name: _placed(table, place) for place, (name, table) in enumerate(tables.items(), 1)}
    placed = list(every.values())
    headers = [table.header for table in placed]
    days = {table.trailer_date for table in placed if table.trailer_date}
    if len(days) > 1:
        of_days = ", ".join(f"{name} of {table.trailer_date}" for name, table in tables.items() if table.trailer_date)
        raise Unfit("files", f"The files' trailers are of different days: {of_days}.", "Have HR send all files of one day.")
    stacked = [table for name, table in every.items() if name != beside]
    people = RawTable(
        frame=pd.concat([table.frame for table in stacked]),
        malformed=pd.concat([table.malformed for table in stacked]),
        header=headers[0] if all(header == headers[0] for header in headers) else [name for header in headers for name in header],
        rows=sum(table.rows for table in stacked),
        encoding=", ".join(dict.fromkeys(table.encoding for table in placed)),
        trailer_date=next(iter(days), None),
        nobody=pd.concat([table.nobody for table in stacked]),
        header_line=placed[0].header_line if len({table.header_line for table in placed}) == 1 else 1,
        fields={place: len(header) for place, header in enumerate(headers, 1)},
        readings=pd.concat([table.readings for table in stacked], ignore_index=True),
    )
    return joining.join(people, every[beside], joined, wanted) if joined else people


def _placed(table: RawTable, place: int) -> RawTable:
    def placed(rows: pd.Series) -> pd.Series:
        return rows.set_axis(lines.of_file(rows.index, place))

    frame = table.frame.set_axis(lines.of_file(table.frame.index, place))
    return replace(table, frame=frame, malformed=placed(table.malformed), nobody=placed(table.nobody))
