"""Expensify, whole.

`settings` (what the YAML says) · `client` and `replies` (the wire, and its own account held against the plan) · `members` (the dialect by
which members are deleted) · `own_account` (what it says that it did, by policy, group and person) · `records` (what should be there) ·
`comparison` (what is different, whose change needs whose) · `leave` (who goes with whom) · `delivery` (in which order) · `roads` (by which
road) · `adapter` (what the engine asks) · `identity` (what only one company may write) · `draft` (its part of a proposed YAML) · `owners`
and `lowered` (whom nobody may lower or take out) · `taking_away` (values that HR gives no more) · `reports` and `commands` (a report on
somebody's behalf). `records`, `comparison`, `leave`, `owners` and `taking_away` are pure.
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
    "caller_not_named": Reason(
        "By an answer this may be the account that Rollcall calls as, which the settings do not name",
        "Name that account in the settings (connection.account).",
        "IT",
    ),
}
