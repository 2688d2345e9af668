"""`dg scaffold defs assets.RosterSync acme` writes a draft that says what to fill in."""

from pathlib import Path

import click
import pytest
from dagster.components.component_scaffolding import scaffold_object

from assets import loader
from resources import places


def scaffolded(folder: Path, format: str = "yaml", *, append: bool = False) -> Path:
    """What the command does once it has found the type and the folder."""
    scaffold_object(folder, "assets.RosterSync", None, format, folder.parent, append)
    return folder / "defs.yaml"


def test_what_it_writes_is_a_draft_of_which_every_open_place_is_told(tmp_path: Path) -> None:
    file = scaffolded(tmp_path / "acme")
    with pytest.raises(loader.SettingsMistakes) as caught:
        loader.read(file)
    text = file.read_text().splitlines()
    marked = [number for number, line in enumerate(text, start=1) if "FILL-IN" in line]
    assert [line.split()[0] for line in caught.value.lines][:3] == ["attributes.timezone", "attributes.owners.0", "attributes.hr.csv.path"]
    assert [f":{number}: still says FILL-IN" in line for number, line in zip(marked, caught.value.lines, strict=True)] == [True] * len(
        marked
    )
    assert caught.value.draft is not None
    assert not any("FILL-IN" in line.partition("#")[2] for line in text)
    assert any("docs/settings.md" in line for line in text)


def test_once_it_is_filled_in_it_is_right(tmp_path: Path) -> None:
    file = scaffolded(tmp_path / "acme")
    text = (
        file.read_text().replace("timezone: FILL-IN", "timezone: Europe/Stockholm").replace("absent_means: FILL-IN", "absent_means: leaver")
    )
    file.write_text(text.replace("FILL-IN", "finance"))
    assert loader.read(file).timezone == "Europe/Stockholm"


@pytest.mark.parametrize(
    ("name", "format", "told"),
    [
        ("acme-nordic", "yaml", "letters, digits and underscores only"),
        ("3m", "yaml", "no digit first"),
        ("acme", "python", "one YAML file"),
    ],
)
def test_what_can_be_no_company_is_refused_and_leaves_nothing_that_is_loaded(tmp_path: Path, name: str, format: str, told: str) -> None:
    with pytest.raises(click.ClickException, match=told):
        scaffolded(tmp_path / name, format)
    assert list(tmp_path.iterdir()) == []


def test_what_dagster_keeps_of_its_commands_is_no_part_of_the_project() -> None:
    assert ".dg/" in (places.PROJECT / ".gitignore").read_text().splitlines()
