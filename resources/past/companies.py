"""A company whose folder has another name, or is gone: what it has left, in every place but Dagster's.

Belongs here: giving all of it to the new name, or deleting it. Does not belong here: its rows (``resources.ledger.companies``), whether the
folders are there (the commands look), Dagster's runs (``assets.runs.retention``).

What is outside the ledger comes first: whoever was killed in between finds the rows where they were, and does it once more.
"""

from dataclasses import dataclass

from resources.ledger import Ledger
from resources.stored.reports import StoredReports
from resources.stored.runs import StoredRuns


@dataclass(frozen=True)
class Deleted:
    """What there was of a company."""

    rows: int
    """Of the ledger."""
    values: int
    """Runs with stored values."""
    reports: int
    """Runs with reports."""


def rename(ledger: Ledger, new: str) -> None:
    """Make all that a company has left another's, by its new name.

    Args:
        ledger: Of the old name.
        new: What its folder is called now.

    Raises:
        Permanent: The old name has nothing, or the new one has people.
        Transient: A run of either is under way.
    """
    ledger.whole.check_rename(new)
    ledger.keys.rename(new)
    StoredRuns(ledger.company).rename(new)
    StoredReports(ledger.company).rename(new)
    ledger.whole.rename(new)


def delete(ledger: Ledger) -> Deleted:
    """Delete all that a company has left. A second time there is nothing.

    Raises:
        Transient: A run of it is under way.
    """
    ledger.whole.check_idle()
    values = StoredRuns(ledger.company).delete_all()
    reports = StoredReports(ledger.company).delete_all()
    ledger.keys.delete()
    return Deleted(ledger.whole.delete(), values, reports)
