"""What a destination is to the rest of Rollcall: the protocol that each fulfils, and the types that pass between its steps.

Belongs here: `Destination`, what goes into a step and what comes of it (`Known`, `Desired`, `Drawn`, `Landed`). Does not belong here: what
only some destinations can do (``destinations.abilities``), the order of the steps (``destinations.engine``), any one destination. Which
there are: ``destinations.registry``.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import partial
from typing import Any, Literal, Protocol

import pandas as pd

from destinations.delivery import Write
from destinations.identity import Identity
from resources.environment import EnvText
from resources.ledger import Ledger
from resources.ledger.mentions import PersonalColumns
from roster.people.chain import AbsentMeans, Chain
from roster.plan.comparison import Comparison
from roster.plan.decision import Plan, to_stored
from roster.plan.differences import Frames
from roster.plan.facts import PlanFacts
from roster.plan.in_common import InCommon, to_store
from roster.plan.limits import Limits
from roster.plan.things import Structure
from roster.plan.wording import Wording
from roster.settings import Approvers


@dataclass(frozen=True)
class Known:
    """What is at a destination."""

    read: Frames
    """What its API gives."""
    acknowledged: pd.DataFrame
    """What the ledger remembers of its people (`Ledger.acknowledged`)."""
    epoch: int = 0
    """How often something had been acknowledged before it was read."""
    out: pd.Series = field(default_factory=partial(pd.Series, dtype="str"))
    """The employee numbers of those who were refused or in doubt last time: they may well not come in tonight either."""

    def to_stored(self) -> dict[str, Any]:
        """As named frames and a number, for storage."""
        return {**self.read, "acknowledged": self.acknowledged, "epoch": self.epoch, "out": self.out.to_frame("employee_id")}

    @classmethod
    def from_stored(cls, value: Mapping[str, Any]) -> "Known":
        """What `to_stored` made; an earlier version stored nobody as `out`."""
        read = {name: value[name] for name in value if name not in ("acknowledged", "epoch", "out")}
        known = cls(read, value["acknowledged"], value.get("epoch", 0))
        return replace(known, out=value["out"]["employee_id"]) if "out" in value else known


@dataclass(frozen=True)
class Desired:
    """What should be at a destination."""

    records: pd.DataFrame
    """``employee_id`` and the API's fields."""
    faults: pd.DataFrame
    """Values that no record has: ``employee_id``, ``field``, ``reason``."""
    repairs: pd.DataFrame
    """Approvers by rule (`roster.people.chain.Chain.repairs`)."""
    accounts: pd.DataFrame
    """Everyone there, in the common form (`roster.people.matching.ACCOUNT_COLUMNS`)."""
    structure: Structure | None = None
    """What of things that are no people should change; None where there are none of ours, or the run is for some people."""
    chain: Chain | None = None
    """Who approves, kept where there is a `structure`: it is asked for again once the write is read back."""

    def to_stored(self) -> dict[str, Any]:
        """As named frames, for storage."""
        frames = {"desired": self.records, "faults": self.faults, "repairs": self.repairs, "accounts": self.accounts}
        more = [part.to_stored() for part in (self.structure, self.chain) if part is not None]
        return {**frames, **{name: value for part in more for name, value in part.items()}}

    @classmethod
    def from_stored(cls, value: Mapping[str, Any], accounts: pd.DataFrame | None = None) -> "Desired":
        """What `to_stored` made; `accounts` where an earlier version stored none."""
        there = value.get("accounts", accounts)
        assert there is not None, "the caller has looked"  # noqa: S101
        parts = (Structure.from_stored(value), Chain.from_stored(value))
        return cls(value["desired"], value["faults"], value["repairs"], there, *parts)


@dataclass(frozen=True)
class Policy:
    """What of a company's settings counts at every destination."""

    absent_means: AbsentMeans
    approvers: Approvers = field(default_factory=Approvers)
    first_sync: Literal["apply", "hold"] = "apply"
    limits: Limits = field(default_factory=Limits)
    release_hours: float = 24.0
    leaving_days: int = 0
    """So many days after their last day leavers lose their access, where a destination's settings say nothing else."""
    email_domains: frozenset[str] | None = None
    """The domains of the company's addresses, if the settings name any."""
    headings: Mapping[str, str] = field(default_factory=dict)
    """Column of the roster → what HR's file calls it."""


@dataclass(frozen=True)
class Attempt:
    """A run, as the ledger knows it."""

    run_id: str
    root_run_id: str
    """The run, or the first of the runs that it re-executes."""
    job: str


