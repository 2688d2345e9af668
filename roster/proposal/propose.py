"""What an HR file that nobody has described seems to be: how it reads, and which of its columns is what.

Belongs here: the order in which things are guessed. Does not belong here: the guesses (``roster.proposal.sniffing``,
``roster.proposal.recognising``, ``roster.proposal.relations``) and the YAML that they are written down as (``assets.draft``).
"""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from roster.intake import mapping
from roster.proposal import dated_name, recognising, relations, sniffing, sources, substitutes
from roster.proposal.belonging import Division, division
from roster.proposal.headings import is_no_number, is_others
from roster.proposal.recognising import Guess, by_content, by_heading
from roster.reading.file import read
from roster.reading.unpacking import is_workbook, unpack
from roster.settings import CsvFormat, People

SURE = 0.5
"""Guesses below this are comments in a draft, and no rule can read them."""
SAMPLED_ROWS = 50_000
"""Rows by which the columns are told."""


@dataclass(frozen=True)
class Proposal:
    """What the file seems to be. Only status words, what marks older rows, and the few words of companies or countries are cells of
    the file: codes, no people."""

    format: dict[str, Guess]
    """Setting of the file's format → its value."""
    columns: dict[str, Guess]
    """Canonical column → the file's column."""
    rules: dict[str, dict[str, Any]]
    """Canonical column → the whole rule, where it is more than the column's name."""
    statuses: Guess | None
    """HR's status words → canonical ones."""
    history: tuple[dict[str, list[str]], Guess] | None
    """Rows that are older states."""
    header: list[str]
    """The file's columns; made-up names where it has none."""
    private: dict[str, str]
    """Columns that nobody should map → what they seem to be."""
    rows: int
    country: str | None
    """Where most of the people are."""
    country_sure: float = 0.0
    """How sure that is: which column says where people are, and what share of them is there."""
    limit_unit: Guess | None = None
    """In which unit approval limits are."""
    division: Division | None = None
    """By which column people are divided among policies or units."""
    jobs: tuple[dict[str, list[str]], Guess] | None = None
    """What tells somebody's first job from their others."""
    known: sources.Known | None = None
    """What of the named source the file has; None where none was named."""


def propose(data: bytes, name: str, source: sources.Source | None = None) -> Proposal:
    """Look at a file.

    Args:
        data: The file as it came.
        name: Its name; it may hold a date.
        source: The system that it is an export of: what is known of it goes before what is guessed.

    Raises:
        Unfit: It is no table at all.
    """
    content = unpack(data)
    format = sniffing.of_workbook(content) if is_workbook(content) else sniffing.of_text(content)
    if day := dated_name.day_of(name):
        format |= dated_name.settings(day)
    format |= _usual(format, source)
    settings = CsvFormat.model_validate({key: guess.value for key, guess in format.items()})
    table = read(content, settings, set(settings.columns) if settings.columns else None)
    frame = table.frame.head(SAMPLED_ROWS)
    if nothings := recognising.nothings(frame):
        format["empty"] = nothings
        frame = frame.mask(frame.isin(nothings.value)).astype("str")
    if source and source.empty:
        empty = Guess([*(nothings.value if nothings else []), *source.empty], sources.SURE, f"{source.title} writes it where nothing is")
        format["empty"], frame = empty, frame.mask(frame.isin(source.empty)).astype("str")
    private = recognising.private(frame)
    return _columns(frame.drop(columns=list(private)), format, table.header, private, table.rows - len(table.nobody), source)


def _certain(by_cells: dict[str, Guess], frame: pd.DataFrame, named: dict[str, Guess]) -> dict[str, Guess]:
    """What cells say for sure, whatever the headings: addresses, and accounts of which each person has another, unless a heading says that
    the column is something else."""
    account = by_cells.get("bank_account")
    values = frame[account.value].dropna() if account else pd.Series(dtype="str")
    own = account is not None and account.value not in {one.value for one in named.values()}
    own = own and values.nunique() >= relations.KEY * len(values)
    return {key: by_cells[key] for key in ("email", *(["bank_account"] if own else [])) if key in by_cells}


def _usual(format: dict[str, Guess], source: sources.Source | None) -> dict[str, Guess]:
    """What of the format is no surer than open, as the source usually has it."""
    usual = source.format if source else {}
    return {
        key: Guess(value, sources.SURE, f"{source.title} writes it so")
        for key, value in usual.items()
        if source and key in format and format[key].confidence <= SURE
    }


