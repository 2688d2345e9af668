"""Reading Expensify: one look at the list of policies, one at the members of all that concern the company.

Belongs here: which policies are asked for, and what of their members is kept. Does not belong here: the wire (``client``), what a reading
means for people (``membership``, ``comparison``).

An account may serve several companies. Of the policies that the rules and HR's file name everybody counts; of those that Rollcall put
somebody into earlier, only these people; and of all others of which the account is admin it is only kept in which of them somebody is
whom HR does not have any more.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import partial
from typing import Any, Final

import pandas as pd

from destinations.expensify import policies
from destinations.expensify.client import MEMBER_COLUMNS, POLICY_COLUMNS, Expensify, PolicyField, is_member_list, members_of
from destinations.expensify.membership import IN_COLUMNS, under_one_address
from resources.failures import Permanent
from roster.membership import among
from roster.plan.differences import Frames

OWN: Final = ("personalPolicy", "personal")
"""Types of a policy that is its owner's alone: seen by third parties, not documented."""


def _nobody() -> pd.DataFrame:
    return pd.DataFrame(columns=["employee_id", "account"], dtype="str")


@dataclass(frozen=True)
class Wanted:
    """What a reading is for."""

    named: Sequence[str]
    """The policies that the rules and HR's file name."""
    remembered: pd.DataFrame = field(default_factory=partial(pd.DataFrame, columns=IN_COLUMNS, dtype="str"))
    """`IN_COLUMNS`: who was put into which."""
    others: Collection[str] = ()
    """Policies of other companies: nobody there is this one's."""
    known: pd.DataFrame = field(default_factory=_nobody)
    """``employee_id``, ``account``: everyone whom the ledger knows, by address."""
    departed: pd.DataFrame = field(default_factory=_nobody)
    """The same of whoever is not to have access any more, as far as is known before planning."""
    acknowledged: pd.DataFrame = field(default_factory=partial(pd.DataFrame, columns=["employee_id", "account", "fields"], dtype="str"))
    """What the ledger knows of its people."""
    taken: pd.Series = field(default_factory=partial(pd.Series, dtype="str"))
    """The addresses that are somebody's now, in lower case."""
    sent: pd.DataFrame = field(default_factory=partial(pd.DataFrame, columns=["employee_id", "record"], dtype="str"))
    """The keyed hash of the record of each person that was last taken."""
    tags: bool = False
    """Whether the tags of the policies are wanted."""


def read(client: Expensify, wanted: Wanted, listed: pd.DataFrame) -> Frames:
    """The frames of a reading, the people's first and the list of policies last.

    Args:
        client: Expensify.
        wanted: What for.
        listed: The policies that the account sees (`Expensify.policies`).

    Raises:
        Permanent: No policy that is named can be read, or one that the account administers is not shown: nobody may pass for new.
    """
    seen = listed.dropna(subset="id")
    administered = seen.loc[seen["role"].fillna("admin").str.lower().eq("admin"), "id"]
    named = [policy for policy in wanted.named if policy in set(seen["id"])]
    if wanted.named and not named:
        raise Permanent(
            f"Policy not found: the account sees none of the {len(wanted.named)} that the settings and HR's file name.",
            "Nothing was read. Check the policies in the settings, and whether the partner credentials are those of the right account.",
        )
    earlier = [one for one in sorted(set(wanted.remembered["policyID"]) - set(named)) if one in set(seen["id"]) - set(wanted.others)]
    more = sorted(set(administered[~seen["type"].isin(OWN)]) - {*named, *earlier, *wanted.others}) if len(wanted.departed) else []
    must = [policy for policy in named if policy in set(administered)]
    info = _info(client, [*named, *earlier, *more], must, ["employees", "tags"] if wanted.tags else ["employees"])
    shown = [policy for policy in [*named, *earlier, *more] if is_member_list(info.get(policy, {}).get("employees"))]
    members = members_of(info, [policy for policy in named if policy in must or policy in shown])
    before = members_of(info, [policy for policy in earlier if policy in shown])
    elsewhere = members_of(info, [policy for policy in more if policy in shown])
    frames = {
        "members": under_one_address(_all(members, _theirs(before, wanted)), wanted.acknowledged, wanted.taken),
        "looked": pd.DataFrame({"policyID": [policy for policy in [*named, *earlier] if policy in shown]}, dtype="str"),
        "whole": pd.DataFrame({"policyID": [policy for policy in named if policy in shown]}, dtype="str"),
        "elsewhere": _departed_members(elsewhere, wanted),
        "put": wanted.remembered[~among(wanted.remembered["policyID"], pd.Series(sorted(wanted.others), dtype="str"))],
        "sent": wanted.sent,
    }
    if wanted.tags:
        frames["tags"] = policies.tags({policy: info[policy] for policy in shown if policy in named})
    return {**frames, "policies": listed}


