"""One part of a destination in several parts: HR's people as it sees them, who is not let go yet, and how many belong where.

Belongs here: asking the destination who belongs where, and the ledger who has arrived. Does not belong here: what follows from it
(``roster.parts``), who belongs where by the settings (each destination's folder).
"""

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from destinations.abilities import Divided, Finding, Preflight
from destinations.base import Destination, Taken
from resources.ledger import Ledger
from roster import parts
from roster.membership import among
from roster.people.chain import Chain
from roster.plan import barred
from roster.plan.differences import Frames


def seen(destination: Destination, taken: Taken) -> Taken:
    """HR's file as the destination sees it."""
    return replace(taken, roster=roster(destination, taken.roster))


def name(destination: Destination) -> str:
    """The destination's name if it is a part; of one whole nothing."""
    return destination.name if isinstance(destination, Divided) and destination.siblings else ""


def roster(destination: Destination, people: pd.DataFrame) -> pd.DataFrame:
    """HR's people as the destination sees them: whoever belongs to other parts only has left."""
    if not isinstance(destination, Divided) or not destination.siblings:
        return people
    return parts.as_seen(people, destination.placed(people))


def desired(destination: Destination, roster: pd.DataFrame, chain: Chain, read: Frames) -> tuple[pd.DataFrame, pd.DataFrame]:
    """`Destination.desired`, without whom it is not known where they belong: they are at fault.

    Args:
        destination: Which.
        roster: As `seen` gives it.
        chain: Who approves for whom.
        read: What was read.
    """
    records, faults = destination.desired(roster, chain, read)
    if not isinstance(destination, Divided) or not destination.siblings:
        return records, faults
    open = parts.unplaced(destination.placed(roster))
    records = records[~among(records["employee_id"], open["employee_id"])].reset_index(drop=True)
    faults = faults[~among(faults["employee_id"], open["employee_id"])]
    return records, pd.concat([faults, open], ignore_index=True).astype("str")


def preflight(destination: Destination, read: Frames, people: pd.DataFrame) -> Sequence[Finding]:
    """`Preflight.preflight`, of those of HR's people who belong to the destination; nothing where it has none."""
    return destination.preflight(read, roster(destination, people)) if isinstance(destination, Preflight) else []


def elsewhere(destination: Destination, roster: pd.DataFrame) -> pd.Series:
    """The employee numbers of those who belong to other parts only; `roster` as HR has it."""
    if not isinstance(destination, Divided) or not destination.siblings:
        return roster["employee_id"].head(0)
    placed = destination.placed(roster)
    found: pd.Series = placed.loc[placed["place"].eq(parts.ELSEWHERE), "employee_id"]
    return found


def kept(destination: Destination, ledger: Ledger, roster: pd.DataFrame, acknowledged: pd.DataFrame) -> pd.DataFrame:
    """Whom the destination does not let go though they belong elsewhere (`roster.plan.barred.BARRED`); `roster` as HR has it."""
    if not isinstance(destination, Divided) or not destination.siblings:
        return barred.nobody()
    placed = destination.placed(roster)
    away = placed.loc[placed["place"].eq(parts.ELSEWHERE), "employee_id"]
    here = acknowledged.loc[acknowledged["active"].astype("bool"), "employee_id"]
    # Of those who moved long ago nobody needs to ask.
    moving = bool(among(away, here).any())
    there = {name: _arrived(ledger, name) if moving else away for name in destination.siblings}
    return parts.kept(placed, acknowledged["employee_id"], there)


def _arrived(ledger: Ledger, name: str) -> pd.Series:
    """Who is in a part and active by the ledger, and was to be seen there when it was last read back."""
    last = ledger.deliveries.last_recorded(name)
    if last is None:
        return pd.Series([], dtype="str")
    run_id, at = last
    return parts.arrived(ledger.acknowledged.until(name, at), ledger.plans.people(name, run_id), ledger.deliveries.outcomes(name, run_id))


def counts(destinations: Sequence[Destination], roster: pd.DataFrame) -> list[tuple[str, int]]:
    """How many people belong to each part, and how many to none for which reason; nothing where no destination has parts."""
    found: dict[str, int] = {}
    for one in destinations:
        if not isinstance(one, Divided) or not one.siblings:
            continue
        placed = one.placed(roster)
        found[one.title] = int(placed["place"].eq(parts.HERE).sum())
        for reason, count in parts.unplaced(placed)["reason"].value_counts().items():
            found[str(reason)] = max(found.get(str(reason), 0), int(count))
    titles = {one.title for one in destinations}
    return sorted(found.items(), key=lambda line: line[0] not in titles)
