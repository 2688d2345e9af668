"""What a step of a destination is given: what its run asks for, and the values of earlier steps in the forms that the engine takes.

Belongs here: run config, and turning stored values into ``destinations.base`` and back. Does not belong here: what is done with them
(``destinations.engine``).
"""

from dataclasses import replace
from typing import Annotated

import dagster as dg
import pandas as pd
from pydantic import Field

from assets.asker import asker, signed_on
from assets.company import Company
from assets.typed import DIGEST, KIND, NUMBER, RUN, Typed
from destinations import releases
from destinations.base import Destination, Request, Taken
from resources.failures import Permanent
from resources.ledger import Ledger
from resources.stored.run_storage import RunStorage, StoredValue, producer
from roster.intake.facts import ExportFacts
from roster.intake.leavers import rejected_leavers
from roster.intake.numbers import in_rejects
from roster.intake.renumbered import pairs_of
from roster.intake.take_in import has_unidentified_rejects


class DesireConfig(Typed):
    """What a run may ask of the desired records."""

    only: Annotated[list[str], NUMBER] = Field(default=[])
    """Employee numbers: nobody is a leaver by absence, as an approver either. Empty: everyone."""


class ReleaseConfig(Typed):
    """What a run may ask to be released."""

    release: Annotated[str, DIGEST] = ""
    """Digest of a held set: apply what of it is still wanted and the same, and nothing else."""
    kinds: Annotated[list[str], KIND] = Field(default=[])
    """Kinds of change: only these are let go. Empty: all."""
    people: Annotated[list[str], NUMBER] = Field(default=[])
    """Employee numbers: only theirs is let go. Empty: everyone's whom the set holds."""
    released_by: str = ""
    """Who releases it; the sign-on says it where the run was launched behind one."""
    reason: str = ""
    """Why."""
    undo: Annotated[str, RUN] = ""
    """The id of a run: plan what takes back what it wrote, and hold all of it."""

    def request(self, context: dg.AssetExecutionContext) -> Request:
        """The same for the engine."""
        return Request(
            release=self.release,
            kinds=self.kinds,
            released_by=asker(context, self.released_by),
            reason=self.reason,
            people=self.people,
            signed_on=signed_on(context),
            undo=self.undo,
        )


class PlanConfig(ReleaseConfig):
    """What a run may ask of a plan."""

    only: Annotated[list[str], NUMBER] = Field(default=[])
    """Employee numbers: nobody else is touched, and nobody is a leaver by absence. Empty: everyone."""
    same_person: bool = False
    """Whoever is named in `only` still is who had that employee number before, whatever their address, name and start date say."""

    def request(self, context: dg.AssetExecutionContext) -> Request:
        """The same for the engine."""
        return replace(super().request(context), only=self.only, same_person=self.same_person)


def of_this_run(*values: pd.DataFrame | StoredValue) -> bool:
    """Whether all of it was made in this very run, or in one that it goes on with, and nothing is merely the newest."""
    return not any(producer(value).newest for value in values)


def taken(roster: pd.DataFrame, rejects: StoredValue) -> Taken:
    """HR's file, from the stored ``hr/roster`` and ``hr/rejects``."""
    facts = ExportFacts.from_json(rejects["facts"])
    return Taken(
        roster=roster,
        rejected=in_rejects(rejects["rejects"]),
        unreadable_reject=has_unidentified_rejects(rejects["dispositions"]),
        number=facts.number or 0,
        as_of=facts.as_of,
        dated=facts.dated,
        run_id=producer(roster).run_id,
        leavers_rejected=rejected_leavers(rejects["rejects"]),
        moment=facts.moment,
        formerly=pairs_of(rejects["rejects"], "number"),
    )


def planned_from(ledger: Ledger, storage: RunStorage, company: Company, destination: str) -> Taken:
    """The file that a destination was last planned from: for a release nothing newer is known of anybody."""
    run_id = releases.newest_plan(ledger, destination).facts.taken_in
    return taken(*(storage.of_run(run_id, company.key("hr", name)) for name in ("roster", "rejects")))


def last_written(ledger: Ledger, storage: RunStorage, company: Company, destination: Destination) -> StoredValue:
    """The plan that a destination was last brought to; a newer one may only have been looked at.

    Raises:
        Permanent: Nothing was ever written there.
    """
    applied = ledger.applied.of(destination.name)
    if applied is None:
        raise Permanent(f"Nothing was ever written to {destination.title} for {company.name}.", "Run the sync job first.")
    stored: StoredValue = storage.of_run(applied.plan_run_id, company.key(destination.name, "plan"))
    return stored
