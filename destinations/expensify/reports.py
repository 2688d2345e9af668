"""A report on somebody's behalf: what a file must say of it, and how Expensify is given it.

Belongs here: reading and checking the file, the names of fields, what an answer means that is no refusal of people. Does not belong here:
the wire (``client``), the command and what the ledger keeps (``commands``).
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from destinations.replies import without_people
from resources.failures import Permanent, Unanswered

JOB: Final = "create report"
CONCIERGE: Final = (
    "Ask Concierge to enable creating reports on behalf of people for the domain, and check that the account is an admin of the domain and "
    "of the policy."
)
"""What the vendor's manual says of "Not authorized to authenticate as user"."""

_PARTS: Final = ("employeeEmail", "policyID", "report", "expenses")
_REPORT: Final = ("title", "fields")
_EXPENSE: Final = ("merchant", "currency", "date", "amount")
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_CURRENCY = re.compile(r"[A-Z]{3}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_NOT_ENABLED = re.compile(r"not authorized to authenticate as", re.IGNORECASE)


@dataclass(frozen=True)
class Report:
    """A report that is to be created, checked. Its repr shows nothing of it."""

    settings: dict[str, Any] = field(repr=False)
    """As the job wants it, beside its type."""

    @property
    def content(self) -> str:
        """All of it as one text, the same for the same report however its file is laid out."""
        return json.dumps(self.settings, sort_keys=True, ensure_ascii=False)

    @property
    def expenses(self) -> int:
        """How many there are."""
        return len(self.settings["expenses"])


@dataclass(frozen=True)
class Created:
    """What Expensify calls the report; empty where it did not say."""

    report_id: str


class Unfit(Permanent):
    """The file says something else than a report that can be created. It names places, never what stands there."""

    def __init__(self, mistakes: list[str]) -> None:
        super().__init__("\n".join(mistakes), "Nothing was sent. Correct the file.")


def field_key(name: str) -> str:
    """A report field's name as Expensify takes it: every character that is no letter or digit is an underscore (vendor's manual).

    Whether it counts letters beyond A to Z as letters, the manual does not say: they are underscores too.
    """
    return re.sub(r"[^A-Za-z0-9]", "_", name)


def read(text: str) -> Report:
    """The report that a file describes.

    Args:
        text: JSON: `employeeEmail`, `policyID`, `report` (`title`, and `fields` by their name), `expenses` (each `merchant`, `currency`,
            `date` as yyyy-MM-dd, `amount` in cents).

    Raises:
        Unfit: It is something else; every place is named at once.
    """
    try:
        given = json.loads(text, object_pairs_hook=_once)
    except _Twice as twice:
        raise Unfit([f"in an object {twice}, one stands twice: which of the two counts, nobody can know"]) from None
    except (ValueError, RecursionError):
        raise Unfit(["the file is no JSON"]) from None
    mistakes: list[str] = []
    if not isinstance(given, dict):
        raise Unfit(["the file is no JSON object"])
    _names(given, _PARTS, "", mistakes)
    _text(given, "employeeEmail", "", mistakes, _ADDRESS, "no e-mail address")
    _text(given, "policyID", "", mistakes)
    report = given.get("report")
    fields: dict[str, str] = {}
    if isinstance(report, dict):
        _names(report, _REPORT, "report.", mistakes, needed=("title",))
        _text(report, "title", "report.", mistakes)
        fields = _fields(report.get("fields", {}), mistakes)
    elif "report" in given:
        mistakes.append("report: no object")
    expenses = given.get("expenses")
    if not isinstance(expenses, list) or not expenses:
        mistakes += ["expenses: no list of at least one"] if "expenses" in given else []
        expenses = []
    for number, expense in enumerate(expenses, start=1):
        _expense(expense, f"expenses {number}", mistakes)
    if mistakes:
        raise Unfit(mistakes)
    assert isinstance(report, dict), "it was checked"  # noqa: S101
    made = {"title": report["title"], **({"fields": fields} if fields else {})}
    whole = {"employeeEmail": given["employeeEmail"], "policyID": given["policyID"], "report": made}
    return Report({**whole, "expenses": [{name: expense[name] for name in _EXPENSE} for expense in expenses]})


def meaning(body: Mapping[str, Any], code: int, report: Report, secrets: tuple[str, ...]) -> Created:
    """What an answer with a code means.

    Raises:
        Permanent: Nothing was created.
        Unanswered: It may have been created or not.
    """
    message = str(body.get("responseMessage") or "")
    if code in (200, 207):
        number = body.get("reportID")
        if code == 207 and not isinstance(number, str | int):
            raise Unanswered("Expensify answered 207, a part of it is done, and names no report: it may have been created or not.")
        return Created(str(number or ""))
    shown = without_people(message, [report.settings, *report.settings["expenses"]], (), secrets)
    what = f"Expensify refused: {code} {shown}".rstrip(" .") + "."
    if _NOT_ENABLED.search(message):
        raise Permanent(what, CONCIERGE)
    if code == 500:  # for much, its own faults too: unlike a feed, a report must not be created twice
        raise Unanswered(f"Expensify answered 500 {shown}".rstrip(" .") + ": the report may have been created or not.")
    raise Permanent(what, "Nothing was created. Correct the file, or the account's rights, and run it again.")


class _Twice(Exception):
    """A name twice in one object."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) < len(pairs):
        raise _Twice(f"of {len(pairs)} names")
    return dict(pairs)


def _names(
    given: Mapping[str, Any], known: tuple[str, ...], place: str, mistakes: list[str], needed: tuple[str, ...] | None = None
) -> None:
    """What is missing, and what nothing is known of: a word that is misspelt must not pass for one that is left out."""
    mistakes += [f"{place}{name}: missing" for name in (known if needed is None else needed) if name not in given]
    if unknown := len(set(given) - set(known)):
        mistakes.append(f"{place or 'the file: '}{unknown} unknown {'name' if unknown == 1 else 'names'}; known are {', '.join(known)}")


def _text(
    given: Mapping[str, Any], name: str, place: str, mistakes: list[str], form: re.Pattern[str] | None = None, otherwise: str = ""
) -> None:
    value = given.get(name)
    if name in given and (not isinstance(value, str) or not value.strip()):
        mistakes.append(f"{place}{name}: no text")
    elif isinstance(value, str) and form and not form.fullmatch(value):
        mistakes.append(f"{place}{name}: {otherwise}")


def _fields(given: Any, mistakes: list[str]) -> dict[str, str]:
    if not isinstance(given, dict):
        mistakes.append("report.fields: no object")
        return {}
    made: dict[str, str] = {}
    for number, (name, value) in enumerate(given.items(), start=1):
        if not isinstance(value, str):
            mistakes.append(f"report.fields {number}: no text")
        elif not name.strip():
            mistakes.append(f"report.fields {number}: no name")
        elif field_key(name) in made:
            mistakes.append(f"report.fields {number}: Expensify would take its name for that of another one")
        else:
            made[field_key(name)] = value
    return made


def _expense(given: Any, place: str, mistakes: list[str]) -> None:
    if not isinstance(given, dict):
        mistakes.append(f"{place}: no object")
        return
    _names(given, _EXPENSE, f"{place}, ", mistakes)
    _text(given, "merchant", f"{place}, ", mistakes)
    _text(given, "currency", f"{place}, ", mistakes, _CURRENCY, "no code of three capital letters")
    _text(given, "date", f"{place}, ", mistakes, _DAY, "no day as yyyy-MM-dd")
    if isinstance(day := given.get("date"), str) and _DAY.fullmatch(day):
        try:
            date.fromisoformat(day)
        except ValueError:
            mistakes.append(f"{place}, date: there is no such day")
    amount = given.get("amount")
    if "amount" in given and (not isinstance(amount, int) or isinstance(amount, bool)):
        mistakes.append(f"{place}, amount: no whole number of cents")
