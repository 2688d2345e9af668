"""What may happen to a file: to its bytes, its dialect, its cells, the parts of a workbook, an archive.

Each takes a source of chance and what there is, and says what it did by what it is called. Belongs here: the damage. Does not belong here:
what must hold of it (`tests.fuzz.judging`).
"""

import gzip
import io
import random
import re
import zipfile
from collections.abc import Callable

from roster.reading import several
from tests.fuzz import rosters
from tests.fuzz.rosters import FIELDS, Rows

Chance = random.Random


def _at(rng: Chance, data: bytes) -> int:
    return rng.randrange(len(data) + 1)


def _flipped(rng: Chance, data: bytes) -> bytes:
    found = bytearray(data)
    for _ in range(rng.randint(1, 4) if found else 0):
        found[rng.randrange(len(found))] ^= 1 << rng.randrange(8)
    return bytes(found)


def _doubled(rng: Chance, data: bytes) -> bytes:
    start, end = sorted((_at(rng, data), _at(rng, data)))
    return data[:end] + data[start:end] + data[end:]


def _dropped(rng: Chance, data: bytes) -> bytes:
    start = _at(rng, data)
    return data[:start] + data[start + rng.randint(1, 200) :]


INSERTED = [
    b"\0",
    b"\0" * 4096,
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\xfe\xff",
    b"\x1a",
    b"\r",
    b"\n",
    b"\r\r\n",
    b"\x85",
    b"\xe2\x80\xa8",
    b"\x0c",
    b'"',
    b'""',
    b"'",
    b"\\",
    b",",
    b";",
    b"\t",
    b"|",
    b"\xff",
    b"\xc3",
    b"\x1f\x8b",
    b"PK\x03\x04",
    b"%PDF-",
    b"<html>",
    b"\xed\xa0\x80",
    b"#",
    b"\x1b[31m",
    b"=cmd|x!A1",
    b"\xe2\x80\xae",
    b"\xf0\x9f\x91\xa9",
]


def _inserted(rng: Chance, data: bytes) -> bytes:
    place, what = rng.choice([0, len(data), _at(rng, data), _at(rng, data)]), rng.choice(INSERTED)
    return data[:place] + what + data[place:]


