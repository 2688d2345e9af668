"""The five assets of one destination, the same for each: known, desired, plan, sync_result, landed.

Belongs here: how these steps hang together, what each stores and shows. Does not belong here: what is particular to a destination
(``assets.expensify``, ``assets.findity``), and the rules (``roster``).
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import dagster as dg
import pandas as pd
from pydantic import Field

from resources import delivery
from resources.ledger import Ledger
from resources.stored.run_storage import producer
from roster.plan.builder import People
from roster.plan.decision import Circumstances, Plan

Bundle = dict[str, Any]
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 15.0


@dataclass(frozen=True)
class Destination:
    """What is particular to one destination."""

    name: str
    """Its word in asset keys and the ledger."""
    title: str
    desired: str
    """Name of the asset that holds what should be there."""
    read: Callable[[Any, Ledger, pd.DataFrame], Bundle]
    """(access, ledger, roster) → the frames that its API gives."""
    desire: Callable[[pd.DataFrame, pd.Series, Bundle, pd.DataFrame, bytes], Bundle]
    """(roster, numbers in rejected rows, known, whom absence makes leavers, key) → ``desired``, ``faults``, ``repairs``."""
    plan: Callable[[People, Bundle, Bundle, Circumstances], Plan]
    accounts: Callable[[People, Bundle], pd.Series]
    """(people, known) → every account there."""
    acknowledge: Callable[[Plan, Bundle, People], pd.DataFrame]
    dry_run: Callable[[Any, Ledger, Plan], Bundle] | None
    """(access, ledger, plan) → what the destination says it would do, as JSON; None where it has no such thing."""
    send: Callable[[Any, Ledger, delivery.Write], None]
    differences: Callable[[Plan, Bundle, Bundle, bytes], pd.DataFrame]
    """(plan, desired, known as read back, key for pseudonyms) → ``employee_id``, ``field`` of what is not as it should be."""
    disagreements: Callable[[pd.DataFrame, list[dict[str, Any]], bool], list[str]]
    """(records sent, raw replies, whether an earlier attempt may have sent them too) → where its own account is not the plan."""
    patience: float
    """For how many seconds reading back is tried before anything counts as missing."""

    def read_back(
        self,
        access: Any,
        book: Ledger,
        made: Plan,
        plan: Bundle,
        roster: pd.DataFrame,
        sent: pd.Series,
        current: Bundle | None = None,
        patience: float = 0.0,
    ) -> pd.DataFrame:
        """Reads until everything that was sent is to be seen, or patience ends.

        Args:
            access: The destination's resource.
            book: The ledger.
            made: The plan.
            plan: The same as it is stored, with what should be there.
            roster: HR's people.
            sent: Whom to wait for: everyone who was sent and not refused.
            current: What was read already, if nothing was sent since; then nothing is read.
            patience: Seconds.

        Returns:
            ``employee_id``, ``field`` of what is not as it should be.
        """
        deadline, pause = time.monotonic() + patience, _FIRST_PAUSE
        while True:
            seen = current if current is not None else self.read(access, book, roster)
            differing = self.differences(made, plan, seen, book.keys.of_fields(self.name))
            waiting = differing["employee_id"].isin(sent).any()
            if not waiting or current is not None or time.monotonic() + pause > deadline:
                return differing
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)


@dataclass(frozen=True)
class Inputs:
    """What a plan is drawn from."""

    roster: pd.DataFrame
    rejects: Bundle
    known: Bundle
    desired: Bundle

    @property
    def of_this_run(self) -> bool:
        """Whether all of it was made in this very run, or in one that it goes on with, and nothing is merely the newest."""
        return not any(producer(each).newest for each in (self.roster, self.rejects, self.known, self.desired))


@dataclass(frozen=True)
class Drawn:
    """A plan and what comes with it."""

    plan: Plan
    facts: Bundle
    """What a write, a reading-back and a report need besides, as JSON."""
    kept: Bundle
    """Frames that the later steps need: ``desired``, ``acknowledgements``."""
    faults: list[str]
    """What does not add up."""
    gate_passed: bool
    """Whether everything that it was drawn from came through the gate in this sync."""
    idle: bool = False
    """Nobody's plan, of a destination that a run leaves alone: neither saved nor sent."""


class DesireConfig(dg.Config):
    """What a run may ask of the desired records."""

    only: list[str] = Field(default=[])
    """Employee numbers: nobody is a leaver by absence, as an approver either. Empty: everyone."""


class ReleaseConfig(dg.Config):
    """What a run may ask to be released."""

    release: str = ""
    """Digest of a held set: apply what of it is still wanted and the same, and nothing else."""
    kinds: list[str] = Field(default=[])
    """Kinds of change: only these are let go. Empty: all."""
    released_by: str = ""
    """Who releases it."""
    reason: str = ""
    """Why."""


class PlanConfig(ReleaseConfig):
    """What a run may ask of a plan."""

    only: list[str] = Field(default=[])
    """Employee numbers: nobody else is touched, and nobody is a leaver by absence. Empty: everyone."""
    same_person: bool = False
    """Whoever is named in `only` still is who had that employee number before, whatever their address, name and start date say."""
