"""A run and its re-executions: one chain, named by the id of its first run.

Belongs here: from what somebody typed to the run that is meant, and from any attempt to the chain's name. Does not belong here:
re-executing (``assets.runs.launch``).

Dagster gives each attempt an id of its own. The ledger, the reports and the command line name the whole chain by the first one, which is an
id that the Dagster UI finds, too; whichever attempt's id is typed, the chain is found by it.
"""

from collections.abc import Sequence
from typing import Final

import dagster as dg
from dagster._core.storage.tags import ROOT_RUN_ID_TAG

_MOST: Final = 10


class Unclear(Exception):
    """No run is named, or several are, or the one that is has nothing left to do; the text says which there are."""


def root_of(instance: dg.DagsterInstance, run_id: str) -> str:
    """The id of the first run of the chain that an attempt belongs to; its own where Dagster does not know it."""
    run = instance.get_run_by_id(run_id)
    return (run.root_run_id if run else None) or run_id


def newest_attempt(instance: dg.DagsterInstance, given: str) -> dg.DagsterRun:
    """The attempt from which a chain goes on.

    Args:
        instance: Where the runs are recorded.
        given: The first characters of the id of any attempt of the chain.

    Raises:
        Unclear: No run's id begins so, or those of several chains do; or the chain's newest attempt succeeded.
    """
    root = named(instance, given)
    later = instance.get_runs(dg.RunsFilter(tags={ROOT_RUN_ID_TAG: root}), limit=1)
    run = later[0] if later else instance.get_run_by_id(root)
    if run is None:
        raise Unclear(f"Run {root} is not kept any more.")
    if run.is_success:
        by = f": its re-execution {run.run_id} succeeded" if later else ": it succeeded"
        raise Unclear(f"Run {root} has nothing left to do{by}.")
    return run


def named(instance: dg.DagsterInstance, given: str) -> str:
    """The id of a chain's first run.

    Args:
        instance: Where the runs are recorded.
        given: The first characters of the id of any attempt of the chain.

    Raises:
        Unclear: No run's id begins so, or those of several chains do.
    """
    roots = _roots(instance, given.strip().lower())
    if not roots:
        newest = [record.dagster_run.run_id for record in instance.get_run_records(limit=_MOST)]
        there = f"The newest:\n{_listed(instance, newest)}" if newest else "There is none yet."
        raise Unclear(f"There is no run whose id begins with '{given}'. {there}")
    if len(roots) > 1:
        raise Unclear(f"The ids of several runs begin with '{given}': type some more characters.\n{_listed(instance, roots)}")
    return roots[0]


def _roots(instance: dg.DagsterInstance, beginning: str) -> list[str]:
    """The chains that have an attempt whose id begins so, the newest first; a whole id is one run's, and no beginning."""
    ids = [run_id for run_id in instance.get_run_ids() if run_id.startswith(beginning)]
    runs = instance.get_runs(dg.RunsFilter(run_ids=ids)) if ids else []
    return list(dict.fromkeys(run.root_run_id or run.run_id for run in runs))


def _listed(instance: dg.DagsterInstance, run_ids: Sequence[str]) -> str:
    """A line for each chain: id, job, when it began, how its newest attempt of these ended."""
    records = instance.get_run_records(dg.RunsFilter(run_ids=list(run_ids)))
    lines = {
        record.dagster_run.root_run_id or record.dagster_run.run_id: (
            f"{record.dagster_run.job_name}, {record.create_timestamp:%Y-%m-%d %H:%M} UTC, {record.dagster_run.status.value.lower()}"
        )
        for record in reversed(records)
    }
    newest = list(reversed(lines.items()))
    more = [f"  … and {len(newest) - _MOST} more"] if len(newest) > _MOST else []
    return "\n".join([*(f"  {run_id}  {what}" for run_id, what in newest[:_MOST]), *more])
