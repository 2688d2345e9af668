"""Nobody ends without an approver because a cell is empty: what ``users.clear`` would take away and leaves, since nobody else approves.

Belongs here: whose `approverIds`, and whose presets by which somebody approves, stay although HR gives none. Does not belong here: which
empty cells take something away (``taking_away``), who approves by what is read (``structure.routed``). Pure.
"""

import json
from collections.abc import Collection
from typing import Final

import numpy as np
import pandas as pd

from destinations.findity.comparison import account_of
from destinations.findity.structure import routed
from destinations.findity.taking_away import PRESET_KEY, PRESET_VALUE
from roster.membership import among
from roster.people.chain import Chain
from roster.plan.differences import Frames
from roster.plan.facts import FAULTS
from roster.records import TAKEN_AWAY, compact

STAYS: Final = "approver_stays"
"""Why something that HR does not give any more is left as it is there."""


def kept(
    desired: pd.DataFrame, read: Frames, there: pd.DataFrame, chain: Chain, routing: Collection[str], *, named: bool
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The users without what would take their last approver away, and what is left for that (`roster.plan.facts.FAULTS`).

    Who has nobody there yet gets whom the chain gives.

    Args:
        desired: the users.
        read: what was read.
        there: everyone there, in the common form, rows as the users of `read`.
        chain: who approves for whom.
        routing: the dimensions by whose values somebody approves.
        named: whether whom `approverIds` names approves.
    """
    users, account = read["users"], account_of(read["users"])
    going = set(there.loc[~among(there["number"], chain.able.to_series()), "account"]) & set(
        there.loc[among(there["number"], _known(chain)), "account"]
    )
    able = set(there.loc[there["active"], "account"]) - going
    number = there["number"].where(there["active"])
    at = pd.Series(users.index, index=number).loc[number.dropna().drop_duplicates(keep=False).to_numpy()]
    row = desired["employee_id"].map(at)

    def approver(of: pd.Series) -> pd.Series:
        """Who approves, by the users' rows, of each of the desired; missing where nobody does who can go on."""
        found: pd.Series = row.map(of.where(of.isin(list(able)))).astype("str")
        return found

    first = users["approverIds"].map({text: next(iter(json.loads(text)), None) for text in users["approverIds"].dropna().unique()})
    by_person = pd.Series(account.to_numpy(), index=users["personId"]).loc[lambda one: one.index.notna()]
    own = approver(first.map(by_person[~by_person.index.duplicated()]).astype("str"))
    now, after = approver(routed.approver(read)), desired["dimensionPresets"].map(_gaps)
    faults = []
    if routing and (gaps := after.map(lambda keys: bool(set(keys) & set(routing)))).any():
        less = users.assign(dimensionPresets=_less(users["dimensionPresets"], row[gaps], desired["dimensionPresets"]))
        then = approver(routed.approver({**read, "users": less}))
        last = gaps & now.notna() & then.isna() & (own.isna() if named else True)
        last |= gaps & then.isna() & routed.hidden(read)
        presets = [_without_gaps(text, routing) if one else text for text, one in zip(desired["dimensionPresets"], last, strict=True)]
        desired = desired.assign(dimensionPresets=pd.Series(presets, index=desired.index, dtype="str"))
        faults.append(_fault(desired["employee_id"][last], "dimensionPresets"))
        now = now.where(last, then)
    if named and (removed := desired["approverIds"].eq(TAKEN_AWAY) & now.isna()).any():
        chosen = chain.approver_of(desired["employee_id"]).map(lambda one: compact([one]), na_action="ignore")
        stays = removed & own.notna()
        desired = desired.assign(approverIds=desired["approverIds"].mask(removed, chosen).mask(stays, np.nan).astype("str"))
        others = own.ne(row.map(account))
        faults.append(_fault(desired["employee_id"][stays & others], "approverIds"))
    nothing = pd.DataFrame(columns=list(FAULTS), dtype="str")
    return desired, pd.concat([nothing, *faults], ignore_index=True).astype("str")


def _known(chain: Chain) -> pd.Series:
    """Everyone whom HR or the ledger knows: of them the chain says who may approve."""
    assert chain.links is not None, "a chain of a run has its links"  # noqa: S101
    return chain.links["employee_id"]


def _fault(numbers: pd.Series, field: str) -> pd.DataFrame:
    return pd.DataFrame({"employee_id": numbers, "field": field, "reason": STAYS}).reindex(columns=list(FAULTS))


def _gaps(text: object) -> list[str]:
    """The dimensions whose preset is to be taken away."""
    if not isinstance(text, str) or text == TAKEN_AWAY:
        return []
    return [entry[PRESET_KEY] for entry in json.loads(text) if entry[PRESET_VALUE] is None]


def _less(there: pd.Series, rows: pd.Series, wanted: pd.Series) -> pd.Series:
    """The presets of the users once these are written."""
    texts, ours_of = there.to_dict(), wanted.to_dict()
    for position, row in rows.dropna().items():
        ours = {entry[PRESET_KEY]: entry for entry in json.loads(ours_of[position])}
        before = json.loads(texts[row]) if isinstance(texts[row], str) else []
        merged = {**{entry.get(PRESET_KEY): entry for entry in before}, **ours}
        texts[row] = compact([entry for entry in merged.values() if entry.get(PRESET_VALUE) is not None])
    return pd.Series(texts, index=there.index, dtype="str")


def _without_gaps(text: str, dimensions: Collection[str]) -> str | None:
    kept = [entry for entry in json.loads(text) if entry[PRESET_VALUE] is not None or entry[PRESET_KEY] not in dimensions]
    return compact(kept) if kept else None
