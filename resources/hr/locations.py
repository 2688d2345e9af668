"""What a company's YAML says about where HR's export is, and by which variables the secrets come that open it.

Belongs here: the strict models of that. Does not belong here: what else is agreed of it (``resources.hr.agreed``), how the file's bytes
become rows (``roster.settings``), how to get into a server (``resources.ssh.settings``), and the clients.
"""

import fnmatch
import posixpath
from collections.abc import Mapping
from typing import ClassVar, Final, Literal, Self

from pydantic import Field, field_validator, model_validator

from resources.hr.agreed import AsAgreed, besides
from resources.hr.url_settings import UrlSource
from resources.ssh.settings import SshServer
from roster.settings import Changes, CsvFormat, Joined, Strict

_DECIMAL_POINT: Final = {
    *("Europe/London", "Europe/Dublin", "Europe/Belfast", "Europe/Guernsey", "Europe/Jersey", "Europe/Isle_of_Man"),
    *("Europe/Gibraltar", "Europe/Malta"),
}
"""Where in Europe a number has a point, and a list commas."""

PLACE: Final = "{file}"
"""What stands in a source's `path` or `url` for the name of each of several files."""


class CsvSource(AsAgreed, CsvFormat):
    """HR's export as a file on this machine."""

    path: str = Field(min_length=1)
    """A file, or a pattern such as ``inbox/*.csv``, relative to the company's folder."""
    newest: Literal["name", "modified"] = "name"
    """Which of several matching files is the newest: the last by name, or the last modified."""

    PLACED_BY: ClassVar[str] = "path"
    """What of the settings says where the file is."""

    @property
    def place(self) -> str:
        """Where the file is."""
        return self.path

    def elsewhere(self, place: str) -> Self:
        """The same for a file at another place."""
        return self.model_copy(update={"path": place})


class SftpSource(AsAgreed, CsvFormat, SshServer):
    """HR's export as a file on an SFTP server."""

    path: str = Field(min_length=1)
    """A file, or a pattern in one folder such as ``out/people_*.csv``; without a slash in front it begins where the login ends up."""
    newest: Literal["name", "modified"] = "name"
    """Which of several matching files is the newest: the last by name, or the last modified."""
    done_marker: str | None = None
    """Name of a file that says that the export is complete; ``{name}`` is the export's name, ``{stem}`` that without its ending."""
    afterwards: Literal["leave", "archive", "delete"] = "leave"
    """What becomes of the file once it has landed."""
    archive: str | None = None
    """The folder for `afterwards: archive`, beside the file unless it begins with a slash."""
    follow_links: bool = False
    """Read a link that leads out of the folder, too. One that leads to a file in the folder or below is read anyway."""

    PLACED_BY: ClassVar[str] = "path"
    """What of the settings says where the file is."""

    @property
    def place(self) -> str:
        """Where the file is."""
        return self.path

    def elsewhere(self, place: str) -> Self:
        """The same for a file at another place.

        Raises:
            ValueError: It is no place.
        """
        return self.model_copy(update={"path": self._one_folder(place)})

    @field_validator("path")
    @classmethod
    def _one_folder(cls, value: str) -> str:
        folder, name = posixpath.split(value)
        if not name or any(character in folder for character in "*?["):
            raise ValueError("a file, or a pattern in one folder: * ? [ may stand in the last part only")
        return value

    @field_validator("done_marker")
    @classmethod
    def _marker_name(cls, value: str | None) -> str | None:
        if value is not None and (not value or "/" in value or value == "{name}"):
            raise ValueError("the name of another file in the same folder, such as {name}.done")
        return value

    @property
    def beside(self) -> list[str]:
        """How the files are called that must lie beside the export before it counts."""
        return besides(self.done_marker, self)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if (self.afterwards == "archive") != bool(self.archive):
            raise ValueError("archive names the folder for `afterwards: archive`, and belongs to nothing else")
        return self


