"""What a company's YAML says of how its file's bytes become rows, of one file, of several, or of changes.

Belongs here: the strict models of that. Does not belong here: where a file is (``resources.hr.locations``), what its rows mean
(``roster.settings``).
"""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, PrivateAttr, field_validator, model_validator

from roster.reading import naming, positions
from roster.strict import Strict, Where, listed

Position = Annotated[str, BeforeValidator(positions.checked, json_schema_input_type=str)]
"""The first and the last character of a column of fixed width, counted from 1: ``1-8``."""


def _same_name(value: Any) -> Any:
    """A column that both have by one name, or several."""
    names = [value] if isinstance(value, str) else value
    return {name: name for name in names} if isinstance(names, list) and all(isinstance(one, str) for one in names) else names


class Joined(Strict):
    """How a file beside the people is joined to them."""

    by: Annotated[dict[str, str], BeforeValidator(_same_name, json_schema_input_type=str | list[str] | dict[str, str])] = Field(
        min_length=1
    )
    """The column of this file that has a person's key → the column of the people's file; one name where both are the same."""
    gives: list[str] = Field(min_length=1)
    """The columns that come from this file. A heading that both files have is this one's here."""


class CsvFormat(Strict):
    """How the file's bytes become rows."""

    delimiter: str = Field(default=",", min_length=1, max_length=1)
    """The character between fields."""
    encoding: str = "utf-8"
    """A Python codec name. UTF-8 may begin with a byte-order mark. ``auto`` takes what a detector proposes, if it stands up to a check."""
    quote: str | None = Field(default='"', max_length=1)
    """The character around fields; null where the file does not quote."""
    escape: Literal["doubled", "backslash"] = "doubled"
    """How a quote is written inside a quoted field: twice, or after a backslash."""
    decimal: Literal[".", ","] | None = None
    """The decimal sign of amounts. With it thousands marks and a currency are read too; without it only plain numbers (12000.50) are."""
    empty: Annotated[list[str], BeforeValidator(listed, json_schema_input_type=Any)] = Field(default=[])
    """Words that stand for an empty cell, in every column: such as NULL, ``-``, n/a. Exactly as they are written."""
    sheet: str | None = None
    """The sheet's name, for a workbook (.xlsx) that has several. Its dates, where cells hold them as dates, read as YYYY-MM-DD."""
    columns: list[str] | None = None
    """Column names for a file without a header line."""
    positions: dict[str, Position] | None = Field(default=None, min_length=1)
    """For columns of fixed width: column → its first and last character, counted from 1: ``{Number: 1-8, Name: 9-40}``."""
    header_line: int | None = Field(default=None, ge=1)
    """The line of the header (1-based), where titles stand above it; by default the first that has all headings which the settings want."""
    comment: str | None = None
    """Lines that begin with this text are passed over."""
    trailer: str | list[str] | None = None
    """A regular expression for the file's last line, or a list of them for its last lines, top to bottom. A group ``rows`` is compared with
    the rows read; ``date`` dates the file."""
    date_in_name: str | None = None
    """A regular expression with a group ``date`` that finds the export's date in the file's name: year first, or as 20.11.2026."""
    date_in_name_format: str | None = None
    """How that date is written where it is neither, such as ``%d-%m-%Y`` or ``%d%m%y``."""
    _files: dict[str, "CsvFormat"] = PrivateAttr(default_factory=dict)
    _changes: "Changes | None" = PrivateAttr(default=None)
    _joined: Joined | None = PrivateAttr(default=None)

    @field_validator("trailer", "date_in_name")
    @classmethod
    def _compiles(cls, value: str | list[str] | None) -> str | list[str] | None:
        for pattern in value if isinstance(value, list) else [value] if value is not None else []:
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"not a regular expression: {error.msg}") from None
        return value

    @field_validator("date_in_name_format")
    @classmethod
    def _tells_a_day(cls, value: str | None) -> str | None:
        if value is not None and not naming.tells_a_day(value):
            raise ValueError("no format that tells a day, such as %d-%m-%Y")
        return value

    @model_validator(mode="after")
    def _dated_names(self) -> Self:
        if self.date_in_name is None:
            if self.date_in_name_format is not None:
                raise ValueError("date_in_name_format belongs to date_in_name")
            return self
        if "(?P<date>" not in self.date_in_name:
            raise ValueError("date_in_name needs a group named date: (?P<date>…)")
        if self.date_in_name_format is None and not naming.readable(self.date_in_name):
            raise ValueError("date_in_name finds dates of which nobody can tell day and month: give date_in_name_format, such as %d-%m-%Y")
        return self

    @model_validator(mode="after")
    def _one_header(self) -> Self:
        if self.columns is not None and self.header_line is not None:
            raise ValueError("columns names the columns of a file without a header, header_line says where one is: give one of them")
        return self

    @model_validator(mode="after")
    def _by_positions(self) -> Self:
        if self.positions is None:
            return self
        others = [name for name in ("delimiter", "quote", "escape", "columns", "sheet") if name in self.model_fields_set]
        if others:
            raise ValueError(f"positions says which columns there are and where: leave out {', '.join(others)}")
        positions.spans(self.positions)  # none overlaps
        return self

    @property
    def trailers(self) -> list[str]:
        """The patterns of the last lines, top to bottom."""
        return self.trailer if isinstance(self.trailer, list) else [] if self.trailer is None else [self.trailer]

    @property
    def files(self) -> Mapping[str, "CsvFormat"]:
        """Where several files are one roster: what each is called → how it reads, in their order. Empty for one file."""
        return self._files

    @property
    def changes(self) -> "Changes | None":
        """Where files have changes of the roster: how they are told. None where each file has everyone."""
        return self._changes

    def of_changes(self, changes: "Changes | None") -> Self:
        """The same for files of changes; None: for one with everyone."""
        made = self.model_copy()
        made._changes = changes
        return made

    @property
    def join(self) -> Joined | None:
        """Of one of several files: how it is joined to the people; None where it has people itself."""
        return self._joined

    def joined_by(self, joined: Joined | None) -> Self:
        """The same for a file beside the people."""
        made = self.model_copy()
        made._joined = joined
        return made

    def of_files(self, files: Mapping[str, "CsvFormat"]) -> Self:
        """The same for several files, which are one roster."""
        made = self.model_copy()
        made._files = dict(files)
        return made


class Changes(Strict):
    """How files of changes follow each other, and what in them says that somebody is gone."""

    deleted: Where | None = None
    """Rows (by columns of the file) that say that their person is gone."""
    number_in_name: str | None = None
    """A regular expression with a group ``number`` that finds a running number in the file's name; by default they follow by their day."""
    every: Literal["day", "weekday", "week"] = "day"
    """Of which days there are files, where they follow by their day: of each, of each but Saturday and Sunday, of every seventh."""

    @field_validator("number_in_name")
    @classmethod
    def _numbered(cls, value: str | None) -> str | None:
        try:
            groups = re.compile(value).groupindex if value is not None else {"number": 1}
        except re.error as error:
            raise ValueError(f"not a regular expression: {error.msg}") from None
        if "number" not in groups:
            raise ValueError("number_in_name needs a group named number: (?P<number>…)")
        return value
