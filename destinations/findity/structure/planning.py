"""What should change of an organization's structure, all of it, in the order in which it goes.

Belongs here: putting units, definitions, values and approvers together. Does not belong here: what of each differs (the modules beside this
one), what is held (the engine), writing it (``sending``). Pure.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pandas as pd

from destinations.findity import preflight, records
from destinations.findity.settings import Settings
from destinations.findity.structure import approvers, definitions, staying, units, wanted
from destinations.findity.structure.approvers import Found
from destinations.findity.structure.definitions import Row, row
from destinations.findity.structure.naming import Approving
from destinations.findity.structure.settings import Step
from roster.people.chain import Chain
from roster.plan import barred
from roster.plan.differences import Frames
from roster.plan.things import THING_COLUMNS, Structure, ThingKind
from roster.records import TAKEN_AWAY
from roster.rules import evaluate

APPROVERS: Final = "approvers"
KINDS: Final[Mapping[str, ThingKind]] = {
    units.UNIT: ThingKind("unit", always_waits=True),
    definitions.DIMENSION: ThingKind("dimension"),
    definitions.VALUE: ThingKind("value"),
    APPROVERS: ThingKind("approvers"),
    definitions.REMOVED: ThingKind("value to take away", always_waits=True),
}
_DEFINITIONS, _VALUES, _APPROVERS, _REMOVED = 1000, 2000, 3000, 4000
"""When they go; units, which have what is above them first, go before all."""


@dataclass
class _Draft:
    """What is found so far."""

    rows: list[Row] = field(default_factory=list)
    repairs: list[str] = field(default_factory=list)
    left: dict[str, str] = field(default_factory=dict)
    staying: pd.DataFrame = field(default_factory=barred.nobody)

    def stay(self, people: pd.DataFrame) -> None:
        self.staying = barred.together(self.staying, people)

    def add(self, one: Row | None) -> None:
        if one is not None:
            self.rows.append(one)


def kinds(settings: Settings) -> Mapping[str, ThingKind]:
    """`KINDS`, where the settings ask for any of it; else none."""
    return KINDS if settings.units or settings.dimensions or "departments" in settings.approval else {}


def structure(settings: Settings, roster: pd.DataFrame, chain: Chain, read: Frames) -> Structure:
    """What should change (`destinations.abilities.Structured.structure`)."""
    draft = _Draft()
    unread: dict[str, str] = dict(read["structure_unread"].to_numpy().tolist()) if "structure_unread" in read else {}
    if settings.units == "create":
        _units(settings, roster, chain, read, draft)
    if settings.dimensions:
        _dimensions(settings, roster, chain, read, unread, draft)
    if "departments" in settings.approval:
        _departments(settings, roster, chain, read, unread, draft)
    changes = pd.DataFrame(draft.rows, columns=list(THING_COLUMNS)).astype(
        {name: "int64" if name == "order" else "str" for name in THING_COLUMNS}
    )
    changes = changes.sort_values("order", kind="stable", ignore_index=True)
    left = pd.DataFrame(list(draft.left.items()), columns=["thing", "reason"], dtype="str")
    return Structure(changes, draft.repairs, left, _counts(read), draft.staying)


def _counts(read: Frames) -> dict[str, int]:
    """How many of each kind are there."""
    none = pd.DataFrame({"dimension": [], "at": []}, dtype="str")
    values = len(read.get("dimension_values", none))
    routed = [read.get("value_approvers", none)[["dimension", "at"]], read.get("unit_approvers", none)[["at"]]]
    approved = sum(len(one.drop_duplicates()) for one in routed)
    counts = {units.UNIT: len(read["units"]), definitions.DIMENSION: len(read.get("dimensions", none))}
    return {**counts, definitions.VALUE: values, definitions.REMOVED: values, APPROVERS: approved}


def _units(settings: Settings, roster: pd.DataFrame, chain: Chain, read: Frames, draft: _Draft) -> None:
    rule = settings.users.organizationalUnitId
    assert rule is not None, "the settings say so"  # noqa: S101
    if missing := preflight.units_missing(settings.users, read):  # what is not shown tonight may be there
        draft.left["units"] = f"{missing}: none is created"
        return
    people = wanted.employed(roster)
    unit = _unit_of(settings, roster, chain, read, people)
    words = evaluate(rule, people)[unit.isna().to_numpy()].dropna().unique()
    draft.rows += units.changes(words, read["units"], settings.users.unit_by, draft.left)


def _unit_of(settings: Settings, roster: pd.DataFrame, chain: Chain, read: Frames, people: pd.DataFrame) -> pd.Series:
    """The id of each person's unit."""
    desired, _ = records.users(roster, chain, read["units"], settings.users)
    mine = desired.set_index("employee_id")["organizationalUnitId"].replace(TAKEN_AWAY, np.nan)
    return people["employee_id"].map(mine).astype("str")


