"""What a column's type is, said in a word (``"str"``), is worked out by pandas every time it is said. Here it is worked out once a process.

Tests have frames of a few rows: of what a night over them costs, a thirtieth was this.

Belongs here: that. Does not belong here: what storing costs (``tests.storing``).
"""

from functools import lru_cache
from typing import Any

from pandas.core.dtypes.base import Registry


def find_once() -> None:
    """In this process, and in those that are forked from it, from now on."""
    find = Registry.find
    by_word = lru_cache(maxsize=64)(find)

    def cheaply(self: Registry, dtype: Any) -> Any:
        return by_word(self, dtype) if type(dtype) is str else find(self, dtype)

    Registry.find = cheaply  # type: ignore[method-assign]