def _columns(
    frame: pd.DataFrame, format: dict[str, Guess], header: list[str], private: dict[str, str], rows: int, source: sources.Source | None
) -> Proposal:
    everyone = frame
    if source and (nobody := source.rows(frame, "history")):
        (heading, words), *_ = nobody[0].items()
        frame = frame[~frame[heading].isin(words)]
    headed = "columns" not in format and not (set(header) & {"column_1"} and "positions" in format)
    named = by_heading(frame) if headed else {}
    by_cells = by_content(frame)
    columns = {**(_certain(by_cells, frame, named) if headed else by_cells), **named}
    rules = substitutes.email(frame, columns) if headed else {}
    email = columns["email"].value if "email" in columns else None
    others = {guess.value for guesses in (named, by_cells) for key, guess in guesses.items() if key != "employee_id"}
    others |= {name for name in map(str, frame) if is_others(name) or is_no_number(name)}
    if "employee_id" not in columns and (found := relations.employee_id(frame, email, others)):
        columns["employee_id"] = found
    if "employee_id" in columns:
        columns["employee_id"] = relations.shortened(columns["employee_id"], frame[columns["employee_id"].value])
    rules |= substitutes.names(frame, columns) if headed else {}
    for column, guess in relations.names(frame, email).items():
        columns.setdefault(column, guess)
    number = columns["employee_id"].value if "employee_id" in columns else None
    managers = [columns.pop(each).value for each in ("manager_id", "manager_email") if each in columns]
    if link := relations.manager(frame, managers[0] if managers else None, number, email, others):
        canonical, rule, guess = (_by_name(frame, managers, columns, rules) if link[2].confidence < SURE else None) or link
        columns[canonical], rules[canonical] = guess, dict(rule)
        key = rule.get("refers_to")
        if "employee_id" not in named and key is not None and key not in others and relations.numbers(frame[key], frame.get(email)):
            columns["employee_id"] = Guess(key, round(0.8 * guess.confidence, 2), "managers are named by it, and it tells each person")
            number = rules[canonical].pop("refers_to")
    rules |= (flags := substitutes.worker_status(frame, columns) if headed else {})
    columns |= recognising.perhaps_leaving(frame, columns, by_cells) if headed else {}
    rules |= _dates(frame, columns, headed)
    if "approval_limit" in columns and (sign := recognising.decimal(frame[columns["approval_limit"].value])):
        format["decimal"] = sign
        format |= _usual(format, source)
    statuses = recognising.statuses(frame[columns["worker_status"].value]) if "worker_status" in columns and not flags else None
    if statuses:
        columns["worker_status"] = _capped(columns["worker_status"], statuses)
    if statuses and any(word != canonical for word, canonical in statuses.value.items()):
        rules["worker_status"] = {"column": columns["worker_status"].value, "values": statuses.value}
    jobs = relations.jobs(frame, number)
    history = None if jobs else relations.history(frame, number)
    known = sources.known(source, frame) if source else None
    if known:
        statuses = _surer(known, columns, rules) or statuses
        jobs = known.source.rows(frame, "jobs") or jobs
        history = known.source.rows(everyone, "history") or (None if jobs else history)
    country, country_sure = _country(frame, columns)
    limits = columns.get("approval_limit")
    unit = recognising.limit_unit(frame[limits.value], str(format["decimal"].value) if "decimal" in format else ".") if limits else None
    sure = {name: guess.value for name, guess in columns.items() if guess.confidence >= SURE}
    divided = division(frame, sure.get)
    return Proposal(format, columns, rules, statuses, history, header, private, rows, country, country_sure, unit, divided, jobs, known)


def _surer(known: sources.Known, columns: dict[str, Guess], rules: dict[str, dict[str, Any]]) -> Guess | None:
    """Put what is known before what is guessed; the status words, if they are among it."""
    managers = set(sources.MANAGERS) if set(sources.MANAGERS) & known.columns.keys() else set()
    taken = {guess.value for guess in known.columns.values()}
    for column in [each for each, guess in columns.items() if each in managers or guess.value in taken]:
        del columns[column]
        rules.pop(column, None)
    for column, guess in known.columns.items():
        columns[column] = guess
        rules.pop(column, None)
    rules |= known.rules
    status = known.rules.get("worker_status")
    return Guess(status["values"], sources.SURE, "its words are known") if status else None


def _by_name(
    frame: pd.DataFrame, managers: list[str], columns: dict[str, Guess], rules: dict[str, dict[str, Any]]
) -> tuple[str, dict[str, str], Guess] | None:
    """How a row names its manager, where it has their name."""
    if not managers or not {"first_name", "last_name"} <= columns.keys():
        return None
    people = {"employee_id": {"constant": "1"}, "email": {"constant": "a@a.example"}}
    people |= {name: rules.get(name, {"column": columns[name].value}) for name in ("first_name", "last_name")}
    named = mapping.apply(People.model_validate({"columns": people, "absent_means": "unchanged"}), frame).frame
    return relations.manager_by_name(frame, managers[0], named["first_name"], named["last_name"])


def _country(frame: pd.DataFrame, columns: dict[str, Guess]) -> tuple[str | None, float]:
    """Where most people are, and how sure that is."""
    shares = frame[columns["country"].value].str.upper().value_counts(normalize=True) if "country" in columns else pd.Series(dtype="float")
    if shares.empty:
        return None, 0.0
    return str(shares.index[0]), round(min(columns["country"].confidence, float(shares.iloc[0])), 2)


def _dates(frame: pd.DataFrame, columns: dict[str, Guess], headed: bool) -> dict[str, dict[str, Any]]:
    """The formats of dates; without headings also which date is the first day. A last day cannot be told from other dates."""
    if not headed:
        # People are hired as grown-ups: the oldest full column of dates is when they were born.
        full = {str(each): frame[each].dropna() for each in frame if frame[each].notna().mean() > 0.95 and _written_dates(frame[each])}
        years = {each: values.str.extract(r"((?:19|20)\d\d)")[0].astype("float").median() for each, values in full.items()}
        late = [each for each, year in years.items() if len(years) == 1 or year > min(years.values()) + 14]
        if late:
            columns["start_date"] = Guess(late[0], 0.4, f"the first of {len(late)} columns of dates that are no birth dates")
    rules: dict[str, dict[str, Any]] = {}
    for column in ("start_date", "end_date"):
        if column in columns and (written := recognising.dates(frame[columns[column].value])):
            rules[column] = {"column": columns[column].value, "format": written.value[0] if len(written.value) == 1 else written.value}
            columns[column] = _capped(columns[column], written)
    return rules


def _written_dates(values: pd.Series) -> bool:
    """Whether a column holds dates that nothing else can be: a serial number could as well be anybody's."""
    found = recognising.dates(values)
    return found is not None and found.value != ["excel"]


def _capped(column: Guess, content: Guess) -> Guess:
    """No surer of the column than of what was found in it."""
    return Guess(column.value, round(min(column.confidence, content.confidence), 2), f"{column.reason}; {content.reason}")
