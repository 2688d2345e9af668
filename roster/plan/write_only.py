"""Fields that a destination takes but never shows: compared with what it last acknowledged.

Belongs here: digests of acknowledged values and the differences they tell. Does not belong here: where acknowledgements are kept
(``resources.ledger``), fields that can be read back (each destination's ``comparison``).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from roster.digests import digest_column
from roster.membership import among, looked_up
from roster.plan.differences import CHANGE_COLUMNS, together
from roster.records import TAKEN_AWAY, compact

ACKNOWLEDGED_COLUMNS = ("employee_id", "account", "active", "digest", "fields")

HIDDEN = "#"
"""What the name of a field begins with under which a digest is kept."""

MANAGER = "manager_id"
"""Under which name each person's manager is kept."""


@dataclass(frozen=True)
class WriteOnly:
    """Fields of a destination that no reading is sure to show."""

    fields: Sequence[str]
    """A keyed digest over all of them is kept."""
    kept: Sequence[str] = ()
    """Those of them whose values may be kept as they are, so that a later change can be told as old → new; of the others (names, bank
    details) only a digest is kept."""
    addresses: Sequence[str] = ()
    """Those of them that hold an e-mail address: another case is no change."""
    in_answer: Sequence[str] = ()
    """Those of them that the destination's answer to a write shows: the only evidence that they took."""

    @property
    def digested(self) -> list[str]:
        """Those of which only a digest is kept."""
        return [name for name in self.fields if name not in self.kept]


def acknowledgement(
    desired: pd.DataFrame, hidden: WriteOnly, key: bytes, acknowledged: pd.DataFrame | None = None, managers: pd.Series | None = None
) -> pd.DataFrame:
    """What the ledger keeps of each person's unseen fields.

    A value that HR does not give now is not taken away at the destination, so what was kept of it stays; of one that is taken away
    (`roster.records.TAKEN_AWAY`) nothing is kept.

    Args:
        desired: ``employee_id`` and the destination's fields.
        hidden: the destination's write-only fields.
        key: the ledger's secret.
        acknowledged: what is kept so far.
        managers: employee number → the manager to remember.

    Returns:
        ``employee_id``, ``digest``, ``fields`` (JSON text: the values that may be kept, under ``#`` and the field's name the digest of each
        other one, and the manager).
    """
    ids = desired["employee_id"]
    kept = _kept(desired, hidden, key).assign(**{MANAGER: looked_up(ids, managers) if managers is not None else np.nan})
    before = looked_up(ids, acknowledged.set_index("employee_id")["fields"]).tolist() if acknowledged is not None else [None] * len(ids)
    names = list(kept.columns)
    cells = zip(*(kept[name].tolist() for name in names), strict=True)
    texts = [
        compact({name: cell for name, cell in {**_still(past, names), **_given(names, row)}.items() if cell != TAKEN_AWAY})
        for row, past in zip(cells, before, strict=True)
    ]
    return pd.DataFrame(
        {"employee_id": ids, "digest": digests(desired, hidden, key), "fields": pd.Series(texts, index=ids.index, dtype="str")}
    )


def _given(names: Sequence[str], row: Sequence[object]) -> dict[str, str]:
    return {name: cell for name, cell in zip(names, row, strict=True) if isinstance(cell, str)}


def without(acknowledged: pd.DataFrame, fields: Sequence[str], at: pd.Series) -> pd.DataFrame:
    """Acknowledgements, of which some lack values that were sent and did not take: they differ from what should be, and are sent again.

    Args:
        acknowledged: with ``digest`` and ``fields``.
        fields: which values.
        at: whose, aligned.
    """
    if not at.any():
        return acknowledged
    rest = {text: _dropped(text, fields) for text in acknowledged.loc[at, "fields"].dropna().unique()}
    kept = acknowledged["fields"].map(rest).astype("str").fillna(acknowledged["fields"])
    return acknowledged.assign(digest=acknowledged["digest"].mask(at, ""), fields=acknowledged["fields"].mask(at, kept))


def _dropped(text: str, fields: Sequence[str]) -> str:
    return compact({name: value for name, value in json.loads(text).items() if name not in fields})


def _still(past: object, names: Sequence[str]) -> dict[str, str]:
    """What was kept, the manager aside: who has none now by HR's own word has none."""
    found = json.loads(past) if isinstance(past, str) else {}
    return {name: value for name, value in found.items() if name in names and name != MANAGER}


def digests(desired: pd.DataFrame, hidden: WriteOnly, key: bytes) -> pd.Series:
    """The keyed digest over each person's write-only fields, as `acknowledgement` keeps it."""
    return digest_column(_values(_columns(desired, hidden, hidden.fields)), key)


