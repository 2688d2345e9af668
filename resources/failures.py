"""What can go wrong outside the process, sorted by what to do about it.

Belongs here: the few kinds of failure and the masking of texts that come from elsewhere. Does not belong here: deciding which kind a
reply is (each client does) and Dagster's own failures (``assets``).

A failure's text says what happened and what to do. It names no person, holds no secret and no query of a URL: texts of httpx, of a
destination or of a library are never part of it unless they went through `masked`.
"""

import logging
import re
from collections.abc import Iterable
from typing import Final

_ADDRESS = re.compile(r"[^\s'\"<>(),;:]+@[^\s'\"<>(),;:]+")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{2,4}){3,8}\b")
_NUMBER = re.compile(r"(?<![\w.])\+?\d(?:[ -]?\d){6,}(?!\w)")
# A placeholder of ours, or a word with what may join its parts.
_WORD = re.compile(r"(<(?:address|account|number|value)>)|([^\W_](?:[\w'’-]*[^\W_])?|_+)")
_PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_SHORT = re.compile(r"[0-9]{1,5}|[0-9]{1,2}-[0-9]{1,2}-[0-9]{1,2}")
_UNKNOWN = "<…>"
_UNKNOWNS = re.compile(r"<…>(?:\s*[,.'’-]?\s*<…>)+")
_LONGEST = 300

PLAIN_WORDS: Final = frozenset(
    """
    a about above access account accounts action active add added additional address addresses admin administrator after again against
    all allow allowed already also an and and/or another any api application approval approve approver approvers approves are argument
    array as assigned at attempt authentication authorization authorized bad bank be because been before below between blank body both
    but by calling can cannot category change changed character characters check city code collision column combination company conflict
    connection contact contain contains content cost could country create created credentials csv currency current custom cycle data
    database date day db dd deactivated default delete deleted denied department deprecated did differs digits dimension disabled do
    does domain due duplicate duplicated e-mail either email emails employee employeeid employees empty enabled end entity entry error
    errors exceed exceeded exceeds exist existing exists expected expense expired external failed failure few fewer field fields file
    first for forbidden format found from full further gateway general given group groups had has have header headers help hour iban id
    identifier identifiers if in inactive incorrect information inside integer internal invalid invitation invite invited is issue it
    item items its job json key kind known last later least left length level limit limits line lines list locale locked login long
    longer lower mail maintenance malformed manager managers many match matches maximum member members message method minimum minutes
    missing mm mobile more most must name names needed network new no none not null number numbers object of off office old on once one
    only operation optional or organization organizational other over owner owners parameter parent parse part partner password path
    pattern pending people per permission permissions permitted person personal personnel phone please policies policy preset presets
    primary problem process processed processing profile properties property provided put range rate read reason received record records
    refused reject rejected remove removed request requested requests required resource response retry review role roles row rows rule
    rules same schema seconds secret see send sent server service services set several short should side similar size skipped so some
    someone something source state status still string submit submits submitted such support supported syntax system tag tags
    temporarily than that the their them then there these they this time timeout to token too transaction try two type unable
    unauthorized under unexpected unique unit units unknown unprocessable unsupported up update updated updates upper url use used user
    users valid validation value values version verification verified verify violation wait was we were what when where which while who
    with without worker workspace write wrong year yet you your yyyy zip activated archived blocked closed deactivate enrolled eligible
    feature licence licences license licenses mandatory open plan plans pay quota reached register registered reimbursement seat seats
    signed subscription suspended trial unverified upgrade
    """.split()  # noqa: SIM905 - a list of four hundred lines says no more
)
"""What a destination's message may consist of where everybody who watches runs can read it: everyday words and those of errors, in small
letters. No word that is also somebody's name (will, may, mark, grant).

A list of what may be shown, since nobody has a list of all names: an unforeseen message loses words, and never gives a person away.
"""

PRIVATE: Final = "rollcall.private"
"""The logger for what only the owner may read. Whoever starts a process gives it an owner-only file; without one it says nothing."""
private = logging.getLogger(PRIVATE)
private.setLevel(logging.INFO)
private.propagate = False
private.addHandler(logging.NullHandler())


class Failed(Exception):
    """Something outside the process did not do what was asked of it.

    Attributes:
        advice: What to do about it, a sentence; may be empty.
    """

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(f"{message} {advice}".strip())
        self.advice = advice


class Transient(Failed):
    """Time heals it, and nothing was changed: run again."""


class Unanswered(Transient):
    """A request was sent and no answer came: it may have been applied or not. Only reading back can tell."""


class Outage(Transient):
    """The destination answers, and takes nothing whatever is sent, which says nothing about anybody: run again."""


class Permanent(Failed):
    """It stays as it is until somebody changes a setting, a credential or the data."""


class NoFile(Permanent):
    """There is no file that the settings mean. A run fails of it; whoever looks again soon has only to wait."""


class Refused(Permanent):
    """The destination read the request and refused it as a whole.

    Attributes:
        code: The destination's own code, as text.
        reason: Its message, masked.
        named: What names those people in the records whom the answer blames.
        quoted: What names those who have a value that the answer quotes, where several have it.
        of_record: Whether the error is about what a record holds, and not about the request or the destination.
        too_large: Whether a smaller request might pass.
    """

    def __init__(
        self,
        message: str,
        code: str,
        reason: str,
        *,
        named: Iterable[str] = (),
        quoted: Iterable[str] = (),
        of_record: bool = False,
        too_large: bool = False,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason
        self.named = frozenset(named)
        self.quoted = frozenset(quoted)
        self.of_record = of_record
        self.too_large = too_large


def masked(text: str, values: Iterable[str] = (), public: Iterable[str] = ()) -> str:
    """Take out of a destination's text what may say who somebody is.

    A message may also name people who are not in the request, and nothing tells their names from other words. So only words that are known
    to be plain stay; the whole message goes to the owner-only log.

    Args:
        text: A message as the destination wrote it.
        values: What the request said about people; each is taken out wherever the message repeats it.
        public: What else the request said; words of it may stay.

    Returns:
        The message on one line, with placeholders for those values, e-mail addresses, account numbers, phone numbers and other words.
    """
    shown = text
    for pattern, placeholder in ((_ADDRESS, "<address>"), (_IBAN, "<account>"), (_NUMBER, "<number>")):
        shown = pattern.sub(placeholder, shown)
    for value in sorted({value.strip() for value in values}, key=len, reverse=True):
        if len(value) > 1 and value in shown:
            shown = re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", "<value>", shown)
    allowed = {word.casefold() for phrase in public for word in _words(phrase)}
    shown = _WORD.sub(lambda found: found.group() if found.group(1) or _is_plain(found.group(2), allowed) else _UNKNOWN, shown)
    shown = " ".join(_UNKNOWNS.sub(_UNKNOWN, shown).split())
    if shown != " ".join(text.split()):
        private.info("a destination said: %s", text)
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…"


def _words(text: str) -> list[str]:
    return [found.group(2) for found in _WORD.finditer(text) if found.group(2)]


def _is_plain(word: str, allowed: set[str]) -> bool:
    if word.casefold() in allowed or _SHORT.fullmatch(word):
        return True
    # Codes such as REQUIRED_FIELD and names such as overLimitApprover.
    parts = [part.casefold() for part in _PARTS.findall(word)]
    return "".join(parts) == re.sub(r"[_'’-]", "", word).casefold() and all(part in PLAIN_WORDS for part in parts)
