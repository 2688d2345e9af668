"""One person's story, and the sentence that it begins with.

Belongs here: what is known of one person in each run, and saying it in words. Does not belong here: where it is read
(``resources.past.story``), how it is laid out (``cli.why``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from roster.plan.decision import RELEASABLE
from roster.plan.outcomes import LATER, NOT_IN_ANSWER
from roster.reading.lines import line_text
from roster.reports.model import HR_FILE
from roster.reports.reasons import DATED, reason
from roster.vocabulary import WRITES

PERSON, PLACE = "\0who", "\0at"
_DONE = {"create": "created", "update": "updated", "reactivate": "reactivated", "deactivate": "deactivated", "delete": "deleted"}
_INTENDED = {"update": "an update", **{action: f"to be {done}" for action, done in _DONE.items() if action != "update"}}


@dataclass(frozen=True, kw_only=True)
class Change:
    """One field that a plan changes."""

    field: str
    old: str | None
    """None: there was none, or it is not known."""
    new: str | None


@dataclass(frozen=True, kw_only=True)
class Lacking:
    """One value that was left out of the person's record."""

    field: str
    """The destination's name of the field; of HR's file its heading."""
    reason: str
    since: date | None = None
    times: int | None = None
    """In how many syncs so far."""
    message: str | None = None
    """What is wrong with HR's cell, where that is what it is about."""
    word: str | None = None
    """What HR's file says there, where a destination tells it."""
    candidates: str | None = None
    """What may have been meant."""


@dataclass(frozen=True, kw_only=True)
class Visit:
    """What one run planned, sent and found for the person at one destination."""

    destination: str
    """As people write it."""
    action: str | None
    """None: the plan does not have them."""
    intended: str | None = None
    """What a hold keeps back."""
    kinds: str | None = None
    matched_by: str | None = None
    reason: str | None = None
    detail: str | None = None
    changes: Sequence[Change] = ()
    in_words: Sequence[Mapping[str, Any]] = ()
    """The same as `roster.reports.change_table.by_person` has it."""
    lacking: Sequence[Lacking] = ()
    """Values that the record goes without."""
    word: str | None = None
    """What HR's file says that leads nowhere, where nothing of theirs goes for it; and what may have been meant."""
    candidates: str | None = None
    held_digest: str | None = None
    held_until: datetime | None = None
    request: int | None = None
    answer: str | None = None
    """accepted, refused, unknown; None: nothing was sent for them."""
    reply: str | None = None
    """What the destination answered."""
    outcome: str | None = None
    """None: the run did not get that far."""
    outcome_reason: str | None = None
    landed: str | None = None


@dataclass(frozen=True, kw_only=True)
class Line:
    """One row of HR's file."""

    number: int
    disposition: str
    code: str | None = None
    """What is wrong with it, or why it does not count."""
    message: str | None = None
    """The same in words."""

    @property
    def called(self) -> str:
        """The line as it is called where it is shown."""
        return line_text(self.number)


@dataclass(frozen=True, kw_only=True)
class Chapter:
    """One run and its re-executions."""

    root_run_id: str
    job: str
    began: datetime
    status: str | None
    """finished, stopped; None: it is under way, or nobody closed it."""
    failure: str | None = None
    file: str | None = None
    intake: int | None = None
    lines: Sequence[Line] | None = ()
    """The person's rows; None: not kept any more."""
    lacking: Sequence[Lacking] = ()
    """Values of their row that could not be used."""
    standing: str | None = None
    """What the rules make of their row: employment, scope."""
    visits: Sequence[Visit] = ()


@dataclass(frozen=True, kw_only=True)
class LastingSkip:
    """Since when and how often the person stays out for a reason."""

    destination: str
    reason: str
    since: date
    times: int
    ended: date | None = None


@dataclass(frozen=True, kw_only=True)
class Story:
    """Everything that is kept about one person."""

    employee_id: str
    chapters: Sequence[Chapter]
    """Newest first; the first is the newest run of all that looked at the person."""
    others: int = 0
    """Other runs that the ledger has, which planned nothing for them."""
    about: int = 0
    """Runs that left something about them in the ledger, told here or not."""
    skips: Sequence[LastingSkip] = ()
    acknowledged: Sequence[str] = ()
    """Destinations that have acknowledged them at some time."""


