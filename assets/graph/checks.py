"""Checks that only some destinations have, from what these say themselves.

Belongs here: putting a `destinations.abilities.Finding` as a check of Dagster. Does not belong here: what is found, checks that every
destination has.
"""

from collections.abc import Iterable, Mapping, Sequence

import dagster as dg

from assets.graph import metadata
from destinations.abilities import Finding
from roster.shown import in_markdown


def specs(key: dg.AssetKey, descriptions: Mapping[str, str]) -> list[dg.AssetCheckSpec]:
    """The checks of an asset by name. They show, and stop nothing."""
    return [dg.AssetCheckSpec(name, asset=key, description=description) for name, description in descriptions.items()]


def left_alone(key: dg.AssetKey, names: Iterable[str]) -> list[dg.AssetCheckResult]:
    """Of checks of an asset that this run leaves alone: nothing was looked at, so nothing is wrong."""
    return results(key, [Finding(name, True, "Not in this run: it is of another destination.") for name in names])


def results(key: dg.AssetKey, findings: Sequence[Finding]) -> list[dg.AssetCheckResult]:
    """What was found, as results of these checks: a warning where one does not hold."""
    return [
        dg.AssetCheckResult(
            passed=one.passed,
            check_name=one.name,
            asset_key=key,
            severity=dg.AssetCheckSeverity.WARN,
            description=in_markdown(one.description),
            metadata={**one.figures, **metadata.filled({"what is wrong": metadata.table(one.table)})},
        )
        for one in findings
    ]
