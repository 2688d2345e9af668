"""What a file may not be much smaller than: the largest of those that were applied lately, figure by figure.

Belongs here: that one file made of several. Does not belong here: which were applied (the ledger), how much smaller a file may be
(``roster.intake.gate``).

Against the last file alone, one that is a few rows shorter every day is never short. Whoever let a file pass has said that it is right:
for that check nothing before it counts.
"""

from collections.abc import Iterator, Sequence

from roster.intake.facts import ExportFacts, FileFacts, rows_of

Week = Sequence[ExportFacts]
"""The files of the last seven days, newest first."""


def rows(last: FileFacts, week: Week) -> int:
    """The most rows of people."""
    return max(one.people_rows() for one in _since("rows", last, week))


def groups(column: str, check: str, last: FileFacts, week: Week) -> dict[str, int]:
    """Value of a column → the most rows with it."""
    found: dict[str, int] = {}
    for one in _since(check, last, week):
        for value, count in one.groups.get(column, {}).items():
            found[value] = max(count, found.get(value, 0))
    return found


def files(last: FileFacts, week: Week) -> dict[str, int]:
    """What each of several files is called → the most rows of people."""
    found: dict[str, int] = {}
    for one in _since("files", last, week):
        for name, counted in one.files.items():
            found[name] = max(rows_of(counted), found.get(name, 0))
    return found


def fill_rates(last: FileFacts, week: Week) -> dict[str, float]:
    """Canonical column → the greatest share of people for whom it was filled."""
    found: dict[str, float] = {}
    for one in _since("fill", last, week):
        for column, share in one.fill_rates.items():
            found[column] = max(share, found.get(column, 0.0))
    return found


def _since(check: str, last: FileFacts, week: Week) -> Iterator[FileFacts]:
    """The last file, and those of the week back to the one that was let pass in spite of a check."""
    yield last
    for one in week:
        yield one
        if one.accepted is not None and check in one.accepted.checks:
            return
