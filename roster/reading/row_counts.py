"""Which lines beside the rows count them, and whether the file has as many.

Belongs here: what is surely such a count, and what it may count. Does not belong here: a count that the settings name
(`roster.reading.table.check_trailers`), which lines are no rows (``roster.reading.nobody``).

``Total: 45000`` may be a sum, ``Employees 2026`` a year, ``Active employees: 12`` a part: a line is a count only where each of its words is
known, and one of them says what is counted.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Final, Literal

import pandas as pd

from roster.reading.broken_off import PEOPLE, ROWS, harmless
from roster.reading.nobody import APART, RULED
from roster.unfit import Unfit

Kind = Literal["rows", "lines", "people"]
"""What is counted: rows, as a database does; lines, the header and others perhaps among them; people, perhaps only some of them."""

NUMBER: Final = re.compile(r"(?<![\w.,/-])(?:\d{1,3}(?:[.,'’ \u00a0\u202f]\d{3})+|\d+)(?![\w,/-]|\.\d)")
ASIDE: Final = re.compile(r"\((?:s|en|e|er|n|\d+[.,]\d+ sec)\)", re.IGNORECASE)
"""``row(s)``, and how long it took."""
COUNTING: Final = re.compile(r"count|number|no|num|antal|antalet|anzahl|gesamt(?:an)?zahl|antall|nombre|numero|número|aantal|liczba")
AROUND: Final = re.compile(
    r"total[est]?|totalen|sum|summa|in|of|the|all|file|list|export|report|exported|selected|affected|returned|fetched|retrieved|found|read"
    r"|written|set|were|was|processed|listed|printed|de|des|di|der|die|das|den|det|es|wurden|i|av|af|och|und|filen?|datei|liste|insgesamt"
    r"|gesamt|ausgewählt|zurückgegeben|exportiert|valda|exporterade|påverkade|hämtade|valgt|eksportert|totaal|yhteensä|razem|celkem|st|stk"
    r"|stück|au|les|dans|el|los|las|en|del|dei|sélectionnées|seleccionadas|geselecteerd"
)
"""Words that say nothing of what is counted."""
LINES: Final = re.compile(r"lines?|rad|rader|linjer|zeilen?|lignes?|linhas?|regels?|riga|righe|wierszy")
"""What has the header among it where somebody counts lines: ``Antal rader: 15``."""
_ROWS, _PEOPLE, _NOUN = (re.compile(words) for words in (ROWS, PEOPLE, f"{ROWS}|{PEOPLE}"))
LONGEST: Final = 7
"""Digits of a count: what has more may be somebody's number."""


@dataclass(frozen=True)
class Rows:
    """What a file was found to have."""

    whole: int
    """Rows that are well formed."""
    malformed: int
    """Lines that have not the header's fields: one row that broke in two is two of them."""
    beside: int
    """Lines that are no person's, the header among them."""
    people: Callable[[], int]
    """How many employee numbers there are, where that matters."""

    @classmethod
    def of(cls, frame: pd.DataFrame, malformed: Collection[int], others: Collection[int], number: Collection[str]) -> "Rows":
        """What there is of a file: its rows, the lines of malformed ones and of nobody's, and the columns of the employee number."""
        return cls(len(frame), len(malformed), len(others) + 1, lambda: len(frame[list(number)].drop_duplicates()))


@dataclass(frozen=True)
class Count:
    """What a line counts."""

    kind: Kind
    number: int


def check(lines: Mapping[int, str], rows: Rows) -> None:
    """No line beside the rows counts more or fewer than there are.

    Where several lines say so with different numbers, they are sections' or grow from page to page: their sum counts, or the last one.

    Args:
        lines: Their numbers and texts.
        rows: What the file was found to have.

    Raises:
        Unfit: One counts others.
    """
    alike: dict[tuple[Kind, str], dict[int, int]] = defaultdict(dict)
    sums = sum(APART in text and not RULED.fullmatch(text.replace(APART, "")) for text in lines.values())
    for line, text in lines.items():
        if found := count(text):
            alike[found.kind, NUMBER.sub("", text)][line] = found.number
    for (kind, _), counts in alike.items():
        *_, last = numbers = list(counts.values())
        possible = {sum(numbers), *([last] if last == max(numbers) else [])}
        if not any(_fits(kind, number, rows, sums) for number in possible) and (kind == "people" or not possible & {rows.people()}):
            line, what = max(counts), "people" if kind == "people" else "rows"
            raise Unfit(
                "count",
                f"Line {line} counts {last if len(str(last)) <= LONGEST else 'far too many'} {what}, and the file has "
                f"{rows.whole + rows.malformed} rows: it may be cut short.",
                f"Have HR send a whole file. {harmless(line)}",
            )


def count(text: str) -> Count | None:
    """What a line counts; None where it is not surely a count."""
    text = ASIDE.sub("", text.casefold())
    numbers = list(NUMBER.finditer(text))
    if APART in text or len(numbers) != 1 or re.search(r"\d", NUMBER.sub("", text)):
        return None
    before, after = text[: numbers[0].start()], text[numbers[0].end() :]
    words = re.findall(r"[^\W\d_]+", f"{before} {after}")
    rows, people, counting, lines = (any(each.fullmatch(word) for word in words) for each in (_ROWS, _PEOPLE, COUNTING, LINES))
    labelled = bool(re.search(r"[^\W\d_]", before)) and not any(_NOUN.fullmatch(word) for word in re.findall(r"[^\W\d_]+", after))
    known = all(any(each.fullmatch(word) for each in (AROUND, COUNTING, _NOUN)) for word in words)
    if not known or not (rows or people or counting) or (labelled and not counting and not re.search(r"[:=]\W*$", before)):
        return None
    kind: Kind = "people" if people or not rows else "lines" if labelled and lines else "rows"
    return Count(kind, int(re.sub(r"\D", "", numbers[0].group())))


def _fits(kind: Kind, number: int, rows: Rows, sums: int) -> bool:
    most = rows.whole + rows.malformed
    match kind:
        case "people":
            return number <= most
        case "rows":
            return rows.whole <= number <= most + sums  # which are rows to a database
        case "lines":
            return rows.whole <= number <= most + rows.beside
