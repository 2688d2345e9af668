"""Words for how somebody stands, as HR writes them in the languages of ``statuses.yaml``.

Belongs here: what such a word means, however it is spelled. Does not belong here: the words (they stand in the YAML file), which words a
company's file has (its settings say so), what a column of them seems to be (``roster.proposal``).
"""

import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from anyascii import anyascii

from roster.vocabulary import WORKER_STATUSES


def plain(text: str) -> str:
    """A word as it compares: ASCII, small letters, digits, nothing else."""
    return re.sub(r"[^a-z0-9]", "", anyascii(text).casefold())


def canonical_status(value: str) -> tuple[str, float] | None:
    """The canonical status that HR's word or code stands for, and how surely; None if it is no known one."""
    found = _words()["statuses"].get(plain(value))
    return (found, 0.6 if len(plain(value)) == 1 else 0.95) if found else _status_within(value)


def _status_within(value: str) -> tuple[str, float] | None:
    """By the known words in a longer one: `Voluntarily Terminated`. What they say beside `Active` counts: `Active - Parental leave`."""
    words, statuses = [plain(word) for word in re.findall(r"\w+", anyascii(value))], _words()["statuses"]
    if _words()["turned"].keys() & set(words):
        return None
    runs = {"".join(words[start:end]) for start in range(len(words)) for end in range(start + 1, len(words) + 1)}
    found = {statuses[run] for run in runs if len(run) > 3 and run in statuses}
    found |= {"Terminated"} if any(word.startswith("terminat") for word in words) else set()
    rest = found - {"Active"} or found
    return (next(iter(rest)), 0.8 if len(found) == 1 else 0.6) if len(rest) == 1 else None


@cache
def _words() -> dict[str, dict[str, str]]:
    """Each list of the file as a table from the plain word to what it stands for."""
    given: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "statuses.yaml").read_text(encoding="utf-8"))
    statuses = {plain(word): key for key, words in given["statuses"].items() for word in words}
    return {
        "statuses": statuses | {plain(word): word for word in WORKER_STATUSES},
        "turned": {plain(word): word for word in given["turned"]},
    }
