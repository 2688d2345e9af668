"""From lines whose columns stand at fixed positions to a frame, one row a line, indexed by line number.

Belongs here: cutting lines, the header, comments and trailers of such a file, and which of its lines do not keep to the positions. Does not
belong here: how positions are written in settings (``roster.reading.positions``), proposing them (``roster.proposal.widths``), character
encodings (``roster.reading.decoding``), which lines are nobody's (``roster.reading.nobody``).

A position counts characters of the decoded text: an ``ö`` is one, however many bytes it has, and so is a letter that is shown twice as
wide. A line in which something was put in or left out says something else from there on, in cells that may well look like good ones. So a
line that is not cut as the others are is one rejected row, never a guess.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from roster.reading import broken_off, header, nobody, row_counts, table
from roster.reading import malformed as amiss
from roster.reading.decoding import decode
from roster.reading.positions import Span, spans
from roster.reading.shifted import check_tabs, faults
from roster.reading.table import RawTable
from roster.settings import CsvFormat
from roster.unfit import Unfit

FORM_FEED: Final = b"\f"
"""Begins a page, and is no character of the line that it stands in."""
RULED: Final = rf"^{nobody.RULED.pattern}$"
MOVED_BY: Final = 3
"""Characters by which what stands in a malformed line may have been moved: so many letters of it have a byte more, or were lost."""
WIDE_GAP: Final = re.compile(r" {2,}")
LAST: Final = 3
"""Lines at the end that are looked at, since a sentence that is cut at the positions may look like a row."""


@dataclass(frozen=True)
class _Lines:
    """Lines that are not empty."""

    texts: pa.LargeStringArray
    """Without their ends, blanks at the end kept."""
    numbers: np.ndarray
    """Counted from 1, in the file."""

    def of(self, which: np.ndarray | slice) -> "_Lines":
        """Some of them."""
        numbers = self.numbers[which]
        return _Lines(self.texts.take(pa.array(np.arange(len(self.numbers))[which])), numbers)


def read(data: bytes, format: CsvFormat, wanted: set[str] | None, number: Collection[str] = ()) -> RawTable:
    """Read text whose columns `format.positions` names.

    Args:
        data: The bytes, in whatever encoding the settings say.
        format: How they become rows.
        wanted: The columns to keep. All others are dropped here and go no further. None keeps all, to look at an unknown file.
        number: Of these, the columns that the employee number is made of.

    Raises:
        Unfit: The file as a whole cannot be read with these settings.
    """
    columns = spans(format.positions or {})
    wanted = table.check_header(list(columns), wanted, None)
    text, encoding = decode(data, format.encoding)
    text, end = nobody.without_end(text.replace(FORM_FEED, b""))
    ended = text.endswith(b"\n")
    lines = _filled(text, format.comment)
    if not len(lines.numbers):
        raise Unfit("empty", "The file is empty.", "Ask HR whether the export ran through.")
    _check_one_line(lines, columns)
    check_tabs(lines.texts)
    lines, trailers = _trailers(lines, format)
    above = _header(lines, columns, wanted, format.header_line)
    over = [nobody.alike(each) for each in lines.texts[: above + 1].to_pylist()]
    heading = over.pop() if over else None
    titles = {text: int(line) for text, line in zip(over, lines.numbers[: len(over)], strict=True)}
    header_line = int(lines.numbers[above]) if above >= 0 else None
    lines = lines.of(slice(above + 1, None))
    if not len(lines.numbers):
        raise table.empty()
    if above < 0:
        _check_reach(lines, columns, wanted)
    frame = _frame(lines, columns, wanted)
    odd = _odd(table.emptied(frame, format.empty), lines.texts, number, [*titles, heading])
    judge = nobody.Lines.of(list(columns), False, number, frame[~odd], titles, format.empty)
    last = int(frame.index[~odd].max()) if not odd.all() else 0
    others = _nobodys(lines.of(odd), columns, judge, heading, last)
    kept = lines.of(~np.isin(lines.numbers, list(others)))
    wrong = faults(kept.texts, columns, encoding, ended=ended or bool(format.trailers or others)) if len(kept.numbers) else {}
    others |= _nobodys(kept.of(np.array(sorted(wrong), dtype="int64")), columns, judge, heading, last)
    malformed = {int(kept.numbers[at]): why for at, why in sorted(wrong.items()) if int(kept.numbers[at]) not in others}
    looked_at = lines.of(np.isin(lines.numbers, [*others, *malformed, *lines.numbers[-LAST:], *frame.index[odd]]))
    frame = frame[~frame.index.isin([*others, *malformed])]
    if number:
        texts = zip(looked_at.numbers.tolist(), looked_at.texts.to_pylist(), strict=True)
        beside = judge.beside({line: WIDE_GAP.split(text.strip()) for line, text in texts}, others)
        broken_off.check(beside)
        row_counts.check(beside, row_counts.Rows.of(frame, malformed, others, number))
    if len(frame) + len(malformed) == 0:
        raise table.empty()
    trailer_date = table.check_trailers(trailers, len(frame) + len(malformed))
    others = {line: why for line, why in others.items() if why != "blank"}
    others |= {end: "end"} if end else {}
    index = pd.Index(list(malformed), name="line", dtype="int64")
    return RawTable(
        frame,
        pd.Series(0, index=index, dtype="int64"),
        list(columns),
        len(frame) + len(malformed) + len(others),
        encoding,
        trailer_date,
        nobody.by_line(others),
        header_line,
        pd.Series(list(malformed.values()), index=index, dtype="str"),
        readings=_readings(lines.of(np.isin(lines.numbers, list(malformed))), columns, wanted),
    )


def cut(line: str, columns: Mapping[str, Span]) -> list[str]:
    """The cells of one line."""
    return [line[start:end].strip() for start, end in columns.values()]


def _readings(lines: _Lines, columns: Mapping[str, Span], wanted: Collection[str]) -> pd.DataFrame:
    """What the malformed lines may say: cut where the others are, and a few characters beside."""
    texts = [" " * MOVED_BY + text for text in lines.texts.to_pylist()]
    moved = [{name: (start + by, end + by) for name, (start, end) in columns.items()} for by in range(2 * MOVED_BY + 1)]
    return amiss.readings([cut(text, one) for text in texts for one in moved], list(columns), wanted)


def _filled(text: bytes, comment: str | None) -> _Lines:
    """The lines that hold anything; those that are comments do not."""
    body = text if text.endswith(b"\n") else text + b"\n"
    ends = np.flatnonzero(np.frombuffer(body, np.uint8) == ord("\n")) + 1
    offsets = np.concatenate([np.zeros(1, "int64"), ends])
    whole = pa.LargeStringArray.from_buffers(len(ends), pa.py_buffer(offsets), pa.py_buffer(body))  # no line is copied
    texts = pc.utf8_rtrim(whole, "\n")
    filled = pc.not_equal(pc.utf8_trim_whitespace(texts), "").to_numpy(zero_copy_only=False)
    if comment:
        filled = filled & ~pc.starts_with(texts, comment).to_numpy(zero_copy_only=False)
    return _Lines(texts, np.arange(1, len(ends) + 1)).of(filled)


def _trailers(lines: _Lines, format: CsvFormat) -> tuple[_Lines, list[re.Match[str]]]:
    """The lines without the last ones that the settings name, and these."""
    kept = max(len(lines.numbers) - len(format.trailers), 0)
    last = [text.strip() for text in lines.texts[kept:].to_pylist()]
    return lines.of(slice(None, kept)), table.find_trailers(format.trailers, last, " ")


def _header(lines: _Lines, columns: Mapping[str, Span], wanted: set[str], header_line: int | None) -> int:
    """The place of the header among the lines; -1 where there is none.

    Raises:
        Unfit: There is one, and it does not have the wanted headings where the positions are.
    """
    looked_at = max(header.LOOKED_AT, int(np.searchsorted(lines.numbers, header_line or 0, side="right")))
    first = lines.texts[:looked_at].to_pylist()
    seen = [_seen(text, columns, wanted) for text in first]
    has = [len(wanted & set(names)) for names in seen]
    if not first or (header_line is None and max(has) < min(header.FEW, len(wanted))):
        return -1
    found = [header.Line(int(at), names) for at, names in zip(lines.numbers[:looked_at], seen, strict=True)]
    chosen = header.choose(found, wanted, header_line)
    missing = sorted(wanted - set(_headings(first[chosen], columns)))
    if not missing and len(wanted) >= header.FEW and len(moved := _begin(first[chosen], columns, wanted)) == 1 and moved != {0}:
        missing = sorted(wanted)  # all of them a little further on: columns that are full would be cut
    if missing:
        raise Unfit(
            "header",
            f"Line {lines.numbers[chosen]} is the header, and these columns do not stand there where `positions` has them: "
            f"{', '.join(missing)}.",
            "Have HR export as agreed, or correct `positions`: its names are those of the header, or as much of them as has room.",
        )
    return chosen


def _seen(text: str, columns: Mapping[str, Span], wanted: set[str]) -> list[str]:
    """A line's fields: its cells where they are headings; the names that it has elsewhere, where it has them all. Of any other line, which
    may be a title that the positions cut anywhere, those cells that begin where their columns do."""
    names = _headings(text, columns)
    few = min(header.FEW, len(wanted))
    if len(wanted & set(names)) >= few:
        return names
    written = table.as_typed(text).casefold()
    mentioned = [name for name in columns if name in wanted and table.as_typed(name).casefold() in written]
    if len(mentioned) == len(wanted) >= header.FEW:
        return mentioned
    begins = [
        (start, end) for start, end in columns.values() if text[start : start + 1].strip() and not text[max(start - 1, 0) : start].strip()
    ]
    return [text[start:end] for start, end in begins]


def _headings(text: str, columns: Mapping[str, Span]) -> list[str]:
    """The cells of a line, those that are the name of their column as the settings write it; a name may be cut by its column's end."""
    found = []
    for (name, (start, end)), cell in zip(columns.items(), cut(text, columns), strict=True):
        heading = table.as_typed(cell).casefold()
        found.append(name if heading and heading == table.as_typed(name)[: end - start].strip().casefold() else cell)
    return found


