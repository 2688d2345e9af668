"""Findity, whole.

`settings` (what the YAML says) · `client`, `replies`, `units` and `tokens` (the wire) · `records` (what should be there) · `comparison`
(what is different, whose change needs whose) · `delivery` (in which order), `deleting` (one by one) · `adapter` (what the engine asks) ·
`draft` (its part of a proposed YAML) · `identity` (what only one company may write) · `expense` (its Expense API, as one person) ·
`commands` (`rollcall findity …`). `records` and `comparison` are pure.
"""

from typing import Final

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
