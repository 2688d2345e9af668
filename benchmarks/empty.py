"""An empty Dagster job, the floor under every run: one asset that does nothing, started as Rollcall starts its runs.

Belongs here: that job. Does not belong here: any import that it does not need.
"""

import dagster as dg


@dg.asset
def nothing() -> None:
    """Does nothing."""


defs = dg.Definitions(assets=[nothing], jobs=[dg.define_asset_job("empty", [nothing])], executor=dg.in_process_executor)
