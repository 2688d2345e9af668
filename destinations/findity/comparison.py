"""What Findity shows, held against the desired users: accounts, differences, who approves there, whose change needs whose.

Belongs here: the comparison with the users that were read. Does not belong here: what is done about a difference (``roster.plan``). Pure.
"""

import json
from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from destinations.findity import external_ids, further_approvers, taking_away
from destinations.findity.taking_away import PRESET_KEY, PRESET_VALUE
from roster.membership import among, looked_up
from roster.people.chain import names_of
from roster.people.matching import owners
from roster.plan.comparison import Removal
from roster.plan.decision import Plan
from roster.plan.dependants import Standing, each_approver, first_of, needs_of
from roster.plan.differences import compare, together
from roster.plan.write_only import WriteOnly
from roster.records import TAKEN_AWAY, compact
from roster.taking_away import without_marks
from roster.vocabulary import Kind

PLAIN: Final = ("firstName", "lastName", "personnelNumber", "organizationalUnitId", "role", "locale", "phone")
NESTED: Final = ("bankAccount", "address", "dimensionPresets")

WRITE_ONLY: Final = WriteOnly(fields=("bankAccount",))
"""Fields that a reply may leave out: where the user as read has none, the ledger's digest is compared instead."""

KINDS: Final[Mapping[str, Kind]] = {
    "email": "email",
    "approverIds": "manager",
    "role": "role",
    "organizationalUnitId": "unit",
    "bankAccount": "bank_account",
}
"""The kind of change of each field; any other is ``other``."""

UNADDRESSED: Final = "id:"
"""What the account of a user without ``externalSourceId`` begins with."""


def account_of(users: pd.DataFrame) -> pd.Series:
    """The ``externalSourceId``, which addresses the user in every call; ``id:`` and the id of one without, who can only be looked at;
    so can those who share one, since nobody knows which of them a call would reach."""
    external = users["externalSourceId"]
    return external.mask(external.duplicated(keep=False)).fillna(UNADDRESSED + users["id"].fillna(external))