def _begin(text: str, columns: Mapping[str, Span], wanted: set[str]) -> set[int]:
    """How far behind its column's first place each heading begins."""
    cells = [text[start:end] for name, (start, end) in columns.items() if name in wanted]
    return {len(cell) - len(cell.lstrip()) for cell in cells}


def _check_one_line(lines: _Lines, columns: Mapping[str, Span]) -> None:
    longest = int(pc.utf8_length(lines.texts[:1])[0].as_py())
    if len(lines.numbers) == 1 and longest >= 2 * max(end for _, end in columns.values()):
        raise Unfit(
            "positions",
            f"The file is one line of {longest:,} characters: its rows do not end with a line end.",
            "Have HR export it with each row on a line.",
        )


def _check_reach(lines: _Lines, columns: Mapping[str, Span], wanted: set[str]) -> None:
    """Each wanted column begins before the end of some line: else nobody would miss what stood there."""
    longest = int(pc.max(pc.utf8_length(lines.texts)).as_py())
    beyond = sorted(name for name in wanted if columns[name][0] >= longest)
    if beyond:
        raise Unfit(
            "positions",
            f"The longest line has {longest} characters, and these columns would begin behind it: {', '.join(beyond)}.",
            "Have HR export as agreed, or correct `positions`.",
        )


