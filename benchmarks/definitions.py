"""The company that is measured, as its own code location loads it, but for Expensify's rate windows.

Belongs here: that one difference. Does not belong here: anything else; what is measured has to be what users run.
"""

import dataclasses

import dagster as dg

from pipelines.definitions import defs as _loaded
from resources.rates import RateLimit

_KEY = "bench_expensify"
_resources = dict(_loaded.resources or {})
if _KEY in _resources:
    _access = dataclasses.replace(_resources[_KEY].resource_fn(None), limits=[RateLimit(1_000_000, 0.001)])
    _resources[_KEY] = dg.ResourceDefinition.hardcoded_resource(_access)

defs = dg.Definitions(
    assets=_loaded.assets,
    asset_checks=_loaded.asset_checks,
    jobs=_loaded.jobs,
    resources=_resources,
    executor=_loaded.executor,
)
