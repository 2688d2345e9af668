"""What Findity's replies say. Their shapes are not published, so several are understood.

Belongs here: lists in envelopes, errors and whom they concern. Does not belong here: calling (``client``).
"""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from destinations.replies import Records, quoted, texts, without_people
from resources.failures import Permanent, Refused
from resources.http import Reply

PUBLIC: Final = frozenset({"role", "externalSourceId", "personnelNumber", "organizationalUnitId", "locale", "approverIds"})
"""Fields whose values may stay in a message: they say nothing about who somebody is."""

_LIST_KEYS = ("userList", "data", "users", "organizationalUnits")
_ERROR_KEYS = ("errorCode", "code", "error", "errors")
_MESSAGE_KEYS = ("message", "errorMessage", "description", "error_description")


def unreadable(what: str) -> Permanent:
    """A reply of no known shape. It must not pass for an empty one."""
    return Permanent(f"Findity's {what} has no known shape.", "Check admin_url in the settings.")


def items(body: Any) -> Records | None:
    """The objects of a bare list, or of the list in an envelope."""
    if isinstance(body, dict):
        body = next((body[key] for key in _LIST_KEYS if isinstance(body.get(key), list)), None)
    return body if isinstance(body, list) and all(isinstance(item, dict) for item in body) else None


def total(body: Any) -> int | None:
    """How many there are in all, where an envelope says so."""
    if not isinstance(body, dict):
        return None
    meta = body.get("meta")
    count = meta.get("total") if isinstance(meta, dict) else body.get("total")
    return count if isinstance(count, int) else None


def as_texts(rows: Records, name: str) -> list[str | None]:
    """What the objects show under a name, as text; None where that is nothing."""
    return [None if row.get(name) in (None, "") else str(row[name]) for row in rows]


def identity(user: dict[str, Any]) -> str:
    """What tells a user from others, across pages."""
    return str(user.get("id") or user.get("externalSourceId") or json.dumps(user, sort_keys=True))


def error_of(body: Any, records: Records) -> tuple[str, str]:
    """Code and masked message, from any of the shapes that have been seen or guessed; empty where there is none."""
    if isinstance(body, list):
        found = (error_of(item, records) for item in body)
        return next((pair for pair in found if any(pair)), ("", ""))
    if not isinstance(body, dict):
        return "", ""
    message = next((body[key] for key in _MESSAGE_KEYS if isinstance(body.get(key), str)), "")
    reason = without_people(message, records, PUBLIC) if message else ""
    for key in _ERROR_KEYS:
        value = body.get(key)
        if isinstance(value, dict | list) and value:
            inner = error_of(value, records)
            return inner[0], inner[1] or reason
        if isinstance(value, str | int) and not isinstance(value, bool) and value:
            return without_people(str(value), records, PUBLIC), reason
    return "", reason


_RECORD_WORDS: Final = frozenset({"required_field", "db_schema_violation"})
"""Codes of what a user object holds that name none of its fields; a user has seen both. Others are an outage where all meet them."""


def refusal(reply: Reply, records: Records) -> Refused:
    """What an answer is that refuses these records as a whole."""
    code, reason = error_of(reply.json, records)
    said = texts(reply.json)
    numbers = {record["externalSourceId"] for record in records}
    about = [quoted(text, records, "externalSourceId") for text in said]
    blamed: set[str] = set().union(*(each.named for each in about))
    # In a request of one person alone every value is theirs alone: that says what it is about, and not that they are at fault.
    named = {number for number in _blamed(reply.json) if number in numbers} | (blamed if len(numbers) > 1 else set())
    return Refused(
        f"Findity refused: {reply.status} {code} {reason}".rstrip(),
        code or str(reply.status),
        reason,
        named=named,
        quoted=set().union(*(each.several for each in about)) if len(numbers) > 1 else (),
        of_record=bool(named or blamed) or any(_of_record(text, records) for text in said),
        too_large=reply.status == 413,
    )


def _blamed(body: Any) -> Iterator[str]:
    """The externalSourceIds that an error's own fields give."""
    for each in body if isinstance(body, list) else body.values() if isinstance(body, dict) else ():
        yield from _blamed(each)
    if isinstance(body, dict) and isinstance(body.get("externalSourceId"), str):
        yield body["externalSourceId"]


def _of_record(text: str, records: Records) -> bool:
    """Whether a code or message speaks of what a user object holds: by a code that is known for it, or by the name of a field."""
    words = [part.casefold() for part in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", text)]
    said = f"_{'_'.join(words)}_"
    fields = {re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).casefold() for record in records for name in record}
    return text.casefold() in _RECORD_WORDS or any(f"_{name}_" in said for name in fields)


def refused(body: Any, records: Records) -> dict[str, str]:
    """externalSourceId → reason, for each error that a 2xx answer holds.

    Raises:
        Refused: An error says of nobody whom it concerns, so that nobody can pass for accepted.
    """
    listed = items(body) or []
    errors = [item for item in listed if any(item.get(key) for key in _ERROR_KEYS)]
    if isinstance(body, dict):
        inner = body.get("errors")
        errors += [item for item in inner if isinstance(item, dict)] if isinstance(inner, list) else []
        if not errors and any(body.get(key) for key in _ERROR_KEYS):
            errors = [body]  # the whole answer is one error: about someone, or else about all
    by_key = {record["externalSourceId"]: record for record in records}
    in_place = {id(item): record for item, record in zip(listed, records, strict=False)} if len(listed) == len(records) else {}
    reasons: dict[str, str] = {}
    for item in errors:
        record = by_key.get(str(item.get("externalSourceId"))) or in_place.get(id(item))
        code, reason = error_of(item, [record] if record else records)
        if record is None:
            message = f"Findity refused someone: {code} {reason}".rstrip()
            raise Refused(message, code or "error", reason, of_record=any(_of_record(text, records) for text in texts(item)))
        reasons[record["externalSourceId"]] = ": ".join(part for part in (code, reason) if part) or "refused without a code"
    return reasons
