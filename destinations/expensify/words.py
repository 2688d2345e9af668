"""How Expensify's fields and policies are called by people who do not read its API.

Belongs here: these words, and the names as read. Does not belong here: fields and what they mean to Expensify (``records``). Pure.
"""

from collections.abc import Mapping
from typing import Final

from roster.plan.differences import Frames
from roster.plan.wording import Wording

WORDING: Final = Wording(
    labels={
        "employeeEmail": "E-mail",
        "managerEmail": "Approver",
        "approvesTo": "Approves to",
        "overLimitApprover": "Approver over the limit",
        "approvalLimit": "Limit",
        "employeeID": "Employee number",
        "firstName": "Name",
        "lastName": "Name",
        "customField1": "Custom field 1",
        "customField2": "Custom field 2",
        "role": "Role",
        "workerStatus": "Status",
        "policyID": "Policies",
        "additionalPolicyIDs": "Policies",
        "isTerminated": "Policies",
        "shouldRemoveFromUnassignedPolicies": "Policies",
        "domainGroupID": "Domain group",
        "defaultTags": "Tags",
    },
    hundredths=("approvalLimit",),
    only_added=("policyID", "additionalPolicyIDs"),
    leaving=("isTerminated", "shouldRemoveFromUnassignedPolicies"),
)
"""Fields as the vendor's reference on the employee updater lists them."""

IMPERSONAL: Final = (
    "role",
    "policyID",
    "additionalPolicyIDs",
    "isTerminated",
    "shouldRemoveFromUnassignedPolicies",
    "domainGroupID",
    "approvalLimit",
)
"""What somebody may do there. Names, addresses, approvers, a status (who is on leave) and what HR's own columns fill are personal."""


def id_names(read: Frames) -> Mapping[str, str]:
    """Policy → name."""
    listed = read["policies"][["id", "name"]].dropna() if "policies" in read else None
    return {} if listed is None else dict(zip(listed["id"], listed["name"], strict=True))
