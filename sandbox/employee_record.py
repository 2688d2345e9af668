"""What makes one employee record invalid for Expensify, in its words where they are documented.

Belongs here: the check of a single record. Does not belong here: what a valid one does (`sandbox.employees`).
"""

import re
from collections.abc import Iterator
from typing import Any

REQUIRED = ("employeeEmail", "managerEmail", "employeeID", "policyID")  # [D E1]; on removal too [2 E4]
TEXTS = (
    *REQUIRED,
    *("firstName", "lastName", "customField1", "customField2", "overLimitApprover", "limitApprover"),
    *("workerStatus", "domainGroupID", "approvesTo", "role"),
)
CLEARABLE = ("approvalLimit", "overLimitApprover", "approvesTo", "customField2", "domainGroupID", "defaultTags")
LISTS = ("additionalPolicyIDs", "defaultTags")
FLAGS = ("isTerminated", "shouldRemoveFromUnassignedPolicies")
ROLES = ("user", "auditor", "admin")  # [D E1]
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")


def text(value: Any) -> str:
    """A value as text; nothing is the empty text."""
    return "" if value is None else str(value)


def fault_of(record: dict[str, Any], policies: dict[str, Any], clears: str = "nothing") -> str | None:
    """Why a record cannot be taken, or None. Messages quote the value as it was sent, trailing blanks too [D E1].

    Args:
        record: As it was sent.
        policies: Those that are there.
        clears: The switch of that name: what takes a value away is no fault.
    """
    away = cleared(record, clears)
    return next(_faults({name: value for name, value in record.items() if name not in away}, policies), None)


def cleared(record: dict[str, Any], clears: str) -> list[str]:
    """The fields whose stored value a record takes away. No document says whether there is such a thing [?]: a switch does."""
    given = [name for name in CLEARABLE if name in record]
    if clears == "null":
        return [name for name in given if record[name] is None]
    empty = [name for name in given if record[name] in ("", [])]
    if clears == "empty":
        return empty
    zero = clears == "zero" and "approvalLimit" in given and record["approvalLimit"] == 0
    return ["approvalLimit", *(name for name in empty if name != "approvalLimit")] if zero else empty if clears == "zero" else []


def _faults(record: dict[str, Any], policies: dict[str, Any]) -> Iterator[str]:
    """The faults in order; each check may rely on those before it."""
    for name in REQUIRED:
        if record.get(name) in (None, ""):
            yield f"Required parameter '{name}' is missing"  # [D E1] the message, of another job
    if wrong := _wrong_type(record):
        yield f"Argument '{wrong}' is missing or malformed"  # [D E1] the message, of another job
    for name, title in (("employeeEmail", "employee"), ("managerEmail", "manager")):
        if not _ADDRESS.fullmatch(record[name]):
            yield f"Invalid {title} email address '{record[name]}'"  # [D E1] for the manager; for the employee [I]
    for policy_id in (record["policyID"], *(record.get("additionalPolicyIDs") or [])):
        if policy_id not in policies:
            yield f"No policy found for '{policy_id}'"  # [D E1]
    if record.get("role") is not None and record["role"] not in ROLES:
        yield f"Invalid role '{record['role']}'"  # [D E1] the values, [I] the text
    over = record.get("overLimitApprover") or record.get("limitApprover")
    if record.get("approvalLimit") is not None and not over:
        yield "Required parameter 'overLimitApprover' is missing"  # [D E1] required with approvalLimit
    if over and not _ADDRESS.fullmatch(over):
        yield f"Invalid over limit approver email address '{over}'"  # [I]


def _wrong_type(record: dict[str, Any]) -> str | None:
    """The first field of another type than the documented one; how Expensify takes those is [?], so they are refused."""
    for name, value in record.items():
        if value is None:
            continue
        if name in TEXTS and not isinstance(value, str):
            return name
        if name in LISTS and not (isinstance(value, list) and all(isinstance(item, str) for item in value)):
            return name
        # [D E1] booleans; [D E2] the help site's own sample sends the text "false"
        if name in FLAGS and not (isinstance(value, bool) or value in ("true", "false")):
            return name
        if name == "approvalLimit" and (not isinstance(value, int) or isinstance(value, bool)):  # [D E1] Integer
            return name
    return None
