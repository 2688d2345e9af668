"""Which characters of a line are which column, as settings say it: ``Number: 1-8``.

Belongs here: how that is written, and where columns overlap. Does not belong here: cutting lines there (``roster.reading.fixed_width``),
finding out about it (``roster.proposal.widths``).
"""

import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

Span = tuple[int, int]
"""Where a column begins and ends in a line, as a slice has it."""


def checked(value: Any) -> str:
    """The first and the last character of a column. Text only: YAML reads ``1:8`` as 68.

    Raises:
        ValueError: They are no such.
    """
    found = re.fullmatch(r"\s*(\d{1,6})\s*-\s*(\d{1,6})\s*", value) if isinstance(value, str) else None
    if found is None:
        raise ValueError("the first and the last character of a column are needed, such as 1-8; of a column of one character, 9-9")
    first, last = int(found[1]), int(found[2])
    if not 1 <= first <= last:
        raise ValueError("characters are counted from 1, and the first is not behind the last: 1-8")
    return f"{first}-{last}"


def spans(positions: Mapping[str, str]) -> dict[str, Span]:
    """Where each column begins and ends, from the first to the last of a line.

    Raises:
        ValueError: Two of them overlap.
    """
    found = {name: (int(first) - 1, int(last)) for name, (first, last) in ((name, each.split("-")) for name, each in positions.items())}
    placed = dict(sorted(found.items(), key=lambda each: each[1]))
    for (name, (_, end)), (other, (start, _)) in pairwise(placed.items()):
        if start < end:
            raise ValueError(f"the positions of '{name}' and '{other}' overlap")
    return placed
