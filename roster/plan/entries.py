"""Values of changes that hold more than one: lists and objects as JSON text.

Belongs here: taking them apart. Does not belong here: how a part is called (``roster.plan.wording``).
"""

import json
from typing import Any

from roster.records import compact


def parsed(text: str) -> Any:
    """A list or an object as itself; any other text as it is, without its quotes if it is a JSON text."""
    if not text.startswith(("[", "{", '"')):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text


def entries(text: str) -> list[str] | None:
    """What is in a list: texts as they are, all else as compact JSON; None where it is no list."""
    found = parsed(text)
    return [one if isinstance(one, str) else compact(one) for one in found] if isinstance(found, list) else None
