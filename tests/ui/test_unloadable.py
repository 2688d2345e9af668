"""A company whose settings cannot be loaded, as the UI shows it: red, with its mistakes, and nobody has pressed a button."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from playwright.sync_api import Page, expect

from tests import ports
from tests.processes import alive, children, with_us
from tests.unit.assets.location.test_together import YAML, company

pytestmark = pytest.mark.long(
    held_by="tests/unit/assets/location/test_together.py::test_whatever_is_wrong_with_a_company_the_others_load_as_if_it_were_not_there"
)

PATIENCE = 60_000


@pytest.fixture
def ui(tmp_path: Path) -> Iterator[str]:
    """`rollcall ui` for a company and a draft beside it, without the demo."""
    folder, home = tmp_path / "companies", tmp_path / "home"
    folder.mkdir()
    company(folder, "good", YAML.replace("arrival: {}", ""))
    company(folder, "muster", YAML.replace("arrival: {}", "").replace("team:people", "team:FILL-IN"))
    environment = {**os.environ, "ROLLCALL_HOME": str(home), "ROLLCALL_PIPELINES": str(folder), "DAGSTER_DISABLE_TELEMETRY": "1"}
    port = ports.free()
    rollcall = str(Path(sys.executable).with_name("rollcall"))
    with (tmp_path / "ui.log").open("w") as log:
        command = with_us([rollcall, "ui", "--port", str(port)])
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
    try:
        deadline = time.monotonic() + 150
        while not _answers(f"http://127.0.0.1:{port}/server_info"):
            assert time.monotonic() < deadline, (tmp_path / "ui.log").read_text()[-3000:]
            assert server.poll() is None
            time.sleep(0.5)
        yield f"http://127.0.0.1:{port}"
    finally:
        daemons = [pid for pid in children(server.pid) if "web.daemon" in Path(f"/proc/{pid}/cmdline").read_text()]
        server.send_signal(signal.SIGHUP)
        server.wait(60)
    assert daemons and not any(map(alive, daemons)), "a terminal was closed"


def _answers(url: str) -> bool:
    try:
        urllib.request.urlopen(url, timeout=5).close()
    except OSError:
        return False
    return True


def red(home: Path, company: str) -> bool:
    """Whether the daemon has evaluated the check."""
    key = dg.AssetCheckKey(dg.AssetKey([company, "settings"]), "loads")
    with dg.DagsterInstance.from_config(str(home)) as instance:
        return key in instance.event_log_storage.get_latest_asset_check_execution_by_key([key])


def test_it_is_red_by_itself_and_says_what_is_wrong_while_the_others_are_there(ui: str, window: Page, tmp_path: Path) -> None:
    [home] = {file.parent for file in (tmp_path / "home").rglob("dagster.yaml")}
    deadline = time.monotonic() + 150
    while not red(home, "muster"):
        assert time.monotonic() < deadline, (tmp_path / "ui.log").read_text()[-3000:]
        time.sleep(0.5)
    window.goto(f"{ui}/assets/muster/settings?view=checks")
    for text in ("loads", "Failed", "attributes.owners.0 at", "still says FILL-IN"):
        expect(window.get_by_text(text).locator("visible=true").first).to_be_visible(timeout=PATIENCE)
    window.screenshot(path=tmp_path / "red.png")
    window.goto(f"{ui}/assets/good/hr/roster?view=overview")
    expect(window.get_by_text("good_hr").locator("visible=true").first).to_be_visible(timeout=PATIENCE)
