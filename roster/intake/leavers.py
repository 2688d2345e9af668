"""Rows that say that somebody has left: what is not asked of them, and to whom their number and address belong by now.

Belongs here: which rows say so, which faults do not matter then, which of several rows of one number counts when some of them say so.
Does not belong here: who is employed on a day (`roster.intake.employed`), collisions of people who are here
(``roster.intake.history``).

Leaving needs a number and a word. HR systems take address and name away on the last day, keep the rows of former employees for years, and
give their addresses on; none of that may keep an account open, or keep out whoever is here.
"""

from dataclasses import dataclass, replace
from typing import Final

import pandas as pd

from roster.intake.employed import CONTRADICTING
from roster.intake.faults import fault_rows
from roster.intake.mapping import DATES
from roster.intake.numbers import in_rejects
from roster.intake.validation import Validated
from roster.membership import among
from roster.reading.nobody import forms, shape
from roster.vocabulary import IDENTITY_COLUMNS

SAYS_LEFT: Final = "says_left"
"""The code by which a rejected row that says so is marked."""
SAYS_LEFT_UNDATED: Final = "says_left_undated"
"""The same, where the end date cannot be read and may be to come."""
REHIRED: Final = "rehired"
"""Why a row is superseded: the same person is here again under this number."""
GIVEN_ON: Final = "number_given_on"
"""Why a row is superseded: somebody else began under this number after its person had left."""
OLDER: Final = "older"
"""Why a row is superseded: another one that says so is newer."""
IN_DOUBT: Final = "number_unread_beside"
"""The code of a row that says that somebody has left, while one whose number cannot be read may be theirs and says that they are here."""
MALFORMED: Final = "line_unread_beside"
"""The code of a row that is not the last word of its person, since a line that has not the header's fields may be theirs, too."""
NOT_BEGUN: Final = "not_begun"
"""Why a row is superseded: it is of days to come, and until then another row of its person counts."""
NEXT: Final = 3
"""Who begins again within so many days after their last one has not left in between: a Friday and the Monday after are as far apart."""


@dataclass(frozen=True)
class Leavers:
    """The rows that say that somebody has left, aligned with the rows that count."""

    certain: pd.Series
    """Which rows say so beyond doubt: an end date that is past, or a status whose end date is not unreadable."""
    undated: pd.Series
    """Which rows say so by their status, and their end date cannot be read: it may be to come. Once settled, none of whoever is here by
    another job."""
    numbered: pd.Series
    """Which of `certain` have a readable employee number: all that leaving needs."""
    pending: pd.Series
    """Which rows are of somebody who has not begun; none whose first day is there and cannot be read: it may have come."""

    def marks(self, rejects: list[pd.DataFrame]) -> list[pd.DataFrame]:
        """For each rejected row that says that somebody has left, an entry that says so: they still have access."""
        lines = {int(line) for part in rejects for line in part["line"]}
        cases = ((self.certain, SAYS_LEFT), (self.undated, SAYS_LEFT_UNDATED))
        return [fault_rows(sorted(lines & set(saying.index[saying])), "", code) for saying, code in cases]


_COMPARED: Final = ("employee_id", "email", "first_name", "last_name", "start_date", "end_date")
"""Columns by which rows are told to be of one person, and one to follow another."""


@dataclass(frozen=True)
class Settled:
    """Rows that count, once leavers are asked for no more than they need."""

    validated: Validated
    superseded: pd.Series
    """Why a row counts no longer, by line; NaN for the others."""
    saying: Leavers
    bridged: pd.Series
    """Whose row is to begin, and whose row before ended only just: they are here."""


