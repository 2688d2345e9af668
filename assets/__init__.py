"""How one company's YAML becomes a Dagster graph: Dagster and nothing else.

Belongs here: the component and its settings, the assets, jobs, schedules and sensors, how runs are started, the command line. Does not
belong here: rules about people (``roster``), the wire, files and databases (``resources``), which companies there are (``pipelines``).
"""

from assets.quiet import quieten

quieten()

from assets.component import RosterSync  # noqa: E402 - whatever this import logs or raises is to be quiet already

__all__ = ["RosterSync"]