def write_only_changes(desired: pd.DataFrame, acknowledged: pd.DataFrame, hidden: WriteOnly, key: bytes) -> pd.DataFrame:
    """What of the write-only fields must be sent: everything where nothing was acknowledged yet, else what is not as acknowledged.

    A value that HR no longer gives is not ours to clear, and is no change, unless it is to be taken away (`roster.records.TAKEN_AWAY`) and
    one is remembered.

    Args:
        desired: ``employee_id`` and the destination's fields.
        acknowledged: `ACKNOWLEDGED_COLUMNS`, ``employee_id`` unique.
        hidden: as for `acknowledgement`.
        key: as for `acknowledgement`.

    Returns:
        `CHANGE_COLUMNS`; ``old`` is missing where it is not known, ``new`` where the value is to be taken away.
    """
    before = acknowledged.set_index("employee_id")
    last = looked_up(desired["employee_id"], before["digest"])
    changed = desired[(digests(desired, hidden, key) != last) | _taken_away(desired, before["fields"], hidden)]
    if changed.empty:
        return together([])
    ids = changed["employee_id"]
    past = _parsed(before["fields"].reindex(ids).dropna())
    long = _kept(changed, hidden, key).assign(employee_id=ids).melt("employee_id", var_name="field", value_name="new")
    long = long.merge(past, on=["employee_id", "field"], how="left")
    long = long[long["new"].notna() & (long["new"] != long["old"]) & ~(long["new"].eq(TAKEN_AWAY) & long["old"].isna())]
    digested = long["field"].str.startswith(HIDDEN)
    # An earlier version kept one digest of all of them together.
    of_all = past[past["field"].eq(HIDDEN)].set_index("employee_id")["old"]
    same = ids[(digest_column(_values(_columns(changed, hidden, hidden.digested)), key) == ids.map(of_all)).to_numpy(bool)]
    others = long[digested & ~among(long["employee_id"], same)]
    others = others.assign(field=others["field"].str.removeprefix(HIDDEN)).drop(columns=["old", "new"])
    values = _columns(changed, hidden, hidden.digested).assign(employee_id=ids).melt("employee_id", var_name="field", value_name="new")
    others = others.merge(values, on=["employee_id", "field"]).assign(old=np.nan)
    result = pd.concat([long[~digested], others], ignore_index=True)
    result["new"] = result["new"].mask(result["new"].eq(TAKEN_AWAY))
    return result.assign(visible=False).astype({"field": "str", "old": "str", "new": "str"})[list(CHANGE_COLUMNS)]


def _kept(frame: pd.DataFrame, hidden: WriteOnly, key: bytes) -> pd.DataFrame:
    """The values that may be kept, and a digest of each of the others where it is given, under `HIDDEN` and its name."""
    others = _columns(frame, hidden, hidden.digested)
    masked = {
        f"{HIDDEN}{name}": digest_column(values.to_frame(name), key).where(values.notna()).mask(values.eq(TAKEN_AWAY), TAKEN_AWAY)
        for name, values in others.items()
    }
    return _columns(frame, hidden, hidden.kept).assign(**masked)


def _values(columns: pd.DataFrame) -> pd.DataFrame:
    """The columns without what stands for a value that is taken away: digests are of values."""
    return pd.DataFrame({name: column.mask(column.eq(TAKEN_AWAY)) for name, column in columns.items()}, index=columns.index)


def _taken_away(desired: pd.DataFrame, fields: pd.Series, hidden: WriteOnly) -> pd.Series:
    """Of whom a value is to be taken away that is remembered, as a value or as a digest."""
    found = pd.Series(False, index=desired.index)
    for name in hidden.fields:
        away = desired[name].eq(TAKEN_AWAY) if name in desired else found & False
        if away.any():
            # As text: see `roster.plan.few`. Most people have nothing that could be taken away, and are not parsed.
            kept = f'"{name}":' if name in hidden.kept else f'"{HIDDEN}{name}":'
            remembered = looked_up(desired["employee_id"], fields)
            found |= away & remembered.str.contains(kept, regex=False, na=False)
    return found


def _parsed(fields: pd.Series) -> pd.DataFrame:
    rows = [(person, name, value) for person, text in fields.items() for name, value in json.loads(text).items()]
    return pd.DataFrame(rows, columns=["employee_id", "field", "old"]).astype("str")


def _columns(frame: pd.DataFrame, hidden: WriteOnly, names: Sequence[str]) -> pd.DataFrame:
    """The named columns, missing ones as empty, so that a digest does not depend on which rules a company has; addresses without case."""
    absent = pd.Series(np.nan, index=frame.index, dtype="str")
    values = {name: frame.get(name, absent) for name in names}
    return pd.DataFrame(
        {name: column.astype("str").str.lower() if name in hidden.addresses else column for name, column in values.items()},
        index=frame.index,
    )
