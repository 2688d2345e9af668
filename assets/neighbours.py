"""Which other company's settings name the same part of a destination, as far as the YAML shows it.

Belongs here: comparing one company's settings with those beside it. Does not belong here: what only the values show, of environment
variables and of HR's file (``destinations.claims``).

A mistake of two companies is theirs alone: both load, their runs stop at that destination, and everybody else goes on.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from assets import loader
from assets.attributes import CompanySettings
from destinations import registry
from resources.environment import EnvText
from roster.parts import whole_of, with_parts


def shared(folder: Path, settings: CompanySettings) -> dict[str, str]:
    """Destination → a sentence, for each that another company has a part of too; one variable has one value for all companies.

    Args:
        folder: The company's. Beside it are the others'; one whose YAML cannot be loaded has no runs, and is passed over.
        settings: What its YAML says.
    """
    mine = _named(settings)
    found: dict[str, str] = {}
    for file in sorted(folder.absolute().parent.glob("*/defs.yaml")):
        if file.parent.name == folder.absolute().name:
            continue
        theirs = _named_in(file, _state(file))
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


def _named(settings: CompanySettings) -> dict[str, dict[str, str]]:
    """Destination → what is a company's alone there, and what it is in words."""
    parts = settings.parts().items()
    return {name: {one.key: one.what for one in registry.identities(name, part, _as_written)} for name, part in parts}


@lru_cache(maxsize=1024)
def _named_in(file: Path, _state: tuple[int, int]) -> Mapping[str, Mapping[str, str]]:
    try:
        return _named(loader.read(file))
    except loader.SettingsMistakes:
        return {}


def _state(file: Path) -> tuple[int, int]:
    """Another one means that the file was written meanwhile."""
    try:
        found = file.stat()
    except OSError:  # gone meanwhile; reading it says so
        return (0, 0)
    return (found.st_mtime_ns, found.st_size)


def _as_written(text: EnvText) -> str:
    return text.root if isinstance(text.root, str) else f"env {text.root.env}"