class OneOfSeveral(AsAgreed, CsvFormat):
    """One of several files that are one roster: what of it is otherwise than the source says."""

    path: str | None = Field(default=None, min_length=1)
    """The file or pattern, in place of the source's `path`, whose ``{file}`` is the name under which this stands."""
    url: str | None = Field(default=None, min_length=1)
    """The same where the source has a `url`."""
    joined: Joined | None = None
    """That it has no people of its own, but says more of those of the other files."""

    @model_validator(mode="after")
    def _in_common(self) -> Self:
        if "decimal" in self.model_fields_set:
            raise ValueError("decimal is the same for all files: it stands in the source")
        return self


class FullAndChanges(Changes):
    """Files of changes, and now and then one with everyone."""

    full: str = Field(min_length=1)
    """The file with everyone, or its pattern, as `path` or `url` of the source names those of changes."""


Source = CsvSource | SftpSource | UrlSource
"""A place where HR's export may be."""


def each(source: Source, files: Mapping[str, OneOfSeveral]) -> dict[str, Source]:
    """The source of each of several files: what is common is said once.

    Args:
        source: As the settings have it, with ``{file}`` in its `path` or `url`.
        files: What each file is called → what is otherwise.

    Raises:
        ValueError: A path is none, or the same for two.
    """
    found: dict[str, Source] = {}
    for name, own in files.items():
        by, other = source.PLACED_BY, "url" if source.PLACED_BY == "path" else "path"
        if getattr(own, other):
            raise ValueError(f"{name} has a {other} of its own, and the source a {by}: give each file a {by}")
        given = {field: getattr(own, field) for field in own.model_fields_set - {"path", "url", "joined"}}
        _check_together(name, source, given)
        place = getattr(own, by) or source.place.replace(PLACE, name)
        found[name] = source.model_copy(update=given).elsewhere(place).joined_by(own.joined)
    if len({one.place for one in found.values()}) < len(found):
        by = source.PLACED_BY
        raise ValueError(f"two files are the same: write {PLACE} into the source's {by}, or give each a {by} of its own")
    beside = [name for name, one in found.items() if one.join]
    if len(beside) > 1 or len(beside) == len(found) > 0:
        raise ValueError("one file may be joined to the people of the others, and no more")
    return found


_INSTEAD: Final = (
    *((name, "positions") for name in ("delimiter", "quote", "escape", "columns", "sheet")),
    ("header_line", "columns"),
    ("columns", "header_line"),
)
"""What says of one file how it reads, and what of all files it would stand beside in vain."""


def _check_together(name: str, source: CsvFormat, given: Mapping[str, object]) -> None:
    """Whether what one of several files has of its own makes sense with what all have.

    Raises:
        ValueError: It does not.
    """
    for field, other in _INSTEAD:
        if given.get(field) is not None and getattr(source, other) is not None and other not in given:
            raise ValueError(f"{name} has {field}, and all files {other}, which says otherwise: give {name} `{other}: null`")


def means_all_of(pattern: str, other: str) -> bool:
    """Whether each file that one pattern means is meant by another one of the same folder."""
    (folder, name), (beside, names) = posixpath.split(pattern), posixpath.split(other)
    return folder == beside and fnmatch.fnmatchcase(names, name)


class PutBack(SshServer):
    """Where on an SFTP server HR finds what it has to mend."""

    folder: str = Field(min_length=1)
    """The folder, which must be there; without a slash in front it begins where the login ends up."""
    form: Literal["xlsx", "csv"] = "xlsx"
    """A workbook, or CSV."""


class Skipped(Strict):
    """The list for HR of who and what was not brought in (`skipped_employees`)."""

    separator: Literal[";", ",", "\t"] | None = None
    """What separates the fields of `skipped_employees.csv`, so that a spreadsheet opens it as a table. By default a semicolon where HR's
    file has a decimal comma or semicolons itself, or the time zone is one of the European continent; else a comma."""
    put_back: PutBack | None = None
    """Put a file for each owner on an SFTP server after every sync, in place of the last one."""

    def separates(self, format: CsvFormat, timezone: str) -> str:
        """What separates the fields of the list.

        Args:
            format: How HR's file reads.
            timezone: The company's.
        """
        if self.separator:
            return self.separator
        if format.decimal:
            return ";" if format.decimal == "," else ","
        continent = timezone.startswith("Europe/") and timezone not in _DECIMAL_POINT
        return ";" if format.delimiter == ";" or continent else ","
