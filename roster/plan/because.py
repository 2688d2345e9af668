"""What is different between two plans of the same file against the same reading: what comes of other settings, person by person.

Belongs here: holding one plan against the other. Does not belong here: drawing them (``roster.plan.builder``), what is shown of it
(``cli.preview``), which settings differ (``assets.settings_then``).
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from roster.membership import among
from roster.plan.decision import Plan
from roster.vocabulary import WRITES

DIFFERENT: Final = ("person", "employee_id", "effect", "kinds", "fields", "before", "after", "reason")
"""`kinds` and `fields` are joined by ``|``; `before`, `after`: the action, of whoever is held ``hold`` and what is held; `reason`: that of
the plan afterwards."""
VALUES: Final = ("person", "field", "before", "after")

EFFECTS: Final = {
    "written": "would be written, and is not now",
    "otherwise": "would be written otherwise",
    "held": "would be held, and is not now",
    "held_otherwise": "would be held otherwise",
    "free": "would be written, and is held now",
    "left": "would not be written, nor held, any more",
    "reason": "would be left alone, for another reason",
}
"""What other settings do to somebody: code → words, the most surprising last of each pair."""
_NEWCOMERS: Final = ("create", "reactivate")
_NOBODY: Final = pd.DataFrame(columns=["person", "employee_id", "kinds", "standing", "action", "reason"], dtype="str")


def because(before: Plan | None, after: Plan | None) -> pd.DataFrame:
    """Whom other settings do something to.

    Args:
        before: The plan under the settings that there are; None where nothing was planned there, as for a destination that is new.
        after: The plan under the others; None likewise.

    Returns:
        `DIFFERENT`, one row a person: strangers have no employee number.
    """
    both = _people(before).merge(_people(after), on="person", how="outer", suffixes=("_before", "_after"))
    was, now = (both[f"standing_{side}"].fillna("nothing") for side in ("before", "after"))
    fields = _fields(before, after)
    inside = among(both["person"], fields["person"])
    reasons = both["reason_before"].fillna("").ne(both["reason_after"].fillna(""))
    actions = both["action_before"].fillna("none").ne(both["action_after"].fillna("none"))
    effect = np.select(
        [
            was.eq("nothing") & now.eq("written"),
            was.eq("held") & now.eq("written"),
            now.eq("written") & (inside | actions),
            was.ne("held") & now.eq("held"),
            now.eq("held") & (inside | actions | reasons),
            was.ne("nothing") & now.eq("nothing"),
            was.eq("nothing") & now.eq("nothing") & (actions | reasons),
        ],
        ["written", "free", "otherwise", "held", "held_otherwise", "left", "reason"],
        "",
    )
    kinds = both["person"].map(_joined(fields, "kind"))
    whole = pd.Series(np.where(now.eq("nothing"), both["kinds_before"], both["kinds_after"]), index=both.index, dtype="str")
    found = pd.DataFrame(
        {
            "person": both["person"],
            "employee_id": both["employee_id_after"].fillna(both["employee_id_before"]),
            "effect": effect,
            "kinds": kinds.where(kinds.notna() & ~actions, whole),
            "fields": both["person"].map(_joined(fields, "field")),
            "before": both["action_before"],
            "after": both["action_after"],
            "reason": both["reason_after"],
        }
    )
    return found[found["effect"].ne("")].reset_index(drop=True).astype("str")[list(DIFFERENT)]


def by_kind(different: pd.DataFrame) -> pd.DataFrame:
    """How many people other settings do what to: ``kind``, ``effect``, ``people``, and ``numbers``, a list of employee numbers in order.

    Somebody with changes of two kinds is in both. Whoever is only left alone has no kind.
    """
    each = different.assign(kind=different["kinds"].fillna("").str.split("|")).explode("kind")
    groups = each.groupby(["kind", "effect"], sort=True)
    rows = [(kind, effect, len(of), sorted(of["employee_id"].dropna())) for (kind, effect), of in groups]
    order = list(EFFECTS)
    rows.sort(key=lambda row: (row[0] == "", order.index(str(row[1])), str(row[0])))
    return pd.DataFrame(rows, columns=["kind", "effect", "people", "numbers"])


def things(before: Plan | None, after: Plan | None) -> dict[str, int]:
    """Kind → how many things that are no people would be changed otherwise, or in one of the two plans only."""
    columns = ["thing", "kind", "action", "payload", "apply"]
    one, other = (
        plan.things[columns].astype("str") if plan is not None else pd.DataFrame(columns=columns, dtype="str") for plan in (before, after)
    )
    both = one.merge(other, how="outer", indicator=True)
    differing = both.loc[both["_merge"].ne("both"), ["thing", "kind"]].drop_duplicates()
    return {str(kind): int(count) for kind, count in differing["kind"].value_counts().items()}


def values(before: Plan | None, after: Plan | None, people: pd.Series) -> pd.DataFrame:
    """What each of these people would have under either settings: `VALUES`, of fields that differ. Personal data.

    It is what would be sent, and where nothing would be, what is there.
    """
    found = _sent(before, people).merge(_sent(after, people), on=["person", "field"], how="outer", suffixes=("_before", "_after"))
    plans = [plan for plan in (before, after) if plan is not None]
    if not plans:
        return pd.DataFrame(columns=list(VALUES), dtype="str")
    pairs = pd.concat([plan.changes[["person", "field"]] for plan in plans]).drop_duplicates()
    newcomers = pd.concat([plan.records.loc[plan.records["action"].isin(_NEWCOMERS), "person"] for plan in plans])
    # The record of somebody who is there already names what stays as it is, too: that is no difference where only one plan has a record.
    found = found.merge(pairs.assign(changed=True), on=["person", "field"], how="left")
    found = found[found["changed"].notna() | among(found["person"], pd.concat([newcomers, _in_both(plans)]))].drop(columns="changed")
    there = pd.concat([plan.changes[["person", "field", "old"]] for plan in plans]).drop_duplicates(["person", "field"])
    found = found.merge(there, on=["person", "field"], how="left")
    found = found.assign(**{name: found[name].fillna(found["old"]) for name in ("value_before", "value_after")})
    old, new = found["value_before"], found["value_after"]
    found = found[~(old.fillna("") == new.fillna(""))].rename(columns={"value_before": "before", "value_after": "after"})
    return found[list(VALUES)].sort_values(["person", "field"], ignore_index=True)


def _people(plan: Plan | None) -> pd.DataFrame:
    """Everyone of a plan: whether they are written, held or neither, and what is to be done with them."""
    if plan is None:
        return _NOBODY
    people = plan.people
    held, written = people["action"].eq("hold"), people["action"].isin(WRITES)
    return pd.DataFrame(
        {
            "person": people["person"],
            "employee_id": people["employee_id"],
            "kinds": people["kinds"],
            "standing": np.select([held, written], ["held", "written"], "nothing"),
            "action": people["action"].mask(held, "hold " + people["intended"].fillna("")),
            "reason": people["reason"],
        }
    ).astype("str")


def _fields(before: Plan | None, after: Plan | None) -> pd.DataFrame:
    """Whose values would be others, and which: ``person``, ``field``, ``kind``."""
    plans = [plan for plan in (before, after) if plan is not None]
    if len(plans) < len([before, after]):
        return pd.DataFrame(columns=["person", "field", "kind"], dtype="str")
    changes = [plan.changes[["person", "field", "kind", "new"]].fillna("").drop_duplicates() for plan in plans]
    differing = changes[0].merge(changes[1], how="outer", indicator=True)
    differing = differing.loc[differing["_merge"].ne("both"), ["person", "field", "kind"]]
    # Of what no reading shows the changes do not name the value: the records do.
    sent = values(plans[0], plans[1], _in_both(plans)).merge(_kinds(plans), on="field", how="left")[["person", "field", "kind"]]
    return pd.concat([differing, sent], ignore_index=True).drop_duplicates(["person", "field"])


def _in_both(plans: Sequence[Plan]) -> pd.Series:
    """Whom both plans have a record of."""
    first, last = plans[0].records["person"], plans[-1].records["person"]
    return first[among(first, last)] if len(plans) > 1 else first.head(0)


def _kinds(plans: Sequence[Plan]) -> pd.DataFrame:
    """The kind of each field, as far as a change of it is planned."""
    known = pd.concat([plan.changes[["field", "kind"]] for plan in plans])
    return known.dropna().drop_duplicates("field")


def _sent(plan: Plan | None, people: pd.Series) -> pd.DataFrame:
    """What a plan would send of people, field by field."""
    if plan is None or plan.records.empty:
        return pd.DataFrame(columns=["person", "field", "value"], dtype="str")
    records = plan.records[among(plan.records["person"], people)].drop(columns=["action", "apply"])
    long = records.astype("str").melt("person", var_name="field", value_name="value").dropna(subset="value")
    # Several records of one person, of several policies say, are one text.
    texts = long.drop_duplicates().groupby(["person", "field"])["value"].agg(" | ".join)
    return texts.reset_index().astype("str")


def _joined(fields: pd.DataFrame, name: str) -> pd.Series:
    """Person → all that stands in a column, once, in order."""
    pairs = fields[["person", name]].dropna().drop_duplicates().sort_values(["person", name])
    return pairs.groupby("person")[name].agg("|".join).astype("str")
