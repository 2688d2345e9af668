"""By which column of an unknown HR file people seem to be divided among a destination's policies or units.

Belongs here: which column that is, its words, and the rule that has one open line for each of them. Does not belong here: which attribute
of a destination gets the rule (its ``draft``), and what a column is (``roster.proposal.recognising``).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import pandas as pd
import yaml

from roster.intake.countries import COUNTRIES

DIVIDING: Final = ("company_code", "country")
"""Canonical columns by which companies set up policies and units, the likelier first."""
MOST: Final = 12
"""More words than that are no division that anybody would write down line by line."""
LONGEST: Final = 60
"""Characters of such a word: what is longer is a text."""
SHARED: Final = 2
"""People whom a word has on average, at least: what everyone has alone divides nobody."""


@dataclass(frozen=True)
class Division:
    """A column that tells to which policy or unit somebody may belong."""

    column: str
    """Its canonical name, as rules have it."""
    words: list[str]
    """What stands in it, as rules read it; the most frequent first. Codes and names of companies or countries, no people."""

    def rule(self, indent: str) -> str:
        """The rule's lines of YAML: what each word stands for is open.

        Args:
            indent: What stands before each line.
        """
        rule = {"column": self.column, "lookup": dict.fromkeys(self.words, "FILL-IN")}
        text: str = yaml.safe_dump(rule, allow_unicode=True, sort_keys=False, width=100_000)
        return "".join(f"{indent}{line}\n" for line in text.splitlines())


def division(frame: pd.DataFrame, headings: Callable[[str], str | None]) -> Division | None:
    """The first column with at least two words, and few of them; None if there is none.

    Args:
        frame: HR's rows.
        headings: The file's column for a canonical one, if it is known for sure.
    """
    for column in DIVIDING:
        if (heading := headings(column)) is None:
            continue
        values = frame[heading].dropna()
        if column == "country":
            values = values.str.upper()
            values = values[values.isin(COUNTRIES)]
        words = [str(word) for word in values.value_counts().index]
        known = all(word.isprintable() and len(word) <= LONGEST and "@" not in word for word in words)
        if known and 1 < len(words) <= MOST and len(values) >= SHARED * len(words):
            return Division(column, words)
    return None
