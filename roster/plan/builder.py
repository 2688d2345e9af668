"""From what is there and what should be to a plan, the same way at every destination.

Belongs here: the order in which census, comparison and decision follow each other. Does not belong here: any of those steps themselves,
what a destination answers to them (``roster.plan.comparison``).
"""

from dataclasses import dataclass, replace

import pandas as pd

from roster.membership import among, looked_up
from roster.parts import FIELD as PART
from roster.people.approvers import TOPS
from roster.people.census import census
from roster.people.identity import inherited, reused
from roster.plan import barred, deletion, dependants, domains, emptied, few, first, leaving, pilot, shrunk, strangers
from roster.plan.comparison import Comparison, HrSide, Removal
from roster.plan.decision import Circumstances, Plan, assemble, decide
from roster.plan.differences import CHANGE_COLUMNS, Frames, together
from roster.plan.limits import Against, base_of, figures, hold_over
from roster.plan.write_only import write_only_changes
from roster.vocabulary import BROUGHT


@dataclass(frozen=True)
class _Ground:
    """What each step of a plan stands on."""

    comparison: Comparison
    people: HrSide
    read: Frames
    accounts: pd.DataFrame
    desired: pd.DataFrame
    circumstances: Circumstances
    everyone: pd.DataFrame
    """The census."""
    certain: pd.DataFrame
    """Who is certainly who (``employee_id``, ``account``): only they are compared."""
    changes: pd.DataFrame
    """In what they differ, each with its kind."""
    others: pd.Series
    """Employee numbers of people whose number, or address, seems to have been somebody else's."""
    kept: pd.DataFrame
    """Whom nothing may take out, or write at all (`roster.plan.barred.BARRED`)."""
    waiting: pd.Series
    """The day of each leaver who keeps their access until then, aligned with `everyone`."""


def draw(
    comparison: Comparison,
    people: HrSide,
    read: Frames,
    accounts: pd.DataFrame,
    desired: pd.DataFrame,
    faults: pd.DataFrame,
    repairs: pd.DataFrame,
    circumstances: Circumstances,
) -> Plan:
    """What must change at a destination.

    Args:
        comparison: what is particular to it.
        people: HR's side.
        read: what reading it gave.
        accounts: everyone there (`Comparison.accounts`).
        desired: the desired records.
        faults: values that no record has (``employee_id``, ``field``, ``reason``).
        repairs: approvers by rule (`roster.people.chain.Chain.repairs`).
        circumstances: what else decides.
    """
    circumstances = replace(circumstances, deleted=frozenset(deletion.deleted_numbers(people.acknowledged)))
    everyone = census(people.roster, people.rejected, accounts, people.acknowledged, people.key)
    certain = _certain(everyone)
    own = _becoming_own(repairs, everyone, accounts)
    # A top who is of the first sync and there already lacks only their approver: they are coming in still.
    own = own[~(own["repair"].isin(TOPS) & own["employee_id"].isin(circumstances.of_first))]
    changes = _changes(comparison, people, read, everyone, certain, desired, own["employee_id"])
    ground = _Ground(
        comparison,
        people,
        read,
        accounts,
        desired,
        circumstances,
        everyone,
        certain,
        changes,
        others=_others(comparison, people, read, accounts, everyone, changes),
        kept=barred.together(comparison.barred(everyone, people.roster, read), circumstances.kept),
        waiting=leaving.waits(everyone, people.roster, circumstances.leaving, in_doubt=circumstances.unreadable_reject),
    )
    decided = _decided(ground, faults, repairs)
    decided = _with_self_approval(decided, own.loc[~own["repair"].isin(TOPS), "employee_id"])
    needs = comparison.needs(_standing(ground, decided))
    held = _held(ground, decided, needs)
    going = _going(ground, comparison.joined(held.people, desired))
    plan = assemble(
        going.people,
        pd.concat([changes, going.changes.astype({"kind": "str"})], ignore_index=True),
        pd.concat(going.records, ignore_index=True),
        comparison.kinds,
    )
    concerned = leaving.concerned(everyone[~among(everyone["person"], ground.kept["person"])], going.people)
    return replace(
        plan,
        figures=held.figures,
        needs=needs,
        had=held.had,
        near=leaving.near(concerned, people.roster, ground.waiting, circumstances.leaving),
        undeleted=going.undeleted,
        pilot=held.pilot,
    )


def _standing(ground: _Ground, decided: pd.DataFrame) -> dependants.Standing:
    people, field = ground.people, ground.comparison.approver_field
    return dependants.Standing(
        ground.everyone, decided, ground.desired, ground.read, ground.changes, people.roster, people.acknowledged, field
    )


