"""What is known of an export as a whole: counts that name nobody, and what tells it from others.

Belongs here: these facts and the one way in which they are written and read as JSON, in stored values and in the ledger. Does not belong
here: counting (``roster.intake.take_in``), judging (``roster.intake.gate``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import date, datetime
from typing import Any, Self

from roster.intake.references import Managers
from roster.vocabulary import DISPOSITIONS

LEAVING = "rejected_leavers"
"""Of the rejected rows of one of several files, those that say that somebody has left."""


def rows_of(counted: Mapping[str, int]) -> int:
    """The rows of one of several files that are, or may be, a person's."""
    return sum(count for what, count in counted.items() if what not in ("nobody", LEAVING))


@dataclass(frozen=True)
class Accepted:
    """What of the gate somebody let a file pass in one run."""

    checks: Sequence[str]
    by: str
    reason: str
    over: Mapping[str, int] = field(default_factory=dict)
    """Destination → intake number of what an older file goes over."""
    days: Mapping[str, str] = field(default_factory=dict)
    """Destination → the later day, in ISO format, for which it had been written when somebody let an earlier one pass."""


@dataclass(frozen=True, kw_only=True)
class FileFacts:
    """What reading a file gave, in figures."""

    rows: int
    used: int = 0
    superseded: int = 0
    out_of_scope: int = 0
    nobody: int = 0
    rejected: int = 0
    rejected_leavers: int = 0
    """Of the rejected rows, those that say that somebody has left."""
    collided: int = 0
    """Rows that share a number or an address with another person's."""
    managers: Managers = field(default_factory=Managers)
    """What its references to managers come to."""
    damaged: int = 0
    """Rows with a value that was damaged on its way (`roster.intake.damage`)."""
    contradicting: int = 0
    """People in scope whose status and dates contradict each other (`roster.intake.standing.contradicting`)."""
    standing: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """By what (`roster.intake.standing.BY`) → ``vocabulary.Employment`` → people in scope."""
    fill_rates: Mapping[str, float] = field(default_factory=dict)
    """Canonical column → for which share of the people in scope it is filled."""
    private: Mapping[str, str] = field(default_factory=dict)
    """Canonical column that seems to be none of an expense tool's business → what it seems to be (`roster.intake.private`)."""
    groups: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """Column → value → rows."""
    hidden: Mapping[str, int] = field(default_factory=dict)
    """How many ``rows`` and ``columns`` that were read a workbook hides, and how many ``sheets`` beside."""
    encoding: str = ""
    delimiter: str = ""
    header: Sequence[str] = ()
    header_line: int | None = 1
    """The line on which the header stands; None where the settings name the columns."""
    trailer_date: str | None = None
    files: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """Of several files that are one roster: what each is called → disposition → rows, with `LEAVING`."""
    changes: Mapping[str, int] = field(default_factory=dict)
    """Of a file of changes: people of the roster ``before``, and ``added``, ``changed``, ``deleted`` by it."""
    number: int | None = None
    """The intake's, where it has been numbered."""
    dated: date | None = None
    """The day in its name or trailer."""
    nights: int = 1
    """On how many days in a row, each with a run, this very content was read."""
    remarks: Sequence[str] = ()
    """What somebody should know of why it is this file: of its name, and of others that are there."""

    def people_rows(self) -> int:
        """Rows that are, or may be, a person's."""
        return self.rows - self.nobody

    def hides(self) -> str | None:
        """What a workbook hides of itself, in words; None where that is nothing."""
        rows, columns, sheets = (self.hidden.get(what, 0) for what in ("rows", "columns", "sheets"))
        read = [f"{count} {one}{'s' * (count > 1)}" for count, one in ((rows, "row"), (columns, "column")) if count]
        parts = [f"the sheet hides {' and '.join(read)} of those that are read"] if read else []
        parts += [f"{sheets} hidden sheet{'s are' if sheets > 1 else ' is'} not read"] if sheets else []
        return "; ".join(parts) or None

    def dispositions(self) -> dict[str, int]:
        """Disposition → rows."""
        return {name: getattr(self, name) for name in DISPOSITIONS}

    def to_json(self) -> dict[str, Any]:
        """As JSON."""
        plain = asdict(self)
        plain["managers"] = self.managers.to_json()
        return {name: value.isoformat() if isinstance(value, date) else value for name, value in plain.items()}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """What `to_json` wrote; what an earlier version did not know is as by default."""
        known = {one.name for one in fields(cls)}
        given = {name: value for name, value in stored.items() if name in known}
        if given.get("dated"):
            given["dated"] = date.fromisoformat(given["dated"])
        if isinstance(given.get("managers"), Mapping):
            given["managers"] = Managers.from_json(given["managers"])
        return cls(**given)


@dataclass(frozen=True, kw_only=True)
class ExportFacts(FileFacts):
    """The same of an export that a run took in, with what tells it from others."""

    file: str
    """What it is called where others read it (`roster.reading.called`)."""
    path: str
    """What it is fetched by."""
    size: int
    """Bytes."""
    modified: datetime | None
    sha256: str
    seen_before: bool
    """Whether another sync had taken the same content earlier."""
    as_of: date
    """The day that counts as today."""
    moment: datetime | None = None
    """When the run took it, of a company whose people have zones of their own."""
    accepted: Accepted | None = None

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """What `to_json` wrote."""
        modified, taken, let = stored.get("modified"), stored.get("moment"), stored.get("accepted")
        typed = {
            "modified": datetime.fromisoformat(modified) if modified else None,
            "moment": datetime.fromisoformat(taken) if taken else None,
            "as_of": date.fromisoformat(stored["as_of"]),
            "accepted": Accepted(**let) if let else None,
        }
        return super().from_json({**stored, **typed})
