"""What is known of the exports of HR systems, for ``rollcall map --source``: one YAML file a system, and here what is made of it.

Belongs here: reading those files, which of their headings an HR file has, and by how many of its headings a file looks like a system's.
Does not belong here: what headings and cells mean wherever they come from (``roster.proposal.headings``, ``roster.proposal.recognising``),
what is verified of a system (``docs/sources/``).
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from roster import shipped
from roster.intake.countries import COUNTRIES
from roster.proposal import recognising
from roster.proposal.recognising import Guess
from roster.statuses import canonical_status, plain

SURE: Final = 0.95
"""How sure a heading is that the system's data file names."""
MARKS: Final = 2
"""So many headings that few systems have make a file look like a system's."""
MANAGERS: Final = ("manager_id", "manager_email", "manager_name")
"""How a row may name its manager, the surest first; one of them is taken."""
ESSENTIAL: Final = ("employee_id", "email", "first_name", "last_name", "worker_status", "start_date", "end_date")
"""Columns of which it is told that no heading of the file is known for them, beside the manager's."""


class Source(BaseModel):
    """What one system's export is like. Headings compare without case, accents, blanks and punctuation."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str
    """The system's name."""
    marks: list[str] = []
    """Headings by which a file looks like one of its exports; none where nothing tells."""
    columns: dict[str, list[str | dict[str, Any]]]
    """Canonical column → its headings, or rules with their `column`; the likelier first."""
    statuses: dict[str, list[str]] = {}
    """Canonical status → the system's words."""
    dates: list[str] = Field(min_length=1)
    """In which formats it writes dates, the likelier first."""
    jobs: dict[str, list[str]] = {}
    """Headings that tell somebody's first job from their others → what they say there; the first that the file has is taken."""
    history: dict[str, list[str]] = {}
    """Heading → what stands in it on rows that are nobody's current one."""
    empty: list[str] = []
    """Words of the system that stand for an empty cell."""
    format: dict[Literal["encoding", "delimiter", "decimal"], str] = {}
    """How the file usually reads, where that is open by its bytes. UTF-8 tells itself."""

    def rows(self, frame: pd.DataFrame, kind: Literal["jobs", "history"]) -> tuple[dict[str, list[str]], Guess] | None:
        """What tells somebody's first job, or rows that do not count; None where the file has no column that does.

        Args:
            frame: HR's rows.
            kind: Which of the two.
        """
        headings = {plain(str(name)): str(name) for name in reversed(list(frame))}
        for heading, words in getattr(self, kind).items():
            name = headings.get(plain(heading))
            if name is not None and frame[name].isin(words).any():
                words_found = [word for word in words if frame[name].eq(word).any()]
                return {name: words_found}, Guess(name, SURE, f"{self.title} tells it so")
        return None


@dataclass(frozen=True)
class Known:
    """What of a source a file has."""

    source: Source
    columns: dict[str, Guess] = field(default_factory=dict)
    """Canonical column → the file's column."""
    rules: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Canonical column → the whole rule, where it is more than the column's name."""
    lacking: tuple[str, ...] = ()
    """Canonical columns of which the file has no heading that is known; `manager` for all three that name one."""


def names() -> list[str]:
    """The sources that are known, as `--source` names them."""
    return sorted(path.stem for path in Path(__file__).parent.glob("*.yaml"))


@cache
def source(name: str) -> Source:
    """What is known of one.

    Args:
        name: One of `names`.
    """
    return Source.model_validate(shipped.read(__file__, f"{name}.yaml"))


def looks_like(header: Collection[str]) -> str | None:
    """The source whose export a file looks like by its headings; None if none has enough of them, or two have as many."""
    given = {plain(heading) for heading in header}
    hits = {name: len(given & set(map(plain, source(name).marks))) for name in names()}
    best = max(hits, key=lambda name: hits[name])
    return best if hits[best] >= MARKS and list(hits.values()).count(hits[best]) == 1 else None


