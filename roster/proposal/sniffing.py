"""How an HR file that nobody has described reads: encoding, quotes, delimiter, header, comments, or the sheet of a workbook.

Belongs here: one guess for each setting of the format that is not its default. Does not belong here: what stands above and below the rows
(``roster.proposal.surroundings``), where columns of fixed width are (``roster.proposal.widths``), what the columns hold
(``roster.proposal.recognising``).
"""

import csv
import re
from collections import Counter
from contextlib import suppress

from roster.proposal import widths
from roster.proposal.recognising import Guess
from roster.proposal.surroundings import DATA, header_line, is_heading, trailers
from roster.reading import nobody, workbook
from roster.reading.decoding import AUTO, decode, perhaps, proposed
from roster.reading.table import empty
from roster.reading.top import DELIMITERS, SEPARATOR_HINT
from roster.unfit import Unfit

LINES = 1000
"""Lines by which the format is told."""
SEPARATED = 0.8
"""How sure a delimiter is that needs no look at the columns' places."""
QUOTED = r"(?:^|[;,\t|]){quote}[^{quote}]*{quote}(?:[;,\t|]|$)"

Format = dict[str, Guess]


def of_text(content: bytes) -> Format:
    """The format of delimited text.

    Raises:
        roster.unfit.Unfit: It is no text, or an empty one.
    """
    encoding, text = _encoding(content)
    format = {"encoding": encoding}
    beginning = text[: 1 << 20].replace("\f", "")
    numbered = [(number, line) for number, line in enumerate(beginning.split("\n")[:LINES], 1) if line.strip()]
    if numbered and SEPARATOR_HINT.fullmatch(numbered[0][1] + "\n"):
        numbered = numbered[1:]
    if not numbered:
        raise empty()
    lines = [line for _, line in numbered]
    format |= _quotes(lines)
    format |= _delimiter(lines, format)
    width = Counter(map(len, _records(lines, format, format["delimiter"].value))).most_common(1)[0][0]
    # A comma alone in each line may be that of a name.
    if (format["delimiter"].confidence < SEPARATED or (format["delimiter"].value, width) == (",", 2)) and (placed := widths.of(lines)):
        return {"encoding": format["encoding"], "positions": placed} | _below(text, placed.value)
    if lines[0].startswith("#") and len(_records(lines[:1], format, format["delimiter"].value)[0]) != width:
        format["comment"] = Guess("#", 0.9, "the first line begins with it and is no row")
        numbered = [(number, line) for number, line in numbered if not line.startswith("#")] or numbered
    titles = 0
    if found := header_line((number, _fields(line, format)) for number, line in numbered):
        format["header_line"] = found
        titles = [number for number, _ in numbered].index(found.value)
    format |= heading(_records([line for _, line in numbered[titles:]], format, format["delimiter"].value))
    rows = [line for line in text.split("\n") if line.strip(" \t\x1a") and not ("comment" in format and line.startswith("#"))]
    last = trailers(rows, width, titles + ("columns" not in format), lambda line: _fields(line, format))
    return format | ({"trailer": last} if last else {})


def _encoding(content: bytes) -> tuple[Guess, str]:
    """The encoding, and the text read so; one that `auto` would not take is open."""
    try:
        decoded, used = decode(content, AUTO)
    except Unfit as doubt:
        for encoding in perhaps(content):
            with suppress(Unfit):
                return Guess(encoding, 0.2, "the encoding cannot be told for sure: ask HR which it is"), decode(content, encoding)[
                    0
                ].decode()
        raise doubt
    certain = used.startswith("utf")
    name = proposed(content) if certain else used
    return Guess(name, *((0.99, "its bytes tell") if certain else (0.7, "its letters make sense so"))), decoded.decode()


def _below(text: str, positions: dict[str, str]) -> Format:
    """The trailers of a file with columns of fixed width."""
    lines = [line for line in text.replace("\f", "").split("\n") if line.strip(" \t\x1a")]
    first = next((number for number, line in enumerate(lines[:LINES]) if all(name in line for name in positions)), -1)
    ruled = sum(nobody.RULED.fullmatch(line) is not None for line in lines[first + 1 : first + 3])
    last = trailers(lines, len(positions), first + 1 + ruled, lambda line: re.split(r" {2,}", line.strip()))
    return {"trailer": last} if last else {}


