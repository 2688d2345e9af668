"""What is known of a plan as a whole, beside its people, and the words in which a destination speaks of it.

Belongs here: gathering it from the steps before. Does not belong here: its shape and its JSON (``roster.plan.facts``), who shows it
(``assets``, ``roster.reports``).
"""

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from destinations import beside, first, forgotten, leaving, sizes
from destinations.base import Desired, Destination, Known, Policy, Request, Taken
from resources.ledger import Ledger
from roster.membership import among
from roster.people.approvers import TOPS
from roster.plan import landing
from roster.plan.adoption import adoption
from roster.plan.decision import Plan
from roster.plan.facts import PlanFacts
from roster.plan.first import joiners
from roster.plan.wording import Wording, kept, mentioned


def of(
    destination: Destination,
    ledger: Ledger,
    taken: Taken,
    known: Known,
    desired: Desired,
    drawn: Plan,
    stage: first.Stage,
    request: Request,
    released: Mapping[str, int],
) -> PlanFacts:
    """What the run page, the reports and the next night are to know of a plan as a whole; `released`: how much was let go, by kind."""
    of_first = [*stage.people, *(joiners(drawn.people) if stage.begins or stage.waits else [])]
    repairs = desired.repairs
    return PlanFacts(
        number=taken.number,
        as_of=taken.as_of,
        dated=taken.dated,
        taken_in=taken.run_id,
        epoch=known.epoch,
        actions=drawn.counts(),
        people=len(drawn.people),
        accounts=len(desired.accounts),
        matched={str(how): int(count) for how, count in drawn.people["matched_by"].value_counts().items()},
        whole=not drawn.people["reason"].eq("not_selected").any(),
        everyone=not request.only,
        first=stage.begins,
        of_first=sorted(set(of_first)),
        had=drawn.had,
        idle=bool(request.release) and not released,
        limits=drawn.figures,
        adoption=adoption(drawn.people) if stage.begins and not request.only and not request.release else {},
        released=released,
        repairs=repairs.loc[repairs["repair"].ne("top"), ["employee_id", "repair"]],
        tops=int(repairs["repair"].isin(TOPS).sum()),
        without_approver=landing.without_approver(desired.accounts, landing.here(drawn, desired.records)),
        **({} if request.only or request.release else forgotten.facts(destination, ledger, taken, known, desired, drawn, stage)),
        faults=_left_out(desired.faults, drawn.people),
        stay=dict(destination.stay(taken.roster, desired.records, known)),
        sizes=sizes.to_remember(destination, known.read, drawn, released=bool(released)),
        notices=[*destination.notices(known.read), *leaving.notices(destination, drawn.near, drawn.undeleted)],
        in_common=beside.in_common(destination, ledger, drawn, desired.records, known.read, taken.roster, desired.accounts),
    )


def wording(destination: Destination, policy: Policy, known: Known, drawn: Plan) -> Wording:
    """Its words, with the names of what the changes mention, since what was read is not kept as long as they are; and HR's headings."""
    called = {name: ", ".join(filter(None, map(policy.headings.get, columns))) for name, columns in destination.columns.items()}
    names = kept(destination.id_names(known.read, mentioned(drawn.changes)), drawn.changes)
    return replace(destination.wording, headings={name: heading for name, heading in called.items() if heading}, id_names=names)


def _left_out(faults: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    """The values that records go without, of whom the run is for."""
    return faults[~among(faults["employee_id"], people.loc[people["reason"].eq("not_selected"), "employee_id"])]
