"""Values that HR no longer gives: which of them are taken away at Expensify, how that is sent, and which stay.

Belongs here: what ``feed.clear`` and ``clear_with`` change in the records. Does not belong here: what an empty cell is
(`roster.taking_away`), planning it (``roster.plan.write_only``, ``roster.plan.differences``) and holding it (``roster.plan.few``,
``roster.plan.emptied``).

What is taken away is what the ledger remembers, or what Expensify shows. How it is sent, no document says [?]: so that is a setting.
"""

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from destinations.expensify.settings import ExpensifyFeed
from roster.membership import among
from roster.plan.write_only import HIDDEN
from roster.records import TAKEN_AWAY, FieldType, Record
from roster.taking_away import emptied, marked_fields

_WITH: Final[Mapping[str, tuple[str, ...]]] = {"approvalLimit": ("overLimitApprover",)}
"""What goes along: nobody approves above a limit that is not there."""
_COUNTED: Final = ("approvalLimit", "approvesTo", "customField2", "domainGroupID", "defaultTags", "role")
"""Of which it is told how many people keep a value although HR's cell is empty."""


def marked(feed: pd.DataFrame, people: pd.DataFrame, rules: ExpensifyFeed) -> pd.DataFrame:
    """The feed with `roster.records.TAKEN_AWAY` wherever HR's cell is empty in a field that the settings name in ``clear``.

    Args:
        feed: the desired records.
        people: the rows of the roster that they come from.
        rules: where each field comes from.
    """
    for name in rules.clear:
        at = feed[name].isna() & among(feed["employee_id"], emptied(rules.rule(name), people))
        for each in (name, *_WITH.get(name, ())):
            feed[each] = feed[each].mask(at, TAKEN_AWAY)
    return feed


def only_planned(feed: pd.DataFrame, changes: pd.DataFrame) -> pd.DataFrame:
    """The feed without marks for which nothing is planned: there is no value that could be taken away."""
    planned = changes[changes["new"].isna()]
    for name in marked_fields(feed):
        fields = [name, *(above for above, along in _WITH.items() if name in along)]
        going = among(feed["employee_id"], planned.loc[planned["field"].isin(fields), "employee_id"])
        feed = feed.assign(**{name: feed[name].mask(feed[name].eq(TAKEN_AWAY) & ~going)})
    return feed


def sent(records: pd.DataFrame, made: list[Record], fields: Mapping[str, FieldType], rules: ExpensifyFeed) -> list[Record]:
    """The records `made` of the frame, with the values that are taken away as the settings say."""
    for name in [name for name in marked_fields(records) if name in fields]:
        for position in records[name].eq(TAKEN_AWAY).to_numpy().nonzero()[0].tolist():
            made[position][name] = _nothing(fields[name], name, rules.clear_with)
    return made


def _nothing(kind: FieldType, name: str, how: str | int | None) -> Any:
    """What is sent for a value that is taken away: of the field's own type, where it is not null."""
    if how is None:
        return None
    if name == "defaultTags":
        return []
    return how if kind == "integer" else ""


def stay(people: pd.DataFrame, rules: ExpensifyFeed, members: pd.DataFrame, acknowledged: pd.DataFrame) -> dict[str, int]:
    """Field → how many people keep a value at Expensify although HR's cell is empty, of the fields that are not taken away.

    Args:
        people: HR's people who should be there.
        rules: where each field comes from.
        members: the policy getter's members; of roles, the usual one is no value.
        acknowledged: the ledger's people of Expensify.
    """
    counts = {}
    kept = acknowledged.loc[acknowledged["active"]].set_index("employee_id")["fields"]
    for name in (*_COUNTED, *rules.extra):
        if rules.rule(name) is None or name in rules.clear:
            continue
        if name in members:
            there = members.loc[members[name].notna() & members[name].ne("user"), "employeeID"]
        else:
            mark = f'"{HIDDEN if name in rules.extra else ""}{name}":'
            there = kept[kept.str.contains(mark, regex=False, na=False)].index.to_series()
        if count := int(among(emptied(rules.rule(name), people), there).sum()):
            counts[name] = count
    return counts
