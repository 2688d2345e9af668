"""``<company>/<destination>/<its desired records>``: what should be there."""

from typing import Any

import dagster as dg
import pandas as pd

from assets.company import Company
from assets.failures import reported
from assets.graph import metadata
from assets.graph.given import DesireConfig, taken
from assets.typed import given, schema
from destinations import engine
from destinations.base import Desired, Destination, Known
from resources.stored.run_storage import StoredValue


def build(company: Company, destination: Destination) -> dg.AssetsDefinition:
    """The asset."""
    ledger = company.resource("ledger")

    @dg.asset(
        key=company.key(destination.name, destination.desired_name),
        ins={
            "roster": dg.AssetIn(company.key("hr", "roster")),
            "rejects": dg.AssetIn(company.key("hr", "rejects")),
            "known": dg.AssetIn(company.key(destination.name, "known")),
        },
        io_manager_key=company.resource("io"),
        required_resource_keys={ledger},
        config_schema=schema(DesireConfig),
        **company.labels(
            destination.name,
            f"Who should be at {destination.title}, as its API writes it. Look at *approvers by rule* and *values left out*.",
            {"pandas"},
        ),
    )
    def asset(
        context: dg.AssetExecutionContext,
        roster: pd.DataFrame,
        rejects: StoredValue,
        known: StoredValue,
    ) -> dg.MaterializeResult:
        with reported(), getattr(context.resources, ledger).open() as book:
            file, there = taken(roster, rejects), Known.from_stored(known)
            key = book.keys.of_fields(destination.name)
            found = engine.desire(destination, company.policy(), file, there, key, everyone=not given(context, DesireConfig).only)
        return dg.MaterializeResult(value=found.to_stored(), metadata=_shown(found))

    return asset


def _shown(found: Desired) -> dict[str, Any]:
    repairs = found.repairs
    return {
        **metadata.of_frame(found.records),
        **metadata.filled(
            {
                "approvers by rule": metadata.repairs(repairs),
                "people": metadata.table(repairs.loc[repairs["repair"].ne("top"), ["employee_id", "repair"]]),
                "values left out": metadata.table(found.faults[["employee_id", "field", "reason"]]),
            }
        ),
    }
