"""The code location: the definitions of every company that has a folder beside this file.

Belongs here: which folder that is. Does not belong here: how companies are loaded (``assets.location``), anything about one company. No
network and no secret is touched on loading; of the environment only ROLLCALL_PIPELINES counts: another folder of companies, outside this
project.
"""

from pathlib import Path

from assets import names
from assets.location.together import Location


def load(folder: Path) -> Location:
    """Definitions of each company that has a `<company>/defs.yaml` in `folder`.

    Raises:
        SettingsError: There is no such folder. A mistake in a company's YAML is that company's alone.
    """
    return Location(folder)


defs = load(names.companies_folder().absolute())
