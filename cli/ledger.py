"""Whom and which company a command is about, for commands that look at the ledger.

Belongs here: the company where it may be left out, the employee number as it is typed, opening the ledger. Does not belong here: any
command.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NoReturn

from assets import names
from cli.terminal import stop
from resources import places
from resources.failures import Failed
from resources.ledger import Ledger


def employee_number(typed: str) -> str:
    """An employee number; an address is refused: a shell keeps what is typed."""
    if "@" in typed:
        stop("Give the employee number: an address would stay in the shell's history.")
    return typed.strip()


def company_and_number(typed: Sequence[str]) -> tuple[str | None, str]:
    """The company, if it is given, and the employee number, from ``[COMPANY] EMPLOYEE``."""
    *company, employee = typed
    if len(company) > 1:
        stop("That is too much: give the company, which may be left out where there is only one, and one employee number.")
    if not company and employee in companies_with_runs():
        stop(f"Whom of {employee}? Give an employee number, too.")
    return (employee_number(company[0]) if company else None), employee_number(employee)


def companies_with_runs() -> list[str]:
    """The companies that the ledger has runs of, in order."""
    try:
        with Ledger.open(places.ledger_url(), "") as ledger:
            return ledger.companies()
    except Failed as failure:
        stop(str(failure))


def company_meant(given: str | None) -> str:
    """The company given, else the only one."""
    there = companies_with_runs()
    if given is not None and given not in there:
        _stop_without_runs(given, there)
    if not there:
        stop("The ledger knows no run yet: run a company's sync job first.")
    if given is None and len(there) > 1:
        stop(f"The ledger has several companies, say which before anything else: {', '.join(there)}.")
    return given or there[0]


def _stop_without_runs(given: str, there: list[str]) -> NoReturn:
    if given in names.companies():
        stop(f"The ledger knows no run yet of {given}: run {given}_sync first.")
    stop(f"The ledger has no run of '{given}'. {names.unknown('company', given, sorted({*there, *names.companies()}))}")


@contextmanager
def ledger_of(given: str | None, *, without_runs: bool = False) -> Iterator[Ledger]:
    """The ledger of the company that is meant, opened; what stops the command is told in a line.

    Args:
        given: What was typed, if anything.
        without_runs: It may have no run there: something else is known of it.
    """
    company = given if without_runs and given else company_meant(given)
    try:
        with Ledger.open(places.ledger_url(), company) as ledger:
            yield ledger
    except Failed as failure:
        stop(str(failure))