def nothing() -> Frames:
    """The frames of a company that names no policy and never put anybody into one."""
    return {
        "members": policies.table([], MEMBER_COLUMNS),
        "looked": pd.DataFrame(columns=["policyID"], dtype="str"),
        "whole": pd.DataFrame(columns=["policyID"], dtype="str"),
        "elsewhere": pd.DataFrame(columns=IN_COLUMNS, dtype="str"),
        "put": pd.DataFrame(columns=IN_COLUMNS, dtype="str"),
        "sent": pd.DataFrame(columns=["employee_id", "record"], dtype="str"),
        "policies": policies.table([], POLICY_COLUMNS),
    }


def near(word: str, listed: pd.DataFrame) -> list[str]:
    """What somebody may have meant who wrote this for a policy's id: ids and names of those that there are, the nearest first."""
    named = listed[["id", "name"]].itertuples(index=False)
    words = {text.casefold(): shown for policy, name in named for text, shown in _spellings(policy, name)}
    return list(dict.fromkeys(words[found] for found in get_close_matches(word.casefold(), words, n=3, cutoff=0.6)))


def _spellings(policy: Any, name: Any) -> list[tuple[str, str]]:
    shown = f"{policy} ({name})" if isinstance(name, str) else str(policy)
    return [(text, shown) for text in (policy, name) if isinstance(text, str)]


def _info(client: Expensify, wanted: list[str], must: list[str], fields: list[PolicyField]) -> dict[str, dict[str, Any]]:
    """All of them in one call; where Expensify does not want to show one of them, those that have to be shown."""
    try:
        return client.policy_info(wanted, fields)
    except Permanent:
        if must in ([], wanted):
            raise
        return client.policy_info(must, fields)


def _all(members: pd.DataFrame, theirs: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([members, theirs], ignore_index=True) if len(theirs) else members


def _theirs(members: pd.DataFrame, wanted: Wanted) -> pd.DataFrame:
    """Of policies that nobody names any more, those whom Rollcall put into them."""
    people = wanted.remembered.merge(wanted.known, on="employee_id", how="left")
    rows = members.assign(account=members["email"].str.lower(), row=range(len(members)))
    by_address = rows.merge(people[["policyID", "account"]].dropna(), on=["policyID", "account"])["row"]
    by_number = rows.merge(people[["policyID", "employee_id"]], left_on=["policyID", "employeeID"], right_on=["policyID", "employee_id"])
    return members[rows["row"].isin(pd.concat([by_address, by_number["row"]]))]


def _departed_members(members: pd.DataFrame, wanted: Wanted) -> pd.DataFrame:
    """In which of these policies somebody is who has left."""
    rows = members[["policyID", "employeeID"]].assign(account=members["email"].str.lower())
    by_address = rows.merge(wanted.departed.dropna(), on="account")
    others = wanted.known[~among(wanted.known["employee_id"], wanted.departed["employee_id"])]
    by_number = rows[~among(rows["account"], others["account"])].merge(
        wanted.departed[["employee_id"]], left_on="employeeID", right_on="employee_id"
    )
    found = pd.concat([by_address[IN_COLUMNS], by_number[IN_COLUMNS]]).drop_duplicates()
    return found.sort_values(IN_COLUMNS, ignore_index=True).astype("str")
