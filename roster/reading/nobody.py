"""Lines of HR's file that are no person's: footers, totals, repeated headers and titles, marks of the end.

Belongs here: telling such a line from a row that went wrong. Does not belong here: reading lines (``roster.reading.delimited``,
``roster.reading.workbook``), those that the settings name (`roster.reading.table.find_trailers`).

A line is nobody's only if it cannot be somebody's: a row that was cut, or written with another delimiter, stays a row that went wrong,
since whoever stands in it must not count as absent.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_
from typing import Final, Literal

import numpy as np
import pandas as pd

from roster.arrow import DIGITS, as_array, beside
from roster.reading.table import as_typed

Why = Literal["blank", "header", "title", "footer", "end"]
"""What a line is instead of a person's; a ``blank`` one is not even counted."""

END_OF_FILE: Final = "\x1a"
"""What DOS, and mainframes to this day, put behind the last line."""
MOST_CELLS: Final = 3
"""Filled cells of a footer that is not made of numbers: a label, a count, a date."""
FOOTER: Final = re.compile(
    r"""[\W_]*(?:
    (?:grand\ |sub-?\ ?)?total(?:t|e|en|s|sumi?)? | sum(?:ma|me)? | summary
    | gesamt(?:summe|zahl|anzahl)? | totaal | suma | razem | ogółem | celkem | spolu | összesen | yhteensä | samtals | i\ alt | ukupno
    | skupaj | toplam | kokku | kopā | iš\ viso | итого | всего | σύνολο | 合计 | 合計 | 總計 | 합계
    | count | antal | anzahl | number\ of | no\.?\ of | nombre | total[ei]\ de
    | aantal | liczba | počet | lukumäärä | número\ de | numero\ di | n[º°]\ d[ei] | количество
    | (?:\d+\s+)?(?:rows?|records?|lines?|rader|poster|zeilen|lignes|rijen|regels|filas|righe|wierszy|řádků|riviä)
    | (?:\d+\s+)?(?:employees|persons|people|anställda|ansatte|mitarbeiter|medewerkers|salariés|empleados|dipendenti|pracowników)
    | end(?:\ of\b.*)? | eof | eor | slut | ende | fin\ d[eu] | fin | loppu | einde | koniec | konec | (?:trailer|trl|eof)\d* | footer
    | -+\ \d+\ -+$ | \d+\ (?:/|of|av|von|z)\ \d+$
    | page\s+\d+ | sida?\s+\d+ | side\s+\d+ | seite\s+\d+ | sivu\s+\d+ | p[áa]gina\s+\d+ | stran[ay]\s+\d+ | oldal\s+\d+
    | (?:file\ |report\ |list\ )?(?:generated|created|produced|printed|exported|extracted|prepared|run|made)
      (?=\s+(?:by|on|at|from|in|date|time|\d)|\s*:)
    | (?:report|export|extract|run|print)(?:\s+(?:date|time|id|name|generated|created|by))(?=\W|$)
    | skapad | genererad | utskriven | exporterad | generert | opprettet | utskrevet | oprettet | genereret | udskrevet
    | erstellt | erzeugt | gedruckt | généré | créé | luotu
    | as\ of | date | datum | dato | confidential | konfidentiell | fortrolig | vertraulich | copyright | ©
    )(?![\w@])""",
    re.IGNORECASE | re.VERBOSE,
)
"""How the first cell of a footer begins, in the languages of Europe."""
SUBTOTAL: Final = re.compile(r"\w.*\W(?:total|totaal|subtotal|summa?|count|antal|anzahl|ergebnis|gesamt|razem|celkem)\W*", re.IGNORECASE)
"""How spreadsheets label the sum of a group: ``Sales Total``."""
_COUNT: Final = (
    r"count|antal|antall|anzahl|aantal|nombre|nb|recuento|cuenta|conteggio|contagem|liczba|licznik|počet|poček|lukumäärä|darab(?:szám)?"
)
COUNTED: Final = re.compile(rf"(?:\w.*\W)?(?:gesamt)?(?:{_COUNT})\W*|(?:\w+ )?(?:{_COUNT})\W.*\w", re.IGNORECASE)
"""How they label the count of one: ``Sales Count``, ``Antal Sales``. It stands under another column than the count."""
SIGNED: Final = re.compile(
    r"[*ØøΣ∑⌀]+|\*+\ .*|[\W_]*(?:average|avg|mean|median|minimum|maximum|durchschnitt|mittelwert|medel(?:värde)?|genomsnitt|gjennomsnitt"
    r"|gennemsnit|keskiarvo|moyenne|promedio|gemiddelde?|średnia|průměr|átlag)\b.*",
    re.IGNORECASE,
)
"""How a line of sums or averages begins that has no word for a total: SAP writes stars."""
TYPE: Final = re.compile(
    r"(?:n?var)?char2?|n?char(?:acter)?|n?text|string|str|(?:big|small|tiny)?int(?:eger)?|long|short|number|numeric|decimal|dec|float|double|real"
    r"|money|currency|date|datetime2?|datum|timestamp|time|bool(?:ean)?|bit|uuid|guid|object|alphanumeric|alpha|enum|list|e-?mail|phone"
    r"|required|mandatory|optional|conditional|pflicht(?:feld)?|muss|kann|obligatorisk|valfri|frivillig",
    re.IGNORECASE,
)
"""What a column holds, or whether it must hold anything, as a line below the header says it."""
NAMED: Final = re.compile(r"[^\d@]+|[^\W\d][\w.\-/ ]*[^\W\d]\d{1,2}")
"""A column's name: unlike numbers, dates and addresses it has one or two digits at the most, at its end, as ``STAT2`` has."""
HEADS: Final = 2
"""Lines below the header that may belong to it."""
SUM: Final = re.compile(r"[-+]?\d[\d .,']*")
"""A sum or a count without a label, under another column than the number's."""
NUMERIC: Final = re.compile(r"[-+]?[\d .,:/'%€$£-]*\d[\d .,:/'%€$£-]*(?:[A-Z]{3})?")
"""Counts, sums, dates, times."""
CURRENCY: Final = re.compile(r"[A-Z]{3}")
TELLING: Final = re.compile(r"[\d:=#*]|\w\W+\w")
"""What a footer's label has and a single name has not."""
RULED: Final = re.compile(r"[-=_*#+~. ]+|\\\.")
"""A line drawn under the header or above the total, and PostgreSQL's mark of the end."""
APART: Final = " ; "
"""Between the cells of a line that is looked at as one text."""
OTHER_DELIMITERS: Final = re.compile(r"[;,\t|]")


