"""What a destination's draft of its part of the YAML is told of HR's file.

Belongs here: that one type. Does not belong here: the guesses (``roster.proposal.propose``), the text (``assets.draft``, each destination's
``draft``).
"""

from collections.abc import Callable
from dataclasses import dataclass

from roster.proposal.belonging import Division
from roster.proposal.recognising import Guess


@dataclass(frozen=True)
class Mapped:
    """Which canonical columns are mapped for sure (called with one, it says whether), and what else was found out about their values."""

    is_mapped: Callable[[str], bool]
    limit_unit: Guess | None = None
    """In which unit approval limits seem to be: ``whole`` or ``cents``; None where there are none."""
    division: Division | None = None
    """By which column people seem to be divided among policies or units; None where no column looks like that."""

    def __call__(self, column: str) -> bool:
        """Whether a column is mapped for sure."""
        return self.is_mapped(column)
