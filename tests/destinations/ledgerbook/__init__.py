"""The ledger book, whole: a destination of the tests' own. A JSON file on disk with a line for each person.

`settings` (what the YAML says) · `client` (the file) · `records` (what should be there) · `comparison` (what is different) · `needs` (who
goes with whom) · `delivery` (in which order) · `things` (its desks, which are no people) · `adapter` (what the engine asks) · `draft` (what
`rollcall map` writes). `records`, `comparison`, `needs` and `things` are pure.
"""

from typing import Final

from roster.reports.reasons import Reason

NAME: Final = "ledgerbook"
TITLE: Final = "Ledger book"
REASONS: Final = {
    "no_desk": Reason("Has no desk, and the book has no line without one", "Give them a desk in HR's file.", "HR"),
    "book_unknown": Reason("HR's word for their book is not known", "Correct it.", "HR"),
}
"""What its own reasons mean."""
