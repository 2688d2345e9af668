"""What Findity's replies say. Their shapes are not published, so several are understood.

Belongs here: lists in envelopes, errors and whom they concern. Does not belong here: calling (``client``), errors for single people in an
answer that is none (``partly``).
"""

import json
import re
from collections.abc import Container, Iterable, Iterator
from typing import Any, Final

from destinations.findity.failing import PARTIAL, delivered_in_part
from destinations.replies import Records, in_words, quoted, texts, without_people
from resources.failures import Permanent, Refused
from resources.http import Reply

PUBLIC: Final = frozenset({"role", "externalSourceId", "personnelNumber", "organizationalUnitId", "locale", "approverIds"})
"""Fields whose values may stay in a message: they say nothing about who somebody is."""

_TOTALS: Final = frozenset({"total", "totalcount", "totalelements", "totalitems", "totalresults"})
_MORE: Final = frozenset({"hasmore", "more", "moreresults", "hasnext", "hasnextpage", "next", "nextpage", "nextpagetoken"})
LIST_KEYS = ("userList", "data", "users", "organizationalUnits")
ERROR_KEYS = ("errorCode", "code", "error", "errors")
_MESSAGE_KEYS = ("message", "errorMessage", "description", "error_description")


def unreadable(what: str) -> Permanent:
    """A reply of no known shape. It must not pass for an empty one."""
    return Permanent(f"Findity's {what} has no known shape.", "Check admin_url in the settings.")


def whole(reply: Reply, what: str) -> Any:
    """The body of an answer that shows a list.

    Raises:
        Permanent: Its status says that it is a part.
    """
    if reply.status in PARTIAL:
        raise unreadable(what)
    return reply.json


def items(body: Any) -> Records | None:
    """The objects of a bare list, or of the list in an envelope that says nothing of a part of it that failed."""
    if isinstance(body, dict):
        if delivered_in_part(body):
            return None
        body = next((body[key] for key in LIST_KEYS if isinstance(body.get(key), list)), None)
    return body if isinstance(body, list) and all(isinstance(item, dict) for item in body) else None


def users_of(body: Any) -> Records:
    """The users of a list, or of one of its pages.

    Raises:
        Permanent: It is none: a page that cannot be read, or a list of errors, is no list of nobody.
    """
    found = items(body)
    if found is None or not all(user.get("id") or user.get("externalSourceId") for user in found):
        raise unreadable("list of users")
    if (count := total(body, "list of users")) is not None and count < len(found):
        raise unreadable("list of users")
    return found


def total(body: Any, what: str) -> int | None:
    """How many there are in all, where an envelope says so.

    Raises:
        Permanent: What it says is no whole number, or not one alone.
    """
    given = {str(value) for _, value in _envelope(body, _TOTALS) if value is not None}
    counts = {whole_number(text) for text in given}
    if len(counts) > 1 or None in counts:
        raise unreadable(what)
    return next(iter(counts), None)


def has_more(body: Any) -> bool:
    """Whether an envelope says that there is more than it shows."""
    return any(str(value).strip().casefold() not in ("none", "", "false", "0", "no") for _, value in _envelope(body, _MORE))


def _envelope(body: Any, names: Container[str]) -> Iterator[tuple[str, Any]]:
    """What an envelope says of its list under some names."""
    if isinstance(body, dict):
        yield from ((key, value) for key, value in body.items() if key.replace("_", "").casefold() in names)
        for around in ("meta", "paging", "pagination", "page", "links", "_links"):
            yield from _envelope(body.get(around), names)


def whole_number(text: str) -> int | None:
    """A whole number that is not negative, whether a server writes 7, 7.0 or a text."""
    return int(float(text)) if re.fullmatch(r"\s*\d+(\.0*)?\s*", text) else None


def most(one: int | None, other: int | None) -> int | None:
    """The larger of two totals, where there is one: of a list that changed while it was read, the one that it had at its longest."""
    return max((each for each in (one, other) if each is not None), default=None)


