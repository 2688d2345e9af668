"""Expensify, whole.

`settings` (what the YAML says) · `client` and `replies` (the wire, and its own account held against the plan) · `policies` (what the policy
getter shows) · `scope` and `reading` (whom and which policies a reading is for) · `preflight` (policies and tags that are not there) ·
`membership` (who was put where, and is there still) · `movers` (who leaves the old policy) · `records` (what should be there) ·
`comparison` (what is different, whose change needs whose) · `leave` (who goes with whom) · `delivery` (in which order) · `adapter` (what
the engine asks) · `identity` (what only one company may write) · `draft` (its part of a proposed YAML). `policies`, `membership`, `movers`,
`records`, `comparison` and `leave` are pure.
"""

from typing import Final

from roster.reports.reasons import Reason

NAME: Final = "expensify"
TITLE: Final = "Expensify"

REASONS: Final = {
    "policy_not_there": Reason(
        "The policy is not there, or the account that Rollcall uses does not see it",
        "See the check policies for what was meant; correct the policy in the settings or in HR's file, or make the account its admin.",
        "IT",
    ),
    "policy_not_administered": Reason(
        "The policy is there, and the account that Rollcall uses is not its admin", "Make the account an admin of that policy.", "IT"
    ),
    "tag_unknown": Reason("No policy of theirs has this tag", "Create the tag there, or correct it in the settings or in HR's file.", "IT"),
}
"""What its own reasons mean."""
