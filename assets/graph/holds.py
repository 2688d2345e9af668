"""What a plan holds, and by which limits: what an asset's check and page say of it.

Belongs here: the limits of one plan, the check ``held``, what to paste for a release, who is there already. Does not belong here: what is
held (``roster.plan.limits``, ``roster.plan.dependants``, ``roster.plan.decision``), letting it go (``assets.graph.release``).
"""

from typing import Any

import dagster as dg
import pandas as pd

from assets.company import Company
from assets.graph import metadata
from assets.graph.destination import PlanConfig
from resources.ledger import Ledger
from roster.plan.adoption import WAYS, adoption
from roster.plan.decision import Plan
from roster.plan.limits import ByKind
from roster.reports.held import beyond, paste, waiting
from roster.reports.reasons import reason


def first_sync(book: Ledger, destination: str) -> bool:
    """Whether nobody has been brought to a destination yet: nothing was written, or only by a first sync that came to no end."""
    applied = book.applied.of(destination)
    if applied is None:
        return True
    verdict = book.plans.verdict(destination, applied.plan_run_id)
    if verdict is None or not verdict.counts.get("first"):
        return False
    return not (verdict.counts["everyone"] and book.deliveries.outcome_counts(destination, applied.plan_run_id))


def in_force(book: Ledger, company: Company, destination: str) -> ByKind:
    """The limits of a plan that is drawn now."""
    settings = company.settings
    return settings.limits.by_kind(first=settings.first_sync == "apply" and first_sync(book, destination))


def facts(plan: Plan, config: PlanConfig, *, first: bool) -> dict[str, Any]:
    """What the ledger, and so the report, is to know of a plan's limits and of who was there already; counts only."""
    figures = plan.figures.astype("object").where(plan.figures.notna(), None)
    return {
        "limits": figures.to_dict("records"),
        "first": first,
        "everyone": not config.only,
        "adoption": adoption(plan.people) if first and not config.only and not config.release else {},
    }


def check(key: dg.AssetKey, company: Company, plan: Plan) -> dg.AssetCheckResult:
    """The check ``held``: how many, why, the figures, and what to paste. It warns; what is held stops nothing else."""
    held = plan.people[plan.people["action"].eq("hold")]
    digest = plan.held_digest()
    told = pd.DataFrame(waiting(plan.people).rows, columns=["why", "kind", "people", "who"])
    limits = "".join(f" {row.kind}: {row.planned:,} planned, {row.allowed:,} allowed." for row in beyond(plan.figures).itertuples())
    return dg.AssetCheckResult(
        passed=held.empty,
        check_name="held",
        asset_key=key,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"{len(held):,} people wait for a release.{limits}" if len(held) else "Nothing is held.",
        metadata={
            "people held": len(held),
            **({"digest for a release": digest, **_to_paste(company, digest)} if digest else {}),
            **metadata.filled(
                {
                    "why": metadata.counts({reason(code).words: n for code, n in held["reason"].value_counts().items()}, "reason"),
                    "reasons and kinds": metadata.markdown(told) if len(told) else metadata.table(told),
                    "limits": metadata.table(shown(plan.figures)),
                }
            ),
        },
    )


def shown(figures: pd.DataFrame) -> pd.DataFrame:
    """The figures for a page: where there is no limit, it says so."""
    return figures.assign(allowed=figures["allowed"].astype("object").where(figures["allowed"].notna(), "no limit"))


def there_already(counts: dict[str, int]) -> dg.MetadataValue:
    """Who is there already, before a first sync."""
    return metadata.table(pd.DataFrame([(WAYS[way], counts[way]) for way in WAYS if way in counts], columns=["who", "people"]))


def _to_paste(company: Company, digest: str) -> dict[str, Any]:
    command, config = paste(company.name, digest)
    return {"command to release": command, "config to release": dg.MetadataValue.md(f"```yaml\n{config}```")}
