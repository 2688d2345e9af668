"""The code location: the definitions of every company that has a folder beside this file.

Belongs here: finding the folders and merging what they define. Does not belong here: anything about one company. No network and no
secret is touched on loading; of the environment only ROLLCALL_PIPELINES counts: another folder of companies, outside this project.
"""

import warnings
from pathlib import Path
from types import ModuleType

import dagster as dg

from assets import loader, names
from assets.component import SettingsError


def load(folder: Path) -> dg.Definitions:
    """Definitions of each company that has a `<company>/defs.yaml` in `folder`.

    Raises:
        SettingsError: Every mistake in every company's YAML, one line each; or there is no such folder.
    """
    if not folder.is_dir():
        raise SettingsError([f"{folder}: no such folder"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dg.BetaWarning)  # the component tree is marked beta
        companies, lines = [], []
        for file in sorted(folder.glob("*/defs.yaml")):
            try:
                # Before Dagster reads it: that wraps its errors in a picture of the component tree and repeats what was given, a password
                # typed into the YAML too.
                loader.read(file)
            except loader.SettingsMistakes as mistakes:
                lines += mistakes.lines
            else:
                companies.append(_build(file.parent))
        if lines:
            raise SettingsError(lines) from None
        # One run is one company, and parallelism comes from runs: a process for each step would cost more than the steps.
        return dg.Definitions.merge(dg.Definitions(executor=dg.in_process_executor), *companies)


def _build(company: Path) -> dg.Definitions:
    """One company's definitions, from a tree of its own: in a common tree, YAML that cannot be parsed would stop everyone's."""
    # A stand-in for the package that Dagster wants around YAML: loading the real one would load this file again, without end.
    module = ModuleType(company.name)
    module.__file__ = None
    module.__path__ = [str(company)]
    return dg.ComponentTree(defs_module=module, project_root=company.parent).build_defs_at_path(company)


defs = load(names.companies_folder().absolute())
