"""Who asked is on every run that is launched by GraphQL, in whatever way the launch is written; on Dagster's own schema."""

from types import SimpleNamespace
from typing import Any

import pytest
from dagster_graphql.schema import create_schema
from graphql import GraphQLSchema, graphql_sync

from web.launches import TREATMENTS, sign

LAUNCHES = {name: treatment for name, treatment in TREATMENTS.items() if treatment.__name__ != "_nothing_launched"}
JOB = {"repositoryLocationName": "rollcall", "repositoryName": "__repository__", "jobName": "acme_sync"}
FORGED = [{"key": key, "value": "anna"} for key in ("rollcall/user", "Rollcall/User", " rollcall/user", "rollcall/reexecuted_by")]
OTHER = {"key": "ticket", "value": "7"}
KIM = {"key": "rollcall/user", "value": "kim"}


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    """Dagster's, whose mutations only keep what they were given."""
    made = create_schema().graphql_schema
    for name, field in made.mutation_type.fields.items():
        field.type = getattr(field.type, "of_type", field.type)  # which may be nothing, so that the next mutation has its turn
        field.resolve = lambda _, info, name=name, **given: info.context.done.append((name, given))
    return sign(made)


def carried(
    schema: GraphQLSchema, document: str, user: str | None = "kim", before: dict[str, str] | None = None, **variables: Any
) -> list[Any]:
    """What reached Dagster's mutations."""
    parent = SimpleNamespace(tags=before) if before is not None else None
    instance = SimpleNamespace(get_run_by_id=lambda _: parent)
    context = SimpleNamespace(source=SimpleNamespace(scope={"rollcall.user": user}), instance=instance, done=[])
    graphql_sync(schema, document, context_value=context, variable_values=variables)
    return context.done


def test_every_mutation_of_this_dagster_is_known_to_launch_or_not(schema):
    assert schema.mutation_type.fields.keys() == TREATMENTS.keys()
    named = {name for name in TREATMENTS if any(word in name.lower() for word in ("launch", "execut"))}
    assert named - LAUNCHES.keys() == {"terminatePipelineExecution"}


def test_a_mutation_of_a_later_dagster_is_refused(schema, monkeypatch):
    monkeypatch.delitem(TREATMENTS, "deleteRun")
    made = create_schema().graphql_schema
    made.mutation_type.fields["deleteRun"].resolve = lambda *_, **__: pytest.fail("it was carried out")
    sign(made)
    context = SimpleNamespace(source=SimpleNamespace(scope={}), instance=None)
    found = graphql_sync(made, 'mutation { deleteRun(runId: "1") { __typename } }', context_value=context)
    assert [error.message for error in found.errors] == ["This is not done here: it is not known whether it launches a run."]


WITH_VARIABLES = "mutation($p: ExecutionParams!) { launchRun(executionParams: $p) { __typename } }"
PARAMS = {"selector": JOB, "executionMetadata": {"tags": [*FORGED, OTHER]}}


@pytest.mark.parametrize("user", ["kim", None])
def test_a_launch_carries_the_sign_on_and_nothing_that_was_typed_instead(schema, user):
    [(_, given)] = carried(schema, WITH_VARIABLES, user, p=PARAMS)
    assert given["executionParams"]["executionMetadata"]["tags"] == [OTHER, *([KIM] if user else [])]


@pytest.mark.parametrize("metadata", [None, "left out", {}, {"tags": None}, {"tags": []}, {"parentRunId": "1", "rootRunId": "1"}])
def test_a_launch_that_leaves_out_its_tags_carries_it_too(schema, metadata):
    params = {"selector": JOB} | ({} if metadata == "left out" else {"executionMetadata": metadata})
    [(_, given)] = carried(schema, WITH_VARIABLES, p=params)
    assert given["executionParams"]["executionMetadata"]["tags"] == [KIM]


LITERAL = """
    selector: {repositoryLocationName: "rollcall", repositoryName: "__repository__", jobName: "acme_sync"}
    executionMetadata: {tags: [{key: "rollcall/user", value: "anna"}, {key: "rollcall\\u002fuser", value: "anna"}]}
"""


def test_it_makes_no_difference_how_a_launch_is_written(schema):
    several = f"""
        mutation M {{ a: launchRun(executionParams: {{ {LITERAL} }}) {{ __typename }} ...F b: launchPipelineExecution(executionParams: {{
        {LITERAL} }}) {{ __typename }} }}
        fragment F on Mutation {{ c: launchRun(executionParams: {{ {LITERAL} }}) {{ __typename }} }}
    """
    done = carried(schema, several)
    assert len(done) == 3
    assert all(given["executionParams"]["executionMetadata"]["tags"] == [KIM] for _, given in done)
    default = f"mutation($p: ExecutionParams! = {{ {LITERAL} }}) {{ launchRun(executionParams: $p) {{ __typename }} }}"
    [(_, given)] = carried(schema, default)
    assert given["executionParams"]["executionMetadata"]["tags"] == [KIM]


def test_each_of_several_launches_carries_it(schema):
    document = "mutation($p: [ExecutionParams!]!) { launchMultipleRuns(executionParamsList: $p) { __typename } }"
    [(_, given)] = carried(schema, document, p=[PARAMS, {"selector": JOB}])
    assert [one["executionMetadata"]["tags"] for one in given["executionParamsList"]] == [[OTHER, KIM], [KIM]]


AGAIN = "mutation($r: ReexecutionParams) { launchRunReexecution(reexecutionParams: $r) { __typename } }"
CHANGED = "mutation($p: ExecutionParams) { launchPipelineReexecution(executionParams: $p) { __typename } }"


def test_a_reexecution_asks_for_what_the_first_asked_for_by_whoever_did(schema):
    again = {"parentRunId": "1", "strategy": "FROM_FAILURE", "useParentRunTags": False, "extraTags": [*FORGED, OTHER]}
    [(_, given)] = carried(schema, AGAIN, "anna", {"rollcall/user": "kim"}, r=again)
    assert given["reexecutionParams"]["extraTags"] == [OTHER, KIM, {"key": "rollcall/reexecuted_by", "value": "anna"}]
    [(_, given)] = carried(schema, AGAIN, "anna", {}, r=again)  # one from a terminal: what was typed there stays typed
    assert given["reexecutionParams"]["extraTags"] == [OTHER, {"key": "rollcall/reexecuted_by", "value": "anna"}]
    [(_, given)] = carried(schema, AGAIN, "anna", None, r=again)  # there is no such run
    assert KIM not in given["reexecutionParams"]["extraTags"]


def test_a_reexecution_with_another_config_is_asked_for_by_whoever_typed_that(schema):
    [(_, given)] = carried(schema, CHANGED, "kim", {"rollcall/user": "anna"}, p=PARAMS)
    assert given["executionParams"]["executionMetadata"]["tags"] == [OTHER, KIM]


def test_a_backfill_carries_it_and_one_that_is_done_again_keeps_its_own(schema):
    launch = "mutation($b: LaunchBackfillParams!) { launchPartitionBackfill(backfillParams: $b) { __typename } }"
    [(_, given)] = carried(schema, launch, b={"assetSelection": [], "tags": FORGED})
    assert given["backfillParams"]["tags"] == [KIM]
    again = "mutation($r: ReexecutionParams) { reexecutePartitionBackfill(reexecutionParams: $r) { __typename } }"
    [(_, given)] = carried(schema, again, r={"parentRunId": "1", "strategy": "FROM_FAILURE", "extraTags": FORGED})
    assert given["reexecutionParams"]["extraTags"] == []
