"""What an answer that is no error says of failing, whatever its shape: no page shows one.

Belongs here: which of its words, figures and lists speak of failing, and of whom each speaks. Does not belong here: whom of those who were
sent it means (``partly``), what an error says (``replies``).

One principle instead of a list of shapes: a field's name says what it holds (an error, what was skipped, whether it succeeded, a status),
and what it holds says whether that is so. What a user object holds besides has words of its own, and is not looked at.
"""

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final, Literal

from destinations.replies import in_words, speaks_of_failing

Verdict = Literal["", "well", "unclear", "failed"]
"""What is said of somebody, from bad to worse; empty: nothing."""
_Kind = Literal["code", "failing", "success", "status", "message", "severity", "waiting", "well", ""]
"""What a field holds, by its name."""

PARTIAL: Final = (206, 207)
"""Codes that say that not all was alike: what was left out is among those who are not named."""
_ORDER: Final[tuple[Verdict, ...]] = ("", "well", "unclear", "failed")
_WAITING: Final = re.compile(r"_(pend|queue|remain|retr|wait|postpon|schedul|progress)")
_WELL: Final = re.compile(
    r"_(ok|okay|success\w*|succeeded|accepted|created|updated|saved|stored|done|completed?|processed|applied|upserted|merged|imported|added"
    r"|unchanged|unmodified|modified|changed|finished|synced)_"
)
_SUCCESS: Final = frozenset({"success", "successful", "succeeded", "ok", "accepted", "valid", "applied"})
_STATUS: Final = frozenset({"_status_", "_status_code_", "_http_status_", "_response_code_", "_result_", "_outcome_", "_state_"})
_OWN: Final = frozenset({"status", "state"})
"""What a user may have a word of its own in, which need not be known: ACTIVE, INVITED."""
_CODES: Final = frozenset({"code", "errorCode", "error"})
_NOTHING: Final = frozenset(
    {
        "",
        "ok",
        "success",
        "successful",
        "succeeded",
        "accepted",
        "created",
        "updated",
        "false",
        "no",
        "none",
        "null",
        "no error",
        "no_error",
    }
)
"""What may stand where an error would have its code, and is none; in small letters."""
_PASSING: Final = frozenset({"warning", "info"})
"""A user has seen the severities BLOCKER and WARNING at the Expense API: what is only warned of was taken."""
_NO_FAILURES: Final = re.compile(
    r"\b(no|without|zero|0) (\w+ )?(errors?|failures?|failed|rejected|skipped|problems?)\b"
    r"|\b(errors?|failures?|failed|rejected|skipped)\s*[:=]\s*0\b",
    re.IGNORECASE,
)
_FIGURE: Final = re.compile(r"-?\d+(\.\d+)?")


@dataclass(frozen=True)
class Finding:
    """What an answer says of one person or thing, or as a whole."""

    verdict: Verdict
    item: Any = field(repr=False)
    """The part of the answer that says it."""
    person: str | None = None
    """The externalSourceId that it names."""
    listed: str = ""
    """The name of the list in which it stands, where that alone says it."""


def findings(body: Any, ids: Container[str], under: Verdict = "", listed: str = "") -> Iterator[Finding]:
    """Everything that an answer says.

    Args:
        body: The answer, or a part of it.
        ids: The externalSourceIds of those who were sent.
        under: What the list says in which it stands.
        listed: The name of that.
    """
    if isinstance(body, list):
        for item in body:
            yield from findings(item, ids, under, listed)
    elif isinstance(body, dict) and _is_somebody(body, ids):
        yield Finding(worse(under, _of(body)), body, number_of(body), listed)
    elif isinstance(body, dict):
        yield from _around(body, ids, under)
    elif str(body) in ids:
        yield Finding(under or "unclear", body, str(body), listed)


def delivered_in_part(body: Any) -> bool:
    """Whether an envelope says of a list in it that something is missing: errors beside it, a status of failing, or of a part."""
    if not isinstance(body, dict):
        return False
    for key, value in body.items():
        kind = kind_of(key)
        if isinstance(value, list | dict):
            partial = kind in ("code", "failing") and _fails(value)
        else:
            figure = _figure(value)
            partial = _says(kind, value) == "failed" or (kind in ("code", "status") and figure in PARTIAL)
        if partial:
            return True
    return delivered_in_part(body.get("meta"))


def worse(*verdicts: Verdict) -> Verdict:
    """The worst of some."""
    return max(verdicts, key=_ORDER.index, default="")


def number_of(item: dict[str, Any]) -> str | None:
    """Whom an object is about, by what it holds itself or in its user."""
    user = item.get("user")
    around: dict[str, Any] = user if isinstance(user, dict) else {}
    found = item.get("externalSourceId") or around.get("externalSourceId")
    return None if found is None else str(found).strip()


def _is_somebody(item: dict[str, Any], ids: Container[str]) -> bool:
    if item.get("externalSourceId") or item.get("user"):
        return True
    # A request may have an id of its own, and what became of people in it.
    lists = (value for value in item.values() if isinstance(value, list))
    return bool(item.get("id")) and not any(isinstance(one, dict) and (number_of(one) or "") in ids for rows in lists for one in rows)


