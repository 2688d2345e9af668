"""From the bytes of an HR file to a frame of text, one row a line, indexed by line number.

Belongs here: delimiters, quotes, headers, comments, trailers, malformed lines. Does not belong here: character encodings
(``roster.decoding``) and what the columns mean (``roster.mapping``).
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from roster.decoding import decode
from roster.settings import CsvFormat
from roster.unfit import Unfit

BLOCK = 16 << 20
"""Bytes that are parsed at once; no line may be longer."""


@dataclass(frozen=True)
class Table:
    """What the file says, before anything is interpreted."""

    frame: pd.DataFrame
    """The wanted columns as text, trimmed, empty as NaN; the index is the line number (1-based, the header counts)."""
    malformed: pd.Series
    """Line number → number of fields, for lines that do not have the header's number of fields."""
    header: list[str]
    """All column names of the file, in its order."""
    rows: int
    """Data rows, malformed ones among them."""
    encoding: str
    trailer_date: date | None
    """The date in the trailer, where the settings say that it has one."""


@dataclass(frozen=True)
class _Body:
    data: bytes
    first: int
    """The line number on which the data begins."""


@dataclass(frozen=True)
class _Bad:
    ordinal: int
    fields: int
    text: str


def read(data: bytes, format: CsvFormat, wanted: set[str]) -> Table:
    """Read the file.

    Args:
        data: The bytes as they came.
        format: How they become rows.
        wanted: The columns to keep. All others are dropped here and go no further.

    Raises:
        Unfit: The file as a whole cannot be read with these settings.
    """
    if not (format.delimiter + (format.quote or "")).isascii():
        raise Unfit("delimiter", "The delimiter and the quote must be ASCII characters.", "Correct the settings of the file's format.")
    text, encoding = decode(data, format.encoding)
    if format.comment:
        text = _without_comments(text, format.comment, format.quote)
    header, body = _header(text, format)
    _check_header(header, wanted, headed=format.columns is None)
    body, trailer = _trailer(body, format)
    if not body.data.strip():
        raise Unfit("empty", "The file has no rows.", "Ask HR whether the export ran through.")
    frame, malformed = _rows(body, header, wanted, format)
    frame = frame[~_hollow(frame, body, format)]
    rows = len(frame) + len(malformed)
    if rows == 0:
        raise Unfit("empty", "The file has no rows.", "Ask HR whether the export ran through.")
    trailer_date = _check_trailer(trailer, rows)
    return Table(frame, malformed, header, rows, encoding, trailer_date)


def _without_comments(text: bytes, comment: str, quote: str | None) -> bytes:
    """Comment lines are emptied, not removed, so that line numbers stay. Inside a quoted field nothing is a comment."""
    lines = re.compile(rb"^" + re.escape(comment.encode()) + rb".*$", re.MULTILINE)
    if quote is None:
        return lines.sub(b"", text)
    quotes = np.flatnonzero(np.frombuffer(text, np.uint8) == ord(quote))
    in_comments = 0

    def emptied(found: re.Match[bytes]) -> bytes:
        nonlocal in_comments
        if (np.searchsorted(quotes, found.start()) - in_comments) % 2:
            return found.group()
        in_comments += found.group().count(quote.encode())
        return b""

    return lines.sub(emptied, text)


def _lines(text: bytes, start: int) -> Iterator[str]:
    while start < len(text):
        end = text.find(b"\n", start)
        end = len(text) if end < 0 else end
        yield text[start:end].decode("utf-8") + "\n"
        start = end + 1


