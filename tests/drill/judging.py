"""One feed from its folder to a verdict: what it did to the sandbox, held against what its `expected.yaml` says.

Belongs here: reading a feed, running it, comparing. Does not belong here: the company (``tests.drill.company``), the table
(``tests.drill.__main__``).

A feed's folder holds `roster.csv`, which arrives after the good file was synced, and `expected.yaml`:

``feed``        what is wrong with it, in a sentence
``settings``    dotted attribute → value, where the company's settings differ in this feed
``faults``      what goes wrong at the sandbox (`sandbox.faults.Fault`); ``unreachable``: a destination that is not there at all
``stopped``     the run fails: names of the gate's checks that must be among those that did, or of the step after it
``held``        destination → kind of change (or reason, where there is none) → people held
``expensify``, ``findity``  ``joined``, ``back``, ``left``, ``changed``: everything that may have changed there, and must have. Of a company
                with several organizations a person of Findity is ``NUMBER@ORGANIZATION``
``things``      likewise of what is no person at Findity (`tests.drill.seen.things`): key → what it is then; empty: it is not there any more
``also_sent``   destination → who is written although no change of theirs shows there; ``refused``: who is tried and refused
``again``       the run fails, and re-executed from failure it brings what is expected

``today``       the day that the machine says it is
``clock``       likewise, with the time: where somebody works in another zone it may be another day. After whatever was synced before
``says``        texts that the run tells on its report's page, or in the failure that stopped it

`before.csv`, where there is one, is synced between the good file and this one.

A folder with a `defs.yaml` is a company of its own, which nobody has ever synced: its files stand beside it under the names by which they
arrive, and `expected.yaml` has, beside ``feed``, ``nights``: of each what is above, with ``files``, those that arrive before it, in order.
In such a night ``everyone``, as in ``joined: everyone``, stands for all whose number is in ``everyone``, and what is among ``faults`` lasts
for that night. A night may also have

``first``       what is done before its files arrive, in order (``tests.drill.between`` says what there is)
``pgp``         name of a file → how it arrives (`tests.drill.keys`): ``to`` whom it is encrypted, ``by`` whom it is signed, beside it
``company``     whose night it is, if not acme's: a company that is not there yet begins with acme's settings as they are then
``settings``    dotted attribute → value, where the settings of that company differ from that night on
"""

import os
from collections.abc import Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any
from unittest.mock import patch
from zoneinfo import ZoneInfo

import yaml

from assets.runs.launch import RunResult
from tests.drill.between import Between
from tests.drill.company import DAYS, FEEDS, Company, Drill, unreachable
from tests.drill.keys import Keys, made
from tests.drill.seen import difference, people, things, without_approver, without_approver_by_values

NOTHING: dict[str, Any] = {"joined": [], "back": [], "left": [], "deleted": [], "changed": {}}
_LISTED = ("joined", "back", "left", "deleted")
DESTINATIONS = ("expensify", "findity")
_URLS = {"expensify": ["EXPENSIFY_URL"], "findity": ["FINDITY_ADMIN_URL", "FINDITY_TOKEN_URL"]}


@dataclass(frozen=True)
class Feed:
    """A folder of ``tests/feeds``."""

    folder: Path
    said: dict[str, Any]

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.folder.name

    @property
    def what(self) -> str:
        """What is wrong with it."""
        return str(self.said["feed"])

    @property
    def nights(self) -> "list[Night]":
        """What arrives, and what must come of it, night by night."""
        if not self.settings:
            return [Night(self.folder, {f"people_{DAYS[2]}.csv": "roster.csv"}, self.said)]
        return [Night(self.folder, {name: name for name in night.get("files", [])}, night, self.said) for night in self.said["nights"]]

    @cached_property
    def settings(self) -> dict[str, Any] | None:
        """A company of the feed's own."""
        file = self.folder / "defs.yaml"
        return dict(yaml.safe_load(file.read_text("utf-8"))["attributes"]) if file.exists() else None


@dataclass(frozen=True)
class Night:
    """Files that arrive, and what must come of the run after that."""

    folder: Path
    files: dict[str, str]
    """Name in the inbox → name in the folder."""
    said: Mapping[str, Any]
    feed: Mapping[str, Any] = field(default_factory=dict)

    def expected(self, destination: str) -> dict[str, Any]:
        """Everything that may have changed there, and must have."""
        found = {**NOTHING, **(self.said.get(destination) or {})}
        return {part: self.feed["everyone"] if wanted == "everyone" else wanted for part, wanted in found.items()}

    def arrive(self, company: Company, keys: Keys | None) -> None:
        """Puts its files into the company's inbox."""
        for name, source in self.files.items():
            content, protected = (self.folder / source).read_bytes(), self.said.get("pgp", {}).get(name)
            for called, sent in (keys.sent(name, content, **protected) if keys and protected else {name: content}).items():
                company.put(called, sent)


