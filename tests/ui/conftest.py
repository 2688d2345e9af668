"""The demo as a newcomer has it: run once, then looked at in Debian's Chromium, as `make run` and `make ui` leave it.

`SCREENSHOTS=docs/images pytest tests/ui` takes the pictures of the README anew.
"""

import contextlib
import csv
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from tests import ports
from tests.processes import with_us

PROJECT = Path(__file__).parents[2]
CHROMIUM = Path("/usr/bin/chromium")
QUIET = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
QUIET += ["--disable-component-update", "--disable-sync"]
WINDOW = {"width": 1440, "height": 1000}
PATIENCE = 20_000
"""Milliseconds that a page may take on a busy machine."""
CUT_OFF = """cell => {
    const right = cell.getBoundingClientRect().right;
    for (let box = cell.parentElement; box; box = box.parentElement)
        if (getComputedStyle(box).overflowX !== 'visible' && right > box.getBoundingClientRect().right + 1) return true;
    return right > innerWidth;
}"""


@dataclass
class Demo:
    """What a first sync of the demo left behind, and where it can be looked at."""

    home: Path
    dagster: str
    sandbox: str
    printed: str
    process: int
    """Of `rollcall ui`."""

    @property
    def reports(self) -> Path:
        """The folder of the run's reports."""
        return next((self.home / "reports" / "demo").glob("*/sync_report.html")).parent


@dataclass
class Screen:
    """A browser window on the demo."""

    page: Page
    demo: Demo
    pictures: Path | None

    def open(self, where: str, shows: str) -> None:
        """Go to a page, of the Dagster UI unless it is a whole address, and wait until it shows a text."""
        self.page.goto(where if "://" in where else self.demo.dagster + where)
        self.shows(shows)

    def asset(self, key: str, shows: str, view: str = "overview") -> None:
        """The page of an asset of the demo."""
        self.open(f"/assets/demo/{key}?view={view}", shows)

    def whole(self, key: str) -> None:
        """The page of an asset of the demo, with all its tables whole at both widths."""
        self.asset(key, "dagster/component_origin")
        assert self.cut_off() == []
        with self.narrow():
            assert self.cut_off() == []

    def shows(self, *texts: str) -> None:
        """Each text is visible, somewhere on the page."""
        for text in texts:
            expect(self.page.get_by_text(text).locator("visible=true").first).to_be_visible(timeout=PATIENCE)

    def text(self) -> str:
        """Everything that can be read on the page."""
        return self.page.locator("body").inner_text()

    def metadata(self, key: str) -> Locator:
        """The value of a metadata entry on an asset's page."""
        return self.page.locator("tr").filter(has=self.page.get_by_text(key, exact=True)).first.locator("> td").last

    def rows(self, key: str) -> list[list[str]]:
        """The lines of a metadata entry that is a table."""
        expect(self.metadata(key)).to_be_visible(timeout=PATIENCE)
        lines = self.metadata(key).locator("tbody tr").all()
        return [[cell.strip() for cell in line.locator("td").all_inner_texts()] for line in lines]

    def cut_off(self) -> list[str]:
        """Cells of tables that stick out of the page, where nobody can read them."""
        cells = self.page.locator("table td").evaluate_all(f"cells => cells.filter({CUT_OFF}).map(cell => cell.innerText)")
        return [str(cell) for cell in cells]

    @contextlib.contextmanager
    def narrow(self) -> Iterator[None]:
        """As on a small screen."""
        self.page.set_viewport_size({"width": 1280, "height": WINDOW["height"]})
        self.page.wait_for_timeout(100)
        yield
        self.page.set_viewport_size(WINDOW)

    @contextlib.contextmanager
    def wide(self) -> Iterator[None]:
        """More room for a graph: without the UI's navigation."""
        self.page.set_viewport_size({"width": WINDOW["width"], "height": 1080})
        self.page.get_by_text("Hide navigation").click()
        yield
        self.page.evaluate("localStorage.clear()")
        self.page.set_viewport_size(WINDOW)

    def picture(self, name: str) -> None:
        """Keep what is seen, if pictures are wanted: 256 colours are enough for a page, and make a third of the file."""
        if self.pictures:
            self.page.wait_for_load_state("networkidle")
            self.page.wait_for_timeout(1500)  # what is still fading in, or asked for
            path = self.pictures / f"{name}.png"
            self.page.screenshot(path=path)
            with Image.open(path) as image:
                image.convert("RGB").quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with shown(tmp_path_factory.mktemp("home"), "demo") as demo:
        yield demo


@contextlib.contextmanager
def shown(home: Path, *command: str, pipelines: Path | None = None) -> Iterator[Demo]:
    """`rollcall ui` on what a command of ours has left.

    Args:
        home: Where it is left.
        command: Such as ``demo``.
        pipelines: Another folder of companies than the project's.
    """
    environment = {**os.environ, "ROLLCALL_HOME": str(home), "DAGSTER_DISABLE_TELEMETRY": "1", "COLUMNS": "200"}
    environment |= {"ROLLCALL_PIPELINES": str(pipelines)} if pipelines else {}
    rollcall = str(Path(sys.executable).with_name("rollcall"))
    ran = subprocess.run([rollcall, *command], check=False, env=environment, capture_output=True, text=True, timeout=180)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    port = ports.free()
    with (home / "ui.log").open("w") as log:
        serving = with_us([rollcall, "ui", "--port", str(port)])
        server = subprocess.Popen(serving, env=environment, stdout=log, stderr=log, start_new_session=True)
    try:
        _await(f"http://127.0.0.1:{port}/server_info", server)
        sandbox = json.loads((home / "sandbox" / "ready.json").read_text())["url"]
        yield Demo(home, f"http://127.0.0.1:{port}", sandbox, ran.stdout, server.pid)
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(60)


def _await(url: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        with contextlib.suppress(OSError):
            urllib.request.urlopen(url, timeout=5).close()
            return
        time.sleep(0.2)
    raise AssertionError("the UI did not come up")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, for which every name of an example is this machine."""
    if not CHROMIUM.exists():
        reason = "Debian's chromium is missing: .ci/packages installs it"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    with sync_playwright() as playwright:
        rules = "--host-resolver-rules=MAP *.example 127.0.0.1"
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=[*QUIET, rules])
        yield started
        started.close()


@pytest.fixture(scope="module")
def window(chromium: Browser) -> Page:
    return chromium.new_page(viewport=WINDOW)  # one for all tests: it keeps the UI's scripts


@pytest.fixture
def screen(window: Page, demo: Demo) -> Screen:
    wanted = os.environ.get("SCREENSHOTS")
    pictures = PROJECT / wanted if wanted else None
    if pictures:
        pictures.mkdir(parents=True, exist_ok=True)
    return Screen(window, demo, pictures)


@pytest.fixture(scope="module")
def names() -> re.Pattern[str]:
    """Every surname, e-mail address, mobile number, personal number and IBAN in HR's file, as whole words."""
    path = next((PROJECT / "pipelines" / "demo" / "data").glob("*.csv"))
    with path.open(encoding="utf-8", newline="") as file:
        people = [row for row in csv.DictReader(file, delimiter=";") if not row["Employee No"].startswith("#")]
    private = ("Last name", "Work e-mail", "Mobile", "Personal ID", "IBAN")
    words = {row[name] for row in people for name in private if row[name]}
    return re.compile(r"(?<!\w)(" + "|".join(sorted(map(re.escape, words))) + r")(?!\w)")