def known(given: Source, frame: pd.DataFrame) -> Known:
    """What of a source the file has.

    Args:
        given: The source.
        frame: HR's rows, without columns that are nobody's business.
    """
    headings = {plain(str(name)): str(name) for name in reversed(list(frame))}
    found = Known(given)
    for column, candidates in given.columns.items():
        if column in MANAGERS and any(each in found.columns for each in MANAGERS):
            continue
        for candidate in candidates:
            rule = {"column": candidate} if isinstance(candidate, str) else candidate
            if rule := _present(rule, headings):
                _take(found, column, rule, frame)
                break
    lacking = [column for column in ESSENTIAL if column not in found.columns]
    lacking += [] if any(each in found.columns for each in MANAGERS) else ["manager"]
    return Known(given, found.columns, found.rules, tuple(lacking))


def _present(rule: dict[str, Any], headings: dict[str, str]) -> dict[str, Any]:
    """The rule with the file's own headings; empty if it lacks one."""
    named: dict[str, Any] = {key: headings.get(plain(rule[key])) for key in ("column", "refers_to") if key in rule}
    return {} if None in named.values() else {**rule, **named}


def _take(found: Known, column: str, rule: dict[str, Any], frame: pd.DataFrame) -> None:
    """Note one column of the file, as sure as its cells allow."""
    given, name = found.source, rule["column"]
    if column == "country" and recognising.share(lambda values: values.str.upper().isin(COUNTRIES), frame[name]) < recognising.ENOUGH:
        return  # names of countries are no codes, and whoever is in none of them would be in no country
    guess = Guess(name, SURE, f"{given.title} calls it so")
    if column in ("start_date", "end_date") and not frame[name].isna().all():
        written, guess = _dates(given, frame[name], guess)
        if written:
            rule = {**rule, "format": written}
    elif column in ("start_date", "end_date"):
        rule = {**rule, "format": given.dates[0]}
    if column == "worker_status":
        values, guess = _statuses(given, frame[name], guess)
        rule = {**rule, "values": values}
    found.columns[column] = guess
    if set(rule) != {"column"}:
        found.rules[column] = rule


def _dates(given: Source, values: pd.Series, guess: Guess) -> tuple[str | None, Guess]:
    """The first of the source's formats that fits all of a column's dates; no surer than open where a second does."""
    dates_found = recognising.dates(values)
    if dates_found and dates_found.value == ["excel"]:
        return "excel", Guess(guess.value, min(guess.confidence, dates_found.confidence), f"{guess.reason}; {dates_found.reason}")
    fitting = [each for each in given.dates if each != "excel" and recognising.written_in(values, each) >= recognising.ENOUGH]
    shares = {each: recognising.written_in(values, each) for each in fitting}
    best = [each for each in fitting if shares[each] == max(shares.values())]
    other = recognising.written_in(values, dates_found.value[0]) if dates_found else 0.0
    if not best or other > shares[best[0]]:  # days and months the other way round fit most of a column, too
        return (
            (dates_found.value[0], Guess(guess.value, dates_found.confidence, dates_found.reason))
            if dates_found
            else (None, Guess(guess.value, 0.3, "no dates"))
        )
    if len(best) > 1:
        return best[0], Guess(guess.value, 0.5, f"{guess.reason}; {' or '.join(best)}: no day in the column tells")
    return best[0], Guess(guess.value, guess.confidence, f"{guess.reason}; its dates are written {best[0]}")


def _statuses(given: Source, values: pd.Series, guess: Guess) -> tuple[dict[str, str], Guess]:
    """All of the source's words, as the file spells them, and those of the file that are known anyway. Unknown ones are only counted."""
    words = {plain(word): status for status, spelled in given.statuses.items() for word in spelled}
    rule = {word: status for status, spelled in given.statuses.items() for word in spelled}
    unknown = 0
    # The system's own marks of rows that are nobody are no status.
    nobody = {word for texts in given.history.values() for word in texts}
    for word in map(str, values.dropna().unique()[:100]):
        anyway = canonical_status(word)
        status = words.get(plain(word)) or (anyway[0] if anyway else None)
        if status:
            rule[word] = status
        elif word not in nobody:
            unknown += 1
    remark = f"; {unknown} of its words are unknown, and rows with them would be rejected" if unknown else ""
    return rule, Guess(guess.value, guess.confidence, guess.reason + remark)
