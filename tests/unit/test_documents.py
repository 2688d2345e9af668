"""What the documents, docstrings and comments point at is there: files, modules and what is in them, links, headings, pictures."""

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from destinations import registry

PROJECT = Path(__file__).parents[2]
ROOMS = ("assets", "cli", "destinations", "pipelines", "resources", "roster", "sandbox", "web")
FOLDERS = (*ROOMS, "benchmarks", "deploy", "docs", "tests")
DOCUMENTS = [*sorted(PROJECT.glob("*.md")), *sorted((PROJECT / "docs").rglob("*.md"))]
SETTINGS = [PROJECT / "Makefile", PROJECT / "pyproject.toml", *sorted({*PROJECT.glob("*.yaml"), *PROJECT.glob("pipelines/demo/*.yaml")})]
SOURCES = [path for folder in FOLDERS for path in sorted((PROJECT / folder).rglob("*.py"))]
MAPS = [path for room in ROOMS if room not in ("pipelines", "sandbox") for path in sorted((PROJECT / room).rglob("__init__.py"))]
"""The sandbox's says instead what its behaviours rest on."""

QUOTED = re.compile(r"`+([^`\n]+)`+")
DOTTED = re.compile(rf"(?:{'|'.join(FOLDERS)})(?:\.[A-Za-z_]\w*)+")
FILE = re.compile(r"[\w./*-]+\.(?:py|md|yaml|toml|lock|css|html|txt|csv|png|svg)|[\w./*-]+/")
PATH = re.compile(rf"(?<![\w./:$-])(?:{'|'.join(FOLDERS)})/[\w./*-]*[\w*/]")
LINK = re.compile(r"""\]\(([^)\s]+)\)|(?:src|srcset|href)="([^"]+)\"""")
EXAMPLE = re.compile(r"\bacme")
"""Documents call somebody's company, and what is theirs, so."""


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def name(path: Path) -> str:
    return str(path.relative_to(PROJECT))


def is_there(file: str) -> bool:
    """Whether a path of the project is, or for one with a star in it, whether any such is."""
    return any(PROJECT.glob(file.rstrip("/"))) if "*" in file else (PROJECT / file).exists()


def resolves(dotted: str) -> bool:
    """Whether a name is a module, or something in one: a field of a class too."""
    parts = dotted.split(".")
    for length in range(len(parts), 0, -1):
        place = PROJECT.joinpath(*parts[:length])
        if place.with_suffix(".py").exists() or (place / "__init__.py").exists() or (length == len(parts) and place.is_dir()):
            return length == len(parts) or has(import_module(".".join(parts[:length])), parts[length:])
    return False


def has(found: Any, names: list[str]) -> bool:
    for position, one in enumerate(names, start=1):
        if any(one in vars(base).get("__annotations__", {}) for base in getattr(found, "__mro__", ())):
            return position == len(names)
        if not hasattr(found, one):
            return False
        found = getattr(found, one)
    return True


def pointers(path: Path) -> Iterator[tuple[int, str, bool]]:
    """What a file points at: line, text, and whether that is there."""
    for number, line in enumerate(text(path).splitlines(), start=1):
        for quoted in QUOTED.findall(line):
            if DOTTED.fullmatch(quoted.removesuffix("()")) and not FILE.fullmatch(quoted):
                yield number, quoted, resolves(quoted.removesuffix("()"))
            elif module := re.search(r"-m ((?:\w+\.)*\w+)", quoted):
                yield number, quoted, resolves(module[1]) or module[1].partition(".")[0] not in FOLDERS
        for file in PATH.findall(line):
            if not EXAMPLE.search(file):
                yield number, file, is_there(file)


@pytest.mark.parametrize("path", [*DOCUMENTS, *SETTINGS], ids=name)
def test_what_a_document_names_is_there(path: Path) -> None:
    assert [(number, what) for number, what, there in pointers(path) if not there] == []


@pytest.mark.parametrize("folder", FOLDERS)
def test_what_docstrings_and_comments_name_is_there(folder: str) -> None:
    sources = [path for path in SOURCES if path.is_relative_to(PROJECT / folder)]
    assert [f"{name(path)}:{number}: {what}" for path in sources for number, what, there in pointers(path) if not there] == []


def anchors(path: Path) -> set[str]:
    """The headings of a document, as links name them."""
    headings = re.findall(r"^#+ (.+)$", re.sub(r"(?ms)^```.*?^```", "", text(path)), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def links(path: Path) -> Iterator[str]:
    for pair in LINK.findall(re.sub(r"(?ms)^```.*?^```|`[^`\n]*`", "", text(path))):
        yield next(filter(None, pair))


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_what_a_document_links_to_is_there(path: Path) -> None:
    for link in links(path):
        if not re.match(r"\w+:", link):
            file, _, anchor = link.partition("#")
            target = path.parent / file if file else path
            assert target.exists(), link
            assert not anchor or anchor in anchors(target), link


@pytest.mark.parametrize("path", MAPS, ids=name)
def test_a_folders_map_names_every_module_in_it(path: Path) -> None:
    there = {one.stem for one in path.parent.glob("*.py")} | {one.parent.name for one in path.parent.glob("*/__init__.py")}
    docstring = text(path).split('"""')[1]
    named = {word for quoted in QUOTED.findall(docstring) for word in re.findall(r"\w+", quoted)}
    # Which destinations there are, the registry says, and nobody else.
    assert there - {"__init__"} - named - {package.split(".")[-1] for package in registry.PACKAGES} == set()
