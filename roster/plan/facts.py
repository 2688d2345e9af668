"""What is known of a plan as a whole, beside its frames: what a write, a reading-back, a release and a report need of it.

Belongs here: these facts and the one way in which they are written and read as JSON, in the stored plan and in the ledger. Does not belong
here: how they come about (``destinations.engine``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any, Final

import pandas as pd

from roster.plan import own_account
from roster.plan.in_common import InCommon
from roster.plan.limits import FIGURES
from roster.plan.other_settings import OtherSettings
from roster.plan.things import ThingFacts
from roster.plan.wording import Wording

REPAIRS: Final = ("employee_id", "repair")
LEFT: Final = ("employee_id", "field", "reason")
"""Of a run that is taken back, what stays: whose, which field (missing: all of it), and a code of `roster.plan.undo.WHY`."""
FAULTS: Final = ("employee_id", "field", "reason", "word", "candidates")
"""The last two only where a destination tells them: HR's word that was left out, and what may have been meant."""


_NONE: Final[dict[tuple[str, ...], pd.DataFrame]] = {
    columns: pd.DataFrame(columns=list(columns), dtype="str") for columns in (FIGURES, REPAIRS, LEFT, FAULTS)
}


def _empty(columns: tuple[str, ...]) -> pd.DataFrame:
    return _NONE[columns].copy(deep=False)


def _table(rows: Sequence[Mapping[str, Any]] | None, columns: tuple[str, ...]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(columns), dtype="str") if rows else _empty(columns)


