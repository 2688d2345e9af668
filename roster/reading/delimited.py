"""From delimited text to a frame, one row a record, indexed by line number.

Belongs here: delimiters, quotes, escapes, comments, trailers, malformed lines. Does not belong here: character encodings
(``roster.reading.decoding``), which line is the header (``roster.reading.header``), which are nobody's (``roster.reading.nobody``) and what
the columns mean (``roster.intake.mapping``).
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from roster.arrow import PLAIN, beside
from roster.reading import broken_off, nobody, row_counts, table
from roster.reading import malformed as amiss
from roster.reading.decoding import decode
from roster.reading.table import RawTable
from roster.reading.top import Body, Header, find, record, unwrapped
from roster.settings import CsvFormat
from roster.unfit import Unfit

BLOCK = 16 << 20
"""Bytes that are parsed at once; no line may be longer."""
_OVER = "\0"  # no heading: decode() lets none through
AS_TEXT = r'^="(.*)"$'
"""How some systems keep Excel from taking a number's leading zeros away."""


@dataclass(frozen=True)
class _MalformedLine:
    ordinal: int
    fields: int
    text: str


@dataclass(frozen=True)
class _Rows:
    frame: pd.DataFrame
    """The wanted columns by line number."""
    bad: dict[int, _MalformedLine]
    """Those that do not have the header's fields, by line number."""


def read(data: bytes, format: CsvFormat, wanted: set[str] | None, number: Collection[str] = ()) -> RawTable:
    """Read delimited text.

    Args:
        data: The bytes, in whatever encoding the settings say.
        format: How they become rows.
        wanted: The columns to keep. All others are dropped here and go no further. None keeps all, to look at an unknown file.
        number: Of these, the columns that the employee number is made of.

    Raises:
        Unfit: The file as a whole cannot be read with these settings.
    """
    if not (format.delimiter + (format.quote or "")).isascii():
        raise Unfit("delimiter", "The delimiter and the quote must be ASCII characters.", "Correct the settings of the file's format.")
    text, encoding = decode(data, format.encoding)
    if format.comment:
        text = _without_comments(text, format.comment, format)
    text, end = nobody.without_end(text)
    text = unwrapped(text, format, wanted)
    top, body = find(text, format, wanted)
    wanted = table.check_header(top.names, wanted, top.line)
    body, trailers = _trailers(body, format)
    _check_escapes(body, format)
    if not body.data or body.data.isspace():
        if format.changes:
            return _no_rows(top, wanted, encoding, trailers)
        raise table.empty()
    rows = _rows(body, top, wanted, format)
    rows = replace(rows, frame=_without(rows.frame, _blank(rows.frame, body, format)))
    frame, malformed, others = _sorted_apart(rows, body, top, format, number)
    if len(frame) + len(malformed) == 0 and not format.changes:
        raise table.empty()
    trailer_date = table.check_trailers(trailers, len(frame) + len(malformed))
    others |= {end: "end"} if end else {}
    return RawTable(
        frame,
        malformed,
        top.names,
        len(frame) + len(malformed) + len(others),
        encoding,
        trailer_date,
        nobody.by_line(others),
        top.line,
        readings=_readings([rows.bad[line] for line in malformed.index], top, wanted, format),
    )


def _no_rows(top: Header, wanted: set[str], encoding: str, trailers: Sequence[re.Match[str]]) -> RawTable:
    """A file of changes on a day without any."""
    frame = pd.DataFrame({name: pd.array([], dtype="str") for name in top.names if name in wanted}, index=pd.Index([], dtype="int64"))
    none = pd.Series([], index=frame.index, dtype="int64")
    day = table.check_trailers(trailers, 0)
    return RawTable(frame, none, top.names, 0, encoding, day, none.astype("str"), top.line)


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


def _trailers(body: Body, format: CsvFormat) -> tuple[Body, list[re.Match[str]]]:
    """The rows without the last lines that the settings name, and these."""
    kept, last = len(body.data), []
    for _ in format.trailers:
        while kept and body.data[kept - 1] in b"\n \t":
            kept -= 1
        at = body.data.rfind(b"\n", 0, kept) + 1
        last.append(body.data[at:kept].decode("utf-8").strip())
        kept = at
    return Body(body.data[:kept], body.first), table.find_trailers(format.trailers, last[::-1], format.delimiter)


