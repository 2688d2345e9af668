"""What a company's YAML says about people: how columns map, who is in scope, how destination values come about.

Belongs here: the strict models of those settings. Does not belong here: how a file reads (``roster.file_settings``), where a file or a
server is (``resources.hr.locations``, each destination's settings) and what the rules do (``roster.rules``). Who needs settings of people
gets those of files here too.
"""

import re
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BeforeValidator, ConfigDict, Field, field_validator, model_validator

from roster import moments
from roster.file_settings import Changes, CsvFormat, Joined
from roster.strict import Strict, Texts, Where
from roster.vocabulary import CANONICAL_COLUMNS, MANAGER_COLUMNS

__all__ = [
    "LONGEST_DAYS",
    "SERIAL",
    "Approvers",
    "Case",
    "Changes",
    "Choice",
    "Contradictions",
    "CsvFormat",
    "Gate",
    "History",
    "Jobs",
    "Joined",
    "Leaving",
    "Limit",
    "NameOrder",
    "People",
    "Rule",
    "Scope",
    "Source",
    "Strict",
    "Texts",
    "Value",
    "Where",
]

LONGEST_DAYS: Final = 365_000
"""Days that a setting may name: a thousand years. Today with more of them added or taken away may be no day of any calendar."""


SERIAL: Final = ("excel", "excel-1904")
"""Formats of dates that are a workbook's serial numbers: those that count from 1900, and those that count from 1904."""


