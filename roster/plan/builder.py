"""From what is there and what should be to a plan, the same way at every destination.

Belongs here: the order in which census, comparison and decision follow each other, and what a destination must say for that
(`Comparison`). Does not belong here: any of those steps themselves, the fields of any destination.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol

import pandas as pd

from roster.membership import among, looked_up
from roster.parts import FIELD as PART
from roster.people.approvers import TOPS
from roster.people.census import census
from roster.people.identity import inherited, reused
from roster.plan import barred, deletion, dependants, domains, emptied, few, first, leaving, pilot, shrunk, strangers
from roster.plan.decision import Circumstances, Plan, assemble, decide
from roster.plan.differences import CHANGE_COLUMNS, Frames, together
from roster.plan.limits import Against, base_of, figures, hold_over
from roster.plan.write_only import WriteOnly, write_only_changes
from roster.vocabulary import BROUGHT, Kind


@dataclass(frozen=True)
class HrSide:
    """HR's side of a plan, and what is remembered."""

    roster: pd.DataFrame
    rejected: pd.Series
    """Employee numbers in rejected rows, missing where they cannot be read."""
    acknowledged: pd.DataFrame
    """The ledger's people of the destination."""
    key: bytes
    """The ledger's secret for digests and pseudonyms."""

    def numbers(self) -> pd.Series:
        """Every employee number that HR and the ledger know, repeats allowed."""
        return pd.concat([self.roster["employee_id"], self.acknowledged["employee_id"], self.rejected.dropna()], ignore_index=True)


@dataclass(frozen=True)
class Removal:
    """What takes leavers out of a destination."""

    records: pd.DataFrame
    """``employee_id`` and the API's fields; several rows a person, if so many are needed."""
    changes: pd.DataFrame
    """``employee_id``, ``field``, ``old``, ``new``: what they lose."""