def _dimensions(settings: Settings, roster: pd.DataFrame, chain: Chain, read: Frames, unread: Mapping[str, str], draft: _Draft) -> None:
    approving = Approving.of(read, chain, roster["employee_id"]) if "dimensions" in settings.approval else None
    for key, one in settings.dimensions.items():
        if reason := unread.get("dimensions"):
            draft.left[f"dimension/{key}"] = reason
            draft.stay(_by_rules(settings, key, roster, chain))
            continue
        defined = set(read["dimensions"]["externalSourceId"].dropna())
        draft.add(definitions.definition(key, one, read["dimensions"], _DEFINITIONS))
        if reason := unread.get(f"values/{key}"):
            draft.left[f"values/{key}"] = reason
            draft.stay(_by_rules(settings, key, roster, chain))
            continue
        values = wanted.values(one.values, roster)
        there = read["dimension_values"]
        there = there[there["dimension"].eq(key)]
        draft.rows += definitions.values(key, one.name, values, there, _VALUES, draft.left)
        draft.rows += definitions.superfluous(key, one, values, there, read, _REMOVED, draft.left)
        if approving is not None and (one.approvers or one.approvers_of):
            if reason := unread.get(f"approvers/{key}"):
                draft.left[f"approvers/{key}"] = reason
                draft.stay(_by_rules(settings, key, roster, chain))
            else:
                known = read["value_approvers"] if key in defined else read["value_approvers"].head(0)
                _of_values(settings, key, roster, chain, approving, values, there, known, read, draft)


def _by_rules(settings: Settings, key: str, roster: pd.DataFrame, chain: Chain) -> pd.DataFrame:
    """Who is not taken out in a night in which nobody knows who approves for the values of a dimension."""
    one, people = settings.dimensions[key], wanted.employed(roster)
    if "dimensions" not in settings.approval:
        return barred.nobody()
    values = wanted.values(one.values, roster).table["value"]
    return staying.named(wanted.steps(values, people, one.approvers, one.approvers_of, wanted.value_of(one, people))[0], chain)


def _of_values(
    settings: Settings,
    key: str,
    roster: pd.DataFrame,
    chain: Chain,
    approving: Approving,
    values: wanted.WantedValues,
    there: pd.DataFrame,
    known: pd.DataFrame,
    read: Frames,
    draft: _Draft,
) -> None:
    one, people = settings.dimensions[key], wanted.employed(roster)
    fresh = {each["thing"] for each in draft.rows if each["action"] == "create"}
    named = set(there["externalSourceId"].dropna())
    # A value that is not there and is not created tonight has nobody: it is told as such.
    keys = values.table["value"][[value in named or f"value/{key}/{value}" in fresh for value in values.table["value"]]]
    steps, why = wanted.steps(keys, people, one.approvers, one.approvers_of, wanted.value_of(one, people))
    found = approvers.found(steps, chain, approving.ready(settings.approver_by), lambda at: f"{one.name}: {at}")
    by_own = there.dropna(subset=["id", "externalSourceId"]).set_index("id")["externalSourceId"]
    mine = known[known["dimension"].eq(key)]
    mine = mine.assign(at=mine["at"].where(mine["at"].isin(list(named)), mine["at"].map(by_own).astype("str")))
    is_there = approvers.there(mine, approving)

    def payload(at: str) -> dict[str, str | None]:
        return {"dimension": key, "value": at, "after": thing if (thing := f"value/{key}/{at}") in fresh else None}

    used = {*keys, *definitions.used_values(key, staying.in_use(read["users"], approving, people["employee_id"]))}
    used |= set(by_own.reindex(list(used)).dropna())
    draft.stay(staying.unreplaced(is_there, set(found.steps["at"]), used))
    _add_changes(draft, f"approvers/{key}/", one.name, settings.approver_by, approving, found, why, is_there, payload)


