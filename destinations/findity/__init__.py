"""Findity, whole.

`settings` (what the YAML says) · `client`, `replies`, `partly`, `failing`, `units`, `users` and `tokens` (the wire) · `records` (what
should be there) · `comparison` (what is different, whose change needs whose) · `delivery` (in which order) · `adapter` (what the engine
asks) · `draft` (its part of a proposed YAML) · `trial` (it, with the sandbox in its place) · `structure` (dimensions, values, units and
who approves for them) · `identity` (what only one company may write) · `belonging` (who belongs to which of several organizations) ·
`expense` (its Expense API, as one person) · `commands` (`rollcall findity …`) · `placing` (whose unit is which) · `left_out` (whose unit a
rule could not give) · `preflight` (units that are not there) · `examining` (what somebody sees who sets a company up) · `taking_away`
(values that HR gives no more) · `external_ids` (under which id somebody comes in) · `further_approvers` (who approves behind the first) ·
`last_approver` (what stays so that somebody approves) · `addressing` (approvers whose id is not shown) · `words` (how people call its
fields and units). `records`, `comparison`, `belonging`, `placing`, `left_out`, `preflight`, `taking_away`, `external_ids`,
`further_approvers`, `last_approver`, `addressing` and `words` are pure.
"""

from typing import Final

from roster.reports.reasons import Reason

NAME: Final = "findity"
TITLE: Final = "Findity"
LAST_CHANCE: Final = "what they have not sent for approval by then, they cannot count on sending after"
"""What somebody should know of people who are soon to be inactive: no page says what an inactive user may still do."""
DELETING: Final = (
    "deleting them ends their access to the organization for good and takes their user out of the lists. Their expense reports stay at "
    "Findity, as they do of whoever is inactive; nobody can sign in as them or add to those. If they come back, they are created anew"
)
"""What deleting a user keeps and ends, by the vendor's page on users."""
UNCHECKED: Final = (
    "the others wait: no document confirms that Findity mails nobody where send_invitation_mail is false. Ask them whether they got an "
    "invitation; if not, say invitation_mail_checked: true in findity.connection"
)
"""Why one person is created before all others."""
COMMANDS: Final = "Findity: its Expense API, as the person who signs in."

REASONS: Final[dict[str, Reason]] = {
    "pilot": Reason(
        "One person is created first, and the others wait until somebody has looked whether an invitation came",
        "Ask that person whether Findity mailed them. If not, set invitation_mail_checked: true at the connection in the settings: the "
        "others come in with the next sync. Or release the held set.",
        "IT",
    ),
    "still_approves": Reason(
        "They approve for a value or a unit there, and that another does waits for a release",
        "Release it, or undo it: they leave in the next sync.",
        "Finance",
        stays=True,
    ),
    "no_other_approver": Reason(
        "They approve for a value or a unit there, and nobody can in their place",
        "Name somebody who can, in HR's file or the settings (approvers.fallback is for all). Until then they keep their access.",
        "HR",
        stays=True,
    ),
    "approvers_unread": Reason(
        "By the rules they approve for a value or a unit there, and who does could not be read",
        "See the check structure_read: once it can be read, another approves, and they leave.",
        "IT",
        stays=True,
    ),
    "approver_without_id": Reason(
        "Findity shows no personId of their approver by which it could be named. Who is there keeps the approver that they have",
        "Look there for the approver's personId, or set expense.person_ids. They follow in the run after it is shown.",
        "IT",
    ),
    "approver_stays": Reason(
        "HR's file gives no value for them any more by which somebody approves for them, and nobody else does",
        "Name who approves for them. Until then what is at Findity stays.",
        "HR",
    ),
    "preset_dimension_unknown": Reason(
        "Findity has no such dimension", "Create the dimension there or in the settings (dimensions), or correct the settings.", "IT"
    ),
    "preset_not_from_employee": Reason(
        "The dimension does not fill itself from the employee",
        "Set its presetLocation to EMPLOYEE, or take the preset out of the settings.",
        "IT",
    ),
    "preset_value_unknown": Reason("The dimension has no such value", "Correct the value in HR's file, or have it created there.", "HR"),
    "preset_value_not_yet": Reason(
        "The value is new at Findity, or still waits for a release", "Nothing, or release the value: it follows in the next run.", "nobody"
    ),
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
    "unit_waits": Reason(
        "Their organizational unit is not there yet: that it is created waits for a release",
        "Release it, if its name is no slip of the pen; they get it in the sync after.",
        "Finance",
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
    "organization_unknown": Reason(
        "HR's word for their organization is not known",
        "Correct it, or have the word added to the settings. Whoever is in an organization already stays as they are.",
        "HR",
    ),
    "consultant_unknown": Reason(
        "HR's word for where they are a consultant is not known, so they get no private fields",
        "Correct it, or have the word added to the settings.",
        "HR",
    ),
    "organization_empty": Reason(
        "HR's file does not say to which organization they belong",
        "Fill it in. Whoever is in an organization already stays as they are.",
        "HR",
    ),
    "organization_unreadable": Reason(
        "What says to which organization they belong cannot be read",
        "Correct it. Whoever is in an organization already stays as they are.",
        "HR",
    ),
}
"""What its own reasons mean."""
