"""What a company's YAML says of the ledger book: where it lies, and where each field of a line comes from.

Belongs here: the strict models of that. Does not belong here: the file (``client``), what the rules come to (``records``).
"""

from collections.abc import Mapping

from pydantic import Field, PrivateAttr

from resources.environment import EnvText
from roster.settings import Rule, Strict


class LedgerbookConnection(Strict):
    """Where the book is."""

    file: EnvText
    """The file."""
    rows_at_once: int = Field(default=5, gt=0)
    """How many lines are written at a time."""
    read_back_seconds: float = Field(default=0, ge=0)
    """How long to go on reading until what was accepted shows."""


class LedgerbookLines(Strict):
    """Where each field of a line comes from (by roster columns)."""

    desk: Rule
    """The desk that the person sits at; without one there is no line."""
    bank: Rule | None = None
    """A Swedish bank account. The book takes it and shows it to nobody."""


class Ledgerbook(Strict):
    """The ledger book as a destination."""

    connection: LedgerbookConnection
    """Where the book is."""
    lines: LedgerbookLines
    """Where each field of a line comes from."""
    desks: bool = False
    """Whether the book's desks are ours too, and who keeps them."""
    others: dict[str, LedgerbookConnection] = Field(default_factory=dict)
    """Further books of the company, by their words; the first one's word is `main`."""
    book_of: Rule | None = None
    """The word of the book that somebody is in; only with others."""

    _part: str = PrivateAttr("")
    _words: tuple[str, ...] = PrivateAttr(())

    @property
    def part(self) -> str:
        """Of settings that `parts` gives: the word of this book; of one book none."""
        return self._part

    @property
    def words(self) -> tuple[str, ...]:
        """Of settings that `parts` gives: the words of all books."""
        return self._words


Settings = Ledgerbook
"""What the registry asks of every destination for."""


def parts(settings: Ledgerbook) -> Mapping[str, Ledgerbook]:
    """The settings of each book by its word; of a company with one book its own, by an empty one."""
    if not settings.others:
        return {"": settings}
    found = {}
    for word, connection in {"main": settings.connection, **settings.others}.items():
        found[word] = settings.model_copy(update={"connection": connection, "others": {}})
        found[word]._part, found[word]._words = word, ("main", *settings.others)
    return found