def accounts(
    users: pd.DataFrame, employee_ids: pd.Series, acknowledged: pd.DataFrame | None = None, ids: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Findity's users in the common form of `roster.people.matching`.

    Args:
        users: the users as read.
        employee_ids: the numbers that HR and the ledger know.
        acknowledged: the ledger's people of Findity, if it has any.
        ids: the ids that a rule gives (`destinations.findity.external_ids.given`), if there is one.

    Returns:
        ``number`` is the ``externalSourceId`` where that is somebody's employee number, else whom the ledger knows by that account, else
        the ``personnelNumber`` (which a rule may fill with something else), else the ``externalSourceId`` of whatever system gave it.
    """
    account = account_of(users)
    return pd.DataFrame(
        {
            "account": account,
            "number": _numbers(users, account, employee_ids, acknowledged, ids),
            "email": users["email"].str.strip(),
            "active": users["active"].fillna(True).astype("bool"),
            "approver": looked_up(_first_approver(users), _by_person(users)),
        }
    )


def _numbers(
    users: pd.DataFrame,
    account: pd.Series,
    employee_ids: pd.Series,
    acknowledged: pd.DataFrame | None = None,
    ids: pd.DataFrame | None = None,
) -> pd.Series:
    """The numbers of `accounts`."""
    external = users["externalSourceId"]
    if ids is not None:
        number = external_ids.numbers(users, account, acknowledged, ids)
    else:
        number = external.where(among(external, employee_ids))
        if acknowledged is not None:
            number = number.fillna(looked_up(account, owners(acknowledged)))
        number = number.fillna(users["personnelNumber"].str.strip()).fillna(external.str.strip())
    if "onlyIfAsked" in users:  # whom nobody here knows and a plain list does not show is no news: a stranger without a number
        number = number.mask(users["onlyIfAsked"].astype("bool") & ~among(number, employee_ids))
    return number


def names(users: pd.DataFrame) -> pd.DataFrame:
    """The names there by account: ``last_name``, ``first_name``."""
    shown = users[["lastName", "firstName"]].set_axis(["last_name", "first_name"], axis=1)
    return shown.set_index(account_of(users))


def _by_person(users: pd.DataFrame) -> pd.Series:
    """Person id → account."""
    known = users.dropna(subset="personId")
    return first_of(pd.Series(account_of(known).to_numpy(), index=known["personId"]))


def _first_approver(users: pd.DataFrame) -> pd.Series:
    """The person id of each user's approver; of several the first."""
    texts = users["approverIds"]
    first = {text: next(iter(json.loads(text)), None) for text in texts.dropna().unique()}
    return pd.Series([first.get(text) for text in texts.to_numpy()], index=users.index, dtype="str")


def visible_changes(desired: pd.DataFrame, there: pd.DataFrame, pairs: pd.DataFrame, key: bytes) -> pd.DataFrame:
    """In what the users that were read differ from what they should be, for people who have an account.

    Args:
        desired: desired users.
        there: the users as read.
        pairs: ``employee_id`` → ``account``, also of people who only approve.
        key: for pseudonyms.

    Returns:
        `roster.plan.differences.CHANGE_COLUMNS`. A nested value is compared in the keys that the rules give, and its ``new`` is the whole
        value with what else is there, so that sending it takes nothing away.
    """
    known = there.assign(account=account_of(there), approverIds=approver_numbers(there, pairs, key))
    known["active"] = known["active"].map({True: "true", False: "false"}).astype("str")
    both = desired.merge(pairs[["employee_id", "account"]].dropna(), on="employee_id").merge(known, on="account", suffixes=("", "_there"))
    if further_approvers.NOT_ALL_KNOWN in both:
        known_all = both[further_approvers.NOT_ALL_KNOWN]
        both["approverIds"] = further_approvers.completed(both["approverIds"], both["approverIds_there"], known_all)
    ids = both["employee_id"]
    parts = [compare(ids, field, both[field], both[f"{field}_there"]) for field in (*PLAIN, "active", "approverIds")]
    parts.append(compare(ids, "email", both["email"], both["email_there"], fold=True))
    for field in NESTED:
        shown = both[both[f"{field}_there"].notna()] if field in WRITE_ONLY.fields else both
        wanted, known_there = shown[field], shown[f"{field}_there"]
        # An empty object or list is nothing that could be taken away.
        known_there = known_there.mask(wanted.eq(TAKEN_AWAY) & known_there.isin(["{}", "[]"]))
        parts.append(compare(shown["employee_id"], field, _completed(wanted, known_there), known_there))
    return together(parts)


def approver_numbers(there: pd.DataFrame, pairs: pd.DataFrame, key: bytes) -> pd.Series:
    """The users' ``approverIds`` as JSON lists of employee numbers instead of person ids, where the person is known.

    An account that is nobody's in HR is named as in `roster.people.chain`.
    """
    names = person_names(there, pairs, key)
    texts = there["approverIds"]

    def named(text: str) -> str:
        return compact([names.get(person, f"person:{person}") for person in json.loads(text)])

    return texts.map({text: named(text) for text in texts.dropna().unique()}).replace("[]", np.nan).astype("str")


def person_names(there: pd.DataFrame, pairs: pd.DataFrame, key: bytes) -> dict[str, str]:
    """``personId`` → how the chain names that person: by employee number, by the account's own number, or by a pseudonym."""
    account = account_of(there)
    people = pd.DataFrame({"account": account, "number": _numbers(there, account, pairs["employee_id"])})
    paired = pairs.dropna(subset="account")
    ours = looked_up(people["account"], paired.set_index("account")["employee_id"])
    # An id may be somebody's number by chance: who is paired with another account is not behind it.
    people["number"] = people["number"].mask(ours.isna() & among(people["number"], paired["employee_id"]))
    known = pd.DataFrame({"person": there["personId"], "name": ours.fillna(names_of(people, key)), "strange": ours.isna()}).dropna()
    # One person may have several users: the one that is paired with somebody says who it is.
    # An id that two of those have is nobody's: an approver of that id may be the one or the other.
    known = known[~among(known["person"], known.loc[~known["strange"] & known.duplicated(["person", "strange"]), "person"])]
    known = known.sort_values("strange", kind="stable").drop_duplicates("person")
    return dict(zip(known["person"].to_numpy(), known["name"].to_numpy(), strict=True))


def _completed(wanted: pd.Series, there: pd.Series) -> pd.Series:
    """Nested values with what else is there, equal to what is there where every wanted key already is as wanted."""
    wanted = wanted.where(there.notna(), taking_away.without_gaps(wanted))
    differs = (wanted.notna() & there.notna() & (wanted != there) & wanted.ne(TAKEN_AWAY)).to_numpy(bool)
    # Gathered first and set at once: an Arrow column is written anew for each single cell that is set.
    texts = wanted.to_numpy(dtype="object")
    texts[differs] = [_with_the_rest(ours, theirs) for ours, theirs in zip(wanted[differs], there[differs], strict=True)]
    return pd.Series(texts, index=wanted.index, dtype="str")


def _with_the_rest(wanted: str, there: str) -> str:
    ours, theirs = json.loads(wanted), json.loads(there)
    if isinstance(ours, dict):
        return compact(theirs | ours)
    given = {entry[PRESET_KEY]: entry for entry in ours}
    same = [entry | given.pop(entry.get(PRESET_KEY), {}) for entry in theirs]
    kept = [entry for entry in (*same, *given.values()) if entry.get(PRESET_VALUE, "") is not None]
    return TAKEN_AWAY if theirs and not kept else compact(kept)


def hidden(desired: pd.DataFrame, users: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """Those of `desired` of whose write-only fields the users as read tell nothing."""
    shown = account_of(users)[users["bankAccount"].notna()]
    return desired[~among(desired["employee_id"], pairs.loc[among(pairs["account"], shown), "employee_id"])]


def writes(due: pd.DataFrame, differences: pd.DataFrame, certain: pd.DataFrame, acknowledged: pd.DataFrame) -> pd.DataFrame:
    """What is sent for whoever is created, updated or reactivated (``action``).

    An update's record holds only what changes, always with ``active``, so that no update can wake a leaver by leaving it out, and is
    addressed by the ``externalSourceId`` that the user has there. Someone who was there before and is not now is written whole, under the
    ``externalSourceId`` that they had.
    """
    there = due["action"].eq("update") | (due["action"].eq("reactivate") & among(due["employee_id"], certain["employee_id"]))
    new = due[~there]
    before = new["employee_id"].map(acknowledged.set_index("employee_id")["account"]).astype("str")
    before = before.mask(before.str.startswith(UNADDRESSED, na=False))
    whole = taking_away.to_write_whole(new).assign(externalSourceId=before.fillna(new["externalSourceId"]))
    changed = _changed_fields(differences, certain).merge(due.loc[there, ["employee_id", "action"]], on="employee_id")
    return pd.concat([whole, changed], ignore_index=True)


def _changed_fields(differences: pd.DataFrame, certain: pd.DataFrame) -> pd.DataFrame:
    """One row a person with the changed fields only, addressed as the user is there."""
    differences = differences.assign(new=differences["new"].fillna(TAKEN_AWAY))
    wide = differences.pivot(index="employee_id", columns="field", values="new").reset_index()
    wide = wide.merge(certain, on="employee_id").rename(columns={"account": "externalSourceId"})
    return wide.assign(active="true").astype("str")


def removal(leavers: pd.DataFrame) -> Removal:
    """What takes leavers out, addressed as the user is there: ``active: false``.

    Args:
        leavers: ``employee_id``, ``account``.
    """
    records = leavers[["employee_id"]].assign(externalSourceId=leavers["account"], active="false")
    return Removal(records, leavers[["employee_id"]].assign(field="active", old="true", new="false"))


def deletions(people: pd.DataFrame, users: pd.DataFrame, assigned: pd.Series | None = None) -> Removal:
    """What deletes people who left long ago, addressed as the user is there; nobody who approves for somebody active, or may.

    Args:
        people: ``employee_id``, ``account``.
        users: Findity's.
        assigned: which of them approve for a unit or a value, or may, aligned with `users`; None: nobody does.
    """
    active = users["active"].fillna(True).astype("bool")
    approving = each_approver(users.loc[active, "externalSourceId"].fillna(""), users.loc[active, "approverIds"])["approver"]
    # Of whoever shows no personId nobody can say for whom they approve.
    # An address would stand in the call's own: these are deleted by hand.
    known = ~users["externalSourceId"].str.contains("@", regex=False, na=True)
    known &= users["personId"].notna() & ~among(users["personId"], approving) & ~active
    known &= True if assigned is None else ~assigned
    free = people[among(people["account"], users.loc[known, "externalSourceId"])]
    records = free[["employee_id"]].assign(externalSourceId=free["account"])
    return Removal(records, free[["employee_id"]].assign(field="externalSourceId", old=free["account"], new=np.nan))


def not_as_left(plan: Plan, desired: pd.DataFrame, users: pd.DataFrame) -> pd.DataFrame:
    """Leavers of a plan who are active all the same, or of whom nothing shows that they are not (``active``), and of `desired` who are not
    there (``externalSourceId``).

    Returns:
        ``employee_id``, ``field``.
    """
    leaving = plan.records.loc[plan.records["apply"] & plan.records["action"].eq("deactivate")]
    leaving = leaving.reindex(columns=["person", "externalSourceId"]).astype("str")
    still = _still_active(leaving, users)
    ended = plan.records.loc[plan.records["apply"] & plan.records["action"].eq("delete")].reindex(columns=["person", "externalSourceId"])
    there = ended.loc[among(ended["externalSourceId"].astype("str"), account_of(users)), "person"]
    pairs = accounts_after(plan)
    here = pairs.loc[among(pairs["account"], account_of(users)), "employee_id"]
    missing = desired.loc[~among(desired["employee_id"], here), "employee_id"]
    parts = [
        pd.DataFrame({"employee_id": still, "field": "active"}),
        pd.DataFrame({"employee_id": pd.concat([missing, there]), "field": "externalSourceId"}),
    ]
    return pd.concat(parts, ignore_index=True)


def _still_active(leaving: pd.DataFrame, users: pd.DataFrame) -> pd.Series:
    """The leavers whom a list shows as active: also by an id that blanks or capitals make another, and by their number where it shows no
    id. A list of nobody shows nothing of them."""
    if users.empty:
        return leaving["person"]
    active = users[users["active"].fillna(True).astype("bool")]
    ids, account = active["externalSourceId"].str.strip().str.casefold(), leaving["externalSourceId"].str.strip().str.casefold()
    nameless = active.loc[ids.isna() | ids.eq(""), "personnelNumber"].str.strip()
    return leaving.loc[among(account, ids) | among(leaving["person"], nameless), "person"]


def accounts_after(plan: Plan) -> pd.DataFrame:
    """``employee_id`` → ``account`` of everyone once the plan is written, those who are left alone too: an approver is known by number."""
    everyone = plan.people[["employee_id", "account"]].dropna(subset="employee_id")
    fresh = looked_up(everyone["employee_id"], addressed(plan.records))
    return everyone.assign(account=everyone["account"].fillna(fresh)).dropna(subset="account")


def addressed(records: pd.DataFrame) -> pd.Series:
    """The ``externalSourceId`` under which a plan's records write each person."""
    return records.drop_duplicates("person").set_index("person")["externalSourceId"]


def as_person_ids(approvers: str, ids: Mapping[str, str]) -> str | None:
    """A JSON list of approvers by number as one of person ids; None where one of them has none."""
    names = json.loads(approvers)
    return compact([ids[name] for name in names]) if all(name in ids for name in names) else None


def account_after(plan: Plan, desired: pd.DataFrame) -> pd.Series:
    """The account that each of `desired` has once the plan is written: the one it is written under, else the one that it has."""
    there = plan.people.dropna(subset="employee_id").set_index("employee_id")["account"]
    accounts = looked_up(desired["employee_id"], there).fillna(desired["externalSourceId"])
    if "externalSourceId" in plan.records:
        accounts = looked_up(desired["employee_id"], addressed(plan.records)).fillna(accounts)
    return accounts


def needs(standing: Standing, *, by_users: bool = True) -> pd.DataFrame:
    """Whose change needs whose (`roster.plan.dependants.NEEDS`): a record names approvers by a person id, which only who is there has.

    ``users`` of what was read are Findity's users; `by_users`: whether these say who approves for them.
    """
    everyone, users = standing.everyone, standing.read["users"]
    whole = without_marks(standing.written("create", "reactivate"))
    away = everyone.loc[~everyone["present"] | among(everyone["employee_id"], standing.doubtful()), "employee_id"]
    moved = standing.changes[standing.changes["field"].eq("approverIds")]
    named = pd.concat([each_approver(whole["employee_id"], whole["approverIds"]), each_approver(moved["employee_id"], moved["new"])])
    arriving = named[among(named["approver"], away)]
    leavers = standing.leavers()
    if leavers.empty:
        return needs_of(arriving=arriving)
    account = account_of(users)
    leaving = account.map(leavers.set_index("account")["employee_id"])
    leaving = pd.Series(leaving.to_numpy(), index=users["personId"])[leaving.notna().to_numpy() & users["personId"].notna().to_numpy()]
    stuck = account.map(standing.not_moved().set_index("account")["employee_id"])
    before = each_approver(moved["employee_id"], moved["old"])
    after = each_approver(moved["employee_id"], moved["new"]).drop_duplicates("employee_id").set_index("employee_id")["approver"]
    reporting = each_approver(stuck[stuck.notna()], users.loc[stuck.notna(), "approverIds"])
    return needs_of(
        arriving=arriving,
        moved=before.assign(approver=before["approver"].where(among(before["approver"], leaving))),
        by_hr=before["employee_id"].map(after) == before["employee_id"].map(standing.roster.set_index("employee_id")["manager_id"]),
        stuck=pd.concat(
            [
                reporting.assign(approver=reporting["approver"].map(first_of(leaving))),
                standing.not_shown(account[_unread_approvers(users)] if by_users else account.head(0)),
            ]
        ),
    )


def _unread_approvers(users: pd.DataFrame) -> pd.Series:
    """Of which users it is not to be seen who approves: no list is shown, or an id in it that no user has, or more than one."""
    ids, texts = users["personId"].dropna(), users["approverIds"]
    known = set(ids[~ids.duplicated(keep=False)].to_numpy())
    lost = [text for text in texts.dropna().unique() if not known.issuperset(json.loads(text))]
    return texts.isna() | texts.isin(lost)