class Comparison(Protocol):
    """What is particular to one destination when a plan is drawn and held against what landed. Pure: frames in, frames out.

    ``read`` is what reading the destination gave, ``desired`` its desired records by ``employee_id``, ``key`` the ledger's secret for
    pseudonyms. What only some destinations have is answered here as by one that has it not.
    """

    @property
    def kinds(self) -> Mapping[str, Kind]:
        """The kind of change of each field; any other is ``other``. Where an address is kept, its kind is ``email``."""

    @property
    def write_only(self) -> WriteOnly:
        """The fields that no reading is sure to show."""

    @property
    def required(self) -> tuple[str, ...]:
        """Fields without which there is no record."""
        return ()

    @property
    def approver_field(self) -> str:
        """The field that names who approves for a person."""

    @property
    def accounts_are_addresses(self) -> bool:
        """Whether an account is named by an e-mail address: a newcomer with a former one's address comes into their account."""
        return False

    def accounts(self, read: Frames, numbers: pd.Series, acknowledged: pd.DataFrame) -> pd.DataFrame:
        """Everyone there (`roster.people.matching.ACCOUNT_COLUMNS`), by the `numbers` that HR and the ledger know."""

    def differences(self, desired: pd.DataFrame, read: Frames, pairs: pd.DataFrame, key: bytes) -> pd.DataFrame:
        """In what is there differs from `desired` (`roster.plan.differences.CHANGE_COLUMNS`); `pairs`: ``employee_id`` → ``account``."""

    def hidden(self, desired: pd.DataFrame, read: Frames, pairs: pd.DataFrame) -> pd.DataFrame:
        """Those of `desired` whose write-only fields reading does not show."""
        return desired

    def names(self, read: Frames) -> pd.DataFrame | None:
        """Account → ``last_name``, ``first_name``, where names are shown."""
        return None

    def unaddressed(self, accounts: pd.Series) -> pd.Series:
        """Which of the accounts no call can address."""
        return pd.Series(False, index=accounts.index)

    def barred(self, everyone: pd.DataFrame, roster: pd.DataFrame, read: Frames) -> pd.DataFrame:
        """Of the census, whom nothing may take out, or write at all (`roster.plan.barred.BARRED`)."""
        return barred.nobody()

    def shrunk(self, read: Frames) -> str | None:
        """What is mostly gone of that by which people are written, as a sentence; None where nothing is (`roster.plan.shrunk`)."""
        return None

    def needs(self, standing: dependants.Standing) -> pd.DataFrame:
        """Whose write needs whose (`roster.plan.dependants.NEEDS`)."""

    def joined(self, decided: pd.DataFrame, desired: pd.DataFrame) -> pd.DataFrame:
        """The decisions, with those added who must be written along with others."""
        return decided

    def writes(self, due: pd.DataFrame, changes: pd.DataFrame, certain: pd.DataFrame, acknowledged: pd.DataFrame) -> pd.DataFrame:
        """What is sent for whoever is created, updated or reactivated: of the desired records theirs (`due`), each with its ``action``;
        `certain`: who is certainly who. Here always the whole record."""
        return due

    def removal(self, leavers: pd.DataFrame, read: Frames) -> Removal:
        """What takes leavers (``employee_id``, ``account``) out."""

    def strangers(self, unknown: pd.DataFrame, desired: pd.DataFrame, read: Frames) -> Removal:
        """What takes out the accounts that HR does not know (``employee_id``, which is no employee number here, and ``account``), of those
        whom the settings have taken out and who can be: nobody who approves for one of HR's people there."""
        nobody = pd.DataFrame(columns=["employee_id"], dtype="str")
        return Removal(nobody, nobody.reindex(columns=["employee_id", "field", "old", "new"]))

    def deletions(self, people: pd.DataFrame, read: Frames) -> Removal:
        """What deletes people who left long ago (``employee_id``, ``account``): of those who can be, for nobody active there needs them."""
        nobody = pd.DataFrame(columns=["employee_id"], dtype="str")
        return Removal(nobody, nobody.reindex(columns=["employee_id", "field", "old", "new"]))

    def account_after(self, plan: Plan, desired: pd.DataFrame) -> pd.Series:
        """The account that each of `desired` has once the plan is written, aligned with it."""

    def pairs_after(self, plan: Plan, desired: pd.DataFrame) -> pd.DataFrame:
        """``employee_id`` → ``account`` of everyone once the plan is written."""

    def memory(self, plan: Plan, desired: pd.DataFrame, read: Frames, acknowledged: pd.DataFrame) -> pd.DataFrame | None:
        """What is to be remembered of people beside their record: by ``employee_id`` a column for each name, lists as JSON text.

        Of whoever is not in it, nothing. None: this destination has nothing of the kind.
        """
        return None

    def not_as_left(self, plan: Plan, desired: pd.DataFrame, read: Frames) -> pd.DataFrame:
        """``employee_id``, ``field``: leavers of the plan who are there still, and of `desired` who are not there at all."""


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
    circumstances = replace(circumstances, deleted=frozenset(deletion.gone(people.acknowledged)))
    everyone = census(people.roster, people.rejected, accounts, people.acknowledged, people.key)
    certain = _certain(everyone)
    own = _becoming_own(repairs, everyone, accounts)
    # A top who is of the first sync and there already lacks only their approver: they are coming in still.
    own = own[~(own["repair"].isin(TOPS) & own["employee_id"].isin(circumstances.of_first))]
    changes = _changes(comparison, people, read, everyone, certain, desired, own["employee_id"])
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
    lacking = faults[faults["field"].isin([*comparison.required, PART])]
    unaddressed = comparison.unaddressed(everyone["account"])
    unapproved = repairs.loc[repairs["approver_id"].isna(), "employee_id"]
    waiting = leaving.waits(everyone, people.roster, circumstances.leaving, in_doubt=circumstances.unreadable_reject)
    decided = decide(everyone, desired["employee_id"], changes, lacking, circumstances, others, unaddressed, unapproved, waiting)
    kept = barred.together(comparison.barred(everyone, people.roster, read), circumstances.kept)
    decided = barred.skip(decided, kept)
    decided = first.held_if_hardly_any_match(decided) if circumstances.first else decided
    decided = shrunk.hold(decided, comparison.shrunk(read))
    decided = _with_self_approval(decided, own.loc[~own["repair"].isin(TOPS), "employee_id"])
    needs = comparison.needs(dependants.Standing(everyone, decided, desired, read, changes, people.roster))
    decided = _with_new_domains_held(decided, everyone, changes, accounts, people, circumstances)
    decided = emptied.hold(decided, changes, desired)
    compared = desired[among(desired["employee_id"], certain["employee_id"])]
    against, had = _against(everyone, decided, changes, compared, people, circumstances)
    over = hold_over(first.uncounted(decided, circumstances.of_first), against)
    trial = pilot.of(circumstances.one_first, circumstances.created, everyone) if circumstances.one_first else None
    over = pilot.hold(over.assign(kinds=decided["kinds"]), needs, trial)
    decided = dependants.held_with(over, needs)
    counted = figures(first.uncounted(decided, circumstances.of_first), against)
    decided = comparison.joined(decided, desired)
    removal = comparison.removal(decided[decided["action"].eq("deactivate") | decided["intended"].eq("deactivate")], read)
    records = [
        comparison.writes(_due(desired, decided), changes, certain, people.acknowledged),
        removal.records.assign(action="deactivate"),
    ]
    ends = removal.changes.assign(visible=True).reindex(columns=[*CHANGE_COLUMNS, "kind"])
    undeleted: list[str] = []
    # Before anybody is brought in, nobody can tell who is a stranger there.
    if not (circumstances.first or circumstances.hold_all):
        out = comparison.strangers(strangers.of(decided), desired, read)
        decided = strangers.held(decided, out.records["employee_id"])
        records.append(out.records.assign(action="deactivate"))
        ends = pd.concat([ends, out.changes.assign(visible=True, kind=strangers.HELD).reindex(columns=ends.columns)], ignore_index=True)
        # Of whom a rejected row may be, nobody knows tonight that they have left.
        if circumstances.deletion.inactive and not circumstances.unreadable_reject:
            doubtful = pd.concat([others, everyone.loc[among(everyone["person"], kept["person"]), "employee_id"]])
            due = deletion.of(decided, circumstances.deletion, doubtful)
            out = comparison.deletions(due[~deletion.still_used(due, circumstances.deletion, accounts, people.roster)], read)
            undeleted = deletion.spared(due, out.records["employee_id"])
            decided = deletion.held(decided, out.records["employee_id"], circumstances.deletion)
            records.append(out.records.assign(action="delete"))
            ends = pd.concat([ends, out.changes.assign(visible=True, kind=deletion.HELD).reindex(columns=ends.columns)], ignore_index=True)
    plan = assemble(
        decided,
        pd.concat([changes, ends.astype({"kind": "str"})], ignore_index=True),
        pd.concat(records, ignore_index=True),
        comparison.kinds,
    )
    concerned = leaving.concerned(everyone[~among(everyone["person"], kept["person"])], decided)
    return replace(
        plan,
        figures=counted,
        needs=needs,
        had=had,
        near=leaving.near(concerned, people.roster, waiting, circumstances.leaving),
        undeleted=undeleted,
        pilot=trial,
    )


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