@dataclass
class Verdict:
    """What came of a feed."""

    feed: Feed
    result: str
    """What Rollcall did, in a few words."""
    wrong: list[str] = field(default_factory=list)
    """People, with destination, of whom something was written, or could have been, that must not be."""
    missing: list[str] = field(default_factory=list)
    """What should have happened and did not, or was told wrongly."""
    words: str = ""
    """What the last run says of itself first."""

    @property
    def good(self) -> bool:
        """Whether all is as expected."""
        return not self.wrong and not self.missing


def feeds() -> list[Feed]:
    """All of them, by name."""
    found = sorted(path.parent for path in FEEDS.glob("*/expected.yaml"))
    return [Feed(folder, yaml.safe_load((folder / "expected.yaml").read_text("utf-8"))) for folder in found]


def judged(drill: Drill, feed: Feed) -> Verdict:
    """Run a feed from the good sync on, or from nothing if it is a company of its own, and judge it by what the sandbox then holds and was
    sent."""
    verdict, results = Verdict(feed, ""), []
    with ExitStack() as stack:
        keys = stack.enter_context(made()) if any("pgp" in night.said for night in feed.nights) else None
        company = stack.enter_context(_company(drill, feed, keys))
        os.environ.update(keys.environment if keys else {})
        if (before := feed.folder / "before.csv").exists():
            company.put(f"people_{DAYS[1]}.csv", before.read_bytes())
            if not (earlier := company.sync()).succeeded:
                raise RuntimeError(f"The file before {feed.name} was not synced: {earlier}")
        between = Between(company)
        for night in feed.nights:
            verdict.result = ""
            _night(stack, between.company(night.said) if feed.settings else company, night, verdict, keys)
            results.append(verdict.result)
    verdict.result = results[0] if len(results) == 1 else "; then ".join(results)
    return verdict


def _company(drill: Drill, feed: Feed, keys: Keys | None) -> AbstractContextManager[Company]:
    if feed.settings:
        return drill.place(feed.name, drill.start, own=keys.named(feed.settings) if keys else feed.settings)
    return drill.place(feed.name, drill.state, **(feed.said.get("settings") or {}))


def _night(stack: ExitStack, company: Company, night: Night, verdict: Verdict, keys: Keys | None) -> None:
    apart = bool(company.settings.get("findity", {}).get("organizations"))
    old, of_things, writes = people(company.box.state, apart=apart), things(company.box.state), company.box.writes
    deletions = len(company.box.state["findity"]["deletions"])
    company.box.sent = {name: set() for name in DESTINATIONS}
    company.box.heal()  # what went wrong in the night before
    _go_wrong(stack, company, night)
    night.arrive(company, keys)
    result = company.kept_sync() if night.said.get("again") else company.sync()
    root = result.run_id
    if night.said.get("again"):
        verdict.missing += [] if not result.succeeded else ["the run was to fail first"]
        company.box.heal()
        result = company.again(result)
    _stopped(company, night, result, verdict)
    held = company.held(root)
    new = people(company.box.state, apart=apart)
    _compare(company, night, old, new, held, verdict)
    _compare_things(night, of_things, things(company.box.state), verdict)
    gone = len(company.box.state["findity"]["deletions"]) - deletions
    verdict.wrong += ["a user was deleted"] * (gone != len(night.expected("findity")["deleted"]))
    # Where nothing is to change, not one call may have changed anything, and none may have tried.
    expected = any(night.expected(name) != NOTHING or night.said.get("also_sent", {}).get(name) for name in DESTINATIONS)
    silent = not expected and not night.said.get("things")
    if silent and company.box.writes != writes:
        verdict.wrong.append(f"{company.box.writes - writes} writes")
    told = [verdict.result] * bool(verdict.result) + _told(held, old, new)
    verdict.result = "; ".join(told) or "nothing to write"
    verdict.words, page = company.words(root, result.message)
    verdict.missing += [f"not said: {text}" for text in night.said.get("says", []) if text not in page]


