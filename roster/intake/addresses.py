"""E-mail addresses as people and programs put them into a cell: with a name, as a link, with a sign behind them.

Belongs here: taking the address out of such a cell where that is no guess. Does not belong here: which texts are an address
(``roster.intake.validation.is_email``).
"""

from typing import Final

import pandas as pd

from roster.arrow import as_array, beside

_ADDRESS: Final = r"[^\s<>()\[\]\",;:@]+@[^\s<>()\[\]\",;:@]+"
_UNUSUAL: Final = r"[\s<>\",;:]|\.$"
_WORTH_A_LOOK: Final = r"[^!#-+\--9=?-~]|\.$"
"""What of these is unusual, and every character beyond ASCII: Arrow takes it, and knows not all blanks."""
_LONGEST: Final = 1000
"""Characters of a cell that may hold an address with what stands around it: one that is longer does not, and takes long to look at."""
_ONE: Final = r"@[^@\s]+"
_TWO: Final = "@[^@]+@"
_ALONE: Final = rf"^(?i:mailto:|smtp:|e-?mail:)?\s*<?(?P<alone>{_ADDRESS}?)(?:\?[^\s<>]*)?[.;,\s]*>?[.;,\s]*$"
_BEHIND_A_NAME: Final = rf"^[^<>@]*<\s*(?i:mailto:)?(?P<named>{_ADDRESS}?)[.;,\s]*>[.;,\s]*$"
_TWICE: Final = rf"^(?P<text>{_ADDRESS}?)\s*<\s*(?i:mailto:)?(?P<twice>{_ADDRESS}?)\s*>[.;,\s]*$"
_BEYOND_ASCII: Final = r"[^ -~]"
_LATIN, _OTHER = "A-Za-zÀ-ɏ", "Ͱ-ϿЀ-ԯ"  # Greek and Cyrillic, of which many letters look Latin
_TWO_SCRIPTS: Final = rf"(?<![^\W_])(?=[^\W_]*[{_LATIN}])(?=[^\W_]*[{_OTHER}])"
"""Asked where a word begins, and no more within it."""


def bare(cells: pd.Series) -> pd.Series:
    """The address of each cell that has one alone; every other cell as it is.

    ``Anna Meyer <anna@acme.example>``, ``mailto:anna@acme.example``, ``anna@acme.example;``: what stands around it says nothing else. An
    address in angle brackets behind the same address is one too, as mail programs copy it.

    Args:
        cells: As HR writes them.
    """
    unusual = cells.str.contains(_WORTH_A_LOOK, na=False)
    some = cells[unusual]
    unusual[unusual] = some.str.contains(_UNUSUAL) & some.str.contains("@", regex=False) & some.str.len().le(_LONGEST)
    if not unusual.any():
        return cells
    some = cells[unusual]
    twice = some.str.extract(_TWICE)
    found = some.str.extract(_ALONE)["alone"].fillna(some.str.extract(_BEHIND_A_NAME)["named"])
    found = found.fillna(twice["twice"].where(twice["twice"].str.casefold().eq(twice["text"].str.casefold())))
    return cells.mask(unusual, found.fillna(some).reindex(cells.index)).astype("str")


def several(cells: pd.Series) -> pd.Series:
    """Which cells hold more than one address: nobody can tell which is meant."""
    many: pd.Series = cells.str.contains(_TWO, na=False)
    return many & bare(cells[many]).str.count(_ONE).gt(1).reindex(cells.index, fill_value=False) if many.any() else many


def of_two_scripts(cells: pd.Series) -> pd.Series:
    """Which cells have a word of Latin letters with a Greek or Cyrillic one among them: it looks right, and is nobody's address."""
    if not beside(as_array(cells), bytes(range(0x20, 0x7F))):
        return pd.Series(False, index=cells.index)
    beyond = cells.str.contains(_BEYOND_ASCII, na=False)
    return beyond & cells[beyond].str.contains(_TWO_SCRIPTS).reindex(cells.index, fill_value=False) if beyond.any() else beyond
