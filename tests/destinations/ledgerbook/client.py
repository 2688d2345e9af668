"""The book's file: reading its lines, and writing some.

Belongs here: the file, what it takes and what it refuses, switches for tests. Does not belong here: who is written what (``records``).

The file holds ``staff`` (the lines) and ``writes`` (how many lines were ever written), and may hold the switches ``refuse`` (number → why),
``lose`` (numbers whose lines it accepts and does not write) and ``jam`` (the number at which nothing can be written). Likewise ``desks``
(desk → its keeper's number) and ``desk_writes``, with ``refuse_desks``, ``sit_there`` (desk → the numbers of who depends on it),
``lose_desks``, ``jam_desks`` and ``silent_desk`` (its change is written and not answered).
"""

import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pandas as pd

from destinations.replies import Answer, Records, statuses, without_people
from resources.failures import Permanent, Transient

TEXTS: Final = ("staff_no", "given", "family", "mail", "approver_no", "desk")
"""What a line shows, besides whether it is active. It has a bank account too, which is not shown."""

PUBLIC: Final = ("staff_no", "approver_no", "desk")
"""What of a line may stand in a message: it says nothing about who somebody is."""


@dataclass(frozen=True)
class BookAnswer(Answer):
    """What became of some lines."""

    written: int = 0
    """So many lines are in the book now."""
    taken: list[dict[str, Any]] = field(default_factory=list, repr=False)
    """Of each line that was accepted, whose it is and how it stands there."""

    def reply(self) -> dict[str, Any] | None:
        """The book's own account."""
        return {"written": self.written, "taken": self.taken}


class Book:
    """The book at a place on disk."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def staff(self) -> pd.DataFrame:
        """Every line: `TEXTS`, and ``active``.

        Raises:
            Permanent: There is no such book.
        """
        lines = self._open()["staff"]
        frame = pd.DataFrame({name: pd.Series([line.get(name) for line in lines], dtype="str") for name in TEXTS})
        return frame.assign(active=pd.Series([bool(line.get("active", True)) for line in lines], dtype="bool"))

    def write(self, rows: Records, *, dry: bool = False) -> BookAnswer:
        """Write lines, in place of what the book has of these people; what a row does not say stays.

        Args:
            rows: Lines, one after the other.
            dry: Only say what would become of them.

        Raises:
            Permanent: There is no such book.
            Transient: It is in somebody else's hands; nothing was written.
        """
        begun, book = time.monotonic(), self._open()
        if not dry and any(row["staff_no"] == book.get("jam") for row in rows):
            raise Transient("The ledger book is in somebody else's hands.", "Run again when it is back.")
        lines = {line["staff_no"] or f"line {place}": line for place, line in enumerate(book["staff"])}
        refused: dict[str, str] = {}
        taken, written = [], 0
        for row in rows:
            if why := _why_not(row, lines, book.get("refuse", {})):
                refused[row["staff_no"]] = without_people(why, [row], PUBLIC)
                continue
            line = {**lines.get(row["staff_no"], {}), **row}
            taken.append({name: line[name] for name in ("staff_no", "given", "active")})
            if row["staff_no"] not in book.get("lose", []):
                lines[row["staff_no"]] = line
                written += 1
        content = json.dumps({**book, "staff": list(lines.values()), "writes": book.get("writes", 0) + written}, ensure_ascii=False)
        if not dry:
            self._file.write_text(content, encoding="utf-8")
        return BookAnswer(
            statuses((row["staff_no"] for row in rows), refused=refused),
            code="written",
            request_bytes=len(json.dumps(rows)),
            seconds=time.monotonic() - begun,
            calls=1,
            written=written,
            taken=taken,
        )

    def desks(self) -> pd.DataFrame:
        """Every desk: ``desk``, ``keeper``."""
        rows = sorted(self._open().get("desks", {}).items())
        return pd.DataFrame(rows, columns=["desk", "keeper"], dtype="str")

    def write_desks(self, changes: pd.DataFrame) -> pd.DataFrame:
        """Write desks and their keepers, one after the other (`destinations.abilities.Structured.send_structure`)."""
        book, answers = self._open(), []
        if book.get("jam_desks"):
            raise Transient("The desks are in somebody else's hands.", "Run again when they are back.")
        for thing, kind, payload in zip(changes["thing"], changes["kind"], changes["payload"], strict=True):
            asked = json.loads(payload)
            if why := book.get("refuse_desks", {}).get(asked["desk"]):
                answers.append((thing, "refused", why, book.get("sit_there", {}).get(asked["desk"], "")))
                continue
            desks = book.setdefault("desks", {})
            if asked["gone"]:
                desks.pop(asked["desk"], None)
            elif asked["desk"] not in book.get("lose_desks", []):
                desks[asked["desk"]] = asked["keeper"] if kind == "approvers" else desks.get(asked["desk"])
            book["desk_writes"] = book.get("desk_writes", 0) + 1
            self._file.write_text(json.dumps(book, ensure_ascii=False), encoding="utf-8")
            if asked["desk"] == book.get("silent_desk"):
                continue
            answers.append((thing, "accepted", None, ""))
        return pd.DataFrame(answers, columns=["thing", "outcome", "reason", "people"])

    def desks_not_as(self, changes: pd.DataFrame) -> pd.Series:
        """Which changes of desks are not there."""
        desks = self._open().get("desks", {})
        asked = [json.loads(payload) for payload in changes["payload"]]
        there = [(one["desk"] in desks) != one["gone"] and one["keeper"] in (None, desks.get(one["desk"])) for one in asked]
        return changes.loc[[not one for one in there], "thing"]

    def _open(self) -> dict[str, Any]:
        try:
            book: dict[str, Any] = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            raise Permanent("There is no ledger book where the settings say.", "Check ledgerbook.connection.file.") from None
        return book


def _why_not(row: dict[str, Any], lines: dict[str, dict[str, Any]], refuse: dict[str, str]) -> str | None:
    """What the book says to a line that it does not take."""
    approver = row.get("approver_no", row["staff_no"])
    if approver != row["staff_no"] and not (approver in lines and lines[approver].get("active", True)):
        return f"The approver {approver} is not active"
    return refuse.get(row["staff_no"])
