"""The order in which a plan goes to Expensify: whole records, leavers last."""

from collections.abc import Iterator

import pandas as pd

from destinations.delivery import Send, Write, noted
from destinations.expensify import leave
from destinations.expensify.client import Expensify
from destinations.expensify.records import FIELDS
from resources.ledger import Ledger
from roster.records import to_records


def to_expensify(client: Expensify, ledger: Ledger, write: Write) -> Send:
    """How a plan's records go to Expensify: whole records, leavers last."""

    def send(records: pd.DataFrame) -> Iterator[pd.DataFrame]:
        tried = records[records["person"].isin(list(write.alone))]
        alone = dict(zip(tried["employeeID"], tried["person"].map(write.alone), strict=True))
        apart = set(records.loc[records["person"].isin(list(write.apart)), "employeeID"])
        for answer in client.deliver(to_records(leave.self_contained(records), FIELDS), alone=alone, apart=apart):
            yield noted(ledger, write, answer)

    return send
