"""What only some destinations can do, or have: each a protocol of its own that the engine looks for.

Belongs here: those protocols, and what they give. Does not belong here: what every destination must have (``destinations.base``), when it
is asked for (``destinations.engine``).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol, runtime_checkable

import pandas as pd

from resources.environment import EnvText
from resources.http import Retry
from resources.ledger import Ledger
from roster.people.chain import Chain
from roster.plan.decision import Plan
from roster.plan.differences import Frames
from roster.plan.facts import DryRunReply
from roster.plan.things import Structure, ThingKind

ONCE: Final = Retry(attempts=1)
"""Somebody waits for the answer of a look (`Examined`), and can look again."""
BRIEFLY: Final = 20.0
"""Seconds that a look waits."""


@dataclass(frozen=True, eq=False)
class Finding:
    """What a destination says of itself in a check that only it has."""

    name: str
    """The check's."""
    passed: bool
    description: str
    """A sentence, which names nobody but by number."""
    table: pd.DataFrame = field(default_factory=pd.DataFrame)
    """What is wrong, a row each."""
    figures: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Look:
    """What of a destination somebody sees who sets a company up."""

    sentence: str
    """What was seen; it names nobody."""
    advice: str = ""
    """What is to be done, where something is amiss; empty: all is well."""
    choices: pd.DataFrame = field(default_factory=pd.DataFrame)
    """What there is to choose from in the settings: text, with a heading for each column; what the settings write comes first."""


@runtime_checkable
class Examined(Protocol):
    """A destination at which somebody can look around before its first run. Nothing is written."""

    def addresses(self) -> Mapping[str, EnvText]:
        """What is reached → where, each by itself reachable or not."""

    def looks(self, ledger: Ledger) -> Mapping[str, Callable[[], Look]]:
        """What is looked at → a look at it, in order. Each may fail by itself with a `resources.failures.Failed`."""


@runtime_checkable
class Preflight(Protocol):
    """A destination of which something can be found wrong as soon as it is read, before anything is planned."""

    preflight_checks: Mapping[str, str]
    """Check → what it is that must hold."""

    def preflight(self, read: Frames, roster: pd.DataFrame) -> Sequence[Finding]:
        """A finding for each of `preflight_checks`; of a check that is not in it, nothing is known."""


@runtime_checkable
class StillIn(Protocol):
    """A destination of several parts, of which somebody may still be in one who has left."""

    def still_in(self, leavers: pd.DataFrame, read: Frames, acknowledged: pd.DataFrame) -> pd.DataFrame:
        """Where people who have left (``employee_id``, ``account``) are still, or may be (`roster.plan.outcomes.PLACES`)."""

    def staying(self, desired: pd.DataFrame, read: Frames, acknowledged: pd.DataFrame) -> pd.DataFrame:
        """Who of `desired` is in a part that their record does not name any more, and is left there by the settings; likewise."""


@runtime_checkable
class Divided(Protocol):
    """One part of a destination in several parts, such as organizations: a company's people belong to one, or to several, by a rule."""

    @property
    def siblings(self) -> Sequence[str]:
        """The names of the other parts, as destinations; none where it is one whole after all."""

    def placed(self, roster: pd.DataFrame) -> pd.DataFrame:
        """Where everyone who works here by HR's word belongs (`roster.parts.PLACED`)."""


@runtime_checkable
class ByHand(Protocol):
    """A destination whose changes somebody may bring there themselves, as files."""

    def files(self, plan: Plan) -> list[bytes]:
        """What a plan applies, as the requests would carry it: a file for each, in their order.

        Raises:
            Permanent: A setting that it takes is missing.
        """


@runtime_checkable
class DryRun(Protocol):
    """A destination that says what it would do before it does it."""

    def dry_run(self, access: Any, ledger: Ledger, plan: Plan) -> DryRunReply:
        """What it says to a plan."""


@runtime_checkable
class Structured(Protocol):
    """A destination that has things which are no people, and of which ours are planned and written too: units, dimensions, values, who
    approves them."""

    @property
    def thing_kinds(self) -> Mapping[str, ThingKind]:
        """Kind → what it is; empty where the settings ask for none, and then nothing of this is asked."""

    def structure(self, roster: pd.DataFrame, chain: Chain, read: Frames) -> Structure:
        """What of them should change. Pure, and asked again of what is read after a write: what was accepted and is still in it has not
        landed."""

    def send_structure(self, access: Any, ledger: Ledger, changes: pd.DataFrame) -> pd.DataFrame:
        """Send changes of them (`THING_COLUMNS`, in their order), before the people are sent.

        Returns:
            ``thing``, ``outcome`` (accepted, refused, unknown), ``reason`` (without secrets, and without names of people), and where people
            depended on what was not accepted, their numbers under ``people``, separated by blanks. A thing without a row has no answer.
        """
