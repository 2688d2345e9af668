"""The part of `rollcall status` about runs that the ledger does not know of.

Belongs here: asking Dagster's records for them, their lines on the terminal and their JSON. Does not belong here: which runs those are
(``assets.runs.lost``), everything else of `rollcall status` (``cli.status``).
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from rich.console import Console

from assets import names
from cli.terminal import stop
from resources import places
from resources.failures import Failed

if TYPE_CHECKING:
    from assets.runs.arriving import Wait
    from assets.runs.lost import Lost

WORDS: Final = {
    "failed": "failed before the ledger knew of it",
    "cancelled": "was cancelled before the ledger knew of it",
    "queued": "has waited in the queue for too long",
    "stuck": "was started and has not reached the ledger",
}


@dataclass(frozen=True)
class LostRuns:
    """What Dagster's records say."""

    by_company: Mapping[str, Sequence["Lost"]] = field(default_factory=dict)
    """Company → its runs that the ledger does not know of, newest first; only companies that have some."""
    waits: Mapping[str, "Wait"] = field(default_factory=dict)
    """Company → for which of several files its sensor waits; only companies whose does."""
    unread: str = ""
    """Why that cannot be said."""

    def as_json(self, company: str) -> list[dict[str, Any]] | None:
        """As other programs read them; None where nobody can say."""
        if self.unread:
            return None
        found = self.by_company.get(company, ())
        return [
            {"run": one.root_run_id, "job": one.job, "status": one.status, "at": one.ended.isoformat(), "do": one.do or None}
            for one in found
        ]

    def files(self, company: str) -> dict[str, str]:
        """``waits_for``: for which of several files its sensor waits; nothing if for none."""
        return {"waits_for": self.waits[company].reason} if company in self.waits else {}


def look(company: str | None, last: int) -> LostRuns:
    """Ask Dagster's records; an instance that nobody has ever used has none.

    Args:
        company: Whose runs; None: everyone's.
        last: How many of each at most.
    """
    own = places.home().absolute() / "dagster_home"
    if not os.environ.get("DAGSTER_HOME") and not own.exists():
        return LostRuns()
    from assets.runs import arriving, dagster_instance, lost  # noqa: PLC0415 - Dagster takes most of a second: not for help
    from cli.demo import use_instance  # noqa: PLC0415

    try:
        use_instance()
        with dagster_instance.opened() as instance:
            found = {name: lost.find(instance, name, last) for name in ([company] if company else lost.companies(instance))}
            chosen = [company] if company else names.companies()
            waits = {name: one for name in chosen if (one := arriving.wait(instance, name))}
    except Failed as failure:
        stop(str(failure))
    except Exception as error:  # a database's errors are of many kinds, and their texts may hold its address
        return LostRuns(
            unread=f"Dagster's records cannot be read ({type(error).__name__}): runs that the ledger does not know are not shown."
        )
    return LostRuns({name: runs for name, runs in found.items() if runs}, waits)


def print_lost(console: Console, runs: Sequence["Lost"]) -> None:
    """A line for each, and what is to be done."""
    for one in runs:
        style = "" if not one.do else "yellow" if one.status == "cancelled" else "red"
        console.print(f"  {one.job} {WORDS[one.status]} ({one.ended:%Y-%m-%d %H:%M} UTC): {one.root_run_id}", style=style, soft_wrap=True)
        if one.do:
            console.print(f"    {one.do}", soft_wrap=True)
