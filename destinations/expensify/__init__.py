"""Expensify, whole.

`settings` (what the YAML says) · `client` and `replies` (the wire, and its own account held against the plan) · `policies` (what the
policy getter shows) · `members` (the dialect by which members are deleted) · `scope` and `reading` (whom and which policies a reading is
for) · `preflight` (policies and tags that are not there) · `examining` (what somebody sees who sets a company up) · `membership` (who was
put where, and is there still) · `movers` (who leaves the old policy) · `own_account` (what it says that it did, by policy, group and
person) · `records` (what should be there) · `comparison` (what is different, whose change needs whose) · `owners` and `lowered` (whom
nobody may lower or take out) · `taking_away` (values that HR gives no more) · `leave` (who goes with whom) · `delivery` (in which order) ·
`roads` (by which road) · `adapter` (what the engine asks) · `identity` (what only one company may write) · `words` (how people call its
fields and policies) · `draft` (its part of a proposed YAML) · `trial` (it, with the sandbox in its place) · `reports` and `commands` (a
report on somebody's behalf). `policies`, `membership`, `movers`, `records`, `comparison`, `owners`, `taking_away`, `leave` and `words` are
pure.
"""

from typing import Final

from roster.reports.reasons import Reason

NAME: Final = "expensify"
TITLE: Final = "Expensify"
COMMANDS: Final = "Expensify: reports on behalf of people."

REASONS: Final[dict[str, Reason]] = {
    "owner_or_caller": Reason(
        "Owns a policy there, or is the account that Rollcall calls as: cannot be lowered or taken out",
        "Nothing while they stay. If they have left: hand the policy over to somebody else there, or give Rollcall another account; "
        "they are taken out in the next run.",
        "Finance",
    ),
    "owner_not_shown": Reason(
        "May own a policy there, of which Expensify does not show by an address who does: is not lowered or taken out",
        "Nothing while they stay. If they have left: look who owns the policies that they administer, and take them out there by hand "
        "if it is somebody else.",
        "Finance",
    ),
    "caller_not_named": Reason(
        "By an answer this may be the account that Rollcall calls as, which the settings do not name",
        "Name that account in the settings (connection.account).",
        "IT",
    ),
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
