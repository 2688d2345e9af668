"""Rosters of a good company whose truth is known: who is who, who leads whom, who is gone.

Belongs here: the rows, and how they are written as text, workbook, archive, fixed width, files, joined files or changes. Does
not belong here: what goes wrong with them (`tests.fuzz.mutating`).
"""

import csv
import gzip
import io
import random
import zipfile
from collections.abc import Sequence

import openpyxl
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from roster.reading import several
from roster.settings import Changes, CsvFormat, Joined, People

FIELDS = ["number", "first", "last", "mail", "boss", "state", "begun", "ended", "policy", "phone", "limit"]
WIDTHS = [8, 20, 24, 40, 8, 2, 10, 10, 4, 16, 10]
FIRST = ["Vendela", "Torbjörn", "Ragnhild", "Ørjan", "Siobhán", "Zbigniew", "Marjatta", "Iñigo", "Thérèse", "Åsmund", "Gülşen", "Lubomír"]
LAST = [
    "Qvarnström",
    "O'Hanrahan",
    "Fjellgård",
    "von Sydenhoff",
    "Szczepański",
    "Wrangelius",
    "Dąbrowska-Kjær",
    "Müllerström",
    "Ekenstierna",
]
PEOPLE = People(
    columns={
        "employee_id": "number",
        "first_name": "first",
        "last_name": "last",
        "email": "mail",
        "manager_id": "boss",
        "worker_status": {"column": "state", "values": {"A": "Active", "L": "On Leave", "T": "Terminated"}},
        "start_date": "begun",
        "end_date": "ended",
        "extra_policy": "policy",
        "phone": "phone",
        "approval_limit": "limit",
    },
    absent_means="leaver",
)
Rows = list[list[str]]


def roster(rng: random.Random, size: int) -> Rows:
    """The company: numbers from 10001 on, the first of whom leads everyone; each manager comes before their people, none is a leaver."""
    rows, leading = [], []
    for place in range(size):
        number = str(10001 + place)
        first, last = rng.choice(FIRST), f"{rng.choice(LAST)}{chr(97 + place % 26)}{chr(97 + place // 26 % 26)}"
        state = "A" if place < 5 else rng.choice("AAAAAAAAALT")
        ended = "2026-10-31" if state == "T" else rng.choice(["", "", "", "2031-12-31"])
        boss = rng.choice(leading) if leading else ""
        if state == "A" and len(leading) < max(2, size // 6):
            leading.append(number)
        begun, phone = f"{rng.randint(1990, 2025)}-0{rng.randint(1, 9)}-15", f"+4670174{rng.randint(1000, 9999)}"
        mail = f"personal{number}@acme.example"
        rows.append([number, first, last, mail, boss, state, begun, ended, rng.choice(["P1", "P2"]), phone, str(rng.randint(1, 99) * 1000)])
    return rows


def secrets(rows: Rows) -> set[str]:
    """What names a person of these: no error may have it."""
    return {row[at].lower() for row in rows for at in (1, 2, 3, 9)}


def as_text(rows: Sequence[Sequence[str]], header: Sequence[str] = FIELDS, **dialect: object) -> bytes:
    made = io.StringIO()
    csv.writer(made, **dialect).writerows([header, *rows])  # type: ignore[arg-type]
    return made.getvalue().encode()


def as_workbook(rows: Rows) -> bytes:
    """What no XML may have is written as spreadsheets write it: ``_x0007_``."""
    made, book = io.BytesIO(), openpyxl.Workbook()
    for row in [FIELDS, *rows]:
        book.active.append([ILLEGAL_CHARACTERS_RE.sub(lambda found: f"_x{ord(found[0]):04X}_", cell) for cell in row])  # type: ignore[union-attr]
    book.save(made)
    return made.getvalue()


def as_zip(data: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("people.csv", data)
    return made.getvalue()


def as_fixed_width(rows: Rows) -> bytes:
    lines = ["".join(cell.ljust(width)[:width] for cell, width in zip(row, WIDTHS, strict=True)) for row in [FIELDS, *rows]]
    return ("\r\n".join(lines) + "\r\n").encode()


def _fixed() -> CsvFormat:
    starts = [sum(WIDTHS[:at]) for at in range(len(WIDTHS))]
    return CsvFormat(positions={name: f"{at + 1}-{at + w}" for name, at, w in zip(FIELDS, starts, WIDTHS, strict=True)})


def as_files(rows: Rows) -> bytes:
    half = len(rows) // 2
    return several.packed({"north": as_text(rows[:half]), "south": as_text(rows[half:])})


def as_joined(rows: Rows) -> bytes:
    """The policy stands in a file of its own, in the opposite order."""
    at = FIELDS.index("policy")
    people = as_text([row[:at] + row[at + 1 :] for row in rows], [name for name in FIELDS if name != "policy"])
    return several.packed({"people": people, "jobs": as_text([[row[0], row[at]] for row in reversed(rows)], ["key", "policy"])})


def _joined() -> CsvFormat:
    jobs = CsvFormat().joined_by(Joined(by={"key": "number"}, gives=["policy"]))
    return CsvFormat().of_files({"people": CsvFormat(), "jobs": jobs})


FORMATS = {
    "text": CsvFormat(),
    "workbook": CsvFormat(),
    "gzip": CsvFormat(),
    "zip": CsvFormat(),
    "fixed width": _fixed(),
    "files": CsvFormat().of_files({"north": CsvFormat(), "south": CsvFormat()}),
    "joined": _joined(),
}
MADE = {
    "text": as_text,
    "workbook": as_workbook,
    "gzip": lambda rows: gzip.compress(as_text(rows), mtime=0),
    "zip": lambda rows: as_zip(as_text(rows)),
    "fixed width": as_fixed_width,
    "files": as_files,
    "joined": as_joined,
}
CHANGES = CsvFormat().of_changes(Changes())
"""How files of changes read: `tests.fuzz.judging` puts them on the good rows."""
