"""Every module of the benchmarks can be imported: what moves in the packages moves in them, too."""

import importlib

import pytest

from resources import places

MODULES = sorted(each.stem for each in (places.PROJECT / "benchmarks").glob("*.py") if not each.stem.startswith("__"))


@pytest.mark.parametrize("name", MODULES)
def test_a_module_finds_what_it_asks_for(name: str) -> None:
    assert importlib.import_module(f"benchmarks.{name}").__doc__
