"""Expensify's part of the `defs.yaml` that `rollcall map` writes."""

from typing import Final

from roster.proposal.mapped import Mapped
from roster.proposal.recognising import Guess

SURE: Final = 0.5
"""A guess that is no surer than this is marked as open: limits a hundred times too high look like others."""

HEAD: Final = """
  expensify:
    connection:
      partner_user_id: {env: EXPENSIFY_USER}
      partner_user_secret: {env: EXPENSIFY_SECRET}
    feed:
"""
ONE_POLICY: Final = """\
      # The id of the policy that people belong to. Where it differs: {column: country, lookup: {SE: "...", "NO": "..."}}
      policyID: {constant: FILL-IN}
"""
POLICIES: Final = """\
      # The id of the policy that people of each word belong to; whoever has another word, or none, gets no policy.
      # Where there is one policy for all: {constant: "..."}
      policyID:
"""
_FIELDS: Final = (("customField2", "cost_center"), ("approvalLimit", "approval_limit"), ("overLimitApprover", "over_limit_approver"))


def draft(mapped: Mapped) -> str:
    """The text. A limit needs somebody who approves above it.

    Args:
        mapped: what is known of HR's columns.
    """
    limits = mapped("approval_limit") and mapped("over_limit_approver")
    wanted = [(field, column) for field, column in _FIELDS if mapped(column) and (limits or field == "customField2")]
    policies = POLICIES + mapped.division.rule(" " * 8) if mapped.division else ONE_POLICY
    return (
        HEAD + policies + "".join(f"      {field}: {column}\n" for field, column in wanted) + (_unit(mapped.limit_unit) if limits else "")
    )


def _unit(guess: Guess | None) -> str:
    """What HR's limits are in."""
    if guess is None:
        return ""
    return f"      limit_unit: {'' if guess.confidence > SURE else 'FILL-IN '}{guess.value}  # {guess.confidence:.2f}: {guess.reason}\n"
