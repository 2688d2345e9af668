"""An HR file as it came: from its bytes to a frame of text, one row a line, indexed by line number.

Belongs here: which kind of file it is, the words for nothing. Does not belong here: the day in its name (``roster.reading.naming``),
archives (``roster.reading.unpacking``), several files (``roster.reading.several``), rows of text (``roster.reading.delimited``,
``roster.reading.fixed_width``), rows of a sheet (``roster.reading.workbook``), what the columns mean (``roster.intake.mapping``).
"""

from collections.abc import Collection
from dataclasses import replace

from roster.reading import delimited, fixed_width, several, workbook
from roster.reading.table import RawTable, emptied
from roster.reading.unpacking import is_workbook, unpack
from roster.settings import CsvFormat
from roster.unfit import Unfit

__all__ = ["RawTable", "emptied", "read"]


def read(data: bytes, format: CsvFormat, wanted: set[str] | None, number: Collection[str] = ()) -> RawTable:
    """Read the file.

    Args:
        data: The bytes as they came: text, a workbook, or one of them packed; of several files, all of them (`roster.reading.several`).
        format: How they become rows.
        wanted: The columns to keep. All others are dropped here and go no further. None keeps all, to look at an unknown file.
        number: Of these, the columns that the employee number is made of: by it a row that went wrong is told from a footer.

    Raises:
        Unfit: The file as a whole cannot be read with these settings.
    """
    if format.files:
        return several.read(data, format, wanted, number, read)
    content = unpack(data)
    if is_workbook(content):
        if format.positions:
            message = "The settings say which characters of a line are which column, and the file is a workbook."
            raise Unfit("workbook", message, "Have HR send text as agreed, or leave out `positions`.")
        table = workbook.read(content, format, wanted, number)
        return replace(table, frame=emptied(table.frame, format.empty))
    if format.sheet is not None:
        raise Unfit(
            "workbook", "The settings name a sheet, and the file is no workbook.", "Have HR send .xlsx as agreed, or leave out `sheet`."
        )
    table = fixed_width.read(content, format, wanted, number) if format.positions else delimited.read(content, format, wanted, number)
    return replace(table, frame=emptied(table.frame, format.empty))
