"""From delimited text to a frame, one row a record, indexed by line number.

Belongs here: delimiters, quotes, escapes, headers, comments, trailers, malformed lines. Does not belong here: character encodings
(``roster.reading.decoding``) and what the columns mean (``roster.intake.mapping``).
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from roster.reading import foreign, table
from roster.reading.decoding import decode
from roster.reading.table import RawTable
from roster.settings import CsvFormat
from roster.unfit import Unfit

BLOCK = 16 << 20
"""Bytes that are parsed at once; no line may be longer."""
DELIMITERS = (";", ",", "\t", "|")
SEPARATOR_HINT = re.compile(r'"?sep=(?P<delimiter>.)"?\n', re.IGNORECASE)
"""What some systems write on top for Excel. It is no header."""
LOOKED_AT = 20
"""Lines by which columns of fixed width are told."""
AS_TEXT = r'^="(.*)"$'
"""How some systems keep Excel from taking a number's leading zeros away."""


@dataclass(frozen=True)
class _Body:
    data: bytes
    first: int
    """The line number on which the data begins."""


@dataclass(frozen=True)
class _MalformedLine:
    ordinal: int
    fields: int
    text: str


def read(data: bytes, format: CsvFormat, wanted: set[str] | None) -> RawTable:
    """Read delimited text.

    Args:
        data: The bytes, in whatever encoding the settings say.
        format: How they become rows.
        wanted: The columns to keep. All others are dropped here and go no further. None keeps all, to look at an unknown file.

    Raises:
        Unfit: The file as a whole cannot be read with these settings.
    """
    if not (format.delimiter + (format.quote or "")).isascii():
        raise Unfit("delimiter", "The delimiter and the quote must be ASCII characters.", "Correct the settings of the file's format.")
    text, encoding = decode(data, format.encoding)
    if format.comment:
        text = _without_comments(text, format.comment, format)
    header, body = _header(text, format, wanted)
    wanted = table.check_header(header, wanted, headed=format.columns is None)
    body, trailer = _trailer(body, format)
    _check_escapes(body, format)
    if not body.data.strip():
        raise table.empty()
    frame, malformed = _rows(body, header, wanted, format)
    frame = frame[~_blank(frame, body, format)]
    rows = len(frame) + len(malformed)
    if rows == 0:
        raise table.empty()
    trailer_date = table.check_trailer(trailer, rows)
    return RawTable(frame, malformed, header, rows, encoding, trailer_date)


def _without_comments(text: bytes, comment: str, format: CsvFormat) -> bytes:
    """Comment lines are emptied, not removed, so that line numbers stay. Inside a quoted field nothing is a comment."""
    lines = re.compile(rb"^" + re.escape(comment.encode()) + rb".*$", re.MULTILINE)
    if format.quote is None:
        return lines.sub(b"", text)
    quote = format.quote.encode()
    plain = re.sub(rb"\\[^\n]", b"__", text) if format.escape == "backslash" else text
    quotes = np.flatnonzero(np.frombuffer(plain, np.uint8) == ord(quote))
    in_comments = 0

    def emptied(found: re.Match[bytes]) -> bytes:
        nonlocal in_comments
        if (np.searchsorted(quotes, found.start()) - in_comments) % 2:
            return found.group()
        in_comments += plain.count(quote, *found.span())
        return b""

    return lines.sub(emptied, text)


def _lines(text: bytes, start: int) -> Iterator[str]:
    while start < len(text):
        end = text.find(b"\n", start)
        end = len(text) if end < 0 else end
        yield text[start:end].decode("utf-8") + "\n"
        start = end + 1


def _header(text: bytes, format: CsvFormat, wanted: set[str] | None) -> tuple[list[str], _Body]:
    """The column names and what follows them."""
    start = len(text) - len(text.lstrip(b"\n \t"))
    start = text.rfind(b"\n", 0, start) + 1
    line = next(_lines(text, start), "")
    if hint := SEPARATOR_HINT.fullmatch(line):
        if hint["delimiter"] != format.delimiter:
            raise _other_delimiter("The first line says `sep=`", hint["delimiter"])
        start += len(line.encode())
        line = next(_lines(text, start), "")
    if not line.strip():
        raise Unfit("empty", "The file is empty.", "Ask HR whether the export ran through.")
    before = text.count(b"\n", 0, start)
    fields, lines = _first_record(text, start, format, format.delimiter)
    fields = table.recognised(fields, wanted) if format.columns is None else fields
    _check_format(fields, text, start, format, wanted)
    if format.columns is not None:
        return list(format.columns), _Body(text[start:], before + 1)
    for _ in range(lines):
        start = text.find(b"\n", start) + 1 or len(text)
    return fields, _Body(text[start:], before + lines + 1)


def _first_record(text: bytes, start: int, format: CsvFormat, delimiter: str) -> tuple[list[str], int]:
    """Its fields, and how many lines it spans."""
    escape = "\\" if format.escape == "backslash" else None
    # Without a quote character the module asks for another mode, and the lines are read alike.
    reader = csv.reader(
        _lines(text, start),
        delimiter=delimiter,
        quotechar=format.quote,
        quoting=csv.QUOTE_MINIMAL if format.quote else csv.QUOTE_NONE,
        escapechar=escape,
    )
    try:
        return [name.strip() for name in next(reader)], reader.line_num
    except csv.Error:
        raise Unfit("quotes", "The first line cannot be read: a quote in it is not closed.", "Have HR export the file again.") from None


