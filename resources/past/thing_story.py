"""One thing's story, from the ledger: reading it into `roster.reports.thing_story`.

Belongs here: which rows are its, and what the newest plans could not do of it. Does not belong here: words and layout, people
(``resources.past.story``).
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from resources.ledger import Ledger
from roster.parts import with_parts
from roster.reports.thing_story import Planned, ThingStory


def known(ledger: Ledger) -> list[str]:
    """The keys of all things that a plan of the company had, or could not bring about when it was last planned, in order."""
    left = [thing for name in ledger.plans.destinations() for thing, _ in _left(ledger, name)]
    return sorted({*ledger.things.named()["thing"], *left})


def meant(ledger: Ledger, given: str) -> list[str]:
    """The keys of the things that somebody may mean, by key or by name, in whatever case: a value and who approves for it have one name."""
    named = ledger.things.named()
    keys = known(ledger)
    if given in keys:
        return [given]
    folded = given.strip().casefold()
    return sorted({key for key in keys if key.casefold() == folded} | set(named.loc[named["name"].str.casefold().eq(folded), "thing"]))


def story_of(ledger: Ledger, thing: str, last: int, titles: Mapping[str, str]) -> ThingStory:
    """What is known of a thing.

    Args:
        ledger: The company's ledger.
        thing: Its key.
        last: How many runs to tell of at most.
        titles: The destinations, name → as people write it.
    """
    destinations = ledger.plans.destinations()
    titles = with_parts(titles, destinations)
    runs = ledger.runs.all()
    rows = ledger.things.history(thing)
    left = [(titles.get(name, name), why) for name in destinations for one, why in _left(ledger, name) if one == thing]
    shown = rows.head(last)
    return ThingStory(
        thing=thing,
        runs=[_planned(ledger, row, runs[runs["root_run_id"] == row["root_run_id"]], titles) for row in shown.to_dict("records")],
        left=left,
        others=len(rows) - len(shown),
    )


def _left(ledger: Ledger, destination: str) -> tuple[tuple[str, str], ...]:
    """What the newest plan of everyone could not do, with why."""
    run_id = ledger.plans.newest(destination)
    verdict = ledger.plans.verdict(destination, run_id) if run_id else None
    return verdict.facts.things.left if verdict else ()


def _planned(ledger: Ledger, row: Mapping[Any, Any], runs: pd.DataFrame, titles: Mapping[str, str]) -> Planned:
    name, plan_run_id, applied = str(row["destination"]), str(row["plan_run_id"]), bool(row["apply"])
    verdict = ledger.plans.verdict(name, plan_run_id)
    held = ledger.releases.held(verdict.held_digest) if verdict and verdict.held_digest and not applied else None
    texts = {key: None if pd.isna(row[key]) else str(row[key]) for key in ("old", "new", "detail", "outcome", "answer")}
    return Planned(
        root_run_id=str(row["root_run_id"]),
        job=str(runs["job"].iloc[-1]),
        began=runs["began"].iloc[0].to_pydatetime(),
        destination=titles.get(name, name),
        thing=str(row["thing"]),
        kind=str(row["kind"]),
        name=str(row["name"]),
        action=str(row["action"]),
        applied=applied,
        held_digest=held.digest if held else None,
        held_until=held.expires_at if held else None,
        people=str(row["people"] or "").split(),
        **texts,
    )
