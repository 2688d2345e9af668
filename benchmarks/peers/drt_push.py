"""drt-core under dagster-drt: one materialization that pushes a CSV of people to Findity, in the project's own environment.

python drt_push.py PROJECT
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_drt import DagsterDrtResource, drt_assets

project = Path(sys.argv[1])


@drt_assets(project_dir=project)
def users(context: dg.AssetExecutionContext, drt: DagsterDrtResource) -> Iterator[Any]:
    yield from drt.run(context=context)


defs = dg.Definitions(
    assets=[users],
    jobs=[dg.define_asset_job("push")],
    resources={"drt": DagsterDrtResource(project_dir=str(project))},
    executor=dg.in_process_executor,
)

with dg.DagsterInstance.get() as instance:
    result = defs.resolve_job_def("push").execute_in_process(instance=instance, raise_on_error=True)
shown = result.asset_materializations_for_node("users")[0].metadata
sys.stdout.write(json.dumps({name: value.value for name, value in shown.items() if name.startswith("rows")}) + "\n")
sys.exit(0 if result.success else 1)