def _header(text: bytes, format: CsvFormat) -> tuple[list[str], _Body]:
    """The column names and what follows them."""
    start = len(text) - len(text.lstrip(b"\n \t"))
    start = text.rfind(b"\n", 0, start) + 1
    before = text.count(b"\n", 0, start)
    line = next(_lines(text, start), "")
    if not line.strip():
        raise Unfit("empty", "The file is empty.", "Ask HR whether the export ran through.")
    if format.delimiter not in line:
        counts = {name: line.count(character) for name, character in ((",", ","), (";", ";"), ("tab", "\t"), ("|", "|"))}
        seen = max(counts, key=lambda name: counts[name])
        set_one = "tab" if format.delimiter == "\t" else format.delimiter
        looks = f"; it looks separated by '{seen}'" if counts[seen] else ""
        raise Unfit("delimiter", f"The first line has no '{set_one}'{looks}.", "Correct `delimiter`, or have HR export as agreed.")
    if format.columns is not None:
        return list(format.columns), _Body(text[start:], before + 1)
    lines = _lines(text, start)
    if format.quote is None:
        reader = csv.reader(lines, delimiter=format.delimiter, quoting=csv.QUOTE_NONE)
    else:
        reader = csv.reader(lines, delimiter=format.delimiter, quotechar=format.quote)
    try:
        header = [name.strip() for name in next(reader)]
    except csv.Error:
        raise Unfit("quotes", "The header line cannot be read: a quote in it is not closed.", "Have HR export the file again.") from None
    for _ in range(reader.line_num):
        start = text.find(b"\n", start) + 1 or len(text)
    return header, _Body(text[start:], before + reader.line_num + 1)


def _check_header(header: list[str], wanted: set[str], headed: bool) -> None:
    missing, present = sorted(wanted - set(header)), wanted & set(header)
    if missing and headed and not present:
        # Then the first line may well be a person, and must not be shown.
        raise Unfit(
            "header",
            f"The first line ({len(header)} fields) has none of the wanted headers: {', '.join(missing)}.",
            "If the file has no header line, name its columns in `columns`.",
        )
    if missing:
        raise Unfit(
            "header",
            f"These columns are wanted and not there: {', '.join(missing)}. There are: {', '.join(header)}.",
            "Have HR put them back, or correct the settings.",
        )
    twice = sorted(name for name in wanted if header.count(name) > 1)
    if twice:
        raise Unfit(
            "header", f"These column names stand in the header more than once: {', '.join(twice)}.", "Have HR rename or remove one."
        )


def _trailer(body: _Body, format: CsvFormat) -> tuple[_Body, re.Match[str] | None]:
    if format.trailer is None:
        return body, None
    kept = body.data.rstrip(b"\n \t")
    last = kept.rfind(b"\n") + 1
    trailer = re.search(format.trailer, kept[last:].decode("utf-8").strip())
    if trailer is None:
        raise Unfit("trailer", "The file does not end with the agreed trailer: it may be cut short.", "Have HR send the whole file again.")
    return _Body(kept[:last], body.first), trailer


def _check_trailer(trailer: re.Match[str] | None, rows: int) -> date | None:
    """The trailer's date, once its count of rows is confirmed."""
    given = trailer.groupdict() if trailer else {}
    count, day = given.get("rows"), given.get("date")
    if count is not None and (not count.isdecimal() or int(count) != rows):
        counted = int(count) if count.isdecimal() else "no number"
        raise Unfit("trailer", f"The trailer counts {counted} rows, the file has {rows}.", "Have HR send the whole file again.")
    if day is None:
        return None
    try:
        return date.fromisoformat(day)
    except ValueError:
        raise Unfit("trailer", "The date in the trailer is no date (YYYY-MM-DD or YYYYMMDD).", "Correct `trailer`, or ask HR.") from None


