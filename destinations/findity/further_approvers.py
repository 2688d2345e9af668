"""More than one approver for a person, where rules name them.

Belongs here: who comes after the first, whom the chain gives, and what of it is not known. Does not belong here: the chain
(`roster.people.chain`), ids of persons (``delivery``). Pure.

Nobody loses an approver because a cell could not be read, or is empty where the settings do not say that this takes something away: what is
there behind those who are known then stays.
"""

import json
from typing import Final

import numpy as np
import pandas as pd

from destinations.findity.settings import FindityUsers
from roster.people.chain import Chain
from roster.plan.facts import FAULTS
from roster.records import TAKEN_AWAY, compact
from roster.rules import evaluate

NOT_ALL_KNOWN: Final = "approversNotAllKnown"
"""Column of the users: whoever has more approvers there than are known here. It is never sent."""
NOT_ACTIVE: Final = "approver_not_active"


def with_further(desired: pd.DataFrame, people: pd.DataFrame, chain: Chain, rules: FindityUsers) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The users with everybody whom the rules name behind their first approver, in the order of the rules, and the values at fault.

    Each may be an employee number or an address. Who may not approve is replaced by who approves for them; nobody is their own approver
    beside another, and nobody stands there twice.
    """
    nothing = people.head(0).reindex(columns=list(FAULTS)).astype("str")
    if not rules.furtherApprovers:
        return desired, nothing
    first = desired["approverIds"]
    names = {text: json.loads(text) for text in first[first.ne(TAKEN_AWAY)].dropna().unique()}
    lists = [list(names.get(text, [])) for text in first]
    unknown = np.zeros(len(people), dtype=bool)
    faults = [nothing]
    for rule in rules.furtherApprovers:
        named = evaluate(rule, people)
        found = _approving(named, chain)
        lost = named.notna() & found.isna()
        faults.append(
            pd.DataFrame({"employee_id": people.loc[lost, "employee_id"], "field": "approverIds", "reason": NOT_ACTIVE}).reindex(
                columns=list(FAULTS)
            )
        )
        empty = named.isna() & ("approverIds" not in rules.clear)
        unread = named.isna() & (people["unread"].notna() if "unread" in people else False)
        unknown |= (lost | empty | unread).to_numpy(bool)
        for position, (one, own) in enumerate(zip(found, people["employee_id"], strict=True)):
            if isinstance(one, str) and one != own and one not in lists[position]:
                lists[position].append(one)
    texts = [compact(one) if one else text for one, text in zip(lists, first, strict=True)]
    marks = pd.Series("true", index=desired.index, dtype="str").where(unknown)
    users = desired.assign(approverIds=pd.Series(texts, index=desired.index, dtype="str"), **{NOT_ALL_KNOWN: marks})
    return users, pd.concat(faults, ignore_index=True).astype("str")


def _approving(named: pd.Series, chain: Chain) -> pd.Series:
    """The employee number of each, or of who approves for them where they may not; missing where nobody is known."""
    by_address = pd.Series(chain.addresses.index, index=chain.addresses.str.lower().to_numpy()).groupby(level=0).first()
    number = named.where(~named.str.contains("@", regex=False, na=False), named.str.lower().map(by_address)).astype("str")
    able = chain.able.to_series()
    instead = chain.approver_of(number)
    found = number.where(number.isin(able), instead.where(instead.isin(able) & instead.ne(number)))
    return found.astype("str")


def completed(wanted: pd.Series, there: pd.Series, not_all_known: pd.Series) -> pd.Series:
    """The wanted lists with who else is there behind them, of whoever may have more approvers than are known."""
    at = (not_all_known.notna() & wanted.notna() & there.notna() & wanted.ne(TAKEN_AWAY)).to_numpy(bool)
    if not at.any():
        return wanted
    texts = wanted.to_numpy(dtype="object")
    for position in at.nonzero()[0].tolist():
        ours, theirs = json.loads(texts[position]), json.loads(there.iloc[position])
        texts[position] = compact([*ours, *(name for name in theirs[1:] if name not in ours)])
    return pd.Series(texts, index=wanted.index, dtype="str")
