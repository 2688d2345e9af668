"""Picks of assets that are no run, refused in one sentence before anything is started.

Belongs here: what is refused, and how. Does not belong here: what a run of a pick does (``assets.graph``).
"""

from collections.abc import Collection

import click
import dagster as dg


class Refused(dg.DagsterInvalidSubsetError, click.ClickException):
    """The pick is no run.

    Dagster's command line shows an error of click's as the one sentence that it is, every other one with the whole way to it; the UI shows
    either.
    """


def check(job: dg.JobDefinition | None, picked: Collection[dg.AssetKey] | None, *, some: bool = False) -> None:
    """Refuse what cannot be run.

    Args:
        job: Of which the assets are.
        picked: Those that are wanted; all if nothing is given.
        some: There must be one.

    Raises:
        Refused: There is none, or of what one step makes only a part is picked: the intake is one step, so that no ungated roster is ever
            the newest.
    """
    if some and not picked:
        raise Refused("No asset is picked by that: nothing was started.")
    if job is None or not picked:
        return
    graph = job.asset_layer.asset_graph
    for key in sorted(set(picked) & graph.executable_asset_keys):
        together = graph.get(key).execution_set_asset_keys
        if lacking := together - set(picked):
            *most, last = [one.to_user_string() for one in sorted(together)]
            missing = ", ".join(one.to_user_string() for one in sorted(lacking))
            one_step = f"{', '.join(most)} and {last} are made by one step, so they are run together or not at all"
            raise Refused(f"{one_step}; not picked: {missing}.")
