"""The words of the project, each written once: dispositions, actions, outcomes, kinds of change, canonical columns.

Belongs here: names that several modules must spell alike. Does not belong here: anything that computes.
"""

from typing import Final, Literal, get_args

Disposition = Literal["used", "superseded", "out_of_scope", "nobody", "rejected"]
"""What became of one row of the HR file; ``nobody`` is a line that is no person's."""

Action = Literal["create", "update", "reactivate", "deactivate", "delete", "none", "hold", "skip"]
"""What is planned for one person at one destination, before the write."""

Outcome = Literal["created", "updated", "reactivated", "deactivated", "deleted", "unchanged", "held", "skipped", "refused", "unknown"]
"""What became of one person at one destination, after the write."""

Kind = Literal[
    "join",
    "leave",
    "rejoin",
    "email",
    "manager",
    "self_approval",
    "role",
    "policy",
    "unit",
    "limit",
    "bank_account",
    "other",
    "stranger",
    "deletion",
]
"""What sort of change a planned change is: the unit in which changes are held and released."""

ThingKindName = Literal["unit", "dimension", "value", "value_removed", "approvers"]
"""What sort of thing, of those at a destination that are no people, a planned change is about: likewise held and released."""

Employment = Literal["active", "leave", "left", "pending"]
"""Where a person stands on the day of the export: `pending` has not started, `left` is a leaver by their own row."""

DISPOSITIONS: Final[tuple[Disposition, ...]] = get_args(Disposition)
ACTIONS: Final[tuple[Action, ...]] = get_args(Action)
BROUGHT: Final = ("create", "update", "reactivate")
"""What brings people in or keeps them in step; the other two of `WRITES` take them out."""
WRITES: Final = (*BROUGHT, "deactivate", "delete")
LEFT_ALONE: Final = ("hold", "skip")
"""What is planned for people of whom something would change, and for whom nothing goes."""
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
THING_KINDS: Final[tuple[ThingKindName, ...]] = get_args(ThingKindName)
RELEASED_BY_KIND: Final[tuple[str, ...]] = tuple(dict.fromkeys([*KINDS, *THING_KINDS]))
"""What a release may name: a kind of change of people, or of things."""
OUTCOMES: Final[tuple[Outcome, ...]] = get_args(Outcome)
OUTCOME_OF: Final = {
    "create": "created",
    "update": "updated",
    "reactivate": "reactivated",
    "deactivate": "deactivated",
    "delete": "deleted",
    "none": "unchanged",
    "hold": "held",
    "skip": "skipped",
}
"""The outcome that each action has when the destination accepts it."""

WORKER_STATUSES: Final = ("Active", "On Leave", "Terminated", "Pending")

IDENTITY_COLUMNS: Final = ("employee_id", "email", "first_name", "last_name", "worker_status")
"""A missing or bad value in one of these rejects the row, as an unreadable `start_date` or `end_date` does; in any other mapped column it
drops that value and is noted. A row that says that somebody has left needs its number only (``roster.intake.leavers``)."""

MANAGER_COLUMNS: Final = ("manager_id", "manager_email", "manager_name")
"""By one of these HR names somebody's manager: by number or a key of its own, by address, by name."""

CANONICAL_COLUMNS: Final = (
    "employee_id",
    "email",
    "first_name",
    "last_name",
    "manager_id",
    "manager_email",
    "manager_name",
    "department",
    "cost_center",
    "company_code",
    "location",
    "country",
    "zone",
    "job_title",
    "worker_status",
    "start_date",
    "end_date",
    "role",
    "approval_limit",
    "over_limit_approver",
    "phone",
    "locale",
    "bank_account",
    "bic",
    "street",
    "postal_code",
    "city",
    "address_country",
)
"""The canonical roster; any number of ``extra_*`` columns may join it."""