def _others(
    comparison: Comparison, people: HrSide, read: Frames, accounts: pd.DataFrame, everyone: pd.DataFrame, changes: pd.DataFrame
) -> pd.Series:
    """`_Ground.others`."""
    others = reused(
        everyone,
        people.roster,
        changes.loc[changes["kind"].eq("email"), "employee_id"],
        accounts.set_index("account")["email"],
        people.acknowledged,
        people.key,
        comparison.names(read),
    )
    if comparison.accounts_are_addresses:
        others = pd.concat([others, inherited(everyone, people.roster, people.acknowledged)])
    return others


def _decided(ground: _Ground, faults: pd.DataFrame, repairs: pd.DataFrame) -> pd.DataFrame:
    """One action for everyone, before limits and before what depends on whom."""
    lacking = faults[faults["field"].isin([*ground.comparison.required, PART])]
    decided = decide(
        ground.everyone,
        ground.desired["employee_id"],
        ground.changes,
        lacking,
        ground.circumstances,
        reused=ground.others,
        unaddressed=ground.comparison.unaddressed(ground.everyone["account"]),
        unapproved=repairs.loc[repairs["approver_id"].isna(), "employee_id"],
        waiting=ground.waiting,
    )
    decided = barred.skip(decided, ground.kept)
    decided = first.held_if_hardly_any_match(decided) if ground.circumstances.first else decided
    return shrunk.hold(decided, ground.comparison.shrunk(ground.read))


@dataclass(frozen=True)
class _Held:
    """The decisions with what limits hold of them, and what a plan says of that."""

    people: pd.DataFrame
    figures: pd.DataFrame
    had: dict[str, list[str]]
    pilot: pilot.Pilot | None


def _held(ground: _Ground, decided: pd.DataFrame, needs: pd.DataFrame) -> _Held:
    """Hold what goes beyond limits, what is doubtful, and whoever needs somebody that is held."""
    circumstances = ground.circumstances
    decided = _with_new_domains_held(decided, ground)
    decided = emptied.hold(decided, ground.changes, ground.desired)
    against, had = _against(decided, ground)
    over = hold_over(first.uncounted(decided, circumstances.of_first), against)
    trial = pilot.of(circumstances.one_first, circumstances.created, ground.everyone) if circumstances.one_first else None
    over = pilot.hold(over.assign(kinds=decided["kinds"]), needs, trial)
    decided = dependants.held_with(over, needs)
    return _Held(decided, figures(first.uncounted(decided, circumstances.of_first), against), had, trial)


@dataclass(frozen=True)
class _Going:
    """The decisions with strangers and deletions among them, and the records of all that is written."""

    people: pd.DataFrame
    records: list[pd.DataFrame]
    changes: pd.DataFrame
    """What those lose who are taken out."""
    undeleted: list[str]


def _going(ground: _Ground, decided: pd.DataFrame) -> _Going:
    """Make the records of what is decided, and add who is taken out without HR's word: strangers, and who left long ago."""
    comparison, circumstances = ground.comparison, ground.circumstances
    removal = comparison.removal(decided[decided["action"].eq("deactivate") | decided["intended"].eq("deactivate")], ground.read)
    records = [
        comparison.writes(_due(ground.desired, decided), ground.changes, ground.certain, ground.people.acknowledged),
        removal.records.assign(action="deactivate"),
    ]
    ends = removal.changes.assign(visible=True).reindex(columns=[*CHANGE_COLUMNS, "kind"])
    undeleted: list[str] = []
    # Before anybody is brought in, nobody can tell who is a stranger there.
    if circumstances.first or circumstances.hold_all:
        return _Going(decided, records, ends, undeleted)
    out = comparison.strangers(strangers.of(decided), ground.desired, ground.read)
    decided = strangers.held(decided, out.records["employee_id"])
    records.append(out.records.assign(action="deactivate"))
    ends = _with_ends(ends, out, strangers.HELD)
    # Of whom a rejected row may be, nobody knows tonight that they have left.
    if circumstances.deletion.inactive and not circumstances.unreadable_reject:
        kept = ground.everyone.loc[among(ground.everyone["person"], ground.kept["person"]), "employee_id"]
        due = deletion.of(decided, circumstances.deletion, pd.concat([ground.others, kept]))
        used = deletion.still_used(due, circumstances.deletion, ground.accounts, ground.people.roster)
        out = comparison.deletions(due[~used], ground.read)
        undeleted = deletion.spared(due, out.records["employee_id"])
        decided = deletion.held(decided, out.records["employee_id"], circumstances.deletion)
        records.append(out.records.assign(action="delete"))
        ends = _with_ends(ends, out, deletion.HELD)
    return _Going(decided, records, ends, undeleted)


