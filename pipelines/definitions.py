"""The code location: the definitions of every company that has a folder beside this file.

Belongs here: finding the folders and merging what they define. Does not belong here: anything about one company. No network and no
secret is touched on loading; of the environment only ROLLCALL_PIPELINES counts: another folder of companies, outside this project.
"""

import os
import warnings
from pathlib import Path
from types import ModuleType

import dagster as dg

from assets.component import SettingsError, company_of, mistakes


def load(folder: Path) -> dg.Definitions:
    """Definitions of each company that has a `<company>/defs.yaml` in `folder`.

    Raises:
        SettingsError: Every mistake in every company's YAML, one line each.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dg.BetaWarning)  # the component tree is marked beta
        tree = dg.ComponentTree(defs_module=_module(folder), project_root=folder.parent)
        companies, lines = [], []
        for file in sorted(folder.glob("*/defs.yaml")):
            try:
                company_of(file.parent)
                companies.append(tree.build_defs_at_path(file.parent))
            except Exception as error:
                found = mistakes(error)
                if not found:
                    raise
                lines += found
        if lines:
            raise SettingsError(lines) from None
        # One run is one company, and parallelism comes from runs: a process for each step would cost more than the steps.
        return dg.Definitions.merge(dg.Definitions(executor=dg.in_process_executor), *companies)


def _module(folder: Path) -> ModuleType:
    """A stand-in for the package that Dagster wants around YAML: loading the real one would load this file again, without end."""
    module = ModuleType(folder.name)
    module.__file__ = None
    module.__path__ = [str(folder)]
    return module


defs = load(Path(os.environ.get("ROLLCALL_PIPELINES") or Path(__file__).parent).absolute())