def _check_escapes(body: Body, format: CsvFormat) -> None:
    if format.quote is None or format.escape == "backslash" or b"\\" not in body.data:
        return
    # Before a delimiter, a line end or another quote, the backslash may be the field's own last character; elsewhere the quote is lone.
    quote, delimiter = re.escape(format.quote.encode()), re.escape(format.delimiter.encode())
    found = re.search(rb"\\" + quote + rb"[^\n \t" + quote + delimiter + rb"]", body.data)
    if found:
        line = body.first + body.data.count(b"\n", 0, found.start())
        message = f"On line {line} a quote inside a field follows a backslash, and the settings say that quotes are doubled."
        raise Unfit("quotes", message, "Set `escape: backslash`, or have HR export with doubled quotes.")


def _parse(body: Body, width: int, columns: list[int], format: CsvFormat, *, trim: bool = True) -> tuple[pa.Table, list[_MalformedLine]]:
    """These columns, and the lines that do not have so many fields. They are trimmed block by block, so that no more is held twice."""
    bad: list[_MalformedLine] = []

    def keep_aside(row: pacsv.InvalidRow) -> str:
        bad.append(_MalformedLine(row.number - 1, row.actual_columns, row.text))
        return "skip"

    names = [str(number) for number in columns]
    as_text = b"=" in body.data and b'="' in body.data  # one byte is looked for ten times as fast as two
    quote, escape = (sign if sign and sign.encode() in body.data else None for sign in (format.quote, _escape(format)))
    try:
        blocks = pacsv.open_csv(
            pa.py_buffer(body.data),
            # One thread: only then are malformed rows numbered. It costs half a second on a million rows.
            read_options=pacsv.ReadOptions(use_threads=False, block_size=BLOCK, column_names=[str(number) for number in range(width)]),
            parse_options=pacsv.ParseOptions(
                delimiter=format.delimiter,
                quote_char=quote or False,
                escape_char=escape or False,
                newlines_in_values=bool(quote or escape),  # where there can be none, blocks need not be read twice
                ignore_empty_lines=False,
                invalid_row_handler=keep_aside,
            ),
            convert_options=pacsv.ConvertOptions(
                check_utf8=False,  # decode() has seen to it
                column_types=dict.fromkeys(names, pa.large_string()),
                include_columns=names,
                strings_can_be_null=True,
                null_values=[""],
            ),
        )
        schema = pa.schema([(name, pa.large_string()) for name in names])
        records = pa.Table.from_batches([_trimmed(block, schema, as_text) if trim else block for block in blocks], schema)
    except pa.ArrowInvalid:
        raise Unfit("quotes", "The rows cannot be told apart: a quote is not closed.", "Have HR export the file again.") from None
    return records, bad


def _escape(format: CsvFormat) -> str | None:
    return "\\" if format.escape == "backslash" else None


def _trimmed(block: pa.RecordBatch, schema: pa.Schema, as_text: bool) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays([_without_blanks(column, as_text) for column in block.columns], schema=schema)


def _without_blanks(column: pa.Array, as_text: bool) -> pa.Array:
    if not as_text and not beside(column, PLAIN):
        return column
    column = pc.utf8_trim_whitespace(column)
    if as_text:
        column = pc.replace_substring_regex(column, AS_TEXT, r"\1")
    return pc.if_else(pc.equal(column, ""), None, column)


def _rows(body: Body, top: Header, wanted: set[str], format: CsvFormat) -> _Rows:
    """The wanted columns by line number, and the malformed lines.

    Empty fields behind the last column are none too many: some systems end each line with a delimiter, with or without the header's.
    """
    names = [name for name in top.names if name in wanted]
    width = max(len(top.names), _width_of_first(body, top, format))
    read = [*(at for at, name in enumerate(top.names) if name in wanted), *range(len(top.names), width)]
    records, bad = _parse(body, width, read, format)
    lines = _line_numbers(body, records, bad, width, format)
    fitted = {row.ordinal: text for row in bad if (text := _fitted(row, top.least, width, format)) is not None}
    parts = [_frame(records, names, np.delete(lines, [row.ordinal for row in bad]))]
    if fitted:
        again = Body("".join(f"{text}\n" for text in fitted.values()).encode(), 0)
        parts.append(_frame(_parse(again, width, read, format)[0], names, lines[list(fitted)]))
    frame = pd.concat(parts).sort_index() if len(parts) > 1 else parts[0]
    over = frame.pop(_OVER)
    odd = {int(lines[row.ordinal]): row for row in bad if row.ordinal not in fitted}
    raw = body.data.split(b"\n") if over.any() else []
    odd |= {int(line): _MalformedLine(-1, width, raw[line - body.first].decode("utf-8")) for line in frame.index[over]}
    return _Rows(_without(frame, over), odd)


def _width_of_first(body: Body, top: Header, format: CsvFormat) -> int:
    """Fields of the first row, if those behind the last column are empty."""
    start = len(body.data) - len(body.data.lstrip(b"\n"))
    fields = record(body.data, start, format)
    return 0 if any(fields[len(top.names) :]) else len(fields)


