"""What became of everyone: the plan, the answers and the reading-back put side by side.

Belongs here: one outcome for each person, and the three numbers. Does not belong here: the comparison with what was read
(each destination's ``comparison``), reports.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from roster.membership import among, looked_up
from roster.plan.decision import Plan
from roster.plan.in_common import InCommon
from roster.vocabulary import OUTCOME_OF, WRITES

OUTCOME_COLUMNS = ("person", "employee_id", "action", "kinds", "outcome", "reason", "detail", "landed")
DRIFT = ("person", "field")
PLACES = ("employee_id", "where", "why")
LATER = "not_seen_yet"
NOT_IN_ANSWER = "not_in_answer"
"""Reason of an accepted answer that does not show a value which no reading shows, and its answers do."""
ANSWER_SILENT = "answer_silent"
"""Likewise of one that says nothing of such values at all."""

STILL_NEEDED = "still_needed"
"""Reason of a leaver who is not taken out, since what should have taken their place was not accepted."""
NOT_SENT = ("stale", STILL_NEEDED)
"""Reasons of those whose write was planned and left for the next plan, and who are skipped so."""


@dataclass(frozen=True, eq=False)
class OutcomeFacts:
    """What is known of a plan's outcomes as a whole."""

    outcomes: Mapping[str, int] = field(default_factory=dict)
    """Outcome → people."""
    numbers: Mapping[str, int] = field(default_factory=dict)
    """See `numbers`."""
    drift: pd.DataFrame = field(default_factory=partial(pd.DataFrame, columns=list(DRIFT)))
    """`DRIFT`: what somebody else changed while the run went on."""
    strangers: int = 0
    """Accounts that HR's file does not know."""
    warnings: Sequence[str] = ()
    """Where the destination's own account of the write is not the plan."""
    without_approver: Sequence[str] | None = None
    """The employee numbers of those who are active there without an active approver; None where an earlier version did not look."""
    still_in: pd.DataFrame = field(default_factory=partial(pd.DataFrame, columns=list(PLACES)))
    """`PLACES`: who has left and is still in some part of it."""
    staying: pd.DataFrame = field(default_factory=partial(pd.DataFrame, columns=list(PLACES)))
    """`PLACES`: who is in a part of it that their record does not name any more."""
    in_common: InCommon | None = None
    """What it shows of people, to hold it against other destinations; None where that was not looked at."""
    things_drift: Sequence[str] = ()
    """The things, no people, that somebody else changed."""

    def to_json(self) -> dict[str, Any]:
        """As JSON."""
        return {
            **({"things_drift": list(self.things_drift)} if self.things_drift else {}),
            "outcomes": dict(self.outcomes),
            "numbers": dict(self.numbers),
            "drift": self.drift.to_dict("records"),
            "strangers": self.strangers,
            "warnings": list(self.warnings),
            "without_approver": None if self.without_approver is None else list(self.without_approver),
            "still_in": self.still_in.to_dict("records"),
            "staying": self.staying.to_dict("records"),
            **({"in_common": self.in_common.to_json()} if self.in_common else {}),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "OutcomeFacts":
        """What `to_json` wrote."""
        drift = pd.DataFrame(stored.get("drift", []), columns=list(DRIFT))
        return cls(
            stored.get("outcomes", {}),
            stored.get("numbers", {}),
            drift,
            stored.get("strangers", 0),
            stored.get("warnings", []),
            stored.get("without_approver"),
            pd.DataFrame(stored.get("still_in", []), columns=list(PLACES)),
            pd.DataFrame(stored.get("staying", []), columns=list(PLACES)),
            InCommon.from_json(stored.get("in_common")),
            tuple(stored.get("things_drift", ())),
        )


def outcomes(plan: Plan, answers: pd.DataFrame, differing: pd.Series, in_answer: Sequence[str] = ()) -> pd.DataFrame:
    """One outcome for everyone in the plan.

    Args:
        plan: the plan.
        answers: the ledger's answers: ``person``, ``status``, ``reason``. Besides accepted, refused and unknown a status may be done or
            stale: not sent, for another run has written the person meanwhile, the same or something else, or for a reason of `NOT_SENT`.
        differing: the employee numbers of planned people whose visible fields, read back, are not as planned.
        in_answer: fields that no reading shows, and the destination's answer does (`roster.plan.write_only.WriteOnly.in_answer`).

    Returns:
        `OUTCOME_COLUMNS`. ``landed`` is ``landed``, ``missing`` (accepted but read back otherwise, or not in the answer that should show
        it), ``not visible`` (accepted; no field of the change can be read back), ``accepted`` (likewise, and the answer shows it) or
        ``unanswered`` (likewise, and the answer says nothing of it), and missing for people nothing was sent for. A person whose answer was
        lost has the outcome of their action if reading back confirms it, else ``unknown``; so has one whose change is there although it was
        refused. Of those whom another run has written meanwhile, this plan changed nothing: ``unchanged`` if it was the same, ``skipped``
        if it was not.
    """
    answered = answers.set_index("person")
    people = plan.people[["person", "employee_id", "action", "kinds", "reason", "detail"]]
    status, answer = (looked_up(people["person"], answered[part]) for part in ("status", "reason"))
    written = people["action"].isin(WRITES)
    applied = plan.changes[plan.changes["apply"]]
    seen = people["person"].isin(applied.loc[applied["visible"], "person"]) | (written & people["action"].ne("update"))
    differs = among(people["employee_id"].fillna(people["person"]), differing)  # a stranger has no number of ours
    proof = people["person"].isin(applied.loc[applied["field"].isin(in_answer), "person"]) & status.eq("accepted")
    landed = pd.Series(
        np.select(
            [written & status.eq("stale"), written & status.eq("accepted") & answer.eq(NOT_IN_ANSWER),
             written & proof & ~seen & answer.eq(ANSWER_SILENT), written & proof & ~seen,
             written & status.isin(["accepted", "done"]) & ~seen, written & status.notna() & seen & ~differs,
             written & status.isin(["accepted", "done"])],
            ["", "missing", "unanswered", "accepted", "not visible", "landed", "missing"],
            "",
        ),
        index=people.index,
        dtype="str",
    )  # fmt: skip
    # What is there is there, also if it was refused: an error may come after the change.
    overtaken = written & status.isin(["done", "stale"])
    confirmed = status.eq("accepted") | landed.eq("landed") | overtaken
    refused = written & status.eq("refused") & ~confirmed
    outcome = people["action"].map(OUTCOME_OF)
    outcome = outcome.mask(written & ~confirmed, "unknown").mask(refused, "refused")
    outcome = outcome.mask(overtaken, status.map({"done": "unchanged", "stale": "skipped"}))
    reason = people["reason"].mask(refused, "refused").mask(overtaken, answer)
    reason = reason.mask(written & status.isna(), "not_sent").mask(written & status.eq("unknown") & ~confirmed, "unanswered")
    # A destination may accept a person and still leave something out, and says why.
    reason = reason.mask(landed.eq("missing"), answer.mask(answer.eq(ANSWER_SILENT)).fillna(LATER))
    detail = people["detail"].mask(written & status.isin(["refused", "unknown"]), answer)
    table = people.assign(outcome=outcome, reason=reason, detail=detail, landed=landed.replace("", np.nan)).astype("str")
    return table[list(OUTCOME_COLUMNS)]


def numbers(plan: Plan, table: pd.DataFrame, answers: pd.DataFrame) -> dict[str, int]:
    """The numbers that finance reads, none of them taken from what was sent.

    Returns:
        ``intended`` (planned to be written), ``accepted`` (the destination answer so), ``landed`` (seen when reading back), ``not_visible``
        (accepted, no changed field can be read back), ``missing`` (accepted, read back otherwise), ``refused``, ``unknown``, ``held``;
        and where there are such, ``answered`` and ``unanswered`` (no field can be read back; the answer shows it, or says nothing of it).
    """
    planned = plan.people.loc[plan.people["action"].isin(WRITES), "person"]
    status = answers.set_index("person")["status"].reindex(planned)
    proof = {"answered": int(table["landed"].eq("accepted").sum()), "unanswered": int(table["landed"].eq("unanswered").sum())}
    return {
        "intended": len(planned),
        "accepted": int(status.eq("accepted").sum()),
        "landed": int(table["landed"].eq("landed").sum()),
        "not_visible": int(table["landed"].eq("not visible").sum()),
        "missing": int(table["landed"].eq("missing").sum()),
        "refused": int(table["outcome"].eq("refused").sum()),
        "unknown": int(table["outcome"].eq("unknown").sum()),
        "held": int(table["outcome"].eq("held").sum()),
        **{name: count for name, count in proof.items() if count},
    }
