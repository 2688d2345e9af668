"""Findity, whole.

`settings` (what the YAML says) · `client`, `replies`, `units` and `tokens` (the wire) · `records` (what should be there) · `comparison`
(what is different, whose change needs whose) · `delivery` (in which order) · `adapter` (what the engine asks) · `draft` (its part of a
proposed YAML) · `identity` (what only one company may write) · `expense` (its Expense API, as one person) · `commands`
(`rollcall findity …`) · `placing` (whose unit is which) · `left_out` (whose unit a rule could not give) · `preflight` (units that are not
there) · `taking_away` (values that HR gives no more) · `external_ids` (under which id somebody comes in) ·
`further_approvers` (who approves behind the first). `records`, `comparison`, `placing`, `left_out`, `preflight`, `taking_away`,
`external_ids` and `further_approvers` are pure.
"""

from typing import Final

from roster.reports.reasons import Reason

NAME: Final = "findity"
TITLE: Final = "Findity"
COMMANDS: Final = "Findity: its Expense API, as the person who signs in."

REASONS: Final[dict[str, Reason]] = {
    "external_id_missing": Reason(
        "The rule for their external id gives none", "Fill in what their external id follows from, or correct the rule.", "HR"
    ),
    "external_id_taken": Reason(
        "Their external id would be somebody else's too", "Give each person one of their own, in HR's file or by the rule.", "IT"
    ),
    "external_id_is_address": Reason(
        "Their external id would be an e-mail address, which stands in addresses of calls and in messages",
        "Use something else for it.",
        "IT",
    ),
    "unit_ambiguous": Reason(
        "Several organizational units there have that name",
        "Name the unit by its path, as in Sales/Nordics, or by what is its alone.",
        "HR",
    ),
    "unit_not_mapped": Reason(
        "The settings give no organizational unit for what HR's file says of them",
        "Add it to the rule for their unit, or correct their row.",
        "Finance",
    ),
    "unit_unreadable": Reason(
        "What HR's file says of them, from which their organizational unit follows, cannot be used",
        "Correct that value in their row.",
        "HR",
    ),
}
"""What its own reasons mean."""
