"""Several files on OpenSSH's sshd that are one roster: waited for, got and put away as one, by one login each time."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from resources.failures import Transient
from resources.hr.locations import OneOfSeveral, each
from resources.hr.sets import SeveralFiles
from resources.hr.sources import SftpFiles
from resources.ssh import session as sessions
from roster.reading.several import taken_apart


@pytest.fixture
def logins(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A line for each login from now on."""
    found, real = list[str](), sessions._log_in

    def logged_in(*given: Any) -> None:
        found.append("login")
        real(*given)

    monkeypatch.setattr(sessions, "_log_in", logged_in)
    return found


@pytest.fixture
def put(root: Path) -> Callable[..., None]:
    """HR writes a file of a day, by default with its marker."""

    def write(name: str, day: int = 1, marked: bool = True) -> None:
        path = root / "out" / f"{name}_2026-12-0{day}.csv"
        path.write_text(f"No\n{name}{day}\n")
        if marked:
            path.with_name(f"{path.name}.done").touch()

    return write


@pytest.fixture
def several(sshd: Callable[..., SimpleNamespace], source: Callable[..., Any], keys: dict[str, Any], tmp_path: Path) -> SeveralFiles:
    """Three files of one roster there."""
    key = tmp_path / "login"
    key.write_bytes(keys["ed25519"].export_private_key())
    agreed = {"path": "out/{file}_*.csv", "done_marker": "{name}.done", "afterwards": "archive", "archive": "done"}
    one = source(sshd("ed25519"), password=None, key={"file": str(key)}, **agreed)
    own = each(one, {name: OneOfSeveral() for name in ("dk", "no", "se")})
    return SeveralFiles({name: SftpFiles(each) for name, each in own.items()}, own, ZoneInfo("Europe/Stockholm"))


def test_all_are_waited_for_and_then_got_and_put_away_by_one_login_each_time(
    several: SeveralFiles, put: Callable[..., None], logins: list[str], root: Path
) -> None:
    put("dk")
    put("se")
    with pytest.raises(Transient, match=r"not all there: waiting for no; there are dk, se of 2026-12-01. Of no: .* has no HR file"):
        several.newest(hurried=True)
    put("no", marked=False)
    with pytest.raises(Transient, match=r"waiting for no; .* its marker '{name}.done' is not there"):
        several.newest(hurried=True)
    put("no")
    put("se", day=2)
    with pytest.raises(Transient, match=r"not all of one day: waiting for dk \(is of 2026-12-01\), no \(is of 2026-12-01\)"):
        several.newest(hurried=True)
    put("dk", day=2)
    put("no", day=2)
    logins.clear()
    found = several.newest()
    assert len(logins) == 1
    export = several.take(several.again(found.state))
    assert len(logins) == 3
    assert taken_apart(export.content) == {name: f"No\n{name}2\n".encode() for name in ("dk", "no", "se")}
    assert several.put_away(found)
    assert len(logins) == 4
    assert sorted(path.name for path in (root / "out" / "done").glob("*.csv")) == [f"{name}_2026-12-02.csv" for name in ("dk", "no", "se")]
    assert not list((root / "out").glob("*_2026-12-02*"))


def test_a_session_that_the_server_has_ended_in_between_is_opened_anew(
    several: SeveralFiles, put: Callable[..., None], logins: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("dk", "no", "se"):
        put(name)
    real = SftpFiles.newest

    def ended_afterwards(files: SftpFiles, hurried: bool = False) -> Any:
        found = real(files, hurried)
        for sftp in opened:
            sftp.get_channel().get_transport().close()
        return found

    opened: list[Any] = []
    opening = sessions._opened
    monkeypatch.setattr(sessions, "_opened", lambda *given: opened.append(one := opening(*given)) or one)
    monkeypatch.setattr(SftpFiles, "newest", ended_afterwards)
    assert several.newest(hurried=True).size > 0
    assert len(logins) == 3
