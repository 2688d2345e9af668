"""Where Expensify's own account of a feed is not what was planned: reasons to look, none to stop.

Belongs here: the comparison of a plan's records with ``updatedEmployeesCount``, ``diff`` and ``skippedEmployees``. Does not belong here:
what a person's answer means (``replies``).
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

Pairs = set[tuple[str, str]]
_REMOVES = "shouldRemoveFromUnassignedPolicies"


def disagreements(records: pd.DataFrame, replies: Sequence[Mapping[str, Any]], again: bool = False, *, invites: bool) -> list[str]:
    """What the replies to a feed, taken together, say that the plan does not.

    Args:
        records: the plan's records that were sent.
        replies: for each request ``updated_count``, ``diff_to_add``, ``diff_to_remove`` (policy → addresses) and ``skipped`` (pairs of
            address and reason).
        again: an attempt before this one may have sent some of them, and been told of what it did.
        invites: Expensify was asked to invite managers to the policies in which they approve, so that doing it is no disagreement.

    Returns:
        A sentence for each disagreement, with counts and policies and no addresses.
    """
    if not replies:
        return []
    leaving = records["action"].eq("deactivate")
    staying = records[~leaving]
    mine = staying["employeeEmail"].str.lower()
    added = set(zip(staying["policyID"], mine, strict=True)) | _further(staying)
    removed = set(zip(records.loc[leaving, "policyID"], records.loc[leaving, "employeeEmail"].str.lower(), strict=True))
    removing = set(mine[staying[_REMOVES].eq("true")]) if _REMOVES in staying else set()
    managers = set(staying["managerEmail"].str.lower().dropna())
    reported_added, reported_removed = _reported(replies, "diff_to_add"), _reported(replies, "diff_to_remove")
    skipped = {email.strip().lower() for reply in replies for email, _ in reply["skipped"]}
    counts = [reply["updated_count"] for reply in replies]
    expected = len(set(records["employeeEmail"].str.lower()) - skipped)
    invited = {pair for pair in reported_added - added if pair[1] in managers}
    missing = {pair for pair in removed if pair[1] not in skipped} - reported_removed
    faults = [
        (0 if invites else len(invited), "additions are managers whom Expensify invites to policies by itself, because they approve there"),
        (len(reported_added - added - invited), "additions to policies are not in the plan"),
        (len({pair for pair in reported_removed - removed if pair[1] not in removing}), "removals from policies are not in the plan"),
        (0 if again else len(missing), "planned removals are not in Expensify's answer"),
    ]
    sentences = [f"{count} {what}" for count, what in faults if count]
    if None not in counts and sum(counts) != expected:
        sentences.append(f"Expensify counts {sum(counts)} updated people, the plan has {expected}")
    return sentences


def _reported(replies: Sequence[Mapping[str, Any]], part: str) -> Pairs:
    return {(policy, email.strip().lower()) for reply in replies for policy, emails in reply[part].items() for email in emails}


def _further(staying: pd.DataFrame) -> Pairs:
    if "additionalPolicyIDs" not in staying:
        return set()
    rows = staying.dropna(subset="additionalPolicyIDs")
    lists = rows["additionalPolicyIDs"].map({text: json.loads(text) for text in rows["additionalPolicyIDs"].unique()})
    each = pd.DataFrame({"policy": lists, "email": rows["employeeEmail"].str.lower()}).explode("policy").dropna()
    return set(zip(each["policy"], each["email"], strict=True))
