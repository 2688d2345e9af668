"""What must change at a destination: one action for everyone, every write with its old and new values.

Belongs here: the decision about each person, the records to send, the digest. Does not belong here: how a difference is found
(each destination's ``comparison``), how many may change at once (``roster.plan.limits``) and what waits for whom
(``roster.plan.dependants``), sums (``roster.accounting``), sending.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Any

import numpy as np
import pandas as pd

from roster.membership import among, looked_up
from roster.people.chain import AbsentMeans
from roster.plan import barred, deletion, domains, emptied, shrunk, strangers
from roster.plan.deletion import Deletion
from roster.plan.dependants import NEEDS
from roster.plan.few import HAD
from roster.plan.first import HARDLY_ANY
from roster.plan.leaving import ELSEWHERE, WAITING, Leaving, wait_details
from roster.plan.limits import FIGURES, LIMITED, WEEK, ByKind
from roster.plan.pilot import HELD as TRIED_FIRST
from roster.plan.pilot import Pilot
from roster.plan.things import none as no_things
from roster.vocabulary import WRITES, Kind

PEOPLE_COLUMNS = ("person", "employee_id", "account", "matched_by", "action", "intended", "kinds", "reason", "detail")
CHANGE_COLUMNS = ("person", "field", "kind", "old", "new", "visible", "apply")

UNDO = "undo"
"""Why everything of a plan that takes back what a run wrote is held (``roster.plan.undo``)."""

DETAILS: Mapping[str, str] = {
    "conflict": "employee number and e-mail address lead to different accounts",
    "number_reused": "the account with this number has another e-mail address and seems to be somebody else's",
    "address_reused": "the e-mail address is that of somebody else's account here",
    "manager_unknown": "HR names a manager whom no row has, and nobody is known who could approve instead",
    "no_external_id": "the account carries no number, so it cannot be addressed",
    "first_sync": "first sync of this company: everything waits for a release",
    HARDLY_ANY: "hardly an account there is anybody's of HR's file",
    "reject_without_number": "a rejected row without an employee number of its own could be theirs",
    "row_rejected": "their row in the HR file was rejected",
    "still_has_access": "has left by their row in the HR file, which was rejected: still has access",
    "out_of_scope": "outside the scope that the settings state",
    "not_started": "has not started yet",
    "left": "has left, and has no active account",
    ELSEWHERE: "has left, and is deactivated by another system, not by Rollcall",
    "elsewhere": "belongs to another part of the destination, and has no active account in this one",
    "absent": "not in the HR file, which the settings take for no news",
    "not_in_hr": "HR does not know this account",
    "not_selected": "not among the people of this run",
    UNDO: "takes back what an earlier run wrote",
}
"""A sentence for each reason of this module."""


ENDED = ("left", "elsewhere")
"""Why nothing is done about somebody who has no active account there and is to have none."""

RELEASABLE = (
    "first_sync",
    HARDLY_ANY,
    shrunk.REASON,
    *LIMITED,
    domains.REASON,
    emptied.REASON,
    "depends_on_held",
    "reject_without_number",
    strangers.HELD,
    TRIED_FIRST,
    deletion.HELD,
    UNDO,
)
"""Reasons for a hold that a release can lift. What else is held is in doubt about who somebody is: that is mended at its source."""


class AbsentPeople(ValueError):
    """People whom the destination knows are absent from the file, and the settings call that an error."""


@dataclass(frozen=True)
class Circumstances:
    """What else decides about a plan besides who is who and what differs."""

    absent_means: AbsentMeans
    hold_all: bool = False
    """The first sync of a company that wants to release it by hand."""
    unreadable_reject: bool = False
    """A rejected row has no readable employee number: any leaver by absence could be that row's."""
    only: frozenset[str] | None = None
    """Employee numbers of a run for some people: nobody else is touched, and nobody is a leaver by absence."""
    leavers_rejected: frozenset[str] = frozenset()
    """Employee numbers in rejected rows that say that somebody has left."""
    same: frozenset[str] = frozenset()
    """Employee numbers of which somebody has said that they are still the same people's."""
    limits: ByKind = field(default_factory=dict)
    """How many people may change, by kind of change."""
    first: bool = False
    """Nobody was brought there yet, or the first sync waits still: where hardly an account there is HR's, all of it does."""
    of_first: frozenset[str] = frozenset()
    """Employee numbers of whoever is of the first sync still: they are none of today's joiners."""
    week: pd.DataFrame = field(default_factory=partial(pd.DataFrame, columns=list(WEEK), dtype="str"))
    """`roster.plan.limits.WEEK`: who was written there in the seven days before."""
    had: pd.DataFrame = field(default_factory=partial(pd.DataFrame, columns=list(HAD), dtype="str"))
    """`roster.plan.few.HAD`, likewise."""
    email_domains: frozenset[str] | None = None
    """The domains that the settings name, if they name any."""
    leaving: Leaving = field(default_factory=Leaving)
    """When leavers lose their access, and who takes it."""
    deletion: Deletion = field(default_factory=Deletion)
    """Who of those who left long ago is deleted."""
    deleted: frozenset[str] = frozenset()
    """The employee numbers of those whom we have deleted: whoever of them is to be there is created anew."""
    one_first: str = ""
    """Why one person is created before all others (`roster.plan.pilot.Pilot.why`); empty: there is no need."""
    created: frozenset[str] = frozenset()
    """The people whom earlier plans were to create, where that is asked."""
    elsewhere: frozenset[str] = frozenset()
    """Employee numbers of those who have left this part of the destination alone: they belong to another one."""
    kept: pd.DataFrame = field(default_factory=barred.nobody)
    """`roster.plan.barred.BARRED`: who is not let go yet, besides those whom the destination bars."""


