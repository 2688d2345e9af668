"""Fields that a destination takes but never shows: compared with what it last acknowledged.

Belongs here: digests of acknowledged values and the differences they tell. Does not belong here: where acknowledgements are kept
(``resources.ledger``), fields that can be read back (``roster.expensify``, ``roster.findity``).
"""

import json
from collections.abc import Sequence

import numpy as np
import pandas as pd

from roster.digests import digest_column
from roster.plan.differences import CHANGE_COLUMNS
from roster.records import compact

ACKNOWLEDGED_COLUMNS = ("employee_id", "account", "active", "digest", "fields")

HIDDEN = "#"

ADDRESSES = ("overLimitApprover", "approvesTo")
"""Fields that hold an address: another case is no change."""


def acknowledgement(desired: pd.DataFrame, unseen: Sequence[str], shown: Sequence[str], key: bytes) -> pd.DataFrame:
    """What the ledger keeps of each person's unseen fields.

    Args:
        desired: ``employee_id`` and the destination's fields.
        unseen: the fields that no reading can show; a keyed digest over all of them is kept.
        shown: those of them whose values may be kept as they are, so that a later change can be told as old → new; of the others (names,
            bank details) only a digest is kept.
        key: the ledger's secret.

    Returns:
        ``employee_id``, ``digest``, ``fields`` (JSON text: the `shown` values, and the digest of the others under ``#``).
    """
    kept = _columns(desired, shown).assign(**{HIDDEN: _hidden_digest(desired, unseen, shown, key)})
    names = list(kept.columns)
    cells = zip(*(kept[name].tolist() for name in names), strict=True)
    texts = [compact({name: cell for name, cell in zip(names, row, strict=True) if isinstance(cell, str)}) for row in cells]
    return pd.DataFrame(
        {
            "employee_id": desired["employee_id"],
            "digest": digests(desired, unseen, key),
            "fields": pd.Series(texts, index=desired.index, dtype="str"),
        }
    )


def digests(desired: pd.DataFrame, unseen: Sequence[str], key: bytes) -> pd.Series:
    """The keyed digest over each person's unseen fields, as `acknowledgement` keeps it."""
    return digest_column(_columns(desired, unseen), key)


def unseen_changes(
    desired: pd.DataFrame, acknowledged: pd.DataFrame, unseen: Sequence[str], shown: Sequence[str], key: bytes
) -> pd.DataFrame:
    """What of the unseen fields must be sent: everything where nothing was acknowledged yet, else what is not as acknowledged.

    A value that HR no longer gives is not ours to clear, and is no change.

    Args:
        desired: ``employee_id`` and the destination's fields.
        acknowledged: `ACKNOWLEDGED_COLUMNS`, ``employee_id`` unique.
        unseen: as for `acknowledgement`.
        shown: as for `acknowledgement`.
        key: as for `acknowledgement`.

    Returns:
        `CHANGE_COLUMNS`; ``old`` is missing where it is not known.
    """
    before = acknowledged.set_index("employee_id")
    told = desired["employee_id"].map(before["digest"])
    changed = desired[digests(desired, unseen, key) != told]
    values = _columns(changed, shown).assign(**{HIDDEN: _hidden_digest(changed, unseen, shown, key)}, employee_id=changed["employee_id"])
    long = values.melt("employee_id", var_name="field", value_name="new").merge(
        _parsed(before["fields"].reindex(changed["employee_id"]).dropna()), on=["employee_id", "field"], how="left"
    )
    long = long[long["new"].notna() & (long["new"] != long["old"])]
    renewed = changed["employee_id"].isin(long.loc[long["field"].eq(HIDDEN), "employee_id"])
    hidden = [name for name in unseen if name not in shown]
    others = _columns(changed[renewed], hidden).assign(employee_id=changed.loc[renewed, "employee_id"])
    others = others.melt("employee_id", var_name="field", value_name="new").dropna(subset="new").assign(old=np.nan)
    result = pd.concat([long[long["field"].ne(HIDDEN)], others], ignore_index=True)
    return result.assign(visible=False).astype({"field": "str", "old": "str", "new": "str"})[list(CHANGE_COLUMNS)]


def _parsed(fields: pd.Series) -> pd.DataFrame:
    rows = [(person, name, value) for person, text in fields.items() for name, value in json.loads(text).items()]
    return pd.DataFrame(rows, columns=["employee_id", "field", "old"]).astype("str")


def _hidden_digest(frame: pd.DataFrame, unseen: Sequence[str], shown: Sequence[str], key: bytes) -> pd.Series:
    hidden = [name for name in unseen if name not in shown]
    return digest_column(_columns(frame, hidden), key)


def _columns(frame: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """The named columns, missing ones as empty, so that a digest does not depend on which rules a company has; addresses without case."""
    absent = pd.Series(np.nan, index=frame.index, dtype="str")
    values = {name: frame.get(name, absent) for name in names}
    return pd.DataFrame(
        {name: column.astype("str").str.lower() if name in ADDRESSES else column for name, column in values.items()}, index=frame.index
    )