def _in_list(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


Value = str | int | bool | list[str]


class Limit(Strict):
    """How much may change without somebody asking why: whatever is more, a number or a share of what there was."""

    count: int = Field(ge=0)
    """So many always may."""
    share: float = Field(ge=0, le=1)
    """So many of what there was may, as a fraction from 0 to 1."""

    def most(self, base: int) -> int:
        """How many of `base` may change."""
        return max(self.count, int(self.share * base + 1e-9))  # 0.29 * 100 is a little less than 29

    def allows(self, changed: int, base: int) -> bool:
        """Whether so many of `base` may change."""
        return changed <= self.most(base)


class Case(Strict):
    """One line of a decision table: the first whose `when` matches gives the value."""

    when: Where
    """Column → accepted values, all of which must hold."""
    value: Value
    """What the rule then gives."""


def _or_bare_column(schema: dict[str, Any]) -> None:
    """The JSON schema by which YAML is checked and completed takes a bare column name where the model does."""
    mapping = dict(schema)
    schema.clear()
    schema.update({"anyOf": [{"type": "string"}, mapping], "description": mapping.get("description")})


class Rule(Strict):
    """How one value comes from a row's columns. Written as a mapping, or as a bare column name."""

    model_config = ConfigDict(json_schema_extra=_or_bare_column)

    column: str | None = None
    """Take this column's value."""
    columns: list[str] | None = None
    """Take the first of these columns that is not empty."""
    constant: Value | None = None
    """The same value for everyone."""
    template: str | None = None
    """Text with columns in braces: ``"{first_name}.{last_name}@acme.example"``. Empty as soon as one of them is empty."""
    cases: list[Case] | None = None
    """A decision table over several columns; the first case that matches gives the value."""
    values: dict[str, Value] | None = None
    """With `column` or `columns`: translate these values; one that is not listed passes through."""
    lookup: dict[str, Value] | None = None
    """With `column` or `columns`: a closed table; one that is not listed gives `default`, or nothing."""
    default: Value | None = None
    """What an empty result becomes."""

    @model_validator(mode="before")
    @classmethod
    def _bare_column(cls, value: Any) -> Any:
        if isinstance(value, bool | int | float):
            raise ValueError("a column's name that YAML reads as true, false or a number goes in quotes")
        return {"column": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _one_source(self) -> "Rule":
        given = [name for name in ("column", "columns", "constant", "template", "cases") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError("exactly one of column, columns, constant, template, cases is needed")
        if (self.values or self.lookup) and given[0] not in ("column", "columns"):
            raise ValueError("values and lookup go with column or columns")
        if self.values and self.lookup:
            raise ValueError("values lets what is not listed pass, lookup does not: give one of them")
        return self

    def reads(self) -> set[str]:
        """The columns that this rule needs."""
        if self.column:
            return {self.column}
        if self.columns:
            return set(self.columns)
        if self.template:
            return set(re.findall(r"\{(.+?)\}", self.template))
        return {column for case in self.cases or [] for column in case.when}


def columns_read(settings: Strict) -> dict[str, list[str]]:
    """Field → the columns that its rule reads, of settings whose fields are rules."""
    return {name: sorted(rule.reads()) for name, rule in settings if isinstance(rule, Rule) and rule.reads()}


NameOrder = Literal["Last, First", "First Last"]


class Source(Rule):
    """How one canonical column comes from the columns of HR's file."""

    format: Annotated[list[str], BeforeValidator(_in_list, json_schema_input_type=str | list[str])] = Field(default=["%Y-%m-%d"])
    """For dates, and whatever column is given one: the formats in which HR writes them; ``excel`` for a workbook's serial numbers,
    ``excel-1904`` where it counts from 1904. A value that two of them read as different days is not used."""
    years_from: int | None = Field(default=None, ge=1900, le=2000)
    """For years of two digits (``%y``): the first of the hundred years in which they are. By default none is over ten years ahead."""
    split: Annotated[list[NameOrder], BeforeValidator(_in_list, json_schema_input_type=NameOrder | list[NameOrder])] | None = None
    """For `first_name` and `last_name`: take that part of a column that has the whole name, and how HR writes it: ``Last, First``,
    ``First Last``, or a list of both, where the comma tells."""
    part_of_name: Literal["first", "last"] | None = None
    """What `split` was called before: that part of a name written in either way."""
    before: str | None = None
    """For `first_name` and `last_name`: another column of the name, which stands before this one where it is not empty: *van der*."""
    behind: str | None = None
    """The same of one that stands behind it: a second surname."""
    refers_to: str | None = None
    """For `manager_id` and `manager_name`: the column of the same file whose value this one repeats, where HR links by a key of its own; or
    a template of several, ``"{Company}-{Number}"``."""
    yes_or_no: bool = False
    """Whether the column says yes or no, in any of HR's languages: it reads ``true`` or ``false`` then, and what is neither is not used."""
    of_jobs: Literal["all", "others"] | None = None
    """For columns of a company's own: take the values of all jobs of a person, or of all but the first, as a list."""

    @field_validator("format")
    @classmethod
    def _reads_a_day(cls, value: list[str]) -> list[str]:
        for number, format in enumerate(value, start=1):
            if "%" not in format and format not in SERIAL:
                raise ValueError(f"format {number} is none: write one such as %d.%m.%Y, or excel or excel-1904 for serial numbers")
            try:
                moments.zone_in(format)
            except ValueError:
                zones = "%z for an offset or Z, %Z for UTC, or a name such as Europe/Stockholm"
                raise ValueError(f"format {number} has a clock time in a zone that is not known: write {zones}") from None
        return value

    @model_validator(mode="after")
    def _parts_of_a_column(self) -> Self:
        if self.parts() and (not self.column or self.orders()):
            raise ValueError("before and behind go with column, and not with split")
        return self

    def reads(self) -> set[str]:
        """The columns that this rule needs."""
        return super().reads() | set(self.parts())

    def parts(self) -> list[str]:
        """The columns of the parts that stand before and behind a name."""
        return [part for part in (self.before, self.behind) if part]

    def refers_through(self) -> set[str]:
        """The columns that `refers_to` names."""
        return set() if self.refers_to is None else set(re.findall(r"\{(.+?)\}", self.refers_to)) or {self.refers_to}

    def orders(self) -> list[NameOrder]:
        """In which ways whole names are written; none where the column has no whole names."""
        return self.split or (["Last, First", "First Last"] if self.part_of_name else [])


class History(Strict):
    """Which rows are an older state of a person who has a newer row."""

    superseded: dict[str, Texts] | None = None
    """Rows (by columns of the file) that are history by what they say."""
    newest_by: str | None = None
    """Of several rows with one employee number, only the one with the greatest value of this canonical column counts."""


class Choice(Strict):
    """Which of several jobs is somebody's first, where no column says it."""

    newest_by: str | None = None
    """The one with the greatest value of this canonical column, such as `start_date`."""
    highest_by: str | None = None
    """The one with the greatest number in this canonical column, such as a share of full time."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.newest_by is None) == (self.highest_by is None):
            raise ValueError("exactly one of newest_by, highest_by is needed")
        return self


class Jobs(Strict):
    """Which of several current rows of one person makes the person. Older states of a person are `history`, and none of these."""

    model_config = ConfigDict(serialize_by_alias=True)

    primary: Where
    """The row of the first job, by columns of the file."""
    otherwise: Literal["reject"] | Choice = Field(default="reject", alias="else")
    """What decides where that names none of a person's rows, or several; `reject` is nothing, so that they are rejected."""


Contradictions = Literal["status_wins", "dates_win", "reject"]


class Scope(Strict):
    """Who is Rollcall's to keep in step. Everyone else is left as they are, and is never a leaver."""

    include: Where | None = None
    """Only rows that match (by canonical columns)."""
    exclude: Where | None = None
    """Not the rows that match (by canonical columns)."""


def _described_above(schema: dict[str, Any]) -> None:
    """In the JSON schema `absent_means` is asked for where it is known whether files have everyone (`assets.attributes.Hr`)."""
    schema["required"].remove("absent_means")


class People(Strict):
    """How HR's rows become people."""

    model_config = ConfigDict(json_schema_extra=_described_above)

    columns: dict[str, Source]
    """Canonical column → where it comes from. Anything that no rule names is dropped on reading."""
    absent_means: Literal["leaver", "unchanged", "error"]
    """What it says about a known person that the file does not mention them."""
    jobs: Jobs | None = None
    """Which of several current rows of one person counts. Without it rows that share a number and differ are rejected."""
    same_person: dict[str, str] = Field(default={})
    """Employee number → the number that the same person has now. Text only: in quotes, where YAML reads a number."""
    starts_ahead: int = Field(default=0, ge=0, le=LONGEST_DAYS)
    """So many days before their first day people are brought in. Until that day they approve for nobody."""
    contradictions: Contradictions = "dates_win"
    """What counts where status and end date contradict each other: the end date, the status, or neither, so that the row is rejected."""
    history: History = History()
    """Which rows are older states of the same person."""
    scope: Scope = Scope()
    """Who is in scope."""
    one_account_each: bool = True
    """Whether a `bank_account` that several people have is used for none of them."""
    phone_region: str | None = None
    """ISO country code for phone numbers without a country prefix; by default the row's `country`."""

    @field_validator("columns")
    @classmethod
    def _canonical(cls, value: dict[str, Source]) -> dict[str, Source]:
        for name in value:
            if name not in CANONICAL_COLUMNS and not name.startswith("extra_"):
                raise ValueError(f"'{name}' is no canonical column; a column of your own is called extra_{name}")
        for name in ("employee_id", "email", "first_name", "last_name"):
            if name not in value:
                raise ValueError(f"'{name}' is needed")
        if len(managers := [name for name in MANAGER_COLUMNS if name in value]) > 1:
            raise ValueError(f"{' and '.join(managers)}: give one of them")
        for name, source in value.items():
            if source.split and name not in ("first_name", "last_name"):
                raise ValueError(f"'{name}' has a split, which only first_name and last_name take")
            if source.parts() and name not in ("first_name", "last_name"):
                raise ValueError(f"'{name}' has a part before or behind it, which only first_name and last_name take")
            if source.of_jobs and not name.startswith("extra_"):
                raise ValueError(f"'{name}' is one value of a person: of_jobs is for columns that are called extra_…")
        return value

    @field_validator("same_person", mode="before")
    @classmethod
    def _numbers(cls, value: Any) -> Any:
        for place, (old, new) in enumerate(value.items() if isinstance(value, dict) else (), start=1):
            if not (isinstance(old, str) and isinstance(new, str)):
                raise ValueError(f"pair {place} is no text: put both numbers in quotes, since YAML reads 0100 as 64")
        return value

    @field_validator("same_person")
    @classmethod
    def _leads_somewhere(cls, value: dict[str, str]) -> dict[str, str]:
        for place, old in enumerate(value, start=1):
            at, met = old, {old}
            while at in value:
                at = value[at]
                if at in met:
                    raise ValueError(f"pair {place} leads back to where it began: nobody's number is the last")
                met.add(at)
        return value

    @model_validator(mode="after")
    def _jobs_to_gather_from(self) -> Self:
        gathering = [name for name, source in self.columns.items() if source.of_jobs]
        if gathering and self.jobs is None:
            raise ValueError(f"columns.{gathering[0]} has of_jobs, and jobs, which says which rows are somebody's jobs, is not given")
        return self


class Gate(Strict):
    """How far HR's file may be from the one that was last applied, and how much of it may be unusable. Anything more stops the run."""

    rows: Limit = Limit(count=5, share=0.01)
    """So many rows fewer than last time."""
    growth: Limit = Limit(count=10, share=0.1)
    """So many rows more than last time."""
    companies: Limit = Limit(count=5, share=0.05)
    """So many rows of one company_code fewer than last time."""
    departments: Limit = Limit(count=5, share=0.2)
    """So many rows of one department fewer than last time."""
    missing: int = Field(default=2, ge=0)
    """A company_code or department of more rows than this may not be missing altogether."""
    rejects: Limit = Limit(count=5, share=0.05)
    """So many rows that are no valid person."""
    duplicates: Limit = Limit(count=4, share=0.01)
    """So many rows that share an employee number or an address with another person's."""
    managers: Limit = Limit(count=5, share=0.05)
    """So many references to a manager may lead to nobody whom the file or the ledger knows."""
    tops: Limit = Limit(count=3, share=0.02)
    """So many employed people may have no manager: an empty cell, or themself. They approve for themselves, or `approvers.top` does."""
    damaged: Limit = Limit(count=5, share=0.01)
    """So many rows with a value that was damaged on its way: letters lost or garbled, a number shortened."""
    dates: Limit = Limit(count=5, share=0.01)
    """So many people whose status and dates contradict each other: active and long ended, left and not begun."""
    fill: Limit = Limit(count=5, share=0.05)
    """For so many people a mapped column may be empty that was filled last time."""
    changes: Limit = Limit(count=20, share=0.1)
    """Of a file of changes: so many people of the roster may be changed or added."""
    deletions: Limit = Limit(count=5, share=0.02)
    """Of a file of changes: so many people of the roster may be marked as gone."""
    same_file: int = Field(default=7, ge=1)
    """On so many days in a row the very same file may be read."""


class Leaving(Strict):
    """When leavers lose their access, at every destination that says nothing else."""

    after_days: int = Field(default=0, ge=0, le=LONGEST_DAYS)
    """So many days after the last day that HR gives, or after the first night on which somebody is absent, they keep their access."""


class Approvers(Strict):
    """Who approves where HR's manager cannot."""

    top: str = "self"
    """Who approves for whoever has no manager by HR's own word: ``self``, or an employee number, whose own chain's end approves for
    themself all the same."""
    fallback: str | None = None
    """Employee number of whoever approves where the chain has no active manager, or HR's manager is nobody; by default the first count as
    tops, which waits as `self_approval`, and the others are held."""
    resolve_leave: Literal["rollcall", "vendor"] = "rollcall"
    """Who passes over a manager on leave: Rollcall, or a destination by its own rule. One that has none leaves it to Rollcall."""

    @field_validator("top", "fallback")
    @classmethod
    def _number(cls, value: str | None) -> str | None:
        if value is not None and "@" in value:
            raise ValueError("an employee number is needed, not an e-mail address")
        return value
