"""How one company's YAML becomes a Dagster graph: Dagster and nothing else.

- `names`: which companies are there, and what are their jobs called?
- `loader`: what is in a company's `defs.yaml`, and what must its author mend?
- `draft`: what is written down of a company that nobody has described yet?
- `open_places`: what of that is left to its reader?
- `new_company`: how does a draft become a company?
- `trial`: how is a company tried on one machine, whatever its YAML leads to?
- `what_if`: what would the last file come to under other settings, written nowhere?
- `settings_then`: how many of a plan's changes come of settings that are other than at the last write?
- `neighbours`: which other company's YAML names the same part of a destination?
- `attributes`: which attributes may the YAML have, and what must hold between them?
- `columns_named`: which columns of the roster do they name, and are these mapped?
- `component`: how does Dagster come by a company's graph, and what does `dg scaffold` write?
- `mistakes`: what keeps a company from being loaded, as commands ask?
- `location`: how do many companies make one code location, and what of one that cannot be loaded?
- `company`: what do all its assets have in common: keys, labels, what they reach?
- `graph`: which assets, checks and jobs has it?
- `runs`: how do runs begin and end?
- `failures`: how are our errors told as Dagster's?
- `typed`: what may be typed where a run is launched?
- `asker`: who asks for what a run does, by the sign-on or as it is typed?
- `waits`: how is it shown that a run waits for a destination?
- `console`: what do runs write to the console?
- `quiet`: what keeps people and secrets out of Dagster's records and of logs?

Does not belong here: rules about people (``roster``), any destination (``destinations``), the wire, files and databases (``resources``),
which companies there are (``pipelines``).
"""

import atexit
import gc
from typing import TYPE_CHECKING, Any

from assets.quiet import quieten
from resources.memory import spare

if TYPE_CHECKING:
    from assets.component import RosterSync

# A run imports a thousand modules and lives for seconds. Python's own thresholds have it look for garbage two thousand times, which takes a
# tenth of its time and finds next to nothing; with these the peak of its memory stays where it was.
gc.set_threshold(20_000, 20, 50)
# Python looks through all that is there once more as it ends, and the system takes it back all the same: most of a second for nothing.
atexit.register(gc.freeze)

spare()
quieten()  # whatever is imported from here on is to be quiet already

__all__ = ["RosterSync"]


def __getattr__(name: str) -> Any:
    """The component when it is asked for: commands that start no run do without Dagster, which takes most of a second to import."""
    if name == "RosterSync":
        from assets.component import RosterSync  # noqa: PLC0415

        return RosterSync
    raise AttributeError(f"module 'assets' has no attribute '{name}'")


def __dir__() -> list[str]:
    """With the component, so that `dg list components` finds it."""
    return [*globals(), *__all__]
