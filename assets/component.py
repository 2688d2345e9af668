"""The Dagster component that a company's `defs.yaml` names.

Belongs here: the component, its mistakes as errors of Dagster's, answering `dg scaffold defs assets.RosterSync acme`. Does not belong here:
reading the file (``assets.loader``), the text of a draft (``assets.draft``), the graph (``assets.graph.build``), which folders are loaded
(``pipelines.definitions``).
"""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import click
import dagster as dg
from pydantic import BaseModel

from assets import loader, names
from assets.attributes import CompanySettings, model

__all__ = ["RosterSync", "SettingsError"]


class SettingsError(dg.DagsterInvalidDefinitionError):
    """A company's folder or YAML is wrong; `lines` holds one line for each mistake, without the values that were given.

    It is an error of Dagster's own kind because Dagster masks the text of any other one when user-code errors are redacted, and whoever
    wrote the YAML has to see it in the UI.
    """

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = list(lines)
        super().__init__("\n".join(["", *self.lines]))


class Scaffold(dg.Scaffolder[Any]):
    """Writes what a company needs, with a mark at each place that somebody must fill in."""

    def scaffold(self, request: dg.ScaffoldRequest[Any]) -> None:
        """Write the `defs.yaml`.

        Raises:
            ClickException: No company can come of it; nothing is written.
        """
        from assets import draft  # noqa: PLC0415 - it imports pandas, and the component is imported to be listed, too

        folder = request.target_path
        if request.append or request.scaffold_format != "yaml":
            wrong = "A company is one YAML file of its own."
        elif not names.may_be_called(folder.name):
            wrong = f"'{folder.name}' cannot be a company's name, which is part of asset keys: {names.RULE}."
        else:
            (folder / "defs.yaml").write_text(draft.blank(), encoding="utf-8")
            click.echo(f"Fill in what says FILL-IN in {folder / 'defs.yaml'}: `rollcall check {folder.name} FILE` names every such place.")
            return
        with suppress(OSError):  # Dagster has made it before it asked
            folder.rmdir()
        raise click.ClickException(wrong)


@dg.scaffold_with(Scaffold)
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
        """Build the component from its file; Dagster has seen that the attributes follow the schema, and that is not all.

        Raises:
            SettingsError: The settings are not right.
        """
        try:
            return cls(loader.read(context.path / "defs.yaml"))
        except loader.SettingsMistakes as mistakes:
            raise SettingsError(mistakes.lines) from None

    def build_defs(self, context: dg.ComponentLoadContext) -> dg.Definitions:
        """The company's graph."""
        from assets import neighbours  # noqa: PLC0415
        from assets.graph import build as graph  # noqa: PLC0415 - `dg check yaml` and completion need the schema, not pandas and the clients

        folder, settings = context.path, self.settings
        return graph.build(folder.name, settings, folder, shared=lambda: neighbours.shared(folder, settings))


# `dg list components` shows the docstring's first paragraph, and nothing of the schema.
_ATTRIBUTES = [f"- {name}: {field.description}" for name, field in model().model_fields.items()]
RosterSync.__doc__ = "\n".join([str(RosterSync.__doc__), *_ATTRIBUTES])
