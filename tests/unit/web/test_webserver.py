"""Dagster's webserver with the guard around it, without a socket; with one it is tried in `tests/ui/test_guard.py`."""

import asyncio
from collections.abc import Iterator
from typing import Any

import dagster as dg
import httpx
import pytest
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import EmptyWorkspaceTarget

from web.guard import Guard
from web.names import Names
from web.sign_on import SignOn
from web.webserver import application

SELECTED = '{repositoryLocationName: "rollcall", repositoryName: "__repository__", jobName: "acme_sync"}'
LAUNCH = f"mutation {{ launchRun(executionParams: {{selector: {SELECTED}}}) {{ __typename }} }}"
NAMES = Names.of(3000)


def ask(app: Guard, method: str, path: str, *, client: str = "127.0.0.1", **how: Any) -> httpx.Response:
    async def asking() -> httpx.Response:
        transport = httpx.ASGITransport(app, client=(client, 40000))  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:3000") as asker:
            return await asker.request(method, path, **how)

    return asyncio.run(asking())


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.local_temp(str(tmp_path_factory.mktemp("home"))) as made:
        yield made


@pytest.fixture(scope="module", params=[False, True], ids=["writing", "read-only"])
def context(request: pytest.FixtureRequest, instance: dg.DagsterInstance) -> Iterator[WorkspaceProcessContext]:
    with WorkspaceProcessContext(instance, EmptyWorkspaceTarget(), version="1", read_only=request.param) as made:
        yield made


@pytest.fixture(scope="module")
def plain(context: WorkspaceProcessContext) -> Guard:
    return application(context, NAMES)


@pytest.fixture(scope="module")
def signed(context: WorkspaceProcessContext) -> Guard:
    return application(context, NAMES, SignOn.by("X-User"))


def test_read_only_nothing_is_launched_and_everything_is_shown(context: WorkspaceProcessContext, plain: Guard) -> None:
    launched = ask(plain, "POST", "/graphql", json={"query": LAUNCH}).json()["data"]["launchRun"]["__typename"]
    # Without --read-only it is the job that is not there: of an empty workspace nothing is launched either.
    assert launched == ("UnauthorizedError" if context._read_only else "PipelineNotFoundError")
    assert ask(plain, "GET", "/runs").status_code == 200
    assert ask(plain, "POST", "/graphql", json={"query": "{ version }"}).json()["data"]["version"] == "1"


def test_whoever_has_not_signed_on_is_told_so_and_a_health_check_is_answered(signed: Guard) -> None:
    assert ask(signed, "GET", "/server_info").status_code == 200
    for method, path in (("GET", "/runs"), ("GET", "/logs/a/b"), ("POST", "/graphql"), ("POST", "/server_info")):
        reply = ask(signed, method, path, json={"query": LAUNCH})
        assert (reply.status_code, reply.text) == (401, "Nobody is signed on.")
    assert ask(signed, "GET", "/runs", headers={"X-User": "kim"}).status_code == 200
    forged = {"X-User": "kim", "X-Forwarded-For": "127.0.0.1"}
    assert ask(signed, "GET", "/runs", headers=forged, client="10.0.0.7").status_code == 401


@pytest.mark.parametrize("path", ["/download_debug/nothing", "/notebook", "/logs/a"])
def test_quiet_what_goes_wrong_is_answered_without_its_text(plain: Guard, path: str) -> None:
    reply = ask(plain, "GET", path)
    assert "Traceback" not in reply.text
    assert reply.headers["x-content-type-options"] == "nosniff"