@dataclass(frozen=True)
class Request:
    """What a run asks for, beside the nightly sync of everyone."""

    only: Sequence[str] = ()
    """Employee numbers: nobody else is touched, and nobody is a leaver by absence. Empty: everyone."""
    same_person: bool = False
    """Whoever is named in `only` still is who had that employee number before."""
    release: str = ""
    """Digest of a held set: apply what of it is still wanted and the same, and nothing else."""
    kinds: Sequence[str] = ()
    """Of a release: only these kinds of change. Empty: all."""
    released_by: str = ""
    reason: str = ""
    people: Sequence[str] = ()
    """Of a release: only these employee numbers. Empty: everyone whom the set holds."""
    signed_on: bool = False
    """Whether a sign-on says who releases it, and not only what was typed."""
    undo: str = ""
    """The run that is to be taken back: the first of its attempts. Everything of it is held."""


@dataclass(frozen=True)
class Taken:
    """HR's file as it was taken in."""

    roster: pd.DataFrame
    rejected: pd.Series
    """Employee numbers in rejected rows, missing where they cannot be read."""
    unreadable_reject: bool
    """Whether a rejected row may be anybody's."""
    number: int
    """Of the intake."""
    as_of: date
    dated: date | None
    run_id: str
    """The run that stored it."""
    leavers_rejected: frozenset[str] = frozenset()
    """Employee numbers in rejected rows that say that somebody has left."""
    moment: datetime | None = None
    """When the run took it."""
    formerly: Mapping[str, str] = field(default_factory=dict)
    """Former employee number → the number now, of people whose row is rejected."""


@dataclass(frozen=True)
class Drawn:
    """A plan and what comes with it."""

    plan: Plan
    facts: PlanFacts
    desired: pd.DataFrame
    acknowledgements: pd.DataFrame
    """What the ledger is to remember of everyone in step (`roster.plan.acknowledgements.acknowledgements`)."""
    faults: list[str]
    """What does not add up."""
    gate_passed: bool
    """Whether everything that it was drawn from came through the gate in this sync. The ledger keeps that, storage does not."""
    chain: Chain | None = None
    """`Desired.chain`."""

    def to_stored(self) -> dict[str, Any]:
        """As named frames and facts, for storage. What a later step needs of it, it reads by name."""
        frames = {"desired": self.desired, "acknowledgements": self.acknowledgements}
        chain = self.chain.to_stored() if self.chain else {}
        return {**to_stored(self.plan), "facts": self.facts.to_json(), **frames, **chain, **to_store(self.facts.in_common)}


@dataclass(frozen=True)
class Landed:
    """What a destination shows after the write."""

    outcomes: pd.DataFrame
    """`roster.plan.outcomes.OUTCOME_COLUMNS`, one row a person."""
    drift: pd.DataFrame
    """``person``, ``field``: what somebody else changed meanwhile."""
    numbers: Mapping[str, int]
    """`roster.plan.outcomes.numbers`."""
    faults: list[str]
    """What does not add up."""
    without_approver: list[str]
    """The employee numbers of those who are active there, should be, and have no active approver there."""
    still_in: pd.DataFrame | None = None
    """`roster.plan.outcomes.PLACES`: who has left and is still in some part of it; None where it has no parts."""
    things: pd.DataFrame = field(default_factory=partial(pd.DataFrame, columns=["thing", "outcome"], dtype="str"))
    """`roster.plan.things.outcomes`: what became of things that are no people."""
    things_drift: Sequence[str] = ()
    """The things that somebody else changed meanwhile."""
    staying: pd.DataFrame | None = None
    """Likewise: who is in a part of it that their record does not name any more, and is left there."""
    in_common: InCommon | None = None
    """What it shows of people, to hold it against other destinations; None in a run for some people."""