@dataclass(frozen=True)
class DryRunReply:
    """What a destination says it would do."""

    requests: int = 0
    bytes: int = 0
    """Of the payload."""
    would_refuse: Mapping[str, str] = field(default_factory=dict)
    """Employee number → why."""
    disagreements: Sequence[str] = ()
    """Where its own account is not the plan."""
    account: own_account.Account = ()
    """What it would do, by its own account."""
    alone: Sequence[str] = ()
    """Who of them was refused alone, or by name for a whole request: they would cost others theirs."""
    in_doubt: Sequence[str] = ()
    """Of whom it did not show whether they are at fault: they were in requests that were refused."""

    def to_json(self) -> dict[str, Any]:
        """As JSON; empty where nothing was sent."""
        if not self.requests:
            return {}
        return {
            "requests": self.requests,
            "bytes": self.bytes,
            "would_refuse": dict(self.would_refuse),
            "disagreements": list(self.disagreements),
            "account": own_account.to_json(self.account),
            "alone": list(self.alone),
            "in_doubt": list(self.in_doubt),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "DryRunReply":
        """What `to_json` wrote; an earlier version wrote nobody as ``alone`` and ``in_doubt``."""
        account = own_account.from_json(stored.get("account", ()))
        lists = {name: tuple(stored.get(name, ())) for name in ("disagreements", "alone", "in_doubt")}
        return cls(**{**stored, **lists, "account": account})


@dataclass(frozen=True, kw_only=True, eq=False)
class PlanFacts:
    """What is known of a plan as a whole."""

    number: int | None = None
    """The intake that it was made from; the ledger keeps that beside these facts."""
    as_of: date | None = None
    """The day that counts as today; likewise."""
    dated: date | None = None
    """The day that the export says it is of, if it says one."""
    taken_in: str = ""
    """The run that stored the roster."""
    epoch: int = 0
    """The destination's when what is there was read; the ledger keeps that beside these facts."""
    actions: Mapping[str, int] = field(default_factory=dict)
    """Action → people."""
    people: int = 0
    """Everyone in the plan."""
    accounts: int = 0
    """Everyone at the destination."""
    matched: Mapping[str, int] = field(default_factory=dict)
    """How people and accounts were found to be one → people."""
    whole: bool = True
    """Whether the plan decides about everyone, and leaves nobody alone because they were not selected."""
    everyone: bool = True
    """Whether the run was for everyone, not for some employee numbers."""
    first: bool = False
    """Whether no plan for everyone had been written there yet."""
    of_first: Sequence[str] = ()
    """The employee numbers of whoever is of the first sync still, once this plan is written."""
    had: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """`roster.plan.decision.Plan.had`."""
    idle: bool = False
    """Nobody's plan, of a destination that a release of another one leaves alone."""
    limits: pd.DataFrame = field(default_factory=partial(_empty, FIGURES))
    """`roster.plan.limits.FIGURES`."""
    adoption: Mapping[str, int] = field(default_factory=dict)
    """Before a first sync: who is there already (`roster.plan.adoption.WAYS`)."""
    released: Mapping[str, int] = field(default_factory=dict)
    """What became of a released set (`roster.plan.releasing.VERDICTS`)."""
    repairs: pd.DataFrame = field(default_factory=partial(_empty, REPAIRS))
    """Approvers by rule, tops aside: ``employee_id``, ``repair``."""
    tops: int = 0
    """People who have no manager by HR's own word."""
    without_approver: Sequence[str] = ()
    """The employee numbers of those who are active there without an active approver, before anything is written."""
    unremembered: Sequence[str] = ()
    """Whose account has their employee number, and whom the ledger has never brought in (`roster.plan.restored`)."""
    like_hrs: int | None = None
    """How many active accounts have a number like HR's that nobody knows; None where that was not looked at."""
    more_like_hrs: int = 0
    """How many more these are than when the destination was last written."""
    faults: pd.DataFrame = field(default_factory=partial(_empty, FAULTS))
    """Values that no record has (`FAULTS`)."""
    stay: Mapping[str, int] = field(default_factory=dict)
    """Field → how many people keep a value there although HR's cell is empty."""
    sizes: Mapping[str, int] = field(default_factory=dict)
    """How many there were, when somebody last had no reason to look, of what nothing is to be judged by once most of it is gone
    (`roster.plan.shrunk`)."""
    dry_run: DryRunReply = DryRunReply()
    things: ThingFacts = field(default_factory=ThingFacts)
    in_common: InCommon | None = None
    """What the destination showed of people before the write, to hold it against others if nothing is sent; None in a run for some."""
    settings: str = ""
    """Names the settings that it was drawn by; an earlier version kept none."""
    other_settings: OtherSettings | None = None
    """How these are other than those of the last write; None where they are not, or that is not asked."""
    undoes: str = ""
    """The run that it takes back, the first of its attempts; empty for any other plan."""
    not_undone: pd.DataFrame = field(default_factory=partial(_empty, LEFT))
    """`LEFT`: what of that run stays."""
    notices: Sequence[str] = ()
    """Sentences for the report, people by number."""
    wording: Wording = field(default_factory=Wording)
    """How the destination's fields and the ids in this plan are called."""

    def to_json(self) -> dict[str, Any]:
        """As JSON."""
        figures = self.limits.astype("object").where(self.limits.notna(), None)
        return {
            "number": self.number,
            "as_of": self.as_of.isoformat() if self.as_of else None,
            "dated": self.dated.isoformat() if self.dated else None,
            "taken_in": self.taken_in,
            "epoch": self.epoch,
            "actions": dict(self.actions),
            "people": self.people,
            "accounts": self.accounts,
            "matched": dict(self.matched),
            "whole": self.whole,
            "everyone": self.everyone,
            "first": self.first,
            "of_first": list(self.of_first),
            "had": {name: list(numbers) for name, numbers in self.had.items()},
            "idle": self.idle,
            "limits": figures.to_dict("records"),
            "adoption": dict(self.adoption),
            "released": dict(self.released),
            "repairs": self.repairs.to_dict("records"),
            "tops": self.tops,
            "without_approver": list(self.without_approver),
            "unremembered": list(self.unremembered),
            "like_hrs": self.like_hrs,
            "more_like_hrs": self.more_like_hrs,
            "faults": _texts(self.faults),
            "stay": dict(self.stay),
            "sizes": dict(self.sizes),
            "dry_run": self.dry_run.to_json(),
            "notices": list(self.notices),
            **({"settings": self.settings} if self.settings else {}),
            **({"other_settings": self.other_settings.to_json()} if self.other_settings else {}),
            **({"undoes": self.undoes, "not_undone": _texts(self.not_undone)} if self.undoes else {}),
            **({"things": things} if (things := self.things.to_json()) else {}),
            **({"in_common": self.in_common.to_json()} if self.in_common else {}),
            "wording": self.wording.to_json(),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "PlanFacts":
        """What `to_json` wrote, also by an earlier version: that kept limits and the like in ``holds``, and under ``everyone`` what is
        ``whole`` now."""
        if "holds" in stored:
            stored = {**stored, **stored["holds"], "whole": stored["everyone"]}
        return cls(
            number=stored.get("number"),
            as_of=_day(stored.get("as_of")),
            dated=_day(stored.get("dated")),
            taken_in=stored.get("taken_in", ""),
            epoch=stored.get("epoch", 0),
            actions=stored.get("actions", {}),
            people=stored.get("people", 0),
            accounts=stored.get("accounts", 0),
            matched=stored.get("matched", {}),
            whole=stored.get("whole", True),
            everyone=stored.get("everyone", True),
            first=stored.get("first", False),
            of_first=tuple(stored.get("of_first", ())),
            had=stored.get("had", {}),
            idle=stored.get("idle", False),
            limits=pd.DataFrame(stored.get("limits", []), columns=list(FIGURES)),
            adoption=stored.get("adoption", {}),
            released=stored.get("released", {}),
            repairs=_table(stored.get("repairs"), REPAIRS),
            tops=stored.get("tops", 0),
            without_approver=tuple(stored.get("without_approver", ())),
            unremembered=tuple(stored.get("unremembered", ())),
            like_hrs=stored.get("like_hrs"),
            more_like_hrs=stored.get("more_like_hrs", 0),
            faults=_table(stored.get("faults"), FAULTS),
            stay=stored.get("stay", {}),
            sizes=stored.get("sizes", {}),
            dry_run=DryRunReply.from_json(stored.get("dry_run", {})),
            notices=tuple(stored.get("notices", ())),
            settings=stored.get("settings", ""),
            other_settings=OtherSettings.from_json(stored.get("other_settings")),
            undoes=stored.get("undoes", ""),
            not_undone=pd.DataFrame(stored.get("not_undone", []), columns=list(LEFT), dtype="str"),
            things=ThingFacts.from_json(stored.get("things", {})),
            in_common=InCommon.from_json(stored.get("in_common")),
            wording=Wording.from_json(stored.get("wording", {})),
        )


def _texts(frame: pd.DataFrame) -> list[dict[str, str]]:
    """The rows of a frame of texts, without what is missing."""
    return [{str(name): one for name, one in row.items() if isinstance(one, str)} for row in frame.to_dict("records")]


def day_of(stored: Mapping[str, Any]) -> date | None:
    """The day that stored facts of a plan are for, without reading the rest of them."""
    return _day(stored.get("as_of"))


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