def _departments(settings: Settings, roster: pd.DataFrame, chain: Chain, read: Frames, unread: Mapping[str, str], draft: _Draft) -> None:
    if reason := unread.get("unit approvers"):
        draft.left["unit approvers"] = reason
    approving = Approving.of(read, chain, roster["employee_id"])
    people = wanted.employed(roster)
    unit = _unit_of(settings, roster, chain, read, people)
    called = {key: "/".join(path[1:]) or path[0] for key, path in units.paths(read["units"]).items()}
    own, missing = _by_unit(settings, read["units"])
    for word in missing:
        draft.left[f"approvers/{word}"] = "no unit, or more than one, is called so"
    keys = pd.Series(sorted({*unit.dropna(), *own}), dtype="str")
    steps, why = wanted.steps(keys, people, settings.departments.approvers, own, unit)
    if reason:
        draft.stay(staying.named(steps, chain))
        return
    found = approvers.found(steps, chain, approving.ready("personId"), lambda at: f"unit {called[at]}")
    is_there = approvers.there(read["unit_approvers"], approving)
    used = staying.in_use(read["users"], approving, people["employee_id"])["organizationalUnitId"]
    draft.stay(staying.unreplaced(is_there, set(found.steps["at"]), {*keys, *used.dropna()}))
    _add_changes(draft, "approvers/unit/", "unit", "personId", approving, found, why, is_there, lambda at: {"unit": at}, called)


def _by_unit(settings: Settings, there: pd.DataFrame) -> tuple[dict[str, list[Step]], list[str]]:
    """Unit id → its own steps; and the names that mean no one unit."""
    known = units.paths(there)
    by = settings.users.unit_by
    found, missing = {}, []
    for word, steps in settings.departments.approvers_of.items():
        parts = tuple(word.split("/"))
        meant = there.loc[there[by].eq(word), "id"].tolist()
        if by == "name" and not meant:
            meant = [key for key, path in known.items() if path[-len(parts) :] == parts]
        if len(meant) == 1:
            found[meant[0]] = steps
        else:
            missing.append(word)
    return found, missing


def _add_changes(
    draft: _Draft,
    prefix: str,
    title: str,
    by: str,
    approving: Approving,
    found: Found,
    why: Mapping[str, str],
    there: pd.Series,
    payload: Callable[[str], Mapping[str, str | None]],
    called: Mapping[str, str] | None = None,
) -> None:
    """Add the changes of who approves, the repairs and what is left."""
    draft.repairs += found.repairs
    draft.left |= {f"{prefix}{(called or {}).get(at, at)}": reason for at, reason in {**why, **found.left}.items()}
    after = approvers.texts(found.steps)
    before = pd.Series(after.index, index=after.index, dtype="str").map(there).astype("str")
    changed = after[after.ne(before.fillna("[]"))]
    numbers = pd.Series(sorted({number for text in changed for number, _ in json.loads(text)}), dtype="str")
    ids = dict(zip(numbers, approving.ids(numbers, by), strict=True))
    for at, text in changed.items():
        name = (called or {}).get(str(at), str(at))
        old, new = before[str(at)], json.loads(text)
        steps = [{by: ids[number], "amountLimit": None if limit is None else _number(limit)} for number, limit in new]
        old_text = None if pd.isna(old) else approvers.readable(json.loads(old))
        change = "create" if old_text is None else "change"
        full = {**payload(str(at)), "steps": steps}
        draft.rows.append(
            row(f"{prefix}{name}", APPROVERS, f"{title}: {name}", change, old_text, approvers.readable(new), _APPROVERS, full)
        )


def _number(limit: str) -> int | float:
    return int(limit) if limit.isdigit() else float(limit)
