"""From delimited text to its column names and what follows them.

Belongs here: the header's record, the lines above it, what is wrong where it is not what is expected. Does not belong here: which of the
first lines it is (``roster.reading.header``), the rows (``roster.reading.delimited``).
"""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from roster.reading import broken_off, foreign, header, table
from roster.settings import CsvFormat
from roster.unfit import Unfit

DELIMITERS = (";", ",", "\t", "|")
SEPARATOR_HINT = re.compile(r'"?sep=(?P<delimiter>.)"?\n', re.IGNORECASE)
"""What some systems write on top for Excel. It is no header."""
LOOKED_AT = 20
"""Lines by which columns of fixed width are told."""


@dataclass(frozen=True)
class Body:
    """The lines below the header."""

    data: bytes
    first: int
    """The line number on which the data begins."""


@dataclass(frozen=True)
class Header:
    """The column names, and where they stand."""

    names: list[str]
    line: int | None
    """The line on which it begins; None where the settings name the columns."""
    titles: Mapping[str, int] = field(default_factory=dict)
    """The lines above it, and their numbers."""

    @property
    def least(self) -> int:
        """Fields that a row must have: a delimiter at the end of a line begins one that nobody misses."""
        return max((at for at, name in enumerate(self.names, 1) if name), default=len(self.names))


def find(text: bytes, format: CsvFormat, wanted: set[str] | None) -> tuple[Header, Body]:
    """The column names and what follows them.

    Raises:
        Unfit: There are none, or they are not what is expected.
    """
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
    if format.columns is not None:
        _check_format(_first_record(text, start, format, format.delimiter)[0], text, [(before + 1, start)], format, wanted)
        return Header(list(format.columns), None), Body(text[start:], before + 1)
    begin, number, titles = _header_at(text, start, before + 1, format, wanted)
    fields, spanned = _first_record(text, begin, format, format.delimiter)
    end = begin
    for _ in range(spanned):
        end = text.find(b"\n", end) + 1 or len(text)
    return Header(table.recognised(fields, wanted), number, titles), Body(text[end:], number + spanned)


def unwrapped(text: bytes, format: CsvFormat, wanted: set[str] | None) -> bytes:
    """The text without quotes around whole lines, where each line has them and the wanted headings stand within the first.

    Raises:
        Unfit: The first line has them, and another one has not.
    """
    quote, body = (format.quote or "").encode(), text.lstrip(b"\n \t")
    if not quote or not body.startswith(quote) or not wanted:
        return text
    whole = record(body, 0, format)
    names = record(whole[0].encode(), 0, format) if len(whole) == 1 else []
    if len(names) < header.FEW or not wanted <= set(table.recognised(names, wanted)):
        return text
    lines = [line.strip(b" \t") for line in text.split(b"\n")]
    within = [line[1:-1].replace(quote * 2, b"") if line else b"" for line in lines]
    others = [at for at, line in enumerate(lines, 1) if line and (line[:1] + line[-1:] != quote * 2 or quote in within[at - 1])]
    if others:
        message = f"The header stands in quotes as a whole, with its delimiters, and line {others[0]} does not."
        raise Unfit("quotes", message, "Have HR export each field in quotes of its own, or none.")
    return b"\n".join(line[1:-1].replace(quote * 2, quote) for line in lines)


def _header_at(text: bytes, start: int, first: int, format: CsvFormat, wanted: set[str] | None) -> tuple[int, int, dict[str, int]]:
    """Where the header begins, the number of that line, and the lines above it with theirs."""
    names = table.recognised(_first_record(text, start, format, format.delimiter)[0], wanted)
    places = [(first, start)]
    if format.header_line is None and (wanted is None or wanted <= set(names)):
        _check_format(names, text, places, format, wanted)
        return start, first, {}
    places = _places(text, start, first, format.header_line)
    lines = [header.Line(number, table.recognised(record(text, at, format), wanted)) for number, at in places]
    chosen = header.choose(lines, wanted, format.header_line)
    _check_format(list(lines[chosen].names), text, places[chosen:], format, wanted)
    return places[chosen][1], places[chosen][0], {next(_lines(text, at)).strip(): number for number, at in places[:chosen]}


def _places(text: bytes, start: int, first: int, header_line: int | None) -> list[tuple[int, int]]:
    """Number and place of the first lines that are not empty, as far as the header may be among them."""
    found = []
    for number, line in enumerate(_lines(text, start), start=first):
        if line.strip():
            found.append((number, start))
        if len(found) >= header.LOOKED_AT and number >= (header_line or 0):
            break
        start += len(line.encode())
    return found


def record(text: bytes, start: int, format: CsvFormat) -> list[str]:
    """The fields of the record that begins there; none where a quote in it is not closed."""
    try:
        return _first_record(text, start, format, format.delimiter)[0]
    except Unfit:  # a title with a lone quote is no header
        return []


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


def _check_format(fields: list[str], text: bytes, places: Sequence[tuple[int, int]], format: CsvFormat, wanted: set[str] | None) -> None:
    """Where the record is not at all what is expected, a wrong delimiter or quote is named if it is one.

    Args:
        fields: The record's.
        text: The file.
        places: Number and place of its line and of others that may be meant.
        format: The settings.
        wanted: The headings that are needed.
    """

    def expected(fields: list[str]) -> bool:
        if format.columns is not None:
            return len(fields) == len(format.columns)
        return bool(wanted and wanted & set(table.recognised(fields, wanted)))

    if (wanted is None or expected(fields)) and len(fields) > 1:
        return
    for number, start in places:
        for delimiter in DELIMITERS:
            if delimiter != format.delimiter and expected(record(text, start, format.model_copy(update={"delimiter": delimiter}))):
                raise _other_delimiter(f"Separated by '{_name(format.delimiter)}', {_ordinal(number)} is not what is expected", delimiter)
    number, start = places[0]
    line = next(_lines(text, start))
    broken_off.check({number: line})  # a file of nothing but an error
    if format.delimiter not in line:
        if foreign.fixed_width(list(islice(_lines(text, start), LOOKED_AT))):
            raise foreign.not_delimited()
        likely = max(DELIMITERS, key=line.count)
        raise _other_delimiter(f"{_ordinal(number).capitalize()} has no '{_name(format.delimiter)}'", likely if likely in line else None)
    if format.columns is None and wanted and wanted & {name.strip("\"'") for name in fields}:
        raise Unfit("quotes", "The names in the header stand in quotes that the settings do not name.", "Correct `quote`.")


def _ordinal(line: int) -> str:
    return "the first line" if line == 1 else f"line {line}"


def _other_delimiter(finding: str, delimiter: str | None) -> Unfit:
    looks = f"; it looks separated by '{_name(delimiter)}'" if delimiter else ""
    return Unfit("delimiter", f"{finding}{looks}.", "Correct `delimiter`, or have HR export as agreed.")


def _name(delimiter: str) -> str:
    return "tab" if delimiter == "\t" else delimiter


def _lines(text: bytes, start: int) -> Iterator[str]:
    while start < len(text):
        end = text.find(b"\n", start)
        end = len(text) if end < 0 else end
        yield text[start:end].decode("utf-8") + "\n"
        start = end + 1
