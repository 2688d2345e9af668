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
from roster.plan.differences import CHANGE_COLUMNS
from roster.records import compact

ACKNOWLEDGED_COLUMNS = ("employee_id", "account", "active", "digest", "fields")

HIDDEN = "#"


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

    @property
    def digested(self) -> list[str]:
        """Those of which only a digest is kept."""
        return [name for name in self.fields if name not in self.kept]


def acknowledgement(desired: pd.DataFrame, hidden: WriteOnly, key: bytes) -> pd.DataFrame:
    """What the ledger keeps of each person's unseen fields.

    Args:
        desired: ``employee_id`` and the destination's fields.
        hidden: the destination's write-only fields.
        key: the ledger's secret.

    Returns:
        ``employee_id``, ``digest``, ``fields`` (JSON text: the values that may be kept, and the digest of the others under ``#``).
    """
    kept = _columns(desired, hidden, hidden.kept).assign(**{HIDDEN: _hidden_digest(desired, hidden, key)})
    names = list(kept.columns)
    cells = zip(*(kept[name].tolist() for name in names), strict=True)
    texts = [compact({name: cell for name, cell in zip(names, row, strict=True) if isinstance(cell, str)}) for row in cells]
    return pd.DataFrame(
        {
            "employee_id": desired["employee_id"],
            "digest": digests(desired, hidden, key),
            "fields": pd.Series(texts, index=desired.index, dtype="str"),
        }
    )


def digests(desired: pd.DataFrame, hidden: WriteOnly, key: bytes) -> pd.Series:
    """The keyed digest over each person's write-only fields, as `acknowledgement` keeps it."""
    return digest_column(_columns(desired, hidden, hidden.fields), key)


def write_only_changes(desired: pd.DataFrame, acknowledged: pd.DataFrame, hidden: WriteOnly, key: bytes) -> pd.DataFrame:
    """What of the write-only fields must be sent: everything where nothing was acknowledged yet, else what is not as acknowledged.

    A value that HR no longer gives is not ours to clear, and is no change.

    Args:
        desired: ``employee_id`` and the destination's fields.
        acknowledged: `ACKNOWLEDGED_COLUMNS`, ``employee_id`` unique.
        hidden: as for `acknowledgement`.
        key: as for `acknowledgement`.

    Returns:
        `CHANGE_COLUMNS`; ``old`` is missing where it is not known.
    """
    before = acknowledged.set_index("employee_id")
    last = desired["employee_id"].map(before["digest"])
    changed = desired[digests(desired, hidden, key) != last]
    values = _columns(changed, hidden, hidden.kept)
    values = values.assign(**{HIDDEN: _hidden_digest(changed, hidden, key)}, employee_id=changed["employee_id"])
    long = values.melt("employee_id", var_name="field", value_name="new").merge(
        _parsed(before["fields"].reindex(changed["employee_id"]).dropna()), on=["employee_id", "field"], how="left"
    )
    long = long[long["new"].notna() & (long["new"] != long["old"])]
    renewed = changed["employee_id"].isin(long.loc[long["field"].eq(HIDDEN), "employee_id"])
    others = _columns(changed[renewed], hidden, hidden.digested).assign(employee_id=changed.loc[renewed, "employee_id"])
    others = others.melt("employee_id", var_name="field", value_name="new").dropna(subset="new").assign(old=np.nan)
    result = pd.concat([long[long["field"].ne(HIDDEN)], others], ignore_index=True)
    return result.assign(visible=False).astype({"field": "str", "old": "str", "new": "str"})[list(CHANGE_COLUMNS)]


def _parsed(fields: pd.Series) -> pd.DataFrame:
    rows = [(person, name, value) for person, text in fields.items() for name, value in json.loads(text).items()]
    return pd.DataFrame(rows, columns=["employee_id", "field", "old"]).astype("str")


def _hidden_digest(frame: pd.DataFrame, hidden: WriteOnly, key: bytes) -> pd.Series:
    return digest_column(_columns(frame, hidden, hidden.digested), key)


def _columns(frame: pd.DataFrame, hidden: WriteOnly, names: Sequence[str]) -> pd.DataFrame:
    """The named columns, missing ones as empty, so that a digest does not depend on which rules a company has; addresses without case."""
    absent = pd.Series(np.nan, index=frame.index, dtype="str")
    values = {name: frame.get(name, absent) for name in names}
    return pd.DataFrame(
        {name: column.astype("str").str.lower() if name in hidden.addresses else column for name, column in values.items()},
        index=frame.index,
    )