def _against(
    everyone: pd.DataFrame,
    decided: pd.DataFrame,
    changes: pd.DataFrame,
    compared: pd.DataFrame,
    people: HrSide,
    circumstances: Circumstances,
) -> tuple[Against, dict[str, list[str]]]:
    """What the decisions are held against, and `Plan.had`."""
    base = base_of(everyone)
    updated = decided.loc[decided["action"].eq("update"), "employee_id"]
    moved, had = few.moved(updated, changes, compared, people.acknowledged, base, circumstances.had)
    return Against(circumstances.limits, base, circumstances.week, moved), had


def _with_new_domains_held(
    decided: pd.DataFrame,
    everyone: pd.DataFrame,
    changes: pd.DataFrame,
    accounts: pd.DataFrame,
    people: HrSide,
    circumstances: Circumstances,
) -> pd.DataFrame:
    """The decisions, with whoever would get an address of a new domain held."""
    ours = everyone.loc[everyone["employee_id"].notna(), "account"]  # a stranger's address vouches for nothing
    there = accounts.loc[among(accounts["account"], ours), "email"]
    kept = people.acknowledged[people.acknowledged["account"].str.contains("@", regex=False, na=False)]  # an account may be an address
    before = pd.concat([there, kept["account"]], ignore_index=True)
    back = decided["action"].eq("reactivate") & (decided["account"].notna() | among(decided["employee_id"], kept["employee_id"]))
    moving = pd.concat([changes.loc[changes["kind"].eq("email"), "employee_id"], decided.loc[back, "employee_id"]])
    return domains.hold_new(decided, moving, people.roster.set_index("employee_id")["email"], before, circumstances.email_domains)
