"""What is the same for all tests: what storing costs, which files come first, and what a soak says at its end."""

import os

import pytest

from tests import soak, storing

FIRST = (
    "rerun/test_kills.py",
    "hostile/test_windows.py",
    "quiet",
    "ui",
    "rerun",
    "graph",
    "drill",
    "hostile",
)
"""Files and folders that take longest, the longest first. A file is one worker's: begun last, a long one would keep the others waiting."""


def pytest_configure(config: pytest.Config) -> None:
    os.environ.setdefault("DAGSTER_DISABLE_TELEMETRY", "1")
    storing.make_cheap()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=_turn)  # keeps the order of a file's tests
    for item in items:
        if mark := item.get_closest_marker("exhaustive"):
            item.user_properties.append((soak.SET, mark.args[0]))


def _turn(item: pytest.Item) -> int:
    place = item.nodeid.removeprefix("tests/")
    return next((turn for turn, name in enumerate(FIRST) if place.startswith(name)), len(FIRST))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if soak.WHOLE:
        sets = soak.summary(report for reports in terminalreporter.stats.values() for report in reports)
        terminalreporter.section("soak: every case of each exhaustive set")
        terminalreporter.write_line(f"{'set':<40}{'cases':>8}{'seconds':>10}")
        for name, count, seconds in sets:
            terminalreporter.write_line(f"{name:<40}{count:>8}{seconds:>10.0f}")
