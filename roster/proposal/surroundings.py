"""What stands above and below the rows of a file that nobody has described: titles over its header, trailers and footers under its rows.

Belongs here: on which line the header is, the patterns of the last lines. Does not belong here: how a line becomes fields
(``roster.proposal.sniffing``), what such lines are once settings are there (``roster.reading``).
"""

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import islice, zip_longest
from typing import Final

from roster.proposal.headings import canonical_column, is_private
from roster.proposal.recognising import DATE, Guess
from roster.reading import broken_off, row_counts
from roster.reading.header import FEW, LOOKED_AT, Line
from roster.reading.nobody import FOOTER, MOST_CELLS

DATA: Final = re.compile(rf"[^@\s]+@[^@\s]+\.\w+|[+-]?\d[\d .,/-]*|{DATE.pattern}")
"""What a field holds and a heading does not."""
TRAILER: Final = re.compile(r"\W*(?:trailer|trl|eof|end|footer|total|rows|records|antal|slut|ende)\b|#", re.IGNORECASE)
AUTHOR: Final = re.compile(r"(?i)(\b(?:by|av|af|von|par|user|from)\b:?) .*|\S*@\S*")
"""Who made the file may be somebody's name, which settings do not hold."""
DIGITS: Final = re.compile(r"(\d{4}-\d{2}-\d{2}|\d+)")
MOST_TRAILERS: Final = 5


def is_heading(fields: Sequence[str]) -> bool:
    """Whether a record names columns, by the words that are known."""
    known = _known(fields)
    return known >= FEW and known > sum(DATA.fullmatch(field) is not None for field in fields)


def _known(fields: Sequence[str]) -> int:
    return sum(canonical_column(field) is not None or is_private(field) for field in fields if field)


def header_line(records: Iterable[tuple[int, Sequence[str]]]) -> Guess | None:
    """The line of the header, if that is not the first one.

    Args:
        records: Line number and fields of the first lines that are not empty.
    """
    above: list[Line] = []
    lines = [Line(number, [field.strip() for field in fields]) for number, fields in islice(records, LOOKED_AT)]
    for line, following in zip_longest(lines, lines[1:]):
        if is_heading(line.names) and not _is_of_groups(line, following) and all(each.is_title_of(line) for each in above):
            titles = "a title stands above it" if len(above) == 1 else f"{len(above)} lines of titles stand above it"
            return Guess(line.number, 0.9, f"the first line with headings; {titles}") if above else None
        above.append(line)
    return None


def _is_of_groups(line: Line, following: Line | None) -> bool:
    """Whether a line names groups of columns (Person, Pay), since the one below it names the columns."""
    return (
        following is not None
        and is_heading(following.names)
        and _known(following.names) > _known(line.names)
        and line.is_title_of(following)
    )


def trailers(lines: Sequence[str], width: int, rows_above: int, fields: Callable[[str], list[str]]) -> Guess | None:
    """The patterns of the last lines, if they are no rows: their digits may change, and a number that counts the rows must be right.

    Args:
        lines: All that are not empty.
        width: Fields of a row.
        rows_above: Lines above the first row: titles, header.
        fields: How a line becomes fields.
    """
    found: list[str] = []
    for line in reversed(lines[rows_above:]):
        text, cells = line.strip(), fields(line)
        filled = sum(bool(cell.strip()) for cell in cells)
        if broken_off.tells(text):
            return None  # named as a trailer it would count as harmless
        if len(found) == MOST_TRAILERS or (len(cells) == width and filled > MOST_CELLS) or not (TRAILER.match(text) or FOOTER.match(text)):
            break
        found.append(text)
    if not found:
        return None
    taken: set[str] = set()
    rows = str(len(lines) - rows_above - len(found))
    counts = [number for text in found if (number := row_counts.count(text)) and number.kind == "rows"]
    if any(str(each.number) != rows for each in counts):
        return None  # named as a trailer it would be compared with nothing
    patterns = [_pattern(text, rows, taken) for text in reversed(found)]
    counted = "rows" in taken
    several = "the last line is no row" if len(found) == 1 else f"the last {len(found)} lines are no rows"
    reason = several + (" and counts them" if counted and len(found) == 1 else " and count them" if counted else "")
    return Guess(patterns[0] if len(patterns) == 1 else patterns, 0.9 if counted else 0.5, reason)


def _pattern(text: str, rows: str, taken: set[str]) -> str:
    """The line with its digits free; the first date and the first count of the rows become groups, once for all lines."""
    parts = []
    for part in DIGITS.split(text):
        group = "date" if "-" in part and DIGITS.fullmatch(part) else "rows" if part == rows else ""
        digits = r"\d{4}-\d{2}-\d{2}" if group == "date" else r"\d+"
        if group and group not in taken:
            taken.add(group)
            parts.append(f"(?P<{group}>{digits})")
        else:
            parts.append(digits if DIGITS.fullmatch(part) else re.sub(r"([\\.^$*+?{}\[\]|()])", r"\\\1", part))
    return f"^{AUTHOR.sub(lambda found: f'{found[1]} .+' if found[1] else '.+', ''.join(parts))}$"
