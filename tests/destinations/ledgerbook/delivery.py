"""The order in which a plan goes into the book: whoever approves before those who name them, leavers last."""

from collections.abc import Iterator

import pandas as pd

from destinations.delivery import Send, Write, noted
from resources.ledger import Ledger
from roster.records import to_records
from tests.destinations.ledgerbook.client import Book
from tests.destinations.ledgerbook.records import FIELDS


def to_ledgerbook(book: Book, ledger: Ledger, write: Write, rows_at_once: int) -> Send:
    """How a plan's records go into the book: some lines at a time, and none after one that could not be written."""

    def send(records: pd.DataFrame) -> Iterator[pd.DataFrame]:
        rows = to_records(approvers_first(records), FIELDS)
        for begin in range(0, len(rows), rows_at_once):
            yield noted(ledger, write, book.write(rows[begin : begin + rows_at_once]))

    return send


def approvers_first(records: pd.DataFrame) -> pd.DataFrame:
    """The records in the order in which the book takes them."""
    if "approver_no" not in records:  # only leavers
        return records
    named = records.set_index("staff_no")["approver_no"]
    above = named.where(named != named.index.to_series())
    depth, step = pd.Series(0, index=named.index), above
    while (known := step.isin(named.index)).any():
        depth, step = depth + known, step.map(above)
    order = records.assign(last=records["action"].eq("deactivate"), depth=depth.to_numpy())
    return records.loc[order.sort_values(["last", "depth"], kind="stable").index]
