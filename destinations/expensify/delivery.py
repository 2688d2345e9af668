"""The order in which a plan goes to Expensify: whole records, leavers last."""

from collections.abc import Iterator

import pandas as pd

from destinations.delivery import Send, Write, noted
from destinations.expensify import leave
from destinations.expensify.client import Expensify
from destinations.expensify.records import to_send
from destinations.expensify.settings import ExpensifyFeed
from resources.ledger import Ledger


def to_expensify(client: Expensify, ledger: Ledger, write: Write, rules: ExpensifyFeed | None = None) -> Send:
    """How a plan's records go to Expensify: whole records, leavers last. Without `rules` nothing is added to them or taken away."""

    def send(records: pd.DataFrame) -> Iterator[pd.DataFrame]:
        tried = records[records["person"].isin(list(write.alone))]
        alone = dict(zip(tried["employeeID"], tried["person"].map(write.alone), strict=True))
        for answer in client.deliver(to_send(leave.self_contained(records), rules), alone=alone):
            yield noted(ledger, write, answer)

    return send
