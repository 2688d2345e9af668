"""Who was in doubt, or failed alone, when they were last sent: so that the next delivery goes on where that one ended.

Belongs here: reading that of the ledger and of a plan's dry run, and the order that it means for records. Does not belong here: what of it
makes a request (each destination's ``client``, ``destinations.sending``), what a refusal means (``destinations.chunks``).

People who were accepted are in step and are not sent at all. Those in doubt go in requests without others, so that whoever of them is at
fault costs nobody else anything; whoever failed alone goes alone, last.
"""

from dataclasses import dataclass, field

import pandas as pd

from resources.ledger import Ledger
from resources.ledger.deliveries import alone
from roster.membership import among
from roster.plan.facts import DryRunReply


@dataclass(frozen=True)
class Doubts:
    """What is known of the people of a plan before they are sent. Names people by number."""

    apart: frozenset[str] = frozenset()
    """Who was left in doubt."""
    alone: dict[str, str] = field(default_factory=dict)
    """Who failed alone, with what they were refused for, empty if they were in doubt."""

    @classmethod
    def of(cls, ledger: Ledger, destination: str, reply: DryRunReply | None = None) -> "Doubts":
        """Who was in doubt when the destination was last written to, by this plan or the one before.

        Args:
            ledger: The company's.
            destination: Its name.
            reply: What the dry run of the plan showed, if there was one.
        """
        reply = reply or DryRunReply()
        known = {person: reply.would_refuse.get(person, "") for person in reply.alone}
        last = ledger.applied.of(destination)
        if last is None:
            return cls(frozenset(reply.in_doubt), known)
        answers = ledger.deliveries.exceptions(destination, last.plan_run_id)
        requests = ledger.deliveries.requests(destination, last.plan_run_id)
        single = [each["request"] for each in requests if alone(each)]
        unanswered = ledger.skips.lasting("unanswered", destination=destination)["employee_id"]
        failed = answers[answers["request"].isin(single) & answers["status"].isin(["refused", "unknown"])]
        tried = dict.fromkeys(failed["person"], "")
        # Not of the plan before alone: a run for somebody else, or an outage, may have come since.
        tried.update(ledger.deliveries.refused_alone(destination))
        doubtful = [*answers.loc[answers["status"].eq("unknown"), "person"], *unanswered]
        return cls(frozenset([*doubtful, *reply.in_doubt]), {**tried, **known})

    def in_order(self, records: pd.DataFrame) -> pd.DataFrame:
        """The records, leavers last as they come, and of either: first those in doubt, so that no budget ends before them; last those
        alone."""
        last = among(records["person"], pd.Series(sorted(self.alone), dtype="str"))
        doubtful = among(records["person"], pd.Series(sorted(self.apart), dtype="str"))
        order = pd.DataFrame({"left": records["action"].isin(["deactivate", "delete"]), "last": last, "new": ~doubtful})
        return records.loc[order.sort_values(["left", "last", "new"], kind="stable").index]