def _go_wrong(stack: ExitStack, company: Company, night: Night) -> None:
    clock = night.said.get("clock")
    if day := night.said.get("today", clock and clock[:10]):
        stack.enter_context(patch("assets.graph.intake.today", lambda timezone: date.fromisoformat(day)))
    if clock:
        at = datetime.fromisoformat(clock).replace(tzinfo=ZoneInfo(company.settings["timezone"])).astimezone(UTC)
        stack.enter_context(patch("resources.ledger.intakes.moment", lambda: at))
    for fault in night.said.get("faults", []):
        company.box.fault(**fault)
    if away := night.said.get("unreachable"):
        url = stack.enter_context(unreachable())
        os.environ.update(dict.fromkeys(_URLS[away], url))


def _stopped(company: Company, night: Night, result: RunResult, verdict: Verdict) -> None:
    wanted = night.said.get("stopped") or []
    if result.succeeded:
        verdict.missing += ["the run was to stop"] if wanted else []
        return
    checks = company.failed_checks(result.run_id) if result.step == f"{company.name}__hr__intake" else []
    step = str(result.step).removeprefix(f"{company.name}__").replace("__", "/")
    verdict.result = f"stopped at the gate: {', '.join(checks)}" if checks else f"stopped at {step}"
    if not wanted:
        verdict.missing.append(f"the run failed: {result.message}")
    elif lacking := set(wanted) - {*checks, step}:
        verdict.missing.append(f"not what stopped it: {', '.join(sorted(lacking))}")


def _compare(
    company: Company, night: Night, old: dict[str, Any], new: dict[str, Any], held: dict[str, dict[str, int]], verdict: Verdict
) -> None:
    for name in DESTINATIONS:
        found, wanted = difference(old[name], new[name]), night.expected(name)
        verdict.missing += [f"{number} at {name}: not {part}" for part in _LISTED for number in wanted[part] if number not in found[part]]
        verdict.wrong += [f"{number} at {name}: {part}" for part in _LISTED for number in found[part] if number not in wanted[part]]
        for number in sorted(found["changed"].keys() | wanted["changed"].keys()):
            is_so, should = found["changed"].get(number, {}), wanted["changed"].get(number, {})
            verdict.wrong += [
                f"{number} at {name}: {each} is {is_so[each]}" for each in is_so if each not in should or is_so[each] != should[each]
            ]
            verdict.missing += [f"{number} at {name}: {each} unchanged" for each in should if each not in is_so]
        allowed = {*wanted["joined"], *wanted["back"], *wanted["left"], *wanted["deleted"], *wanted["changed"]}
        also = night.said.get("also_sent", {}).get(name, [])
        allowed |= set(night.feed["everyone"] if also == "everyone" else also) | set(night.said.get("refused", {}).get(name, []))
        allowed = {number.partition("@")[0] for number in allowed} if name == "findity" else allowed
        verdict.wrong += [f"{number} at {name}: sent for nothing" for number in sorted(company.box.sent[name] - allowed)]
    said = night.said.get("held") or {}
    for name in sorted({*held, *said}):
        if held.get(name, {}) != said.get(name, {}):
            verdict.missing.append(f"held at {name}: {held.get(name, {})}")
    lost = without_approver(new) + without_approver_by_values(new["findity"], things(company.box.state))
    verdict.wrong += [f"{number}: no active approver" for number in lost]
    verdict.wrong += ["invitations were mailed"] * bool(company.box.state["findity"]["mails"])


def _compare_things(night: Night, old: Mapping[str, Any], new: Mapping[str, Any], verdict: Verdict) -> None:
    found = {key: new.get(key) for key in sorted(old.keys() | new.keys()) if old.get(key) != new.get(key) or (key in old) != (key in new)}
    wanted = dict(night.said.get("things") or {})
    verdict.wrong += [f"{key}: is {is_so}" for key, is_so in found.items() if key not in wanted or wanted[key] != is_so]
    verdict.missing += [f"{key}: unchanged" for key in wanted if key not in found]


def _told(held: dict[str, dict[str, int]], old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """What was held and what was written, at both destinations in one where it is the same."""
    parts = {name: difference(old[name], new[name]) for name in DESTINATIONS}
    written = {name: {kind: len(value) for kind, value in part.items() if value} for name, part in parts.items()}
    sentences = []
    for said, counts in (("held", held), ("written", written)):
        names = [*DESTINATIONS, *sorted(counts.keys() - set(DESTINATIONS))]
        at = {name: ", ".join(f"{count} {kind}" for kind, count in counts.get(name, {}).items()) for name in names}
        if len(set(at.values())) == 1 and len(names) == len(DESTINATIONS):
            at = {"both": at[DESTINATIONS[0]]}
        sentences += [
            f"{said} at {name if name == 'both' else name.title().replace('_', ' ')}: {what}" for name, what in at.items() if what
        ]
    return sentences