def sentence(story: Story) -> str:
    """Why this person is as they are, as far as the newest run knows."""
    person = story.employee_id
    known = f" {_listed(story.acknowledged)} acknowledged them earlier." if story.acknowledged else ""
    if not story.chapters:
        return f"No run that is kept says anything about {person}.{known}"
    newest = story.chapters[0]
    none_planned = _none_planned(newest)
    if _rejected(newest) and not none_planned:
        return f"{person} was {'left as they were' if story.acknowledged else 'not brought in'}: {_of_rows(newest)}"
    places_by_sentence: dict[str, list[str]] = {}
    for visit in newest.visits:
        if visit.action is not None:
            places_by_sentence.setdefault(_sentence(visit), []).append(visit.destination)
    if places_by_sentence:
        parts = [text.replace(PERSON, person).replace(PLACE, _listed(places)) for text, places in places_by_sentence.items()]
        return " ".join([*parts, *_since(story), *_elsewhere(story), *_left_out(newest)])
    unheard = not (story.about or story.acknowledged or story.skips)
    if none_planned:
        whom = f"Nothing that is kept knows {person}. " if unheard else ""
        theirs = f" Of {person}, {_of_rows(newest)}" if _rejected(newest) else ""
        # What there is to do about it stands with the run.
        why = (newest.failure or "nothing was kept of why.").partition(". ")[0].rstrip(".")
        return f"{whom}The newest run stopped before it planned anything for {person}: {why}.{theirs}"
    if newest.lines is not None and not newest.lines:
        return f"{person} is in no row of {newest.file or 'the file'}, and no plan has them.{known}"
    text = f"The newest run planned nothing for {person}: nothing had to change, or nobody has this number. Its stored values are gone."
    if unheard:
        text = f"Nothing that is kept knows {person}: no run has planned anything for this number, and no destination has acknowledged it."
    return " ".join([f"{text}{known}", *_left_out(newest)])


def remedy(story: Story) -> str | None:
    """What would bring them in and who can do it; None where nothing is to be done."""
    if not story.chapters:
        return None
    newest = story.chapters[0]
    codes = [line.code for line in newest.lines or ()] if _rejected(newest) else [_code(visit) for visit in newest.visits]
    codes += [one.reason for visit in newest.visits for one in visit.lacking] + [one.reason for one in newest.lacking]
    if not _none_planned(newest):  # else the sentence is about the run that stopped, and what to do about that stands with it
        codes += [one.reason for one in _lasting_elsewhere(story)]
    for code in dict.fromkeys(filter(None, codes)):
        words = reason(code)
        if words.owner != "nobody":
            return f"{words.owner}: {words.what_to_do}"
    return None


def _none_planned(chapter: Chapter) -> bool:
    """Whether the run stopped before it planned anything."""
    return chapter.status == "stopped" and not chapter.visits


def without(one: Lacking) -> str:
    """Which value was left out and why, as a piece of a sentence."""
    return f"{one.field} was left out: {_lower(one.message.rstrip('.') if one.message else reason(one.reason).words)}"


def _left_out(chapter: Chapter) -> list[str]:
    """A sentence for each place and value that was left out."""
    of_file = [f"In {chapter.file or 'the file'} {without(one)}." for one in chapter.lacking]
    return of_file + [f"At {visit.destination} {without(one)}." for visit in chapter.visits for one in visit.lacking]


def planned(visit: Visit) -> str:
    """What was planned, in a line."""
    if visit.action is None:
        return "not in this plan"
    if visit.action == "none":
        return "nothing had to change" if visit.reason is None else _lower(reason(visit.reason).words)
    kinds = f" ({visit.kinds.replace('|', ', ').replace('_', ' ')})" if visit.kinds else ""
    if visit.action == "hold":
        return f"held: {visit.intended or 'a change'}{kinds}"
    return f"{visit.action}{kinds}"


def obstacle(visit: Visit) -> str | None:
    """Why they were held, skipped or refused; None where all went its way."""
    code = _code(visit)
    return None if code is None else _words(visit, code)


def may_go(visit: Visit) -> bool:
    """Of somebody held, whether a release can let them go."""
    return visit.reason is None or visit.reason in RELEASABLE


