"""Things at a destination that are no people, and of which ours are planned and written too: units, dimensions, values, who approves them.

Belongs here: what a destination says that should change of them, which of that is applied and which waits, the sums, what a released set
leaves of a plan drawn afresh. Does not belong here: what should be there and how it is written (each destination), sending
(``destinations.things``), people (``roster.plan.decision``).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pandas as pd

from roster.digests import record_column
from roster.membership import among
from roster.plan.limits import KindLimit

THING_COLUMNS = ["thing", "kind", "name", "action", "old", "new", "order", "payload"]
"""``thing``: a key of its own, such as ``value/COST/4711``. ``kind``: one of `roster.vocabulary.THING_KINDS`. ``name``: as people read it.
``action``: create, change, remove. ``old``, ``new``: readable text, people by employee number; missing where there is none. ``order``: what
goes first, a number. ``payload``: JSON text that only the destination understands."""

PLANNED: Final = (*THING_COLUMNS, "apply", "reason", "detail")
"""A plan's things: ``apply`` says whether it is written now; else ``reason`` and ``detail`` say why it waits."""

ACTIONS: Final = ("create", "change", "remove")


@dataclass(frozen=True)
class ThingKind:
    """A kind of things."""

    word: str
    """As people write it."""
    always_waits: bool = False
    """Held until released, whatever the limits say."""


@dataclass(frozen=True, eq=False)
class Structure:
    """What of a destination's things is not as it should be."""

    changes: pd.DataFrame
    """`THING_COLUMNS`."""
    repairs: list[str] = field(default_factory=list)
    """Sentences: what was mended by rule. They name people by number alone."""
    left: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=["thing", "reason"], dtype="str"))
    """``thing``, ``reason``: what cannot be done, and why."""
    there: Mapping[str, int] = field(default_factory=dict)
    """Kind → how many of it are there: what a limit's share is of. A kind that is not named has none."""