def settle(validated: Validated, employee_id: pd.Series, standing: pd.Series, malformed: pd.DataFrame, *, several: bool) -> Settled:
    """Which rows count, and with which values, where some of them say that somebody has left.

    Args:
        validated: The rows that are no older state of somebody by the settings.
        employee_id: Their numbers, NaN where unreadable.
        standing: ``vocabulary.Employment`` of each, as far as status and dates can be read.
        malformed: What lines may say that have not the header's fields, in canonical columns (`roster.reading.malformed`).
        several: Whether somebody who is here may have several rows, of which one counts.
    """
    saying = leavers(validated, standing)
    numbered = validated.frame.assign(employee_id=employee_id)
    shared = _sharing(numbered)
    bridged = again_at_once(shared, saying).reindex(numbered.index, fill_value=False)
    saying = replace(saying, pending=saying.pending & ~bridged, undated=saying.undated & ~_here(employee_id, saying))
    why = superseded(shared, saying).fillna(to_follow(shared, saying)).reindex(numbered.index).astype("str")
    kept = spared(validated, saying)
    counting = why.index[why.isna()]
    faults = [part[part["line"].isin(counting)] for part in kept.rejected]
    counted = numbered.loc[counting, list(_COMPARED)]
    doubted = in_doubt(counted, saying)
    faults.append(fault_rows(doubted, "employee_id", IN_DOUBT))
    beside = beside_malformed(counted, saying, malformed, several=several)
    faults.append(fault_rows(beside, "employee_id", MALFORMED))
    doubted = doubted.union(beside)
    frame = kept.frame.loc[counting] if len(counting) < len(why) else kept.frame
    frame = without_passed_on(frame, saying)
    saying = replace(saying, certain=saying.certain & ~saying.certain.index.isin(doubted))
    return Settled(Validated(frame, faults, kept.dropped), why, saying, bridged)


def leavers(validated: Validated, standing: pd.Series) -> Leavers:
    """Which rows say that somebody has left.

    Args:
        validated: The rows that count.
        standing: ``vocabulary.Employment`` of each, as far as status and dates can be read (`roster.intake.employed`).
    """
    left, terminated = standing.eq("left"), validated.frame["worker_status"].eq("Terminated")
    faults = pd.concat(validated.rejected)
    unreadable = {column: left.index.isin(faults.loc[faults["column"].eq(column), "line"]) for column in ("employee_id", *DATES)}
    # A last day that cannot be read may be to come. A first day that cannot be read may lie behind it, unless the status says left.
    certain = left & ~unreadable["end_date"] & (terminated | ~unreadable["start_date"])
    contradicted = left.index.isin(faults.loc[faults["column"].eq("end_date") & faults["code"].eq(CONTRADICTING), "line"])
    return Leavers(
        certain,
        terminated & unreadable["end_date"] & ~contradicted,
        certain & ~unreadable["employee_id"],
        standing.eq("pending") & ~unreadable["start_date"],
    )


def _here(employee_id: pd.Series, saying: Leavers) -> pd.Series:
    """Whose number has a row that neither says left nor is of days to come: the end of another one is not theirs with the company."""
    return among(employee_id, employee_id[~(saying.certain | saying.undated | saying.pending)])


def spared(validated: Validated, saying: Leavers) -> Validated:
    """The rows, of which those that only say that somebody has left are used without what is missing or bad in them.

    Nothing of it is noted: nobody has to mend it.
    """
    lines = saying.numbered.index[saying.numbered]
    theirs = [part["line"].isin(lines) for part in validated.rejected]
    if not any(map(any, theirs)):
        return validated
    bad, frame = pd.concat([part[of] for part, of in zip(validated.rejected, theirs, strict=True)]), validated.frame
    for column in {*IDENTITY_COLUMNS, *DATES} - {"employee_id"}:
        if len(found := bad.loc[bad["column"].eq(column), "line"]):
            frame = frame.assign(**{column: frame[column].mask(frame.index.isin(found))})
    return Validated(frame, [part[~of] for part, of in zip(validated.rejected, theirs, strict=True)], validated.dropped)


