"""One company's definitions from its folder, whatever goes wrong with it.

Belongs here: building one company so that nothing it holds can stop another. Does not belong here: what is made of a company that cannot be
built (``assets.location.broken``), and of all that can (``assets.location.together``).
"""

import logging
import warnings
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import dagster as dg

from assets import loader, quiet
from assets.component import SettingsError
from resources.failures import PRIVATE
from resources.shortage import shortage


@dataclass(frozen=True)
class Built:
    """A company that loads."""

    definitions: dg.Definitions
    repository: dg.RepositoryDefinition
    """The same, with every job resolved."""


def build(file: Path) -> Built:
    """What a company's folder stands for.

    Args:
        file: Its `defs.yaml`.

    Raises:
        SettingsError: It cannot be loaded; a line for each mistake, or one that names the kind of error where it is no mistake of the
            YAML's: a component of somebody else's may raise anything. The error's text, which may quote values, goes to the owner-only log.
    """
    try:
        # Before Dagster reads it: that wraps its errors in a picture of the component tree and repeats what was given, a password
        # typed into the YAML too.
        loader.read(file)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", dg.BetaWarning)  # the component tree is marked beta
            # One run is one company, and parallelism comes from runs: a process for each step would cost more than the steps.
            definitions = dg.Definitions.merge(dg.Definitions(executor=dg.in_process_executor), _from_tree(file.parent))
            repository = definitions.get_repository_def()
            dg.Definitions.validate_loadable(definitions)
    except loader.SettingsMistakes as mistakes:
        raise SettingsError(mistakes.lines) from None
    except SettingsError:
        raise
    except (Exception, SystemExit) as error:
        if lack := shortage(error):
            raise SettingsError([f"{file}: {lack}"]) from None
        logging.getLogger(PRIVATE).exception("not foreseen")
        raise SettingsError([f"{file}: {_raised(error)}"]) from None
    return Built(definitions, repository)


def _raised(error: BaseException) -> str:
    while error.__cause__:  # Dagster wraps what a component raises
        error = error.__cause__
    return f"what it stands for could not be built ({type(error).__name__}); the error's full text is in {quiet.log()}"


def _from_tree(company: Path) -> dg.Definitions:
    """One company's definitions, from a tree of its own: in a common tree, YAML that cannot be parsed would stop everyone's."""
    # A stand-in for the package that Dagster wants around YAML: loading the real one would load the code location again, without end.
    module = ModuleType(company.name)
    module.__file__ = None
    module.__path__ = [str(company)]
    return dg.ComponentTree(defs_module=module, project_root=company.parent).build_defs_at_path(company)
