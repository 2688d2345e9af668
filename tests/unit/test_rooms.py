"""A destination is spoken of by name in its own folder and in the registry, and nowhere else."""

from importlib import import_module
from pathlib import Path

import pytest

from destinations import registry

PROJECT = Path(__file__).parents[2]
HISTORY = PROJECT / "resources" / "ledger" / "migrations"
"""What was, stays as it was written."""


def modules(room: Path) -> list[Path]:
    found = [path for path in sorted(room.rglob("*.py")) if HISTORY not in path.parents]
    assert found
    return found


def naming(paths: list[Path], names: set[str]) -> list[str]:
    """The lines, comments and docstrings among them, in which one of the names stands, whatever its case."""
    return [
        f"{path.relative_to(PROJECT)}:{number}: {line.strip()}"
        for path in paths
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if any(name in line.lower() for name in names)
    ]


def names(packages: list[str]) -> set[str]:
    found = {text.lower() for package in map(import_module, packages) for text in (package.NAME, package.TITLE)}
    assert found
    return found


def test_there_is_something_to_look_for() -> None:
    assert names(registry.PACKAGES) == {"expensify", "findity"}


@pytest.mark.parametrize("room", ["assets", "resources", "roster", "cli"])
def test_no_room_speaks_of_a_destination_by_name(room: str) -> None:
    assert naming(modules(PROJECT / room), names(registry.PACKAGES)) == []


def test_nor_does_what_is_the_same_for_all_but_for_the_registry() -> None:
    general = [path for path in modules(PROJECT / "destinations") if path.parent.name == "destinations" and path.stem != "registry"]
    assert naming(general, names(registry.PACKAGES)) == []


@pytest.mark.parametrize("package", registry.PACKAGES)
def test_nor_does_another_destination(package: str) -> None:
    folder = PROJECT.joinpath(*package.split("."))
    assert naming(modules(folder), names([other for other in registry.PACKAGES if other != package])) == []
