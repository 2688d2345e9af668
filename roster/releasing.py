"""Letting go of what a plan holds: what of it is applied, and what stays held.

Belongs here: the plan that a release writes. Does not belong here: what is held in the first place (``roster.plan``), finding the held set
(``assets.release``).
"""

from roster.plan import DETAILS, RELEASABLE, Plan
from roster.vocabulary import WRITES


def released(plan: Plan) -> Plan:
    """The plan that applies what this one holds for a release, and nothing else.

    Doubtful people stay held: a release cannot tell who somebody is.
    """
    free = plan.people["action"].eq("hold") & plan.people["reason"].isin(RELEASABLE)
    other = plan.people["action"].isin(WRITES)
    people = plan.people.assign(
        action=plan.people["action"].mask(free, plan.people["intended"]).mask(other, "none"),
        intended=plan.people["intended"].mask(free),
        reason=plan.people["reason"].mask(free).mask(other, "not_selected"),
        detail=plan.people["detail"].mask(free).mask(other, DETAILS["not_selected"]),
    )
    now = people.loc[free, "person"]
    changes = plan.changes[~plan.changes["person"].isin(people.loc[other, "person"])]
    records = plan.records[~plan.records["person"].isin(people.loc[other, "person"])]
    return Plan(
        people,
        changes.assign(apply=changes["person"].isin(now)).reset_index(drop=True),
        records.assign(apply=records["person"].isin(now)).reset_index(drop=True),
    )
