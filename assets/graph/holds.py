"""What a plan holds, and by which limits: what an asset's check and page say of it.

Belongs here: the check ``held``, what to paste for a release, who is there already. Does not belong here: what is
held (``roster.plan.limits``, ``roster.plan.dependants``, ``roster.plan.decision``), letting it go (``destinations.releases``).
"""

from collections.abc import Mapping
from typing import Any

import dagster as dg
import pandas as pd

from assets.company import Company
from assets.graph import metadata
from roster.plan.adoption import WAYS
from roster.plan.decision import Plan
from roster.reports.held import beyond, paste, waiting
from roster.reports.reasons import reason


def check(key: dg.AssetKey, company: Company, plan: Plan) -> dg.AssetCheckResult:
    """The check ``held``: how many, why, the figures, and what to paste. It warns; what is held stops nothing else."""
    held = plan.people[plan.people["action"].eq("hold")]
    digest = plan.held_digest()
    groups = pd.DataFrame(waiting(plan.people).rows, columns=["why", "kind", "people", "who"])
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
                    "reasons and kinds": metadata.markdown(groups) if len(groups) else metadata.table(groups),
                    "limits": metadata.table(shown(plan.figures)),
                }
            ),
        },
    )


def shown(figures: pd.DataFrame) -> pd.DataFrame:
    """The figures for a page: where there is no limit, it says so."""
    return figures.assign(allowed=figures["allowed"].astype("object").where(figures["allowed"].notna(), "no limit"))


def there_already(counts: Mapping[str, int]) -> dg.MetadataValue:
    """Who is there already, before a first sync."""
    return metadata.table(pd.DataFrame([(WAYS[way], counts[way]) for way in WAYS if way in counts], columns=["who", "people"]))


def _to_paste(company: Company, digest: str) -> dict[str, Any]:
    command, config = paste(company.name, digest)
    return {"command to release": command, "config to release": dg.MetadataValue.md(f"```yaml\n{config}```")}
