"""The demo's second night shows what stops: leavers that are held, somebody who is refused, a file that the gate lets not through."""

import asyncio
import re
import subprocess
import sys
from pathlib import Path

import httpx
import pandas as pd
import pytest

from cli import demo, second_night
from resources import places
from resources.ledger import Ledger
from web.names import Names
from web.serve.app import application
from web.serve.who import Token


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ROLLCALL_HOME", str(tmp_path / "kept"))
    return demo.hr_folder()


def _rows(file: Path) -> pd.DataFrame:
    return pd.read_csv(file, sep=";", dtype="str", keep_default_na=False, comment="#")


def test_the_second_file_differs_in_its_leavers_its_movers_and_its_date(folder: Path) -> None:
    night = second_night.plays()
    before, after = _rows(folder / night["first"]), _rows(second_night.write(folder))
    changed = before[before.ne(after).any(axis=1)]["Employee No"]
    left = after.loc[after["Status"].ne(before["Status"]), "Employee No"]
    assert len(left) == night["leavers"]
    assert set(changed) == {*left, *night["movers"]}
    last = (folder / night["name"]).read_text(encoding="utf-8").splitlines()[-1]
    assert last == f"#TRAILER;rows={len(after)};date=2026-11-21"


def test_the_file_that_was_cut_short_is_not_there_afterwards(folder: Path) -> None:
    second_night.write(folder)
    with second_night.cut_short(folder) as file:
        assert max(folder.iterdir()) == file
        assert "#TRAILER" not in file.read_text(encoding="utf-8")
    assert not file.exists()


@pytest.mark.long(held_by="tests/graph/test_release.py::test_no_surprise_a_first_sync_holds_everything_until_it_is_released")
def test_a_second_night_and_a_release_of_what_it_held_by_the_command_that_it_prints(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = {"ROLLCALL_HOME": str(tmp_path / "kept"), "PATH": "/usr/bin:/bin", "COLUMNS": "80"}

    def rollcall(*typed: str) -> tuple[int, str]:
        command = [str(Path(sys.executable).with_name("rollcall")), *typed]
        done = subprocess.run(command, cwd=places.PROJECT, env=home, capture_output=True, text=True, timeout=300, check=False)
        return done.returncode, done.stdout

    code, shown = rollcall("demo", "--night", "2")
    assert code == 0
    first, _, stopped = re.findall(r"^demo: (.*)", shown, flags=re.MULTILINE)
    assert "432 planned changes" in first
    assert "gate" in stopped
    assert len(re.findall(r"leave: 6 planned, 3 allowed", shown)) >= 2
    assert [number for number in second_night.plays()["fault"]["refuse"] if number in shown]
    left = "6 people who have left still have access at {}: 001000, 001006, 001009, 001015, 1012, 1021."
    status = rollcall("status", "demo")[1]
    assert all(left.format(place) in status for place in ("Expensify", "Findity"))
    digest = re.findall(r"rollcall release demo ([0-9a-f]{16})", shown)[0]
    code, shown = rollcall("release", "demo", digest, "--by", "kim", "--reason", "looked through")
    assert code == 0
    assert re.findall(r"^demo: (.*)", shown, flags=re.MULTILINE) == ["All 6 planned changes landed"], "nobody else comes first"
    status = rollcall("status", "demo")[1]
    assert [left.format(place) in status for place in ("Expensify", "Findity")] == [False, True], "it is told as it is now"
    code, shown = rollcall("preview", "demo", "--settings", "pipelines/demo/defs.yaml")
    assert (code, "not known" in shown) == (0, False), "the demo has its sandbox here too"
    assert rollcall("feed", "demo", "--out", str(tmp_path / "feed.json"))[0] == 0

    # What is new in a night is told in its list as in its report: the row without a number was there the night before.
    monkeypatch.setenv("ROLLCALL_HOME", home["ROLLCALL_HOME"])
    company, second, stopped = asyncio.run(_pages_of_the_second_night())
    assert "new fault" not in second
    # The gate has stopped the newest file: who has access is not to be looked for in an earlier night.
    _, _, has_access = company.partition("Have left, and still have access")
    assert "6 people at Findity" in has_access and "6 people at Expensify" not in has_access
    assert ">001006 Sini Lehto-Ström</a>" in has_access.partition("What waits")[0]
    assert "Have HR send the whole file again." in stopped


async def _pages_of_the_second_night() -> list[str]:
    door = Token()
    with Ledger.open(places.ledger_url(), "") as ledger:
        pages = httpx.ASGITransport(application(door, ledger.engine, Names.of(80)), client=("127.0.0.1", 1))
        async with httpx.AsyncClient(transport=pages, base_url="http://localhost") as client:
            await client.get("/", params={"token": door.token})
            listed = (await client.get("/demo/")).text
            nights = dict(re.findall(r'href="/demo/nights/([0-9a-f-]+)">[^<]*</a>: (.*?)<small>', listed))
            begin = ("6 people who have left", "Stopped at the gate")
            shown = [night for first in begin for night, said in nights.items() if said.startswith(first)]
            return [listed, *[(await client.get(f"/demo/nights/{night}")).text for night in shown]]
