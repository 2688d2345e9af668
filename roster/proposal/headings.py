"""What a column's heading or a status word means, in the languages of ``headings.yaml``.

Belongs here: how two spellings of one word are brought together. Does not belong here: the words (they stand in the YAML file) and what
follows from finding one (``roster.proposal.recognising``).
"""

import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from anyascii import anyascii

from roster.intake.private import by_heading
from roster.vocabulary import WORKER_STATUSES

_LISTS = ("home", "turned", "whole_names", "logins", "first_jobs")


def plain(text: str) -> str:
    """A heading as it compares: ASCII, small letters, digits, nothing else."""
    return re.sub(r"[^a-z0-9]", "", anyascii(text).casefold())


def canonical_column(heading: str) -> tuple[str, float] | None:
    """The canonical column that a heading names, and how surely; None if it is no known word."""
    words, columns = plain(heading), _words()["columns"]
    if is_private(heading):
        return None
    if words in columns:
        return columns[words], 0.95
    # Known words inside a longer heading; the longest counts.
    within = [word for word in columns if len(word) > 3 and word in words]
    if not within:
        return None
    if {"email", "manager_id"} <= {columns[word] for word in within}:
        return "manager_email", 0.8
    inside = max(within, key=len)
    return columns[inside], 0.3 if words.startswith(tuple(_words()["home"])) else 0.45 + 0.4 * len(inside) / len(words)


def is_private(heading: str) -> bool:
    """Whether the heading is that of an identity number, a birth date, a salary and the like."""
    return by_heading(heading) is not None


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


def flag(heading: str) -> str | None:
    """The status of whom a column of yes and no says yes, by its heading; None if it is none of these."""
    return _words()["flags"].get(plain(heading))


def is_first_job(heading: str) -> bool:
    """Whether the heading is that of what tells somebody's first job from their others."""
    return plain(heading) in _words()["first_jobs"]


def is_whole_name(heading: str) -> bool:
    """Whether the heading is that of first and last name in one."""
    return plain(heading) in _words()["whole_names"]


def is_login(heading: str) -> bool:
    """Whether the heading is that of names for logging in."""
    return plain(heading) in _words()["logins"]


@cache
def _words() -> dict[str, dict[str, str]]:
    """Each list of the file as a table from the plain word to what it stands for."""
    given: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "headings.yaml").read_text(encoding="utf-8"))
    tables = {name: {plain(word): key for key, words in given[name].items() for word in words} for name in ("columns", "statuses", "flags")}
    tables["statuses"] |= {plain(word): word for word in WORKER_STATUSES}
    return tables | {name: {plain(word): name for word in given[name]} for name in _LISTS}
