"""What follows when Expensify refuses a record because the person is a policy's owner or the calling account.

Belongs here: sending it once more without its role, so that the rest of it is written, and putting both answers together. Does not belong
here: who they are, as far as that is known before (``owners``).
"""

from collections.abc import Callable
from dataclasses import replace

import pandas as pd

from destinations.expensify.owners import LOWERED, REASON, speaks_of_them
from destinations.expensify.replies import FeedAnswer, UpdateAnswer, folded
from destinations.replies import Record, Records
from resources.failures import Failed, Refused


def sent(chunk: Records, send: Callable[[Records], FeedAnswer]) -> FeedAnswer:
    """A request and, for whoever is refused because of a lowered role that cannot be, another one without it.

    Raises:
        Failed: As `send` does. A second request that fails leaves the first one's answer as it is.
    """
    try:
        first = send(chunk)
    except Refused as refused:
        # Of several people nobody knows whom it is about: they are tried apart first.
        if len({record["employeeID"] for record in chunk}) > 1 or not _about(str(refused)) or not any(map(_lowers, chunk)):
            raise
        again = send([_without_role(record) for record in chunk])
        return replace(again, statuses=_annotated(again.statuses))
    rows = first.statuses
    stopped = set(rows.loc[rows["status"].eq("refused") & speaks_of_them(rows["reason"]), "key"])
    rest = [record for record in chunk if record["employeeID"] in stopped]
    if not any(map(_lowers, rest)):
        return first
    rest = [_without_role(record) for record in rest if _lowers(record)]
    try:
        second = send(rest)
    except Failed:
        return first
    tried = {record["employeeID"] for record in rest}
    statuses = pd.concat([rows[~rows["key"].isin(tried)], _annotated(second.statuses)], ignore_index=True)
    update = _together(first.update, second.update, {folded(record["employeeEmail"]) for record in rest})
    return replace(
        first,
        statuses=statuses,
        update=update,
        request_bytes=first.request_bytes + second.request_bytes,
        seconds=first.seconds + second.seconds,
        calls=first.calls + second.calls,
    )


def _about(message: str) -> bool:
    return bool(speaks_of_them(pd.Series([message], dtype="str")).iloc[0])


def _lowers(record: Record) -> bool:
    return record.get("role") in LOWERED and not record.get("isTerminated")


def _without_role(record: Record) -> Record:
    return {name: value for name, value in record.items() if name != "role"}


def _annotated(statuses: pd.DataFrame) -> pd.DataFrame:
    """Who was accepted without their role, with that as the reason: reading back shows another role than was planned."""
    return statuses.assign(reason=statuses["reason"].mask(statuses["status"].eq("accepted"), REASON))


def _together(first: UpdateAnswer | None, second: UpdateAnswer | None, again: set[str]) -> UpdateAnswer | None:
    """Both accounts as one: whoever was skipped by the first counts as the second says."""
    if first is None or second is None:
        return first or second
    counted = None if None in (first.updated_count, second.updated_count) else (first.updated_count or 0) + (second.updated_count or 0)
    return replace(
        first,
        updated_count=counted,
        diff_to_add=_joined(first.diff_to_add, second.diff_to_add),
        diff_to_remove=_joined(first.diff_to_remove, second.diff_to_remove),
        groups=_joined(first.groups, second.groups),
        skipped=[one for one in first.skipped if folded(one[0]) not in again] + second.skipped,
    )


def _joined(first: dict[str, list[str]], second: dict[str, list[str]]) -> dict[str, list[str]]:
    return {name: [*first.get(name, []), *second.get(name, [])] for name in (*first, *(each for each in second if each not in first))}