class Destination(Comparison, Protocol):
    """One destination for one company. An adapter subclasses this and implements what its destination has."""

    name: str
    """Its word in asset keys, the ledger and the YAML."""
    title: str
    """As people write it."""
    desired_name: str
    """Name of the asset that holds what should be there."""
    personal: PersonalColumns
    """By which columns of what is read of it and sent to it a person is found."""

    @property
    def impersonal(self) -> Sequence[str]:
        """Fields whose values say nothing of anybody but what they may do there, such as a role: these are shown where there is no sign-on.
        Of any other field only its name is."""
        return ()

    @property
    def read_back_seconds(self) -> float:
        """For how many seconds reading back is tried before anything counts as missing."""
        return 0.0

    @property
    def leaving_days(self) -> int | None:
        """So many days after their last day leavers lose their access; None: as the company has it."""
        return None

    @property
    def deactivates(self) -> bool:
        """Whether leavers are ours to take out. Else another system does, and whom it should have is only told."""
        return True

    @property
    def before_leaving(self) -> str:
        """What somebody should know of people who are soon to lose their access there, as the end of a sentence; empty for nothing."""
        return ""

    @property
    def delete_after_days(self) -> int | None:
        """So many days after leavers were taken out they are deleted, once that is released; None: never."""
        return None

    @property
    def deleting_means(self) -> str:
        """What deleting somebody keeps and what it ends there: a sentence."""
        return ""

    @property
    def one_first(self) -> str:
        """Why one person is created before all others, and what has to be looked at then (`roster.plan.pilot`); empty: no need."""
        return ""

    @property
    def wording(self) -> Wording:
        """How people call its fields, and what their values are; what has no word goes by the API's name."""
        return Wording()

    @property
    def columns(self) -> Mapping[str, Sequence[str]]:
        """Field → the columns of the roster that give it, as far as whoever has no value of it is to be told where to mend it."""
        return {}

    def id_names(self, read: Frames, mentioned: Sequence[str]) -> Mapping[str, str]:
        """Id → name, of what its records name by an id; and entry of a list, as compact JSON text, → words, of those that are `mentioned`.

        Args:
            read: what its API gives.
            mentioned: what changes mention (`roster.plan.wording.mentioned`).
        """
        return {}

    def access(self) -> Any:
        """How to reach it: what the company's resource holds. The other methods are given it, or what a test put in its place."""

    def identities(self, value: Callable[[EnvText], str], roster: pd.DataFrame | None, read: Frames | None = None) -> Sequence[Identity]:
        """What of it is this company's alone.

        Args:
            value: What a setting says, as far as it is known: ``EnvText.resolve``, or the name of its variable.
            roster: HR's people, of whom some may be written to what only their row names; None: what the settings show by themselves.
            read: What its API gave, once it is read: what only a row names and is not there is nobody's.
        """
        return []

    def read_by(self, roster: pd.DataFrame) -> Any:
        """By what of its settings it is read, beside HR's people: where that is equal, two settings would read the same. None: by all."""
        return None

    def read(self, access: Any, ledger: Ledger, roster: pd.DataFrame) -> Frames:
        """What its API gives, as frames under names of its own, the people's first."""

    def desired(self, roster: pd.DataFrame, chain: Chain, read: Frames) -> tuple[pd.DataFrame, pd.DataFrame]:
        """The records that should be there (``employee_id`` and the API's fields), and the values at fault (``employee_id``, ``field``,
        ``reason``)."""

    def stay(self, roster: pd.DataFrame, desired: pd.DataFrame, known: Known) -> Mapping[str, int]:
        """Field → how many people keep a value there although HR's cell is empty, where that is told."""
        return {}

    def sizes(self, read: Frames) -> Mapping[str, int]:
        """How much there is of what `shrunk` judges; kept with each plan (`destinations.sizes`)."""
        return {}

    def sizes_before(self, read: Frames) -> Mapping[str, int]:
        """How much of it there was before, as far as reading has found that out."""
        return {}

    def notices(self, read: Frames) -> Sequence[str]:
        """Sentences for the report on what was read, which name nobody."""
        return ()

    def send(self, access: Any, ledger: Ledger, write: Write) -> None:
        """Deliver a plan (`destinations.delivery.deliver`)."""

    def tidy(self, access: Any, ledger: Ledger, plan: Plan | None = None) -> int:
        """Take away what was laid somewhere for the destination to fetch, and has lain there for long enough; with a plan, that plan's too.

        Returns:
            How many files.

        Raises:
            Failed: They could not be taken away.
        """
        return 0

    def disagreements(self, records: pd.DataFrame, replies: Sequence[Mapping[str, Any]], again: bool) -> list[str]:
        """Where its own account of a write is not the plan, a sentence each.

        Args:
            records: the plan's records that were sent.
            replies: raw, as they came.
            again: an attempt before this one may have sent some of them.
        """
        return []

    def whole_reasons(self, records: pd.DataFrame, replies: Sequence[Mapping[str, Any]]) -> dict[str, str]:
        """Person → why they were refused, in the destination's own words, without secrets: for owner-only files.

        Args:
            records: the plan's records that were sent.
            replies: raw, as they came.
        """
        return {}
