"""What the reports are made from: one run, as the ledger remembers it.

Belongs here: the dataclasses that the caller fills, and the columns of their frames. Does not belong here: words, sums, layout.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from typing import Final, Literal

import pandas as pd

from roster.intake.facts import Accepted
from roster.intake.gate import GateCheck
from roster.plan.decision import CHANGE_COLUMNS
from roster.plan.in_common import InCommon
from roster.plan.limits import FIGURES
from roster.plan.outcomes import PLACES
from roster.plan.own_account import Beside
from roster.plan.things import ThingFacts

PEOPLE: Final = ("person", "employee_id", "action", "kinds", "outcome", "reason", "detail", "landed", "field", "word", "candidates")
"""The last three where nothing of somebody goes for a field of theirs: which, and as in `VALUES`."""
DRIFT: Final = ("person", "field")
ROWS: Final = ("line", "employee_id", "column", "source", "code", "message")
SKIPS: Final = ("destination", "employee_id", "reason", "first_seen", "last_seen", "times_seen", "owner")
REPAIRS: Final = ("employee_id", "repair")
THINGS: Final = ("thing", "kind", "name", "action", "old", "new", "apply", "detail", "outcome", "answer", "people")

VALUES: Final = ("employee_id", "field", "reason", "word", "candidates")

HR_FILE: Final = "HR file"
"""Where a rejected row was left out; in `RunReport.skips` it stands in the column ``destination``."""

Stage = Literal["none", "planned", "sent", "landed"]

COMING: Final = ("employee_id", "department", "what", "day", "detail")
"""Who will be what, and when (`roster.reports.look_ahead`)."""
BEFORE: Final = ("employee_id", "where", "number", "line", "field", "code", "reason", "what_to_do", "owner", "first_seen", "times_seen")
"""Who was left out at a place when it was last known; of what `roster.reports.skipped.left_out` gives."""


def _empty(columns: tuple[str, ...]) -> pd.DataFrame:
    return pd.DataFrame(columns=list(columns))


@dataclass(frozen=True, kw_only=True)
class ReportedExport:
    """The export that the run took in."""

    number: int
    name: str
    size: int
    """Bytes."""
    sha256: str
    seen_before: bool = False
    """An earlier run took in the very same bytes."""
    rows: int | None = None
    """Data rows counted on reading; the dispositions must add up to it."""


@dataclass(frozen=True, kw_only=True)
class Night:
    """What the last sync of a day came to at one destination."""

    day: date
    destination: str
    outcomes: Mapping[str, int]
    """Outcome → people."""
    leavers_active: int
    """Who is to be out of it and, as far as is known, is not."""


@dataclass(frozen=True, kw_only=True, eq=False)
class DestinationReport:
    """What the run meant to do, did and found at one destination."""

    name: str
    key: str = ""
    """Its word in asset keys."""
    stage: Stage = "none"
    """How far the run came: nothing there, planned, sent, or read back."""
    intended: int = 0
    accepted: int = 0
    landed: int = 0
    not_visible: int = 0
    """Accepted, but the destination's API cannot show it."""
    missing: int = 0
    """Accepted, and neither reading back nor the answer that should shows it."""
    answered: int = 0
    """Accepted; no reading can show it, and its answer does."""
    unanswered: int = 0
    """Accepted; no reading can show it, and its answer says nothing of it."""
    actions: dict[str, int] = field(default_factory=dict)
    """Action → people, as planned."""
    outcomes: dict[str, int] = field(default_factory=dict)
    """Outcome → people."""
    people: pd.DataFrame = field(default_factory=partial(_empty, PEOPLE))
    """Everyone whose outcome is not ``unchanged``."""
    changes: pd.DataFrame = field(default_factory=partial(_empty, CHANGE_COLUMNS))
    values: pd.DataFrame = field(default_factory=partial(_empty, VALUES))
    """Single values that were left out of records: whose, the destination's field and why; HR's word and what may have been meant, where
    that is told."""
    held_digest: str | None = None
    held: int = 0
    """People whose changes wait for a release."""
    limits: pd.DataFrame = field(default_factory=partial(_empty, FIGURES))
    """A row for each kind of change: how many were planned, may be, are held."""
    adoption: dict[str, int] = field(default_factory=dict)
    """Before a first sync: who is there already (`roster.plan.adoption.WAYS`); else empty."""
    things: pd.DataFrame = field(default_factory=partial(_empty, THINGS))
    """What changes of things that are no people, in the order in which it goes; empty where there are none."""
    about_things: ThingFacts = field(default_factory=ThingFacts)
    things_drift: Sequence[str] = ()
    """The things that somebody else changed there."""
    would_refuse: dict[str, str] = field(default_factory=dict)
    """By a dry run: whom the destination would refuse, and why."""
    own_account: Sequence[Beside] = ()
    """What it says that it did, beside what its dry run said."""
    drift: pd.DataFrame = field(default_factory=partial(_empty, DRIFT))
    without_approver: Sequence[str] | None = None
    """The employee numbers of those who are active there without an active approver; None where that was not looked at."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """Field of the API → what a finance person calls it; fields with one label are one thing."""
    headings: Mapping[str, str] = field(default_factory=dict)
    """Field → the columns of HR's file that give it, as HR calls them."""
    id_names: Mapping[str, str] = field(default_factory=dict)
    """Id, or an entry of a list as JSON text → its name there."""
    hundredths: Sequence[str] = ()
    """Fields that hold an amount in hundredths of the currency; these and the next two as in `roster.plan.wording`."""
    only_added: Sequence[str] = ()
    leaving: Sequence[str] = ()
    still_in: pd.DataFrame = field(default_factory=partial(_empty, PLACES))
    """Who has left and is still in some part of it, where, and what is known of that."""
    staying: pd.DataFrame = field(default_factory=partial(_empty, PLACES))
    """Who is in a part of it that their record does not name any more."""
    in_common: InCommon | None = None
    """What it shows of people after the write, in terms that other destinations have too; None where it was not read back for that."""
    unremembered: Sequence[str] = ()
    """The employee numbers of people in HR's file whose account is there under their number, and whom the ledger does not know there."""
    more_like_hrs: int = 0
    """How many more active accounts than before have a number like HR's that nobody knows."""
    strangers: int = 0
    """Accounts that HR's file does not know."""
    calls: int = 0
    bytes: int = 0
    seconds: float = 0.0
    to_know: Sequence[str] = ()
    """Sentences about the plan as a whole: that the settings are others than when it was last written, which run it takes back, and what of
    that stays."""
    warnings: Sequence[str] = ()
    failure: str | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class RunReport:
    """One run of one company."""

    company: str
    run_id: str
    """The newest attempt."""
    root_run_id: str
    """The first attempt: by its id the run is named, however often it is re-executed."""
    job: str
    status: Literal["finished", "stopped"]
    started: datetime
    ended: datetime | None = None
    as_of: date | None = None
    failure: str | None = None
    attempts: Sequence[str] = ()
    """Every attempt by its id, oldest first."""
    earlier: Sequence[str] = ()
    """What stopped each earlier attempt, oldest first; what they had done is in the numbers of this one."""
    intake: ReportedExport | None = None
    gate: Sequence[GateCheck] = ()
    accepted: Accepted | None = None
    released: str | None = None
    """Of a release: who let it go, and why."""
    dispositions: dict[str, int] = field(default_factory=dict)
    """Disposition → rows of HR's file."""
    standing: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """By what (`roster.intake.standing.BY`) → ``vocabulary.Employment`` → people in scope."""
    separator: str = ""
    """What separates the fields of the list for HR, of a file that the gate stopped; nothing else is stored of that."""
    rejects: pd.DataFrame = field(default_factory=partial(_empty, ROWS))
    notes: pd.DataFrame = field(default_factory=partial(_empty, ROWS))
    """Optional values that were dropped; the rows were used."""
    destinations: Sequence[DestinationReport] = ()
    unread: Sequence[str] = ()
    """Destinations of which the run got no further than to try and read them."""
    failed_parts: Mapping[str, str] = field(default_factory=dict)
    """Name → what its step said, of the parts of a destination, such as organizations, of which one failed."""
    skips: pd.DataFrame = field(default_factory=partial(_empty, SKIPS))
    """Skips over time (``first_seen`` is a date), to say since when and how often. Who was skipped in this run comes from the destinations
    and the rejects."""
    repairs: pd.DataFrame = field(default_factory=partial(_empty, REPAIRS))
    ui_url: str | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    """Employee number → name, for files and pages that are their owner's alone; empty everywhere else."""
    shown: Mapping[tuple[str, str, str], str] = field(default_factory=dict)
    """Place, employee number and field (`roster.plan.in_common.FIELDS`) → what stands there, of people in whom the destinations differ; of
    HR's file, the approver's number. As `names`, for what is its owner's alone."""
    before: pd.DataFrame = field(default_factory=partial(_empty, BEFORE))
    """`BEFORE`, of each place as the newest sync before this run left it that knew it."""
    known_before: Mapping[str, datetime] = field(default_factory=dict)
    """Place → when that sync began; empty where there was none."""
    nights: Sequence[Night] = ()
    """The syncs of the last days, oldest first."""
    stopped_on: Sequence[date] = ()
    """The days of them on which a sync stopped before it had an outcome anywhere."""
    coming: pd.DataFrame | None = None
    """`COMING`; None where the people of the file are not known any more."""

    def named(self, numbers: pd.Series) -> "pd.Series[str]":
        """The names of people, beside their numbers: a few out of a whole company's."""
        return pd.Series([self.names.get(number) for number in numbers], numbers.index, dtype="str")
