"""Where the columns of a file are that nobody has described and nothing separates: at which characters of a line.

Belongs here: the positions, by the places that are blank in every line, by a line drawn under the header, by headings. Does not belong
here: whether a delimiter separates them after all (``roster.proposal.sniffing``), reading by positions (``roster.reading.fixed_width``).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import numpy as np

from roster.proposal.recognising import Guess
from roster.proposal.surroundings import TRAILER, is_heading
from roster.reading.header import LOOKED_AT
from roster.reading.nobody import FOOTER, RULED

LEAST_FIELDS, LEAST_ROWS, ENOUGH_ROWS = 3, 2, 20
NEARLY_ALL: Final = 0.97
"""The share of rows in which a place between columns is blank: some other line may be among them."""
RAGGED: Final = 0.9
"""The share of a number's values that begin at its first place is below this: a few lines may be shifted."""
_GAP: Final = re.compile(r" {2,}")
_GROUP: Final = re.compile(r"\S+(?: \S+)*")
_RULE: Final = re.compile(r"[-=_]+")


@dataclass(frozen=True)
class _Field:
    start: int
    """Where its values begin, counted from 0."""
    end: int
    """Behind the last character of the longest."""
    ends: bool = False
    """Whether they all end there."""
    right: bool = False
    """Whether they do, and begin at several places, as numbers do."""


def of(lines: Sequence[str]) -> Guess | None:
    """Column → its first and last character; None where the lines do not look like columns of fixed width.

    Args:
        lines: The first ones that are not empty, blanks at their ends kept.
    """
    header, rows = _split(lines)
    if len(rows) < LEAST_ROWS:
        return None
    longest = max(len(line) for line in rows)
    ruler = next((line for line in lines[:LOOKED_AT] if RULED.fullmatch(line) and len(_RULE.findall(line)) >= LEAST_FIELDS), None)
    if ruler is not None:
        fields = [_Field(*found.span()) for found in _RULE.finditer(ruler)]
        sure, why = 0.95, "a line under the header is drawn over each column"
    else:
        fields, sure, why = _by_blanks(rows, header)
    if len(fields) < LEAST_FIELDS:
        return None
    spans = _spans(fields, longest)
    if header is None:  # one that has no gaps to be known by
        header = next((line for line in lines[:LOOKED_AT] if is_heading([line[start:end].strip() for start, end in spans])), None)
    names = [header[start:end].strip() for start, end in spans] if header else [f"column_{number}" for number in range(1, len(spans) + 1)]
    named = {name: f"{start + 1}-{end}" for name, (start, end) in reversed(list(zip(names, spans, strict=True))) if name}
    return Guess(dict(reversed(named.items())), sure, why) if len(named) >= LEAST_FIELDS else None


def _split(lines: Sequence[str]) -> tuple[str | None, list[str]]:
    """The header, if its gaps show it, and the lines that may be rows."""
    at = next((at for at, line in enumerate(lines[:LOOKED_AT]) if is_heading(_GAP.split(line.strip()))), None)
    below = lines if at is None else lines[at + 1 :]
    rows = [line for line in below if not (RULED.fullmatch(line) or TRAILER.match(line.strip()) or FOOTER.match(line.strip()))]
    return (None if at is None else lines[at]), rows


def _by_blanks(rows: Sequence[str], header: str | None) -> tuple[list[_Field], float, str]:
    """The fields between the places that are blank in nearly every row, how sure that is, and why."""
    width = max(len(line) for line in rows)
    letters = np.array([list(line.ljust(width)) for line in rows])
    used = (letters != " ").mean(axis=0) > 1 - NEARLY_ALL
    edges = np.flatnonzero(np.diff(np.concatenate([[False], used, [False]]).astype(int)))
    fields = [_Field(int(start), int(end)) for start, end in edges.reshape(-1, 2)]
    fields = _joined(fields, letters, header)
    if header:  # a heading over nothing but blanks is that of a column that nobody has a value in yet
        alone = [_Field(*found.span()) for found in _GROUP.finditer(header) if not used[slice(*found.span())].any()]
        fields = sorted([*fields, *alone], key=lambda field: field.start)
    found = [part for field in fields for part in _divided(field, letters, header)]
    touching = len(found) > len(fields)
    found = [_aligned(field, letters) for field in found]
    unclear = any(field.right and field.start > before.end and not before.ends for before, field in pairwise(found))
    why = "the same places are blank in every line" + (", or change from digits to letters" if touching else "")
    if unclear:
        return found, 0.5, f"{why}; to which of two columns the blanks between them belong is open"
    if len(rows) < ENOUGH_ROWS:
        return found, 0.5, f"{why}, and there are only {len(rows)}"
    return found, 0.8 if header and not touching else 0.6, why


def _joined(fields: Sequence[_Field], letters: np.ndarray, header: str | None) -> list[_Field]:
    """The fields without those that are the second word of another, one blank behind it."""
    found: list[_Field] = []
    for field in fields:
        if found and field.start - found[-1].end == 1 and _is_second(found[-1], field, letters, header):
            found[-1] = _Field(found[-1].start, field.end)
        else:
            found.append(field)
    return found


def _is_second(before: _Field, field: _Field, letters: np.ndarray, header: str | None) -> bool:
    """Whether it has no heading of its own; where there is no header, whether it is there only with a first word that reaches up to it."""
    if header is not None:
        own = header[field.start : field.end].strip()
        return not own or bool(header[field.start - 1 : field.start].strip())
    reaches = letters[:, before.end - 1] != " "
    there = (letters[:, field.start : field.end] != " ").any(axis=1)
    return bool(there.any() and reaches[there].mean() >= NEARLY_ALL > max(reaches.mean(), there.mean()))


def _divided(field: _Field, letters: np.ndarray, header: str | None) -> list[_Field]:
    """The fields that touch each other: digits end and letters begin at one place in every row, or a heading of its own stands there."""
    part = letters[:, field.start : field.end]
    digit, letter = np.char.isdigit(part), np.char.isalpha(part)
    turns = (digit[:, :-1] & letter[:, 1:]) | (letter[:, :-1] & digit[:, 1:])
    cuts = {field.start + 1 + int(at) for at in np.flatnonzero(turns.mean(axis=0) >= NEARLY_ALL)}
    if header:
        cuts |= {found.end() for found in _GAP.finditer(header) if field.start < found.end() < field.end}
    # A number such as E1042 is one field: what stands before its digits is shorter than anything but a code.
    places = [field.start, *sorted(cut for cut in cuts if cut - field.start > 1), field.end]
    return [_Field(start, end) for start, end in pairwise(places)]


def _aligned(field: _Field, letters: np.ndarray) -> _Field:
    there = (letters[:, field.start : field.end] != " ").any(axis=1)
    if not there.any():
        return field
    first, last = ((letters[there, at] != " ").mean() for at in (field.start, field.end - 1))
    return replace(field, ends=bool(last >= NEARLY_ALL), right=bool(last >= NEARLY_ALL and first < RAGGED))


def _spans(fields: Sequence[_Field], longest: int) -> list[tuple[int, int]]:
    """Where each column begins and ends: blanks behind a value are room for a longer one, those before a number for a longer number."""
    starts = []
    before = 0
    for field in fields:
        starts.append(min(before + 1 if before else 0, field.start) if field.right else field.start)
        before = field.end
    return list(zip(starts, [*starts[1:], max(longest, fields[-1].end)], strict=True))
