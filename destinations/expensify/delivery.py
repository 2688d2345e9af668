"""The order in which a plan goes to Expensify: whole records, leavers last."""

from collections.abc import Iterator

import pandas as pd

from destinations.delivery import Send, Write, noted
from destinations.expensify import leave
from destinations.expensify.client import Expensify
from destinations.expensify.comparison import WRITE_ONLY
from destinations.expensify.own_account import of_changes, own_account
from destinations.expensify.records import FIELDS
from resources.ledger import Ledger
from roster.records import to_records


def to_expensify(client: Expensify, ledger: Ledger, write: Write) -> Send:
    """How a plan's records go to Expensify: whole records, leavers last."""

    def send(records: pd.DataFrame) -> Iterator[pd.DataFrame]:
        tried = records[records["person"].isin(list(write.alone))]
        alone = dict(zip(tried["employeeID"], tried["person"].map(write.alone), strict=True))
        for answer in client.deliver(to_records(leave.self_contained(records), FIELDS), alone=alone):
            mine = records[records["employeeID"].isin(answer.statuses["key"])]
            said = own_account(mine, write.plan, reply) if (reply := answer.reply()) else ()
            yield of_changes(noted(ledger, write, answer, account=said), write.plan, WRITE_ONLY.in_answer)

    return send
