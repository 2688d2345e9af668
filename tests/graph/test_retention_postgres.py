"""On PostgreSQL too no table of Dagster's or of the ledger grows with nights that are purged."""

from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import sqlalchemy as sa
import yaml

from assets.runs import retention
from resources.ledger import tables
from tests.graph.conftest import Acme
from tests.graph.test_retention import what_a_daemon_leaves
from tests.postgres import postgres, schema

pytestmark = pytest.mark.long(held_by="tests/unit/resources/ledger/test_retention.py::test_an_old_run_goes_and_what_goes_on_stays")

__all__ = ["postgres"]


def kept(*urls: str) -> dict[str, int]:
    """Every table of both schemas → rows."""
    found = {}
    for number, url in enumerate(urls):
        engine = sa.create_engine(sa.make_url(url).set(drivername="postgresql+psycopg2"))
        with engine.connect() as connection:
            place = connection.execute(sa.text("SELECT current_schema()")).scalar_one()
            for name in sa.inspect(connection).get_table_names(schema=place):
                found[f"{number}: {name}"] = connection.execute(sa.text(f'SELECT count(*) FROM "{name}"')).scalar_one()
        engine.dispose()
    return found


def test_nights_that_are_purged_leave_nothing_that_grows_on_postgres(
    everything: Any, postgres: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with schema(postgres) as of_dagster, schema(postgres) as of_ledger:
        everything.enter(tmp_path / "home", monkeypatch)
        (tmp_path / "dagster").mkdir()
        url = of_dagster.replace("postgresql://", "postgresql+psycopg2://")
        settings = {"telemetry": {"enabled": False}, "storage": {"postgres": {"postgres_url": url}}}
        (tmp_path / "dagster" / "dagster.yaml").write_text(yaml.safe_dump(settings))
        monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "dagster"))
        monkeypatch.setenv("ROLLCALL_LEDGER", of_ledger)
        acme, nights, grown = Acme(tmp_path / "acme", everything.box), [], {}
        for night in range(3):
            assert acme.run("sync").succeeded
            what_a_daemon_leaves(acme, night)
            with dg.DagsterInstance.get() as instance, acme.ledger() as ledger:
                with ledger.engine.execution_options(rollcall_writes=True).begin() as connection:
                    connection.execute(sa.delete(tables.heartbeat))
                grown = kept(of_dagster, of_ledger)
                retention.purge(instance, ledger, 0)
            nights.append(kept(of_dagster, of_ledger))
        assert nights[1] == nights[2]
        looked_at = {"0: event_logs", "0: asset_check_executions", "0: snapshots", "0: run_tags", "0: runs", "1: plan_change", "1: request"}
        assert {name for name in looked_at if grown[name] > nights[2][name]} == looked_at - {"1: plan_change", "1: request"}
        assert nights[2]["0: job_ticks"] == 0