def superseded(frame: pd.DataFrame, saying: Leavers) -> pd.Series:
    """Why a row that says left is older than another one of its number: `REHIRED`, `GIVEN_ON`, `OLDER`; NaN for rows that count.

    One of somebody who is here counts more only where both are the same person's, or where the one had left before the other began: else
    the number may be a colleague's, typed wrong. One of somebody who is still to begin counts less, as `NOT_BEGUN`.

    Args:
        frame: The rows that count, canonical, dates as ISO text.
        saying: Which of them say left.
    """
    reason: pd.Series = pd.Series(float("nan"), index=frame.index, dtype="str")
    shared = _sharing(frame)
    if not saying.numbered[shared.index].any():
        return reason
    old = shared[saying.numbered[shared.index]].sort_values("end_date", na_position="first", kind="stable")
    older = old["employee_id"].duplicated(keep="last")
    reason.loc[old.index[older]] = OLDER
    pairs = _pairs(frame, saying.numbered, ~saying.numbered)
    begun_after = pairs["start_date_other"].gt(pairs["end_date"]).fillna(False)
    why = pd.Series(GIVEN_ON, index=pairs.index, dtype="str").where(begun_after).mask(_same_person(pairs), REHIRED)
    known, to_come = why.notna(), saying.pending[pairs["line_other"]].to_numpy()
    reason.loc[pairs.loc[known & to_come, "line_other"]] = NOT_BEGUN
    reason.loc[pairs.loc[known & ~to_come, "line"]] = why[known & ~to_come].to_numpy()
    return reason


def again_at_once(frame: pd.DataFrame, saying: Leavers) -> pd.Series:
    """Which rows begin within `NEXT` days after another one of the same person has ended: neither a leaver nor a joiner.

    Args:
        frame: As for `superseded`.
        saying: Which rows say left.
    """
    if frame.empty:
        return pd.Series(False, index=frame.index)
    pairs = _pairs(frame, saying.numbered, ~saying.certain)
    found = pairs.loc[_same_person(pairs) & _at_once(pairs), "line_other"]
    return pd.Series(frame.index.isin(found), index=frame.index)


def _at_once(pairs: pd.DataFrame) -> pd.Series:
    apart = pd.to_datetime(pairs["start_date_other"]) - pd.to_datetime(pairs["end_date"])
    return apart.between(pd.Timedelta(days=1), pd.Timedelta(days=NEXT))


def to_follow(frame: pd.DataFrame, saying: Leavers) -> pd.Series:
    """`NOT_BEGUN` of each row that is to begin once another one of the same person has ended, who is here by that; NaN for the others.
    `REHIRED` of one that ends on the very day on which another begins, which is today.

    Args:
        frame: As for `superseded`.
        saying: Which rows say left.
    """
    reason: pd.Series = pd.Series(float("nan"), index=frame.index, dtype="str")
    if frame.empty:
        return reason
    pairs = _pairs(frame, ~saying.certain & ~saying.pending, ~saying.certain)
    pairs = pairs[_same_person(pairs) & pairs["line"].ne(pairs["line_other"]) & ~pairs["start_date"].ge(pairs["end_date"])]
    at_once = pairs["start_date_other"].eq(pairs["end_date"]) & ~saying.pending[pairs["line_other"]].to_numpy()
    follows = pairs["start_date_other"].ge(pairs["end_date"]) & ~at_once
    reason = reason.mask(frame.index.isin(pairs.loc[follows, "line_other"]), NOT_BEGUN)
    return reason.mask(frame.index.isin(pairs.loc[at_once, "line"]), REHIRED)


def in_doubt(frame: pd.DataFrame, saying: Leavers) -> pd.Index:
    """The rows that say that somebody has left, and may not be the last word: a row without a readable number that does not say so has
    their address, and no other name, or their name. Its number is there and may be theirs; that of somebody still to begin changes
    nothing today, unless they begin at once.

    Args:
        frame: The rows that count, canonical, numbers NaN where unreadable.
        saying: Which of them say left.
    """
    old, unread = frame[saying.numbered[frame.index]], frame[frame["employee_id"].isna() & ~saying.certain[frame.index]]
    if old.empty or unread.empty:
        return frame.index[:0]
    pairs = _alike(old, unread)
    to_come = saying.pending[pairs["line_other"]].to_numpy() & ~_at_once(pairs)
    found: pd.Index = pd.Index(pairs.loc[~to_come, "line"].unique())
    return found


