"""What of a company somebody is to be told of now, as its ledger has it.

Belongs here: reading the ledger for states that last: what is held, who has left and is active, who stays out, whom a destination refuses.
Does not belong here: what Dagster alone knows (``assets.runs.alerts``), words for people (``resources.alerts.wording``), what was told
already (``resources.ledger.alerts``).

A state is one by its event, its subject and, of people, the employee number: the same one in the next night is no other.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import pandas as pd

from resources.alerts.settings import Alerts
from resources.ledger import Ledger
from resources.ledger.alerts import COLUMNS
from resources.ledger.releases import Release
from roster import lacking
from roster.parts import with_parts
from roster.reports.model import HR_FILE
from roster.reports.reasons import NOT_EXPECTED, reason

LEFT_UNNAMED: Final = ("says_left", "says_left_undated")
"""What is told of a row that says that somebody has left, and cannot be told of whom."""


def frame(rows: Sequence[tuple[Any, ...]]) -> pd.DataFrame:
    """States of some rows of (event, subject, employee number, whether it may be shown, detail)."""
    states = pd.DataFrame(list(rows), columns=list(COLUMNS))
    texts = dict.fromkeys(("event", "subject", "employee_id", "detail"), "str")
    return states.astype({**texts, "named": "bool"}).drop_duplicates(list(COLUMNS[:3]))


def of_nobody(event: str, subject: str, detail: str) -> tuple[Any, ...]:
    """A state that is about nobody in particular."""
    return event, subject, "", False, detail


def of_ledger(ledger: Ledger, alerts: Alerts, titles: Mapping[str, str], now: datetime, zone: str) -> pd.DataFrame:
    """The states that the ledger tells of.

    Args:
        ledger: The company's ledger.
        alerts: The company's settings.
        titles: The destinations, name → as people write it.
        now: The present time.
        zone: The company's time zone.

    Returns:
        `COLUMNS` of `resources.ledger.alerts`, each state once.
    """
    titles = with_parts(titles, ledger.plans.destinations())
    skips = ledger.skips.lasting()
    skips = skips[~lacking.of_values(skips["reason"])]
    rows = [
        row
        for name, title in titles.items()
        for row in _waiting(ledger, name, title, lambda until: now >= alerts.expiring_from(until, zone))
    ]
    parts = [frame(rows), leavers(ledger, titles, skips), _left_out(ledger, titles, skips, alerts, now)]
    parts.append(frame(_refused(ledger, titles, alerts)))
    return pd.concat(parts, ignore_index=True).drop_duplicates(list(COLUMNS[:3]))


def _waiting(ledger: Ledger, name: str, title: str, expires: Callable[[datetime], bool]) -> Iterator[tuple[Any, ...]]:
    """What is held at a destination, kind by kind, and whether there is little time left for it."""
    run_id = ledger.plans.deciding(name)
    verdict = ledger.plans.verdict(name, run_id) if run_id else None
    held = ledger.releases.held(verdict.held_digest) if verdict and verdict.held_digest else None
    if held is None or run_id is None:
        return
    waiting = _by_kind(ledger, name, run_id, ledger.releases.of(held.digest))
    until = f"{held.expires_at:%Y-%m-%d %H:%M} UTC"
    for kind, count in waiting.items():
        wait = "change waits" if count == 1 else "changes wait"
        what = f"{count:,} {wait} for a release at {title}, of kind {kind.replace('_', ' ')}, until {until}"
        yield of_nobody("held", f"{title}, {kind}", what)
    if waiting and expires(held.expires_at):
        yield of_nobody("release_expiring", title, f"What waits for a release at {title} can be released until {until}")


def _by_kind(ledger: Ledger, name: str, run_id: str, releases: Sequence[Release]) -> dict[str, int]:
    """Kind → how many are held of it and were not let go since; somebody with several kinds counts in each."""
    people, things = ledger.releases.held_people(name, run_id), ledger.things.of(name, run_id)
    people["kinds"], things = people["kinds"].fillna("other").astype("str"), things[~things["apply"].astype("bool")]
    for release in releases:
        own = [text for text in people["kinds"].unique() if not release.kinds or set(text.split("|")) <= set(release.kinds)]
        people = people[~(people["kinds"].isin(own) & (release.people is None or people["person"].isin(release.people)))]
        if release.people is None:
            things = things[~things["kind"].isin(release.kinds)] if release.kinds else things.head(0)
    kinds = pd.concat([people["kinds"].str.split("|").explode(), things["kind"]])
    return {str(kind): int(count) for kind, count in kinds.value_counts(sort=False).sort_index().items()}


def leavers(ledger: Ledger, titles: Mapping[str, str], skips: pd.DataFrame) -> pd.DataFrame:
    """Who has left and is active, or may be: by the newest sync, less who has been removed since; those whose row was rejected or who are
    kept there for something; and rows that say so of nobody in particular."""
    staying = [code for code in skips["reason"].unique() if code == "still_has_access" or reason(str(code)).stays]
    kept = skips[skips["reason"].isin(staying) & skips["destination"].isin(list(titles))]
    pairs = {(str(name), str(number)) for name, number in kept[["destination", "employee_id"]].itertuples(index=False)}
    for synced in ledger.figures.synced():
        removed = ledger.deliveries.removed_since(synced.destination, synced.at)
        pairs |= {(synced.destination, person) for person in synced.leavers - removed}
    known = ledger.alerts.known(sorted({number for _, number in pairs}))
    rows = [("leaver_active", titles.get(name, name), number, number in known, "") for name, number in sorted(pairs)]
    if lines := ledger.intakes.rows_that_say(LEFT_UNNAMED):
        what = "row of HR's file says" if lines == 1 else "rows of HR's file say"
        rows.append(of_nobody("leaver_active", HR_FILE, f"{lines:,} {what} that somebody has left, and not who"))
    return frame(rows)


def _left_out(ledger: Ledger, titles: Mapping[str, str], skips: pd.DataFrame, alerts: Alerts, now: datetime) -> pd.DataFrame:
    """Who has been left out for too long, of those for whom somebody has to do something."""
    nobodys = [code for code in skips["reason"].unique() if code in NOT_EXPECTED or reason(str(code)).owner == "nobody"]
    old = pd.to_datetime(skips["first_seen"]) < pd.Timestamp(now.date() - timedelta(days=alerts.skipped_days))
    long = skips[old & ~skips["reason"].isin(nobodys)].drop_duplicates(["destination", "employee_id"])
    # A number that only a rejected row has may be anything that stood in its cell.
    known = ledger.alerts.known(sorted(set(long["employee_id"])))
    where = long["destination"].map({**titles, "hr": HR_FILE}).fillna(long["destination"])
    found = pd.DataFrame({"event": "skipped", "subject": where, "employee_id": long["employee_id"]})
    found = found.assign(named=found["employee_id"].isin(known), detail="")
    return frame(list(found[list(COLUMNS)].itertuples(index=False, name=None)))


def _refused(ledger: Ledger, titles: Mapping[str, str], alerts: Alerts) -> list[tuple[Any, ...]]:
    """Where the newest sync had more refused than may be."""
    found = []
    for synced in ledger.figures.synced():
        title, count = titles.get(synced.destination, synced.destination), int(synced.facts.numbers.get("refused", 0))
        if count > alerts.refused:
            what = f"{title} has refused {count:,} {'person' if count == 1 else 'people'}, and {alerts.refused:,} may be"
            found.append(of_nobody("refused", title, what))
    return found
