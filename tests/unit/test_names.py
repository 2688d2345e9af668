"""What is named in code is named in the words that a data engineer would use: `reply`, `requested`, `left_at`, not a phrase."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
ROOMS = ("pipelines", "assets", "destinations", "resources", "roster", "cli", "web", "sandbox", "benchmarks")
PHRASES = {"told", "said", "asked", "whose", "gone"}
"""Who reads one of these must look up by whom, of what and when."""


def named(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and name of whatever is named: modules' parts, arguments, variables, fields."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield node.lineno, name
            case ast.arg(arg=name):
                yield node.lineno, name
            case ast.Name(id=name, ctx=ast.Store()):
                yield node.lineno, name
            case ast.alias(asname=str(name)):
                yield node.lineno, name


def phrases(text: str) -> list[tuple[int, str]]:
    return [(line, name) for line, name in named(ast.parse(text)) if PHRASES & set(name.lower().split("_"))]


@pytest.mark.parametrize("room", ROOMS)
def test_nothing_is_named_by_a_phrase(room: str) -> None:
    modules = sorted(PROJECT.joinpath(room).rglob("*.py"))
    assert room == "pipelines" or modules
    found = {str(path.relative_to(PROJECT)): wrong for path in modules if (wrong := phrases(path.read_text(encoding="utf-8")))}
    assert not found, found
    assert not [path for path in modules if PHRASES & set(path.stem.split("_"))]


def test_a_phrase_is_seen_wherever_a_name_stands() -> None:
    text = "def _told(asked, *, other): ...\nclass Gone:\n    whose: str\nfor said_before in x: ...\nfrom a import b as told\nretold = 1\n"
    found = [(1, "_told"), (1, "asked"), (2, "Gone"), (3, "whose"), (4, "said_before"), (5, "told")]
    assert sorted(phrases(text)) == found


def described(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    """Of which arguments a docstring says something."""
    _, _, rest = (ast.get_docstring(function) or "").partition("\nArgs:\n")
    return re.findall(r"^    (\w+):", re.split(r"\n(?:Returns|Raises|Yields):", rest)[0], re.MULTILINE)


def strangers(text: str) -> list[tuple[int, str]]:
    """Line and name of what is described as an argument, and is none."""
    return [
        (node.lineno, name)
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for name in described(node)
        if name not in {one.arg for one in ast.walk(node.args) if isinstance(one, ast.arg)}
    ]


@pytest.mark.parametrize("room", ROOMS)
def test_what_a_docstring_says_of_an_argument_is_of_one_that_there_is(room: str) -> None:
    modules = sorted(PROJECT.joinpath(room).rglob("*.py"))
    found = {str(path.relative_to(PROJECT)): wrong for path in modules if (wrong := strangers(path.read_text(encoding="utf-8")))}
    assert not found, found


def test_an_argument_that_was_renamed_is_seen() -> None:
    text = 'def f(now):\n    """Does.\n\n    Args:\n        now: A.\n        then: B.\n\n    Returns:\n        that: C.\n    """\n'
    assert strangers(text) == [(1, "then")]
