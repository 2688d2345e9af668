"""Which other company's settings name the same part of a destination, as far as the YAML shows it.

Belongs here: comparing one company's settings with those beside it. Does not belong here: what only the values show, of environment
variables and of HR's file (``destinations.claims``).

A mistake of two companies is theirs alone: both load, their runs stop at that destination, and everybody else goes on. It is looked for
when a run comes to a destination, and not on loading: the others' YAML may have changed since, and loading would compare everyone with
everyone.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from assets import loader, names
from assets.attributes import CompanySettings
from destinations import registry
from destinations.identity import words
from resources.environment import EnvText
from roster.parts import whole_of, with_parts

_LETTERS_IN_CODES: Final = re.compile(r"\\(?:[xuU]|\r?\n)")
"""Ways to write a letter, or to break a word, in double quotes: of such a file the words are not seen without parsing it."""


def shared(folder: Path, settings: CompanySettings) -> dict[str, str]:
    """Destination → a sentence, for each that another company has a part of too; one variable has one value for all companies.

    Args:
        folder: The company's. Beside it are the others'; one whose YAML cannot be loaded has no runs, and is passed over.
        settings: What its YAML says.
    """
    mine = _named(settings)
    wanted = [words(key) for parts in mine.values() for key in parts]
    found: dict[str, str] = {}
    for file in names.files(folder.absolute().parent):
        if file.parent.name == folder.absolute().name or not _may_name(file, wanted):
            continue
        theirs = _named_in(file)
        titles = with_parts(registry.titles(), mine)
        for destination, parts in mine.items():
            there = {key for name, keys in theirs.items() if whole_of(name) == whole_of(destination) for key in keys}
            both = [what for key, what in parts.items() if key in there]
            if both and destination not in found:
                found[destination] = _sentence(titles[destination], both, file)
    return found


def _sentence(title: str, both: Sequence[str], file: Path) -> str:
    more = f" and {len(both) - 1} more" if both[1:] else ""
    return (
        f"The {both[0]}{more} at {title} {'are' if both[1:] else 'is'} also that of company '{file.parent.name}' ({file}): two companies "
        "with the same would open and close each other's people every night. Correct the settings of one of them."
    )


def _may_name(file: Path, wanted: Sequence[frozenset[str]]) -> bool:
    """Whether a file can name one of these things at all: all words of its name stand in it. Parsing every company's YAML would take a run
    of one of hundreds longer than all else before its first step."""
    try:
        text = loader.text_of(file)
    except loader.SettingsMistakes:
        return False
    folded = text.casefold()
    return any(all(word in folded for word in each) for each in wanted) or _LETTERS_IN_CODES.search(text) is not None


def _named(settings: CompanySettings) -> dict[str, dict[str, str]]:
    """Destination → what is a company's alone there, and what it is in words."""
    parts = settings.parts().items()
    return {name: {one.key: one.what for one in registry.identities(name, part, _as_written)} for name, part in parts}


def _named_in(file: Path) -> Mapping[str, Mapping[str, str]]:
    try:
        return _named(loader.read(file))
    except loader.SettingsMistakes:
        return {}


def _as_written(text: EnvText) -> str:
    return text.root if isinstance(text.root, str) else f"env {text.root.env}"
