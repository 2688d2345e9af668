"""Asking a Dagster webserver for everything that it can say of runs, assets and sensors, whatever the UI shows of it.

Belongs here: questions made from the server's own schema, so that no field is forgotten. Does not belong here: what the answers are
searched for.
"""

import json
from typing import Any

from dagster_graphql.schema import create_schema
from graphql import GraphQLInterfaceType, GraphQLObjectType, GraphQLUnionType, get_named_type
from graphql.type import is_leaf_type, is_required_argument

SCHEMA = create_schema().graphql_schema
# Each is asked for by itself, or leads to the whole workspace.
ELSEWHERE = {
    *("Run", "PipelineRun", "RunOrError", "Pipeline", "Job", "PipelineReference", "Asset", "AssetNode", "Repository", "Workspace"),
    *("Solid", "SolidHandle", "ExecutionPlan", "PipelineSnapshot", "Sensor", "Schedule", "InstigationState", "PartitionSet", "Partition"),
    *("EventConnection", "RunStatsSnapshotOrError", "RepositoryLocation", "AssetGroup", "NestedResourceEntry", "AutomationCondition"),
}
UNANSWERED = {"AssetMaterializationPlannedEvent_pipelineName"}
"""What this server has no answer to, and for one such field it gives no answer at all; nor to what is asked of partitions."""
MOST = 6
"""So many levels deep."""


class Question:
    """A query that asks for all fields of what some paths lead to."""

    def __init__(self) -> None:
        self.fragments: dict[str, str] = {}

    def all_of(self, type_name: str, depth: int = MOST) -> str:
        """The name of a fragment with every field of a type that needs no argument."""
        name = f"{type_name}_{depth}"
        if name not in self.fragments:
            self.fragments[name] = ""  # taken, before what is in it asks for it again
            kind = SCHEMA.type_map[type_name]
            if isinstance(kind, GraphQLUnionType | GraphQLInterfaceType):
                parts = [f"...{self.all_of(one.name, depth)}" for one in SCHEMA.get_possible_types(kind) if one.name not in ELSEWHERE]
            else:
                assert isinstance(kind, GraphQLObjectType)
                parts = [self._field(kind.name, field, content, depth) for field, content in kind.fields.items()]
            self.fragments[name] = f"fragment {name} on {type_name} {{ __typename {' '.join(filter(None, parts))} }}"
        return name

    def _field(self, owner: str, field: str, content: Any, depth: int) -> str:
        kind = get_named_type(content.type)
        alias = f"{owner}_{field}"  # two types may give the same name another meaning
        if (
            kind.name in ELSEWHERE
            or alias in UNANSWERED
            or "ByPartition" in field
            or any(is_required_argument(argument) for argument in content.args.values())
        ):
            return ""
        if is_leaf_type(kind):
            return f"{alias}: {field}"
        return f"{alias}: {field} {{ ...{self.all_of(kind.name, depth - 1)} }}" if depth else ""

    def text(self, query: str) -> str:
        """The query with the fragments that it needs."""
        return "\n".join([query, *self.fragments.values()])


def of_runs() -> str:
    """Every run with its config, tags, steps and events, and whatever an event holds."""
    ask = Question()
    run, event = ask.all_of("Run"), ask.all_of("DagsterRunEvent")
    return ask.text(f"{{ runsOrError {{ ... on Runs {{ results {{ ...{run} eventConnection {{ events {{ ...{event} }} }} }} }} }} }}")


def of_assets() -> str:
    """Every asset with all that was ever stored of it, and its definition."""
    ask = Question()
    asset, node = ask.all_of("Asset"), ask.all_of("AssetNode")
    return ask.text(f"{{ assetsOrError {{ ... on AssetConnection {{ nodes {{ ...{asset} }} }} }} assetNodes {{ ...{node} }} }}")


def of_definitions() -> str:
    """Sensors, schedules, jobs and resources as they are defined."""
    ask = Question()
    parts = {"sensors": "Sensor", "schedules": "Schedule", "jobs": "Job", "allTopLevelResourceDetails": "ResourceDetails"}
    asked = " ".join(f"{field} {{ ...{ask.all_of(kind)} }}" for field, kind in parts.items())
    return ask.text(f"{{ repositoriesOrError {{ ... on RepositoryConnection {{ nodes {{ name location {{ name }} {asked} }} }} }} }}")


def of_logs(run_id: str, file_key: str) -> str:
    """What was printed in a run."""
    return f'{{ runOrError(runId: "{run_id}") {{ ... on Run {{ capturedLogs(fileKey: "{file_key}") {{ stdout stderr }} }} }} }}'


def of_tick(location: str, sensor: str) -> str:
    """What a tick of a sensor comes to, made now."""
    ask = Question()
    selector = f'{{repositoryLocationName: "{location}", repositoryName: "__repository__", sensorName: "{sensor}"}}'
    return ask.text(f"mutation {{ sensorDryRun(cursor: null, selectorData: {selector}) {{ ...{ask.all_of('SensorDryRunResult')} }} }}")


def to_launch(location: str, job: str, config: str) -> str:
    """Launching a job as the launchpad does."""
    selector = f'{{repositoryLocationName: "{location}", repositoryName: "__repository__", jobName: "{job}"}}'
    asked = f"launchPipelineExecution(executionParams: {{selector: {selector}, runConfigData: {json.dumps(config)}}})"
    return f"mutation {{ {asked} {{ __typename ... on PythonError {{ message }} }} }}"