def _check_format(fields: list[str], text: bytes, start: int, format: CsvFormat, wanted: set[str] | None) -> None:
    """Where the first record is not at all what is expected, a wrong delimiter or quote is named if it is one."""

    def expected(fields: list[str]) -> bool:
        return (
            len(fields) == len(format.columns)
            if format.columns is not None
            else bool(wanted and wanted & set(table.recognised(fields, wanted)))
        )

    if (wanted is None or expected(fields)) and len(fields) > 1:
        return
    for delimiter in DELIMITERS:
        if delimiter != format.delimiter and expected(_first_record(text, start, format, delimiter)[0]):
            raise _other_delimiter(f"Separated by '{_name(format.delimiter)}', the first line is not what is expected", delimiter)
    line = next(_lines(text, start))
    if format.delimiter not in line:
        if foreign.fixed_width(list(islice(_lines(text, start), LOOKED_AT))):
            raise foreign.not_delimited()
        likely = max(DELIMITERS, key=line.count)
        raise _other_delimiter(f"The first line has no '{_name(format.delimiter)}'", likely if likely in line else None)
    if format.columns is None and wanted and wanted & {name.strip("\"'") for name in fields}:
        raise Unfit("quotes", "The names in the header stand in quotes that the settings do not name.", "Correct `quote`.")


def _other_delimiter(finding: str, delimiter: str | None) -> Unfit:
    looks = f"; it looks separated by '{_name(delimiter)}'" if delimiter else ""
    return Unfit("delimiter", f"{finding}{looks}.", "Correct `delimiter`, or have HR export as agreed.")


def _name(delimiter: str) -> str:
    return "tab" if delimiter == "\t" else delimiter


def _trailer(body: _Body, format: CsvFormat) -> tuple[_Body, re.Match[str] | None]:
    if format.trailer is None:
        return body, None
    kept = body.data.rstrip(b"\n \t")
    last = kept.rfind(b"\n") + 1
    return _Body(kept[:last], body.first), table.find_trailer(format.trailer, kept[last:].decode("utf-8").strip())


def _check_escapes(body: _Body, format: CsvFormat) -> None:
    if format.quote is None or format.escape == "backslash" or b"\\" not in body.data:
        return
    # Before a delimiter, a line end or another quote, the backslash may be the field's own last character; elsewhere the quote is lone.
    quote, delimiter = re.escape(format.quote.encode()), re.escape(format.delimiter.encode())
    found = re.search(rb"\\" + quote + rb"[^\n \t" + quote + delimiter + rb"]", body.data)
    if found:
        line = body.first + body.data.count(b"\n", 0, found.start())
        message = f"On line {line} a quote inside a field follows a backslash, and the settings say that quotes are doubled."
        raise Unfit("quotes", message, "Set `escape: backslash`, or have HR export with doubled quotes.")


def _parse(body: _Body, width: int, columns: list[int], format: CsvFormat) -> tuple[pa.Table, list[_MalformedLine]]:
    bad: list[_MalformedLine] = []

    def keep_aside(row: pacsv.InvalidRow) -> str:
        bad.append(_MalformedLine(row.number - 1, row.actual_columns, row.text))
        return "skip"

    try:
        records = pacsv.read_csv(
            pa.py_buffer(body.data),
            # One thread: only then are malformed rows numbered. It costs half a second on a million rows.
            read_options=pacsv.ReadOptions(use_threads=False, block_size=BLOCK, column_names=[str(number) for number in range(width)]),
            parse_options=pacsv.ParseOptions(
                delimiter=format.delimiter,
                quote_char=format.quote or False,
                escape_char="\\" if format.escape == "backslash" else False,
                newlines_in_values=format.quote is not None or format.escape == "backslash",
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
    return records, bad


def _rows(body: _Body, header: list[str], wanted: set[str], format: CsvFormat) -> tuple[pd.DataFrame, pd.Series]:
    """The wanted columns by line number, and the malformed lines."""
    columns = [number for number, name in enumerate(header) if name in wanted]
    records, bad = _parse(body, len(header), columns, format)
    lines = _line_numbers(body, records, bad, len(header), format)
    trimmed = [pc.utf8_trim_whitespace(column) for column in records.columns]
    if b"=" in body.data and b'="' in body.data:  # one byte is looked for ten times as fast as two
        trimmed = [pc.replace_substring_regex(column, AS_TEXT, r"\1") for column in trimmed]
    trimmed = [pc.if_else(pc.equal(column, ""), None, column) for column in trimmed]
    frame = pa.table(trimmed, names=[header[number] for number in columns]).to_pandas()
    ordinals = [row.ordinal for row in bad]
    frame.index = pd.Index(np.delete(lines, ordinals), name="line")
    malformed = pd.Series([row.fields for row in bad], index=pd.Index(lines[ordinals], name="line"), dtype="int64")
    return frame, malformed


def _line_numbers(body: _Body, parsed: pa.Table, bad: list[_MalformedLine], width: int, format: CsvFormat) -> np.ndarray:
    """The line on which each record begins."""
    records = parsed.num_rows + len(bad)
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


def _blank(frame: pd.DataFrame, body: _Body, format: CsvFormat) -> np.ndarray:
    """Rows that hold nothing but delimiters: spreadsheets leave them behind, and they are nobody."""
    blank: np.ndarray = frame.isna().all(axis=1).to_numpy(copy=True)
    if blank.any():
        raw = body.data.split(b"\n")
        empty = (format.delimiter + (format.quote or "") + " \t").encode()
        blank[blank] = [not raw[line - body.first].strip(empty) for line in frame.index[blank]]
    return blank