def _frame(lines: _Lines, columns: Mapping[str, Span], wanted: set[str]) -> pd.DataFrame:
    cells = {}
    for name, (start, end) in columns.items():
        if name in wanted:
            cell = pc.utf8_trim_whitespace(pc.utf8_slice_codeunits(lines.texts, start, end))
            cells[name] = pc.if_else(pc.equal(cell, ""), None, cell)
    frame: pd.DataFrame = pa.table(cells).to_pandas()
    frame.index = pd.Index(lines.numbers, name="line")
    return frame


def _odd(frame: pd.DataFrame, texts: pa.LargeStringArray, number: Collection[str], above: Collection[str | None]) -> np.ndarray:
    """Rows that are worth a look. A title or a footer that is cut at the positions fills any cells, so words for a number count alone."""
    odd = nobody.candidates(frame, number)
    for each in (frame[name] for name in number if name in frame):
        footer = each.str.match(nobody.FOOTER.pattern, flags=nobody.FOOTER.flags, na=False)
        wordy = each.str.contains(r"\s", na=True) | footer
        odd |= wordy & (2 * wordy.sum() < max(len(wordy), 3))
    known = [text.lower() for text in above if text]
    if known:  # one that stands on each page, with another number and date
        alike = pc.utf8_trim_whitespace(pc.replace_substring_regex(pc.replace_substring_regex(texts, r"\d+", "9"), r"\s+", " "))
        odd |= pc.is_in(pc.utf8_lower(alike), pa.array(known, "large_string")).to_numpy(zero_copy_only=False)
    found: np.ndarray = odd.to_numpy(copy=True) | pc.match_substring_regex(texts, RULED).to_numpy(zero_copy_only=False)
    return found


def _nobodys(lines: _Lines, columns: Mapping[str, Span], judge: nobody.Lines, heading: str | None, last: int) -> dict[int, nobody.Why]:
    """Which of these lines are no person's, by their number; `heading` is the header by `nobody.alike`; `last` is the last row."""
    found: dict[int, nobody.Why] = {}
    for line, text in zip(lines.numbers.tolist(), lines.texts.to_pylist(), strict=True):
        why = "header" if heading and nobody.alike(text).lower() == heading.lower() else _why(text, columns, judge, last=line > last)
        found |= {line: why} if why else {}
    return found


def _why(text: str, columns: Mapping[str, Span], judge: nobody.Lines, *, last: bool) -> nobody.Why | None:
    """What a line is instead of a person's: by its cells, or, where nothing of a person stands in them, by its own gaps."""
    cells = cut(text, columns)
    found = judge.why(cells, nobody.alike(text), last=last)
    numbers = [cells[at] for at in judge.number_at]
    if found or "@" in text or any(nobody.shape(number) in judge.shapes for number in numbers):
        return found
    first = next((at for at, cell in enumerate(cells) if cell), 0)  # a row that lacks its number begins in another column, as in any file
    return judge.why([""] * first + WIDE_GAP.split(text.strip()), nobody.alike(text), last=last)