def _encoded(rng: Chance, data: bytes) -> bytes:
    name = rng.choice(
        ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-7", "cp1252", "latin-1", "cp850", "mac-roman", "cp037"]
    )
    text = data.decode("utf-8", "replace").encode(name, "replace")
    return text if rng.random() < 0.7 else data[: len(data) // 2] + text[len(text) // 2 :]


def _twice_encoded(rng: Chance, data: bytes) -> bytes:
    return data.decode("latin-1").encode()


def _line_ends(rng: Chance, data: bytes) -> bytes:
    ends = rng.choice([[b"\n"], [b"\r"], [b"\n", b"\r\n", b"\r"], [b"\n\n"], [b"\r\r\n"], [b"\x85"], [b"\x0b"], [b""]])
    return re.sub(rb"\r\n", lambda _: rng.choice(ends), data)


BYTES: dict[str, Callable[[Chance, bytes], bytes]] = {
    "flipped": _flipped,
    "cut": lambda rng, data: data[: _at(rng, data)],
    "beheaded": lambda rng, data: data[_at(rng, data) :],
    "doubled": _doubled,
    "dropped": _dropped,
    "inserted": _inserted,
    "encoded": _encoded,
    "encoded twice": _twice_encoded,
    "line ends": _line_ends,
    "noise": lambda rng, data: rng.randbytes(rng.randint(0, 2000)),
}


def _redialect(rng: Chance, rows: Rows) -> bytes:
    dialect = {"delimiter": rng.choice(",;\t|:^ "), "quotechar": rng.choice("\"'`"), "quoting": rng.choice([0, 1, 2])}
    return rosters.as_text(rows, **dialect)


def _unquoted(rng: Chance, rows: Rows) -> bytes:
    place = rng.randrange(len(rows))
    row = list(rows[place])
    row[rng.randrange(len(row))] = rng.choice(['"open', 'in"side', '""', '"a" b', "a, b", "a\nb", "\\", '\\"', "a\r\nb"])
    lines = [",".join(one) for one in [FIELDS, *rows[:place], row, *rows[place + 1 :]]]
    return "\r\n".join(lines).encode()


def _header_moved(rng: Chance, rows: Rows) -> bytes:
    above = rng.choice([[["Export of today"]], [[]], [["", "", ""]], [["x"] * len(FIELDS)], [FIELDS]])
    place = rng.choice([0, 0, len(rows), rng.randrange(len(rows))])
    if place:
        return rosters.as_text([*rows[1:place], FIELDS, *rows[place:]], rows[0])
    return rosters.as_text([FIELDS, *rows], above[0])


def _columns(rng: Chance, rows: Rows) -> bytes:
    one, other, kind = rng.randrange(len(FIELDS)), rng.randrange(len(FIELDS)), rng.randrange(6)
    made = [list(row) for row in [FIELDS, *rows]]
    for place, row in enumerate(made):
        if kind == 0 or (kind == 1 and place):  # heading and cells
            row[one], row[other] = row[other], row[one]
        elif kind == 2:
            row.insert(other, row[one])
        elif kind == 3:
            del row[one]
        elif kind == 4 and place:  # shifted
            row.insert(one, "")
        elif kind == 5 and not place:
            row[one] = rng.choice([row[one].upper(), f" {row[one]} ", f"{row[one]}\u200b", "", FIELDS[other], "x" * 100_000, row[one][:-1]])
    return rosters.as_text(made[1:], made[0])


def _tail(rng: Chance, rows: Rows) -> bytes:
    last = rng.choice([["Total", str(len(rows))], ["", "", "Sum"], ["-" * 40], ["END OF FILE"], [f"{len(rows)} rows"], [""] * 40])
    return rosters.as_text([*rows, last])


DIALECTS: dict[str, Callable[[Chance, Rows], bytes]] = {
    "dialect": _redialect,
    "unquoted": _unquoted,
    "header moved": _header_moved,
    "columns": _columns,
    "tail": _tail,
}

CELLS = [
    "",
    " ",
    "\u00a0",
    "\u3000",
    "\u200b",
    "\t",
    "\x00",
    "\x07",
    "\x1b[2J",
    "\u202eabc",
    "\u2066x\u2069",
    "\ufeff",
    "\ufffd",
    "e\u0301",
    "x" * 70_000,
    "9" * 400,
    "1e309",
    "-1",
    "0",
    "10003.0",
    "1.0003E+4",
    "10,003",
    "NaN",
    "inf",
    "None",
    "NULL",
    "n/a",
    "#N/A",
    "#REF!",
    "True",
    "A",
    "L",
    "T",
    "=1+1",
    '=HYPERLINK("http://x")',
    "+46",
    "@x",
    "-x",
    "2026-02-30",
    "31/12/2026",
    "12/31/2026",
    "2026-11-19T23:30:00Z",
    "20261119",
    "46345",
    "46345.75",
    "9999-12-31",
    "1900-01-01",
    "0000-00-00",
    "31-DEC-4712",
    "10000-01-01",
    "99999999999999",
    "2026-11-20 24:00",
    "2026-W47-5",
    "a@b",
    "a@@b.se",
    "<a@acme.example>",
    "mailto:a@acme.example",
    "a@acme.example;b@acme.example",
    "A@ACME.EXAMPLE",
    "ä@acme.example",
    "a@xn--a.example",
    "a@" + "b." * 200 + "se",
    "10001",
    "10002",
    "010003",
    "10003 ",
    "10 003",
    "①",
    "١٠٠٠٣",
    "10003\n10004",
    '"',
    "|",
    "{}",
    "[]",
    "%s",
    "{0}",
    "../../etc",
    "<script>",
    "P1|P2",
    "\\N",
    "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
]
"""What may stand in any cell, whatever its column is about."""


def cell(rng: Chance, rows: Rows, was: str) -> str:
    """What becomes of a cell: one of `CELLS`, another cell of the file, or the same in another form."""
    kind = rng.randrange(5)
    if kind < 2:
        return rng.choice(CELLS)
    if kind == 2:
        return rng.choice(rng.choice(rows))
    place = rng.randrange(len(was) + 1)
    forms = [
        was[:place],
        was[:place] + rng.choice("?\ufffd \u200b\x00'\"") + was[place:],
        was.upper(),
        f" {was} ",
        f"{was}.0",
        f"'{was}",
        was[::-1],
    ]
    return rng.choice([*forms, was.encode().decode("cp1252", "replace"), f"0{was}", was * 2])


def cells(rng: Chance, rows: Rows) -> Rows:
    """Some cells changed, or a whole column of them; at times rows lost, doubled or in another order too."""
    made = [list(row) for row in rows]
    if rng.random() < 0.2:
        column, what = rng.randrange(len(FIELDS)), rng.choice(CELLS)
        for row in made:
            row[column] = what if rng.random() < 0.5 else cell(rng, rows, row[column])
    for _ in range(rng.randint(1, 6)):
        row = rng.choice(made)
        column = rng.randrange(len(FIELDS))
        row[column] = cell(rng, rows, row[column])
    if rng.random() < 0.2:
        made += [list(rng.choice(made)) for _ in range(3)]
        rng.shuffle(made)
    return made[rng.randint(0, 2) :]


def _repacked(rng: Chance, data: bytes, change: Callable[[str, bytes], bytes | None]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if (content := change(name, old.read(name))) is not None:
                new.writestr(name, content)
    return made.getvalue()


SHEET = [
    (rb't="inlineStr"', b't="n"'),
    (rb't="s"', b't="n"'),
    (rb't="s"', b't="b"'),
    (rb't="s"', b't="e"'),
    (rb't="s"', b't="d"'),
    (rb't="s"', b't="str"'),
    (rb"<v>\d+</v>", b"<v>99999999</v>"),
    (rb"<v>\d+</v>", b"<v>-1</v>"),
    (rb"<v>\d+</v>", b"<v>x</v>"),
    (rb"<v>\d+</v>", b"<v/>"),
    (rb'<dimension ref="[^"]*"', b'<dimension ref="A1:XFD1048576"'),
    (rb'<dimension ref="[^"]*"', b'<dimension ref="?"'),
    (rb'r="B3"', b'r="XFD3"'),
    (rb'r="B3"', b'r="B1048576"'),
    (rb'r="B3"', b'r="B99999999"'),
    (rb'row r="3"', b'row r="1048576"'),
    (rb'row r="3"', b'row r="2"'),
    (rb'row r="3"', b'row r="x"'),
    (rb"<sheetData>", b"<sheetData><row/>"),
    (rb"</sheetData>", b""),
    (rb"<c ", b'<c s="999" '),
    (rb"<v>", b"<f>1+1</f><v>"),
    (rb"<v>\d+</v>", b"<f>NOW()</f>"),
    (rb"<worksheet", b'<!DOCTYPE a [<!ENTITY b "c">]><worksheet'),
    (rb'row r="3"', b'row r="3" hidden="1"'),
]


def _sheet(rng: Chance, data: bytes) -> bytes:
    old, new = rng.choice(SHEET)
    count = rng.choice([0, 1, 1])
    return _repacked(rng, data, lambda name, part: re.sub(old, new, part, count=count) if "sheet1" in name else part)


def _part(rng: Chance, data: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        which = rng.choice(archive.namelist())
    how = rng.choice([lambda part: None, lambda part: b"", lambda part: _flipped(rng, part), lambda part: part[: len(part) // 2]])
    return _repacked(rng, data, lambda name, part: how(part) if name == which else part)


def _bomb(rng: Chance, data: bytes) -> bytes:
    filler = rng.choice([b"\0", b"a,", b"\n", b'"', b"<a>"]) * (rng.choice([1, 40]) << 19)
    return gzip.compress(filler, mtime=0) if rng.random() < 0.5 else rosters.as_zip(filler)


def _members(rng: Chance, data: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in rng.sample(
            ["a.csv", "b.csv", "../c.csv", "/d.csv", "x/", "__MACOSX/._a.csv", "é.csv", "xl/workbook.xml", "a" * 300], rng.randint(0, 4)
        ):
            archive.writestr(name, data if rng.random() < 0.8 else b"")
    return made.getvalue()


PACKED: dict[str, Callable[[Chance, bytes], bytes]] = {
    "nested": lambda rng, data: rng.choice([lambda one: gzip.compress(one, mtime=0), rosters.as_zip])(data),
    "bomb": _bomb,
    "members": _members,
}
BOOKS: dict[str, Callable[[Chance, bytes], bytes]] = {"sheet": _sheet, "part": _part}


COMPANIES = 4
"""Different good companies: to plan the night before for each file would take most of the time."""


def mutated(seed: int, size: int) -> tuple[str, str, Rows, bytes]:
    """The file of a seed: the form it has, what was done to it, the good rows, and its bytes."""
    rng = Chance(seed)
    rows = rosters.roster(Chance(seed % COMPANIES), size)
    form = rng.choice(["text", "text", "text", "workbook", "gzip", "zip", "fixed width", "files", "joined", "changes"])
    make = rosters.MADE.get(form, rosters.as_text)
    at = rng.randrange(10)
    if at < 4:
        return form, "cells", rows, make(cells(rng, rows))  # type: ignore[operator]
    if form in ("text", "changes", "gzip", "zip") and at < 7:
        name = rng.choice(list(DIALECTS))
        data = DIALECTS[name](rng, rows)
        return form, name, rows, {"gzip": gzip.compress, "zip": rosters.as_zip}.get(form, bytes)(data)
    if form == "files":  # of two, one: they are put together here, not by HR
        north, name = rosters.as_text(rows[: size // 2]), rng.choice(list(BYTES))
        south = rosters.as_text(rows[size // 2 :])
        return form, name, rows, several.packed({"north": north, "south": BYTES[name](rng, south)})
    if form == "joined":
        parts, name = several.taken_apart(rosters.as_joined(rows)), rng.choice(list(BYTES))
        which = rng.choice(["people", "jobs"])
        return form, name, rows, several.packed({**parts, which: BYTES[name](rng, parts[which])})
    data = make(rows)  # type: ignore[operator]
    kinds = BYTES | (BOOKS if form == "workbook" else {}) | PACKED
    name = rng.choice(list(BOOKS)) if form == "workbook" and at < 8 else rng.choice(list(kinds))
    return form, name, rows, kinds[name](rng, data)
