"""Writing planned changes of units, dimensions, values and approvers to Findity, kind by kind in their order.

Belongs here: bodies, and what each answer means for each change. Does not belong here: what is to change (``planning``).

Definitions and values are upserts by external id, so a lost call is repeated. New assignments and units have no id yet: such a call is
never sent twice, and without an answer it is unknown; the next reading tells. What else a list of approvers holds is read again and sent
along, so that nothing is lost where Findity takes what is sent for the whole list; what goes is named with ``delete`` besides. A body that
is refused is halved until who is at fault is alone. Units are created in part, below what is above them; none is ever removed.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import pandas as pd

from destinations.findity.client import Findity
from destinations.findity.failing import PARTIAL, findings
from destinations.findity.partly import answered
from destinations.findity.replies import error_of, whole
from destinations.findity.settings import Settings
from destinations.findity.structure import definitions, units
from destinations.findity.structure.answers import approver_table, unit_approver_table, value_table
from destinations.findity.structure.planning import APPROVERS
from destinations.findity.structure.reading import DEFINITIONS, UNITS, approvers_path, values_path
from destinations.replies import Records
from resources.failures import Permanent, Unanswered
from resources.http import Reply

OUTCOMES: Final = ["thing", "outcome", "reason"]
NARROWING_CALLS: Final = 200
"""So many further calls a sending may spend on finding out what was refused; the rest is then refused with the whole."""

Payloads = dict[str, Any]
"""Thing → what `planning` says of it."""


@dataclass
class _Sent:
    """What became of each change so far."""

    client: Findity
    settings: Settings
    outcomes: dict[str, tuple[str, str | None]] = field(default_factory=dict)
    calls_left: int = NARROWING_CALLS

    def put(self, path: str, body: Callable[[list[str]], Any], things: list[str], *, repeat: bool = True) -> None:
        """Send some changes in one request, halved while it is refused."""
        if not things:
            return
        content = json.dumps(body(things), ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
        try:
            reply = self.client.request("PUT", path, content=content, repeat_lost=repeat)
        except Unanswered:
            self.say(things, "unknown", "no answer: it may have been applied or not")
            return
        outcome, reason = _meaning(reply)
        if outcome == "refused" and reply.status < 400 and len(things) > 1:  # accepted in part, and of which part nothing is known
            outcome = "unknown"
        if outcome != "refused":
            self.say(things, outcome, reason)
        elif len(things) > 1 and self.calls_left > 1 and reply.status not in (401, 403, 404, 405):
            self.calls_left -= 2
            half = len(things) // 2
            self.put(path, body, things[:half], repeat=repeat)
            self.put(path, body, things[half:], repeat=repeat)
        else:
            self.say(things, "refused", reason)

    def say(self, things: Sequence[str], outcome: str, reason: str | None) -> None:
        self.outcomes |= dict.fromkeys(things, (outcome, reason))


def send(client: Findity, settings: Settings, changes: pd.DataFrame) -> pd.DataFrame:
    """Write `roster.plan.things.THING_COLUMNS`.

    Returns:
        `OUTCOMES`, one row a change.

    Raises:
        Transient: Findity takes nothing at present, and what was sent last was not applied.
        Permanent: The credentials are wrong.
    """
    sent = _Sent(client, settings)
    ordered = changes.sort_values("order", kind="stable")
    by_kind = {str(kind): _payloads(mine) for kind, mine in ordered.groupby("kind", sort=False)}
    _units(sent, by_kind.get(units.UNIT, {}))
    mine = by_kind.get(definitions.DIMENSION, {})
    sent.put(DEFINITIONS, lambda things: [mine[thing] for thing in things], list(mine))
    _values(sent, by_kind.get(definitions.VALUE, {}))
    _approvers(sent, by_kind.get(APPROVERS, {}))
    _values(sent, by_kind.get(definitions.REMOVED, {}))
    rows = [(thing, *sent.outcomes.get(thing, ("refused", "nothing knows how to send it"))) for thing in ordered["thing"]]
    return pd.DataFrame(rows, columns=OUTCOMES).astype("str")


def _payloads(changes: pd.DataFrame) -> Payloads:
    return {thing: json.loads(text) for thing, text in zip(changes["thing"], changes["payload"], strict=True)}


def _meaning(reply: Reply) -> tuple[str, str | None]:
    """What an answer is, and why, without what it quotes. It is accepted only where nothing in it speaks of failing."""
    code, reason = error_of(reply.json, [])
    if reply.status >= 400:
        return "refused", f"Findity refused: {reply.status} {code} {reason}".rstrip()
    try:
        found = [each.verdict for each in findings(answered(reply), ())]
    except Unanswered as failure:
        return "unknown", str(failure)
    if "failed" in found:
        return "refused", f"Findity refused: {reply.status} {code} {reason}".rstrip()
    if "unclear" in found or reply.status in PARTIAL:
        return "unknown", f"Findity's answer (HTTP {reply.status}) says nothing known of what became of it"
    return "accepted", None


def _values(sent: _Sent, mine: Payloads) -> None:
    for dimension, things in _by(mine, "dimension").items():
        above = sent.outcomes.get(f"dimension/{dimension}")
        if above and above[0] != "accepted":
            sent.say(things, "refused", "its dimension was not taken")
            continue
        size = sent.settings.connection.chunk_size
        for begin in range(0, len(things), size):
            some = things[begin : begin + size]
            sent.put(values_path(dimension), lambda each: [mine[thing]["record"] for thing in each], some)


def _approvers(sent: _Sent, mine: Payloads) -> None:
    in_units = [thing for thing, payload in mine.items() if "unit" in payload]
    for dimension, things in _by({key: one for key, one in mine.items() if "dimension" in one}, "dimension").items():
        ready = []
        for thing in things:
            after = mine[thing]["after"]
            if after is None or sent.outcomes.get(after, ("", None))[0] == "accepted":
                ready.append(thing)
            else:
                sent.say([thing], "refused", "its value is not there")
        if ready:
            _of_values(sent, dimension, {thing: mine[thing] for thing in ready})
    if in_units:
        _of_units(sent, {thing: mine[thing] for thing in in_units})


def _of_values(sent: _Sent, dimension: str, mine: Payloads) -> None:
    path = approvers_path(dimension)
    try:
        there = approver_table(_read(sent.client, path))
        values = value_table(dimension, _read(sent.client, values_path(dimension)))
    except Permanent as failure:
        sent.say(list(mine), "refused", str(failure))
        return
    known = values.dropna(subset=["externalSourceId", "id"])
    own = dict(zip(known["externalSourceId"], known["id"], strict=True))
    at = {thing: own.get(one["value"], one["value"]) if sent.settings.value_by == "id" else one["value"] for thing, one in mine.items()}
    also = {thing: {one["value"], own.get(one["value"])} for thing, one in mine.items()}

    def body(things: list[str]) -> Records:
        names = set().union(*(also[thing] for thing in things))
        rest = [{"dimensionValueId": row["at"]} | _as_read(row) for row in there.to_dict("records") if row["at"] not in names]
        ours: Records = []
        for thing in things:
            before = [row for row in there.to_dict("records") if row["at"] in also[thing]]
            ours += [{"dimensionValueId": at[thing]} | step for step in _steps(mine[thing]["steps"], before)]
        return [*rest, *ours]

    sent.put(path, body, list(mine), repeat=False)


def _of_units(sent: _Sent, mine: Payloads) -> None:
    try:
        there = unit_approver_table(_read(sent.client, UNITS))
    except Permanent as failure:
        sent.say(list(mine), "refused", str(failure))
        return
    for thing, one in mine.items():
        before = there[there["at"].eq(one["unit"])].to_dict("records")
        body = {"id": one["unit"], "approvers": _steps(one["steps"], before)}
        sent.put(UNITS, lambda _, body=body: body, [thing], repeat=False)  # type: ignore[misc]


def _steps(steps: Records, before: Sequence[Any]) -> Records:
    """The assignments that are wanted, in the places of those that are there; what is over is to be deleted."""
    found: Records = []
    for number, step in enumerate(steps):
        own = {"id": before[number]["id"]} if number < len(before) and isinstance(before[number]["id"], str) else {}
        found.append({**own, **step, "sortOrder": number})
    over = before[len(steps) :]
    return found + [_as_read(row) | {"delete": True} for row in over if isinstance(row["id"], str)]


def _as_read(row: Any) -> dict[str, Any]:
    """An assignment as it was read."""
    given = {name: row[name] for name in ("id", "personId", "approverExternalId") if isinstance(row[name], str)}
    limit = row["amountLimit"]
    amount = None if not isinstance(limit, str) else int(limit) if limit.isdigit() else float(limit)
    return {**given, "sortOrder": int(row["sortOrder"]), "amountLimit": amount}


def _units(sent: _Sent, mine: Payloads) -> None:
    """Level by level: what is below a new unit needs its id."""
    depths = sorted({len(one["above"]) for one in mine.values()})
    for depth in depths:
        there = {path: key for key, path in units.paths(sent.client.units()).items()}
        above: dict[tuple[str, ...], list[str]] = {}
        for thing, one in mine.items():
            if len(one["above"]) == depth:
                above.setdefault(tuple(one["above"]), []).append(thing)
        for path, things in above.items():
            if path not in there:
                sent.say(things, "refused", "the unit above it is not there")
                continue
            owner = there[path]
            sent.put(UNITS, lambda each, owner=owner: _part(owner, [mine[thing]["record"] for thing in each]), things, repeat=False)  # type: ignore[misc]


def _part(owner: str, new: Records) -> dict[str, Any]:
    return {"id": owner, "subUnits": [{**record, "ownerId": owner} for record in new]}


def _by(mine: Payloads, name: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for thing, payload in mine.items():
        found.setdefault(payload[name], []).append(thing)
    return found


def _read(client: Findity, path: str) -> Any:
    reply = client.request("GET", path)
    if reply.status >= 400:
        raise Permanent(f"Findity refused to show {path}: {reply.status}", "Check the rights of the key.")
    return whole(reply, path)
