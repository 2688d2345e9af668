"""Words for how somebody stands, as HR writes them in the languages of ``statuses.yaml``.

Belongs here: what such a word means, however it is spelled. Does not belong here: the words (they stand in the YAML file), which words a
company's file has (its settings say so), what a column of them seems to be (``roster.proposal``).
"""

import re
from functools import cache
from typing import Any

from anyascii import anyascii

from roster import shipped
from roster.vocabulary import WORKER_STATUSES


def plain(text: str) -> str:
    """A word as it compares: ASCII, small letters, digits, nothing else."""
    return re.sub(r"[^a-z0-9]", "", anyascii(text).casefold())


def canonical_status(value: str) -> tuple[str, float] | None:
    """The canonical status that HR's word or code stands for, and how surely; None if it is no known one."""
    found = _words()["statuses"].get(plain(value))
    return (found, 0.6 if len(plain(value)) == 1 else 0.95) if found else _status_within(value)


@cache
def in_capitals() -> frozenset[str]:
    """The words of four letters and more in capitals, with their accents and without."""
    words = {word.upper() for word in _words()["written"]}
    return frozenset(text for word in words for text in (word, anyascii(word).upper()) if len(plain(text)) > 3)


def says_deleted(value: str) -> bool:
    """Whether a word in a column of marks says that the person is gone, or their row."""
    found, removed = canonical_status(value), _words()["removed"]
    left = found is not None and found[0] == "Terminated" and len(plain(value)) > 1
    runs = _runs(value) - _words()["alone"].keys()
    return left or plain(value) in removed or not {run for run in runs if len(run) > 3}.isdisjoint(removed)


def _status_within(value: str) -> tuple[str, float] | None:
    """By the known words in a longer one: `Voluntarily Terminated`. What they say beside `Active` counts: `Active - Parental leave`."""
    runs, statuses = _runs(value) - _words()["alone"].keys(), _words()["statuses"]
    found = {statuses[run] for run in runs if len(run) > 3 and run in statuses}
    found |= {"Terminated"} if any(run.startswith("terminat") for run in runs) else set()
    rest = found - {"Active"} or found
    return (next(iter(rest)), 0.8 if len(found) == 1 else 0.6) if len(rest) == 1 else None


def _runs(value: str) -> set[str]:
    """The words of a longer one, and what several in a row are together; none where one turns it into something else."""
    words = [plain(word) for word in re.findall(r"\w+", anyascii(value))]
    if _words()["turned"].keys() & set(words):
        return set()
    return {"".join(words[start:end]) for start in range(len(words)) for end in range(start + 1, len(words) + 1)}


@cache
def _words() -> dict[str, dict[str, str]]:
    """Each list of the file as a table from the plain word to what it stands for; ``written`` has the words as they stand there."""
    given: dict[str, Any] = shipped.read(__file__, "statuses.yaml")
    statuses = {plain(word): key for key, words in given["statuses"].items() for word in words}
    return {
        "statuses": statuses | {plain(word): word for word in WORKER_STATUSES},
        "written": {word: key for key, words in given["statuses"].items() for word in [key, *words]},
        **{name: {plain(word): word for word in given[name]} for name in ("alone", "turned", "removed")},
    }