def identity(user: dict[str, Any]) -> str:
    """What tells a user from others, across pages."""
    return str(user.get("id") or user.get("externalSourceId") or json.dumps(user, sort_keys=True))


def put_together(found: dict[str, dict[str, Any]], page: Records) -> None:
    """Adds the users of a page to those that were found. Of one who is shown twice the later one counts; but who is shown as active by
    one of both is so, since nothing shows then that they are out."""
    for user in page:
        before = found.get(identity(user))
        active = before is not None and _is_active(before) and not _is_active(user)
        found[identity(user)] = {**user, "active": True} if active else user


def _is_active(user: dict[str, Any]) -> bool:
    return str(user.get("active")).strip().casefold() != "false"


def error_of(body: Any, records: Records) -> tuple[str, str]:
    """Code and masked message, from any of the shapes that have been seen or guessed; empty where there is none."""
    if isinstance(body, list):
        found = (error_of({"code": item} if isinstance(item, str) else item, records) for item in body)
        return next((pair for pair in found if any(pair)), ("", ""))
    if not isinstance(body, dict):
        return "", ""
    message = next((body[key] for key in _MESSAGE_KEYS if isinstance(body.get(key), str)), "")
    reason = without_people(message, records, PUBLIC) if message else ""
    for key in ERROR_KEYS:
        value = body.get(key)
        if isinstance(value, dict | list) and value:
            inner = error_of(value, records)
            return inner[0], inner[1] or reason
        if isinstance(value, str | int) and not isinstance(value, bool) and value:
            return without_people(str(value), records, PUBLIC), reason
    return "", reason


_RECORD_WORDS: Final = frozenset({"required_field", "db_schema_violation"})
"""Codes of what a user object holds that name none of its fields; a user has seen both. Others are an outage where all meet them."""
_BY_ID: Final = re.compile(r"externalSourceId\W{1,3}([^\s,;:'\"<>()\[\]{}]+)")
"""Somebody whom a message names by their id without quoting it."""


def refusal(reply: Reply, records: Records) -> Refused:
    """What an answer is that refuses these records as a whole."""
    code, reason = error_of(reply.json, records)
    messages = texts(reply.json)
    numbers = {record["externalSourceId"] for record in records}
    about = [quoted(text, records, "externalSourceId") for text in messages]
    blamed: set[str] = set().union(*(each.named for each in about))
    # In a request of one person alone every value is theirs alone: that says what it is about, and not that they are at fault.
    named = {number for number in _blamed(reply.json) if number in numbers} | (blamed if len(numbers) > 1 else set())
    return Refused(
        f"Findity refused: {reply.status} {code} {reason}".rstrip(),
        code or str(reply.status),
        reason,
        named=named,
        quoted=set().union(*(each.several for each in about)) if len(numbers) > 1 else (),
        of_record=bool(named or blamed) or of_record(messages, records),
        too_large=reply.status == 413,
    )


def concerns_records(reply: Reply, records: Records) -> bool:
    """Whether a status that is about rights or an address comes with a body about somebody who was sent, or what of them was."""
    found = refusal(reply, records)
    return bool(found.named or found.quoted) or (reply.status == 404 and found.of_record)


def _blamed(body: Any) -> Iterator[str]:
    """The externalSourceIds that an error's own fields give, or its text."""
    for each in body if isinstance(body, list) else body.values() if isinstance(body, dict) else ():
        yield from _blamed(each)
    if isinstance(body, dict) and isinstance(body.get("externalSourceId"), str | int):
        yield str(body["externalSourceId"])
    if isinstance(body, str):
        yield from (name.rstrip(".") for name in _BY_ID.findall(body))


def of_record(messages: Iterable[str], records: Records) -> bool:
    """Whether codes or messages speak of what a user object holds: by a code that is known for it, or by the name of a field."""
    # A code may call a field by what its id is of: ORGANIZATIONAL_UNIT_NOT_FOUND.
    fields = {re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).casefold().removesuffix("_id") for record in records for name in record}
    return any(text.casefold() in _RECORD_WORDS or any(f"_{name}_" in in_words(text) for name in fields) for text in messages)
