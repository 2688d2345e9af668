"""`rollcall ui` finds itself a port."""

import socket

from cli import ui
from tests import ports


def test_the_ui_takes_another_port_if_the_usual_one_is_taken() -> None:
    with socket.socket() as taken:
        port = ports.free()
        taken.bind(("127.0.0.1", port))
        taken.listen()
        assert ui._free_port(port) not in (0, port)
    assert ui._free_port(port) == port