def _with_ends(ends: pd.DataFrame, out: Removal, kind: str) -> pd.DataFrame:
    return pd.concat([ends, out.changes.assign(visible=True, kind=kind).reindex(columns=ends.columns)], ignore_index=True)


def _due(desired: pd.DataFrame, decided: pd.DataFrame) -> pd.DataFrame:
    """Of the desired records those that are written or held, each with its ``action``: on most nights few."""
    effect = decided["intended"].where(decided["action"].eq("hold"), decided["action"])
    written = decided.assign(effect=effect)[effect.isin(BROUGHT)].dropna(subset="employee_id")
    action = looked_up(desired["employee_id"], written.set_index("employee_id")["effect"])
    return desired.assign(action=action)[action.notna()]


def _changes(
    comparison: Comparison,
    people: HrSide,
    read: Frames,
    everyone: pd.DataFrame,
    certain: pd.DataFrame,
    desired: pd.DataFrame,
    own: pd.Series,
) -> pd.DataFrame:
    """The differences of whoever is certainly who, each with its kind; `own`: who becomes their own approver."""
    compared = desired[among(desired["employee_id"], certain["employee_id"])]
    found = together(
        [
            comparison.differences(compared, read, everyone[["employee_id", "account"]].dropna(), people.key),
            write_only_changes(comparison.hidden(compared, read, certain), people.acknowledged, comparison.write_only, people.key),
        ]
    )
    kind = found["field"].map(lambda field: comparison.kinds.get(field, "other")).astype("str")
    becomes = found["field"].eq(comparison.approver_field) & found["new"].notna() & among(found["employee_id"], own)
    return found.assign(kind=kind.mask(becomes, "self_approval"))


def _becoming_own(repairs: pd.DataFrame, everyone: pd.DataFrame, accounts: pd.DataFrame) -> pd.DataFrame:
    """Of the approvers by rule, those of people who are to approve for themselves and do not yet."""
    alone = accounts.loc[accounts.reindex(columns=["approver"])["approver"].eq(accounts["account"]), "account"]
    already = everyone.loc[among(everyone["account"], alone), "employee_id"]
    return repairs[repairs["approver_id"].eq(repairs["employee_id"]) & ~among(repairs["employee_id"], already)]


def _with_self_approval(decided: pd.DataFrame, own: pd.Series) -> pd.DataFrame:
    """The decisions, where coming in as one's own approver is a change of that kind too, but for who is a top by HR's own word."""
    coming = decided["action"].isin(["create", "reactivate"]) | decided["intended"].isin(["create", "reactivate"])
    at = coming & among(decided["employee_id"], own)
    return decided.assign(kinds=decided["kinds"].mask(at, decided["kinds"] + "|self_approval"))


def _certain(everyone: pd.DataFrame) -> pd.DataFrame:
    """Who is certainly who: only they are compared."""
    return everyone.loc[everyone["matched_by"].isin(["number", "email"]) & everyone["account"].notna(), ["employee_id", "account"]]


def _against(decided: pd.DataFrame, ground: _Ground) -> tuple[Against, dict[str, list[str]]]:
    """What the decisions are held against, and `Plan.had`."""
    base = base_of(ground.everyone)
    compared = ground.desired[among(ground.desired["employee_id"], ground.certain["employee_id"])]
    updated = decided.loc[decided["action"].eq("update"), "employee_id"]
    moved, had = few.moved(updated, ground.changes, compared, ground.people.acknowledged, base, ground.circumstances.had)
    return Against(ground.circumstances.limits, base, ground.circumstances.week, moved), had


def _with_new_domains_held(decided: pd.DataFrame, ground: _Ground) -> pd.DataFrame:
    """The decisions, with whoever would get an address of a new domain held."""
    everyone, changes, accounts, people = ground.everyone, ground.changes, ground.accounts, ground.people
    ours = everyone.loc[everyone["employee_id"].notna(), "account"]  # a stranger's address vouches for nothing
    there = accounts.loc[among(accounts["account"], ours), "email"]
    kept = people.acknowledged[people.acknowledged["account"].str.contains("@", regex=False, na=False)]  # an account may be an address
    before = pd.concat([there, kept["account"]], ignore_index=True)
    back = decided["action"].eq("reactivate") & (decided["account"].notna() | among(decided["employee_id"], kept["employee_id"]))
    moving = pd.concat([changes.loc[changes["kind"].eq("email"), "employee_id"], decided.loc[back, "employee_id"]])
    return domains.hold_new(decided, moving, people.roster.set_index("employee_id")["email"], before, ground.circumstances.email_domains)
