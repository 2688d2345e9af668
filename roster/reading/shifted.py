"""Lines of fixed width that are not cut where the others are: something in them was put in, left out or cut away.

Belongs here: the signs of that, by what the other lines are like. Does not belong here: cutting lines (``roster.reading.fixed_width``),
letters read in a wrong encoding, which are refused before (``roster.reading.decoding``).

Typical causes: letters of several bytes where a program counts bytes, tabs for blanks, a delimiter's habit of leaving out an empty cell, a
file that ends in the middle of a line.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from roster.reading.positions import Span
from roster.unfit import Unfit

USUAL: Final = 0.9
"""The share of lines that have one length, or keep a place blank, where that is meant so."""
FEW: Final = 0.05
"""The share of values that may begin behind their column's first place where they are meant to begin there, and that end before its end."""

TAB: Final = "The line has a tab: which column what follows is in cannot be told."
CUT: Final = "The file ends within this line."
COUNTS_BYTES: Final = "columns are counted in bytes there, so that each letter beyond ASCII moves what follows."
LONGER_OR_SHORTER: Final = "what stands in it may have moved, or was cut away."
MOVED: Final = "The line does not keep to the columns' positions: something in it was put in, left out or cut away."


def faults(texts: pa.LargeStringArray, columns: Mapping[str, Span], encoding: str, *, ended: bool) -> dict[int, str]:
    """The lines that do not keep to the positions, by their place: what is the matter.

    Args:
        texts: The lines, blanks at their ends kept.
        columns: Where each column begins and ends, from the first to the last of a line.
        encoding: How the file was read.
        ended: Whether its last line is whole: it has a line end, or something stands behind it.

    Raises:
        Unfit: It is so of the file as a whole.
    """
    filled = pc.utf8_rtrim_whitespace(texts)
    found = dict.fromkeys(np.flatnonzero(_flags(pc.match_substring(filled, "\t"))).tolist(), TAB)
    found |= {at: why for at, why in _lengths(texts, filled, columns, encoding).items() if at not in found}
    moved = _in_gaps(filled, columns) | _misplaced(filled, columns)
    found |= {at: MOVED for at in np.flatnonzero(moved).tolist() if at not in found}
    lengths = pc.utf8_length(filled).to_numpy()
    if not ended and len(lengths) > 1 and lengths[-1] < lengths[:-1].min():
        found[len(lengths) - 1] = CUT
    return found


def check_tabs(texts: pa.LargeStringArray) -> None:
    """Few lines have a tab.

    Raises:
        Unfit: Many have.
    """
    tabs = _flags(pc.match_substring(pc.utf8_trim_whitespace(texts), "\t"))
    if tabs.mean() > 1 - USUAL:
        raise Unfit(
            "positions",
            f"{int(tabs.sum()):,} of {len(texts):,} lines have tabs: they separate the file, or an editor put them in place of blanks.",
            "Set `delimiter` and leave out `positions`, or have HR send the export as it was written.",
        )


def _flags(found: pa.BooleanArray) -> np.ndarray:
    flags: np.ndarray = found.to_numpy(zero_copy_only=False)
    return flags


def _lengths(texts: pa.LargeStringArray, filled: pa.LargeStringArray, columns: Mapping[str, Span], encoding: str) -> dict[int, str]:
    """Lines of another length, where nearly all have one and the blanks at their ends are still there."""
    length, size = pc.utf8_length(texts).to_numpy(), pc.binary_length(texts).to_numpy()
    (usual, share), (in_bytes, as_bytes) = _most_frequent(length), _most_frequent(size)
    by_bytes = encoding.startswith("utf-8") and as_bytes > share
    if len(length) > 1 and by_bytes and share < USUAL <= as_bytes:
        raise Unfit(
            "positions",
            f"The lines have one length ({in_bytes}) in bytes and not in characters: {COUNTS_BYTES}",
            "Have HR export with columns counted in characters, or in an encoding with one byte a character (cp1252).",
        )
    padded = usual >= max(end for _, end in columns.values()) and _flags(pc.not_equal(filled, texts))[length == usual].any()
    if not padded or share < USUAL:
        return {}  # as an editor leaves them that takes blanks at line ends away
    return {
        at: f"The line has {length[at]} characters, and nearly all others have {usual}: "
        + (COUNTS_BYTES if by_bytes and size[at] == in_bytes else LONGER_OR_SHORTER)
        for at in np.flatnonzero(length != usual).tolist()
    }


def _most_frequent(lengths: np.ndarray) -> tuple[int, float]:
    values, counts = np.unique(lengths, return_counts=True)
    at = int(counts.argmax())
    return int(values[at]), float(counts[at] / counts.sum())


def _in_gaps(filled: pa.LargeStringArray, columns: Mapping[str, Span]) -> np.ndarray:
    """Lines that have something where nearly all others have a blank, between two columns or behind the last one."""
    found = np.zeros(len(filled), dtype=bool)
    end = 0
    for start, next_end in [*columns.values(), (None, 0)]:
        if start is None or start > end:
            used = _flags(pc.not_equal(pc.utf8_trim_whitespace(pc.utf8_slice_codeunits(filled, end, start)), ""))
            # More, and it is a column that the settings do not name.
            found |= used & (used.mean() <= 1 - USUAL)
        end = next_end
    return found


def _misplaced(filled: pa.LargeStringArray, columns: Mapping[str, Span]) -> np.ndarray:
    """Lines in which a value begins behind its column's first place, in two columns or up to the column's end, or in which
    the next column's value begins within a column: its own, a gap, and a beginning that reaches the column's end."""
    late, certain = np.zeros(len(filled), dtype="int64"), np.zeros(len(filled), dtype=bool)
    for start, end in columns.values():
        cell = pc.utf8_slice_codeunits(filled, start, end)
        blank = _flags(pc.equal(pc.utf8_trim_whitespace(cell), ""))
        after = _flags(pc.starts_with(cell, " ")) & ~blank
        full = _flags(pc.equal(pc.utf8_length(cell), end - start)) & ~_flags(pc.ends_with(cell, " "))
        there = int((~blank).sum())
        if after.sum() > FEW * there or full.sum() > (1 - FEW) * there:
            continue  # it is empty, or its values end where it ends, as numbers do
        late += after
        certain |= (after & full) | (full & _flags(pc.match_substring_regex(cell, r"\S {2,}\S+$")))
    return certain | (late > 1)
