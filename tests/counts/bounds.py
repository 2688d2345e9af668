"""How much is too much: what was counted when somebody last looked, and a little more.

Belongs here: comparing with `tests/counts/*.yaml`, and writing it. Does not belong here: counting.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

RENEW = "RENEW_COUNTS"
"""Set, what is counted now is written down, not compared: once less is done, so that it stays so, or where more is meant."""
HEAD = f"# At most so much, and the slack of the test. Less is welcome: {RENEW}=1 .venv/bin/pytest tests/counts, and commit it.\n"


def beyond(name: str, found: Mapping[str, Mapping[str, float]], *, share: float = 0.0, plus: float = 0.0) -> dict[str, str]:
    """What is more than in `tests/counts/<name>.yaml`, as ``what: counted, at most``; nothing where that is to be renewed.

    Args:
        name: The file.
        found: What was done → kind of count → the count.
        share: By how much of itself a count may be more than the one that is written down.
        plus: And by how much besides.
    """
    file = Path(__file__).with_name(f"{name}.yaml")
    held: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8")) if file.exists() else {}
    if RENEW in os.environ:
        kept = held | {what: dict(counts) for what, counts in found.items()}
        file.write_text(HEAD + yaml.safe_dump(kept, sort_keys=False), encoding="utf-8")
        return {}
    return {
        f"{what}, {kind}": f"{count:,}, at most {held[what][kind] * (1 + share) + plus:,.1f}"
        for what, counts in found.items()
        for kind, count in counts.items()
        if count > held[what][kind] * (1 + share) + plus
    }
