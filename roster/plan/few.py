"""Values that few people have: of a kind of change that is about money or rights, a share of everybody is the wrong base.

Belongs here: who has a value at a destination before the write, and of how many of them it changes. Does not belong here: holding the kind
(``roster.plan.limits``), what differs (each destination's ``comparison``, ``roster.plan.write_only``).

Among 300 people nine may have an approval limit: five of those a hundred times as high are a small share of 300 and most of what there is.
"""

import pandas as pd

from roster.membership import among
from roster.plan.write_only import HIDDEN
from roster.records import TAKEN_AWAY

MOVED = ("kind", "field", "moved", "having", "earlier")
"""A row a kind: the field of it of which most of those who have a value would get another; how many, of how many, and how many of them
did in the seven days before."""

HAD = ("employee_id", "field")
"""Who had a value of money or rights and got another in a plan that was written in the seven days before."""

ALWAYS = ("role", "limit", "bank_account")
"""Kinds of money and rights: asked of each of their fields, however many have it."""
WHERE_FEW = ("manager", "policy", "unit")
"""Kinds that everybody has a value of, and a limit by a share of everybody fits: asked only of fields that less than half have, such as a
second policy. Else a small company's one manager could not go without a release. What has no value before (join, rejoin), ends (leave), is
a login of everybody's (email), or costs little (other), is not asked."""

_FEWEST = 3
_EMPTY = ("", "[]", "{}", TAKEN_AWAY)


def is_most(moved: int, having: int) -> bool:
    """Whether so many of those who have a value are too many at once: three or more, and half of them or more."""
    return moved >= _FEWEST and 2 * moved >= having


def moved(
    updated: pd.Series,
    changes: pd.DataFrame,
    desired: pd.DataFrame,
    acknowledged: pd.DataFrame,
    base: int,
    week: pd.DataFrame | None = None,
) -> tuple[pd.DataFrame, dict[str, list[str]]]:
    """Of how many people a value changes that they have there already. A first value is no such change.

    A person has a value where it was read, where it is as it should be, and, in fields that no reading shows, where the ledger remembers
    one or its digest. Of roles, the commonest one is no value: what few have is a right beyond it. Where a value is somebody's address, and
    only that person's address changes, it is still the same value.

    Args:
        updated: the employee numbers of those who are to be updated.
        changes: the differences (``employee_id``, ``field``, ``kind``, ``old``, ``new``).
        desired: the records of whoever is compared.
        acknowledged: the ledger's people of the destination.
        base: how many are there.
        week: `HAD`: of money and rights, who got another in the seven days before counts with those of today.

    Returns:
        `MOVED`; and field → the employee numbers of those who would get another, of money and rights.
    """
    rows, had = [], {}
    week = pd.DataFrame(columns=list(HAD), dtype="str") if week is None else week
    concerned = changes[changes["kind"].isin([*ALWAYS, *WHERE_FEW]) & among(changes["employee_id"], updated)]
    concerned = concerned[~among(_old_to_new(concerned), _old_to_new(changes[changes["kind"].eq("email")]))]
    for (kind, field), each in concerned.groupby(["kind", "field"]):
        if kind not in ALWAYS and each["employee_id"].nunique() < _FEWEST:
            continue
        having = _having(str(kind), str(field), changes, desired, acknowledged)
        if kind in WHERE_FEW and 2 * len(having) >= base:
            continue
        today = each.loc[among(each["employee_id"], having), "employee_id"].drop_duplicates()
        if kind in ALWAYS and len(today):
            had[str(field)] = sorted(today)
        # They had one, whatever they have now: of roles it may be the commonest.
        earlier = week.loc[week["field"].eq(str(field)) & among(week["employee_id"], desired["employee_id"]), "employee_id"]
        earlier = earlier[(kind in ALWAYS and len(today) > 0) & ~among(earlier, today)].drop_duplicates()
        moved = len(today) + len(earlier)
        if max(each["employee_id"].nunique(), moved) >= _FEWEST:
            rows.append((kind, field, moved, pd.concat([having, earlier]).nunique(), len(earlier)))
    rows.sort(key=lambda row: (row[0], not is_most(row[2], row[3]), -row[2] / max(row[3], 1), row[1]))
    return pd.DataFrame(rows, columns=list(MOVED)).drop_duplicates("kind", ignore_index=True), had


def _old_to_new(changes: pd.DataFrame) -> pd.Series:
    pairs: pd.Series = changes["old"].str.lower() + " " + changes["new"].str.lower()
    return pairs


def _having(kind: str, field: str, changes: pd.DataFrame, desired: pd.DataFrame, acknowledged: pd.DataFrame) -> pd.Series:
    """The employee numbers of those who have a value of the field before anything is written."""
    other = changes.loc[changes["field"].eq(field), ["employee_id", "old"]].set_index("employee_id")["old"]
    same = desired.reindex(columns=["employee_id", field]).set_index("employee_id")[field].astype("str")
    there = pd.concat([same[~among(same.index.to_series(), other.index.to_series()).to_numpy(bool)], other]).dropna()
    there = there[~there.isin(_EMPTY)]
    if kind == "role" and len(there):
        there = there[there != there.value_counts().index[0]]
    kept = acknowledged.loc[acknowledged["active"], ["employee_id", "fields"]]
    # As text, not parsed one by one: a quote within a value has a backslash before it, so nothing but a name of a field reads so.
    named = kept["fields"].str.contains(f'"{field}":', regex=False) | kept["fields"].str.contains(f'"{HIDDEN}{field}":', regex=False)
    remembered = kept.loc[named.fillna(False).astype("bool"), "employee_id"]
    having: pd.Series = pd.concat([there.index.to_series(), remembered]).drop_duplicates().astype("str")
    return having
