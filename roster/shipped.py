"""The lists that come with the code, each a YAML file beside the module that uses it.

Belongs here: reading one. Does not belong here: what stands in it, a company's settings (``assets.loader``).
"""

from pathlib import Path
from typing import Any, Final

import yaml

_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml's where PyYAML has it, as its wheels do: a tenth of the time."""


def read(beside: str, name: str) -> Any:
    """What the file of this name says.

    Args:
        beside: ``__file__`` of the module that it lies beside.
        name: With its ending.
    """
    return yaml.load((Path(beside).parent / name).read_text(encoding="utf-8"), _LOADER)  # noqa: S506 - a safe one, whichever it is
