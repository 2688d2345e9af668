"""Who has left and still has access, whatever the reason: the first thing that somebody should read of a run.

Belongs here: who counts as that, where, and by what. Does not belong here: sentences (``headline``), tables of a page (``page``).
"""

from typing import Final

import pandas as pd

from roster.plan.decision import RELEASABLE, UNDO
from roster.plan.outcomes import PLACES
from roster.reading.lines import line_texts
from roster.reports.model import PEOPLE, DestinationReport, RunReport
from roster.reports.reasons import FIRST, reason

COLUMNS: Final = ("person", "employee_id", "line", "where", "cause", "code", "detail")
CAUSES: Final = {
    "rejected": "their row of HR's file was rejected",
    "held": "waits for a release",
    "in doubt": "waits until somebody settles who they are",
    "refused": "refused",
    "unknown": "without an answer",
    "missing": "accepted, and still there",
    "kept": "nobody else approves there yet",
    "left alone": "another system is to take them out",
    "not sent": "not sent",
    "still in": "still in it, or may be",
}
"""Why, in words that follow *at* a destination and a colon, the most telling first: of several one counts for somebody there."""
SENT: Final = frozenset({"refused", "unknown", "missing", "not sent"})
"""Those of whom a run was to write."""

_BY_OUTCOME: Final = {"held": "held", "refused": "refused", "unknown": "unknown", "skipped": "not sent"}


def still_there(report: RunReport, left_out: pd.DataFrame) -> pd.DataFrame:
    """Who has left by HR's word, or by their absence where that means it, and has access somewhere all the same.

    Who keeps it until a day that the settings give is none of them, nor is whoever only would leave by a plan that was not to be sent.

    Args:
        report: The run.
        left_out: As `roster.reports.skipped.left_out` gives it.

    Returns:
        `COLUMNS`, one row for each person and place: what names the person, their number where it is shown, the line of a rejected row that
        has none, the destination or HR's file, one of `CAUSES`, the reason code and what was answered.
    """
    parts = [_at(one, preview=report.job.endswith("_preview")) for one in report.destinations]
    parts.append(_unnamed(left_out))
    found = pd.concat([part for part in parts if len(part)] or parts, ignore_index=True)
    rank = found["cause"].map({cause: at for at, cause in enumerate(CAUSES)})
    first = found.assign(rank=rank).sort_values("rank", kind="stable").drop_duplicates(["person", "where"])
    return first.sort_values(["rank", "person"], kind="stable").reset_index(drop=True)[list(COLUMNS)]


def _at(one: DestinationReport, *, preview: bool) -> pd.DataFrame:
    people = one.people.reindex(columns=list(PEOPLE))
    people = people[people["reason"].ne(UNDO)]  # whose coming in is to be taken back works here
    stays = _stays(people["reason"]) | people["reason"].isin(["still_has_access", "deactivated_elsewhere"])
    people = people[people["kinds"].eq("leave") | stays]
    if people.empty and one.still_in.empty:
        return pd.DataFrame(columns=list(COLUMNS), dtype="str")
    goes = people["kinds"].eq("leave")
    outcome, action = people["outcome"].astype("str"), people["action"].astype("str")
    cause = outcome.where(goes).map(_BY_OUTCOME).astype("str")
    cause = cause.mask(goes & outcome.isna() & action.eq("hold"), "held")
    if not preview:
        cause = cause.mask(goes & outcome.isna() & action.eq("deactivate"), "not sent")
    cause = cause.mask(cause.eq("held") & people["reason"].notna() & ~people["reason"].isin(RELEASABLE), "in doubt")
    cause = cause.mask(goes & people["landed"].eq("missing"), "missing")
    cause = cause.mask(_stays(people["reason"]), "kept")
    cause = cause.mask(people["reason"].eq("still_has_access"), "rejected")
    cause = cause.mask(people["reason"].eq("deactivated_elsewhere"), "left alone")
    rows = people.assign(cause=cause, where=one.name, code=people["reason"].fillna(cause))[cause.notna()]
    places = one.still_in.reindex(columns=list(PLACES)).drop_duplicates("employee_id")
    still = places.assign(person=places["employee_id"], where=one.name, cause="still in", code="still_in", detail=places["why"])
    both = pd.concat([rows, still], ignore_index=True).reindex(columns=list(COLUMNS))
    return both.astype({name: "str" for name in COLUMNS if name != "line"})


def _stays(reasons: "pd.Series[str]") -> pd.Series:
    """Who has left and is kept for something there."""
    return reasons.isin([code for code in reasons.dropna().unique() if reason(code).stays])


def _unnamed(left_out: pd.DataFrame) -> pd.DataFrame:
    """Rows that say that somebody has left, and not who: they may have access."""
    rows = left_out[left_out["code"].isin(FIRST) & left_out["employee_id"].isna()]
    return rows.assign(person="line " + line_texts(rows["line"]), cause="rejected", detail=rows["reason"])[list(COLUMNS)]