@dataclass(frozen=True)
class Lines:
    """What a file's odd lines are judged by."""

    header: Sequence[str]
    """Its column names; made-up ones where it has none."""
    headed: bool
    """Whether the names come from the file."""
    number_at: Collection[int]
    """Where in a row the employee number stands; nothing where that is not known."""
    shapes: Collection[str]
    """`shape` of the file's employee numbers."""
    titles: Mapping[str, int]
    """The texts of the lines above the header, and their numbers."""
    nothing: Collection[str] = ()
    """Words that stand for an empty cell."""
    begun: Collection[str] = ()
    """What a number may be cut to, its digits alike, where the file's numbers begin as footers do: ``TRL20409``."""

    @classmethod
    def of(
        cls,
        header: Sequence[str],
        headed: bool,
        number: Collection[str],
        rows: pd.DataFrame,
        titles: Mapping[str, int],
        nothing: Collection[str] = (),
    ) -> "Lines":
        """What a file's lines are judged by, from its header, the columns of the employee number, and its well-formed rows."""
        known = all(list(header).count(name) == 1 for name in number)
        number_at = [list(header).index(name) for name in number] if known else []
        found = frozenset[str]().union(*(forms(rows[name]) for name in number if name in rows))
        begun = {form[:end].casefold() for form in found if FOOTER.match(form) for end in range(1, len(form) + 1)}
        return cls(header, headed, number_at, frozenset(map(shape, found)), titles, nothing, begun)

    @property
    def number_first(self) -> bool:
        """Whether a row, however early it is cut, begins with the employee number."""
        return 0 in self.number_at

    def why(self, cells: Sequence[str], text: str, *, last: bool, first: bool = False) -> Why | None:
        """What a line is; None where it may be a person's.

        Args:
            cells: Its fields.
            text: The whole line.
            last: Whether it stands after the last row that is well formed.
            first: Whether only what belongs to the header stands between that and it.
        """
        written = [cell.strip() for cell in cells]
        cells = ["" if cell in self.nothing else cell for cell in written]
        filled = [(at, cell) for at, cell in enumerate(cells) if cell]
        if not filled:
            return None if any(written) else "blank"
        if all(not cell.strip(END_OF_FILE) for _, cell in filled):
            return "end"
        if all(RULED.fullmatch(cell) for _, cell in filled):
            return "footer"
        if self.headed and (_as_headings(cells) == _as_headings(self.header) or (first and self._heads_too(cells))):
            return "header"
        if text.strip() in self.titles or (alike(text) in map(alike, self.titles) and self._is_prose(text)):
            return "title"
        return "footer" if self._is_count(filled) or self._is_footer(cells, filled, last=last) else None

    def beside(self, lines: Mapping[int, Sequence[str]], verdicts: Mapping[int, Why | None]) -> dict[int, str]:
        """The texts of the lines beside the rows: titles, footers, and what has the words of a sentence where a row has its first cell.

        Args:
            lines: The fields of each line that `why` has judged, by its number.
            verdicts: What it gave, where that is anything.
        """
        found = {line: text for text, line in self.titles.items()}
        for line, cells in lines.items():
            if verdicts.get(line) == "footer" or (verdicts.get(line) is None and self._is_sentence(cells)):
                found[line] = _as_text(cells)
        return dict(sorted(found.items()))

    def _is_sentence(self, cells: Sequence[str]) -> bool:
        first = next((cell for cell in cells if cell), "")
        return bool(re.search(r"[\s:]", first)) and not any("@" in cell or shape(cell) in self.shapes for cell in cells)

    def _heads_too(self, cells: Sequence[str]) -> bool:
        """Whether a line right below the header says of each column what it holds, or names it once more, for a program or in another
        language: a name in each, no two alike, none like a value, where employee numbers have digits and it has none. A row of somebody
        without these has empty cells."""
        whole = len(cells) == len(self.header) > MOST_CELLS
        kinds = [bool(TYPE.fullmatch(re.sub(r"\s*\(.*\)", "", cell))) for cell in cells if cell]
        if whole and len(kinds) > MOST_CELLS and all(kinds) and all(cells[at] for at in self.number_at):
            return True
        names = {as_typed(cell).casefold() for cell in cells}
        numbered = bool(self.number_at) and bool(self.shapes) and all("9" in each for each in self.shapes)
        named = len(names) == len(cells) and all(NAMED.fullmatch(name) for name in names)
        return whole and numbered and named and not any(re.search(r"\d", cells[at]) for at in self.number_at)

    def _is_count(self, filled: Sequence[tuple[int, str]]) -> bool:
        counts = [cell for at, cell in filled if at in self.number_at and cell.isdecimal()]
        return len(filled) == 2 and bool(counts) and any(_is_counted(cell) for _, cell in filled)

    def _is_footer(self, cells: Sequence[str], filled: Sequence[tuple[int, str]], *, last: bool) -> bool:
        at, label = filled[0]
        others = [cell for _, cell in filled[1:]]
        numbers = [cells[at] for at in self.number_at if at < len(cells) and cells[at]]
        if any("@" in cell for cell in others) or any(self._may_be_number(number) for number in numbers):
            return False
        numeric = all(NUMERIC.fullmatch(cell) for cell in others)
        if others and numeric and SUBTOTAL.fullmatch(label):
            return True
        amounts = [cell for cell in others if not CURRENCY.fullmatch(cell)]
        signed = SIGNED.fullmatch(label) and (at in self.number_at or not label[0].isalpha())
        if signed and amounts and all(map(NUMERIC.fullmatch, amounts)):
            return True
        whole = bool(self.number_at) and not numbers and len(cells) == len(self.header)
        if last and whole and len(filled) <= MOST_CELLS and all(SUM.fullmatch(cell) for _, cell in filled):
            return True
        if FOOTER.match(label):
            in_place = self.number_first and at == 0
            # Elsewhere the label could be a name of somebody whose row is cut or has no number.
            return numeric and bool(others or TELLING.search(label)) if not in_place else numeric or len(filled) <= MOST_CELLS
        labelled = ":" in label  # the name of a section, or a filter whose values have commas
        one_cell = not others and (last or labelled)
        return (one_cell or (last and labelled and len(filled) <= MOST_CELLS)) and at == 0 and self.number_first and self._is_prose(label)

    def _may_be_number(self, text: str) -> bool:
        return shape(text) in self.shapes or re.sub(r"\d", "9", text).casefold() in self.begun

    def _is_prose(self, text: str) -> bool:
        """Whether a text that stands where the employee number should is none, and no part of a row either."""
        together = shape(re.sub(r"\s", "", text))
        return (
            bool(re.search(r"\s", text))
            and bool(re.search(r"[^\W\d_]{3}", text))
            and not together.startswith(tuple(self.shapes))
            and len(OTHER_DELIMITERS.findall(text)) < 2
            and not re.search(r"^[^:]*@", text)
        )