def beside_malformed(frame: pd.DataFrame, saying: Leavers, malformed: pd.DataFrame, *, several: bool) -> pd.Index:
    """The rows that may not be the last word, since a malformed line may be their person's: it has their number or, where they say that
    somebody has left, their address and no other name, or their name and no other number.

    Args:
        frame: The rows that count, canonical, numbers NaN where unreadable.
        saying: Which of them say left.
        malformed: What such lines may say.
        several: Whether those who are here are asked about, too.
    """
    if malformed.empty:
        return frame.index[:0]
    old = saying.numbered[frame.index]
    known = set(map(shape, forms(frame["employee_id"])))
    pairs = _alike(frame[old], malformed.assign(numbered=malformed["employee_id"].map(shape, na_action="ignore").isin(known)))
    alike = pairs.loc[pairs["by"].eq("address") | ~pairs["numbered"], "line"]
    same_number = frame["employee_id"].isin(malformed["employee_id"].dropna())
    return frame.index[same_number if several else old & same_number].union(pd.Index(alike))


def _alike(some: pd.DataFrame, others: pd.DataFrame) -> pd.DataFrame:
    """Each of some rows beside each of others with the same address and no other name, or the same name; ``by`` which of these."""
    old, unread = (
        rows.reset_index(names="line").assign(
            address=rows["email"].str.lower().to_numpy(),
            name=(rows["first_name"] + " " + rows["last_name"]).str.casefold().to_numpy(),
        )
        for rows in (some, others)
    )
    pairs = pd.concat(
        [
            old.dropna(subset=key)
            .merge(unread.dropna(subset=key).assign(**{f"{key}_other": unread[key]}), on=key, suffixes=("", "_other"))
            .assign(by=key)
            for key in ("address", "name")
        ]
    )
    other_name = pairs["name"].ne(pairs["name_other"]) & pairs["name"].notna() & pairs["name_other"].notna()
    return pairs[~other_name]


def _sharing(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows whose number another one has."""
    number = frame["employee_id"]
    return frame[number.notna() & number.duplicated(keep=False)]


def _pairs(frame: pd.DataFrame, some: pd.Series, others: pd.Series) -> pd.DataFrame:
    """Each row of `some` beside each of `others` with the same number, whose columns end in ``_other``."""
    shared = _sharing(frame)
    first, second = (shared[which[shared.index]].reset_index(names="line") for which in (some, others))
    return first.merge(second, on="employee_id", suffixes=("", "_other"))


def _same_person(pairs: pd.DataFrame) -> pd.Series:
    def alike(column: str) -> pd.Series:
        return pairs[column].str.casefold().eq(pairs[f"{column}_other"].str.casefold()).fillna(False)

    found: pd.Series = alike("email") | (alike("first_name") & alike("last_name"))
    return found.astype(bool)


def without_passed_on(frame: pd.DataFrame, saying: Leavers) -> pd.DataFrame:
    """The rows, of which one that says left has no address that somebody who is here has: it is theirs by now.

    Of several that say left, the one that left last keeps it, also before somebody who is still to begin.
    """
    address = frame["email"].str.lower()
    address = address[among(address, address[(saying.numbered | saying.pending)[address.index]])]
    shared = address[address.notna() & address.duplicated(keep=False)]
    left, pending = saying.numbered[shared.index], saying.pending[shared.index]
    if not left.any():
        return frame
    here = shared[~left & ~pending]
    newest_last = frame.loc[left.index[left]].sort_values("end_date", na_position="first", kind="stable").index
    older = shared[newest_last].duplicated(keep="last").reindex(shared.index, fill_value=False)
    passed_on = (left & (shared.isin(here) | older)) | (pending & shared.isin(shared[left]) & ~shared.isin(here))
    return frame.assign(email=frame["email"].mask(frame.index.isin(shared.index[passed_on])))


def rejected_leavers(rejects: pd.DataFrame) -> frozenset[str]:
    """The employee numbers of which every rejected row says that their person has left.

    Args:
        rejects: `roster.intake.take_in.IntakeResult.rejects`.
    """
    marked = rejects.loc[rejects["code"].isin([SAYS_LEFT, SAYS_LEFT_UNDATED]), "line"]
    leaving, number = rejects["line"].isin(marked).to_numpy(), in_rejects(rejects)
    return frozenset(number[leaving].dropna()) - frozenset(number[~leaving].dropna())
