"""The Dagster component that a company's `defs.yaml` names, and how its mistakes are told.

Belongs here: from YAML to checked settings to definitions, and error texts with file, line and attribute. Does not belong here: the graph
itself (``assets.graph.build``) and which folders are loaded (``pipelines.definitions``).
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import dagster as dg
import yaml
from dagster_shared.error import DagsterUnresolvableSymbolError
from pydantic import BaseModel, ValidationError

from assets.attributes import CompanySettings, faults, model

__all__ = ["RosterSync", "SettingsError", "company_of", "mistakes"]


class SettingsError(dg.DagsterInvalidDefinitionError):
    """A company's folder or YAML is wrong; `lines` holds one line for each mistake, without the values that were given.

    It is an error of Dagster's own kind because Dagster masks the text of any other one when user-code errors are redacted, and whoever
    wrote the YAML has to see it in the UI.
    """

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = list(lines)
        super().__init__("\n".join(["", *self.lines]))


def company_of(folder: Path) -> str:
    """The company's name: its folder's name, as it stands in asset keys and job names.

    Raises:
        SettingsError: The name has other characters than letters, digits and underscores.
    """
    if not re.fullmatch(r"[A-Za-z0-9_]+", folder.name):
        raise SettingsError([f"{folder}: a company's folder name is part of its asset keys: letters, digits and underscores only"])
    return folder.name


class RosterSync(dg.Component):
    """Keeps one company's expense tools in step with its HR roster. The folder's name is the company's."""

    def __init__(self, settings: CompanySettings) -> None:
        self.settings = settings

    @classmethod
    def get_model_cls(cls) -> type[BaseModel]:
        """The attributes' schema, for loading, `dg check yaml` and an editor's completion."""
        return model()

    @classmethod
    def load(cls, attributes: BaseModel | None, context: dg.ComponentLoadContext) -> "RosterSync":
        """Build the component from its checked attributes.

        Raises:
            SettingsError: There are no attributes, or a rule names a column that is not mapped.
        """
        if not isinstance(attributes, CompanySettings):
            raise SettingsError([f"attributes at {context.path / 'defs.yaml'}: Field required"])
        positions = context.resolution_context.source_position_tree
        lines = []
        for path, problem in faults(attributes):
            given, place = ("attributes", *path), ""
            if positions is not None:
                # A rule written as a bare column name has no key of its own for it: name the place that does stand in the file.
                while positions.lookup(given) is None:
                    given = given[:-1]
                place = f" at {positions.lookup(given)}"
            lines.append(f"{'.'.join(map(str, given))}{place}: {problem}")
        if lines:
            raise SettingsError(lines)
        return cls(attributes)

    def build_defs(self, context: dg.ComponentLoadContext) -> dg.Definitions:
        """The company's graph."""
        from assets.graph import build as graph  # noqa: PLC0415 - `dg check yaml` and completion need the schema, not pandas and the clients

        return graph.build(company=company_of(context.path), settings=self.settings, folder=context.path)


# `dg list components` shows the docstring's first paragraph, and nothing of the schema.
_ATTRIBUTES = [f"- {name}: {field.description}" for name, field in model().model_fields.items()]
RosterSync.__doc__ = "\n".join([str(RosterSync.__doc__), *_ATTRIBUTES])


def mistakes(error: BaseException, file: Path) -> list[str]:
    """What the author of `file` has to mend, from whatever Dagster raised while loading it; empty if it is not the file's fault.

    Dagster wraps errors in a picture of the component tree, and pydantic's own text repeats the input: a password typed into the YAML
    would show.
    """
    for cause in _chain(error):
        if isinstance(cause, SettingsError):
            return cause.lines
        if isinstance(cause, ValidationError):
            found = cause.errors(include_input=False, include_url=False, include_context=False)
            return [f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in found]
        if isinstance(cause, DagsterUnresolvableSymbolError):
            return [f"type at {file}: {cause}"]
        if isinstance(cause, yaml.MarkedYAMLError):
            mark = cause.problem_mark
            return [f"{mark.name}:{mark.line + 1}: not valid YAML, {cause.problem}" if mark else "not valid YAML"]
    return []


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