def without_end(text: bytes) -> tuple[bytes, int | None]:
    """A text without the mark of its end, and the line of that, if it has one to itself."""
    mark = END_OF_FILE.encode()
    at = text.rfind(mark)
    if at < 0 or text[at:].strip(mark + b"\n \t"):
        return text, None
    start = len(text[: at + 1].rstrip(mark))
    own = text[:start].endswith(b"\n") or not start
    return text[:start], text.count(b"\n", 0, start) + 1 if own else None


def shape(number: str) -> str:
    """Where a number's digits and letters are: ``E1042`` has the shape of ``K2077``."""
    return re.sub(r"[^\W\d_]", "A", re.sub(r"\d", "9", number))


def forms(numbers: pd.Series) -> frozenset[str]:
    """A file's employee numbers with all digits alike; no words that footers begin with."""
    found = numbers.dropna()
    if not beside(as_array(found), DIGITS):
        return frozenset("9" * length for length in found.str.len().unique())
    digits = found.str.replace(r"\d", "9", regex=True).drop_duplicates()
    return frozenset(number for number in digits if "9" in number or not FOOTER.match(number))


def filled(frame: pd.DataFrame) -> np.ndarray:
    """How many cells of each row have something, counted column by column: all of them at once are a copy of the frame."""
    count = np.zeros(len(frame), dtype="int64")
    for name in frame:
        count += frame[name].notna().to_numpy() if frame[name].hasnans else 1
    return count