def _words(visit: Visit, code: str) -> str:
    return visit.detail if code in DATED and visit.detail else reason(code).words


def _code(visit: Visit) -> str | None:
    if visit.landed == "missing":
        return NOT_IN_ANSWER if visit.outcome_reason == NOT_IN_ANSWER else LATER
    return visit.outcome_reason or visit.reason


def _sentence(visit: Visit) -> str:
    """What became of them, with PERSON and PLACE for who and where."""
    code = _code(visit)
    words = _lower(_words(visit, code)) if code else ""
    if visit.action == "none":
        return f"{PERSON}, at {PLACE}: {words}." if words else f"{PERSON} is in step at {PLACE}: nothing had to change."
    if visit.action == "skip" and code in DATED:
        return f"{PERSON}, at {PLACE}: {words}."
    if visit.action == "skip":
        return f"{PERSON} was left out at {PLACE}: {words}."
    if visit.action == "hold":
        waits = f"waits for a release at {PLACE}" if may_go(visit) else f"waits at {PLACE} until somebody settles it"
        return f"{PERSON} {waits} ({_INTENDED.get(visit.intended or '', 'a change')}): {words}."
    return _written(visit, _DONE.get(visit.action or "", "changed"), words)


def _written(visit: Visit, done: str, words: str) -> str:
    if visit.outcome is None:
        return f"{PERSON} was to be {done} at {PLACE}; {'no reading back has shown it yet' if visit.answer else 'nothing was sent'}."
    if visit.outcome == "refused":
        return f"{PLACE} refused that {PERSON} be {done}: {(visit.reply or words).rstrip('.')}."
    if visit.outcome == "unknown":
        return f"{PERSON} was to be {done} at {PLACE}, and nobody knows whether they were: {words}."
    if visit.outcome in ("skipped", "unchanged"):  # another run was there first
        return f"{PERSON} was to be {done} at {PLACE}, and was not sent: {words}."
    seen = {
        "landed": ", and reading back shows it",
        "missing": f", but {'its answer' if _code(visit) == NOT_IN_ANSWER else 'reading back'} does not show it",
        "accepted": ", and its answer shows it, which is all that can",
        "unanswered": ", in fields that only its answer can show, and it says nothing of them",
    }
    return f"{PERSON} was {done} at {PLACE}{seen.get(visit.landed or '', ', in fields that cannot be read back' if visit.landed else '')}."


def _rejected(chapter: Chapter) -> bool:
    return bool(chapter.lines) and all(line.disposition == "rejected" for line in chapter.lines or ())


def _of_rows(chapter: Chapter) -> str:
    """Which rows of theirs were rejected, and why, as the end of a sentence."""
    lines = chapter.lines or ()
    rows, verb = _listed([f"line {line.called}" for line in lines]), "was" if len(lines) == 1 else "were"
    return f"{rows} of {chapter.file or 'the file'} {verb} rejected. {lines[0].message or ''}".rstrip()


def _elsewhere(story: Story) -> list[str]:
    """Why the person still stays out where the newest run planned nothing for them: a release is of one destination alone."""
    waiting = [(", they wait for a release" if one.reason in RELEASABLE else "", one) for one in _lasting_elsewhere(story)]
    return [f"At {one.destination}, as before{waits}: {_lower(reason(one.reason).words)}." for waits, one in waiting]


def _lasting_elsewhere(story: Story) -> list[LastingSkip]:
    """Why somebody stays out of destinations for which the newest run planned nothing for them."""
    planned = {HR_FILE, *(visit.destination for visit in story.chapters[0].visits if visit.action is not None)}
    return [one for one in story.skips if one.ended is None and one.destination not in planned]


def _since(story: Story) -> list[str]:
    """How long the newest run's reasons have held, as a sentence or none."""
    codes = {(visit.destination, _code(visit)) for visit in story.chapters[0].visits if visit.action not in WRITES}
    lasting = [skip for skip in story.skips if skip.ended is None and (skip.destination, skip.reason) in codes]
    if not lasting:
        return []
    first = min(lasting, key=lambda skip: skip.since)
    return [f"So since {first.since}, in {first.times} {'sync' if first.times == 1 else 'syncs'}."]


def _listed(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 2 else names)


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:] if words[:2] != "HR" else words
