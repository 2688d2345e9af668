"""What of a run can be taken back, and why the rest stays: by what the ledger kept of it and what is there now."""

from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from roster.plan.differences import compare, together
from roster.plan.undo import WHY, Past, sentences, undo

KEY = b"k" * 32


def differences(desired: pd.DataFrame, read: Any, pairs: pd.DataFrame, key: bytes) -> pd.DataFrame:
    """As a destination with three fields that can be read says it."""
    there = desired[["employee_id"]].merge(read["users"], on="employee_id", how="left")
    return together([compare(desired["employee_id"], name, desired[name], there[name]) for name in ("unit", "phone", "approver")])


THERE: Any = SimpleNamespace(differences=differences, approver_field="approver")


def frame(rows: list[list[Any]], *columns: str) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(columns)).astype("str")


def found(
    action: str = "update",
    outcome: str | None = None,
    wrote: tuple[str, str | None, str | None] = ("unit", "U1", "U2"),
    visible: bool = True,
    now: dict[str, str | None] | None = None,
    *,
    active: bool = True,
    working: bool = True,
    stored: bool = True,
    since: list[str] | None = None,
    under: str = "E9",
) -> Any:
    """What of a run that did something for E1 can be taken back; E2 and E9 are there too, E2 with `under` as approver."""
    user = {"unit": "U2", "phone": "1", "approver": "E9"} | ({wrote[0]: wrote[2]} if wrote[0] in ("unit", "phone", "approver") else {})
    users = frame([["E1", *({**user, **(now or {})}).values()]], "employee_id", "unit", "phone", "approver")
    ended = {"create": "created", "update": "updated", "deactivate": "deactivated", "delete": "deleted"}[action]
    changes = frame([["E1", *wrote[:1], *wrote[1:]]], "person", "field", "old", "new").assign(visible=visible, apply=True)
    accounts = frame(
        [["E1", "E1", None, "E9"], ["E2", "E2", None, under], ["E9", "E9", None, None]], "account", "number", "email", "approver"
    )
    return undo(
        THERE,
        Past(
            frame([["E1", action, outcome or ended]], "employee_id", "action", "outcome"),
            changes if action == "update" else changes.head(0),
            frame([["E1", *user.values()]], "employee_id", "unit", "phone", "approver") if stored else None,
            pd.Series(since or [], dtype="str"),
        ),
        {"users": users},
        accounts.assign(active=[active, True, True]),
        frame([[number, number] for number in ("E1", "E2", "E9")], "employee_id", "account"),
        pd.Series(["E1", "E2", "E9"] if working else ["E2", "E9"], dtype="str"),
        KEY,
    )


def test_a_value_goes_back_in_the_record_that_the_run_wrote() -> None:
    back = found()
    assert back.records[["employee_id", "unit", "phone"]].to_numpy().tolist() == [["E1", "U1", "1"]]
    assert back.left.empty


def test_what_is_other_for_another_reason_stays_as_it_is_there() -> None:
    back = found(now={"phone": "2"})
    assert back.records[["unit", "phone"]].to_numpy().tolist() == [["U1", "2"]]


@pytest.mark.parametrize("outcome", ["updated", "unknown"])
def test_what_was_sent_without_an_answer_goes_back_if_it_is_there(outcome: str) -> None:
    assert found(outcome=outcome).people() == ["E1"]
    assert found(outcome="refused").people() == []


@pytest.mark.parametrize(
    ("how", "field", "reason"),
    [
        ({"since": ["E1"]}, None, "written_since"),
        ({"now": {"unit": "U3"}}, "unit", "other_there"),
        ({"wrote": ("bank", None, None), "visible": False}, "bank", "not_seen"),
        ({"wrote": ("phone", None, "1")}, "phone", "had_none"),
        ({"wrote": ("approver", "E7", "E9")}, "approver", "approver_not_there"),
        ({"wrote": ("approver", '["E2","E7"]', "E9")}, "approver", "approver_not_there"),
        ({"working": False}, None, "not_wanted"),
        ({"active": False}, None, "not_there"),
        ({"stored": False}, None, "not_stored"),
        ({"action": "delete"}, None, "deleted"),
        ({"action": "create", "under": "E1"}, None, "approves"),
        ({"action": "create", "active": False}, None, "other_there"),
        ({"action": "deactivate"}, None, "other_there"),
    ],
)
def test_no_surprise_whatever_is_not_certain_stays_and_is_told_by_person(how: Any, field: str | None, reason: str) -> None:
    back = found(**how)
    assert back.people() == []
    rows = back.left.astype("object").where(back.left.notna(), None).to_numpy().tolist()
    assert rows == [["E1", field, reason]]
    (sentence,) = sentences(back.left)
    assert WHY[reason] in sentence
    assert "(E1)" in sentence


def test_who_came_in_goes_out_and_who_went_comes_back_with_what_does_not() -> None:
    assert found(action="create").back_out.tolist() == ["E1"]
    back = found(action="deactivate", active=False)
    assert back.back_in.tolist() == ["E1"]
    assert back.left["reason"].tolist() == ["open_reports"]
    assert back.without(["E1"], "not_stored").left["reason"].tolist() == ["not_stored"]


def test_an_approver_of_before_who_is_there_comes_back() -> None:
    assert found(wrote=("approver", "E2", "E9")).records["approver"].tolist() == ["E2"]
