"""A time that no calendar has is told on reading the settings, and not by the run that would count with it."""

from pathlib import Path

import pytest

from assets import loader
from tests.unit.assets.location.test_together import YAML, company

BEFORE = "  when: {arrival: {}}\n"


def settings(folder: Path, text: str) -> Path:
    assert BEFORE in YAML
    return company(folder, "good", YAML.replace(BEFORE, f"{text}\n"))


@pytest.mark.parametrize(
    "text",
    [
        "  release_hours: .inf",
        "  release_hours: .nan",
        "  release_hours: 1e12",
        "  retention_days: 9999999",
        "  leaving: {after_days: 9999999}",
        "  when: {arrival: {}, deadline: {cron: '@daily', within_hours: 1e12}}",
    ],
)
def test_a_time_that_no_calendar_has_is_a_mistake(tmp_path: Path, text: str) -> None:
    with pytest.raises(loader.SettingsMistakes, match=":10: Input should be"):
        loader.read(settings(tmp_path, text))


def test_a_thousand_years_are_none(tmp_path: Path) -> None:
    assert loader.read(settings(tmp_path, "  retention_days: 365000\n  release_hours: 8760000\n  leaving: {after_days: 365000}"))
