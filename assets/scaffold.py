"""What `dg scaffold defs assets.RosterSync acme` writes: a draft in the company's own folder.

Belongs here: answering Dagster's command. Does not belong here: the text (``assets.draft``), what becomes of a draft that is loaded
(``pipelines.definitions``).
"""

from contextlib import suppress
from typing import Any

import click
import dagster as dg

from assets import names


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
