"""What a run that is launched in the UI carries: who asked for it, as the sign-on says.

GraphQL's mutations are changed where they are carried out, once their arguments are values: whatever way a launch is written down in
(variables or literals, aliases, fragments, several in one request), this is the one place that it comes by.

Belongs here: the tag of each kind of launch. Does not belong here: who has signed on (``web.sign_on``), what a run makes of the tag
(``assets.asker``).
"""

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from graphql import GraphQLError, GraphQLSchema

from assets.asker import REEXECUTED_TAG, USER_TAG

_TAGS: Final = (USER_TAG, REEXECUTED_TAG)

Given = dict[str, Any]
Instance = Any


def _tagged(container: Any, key: str, tags: dict[str, str]) -> None:
    """Leaves no tag of ours in a list of tags but those."""
    kept = [tag for tag in container.get(key) or [] if tag["key"].strip().lower() not in _TAGS]
    _put(container, key, [*kept, *({"key": name, "value": value} for name, value in tags.items())])


def _put(container: Any, key: str, value: Any) -> None:
    container[key] = value
    setattr(container, key, value)  # graphene's containers are read in both ways


def _as(user: str | None, tag: str = USER_TAG) -> dict[str, str]:
    return {tag: user} if user else {}


def _execution(params: Any, user: str | None) -> None:
    """A launch with a config of its own: whoever launches it has typed that, in a re-execution too."""
    if params.get("executionMetadata") is None:
        _put(params, "executionMetadata", _Container())
    _tagged(params["executionMetadata"], "tags", _as(user))


def _launch(given: Given, user: str | None, _: Instance) -> None:
    _execution(given["executionParams"], user)


def _launches(given: Given, user: str | None, _: Instance) -> None:
    for params in given["executionParamsList"]:
        _execution(params, user)


def _reexecution(given: Given, user: str | None, instance: Instance) -> None:
    """One with its parent's config asks for what the parent was asked for, by whoever asked then."""
    if given.get("executionParams") is not None:
        _execution(given["executionParams"], user)
    if (params := given.get("reexecutionParams")) is not None:
        parent = instance.get_run_by_id(params["parentRunId"])
        before = parent.tags.get(USER_TAG) if parent else None
        _tagged(params, "extraTags", _as(before) | _as(user, REEXECUTED_TAG))


def _backfill(given: Given, user: str | None, _: Instance) -> None:
    _tagged(given["backfillParams"], "tags", _as(user))


def _backfill_again(given: Given, _: str | None, __: Instance) -> None:
    """Dagster takes tags and config of the one before."""
    if (params := given.get("reexecutionParams")) is not None:
        _tagged(params, "extraTags", {})


def _nothing_launched(_: Given, __: str | None, ___: Instance) -> None:
    """A mutation after which no run says by whom it was asked for."""


class _Container(dict[str, Any]):
    """Stands for one of graphene's, where a launch has left it out."""


_Treatment = Callable[[Given, str | None, Instance], None]

TREATMENTS: Final[dict[str, _Treatment]] = {
    "launchRun": _launch,
    "launchPipelineExecution": _launch,
    "launchMultipleRuns": _launches,
    "launchRunReexecution": _reexecution,
    "launchPipelineReexecution": _reexecution,
    "launchPartitionBackfill": _backfill,
    "reexecutePartitionBackfill": _backfill_again,
    **dict.fromkeys(
        (
            *("startSchedule", "stopRunningSchedule", "resetSchedule", "scheduleDryRun"),
            *("startSensor", "stopSensor", "resetSensor", "setSensorCursor", "sensorDryRun"),
            *("terminatePipelineExecution", "terminateRun", "terminateRuns", "deletePipelineRun", "deleteRun"),
            *("reloadRepositoryLocation", "reloadWorkspace", "shutdownRepositoryLocation"),
            *("wipeAssets", "reportRunlessAssetEvents", "reportAssetCheckEvaluations"),
            *("resumePartitionBackfill", "cancelPartitionBackfill"),
            *("logTelemetry", "setNuxSeen", "addDynamicPartition", "deleteDynamicPartitions"),
            *("setAppManagedComponent", "deleteAppManagedComponent", "refreshComponentState"),
            *("setAutoMaterializePaused", "setConcurrencyLimit", "deleteConcurrencyLimit"),
            *("freeConcurrencySlotsForRun", "freeConcurrencySlots"),
        ),
        _nothing_launched,
    ),
}
"""Every mutation of this version of Dagster. One that is not here is refused: a later version may launch by it."""


def sign(schema: GraphQLSchema) -> GraphQLSchema:
    """Has every launch by a schema's mutations carry who asked for it, and nothing else that says so."""
    assert schema.mutation_type is not None  # noqa: S101 - Dagster's has one
    for name, field in schema.mutation_type.fields.items():
        field.resolve = partial(_signed, TREATMENTS.get(name), field.resolve)
    return schema


def _signed(treatment: _Treatment | None, resolve: Any, root: Any, info: Any, **given: Any) -> Any:
    if treatment is None:
        raise GraphQLError("This is not done here: it is not known whether it launches a run.")
    treatment(given, info.context.source.scope.get("rollcall.user"), info.context.instance)
    return resolve(root, info, **given)
