"""What is the same for all tests: where nothing else is said, what is made cheap, which files come first, what a soak says at its end."""

import gc
import os
import shutil
import sys
import tempfile

import hypothesis
import pytest

from tests import soak, storing

# How long a case takes says nothing on a machine that does other things too.
hypothesis.settings.register_profile("any machine", deadline=None, max_examples=soak.EXAMPLES)
hypothesis.settings.load_profile("any machine")

FIRST = (
    "graph/triggers/test_daemon.py",
    "quiet",
    "rerun/test_kills.py",
    "hostile/test_windows.py",
    "ui",
    "deploy",
    "drill",
    "rerun",
    "graph",
    "hostile",
    "destinations",
)
"""Files and folders that take longest, the longest first. A file is one worker's: begun last, a long one would keep the others waiting."""


LEDGER = "ROLLCALL_TEST_LEDGER"
"""``postgres``: tests that keep their ledger in a file have it on PostgreSQL (`tests.ledgers`)."""
OURS = ("ROLLCALL_", "DAGSTER_", "EXPENSIFY_", "FINDITY_", "HR_SFTP_")
"""Variables by which whoever runs the tests may have set up a company of their own."""

pytest.register_assert_rewrite("tests.hostile.exchanges", "tests.unit.destinations.delivering", "tests.unit.roster.nights")


# Before anything of ours is imported. A process of tests has a home of its own, and knows nothing of that of whoever runs it.
for name in [name for name in os.environ if name.startswith(OURS) and name not in (soak.VARIABLE, LEDGER)]:
    del os.environ[name]
HOME = tempfile.mkdtemp(prefix="rollcall-home-")
os.environ |= {"ROLLCALL_HOME": HOME, "DAGSTER_DISABLE_TELEMETRY": "1"}
# Read when gcsfs is imported, whichever test does so first: with it, it asks Google's own servers which kind an emulator's bucket is.
os.environ["GCSFS_EXPERIMENTAL_ZB_HNS_SUPPORT"] = "false"


def pytest_collection_finish(session: pytest.Session) -> None:
    storing.make_cheap()
    if os.environ.get(LEDGER) == "postgres" and session.items:
        from tests import ledgers  # only here: it imports what tests of rules do without

        ledgers.begin()
    # What was imported stays: to look through it again and again for what may go was a twelfth of all time.
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def pytest_unconfigure() -> None:
    if "tests.ledgers" in sys.modules:
        sys.modules["tests.ledgers"].end()
    shutil.rmtree(HOME, ignore_errors=True)


def pytest_itemcollected(item: pytest.Item) -> None:
    if hypothesis.is_hypothesis_test(getattr(item, "obj", None)) and not item.get_closest_marker("exhaustive"):
        item.add_marker(pytest.mark.exhaustive("random cases of a property"))


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
