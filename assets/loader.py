"""One company's settings from its `defs.yaml`, without Dagster: the same YAML, the same models, the same one-line mistakes.

Belongs here: what commands need that start no run. Does not belong here: how Dagster loads the file (``assets.component``).
"""

import os
from pathlib import Path

import yaml
from dagster_shared.yaml_utils import ValueAndSourcePositionTree, parse_yaml_with_source_position
from pydantic import ValidationError

from assets.attributes import CompanySettings, model, unmapped_columns
from resources import places


def companies_folder() -> Path:
    """Where the companies' folders are: ROLLCALL_PIPELINES, else `pipelines` in the project."""
    return Path(os.environ.get("ROLLCALL_PIPELINES") or places.PROJECT / "pipelines")


class SettingsMistakes(Exception):
    """What the author of a `defs.yaml` has to mend, one line each, without the values that were given."""


def find(company: str) -> Path:
    """The `defs.yaml` of a company, given by its name or by the folder that the file is in.

    Raises:
        SettingsMistakes: There is none.
    """
    beside = companies_folder()
    for folder in (beside / company, Path(company)):
        if (folder / "defs.yaml").is_file():
            return folder / "defs.yaml"
    raise SettingsMistakes(f"There is no company '{company}': neither {beside / company} nor the folder {company} has a defs.yaml.")


def load(file: Path) -> CompanySettings:
    """The settings in the file, but for `when`: what starts runs is only known to Dagster, and is nothing to a command that starts none.

    Raises:
        SettingsMistakes: They are not right.
    """
    try:
        parsed = parse_yaml_with_source_position(file.read_text(encoding="utf-8"), str(file))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise SettingsMistakes(f"{file}:{mark.line + 1 if mark else 1}: not valid YAML, {error.problem}") from None
    attributes = parsed.value.get("attributes") if isinstance(parsed.value, dict) else None
    if isinstance(attributes, dict):
        attributes = {name: value for name, value in attributes.items() if name != "when"}
    try:
        settings = model().model_validate(attributes)
    except ValidationError as error:
        found = error.errors(include_input=False, include_url=False, include_context=False)
        lines = [f"{_at(parsed, file, each['loc'])}: {each['msg']}" for each in found]
    else:
        lines = [f"{_at(parsed, file, _standing(parsed, path))}: {problem}" for path, problem in unmapped_columns(settings)]
    if lines:
        raise SettingsMistakes("\n".join(lines))
    return settings


def _standing(parsed: ValueAndSourcePositionTree, path: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """The path as far as it stands in the file: a rule written as a bare column name has no key of its own for it."""
    while path and parsed.source_position_tree.lookup(("attributes", *path)) is None:
        path = path[:-1]
    return path


def _at(parsed: ValueAndSourcePositionTree, file: Path, path: tuple[str | int, ...]) -> str:
    """The attribute and the nearest place above it that stands in the file."""
    given = ("attributes", *path)
    position, _ = parsed.source_position_tree.lookup_closest_and_path(given, None)
    return f"{'.'.join(map(str, given))} at {file}:{position.start.line}"
