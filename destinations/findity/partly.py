"""What an answer to a PUT that is no error says of single people.

Belongs here: which of its objects are errors, whose, and which answers say nothing that can be relied on. Does not belong here: an answer
that refuses everybody, and what an error says (``replies``).

No page shows the answer. Known to be well: nothing, users, an object of words and figures. An error is looked for wherever an envelope may
have it, since one that is passed over would let somebody pass for accepted; within a user nothing is looked for, since what a user holds
has codes of its own.
"""

from collections.abc import Iterator
from typing import Any, Final

from destinations.findity.replies import ERROR_KEYS, error_of, of_record
from destinations.replies import Records, texts
from resources.failures import Refused, Unanswered

_WELL: Final = frozenset({"", "ok", "success", "successful", "succeeded", "accepted", "created", "updated", "false", "none", "null"})
"""What may stand where an error would have its code, and is none; in small letters."""
_FAILED: Final = frozenset({"error", "failed", "failure", "rejected", "refused", "invalid"})
"""What a status may say of an error."""
_TELLING: Final = frozenset({"severity", "status", "statusCode", "success", *ERROR_KEYS})
"""Where an error says that it is one; what has none of these is none."""
_PASSING: Final = frozenset({"warning", "info"})
"""A user has seen the severities BLOCKER and WARNING at the Expense API: what is only warned of was taken."""


def refused(body: Any, records: Records) -> dict[str, str]:
    """externalSourceId → reason, for each error that a 2xx answer holds.

    Raises:
        Refused: An error says of nobody whom it concerns, so that nobody can pass for accepted.
        Unanswered: The answer is of no known shape, which may say anything.
    """
    by_key = {record["externalSourceId"]: record for record in records}
    if _strange(body) or (isinstance(body, dict) and not by_key.keys().isdisjoint(body)):
        what = "Findity's answer has no known shape: what was sent may have been applied or not."
        raise Unanswered(what, "Run again: it is safe to repeat.")
    listed = next((rows for rows in _lists(body) if len(rows) == len(records)), [])
    pairs = list(zip(listed, records, strict=False))
    # A list in another order, or of other people, says nothing by its places.
    in_order = all(_number(item) in (None, record["externalSourceId"]) for item, record in pairs)
    in_place = {id(item): record for item, record in pairs if in_order}
    reasons: dict[str, str] = {}
    for item in _errors(body):
        record = by_key.get(_number(item) or "") or in_place.get(id(item))
        code, reason = error_of(item, [record] if record else records)
        if record is None:
            message = f"Findity refused someone: {code} {reason}".rstrip()
            raise Refused(message, code or "error", reason, of_record=of_record(texts(item), records))
        reasons[record["externalSourceId"]] = ": ".join(part for part in (code, reason) if part) or "refused without a code"
    return reasons


def _strange(body: Any) -> bool:
    return isinstance(body, str | int | float) or (isinstance(body, list) and not all(isinstance(item, dict) for item in body))


def _lists(body: Any) -> Iterator[Records]:
    """Every list of objects of an envelope."""
    if isinstance(body, list) and all(isinstance(item, dict) for item in body):
        yield body
    for each in body.values() if isinstance(body, dict) else ():
        yield from _lists(each)


def _number(item: dict[str, Any]) -> str | None:
    """Whom an object is about, by what it holds itself or in its user."""
    user = item.get("user")
    around: dict[str, Any] = user if isinstance(user, dict) else {}
    found = item.get("externalSourceId") or around.get("externalSourceId")
    return None if found is None else str(found)


def _errors(body: Any) -> Iterator[dict[str, Any]]:
    """Every object that is an error: those for people, where an error has some in it."""
    if isinstance(body, list):
        for item in body:
            yield from _errors(item)
    if not isinstance(body, dict):
        return
    of_user = any(body.get(key) for key in ("id", "externalSourceId", "user"))
    inner = [] if of_user else [found for value in body.values() for found in _errors(value)]
    if inner and all(_number(item) for item in inner):
        yield from inner
    elif _says_error(body):
        yield body
    else:
        yield from inner


def _says_error(item: dict[str, Any]) -> bool:
    if _TELLING.isdisjoint(item):
        return False
    if str(item.get("severity")).casefold() in _PASSING:
        return False
    status = item.get("status", item.get("statusCode"))
    failed = status.casefold() in _FAILED if isinstance(status, str) else isinstance(status, int) and status >= 400
    return failed or item.get("success") is False or any(_is_error(item.get(key)) for key in ERROR_KEYS)


def _is_error(value: Any) -> bool:
    """Whether what stands where an error would have its code is one."""
    if isinstance(value, list):
        return any(_is_error(each) for each in value)
    if isinstance(value, dict):
        return bool(value) and str(value.get("severity")).casefold() not in _PASSING
    if isinstance(value, str) and not value.isdecimal():
        return value.casefold() not in _WELL
    return value is True or not (value is None or value is False or float(value) == 0 or 100 <= float(value) < 400)
