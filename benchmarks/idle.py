"""The last run again, without its work: the same steps and events, and nothing that any of them does.

What a run of it takes is what starting, importing and Dagster's record of a night take by themselves: beside an empty job's it says how
near to that one a night can come at best.

Belongs here: these definitions. Does not belong here: what is measured of them.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final

import dagster as dg

from benchmarks.company import NAME
from benchmarks.definitions import defs as _loaded

_OF_CHECKS: Final = ("passed", "asset_key", "check_name", "severity", "metadata", "description")


def __getattr__(name: str) -> dg.Definitions:
    """``defs``, made when it is asked for: what the definitions do is taken out of them for the whole process."""
    if name != "defs":
        raise AttributeError(name)
    return idle(_loaded)


def idle(loaded: dg.Definitions) -> dg.Definitions:
    """The measured company's definitions, which are none any more afterwards."""
    return dg.Definitions(
        assets=[_idle(one) if isinstance(one, dg.AssetsDefinition) and one.is_executable else one for one in loaded.assets or ()],
        asset_checks=loaded.asset_checks,
        jobs=loaded.jobs,
        resources={**(loaded.resources or {}), f"{NAME}_io": dg.IOManagerDefinition.hardcoded_io_manager(_Nothing())},
        executor=loaded.executor,
    )


class _Nothing(dg.IOManager):
    """Keeps nothing, and hands on something empty of the right type."""

    def handle_output(self, context: dg.OutputContext, obj: object) -> None:
        """Nothing."""

    def load_input(self, context: dg.InputContext) -> Any:
        """Something empty."""
        return _empty(context.dagster_type)


def _empty(of: Any) -> Any:
    kind = of.typing_type
    return kind.__new__(kind) if isinstance(kind, type) and kind is not Any else None


def _idle(assets: dg.AssetsDefinition) -> dg.AssetsDefinition:
    op = assets.op

    def repeat(context: Any, _: object) -> Iterator[Any]:
        events = _events(context.instance)[op.name]
        shown = {event.asset_key: event for event in events if isinstance(event, dg.AssetMaterialization)}
        for output, key in assets.keys_by_output_name.items():
            metadata = dict(shown[key].metadata) if key in shown else None
            yield dg.Output(_empty(op.output_dict[output].dagster_type), output, metadata=metadata)
        for event in events:
            if isinstance(event, dg.AssetCheckEvaluation):
                yield dg.AssetCheckResult(**{name: getattr(event, name) for name in _OF_CHECKS})

    op._compute_fn = repeat
    return assets


@cache
def _events(instance: dg.DagsterInstance) -> Mapping[str, Sequence[object]]:
    """What the last sync has told of each asset and check, by step."""
    run = instance.get_runs(dg.RunsFilter(job_name=f"{NAME}_sync", statuses=[dg.DagsterRunStatus.SUCCESS]), limit=1)[0]
    found = defaultdict(list)
    for event in (entry.dagster_event for entry in instance.all_logs(run.run_id)):
        if event and event.is_step_materialization:
            found[event.step_key].append(event.step_materialization_data.materialization)
        elif event and event.event_type == dg.DagsterEventType.ASSET_CHECK_EVALUATION:
            found[event.step_key].append(event.asset_check_evaluation_data)
    return found