def of_workbook(content: bytes) -> Format:
    """The format of a workbook: its fullest visible sheet.

    Raises:
        roster.unfit.Unfit: It is damaged, or empty.
    """
    sheets = {name: [(number, row) for number, row in enumerate(rows, 1) if any(row)] for name, rows in workbook.sheets(content).items()}
    name = max(sheets, key=lambda each: len(sheets[each]), default="")
    if not name or not sheets[name]:
        raise empty()
    sheet = Guess(name, 0.95 if len(sheets) == 1 else 0.7, f"the fullest of {len(sheets)} visible sheets")
    rows = sheets[name]
    width = max(len(row) for _, row in rows)
    found = header_line((number, [cell or "" for cell in row]) for number, row in rows)
    below = [row for number, row in rows[:LINES] if not found or number >= found.value]
    records = [[cell or "" for cell in row] + [""] * (width - len(row)) for row in below]
    return {"sheet": sheet} | ({"header_line": found} if found else {}) | heading(records)


def heading(records: list[list[str]]) -> Format:
    """Whether the first record names the columns; if not, made-up names for them."""
    first = [field.strip() for field in records[0]]
    if is_heading(first):
        return {}
    data = sum(DATA.fullmatch(field) is not None for field in first)
    if data or len(set(first)) < len(first):
        confidence, reason = (0.95, "its first line has addresses, dates or numbers") if data else (0.6, "its first line repeats itself")
        width = Counter(map(len, records)).most_common(1)[0][0]
        return {"columns": Guess([f"column_{number}" for number in range(1, width + 1)], confidence, f"no header: {reason}")}
    return {}


def _quotes(lines: list[str]) -> Format:
    joined = "\n".join(lines)
    double, single = (re.search(QUOTED.format(quote=quote), joined, re.MULTILINE) for quote in "\"'")
    if re.search(r'(?:^|[;,\t|])".*\\"[^;,\t|"\n]', joined, re.MULTILINE):
        return {"escape": Guess("backslash", 0.8, "quotes inside fields follow a backslash")}
    if double:
        return {}
    if single and re.search(QUOTED.format(quote="'"), lines[0]):
        return {"quote": Guess("'", 0.8, "fields stand in apostrophes")}
    return {"quote": Guess(None, 0.7, "it has quotes, and no field stands in them")} if '"' in joined else {}


def _records(lines: list[str], format: Format, delimiter: str) -> list[list[str]]:
    quote = format["quote"].value if "quote" in format else '"'
    if quote is None:
        return [line.split(delimiter) for line in lines]
    escape = "\\" if "escape" in format else None
    return list(csv.reader((line + "\n" for line in lines), delimiter=delimiter, quotechar=quote, escapechar=escape))


def _fields(line: str, format: Format) -> list[str]:
    try:
        return next(iter(_records([line], format, format["delimiter"].value)), [])
    except csv.Error:
        return [line]


def _delimiter(lines: list[str], format: Format) -> Format:
    """The character by which most lines have one and the same number of fields; among several such, the one that gives the most."""
    scores: dict[str, tuple[float, int]] = {}
    for delimiter in DELIMITERS:
        try:
            widths = Counter(map(len, _records(lines, format, delimiter)))
        except csv.Error:
            continue
        width, count = max(widths.items(), key=lambda each: (each[1], each[0]))
        if width > 1:
            scores[delimiter] = (count / widths.total(), width)
    if not scores:
        return {"delimiter": Guess(",", 0.1, "no usual delimiter stands in most lines")}
    best = max(scores, key=lambda each: (round(scores[each][0], 1), scores[each][1]))
    alike, width = scores[best]
    rivals = [other for other in scores if other != best and scores[other][0] >= 0.9 * alike and scores[other][1] >= width / 2]
    return {"delimiter": Guess(best, round(alike * (0.5 if rivals else 0.99), 2), f"{alike:.0%} of its lines then have {width} fields")}
