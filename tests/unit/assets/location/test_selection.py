"""A pick of assets that is no run is refused in one sentence."""

from pathlib import Path

import click
import dagster as dg
import pytest
from click.testing import CliRunner

from assets.location.selection import Refused
from assets.location.together import Location
from tests.unit.assets.location.test_together import company

TOLD = (
    "acme/hr/export, acme/hr/rejects and acme/hr/roster are made by one step, so they are run together or not at all; not picked: "
    "acme/hr/export, acme/hr/rejects."
)


@pytest.fixture
def repository(tmp_path: Path) -> dg.RepositoryDefinition:
    company(tmp_path, "acme")
    return Location(tmp_path).get_repository_def()


def keys(*names: str) -> set[dg.AssetKey]:
    return {dg.AssetKey(["acme", *name.split("/")]) for name in names}


def test_a_part_of_the_intake_is_refused_wherever_it_is_asked_for(repository: dg.RepositoryDefinition) -> None:
    for job in ("__ASSET_JOB", "acme_sync"):
        with pytest.raises(Refused) as caught:
            repository.get_maybe_subset_job_def(job, asset_selection=keys("hr/roster", "expensify/known"))
        assert str(caught.value) == TOLD
    with pytest.raises(Refused):
        repository.get_implicit_job_def_for_assets(keys("hr/roster"))


def test_nothing_is_no_run(repository: dg.RepositoryDefinition) -> None:
    with pytest.raises(Refused, match="No asset is picked"):
        repository.get_implicit_job_def_for_assets(set())


def test_the_whole_intake_and_what_stands_alone_are_run(repository: dg.RepositoryDefinition) -> None:
    for picked in (keys("hr/export", "hr/roster", "hr/rejects"), keys("expensify/known"), keys("reports/sync_report")):
        job = repository.get_implicit_job_def_for_assets(picked)
        assert job is not None
        assert set(repository.get_maybe_subset_job_def(job.name, asset_selection=picked).asset_layer.executable_asset_keys) == picked


def test_the_command_line_shows_the_sentence_and_no_way_to_it(repository: dg.RepositoryDefinition) -> None:
    @click.command()
    def launch() -> None:
        repository.get_implicit_job_def_for_assets(keys("hr/roster"))

    result = CliRunner().invoke(launch)
    assert result.exit_code == 1
    assert result.output == f"Error: {TOLD}\n"