def _parse(body: _Body, width: int, columns: list[int], format: CsvFormat) -> tuple[pa.Table, list[_Bad]]:
    bad: list[_Bad] = []

    def keep_aside(row: pacsv.InvalidRow) -> str:
        bad.append(_Bad(row.number - 1, row.actual_columns, row.text))
        return "skip"

    try:
        table = pacsv.read_csv(
            pa.py_buffer(body.data),
            # One thread: only then are malformed rows numbered. It costs half a second on a million rows.
            read_options=pacsv.ReadOptions(use_threads=False, block_size=BLOCK, column_names=[str(number) for number in range(width)]),
            parse_options=pacsv.ParseOptions(
                delimiter=format.delimiter,
                quote_char=format.quote or False,
                newlines_in_values=format.quote is not None,
                ignore_empty_lines=False,
                invalid_row_handler=keep_aside,
            ),
            convert_options=pacsv.ConvertOptions(
                check_utf8=False,  # decode() has seen to it
                column_types={str(number): pa.large_string() for number in columns},
                include_columns=[str(number) for number in columns],
                strings_can_be_null=True,
                null_values=[""],
            ),
        )
    except pa.ArrowInvalid:
        raise Unfit("quotes", "The rows cannot be told apart: a quote is not closed.", "Have HR export the file again.") from None
    return table, bad


def _rows(body: _Body, header: list[str], wanted: set[str], format: CsvFormat) -> tuple[pd.DataFrame, pd.Series]:
    """The wanted columns by line number, and the malformed lines."""
    columns = [number for number, name in enumerate(header) if name in wanted]
    table, bad = _parse(body, len(header), columns, format)
    lines = _line_numbers(body, table, bad, len(header), format)
    trimmed = [pc.utf8_trim_whitespace(column) for column in table.columns]
    trimmed = [pc.if_else(pc.equal(column, ""), None, column) for column in trimmed]
    frame = pa.table(trimmed, names=[header[number] for number in columns]).to_pandas()
    ordinals = [row.ordinal for row in bad]
    frame.index = pd.Index(np.delete(lines, ordinals), name="line")
    malformed = pd.Series([row.fields for row in bad], index=pd.Index(lines[ordinals], name="line"), dtype="int64")
    return frame, malformed


def _line_numbers(body: _Body, table: pa.Table, bad: list[_Bad], width: int, format: CsvFormat) -> np.ndarray:
    """The line on which each record begins."""
    records = table.num_rows + len(bad)
    if body.data.count(b"\n") + (not body.data.endswith(b"\n")) == records:
        return body.first + np.arange(records)
    # Some records span lines: only then all columns are looked at, to count the line ends inside them.
    everything, _ = _parse(body, width, list(range(width)), format)
    good = np.delete(np.arange(records), [row.ordinal for row in bad])
    inside, delimiters = np.zeros(records, dtype="int64"), np.zeros(records, dtype="int64")
    for column in everything.columns:
        line_ends = pc.fill_null(pc.count_substring(column, "\n"), 0).to_numpy()
        inside[good] += line_ends
        within = pc.fill_null(pc.count_substring(column, format.delimiter), 0).to_numpy()
        delimiters[good] = np.maximum(delimiters[good], np.where(line_ends > 0, within, 0))
    for row in bad:
        inside[row.ordinal] = row.text.count("\n")
        delimiters[row.ordinal] = row.text.count(format.delimiter) - width + 1 if inside[row.ordinal] else 0
    lines: np.ndarray = body.first + np.arange(records) + np.cumsum(inside) - inside
    swallowed = np.flatnonzero(delimiters >= max(width - 1, 1))
    if swallowed.size:
        # A field that holds a whole row's delimiters and a line end is a person lost, not a text.
        message = f"A quote on line {lines[swallowed[0]]} is not closed: the rows after it have become part of one field."
        raise Unfit("quotes", message, "Have HR correct that line and export again.")
    return lines


def _hollow(frame: pd.DataFrame, body: _Body, format: CsvFormat) -> np.ndarray:
    """Rows that hold nothing but delimiters: spreadsheets leave them behind, and they are nobody."""
    hollow: np.ndarray = frame.isna().all(axis=1).to_numpy(copy=True)
    if hollow.any():
        raw = body.data.split(b"\n")
        empty = (format.delimiter + (format.quote or "") + " \t").encode()
        hollow[hollow] = [not raw[line - body.first].strip(empty) for line in frame.index[hollow]]
    return hollow