def candidates(frame: pd.DataFrame, number: Collection[str]) -> pd.Series:
    """Which well-formed rows are worth a look: nearly empty ones that have no number, or words for one, and a first one of words alone.

    Args:
        frame: The wanted columns.
        number: The columns that the employee number is made of.
    """
    cells = filled(frame)
    odd = pd.Series(cells <= MOST_CELLS, index=frame.index)
    numbers = [frame[name] for name in number if name in frame]
    few = frame[odd]
    counted = frame.index.isin(few.index[[any(map(_is_counted, row)) for row in few.itertuples(index=False)]])
    counted |= cells == 1  # a number whose label may stand in a column that is not wanted
    for each in numbers if odd.any() else []:
        text = each.where(odd)
        begun = (text.str.match(words.pattern, flags=words.flags, na=False) for words in (FOOTER, SIGNED))
        odd &= reduce(or_, begun, each.isna() | text.str.contains(r"\s", na=False))
    ruled = [each.str.startswith(("-", "=", "*", "_"), na=False) for each in numbers]
    top = frame.head(HEADS)
    worded = [each.head(HEADS).str.fullmatch(r"\D+|\w+ ?\([\d, ]+\)", na=False) for each in numbers or [top[name] for name in top]]
    first = top.index[reduce(and_, worded, pd.Series(True, index=top.index))]
    return reduce(or_, ruled, odd | counted | _repeats_header(frame)) | frame.index.isin(first)


def _is_counted(cell: object) -> bool:
    return isinstance(cell, str) and COUNTED.fullmatch(cell) is not None


def alike(text: str) -> str:
    """A title as its like on another page has it: other digits, other gaps."""
    return " ".join(re.sub(r"\d+", "9", text).split())


def by_line(found: Mapping[int, Why]) -> pd.Series:
    """What lines are, by their numbers, in their order."""
    lines = sorted(found)
    return pd.Series([found[line] for line in lines], index=pd.Index(lines, name="line", dtype="int64"), dtype="str")


def _repeats_header(frame: pd.DataFrame) -> pd.Series:
    same = frame if len(frame.columns) else frame.head(0)
    for name in same:
        same = same[same[name].str.lower().eq(str(name).lower()).fillna(False)]
        if same.empty:
            break
    return pd.Series(frame.index.isin(same.index), index=frame.index)


def _as_text(cells: Sequence[str]) -> str:
    """A line as one text: two filled cells side by side are a label and its number, others are cells of their own."""
    filled = [at for at, cell in enumerate(cells) if cell]
    pair = len(filled) > 1 and filled == [filled[0], filled[0] + 1]
    return (": " if pair else APART).join(cells[at] for at in filled)


def _as_headings(cells: Sequence[str]) -> list[str]:
    """The cells as headings compare, whatever their capitals and blanks, without the empty ones at the end."""
    kept = [as_typed(cell).casefold() for cell in cells]
    while kept and not kept[-1]:
        kept.pop()
    return kept
