"""What a column's heading means, in the languages of ``headings.yaml``.

Belongs here: finding a heading among the words. Does not belong here: the words (they stand in the YAML file), those for how
somebody stands (``roster.statuses``), what follows from finding one (``roster.proposal.recognising``).
"""

import re
from functools import cache
from typing import Any

from roster import shipped
from roster.intake.private import by_heading
from roster.statuses import plain

_LISTS = (
    *("alone", "home", "home_behind", "others", "whole_names", "logins", "first_jobs", "before", "behind"),
    *("second_best", "contracts", "no_titles", "no_numbers", "in_thousands"),
)
_BEGINS = 7
"""So many letters of such a word tell it as the beginning of a longer one: ``Probezeitende``."""
_PART = 5
"""So many letters of what no number is called tell it inside of a longer word: ``Lönekonto``."""


def canonical_column(heading: str) -> tuple[str, float] | None:
    """The canonical column that a heading names, and how surely; None if it is no known word."""
    words, columns = plain(heading), _words()["columns"]
    if is_private(heading) or name_part(heading):
        return None
    if words in columns:
        return columns[words], _sure(heading, columns[words], 0.95)
    # Known words inside a longer heading; the longest counts.
    within = [word for word in columns if len(word) > 3 and word in words]
    inside = max((word for word in within if word not in _words()["alone"]), key=len, default=None)
    if inside is None or is_others(heading):
        return None
    named = {columns[word] for word in within}
    if "manager_id" in named and named & {"email", "employee_id"}:
        return ("manager_email" if "email" in named else "manager_id"), 0.8
    # The manager's telephone number, the manager of a department, the code of a title.
    of_managers = "manager_id" in named and not named <= {"manager_id", "manager_email"}
    if of_managers or _is_of_another_kind(heading, columns[inside]):
        return None
    column = columns[inside]
    at_home = words.startswith(tuple(_words()["home"])) or not _parts(heading).isdisjoint(_words()["home_behind"])
    return column, 0.3 if at_home else _sure(heading, column, 0.45 + 0.4 * len(inside) / len(words))


def _sure(heading: str, column: str, confidence: float) -> float:
    """How surely a heading names its column, where another heading would be the better one, or nothing is certain by it."""
    parts = _parts(heading)
    if column == "end_date" and not parts.isdisjoint(_words()["contracts"]):
        return 0.45
    if plain(heading) in _words()["second_best"]:
        return 0.6
    return confidence


def is_no_number(heading: str) -> bool:
    """Whether the heading is that of an account, a tax number, a document or a card, and no employee number."""
    parts, long = _parts(heading), tuple(word for word in _words()["no_numbers"] if len(word) >= _PART)
    return not is_login(heading) and any(part in _words()["no_numbers"] or part.startswith(long) or part.endswith(long) for part in parts)


def is_in_thousands(heading: str) -> bool:
    """Whether the heading says that amounts are in thousands or millions."""
    return not _parts(heading).isdisjoint(_words()["in_thousands"])


def _is_of_another_kind(heading: str, column: str) -> bool:
    """Whether a longer heading is that of an account, and no employee number, or of a share or a code, and no title: ``Position ID``."""
    codes = _words()["no_titles"]
    ends = ("nr", *(word for word in codes if len(word) > 2))
    coded = any(part in codes or part.endswith(ends) for part in _parts(heading))
    return is_no_number(heading) if column == "employee_id" else column == "job_title" and coded


def _parts(heading: str) -> set[str]:
    return {plain(word) for word in re.findall(r"[^\W_]+", heading)}


def is_others(heading: str) -> bool:
    """Whether the heading is known by no word of its own, and has one by which it is that of another time, person or thing."""
    known, others = _words()["columns"], _words()["others"]
    parts = _parts(heading)
    begun = any(part.startswith(tuple(word for word in others if len(word) >= _BEGINS)) for part in parts)
    return plain(heading) not in known and (begun or not parts.isdisjoint(others))


def is_private(heading: str) -> bool:
    """Whether the heading is that of an identity number, a birth date, a salary and the like."""
    return by_heading(heading) is not None


def flag(heading: str) -> str | None:
    """The status of whom a column of yes and no says yes, by its heading; None if it is none of these."""
    return _words()["flags"].get(plain(heading))


def is_first_job(heading: str) -> bool:
    """Whether the heading is that of what tells somebody's first job from their others."""
    return plain(heading) in _words()["first_jobs"]


def is_whole_name(heading: str) -> bool:
    """Whether the heading is that of first and last name in one."""
    return plain(heading) in _words()["whole_names"]


def name_part(heading: str) -> str | None:
    """Where a part of the last name stands that has a column of its own: ``before`` the rest, or ``behind``; None if it is none."""
    return next((where for where in ("before", "behind") if plain(heading) in _words()[where]), None)


def is_login(heading: str) -> bool:
    """Whether the heading is that of names for logging in."""
    return plain(heading) in _words()["logins"]


@cache
def _words() -> dict[str, dict[str, str]]:
    """Each list of the file as a table from the plain word to what it stands for."""
    given: dict[str, Any] = shipped.read(__file__, "headings.yaml")
    tables = {name: {plain(word): key for key, words in given[name].items() for word in words} for name in ("columns", "flags")}
    return tables | {name: {plain(word): name for word in given[name]} for name in _LISTS}
