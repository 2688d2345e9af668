"""What a page has at hand.

Belongs here: the value that every page gets, and how it ends early. Does not belong here: how it is filled (``web.serve.app``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from resources.ledger import Ledger
from resources.stored.runs import StoredRuns
from web.serve.who import Right, User


class Stop(Exception):
    """There is no such page, or not now: the status, and one sentence that repeats nothing of what was sent."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status, self.sentence = status, sentence


@dataclass(frozen=True)
class PageRequest:
    """One request that may be answered."""

    user: User
    company: str
    right: Right
    ledger: Ledger = field(repr=False)
    mark: str = field(repr=False)
    """What stands in each form (`web.serve.who.Forms`)."""
    path: Mapping[str, str] = field(default_factory=dict)
    """What stands in the path beside the company."""
    sent: Mapping[str, Sequence[str]] = field(default_factory=dict, repr=False)
    """A form's fields."""
    workspace: Path | None = None
    """The workspace file by whose deployment a release is launched; without it, it is a process of this machine's."""

    @property
    def releases(self) -> bool:
        """Whether they may release."""
        return self.right == "release"

    @property
    def stored(self) -> StoredRuns:
        """The company's stored values."""
        return StoredRuns(self.company)

    def one(self, name: str) -> str:
        """A field's value; empty where it is not there once."""
        found = self.sent.get(name, ())
        return found[0].strip() if len(found) == 1 else ""
