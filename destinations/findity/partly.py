"""What an answer to a PUT that is no error says of single people.

Belongs here: who of those who were sent counts as accepted, refused or unknown by it. Does not belong here: which words speak of failing
(``failing``), an answer that refuses everybody, and what an error says (``replies``).

No page shows the answer. Known to be well: nothing, users, an object of words and figures. Somebody counts as accepted only where nothing
in it speaks of failing, or counts failures, but what is of others; what names people and cannot be understood leaves these unknown.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from destinations.findity.comparison import WRITE_ONLY
from destinations.findity.failing import PARTIAL, Finding, findings, number_of
from destinations.findity.replies import error_of, of_record
from destinations.replies import Record, Records, texts, without_people
from resources.failures import Refused, Unanswered
from resources.http import Reply

_AGAIN: Final = "Run again: it is safe to repeat."
_UNSHOWN: Final = tuple(WRITE_ONLY.fields)
_MASKED: Final = re.compile(r"[*•#]|x{3,}", re.IGNORECASE)
"""What a server may show in place of a number that it keeps to itself."""


@dataclass
class Partly:
    """Who was not accepted, by externalSourceId with the reason; whoever is in neither was."""

    refused: dict[str, str] = field(default_factory=dict)
    unknown: dict[str, str] = field(default_factory=dict)


def answered(reply: Reply) -> Any:
    """The body of an answer to a write that refuses nothing as a whole: None where it has none.

    Raises:
        Unanswered: It is of no known shape, which may mean anything.
    """
    if reply.content.strip() and reply.json is None:
        raise Unanswered("Findity's answer is no JSON: what was sent may have been applied or not.", _AGAIN)
    body = reply.json
    if isinstance(body, str | int | float) or (isinstance(body, list) and not all(isinstance(item, dict) for item in body)):
        raise _unknown_shape()
    return body


def partly(reply: Reply, records: Records) -> Partly:
    """Who was not accepted by a 2xx answer.

    Raises:
        Refused: An error says of nobody whom it concerns, so that nobody can pass for accepted.
        Unanswered: The answer is of no known shape, which may say anything, or says of everybody nothing that is known.
    """
    body = answered(reply)
    by_id = {record["externalSourceId"]: record for record in records}
    if any(not by_id.keys().isdisjoint(each) for each in _objects(body)):
        raise _unknown_shape()
    in_place = _in_place(body, records)
    found = Partly()
    listed: set[str] = set()
    others, nameless, partial = 0, 0, reply.status in PARTIAL
    for each in findings(body, by_id):
        record = by_id.get(each.person or "") or in_place.get(id(each.item))
        if each.verdict == "failed":
            name, reason = _refusal(each, record, records)
            found.refused[name] = reason
        elif record is None:
            partial = partial or each.verdict == "unclear"
            nameless += each.person is None and each.verdict == "well"
            others += each.person is not None
        elif each.verdict == "unclear" or _shows_another(record, each.item):
            found.unknown[record["externalSourceId"]] = "Findity's answer says nothing known of what became of them"
        else:
            listed.add(record["externalSourceId"])
    left = [name for name in by_id if name not in found.refused and name not in found.unknown and name not in listed]
    if len(left) > nameless and (partial or listed or others or nameless):
        found.unknown |= dict.fromkeys(left, "Findity's answer names others, and not them")
    found.unknown = {name: reason for name, reason in found.unknown.items() if name not in found.refused}
    if len(found.unknown) == len(by_id):
        raise _unknown_shape()
    return found


def _refusal(finding: Finding, record: Record | None, records: Records) -> tuple[str, str]:
    """Whom something that failed concerns, and why.

    Raises:
        Refused: Nobody knows whom.
    """
    code, reason = error_of(finding.item, [record] if record else records)
    if record is None:
        message = f"Findity refused someone: {code} {reason}".rstrip()
        raise Refused(message, code or "error", reason, of_record=of_record(texts(finding.item), records))
    listed = f"listed as {without_people(finding.listed, records, ())}" if finding.listed else "refused without a code"
    return record["externalSourceId"], ": ".join(part for part in (code, reason) if part) or listed


def _unknown_shape() -> Unanswered:
    return Unanswered("Findity's answer has no known shape: what was sent may have been applied or not.", _AGAIN)


def _in_place(body: Any, records: Records) -> dict[int, Record]:
    """The record of each object of a list that is as long, by the object's identity. A list in another order, or of other people, says
    nothing by its places."""
    rows = next((rows for rows in _lists(body) if len(rows) == len(records)), [])
    pairs = list(zip(rows, records, strict=False))
    in_order = all(number_of(item) in (None, record["externalSourceId"]) for item, record in pairs)
    return {id(item): record for item, record in pairs if in_order}


def _lists(body: Any) -> Iterator[Records]:
    """Every list of objects of an envelope."""
    if isinstance(body, list) and all(isinstance(item, dict) for item in body):
        yield body
    for each in body.values() if isinstance(body, dict) else ():
        yield from _lists(each)


def _objects(body: Any) -> Iterator[dict[str, Any]]:
    """An envelope and every object that is right in another: each may be one by id."""
    if isinstance(body, dict):
        yield body
        for each in body.values():
            yield from _objects(each)


def _shows_another(record: Record, shown: Any) -> bool:
    """Whether an answer shows another value of what no reading may ever show than was sent: then nothing else ever tells."""
    sent = [name for name in _UNSHOWN if name in record]
    if not sent:
        return False
    user = shown.get("user") if isinstance(shown, dict) else None
    around = [each for each in (shown, user) if isinstance(each, dict)]
    return any(_differs(record[name], each.get(name)) for name in sent for each in around)


def _differs(sent: Any, shown: Any) -> bool:
    if isinstance(sent, dict):
        return isinstance(shown, dict) and any(_differs(value, shown.get(name)) for name, value in sent.items())
    plain = "".join(filter(str.isalnum, str(shown))).casefold()
    return isinstance(shown, str) and not _MASKED.search(shown) and plain != "".join(filter(str.isalnum, str(sent))).casefold()
