"""`rollcall ui` finds itself a port, and is the demo's."""

import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli import demo, ui
from cli.main import app
from tests import ports


def test_the_ui_takes_another_port_if_the_usual_one_is_taken() -> None:
    with socket.socket() as taken:
        port = ports.free()
        taken.bind(("127.0.0.1", port))
        taken.listen()
        assert ui._free_port(port) not in (0, port)
    assert ui._free_port(port) == port


def test_without_the_demo_it_says_what_else_there_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROLLCALL_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(demo, "COMPANY", tmp_path / "demo")
    result = CliRunner().invoke(app, ["ui"])
    assert result.exit_code == 2
    assert "the demo's" in result.stderr
    assert "rollcall webserver" in result.stderr
    assert not (tmp_path / "home").exists()


@pytest.fixture
def signals() -> Iterator[None]:
    """As in a process that nobody has told to ignore any; those of this one are put back."""
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    for number in kept:
        signal.signal(number, signal.SIG_DFL)
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_ctrl_c_and_a_closed_terminal_end_it_in_order(number: signal.Signals, signals: None) -> None:
    ui._take_signals()
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(number)


def test_under_nohup_a_closed_terminal_ends_nothing(signals: None) -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    ui._take_signals()
    signal.raise_signal(signal.SIGHUP)