@dataclass(frozen=True)
class Plan:
    """Everything that would be written at one destination, and what becomes of everyone else there."""

    people: pd.DataFrame
    """`PEOPLE_COLUMNS`, one row a person; ``intended`` is the action that a hold keeps back; ``kinds`` are joined by ``|``."""
    changes: pd.DataFrame
    """`CHANGE_COLUMNS`, one row a field of people who are there already; missing ``old``: none, or not known."""
    records: pd.DataFrame
    """``person``, ``action``, ``apply`` and the API's fields: what is sent, and (``apply`` false) what is held."""
    figures: pd.DataFrame = field(default_factory=partial(pd.DataFrame, columns=list(FIGURES)))
    """`roster.plan.limits.FIGURES`: what the limits were held against. A stored plan is without."""
    needs: pd.DataFrame = field(default_factory=partial(pd.DataFrame, columns=list(NEEDS)))
    """`roster.plan.dependants.NEEDS`: whose write needs whose."""
    had: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Field → who has a value of money or rights there and would get another (`roster.plan.few`). A stored plan is without."""
    undeleted: Sequence[str] = ()
    """Who is due to be deleted and cannot be, by employee number (`roster.plan.deletion.spared`). A stored plan is without."""
    near: Mapping[str, str] = field(default_factory=dict)
    """Employee number → the ISO day, of those who are soon to lose their access (`roster.plan.leaving.near`). A stored plan is without."""
    pilot: Pilot | None = None
    """What is agreed of creations, where one person goes first. A stored plan is without."""
    things: pd.DataFrame = field(default_factory=no_things)
    """`roster.plan.things.PLANNED`: what changes of things that are no people."""
    part: str = ""
    """The name of the part of a destination that it is for; of one whole there is none. A stored plan is without."""

    def digest(self) -> str:
        """Names the plan: the same people, things, actions and values give the same sixteen hex digits."""
        return self._named

    @cached_property
    def _named(self) -> str:
        return _digest(self.people[["person", "action", "intended", "reason"]], self.records, *self._things(self.things))

    def held_digest(self) -> str | None:
        """Names what is held; None where nothing is. Two parts of a destination may hold the very same, and a release is of one of them."""
        held = self.people[self.people["action"].eq("hold")]
        waiting = self.things[~self.things["apply"].astype("bool")]
        if held.empty and waiting.empty:
            return None
        records = self.records[self.records["person"].isin(held["person"])]
        where = [pd.DataFrame({"part": [self.part]})] if self.part else []
        return _digest(held[["person", "intended"]], records, *self._things(waiting), *where)

    def _things(self, some: pd.DataFrame) -> list[pd.DataFrame]:
        """What of things a digest is about; nothing where there are none, so that a plan without is named as ever."""
        return [some[["thing", "kind", "action", "old", "new", "payload", "apply"]]] if len(some) else []

    def holds_everything(self) -> bool:
        """Whether there is somebody to write and all of them are held, so that nobody is brought to this export."""
        return bool(self.people["action"].eq("hold").any()) and not bool(self.people["action"].isin(WRITES).any())

    def counts(self) -> dict[str, int]:
        """How many people have each action."""
        return {str(action): int(count) for action, count in self.people["action"].value_counts().items()}


def _digest(*frames: pd.DataFrame) -> str:
    total = hashlib.sha256()
    for frame in frames:
        text = frame[sorted(frame.columns)].astype("str").fillna("")
        rows = np.sort(pd.util.hash_pandas_object(text, index=False).to_numpy())
        total.update("|".join(text.columns).encode() + rows.tobytes())
    return total.hexdigest()[:16]


def decide(
    census: pd.DataFrame,
    desired: pd.Series,
    changes: pd.DataFrame,
    faults: pd.DataFrame,
    circumstances: Circumstances,
    reused: pd.Series | None = None,
    unaddressed: pd.Series | None = None,
    unapproved: pd.Series | None = None,
    waiting: pd.Series | None = None,
) -> pd.DataFrame:
    """One action for everyone, before limits and before what depends on whom.

    Args:
        census: everyone (`roster.people.census.CENSUS_COLUMNS`).
        desired: the employee numbers that have a desired record.
        changes: the differences of people who have an account (``employee_id``, ``kind``).
        faults: why a wanted person has no desired record (``employee_id``, ``reason``).
        circumstances: what else decides.
        reused: the employee numbers of people whose number, or address, seems to have been somebody else's.
        unaddressed: whether no call can address the account, aligned with `census`.
        unapproved: the employee numbers of people for whom no approver is known.
        waiting: the day of each leaver who keeps their access until then (`roster.plan.leaving.waits`), aligned with `census`.

    Returns:
        `PEOPLE_COLUMNS`.

    Raises:
        AbsentPeople: someone known is absent and that is an error by the settings.
    """
    standing, present, account = census["standing"], census["present"], census["account"]
    absent = standing.eq("absent") & present
    if circumstances.absent_means == "error" and circumstances.only is None and absent.any():
        raise AbsentPeople(
            f"{int(absent.sum())} known people are not in the HR file, which `absent_means: error` forbids. "
            "Ask HR for a whole file, or say `absent_means: leaver` if absence means that they left."
        )
    wanted = standing.eq("wanted")
    conflict = census["matched_by"].eq("conflict") & standing.isin(["wanted", "left"])
    changed = among(census["employee_id"], changes["employee_id"])
    lacking = wanted & ~among(census["employee_id"], desired)
    unaddressed = unaddressed if unaddressed is not None else pd.Series(False, index=census.index)
    others_now = reused[~reused.isin(circumstances.same)] if reused is not None else census["employee_id"].head(0)
    doubtful = among(census["employee_id"], others_now)
    alone = wanted & (among(census["employee_id"], unapproved) if unapproved is not None else False)
    leaver = circumstances.absent_means == "leaver"
    leaving = (standing.eq("left") & present) | (absent & leaver)
    waiting = waiting if waiting is not None else pd.Series(np.nan, index=census.index, dtype="str")
    rules: list[tuple[pd.Series, str, str, str]] = [  # condition, action, intended, reason
        (conflict & wanted, "hold", "update", "conflict"),
        (conflict, "hold", "deactivate", "conflict"),
        (lacking, "skip", "", "no_record"),
        (doubtful & wanted & present, "hold", "update", "number_reused"),
        (doubtful & wanted & census["acknowledged"], "hold", "reactivate", "number_reused"),
        (doubtful & wanted & account.notna(), "hold", "reactivate", "number_reused"),
        (doubtful & wanted, "hold", "create", "address_reused"),
        (doubtful & standing.eq("left") & present, "hold", "deactivate", "number_reused"),
        (unaddressed & wanted & changed, "hold", "update", "no_external_id"),
        (leaving & waiting.notna(), "skip", "", WAITING),
        (leaving & circumstances.leaving.elsewhere, "skip", "", ELSEWHERE),
        (unaddressed & leaving, "hold", "deactivate", "no_external_id"),
        (alone & account.isna() & census["acknowledged"], "hold", "reactivate", "manager_unknown"),
        (alone & account.isna(), "hold", "create", "manager_unknown"),
        (alone & ~present, "hold", "reactivate", "manager_unknown"),
        (alone & changed, "hold", "update", "manager_unknown"),
        (wanted & account.isna() & census["employee_id"].isin(circumstances.deleted), "create", "", ""),
        (wanted & account.isna() & census["acknowledged"], "reactivate", "", ""),
        (wanted & account.isna(), "create", "", ""),
        (wanted & ~present, "reactivate", "", ""),
        (wanted & changed, "update", "", ""),
        (wanted, "none", "", ""),
        (standing.eq("left") & present, "deactivate", "", ""),
        (standing.eq("left"), "none", "", "left"),
        (standing.eq("pending"), "skip", "", "not_started"),
        (standing.eq("out_of_scope"), "skip", "", "out_of_scope"),
        (standing.eq("rejected") & present & census["employee_id"].isin(circumstances.leavers_rejected), "skip", "", "still_has_access"),
        (standing.eq("rejected"), "skip", "", "row_rejected"),
        (standing.eq("absent") & ~present, "none", "", "left"),
        (absent & leaver & circumstances.unreadable_reject, "hold", "deactivate", "reject_without_number"),
        (absent & leaver, "deactivate", "", ""),
        (absent, "skip", "", "absent"),
        (standing.eq("disputed"), "skip", "", "conflict"),
    ]
    if circumstances.only is not None:
        others = ~census["employee_id"].isin(circumstances.only)
        rules = [(others, "none", "", "not_selected"), (absent, "skip", "", "absent"), *rules]
    conditions = [condition.to_numpy(bool) for condition, *_ in rules]
    action, intended, reason = (
        pd.Series(np.select(conditions, [rule[part] for rule in rules], default), index=census.index, dtype="str")
        for part, default in ((1, "skip"), (2, ""), (3, "not_in_hr"))
    )
    if circumstances.hold_all:
        held = action.isin(WRITES)
        intended, reason, action = intended.mask(held, action), reason.mask(held, "first_sync"), action.mask(held, "hold")
    why = looked_up(census["employee_id"], faults.drop_duplicates("employee_id").set_index("employee_id")["reason"])
    moved = census["employee_id"].isin(circumstances.elsewhere)
    reason = reason.mask(reason.eq("left") & moved, "elsewhere")
    reason = reason.mask(reason.eq("no_record"), why.fillna("no_record")).replace("", np.nan)
    effect = intended.where(action.eq("hold"), action)
    people = census[["person", "employee_id", "account", "matched_by"]].assign(
        action=action,
        intended=intended.replace("", np.nan),
        kinds=_kinds(census, changes, effect),
        reason=reason,
        detail=reason.map(DETAILS).mask(reason.eq(WAITING), wait_details(waiting, moved)),
    )
    return people.astype("str")[list(PEOPLE_COLUMNS)]


def _kinds(census: pd.DataFrame, changes: pd.DataFrame, effect: pd.Series) -> pd.Series:
    own: dict[str, str] = {"create": "join", "reactivate": "rejoin", "deactivate": "leave", "delete": deletion.HELD}
    pairs = changes[["employee_id", "kind"]].drop_duplicates().sort_values("kind")
    joined = pairs.groupby("employee_id")["kind"].agg("|".join)
    by_change = looked_up(census["employee_id"], joined).where(effect.eq("update"))
    return effect.map(own).where(effect.isin(list(own)), by_change).astype("str")


def assemble(people: pd.DataFrame, changes: pd.DataFrame, records: pd.DataFrame, kinds: Mapping[str, Kind]) -> Plan:
    """Puts a plan together: changes and records of those who are written or held, marked with what is applied now.

    Args:
        people: the decisions.
        changes: all differences found (``employee_id``, ``field``, ``old``, ``new``, ``visible``, and ``kind`` where that is known).
        records: candidate records by ``employee_id``, with ``action`` naming the action each belongs to.
        kinds: the kind of each field, for changes that say none.

    Returns:
        The plan, rows in a fixed order: leavers' records last, so that nobody's approver goes before they have another.
    """
    effective = people.assign(effect=people["intended"].where(people["action"].eq("hold"), people["action"]))
    writes = effective.loc[effective["effect"].isin(WRITES), ["person", "employee_id", "effect", "action"]]
    writes = writes.assign(employee_id=writes["employee_id"].fillna(writes["person"]))  # a stranger has no number of ours
    writes = writes.assign(apply=writes["action"].ne("hold")).drop(columns="action")
    written = changes.merge(writes, on="employee_id")
    kind = written["field"].map(lambda field: kinds.get(field, "other")).astype("str")
    written = written.assign(kind=written.get("kind", kind).fillna(kind))
    sent = records.merge(writes, on="employee_id")
    sent = sent[sent["action"] == sent["effect"]].drop(columns=["effect", "employee_id"])
    sent = (
        sent.assign(last=sent["action"].map({"deactivate": 1, "delete": 2}).fillna(0))
        .sort_values(["last", "person"], kind="stable")
        .drop(columns="last")
    )
    front = ["person", "action", "apply"]
    return Plan(
        people=people.sort_values("person", ignore_index=True),
        changes=written[list(CHANGE_COLUMNS)].sort_values(["person", "field"], ignore_index=True),
        records=sent[front + [name for name in sent.columns if name not in front]].reset_index(drop=True),
    )


def to_stored(plan: Plan) -> dict[str, pd.DataFrame]:
    """A plan as named frames, for storage."""
    frames = {"people": plan.people, "changes": plan.changes, "records": plan.records, "needs": plan.needs}
    return {**frames, **({"planned_things": plan.things} if len(plan.things) else {})}


def from_stored(frames: Mapping[str, Any]) -> Plan:
    """The plan that `to_stored` made frames of."""
    made = Plan(frames["people"], frames["changes"], frames["records"])
    made = replace(made, needs=frames["needs"]) if "needs" in frames else made
    return replace(made, things=frames["planned_things"]) if "planned_things" in frames else made
