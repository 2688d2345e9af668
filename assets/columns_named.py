"""Which roster columns a company's settings name, and which of these the roster will not have as they are asked for.

Belongs here: every place in the settings that names a column. Does not belong here: the models (``assets.attributes``), where in the file
that is (``assets.loader``).
"""

from collections.abc import Iterator
from typing import Any, Final

from pydantic import BaseModel

from assets.attributes import CompanySettings, Path
from roster import yes_or_no
from roster.settings import Case, Rule, Where

ALWAYS_PRESENT: Final = frozenset(
    {
        "employee_id",
        "email",
        "first_name",
        "last_name",
        "manager_id",
        "manager_email",
        "worker_status",
        "start_date",
        "end_date",
        "employment",
    }
)
"""Columns that the roster has whether or not the file maps them."""


def unmapped_columns(settings: CompanySettings) -> Iterator[tuple[Path, str]]:
    """References to roster columns that `hr.people.columns` does not map, as (where, what is wrong)."""
    people = settings.hr.people
    known = ALWAYS_PRESENT | set(people.columns)
    for path, column in _references(settings):
        if column not in known:
            yield path, f"'{column}' is not mapped in hr.people.columns"


def unasked_words(settings: CompanySettings) -> Iterator[tuple[Path, str]]:
    """Conditions that ask a roster column for true or false of which nobody says that it has words for yes and no: a country that is not in
    quotes is one of them. As (where, what is wrong)."""
    people = settings.hr.people
    scope: Path = ("hr", "people", "scope")
    conditions = [((*scope, part), getattr(people.scope, part) or {}) for part in ("include", "exclude")]
    for name, of_destination in settings.destinations().items():
        conditions += _conditions(of_destination, (name,))
    for path, where in conditions:
        for column in sorted(yes_or_no.of(where)):
            if column in people.columns and not people.columns[column].yes_or_no:
                words = f"'{column}' is asked for yes or no here, which takes `yes_or_no: true` where hr.people.columns maps it"
                yield (*path, column), f"{words}; a word such as NO goes in quotes"


def _conditions(node: Any, path: Path) -> Iterator[tuple[Path, Where]]:
    """The condition of every case at or below `node`."""
    if isinstance(node, Case):
        yield (*path, "when"), node.when
    elif isinstance(node, BaseModel):
        for name in type(node).model_fields:
            yield from _conditions(getattr(node, name), (*path, name))
    elif isinstance(node, dict | list):
        for key, below in node.items() if isinstance(node, dict) else enumerate(node):
            yield from _conditions(below, (*path, key))


def _references(settings: CompanySettings) -> Iterator[tuple[Path, str]]:
    """Every place that names a roster column, with the name."""
    people: Path = ("hr", "people")
    scope = settings.hr.people.scope
    for part in ("include", "exclude"):
        for column in getattr(scope, part) or {}:
            yield (*people, "scope", part, column), column
    newest_by = settings.hr.people.history.newest_by
    if newest_by:
        yield (*people, "history", "newest_by"), newest_by
    jobs = settings.hr.people.jobs
    if jobs and not isinstance(jobs.otherwise, str):
        given = "newest_by" if jobs.otherwise.newest_by else "highest_by"
        yield (*people, "jobs", "else", given), str(getattr(jobs.otherwise, given))
    for name, of_destination in settings.destinations().items():
        yield from _in_rules(of_destination, (name,))


def _in_rules(node: Any, path: Path) -> Iterator[tuple[Path, str]]:
    """The columns named by every rule at or below `node`."""
    if isinstance(node, Rule):
        yield from _in_rule(node, path)
    elif isinstance(node, BaseModel):
        for name in type(node).model_fields:
            yield from _in_rules(getattr(node, name), (*path, name))
    elif isinstance(node, dict):
        for name, below in node.items():
            yield from _in_rules(below, (*path, name))
    elif isinstance(node, list):
        for number, below in enumerate(node):
            yield from _in_rules(below, (*path, number))


def _in_rule(rule: Rule, path: Path) -> Iterator[tuple[Path, str]]:
    if rule.cases:
        for number, case in enumerate(rule.cases):
            for column in case.when:
                yield (*path, "cases", number, "when", column), column
    elif rule.columns:
        for number, column in enumerate(rule.columns):
            yield (*path, "columns", number), column
    else:
        source = "template" if rule.template else "column"
        for column in sorted(rule.reads()):
            yield (*path, source), column
