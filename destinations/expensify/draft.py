"""Expensify's part of the `defs.yaml` that `rollcall map` writes."""

from collections.abc import Callable
from typing import Final

HEAD: Final = """
  expensify:
    connection:
      partner_user_id: {env: EXPENSIFY_USER}
      partner_user_secret: {env: EXPENSIFY_SECRET}
    feed:
      # The id of the policy that people belong to. Where it differs: {column: country, lookup: {SE: "...", "NO": "..."}}
      policyID: {constant: FILL-IN}
"""
_FIELDS: Final = (("customField2", "cost_center"), ("approvalLimit", "approval_limit"), ("overLimitApprover", "over_limit_approver"))


def draft(is_mapped: Callable[[str], bool]) -> str:
    """The text. A limit needs somebody who approves above it.

    Args:
        is_mapped: whether a canonical column is mapped for sure.
    """
    limits = is_mapped("approval_limit") and is_mapped("over_limit_approver")
    wanted = [(field, column) for field, column in _FIELDS if is_mapped(column) and (limits or field == "customField2")]
    return HEAD + "".join(f"      {field}: {column}\n" for field, column in wanted)
