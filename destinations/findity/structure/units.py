"""Units that HR names and Findity does not have: which are to be created, and below which.

Belongs here: finding the place of a new unit in the tree. Does not belong here: whose unit is which (``records``). Pure.

Nothing here changes or removes a unit. A name that means several units is no new one. Each new unit waits until somebody releases it, with
the names that are near: it may be a slip of the pen.
"""

from collections import Counter
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

import pandas as pd

from destinations.findity.structure.definitions import Row, row

UNIT: Final = "unit"
Path = tuple[str, ...]


def paths(units: pd.DataFrame) -> dict[str, Path]:
    """Unit id → the names from the root down to it; of one that stands in a circle, its name alone."""
    parent = dict(zip(units["id"], units["parentId"], strict=True))
    name = {key: "" if pd.isna(one) else one for key, one in zip(units["id"], units["name"], strict=True)}
    found = {}
    for key in parent:
        above, steps, seen = key, [], set()
        while above in parent and above not in seen:
            seen.add(above)
            steps.append(name[above])
            above = parent[above]
        found[key] = (name[key],) if above in seen else tuple(reversed(steps))
    return found


def changes(words: Iterable[str], units: pd.DataFrame, by: str, left: dict[str, str]) -> list[Row]:
    """The units to create, parents first.

    Args:
        words: What HR calls the units that are not there.
        units: `destinations.findity.units.UNIT_COLUMNS`.
        by: ``name``, whole or by path, or ``externalSourceId``.
        left: Thing → why it is left, to which is added.
    """
    known = paths(units)
    roots = [key for key, path in known.items() if len(path) == 1]
    named = Counter(path[-1] for path in known.values())
    planned: dict[Path, Row] = {}
    for word in sorted(words, key=lambda one: (one.count("/"), one)):
        parts = tuple(part.strip() for part in word.split("/")) if by == "name" else (word,)
        if not all(parts):
            left[f"unit/{word}"] = "no path of units: a part of it is empty"
        elif by == "name" and (named[word] > 1 or _ending(known, parts)):
            continue  # several units are meant: whose it is, is told by person
        elif len(roots) != 1:
            left[f"unit/{word}"] = "cannot be created: Findity shows no one unit that all others are below"
        else:
            _one(parts, known, roots[0], planned, by, left)
    return list(planned.values())


def _ending(known: dict[str, Path], parts: Path) -> list[str]:
    return [key for key, path in known.items() if path[-len(parts) :] == parts]


def _one(parts: Path, known: dict[str, Path], root: str, planned: dict[Path, Row], by: str, left: dict[str, str]) -> None:
    above: Path = known[root]
    begin = 0
    for length in range(len(parts) - 1, 0, -1):
        meant = {known[key] for key in _ending(known, parts[:length])} | {path for path in planned if path[-length:] == parts[:length]}
        if len(meant) > 1:
            left[f"unit/{'/'.join(parts)}"] = f"several units are called {'/'.join(parts[:length])}"
            return
        if meant:
            above, begin = meant.pop(), length
            break
    for part in parts[begin:]:
        here = (*above, part)
        if here not in planned and here not in known.values():
            near = get_close_matches(part, sorted({path[-1] for path in known.values()}), n=3, cutoff=0.75)
            new = f"below {above[-1]}" + (f" (there is: {', '.join(near)})" if near else "")
            record = {"name": part} | ({"externalSourceId": part} if by == "externalSourceId" else {})
            thing = f"unit/{'/'.join(here[1:])}"
            planned[here] = row(thing, UNIT, "/".join(here[1:]), "create", None, new, len(here), {"above": list(above), "record": record})
        above = here