def _fitted(row: _MalformedLine, least: int, width: int, format: CsvFormat) -> str | None:
    """A line that has as many fields as are read, once empty ones at its end are added or left out; None where more is amiss."""
    if row.fields <= width:
        return row.text + format.delimiter * (width - row.fields) if row.fields >= least else None
    surplus = re.search(rf"(?:{re.escape(format.delimiter)} *){{{row.fields - width}}}\Z", row.text)
    return row.text[: surplus.start()] if surplus else None


def _frame(records: pa.Table, names: list[str], lines: np.ndarray) -> pd.DataFrame:
    """The columns by name and line, and in `_OVER` whether there is anything behind the last one."""
    frame: pd.DataFrame = records.select(range(len(names))).rename_columns(names).to_pandas()
    over = np.zeros(records.num_rows, dtype=bool)
    for column in records.columns[len(names) :]:
        over |= pc.is_valid(column).to_numpy()
    frame = frame.assign(**{_OVER: over})
    frame.index = pd.Index(lines, name="line")
    return frame


def _line_numbers(body: Body, parsed: pa.Table, bad: list[_MalformedLine], width: int, format: CsvFormat) -> np.ndarray:
    """The line on which each record begins."""
    records = parsed.num_rows + len(bad)
    if body.data.count(b"\n") + (not body.data.endswith(b"\n")) == records:
        return body.first + np.arange(records)
    # Some records span lines: only then all columns are looked at, to count the line ends inside them.
    everything, _ = _parse(body, width, list(range(width)), format, trim=False)
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


def _sorted_apart(
    rows: _Rows, body: Body, top: Header, format: CsvFormat, number: Collection[str]
) -> tuple[pd.DataFrame, pd.Series, dict[int, nobody.Why]]:
    """Rows, malformed lines by their number of fields, and lines that are nobody's."""
    odd = nobody.candidates(table.emptied(rows.frame, format.empty), number)
    raw = body.data.split(b"\n") if odd.any() else []
    texts = {int(line): raw[line - body.first].decode("utf-8") for line in rows.frame.index[odd]}
    if format.quote:  # a row that spans lines is no footer
        texts = {line: text for line, text in texts.items() if text.count(format.quote) % 2 == 0}
    texts |= {line: row.text for line, row in rows.bad.items() if row.ordinal >= 0}
    usual = rows.frame.loc[~odd, [name for name in number if name in rows.frame]]
    judge = nobody.Lines.of(top.names, top.line is not None, number, usual, top.titles, format.empty)
    last = int(usual.index.max()) if len(usual) else 0
    first = int(usual.index.min()) if len(usual) else last + 1
    cells = {line: record(text.encode(), 0, format) for line, text in texts.items()}
    verdicts = {line: judge.why(cells[line], text, last=line > last, first=line < first) for line, text in texts.items()}
    out = {line for line, why in verdicts.items() if why}
    malformed = {line: row.fields for line, row in sorted(rows.bad.items()) if line not in out}
    others: dict[int, nobody.Why] = {line: why for line, why in sorted(verdicts.items()) if why and why != "blank"}
    lines = pd.Index(list(malformed), name="line", dtype="int64")
    frame = _without(rows.frame, rows.frame.index.isin(list(out)))
    if number:
        beside = judge.beside(cells, verdicts)
        broken_off.check(beside)
        row_counts.check(beside, row_counts.Rows.of(frame, malformed, others, number))
    return frame, pd.Series(list(malformed.values()), index=lines, dtype="int64"), others


def _readings(rows: Sequence[_MalformedLine], top: Header, wanted: Collection[str], format: CsvFormat) -> pd.DataFrame:
    """What the malformed lines may say, with their quotes and without."""
    quoted = [record(row.text.encode(), 0, format) for row in rows]
    bare = [cells for row in rows for cells in amiss.plainly(row.text, format.delimiter, format.quote)]
    return amiss.readings([*quoted, *bare], top.names, wanted)


def _without(frame: pd.DataFrame, these: pd.Series | np.ndarray) -> pd.DataFrame:
    """The frame without some rows; itself where that is none, since a copy of a long file is not free."""
    return frame[~these] if these.any() else frame


def _blank(frame: pd.DataFrame, body: Body, format: CsvFormat) -> np.ndarray:
    """Rows that hold nothing but delimiters: spreadsheets leave them behind, and they are nobody."""
    blank: np.ndarray = nobody.filled(frame) == 0
    if blank.any():
        raw = body.data.split(b"\n")
        empty = (format.delimiter + (format.quote or "") + " \t").encode()
        blank[blank] = [not raw[line - body.first].strip(empty) for line in frame.index[blank]]
    return blank