def _around(body: dict[str, Any], ids: Container[str], under: Verdict) -> Iterator[Finding]:
    """What an object says that is nobody's: of those in it, and as a whole where it speaks of failing and names nobody of ours."""
    if _only_warns(body):
        return
    own: Verdict = ""
    inner: list[Finding] = []
    for key, value in body.items():
        kind = kind_of(key)
        if not isinstance(value, list | dict):
            own = worse(own, _says(kind, value))
            continue
        found = list(findings(value, ids, worse(under, _of_list(kind)), key))
        inner += found or ([Finding("well", value, "")] if value == [] and kind in ("well", "success") else [])
        if kind in ("code", "failing") and _fails(value) and not _all_named(found, ids):
            own = "failed"
    if own == "failed" and not _all_named(inner, ids):
        yield Finding("failed", body)
        inner = [each for each in inner if each.verdict != "failed"]
    elif own == "unclear":
        yield Finding("unclear", body)
    yield from inner


def _all_named(found: list[Finding], ids: Container[str]) -> bool:
    failed = [each for each in found if each.verdict == "failed"]
    return bool(failed) and all((each.person or "") in ids for each in failed)


def _of_list(kind: _Kind) -> Verdict:
    of_kind: dict[_Kind, Verdict] = {"code": "failed", "failing": "failed", "waiting": "unclear", "well": "well", "success": "well"}
    return of_kind.get(kind, "")


def _of(item: dict[str, Any]) -> Verdict:
    """What an object that names somebody says of them."""
    kinds = _kinds(tuple(item))
    if (not kinds and "user" not in item) or _only_warns(item):
        return "well"
    verdict: Verdict = "well"
    for key, kind in kinds.items():
        value = item[key]
        if isinstance(value, list | dict):
            of_inner = _of(value) if isinstance(value, dict) and kind == "status" else "well"
            verdict = worse(verdict, "failed" if kind in ("code", "failing") and _fails(value) else of_inner)
        elif kind != "failing" or _figure(value) is None:  # how often a sign-in has failed is the user's own
            found = _says(kind, value)
            verdict = worse(verdict, "well" if found == "unclear" and key in _OWN and _figure(value) is None else found)
    if isinstance(user := item.get("user"), dict):
        verdict = worse(verdict, _of(user))
    # A message that says nothing known, and nothing beside it that says how they fared.
    unknown_words = any(kinds[key] == "message" and item[key] and not _WELL.search(in_words(str(item[key]))) for key in kinds)
    return worse(verdict, "unclear" if unknown_words and not {"status", "success"} & {*kinds.values()} else "well")


@cache  # a reply shows many users, and of all the same fields
def _kinds(keys: tuple[str, ...]) -> dict[str, _Kind]:
    """Which of some fields say anything, and of what kind they are."""
    return {key: kind for key in keys if (kind := kind_of(key))}


def _only_warns(item: dict[str, Any]) -> bool:
    return "severity" in item and str(item.get("severity")).casefold() in _PASSING


@cache
def kind_of(key: str) -> _Kind:
    """What a field holds, by its name."""
    words = in_words(key)
    kinds: dict[_Kind, bool] = {
        "code": key in _CODES,
        "failing": speaks_of_failing(key),
        "success": key.casefold().removeprefix("is") in _SUCCESS,
        "status": words in _STATUS,
        "message": words.endswith(("_message_", "_reason_")),
        "severity": key == "severity",
        "waiting": bool(_WAITING.search(words)),
        "well": bool(_WELL.search(words)),
    }
    return next((kind for kind, is_it in kinds.items() if is_it), "")


def _says(kind: _Kind, value: Any) -> Verdict:
    """What a field says that is no list and no object."""
    if value is None or value == "":
        return ""
    match kind:
        case "code":
            found = _by_code(figure) if (figure := _figure(value)) is not None else "failed" if _fails(value) else "well"
        case "failing":
            found = "failed" if _fails(value) else "well"
        case "severity":
            found = "well" if str(value).casefold() in _NOTHING | _PASSING else "failed"
        case "message":
            found = "failed" if speaks_of_failing(_NO_FAILURES.sub("", str(value))) else ""
        case "success" | "status":
            found = _by_word(str(value).strip().casefold()) if (figure := _figure(value)) is None else _by_status(kind, figure)
        case _:
            found = ""
    return found


def _by_code(figure: float) -> Verdict:
    return "failed" if 0 < figure < 100 or figure < 0 else _by_status("status", figure)


def _by_status(kind: _Kind, figure: float) -> Verdict:
    if kind == "success":
        return "well" if figure else "failed"
    return "unclear" if figure in PARTIAL else "well" if figure < 400 else "failed"


def _by_word(text: str) -> Verdict:
    words = in_words(text)
    if speaks_of_failing(text) or text in ("false", "no", "n", "ko"):
        return "failed"
    return "well" if (_WELL.search(words) and not _WAITING.search(words)) or text in ("true", "yes", "y") else "unclear"


def _figure(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    return float(value) if isinstance(value, int | float) or (isinstance(value, str) and _FIGURE.fullmatch(value.strip())) else None


def _fails(value: Any) -> bool:
    """Whether what stands where errors would stand are some."""
    if isinstance(value, list):
        return any(_fails(each) for each in value)
    if isinstance(value, dict):
        return not _only_warns(value) and any(_fails(each) for each in value.values())
    figure = _figure(value)
    return bool(figure) if figure is not None else str(value).strip().casefold() not in _NOTHING
