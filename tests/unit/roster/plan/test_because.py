"""Two plans held against each other: who changes because of other settings, how, and in which kinds."""

from typing import Any

import pandas as pd
import pytest

from roster.plan.because import because, by_kind, values
from roster.plan.decision import CHANGE_COLUMNS, PEOPLE_COLUMNS, Plan
from roster.plan.other_settings import OtherSettings

LIMIT = ("approvalLimit", "limit", "1", "5")


def plan(**people: Any) -> Plan:
    """Person → (action, intended, reason, changes), each change (field, kind, old, new)."""
    rows, changes, records = [], [], []
    for person, (action, intended, reason, *told) in people.items():
        kinds = "|".join(sorted({kind for _, kind, *_ in told})) or {"create": "join", "deactivate": "leave"}.get(intended or action)
        rows.append([person, person, person, "number", action, intended, kinds, reason, None])
        changes += [[person, field, kind, old, new, True, action != "hold"] for field, kind, old, new in told]
        if action not in ("none", "skip"):
            fields = {field: new for field, _, _, new in told}
            records.append({"person": person, "action": intended or action, "apply": action != "hold", "name": f"N{person}", **fields})
    return Plan(
        pd.DataFrame(rows, columns=list(PEOPLE_COLUMNS)).astype("str"),
        pd.DataFrame(changes, columns=list(CHANGE_COLUMNS)).astype(
            {"person": "str", "field": "str", "kind": "str", "old": "str", "new": "str"}
        ),
        pd.DataFrame(records, columns=["person", "action", "apply", "name", "approvalLimit", "role"]).astype(
            {"person": "str", "action": "str"}
        ),
    )


NOTHING, UPDATE = ("none", None, None), ("update", None, None, LIMIT)
HELD, OTHER = ("hold", "update", "over_limit", LIMIT), ("update", None, None, ("approvalLimit", "limit", "1", "7"))


@pytest.mark.parametrize(
    ("before", "after", "effect", "kinds", "fields"),
    [
        (NOTHING, UPDATE, "written", "limit", "approvalLimit"),
        (UPDATE, NOTHING, "left", "limit", "approvalLimit"),
        (UPDATE, OTHER, "otherwise", "limit", "approvalLimit"),
        (UPDATE, (*UPDATE, ("role", "role", None, "admin")), "otherwise", "role", "role"),
        (UPDATE, HELD, "held", "limit", None),
        (HELD, UPDATE, "free", "limit", None),
        (HELD, ("hold", "update", "depends_on_held", LIMIT), "held_otherwise", "limit", None),
        (HELD, NOTHING, "left", "limit", "approvalLimit"),
        (NOTHING, ("skip", None, "out_of_scope"), "reason", None, None),
        (("create", None, None), ("deactivate", None, None), "otherwise", "leave", None),
        (("create", None, None), ("hold", "create", "over_limit"), "held", "join", None),
        (NOTHING, NOTHING, None, None, None),
        (UPDATE, UPDATE, None, None, None),
        (("skip", None, "left"), ("skip", None, "left"), None, None, None),
    ],
)
def test_each_way_in_which_somebody_is_concerned_has_a_name(before: Any, after: Any, effect: Any, kinds: Any, fields: Any) -> None:
    found = because(plan(E1=before, E2=NOTHING), plan(E1=after, E2=NOTHING))
    if effect is None:
        assert found.empty
        return
    row = found.astype("object").where(found.notna(), None).iloc[0]
    assert len(found) == 1
    assert (row["person"], row["effect"], row["kinds"], row["fields"]) == ("E1", effect, kinds, fields)


def test_of_a_destination_that_is_new_or_goes_all_of_the_plan_comes_of_the_settings() -> None:
    made = plan(E1=UPDATE, E2=HELD, E3=NOTHING)
    assert because(None, made)["effect"].tolist() == ["written", "held"]
    assert because(made, None)["effect"].tolist() == ["left", "left"]
    assert because(None, None).empty
    assert values(None, None, pd.Series(["E1"], dtype="str")).empty


def test_somebody_is_counted_in_each_of_their_kinds() -> None:
    found = by_kind(because(plan(E1=NOTHING, E2=NOTHING), plan(E1=(*UPDATE, ("role", "role", None, "admin")), E2=UPDATE)))
    assert found[["kind", "people"]].to_numpy().tolist() == [["limit", 2], ["role", 1]]
    assert found["numbers"].tolist() == [["E1", "E2"], ["E1"]]


def test_values_are_of_what_changes_and_of_newcomers_all() -> None:
    found = values(plan(E1=UPDATE, E2=("create", None, None)), plan(E1=OTHER, E2=NOTHING), pd.Series(["E1", "E2"], dtype="str"))
    rows = found.astype("object").where(found.notna(), None).to_numpy().tolist()
    assert rows == [["E1", "approvalLimit", "5", "7"], ["E2", "name", "NE2", None]]


@pytest.mark.parametrize(
    ("people", "fewer", "ends"),
    [
        (1, 0, "(limits.leave): 1 of the planned changes comes of that"),
        (12, 2, "(limits.leave): 12 of the planned changes come of that, and 2 are not planned for it"),
        (None, 0, "(limits.leave): how many of the changes come of that could not be found out"),
    ],
)
def test_other_settings_are_told_with_what_comes_of_them(people: Any, fewer: int, ends: str) -> None:
    other = OtherSettings("2026-11-20", ["limits.leave"], people, fewer)
    assert other.sentence().endswith(ends)
    assert OtherSettings.from_json(other.to_json()) == other
