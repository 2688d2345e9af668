"""Who was not brought in at a destination: kept in the ledger, and asked of it when the next plan is drawn.

Belongs here: which outcomes leave somebody out, and for which reasons they may well stay out. Does not belong here: the reasons' words
(``roster.reports.reasons``), storing them (``resources.ledger.skips``).
"""

import pandas as pd

from destinations.base import Attempt
from resources.ledger import Ledger
from roster import lacking
from roster.plan.facts import PlanFacts

_OUT = ("skipped", "held", "refused", "unknown")
_UNFORESEEN = ("refused", "unanswered", "conflict", "number_reused", "address_reused", "no_external_id", "manager_unknown")
"""Reasons for which somebody was not brought in, and of which nothing is known before the plan is drawn. All others are asked anew."""


def staying_out(ledger: Ledger, destination: str) -> pd.Series:
    """Who was not brought in last time, and may well not be tonight: refused by the destination, or in doubt, which no release lifts."""
    return ledger.skips.lasting(*_UNFORESEEN, destination=destination)["employee_id"].drop_duplicates()


def record(ledger: Ledger, destination: str, outcomes: pd.DataFrame, facts: PlanFacts, attempt: Attempt) -> None:
    """Keep who stays out by a run for everyone, and who does no more. A plan without a day says nothing of it."""
    if facts.as_of is None:
        return
    out = outcomes.loc[outcomes["outcome"].isin(_OUT), ["employee_id", "reason"]]
    out = pd.concat([out, lacking.followed(facts.faults)], ignore_index=True)
    ledger.skips.record(destination, out, facts.as_of, attempt.root_run_id)
