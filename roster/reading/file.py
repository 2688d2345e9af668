"""From the bytes of an HR file to a frame of text, one row a line, indexed by line number.

Belongs here: which kind of file it is. Does not belong here: archives (``roster.reading.unpacking``), rows of text
(``roster.reading.delimited``), rows of a sheet (``roster.reading.workbook``) and what the columns mean (``roster.intake.mapping``).
"""

from roster.reading import delimited, workbook
from roster.reading.table import Table
from roster.reading.unpacking import is_workbook, unpack
from roster.settings import CsvFormat
from roster.unfit import Unfit

__all__ = ["Table", "read"]


def read(data: bytes, format: CsvFormat, wanted: set[str] | None) -> Table:
    """Read the file.

    Args:
        data: The bytes as they came: text, a workbook, or one of them packed.
        format: How they become rows.
        wanted: The columns to keep. All others are dropped here and go no further. None keeps all, to look at an unknown file.

    Raises:
        Unfit: The file as a whole cannot be read with these settings.
    """
    content = unpack(data)
    if is_workbook(content):
        return workbook.read(content, format, wanted)
    if format.sheet is not None:
        raise Unfit(
            "workbook", "The settings name a sheet, and the file is no workbook.", "Have HR send .xlsx as agreed, or leave out `sheet`."
        )
    return delimited.read(content, format, wanted)
